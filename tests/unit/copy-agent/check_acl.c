#include "cmd/copy-agent/acl.h"

#include <stdint.h>

#include "tests/unit/suite.h"

/* As the kernel hands it out. */
struct attribute {
    unsigned char bytes[4 + 8 * 8];
    size_t length;
};

static void add(struct attribute *acl, unsigned tag, unsigned permissions, uint32_t id)
{
    unsigned char *at = acl->bytes + acl->length;

    if (acl->length == 0) {
        acl->bytes[0] = 2;
        acl->length = 4;
        at += 4;
    }
    at[0] = (unsigned char)tag;
    at[2] = (unsigned char)permissions;
    for (int i = 0; i < 4; i++)
        at[4 + i] = (unsigned char)(id >> 8 * i);
    acl->length += 8;
}

static const gid_t groups[] = {50, 60};
static const struct acl_user owner = {1000, groups, 2}, member = {1001, groups, 2}, other = {1002, NULL, 0},
                             root = {0, NULL, 0};

static struct stat mode(mode_t bits, gid_t group)
{
    return (struct stat){.st_mode = S_IFREG | bits, .st_uid = 1000, .st_gid = group};
}

START_TEST(by_mode)
{
    struct stat file = mode(0640, 60);

    ck_assert(acl_allows(&owner, &file, NULL, 0, ACL_READ | ACL_WRITE));
    ck_assert(!acl_allows(&owner, &file, NULL, 0, ACL_SEARCH));
    ck_assert(acl_allows(&member, &file, NULL, 0, ACL_READ));
    ck_assert(!acl_allows(&member, &file, NULL, 0, ACL_READ | ACL_WRITE));
    ck_assert(!acl_allows(&other, &file, NULL, 0, ACL_READ));
    ck_assert(acl_allows(&root, &file, NULL, 0, ACL_WRITE));
}
END_TEST

START_TEST(the_first_class_that_fits_decides_even_against)
{
    struct stat owners = mode(0077, 60), groups_own = mode(0707, 60);

    ck_assert(!acl_allows(&owner, &owners, NULL, 0, ACL_READ));
    ck_assert(!acl_allows(&member, &groups_own, NULL, 0, ACL_READ));
    ck_assert(acl_allows(&other, &groups_own, NULL, 0, ACL_READ));
}
END_TEST

START_TEST(named_users_groups_and_the_mask)
{
    struct stat file = mode(0640, 99);
    struct attribute acl = {.length = 0};

    add(&acl, 0x01, 6, UINT32_MAX);
    add(&acl, 0x02, 7, 1002);
    add(&acl, 0x04, 0, UINT32_MAX);
    add(&acl, 0x08, 5, 50);
    add(&acl, 0x08, 2, 60);
    add(&acl, 0x10, 6, UINT32_MAX);
    add(&acl, 0x20, 1, UINT32_MAX);
    ck_assert(acl_allows(&other, &file, acl.bytes, acl.length, ACL_READ | ACL_WRITE));
    ck_assert_msg(!acl_allows(&other, &file, acl.bytes, acl.length, ACL_SEARCH), "the mask takes x away");
    ck_assert(acl_allows(&member, &file, acl.bytes, acl.length, ACL_READ));
    ck_assert(acl_allows(&member, &file, acl.bytes, acl.length, ACL_WRITE));
    ck_assert_msg(!acl_allows(&member, &file, acl.bytes, acl.length, ACL_READ | ACL_WRITE),
                  "one group has to grant all of it");
    ck_assert_msg(!acl_allows(&member, &file, acl.bytes, acl.length, ACL_SEARCH),
                  "a group that fits keeps others' rights away");
    ck_assert(acl_allows(&(struct acl_user){7, NULL, 0}, &file, acl.bytes, acl.length, ACL_SEARCH));
    ck_assert(!acl_allows(&(struct acl_user){7, NULL, 0}, &file, acl.bytes, acl.length, ACL_READ));
}
END_TEST

START_TEST(nonsense_grants_nothing)
{
    struct stat file = mode(0777, 60);
    static const unsigned char wrong_version[] = {3, 0, 0, 0}, cut[] = {2, 0, 0, 0, 1, 0, 6};

    ck_assert(!acl_allows(&other, &file, wrong_version, sizeof wrong_version, ACL_READ));
    ck_assert(!acl_allows(&other, &file, cut, sizeof cut, ACL_READ));
    ck_assert(!acl_allows(&other, &file, cut, 2, ACL_READ));
    ck_assert(acl_allows(&owner, &file, cut, sizeof cut, ACL_READ));
}
END_TEST

SUITE("acl", by_mode, the_first_class_that_fits_decides_even_against, named_users_groups_and_the_mask,
      nonsense_grants_nothing)
