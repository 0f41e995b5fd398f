#include "cmd/initkit/chain.h"

#include <stdio.h>

#include "cmd/initkit/run.h"
#include "tests/unit/sample_tool.h"
#include "tests/unit/suite.h"

enum { WORDS = 512 };

static struct strings words;
static struct chain chain;
static struct reason why;

static int no_main(int argc, char **argv)
{
    (void)argv;
    return argc;
}

static const struct chain_tool sample = {&sample_tool, no_main};

static const struct chain_tool *find(const char *name)
{
    return strcmp(name, "wait-for-tcp") == 0 || strcmp(name, "/bin/wait-for-tcp") == 0 ||
                   strcmp(name, "alias") == 0
               ? &sample
               : NULL;
}

static void end(void)
{
    chain_free(&chain);
    strings_clear(&words);
}

/* Parses words separated by blanks. */
static bool parse(const char *line)
{
    end();
    while (*(line += strspn(line, " ")) != '\0') {
        size_t length = strcspn(line, " ");
        strings_add(&words, line, length);
        line += length;
    }
    return chain_parse(&words, find, &chain, &why);
}

static void refuse(const char *line, const char *text)
{
    ck_assert_msg(!parse(line), "%s: accepted", line);
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, text);
    end();
}

/* Step `index` as "STAGE: WORD WORD". */
static const char *shown(size_t index)
{
    static char text[WORDS];
    const struct chain_step *step = &chain.steps[index];
    int length = snprintf(text, sizeof text, "%u:", step->stage);

    for (int i = 0; i < step->argc; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, " %s", step->argv[i]);
    ck_assert_ptr_null(step->argv[step->argc]);
    return text;
}

START_TEST(stages_and_arguments)
{
    ck_assert(
        parse("wait-for-tcp a:1 --fast --and /bin/wait-for-tcp --then wait-for-tcp b:2 --and alias c:3"));
    ck_assert_uint_eq(chain.count, 4);
    ck_assert_str_eq(shown(0), "0: wait-for-tcp a:1 --fast");
    ck_assert_str_eq(shown(1), "0: /bin/wait-for-tcp");
    ck_assert_str_eq(shown(2), "1: wait-for-tcp b:2");
    ck_assert_str_eq(shown(3), "1: alias c:3");
    ck_assert_ptr_null(chain.exec);
    end();
}
END_TEST

START_TEST(a_program_and_all_behind_it)
{
    ck_assert(parse("wait-for-tcp a:1 --exec app --then x --exec --and"));
    ck_assert_uint_eq(chain.count, 1);
    ck_assert_str_eq(chain.exec[0], "app");
    ck_assert_str_eq(chain.exec[1], "--then");
    ck_assert_str_eq(chain.exec[4], "--and");
    ck_assert_ptr_null(chain.exec[5]);
    end();
}
END_TEST

START_TEST(words_that_are_no_chain)
{
    refuse("", "a TOOL is missing");
    refuse("--and wait-for-tcp", "a TOOL is missing");
    refuse("--exec app", "a TOOL is missing");
    refuse("wait-for-tcp --then", "--then: expected a TOOL");
    refuse("wait-for-tcp --and --and wait-for-tcp", "--and: expected a TOOL");
    refuse("wait-for-tcp --then --exec app", "--then: expected a TOOL");
    refuse("wait-for-tcp --exec", "--exec: expected a PROGRAM");
    refuse("godot", "step 1, godot: no such tool");
    refuse("wait-for-tcp --and godot", "step 2, godot: no such tool");
    refuse("wait-for-tcp --and --timeout 2s wait-for-tcp", "step 2, --timeout: expected a TOOL");
}
END_TEST

START_TEST(at_most_so_many_steps)
{
    end();
    for (int i = 0; i < CHAIN_STEPS_MOST; i++) {
        if (i > 0)
            strings_add(&words, "--and", strlen("--and"));
        strings_add(&words, "alias", strlen("alias"));
    }
    ck_assert(chain_parse(&words, find, &chain, &why));
    ck_assert_uint_eq(chain.count, CHAIN_STEPS_MOST);
    chain_free(&chain);
    strings_add(&words, "--then", strlen("--then"));
    strings_add(&words, "alias", strlen("alias"));
    ck_assert(!chain_parse(&words, find, &chain, &why));
    expect_contains(why.text, "at most 64");
    end();
}
END_TEST

static char *environment[] = {NULL};

static void check_refuses(const char *line, const char *text)
{
    ck_assert(parse(line));
    ck_assert(!chain_check(&chain, environment, &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, text);
    end();
}

START_TEST(options_of_all_steps_are_checked)
{
    ck_assert(parse("wait-for-tcp --hold 2s a:1 --and wait-for-tcp --warn-only b:2"));
    ck_assert(chain_check(&chain, environment, &why));
    ck_assert(!chain.steps[0].warn_only);
    ck_assert(chain.steps[1].warn_only);
    check_refuses("wait-for-tcp a:1 --then wait-for-tcp --hold soon", "step 2, wait-for-tcp: --hold");
    check_refuses("wait-for-tcp --help", "step 1, wait-for-tcp: --help");
    check_refuses("wait-for-tcp --version", "step 1, wait-for-tcp: --version");
    /* By another name, a tool may have other options. */
    ck_assert(parse("alias --hold soon"));
    ck_assert(chain_check(&chain, environment, &why));
    end();
}
END_TEST

/* --- the words before they are a chain: run's own options --- */

static struct common_options options;

/* `line` on the command line, `variable` in INITKIT_RUN, one word per line. */
static bool options_of(const char *line, const char *variable)
{
    static char copy[WORDS], assignment[WORDS];
    char *argv[32] = {copy}, *variables[] = {assignment, NULL};
    int argc = 0;

    snprintf(copy, sizeof copy, "run %s", line);
    snprintf(assignment, sizeof assignment, "INITKIT_RUN=%s", variable);
    for (char *rest = copy, *word; (word = strsep(&rest, " "));)
        if (*word != '\0')
            argv[argc++] = word;
    argv[argc] = NULL;
    options_free(&run_tool, &options);
    return options_parse(&run_tool, argc, argv, variables, &options, &why);
}

static const char *operands(void)
{
    static char text[WORDS];

    text[0] = '\0';
    for (size_t i = 0; i < options.operands.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "",
                 options.operands.items[i]);
    return text;
}

START_TEST(its_own_options_end_at_the_first_tool)
{
    ck_assert(options_of("--timeout 2s wait-for-tcp --timeout 3s -- x --then y --help", ""));
    ck_assert_str_eq(operands(), "wait-for-tcp --timeout 3s -- x --then y --help");
    ck_assert_int_eq(options.retry.timeout, 2000);
    ck_assert_str_eq(options.operands_from, "");
    ck_assert(options_of("-q -- wait-for-tcp", ""));
    ck_assert_str_eq(operands(), "wait-for-tcp");
    ck_assert(options_of("", ""));
    ck_assert_uint_eq(options.operands.count, 0);
    ck_assert(!options_of("--exec=x", ""));
    expect_contains(why.text, "--exec: has to be an argument of its own");
    ck_assert(!options_of("--interval 2s x", ""));
    expect_contains(why.text, "--interval: unknown");
}
END_TEST

START_TEST(words_from_the_variable)
{
    ck_assert(options_of("", "\n--timeout\n3s\r\nwait-for-tcp\na b:1\n\n--then\nx\n"));
    ck_assert_str_eq(operands(), "wait-for-tcp a b:1 --then x");
    ck_assert_uint_eq(options.operands.count, 4);
    ck_assert_int_eq(options.retry.timeout, 3000);
    ck_assert_str_eq(options.operands_from, "INITKIT_RUN");
    ck_assert(options_of("--timeout 2s --termination-log /a",
                         "--timeout\n3s\n--termination-log\n/b\n-q\nwait-for-tcp"));
    ck_assert_int_eq(options.retry.timeout, 2000);
    ck_assert_str_eq(options.termination_log, "/a");
    ck_assert_int_eq(options.log_level, LOG_ERROR);
    ck_assert(options_of("", "--termination-log\n/b\nwait-for-tcp"));
    ck_assert_str_eq(options.termination_log, "/b");
}
END_TEST

START_TEST(the_command_line_continues_the_variable_or_replaces_it)
{
    ck_assert(options_of("--exec app x", "wait-for-tcp\na"));
    ck_assert_str_eq(operands(), "wait-for-tcp a --exec app x");
    ck_assert(options_of("--then x --exec app", "wait-for-tcp\na"));
    ck_assert_str_eq(operands(), "wait-for-tcp a --then x --exec app");
    ck_assert(options_of("copy-agent a b", "wait-for-tcp\na"));
    ck_assert_str_eq(operands(), "copy-agent a b");
    ck_assert_str_eq(options.operands_from, "");
    ck_assert(!options_of("", "--nonsense\nx"));
    expect_contains(why.text, "INITKIT_RUN: --nonsense: unknown");
    options_free(&run_tool, &options);
}
END_TEST

SUITE("chain", stages_and_arguments, a_program_and_all_behind_it, words_that_are_no_chain,
      at_most_so_many_steps, options_of_all_steps_are_checked, its_own_options_end_at_the_first_tool,
      words_from_the_variable, the_command_line_continues_the_variable_or_replaces_it)
