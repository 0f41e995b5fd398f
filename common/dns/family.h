/* --family: the address families that hosts are reached over, shared by the tools that connect. */
#ifndef COMMON_DNS_FAMILY_H
#define COMMON_DNS_FAMILY_H

#include <stdbool.h>

#include "common/base/reason.h"
#include "common/cli/options.h"
#include "common/net/address.h"

extern const char *const family_choices[];

/* Rows for a table whose struct has the member `int family`. */
#define FAMILY_ROWS(words)                                                                   \
    OPTION("family", "any|4|6", CHOICE, family, .choices = family_choices, .initial = "any", \
           .help = (words)),                                                                 \
        {.letter = '4', .stands_for = "family", .value = "4"},                               \
    {                                                                                        \
        .letter = '6', .stands_for = "family", .value = "6"                                  \
    }

/* AF_UNSPEC, AF_INET or AF_INET6, of that member. */
int family_chosen(int choice);

/* A literal address of a family that was ruled out can never be ready. False (CODE_USAGE) fills `why`. */
bool family_check(const struct address *address, int family, struct reason *why);

#endif
