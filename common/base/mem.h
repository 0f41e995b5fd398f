/* Memory that is there or the process is not: running out ends it with exit code 3. */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

#include <stddef.h>

/* Each returns memory that the caller frees with free(), never NULL. xcalloc's is zeroed. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/* Ends the process with exit code 3, or the one that was set: for libraries that tell of a shortage. */
_Noreturn void mem_exhausted(void);
void mem_set_exit_code(int code);

/* Registers what must happen before a process that ran out of memory ends (publish removes its temporaries).
 * It may be called from any thread and must not allocate. One at a time; the last one counts. */
void mem_at_exhaustion(void (*cleanup)(void));

/* Registers who says so then, in place of a bare line on standard error. It may allocate: some memory is set aside for it. `owner`
 * lives as long as the process. */
void mem_say_at_exhaustion(void (*say)(const void *owner), const void *owner);

#endif
