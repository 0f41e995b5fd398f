#include "tests/unit/scratch.h"

#include <check.h>
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[512];
static char *given[256]; /* texts given out, for the leak checker's peace */
static size_t given_count;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_all(void)
{
    nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_directory(void)
{
    const char *base = getenv("TMPDIR");

    if (directory[0] != '\0')
        return;
    snprintf(directory, sizeof directory, "%s/initkit-unit-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    atexit(remove_all);
}

static char *keep(char *text)
{
    ck_assert_uint_lt(given_count, sizeof given / sizeof given[0]);
    given[given_count++] = text;
    return text;
}

char *scratch_path(const char *name)
{
    char *path = malloc(PATH_MAX);

    make_directory();
    snprintf(path, PATH_MAX, "%s/%.255s", directory, name);
    return keep(path);
}

char *scratch_file(const char *name, const char *content)
{
    char *path = scratch_path(name);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(content, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

char *scratch_read(const char *path, size_t *length)
{
    enum { MOST = 1024 * 1024 };
    char *content = calloc(1, MOST + 1);
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s cannot be read", path);
    size_t got = fread(content, 1, MOST, file);
    fclose(file);
    if (length)
        *length = got;
    return keep(content);
}

int scratch_count(void)
{
    int count = 0;
    const struct dirent *entry;

    make_directory();
    DIR *opened = opendir(directory);
    ck_assert_ptr_nonnull(opened);
    while ((entry = readdir(opened)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(opened);
    return count;
}
