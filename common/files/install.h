/* This very binary, put somewhere else: how a later init container with another image gets it. */
#ifndef COMMON_FILES_INSTALL_H
#define COMMON_FILES_INSTALL_H

#include <stdbool.h>

#include "common/base/reason.h"

/* Copies the running binary to DIRECTORY/NAME, mode 0755, atomically. False (CODE_FAILED) when it cannot, or when programs
 * could not be run there (noexec). */
bool install_self(const char *directory, const char *name, struct reason *why);

/* Makes DIRECTORY/NAME a link to `target` in the same directory, in place of whatever file has that name. */
bool install_link(const char *directory, const char *name, const char *target, struct reason *why);

#endif
