#include "cmd/fetch-config/jsoncheck.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/banned.h"

static size_t held, most; /* bytes that jansson has of us, and may have */
static bool refused;

static void *hold(size_t size)
{
    void *memory = held <= most && size <= most - held ? malloc(size) : NULL;

    if (memory)
        held += malloc_usable_size(memory);
    else
        refused = true;
    return memory;
}

static void release(void *memory)
{
    if (memory)
        held -= malloc_usable_size(memory);
    free(memory);
}

/* Names that collide on purpose must not be foreseeable. jansson's own way there is to open /dev/urandom. */
static void seed(void)
{
    size_t number = 0;

    if (getrandom(&number, sizeof number, GRND_NONBLOCK) < 0)
        number = 0; /* jansson takes time and process number then */
    json_object_seed(number);
}

struct input {
    json_load_callback_t read;
    void *owner;
};

/* jansson reads on through a string that it has no memory for. */
static size_t read_while_it_fits(void *into, size_t size, void *owner)
{
    struct input *input = owner;

    return refused ? (size_t)-1 : input->read(into, size, input->owner);
}

static void describe(json_error_t *error)
{
    char *quote = strstr(error->text, " near '");

    if (quote)
        *quote = '\0';
    if (refused) {
        error->line = 0;
        snprintf(error->text, sizeof error->text, "its values would take more than %zu MiB of memory",
                 most >> 20);
    }
    if (error->column < 1)
        error->column = 1;
}

bool jsoncheck(json_load_callback_t read, void *owner, size_t memory, json_error_t *error)
{
    struct input input = {read, owner};

    json_set_alloc_funcs(hold, release);
    most = memory;
    refused = false;
    seed();
    /* Numbers beyond 64 bits are JSON too; so is the escape of NUL. */
    json_t *value = json_load_callback(read_while_it_fits, &input,
                                       JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, error);
    bool good = value && !refused;
    if (!good)
        describe(error);
    json_decref(value);
    return good;
}
