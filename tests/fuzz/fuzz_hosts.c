/* A hosts file, and the name on the first line looked for in it: what is found stands in the file before that name, and what stands
 * there is found. The file is read once more here, word by word. */
#include <strings.h>

#include "common/dns/hosts.h"

#include "tests/fuzz/input.h"

/* The same but for case and a dot at the end of either. */
static bool is_nearly(const char *word, const char *name)
{
    size_t a = strlen(word), b = strlen(name);

    a -= a > 0 && word[a - 1] == '.';
    b -= b > 0 && name[b - 1] == '.';
    return a == b && strncasecmp(word, name, a) == 0;
}

/* Whether a line of `text` gives `address` (NULL: any of the family) to the name; `exactly` so written. */
static bool file_has(const char *text, const char *name, const struct address *address, int family,
                     bool exactly)
{
    char *copy = input_text((const uint8_t *)text, strlen(text)), *rest = copy, *line;
    bool has = false;

    while (!has && (line = strsep(&rest, "\n"))) {
        struct address own;
        char *words = line, *word;
        size_t number = 0;
        line[strcspn(line, "#")] = '\0';
        while (!has && (word = strsep(&words, " \t\f\v\r"))) {
            if (*word == '\0')
                continue;
            if (number++ == 0) {
                if (!address_parse(word, 0, &own) || (address && !address_same(&own, address)) ||
                    (family != AF_UNSPEC && address_family(&own) != family))
                    break;
                continue;
            }
            has = exactly ? strcmp(word, name) == 0 : is_nearly(word, name);
        }
    }
    free(copy);
    return has;
}

static void check(const char *content, const char *name, int family)
{
    struct address found[HOSTS_ADDRESSES];
    char *text = input_text((const uint8_t *)content, strlen(content));
    size_t count = hosts_find(text, name, family, found);

    MUST(count <= HOSTS_ADDRESSES);
    for (size_t i = 0; i < count; i++) {
        MUST(family == AF_UNSPEC || address_family(&found[i]) == family);
        MUST(file_has(content, name, &found[i], family, false) ||
             (is_nearly("localhost", name) && address_is_loopback(&found[i])));
        for (size_t j = 0; j < i; j++)
            MUST(!address_same(&found[i], &found[j]));
    }
    if (*name != '\0' && name[strlen(name) - 1] != '.' && file_has(content, name, NULL, family, true))
        MUST(count > 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *content, *name = input_first_line(data, size, &content);

    check(content, name, AF_UNSPEC);
    check(content, name, AF_INET);
    check(content, name, AF_INET6);
    free(name);
    free(content);
    return 0;
}
