/* --version-dir: a whole new tree, built where nobody sees it and put in place by one rename, and a link that is swung to it. */
#ifndef COPY_AGENT_VERSION_H
#define COPY_AGENT_VERSION_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/staging.h"
#include "common/base/reason.h"

#define VERSION_LINK "current"

/* What the link in DEST is called. */
const char *version_link_name(const struct copy_settings *settings);

/* A name for --version-dir or --link: one component, not hidden behind a dot alone. Fit for an option's check. */
bool version_check_name(const char *text, struct reason *why);

/* Looks for the version in copy->volume and opens it as copy->dest, -1 where there is none. False: it is in the journal. */
bool version_open(struct copy *copy);

/* Makes the directory that the new tree grows in, as copy->dest. *in_place: the volume renames no directories, so it is the
 * version's own, and what an earlier run has left may be in it. */
bool version_begin(struct copy *copy, struct staging *staging, bool *in_place);

/* Gives the new tree its name, in the place of an earlier one. */
bool version_publish(struct copy *copy, struct staging *staging);

/* Points the link to the version. */
bool version_link(struct copy *copy, struct staging *staging);

#endif
