/* The bytes of a file: copied, compared, and kept from filling a small container's page cache. */
#ifndef COPY_AGENT_FILE_CONTENT_H
#define COPY_AGENT_FILE_CONTENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "cmd/copy-agent/journal.h"

/* Whether runs of zeros become holes. */
enum file_content_holes { FILE_CONTENT_HOLES_AS_SOURCE, FILE_CONTENT_HOLES_ALWAYS, FILE_CONTENT_HOLES_NEVER };

/* FILE_CONTENT_WHOLE: files shorter than that may be taken. */
enum {
    FILE_CONTENT_BUFFER = 128 * 1024,
    FILE_CONTENT_WHOLE = 2 * FILE_CONTENT_BUFFER,
    FILE_CONTENT_HELD = 32
};

/* One thread's means. */
struct file_content {
    const struct journal *journal;  /* asked after every chunk whether to go on */
    atomic_uint_fast64_t *progress; /* bytes done are added here */
    void (*on_chunk)(void *owner);  /* called after each chunk of a large file; may be NULL */
    void *owner;
    enum file_content_holes holes;
    bool small;                  /* page cache is short: what is written is flushed and dropped */
    bool no_range, no_send;      /* copy_file_range, sendfile: have been refused once */
    char *buffer;                /* FILE_CONTENT_WHOLE; the second half is for comparing */
    ssize_t taken;               /* so much of it is a file to copy; below 0: none */
    int held[FILE_CONTENT_HELD]; /* small files whose pages are to be flushed together */
    size_t held_count;
    uint64_t held_bytes;
};

/* How a step went wrong. A stop has neither: the journal knows. */
struct trouble {
    const char *doing; /* "cannot be read"; NULL: nothing is wrong */
    int error;         /* 0: `doing` is the whole message */
};

void file_content_begin(struct file_content *content, const struct journal *journal,
                        atomic_uint_fast64_t *progress, bool small);
void file_content_end(struct file_content *content);

/* Reads a small file from its beginning, with one call: the next file_content_copy writes what was read, and looks at the file no
 * more. True when that was less than FILE_CONTENT_WHOLE; whether it is all of the file and unchanged, the caller finds out by
 * its status. */
bool file_content_take(struct file_content *content, int source);

/* What was taken is not to be written: the file's offset is at its beginning again. */
void file_content_untake(struct file_content *content, int source);

/* Copies all of `source`, whose status before was `status`, to the empty file `dest`, with a hole for each run of zeros if the
 * source has holes. A file that changes meanwhile is trouble. False fills `trouble`; its `doing` is NULL when the run is to
 * stop. */
bool file_content_copy(struct file_content *content, int source, const struct stat *status, int dest,
                       struct trouble *trouble);

/* Whether both hold the same bytes, from the beginning. False fills `trouble` as above. */
bool file_content_same(struct file_content *content, int a, int b, bool *same, struct trouble *trouble);

/* Closes a file that has been written: at once, or after its pages have been flushed and dropped along with others'. */
void file_content_let_go(struct file_content *content, int dest, uint64_t size);

/* Forgets the pages of a file that has been read. */
void file_content_drop(const struct file_content *content, int source);

#endif
