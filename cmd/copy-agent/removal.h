/* Taking trees away, by descriptors: never through a link, never into another mount. */
#ifndef COPY_AGENT_REMOVAL_H
#define COPY_AGENT_REMOVAL_H

/* Removes `name` in `directory`, whatever it is, with all that is in it. 0, or errno: EBUSY when something is mounted there. */
int removal_tree(int directory, const char *name);

/* Removes all that is in a directory, which is opened for reading. 0 or errno. */
int removal_inside(int directory);

#endif
