#include "common/http/json_arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, ALIGNMENT = alignof(max_align_t) };

struct chunk {
    struct chunk *before;
    alignas(ALIGNMENT) char bytes[];
};

/* The memory of jansson, whose hooks have no argument for an owner. It is freed all at once: a block needs no bookkeeping, and
 * the end of a run, also by a signal, need not wait until a million blocks are freed. */
static struct {
    size_t held, most;
    struct chunk *chunks;
    char *next; /* bytes left in the chunk */
    size_t left;
    jmp_buf full;
} arena;

/* jansson must never see that an allocation failed: it would write past the end of a string that could not grow (load.c does not
 * check the result of lex_save). */
static void *arena_chunk(size_t size)
{
    if (arena.most - arena.held <= sizeof(struct chunk) ||
        size > arena.most - arena.held - sizeof(struct chunk))
        longjmp(arena.full, 1);
    struct chunk *chunk = xrealloc(NULL, sizeof *chunk + size);
    arena.held += sizeof *chunk + size;
    chunk->before = arena.chunks;
    arena.chunks = chunk;
    return chunk->bytes;
}

static void *arena_take(size_t size)
{
    if (size > arena.most)
        longjmp(arena.full, 1);
    size_t room = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (room >= CHUNK / 4)
        return arena_chunk(room);
    if (room > arena.left) {
        size_t rest = arena.most - arena.held;
        size_t length = rest < room + CHUNK ? room
                                            : CHUNK; /* the last chunks are only as large as necessary */
        arena.next = arena_chunk(length);
        arena.left = length;
    }
    void *memory = arena.next;
    arena.next += room;
    arena.left -= room;
    return memory;
}

static void arena_keep(void *memory)
{
    (void)memory;
}

void json_arena_clear(void)
{
    while (arena.chunks) {
        struct chunk *chunk = arena.chunks;
        arena.chunks = chunk->before;
        free(chunk);
    }
    arena.held = arena.left = 0;
}

static void *take_or_end(size_t size)
{
    return xrealloc(NULL, size);
}

/* jansson's own seed is the time and the process ID, which can be guessed. */
void json_arena_begin(void)
{
    size_t number = 0;

    json_set_alloc_funcs(take_or_end, free);
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) == sizeof number)
        json_object_seed(number);
}

static void describe(json_error_t *error)
{
    char *quote = strstr(error->text, " near '");

    if (quote)
        *quote = '\0';
    if (error->column < 1)
        error->column = 1;
}

static void describe_full(json_error_t *error)
{
    error->line = 0;
    error->column = 1;
    snprintf(error->text, sizeof error->text, "its values would take more than %zu MiB of memory",
             arena.most >> 20);
}

/* A number beyond the range of a double is an error (1e400); one with more digits than a double keeps is not. */
static json_t *parse(json_load_callback_t read, void *owner, size_t flags, json_error_t *error)
{
    if (setjmp(arena.full) != 0) {
        describe_full(error);
        return NULL;
    }
    json_t *value = json_load_callback(read, owner, JSON_DECODE_ANY | JSON_ALLOW_NUL | flags, error);
    if (!value)
        describe(error);
    return value;
}

static json_t *load(json_load_callback_t read, void *owner, size_t memory, size_t flags, json_error_t *error)
{
    json_malloc_t take;
    json_free_t give_back;

    json_get_alloc_funcs(&take, &give_back);
    json_set_alloc_funcs(arena_take, arena_keep);
    arena.most = memory;
    json_t *value = parse(read, owner, flags, error);
    json_set_alloc_funcs(take, give_back);
    return value;
}

json_t *json_arena_load(json_load_callback_t read, void *owner, size_t memory, json_error_t *error)
{
    return load(read, owner, memory, JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES, error);
}

struct bytes {
    const char *at;
    size_t left;
};

static size_t next_bytes(void *buffer, size_t size, void *owner)
{
    struct bytes *bytes = owner;
    size_t length = bytes->left < size ? bytes->left : size;

    memcpy(buffer, bytes->at, length);
    bytes->at += length;
    bytes->left -= length;
    return length;
}

json_t *json_arena_load_bytes(const char *bytes, size_t length, size_t memory, json_error_t *error)
{
    struct bytes source = {bytes, length};
    json_t *value = load(next_bytes, &source, memory, 0, error);

    if (value || json_error_code(error) != json_error_numeric_overflow)
        return value;
    json_arena_clear();
    source = (struct bytes){bytes, length};
    return load(next_bytes, &source, memory, JSON_DECODE_INT_AS_REAL, error);
}
