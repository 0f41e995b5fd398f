#include "common/base/strings.h"
#include "common/files/template_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct strings directories;

/* A Secret as the kubelet mounts it, a file beside it, and links that lead everywhere. */
static void make_secret(void)
{
    static const char *const links[][2] = {
        {"..2026_01", "secret/..data"},
        {"..data/token", "secret/token"},
        {"../outside", "secret/out"},
        {"/etc/hostname", "secret/absolute"},
        {"loop", "secret/loop"},
        {"token/../../outside", "secret/through"},
        {"deep/../deep/./a", "secret/turns"},
        {"/proc/self/root/etc", "secret/magic"},
    };

    scratch_file("outside", "outside");
    ck_assert_int_eq(mkdir(scratch_path("secret"), 0755), 0);
    ck_assert_int_eq(mkdir(scratch_path("secret/..2026_01"), 0755), 0);
    ck_assert_int_eq(mkdir(scratch_path("secret/deep"), 0755), 0);
    ck_assert_int_eq(mkdir(scratch_path("secret-too"), 0755), 0);
    scratch_file("secret/..2026_01/token", "token");
    scratch_file("secret/deep/a", "a");
    scratch_file("secret-too/a", "a");
    ck_assert_int_eq(mkfifo(scratch_path("secret/fifo"), 0644), 0);
    for (size_t i = 0; i < COUNT_OF(links); i++)
        ck_assert_int_eq(symlink(links[i][0], scratch_path(links[i][1])), 0);
}

static const char *read_from(int descriptor)
{
    static char text[64];

    ssize_t length = read(descriptor, text, sizeof text - 1);
    ck_assert_int_ge(length, 0);
    text[length] = '\0';
    close(descriptor);
    return text;
}

/* The file's text, or what is wrong. */
static const char *opened(const char *path)
{
    const struct template_files files = {.directories = &directories};
    const char *problem = NULL;
    int descriptor = template_files_open(&files, path, &problem);

    return descriptor >= 0 ? read_from(descriptor) : problem;
}

static const char *below_secret(const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", scratch_path("secret"), name);
    return opened(path);
}

#define OUTSIDE "leads out of the directory of --render-files"
#define NOWHERE "is not below a directory of --render-files"

START_TEST(what_is_below_a_directory)
{
    make_secret();
    strings_add(&directories, scratch_path("secret"), strlen(scratch_path("secret")));
    ck_assert_str_eq(below_secret("token"), "token");
    ck_assert_str_eq(below_secret("./..data//token"), "token");
    ck_assert_str_eq(below_secret("deep/../token"), "token");
    ck_assert_str_eq(below_secret("turns"), "a");
    ck_assert_str_eq(below_secret("out"), OUTSIDE);
    ck_assert_str_eq(below_secret("through"), strerror(ENOTDIR));
    ck_assert_str_eq(below_secret("absolute"), OUTSIDE);
    ck_assert_str_eq(below_secret("magic/passwd"), OUTSIDE);
    ck_assert_str_eq(below_secret("../outside"), OUTSIDE);
    ck_assert_str_eq(below_secret("deep/../../outside"), OUTSIDE);
    ck_assert_str_eq(below_secret("loop"), strerror(ELOOP));
    ck_assert_str_eq(below_secret("none"), strerror(ENOENT));
    ck_assert_str_eq(below_secret("fifo"), "is not a file");
    ck_assert_str_eq(below_secret("deep"), "is not a file");
    ck_assert_str_eq(opened(scratch_path("outside")), NOWHERE);
    ck_assert_str_eq(opened(scratch_path("secret-too/a")), NOWHERE);
    ck_assert_str_eq(opened("/etc/passwd"), NOWHERE);
    ck_assert_str_eq(opened("/proc/self/environ"), NOWHERE);
    ck_assert_str_eq(opened(""), NOWHERE);
    strings_clear(&directories);
}
END_TEST

START_TEST(several_and_relative_directories)
{
    make_secret();
    strings_add(&directories, "/none", 5);
    strings_add(&directories, scratch_path("secret"), strlen(scratch_path("secret")));
    ck_assert_str_eq(below_secret("token"), "token");
    ck_assert_int_eq(chdir(scratch_path("secret")), 0);
    ck_assert_str_eq(opened("token"), NOWHERE);
    strings_add(&directories, ".", 1);
    ck_assert_str_eq(opened("token"), "token");
    ck_assert_str_eq(opened("./token"), "token");
    ck_assert_str_eq(opened("../outside"), OUTSIDE);
    strings_clear(&directories);
}
END_TEST

START_TEST(none_and_any)
{
    const struct template_files none = {.directories = &directories},
                                any = {.directories = &directories, .any = true};
    const char *problem = NULL;

    make_secret();
    ck_assert_int_eq(template_files_open(&none, scratch_path("outside"), &problem), -1);
    ck_assert_str_eq(problem, NOWHERE);
    ck_assert_str_eq(read_from(template_files_open(&any, scratch_path("outside"), &problem)), "outside");
    ck_assert_int_eq(template_files_open(&any, "", &problem), -1);
    ck_assert_str_eq(problem, strerror(ENOENT));
    ck_assert_int_eq(template_files_open(&any, "/dev/zero", &problem), -1);
    ck_assert_str_eq(problem, "is not a file");
}
END_TEST

/* The same where there is no openat2(2). */
START_TEST(part_by_part)
{
    static const struct {
        const char *path;
        int error;
    } wrong[] = {
        {"out", EXDEV},   {"absolute", EXDEV},           {"magic/passwd", EXDEV}, {"../outside", EXDEV},
        {"..", EXDEV},    {"deep/../../outside", EXDEV}, {"/etc/passwd", ENOENT}, {"loop", ELOOP},
        {"none", ENOENT}, {"none/token", ENOENT},        {"token/x", ENOTDIR},    {"through", ENOTDIR},
        {"", EISDIR},
    };
    char deep[200] = "";

    make_secret();
    int directory = open(scratch_path("secret"), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(directory, 0);
    ck_assert_str_eq(read_from(template_files_walk(directory, "token")), "token");
    ck_assert_str_eq(read_from(template_files_walk(directory, ".//..data/token")), "token");
    ck_assert_str_eq(read_from(template_files_walk(directory, "deep/../token")), "token");
    ck_assert_str_eq(read_from(template_files_walk(directory, "turns")), "a");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ck_assert_msg(template_files_walk(directory, wrong[i].path) == -1, "%s is opened", wrong[i].path);
        ck_assert_msg(errno == wrong[i].error, "%s: %s", wrong[i].path, strerror(errno));
    }
    for (size_t i = 0; i + 6 < sizeof deep; i += 5)
        memcpy(deep + i, "deep/", 6);
    ck_assert_int_eq(template_files_walk(directory, deep), -1);
    close(directory);
}
END_TEST

SUITE("template_files", what_is_below_a_directory, several_and_relative_directories, none_and_any,
      part_by_part)
