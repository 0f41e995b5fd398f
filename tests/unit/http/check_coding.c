#include "common/http/coding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#include "common/base/buf.h"
#include "common/http/framing.h"
#include "tests/unit/suite.h"

enum { PLAIN = 200 * 1000, PACKED_MOST = 3 * PLAIN };

static struct buf packed, got;
static char plain[PLAIN];
static struct reason why;

static void set_up(void)
{
    unsigned state = 1;

    for (size_t i = 0; i < sizeof plain; i++) {
        state = state * 1103515245 + 12345;
        plain[i] = (char)('a' + (state >> 16) % 16);
    }
    buf_init(&packed, PACKED_MOST);
    buf_init(&got, PACKED_MOST);
}

static void add_gzip(const char *bytes, size_t length)
{
    static char room[PACKED_MOST];
    z_stream stream = {.next_in = (const Bytef *)bytes, .avail_in = (uInt)length};

    stream.next_out = (Bytef *)room;
    stream.avail_out = sizeof room;
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert(buf_add(&packed, room, stream.total_out));
    deflateEnd(&stream);
}

static void add_zstd(const char *bytes, size_t length)
{
    static char room[PACKED_MOST];
    ZSTD_CCtx *context = ZSTD_createCCtx();

    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t size = ZSTD_compress2(context, room, sizeof room, bytes, length);
    ck_assert(!ZSTD_isError(size));
    ck_assert(buf_add(&packed, room, size));
    ZSTD_freeCCtx(context);
}

static void add_bzip2(const char *bytes, size_t length)
{
    static char room[PACKED_MOST], from[PLAIN];
    unsigned made = sizeof room;

    memcpy(from, bytes, length);
    ck_assert_int_eq(BZ2_bzBuffToBuffCompress(room, &made, from, (unsigned)length, 1, 0, 0), BZ_OK);
    ck_assert(buf_add(&packed, room, made));
}

static bool keep(void *owner, const char *bytes, size_t length)
{
    return buf_add(owner, bytes, length);
}

static bool stop(void *owner, const char *bytes, size_t length)
{
    (void)owner;
    (void)bytes;
    (void)length;
    return false;
}

/* What becomes of the first `length` bytes, in pieces. */
static enum coding_state undo(enum coding_kind kind, size_t length, size_t piece)
{
    struct coding coding = {0};

    buf_clear(&got);
    coding_begin(&coding, kind);
    for (size_t at = 0; at < length; at += piece)
        coding_feed(&coding, packed.data + at, piece < length - at ? piece : length - at, keep, &got);
    enum coding_state state = coding.state;
    coding_end(&coding);
    coding_end(&coding);
    return state;
}

static void expect_plain(size_t times)
{
    ck_assert_uint_eq(got.length, times * PLAIN);
    for (size_t i = 0; i < times; i++)
        ck_assert_mem_eq(got.data + i * PLAIN, plain, PLAIN);
}

typedef void adder(const char *bytes, size_t length);

static void whole_and_cut(enum coding_kind kind, adder *add)
{
    const size_t pieces[] = {1, 7, 65536, PACKED_MOST};

    set_up();
    add(plain, PLAIN);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        ck_assert_int_eq(undo(kind, packed.length, pieces[i]), CODING_ENDED);
        expect_plain(1);
    }
    for (size_t i = 0; i < 20; i++)
        ck_assert_int_eq(undo(kind, packed.length * i / 20, 1000), CODING_WITHIN);
    for (size_t i = 1; i < 12; i++)
        ck_assert_int_eq(undo(kind, packed.length - i, 1000), CODING_WITHIN);
    size_t one = packed.length;
    add(plain, PLAIN);
    ck_assert_int_eq(undo(kind, packed.length, 999), CODING_ENDED);
    expect_plain(2);
    ck_assert_int_eq(undo(kind, packed.length - 1, 999), CODING_WITHIN);
    ck_assert_int_eq(undo(kind, one + 1, 999), CODING_WITHIN);
}

START_TEST(gzip)
{
    whole_and_cut(CODING_GZIP, add_gzip);
}
END_TEST

START_TEST(zstd)
{
    whole_and_cut(CODING_ZSTD, add_zstd);
}
END_TEST

START_TEST(bzip2)
{
    whole_and_cut(CODING_BZIP2, add_bzip2);
}
END_TEST

/* "hello hello hello hello" three times, as `xz -0` writes it: the decoder alone is linked. */
static const unsigned char xz_file[] = {
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01,
    0x0c, 0x00, 0x00, 0x00, 0x8f, 0x98, 0x41, 0x9c, 0xe0, 0x00, 0x47, 0x00, 0x10, 0x5d, 0x00, 0x34,
    0x19, 0x49, 0xdb, 0x85, 0x5c, 0x67, 0xde, 0x76, 0x22, 0x07, 0xd8, 0x7d, 0x18, 0x20, 0x00, 0x00,
    0x11, 0xd5, 0x7a, 0x16, 0x23, 0xf7, 0x08, 0x01, 0x00, 0x01, 0x2c, 0x48, 0x27, 0x17, 0xb0, 0x61,
    0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a};

START_TEST(xz)
{
    size_t unnoticed = 0;

    set_up();
    buf_add(&packed, (const char *)xz_file, sizeof xz_file);
    for (size_t piece = 1; piece <= sizeof xz_file; piece++) {
        ck_assert_int_eq(undo(CODING_XZ, sizeof xz_file, piece), CODING_ENDED);
        ck_assert_uint_eq(got.length, 72);
        ck_assert_mem_eq(got.data + 66, "hello\n", 6);
    }
    for (size_t i = 0; i < sizeof xz_file; i++)
        ck_assert_int_eq(undo(CODING_XZ, i, 7), CODING_WITHIN);
    for (size_t i = 0; i < sizeof xz_file; i++) {
        packed.data[i] ^= 1;
        /* The range coder's last bits may not matter. */
        bool ended = undo(CODING_XZ, sizeof xz_file, 7) == CODING_ENDED;
        ck_assert(!ended || (got.length == 72 && memcmp(got.data + 66, "hello\n", 6) == 0));
        unnoticed += ended;
        packed.data[i] ^= 1;
    }
    ck_assert_uint_le(unnoticed, 1);
}
END_TEST

/* Padding comes in fours, and another stream may follow it. */
START_TEST(xz_padding)
{
    set_up();
    buf_add(&packed, (const char *)xz_file, sizeof xz_file);
    for (size_t zeros = 1; zeros <= 8; zeros++) {
        buf_add(&packed, "\0", 1);
        enum coding_state expected = zeros % 4 == 0 ? CODING_ENDED : CODING_WITHIN;
        ck_assert_int_eq(undo(CODING_XZ, packed.length, 1), expected);
        ck_assert_int_eq(undo(CODING_XZ, packed.length, 1000), expected);
    }
    size_t padded = packed.length;
    buf_add(&packed, (const char *)xz_file, sizeof xz_file);
    ck_assert_int_eq(undo(CODING_XZ, packed.length, 3), CODING_ENDED);
    ck_assert_uint_eq(got.length, 144);
    packed.data[padded] = 'x';
    ck_assert_int_eq(undo(CODING_XZ, packed.length, 3), CODING_TRAILING);
    packed.length = padded - 1;
    buf_add(&packed, (const char *)xz_file, sizeof xz_file);
    ck_assert_int_eq(undo(CODING_XZ, packed.length, 3), CODING_TRAILING);
}
END_TEST

/* Each of the last bytes belongs to a checksum or a length. */
START_TEST(damage)
{
    set_up();
    add_gzip(plain, PLAIN);
    for (size_t i = 1; i <= 8; i++) {
        packed.data[packed.length - i] ^= 1;
        ck_assert_int_eq(undo(CODING_GZIP, packed.length, 4096), CODING_BROKEN);
        packed.data[packed.length - i] ^= 1;
    }
    ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 4096), CODING_BROKEN);
    buf_clear(&packed);
    add_zstd(plain, PLAIN);
    for (size_t i = 1; i <= 4; i++) {
        packed.data[packed.length - i] ^= 1;
        ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 4096), CODING_BROKEN);
        packed.data[packed.length - i] ^= 1;
    }
    ck_assert_int_eq(undo(CODING_GZIP, packed.length, 4096), CODING_BROKEN);
}
END_TEST

START_TEST(behind_the_end)
{
    const char skipped[] = {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'x', 'y'};

    set_up();
    add_gzip(plain, PLAIN);
    buf_add(&packed, "\0\0\0\0\0", 5);
    ck_assert_int_eq(undo(CODING_GZIP, packed.length, 3), CODING_ENDED);
    expect_plain(1);
    add_gzip(plain, PLAIN);
    ck_assert_int_eq(undo(CODING_GZIP, packed.length, 3), CODING_TRAILING);
    buf_clear(&packed);
    add_gzip(plain, PLAIN);
    buf_add_text(&packed, "\n");
    ck_assert_int_eq(undo(CODING_GZIP, packed.length, 3), CODING_TRAILING);
    buf_clear(&packed);
    add_zstd(plain, PLAIN);
    buf_add(&packed, skipped, sizeof skipped);
    ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 3), CODING_ENDED);
    expect_plain(1);
    buf_add(&packed, "\0", 1);
    ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 3), CODING_TRAILING);
}
END_TEST

START_TEST(nothing_packed)
{
    set_up();
    ck_assert_int_eq(undo(CODING_GZIP, 0, 1), CODING_WITHIN);
    ck_assert_int_eq(undo(CODING_ZSTD, 0, 1), CODING_WITHIN);
    add_gzip("", 0);
    ck_assert_int_eq(undo(CODING_GZIP, packed.length, 1), CODING_ENDED);
    ck_assert_uint_eq(got.length, 0);
    buf_clear(&packed);
    add_zstd("", 0);
    ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 1), CODING_ENDED);
    ck_assert_uint_eq(got.length, 0);
}
END_TEST

/* A frame's header that asks for a window of 256 MiB (RFC 8878, 3.1.1.1.2). */
START_TEST(large_window)
{
    const char header[] = {0x28, (char)0xb5, 0x2f, (char)0xfd, 0, (28 - 10) << 3};

    set_up();
    buf_add(&packed, header, sizeof header);
    buf_add(&packed, "\x01\0\0", 3);
    ck_assert_int_eq(undo(CODING_ZSTD, packed.length, 1), CODING_MEMORY);
    /* An xz file with a dictionary of 256 MiB: its block header is 12 bytes in, and ends in a CRC. */
    const unsigned char large[] = {0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46,
                                   0x02, 0x00, 0x21, 0x01, 0x20, 0x00, 0x00, 0x00, 0x09, 0x88, 0xa5, 0x76};
    buf_clear(&packed);
    buf_add(&packed, (const char *)large, sizeof large);
    ck_assert_int_eq(undo(CODING_XZ, packed.length, 1), CODING_MEMORY);
}
END_TEST

START_TEST(a_sink_that_is_full)
{
    struct coding coding = {0};

    set_up();
    add_gzip(plain, PLAIN);
    coding_begin(&coding, CODING_GZIP);
    ck_assert_int_eq(coding_feed(&coding, packed.data, packed.length, stop, NULL), CODING_STOPPED);
    ck_assert_int_eq(coding_feed(&coding, packed.data, packed.length, stop, NULL), CODING_STOPPED);
    coding_end(&coding);
}
END_TEST

static const char *found(const char *value)
{
    enum coding_kind kind;

    return coding_find(value, &kind) ? coding_name(kind) : "unknown";
}

START_TEST(names)
{
    ck_assert_str_eq(found("gzip"), "gzip");
    ck_assert_str_eq(found("X-GZip"), "gzip");
    ck_assert_str_eq(found(" zstd ,"), "zstd");
    ck_assert_str_eq(found("identity, gzip"), "gzip");
    ck_assert_str_eq(found(""), "identity");
    ck_assert_str_eq(found("br"), "unknown");
    ck_assert_str_eq(found("deflate"), "unknown");
    ck_assert_str_eq(found("gzip, gzip"), "unknown");
    ck_assert_str_eq(found("gzipped"), "unknown");
    ck_assert_str_eq(found("gz"), "unknown");
}
END_TEST

START_TEST(detection)
{
    static const struct {
        const char *bytes;
        enum coding_kind kind;
    } files[] = {
        {"\x1f\x8b\x08\0\0\0\0\0\0", CODING_GZIP},
        {"\x28\xb5\x2f\xfd\0\0\0\0\0", CODING_ZSTD},
        {"\x51\x2a\x4d\x18\0\0\0\0\0", CODING_ZSTD},
        {"\xfd"
         "7zXZ\0\0\4",
         CODING_XZ},
        {"BZh91AY&SY", CODING_BZIP2},
        {"BZh01AY&SY", CODING_IDENTITY},
        {"(hello) world", CODING_IDENTITY},
    };

    for (size_t i = 0; i < COUNT_OF(files); i++)
        ck_assert_int_eq(coding_detect(files[i].bytes, 9), files[i].kind);
    ck_assert_int_eq(coding_detect("\x1f\x8b", 2), CODING_IDENTITY);
    ck_assert_str_eq(coding_name(CODING_XZ), "xz");
}
END_TEST

START_TEST(framing)
{
    const char *const good[] = {"0", "500", "500, 500", "500,500", "9223372036854775807"};
    const char *const bad[] = {"",       "500, 110890",
                               "0x1F4",  "-1",
                               "+5",     "500,",
                               ",500",   "5 0",
                               "5.0",    "9223372036854775808",
                               "500, x", "00000000000000000000000000000000000000500"};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert(framing_check(good[i], NULL, &why));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ck_assert(!framing_check(bad[i], NULL, &why));
        expect_contains(why.text, "Content-Length");
    }
    ck_assert(framing_check(NULL, NULL, &why));
    ck_assert(framing_check(NULL, "Chunked", &why));
    ck_assert(!framing_check("500", "chunked", &why));
    expect_contains(why.text, "both Content-Length (500) and Transfer-Encoding");
    ck_assert(!framing_check(NULL, "gzip, chunked", &why));
    expect_contains(why.text, "Transfer-Encoding is \"gzip, chunked\"");
}
END_TEST

static const char *hidden(const char *line)
{
    const char *name = framing_hidden(line, strlen(line));

    return name ? name : "";
}

START_TEST(hidden_headers)
{
    ck_assert_str_eq(hidden("Content-Length : 9\r\n"), "Content-Length");
    ck_assert_str_eq(hidden("content-length\t: 9\r\n"), "Content-Length");
    ck_assert_str_eq(hidden(" Content-Encoding: gzip\r\n"), "Content-Encoding");
    ck_assert_str_eq(hidden("\tTransfer-Encoding \r: chunked\n"), "Transfer-Encoding");
    ck_assert_str_eq(hidden("Content-Range : bytes 0-1/5\r\n"), "Content-Range");
    ck_assert_str_eq(hidden("Content-Length: 9\r\n"), "");
    ck_assert_str_eq(hidden("Server : x\r\n"), "");
    ck_assert_str_eq(hidden("X-Content-Length : 9\r\n"), "");
    ck_assert_str_eq(hidden("Content-Length\r\n"), "");
    ck_assert_str_eq(hidden("X: Content-Length : 9\r\n"), "");
    ck_assert_str_eq(hidden(" : 9\r\n"), "");
    ck_assert_str_eq(hidden(":"), "");
    ck_assert_str_eq(hidden(""), "");
}
END_TEST

SUITE("coding", gzip, zstd, bzip2, xz, xz_padding, detection, damage, behind_the_end, nothing_packed,
      large_window, a_sink_that_is_full, names, framing, hidden_headers)
