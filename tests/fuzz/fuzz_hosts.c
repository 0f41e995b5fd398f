/* A hosts file, and the name on the first line looked for in it. */
#include "common/hosts.h"

#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
    struct address found[HOSTS_ADDRESSES];

    for (size_t i = 0; i < 3; i++) {
        char *text, *name = input_first_line(data, size, &text), shown[ADDRESS_TEXT];
        size_t count = hosts_find(text, name, families[i], found);
        MUST(count <= HOSTS_ADDRESSES);
        for (size_t j = 0; j < count; j++) {
            MUST(families[i] == AF_UNSPEC || address_family(&found[j]) == families[i]);
            MUST(address_format(&found[j], shown) && strlen(shown) > 1);
        }
        free(name);
        free(text);
    }
    return 0;
}
