#include "common/cli/step.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

enum { READINGS_MOST = 8 /* of words that change while they are read */ };

static const struct step *current;

void step_enter(const struct step *step)
{
    current = step;
}

const struct step *step_current(void)
{
    return current;
}

/* Writes to the copy that is not in use, and switches to it only when it is complete: this process may be killed at any
 * time. */
void step_report_words(bool final, enum code code, const struct reason *reason, const char *line)
{
    const uint64_t one = 1;

    if (!current)
        return;
    uint32_t edition = current->report->edition + 1;
    struct step_words *words = &current->report->words[edition & 1];
    memset(words, 0, sizeof *words);
    words->final = final;
    words->code = code;
    if (reason)
        words->reason = *reason;
    snprintf(words->line, sizeof words->line, "%s", line);
    current->report->edition = edition;
    ssize_t ignored = write(current->wake, &one, sizeof one);
    (void)ignored;
}

void step_count_attempt(void)
{
    if (current)
        current->report->attempts++;
}

static void end_texts(struct step_words *words)
{
    words->reason.text[sizeof words->reason.text - 1] = '\0';
    words->reason.detail[sizeof words->reason.detail - 1] = '\0';
    words->reason.hint[sizeof words->reason.hint - 1] = '\0';
    words->line[sizeof words->line - 1] = '\0';
}

bool step_read(const struct step_report *report, struct step_words *words)
{
    uint32_t edition = report->edition;

    for (int i = 0; i < READINGS_MOST; i++) {
        uint32_t before = edition;
        memcpy(words, (const void *)&report->words[before & 1], sizeof *words);
        edition = report->edition;
        if (edition == before)
            break;
    }
    end_texts(words);
    return edition > 0;
}
