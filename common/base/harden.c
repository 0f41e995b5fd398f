#include "common/base/harden.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/banned.h"

/* Set by the linker. Only glibc's headers declare it. */
extern ElfW(Dyn) _DYNAMIC[]; /* NOLINT(readability-redundant-declaration) */

/* The load address of the program: the difference between where its dynamic section is and where it was linked to be. A
 * static-pie has no PT_PHDR that holds it. */
static uintptr_t load_base(const ElfW(Phdr) * headers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (headers[i].p_type == PT_DYNAMIC)
            return (uintptr_t)_DYNAMIC - headers[i].p_vaddr;
    return 0;
}

/* musl's start-up code of a static-pie never calls mprotect for PT_GNU_RELRO (measured on musl 1.2.5), so this does what a
 * dynamic linker does. glibc does it itself, and a second call is harmless. Only whole pages of the segment: relocated data on
 * a page with writable data stays writable. */
void harden_relocations(void)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    size_t count = (size_t)getauxval(AT_PHNUM);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    if (!headers || page == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (headers[i].p_type != PT_GNU_RELRO)
            continue;
        uintptr_t begin = load_base(headers, count) + headers[i].p_vaddr;
        uintptr_t end = (begin + headers[i].p_memsz) & ~(page - 1);
        begin &= ~(page - 1);
        if (end > begin)
            mprotect((void *)begin, end - begin, PROT_READ); /* NOLINT(performance-no-int-to-ptr) */
    }
}
