/* A reference that is complete: what comes in its place. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/files/template_parts.h"

#include "common/base/banned.h"

enum { MESSAGE_MAX = 512 };

void template_put_reference(struct template *template)
{
    template_put(template, template->reference.data, template->reference.length);
    buf_clear(&template->reference);
}

const char *template_name(const struct template *template, char name[TEMPLATE_NAME])
{
    const char *text = template->reference.data + template->name_at;

    snprintf(name, TEMPLATE_NAME, "%.*s", (int)strcspn(text, ":}"), text);
    return name;
}

bool template_is_ours(const struct template *template)
{
    return strncmp(template->reference.data + template->name_at, template->prefix,
                   strlen(template->prefix)) == 0;
}

const char *template_value(const struct template *template)
{
    char name[TEMPLATE_NAME];

    return environment_get(template_name(template, name));
}

/* --- its kinds --- */

void template_end_name(struct template *template)
{
    char name[TEMPLATE_NAME], message[MESSAGE_MAX];
    const char *value = template_value(template);

    if (!template_is_ours(template)) {
        buf_add_text(&template->reference, "}");
        template_put_reference(template);
        return;
    }
    template_name(template, name);
    if (value) {
        template_put_value(template, name, value);
    } else {
        snprintf(message, sizeof message, "%.200s is not set", name);
        template_fail(template, message);
    }
}

void template_end_message(struct template *template)
{
    char name[TEMPLATE_NAME], message[MESSAGE_MAX];
    const char *value = template_value(template);
    const char *words = strchr(template->reference.data, '?') + 1;

    template_name(template, name);
    if (value && *value != '\0') {
        template_put_value(template, name, value);
        return;
    }
    snprintf(message, sizeof message, "%.200s: %.256s", name, *words != '\0' ? words : "is not set");
    template_fail(template, message);
}

void template_end_path(struct template *template)
{
    char message[MESSAGE_MAX];
    const char *path = template->reference.data + sizeof "${file:" - 1;
    const char *problem = NULL;
    int descriptor = -1;

    if (template->dropping == 0)
        descriptor = template_files_open(template->files, path, &problem);
    if (descriptor >= 0) {
        problem = template_put_file(template, descriptor);
        close(descriptor);
    }
    if (!problem)
        return;
    snprintf(message, sizeof message, "%.256s: %s", path, problem);
    template_fail(template, message);
}
