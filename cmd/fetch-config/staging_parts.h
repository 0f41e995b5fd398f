/* What the parts of staging share. */
#ifndef FETCH_CONFIG_STAGING_PARTS_H
#define FETCH_CONFIG_STAGING_PARTS_H

#include "cmd/fetch-config/staging.h"

/* Paths are below the stage. */
struct staged_directory {
    struct staged_directory *next;
    mode_t mode; /* OWNERSHIP_MODE_STAYS: the archive does not list it, only its owner is to be set */
    char path[];
};

struct staged_link {
    struct staged_link *next;
    char path[];
};

#endif
