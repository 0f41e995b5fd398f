#!/usr/bin/python3
"""Prints the seccomp profile of `initkit run`: that of the tools (examples/seccomp/initkit.json), and what starting steps takes.

usage: tests/tools/run_profile.py >examples/seccomp/initkit-run.json
"""

import pathlib

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "examples/seccomp/initkit.json"

# fork is clone with SIGCHLD (17) alone on arm64. The table in examples/README.md has the calls, too.
MORE = """,
        {
            "names": ["clone"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 17, "op": "SCMP_CMP_EQ"}]
        },
        {
            "names": ["dup2", "dup3", "fork", "getppid", "kill", "pipe2", "signalfd4", "wait4"],
            "action": "SCMP_ACT_ALLOW"
        }
    ]
}"""
END = "\n    ]\n}"

profile = TOOLS.read_text().rstrip()
assert profile.endswith(END), f"{TOOLS} ends otherwise"
print(profile.removesuffix(END) + MORE)
