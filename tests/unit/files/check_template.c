#include "common/files/template.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static const struct strings nowhere;
static const struct template_files any_file = {.directories = &nowhere, .any = true};

/* What came out, and the errors as "LINE:COLUMN MESSAGE\n". */
struct result {
    struct buf text, errors;
    bool good;
};

static bool take(void *owner, const char *bytes, size_t length)
{
    return buf_add(&((struct result *)owner)->text, bytes, length);
}

static void take_error(void *owner, size_t line, size_t column, const char *message)
{
    buf_add_format(&((struct result *)owner)->errors, "%zu:%zu %s\n", line, column, message);
}

/* In pieces of `step` bytes. */
static void render(struct result *result, const char *text, const char *prefix, size_t step)
{
    struct template_sink sink = {take, take_error, result};
    struct template template;
    size_t length = strlen(text);

    buf_init(&result->text, 64 * 1024 * 1024);
    buf_init(&result->errors, 1024 * 1024);
    template_begin(&template, &sink, prefix, &any_file);
    for (size_t at = 0; at < length; at += step)
        template_feed(&template, text + at, length - at < step ? length - at : step);
    result->good = template_end(&template);
}

static void expect(const char *text, const char *prefix, const char *wanted, const char *errors)
{
    for (size_t step = 1; step <= 64; step = step * 3 + 1) {
        struct result result;
        render(&result, text, prefix, step);
        ck_assert_msg(*errors != '\0' || strcmp(result.text.data, wanted) == 0,
                      "\"%s\" by %zu: \"%s\", not \"%s\"", text, step, result.text.data, wanted);
        ck_assert_str_eq(result.errors.data, errors);
        ck_assert(result.good == (*errors == '\0'));
        buf_free(&result.text);
        buf_free(&result.errors);
    }
}

static void gives(const char *text, const char *wanted)
{
    expect(text, NULL, wanted, "");
}

static void stays(const char *text)
{
    gives(text, text);
}

static void fails(const char *text, const char *errors)
{
    expect(text, NULL, "", errors);
}

static void environment(void)
{
    setenv("NAME", "value", 1);
    setenv("EMPTY", "", 1);
    setenv("_2x", "${NAME}$$", 1);
    unsetenv("NONE");
}

START_TEST(references_are_filled_in)
{
    environment();
    stays("");
    stays("plain text\n");
    gives("${NAME}", "value");
    gives("<${NAME}${NAME}>", "<valuevalue>");
    gives("a${EMPTY}b", "ab");
    gives("${NONE:-some default}", "some default");
    gives("${EMPTY:-x}${NAME:-x}", "xvalue");
    gives("${NONE:-}", "");
    gives("${NONE:-two\nlines}", "two\nlines");
    gives("${NAME:?must be}", "value");
}
END_TEST

START_TEST(values_are_not_scanned_again)
{
    environment();
    gives("${_2x}", "${NAME}$$");
    gives("${NONE:-${_2x}}", "${NAME}$$");
}
END_TEST

START_TEST(defaults_nest)
{
    environment();
    gives("${NAME:-${NONE}}", "value");
    gives("${NONE:-${NAME}}.", "value.");
    gives("${NONE:-a${NONE:-b${NAME}c}d}e", "abvaluecde");
    gives("${NAME:-a${NONE:-b${NAME}c}d}e", "valuee");
    gives("${NONE:-a${NAME:-b${NONE}c}d}e", "avaluede");
    gives("${NONE:-$$a$}b", "$a$b");
    gives("${NONE:-${}.${a.b}.${NAME}}", "${}.${a.b}.value");
    gives("${NONE:-${a.b:${NAME}}${NAME}}.", "${a.b:${NAME}}value.");
    gives("${NAME:-${NONE:?no ${NONE}}}.", "value.");
    gives("${NAME:-${file:/nowhere/${NONE}}}.", "value.");
    gives("${NAME:?no ${NONE}}.", "value.");
    expect("${OTHER:-${APP_X} ${APP_X}}${APP_Y:-${OTHER:-}}", "APP_", "${OTHER:-${APP_X} ${APP_X}}${OTHER:-}",
           "");
    fails("${NONE:-${NONE}}", "1:9 NONE is not set\n");
    fails("x${NONE:-${NAME}", "1:2 this reference has no closing brace\n");
    fails("x${NAME:-${NONE", "1:2 this reference has no closing brace\n");
    fails("x${NAME:-\n${a.b:}", "1:2 this reference has no closing brace\n");
}
END_TEST

START_TEST(two_dollars_are_one)
{
    environment();
    gives("$$", "$");
    gives("$${NAME}", "${NAME}");
    gives("$$${NAME}", "$value");
    gives("$$$$", "$$");
    stays("cost $5, $, $x $");
}
END_TEST

START_TEST(everything_else_stays)
{
    environment();
    stays("$NAME");
    stays("${a.b} ${sys:x} ${} ${1a} ${-x} ${ NAME} ${NAME }");
    stays("${NAME:} ${NAME:+x} ${NAME-x} ${NAME:x}");
    gives("${a.${NAME}}", "${a.value}");
    gives("${a$${NAME}", "${a${NAME}");
    stays("${NAME");
    stays("${NAME:");
    stays("{NAME} %{NAME} #{NAME}");
}
END_TEST

START_TEST(names_without_the_prefix_stay)
{
    environment();
    expect("${NAME} ${NONE} ${NONE:-x} ${NONE:?y} ${NONE:-}", "APP_",
           "${NAME} ${NONE} ${NONE:-x} ${NONE:?y} ${NONE:-}", "");
    setenv("APP_X", "1", 1);
    expect("${APP_X}${APP_Y:-2}", "APP_", "12", "");
    expect("${APP_Z}", "APP_", "", "1:1 APP_Z is not set\n");
}
END_TEST

START_TEST(errors_have_line_and_column_and_all_are_told)
{
    environment();
    fails("ab ${NONE}", "1:4 NONE is not set\n");
    fails("\n\n \xC3\xBC${NONE:?set it}\n${NONE}", "3:3 NONE: set it\n4:1 NONE is not set\n");
    fails("${NONE:?}", "1:1 NONE: is not set\n");
    fails("x${NONE:-open", "1:2 this reference has no closing brace\n");
    fails("x${NAME:?open", "1:2 this reference has no closing brace\n");
    fails("x\n${file:/open", "2:1 this reference has no closing brace\n");
    fails("${file:/no/such/file}", "1:1 /no/such/file: No such file or directory\n");
    fails("${file:}", "1:1 : No such file or directory\n");
    fails("${file:/dev/zero}", "1:1 /dev/zero: is not a file\n");
    fails("${file:/dev}", "1:1 /dev: is not a file\n");
}
END_TEST

START_TEST(a_file_comes_without_one_newline_at_its_end)
{
    static const struct {
        const char *content, *wanted;
    } cases[] = {{"secret\n", "<secret>"},
                 {"secret", "<secret>"},
                 {"two\n\n", "<two\n>"},
                 {"\n", "<>"},
                 {"", "<>"},
                 {"a\nb\n", "<a\nb>"},
                 {"${NAME}$$", "<${NAME}$$>"}};
    char text[512];

    environment();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *path = scratch_file("secret", cases[i].content);
        snprintf(text, sizeof text, "<${file:%s}>", path);
        expect(text, "PREFIX_", cases[i].wanted, "");
        free(path);
    }
}
END_TEST

START_TEST(a_large_file_keeps_its_newlines_at_the_edges_of_reads)
{
    char *content = calloc(20001, 1);
    char text[512];
    struct result result;

    memset(content, '\n', 20000);
    char *path = scratch_file("newlines", content);
    snprintf(text, sizeof text, "${file:%s}", path);
    render(&result, text, NULL, 7);
    ck_assert_uint_eq(result.text.length, 19999);
    buf_free(&result.text);
    buf_free(&result.errors);
    free(path);
    free(content);
}
END_TEST

START_TEST(file_may_be_a_name_of_its_own)
{
    setenv("file", "named", 1);
    gives("${file}${file:-x}${file:?y}", "namednamednamed");
    unsetenv("file");
    gives("${file:-x}", "x");
}
END_TEST

START_TEST(values_are_written_in_a_form)
{
    setenv("ODD", "it's \"\\\n\t# =:!${NAME}", 1);
    setenv("WIDE", "\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80\xF3\xA0\x80\x81", 1);
    environment();
    gives("${json:ODD}", "\"it's \\\"\\\\\\u000A\\u0009# =:!${NAME}\"");
    gives("${yaml:ODD}", "\"it's \\\"\\\\\\u000A\\u0009# =:!${NAME}\"");
    gives("${sh:ODD}", "'it'\\''s \"\\\n\t# =:!${NAME}'");
    gives("${properties:ODD}", "it's\\ \"\\\\\\u000A\\u0009\\#\\ \\=\\:\\!${NAME}");
    gives("${base64:ODD}", "aXQncyAiXAoJIyA9OiEke05BTUV9");
    gives("${urlencode:ODD}", "it%27s%20%22%5C%0A%09%23%20%3D%3A%21%24%7BNAME%7D");
    gives("${json:WIDE}", "\"\xC3\xA9\\u2028\xF0\x9F\x98\x80\xF3\xA0\x80\x81\"");
    gives("${properties:WIDE}", "\\u00E9\\u2028\\uD83D\\uDE00\\uDB40\\uDC01");
    gives("${urlencode:NAME}/${base64:NAME}", "value/dmFsdWU=");
    gives("${json:EMPTY}${sh:EMPTY}[${base64:EMPTY}]", "\"\"''[]");
}
END_TEST

START_TEST(base64_is_padded)
{
    static const char *const rows[][2] = {
        {"f", "Zg=="},         {"fo", "Zm8="},         {"foo", "Zm9v"},          {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xFF\xFE\xFD", "//79"}, {"\xFB\xF0", "+/A="}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) { /* the first six: RFC 4648, 10 */
        setenv("BYTES", rows[i][0], 1);
        expect("${base64:BYTES}", NULL, rows[i][1], "");
    }
}
END_TEST

START_TEST(a_form_goes_with_a_default_and_a_message)
{
    environment();
    gives("${json:NAME:-x}${json:NAME:?y}", "\"value\"\"value\"");
    gives("${json:NONE:-a\"b}${json:EMPTY:-}", "\"a\\\"b\"\"\"");
    gives("${json:NONE:-<${NAME}>}", "\"<value>\"");
    gives("${NONE:-<${json:NAME}>}", "<\"value\">");
    gives("${json:NONE:-${NONE:-${NAME}}}.", "\"value\".");
    gives("${base64:NONE:-${sh:NONE:-it}}|${NAME}", "J2l0Jw==|value");
    gives("${NAME:-${json:NONE:-${json:NONE}}}.", "value.");
    gives("${json:NONE:-a${json:NAME:-b}c}", "\"a\\\"value\\\"c\"");
    fails("${json:NONE}", "1:1 NONE is not set\n");
    fails("${json:EMPTY:?set it}", "1:1 EMPTY: set it\n");
    fails("x${json:NONE:-a", "1:2 this reference has no closing brace\n");
    expect("${json:APP_X:-a}${json:NAME}", "APP_", "\"a\"${json:NAME}", "");
    expect("${json:NAME:-${APP_X:-a}}", "APP_", "${json:NAME:-${APP_X:-a}}", "");
}
END_TEST

START_TEST(what_looks_like_a_form_stays)
{
    setenv("json", "named", 1);
    environment();
    gives("${json}${json:-x}${json:?y}${json:json}", "namednamednamed\"named\"");
    stays("${json:}${json:a.b}${json:file:/x}${json:sh:NAME}${json:1}${xml:NAME}${jso:NAME}");
    unsetenv("json");
}
END_TEST

START_TEST(a_value_that_a_form_cannot_hold_is_an_error)
{
    char text[512];

    environment();
    setenv("BYTES", "a\xFF", 1);
    gives("${sh:BYTES}${urlencode:BYTES}", "'a\xFF'a%FF");
    expect(
        " ${json:BYTES}\n${properties:BYTES}${yaml:NONE:-\x80}", NULL, "",
        "1:2 BYTES: its value is not UTF-8\n2:1 BYTES: its value is not UTF-8\n2:20 the default is not UTF-8\n");
    char *path = scratch_path("nul");
    FILE *file = fopen(path, "w");
    fwrite("a\0b", 1, 3, file);
    fclose(file);
    snprintf(text, sizeof text, "${sh:NONE:-${file:%s}}", path);
    expect(text, NULL, "", "1:1 the default has a NUL byte\n");
    snprintf(text, sizeof text, "${json:NONE:-${file:%s}}${base64:NONE:-${file:%s}}", path, path);
    expect(text, NULL, "\"a\\u0000b\"YQBi", "");
    free(path);
}
END_TEST

START_TEST(what_is_held_for_a_form_is_bounded)
{
    char *content = calloc(300 * 1024 + 1, 1);
    char text[512];

    environment();
    memset(content, 'a', 300 * 1024);
    char *path = scratch_file("large", content);
    snprintf(text, sizeof text, "\n${json:NONE:-${file:%s}${file:%s}}", path, path);
    expect(text, NULL, "", "2:1 the default is larger than 256 KiB\n");
    expect("${urlencode:NO:-${urlencode:NO:-${urlencode:NO:-${urlencode:NO:-${urlencode:NO:-${urlencode:NO:-"
           "${urlencode:NO:-${urlencode:NO:- }}}}}}}}",
           NULL, "%2525252525252520", "");
    fails("${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-${sh:NO:-}}}}}}}}}",
          "1:73 more than 8 forms, one within the other\n");
    free(path);
    free(content);
}
END_TEST

START_TEST(the_time_grows_with_the_length_only)
{
    enum { SIZE = 4 * 1024 * 1024 };
    char *text = malloc(SIZE + 1);
    struct result result;

    for (size_t i = 0; i + 2 < SIZE; i += 2)
        memcpy(text + i, "${", 2);
    memset(text + SIZE - 2, 'a', 2);
    text[SIZE] = '\0';
    clock_t began = clock();
    render(&result, text, NULL, 4096);
    ck_assert_uint_eq(result.text.length, SIZE);
    memset(text, 'a', SIZE);
    memcpy(text, "${", 2);
    struct result second;
    render(&second, text, NULL, 4096);
    ck_assert_uint_eq(second.text.length, SIZE);
    ck_assert((clock() - began) / CLOCKS_PER_SEC < 20);
    buf_free(&result.text);
    buf_free(&result.errors);
    buf_free(&second.text);
    buf_free(&second.errors);
    free(text);
}
END_TEST

static bool refuse(void *owner, const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    ++*(int *)owner;
    return false;
}

static void ignore(void *owner, size_t line, size_t column, const char *message)
{
    (void)owner;
    (void)line;
    (void)column;
    (void)message;
}

START_TEST(a_sink_that_wants_no_more_gets_no_more)
{
    int calls = 0;
    struct template_sink sink = {refuse, ignore, &calls};
    struct template template;

    environment();
    template_begin(&template, &sink, NULL, &any_file);
    ck_assert(!template_feed(&template, "a${NAME}b", 9));
    ck_assert(!template_end(&template));
    ck_assert_int_eq(calls, 1);
}
END_TEST

SUITE("template", references_are_filled_in, values_are_not_scanned_again, defaults_nest, two_dollars_are_one,
      everything_else_stays, names_without_the_prefix_stay, errors_have_line_and_column_and_all_are_told,
      a_file_comes_without_one_newline_at_its_end, a_large_file_keeps_its_newlines_at_the_edges_of_reads,
      file_may_be_a_name_of_its_own, values_are_written_in_a_form, base64_is_padded,
      a_form_goes_with_a_default_and_a_message, what_looks_like_a_form_stays,
      a_value_that_a_form_cannot_hold_is_an_error, what_is_held_for_a_form_is_bounded,
      the_time_grows_with_the_length_only, a_sink_that_wants_no_more_gets_no_more)
