/* What a piece of code writes to standard output or standard error. */
#ifndef UNIT_CAPTURE_H
#define UNIT_CAPTURE_H

/* From now on `descriptor` (1 or 2) is kept. One at a time. */
void capture_begin(int descriptor);

/* What came since; the descriptor is as it was. Valid until the next capture. */
const char *capture_end(void);

#endif
