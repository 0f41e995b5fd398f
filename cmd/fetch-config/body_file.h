/* Where a body is kept until the whole set is complete and checked: in a temporary file beside its target; in a file without a
 * name, for standard output; or nowhere. */
#ifndef FETCH_CONFIG_BODY_FILE_H
#define FETCH_CONFIG_BODY_FILE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/reason.h"
#include "common/files/ownership.h"
#include "common/files/publish.h"
#include "common/files/volume_memory.h"

enum { BODY_FILE_DIGEST = 65 /* SHA-256 in hex, with its NUL */ };

enum body_file_kind { BODY_FILE_CLOSED, BODY_FILE_NOWHERE, BODY_FILE_BESIDE, BODY_FILE_NAMELESS };

/* Where a body is going to be published, and how. */
struct body_file_place {
    const char *
        path; /* NULL or /dev/null: nothing is published; standard output and error are written to in the end */
    mode_t mode;
    const struct ownership *ownership; /* demanded modes and owners are verified before anything is written */
    struct volume_memory
        *memory; /* counts what is written to volumes in memory, against the limit; NULL: not counted */
    bool is_read_again; /* it is rendered or validated, so it is kept even if nothing is published */
};

/* Zeroed, it is closed. */
struct body_file {
    enum body_file_kind kind;
    struct publish publish; /* of BODY_FILE_BESIDE */
    int descriptor;         /* of BODY_FILE_NAMELESS */
    int64_t most;           /* bytes that it may hold, if it is in memory */
    int64_t size;
    struct volume_memory *memory; /* NULL: it is not on a volume in memory */
    int64_t claimed;              /* bytes counted there */
    EVP_MD_CTX *digest;           /* NULL: no digest is needed */
};

/* Opens one for `place`; creates missing directories. False fills `why` (CODE_FAILED). */
bool body_file_begin(struct body_file *body, const struct body_file_place *place, bool digest,
                     struct reason *why);

/* Opens one without a name: in the directory of the handle `folder`, if that file system can, else in TMPDIR, /tmp or memory. */
bool body_file_begin_nameless(struct body_file *body, int folder, struct volume_memory *memory, bool digest,
                              struct reason *why);

/* Announces the final size, as soon as it is known. False fills `why`: the file is on a volume in memory, and the container's
 * memory is too small. */
bool body_file_expect(struct body_file *body, int64_t size, struct reason *why);

bool body_file_write(struct body_file *body, const void *bytes, size_t length, struct reason *why);

/* A descriptor at the beginning of what was written, for the caller to close; -1 fills `why`. Not for BODY_FILE_NOWHERE. */
int body_file_reopen(const struct body_file *body, struct reason *why);

/* The SHA-256 of everything written. Can be called only once. */
void body_file_digest(struct body_file *body, char hex[BODY_FILE_DIGEST]);

/* Moves `from` to `to`, which is closed; `from` is closed then. */
void body_file_move(struct body_file *from, struct body_file *to);

/* Closes and removes it. */
void body_file_abort(struct body_file *body);

/* Whether a file is published at `path`: not for standard output, standard error, /dev/null and NULL. */
bool body_file_makes_file(const char *path);

/* Whether `path` seems to be writable, checked before the first request and without creating anything. What a killed run left
 * there is repaired first; `clean` is the same for all paths of a run. */
bool body_file_check(const char *path, struct publish_clean *clean, struct reason *why);

/* A handle on the directory `path`, for the caller to close. Missing directories are created: 0755 whatever the umask, with the
 * setgid bit that they inherit. With `own` the last component must not be a link. -1 fills `why`. */
int body_file_reach_directory(const char *path, bool own, struct reason *why);

#endif
