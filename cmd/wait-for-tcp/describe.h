/* Why a connection is not ready, in words. */
#ifndef WAIT_FOR_TCP_DESCRIBE_H
#define WAIT_FOR_TCP_DESCRIBE_H

#include "cmd/wait-for-tcp/dial.h"
#include "common/base/reason.h"

/* Where the addresses come from, for hints. */
enum judge_source {
    JUDGE_LITERAL, /* the target is an address, "localhost", or a unix socket */
    JUDGE_NAMED,
    JUDGE_OWN_NAME, /* of this pod: the kubelet writes it into /etc/hosts */
};

/* Fills `why` for a connection that has ended otherwise than accepted. `where` names the address or the unix socket. */
void describe_dial(const struct dial *dial, const char *where, enum judge_source source, struct reason *why);

#endif
