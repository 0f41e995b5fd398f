#include "cmd/copy-agent/cp_options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "common/base/banned.h"

/* What has no letter. */
enum {
    ATTRIBUTES_ONLY = 256,
    BACKUP,
    CONTEXT,
    COPY_CONTENTS,
    HELP,
    NO_PRESERVE,
    PARENTS,
    PRESERVE,
    REFLINK,
    REMOVE_DESTINATION,
    SPARSE,
    STRIP_SLASHES,
    VERSION
};

static const char letters[] = ":abcdfHiLlnPprRsS:t:TuvxZ";

static const struct option words[] = {
    {"archive", no_argument, NULL, 'a'},
    {"attributes-only", no_argument, NULL, ATTRIBUTES_ONLY},
    {"backup", optional_argument, NULL, BACKUP},
    {"context", optional_argument, NULL, CONTEXT},
    {"copy-contents", no_argument, NULL, COPY_CONTENTS},
    {"dereference", no_argument, NULL, 'L'},
    {"force", no_argument, NULL, 'f'},
    {"help", no_argument, NULL, HELP},
    {"interactive", no_argument, NULL, 'i'},
    {"link", no_argument, NULL, 'l'},
    {"no-clobber", no_argument, NULL, 'n'},
    {"no-dereference", no_argument, NULL, 'P'},
    {"no-preserve", required_argument, NULL, NO_PRESERVE},
    {"no-target-directory", no_argument, NULL, 'T'},
    {"one-file-system", no_argument, NULL, 'x'},
    {"parents", no_argument, NULL, PARENTS},
    {"preserve", optional_argument, NULL, PRESERVE},
    {"recursive", no_argument, NULL, 'r'},
    {"reflink", optional_argument, NULL, REFLINK},
    {"remove-destination", no_argument, NULL, REMOVE_DESTINATION},
    {"sparse", required_argument, NULL, SPARSE},
    {"strip-trailing-slashes", no_argument, NULL, STRIP_SLASHES},
    {"suffix", required_argument, NULL, 'S'},
    {"symbolic-link", no_argument, NULL, 's'},
    {"target-directory", required_argument, NULL, 't'},
    {"update", no_argument, NULL, 'u'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

const char cp_options_help[] =
    "Usage: cp [OPTION]... [-T] SOURCE DEST\n"
    "  or:  cp [OPTION]... SOURCE... DIRECTORY\n"
    "  or:  cp [OPTION]... -t DIRECTORY SOURCE...\n"
    "\n"
    "copy-agent, called as cp. Modes, times, hard links, and where possible owners and extended attributes are\n"
    "always kept; what is in the way is replaced by a rename, and links in DEST are never followed.\n"
    "\n"
    "  -a                    the same as -dR --preserve=all\n"
    "  -d                    the same as -P --preserve=links\n"
    "  -f                    nothing: what is in the way is always replaced\n"
    "  -H, -L, -P            follow links in SOURCE: operands alone, all, none\n"
    "  -i                    ask before a file is replaced; the end of standard input means no\n"
    "  -l, -s                make hard links, symbolic links instead of copies\n"
    "  -n                    keep files that are there\n"
    "  -p                    the same as --preserve=mode,ownership,timestamps\n"
    "      --preserve=LIST   keep setuid and setgid bits and capabilities of files (mode), and set the\n"
    "                        attributes of directories that are there, too\n"
    "      --no-preserve=LIST  do not keep mode, ownership, timestamps, links, xattr, all\n"
    "      --parents         SOURCE's whole path is made in DIRECTORY\n"
    "  -R, -r                directories and what is in them\n"
    "      --reflink=auto|never\n"
    "      --remove-destination  nothing: it is always so\n"
    "      --sparse=auto|always|never\n"
    "      --strip-trailing-slashes  from each SOURCE\n"
    "  -t DIRECTORY          copy all SOURCEs into it\n"
    "  -T                    DEST is what SOURCE becomes\n"
    "  -u                    replace older files alone\n"
    "  -v                    print what was copied\n"
    "  -x                    stay on the file system of SOURCE\n"
    "  -c, -Z, --context     nothing: SELinux labels are the volume's\n"
    "      --help, --version\n";

/* The name in a list that begins with `text`, as GNU takes them; -1: none, or several. */
static int find_word(const char *const *names, const char *text, size_t length)
{
    int found = -1;

    for (int i = 0; length > 0 && names[i]; i++) {
        if (strncmp(names[i], text, length) != 0)
            continue;
        if (names[i][length] == '\0')
            return i;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

static bool parse_attributes(const char *option, const char *list, unsigned *set, struct reason *why)
{
    static const char *const names[] = {"mode",  "ownership", "timestamps", "links",
                                        "xattr", "context",   "all",        NULL};

    for (*set = 0;; list++) {
        size_t length = strcspn(list, ",");
        int found = find_word(names, list, length);
        if (found < 0)
            return reason_set(why, CODE_USAGE, "invalid argument '%.60s' for '--%s'", list, option);
        *set |= names[found + 1] ? 1U << found : CP_ALL;
        list += length;
        if (*list == '\0')
            return true;
    }
}

static void keep(struct cp_options *options, unsigned attributes)
{
    options->preserve |= attributes;
    options->no_preserve &= ~attributes;
}

static bool take_preserve(const char *list, struct cp_options *options, struct reason *why)
{
    unsigned attributes = CP_MODE | CP_OWNERSHIP | CP_TIMESTAMPS;

    if (list && !parse_attributes("preserve", list, &attributes, why))
        return false;
    /* "all" means what can be kept. */
    if ((attributes & CP_CONTEXT) && attributes != CP_ALL)
        return reason_set(why, CODE_USAGE,
                          "--preserve=context is not supported: SELinux labels are the volume's own");
    keep(options, attributes);
    return true;
}

static bool take_no_preserve(const char *list, struct cp_options *options, struct reason *why)
{
    unsigned attributes;

    if (!parse_attributes("no-preserve", list, &attributes, why))
        return false;
    options->no_preserve |= attributes;
    options->preserve &= ~attributes;
    return true;
}

static bool take_sparse(const char *when, struct cp_options *options, struct reason *why)
{
    static const char *const names[] = {"auto", "always", "never", NULL};
    int found = find_word(names, when, strlen(when));

    options->sparse = (enum cp_sparse)found;
    return found >= 0 || reason_set(why, CODE_USAGE, "invalid argument '%.60s' for '--sparse'", when);
}

static bool take_reflink(const char *when, struct cp_options *options, struct reason *why)
{
    static const char *const names[] = {"auto", "never", "always", NULL};
    int found = when ? find_word(names, when, strlen(when)) : 2;

    if (found < 0)
        return reason_set(why, CODE_USAGE, "invalid argument '%.60s' for '--reflink'", when);
    options->no_reflink = found == 1;
    if (found < 2)
        return true;
    reason_set(why, CODE_USAGE, "--reflink=always is not supported");
    reason_hint(why, "--reflink=auto shares blocks where the volume can");
    return false;
}

static bool refuse_backup(struct reason *why)
{
    reason_set(why, CODE_USAGE, "-b, --backup and --suffix are not supported");
    reason_hint(why, "copy-agent --version-dir NAME keeps earlier versions");
    return false;
}

static bool take_target(const char *directory, struct cp_options *options, struct reason *why)
{
    if (options->target_directory)
        return reason_set(why, CODE_USAGE, "multiple target directories specified");
    options->target_directory = directory;
    return true;
}

static void take_archive(struct cp_options *options)
{
    options->recursive = true;
    options->follow = CP_FOLLOW_NONE;
    keep(options, CP_ALL);
}

/* Those that only turn something on. */
static const struct {
    int option;
    size_t member;
} switches[] = {
    {'f', offsetof(struct cp_options, force)},
    {'l', offsetof(struct cp_options, hard_links)},
    {'r', offsetof(struct cp_options, recursive)},
    {'R', offsetof(struct cp_options, recursive)},
    {'s', offsetof(struct cp_options, symbolic_links)},
    {'T', offsetof(struct cp_options, no_target_directory)},
    {'u', offsetof(struct cp_options, update)},
    {'v', offsetof(struct cp_options, verbose)},
    {'x', offsetof(struct cp_options, one_file_system)},
    {'c', offsetof(struct cp_options, labels)},
    {'Z', offsetof(struct cp_options, labels)},
    {CONTEXT, offsetof(struct cp_options, labels)},
    {HELP, offsetof(struct cp_options, help)},
    {PARENTS, offsetof(struct cp_options, parents)},
    {REMOVE_DESTINATION, offsetof(struct cp_options, force)},
    {REMOVE_DESTINATION, offsetof(struct cp_options, remove_destination)},
    {STRIP_SLASHES, offsetof(struct cp_options, strip_slashes)},
    {VERSION, offsetof(struct cp_options, version)},
};

static void turn_on(int option, struct cp_options *options)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (switches[i].option == option)
            *(bool *)((char *)options + switches[i].member) = true;
}

/* Options without a value. */
static void take_switch(int option, struct cp_options *options)
{
    switch (option) {
    case 'a':
        take_archive(options);
        break;
    case 'd':
        options->follow = CP_FOLLOW_NONE;
        keep(options, CP_LINKS);
        break;
    case 'H':
        options->follow = CP_FOLLOW_OPERANDS;
        break;
    case 'i':
        options->existing = CP_ASK;
        break;
    case 'L':
        options->follow = CP_FOLLOW_ALL;
        break;
    case 'n':
        options->existing = CP_KEEP;
        break;
    case 'P':
        options->follow = CP_FOLLOW_NONE;
        break;
    case 'p':
        keep(options, CP_MODE | CP_OWNERSHIP | CP_TIMESTAMPS);
        break;
    default:
        turn_on(option, options);
        break;
    }
}

static bool take(int option, struct cp_options *options, struct reason *why)
{
    switch (option) {
    case ATTRIBUTES_ONLY:
        reason_set(why, CODE_USAGE, "--attributes-only is not supported");
        reason_hint(why, "without it, files of the same content are kept and get SOURCE's attributes");
        return false;
    case COPY_CONTENTS:
        reason_set(why, CODE_USAGE, "--copy-contents is not supported");
        reason_hint(why, "without -r, a device or FIFO as SOURCE is read");
        return false;
    case 'b':
    case 'S':
    case BACKUP:
        return refuse_backup(why);
    case NO_PRESERVE:
        return take_no_preserve(optarg, options, why);
    case PRESERVE:
        return take_preserve(optarg, options, why);
    case REFLINK:
        return take_reflink(optarg, options, why);
    case SPARSE:
        return take_sparse(optarg, options, why);
    case 't':
        return take_target(optarg, options, why);
    default:
        take_switch(option, options);
        return true;
    }
}

/* Of an option that getopt_long could not take. A value may be a secret, and is not repeated. */
static bool refuse_option(int found, const char *argument, struct reason *why)
{
    if (optopt > 0 && optopt < ATTRIBUTES_ONLY)
        return reason_set(why, CODE_USAGE,
                          found == ':' ? "option requires an argument -- '%c'" : "invalid option -- '%c'",
                          optopt);
    return reason_set(why, CODE_USAGE,
                      found == ':'  ? "option '%.*s' requires an argument"
                      : optopt == 0 ? "unrecognized option '%.*s'"
                                    : "option '%.*s' doesn't allow an argument",
                      (int)strcspn(argument, "=") % 100, argument);
}

static bool check(const struct cp_options *options, struct reason *why)
{
    if (options->hard_links && options->symbolic_links)
        return reason_set(why, CODE_USAGE, "cannot make both hard and symbolic links");
    if (options->target_directory && options->no_target_directory)
        return reason_set(why, CODE_USAGE,
                          "cannot combine --target-directory (-t) and --no-target-directory (-T)");
    return true;
}

bool cp_options_parse(int argc, char **argv, struct cp_options *options, struct reason *why)
{
    int found;

    memset(options, 0, sizeof *options);
    opterr = 0;
    while ((found = getopt_long(argc, argv, letters, words, NULL)) != -1) {
        if (found == '?' || found == ':')
            return refuse_option(found, argv[optind - 1], why);
        if (!take(found, options, why))
            return false;
    }
    options->operands = argv + optind;
    options->operand_count = (size_t)(argc - optind);
    return check(options, why);
}
