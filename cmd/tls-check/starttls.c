#include "cmd/tls-check/starttls.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/net/ber.h"

#include "common/base/banned.h"

enum { LINE = 1024, MYSQL_HEAD = 4 };

static enum dialogue_next refuse(struct reason *why, const char *what, const char *said)
{
    reason_set(why, CODE_PROTOCOL, "the server does not start TLS: %s", what);
    if (*said != '\0')
        reason_detail(why, " (\"%.100s\")", said);
    reason_hint(why, "is TLS enabled there, and is this the protocol that it speaks (--starttls)?");
    return DIALOGUE_FAILED;
}

static enum dialogue_next mail_busy(struct reason *why, const char *line)
{
    reason_set(why, CODE_PROTOCOL, "the mail server is not ready");
    reason_detail(why, " (\"%.100s\")", line);
    reason_hint(why, "it is starting, or refuses this host for now");
    return DIALOGUE_RETRY;
}

/* --- SMTP --- */

static enum dialogue_next smtp_refused(int step, struct reason *why, const char *line)
{
    if (line[0] == '4' || strncmp(line, "554", 3) == 0)
        return mail_busy(why, line);
    return refuse(why, step == 0 ? "it does not greet as expected" : "it refuses the command", line);
}

static enum dialogue_next smtp_next(int *step, struct buf *in, struct buf *out, struct reason *why)
{
    static const char *const codes[] = {"220", "250", "220"};
    static const char *const commands[] = {"EHLO initkit\r\n", "STARTTLS\r\n", ""};
    char line[LINE];

    while (dialogue_take_line(in, line, sizeof line)) {
        if (strlen(line) > 3 && line[3] == '-' && strncmp(line, codes[*step], 3) == 0)
            continue; /* more lines follow */
        if (strncmp(line, codes[*step], 3) != 0)
            return smtp_refused(*step, why, line);
        buf_add_text(out, commands[*step]);
        if (++*step == 3)
            return DIALOGUE_DONE;
        return DIALOGUE_MORE;
    }
    return DIALOGUE_MORE;
}

/* --- IMAP and POP3: a greeting, a command, its answer --- */

struct mail {
    const char *greeting, *busy; /* how a server begins that takes us, or that does not for now */
    const char *command, *tag, *good;
};

static const struct mail imap = {"* ", "* BYE", "a1 STARTTLS\r\n", "a1 ", "a1 OK"};
static const struct mail pop3 = {"+OK", "-ERR", "STLS\r\n", "", "+OK"};

static bool begins_with(const char *line, const char *word)
{
    return strncasecmp(line, word, strlen(word)) == 0;
}

static enum dialogue_next mail_next(const struct mail *mail, int *step, struct buf *in, struct buf *out,
                                    struct reason *why)
{
    char line[LINE];

    while (dialogue_take_line(in, line, sizeof line)) {
        if (*step == 0) {
            if (begins_with(line, mail->busy))
                return mail_busy(why, line);
            if (!begins_with(line, mail->greeting))
                return refuse(why, "it does not greet as expected", line);
            buf_add_text(out, mail->command);
            *step = 1;
        } else if (begins_with(line, mail->tag)) {
            return begins_with(line, mail->good) ? DIALOGUE_DONE
                                                 : refuse(why, "it refuses the command", line);
        }
    }
    return DIALOGUE_MORE;
}

/* --- PostgreSQL: SSLRequest, answered by one byte --- */

static enum dialogue_next postgres_next(int *step, struct buf *in, struct buf *out, struct reason *why)
{
    static const unsigned char request[] = {0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F};

    if (*step == 0) {
        buf_add(out, request, sizeof request);
        *step = 1;
    }
    if (in->length == 0)
        return DIALOGUE_MORE;
    char answer = in->data[0];
    dialogue_drop(in, 1);
    if (answer == 'S')
        return DIALOGUE_DONE;
    return answer == 'N' ? refuse(why, "it has TLS disabled (ssl = off)", "")
                         : refuse(why, "it is not a PostgreSQL server, or answers with an error", "");
}

/* --- MySQL: the server greets with a packet, the client answers with a short login that asks for TLS --- */

static enum dialogue_next mysql_greeting(const struct buf *in, size_t length, struct reason *why)
{
    const unsigned char *at = (const unsigned char *)in->data + MYSQL_HEAD;
    const unsigned char *end = at + length;

    if (length > 3 && at[0] == 0xFF) {
        char said[LINE];
        snprintf(said, sizeof said, "%.*s", (int)(length - 3), (const char *)at + 3);
        reason_set(why, CODE_PROTOCOL, "the database server is not ready");
        reason_detail(why, " (\"%.100s\")", said);
        return DIALOGUE_RETRY;
    }
    const unsigned char *version_end = length > 0 && at[0] == 10 ? memchr(at, 0, length) : NULL;
    /* After the version: 4 bytes of thread, 8 of salt, a filler, 2 of capabilities. */
    if (!version_end || end - version_end < 16)
        return refuse(why, "it does not greet as a MySQL server", "");
    return (version_end[15] & 0x08) != 0 ? DIALOGUE_DONE : refuse(why, "it has TLS disabled", "");
}

static enum dialogue_next mysql_next(struct buf *in, struct buf *out, struct reason *why)
{
    /* CLIENT_LONG_PASSWORD, PROTOCOL_41, SSL, SECURE_CONNECTION; 16 MiB packets; utf8. */
    static const unsigned char request[36] = {32,   0,    0,    1,    0x01, 0x8A, 0x00,
                                              0x00, 0xFF, 0xFF, 0xFF, 0x00, 33};
    const unsigned char *head = (const unsigned char *)in->data;

    if (in->length < MYSQL_HEAD)
        return DIALOGUE_MORE;
    size_t length = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
    if (length > DIALOGUE_MAX - MYSQL_HEAD)
        return refuse(why, "it does not greet as a MySQL server", "");
    if (in->length < MYSQL_HEAD + length)
        return DIALOGUE_MORE;
    enum dialogue_next next = mysql_greeting(in, length, why);
    dialogue_drop(in, MYSQL_HEAD + length);
    if (next == DIALOGUE_DONE)
        buf_add(out, request, sizeof request);
    return next;
}

/* --- LDAP: an extended request with StartTLS's OID, and what became of it --- */

enum { LDAP_MESSAGE = 0x30, LDAP_INTEGER = 2, LDAP_TEXT = 4, LDAP_RESULT = 10, LDAP_EXTENDED = 0x78 };
enum { LDAP_BUSY = 51, LDAP_UNAVAILABLE = 52 };

static enum dialogue_next ldap_answer(struct ber from, struct reason *why)
{
    struct ber message, response, result, ignored, said;
    char text[LINE];

    if (!ber_take(&from, LDAP_MESSAGE, &message) || !ber_take(&message, LDAP_INTEGER, &ignored) ||
        !ber_take(&message, LDAP_EXTENDED, &response) || !ber_take(&response, LDAP_RESULT, &result) ||
        result.length != 1)
        return refuse(why, "it does not answer as an LDAP server", "");
    if (result.at[0] == 0)
        return DIALOGUE_DONE;
    if (ber_take(&response, LDAP_TEXT, &ignored) && ber_take(&response, LDAP_TEXT, &said) && said.length > 0)
        snprintf(text, sizeof text, "%.*s", (int)said.length, (const char *)said.at);
    else
        snprintf(text, sizeof text, "result code %d", result.at[0]);
    if (result.at[0] != LDAP_BUSY && result.at[0] != LDAP_UNAVAILABLE)
        return refuse(why, "it refuses the request", text);
    reason_set(why, CODE_PROTOCOL, "the directory server is not ready");
    reason_detail(why, " (\"%.100s\")", text);
    return DIALOGUE_RETRY;
}

static enum dialogue_next ldap_next(int *step, struct buf *in, struct buf *out, struct reason *why)
{
    static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                                  "1.3.6.1.4.1.1466.20037";
    struct ber from = {(const unsigned char *)in->data, in->length};
    size_t length;

    if (*step == 0) {
        buf_add(out, request, sizeof request - 1);
        *step = 1;
    }
    if (from.length > 0 && from.at[0] != LDAP_MESSAGE)
        return refuse(why, "it does not answer as an LDAP server", "");
    size_t head = ber_head(from, &length);
    if (head == 0)
        return DIALOGUE_MORE;
    if (length > DIALOGUE_MAX - head)
        return refuse(why, "it does not answer as an LDAP server", "");
    if (from.length < head + length)
        return DIALOGUE_MORE;
    enum dialogue_next next = ldap_answer((struct ber){from.at, head + length}, why);
    dialogue_drop(in, head + length);
    return next;
}

static enum dialogue_next next_step(enum starttls_protocol protocol, int *step, struct buf *in,
                                    struct buf *out, struct reason *why)
{
    switch (protocol) {
    case STARTTLS_SMTP:
        return smtp_next(step, in, out, why);
    case STARTTLS_IMAP:
        return mail_next(&imap, step, in, out, why);
    case STARTTLS_POP3:
        return mail_next(&pop3, step, in, out, why);
    case STARTTLS_POSTGRES:
        return postgres_next(step, in, out, why);
    case STARTTLS_MYSQL:
        return mysql_next(in, out, why);
    case STARTTLS_LDAP:
        return ldap_next(step, in, out, why);
    case STARTTLS_NONE:
        break;
    }
    return DIALOGUE_DONE;
}

/* Plain text behind the go-ahead is an injection: somebody hopes that it is taken for part of the protected conversation. */
enum dialogue_next starttls_next(enum starttls_protocol protocol, int *step, struct buf *in, struct buf *out,
                                 struct reason *why)
{
    enum dialogue_next next = next_step(protocol, step, in, out, why);

    if (next == DIALOGUE_DONE && in->length > 0)
        return refuse(why, "it sends plain text after it agreed to TLS", "");
    return next;
}
