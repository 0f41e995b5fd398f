/* Where a body is kept until all of a set is there and checked: a temporary beside its target, a nameless file for standard output
 * and devices, or nowhere. */
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

/* What is to become of a body. */
struct body_file_place {
    const char *
        path; /* NULL or /dev/null: nothing is published; standard output and error are written to in the end */
    mode_t mode;
    const struct ownership *ownership; /* what of this must hold is seen before anything is written */
    struct volume_memory
        *memory; /* what is written to volumes in memory is added to this, and checked; NULL: it is not */
    bool is_read_again; /* filled in or parsed before, so that it is kept even if nothing is published */
};

/* Zeroed, it is closed. */
struct body_file {
    enum body_file_kind kind;
    struct publish publish; /* of BODY_FILE_BESIDE */
    int descriptor;         /* of BODY_FILE_NAMELESS */
    int64_t most;           /* bytes, where that is in memory */
    int64_t size;
    struct volume_memory *memory; /* NULL: it is on no volume in memory */
    int64_t claimed;              /* of that */
    EVP_MD_CTX *digest;           /* NULL: not asked for */
};

/* Opens one for `place`; makes the directories that are missing. False fills `why` (CODE_FAILED). */
bool body_file_begin(struct body_file *body, const struct body_file_place *place, bool digest,
                     struct reason *why);

/* Opens a nameless one, in the directory that `folder` is a handle on if that filesystem can. */
bool body_file_begin_nameless(struct body_file *body, int folder, struct volume_memory *memory, bool digest,
                              struct reason *why);

/* That it is going to be so large, as soon as that is known. False fills `why`: it is on a volume in memory, and does not fit
 * into the container's. */
bool body_file_expect(struct body_file *body, int64_t size, struct reason *why);

bool body_file_write(struct body_file *body, const void *bytes, size_t length, struct reason *why);

/* A descriptor at the beginning of what was written, for the caller to close; -1 fills `why`. Not for BODY_FILE_NOWHERE. */
int body_file_reopen(const struct body_file *body, struct reason *why);

/* The digest of all that was written; it cannot be asked for twice. */
void body_file_digest(struct body_file *body, char hex[BODY_FILE_DIGEST]);

/* Makes `to`, which is closed, what `from` is. */
void body_file_move(struct body_file *from, struct body_file *to);

/* Removes it. */
void body_file_abort(struct body_file *body);

/* Whether what goes to `path` becomes a file: not for standard output, standard error, /dev/null and NULL. */
bool body_file_makes_file(const char *path);

/* Whether `path` looks as if it could be written, without a trace: found out before anything is waited for. What a killed run
 * has left there half done is repaired first. */
bool body_file_check(const char *path, struct reason *why);

/* A handle on the directory `path`, for the caller to close. It is made if it is missing, and those above it: 0755 whatever
 * the umask, with the setgid bit that they inherit. With `own` its last part must not be a link. -1 fills `why`. */
int body_file_reach_directory(const char *path, bool own, struct reason *why);

#endif
