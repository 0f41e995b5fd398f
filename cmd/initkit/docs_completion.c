/* The completion for bash: for each tool its options, for an option the words it takes, else names of files. */
#include <stdbool.h>
#include <string.h>

#include "cmd/initkit/docs.h"
#include "common/base/buf.h"

#include "common/base/banned.h"

static void write_options(struct buf *out, const struct tool *tool)
{
    const struct option *row;

    buf_add_format(out, "        %s) options='", tool->name);
    for (size_t i = 0; (row = options_row(tool, i)); i++)
        if (row->name && options_tells(tool, row))
            buf_add_format(out, "%s--%s", i > 0 ? " " : "", row->name);
    buf_add_text(out, "' ;;\n");
}

/* An option with choices has the same ones in every tool that has it. */
static bool is_first_with(const struct tool *const *tools, const struct tool *tool, const char *name)
{
    const struct option *row;

    for (; *tools != tool; tools++)
        for (size_t i = 0; (row = options_row(*tools, i)); i++)
            if (row->name && row->choices && strcmp(row->name, name) == 0)
                return false;
    return true;
}

static void write_choices(struct buf *out, const struct tool *tool)
{
    const struct option *row;

    for (size_t i = 0; (row = options_row(tool, i)); i++) {
        if (!row->name || !row->choices || !is_first_with(docs_all_tools, tool, row->name))
            continue;
        buf_add_format(out, "        --%s) words='", row->name);
        for (size_t j = 0; row->choices[j]; j++)
            buf_add_format(out, "%s%s", j > 0 ? " " : "", row->choices[j]);
        buf_add_text(out, "' ;;\n");
    }
}

/* Those that are commands, or the words that may follow initkit. */
static void write_names(struct buf *out, bool commands)
{
    for (size_t i = 0; docs_all_tools[i]; i++)
        if (!commands || !docs_all_tools[i]->command)
            buf_add_format(out, "%s%s", i > 0 ? " " : "", docs_all_tools[i]->name);
}

static const char find_tool_head[] =
    "# shellcheck shell=bash disable=SC2194,SC2207\n"
    "# Completion for bash. Written by `make docs`; installed by `make install`.\n\n"
    "# The tool whose options come next: the command itself, what follows initkit, or the last step of initkit run (a chain).\n"
    "_initkit_tool() {\n"
    "    local word expected=yes\n"
    "    for word in \"${COMP_WORDS[@]:0:COMP_CWORD}\"; do\n"
    "        case $chain$word in\n"
    "            yes--and | yes--then) tool=run expected=yes ;;\n"
    "            yes--exec) tool='' expected='' chain='' ;;\n"
    "        esac\n"
    "        [ -n \"$expected\" ] || continue\n"
    "        case \" ";

static const char find_tool_tail[] = " \" in\n"
                                     "            *\" ${word##*/} \"*) tool=${word##*/} ;;\n"
                                     "            *) [ \"$tool\" = run ] || expected='' ;;\n"
                                     "        esac\n"
                                     "        [ \"$tool\" != run ] || chain=yes\n"
                                     "    done\n"
                                     "}\n\n";

void docs_write_completion(struct buf *out, const struct tool *unused)
{
    (void)unused;
    buf_add_text(out, find_tool_head);
    write_names(out, false);
    buf_add_text(out, find_tool_tail);
    buf_add_text(out, "_initkit() {\n"
                      "    local tool='' chain='' options='' words='' word=${COMP_WORDS[COMP_CWORD]}\n"
                      "    _initkit_tool\n"
                      "    case $tool in\n");
    for (size_t i = 0; docs_all_tools[i]; i++)
        write_options(out, docs_all_tools[i]);
    buf_add_text(out, "    esac\n"
                      "    [ -z \"$chain\" ] || [ \"$tool\" = run ] || options+=' --and --then --exec'\n"
                      "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n");
    for (size_t i = 0; docs_all_tools[i]; i++)
        write_choices(out, docs_all_tools[i]);
    buf_add_text(out, "        initkit | run | --and | --then) words='");
    write_names(out, false);
    buf_add_text(out, "' ;;\n"
                      "    esac\n"
                      "    if [ -n \"$words\" ] && [[ $word != -* ]]; then\n"
                      "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                      "    elif [[ $word == -* ]]; then\n"
                      "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                      "    else\n"
                      "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                      "    fi\n"
                      "}\n\n"
                      "complete -o filenames -F _initkit ");
    write_names(out, true);
    buf_add_text(out, "\n");
}
