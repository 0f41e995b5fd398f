#include "cmd/wait-for-kube/cluster.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { TEXT_MOST = 4096 };

static char *format_server(const struct cluster_options *options, struct reason *why)
{
    struct buf text;
    bool v6 = options->host && strchr(options->host, ':');

    if (options->server)
        return xstrdup(options->server);
    if (!options->host || *options->host == '\0') {
        reason_set(why, CODE_USAGE, "there is no API server: KUBERNETES_SERVICE_HOST is not set");
        reason_hint(
            why,
            "outside of a pod: --server https://HOST:PORT, --token-file, --trust-store; or kubectl proxy and "
            "--server http://127.0.0.1:8001");
        return NULL;
    }
    buf_init(&text, TEXT_MOST);
    buf_add_format(&text, "https://%s%s%s:%s", v6 ? "[" : "", options->host, v6 ? "]" : "",
                   options->port && *options->port != '\0' ? options->port : "443");
    return text.data;
}

/* A path may lead to a server behind a proxy; a query cannot. */
static bool check_server(struct cluster *cluster, const char *source, struct reason *why)
{
    size_t length = strlen(cluster->server);
    bool good = url_parse(cluster->server, "", &cluster->url, why);

    if (good && (cluster->url.scheme != URL_HTTP && cluster->url.scheme != URL_HTTPS))
        good = reason_set(why, CODE_USAGE, "expected http:// or https://");
    if (good && strpbrk(cluster->server, "?#"))
        good = reason_set(why, CODE_USAGE, "expected https://HOST:PORT");
    while (length > 0 && cluster->server[length - 1] == '/')
        cluster->server[--length] = '\0';
    if (!good)
        reason_wrap(why, "%s", source);
    return good;
}

/* The file of the service account; NULL: there is none. */
static char *account_file(const struct cluster_options *options, const char *name)
{
    struct buf path;

    buf_init(&path, TEXT_MOST);
    if (buf_add_format(&path, "%s/%s", options->account, name) && access(path.data, R_OK) == 0)
        return path.data;
    buf_free(&path);
    return NULL;
}

static void find_trust(const struct cluster_options *options, struct cluster *cluster)
{
    char *file = options->trust_stores.count == 0 ? account_file(options, "ca.crt") : NULL;

    for (size_t i = 0; i < options->trust_stores.count; i++)
        strings_add(&cluster->trust_stores, options->trust_stores.items[i],
                    strlen(options->trust_stores.items[i]));
    if (file)
        strings_add(&cluster->trust_stores, file, strlen(file));
    free(file);
}

bool cluster_find(const struct cluster_options *options, struct cluster *cluster, struct reason *why)
{
    *cluster = (struct cluster){.server = format_server(options, why)};
    if (!cluster->server ||
        !check_server(cluster,
                      options->server ? "--server" : "KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT", why))
        return false;
    find_trust(options, cluster);
    if (options->token_file)
        cluster->token_file = xstrdup(options->token_file);
    else if (cluster->url.scheme == URL_HTTPS) /* never in clear text unless somebody says so */
        cluster->token_file = account_file(options, "token");
    cluster->token = (struct headers_entry){
        .kind = HEADERS_BEARER_FILE, .value = cluster->token_file, .option = "--token-file"};
    if (!cluster->token_file)
        return true;
    char *token = headers_read_secret(cluster->token_file, why);
    if (!token)
        reason_wrap(why, "--token-file");
    headers_wipe(token);
    return token != NULL;
}

void cluster_free(struct cluster *cluster)
{
    free(cluster->server);
    url_free(&cluster->url);
    free(cluster->token_file);
    strings_clear(&cluster->trust_stores);
}
