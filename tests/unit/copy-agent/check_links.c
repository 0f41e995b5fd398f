#include "cmd/copy-agent/links.h"

#include "tests/unit/suite.h"

START_TEST(each_file_is_found_again_among_many)
{
    enum { FILES = 5000 };
    struct links links = {0};

    for (uint32_t i = 1; i <= FILES; i++) {
        struct stat file = {.st_dev = i % 3, .st_ino = i / 3};
        struct link_entry *entry = links_find(&links, &file);
        ck_assert_uint_eq(entry->node, 0);
        entry->node = i;
    }
    for (uint32_t i = 1; i <= FILES; i++) {
        struct stat file = {.st_dev = i % 3, .st_ino = i / 3};
        ck_assert_uint_eq(links_find(&links, &file)->node, i);
    }
    links_free(&links);
}
END_TEST

SUITE("links", each_file_is_found_again_among_many)
