#include "cmd/fetch-config/magic.h"

#include <string.h>
#include <strings.h>

#include "common/base/banned.h"

#define BYTES(text) (text), sizeof(text) - 1

static const struct {
    size_t at;
    const char *bytes;
    size_t length;
    const char *name;
} magics[] = {
    {0, BYTES("Rar!\x1a\x07"), "a RAR archive"},
    {0, BYTES("7z\xbc\xaf\x27\x1c"), "a 7z archive"},
    {32769, BYTES("CD001"), "an ISO image"},
    {0, BYTES("070701"), "a cpio archive"},
    {0, BYTES("070702"), "a cpio archive"},
    {0, BYTES("070707"), "a cpio archive"},
    {0, BYTES("\xc7\x71"), "a cpio archive"},
    {0, BYTES("\xed\xab\xee\xdb"), "an RPM package"},
    {0, BYTES("!<arch>\ndebian-binary"), "a Debian package"},
    {0, BYTES("!<arch>\n"), "an ar archive"},
    {0, BYTES("MSCF"), "a cabinet archive"},
    {0, BYTES("xar!"), "a xar archive"},
    {0, BYTES("hsqs"), "a SquashFS image"},
    {0, BYTES("PK\x05\x06"), "a zip archive without entries"},
    {0, BYTES("PK\x03\x04"), "a zip archive"},
    {0, BYTES("\x1f\x8b"), "a gzip file"},
    {0, BYTES("\x28\xb5\x2f\xfd"), "a zstd file"},
    {0,
     BYTES("\xfd"
           "7zXZ"),
     "an xz file"},
    {0, BYTES("BZh"), "a bzip2 file"},
    {0, BYTES("LZIP"), "an lzip file"},
    {0, BYTES("\x04\x22\x4d\x18"), "an lz4 file"},
    {0, BYTES("\x89LZO"), "an lzop file"},
    {0, BYTES("\x1f\x9d"), "a file of compress (.Z)"},
    {0, BYTES("\x5d\x00\x00"), "an LZMA file (.lzma)"},
    {0,
     BYTES("\x7f"
           "ELF"),
     "a program (ELF)"},
    {0, BYTES("%PDF-"), "a PDF document"},
    {0, BYTES("version https://git-lfs"), "a pointer of Git LFS, not the file itself"},
};

static const struct {
    const char *text, *name;
} texts[] = {
    {"<!doctype html", "an HTML page"},
    {"<html", "an HTML page"},
    {"<head", "an HTML page"},
    {"<?xml", "an XML document"},
    {"{", "JSON"},
    {"[", "JSON"},
    {"<", "a page or an XML document"},
};

const char *magic_name(const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (magics[i].at + magics[i].length <= length &&
            memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].length) == 0)
            return magics[i].name;
    while (length > 0 && strchr(" \t\r\n", *bytes) && *bytes != '\0') {
        bytes++;
        length--;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strlen(texts[i].text) <= length && strncasecmp(bytes, texts[i].text, strlen(texts[i].text)) == 0)
            return texts[i].name;
    return NULL;
}
