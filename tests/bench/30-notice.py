"""How long after a dependency became ready it is noticed, when that takes 0.2, 1, 3 or 10 seconds."""

import os
import pathlib
import statistics

import bench

DELAYS = [0.2, 1] if bench.QUICK else [0.2, 1, 3, 10]
RUNS = 10 if bench.QUICK else 20
SPREAD = 10  # per cent: else a loop of two seconds would always be met at the same point
MOST = 1.0


def start_dns(names, contestant, command, after):
    """Runs that wait for a name each."""
    label = f"{contestant}-{after}".replace(".", "_")
    for n in range(RUNS):
        names.prepare([f"n{n}-{label}.test"], f"{label}-{n}")
    rename = names.hosts + f".{label}-{{n}}", os.path.join(names.hosts, f"{label}-{{n}}")
    filled = [word.replace("{name}", f"n{{n}}-{label}.test.") for word in command]
    return bench.notice_start(filled, after, RUNS, SPREAD, rename=rename)


def start_file(folder, contestant, command, after):
    """Runs that wait for a file each."""
    label = os.path.join(folder, f"{contestant}-{after}-")
    for n in range(RUNS):
        pathlib.Path(f"{label}{n}.part").touch()
    filled = [word.replace("{file}", label + "{n}") for word in command]
    return bench.notice_start(filled, after, RUNS, SPREAD, rename=(label + "{n}.part", label + "{n}"))


def measure(start):
    """All delays at the same time, as these processes mostly sleep: {delay: [(ready, noticed after)]}"""
    running = {after: start(after) for after in DELAYS}
    found = {}
    for after, process in running.items():
        runs = bench.notice_end(process)
        assert all(status == 0 for *_, status in runs), runs
        found[after] = [(ready, late) for ready, late, *_ in runs]
    return found


def judge(what, found, first):
    """Every run is judged by its own time."""
    shares = [late / (0.1 * ready + first) for runs in found.values() for ready, late in runs]
    most = max(late for runs in found.values() for _, late in runs)
    allowed = f"10 % of the time waited + {first * 1000:.0f} ms"
    mean = statistics.mean(shares)
    bench.limit(f"{what}: noticed within {allowed}, on average", f"{mean * 100:.0f} % of that", mean <= 1)
    bench.limit(f"{what}: the same at worst", f"{max(shares) * 100:.0f} % of that", round(max(shares), 2) <= 1)
    bench.limit(f"{what}: noticed within 1 s at worst", f"{most:.2f} s", round(most, 2) <= MOST)


def without_hold(found):
    return {after: [(ready, late - 0.05) for ready, late in runs] for after, runs in found.items()}


def main():
    loop = [bench.BUSYBOX, "sh", "-c"]
    tcp = {
        "wait-for-tcp": [bench.tool("wait-for-tcp"), "-q", "--termination-log=", "{targets}"],
        "wait-for-tcp --hold 0": [bench.tool("wait-for-tcp"), "-q", "--termination-log=", "--hold", "0", "{targets}"],
        "until nc -z …; do sleep 2; done": [
            *loop,
            f"until {bench.needed('nc.openbsd')} -z 127.0.0.1 {{port}}; do sleep 2; done",
        ],
    }
    dns = {
        "wait-for-dns": [bench.tool("wait-for-dns"), "-q", "--termination-log=", "{name}"],
        "until nslookup …; do sleep 2; done": [*loop, "until nslookup {name}; do sleep 2; done"],
    }
    files = {
        "wait-for-file": [bench.tool("wait-for-file"), "-q", "--termination-log=", "{file}"],
        "until test -f …; do sleep 2; done": [*loop, "until test -f {file}; do sleep 2; done"],
    }
    found = {}
    for contestant, command in tcp.items():
        found[contestant] = measure(lambda after: bench.notice_start(command, after, RUNS, SPREAD))
    with bench.Names("notice") as names:
        for number, (contestant, command) in enumerate(dns.items()):
            found[contestant] = measure(lambda after: start_dns(names, number, command, after))
    folder = bench.path("notice-files")
    os.makedirs(folder)
    for number, (contestant, command) in enumerate(files.items()):
        found[contestant] = measure(lambda after: start_file(folder, number, command, after))
    rows = []
    for after in DELAYS:
        for contestant, runs in found.items():
            late = [late * 1000 for _, late in runs[after]]
            rows.append(
                [
                    f"{after} s",
                    contestant,
                    *(f"{v:.0f}" for v in (statistics.mean(late), statistics.median(late), max(late))),
                ]
            )
    bench.table(
        "Delay until it is noticed",
        ["ready after", "", "ms, mean", "median", "most"],
        rows,
        f"{RUNS} runs each; the moment is spread by ±{SPREAD} %. From the listen(), the server's new name or the file's rename until the process "
        "has ended; wait-for-tcp's hold of 50 ms is part of it unless it says otherwise.",
        found,
    )
    judge("wait-for-tcp --hold 0", found["wait-for-tcp --hold 0"], 0.05)
    judge("wait-for-tcp, its hold of 50 ms taken off", without_hold(found["wait-for-tcp"]), 0.05)
    judge("wait-for-dns", found["wait-for-dns"], 0.1)
    judge("wait-for-file", found["wait-for-file"], 0.05)


if __name__ == "__main__":
    main()
