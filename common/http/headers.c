#include "common/http/headers.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/strings.h"

#include "common/base/banned.h"

void headers_wipe(char *secret)
{
    if (secret)
        OPENSSL_cleanse(secret, strlen(secret));
    free(secret);
}

void headers_clear(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        OPENSSL_cleanse(list->items[i], strlen(list->items[i]));
    strings_clear(list);
}

/* The first control byte that is not a tab; 0: there is none. */
static int control_byte(const char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7F)
            return (unsigned char)*text;
    return 0;
}

/* RFC 9110, 5.6.2. */
static bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

/* These headers define where the message ends; libcurl sets them. */
static bool frames_message(const char *name, size_t length)
{
    static const char *const names[] = {"Content-Length", "Transfer-Encoding", "Connection", "Upgrade"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncasecmp(name, names[i], length) == 0)
            return true;
    return false;
}

bool headers_check_form(const char *line, struct reason *why)
{
    size_t length = 0;
    int byte = control_byte(line);

    if (byte != 0)
        return reason_set(why, CODE_USAGE, "a header cannot hold the byte 0x%02x%s", (unsigned)byte,
                          byte == '\r' ? " (a carriage return)" : "");
    while (is_token_byte(line[length]))
        length++;
    return (length > 0 && line[length] == ':') || reason_set(why, CODE_USAGE, "expected 'NAME: VALUE'");
}

bool headers_check(const char *line, struct reason *why)
{
    size_t length = strcspn(line, ":");

    if (!headers_check_form(line, why))
        return false;
    if (frames_message(line, length))
        return reason_set(why, CODE_USAGE, "%.*s cannot be set: it follows from the body", (int)length, line);
    return true;
}

/* libcurl takes "NAME:" for "without this header", and "NAME;" for an empty one. */
static void add_line(struct strings *list, const char *line)
{
    size_t name = strcspn(line, ":");

    if (line[name + 1 + strspn(line + name + 1, " \t")] != '\0') {
        strings_add(list, line, strlen(line));
        return;
    }
    char *empty = xstrndup(line, name + 1);
    empty[name] = ';';
    strings_add(list, empty, strlen(empty));
    free(empty);
}

static bool read_file(const char *path, struct buf *content, struct reason *why)
{
    buf_init(content, HEADERS_FILE);
    if (!file_read(path, content, NULL, why))
        return false;
    return strlen(content->data) == content->length ||
           reason_set(why, CODE_USAGE, "%.200s: holds a NUL byte", path);
}

static bool add_file(const char *path, struct strings *list, struct reason *why)
{
    struct buf content;
    unsigned number = 0;
    size_t before = list->count;
    bool good = read_file(path, &content, why);

    for (char *at = content.data; good && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        char *next = at + length + (at[length] == '\n');
        at[length] = '\0';
        number++;
        if (length > 0 && !headers_check(at, why)) {
            reason_wrap(why, "%s, line %u", path, number);
            good = false;
        } else if (length > 0) {
            add_line(list, at);
        }
        at = next;
    }
    if (good && list->count == before)
        good = reason_set(why, CODE_USAGE, "%.200s: is empty: expected 'NAME: VALUE', one a line", path);
    OPENSSL_cleanse(content.data, content.capacity);
    buf_free(&content);
    return good;
}

char *headers_read_secret(const char *path, struct reason *why)
{
    struct buf content;
    char *secret = NULL;
    bool good = read_file(path, &content, why);

    while (good && content.length > 0 && strchr("\r\n", content.data[content.length - 1]))
        content.data[--content.length] = '\0';
    if (good && content.length == 0)
        reason_set(why, CODE_USAGE, "%.200s: is empty", path);
    else if (good && control_byte(content.data) != 0)
        reason_set(why, CODE_USAGE, "%.200s: holds a control byte: expected one line", path);
    else if (good)
        secret = xstrdup(content.data);
    OPENSSL_cleanse(content.data, content.capacity);
    buf_free(&content);
    return secret;
}

static bool add_bearer(const char *path, struct strings *list, struct reason *why)
{
    struct buf line;
    char *token = headers_read_secret(path, why);

    if (!token)
        return false;
    buf_init(&line, 2 * HEADERS_FILE);
    buf_add_format(&line, "Authorization: Bearer %s", token);
    strings_add(list, line.data, line.length);
    headers_wipe(token);
    OPENSSL_cleanse(line.data, line.capacity);
    buf_free(&line);
    return true;
}

/* RFC 7617: base64 of user:password. */
static bool add_basic(const char *path, struct strings *list, struct reason *why)
{
    struct buf line;
    char *secret = headers_read_secret(path, why);

    if (secret && !strchr(secret, ':')) {
        reason_set(why, CODE_USAGE, "%.200s: expected user:password", path);
        headers_wipe(secret);
        secret = NULL;
    }
    if (!secret)
        return false;
    size_t length = strlen(secret);
    char *encoded = xcalloc(length / 3 + 1, 4 + 1);
    EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)secret, (int)length);
    buf_init(&line, 2 * HEADERS_FILE);
    buf_add_format(&line, "Authorization: Basic %s", encoded);
    strings_add(list, line.data, line.length);
    headers_wipe(secret);
    headers_wipe(encoded);
    OPENSSL_cleanse(line.data, line.capacity);
    buf_free(&line);
    return true;
}

const char *headers_option(enum headers_kind kind)
{
    static const char *const names[] = {
        [HEADERS_LINE] = "--header",
        [HEADERS_LINES_FILE] = "--header-file",
        [HEADERS_BEARER_FILE] = "--bearer-token-file",
        [HEADERS_BASIC_FILE] = "--basic-auth-file",
    };

    return names[kind];
}

static bool add_entry(const struct headers_entry *entry, struct strings *list, struct reason *why)
{
    bool good = true;

    switch (entry->kind) {
    case HEADERS_LINE:
        add_line(list, entry->value);
        break;
    case HEADERS_LINES_FILE:
        good = add_file(entry->value, list, why);
        break;
    case HEADERS_BEARER_FILE:
        good = add_bearer(entry->value, list, why);
        break;
    case HEADERS_BASIC_FILE:
        good = add_basic(entry->value, list, why);
        break;
    }
    if (!good)
        reason_wrap(why, "%s", entry->option ? entry->option : headers_option(entry->kind));
    return good;
}

size_t headers_authorizations(const struct strings *list)
{
    static const char name[] = "Authorization";
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += strncasecmp(list->items[i], name, sizeof name - 1) == 0 &&
                 strcspn(list->items[i], ":;") == sizeof name - 1;
    return count;
}

bool headers_read(const struct headers_source *source, const struct url *url, bool own, struct strings *list,
                  struct reason *why)
{
    bool good = true;

    for (size_t i = 0; good && i < source->count; i++) {
        const struct headers_entry *entry = &source->entries[i];
        if (entry->origin.text ? url_same_party(&entry->origin, url) : own)
            good = add_entry(entry, list, why);
    }
    if (good &&
        headers_authorizations(list) > 1) /* a server would use one of them, and it is not known which */
        good = reason_set(why, CODE_USAGE,
                          "Authorization would be sent %zu times: expected one header of that name",
                          headers_authorizations(list));
    if (!good)
        headers_clear(list);
    return good;
}
