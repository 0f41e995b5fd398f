/* Splits "URL=PATH", and compares PATHs. */
#ifndef FETCH_CONFIG_OPERAND_H
#define FETCH_CONFIG_OPERAND_H

#include <stdbool.h>
#include <sys/types.h>

/* Where a path leads, however it is written: the nearest existing directory on the way, and the rest of the path. */
struct operand_place {
    dev_t device;
    ino_t inode;
    char *rest;  /* without "." and repeated slashes; NULL: not looked up */
    char *whole; /* the real path; NULL: not requested */
};

/* Splits at the last "=" that is followed by "/", "./" or a lone "-". *url is for the caller to free, *path points into
 * `operand`. False when there is no such place. */
bool operand_split(const char *operand, char **url, const char **path);

/* The place of `path`, for the caller to free with operand_place_free; `whole`: its real path, too, for operand_find_nested. */
void operand_find_place(const char *path, bool whole, struct operand_place *place);
bool operand_same_place(const struct operand_place *one, const struct operand_place *other);
/* Puts the places into an order in which what is below another one follows it, and finds two of that kind: the upper one's index in
 * the array, or `count`. */
size_t operand_find_nested(const struct operand_place **places, size_t count);
void operand_place_free(struct operand_place *place);

#endif
