/* The script of moves, in one buffer: a step is its kind, its state, a mode and a name. */
#include <string.h>

#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/buf.h"

#include "common/base/banned.h"

enum { KIND, STATE, MODE, NAME = MODE + sizeof(mode_t) };

bool script_add(struct buf *script, const struct step *step)
{
    char head[NAME] = {(char)step->kind, (char)step->state};

    memcpy(head + MODE, &step->mode, sizeof step->mode);
    return buf_add(script, head, sizeof head) && buf_add(script, step->name, strlen(step->name) + 1);
}

bool script_next(const struct buf *script, size_t *at, struct step *step)
{
    if (*at >= script->length)
        return false;
    const char *head = script->data + *at;
    *step = (struct step){
        .at = *at,
        .kind = (enum step_kind)head[KIND],
        .state = (enum step_state)head[STATE],
        .name = head + NAME,
    };
    memcpy(&step->mode, head + MODE, sizeof step->mode);
    *at += NAME + strlen(step->name) + 1;
    return true;
}

void script_set_state(struct buf *script, const struct step *step, enum step_state state)
{
    script->data[step->at + STATE] = (char)state;
}
