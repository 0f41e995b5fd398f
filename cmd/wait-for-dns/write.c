#include "cmd/wait-for-dns/write.h"

#include <string.h>

#include "common/base/json.h"

#include "common/base/banned.h"

/* One record per line; with several names each line begins with the name. */
static void write_lines(const struct name *name, bool several, struct buf *out)
{
    for (size_t i = 0; i < name->records.count; i++)
        buf_add_format(out, "%s%s%s\n", several ? name->label : "", several ? " " : "",
                       name->records.items[i].value);
}

static void write_hosts(const struct name *name, struct buf *out)
{
    size_t length = strlen(name->label);

    if (length > 0 && name->label[length - 1] == '.')
        length--;
    for (size_t i = 0; i < name->records.count; i++)
        buf_add_format(out, "%s %.*s\n", name->records.items[i].value, (int)length, name->label);
}

/* "mydb.ns/SRV" becomes MYDB_NS_SRV. */
static void add_variable(struct buf *out, const struct name *name)
{
    if (name->label[0] >= '0' && name->label[0] <= '9')
        buf_add_text(out, "_");
    for (const char *at = name->label; *at != '\0'; at++) {
        char c = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
        bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c != '.' || at[1] != '\0')
            buf_add(out, plain ? &c : "_", 1);
    }
    if (name->typed)
        buf_add_format(out, "_%s", dns_type_name(name->type));
}

/* Within single quotes, only the single quote has a meaning for a shell. */
static void add_quoted(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add(out, text, 1);
    }
}

/* Values with blanks in them are separated by line ends, others by blanks. */
static void write_env(const struct name *name, struct buf *out)
{
    bool blanks = name->typed && (name->type == DNS_MX || name->type == DNS_SRV || name->type == DNS_TXT);

    add_variable(out, name);
    buf_add_text(out, "='");
    for (size_t i = 0; i < name->records.count; i++) {
        if (i > 0)
            buf_add_text(out, blanks ? "\n" : " ");
        add_quoted(out, name->records.items[i].value);
    }
    buf_add_text(out, "'\n");
}

static void write_json(const struct name *name, struct buf *out)
{
    if (out->data[out->length - 1] == '}')
        buf_add_text(out, ",");
    buf_add_text(out, "\n{");
    json_add_member(out, "name", name->label);
    json_add_name(out, "records");
    buf_add_text(out, "[");
    for (size_t i = 0; i < name->records.count; i++) {
        buf_add_text(out, i > 0 ? ",{" : "{");
        json_add_member(out, "type", dns_type_name(name->records.items[i].type));
        json_add_member(out, "value", name->records.items[i].value);
        buf_add_text(out, "}");
    }
    buf_add_text(out, "]}");
}

void write_format(enum write_format format, const struct name *names, size_t count, struct buf *out)
{
    if (format == WRITE_JSON)
        buf_add_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        if (names[i].records.count == 0)
            continue;
        switch (format) {
        case WRITE_LINES:
            write_lines(&names[i], count > 1, out);
            break;
        case WRITE_JSON:
            write_json(&names[i], out);
            break;
        case WRITE_ENV:
            write_env(&names[i], out);
            break;
        case WRITE_HOSTS:
            write_hosts(&names[i], out);
            break;
        }
    }
    if (format == WRITE_JSON)
        buf_add_text(out, "\n]\n");
}
