#include "cmd/copy-agent/inode_table.h"

#include "tests/unit/suite.h"

START_TEST(each_file_is_found_again_among_many)
{
    enum { FILES = 5000 };
    struct inode_table inodes = {0};

    for (uint32_t i = 1; i <= FILES; i++) {
        struct stat file = {.st_dev = i % 3, .st_ino = i / 3};
        struct inode_entry *entry = inode_table_find(&inodes, &file);
        ck_assert_uint_eq(entry->node, 0);
        entry->node = i;
    }
    for (uint32_t i = 1; i <= FILES; i++) {
        struct stat file = {.st_dev = i % 3, .st_ino = i / 3};
        ck_assert_uint_eq(inode_table_find(&inodes, &file)->node, i);
    }
    inode_table_free(&inodes);
}
END_TEST

SUITE("inode table", each_file_is_found_again_among_many)
