"""wait-for-dns for a name that is there: the whole process, against what looks names up today."""

import bench

RUNS = 60 if bench.QUICK else 300
NAME = "mydb.default.svc.cluster.local."


def main():
    contestants = {
        "wait-for-dns": [bench.tool("wait-for-dns"), "--termination-log=", NAME],
        "busybox nslookup": [bench.BUSYBOX, "nslookup", NAME],
        "dig": [bench.program("dig"), "+short", NAME],
        "wait-for-dns, short name": [bench.tool("wait-for-dns"), "--termination-log=", "mydb"],
    }
    with bench.Names("dns-once") as names:
        names.add(NAME.rstrip("."))
        found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
        for name, command in contestants.items():
            found[name]["kib"] = bench.memory(command)
    ours = found["wait-for-dns"]
    rows = [
        [
            name,
            bench.ms(each["median"]),
            bench.ms(each["minimum"]),
            bench.ms(each["cpu"]),
            bench.ratio(each["median"], ours["median"]),
            each["kib"],
            bench.ratio(each["kib"], ours["kib"]),
        ]
        for name, each in found.items()
    ]
    bench.table(
        "A name that is there",
        ["", "ms, median", "least", "CPU", "× ours", "KiB peak", "× ours"],
        rows,
        "busybox asks for A and AAAA at once and cannot be asked for less; dig and wait-for-dns ask for A. A short name is "
        "not compared: with a search list this nslookup fails even when one of its names is there.",
        found,
    )
    dig, nslookup = found["dig"], found["busybox nslookup"]
    bench.limit(
        "wait-for-dns, name there: 5× faster than dig",
        f"{dig['median'] / ours['median']:.1f}× (least times: {dig['minimum'] / ours['minimum']:.1f}×)",
        dig["median"] >= 5 * ours["median"],
    )
    bench.limit(
        "wait-for-dns, name there: no slower than busybox nslookup",
        f"{bench.ms(ours['median'])} ms against {bench.ms(nslookup['median'])} ms "
        f"(least: {bench.ms(ours['minimum'])} against {bench.ms(nslookup['minimum'])})",
        ours["median"] <= nslookup["median"],
    )


if __name__ == "__main__":
    main()
