"""How many DNS queries a waiter sends while the name stays away, in a pod with a search list of three: at first, then, and for long."""

import math
import subprocess
import time

import bench

PHASES = [(0, 3), (3, 7), (7, 14)] if bench.QUICK else [(0, 3), (3, 15), (15, 60)]
NAMES = {"short": "mydb", "full": "mydb.default.svc.cluster.local", "external": "api.example.com"}
# What the server answers, by the beginning of the name: whoever waits for it has a name of its own.
ANSWERS = {
    "NXDOMAIN, to be kept for 5 s": ("a", "ttl=5 NXDOMAIN"),  # CoreDNS for the cluster's names
    "NXDOMAIN, to be kept for 30 s": ("b", "ttl=30 NXDOMAIN"),
    "no data": ("c", "ttl=5 NODATA"),
    "SERVFAIL": ("d", "SERVFAIL"),
    "REFUSED": ("e", "REFUSED"),
    "silence": ("f", "SILENT"),
    "NXDOMAIN after 400 ms": ("g", "delay=0.4 ttl=5 NXDOMAIN"),
}
JUDGED = "NXDOMAIN, to be kept for 5 s"
DNS, TCP = "wait-for-dns NAME", "wait-for-tcp NAME:80"
NSLOOKUP = "until nslookup NAME; do sleep 2; done"
LIBC = "until nc -z NAME 80; do sleep 2; done"
WAIT4X = "wait4x dns A NAME"


def commands():
    """{contestant: its words}; those that are not to be had here are left out."""
    options = ["-q", "--termination-log=", "--timeout", "0"]
    found = {
        DNS: [bench.tool("wait-for-dns"), *options, "NAME"],
        TCP: [bench.tool("wait-for-tcp"), *options, "NAME:80"],
        NSLOOKUP: [bench.BUSYBOX, "sh", "-c", NSLOOKUP],
    }
    if bench.program("nc.openbsd"):
        found[LIBC] = ["/bin/sh", "-c", LIBC.replace("nc", bench.program("nc.openbsd"), 1)]
    if bench.program("wait4x"):
        found[WAIT4X] = [bench.program("wait4x"), "dns", "A", "NAME", "--timeout", "0"]
    return found


def watch(contestants):
    """{(answer, contestant, kind of name): the times of its questions, from the first one on}"""
    script = "".join(f"{letter}* * {answer}\n" for letter, answer in ANSWERS.values())
    running = {}
    with bench.CountingNames("dns-load", script + "* * NXDOMAIN\n") as server:
        for answer, (letter, _) in ANSWERS.items():
            for number, (contestant, command) in enumerate(contestants.items()):
                for kind, name in NAMES.items():
                    own = f"{letter}{number}{kind[0]}-{name}"
                    words = [word.replace("NAME", own) for word in command]
                    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    running[answer, contestant, kind] = own, process
        time.sleep(PHASES[-1][1] + 2)
        questions = server.questions()
        for _, process in running.values():
            process.kill()
            process.wait()
    times = {}
    for key, (own, _) in running.items():
        mine = [when for when, asked in questions if belongs(asked, own)]
        times[key] = [when - mine[0] for when in mine] if mine else []
    return times


def belongs(asked, own):
    """Whether the question is one for `own`, which is everybody's own up to its first dot."""
    return asked == own or asked.startswith(own + ".")


def in_phases(times):
    """Questions in the first phase, and a second in the others."""
    first, *later = PHASES
    counts = [len([t for t in times if begin <= t < end]) for begin, end in PHASES]
    return [counts[0], *(count / (end - begin) for count, (begin, end) in zip(counts[1:], later))]


def shown(figures):
    return [str(figures[0]), *(f"{each:.2f}" for each in figures[1:])]


def attempts(seconds):
    """How many it takes to notice within 10 % of the time waited and 100 ms, and within 1 s: one every min(0.1 + t/10, 1) s."""
    turn = 9
    return 10 * math.log(1 + min(seconds, turn)) + max(seconds - turn, 0)


def judge(loads):
    """At most the loop's load for names with dots, half of it for short ones. Where one question an attempt is more than that, it
    contradicts what is promised of noticing (30-notice.py): the least is shown beside it."""
    for kind, share in ("full", 1), ("external", 1), ("short", 0.5):
        ours, theirs = loads[JUDGED, DNS, kind], loads[JUDGED, NSLOOKUP, kind]
        for phase, mine, loop in zip(PHASES, ours, theirs):
            title = f"DNS load of wait-for-dns, {kind} name, {phase[0]} to {phase[1]} s: at most {share} of the nslookup loop's"
            least = (attempts(phase[1]) - attempts(phase[0])) / (phase[1] - phase[0] if phase[0] else 1)
            shown_least = f"; one question an attempt is {least:.2f}" if least > share * loop else ""
            bench.limit(title, f"{mine:.2f} against {loop:.2f}{shown_least}", round(mine, 2) <= round(share * loop, 2))


def main():
    contestants = commands()
    times = watch(contestants)
    loads = {key: in_phases(each) for key, each in times.items()}
    head = ["", *(f"{begin}–{end} s{', a second' if begin else ''}" for begin, end in PHASES)]
    lacking = "" if WAIT4X in contestants else " wait4x is not here, and not measured."
    for answer in ANSWERS:
        rows = [
            [f"{contestant}, {kind}", *shown(loads[answer, contestant, kind])] for contestant in contestants for kind in NAMES
        ]
        bench.table(
            f"DNS queries of one waiter: {answer}",
            head,
            rows,
            "Three search domains, ndots:5. short: mydb; full: mydb.default.svc.cluster.local; external: api.example.com. busybox's "
            "nslookup walks the search list for names without dots only, and does not ask for those as they are; nc asks as the C "
            "library does, for each name of the list, A and AAAA." + lacking,
            {f"{contestant}, {kind}": loads[answer, contestant, kind] for contestant in contestants for kind in NAMES},
        )
    judge(loads)


if __name__ == "__main__":
    main()
