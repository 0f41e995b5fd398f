#include "cmd/wait-for-tcp/dial.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cmd/wait-for-tcp/protocol.h"
#include "common/base/deadline.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct loop *loop;
static struct needle needle;
static const char *sends;
static int64_t held;
static struct dial *dial; /* freed when it has ended, as a probe does */
static struct sockaddr_un where;
static int listener, peer = -1;
static struct loop_watch listener_watch;
static enum dial_state ended; /* DIAL_IDLE: not yet */
static int error;
static int64_t took;
static char seen[DIAL_SEEN];
static struct reason why;
static const struct protocol *protocol;
static size_t seen_length;

static void on_end(struct dial *self)
{
    ck_assert_ptr_eq(self, dial);
    ck_assert(dial_has_ended(self));
    ended = self->state;
    error = self->error;
    seen_length = self->seen_length;
    memcpy(seen, self->seen, seen_length);
    if (self->talk)
        why = self->talk->why;
    dial_clear(dial);
    free(dial);
    dial = NULL;
    loop_quit(loop);
}

static void on_accept(void *owner, uint32_t events)
{
    (void)owner;
    (void)events;
    peer = accept(listener, NULL, NULL);
}

/* A listening unix socket: connecting succeeds at once, and no port is needed. */
static void begin(int64_t hold, const char *send_text, const char *expect_text)
{
    loop = loop_new();
    held = hold;
    sends = send_text;
    needle_begin(&needle, expect_text, strlen(expect_text));
    ck_assert(address_unix(scratch_path("socket"), &where));
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&where, sizeof where), 0);
    ck_assert_int_eq(listen(listener, 5), 0);
    listener_watch = (struct loop_watch){.fd = listener, .on_event = on_accept};
    ck_assert(loop_watch_add(loop, &listener_watch, EPOLLIN));
}

static void start(void)
{
    dial = calloc(1, sizeof *dial);
    *dial = (struct dial){.loop = loop,
                          .needle = &needle,
                          .protocol = protocol,
                          .send = sends,
                          .send_length = strlen(sends),
                          .hold = held,
                          .on_end = on_end};
    ended = DIAL_IDLE;
    dial_start(dial, (struct sockaddr *)&where, sizeof where);
}

static void on_pause_over(void *owner)
{
    (void)owner;
    loop_quit(loop);
}

/* Lets the loop run for so long, or until the dial has ended. */
static void run_for(int64_t milliseconds)
{
    struct loop_timer pause = {.on_due = on_pause_over};
    int64_t began = deadline_now();

    loop_timer_set(loop, &pause, began + milliseconds);
    if (ended == DIAL_IDLE)
        loop_run(loop);
    loop_timer_clear(loop, &pause);
    took = deadline_now() - began;
}

static void end(void)
{
    if (dial)
        dial_clear(dial);
    free(dial);
    protocol = NULL;
    needle_free(&needle);
    loop_free(loop);
    close(listener);
    if (peer >= 0)
        close(peer);
}

static void peer_sends(const char *bytes, size_t length)
{
    ck_assert_int_eq(write(peer, bytes, length), (ssize_t)length);
}

START_TEST(accepted_at_once_without_a_hold)
{
    begin(0, "", "");
    start();
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    end();
}
END_TEST

START_TEST(nobody_there)
{
    begin(0, "", "");
    ck_assert_int_eq(unlink(where.sun_path), 0);
    start();
    ck_assert_int_eq(ended, DIAL_ERROR);
    ck_assert_int_eq(error, ENOENT);
    end();
}
END_TEST

START_TEST(it_must_stay_open_for_the_hold)
{
    begin(100, "", "");
    start();
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    ck_assert_int_ge(took, 95);
    end();
}
END_TEST

START_TEST(closed_within_the_hold)
{
    begin(1000, "", "");
    start();
    run_for(30);
    close(peer);
    peer = -1;
    run_for(5000);
    ck_assert_int_eq(ended, DIAL_DROPPED);
    ck_assert_int_eq(error, 0);
    ck_assert_int_lt(took, 900);
    end();
}
END_TEST

/* A greeting proves nothing yet: servers also say why they close. */
START_TEST(bytes_do_not_end_the_hold)
{
    begin(200, "", "");
    start();
    run_for(30);
    peer_sends("hello", 5);
    run_for(5000);
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    ck_assert_int_ge(took, 100);
    end();
    unlink(where.sun_path);
    begin(5000, "", "");
    start();
    run_for(30);
    peer_sends("-ERR ", 5);
    peer_sends("max", 3);
    run_for(30);
    close(peer);
    peer = -1;
    run_for(5000);
    ck_assert_int_eq(ended, DIAL_DROPPED);
    ck_assert_uint_eq(seen_length, 8);
    ck_assert_int_eq(memcmp(seen, "-ERR max", 8), 0);
    end();
}
END_TEST

START_TEST(not_more_is_kept_than_is_shown)
{
    char bytes[3 * DIAL_SEEN];

    memset(bytes, 'x', sizeof bytes);
    begin(5000, "", "");
    start();
    run_for(30);
    peer_sends(bytes, sizeof bytes);
    run_for(30);
    close(peer);
    peer = -1;
    run_for(5000);
    ck_assert_int_eq(ended, DIAL_DROPPED);
    ck_assert_uint_eq(seen_length, DIAL_SEEN);
    end();
}
END_TEST

START_TEST(sent_and_answered_in_pieces)
{
    char got[16] = "";

    begin(5000, "PING\r\n", "+PONG");
    start();
    run_for(30);
    ck_assert_int_eq(read(peer, got, sizeof got - 1), 6);
    ck_assert_str_eq(got, "PING\r\n");
    static const char *const pieces[] = {"+", "+P", "ON+PO", "N"};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        peer_sends(pieces[i], strlen(pieces[i]));
        run_for(20);
        ck_assert_int_eq(ended, DIAL_IDLE);
    }
    peer_sends("G\r\n", 3);
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    end();
}
END_TEST

START_TEST(closed_before_the_expected_answer)
{
    begin(0, "PING", "+PONG");
    start();
    run_for(30);
    peer_sends("-ERR", 4);
    char sink[16];
    ck_assert_int_gt(read(peer, sink, sizeof sink), 0); /* or closing would be a reset */
    close(peer);
    peer = -1;
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_UNEXPECTED);
    ck_assert_int_eq(error, 0);
    end();
}
END_TEST

/* The owner frees the dial when it has ended: nothing may look at it behind that. */
START_TEST(closed_before_anything_was_sent)
{
    begin(1000, "PING", "+PONG");
    start();
    peer = accept(listener, NULL, NULL);
    close(peer);
    peer = -1;
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_DROPPED);
    ck_assert_int_eq(error, 0);
    end();
}
END_TEST

START_TEST(a_flood_without_the_expected_text)
{
    static char flood[64 * 1024];

    begin(0, "", "needle");
    start();
    run_for(30);
    for (int i = 0; i < 40 && ended == DIAL_IDLE; i++) {
        ssize_t sent = send(peer, flood, sizeof flood, MSG_DONTWAIT | MSG_NOSIGNAL);
        ck_assert(sent > 0 || errno == EAGAIN);
        run_for(20);
    }
    ck_assert_int_eq(ended, DIAL_UNEXPECTED);
    ck_assert_int_eq(error, EMSGSIZE);
    end();
}
END_TEST

START_TEST(more_to_send_than_a_socket_takes)
{
    static char text[2 * 1024 * 1024 + 1], sink[64 * 1024];
    size_t received = 0;

    memset(text, 'x', sizeof text - 1);
    begin(0, text, "");
    start();
    for (int i = 0; i < 2000 && ended == DIAL_IDLE; i++) {
        run_for(1);
        ssize_t got = peer >= 0 ? recv(peer, sink, sizeof sink, MSG_DONTWAIT) : 0;
        received += got > 0 ? (size_t)got : 0;
    }
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    ssize_t got;
    while ((got = recv(peer, sink, sizeof sink, MSG_DONTWAIT)) > 0)
        received += (size_t)got;
    ck_assert_uint_eq(received, sizeof text - 1);
    end();
}
END_TEST

START_TEST(stopped_in_each_state)
{
    begin(5000, "", "");
    start();
    dial_stop(dial);
    ck_assert_int_eq(dial->state, DIAL_UNPROVEN);
    ck_assert_int_eq(dial->error, ETIMEDOUT);
    dial_stop(dial);
    ck_assert_int_eq(dial->state, DIAL_UNPROVEN);
    end();
}
END_TEST

START_TEST(stopped_while_talking)
{
    begin(0, "PING", "PONG");
    start();
    run_for(20);
    dial_stop(dial);
    ck_assert_int_eq(dial->state, DIAL_UNEXPECTED);
    ck_assert_int_eq(dial->error, ETIMEDOUT);
    ck_assert_int_eq(ended, DIAL_IDLE); /* on_end is not called */
    end();
}
END_TEST

/* The reason is there to be read, although nothing can be sent to who gave it. */
START_TEST(what_came_before_the_end_is_read)
{
    begin(1000, "PING", "");
    start();
    peer = accept(listener, NULL, NULL);
    peer_sends("-ERR max", 8);
    close(peer);
    peer = -1;
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_DROPPED);
    ck_assert_uint_eq(seen_length, 8);
    end();
}
END_TEST

static void speak(const struct protocol *spoken)
{
    protocol = spoken;
    begin(5000, spoken->opening ? "PING" : "", "");
    start();
    run_for(30);
}

START_TEST(a_protocol_says_that_it_serves)
{
    char got[16] = "";

    speak(&protocol_smtp);
    peer_sends("220 he", 6);
    run_for(30);
    ck_assert_int_eq(ended, DIAL_IDLE);
    peer_sends("llo\r\n", 5);
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_ACCEPTED);
    ck_assert_int_eq(read(peer, got, sizeof got), 6);
    ck_assert_str_eq(got, "QUIT\r\n"); /* before it was closed */
    ck_assert_int_eq(read(peer, got, sizeof got), 0);
    end();
}
END_TEST

START_TEST(a_protocol_says_no)
{
    speak(&protocol_redis);
    peer_sends("-LOADING ...\r\n", 14);
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_NOT_YET);
    expect_contains(why.text, "LOADING");
    end();
    unlink(where.sun_path);
    speak(&protocol_redis);
    peer_sends("-WRONGPASS ...\r\n", 16);
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_NEVER);
    end();
}
END_TEST

START_TEST(another_protocol_silence_and_an_end)
{
    speak(&protocol_redis);
    peer_sends("HTTP/1.1 400\r\n", 14);
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_UNEXPECTED);
    ck_assert_int_eq(error, EPROTO);
    end();
    unlink(where.sun_path);
    speak(&protocol_nats);
    dial_stop(dial);
    ck_assert_int_eq(dial->state, DIAL_UNEXPECTED);
    ck_assert_int_eq(dial->error, ETIMEDOUT);
    end();
    unlink(where.sun_path);
    speak(&protocol_nats);
    peer_sends("INFO {}", 7);
    close(peer);
    peer = -1;
    run_for(2000);
    ck_assert_int_eq(ended, DIAL_UNEXPECTED);
    ck_assert_int_eq(error, 0);
    end();
}
END_TEST

/* Whether the text is seen, however its bytes are split; against a plain search. */
START_TEST(texts_that_begin_again_within_themselves)
{
    static const char *const wanted[] = {"a",      "aa",      "aab",     "abab",
                                         "abcabd", "aabaaab", "aabaaac", "\r\n\r\n"};
    static const char *const streams[] = {"aaab",           "abcabcabd", "abaababab",   "aabaabaaab",
                                          "\r\n\r\r\n\r\n", "b",         "aabaaabaaac", "aabaaa"};

    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        for (size_t j = 0; j < COUNT_OF(streams); j++) {
            begin(0, "", wanted[i]);
            start();
            run_for(5);
            for (const char *at = streams[j]; *at != '\0' && ended == DIAL_IDLE; at++) {
                peer_sends(at, 1);
                run_for(2);
            }
            run_for(5);
            ck_assert_msg((ended == DIAL_ACCEPTED) == (strstr(streams[j], wanted[i]) != NULL), "%s in %s",
                          wanted[i], streams[j]);
            end();
            peer = -1;
            unlink(where.sun_path);
        }
}
END_TEST

SUITE("dial", accepted_at_once_without_a_hold, nobody_there, it_must_stay_open_for_the_hold,
      closed_within_the_hold, bytes_do_not_end_the_hold, not_more_is_kept_than_is_shown,
      sent_and_answered_in_pieces, closed_before_the_expected_answer, closed_before_anything_was_sent,
      a_flood_without_the_expected_text, more_to_send_than_a_socket_takes, stopped_in_each_state,
      stopped_while_talking, what_came_before_the_end_is_read, a_protocol_says_that_it_serves,
      a_protocol_says_no, another_protocol_silence_and_an_end, texts_that_begin_again_within_themselves)
