/* What hello.c and hello_names.c share. */
#ifndef TLS_CHECK_HELLO_PARTS_H
#define TLS_CHECK_HELLO_PARTS_H

#include "cmd/tls-check/hello.h"

enum { HELLO_X25519MLKEM768 = 0x11EC };

struct hello_item {
    int number;
    const char *name; /* NULL ends a list */
};

extern const struct hello_item hello_suites[], hello_groups[];

#endif
