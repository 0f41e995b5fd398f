/* What comes in place of a file: JSON in any pieces, checksums, credentials, Retry-After. */
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/jsoncheck.h"
#include "cmd/fetch-config/reply.h"
#include "cmd/fetch-config/validate.h"
#include "tests/fuzz/input.h"

static void json(const char *text, size_t size)
{
    struct jsoncheck whole, pieces;

    jsoncheck_begin(&whole);
    jsoncheck_feed(&whole, text, size);
    bool good = jsoncheck_end(&whole);
    jsoncheck_begin(&pieces);
    for (size_t i = 0; i < size && jsoncheck_feed(&pieces, text + i, 1); i++)
        continue;
    MUST(jsoncheck_end(&pieces) == good);
    MUST(good ||
         (whole.problem && whole.line >= 1 && whole.line == pieces.line && whole.column == pieces.column));
}

static void formats(const char *text, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    struct reason why;

    MUST(descriptor >= 0 && write(descriptor, text, size) == (ssize_t)size);
    for (int format = VALIDATE_JSON; format <= VALIDATE_XML; format++) {
        lseek(descriptor, 0, SEEK_SET);
        if (!validate(descriptor, (enum validate_format)format, &why))
            MUST(why.code == CODE_FAILED && why.text[0] != '\0');
    }
    close(descriptor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size), hex[SPOOL_DIGEST];
    struct aws_key key = {0};

    json(text, size);
    formats(text, size);
    aws_answer_json(text, size, &key);
    aws_key_free(&key);
    aws_answer_xml(text, size, &key);
    aws_key_free(&key);
    MUST(reply_retry_after(text, 1000000000) >= 0);
    if (checksum_find(text, "name", hex))
        MUST(strlen(hex) == SPOOL_DIGEST - 1);
    free(text);
    return 0;
}
