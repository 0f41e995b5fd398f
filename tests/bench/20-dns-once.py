"""wait-for-dns for a name that is there: the whole process, against what looks names up today."""

import bench

RUNS = 100 if bench.QUICK else 500
NAME = "mydb.default.svc.cluster.local."


def main():
    contestants = {
        "wait-for-dns": [bench.tool("wait-for-dns"), "--termination-log=", NAME],
        "busybox nslookup": [bench.BUSYBOX, "nslookup", NAME],
        "dig": [bench.needed("dig"), "+short", NAME],
        "wait-for-dns, short name": [bench.tool("wait-for-dns"), "--termination-log=", "mydb"],
    }
    with bench.Names("dns-once") as names:
        names.add(NAME.rstrip("."))
        found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
        for name, command in contestants.items():
            found[name]["kib"] = bench.memory(command)
    bench.once_table(
        "A name that is there",
        found,
        "wait-for-dns",
        "busybox asks for A and AAAA at once and cannot be asked for less; dig and wait-for-dns ask for A. A short name is "
        "not compared: with a search list this nslookup fails even when one of its names is there.",
    )
    ours = found["wait-for-dns"]
    dig, nslookup = found["dig"], found["busybox nslookup"]
    bench.limit(
        "wait-for-dns, name there: 5× faster than dig",
        f"{dig['quartile'] / ours['quartile']:.1f}×",
        dig["quartile"] >= 5 * ours["quartile"],
    )
    bench.limit(
        "wait-for-dns, name there: no slower than busybox nslookup (give or take 5 % of noise)",
        f"{ours['quartile'] / nslookup['quartile']:.2f}× its time, {bench.ms(ours['quartile'])} ms",
        ours["quartile"] <= 1.05 * nslookup["quartile"],
    )


if __name__ == "__main__":
    main()
