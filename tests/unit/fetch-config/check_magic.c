#include "cmd/fetch-config/magic.h"

#include <string.h>

#include "tests/unit/suite.h"

static const char *name_of(const char *text)
{
    const char *name = magic_name(text, strlen(text));

    return name ? name : "unknown";
}

START_TEST(archives)
{
    ck_assert_str_eq(name_of("Rar!\x1a\x07\x01"), "a RAR archive");
    ck_assert_str_eq(name_of("7z\xbc\xaf\x27\x1c"), "a 7z archive");
    ck_assert_str_eq(name_of("070701000"), "a cpio archive");
    ck_assert_str_eq(name_of("!<arch>\ndebian-binary   1"), "a Debian package");
    ck_assert_str_eq(name_of("!<arch>\nfoo.o/"), "an ar archive");
    ck_assert_str_eq(name_of("version https://git-lfs.github.com/spec/v1"),
                     "a pointer of Git LFS, not the file itself");
}
END_TEST

START_TEST(an_iso_image_begins_late)
{
    static char image[MAGIC_BYTES];

    memcpy(image + 32769, "CD001", 5);
    ck_assert_str_eq(magic_name(image, sizeof image), "an ISO image");
    ck_assert_ptr_null(magic_name(image, sizeof image - 1));
}
END_TEST

START_TEST(texts)
{
    ck_assert_str_eq(name_of("\n <!DOCTYPE HTML>"), "an HTML page");
    ck_assert_str_eq(name_of("<HTML>"), "an HTML page");
    ck_assert_str_eq(name_of("<?xml version='1.0'?>"), "an XML document");
    ck_assert_str_eq(name_of("<Error>"), "a page or an XML document");
    ck_assert_str_eq(name_of("{\"message\": 1}"), "JSON");
    ck_assert_str_eq(name_of("Not Found"), "unknown");
    ck_assert_str_eq(name_of(" \n"), "unknown");
    ck_assert_ptr_null(magic_name("", 0));
}
END_TEST

SUITE("fetch_magic", archives, an_iso_image_begins_late, texts)
