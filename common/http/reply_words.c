/* The message in the body of a refusal, for reply.h. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/http/reply.h"

#include "common/base/banned.h"

enum { WORD = 64, SECRET_LEAST = 8 /* shorter words may occur in any message */ };

static bool has_text(const char *body, size_t length, const char *text)
{
    size_t wanted = strlen(text);

    for (size_t i = 0; i + wanted <= length; i++)
        if (strncasecmp(body + i, text, wanted) == 0)
            return true;
    return false;
}

/* Whether the text contains a word of a header's value, such as the token of "Authorization: Bearer TOKEN". */
static bool repeats(const char *text, size_t length_of_text, const char *line)
{
    char word[WORD];

    line += strcspn(line, ":;");
    while (*(line += strspn(line, ":; ")) != '\0') {
        size_t length = strcspn(line, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, line); /* the beginning of a long one is enough */
        if (length >= SECRET_LEAST && memmem(text, length_of_text, word, strlen(word)))
            return true;
        line += length;
    }
    return false;
}

bool reply_repeats(const char *text, size_t length, const struct strings *sent)
{
    for (size_t i = 0; sent && i < sent->count; i++)
        if (repeats(text, length, sent->items[i]))
            return true;
    return false;
}

/* https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
static void add_status(const struct strings *sent, const char *body, size_t length, struct reason *why)
{
    json_t *status = json_loadb(body, length, JSON_DISABLE_EOF_CHECK, NULL);
    const char *kind = json_string_value(json_object_get(status, "kind"));
    const char *message = json_string_value(json_object_get(status, "message"));
    size_t used = strlen(why->text);

    if (kind && message && strcmp(kind, "Status") == 0 && !reply_repeats(message, strlen(message), sent)) {
        snprintf(why->text + used, sizeof why->text - used, ": %.260s", message);
        if (has_text(message, strlen(message), "system:serviceaccount:"))
            reason_hint(why, "a Role and a RoleBinding let this service account read it");
    }
    json_decref(status);
}

void reply_add_words(int status, bool encrypted, const struct strings *sent, const char *body, size_t length,
                     struct reason *why)
{
    size_t used = strlen(why->text);

    if (status == 400 && !encrypted &&
        (has_text(body, length, "https") || has_text(body, length, "SSL-enabled"))) {
        snprintf(why->text + used, sizeof why->text - used, ": this port speaks TLS");
        reason_hint(why, "write https:// in the URL");
    } else if (status >= 400 && length > 0 && *body == '{') {
        add_status(sent, body, length, why);
    }
}
