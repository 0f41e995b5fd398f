#include "cmd/wait-for-dns/write.h"

#include <stdio.h>

#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

enum { MOST = 4 };

static struct name names[MOST];
static struct record items[MOST][MOST];
static char values[MOST][MOST][64];
static size_t count;

/* A name without TYPE. */
static struct name *add_name(const char *label)
{
    struct name *name = &names[count];

    snprintf(name->label, sizeof name->label, "%s", label);
    name->records.items = items[count++];
    return name;
}

static struct name *add_typed_name(const char *label, enum dns_type type)
{
    struct name *name = add_name(label);

    name->typed = true;
    name->type = type;
    return name;
}

static void add_record(struct name *name, enum dns_type type, const char *value)
{
    size_t which = (size_t)(name - names), at = name->records.count++;

    snprintf(values[which][at], sizeof values[which][at], "%s", value);
    items[which][at] = (struct record){.type = type, .value = values[which][at]};
}

static void expect_file(enum write_format format, const char *expected)
{
    struct buf out;

    buf_init(&out, 4096);
    write_format(format, names, count, &out);
    ck_assert_str_eq(out.data, expected);
    if (format == WRITE_JSON)
        ck_assert(strict_json(out.data, out.length));
    buf_free(&out);
}

START_TEST(one_name)
{
    struct name *db = add_name("db.prod.");

    add_record(db, DNS_A, "10.0.0.1");
    add_record(db, DNS_AAAA, "::1");
    expect_file(WRITE_LINES, "10.0.0.1\n::1\n");
    expect_file(WRITE_HOSTS, "10.0.0.1 db.prod\n::1 db.prod\n");
    expect_file(WRITE_ENV, "DB_PROD='10.0.0.1 ::1'\n");
    expect_file(WRITE_JSON, "[\n{\"name\":\"db.prod.\",\"records\":[{\"type\":\"A\",\"value\":\"10.0.0.1\"},"
                            "{\"type\":\"AAAA\",\"value\":\"::1\"}]}\n]\n");
}
END_TEST

START_TEST(several_names)
{
    add_record(add_name("a"), DNS_A, "10.0.0.1");
    add_name("not-ready");
    add_record(add_name("b"), DNS_A, "10.0.0.2");
    expect_file(WRITE_LINES, "a 10.0.0.1\nb 10.0.0.2\n");
    expect_file(WRITE_HOSTS, "10.0.0.1 a\n10.0.0.2 b\n");
    expect_file(WRITE_ENV, "A='10.0.0.1'\nB='10.0.0.2'\n");
    expect_file(WRITE_JSON, "[\n{\"name\":\"a\",\"records\":[{\"type\":\"A\",\"value\":\"10.0.0.1\"}]},\n"
                            "{\"name\":\"b\",\"records\":[{\"type\":\"A\",\"value\":\"10.0.0.2\"}]}\n]\n");
}
END_TEST

START_TEST(no_name_has_records)
{
    add_name("a");
    expect_file(WRITE_LINES, "");
    expect_file(WRITE_HOSTS, "");
    expect_file(WRITE_ENV, "");
    expect_file(WRITE_JSON, "[\n]\n");
}
END_TEST

START_TEST(values_with_quotes_and_blanks)
{
    struct name *name = add_typed_name("_my-sql._tcp.db", DNS_TXT);

    add_record(name, DNS_TXT, "it's \"$(x)\" \\092 `y`");
    add_record(name, DNS_TXT, "''");
    expect_file(WRITE_ENV, "_MY_SQL__TCP_DB_TXT='it'\\''s \"$(x)\" \\092 `y`\n'\\'''\\'''\n");
    expect_file(
        WRITE_JSON,
        "[\n{\"name\":\"_my-sql._tcp.db\",\"records\":[{\"type\":\"TXT\",\"value\":\"it's \\\"$(x)\\\" "
        "\\\\092 `y`\"},{\"type\":\"TXT\",\"value\":\"''\"}]}\n]\n");
}
END_TEST

START_TEST(records_that_hold_blanks_are_a_line_each)
{
    struct name *name = add_typed_name("db", DNS_SRV);

    add_record(name, DNS_SRV, "0 0 1 a.test");
    add_record(name, DNS_SRV, "0 0 2 b.test");
    expect_file(WRITE_ENV, "DB_SRV='0 0 1 a.test\n0 0 2 b.test'\n");
    expect_file(WRITE_LINES, "0 0 1 a.test\n0 0 2 b.test\n");
}
END_TEST

START_TEST(a_variable_does_not_begin_with_a_digit)
{
    add_record(add_typed_name("10.0.0.1", DNS_PTR), DNS_PTR, "host.test");
    expect_file(WRITE_ENV, "_10_0_0_1_PTR='host.test'\n");
}
END_TEST

/* What a shell makes of it: the values as they are, whatever is in them. */
START_TEST(a_shell_reads_the_same_values)
{
    struct name *name = add_typed_name("db", DNS_TXT);
    struct buf out;
    char said[256] = "";

    add_record(name, DNS_TXT, "a'b\"c$HOME`id`\\n!*");
    buf_init(&out, 4096);
    write_format(WRITE_ENV, names, count, &out);
    buf_add_text(&out, "printf '%s' \"$DB_TXT\"\n");
    setenv("SCRIPT", out.data, 1);
    FILE *shell = popen("exec sh -c \"$SCRIPT\"", "r");
    ck_assert_ptr_nonnull(shell);
    ck_assert_uint_gt(fread(said, 1, sizeof said - 1, shell), 0);
    ck_assert_int_eq(pclose(shell), 0);
    ck_assert_str_eq(said, "a'b\"c$HOME`id`\\n!*");
    buf_free(&out);
}
END_TEST

SUITE("write", one_name, several_names, no_name_has_records, values_with_quotes_and_blanks,
      records_that_hold_blanks_are_a_line_each, a_variable_does_not_begin_with_a_digit,
      a_shell_reads_the_same_values)
