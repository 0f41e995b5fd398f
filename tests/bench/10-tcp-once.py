"""wait-for-tcp at a port that is open: the whole process, against what checks a port today."""

import bench

RUNS = 60 if bench.QUICK else 300


def main():
    with bench.OpenPort() as server:
        wait = [bench.tool("wait-for-tcp"), "--termination-log="]
        contestants = {
            "wait-for-tcp --hold 0": [*wait, "--hold", "0", server.address],
            "nc -z": [bench.needed("nc.openbsd"), "-z", "127.0.0.1", server.port],
            "initkit wait-for-tcp --hold 0": [
                bench.tool("initkit"),
                "wait-for-tcp",
                "--termination-log=",
                "--hold",
                "0",
                server.address,
            ],
        }
        slow = {
            "wait-for-it (a bash script)": [bench.needed("wait-for-it"), "-q", server.address],
            "wait-for-tcp (holds 50 ms)": [*wait, server.address],
        }
        found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
        found.update(zip(slow, bench.once(RUNS // 6, list(slow.values()))))
        for name, command in {**contestants, **slow}.items():
            found[name]["kib"] = bench.memory(command)
    ours, netcat = found["wait-for-tcp --hold 0"], found["nc -z"]
    bench.once_table(
        "A port that is open",
        found,
        "wait-for-tcp --hold 0",
        "nc is netcat-openbsd; the nc of Debian's busybox has no -z.",
    )
    bench.limit(
        "wait-for-tcp --hold 0, port open: faster than nc -z",
        f"{bench.ms(ours['quartile'])} ms against {bench.ms(netcat['quartile'])} ms",
        ours["quartile"] < netcat["quartile"],
    )
    bench.limit("wait-for-tcp: peak memory ≤ 1 MiB", f"{ours['kib']} KiB", ours["kib"] <= 1024)


if __name__ == "__main__":
    main()
