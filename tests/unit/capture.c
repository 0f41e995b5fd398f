#include "tests/unit/capture.h"

#include <check.h>
#include <stdio.h>
#include <unistd.h>

static FILE *kept;
static int captured, original;

void capture_begin(int descriptor)
{
    kept = tmpfile();
    ck_assert_ptr_nonnull(kept);
    captured = descriptor;
    original = dup(descriptor);
    ck_assert_int_ge(dup2(fileno(kept), descriptor), 0);
}

const char *capture_end(void)
{
    static char text[256 * 1024];

    fflush(stdout);
    dup2(original, captured);
    close(original);
    rewind(kept);
    size_t length = fread(text, 1, sizeof text - 1, kept);
    text[length] = '\0';
    fclose(kept);
    return text;
}
