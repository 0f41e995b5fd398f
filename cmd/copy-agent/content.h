/* The bytes of a file: copied, compared, and kept from filling a small container's page cache. */
#ifndef COPY_AGENT_CONTENT_H
#define COPY_AGENT_CONTENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "cmd/copy-agent/journal.h"

/* Whether runs of zeros become holes. */
enum content_holes { CONTENT_HOLES_AS_SOURCE, CONTENT_HOLES_ALWAYS, CONTENT_HOLES_NEVER };

/* CONTENT_WHOLE: files shorter than that may be taken. */
enum { CONTENT_BUFFER = 128 * 1024, CONTENT_WHOLE = 2 * CONTENT_BUFFER, CONTENT_HELD = 32 };

/* One thread's means. */
struct content {
    const struct journal *journal;  /* asked after every chunk whether to go on */
    atomic_uint_fast64_t *progress; /* bytes done are added here */
    void (*on_chunk)(void *owner);  /* called after each chunk of a large file; may be NULL */
    void *owner;
    enum content_holes holes;
    bool small;             /* page cache is short: what is written is flushed and dropped */
    bool no_range, no_send; /* copy_file_range, sendfile: have been refused once */
    char *buffer;           /* CONTENT_WHOLE; the second half is for comparing */
    ssize_t taken;          /* so much of it is a file to copy; below 0: none */
    int held[CONTENT_HELD]; /* small files whose pages are to be flushed together */
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

/* Reads a small file from its beginning, at one go: the next content_copy writes what was read, and looks at the file no more. True when that
 * was less than CONTENT_WHOLE; whether it is all of the file and unchanged, the caller finds out by its status. */
bool content_take(struct content *content, int source);

/* What was taken is not to be written: the file's offset is at its beginning again. */
void content_untake(struct content *content, int source);

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
