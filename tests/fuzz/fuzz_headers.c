/* A file of headers, of a secret, and each of its lines as --header: what is taken can go on the wire as it is, and a message
 * never repeats a value. */
#include <ctype.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/http/headers.h"
#include "tests/fuzz/input.h"

static void check_line(const char *line)
{
    const char *colon = strpbrk(line, ":;");

    MUST(colon && colon > line && !strpbrk(line, "\r\n"));
    for (const char *at = line; at < colon; at++)
        MUST(isgraph((unsigned char)*at));
}

static void try_file(const char *path)
{
    static const struct url nobody;
    struct headers_entry entries[] = {
        {.kind = HEADERS_LINES_FILE, .value = path},
        {.kind = HEADERS_BEARER_FILE, .value = path},
        {.kind = HEADERS_BASIC_FILE, .value = path},
    };
    struct reason why;

    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        const struct headers_source source = {.entries = &entries[i], .count = 1};
        struct strings list = {0};
        if (!headers_read(&source, &nobody, true, &list, &why))
            MUST(why.code == CODE_USAGE && why.text[0] != '\0');
        for (size_t j = 0; j < list.count; j++)
            check_line(list.items[j]);
        headers_clear(&list);
    }
    char *secret = headers_read_secret(path, &why);
    if (secret)
        MUST(*secret != '\0' && !strpbrk(secret, "\r\n"));
    headers_wipe(secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size), *rest = text, *line, path[32];
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    struct reason why;

    MUST(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    try_file(path);
    close(descriptor);
    while ((line = strsep(&rest, "\n"))) {
        if (headers_check(line, &why))
            check_line(line);
        else
            MUST(why.code == CODE_USAGE && why.text[0] != '\0');
    }
    free(text);
    return 0;
}
