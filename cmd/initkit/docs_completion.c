/* The completion for bash: for each tool its options, for an option the words it takes, else names of files. */
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

static void write_names(struct buf *out)
{
    for (size_t i = 0; docs_all_tools[i]; i++)
        buf_add_format(out, "%s%s", i > 0 ? " " : "", docs_all_tools[i]->name);
}

void docs_write_completion(struct buf *out, const struct tool *unused)
{
    (void)unused;
    buf_add_text(out, "# shellcheck shell=bash disable=SC2194,SC2207\n"
                      "# Completion for bash. Written by `make docs`; installed by `make install`.\n\n"
                      "# The tool whose options come next: the command itself, or what follows initkit.\n"
                      "_initkit_tool() {\n"
                      "    local word\n"
                      "    for word in \"${COMP_WORDS[@]:0:COMP_CWORD}\"; do\n"
                      "        case \" ");
    write_names(out);
    buf_add_text(out, " \" in\n"
                      "            *\" ${word##*/} \"*) tool=${word##*/} ;;\n"
                      "            *) return ;;\n"
                      "        esac\n"
                      "    done\n"
                      "}\n\n"
                      "_initkit() {\n"
                      "    local tool='' options='' words='' word=${COMP_WORDS[COMP_CWORD]}\n"
                      "    _initkit_tool\n"
                      "    case $tool in\n");
    for (size_t i = 0; docs_all_tools[i]; i++)
        write_options(out, docs_all_tools[i]);
    buf_add_text(out, "    esac\n"
                      "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n");
    for (size_t i = 0; docs_all_tools[i]; i++)
        write_choices(out, docs_all_tools[i]);
    buf_add_text(out, "        initkit) words='");
    write_names(out);
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
    write_names(out);
    buf_add_text(out, "\n");
}
