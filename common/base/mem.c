#include "common/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

enum { ASIDE = 128 * 1024 /* bytes; musl returns a block of this size to the kernel when it is freed */ };

static void (*exhaustion_cleanup)(void);
static int exit_code = 3; /* CODE_INTERNAL */
static struct {
    void (*say)(const void *owner); /* NULL: only a line on standard error */
    const void *owner;
    void *aside;
} last_words;

void mem_at_exhaustion(void (*cleanup)(void))
{
    exhaustion_cleanup = cleanup;
}

void mem_say_at_exhaustion(void (*say)(const void *owner), const void *owner)
{
    free(last_words.aside);
    last_words.aside = malloc(ASIDE);
    last_words.owner = owner;
    last_words.say = say;
}

void mem_set_exit_code(int code)
{
    exit_code = code;
}

/* No atexit handlers: they may allocate. */
_Noreturn void mem_exhausted(void)
{
    static const char message[] = "initkit: out of memory\n";
    void (*cleanup)(void) = exhaustion_cleanup;
    void (*say)(const void *owner) = last_words.say;

    exhaustion_cleanup = NULL; /* only once: the cleanup may run out of memory, too */
    last_words.say = NULL;
    if (cleanup)
        cleanup();
    if (say) {
        free(last_words.aside);
        say(last_words.owner);
    } else {
        ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
        (void)ignored;
    }
    _exit(exit_code);
}

void *xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        mem_exhausted();
    return memory;
}

void *xrealloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);

    if (!moved)
        mem_exhausted();
    return moved;
}

char *xstrndup(const char *text, size_t length)
{
    size_t taken = strnlen(text, length);
    char *copy = xcalloc(taken + 1, 1);

    memcpy(copy, text, taken);
    return copy;
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}
