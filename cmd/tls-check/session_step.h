/* The steps of a session, each where its part of the way is: session_plain.c, session_tls.c, session_end.c. Only session*.c
 * know this. Each of them may be the last: then the session has ended when it comes back. */
#ifndef TLS_CHECK_SESSION_STEP_H
#define TLS_CHECK_SESSION_STEP_H

#include "cmd/tls-check/session.h"

enum { SESSION_CHUNK = 4096 /* bytes that are read at a time */ };

/* --- session_plain.c: the proxy, and STARTTLS --- */

/* Leaves the phase at hand for the next one that there is. */
void session_next_phase(struct session *session);

/* One step of the conversation with what has come. False: it is over with a failure. */
bool session_converse(struct session *session);

/* Reads what has come. False: nothing yet, or the connection is over. */
bool session_receive_plain(struct session *session);

/* False: not all could be sent yet, or the connection is over. */
bool session_send_plain(struct session *session);

/* --- session_tls.c: the handshake, and what comes behind it --- */

void session_begin_tls(struct session *session);
void session_shake(struct session *session);

/* TLS 1.3: the server looks at the client's certificate after the client has finished. */
void session_settle(struct session *session);

void session_http(struct session *session);

/* --- session_again.c: a second look --- */

/* Whether a second look at this server, over another connection, has something to find; and with which first message. */
bool session_wants_second(const struct session *session, enum hello_kind *kind);

/* Sends the first message of a second look, and goes on with what was answered. */
void session_begin_hello(struct session *session);
void session_read_hello(struct session *session);

/* Takes over what the second look came to, and forgets it. */
void session_conclude_second(struct session *session);

/* --- session_end.c --- */

/* What it came to so far, by what was seen. */
void session_judge(struct session *session);

/* What goes wrong on the way to the proxy, or while it is asked, is told as that. */
void session_name_proxy(struct session *session);

/* The same behind the proxy: it may be what stands in between. */
void session_name_way(struct session *session);

/* Ends it, judged by what was seen; or as it was judged before; or before there was any TLS, with `why` filled. Its owner learns of
 * it from session.c, once the step is over. */
void session_finish(struct session *session);
void session_end(struct session *session);
void session_fail(struct session *session, enum outcome outcome);

/* The peer ended (0) or broke the connection while something was to be read. */
void session_lost(struct session *session, int error);

#endif
