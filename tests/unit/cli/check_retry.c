#include "common/cli/retry.h"

#include "common/base/deadline.h"
#include "tests/unit/suite.h"

static struct retry_policy usual(void)
{
    return (struct retry_policy){
        .timeout = 240000,
        .attempt_timeout = 2000,
        .interval = 50,
        .backoff = 1.1,
        .max_interval = 1000,
    };
}

/* Jitter shortens by up to a tenth; the bound of a tenth of the wait makes up for what jitter took off the wait. */
START_TEST(delays_grow_by_the_backoff_up_to_the_cap)
{
    struct retry_policy policy = usual();
    struct retry_state state;
    double expected = 50;
    int64_t now = 7;

    retry_begin(&state, &policy, now, 1);
    for (int i = 0; i < 100; i++) {
        struct retry_step step = retry_next(&policy, &state, ATTEMPT_RETRY, now);
        int64_t delay = step.at - now;
        ck_assert_int_eq(step.verdict, RETRY_AGAIN);
        ck_assert_int_ge(delay, (int64_t)(0.8 * expected - 1));
        ck_assert_int_le(delay, (int64_t)expected);
        expected = expected * 1.1 < 1000 ? expected * 1.1 : 1000;
        now = step.at;
    }
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_RETRY, now).at - now, 1000);
    ck_assert_uint_eq(state.attempts, 101);
}
END_TEST

/* cli.md's delay rule. The worst moment to become ready is right after an attempt, so the whole delay is what it takes
 * to notice: at most 10 % of the time waited and the first interval, and at most 1 s. */
START_TEST(readiness_is_noticed_within_a_tenth_of_the_time_waited)
{
    struct retry_policy policy = usual();

    for (uint32_t seed = 0; seed < 500; seed++) {
        struct retry_state state;
        int64_t now = 1000;
        retry_begin(&state, &policy, now, seed * 2654435761u);
        for (int i = 0; i < 60; i++) {
            int64_t took = (int64_t)(seed % 7) * 5; /* an attempt's own time */
            struct retry_step step = retry_next(&policy, &state, ATTEMPT_RETRY, now += took);
            double waited = (double)(now - state.started), delay = (double)(step.at - now);
            ck_assert_double_le(delay, 1000);
            ck_assert_double_le(delay, 0.1 * waited + (double)policy.interval);
            now = step.at;
        }
    }
}
END_TEST

START_TEST(the_load_stays_that_of_a_loop_with_a_second_of_sleep)
{
    struct retry_policy policy = usual();
    struct retry_state state;
    int64_t now = 0;
    int attempts = 0;

    policy.timeout = 0;
    retry_begin(&state, &policy, 0, 1);
    while (now < 60000) {
        now = retry_next(&policy, &state, ATTEMPT_RETRY, now).at;
        attempts += now > 20000;
    }
    ck_assert_int_le(attempts, 41);
}
END_TEST

START_TEST(the_jitter_uses_its_whole_range_and_no_more)
{
    struct retry_policy policy = usual();
    int64_t least = INT64_MAX, most = 0, sum = 0;
    enum { SEEDS = 10000 };

    policy.interval = 1000;
    policy.max_interval = 5000;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        struct retry_state state;
        retry_begin(&state, &policy, 0, seed * 2654435761u);
        int64_t delay = retry_next(&policy, &state, ATTEMPT_RETRY, 0).at;
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
        sum += delay;
    }
    ck_assert_int_ge(least, 900);
    ck_assert_int_le(least, 905);
    ck_assert_int_ge(most, 995);
    ck_assert_int_le(most, 1000);
    ck_assert_int_ge(sum / SEEDS, 940);
    ck_assert_int_le(sum / SEEDS, 960);
}
END_TEST

START_TEST(a_delay_is_never_nothing)
{
    struct retry_policy policy = usual();

    policy.interval = 1;
    policy.backoff = 1;
    for (uint32_t seed = 0; seed < 100; seed++) {
        struct retry_state state;
        retry_begin(&state, &policy, 0, seed * 2654435761u);
        ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_RETRY, 0).at, 1);
    }
}
END_TEST

START_TEST(two_seeds_differ_and_one_repeats)
{
    struct retry_policy policy = usual();
    struct retry_state one, two, again;
    int64_t now = 0;
    int different = 0;

    retry_begin(&one, &policy, 0, 1);
    retry_begin(&two, &policy, 0, 2);
    retry_begin(&again, &policy, 0, 1);
    for (int i = 0; i < 20; i++, now += 2000) {
        int64_t at = retry_next(&policy, &one, ATTEMPT_RETRY, now).at;
        different += at != retry_next(&policy, &two, ATTEMPT_RETRY, now).at;
        ck_assert_int_eq(at, retry_next(&policy, &again, ATTEMPT_RETRY, now).at);
    }
    ck_assert_int_gt(different, 10);
}
END_TEST

START_TEST(the_first_success_is_enough)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    retry_begin(&state, &policy, 0, 1);
    retry_next(&policy, &state, ATTEMPT_RETRY, 10);
    struct retry_step step = retry_next(&policy, &state, ATTEMPT_OK, 100);
    ck_assert_int_eq(step.verdict, RETRY_READY);
    ck_assert_uint_eq(state.attempts, 2);
}
END_TEST

START_TEST(a_permanent_failure_ends_it)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_FAIL, 10).verdict, RETRY_FAILED);
}
END_TEST

START_TEST(once_is_a_single_attempt)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    policy.once = true;
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_RETRY, 10).verdict, RETRY_FAILED);
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_FAIL, 10).verdict, RETRY_FAILED);
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 10).verdict, RETRY_READY);
}
END_TEST

START_TEST(no_attempt_begins_at_or_after_the_deadline)
{
    struct retry_policy policy = usual();
    struct retry_state state;
    struct retry_step step = {.verdict = RETRY_AGAIN};
    int64_t now = 500, last = now;

    policy.timeout = 3000;
    retry_begin(&state, &policy, now, 3);
    while (step.verdict == RETRY_AGAIN) {
        step = retry_next(&policy, &state, ATTEMPT_RETRY, now);
        if (step.verdict == RETRY_AGAIN)
            last = now = step.at;
    }
    ck_assert_int_eq(step.verdict, RETRY_DEADLINE);
    ck_assert_int_lt(last, 3500);
    ck_assert_int_gt(last, 3000); /* the last delay is about a tenth of what was waited */
}
END_TEST

START_TEST(a_success_at_the_very_end_still_counts)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    policy.timeout = 1000;
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 1000).verdict, RETRY_READY);
}
END_TEST

START_TEST(without_a_timeout_it_never_ends)
{
    struct retry_policy policy = usual();
    struct retry_state state;
    int64_t now = 0;

    policy.timeout = 0;
    retry_begin(&state, &policy, 0, 1);
    for (int i = 0; i < 100000; i++) {
        struct retry_step step = retry_next(&policy, &state, ATTEMPT_RETRY, now);
        ck_assert_int_eq(step.verdict, RETRY_AGAIN);
        ck_assert_int_gt(step.at, now);
        now = step.at;
    }
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, now), now + 2000);
    policy.attempt_timeout = 0;
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, now), DEADLINE_NEVER);
}
END_TEST

START_TEST(an_attempt_is_clipped_to_the_run)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    policy.timeout = 3000;
    retry_begin(&state, &policy, 1000, 1);
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, 1000), 3000);
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, 2000), 4000);
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, 3900), 4000);
    policy.attempt_timeout = 0;
    ck_assert_int_eq(retry_attempt_deadline(&policy, &state, 1000), 4000);
}
END_TEST

START_TEST(stability_is_sampled_sparsely_and_at_its_end)
{
    static const int64_t stretches[] = {2000, 1999, 30, 1};
    struct retry_policy policy = usual();
    struct retry_state state;
    struct retry_step step;

    for (size_t i = 0; i < COUNT_OF(stretches); i++) {
        int64_t now = 100, last = now + stretches[i];
        int probes = 1;
        policy.stable = stretches[i];
        retry_begin(&state, &policy, 0, 1);
        while ((step = retry_next(&policy, &state, ATTEMPT_OK, now)).verdict == RETRY_AGAIN) {
            ck_assert_int_gt(step.at, now);
            ck_assert_int_le(step.at, last);
            now = step.at;
            probes++;
        }
        ck_assert_int_eq(step.verdict, RETRY_READY);
        ck_assert_int_eq(now, last);
        ck_assert_int_ge(probes, 2);
        ck_assert_int_le(probes, 10);
    }
}
END_TEST

START_TEST(a_break_begins_stability_anew)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    policy.stable = 1000;
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 0).verdict, RETRY_AGAIN);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 999).verdict, RETRY_AGAIN);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_RETRY, 1000).verdict, RETRY_AGAIN);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 1500).verdict, RETRY_AGAIN);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 2499).verdict, RETRY_AGAIN);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 2500).verdict, RETRY_READY);
}
END_TEST

START_TEST(stability_cannot_outlast_the_deadline)
{
    struct retry_policy policy = usual();
    struct retry_state state;

    policy.timeout = 1000;
    policy.stable = 2000;
    retry_begin(&state, &policy, 0, 1);
    ck_assert_int_eq(retry_next(&policy, &state, ATTEMPT_OK, 900).verdict, RETRY_DEADLINE);
}
END_TEST

START_TEST(an_interval_at_the_cap_stays_there)
{
    struct retry_policy policy = usual();
    struct retry_state state;
    int64_t now = 0;

    policy.interval = policy.max_interval = 500;
    policy.backoff = 100;
    retry_begin(&state, &policy, 0, 1);
    for (int i = 0; i < 200; i++) {
        struct retry_step step = retry_next(&policy, &state, ATTEMPT_RETRY, now);
        ck_assert_int_ge(step.at - now, 450);
        ck_assert_int_le(step.at - now, 500);
        now = step.at;
    }
}
END_TEST

SUITE("retry", delays_grow_by_the_backoff_up_to_the_cap,
      readiness_is_noticed_within_a_tenth_of_the_time_waited,
      the_load_stays_that_of_a_loop_with_a_second_of_sleep, the_jitter_uses_its_whole_range_and_no_more,
      a_delay_is_never_nothing, two_seeds_differ_and_one_repeats, the_first_success_is_enough,
      a_permanent_failure_ends_it, once_is_a_single_attempt, no_attempt_begins_at_or_after_the_deadline,
      a_success_at_the_very_end_still_counts, without_a_timeout_it_never_ends,
      an_attempt_is_clipped_to_the_run, stability_is_sampled_sparsely_and_at_its_end,
      a_break_begins_stability_anew, stability_cannot_outlast_the_deadline,
      an_interval_at_the_cap_stays_there)
