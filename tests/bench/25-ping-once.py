"""wait-for-ping at a host that answers: the whole process, against ping -c 1."""

import bench

RUNS = 60 if bench.QUICK else 300


def main():
    contestants = {
        "wait-for-ping": [bench.tool("wait-for-ping"), "-q", "--termination-log=", "127.0.0.1"],
        "ping -c 1": [bench.needed("ping"), "-q", "-c", "1", "127.0.0.1"],
        "busybox ping -c 1": [bench.BUSYBOX, "ping", "-q", "-c", "1", "127.0.0.1"],
    }
    found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
    for name, command in contestants.items():
        found[name]["kib"] = bench.memory(command)
    ours, theirs = found["wait-for-ping"], found["ping -c 1"]
    bench.once_table("A host that answers an echo", found, "wait-for-ping", "ping is iputils'.")
    bench.limit(
        "wait-for-ping: at most ping's CPU time",
        f"{bench.ms(ours['cpu'])} ms against {bench.ms(theirs['cpu'])} ms",
        ours["cpu"] <= theirs["cpu"],
    )
    bench.limit("wait-for-ping: peak memory ≤ 1 MiB", f"{ours['kib']} KiB", ours["kib"] <= 1024)


if __name__ == "__main__":
    main()
