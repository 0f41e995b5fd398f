#include "common/run/wait_tool.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/cli/tool.h"
#include "common/net/target.h"

#include "common/base/banned.h"

/* Keeps what target_show makes of an operand until the end of the run. */
static const char *add_name(struct strings *names, const char *operand)
{
    char *shown = target_show(operand);

    strings_add(names, shown, strlen(shown));
    free(shown);
    return names->items[names->count - 1];
}

bool wait_tool_check_operands(const void *options, const char *missing,
                              bool (*check)(const void *options, const char *operand, struct reason *why),
                              struct reason *why)
{
    const struct common_options *common = options;

    if (common->operands.count == 0)
        return reason_set(why, CODE_USAGE, "%s", missing);
    for (size_t i = 0; i < common->operands.count; i++) {
        if (check(options, common->operands.items[i], why))
            continue;
        char *shown = target_show(common->operands.items[i]);
        options_refuse_operand(common, *shown != '\0' ? shown : "''", why);
        free(shown);
        return false;
    }
    return true;
}

bool wait_tool_add_targets(struct wait *wait, size_t size,
                           bool (*parse)(struct wait *wait, struct wait_target *target, const char *operand,
                                         struct reason *why),
                           struct reason *why)
{
    const struct strings *operands = &wait->options->operands;

    wait->array = xcalloc(operands->count, size);
    wait->targets = xcalloc(operands->count, sizeof(struct wait_target *));
    for (size_t i = 0; i < operands->count; i++) {
        struct wait_target *target = (struct wait_target *)(void *)((char *)wait->array + i * size);
        wait->targets[wait->count++] = target;
        target->name = add_name(&wait->names, operands->items[i]);
        if (!parse(wait, target, operands->items[i], why))
            return options_refuse_operand(wait->options, target->name, why);
    }
    return true;
}

static void enter_sandbox(const struct wait_tool *tool, const struct common_options *options)
{
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)options->sandbox);
    if (tool->allow)
        tool->allow(options, &sandbox);
    sandbox_enter(&sandbox, options->termination_log);
}

static void release(const struct wait_tool *tool, struct wait *wait)
{
    if (tool->release && !tool->release(wait))
        return;
    loop_free(wait->loop);
    strings_clear(&wait->names);
    free(wait->array);
    free(wait->targets);
    free(wait);
}

static int run(const struct wait_tool *tool, struct common_options *options, const struct verdict *verdict)
{
    struct wait *wait = xcalloc(1, tool->run_size);
    struct reason why;
    int code;
    bool good = false;

    *wait = (struct wait){
        .loop = loop_new(),
        .options = options,
        .verdict = verdict,
        .done = "ready",
        .start = tool->start,
        .cancel = tool->cancel,
    };
    if (!wait->loop)
        reason_set(&why, CODE_INTERNAL, "cannot watch descriptors (epoll)");
    else
        good = (!tool->tool->check_usage || tool->tool->check_usage(options, &why)) &&
               tool->prepare(wait, options, &why);
    code = good ? wait_run(wait) : verdict_refuse(verdict, &why);
    release(tool, wait);
    return code;
}

int wait_tool_main(const struct wait_tool *tool, int argc, char **argv)
{
    struct common_options *options = xcalloc(1, tool->tool->options_size);
    struct verdict verdict;
    int code;

    if (tool_begin(tool->tool, argc, argv, options, &verdict, &code)) {
        enter_sandbox(tool, options);
        code = run(tool, options, &verdict);
    }
    options_free(tool->tool, options);
    free(options);
    return code;
}
