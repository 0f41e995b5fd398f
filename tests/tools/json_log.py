#!/usr/bin/env python3
"""Checks a JSON log: json_log.py FILE EXPRESSION.

Every line must be one JSON object in valid UTF-8 without repeated keys, with the keys and values that each line has.
EXPRESSION, in Python, then judges `lines` (a list of dicts); `last` is the last of them.
"""

import json
import re
import sys

LEVELS = {"error", "warn", "info", "debug"}


def without_repeats(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"repeated key in {keys}"
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is not JSON")


def parse(line):
    entry = json.loads(line.decode("utf-8"), object_pairs_hook=without_repeats, parse_constant=no_constant)
    assert isinstance(entry, dict), "not an object"
    for key in ("time", "level", "tool", "event", "message"):
        assert isinstance(entry.get(key), str) and entry[key], f"no {key}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["time"]), "time: " + entry["time"]
    assert entry["level"] in LEVELS, "level: " + entry["level"]
    for key in ("attempt", "elapsed_ms", "class"):
        assert isinstance(entry.get(key, 0), int), f"{key} is no number"
    for key in ("target", "reason", "hint"):
        assert isinstance(entry.get(key, ""), str), f"{key} is no text"
    return entry


def main():
    path, expression = sys.argv[1:]
    with open(path, "rb") as log:
        raw = log.read()
    assert raw.endswith(b"\n"), "the last line has no end"
    lines = []
    for number, line in enumerate(raw.split(b"\n")[:-1], 1):
        try:
            lines.append(parse(line))
        except (AssertionError, ValueError) as error:
            sys.exit(f"line {number}: {error}: {line!r}")
    # The expression stands in the test that calls this.
    if not eval(expression, {"lines": lines, "last": lines[-1], "re": re}):  # pylint: disable=eval-used
        sys.exit("not true: " + expression)


if __name__ == "__main__":
    main()
