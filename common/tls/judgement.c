#include "common/tls/judgement.h"

#include <stdio.h>

#include "common/base/banned.h"

struct reason *judgement_add(struct tls_judgement *judgement)
{
    if (judgement->count < JUDGE_REASONS)
        judgement->count++;
    return &judgement->reasons[judgement->count - 1];
}

struct reason *judgement_warn(struct tls_judgement *judgement)
{
    if (judgement->warning_count < JUDGE_REASONS)
        judgement->warning_count++;
    else
        judgement->warnings_left_out++;
    return &judgement->warnings[judgement->warning_count - 1];
}

void judgement_forgive(struct tls_judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        *judgement_warn(judgement) = judgement->reasons[i];
    judgement->count = 0;
    judgement->permanent = false;
}

/* The last warning, in whose place all those were put that had no room. */
static void count_left_out(struct tls_judgement *judgement)
{
    struct reason *last = &judgement->warnings[JUDGE_REASONS - 1];

    if (judgement->warnings_left_out > 0)
        reason_set(last, last->code, "there are %zu more warnings", judgement->warnings_left_out + 1);
}

/* Keeps the first of those that are the same. Returns how many are left. */
static size_t drop_repeated(struct reason *reasons, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool repeated = false;
        for (size_t j = 0; j < kept; j++)
            repeated = repeated || reason_same(&reasons[j], &reasons[i]);
        if (!repeated && kept != i)
            reasons[kept] = reasons[i];
        kept += !repeated;
    }
    return kept;
}

void judgement_close(struct tls_judgement *judgement)
{
    count_left_out(judgement);
    judgement->count = drop_repeated(judgement->reasons, judgement->count);
    judgement->warning_count = drop_repeated(judgement->warnings, judgement->warning_count);
}

enum outcome judgement_sum_up(const struct tls_judgement *judgement, struct reason *why)
{
    const struct reason *first = NULL;
    char text[sizeof why->text];
    size_t length;

    for (size_t i = 0; i < judgement->count; i++) {
        const struct reason *reason = &judgement->reasons[i];
        if (!first || (reason->code != first->code && code_first(reason->code, first->code) == reason->code))
            first = reason;
    }
    if (!first)
        return ATTEMPT_OK;
    *why = *first;
    length = (size_t)snprintf(text, sizeof text, "%s%s", first->text, first->detail);
    for (size_t i = 0; i < judgement->count && length < sizeof text; i++)
        if (&judgement->reasons[i] != first)
            length += (size_t)snprintf(text + length, sizeof text - length, "; also: %s",
                                       judgement->reasons[i].text);
    snprintf(why->text, sizeof why->text, "%s", text);
    why->detail[0] = '\0';
    return judgement->permanent ? ATTEMPT_FAIL : ATTEMPT_RETRY;
}
