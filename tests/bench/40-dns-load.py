"""How many DNS queries a waiter sends while the name stays away, in a pod with a search list of three."""

import subprocess
import time

import bench

SETTLED = 3 if bench.QUICK else 12  # seconds until the delay between attempts has reached its cap
WINDOW = 8 if bench.QUICK else 20
NAMES = {"short": "mydb", "full": "mydb.default.svc.cluster.local"}
DNS, TCP, NSLOOKUP, LIBC = (
    "wait-for-dns NAME",
    "wait-for-tcp NAME:80",
    "until nslookup NAME; do sleep 2; done",
    "until nc -z NAME 80; do sleep 2; done",
)


def count(contestants):
    """Queries a second of each, counted by the server: everyone waits for a name of its own."""
    with bench.CountingNames("dns-load") as server:
        waiting = [
            subprocess.Popen(
                [word.replace("NAME", f"c{i}{name}") for word in command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for i, (name, command) in enumerate(contestants.values())
        ]
        time.sleep(SETTLED + WINDOW)
        questions = server.questions()
        for process in waiting:
            process.kill()
            process.wait()
    begun = questions[0][0] + SETTLED
    return {
        label: rate([when for when, question in questions if question.startswith(f"c{i}{name}")], begun)
        for i, (label, (name, _)) in enumerate(contestants.items())
    }


def rate(asked, begun):
    """From the first beginning of a round inside the window to the last one, so that no round counts in part."""
    rounds = [when for before, when in zip([-1, *asked], asked) if when - before > 0.1 and when >= begun]
    if len(rounds) < 2:
        return None
    inside = [when for when in asked if rounds[0] <= when < rounds[-1]]
    return len(inside) / (rounds[-1] - rounds[0])


def judge(kind, what, ours, theirs):
    title = f"steady DNS load of {what}, {kind} name"
    if ours and theirs:
        bench.limit(title, f"{ours:.2f} a second against {theirs:.2f}", round(ours / theirs, 2) <= 1)
    else:
        bench.limit(title, "nothing was asked", None)


def main():
    steady = ["--interval", "1s"] if bench.QUICK else []
    options = ["-q", "--termination-log=", *steady]
    commands = {
        DNS: [bench.tool("wait-for-dns"), *options, "NAME"],
        NSLOOKUP: [bench.BUSYBOX, "sh", "-c", NSLOOKUP],
        TCP: [bench.tool("wait-for-tcp"), *options, "NAME:80"],
        LIBC: ["/bin/sh", "-c", LIBC.replace("nc", bench.program("nc.openbsd"), 1)],
    }
    contestants = {(what, kind): (name, commands[what]) for what in commands for kind, name in NAMES.items()}
    rates = count(contestants)
    rows = [
        [what, *(f"{rates[what, kind]:.2f}" if rates[what, kind] else "?" for kind in NAMES)]
        for what in commands
    ]
    bench.table(
        "DNS queries a second of one waiter, name absent",
        ["", *(f"{kind}: {name}" for kind, name in NAMES.items())],
        rows,
        "Once the delay between attempts has reached its cap. Three search domains, ndots:5. busybox's nslookup walks the "
        "search list for names without dots only, and does not ask for those as they are; nc asks as the C library does, "
        "for each name of the list, A and AAAA.",
        {f"{what}, {kind}": value for (what, kind), value in rates.items()},
    )
    for kind in NAMES:
        judge(kind, "wait-for-dns no higher than the nslookup loop's", rates[DNS, kind], rates[NSLOOKUP, kind])
        judge(kind, "wait-for-tcp no higher than the nc loop's", rates[TCP, kind], rates[LIBC, kind])


if __name__ == "__main__":
    main()
