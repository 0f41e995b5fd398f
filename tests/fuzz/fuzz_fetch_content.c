/* What comes in place of a file: JSON in any pieces, checksums, credentials, Retry-After. */
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/validate.h"
#include "common/base/deadline.h"
#include "common/http/json_arena.h"
#include "common/http/reply.h"
#include "tests/fuzz/input.h"

struct source {
    const char *text;
    size_t left, piece;
};

static size_t next_piece(void *into, size_t size, void *owner)
{
    struct source *source = owner;
    size_t length = size < source->piece ? size : source->piece;

    length = length < source->left ? length : source->left;
    memcpy(into, source->text, length);
    source->text += length;
    source->left -= length;
    return length;
}

static bool is_json(struct source *source, json_error_t *error)
{
    bool good = json_arena_load(next_piece, source, 1 << 20, error) != NULL;

    json_arena_clear();
    return good;
}

static void json(const char *text, size_t size)
{
    struct source whole = {text, size, size}, pieces = {text, size, 1};
    json_error_t error, other;
    bool good = is_json(&whole, &error);

    MUST(is_json(&pieces, &other) == good);
    MUST(good || (error.text[0] != '\0' && error.line >= 1 && error.line == other.line && error.column >= 1 &&
                  error.column == other.column));
}

static void formats(const char *text, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    struct reason why;

    MUST(descriptor >= 0 && write(descriptor, text, size) == (ssize_t)size);
    for (int format = VALIDATE_JSON; format <= VALIDATE_XML; format++) {
        lseek(descriptor, 0, SEEK_SET);
        if (!validate(descriptor, (enum validate_format)format, DEADLINE_NEVER, &why))
            MUST(why.code == CODE_FAILED && why.text[0] != '\0');
    }
    close(descriptor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size), hex[BODY_FILE_DIGEST];
    struct aws_key key = {0};
    const char *other;

    json(text, size);
    formats(text, size);
    aws_answer_json(text, size, &key);
    aws_key_free(&key);
    aws_answer_xml(text, size, &key);
    aws_key_free(&key);
    MUST(reply_retry_after(text, 1000000000) >= 0);
    if (checksum_find(text, "name", hex, &other) == CHECKSUM_FOUND)
        MUST(strlen(hex) == BODY_FILE_DIGEST - 1);
    free(text);
    return 0;
}
