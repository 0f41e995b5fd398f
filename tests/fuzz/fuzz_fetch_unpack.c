/* An archive, unpacked into a directory of its own: nothing outside of it changes, and nothing of it stays. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/unpack.h"
#include "common/base/deadline.h"
#include "common/files/removal.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[] = "/tmp/initkit-fuzz-XXXXXX";
    static bool made;
    const struct ownership ownership = {0};
    const struct unpack_rules rules = {
        .max_size = 1 << 20, .ownership = &ownership, .keep_mode = true, .deadline = DEADLINE_NEVER};
    const struct removal_limit limit = {.deadline = DEADLINE_NEVER};
    struct unpack unpack;
    struct reason why;
    char inside[64], outside[64];
    struct stat present;

    made = made || mkdtemp(folder);
    MUST(made);
    snprintf(inside, sizeof inside, "%s/in", folder);
    snprintf(outside, sizeof outside, "%s/evil", folder);
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    MUST(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    lseek(descriptor, 0, SEEK_SET);
    if (unpack_stage(&unpack, descriptor, inside, &rules, &why)) {
        if (!unpack_plan(&unpack, DEADLINE_NEVER, &why) || !unpack_move(&unpack, &why))
            unpack_undo(&unpack, &why);
        unpack_abort(&unpack);
    } else {
        MUST(why.code == CODE_FAILED && why.text[0] != '\0');
    }
    MUST(lstat(outside, &present) != 0);
    close(descriptor);
    int parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    MUST(parent >= 0 && removal_tree(parent, "in", &limit) == 0);
    close(parent);
    return 0;
}
