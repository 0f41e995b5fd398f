/* resolv.conf, and the candidates that follow from it for the name on the first line. */
#include "common/dns/resolvconf.h"

#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *name = input_first_line(data, size, &text), candidate[HOSTNAME_SIZE];
    struct resolvconf *conf = xcalloc(1, sizeof *conf);

    resolvconf_parse(text, conf);
    MUST(conf->server_count <= RESOLVCONF_SERVERS && conf->domain_count <= RESOLVCONF_DOMAINS);
    MUST(conf->ndots >= 0 && conf->ndots <= 15);
    for (int search = 0; search < 2; search++) {
        size_t count = 0;
        for (; resolvconf_candidate(conf, name, search, count, candidate); count++)
            MUST(strlen(candidate) >= 1 && strlen(candidate) <= HOSTNAME_LONGEST);
        MUST(count <= (search ? RESOLVCONF_DOMAINS + 1 : 1));
    }
    free(conf);
    free(name);
    free(text);
    return 0;
}
