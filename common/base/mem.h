/* Allocation that never fails: out of memory ends the process with exit code 3. */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

#include <stddef.h>

/* Each returns memory that the caller frees with free(), never NULL. xcalloc's is zeroed. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/* Ends the process with exit code 3, or the one that was set. For libraries that report an allocation that failed. */
_Noreturn void mem_exhausted(void);
void mem_set_exit_code(int code);

/* Registers the cleanup for a process that ran out of memory (publish removes its temporary files). It may be called from any
 * thread and must not allocate. Only the last one that was registered is called. */
void mem_at_exhaustion(void (*cleanup)(void));

/* Registers who reports it, instead of a line on standard error. It may allocate: some memory is reserved for it. `owner` must
 * live as long as the process. */
void mem_say_at_exhaustion(void (*say)(const void *owner), const void *owner);

#endif
