/* Redis and Valkey: PING, behind AUTH where there is a password (RESP). */
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

#define PING "*1\r\n$4\r\nPING\r\n"

bool protocol_redis_opening(struct buf *opening, const char *user, const struct buf *password)
{
    bool good = buf_add_format(opening, "*%d\r\n$4\r\nAUTH\r\n", user ? 3 : 2);

    if (user)
        good = good && buf_add_format(opening, "$%zu\r\n%s\r\n", strlen(user), user);
    return good && buf_add_format(opening, "$%zu\r\n", password->length) &&
           buf_add(opening, password->data, password->length) && buf_add_text(opening, "\r\n" PING);
}

/* NOAUTH comes before LOADING and MASTERDOWN are looked at, and so does NOPERM: without a password nothing more can be learnt. With
 * one, neither of them is what was asked for. */
static const struct talk_rule rules[] = {
    {"+PONG\n", TALK_READY, NULL, NULL},
    {"-LOADING", TALK_NOT_YET, "Redis is loading its data into memory (LOADING)", NULL},
    {"-MASTERDOWN", TALK_NOT_YET, "Redis has lost its master and serves no stale data (MASTERDOWN)",
     "this is a replica with replica-serve-stale-data no: is its master up?"},
    {"-ERR max number of clients", TALK_NOT_YET, "Redis has too many clients (maxclients)", NULL},
    {"-WRONGPASS", TALK_NEVER, "Redis refuses the password (WRONGPASS)",
     "look at --password-file and --user"},
    {"-ERR invalid password", TALK_NEVER, "Redis refuses the password", "look at --password-file"},
    {"-ERR wrong number of arguments for 'auth'", TALK_NEVER, "this Redis has no users, only a password",
     "before version 6 there are none: leave out --user"},
    {"-ERR AUTH <password> called without", TALK_NOT_YET, "Redis has no password, but one was given",
     "leave out --password-file, or set requirepass"},
    {"-ERR Client sent AUTH, but no", TALK_NOT_YET, "Redis has no password, but one was given",
     "leave out --password-file, or set requirepass"},
    {"-DENIED", TALK_NOT_YET, "Redis takes no connections from other hosts (protected mode)",
     "set a password (requirepass), or protected-mode no"},
    {"-NOPERM", TALK_NOT_YET, "this user may not run PING in Redis (NOPERM)",
     "allow it: ACL SETUSER NAME +ping; without it nothing tells whether the data is loaded"},
    {"-BUSY", TALK_NOT_YET, "Redis is busy with a script (BUSY)", NULL},
    {"-MISCONF", TALK_NOT_YET, "Redis cannot save its data (MISCONF)", "is its volume full?"},
    {"-", TALK_NOT_YET, "Redis answers with an error", NULL},
};

static const struct talk_rule no_password = {"-NOAUTH", TALK_READY, "it asks for a password", NULL};

static enum talk_verdict redis_line(struct talk *talk, const char *line, size_t length)
{
    if (talk->secret && talk->step == 0 && length >= 3 && memcmp(line, "+OK", 3) == 0) {
        talk->step = 1;
        return TALK_MORE;
    }
    const struct talk_rule *rule = talk_find(&no_password, 1, line, length);
    if (!rule || talk->secret)
        rule = talk_find(rules, sizeof rules / sizeof rules[0], line, length);
    if (rule == &rules[0] && talk->secret && talk->step == 0)
        return TALK_INVALID;                         /* PONG, but nothing that answers AUTH */
    bool is_known = rule && rule->prefix[1] != '\0'; /* then the reason says all of it */
    return talk_apply(talk, rule, line + 1, is_known ? 0 : length - 1);
}

static enum talk_verdict redis_judge(struct talk *talk)
{
    enum talk_verdict verdict = TALK_MORE;

    for (int length; verdict == TALK_MORE && (length = talk_line(talk)) >= 0;) {
        verdict = length > 0 ? redis_line(talk, talk->in.data, (size_t)length) : TALK_INVALID;
        if (verdict == TALK_MORE)
            talk_drop_line(talk);
    }
    return verdict;
}

const struct protocol protocol_redis = {
    .title = "Redis",
    .opening = PING,
    .opening_length = sizeof PING - 1,
    .judge = redis_judge,
};
