/* HTTP statuses as people list them: "200-299,404". */
#ifndef WAIT_FOR_HTTP_STATUSES_H
#define WAIT_FOR_HTTP_STATUSES_H

#include <stdbool.h>
#include <stddef.h>

enum { STATUSES_MOST = 32 };

struct statuses {
    struct {
        int low, high;
    } ranges[STATUSES_MOST];
    size_t count;
};

/* False: `text` is no such list. */
bool statuses_parse(const char *text, struct statuses *statuses);

bool statuses_have(const struct statuses *statuses, int status);

#endif
