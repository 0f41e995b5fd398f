#include "cmd/fetch-config/body_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/files/directory.h"
#include "common/files/mount.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { PRIVATE_MODE = 0600, DIRECTORY_MODE = 0755 };

int body_file_reach_directory(const char *path, bool own, struct reason *why)
{
    int directory = directory_reach(path, own, DIRECTORY_MODE, NULL);

    if (directory >= 0)
        return directory;
    int error = errno;
    if (directory_refuse_link(path, error, why))
        return -1;
    reason_set(why, CODE_FAILED, "%.200s: the directory cannot be created: %s", path, strerror(error));
    volume_hint(why, path, error);
    return -1;
}

/* A handle on the directory that `path` is in. */
static int reach_parent(const char *path, struct reason *why)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    int length = slash == path ? 1 : slash ? (int)(slash - path) : 0;

    if (snprintf(folder, sizeof folder, "%.*s", length, path) >= (int)sizeof folder) {
        reason_set(why, CODE_FAILED, "%.100s...: the path is too long", path);
        return -1;
    }
    return body_file_reach_directory(length > 0 ? folder : ".", false, why);
}

static enum body_file_kind kind_for(const char *path)
{
    struct stat present;

    if (!path || strcmp(path, "/dev/null") == 0)
        return BODY_FILE_NOWHERE;
    if (publish_stream(path) >= 0)
        return BODY_FILE_NAMELESS;
    return directory_stat(AT_FDCWD, path, &present) && publish_is_null(&present) ? BODY_FILE_NOWHERE
                                                                                 : BODY_FILE_BESIDE;
}

bool body_file_makes_file(const char *path)
{
    return kind_for(path) == BODY_FILE_BESIDE;
}

/* Repairs what a killed run left of `path`. Whether the path itself is a mount. */
static bool recover(const char *path, struct publish_clean *clean)
{
    const char *name = directory_last_part(path);
    int directory = *name != '\0' ? directory_reach_parent(path, 0) : -1;

    if (directory < 0)
        return false;
    publish_recover(directory, name, clean);
    bool is_mount = mount_is_root(directory, name);
    close(directory);
    return is_mount;
}

bool body_file_check(const char *path, struct publish_clean *clean, struct reason *why)
{
    char folder[PATH_MAX];
    struct stat present;

    if (kind_for(path) != BODY_FILE_BESIDE)
        return true;
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return reason_set(why, CODE_FAILED, "%.100s...: the path is too long", path);
    bool is_mount = recover(path, clean);
    if (directory_stat(AT_FDCWD, path, &present) && publish_refuse_kind(path, present.st_mode, why))
        return false;
    if (is_mount)
        return volume_fail(why, path, "cannot be replaced", EBUSY);
    do {
        char *slash = strrchr(folder, '/');
        snprintf(slash ? slash + (slash == folder) : folder, 2, "%s", slash ? "" : ".");
    } while (access(folder, F_OK) != 0 && errno == ENOENT && strcmp(folder, ".") != 0);
    if (stat(folder, &present) == 0 && !S_ISDIR(present.st_mode))
        return reason_set(why, CODE_FAILED, "%.200s: cannot be written: %.150s is not a directory", path,
                          folder);
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    int error = errno;
    reason_set(why, CODE_FAILED, "%.200s: cannot be written: %.150s: %s", path, folder, strerror(error));
    volume_hint(why, path, error);
    return false;
}

/* A quarter of the container's memory: with --render there are two bodies at once, and validation needs memory, too. */
static int64_t memory_most(void)
{
    int64_t memory = limits_own_memory();

    return memory == LIMITS_UNKNOWN ? INT64_MAX : memory / 4;
}

/* A scratch image may have no /tmp and a read-only root; then the body is kept in memory. */
static int open_nameless(int folder, int64_t *most)
{
    const char *folders[] = {environment_get("TMPDIR"), "/tmp"};
    int descriptor = folder >= 0 ? openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, PRIVATE_MODE) : -1;

    *most = INT64_MAX;
    for (size_t i = 0; descriptor < 0 && i < sizeof folders / sizeof folders[0]; i++)
        descriptor = folders[i] ? open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, PRIVATE_MODE) : -1;
    if (descriptor >= 0)
        return descriptor;
    *most = memory_most();
    return memfd_create("initkit", MFD_CLOEXEC);
}

static bool begin_nameless(struct body_file *body, int folder, struct reason *why)
{
    body->descriptor = open_nameless(folder, &body->most);
    return body->descriptor >= 0 ||
           reason_set(why, CODE_FAILED, "no temporary file can be created: %s", strerror(errno));
}

static bool begin_beside(struct body_file *body, const struct body_file_place *place, struct reason *why)
{
    int directory = reach_parent(place->path, why);

    if (directory < 0 || !publish_begin_in(&body->publish, directory, place->path, place->mode, why))
        return false;
    if (body->publish.direct || ownership_give(body->publish.descriptor, place->path, place->mode,
                                               place->ownership, &body->publish.unkept, why))
        return true;
    publish_abort(&body->publish);
    return false;
}

static bool body_file_open(struct body_file *body, const struct body_file_place *place, struct reason *why)
{
    switch (body->kind) {
    case BODY_FILE_BESIDE:
        return begin_beside(body, place, why);
    case BODY_FILE_NAMELESS:
        return begin_nameless(body, -1, why);
    case BODY_FILE_NOWHERE:
    case BODY_FILE_CLOSED:
        break;
    }
    return true;
}

static int body_file_descriptor(const struct body_file *body)
{
    return body->kind == BODY_FILE_BESIDE ? body->publish.descriptor : body->descriptor;
}

static bool body_file_opened(struct body_file *body, bool good, struct volume_memory *memory, bool digest)
{
    if (!good)
        body->kind = BODY_FILE_CLOSED;
    else if (body->kind != BODY_FILE_NOWHERE && memory && volume_in_memory(body_file_descriptor(body)))
        body->memory = memory;
    if (!good || !digest)
        return good;
    body->digest = EVP_MD_CTX_new();
    if (!body->digest || EVP_DigestInit_ex(body->digest, EVP_sha256(), NULL) != 1)
        mem_exhausted();
    return true;
}

bool body_file_begin(struct body_file *body, const struct body_file_place *place, bool digest,
                     struct reason *why)
{
    memset(body, 0, sizeof *body);
    body->kind = kind_for(place->path);
    if (body->kind == BODY_FILE_NOWHERE && place->is_read_again)
        body->kind = BODY_FILE_NAMELESS;
    return body_file_opened(body, body_file_open(body, place, why), place->memory, digest);
}

bool body_file_begin_nameless(struct body_file *body, int folder, struct volume_memory *memory, bool digest,
                              struct reason *why)
{
    memset(body, 0, sizeof *body);
    body->kind = BODY_FILE_NAMELESS;
    return body_file_opened(body, begin_nameless(body, folder, why), memory, digest);
}

static bool write_nameless(const struct body_file *body, const char *bytes, size_t length, struct reason *why)
{
    if ((int64_t)length > body->most - body->size) {
        reason_set(why, CODE_FAILED, "is more than fits into memory, %" PRId64 " MiB", body->most >> 20);
        reason_hint(why,
                    "that is a quarter of the container's limit: mount an emptyDir, and name it in TMPDIR");
        return false;
    }
    while (length > 0) {
        ssize_t written = write(body->descriptor, bytes, length);
        if (written < 0 && errno != EINTR) {
            reason_set(why, CODE_FAILED, "the temporary file cannot be written: %s", strerror(errno));
            reason_hint(why, "it is nameless, in TMPDIR, or else in /tmp: is there room?");
            return false;
        }
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

bool body_file_expect(struct body_file *body, int64_t size, struct reason *why)
{
    int64_t more = size - body->claimed;

    if (!body->memory || more <= 0)
        return true;
    if (!volume_claim(body->memory, more, why))
        return false;
    body->claimed += more;
    return true;
}

bool body_file_write(struct body_file *body, const void *bytes, size_t length, struct reason *why)
{
    bool good = body_file_expect(body, body->size + (int64_t)length, why);

    if (!good)
        return false;
    if (body->kind == BODY_FILE_BESIDE)
        good = publish_write(&body->publish, bytes, length, why);
    else if (body->kind == BODY_FILE_NAMELESS)
        good = write_nameless(body, bytes, length, why);
    if (good && body->digest)
        EVP_DigestUpdate(body->digest, bytes, length);
    body->size += good ? (int64_t)length : 0;
    return good;
}

/* By the descriptor: another user may have replaced the temporary file. */
int body_file_reopen(const struct body_file *body, struct reason *why)
{
    int descriptor = fcntl(body_file_descriptor(body), F_DUPFD_CLOEXEC, 0);

    if (descriptor >= 0 && lseek(descriptor, 0, SEEK_SET) == 0)
        return descriptor;
    reason_set(why, CODE_FAILED, "what was fetched cannot be read back: %s", strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

void body_file_digest(struct body_file *body, char hex[BODY_FILE_DIGEST])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    EVP_DigestFinal_ex(body->digest, digest, &length);
    for (unsigned i = 0; i < length && 2 * i + 2 < BODY_FILE_DIGEST; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
}

void body_file_move(struct body_file *from, struct body_file *to)
{
    *to = *from;
    if (to->kind == BODY_FILE_BESIDE)
        publish_move(&from->publish, &to->publish);
    memset(from, 0, sizeof *from);
}

void body_file_abort(struct body_file *body)
{
    if (body->kind == BODY_FILE_BESIDE)
        publish_abort(&body->publish);
    if (body->kind == BODY_FILE_NAMELESS)
        close(body->descriptor);
    EVP_MD_CTX_free(body->digest);
    if (body->memory)
        body->memory->claimed -= body->claimed;
    memset(body, 0, sizeof *body);
}
