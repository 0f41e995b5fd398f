/* The bytes of a file: copied, compared, and kept from filling a small container's page cache. */
#ifndef COPY_AGENT_CONTENT_H
#define COPY_AGENT_CONTENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cmd/copy-agent/journal.h"

enum { CONTENT_BUFFER = 128 * 1024, CONTENT_HELD = 32 };

/* One thread's means. */
struct content {
    const struct journal *journal;  /* asked after every chunk whether to go on */
    atomic_uint_fast64_t *progress; /* bytes done are added here */
    bool small;                     /* page cache is short: what is written is flushed and dropped */
    bool no_range, no_send;         /* copy_file_range, sendfile: have been refused once */
    char *buffer;                   /* twice CONTENT_BUFFER: the second half is for comparing */
    int held[CONTENT_HELD];         /* small files whose pages are to be flushed together */
    size_t held_count;
    uint64_t held_bytes;
};

/* How a step went wrong. A stop has neither: the journal knows. */
struct trouble {
    const char *doing; /* "cannot be read"; NULL: nothing is wrong */
    int error;         /* 0: the words say it all */
};

void content_begin(struct content *content, const struct journal *journal, atomic_uint_fast64_t *progress,
                   bool small);
void content_end(struct content *content);

/* Copies all of `source`, whose status before was `status`, to the empty file `dest`, with a hole for each run of zeros if the
 * source has holes. A file that changes meanwhile is trouble. False fills `trouble`; its `doing` is NULL when the run is to
 * stop. */
bool content_copy(struct content *content, int source, const struct stat *status, int dest,
                  struct trouble *trouble);

/* Whether both hold the same bytes, from the beginning. False fills `trouble` as above. */
bool content_same(struct content *content, int a, int b, bool *same, struct trouble *trouble);

/* Closes a file that has been written: at once, or after its pages have been flushed and dropped along with others'. */
void content_let_go(struct content *content, int dest, uint64_t size);

/* Forgets the pages of a file that has been read. */
void content_drop(const struct content *content, int source);

#endif
