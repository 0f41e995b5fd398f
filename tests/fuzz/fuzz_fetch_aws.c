/* What STS, the container endpoint and S3 answer: credentials fit for a header, and a code that can be printed. */
#include <stdlib.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/aws_refusal.h"
#include "common/http/reply.h"
#include "tests/fuzz/input.h"

static void check_word(const char *word)
{
    for (; word && *word != '\0'; word++)
        MUST(*word > ' ' && *word <= '~');
}

static void check_key(bool good, struct aws_key *key)
{
    MUST(!good || (key->id && key->secret));
    check_word(key->id);
    check_word(key->secret);
    check_word(key->token);
    aws_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size);
    struct aws_key key = {0};
    struct reason why;

    check_key(aws_answer_xml(text, size, &key), &key);
    check_key(aws_answer_json(text, size, &key), &key);
    reason_set(&why, CODE_HTTP_STATUS, "HTTP status 403 Forbidden");
    size_t status = strlen(why.text);
    aws_refusal_tell(size % 2 == 0 ? REFUSER_S3 : REFUSER_STS, 403, "", text, size, &why);
    MUST(why.text[status] == '\0' || strncmp(why.text + status, ": ", 2) == 0);
    if (why.text[status] != '\0')
        check_word(why.text + status + 2);
    for (const char *at = why.hint; *at != '\0'; at++)
        MUST(*at >= ' ' && *at <= '~');
    reply_add_words(size % 2 == 0 ? 400 : 403, false, NULL, text, size, &why);
    MUST(strlen(why.text) < sizeof why.text);
    free(text);
    return 0;
}
