#include "common/run/wait.h"

#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"
#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

enum { TARGETS_MOST = 64 };

/* An attempt that takes `takes` milliseconds (0: it ends from within start; -1: never; -2: the first 1, the others up to
 * their deadline) and goes well from the
 * `good_at`-th on (0: never), else ends as `outcome` with `code` and `text`. */
struct fake {
    struct wait_target base;
    int takes;
    unsigned good_at;
    enum outcome outcome;
    enum code code;
    const char *text;
    const char *const *texts; /* one an attempt instead; NULL: none */
    unsigned started;
    bool cancelled;
    int signal; /* comes right before its end; 0: none */
    int64_t deadline;
    int64_t lengths[8]; /* of the attempts */
    struct loop_timer timer;
};

static struct fake fakes[TARGETS_MOST];
static struct wait_target *targets[TARGETS_MOST];
static char names[TARGETS_MOST][16];
static struct common_options options;
static struct verdict verdict;
static struct wait wait_state;
static size_t flying, flying_most;
static bool slow; /* attempts end because answers are slow */

static void fake_end(void *owner)
{
    struct fake *fake = owner;
    struct reason why;

    flying--;
    if (fake->signal != 0)
        raise(fake->signal);
    fake->base.wants_time = slow;
    if (fake->good_at > 0 && fake->started >= fake->good_at) {
        wait_attempt_ended(&fake->base, ATTEMPT_OK, NULL);
        return;
    }
    if (fake->takes == -2 && fake->started == 1)
        reason_set(&why, CODE_FAILED, "refused by");
    else
        reason_set(&why, fake->code, "%s", fake->texts ? fake->texts[fake->started - 1] : fake->text);
    reason_detail(&why, " 10.0.0.%u", fake->started);
    reason_hint(&why, "look at %s", fake->base.name);
    wait_attempt_ended(&fake->base, fake->takes == -2 && fake->started == 1 ? ATTEMPT_RETRY : fake->outcome,
                       &why);
}

static void fake_start(struct wait_target *target, int64_t deadline)
{
    struct fake *fake = (struct fake *)target;

    if (fake->started < sizeof fake->lengths / sizeof fake->lengths[0])
        fake->lengths[fake->started] = deadline - deadline_now();
    fake->started++;
    fake->deadline = deadline;
    fake->timer = (struct loop_timer){.on_due = fake_end, .owner = fake};
    flying_most = ++flying > flying_most ? flying : flying_most;
    if (fake->takes == 0)
        fake_end(fake);
    else if (fake->takes == -2)
        loop_timer_set(wait_state.loop, &fake->timer, fake->started == 1 ? deadline_now() + 1 : deadline);
    else if (fake->takes > 0)
        loop_timer_set(wait_state.loop, &fake->timer, deadline_now() + fake->takes);
}

static void fake_cancel(struct wait_target *target, struct reason *doing)
{
    struct fake *fake = (struct fake *)target;

    loop_timer_clear(wait_state.loop, &fake->timer);
    fake->cancelled = true;
    flying--;
    reason_set(doing, CODE_FAILED, "connecting to");
    reason_detail(doing, " 10.0.0.9");
}

/* `count` targets that are ready at the first attempt, after 1 ms. */
static void prepare(size_t count)
{
    options = (struct common_options){
        .retry = {.timeout = 5000, .interval = 5, .backoff = 1.1, .max_interval = 50}};
    verdict = (struct verdict){.tool = "wait-for-tcp", .termination_log = ""};
    log_setup("wait-for-tcp", LOG_TEXT, LOG_INFO);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "t%zu:1", i);
        fakes[i] = (struct fake){
            .takes = 1, .good_at = 1, .outcome = ATTEMPT_RETRY, .code = CODE_FAILED, .text = "refused by"};
        fakes[i].base.name = names[i];
        targets[i] = &fakes[i].base;
    }
    wait_state = (struct wait){
        .options = &options,
        .verdict = &verdict,
        .targets = targets,
        .count = count,
        .done = "ready",
        .in_flight_most = 512,
        .start = fake_start,
        .cancel = fake_cancel,
    };
}

static const char *said;

static int run(void)
{
    wait_state.loop = loop_new();
    capture_begin(STDERR_FILENO);
    int code = wait_run(&wait_state);
    said = capture_end();
    loop_free(wait_state.loop);
    ck_assert_uint_eq(flying, 0);
    return code;
}

static int times_said(const char *part)
{
    int times = 0;

    for (const char *at = said; (at = strstr(at, part)); at++)
        times++;
    return times;
}

static int busy[2], busy_calls;

/* There is always more to hear, and it takes its time. */
static void on_busy_event(void *owner, uint32_t events)
{
    (void)owner;
    (void)events;
    busy_calls++;
    usleep(20000);
}

static struct loop_watch busy_watch = {.on_event = on_busy_event};

static void start_with_busy(struct wait_target *target, int64_t deadline)
{
    busy_watch.fd = busy[1];
    ck_assert(loop_watch_add(wait_state.loop, &busy_watch, EPOLLOUT));
    fake_start(target, deadline);
}

START_TEST(the_time_runs_out_however_much_there_is_to_hear)
{
    ck_assert_int_eq(pipe(busy), 0);
    prepare(1);
    options.retry.timeout = 100;
    fakes[0].takes = -1;
    wait_state.start = start_with_busy;
    ck_assert_int_eq(run(), CODE_DEADLINE);
    ck_assert_int_ge(busy_calls, 1);
    ck_assert_int_le(busy_calls, 10);
    close(busy[0]);
    close(busy[1]);
}
END_TEST

START_TEST(one_target_is_ready)
{
    prepare(1);
    fakes[0].good_at = 3;
    ck_assert_int_eq(run(), 0);
    ck_assert_uint_eq(fakes[0].started, 3);
    expect_contains(said, "wait-for-tcp: t0:1: refused by 10.0.0.1 (attempt 1); hint: look at t0:1\n");
    expect_contains(said, "wait-for-tcp: t0:1: ready after ");
    expect_contains(said, " (3 attempts)\n");
    ck_assert_int_eq(times_said("refused by"), 1); /* a repeated reason is not repeated */
}
END_TEST

/* Two that take turns, as behind some bridges, are reported once each; so is a third. */
START_TEST(reasons_that_come_again_are_not_reported_again)
{
    static const char *const texts[] = {"refused by", "silent",     "refused by", "silent",
                                        "reset by",   "refused by", "silent"};

    prepare(1);
    fakes[0].texts = texts;
    fakes[0].good_at = COUNT_OF(texts) + 1;
    ck_assert_int_eq(run(), 0);
    ck_assert_uint_eq(fakes[0].started, COUNT_OF(texts) + 1);
    ck_assert_int_eq(times_said("refused by"), 1);
    ck_assert_int_eq(times_said("silent"), 1);
    ck_assert_int_eq(times_said("reset by"), 1);
}
END_TEST

START_TEST(what_was_found_is_in_the_last_line)
{
    prepare(1);
    fakes[0].base.found = "db.test has 10.0.0.1";
    ck_assert_int_eq(run(), 0);
    expect_contains(said, "(1 attempt); db.test has 10.0.0.1\n");
}
END_TEST

START_TEST(all_of_several_are_ready)
{
    prepare(3);
    fakes[1].good_at = 2;
    ck_assert_int_eq(run(), 0);
    ck_assert_int_eq(times_said(": ready after"), 3);
    expect_contains(said, "wait-for-tcp: all 3 targets ready after ");
    expect_contains(said, "(4 attempts)\n");
}
END_TEST

START_TEST(some_of_several_are_enough)
{
    prepare(3);
    options.min_targets = 1;
    fakes[0].good_at = 0;
    fakes[2].takes = -1;
    ck_assert_int_eq(run(), 0);
    ck_assert(fakes[2].cancelled);
    expect_contains(said, "wait-for-tcp: 1 of 3 targets ready after ");
}
END_TEST

START_TEST(a_permanent_failure_ends_the_run_and_the_others_end_their_attempt)
{
    prepare(3);
    fakes[0] = (struct fake){
        .base.name = "bad:1", .takes = 1, .outcome = ATTEMPT_FAIL, .code = CODE_PIN, .text = "wrong pin of"};
    fakes[1].takes = 100;
    fakes[2].good_at = 0;
    ck_assert_int_eq(run(), CODE_PIN);
    ck_assert(!fakes[1].cancelled);
    ck_assert_int_eq(fakes[1].base.phase, WAIT_READY);
    ck_assert_uint_le(fakes[2].started, 2); /* no new attempt once it is lost */
    expect_contains(said, "2 of 3 targets not ready: bad:1: wrong pin of 10.0.0.1; t2:1: refused by");
    expect_contains(said, "; gave up after ");
    expect_contains(said, "; hint: look at bad:1\n");
}
END_TEST

START_TEST(what_decided_comes_first)
{
    prepare(3);
    fakes[0].good_at = fakes[1].good_at = 100;
    fakes[2] = (struct fake){
        .base.name = "bad:1", .takes = 1, .outcome = ATTEMPT_FAIL, .code = CODE_PIN, .text = "wrong pin of"};
    ck_assert_int_eq(run(), CODE_PIN);
    expect_contains(said, "3 of 3 targets not ready: bad:1: wrong pin of 10.0.0.1; t0:1: refused by");
    expect_contains(said, "; hint: look at bad:1\n");
}
END_TEST

START_TEST(last_words_are_few)
{
    prepare(3);
    wait_state.last_words = 50;
    fakes[0].outcome = ATTEMPT_FAIL;
    fakes[0].good_at = 0;
    fakes[0].code = CODE_HTTP_STATUS;
    fakes[1] = fakes[0];
    fakes[1].base.name = names[1];
    fakes[1].takes = 20; /* still heard */
    fakes[1].code = CODE_TRUST_STORE;
    fakes[2].takes = 4000; /* not waited for */
    int64_t begun = deadline_now();
    ck_assert_int_eq(run(), CODE_TRUST_STORE);
    ck_assert_int_lt(deadline_now() - begun, 2000);
    ck_assert(!fakes[1].cancelled);
    ck_assert(fakes[2].cancelled);
}
END_TEST

START_TEST(with_once_every_attempt_has_all_of_its_time)
{
    prepare(2);
    options.retry.once = true;
    wait_state.last_words = 20;
    fakes[0].outcome = ATTEMPT_FAIL;
    fakes[0].good_at = 0;
    fakes[1].takes = 200;
    ck_assert_int_eq(run(), CODE_FAILED);
    ck_assert(!fakes[1].cancelled);
    expect_contains(said, "t1:1: ready after");
    expect_contains(said, "1 of 2 targets not ready: t0:1: refused by");
}
END_TEST

START_TEST(a_permanent_failure_of_one_that_is_not_needed)
{
    prepare(3);
    options.min_targets = 2;
    fakes[0].good_at = 0;
    fakes[0].outcome = ATTEMPT_FAIL;
    fakes[1].good_at = 4;
    ck_assert_int_eq(run(), 0);
    ck_assert_uint_eq(fakes[0].started, 1);
}
END_TEST

START_TEST(the_first_applicable_code_of_several)
{
    static const enum code codes[] = {CODE_FAILED, CODE_EXPIRED, CODE_TRUST_STORE, CODE_UNTRUSTED};

    prepare(4);
    for (int i = 0; i < 4; i++) {
        fakes[i].good_at = 0;
        fakes[i].takes = 20; /* all end before the run does */
        fakes[i].outcome = ATTEMPT_FAIL;
        fakes[i].code = codes[i];
    }
    ck_assert_int_eq(run(), CODE_TRUST_STORE);
    ck_assert_int_eq(times_said("(attempt 1)"), 4);
}
END_TEST

START_TEST(attempts_in_flight_are_capped)
{
    prepare(50);
    wait_state.in_flight_most = 4;
    for (size_t i = 0; i < 50; i++)
        fakes[i].good_at = 1 + i % 3;
    ck_assert_int_eq(run(), 0);
    ck_assert_uint_eq(flying_most, 4);
}
END_TEST

START_TEST(attempts_that_end_from_within_start)
{
    prepare(50);
    wait_state.in_flight_most = 4;
    for (size_t i = 0; i < 50; i++) {
        fakes[i].takes = 0;
        fakes[i].good_at = 1 + i % 3;
    }
    ck_assert_int_eq(run(), 0);
    prepare(1);
    fakes[0].takes = 0;
    fakes[0].good_at = 0;
    fakes[0].outcome = ATTEMPT_FAIL;
    ck_assert_int_eq(run(), 1);
}
END_TEST

START_TEST(the_clock_ends_it_with_124)
{
    prepare(1);
    options.retry.timeout = 100;
    fakes[0].good_at = 0;
    ck_assert_int_eq(run(), CODE_DEADLINE);
    expect_contains(said, "t0:1: not ready: refused by 10.0.0.");
    expect_contains(said, "; timed out after ");
    ck_assert_uint_gt(fakes[0].started, 3);
}
END_TEST

START_TEST(an_attempt_cut_short_tells_what_it_was_doing)
{
    prepare(1);
    options.retry.timeout = 50;
    fakes[0].takes = -1;
    ck_assert_int_eq(run(), CODE_DEADLINE);
    ck_assert(fakes[0].cancelled);
    ck_assert_int_eq(fakes[0].deadline, wait_state.began + 50);
    expect_contains(said, "not ready: connecting to 10.0.0.9; timed out");
}
END_TEST

START_TEST(an_attempt_cut_short_does_not_hide_what_an_earlier_one_found)
{
    prepare(1);
    options.retry.timeout = 1000;
    fakes[0] = (struct fake){.base.name = "t0:1",
                             .takes = -2,
                             .outcome = ATTEMPT_RETRY,
                             .code = CODE_FAILED,
                             .text = "no answer from"};
    ck_assert_int_eq(run(), CODE_DEADLINE);
    expect_contains(said, "not ready: refused by 10.0.0.1; timed out");
}
END_TEST

START_TEST(a_permanent_failure_at_the_deadline_is_still_the_verdict)
{
    prepare(1);
    options.retry.timeout = 1000;
    fakes[0] = (struct fake){
        .base.name = "t0:1", .takes = -2, .outcome = ATTEMPT_FAIL, .code = CODE_PIN, .text = "wrong pin of"};
    ck_assert_int_eq(run(), CODE_PIN);
    expect_contains(said, "not ready: wrong pin of 10.0.0.2; gave up");
}
END_TEST

START_TEST(the_deadline_of_an_attempt_is_its_own_or_the_runs)
{
    prepare(1);
    options.retry.attempt_timeout = 30;
    ck_assert_int_eq(run(), 0);
    ck_assert_int_le(fakes[0].deadline, wait_state.began + 40);
}
END_TEST

START_TEST(once_is_one_attempt_each)
{
    prepare(3);
    options.retry.once = true;
    wait_state.in_flight_most = 1;
    fakes[0].good_at = 0;
    ck_assert_int_eq(run(), 1);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(fakes[i].started, 1);
    expect_contains(said, "1 of 3 targets not ready: t0:1: refused by");
}
END_TEST

START_TEST(a_signal_ends_it_and_says_what_it_waited_for)
{
    static const struct {
        int signal, code;
        const char *name;
    } cases[] = {{SIGTERM, 143, "SIGTERM"}, {SIGINT, 130, "SIGINT"}};

    stop_install();
    prepare(1);
    fakes[0].good_at = 0;
    const pid_t self = getpid();
    int which = self % 2;
    if (fork() == 0) {
        usleep(100000);
        kill(self, cases[which].signal);
        _exit(0);
    }
    ck_assert_int_eq(run(), cases[which].code);
    expect_contains(said, "not ready: refused by");
    expect_contains(said, "; stopped by ");
    expect_contains(said, cases[which].name);
}
END_TEST

static bool publish_must_not_run(struct wait *wait, struct reason *why)
{
    (void)wait;
    return reason_set(why, CODE_FAILED, "published after the signal");
}

START_TEST(a_signal_together_with_the_last_answer)
{
    stop_install();
    prepare(1);
    fakes[0].signal = SIGTERM;
    wait_state.publish = publish_must_not_run;
    ck_assert_int_eq(run(), 143);
    expect_contains(said, "t0:1: ready, but stopped by SIGTERM after ");
    expect_contains(said, " (1 attempt); nothing was published\n");
}
END_TEST

START_TEST(a_signal_together_with_the_last_answer_of_several)
{
    stop_install();
    prepare(3);
    fakes[2].signal = SIGINT;
    fakes[2].takes = 100;
    ck_assert_int_eq(run(), 130);
    expect_contains(said, "wait-for-tcp: ready, but stopped by SIGINT after ");
    expect_contains(said, " (3 attempts)\n");
}
END_TEST

static bool publish_is_stopped(struct wait *wait, struct reason *why)
{
    (void)wait;
    raise(SIGTERM);
    return reason_set(why, CODE_FAILED, "stopped before anything was published");
}

START_TEST(a_signal_while_it_is_published)
{
    stop_install();
    prepare(1);
    wait_state.publish = publish_is_stopped;
    ck_assert_int_eq(run(), 143);
    expect_contains(said, "stopped before anything was published");
}
END_TEST

START_TEST(the_condition_must_hold)
{
    prepare(1);
    options.retry.stable = 100;
    ck_assert_int_eq(run(), 0);
    ck_assert_uint_ge(fakes[0].started, 3);
}
END_TEST

START_TEST(no_targets_at_all)
{
    prepare(0);
    ck_assert_int_eq(run(), 0);
}
END_TEST

static bool fail_to_publish(struct wait *wait, struct reason *why)
{
    ck_assert_ptr_eq(wait, &wait_state);
    return reason_set(why, CODE_FAILED, "no space");
}

START_TEST(what_cannot_be_published_is_not_ready)
{
    prepare(1);
    wait_state.publish = fail_to_publish;
    ck_assert_int_eq(run(), 1);
    expect_contains(said, "no space\n");
    expect_lacks(said, "ready after");
    prepare(1);
    wait_state.publish = fail_to_publish;
    options.retry.timeout = 50;
    fakes[0].good_at = 0;
    ck_assert_int_eq(run(), CODE_DEADLINE); /* nothing to publish */
    expect_lacks(said, "no space");
}
END_TEST

START_TEST(json_events)
{
    prepare(2);
    log_setup("wait-for-tcp", LOG_JSON, LOG_DEBUG);
    fakes[0].good_at = 3;
    ck_assert_int_eq(run(), 0);
    for (const char *line = said; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(strict_json(line, length), "%.*s", (int)length, line);
        line += length + 1;
    }
    ck_assert_int_eq(times_said("\"event\":\"attempt\""), 2); /* on debug each attempt */
    ck_assert_int_eq(times_said("\"event\":\"ready\""), 3);
    expect_contains(said, "\"target\":\"t0:1\",\"attempt\":1");
    expect_contains(said, "\"reason\":\"refused by 10.0.0.1\",\"class\":1,\"hint\":\"look at t0:1\"");
}
END_TEST

START_TEST(a_killed_container_leaves_its_reason)
{
    char *path = scratch_file("termination-log", "");

    prepare(2);
    verdict.termination_log = path;
    options.retry.timeout = 100;
    fakes[1].good_at = 0;
    wait_state.loop = loop_new();
    pid_t child = fork();
    if (child == 0) {
        capture_begin(STDERR_FILENO);
        fakes[0].takes = -1;
        options.retry.timeout = 30000;
        wait_run(&wait_state);
        _exit(0);
    }
    for (int i = 0; i < 10000 && !strstr(scratch_read(path, NULL), "refused"); i++)
        usleep(1000);
    kill(child, SIGKILL);
    ck_assert_str_eq(scratch_read(path, NULL),
                     "wait-for-tcp: 2 of 2 targets not ready yet: t0:1: no attempt has ended yet; "
                     "t1:1: refused by 10.0.0.1; hint: look at t1:1");
    loop_free(wait_state.loop);
    run();
    expect_contains(scratch_read(path, NULL), "wait-for-tcp: 1 of 2 targets not ready: t1:1: refused by");
}
END_TEST

START_TEST(how_many_fit_into_the_limit_of_open_files)
{
    struct rlimit limit = {.rlim_cur = 64, .rlim_max = 100};

    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(wait_capacity(1, 10), 10);
    ck_assert_uint_eq(wait_capacity(2, 1000), 34); /* of 100, 32 are kept back */
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_uint_eq(limit.rlim_cur, 100); /* raised as far as it may be */
    limit.rlim_cur = limit.rlim_max = 20;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(wait_capacity(3, 1000), 1);
}
END_TEST

/* An attempt at a slow name gets more time each time, to a limit; one at a quick name does not. */
START_TEST(slow_answers_get_longer_attempts)
{
    static const int64_t lengths[] = {100, 200, 400, 800, 800};

    prepare(1);
    options.retry.attempt_timeout = 100;
    slow = true;
    fakes[0].good_at = COUNT_OF(lengths) + 1;
    run();
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        ck_assert_int_ge(fakes[0].lengths[i], lengths[i] - 5);
        ck_assert_int_le(fakes[0].lengths[i], lengths[i]);
    }
    slow = false;
    prepare(1);
    options.retry.attempt_timeout = 100;
    fakes[0].good_at = 3;
    run();
    ck_assert_int_le(fakes[0].lengths[1], 100);
}
END_TEST

static void on_hurry(void *owner)
{
    struct fake *fake = owner;

    wait_hurry(&fake->base);
}

/* `at`: milliseconds after the start. */
static int run_with_hurry(int64_t at)
{
    struct loop_timer hurry = {.on_due = on_hurry, .owner = &fakes[0]};

    wait_state.loop = loop_new();
    loop_timer_set(wait_state.loop, &hurry, deadline_now() + at);
    capture_begin(STDERR_FILENO);
    int code = wait_run(&wait_state);
    said = capture_end();
    loop_timer_clear(wait_state.loop, &hurry);
    loop_free(wait_state.loop);
    return code;
}

START_TEST(an_attempt_that_is_hurried_comes_at_once)
{
    prepare(1);
    fakes[0].good_at = 2;
    options.retry.timeout = 40000;
    options.retry.interval = options.retry.max_interval = 30000;
    int64_t began = deadline_now();
    ck_assert_int_eq(run_with_hurry(50), 0);
    ck_assert_int_lt(deadline_now() - began, 20000);
    ck_assert_uint_eq(fakes[0].started, 2);
    prepare(1); /* the next attempt would have been after the deadline, and so none */
    fakes[0].good_at = 2;
    options.retry.timeout = 20000;
    options.retry.interval = options.retry.max_interval = 30000;
    ck_assert_int_eq(run_with_hurry(50), 0);
}
END_TEST

START_TEST(a_hurried_attempt_does_not_begin_while_one_is_under_way_or_none_is_to_come)
{
    prepare(1);
    fakes[0].takes = 100;
    ck_assert_int_eq(run_with_hurry(20), 0);
    ck_assert_uint_eq(fakes[0].started, 1);
    prepare(2); /* one is ready, the other one takes longer */
    fakes[1].takes = 100;
    ck_assert_int_eq(run_with_hurry(50), 0);
    ck_assert_uint_eq(fakes[0].started, 1);
}
END_TEST

SUITE("wait", an_attempt_that_is_hurried_comes_at_once,
      a_hurried_attempt_does_not_begin_while_one_is_under_way_or_none_is_to_come,
      the_time_runs_out_however_much_there_is_to_hear, slow_answers_get_longer_attempts, one_target_is_ready,
      reasons_that_come_again_are_not_reported_again, what_was_found_is_in_the_last_line,
      all_of_several_are_ready, some_of_several_are_enough,
      a_permanent_failure_ends_the_run_and_the_others_end_their_attempt, what_decided_comes_first,
      last_words_are_few, with_once_every_attempt_has_all_of_its_time,
      a_permanent_failure_of_one_that_is_not_needed, the_first_applicable_code_of_several,
      attempts_in_flight_are_capped, attempts_that_end_from_within_start, the_clock_ends_it_with_124,
      an_attempt_cut_short_tells_what_it_was_doing,
      an_attempt_cut_short_does_not_hide_what_an_earlier_one_found,
      a_permanent_failure_at_the_deadline_is_still_the_verdict,
      the_deadline_of_an_attempt_is_its_own_or_the_runs, once_is_one_attempt_each,
      a_signal_ends_it_and_says_what_it_waited_for, a_signal_together_with_the_last_answer,
      a_signal_together_with_the_last_answer_of_several, a_signal_while_it_is_published,
      the_condition_must_hold, no_targets_at_all, what_cannot_be_published_is_not_ready, json_events,
      a_killed_container_leaves_its_reason, how_many_fit_into_the_limit_of_open_files)
