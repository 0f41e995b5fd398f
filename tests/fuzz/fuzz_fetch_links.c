/* Archives of directories, files, symbolic and hard links, one after another into the same directory: whatever is taken, no
 * link in there leads out of it. The names are few, so that they meet. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/extract_stage.h"
#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/files/directory.h"
#include "common/files/removal.h"
#include "tests/fuzz/input.h"

enum { NAMES = 4, LONGEST = 12, OPERATIONS = 5 };

static char in_memory[] = "/dev/shm/initkit-fuzz-XXXXXX", on_disk[] = "/tmp/initkit-fuzz-XXXXXX", *folder;
static char inside[64], prefix[PATH_MAX];
static int within;

/* The next path of the input, of parts a to d, and of ".." and "." where it is a link's target. */
static void take_path(const uint8_t **data, size_t *size, bool target, struct buf *path)
{
    buf_clear(path);
    for (size_t i = 0; i<LONGEST && * size> 0; i++) {
        uint8_t byte = *(*data)++ & 15;
        --*size;
        if (byte == 15)
            break;
        bool up = target && byte >= 8 && byte < 13, stay = target && byte >= 13;
        char name[2] = {(char)('a' + byte % NAMES), '\0'};
        buf_add_format(path, "%s%s", path->length > 0 ? "/" : "", up ? ".." : stay ? "." : name);
    }
    if (path->length == 0)
        buf_add_text(path, "a");
}

static void operate(struct extract_stage *stage, const uint8_t **data, size_t *size, unsigned operation)
{
    const struct ownership ownership = {0};
    struct buf path, target;
    struct reason why;

    buf_init(&path, PATH_MAX);
    buf_init(&target, PATH_MAX);
    take_path(data, size, false, &path);
    if (operation == 0) {
        extract_stage_directory(stage, path.data, 0755, &why);
    } else if (operation == 1) {
        int file = extract_stage_open_file(stage, path.data, &why);
        if (file >= 0)
            close(file);
    } else if (operation == 2) {
        take_path(data, size, false, &target);
        extract_stage_link(stage, path.data, target.data, &why);
    } else {
        take_path(data, size, true, &target);
        extract_stage_symlink(stage, path.data, target.data, &ownership, &why);
    }
    buf_free(&path);
    buf_free(&target);
}

static int check_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    const char *below = path + strlen(inside) + 1;
    char real[PATH_MAX];

    (void)status;
    (void)where;
    if (strlen(path) <= strlen(inside))
        return 0;
    int one = directory_open_below(within, below, O_PATH),
        other = directory_open_below_by_parts(within, below, O_PATH);
    MUST((one >= 0) == (other >= 0));
    if (one >= 0)
        close(one);
    if (other >= 0)
        close(other);
    if (type != FTW_SL)
        return 0;
    MUST(directory_may_stay_within(within, below));
    if (realpath(path, real))
        MUST(strncmp(real, prefix, strlen(prefix)) == 0 &&
             (real[strlen(prefix)] == '/' || real[strlen(prefix)] == '\0'));
    return 0;
}

static void run_archive(const uint8_t **data, size_t *size)
{
    const struct ownership ownership = {0};
    struct extract_stage stage;
    struct reason why;

    MUST(extract_stage_begin(&stage, inside, &ownership, DEADLINE_NEVER, &why));
    while (*size > 0) {
        unsigned operation = *(*data)++ % (OPERATIONS + 1);
        --*size;
        if (operation == OPERATIONS)
            break;
        operate(&stage, data, size, operation);
    }
    if (extract_stage_end(&stage, &why) && extract_stage_plan(&stage, inside, &why)) {
        MUST(extract_stage_move(&stage, inside, &why));
        extract_stage_undo(&stage, inside, &why);
        MUST(!stage.stays && extract_stage_plan(&stage, inside, &why) &&
             extract_stage_move(&stage, inside, &why));
    }
    extract_stage_remove(&stage);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct removal_limit limit = {.deadline = DEADLINE_NEVER};

    if (!folder)
        folder = mkdtemp(in_memory) ? in_memory : mkdtemp(on_disk);
    MUST(folder);
    snprintf(inside, sizeof inside, "%s/in", folder);
    int parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    MUST(parent >= 0 && mkdir(inside, 0755) == 0 && realpath(inside, prefix));
    within = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (size > 0)
        run_archive(&data, &size);
    nftw(inside, check_entry, 16, FTW_PHYS);
    close(within);
    MUST(removal_tree(parent, "in", &limit) == 0);
    close(parent);
    return 0;
}
