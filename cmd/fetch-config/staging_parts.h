/* What the parts of staging share. */
#ifndef FETCH_CONFIG_STAGING_PARTS_H
#define FETCH_CONFIG_STAGING_PARTS_H

#include "cmd/fetch-config/staging.h"

#define STAGING_MODE_STAYS \
    ((mode_t)-1) /* of a directory that the archive does not list: only its owner is to be set */

/* Paths are below the stage. */
struct staged_directory {
    struct staged_directory *next;
    mode_t mode;
    char path[];
};

struct staged_link {
    struct staged_link *next;
    char path[];
};

#endif
