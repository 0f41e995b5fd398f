#!/usr/bin/python3
"""Runs a command under a seccomp profile of OCI's format, as runc and crun would apply it: by libseccomp.

usage: tests/tools/confined.py PROFILE COMMAND [ARGUMENT]...
"""

import json
import os
import sys

import seccomp

ACTIONS = {"SCMP_ACT_ALLOW": seccomp.ALLOW, "SCMP_ACT_ERRNO": seccomp.ERRNO(1)}
COMPARISONS = {"SCMP_CMP_EQ": seccomp.EQ, "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ}


def condition(argument):
    values = [argument["value"]] + ([argument["valueTwo"]] if "valueTwo" in argument else [])
    return seccomp.Arg(argument["index"], COMPARISONS[argument["op"]], *values)


def is_known(name):
    """Calls of the other architecture are left out, as runtimes do."""
    return seccomp.resolve_syscall(seccomp.Arch(), name) >= 0


def load(path):
    with open(path) as file:
        profile = json.load(file)
    rules = seccomp.SyscallFilter(ACTIONS[profile["defaultAction"]])
    for entry in profile["syscalls"]:
        conditions = [condition(argument) for argument in entry.get("args", [])]
        for name in filter(is_known, entry["names"]):
            rules.add_rule_exactly(ACTIONS[entry["action"]], name, *conditions)
    rules.load()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    load(sys.argv[1])
    os.execvp(sys.argv[2], sys.argv[2:])
