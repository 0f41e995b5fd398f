"""The herd: many pods wait for one name and one port, which both come after a while; beside as many busybox loops.

The name is mydb in a pod's search list, the port listens from the same moment on. Counted are the queries that the DNS server gets,
the waiters' CPU and memory (a cgroup's, the kernel's part included), and when the last one has noticed. What 10,000 pods
would do follows from that by multiplication, and is marked so."""

import os
import socket
import subprocess
import threading
import time

import bench

WAITERS = 50 if bench.QUICK else 500
AWAY = 5 if bench.QUICK else 30  # seconds
PATIENCE = AWAY + 60
CLUSTER = 10_000
PORT = 3306
NAME = "mydb.default.svc.cluster.local"
MIB = 1 << 20
LOOP = 'until nslookup -type=a "$1" >/dev/null 2>&1; do sleep 2; done; until "$3" -z "$1" "$2" 2>/dev/null; do sleep 2; done'


class Listener:
    """Accepts, from start() on."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", PORT))
        self.ended = False

    def start(self):
        self.socket.listen(4096)
        self.socket.settimeout(0.1)
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        held = []  # as a database holds them: a connection that is closed at once would not be ready
        while not self.ended:
            try:
                held.append(self.socket.accept()[0])
            except TimeoutError:
                pass

    def stop(self):
        self.ended = True
        self.thread.join()
        self.socket.close()


class Herd(bench.Names):
    """dnsmasq, whose log counts the questions."""

    def __init__(self, label):
        self.log = bench.path(f"herd-{label}.log")
        super().__init__(f"herd-{label}", ["--log-queries", "--log-facility=" + self.log])

    def questions(self):
        with open(self.log) as log:
            return sum(" query[" in line for line in log)

    def appear(self):
        with open(self.hosts + ".name", "w") as out:
            out.write(f"127.0.0.1 {NAME}\n")
        os.rename(self.hosts + ".name", os.path.join(self.hosts, "name"))


def cpu_of_children():
    times = os.times()
    return times.children_user + times.children_system


def end(waiting, begun):
    """When the last one ended, in seconds from `begun`; kills those that have not by then."""
    for process in waiting:
        try:
            process.wait(max(0.1, begun + PATIENCE - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return time.monotonic() - begun


def run(label, command):
    """A herd of `command`; what it cost."""
    with Herd(label) as names, bench.MemoryGroup() as group:
        listener = Listener()
        names_cpu = cpu_seconds(names.process.pid)
        before = names.questions()
        cpu = cpu_of_children()
        begun = time.monotonic()
        waiting = [
            subprocess.Popen([*group.prefix, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(WAITERS)
        ]
        started = time.monotonic() - begun
        time.sleep(max(0, AWAY - started))
        asked = names.questions() - before
        away = time.monotonic() - begun
        ready = time.monotonic()
        listener.start()
        names.appear()
        took = end(waiting, begun) - (ready - begun)
        found = {
            "queries a second": asked / away,
            "server CPU s": cpu_seconds(names.process.pid) - names_cpu,
            "CPU s": cpu_of_children() - cpu,
            "MiB": None if group.refused else group.peak()[0] / MIB,
            "last s": took,
            "failed": sum(process.returncode != 0 for process in waiting),
        }
        listener.stop()
    return found


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(name, found):
    memory = "?" if found["MiB"] is None else f"{found['MiB']:.0f}"
    return [
        name,
        f"{found['queries a second']:.0f}",
        f"{found['server CPU s']:.2f}",
        f"{found['CPU s']:.1f}",
        memory,
        f"{found['last s']:.2f}",
        found["failed"],
    ]


def judge(herds):
    """`herds` of ours: the one that is worst counts."""
    failed = sum(found["failed"] for found in herds)
    last = max(found["last s"] for found in herds)
    bench.limit(f"{WAITERS} waiters: none fails, the last notices within 1.5 s", f"{failed} and {last:.2f} s", failed == 0 and last <= 1.5)
    each = None if any(found["MiB"] is None for found in herds) else max(found["MiB"] for found in herds) / WAITERS
    figure = "?" if each is None else f"{each:.2f} MiB"
    bench.limit(f"{WAITERS} waiters: ≤ 1 MiB of cgroup memory each", figure, None if each is None else each <= 1)


def main():
    options = ["-q", "--termination-log=", "--timeout", f"{PATIENCE}s"]
    herds = {
        "wait-for-tcp mydb:3306": run("tcp", [bench.tool("wait-for-tcp"), *options, f"mydb:{PORT}"]),
        f"wait-for-tcp {NAME}.:3306": run("full", [bench.tool("wait-for-tcp"), *options, f"{NAME}.:{PORT}"]),
        "wait-for-dns mydb": run("dns", [bench.tool("wait-for-dns"), *options, "mydb"]),
    }
    judge(list(herds.values()))
    nc = bench.program("nc")
    if bench.BUSYBOX and nc:
        loop = run("sh", [bench.BUSYBOX, "sh", "-c", LOOP, "sh", NAME + ".", str(PORT), nc])
        herds[f"until nslookup -type=a {NAME}.; until nc -z"] = loop
    head = ["", "DNS queries/s", "server's CPU s", "waiters' CPU s", "MiB in all", "s until the last noticed", "failed"]
    bench.table(
        f"The herd: {WAITERS} waiters for {AWAY} s",
        head,
        [row(name, found) for name, found in herds.items()],
        "dnsmasq's negative answers have no SOA, so all of the search list is asked in each attempt: the queries are the most there can be. The loop asks for the full name and one family, or it would never succeed.",
        herds,
    )
    scale = CLUSTER / WAITERS
    bench.table(
        f"What {CLUSTER:,} pods would do, by multiplication",
        ["", "DNS queries/s", "cores of DNS server", "cores of waiters", "GiB in all"],
        [
            [
                name,
                f"{found['queries a second'] * scale:.0f}",
                f"{found['server CPU s'] / AWAY * scale:.2f}",
                f"{found['CPU s'] / AWAY * scale:.2f}",
                "?" if found["MiB"] is None else f"{found['MiB'] / 1024 * scale:.2f}",
            ]
            for name, found in herds.items()
        ],
        "Not measured: the table above, times " + f"{scale:.0f}. Pods of one node share nothing here, as on a real one.",
    )


if __name__ == "__main__":
    main()
