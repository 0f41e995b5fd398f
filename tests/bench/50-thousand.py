"""A thousand targets at once, that become ready after a second: memory with the kernel's part, CPU, time."""

import bench

TARGETS = 200 if bench.QUICK else 1000
RUNS = 1 if bench.QUICK else 3
AFTER = 1.0
LIMIT = 16 << 20
MIB = 1 << 20


def names_of(label):
    return [f"n{i}-{label}.test" for i in range(TARGETS)]


def wait(kind, targets):
    words = [bench.tool("wait-for-" + kind), "-q", "--termination-log=", "--timeout", "20s"]
    return [*words, *(["{targets}"] if kind == "tcp" else [name + "." for name in targets])]


class Run:
    """One run of one tool; `number` makes its names its own."""

    def __init__(self, kind, number, count, limited, names):
        label = f"{kind}{number}"
        targets = names_of(label)[:count]
        rename = names.prepare(targets, label) if kind == "dns" else None
        with bench.MemoryGroup(LIMIT if limited else None) as group:
            self.refused = group.refused
            command = [*group.prefix, *wait(kind, targets)]
            process = bench.notice_start(command, AFTER, targets=1 if rename else count, rename=rename)
            ((self.ready, late, self.cpu, self.status),) = bench.notice_end(process)
            self.seconds = self.ready + late
            self.bytes, self.kernel = (0, 0) if group.refused else group.peak()


def judge(kind, one, many, limited):
    what = f"wait-for-{kind}, {TARGETS} targets"
    if many.refused:
        bench.limit(f"{what}: ≤ 16 MiB of cgroup memory", many.refused, None)
    else:
        most = max(many.bytes, limited.bytes)
        bench.limit(f"{what}: ≤ 16 MiB of cgroup memory", f"{most / MIB:.1f} MiB", most <= LIMIT)
        bench.limit(f"{what}: done inside a limit of 16 MiB", f"exit {limited.status}", limited.status == 0)
    share = many.seconds / one.seconds
    bench.limit(f"{what}: all ready within 1.5× of one", f"{share:.2f}×", many.status == 0 and share <= 1.5)


def main():
    rows, found = [], {}
    with bench.Names("thousand") as names:
        number = 0
        for kind in ("tcp", "dns"):
            got = {}
            for case, count, limited in (("one", 1, False), ("many", TARGETS, False), ("limited", TARGETS, True)):
                runs = []
                for _ in range(RUNS):
                    runs.append(Run(kind, number, count, limited, names))
                    number += 1
                # The slowest and the largest of the runs, whichever run that was.
                got[case] = worst = max(runs, key=lambda run: run.seconds)
                worst.bytes = max(run.bytes for run in runs)
                worst.status = max(run.status for run in runs)
                rows.append(
                    [
                        f"wait-for-{kind}, {count}" + (", limit 16 MiB" if limited else ""),
                        f"{worst.seconds:.2f}",
                        f"{worst.cpu:.2f}",
                        f"{worst.bytes / MIB:.1f}" if worst.bytes else "?",
                        f"{worst.kernel / MIB:.1f}" if worst.kernel else "?",
                        worst.status,
                    ]
                )
                found[f"{kind} {case}"] = [vars(run) for run in runs]
            judge(kind, got["one"], got["many"], got["limited"])
    bench.table(
        f"{TARGETS} targets at once, ready after {AFTER:.0f} s",
        ["", "s until all are ready", "CPU s", "MiB of cgroup memory", "kernel's part", "exit"],
        rows,
        f"The worst of {RUNS} runs.",
        found,
    )


if __name__ == "__main__":
    main()
