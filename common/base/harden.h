/* Protection that a static binary has to set up itself. */
#ifndef COMMON_BASE_HARDEN_H
#define COMMON_BASE_HARDEN_H

/* Makes the relocated pointers of a static-pie binary read-only, as its PT_GNU_RELRO header asks for. */
void harden_relocations(void);

#endif
