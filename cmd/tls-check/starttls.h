/* TLS that begins on a command: SMTP (RFC 3207), IMAP and POP3 (RFC 2595), PostgreSQL, MySQL, LDAP (RFC 4511, 4.14). */
#ifndef TLS_CHECK_STARTTLS_H
#define TLS_CHECK_STARTTLS_H

#include "cmd/tls-check/dialogue.h"

enum starttls_protocol {
    STARTTLS_NONE,
    STARTTLS_SMTP,
    STARTTLS_IMAP,
    STARTTLS_POP3,
    STARTTLS_POSTGRES,
    STARTTLS_MYSQL,
    STARTTLS_LDAP,
};

/* The next step; `*step` is 0 at the beginning, when nothing has come yet. */
enum dialogue_next starttls_next(enum starttls_protocol protocol, int *step, struct buf *in, struct buf *out,
                                 struct reason *why);

#endif
