#include "common/trust/truststore.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/trust/anchors.h"
#include "common/trust/store_file.h"

#include "common/base/banned.h"

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

char *truststore_read_password(const char *path, struct reason *why)
{
    struct buf content;
    char *password = NULL;

    buf_init(&content, TRUSTSTORE_PASSWORD);
    if (file_read(path, &content, NULL, why)) {
        password = xstrndup(content.data, strcspn(content.data, "\r\n"));
        OPENSSL_cleanse(content.data, content.length);
    } else {
        why->code = CODE_TRUST_STORE;
        reason_hint(why, "the file with the password must exist and be readable: is its Secret mounted?");
    }
    buf_free(&content);
    return password;
}

static bool read_path(struct truststore *store, const char *path, struct reason *why)
{
    struct stat present;
    bool directory = stat(path, &present) == 0 && S_ISDIR(present.st_mode);

    if (directory && store->source->java)
        return anchors_java_refuses(path, "a directory", why);
    if (directory)
        return anchors_read_directory(store, path, why);
    store->java_alone = store->source->java;
    bool good = anchors_read_file(store, path, why);
    store->java_alone = false;
    return good;
}

/* As OpenSSL has it: the variables each stand for a part of the default. */
static bool read_system(struct truststore *store, struct reason *why)
{
    const char *file = environment_get("SSL_CERT_FILE"), *directory = environment_get("SSL_CERT_DIR");
    bool has_file = file && *file != '\0', has_directory = directory && *directory != '\0';

    if (has_directory && !anchors_read_directory(store, directory, why))
        return false;
    if (has_file)
        return anchors_read_file(store, file, why);
    if (has_directory)
        return true;
    if (anchors_read_file(store, SYSTEM_BUNDLE, why))
        return true;
    reason_hint(why, "this image has no CA bundle: mount one, or name one with --trust-store");
    return false;
}

static bool read_all(struct truststore *store, const struct strings *paths, struct reason *why)
{
    if (!paths || paths->count == 0) {
        snprintf(store->name, sizeof store->name, "the system's trust store");
        return read_system(store, why);
    }
    if (paths->count == 1)
        snprintf(store->name, sizeof store->name, "%s", paths->items[0]);
    else
        snprintf(store->name, sizeof store->name, "the %zu trust stores", paths->count);
    for (size_t i = 0; i < paths->count; i++) {
        bool system = strcmp(paths->items[i], TRUSTSTORE_SYSTEM) == 0;
        if (!(system ? read_system(store, why) : read_path(store, paths->items[i], why)))
            return false;
    }
    return true;
}

static bool take_password(struct truststore *store, const struct truststore_source *source,
                          struct reason *why)
{
    if (source->password)
        store->password = xstrdup(source->password);
    else if (source->password_file)
        store->password = truststore_read_password(source->password_file, why);
    return store->password || !source->password_file || source->password;
}

static void forget_password(struct truststore *store)
{
    if (store->password)
        OPENSSL_cleanse(store->password, strlen(store->password));
    free(store->password);
    store->password = NULL;
}

struct truststore *truststore_load(const struct truststore_source *source, struct reason *why)
{
    struct truststore *store = xcalloc(1, sizeof *store);

    store->source = source;
    bool good = take_password(store, source, why) && read_all(store, source->paths, why);
    good = !store_file_is_late(store->name[0] != '\0' ? store->name : "the trust store", source->deadline,
                               why) &&
           good;
    forget_password(store);
    store->source = NULL;
    anchors_drop_duplicates(store);
    if (good && store->count == 0) {
        good = reason_set(why, CODE_TRUST_STORE, "%.200s: holds no trusted certificate%s", store->name,
                          source->java && store->warnings.count > 0 ? " that Java sees" : "");
        if (store->warnings.count > 0)
            reason_hint(why, "%s", store->warnings.items[store->warnings.count - 1]);
    }
    if (good)
        return store;
    truststore_free(store);
    return NULL;
}

struct truststore *truststore_none(void)
{
    return xcalloc(1, sizeof(struct truststore));
}

void truststore_free(struct truststore *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->count; i++) {
        free(store->anchors[i].der);
        X509_NAME_free(store->anchors[i].name);
    }
    free(store->anchors);
    free(store->java_path);
    strings_clear(&store->warnings);
    strings_clear(&store->files);
    free(store);
}

size_t truststore_count(const struct truststore *store)
{
    return store->count;
}

const struct strings *truststore_warnings(const struct truststore *store)
{
    return &store->warnings;
}

const char *truststore_name(const struct truststore *store)
{
    return store->name;
}

const char *truststore_java_path(const struct truststore *store)
{
    return store->java_path;
}
