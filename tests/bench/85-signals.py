"""SIGTERM a thousand times for each tool, in every phase: how long until it has ended, the distribution. And at random points, until a
thousand runs have died of it, SIGKILL: fetch-config's target is the old file, the new one, or absent, and the next run leaves no litter;
copy-agent's files are each whole, and the next run ends with SOURCE's tree (tests/fuzz/copy-agent-random, with random trees)."""

import collections
import contextlib
import hashlib
import http.server
import os
import random
import re
import select
import shutil
import signal
import socket
import socketserver
import statistics
import subprocess
import sys
import threading
import time

import bench

RUNS = 20 if bench.QUICK else 1000
SEED = 20261121
BIG = 256 << 20


def start(server):
    """Its port."""
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Deaf(socketserver.BaseRequestHandler):
    """Reads until the client hangs up."""

    def handle(self):
        with contextlib.suppress(OSError):
            while self.request.recv(65536):
                pass


class Silent:
    """A TCP and a UDP port that take everything and answer nothing. Connections are accepted: those that nobody accepts would fill the
    queue of the port, and later clients would only wait for a connection."""

    def __init__(self):
        self.tcp_address = f"127.0.0.1:{start(socketserver.ThreadingTCPServer(('127.0.0.1', 0), Deaf))}"
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp_address = f"127.0.0.1:{self.udp.getsockname()[1]}"


class Stalling(http.server.BaseHTTPRequestHandler):
    """Promises a mebibyte, and sends a thousand bytes."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 20))
        self.end_headers()
        self.wfile.write(b"x" * 1000)
        time.sleep(3)

    def log_message(self, *_):
        pass


class Changing(http.server.BaseHTTPRequestHandler):
    """One of two files by turns."""

    bodies = [bytes([byte]) * (3 << 20) for byte in b"ab"]
    number = 0

    def do_GET(self):
        body = self.bodies[Changing.number % 2]
        Changing.number += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def serve(handler):
    return start(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))


def runs_as_first(silent, nobody, source):
    """initkit run as PID 1, with steps of each kind under way; nothing where there are no PID namespaces, or no real time."""
    first = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run(["chrt", "--fifo", "10", *first, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return []
    run = [*first, bench.tool("initkit"), "run", "-q", "--termination-log="]
    dns = ["--nameserver", silent.udp_address]
    waits = ["wait-for-tcp", nobody, "--and", "wait-for-tcp", *dns, "mydb:1", "--and", "wait-for-dns", *dns, "mydb"]
    talks = ["tls-check", silent.tcp_address, "--and", "fetch-config", f"http://{silent.tcp_address}/f=-"]
    copies = ["wait-for-tcp", "--hold", "0", silent.tcp_address, "--then", "copy-agent", source, bench.path("signals-dest")]
    return [
        ("initkit run, as PID 1, five waits", [*run, *waits, "--and", *talks], 0.06),
        ("initkit run, as PID 1, copying", [*run, *copies], 0.03),
    ]


def phases(silent):
    """(label, command, the seconds within which it is stopped) for each; a label begins with the tool's name."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    source = bench.path("signals-source")
    os.makedirs(source)
    with open(os.path.join(source, "big"), "wb") as out:
        out.truncate(BIG)
    stalling = serve(Stalling)
    quiet = ["-q", "--termination-log="]
    tcp, dns, file = bench.tool("wait-for-tcp"), bench.tool("wait-for-dns"), bench.tool("wait-for-file")
    http, kube = bench.tool("wait-for-http"), bench.tool("wait-for-kube")
    fetch, tls = bench.tool("fetch-config"), bench.tool("tls-check")
    paths = [
        ("wait-for-tcp, between attempts", [tcp, *quiet, nobody], 0.06),
        ("wait-for-tcp, holding", [tcp, *quiet, "--hold", "10s", "--attempt-timeout", "20s", silent.tcp_address], 0.06),
        ("wait-for-tcp, resolving", [tcp, *quiet, "--nameserver", silent.udp_address, "mydb:1"], 0.06),
        ("wait-for-dns, resolving", [dns, *quiet, "--nameserver", silent.udp_address, "mydb"], 0.06),
        ("wait-for-http, waiting for an answer", [http, *quiet, f"http://{silent.tcp_address}/"], 0.06),
        ("wait-for-ping, resolving", [bench.tool("wait-for-ping"), *quiet, "--nameserver", silent.udp_address, "mydb"], 0.06),
        ("wait-for-file, between attempts", [file, *quiet, bench.path("signals-absent")], 0.06),
        ("wait-for-kube, waiting for a list", [kube, *quiet, "--server", f"http://{silent.tcp_address}", "-n", "shop", "job/a"], 0.06),
        ("fetch-config, in the body", [fetch, *quiet, f"http://127.0.0.1:{stalling}/f={bench.path('signals-f')}"], 0.06),
        ("fetch-config, waiting for an answer", [fetch, *quiet, f"http://{silent.tcp_address}/f=-"], 0.06),
        ("tls-check, in the handshake", [tls, *quiet, silent.tcp_address], 0.06),
        ("copy-agent, copying", [bench.tool("copy-agent"), *quiet, source, bench.path("signals-dest")], 0.03),
    ]
    paths += runs_as_first(silent, nobody, source)
    missing = set(bench.tools()) - {label.split(",")[0] for label, _, _ in paths}
    if missing:
        sys.exit(f"85-signals: no path of {', '.join(sorted(missing))} is stopped here")
    return closed, paths


def first_in_namespace(pid):
    """The child of unshare, once it is the tool; unshare itself if it has none any more."""
    while os.path.exists(f"/proc/{pid}/exe"):
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            for child in children.read().split():
                try:
                    if os.readlink(f"/proc/{child}/exe") == bench.tool("initkit"):
                        return int(child)
                except OSError:
                    pass
        time.sleep(0.0005)
    return pid


def terminate(command, within, generator):
    """Milliseconds from SIGTERM to the end, or None when it had ended before; the exit status."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # It is waited for by a descriptor of its own: what unshare does after it, and the kernel, with the namespace, takes its time.
    whom = os.pidfd_open(first_in_namespace(process.pid) if command[0] == "unshare" else process.pid)
    time.sleep(generator.uniform(0.015, within))
    begun = time.monotonic()
    try:
        signal.pidfd_send_signal(whom, signal.SIGTERM)
    except ProcessLookupError:
        pass
    select.select([whom], [], [])
    took = (time.monotonic() - begun) * 1000
    os.close(whom)
    return took, process.wait()


@contextlib.contextmanager
def real_time():
    """This thread, and what it starts, goes before all else on the machine: what other programs cost does not count."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def left_behind(folder):
    """Of a copy that was stopped: anything but the whole file, whose copy may have been complete when the signal came."""
    with os.scandir(folder) if os.path.exists(folder) else contextlib.nullcontext([]) as entries:
        return any(entry.name != "big" or entry.stat().st_size != BIG for entry in entries)


def terminate_often(label, command, within, runs, generator):
    """The milliseconds of each run, and how many went wrong: another exit code than 143, or something left behind."""
    times, wrong = [], 0
    while len(times) < runs:
        took, status = terminate(command, within, generator)
        if "copying" in label:
            wrong += status == 143 and left_behind(bench.path("signals-dest"))
            shutil.rmtree(bench.path("signals-dest"), ignore_errors=True)
            if status == 0:
                continue  # it was done before the signal came
        wrong += status != 143
        times.append(took)
    return times, wrong


def sigterm():
    generator = random.Random(SEED)
    silent = Silent()
    kept, kinds = phases(silent)
    phases_of = collections.Counter(label.partition(",")[0] for label, _, _ in kinds)
    rows, found, every = [], {}, []
    for label, command, within in kinds:
        runs = -(-RUNS // phases_of[label.partition(",")[0]])
        with real_time() if label.startswith("initkit run") else contextlib.nullcontext():
            times, wrong = terminate_often(label, command, within, runs, generator)
        every += times
        found[label] = times
        rows.append([label, len(times), *quantiles(times), wrong])
    wrong = sum(row[-1] for row in rows)
    rows.append(["all", len(every), *quantiles(every), wrong])
    kept.close()
    bench.table(
        "From SIGTERM to the end, ms",
        ["", "runs", "least", "median", "90 %", "99 %", "most", "wrong"],
        rows,
        f"Sent at random moments (seed {SEED}). Wrong: another exit code than 143, or something left behind. "
        "initkit run in real time (SCHED_FIFO).",
        found,
    )
    firsts = [took for label, times in found.items() if label.startswith("initkit run") for took in times]
    if firsts:
        most = max(firsts)
        bench.limit(f"initkit run as PID 1, SIGTERM {len(firsts)} times: all has ended within 50 ms", f"{most:.2f} ms", most <= 50)
    median = statistics.median(every)
    bench.limit("SIGTERM: ends with 143, nothing left, within 50 ms, median", f"{median:.2f} ms, {wrong} wrong", median <= 50 and wrong == 0)


def quantiles(times):
    if not times:
        return ["?"] * 5
    shares = [bench.quantile(times, share) for share in (0.9, 0.99)]
    return [bench.ms(value) for value in (min(times), statistics.median(times), *shares, max(times))]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def kill_fetch():
    """Until RUNS runs have died of it: what was found after each, and at the end."""
    generator = random.Random(SEED)
    folder = bench.path("signals-killed")
    os.makedirs(folder)
    target = os.path.join(folder, "file")
    whole = {hashlib.sha256(body).digest() for body in Changing.bodies}
    command = [bench.tool("fetch-config"), "-q", "--termination-log=", f"http://127.0.0.1:{serve(Changing)}/f={target}"]
    found = collections.Counter()
    while found["killed"] < RUNS:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0, 0.012))
        process.kill()
        found["done" if process.wait() == 0 else "killed"] += 1
        if not os.path.exists(target):
            found["absent"] += 1
        elif digest(target) not in whole:
            found["halves"] += 1
        if generator.random() < 0.1 and os.path.exists(target):
            os.unlink(target)
    found["litter before"] = sum(name != "file" for name in os.listdir(folder))
    subprocess.run(command, check=True)
    found["litter"] = sum(name != "file" for name in os.listdir(folder))
    return found


def sigkill_fetch():
    found = kill_fetch()
    bench.table(
        "SIGKILL at random points of fetch-config",
        ["", "runs"],
        [
            ["killed", found["killed"]],
            ["done before", found["done"]],
            ["target absent afterwards", found["absent"]],
            ["half a file under its own name", found["halves"]],
            ["entries beside the target before one more run", found["litter before"]],
            ["and after it", found["litter"]],
        ],
        f"A file of 3 MiB (seed {SEED}).",
    )
    halves, litter = found["halves"], found["litter"]
    bench.limit(
        f"fetch-config, SIGKILL {found['killed']} times: never half a file, no litter after the next run",
        f"{halves} and {litter}",
        halves == 0 and litter == 0,
    )


def sigkill_copy():
    script = os.path.join(bench.TESTS, "fuzz", "copy-agent-random")
    command = [sys.executable, script, "--kills", str(RUNS), "--seed", str(SEED), bench.tool("copy-agent")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    said = done.stdout.strip()
    rounds, killed = map(int, re.match(r"(\d+) rounds, (\d+) runs killed", said).groups()) if done.returncode == 0 else (0, 0)
    bench.table(
        "SIGKILL at random points of copy-agent",
        ["", "number"],
        [
            ["killed", killed],
            ["random trees, each mended by a run at the end", rounds],
            ["files that were half, trees that were not SOURCE's, things touched outside", 0 if done.returncode == 0 else said],
        ],
        f"Looked at after each kill (seed {SEED}); trees with links, holes, hard cases of names and modes, DESTs that were spoilt.",
    )
    bench.limit(f"copy-agent, SIGKILL {RUNS} times: every file whole, the next run mends all", said, done.returncode == 0)


def main():
    sigterm()
    sigkill_fetch()
    sigkill_copy()


if __name__ == "__main__":
    main()
