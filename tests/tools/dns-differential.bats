#!/usr/bin/env bats
# wait-for-dns beside glibc's and musl's getaddrinfo, in front of a DNS server that lies in more than a hundred ways
# (tests/differential/kinds.md).
#
# lib.bash sets bin and repository:
# shellcheck disable=SC2154

load lib

@test "the verdicts are glibc's and musl's, or it is written down why ours is the better one" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: port 53, namespaces"
    [ -z "$emulated" ] || skip "libc's resolvers are this machine's"
    INITKIT_BIN=$bin "$repository/tests/differential/run"
}
