#include "cmd/copy-agent/cp_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/suite.h"

enum { WORDS = 8 };

static struct cp_options options;
static struct reason why;

/* Parses "cp" and these words, up to a NULL. */
static bool parse(const char *const words[WORDS])
{
    static char kept[WORDS + 1][64];
    static char *argv[WORDS + 2];
    int argc = 1;

    snprintf(kept[0], sizeof kept[0], "cp");
    argv[0] = kept[0];
    for (; argc <= WORDS && words[argc - 1]; argc++) {
        snprintf(kept[argc], sizeof kept[argc], "%s", words[argc - 1]);
        argv[argc] = kept[argc];
    }
    argv[argc] = NULL;
    optind = 0; /* begins anew */
    return cp_options_parse(argc, argv, &options, &why);
}

START_TEST(letters_join_and_operands_mix_with_options)
{
    ck_assert(parse((const char *const[WORDS]){"-rpf", "a", "-v", "b", "--", "-c"}));
    ck_assert(options.recursive && options.force && options.verbose);
    ck_assert_uint_eq(options.preserve, CP_MODE | CP_OWNERSHIP | CP_TIMESTAMPS);
    ck_assert_uint_eq(options.operand_count, 3);
    ck_assert_str_eq(options.operands[0], "a");
    ck_assert_str_eq(options.operands[1], "b");
    ck_assert_str_eq(options.operands[2], "-c");
}
END_TEST

START_TEST(the_later_option_wins)
{
    ck_assert(parse((const char *const[WORDS]){"-a", "-L"}));
    ck_assert_int_eq(options.follow, CP_FOLLOW_ALL);
    ck_assert_uint_eq(options.preserve, CP_ALL);
    ck_assert(parse((const char *const[WORDS]){"-i", "-n"}));
    ck_assert_int_eq(options.existing, CP_KEEP);
    ck_assert(parse((const char *const[WORDS]){"-a", "--no-preserve=mode,own"}));
    ck_assert_uint_eq(options.no_preserve, CP_MODE | CP_OWNERSHIP);
    ck_assert_uint_eq(options.preserve, CP_ALL & ~(unsigned)(CP_MODE | CP_OWNERSHIP));
    ck_assert(parse((const char *const[WORDS]){"--no-preserve=all", "-p"}));
    ck_assert_uint_eq(options.no_preserve, CP_LINKS | CP_XATTR | CP_CONTEXT);
}
END_TEST

START_TEST(optional_and_required_values)
{
    ck_assert(parse((const char *const[WORDS]){"--preserve", "mode"}));
    ck_assert_uint_eq(options.preserve, CP_MODE | CP_OWNERSHIP | CP_TIMESTAMPS);
    ck_assert_uint_eq(options.operand_count, 1);
    ck_assert(
        parse((const char *const[WORDS]){"--preserve=ti", "--sparse", "al", "--reflink=never", "-tinto"}));
    ck_assert_uint_eq(options.preserve, CP_TIMESTAMPS);
    ck_assert_int_eq(options.sparse, CP_SPARSE_ALWAYS);
    ck_assert(options.no_reflink);
    ck_assert_str_eq(options.target_directory, "into");
}
END_TEST

START_TEST(what_is_refused_is_named)
{
    static const struct {
        const char *word, *text;
    } rows[] = {
        {"--no-such=secret", "unrecognized option '--no-such'"},
        {"-Q", "invalid option -- 'Q'"},
        {"-t", "option requires an argument -- 't'"},
        {"--sparse", "option '--sparse' requires an argument"},
        {"--parents=x", "option '--parents' doesn't allow an argument"},
        {"--sparse=odd", "invalid argument 'odd' for '--sparse'"},
        {"--reflink=odd", "invalid argument 'odd' for '--reflink'"},
        {"--preserve=mode,", "invalid argument '' for '--preserve'"},
        {"--no-preserve=modes", "invalid argument 'modes' for '--no-preserve'"},
        {"--preserve=context", "--preserve=context is not supported: SELinux labels are the volume's own"},
        {"--reflink", "--reflink=always is not supported"},
        {"-b", "-b, --backup and --suffix are not supported"},
        {"--backup=t", "-b, --backup and --suffix are not supported"},
        {"-S.x", "-b, --backup and --suffix are not supported"},
        {"--attributes-only", "--attributes-only is not supported"},
        {"--copy-contents", "--copy-contents is not supported"},
        {"-ls", "cannot make both hard and symbolic links"},
        {"-Ttx", "cannot combine --target-directory (-t) and --no-target-directory (-T)"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(!parse((const char *const[WORDS]){rows[i].word}), "%s", rows[i].word);
        ck_assert_str_eq(why.text, rows[i].text);
        ck_assert_int_eq(why.code, CODE_USAGE);
    }
    ck_assert(!parse((const char *const[WORDS]){"-t", "a", "-t", "b"}));
    ck_assert_str_eq(why.text, "multiple target directories specified");
}
END_TEST

SUITE("cp options", letters_join_and_operands_mix_with_options, the_later_option_wins,
      optional_and_required_values, what_is_refused_is_named)
