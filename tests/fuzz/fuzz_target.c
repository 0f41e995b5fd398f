/* A target or a name, as an operand; the first line is the namespace. What is taken is a host name that DNS takes too. */
#include <limits.h>

#include "cmd/wait-for-dns/name.h"
#include "common/target.h"
#include "tests/fuzz/input.h"

static void check_host(const char *host)
{
    size_t length = strlen(host);

    MUST(length >= 1 && length - (host[length - 1] == '.') <= DNS_NAME_LONGEST);
    MUST(!strstr(host, "..") && host[0] != '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *first = input_first_line(data, size, &text), namespace[NAME_MAX] = "";
    struct target target;
    struct reason why;
    struct name *name = xcalloc(1, sizeof *name);

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
    free(name);
    free(first);
    free(text);
    return 0;
}
