/* Taking trees away, by descriptors: never through a link, never into another mount, and never for longer than there is time. */
#ifndef COMMON_FILES_REMOVAL_H
#define COMMON_FILES_REMOVAL_H

#include <stdint.h>

/* A removal ends at a stop signal (stop.h) or at the deadline, `grace` entries later: so a run that is stopped takes away
 * what little it has made, and leaves what is more to the next one. */
struct removal_limit {
    int64_t deadline;
    unsigned grace;
};

/* For a run's own temporaries: some milliseconds of work. */
enum { REMOVAL_GRACE = 1000 };

/* Removes `name` in `directory`, a descriptor, whatever it is, with all that is in it. 0, or errno: EBUSY when something is
 * mounted there; ECANCELED when it had to end; ENOTEMPTY when somebody else makes files there as fast as they are removed, or the
 * volume removes nothing although it answers so. */
int removal_tree(int directory, const char *name, const struct removal_limit *limit);

/* Removes all that is in a directory, which is opened for reading. The same errors. */
int removal_inside(int directory, const struct removal_limit *limit);

#endif
