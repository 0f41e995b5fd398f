/* The verdict on a look: pure, so that every rule has a unit test. */
#ifndef WAIT_FOR_FILE_CONDITION_H
#define WAIT_FOR_FILE_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/wait-for-file/look.h"
#include "common/base/reason.h"

enum condition_type { CONDITION_FILE, CONDITION_DIRECTORY, CONDITION_SOCKET, CONDITION_ANY };

struct condition {
    enum condition_type type; /* --type */
    int64_t min_size;         /* --min-size; 0: off */
    const char *expect;       /* --expect, escapes decoded */
    size_t expect_length;
    bool gone;   /* --gone */
    bool stable; /* --stable: a file that changes is not ready either */
};

/* `before` is the look before this one; NULL: there was none. */
enum outcome condition_judge(const struct condition *condition, const char *path, const struct look *look,
                             const struct look *before, struct reason *why);

#endif
