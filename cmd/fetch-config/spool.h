/* Where a body is kept until all of a set is there and checked: a temporary beside its target, a nameless file for standard output
 * and devices, or nowhere. */
#ifndef FETCH_CONFIG_SPOOL_H
#define FETCH_CONFIG_SPOOL_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/reason.h"
#include "common/files/ownership.h"
#include "common/files/publish.h"
#include "common/files/volume_memory.h"

enum { SPOOL_DIGEST = 65 /* SHA-256 in hex, with its NUL */ };

enum spool_kind { SPOOL_CLOSED, SPOOL_NOWHERE, SPOOL_BESIDE, SPOOL_NAMELESS };

/* What is to become of a body. */
struct spool_place {
    const char *
        path; /* NULL or /dev/null: nothing is published; standard output and error are written to in the end */
    mode_t mode;
    const struct ownership *ownership; /* what of this must hold is seen before anything is written */
    struct volume_memory
        *memory; /* what is written to volumes in memory is added to this, and checked; NULL: it is not */
    bool is_read_again; /* filled in or parsed before, so that it is kept even if nothing is published */
};

/* Zeroed, it is closed. */
struct spool {
    enum spool_kind kind;
    struct publish publish; /* of SPOOL_BESIDE */
    int descriptor;         /* of SPOOL_NAMELESS */
    int64_t most;           /* bytes, where that is in memory */
    int64_t size;
    struct volume_memory *memory; /* NULL: it is on no volume in memory */
    int64_t claimed;              /* of that */
    EVP_MD_CTX *digest;           /* NULL: not asked for */
};

/* Opens one for `place`; makes the directories that are missing. False fills `why` (CODE_FAILED). */
bool spool_begin(struct spool *spool, const struct spool_place *place, bool digest, struct reason *why);

/* Opens a nameless one, in the directory that `folder` is a handle on if that filesystem can. */
bool spool_begin_nameless(struct spool *spool, int folder, struct volume_memory *memory, bool digest,
                          struct reason *why);

/* That it is going to be so large, as soon as that is known. False fills `why`: it is on a volume in memory, and does not fit
 * into the container's. */
bool spool_expect(struct spool *spool, int64_t size, struct reason *why);

bool spool_write(struct spool *spool, const void *bytes, size_t length, struct reason *why);

/* A descriptor at the beginning of what was written, for the caller to close; -1 fills `why`. Not for SPOOL_NOWHERE. */
int spool_reopen(const struct spool *spool, struct reason *why);

/* The digest of all that was written; it cannot be asked for twice. */
void spool_digest(struct spool *spool, char hex[SPOOL_DIGEST]);

/* Makes `to`, which is closed, what `from` is. */
void spool_move(struct spool *from, struct spool *to);

/* Removes it. */
void spool_abort(struct spool *spool);

/* Whether what goes to `path` becomes a file: not for standard output, standard error, /dev/null and NULL. */
bool spool_makes_file(const char *path);

/* Whether `path` looks as if it could be written, without a trace: found out before anything is waited for. What a killed run
 * has left there half done is repaired first. */
bool spool_check(const char *path, struct reason *why);

/* A handle on the directory `path`, for the caller to close. It is made if it is missing, and those above it: 0755 whatever
 * the umask, with the setgid bit that they inherit. With `own` its last part must not be a link. -1 fills `why`. */
int spool_reach_directory(const char *path, bool own, struct reason *why);

#endif
