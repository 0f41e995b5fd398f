/* Everything that is wrong with a TLS connection, each with its hint, as the judges find it. */
#ifndef COMMON_TLS_JUDGEMENT_H
#define COMMON_TLS_JUDGEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"

enum { JUDGE_REASONS = 16 };

/* Reasons make it fail; warnings do not. */
struct tls_judgement {
    struct reason reasons[JUDGE_REASONS];
    size_t count;
    struct reason warnings[JUDGE_REASONS];
    size_t warning_count;
    size_t warnings_left_out; /* the last one then says how many */
    bool permanent;           /* something is wrong that waiting cannot fix */
};

/* A place for another reason, or warning; the last one again when there is no room. */
struct reason *judgement_add(struct tls_judgement *judgement);
struct reason *judgement_warn(struct tls_judgement *judgement);

/* All reasons become warnings. */
void judgement_forgive(struct tls_judgement *judgement);

/* To be called once all is in it: what is there twice goes, and the last warning says how many had no room. */
void judgement_close(struct tls_judgement *judgement);

/* The outcome, and all reasons as one: the code of the gravest, its hint, and the text of as many as fit. */
enum outcome judgement_sum_up(const struct tls_judgement *judgement, struct reason *why);

#endif
