/* A target or a name, as an operand; the first line is the namespace. What is taken is a host name that DNS takes too. */
#include <limits.h>
#include <strings.h>

#include "cmd/wait-for-dns/name.h"
#include "common/net/target.h"
#include "tests/fuzz/input.h"

static void check_host(const char *host)
{
    size_t length = strlen(host);

    MUST(length >= 1 && length - (host[length - 1] == '.') <= HOSTNAME_LONGEST);
    MUST(!strstr(host, "..") && host[0] != '.');
}

/* Nothing between "//" and the last "@" is shown, whatever the bytes, and no query. */
static void check_shown(const char *text, const char *shown)
{
    const char *slashes = strstr(text, "//"), *at = strrchr(text, '@');
    bool begins = slashes && strcspn(text, "?#@") > (size_t)(slashes - text);
    const char *start = begins ? slashes + 2 : text;

    if (strncmp(text, "unix:", 5) == 0 || strncasecmp(text, "file:///", 8) == 0) {
        MUST(strcmp(text, shown) == 0);
        return;
    }
    MUST(!strchr(start - text + shown, '?') && !strchr(start - text + shown, '#'));
    if (!at || at < start)
        return;
    MUST(strncmp(text, shown, (size_t)(start - text)) == 0);
    shown += start - text;
    if (strcmp(shown, "...") == 0 || strncmp(at + 1, shown, strlen(shown)) == 0)
        return;
    MUST(strncmp(shown, ".../", 4) == 0 && strncmp(at + 1, shown + 4, strlen(shown + 4)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *first = input_first_line(data, size, &text), namespace[NAME_MAX] = "";
    struct target target;
    struct reason why;
    struct name *name = xcalloc(1, sizeof *name);
    char *shown = target_show(text);

    check_shown(text, shown);

    memcpy(namespace, first, strnlen(first, sizeof namespace - 1));
    if (target_parse(text, namespace, &target, &why)) {
        MUST(target.kind != TARGET_NAME || target.port != 0);
        MUST(target.kind != TARGET_ADDRESS || address_port(&target.at.address) != 0);
        if (target.kind == TARGET_NAME)
            check_host(target.at.host);
    } else {
        MUST(why.code == CODE_USAGE);
    }
    if (name_parse(text, namespace, name, &why))
        check_host(name->host);
    free(shown);
    free(name);
    free(first);
    free(text);
    return 0;
}
