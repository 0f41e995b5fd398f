"""Puts what the subjects recorded into build/bench.md and build/bench.json, the verdicts on the limits first."""

import json
import os
import platform
import sys

import bench


def machine():
    with open("/proc/loadavg") as load:
        busy = load.read().split()[0]
    return f"{platform.machine()}, {os.cpu_count()} CPUs, Linux {platform.release()}, load at the end {busy}"


def document(records):
    limits = [each for each in records if each["kind"] == "limit"]
    rows = [[each["what"], each["figure"], each["verdict"]] for each in limits]
    parts = ["# Benchmark", f"One run, all side by side ({machine()}). Ratios are what counts, not times."]
    if bench.QUICK:
        parts.append("A quick run: few repetitions.")
    if rows:
        parts.append("## Limits\n\n" + bench.layout(["limit", "measured", "verdict"], rows))
    parts += [each["text"].strip() for each in records if each["kind"] == "table"]
    return "\n\n".join(parts) + "\n"


def main():
    if not os.path.exists(bench.RECORDS):
        sys.exit("bench: nothing was measured")
    with open(bench.RECORDS) as lines:
        records = [json.loads(line) for line in lines]
    text = document(records)
    build = os.path.dirname(bench.WORK)
    with open(os.path.join(build, "bench.md"), "w") as out:
        out.write(text)
    with open(os.path.join(build, "bench.json"), "w") as out:
        json.dump({"machine": machine(), "quick": bench.QUICK, "records": records}, out, indent=1)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
