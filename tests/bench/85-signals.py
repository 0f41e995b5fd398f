"""SIGTERM a thousand times, in every phase of every tool: how long until it has ended, the distribution. And SIGKILL a thousand
times, at random points: fetch-config's target is the old file, the new one, or absent, and the next run leaves no litter.
(copy-agent's random kills, with random trees, are tests/fuzz/copy-agent-random.)"""

import hashlib
import http.server
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import threading
import time

import bench

RUNS = 20 if bench.QUICK else 1000
SEED = 20261121
BIG = 256 << 20


class Silent:
    """A TCP and a UDP port that take everything and answer nothing."""

    def __init__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.tcp_address = f"127.0.0.1:{self.tcp.getsockname()[1]}"
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
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def phases(silent):
    """(label, command, seconds within which it is certainly at it) for each."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    source = bench.path("signals-source")
    os.makedirs(source)
    with open(os.path.join(source, "big"), "wb") as out:
        out.truncate(BIG)
    stalling = serve(Stalling)
    quiet = ["-q", "--termination-log="]
    tcp, dns = bench.tool("wait-for-tcp"), bench.tool("wait-for-dns")
    fetch, tls = bench.tool("fetch-config"), bench.tool("tls-check")
    return closed, [
        ("wait-for-tcp, between attempts", [tcp, *quiet, nobody], 0.2),
        ("wait-for-tcp, holding", [tcp, *quiet, "--hold", "10s", "--attempt-timeout", "20s", silent.tcp_address], 0.2),
        ("wait-for-tcp, resolving", [tcp, *quiet, "--nameserver", silent.udp_address, "mydb:1"], 0.2),
        ("wait-for-dns, resolving", [dns, *quiet, "--nameserver", silent.udp_address, "mydb"], 0.2),
        ("fetch-config, in the body", [fetch, *quiet, f"http://127.0.0.1:{stalling}/f={bench.path('signals-f')}"], 0.2),
        ("fetch-config, waiting for an answer", [fetch, *quiet, f"http://{silent.tcp_address}/f=-"], 0.2),
        ("tls-check, in the handshake", [tls, *quiet, silent.tcp_address], 0.2),
        ("copy-agent, copying", [bench.tool("copy-agent"), *quiet, source, bench.path("signals-dest")], 0.03),
    ]


def terminate(command, within, generator):
    """Milliseconds from SIGTERM to the end, or None when it had ended before; the exit status."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(generator.uniform(0.015, within))
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    status = process.wait()
    return (time.monotonic() - begun) * 1000, status


def sigterm():
    generator = random.Random(SEED)
    silent = Silent()
    kept, kinds = phases(silent)
    each = RUNS // len(kinds)
    rows, found, every = [], {}, []
    for label, command, within in kinds:
        times, wrong = [], 0
        for _ in range(each):
            took, status = terminate(command, within, generator)
            if "copy-agent" in label:
                left = [name for name in os.listdir(bench.path("signals-dest"))] if status == 143 else []
                wrong += bool(left)
                shutil.rmtree(bench.path("signals-dest"), ignore_errors=True)
                if status == 0:
                    continue  # it was done before the signal came
            wrong += status != 143
            times.append(took)
        every += times
        found[label] = times
        rows.append([label, len(times), *quantiles(times), wrong])
    rows.append(["all", len(every), *quantiles(every), sum(row[-1] for row in rows)])
    kept.close()
    bench.table(
        "From SIGTERM to the end, ms",
        ["", "runs", "least", "median", "99 %", "most", "wrong"],
        rows,
        f"Sent at random moments (seed {SEED}). Wrong: another exit code than 143, or something left behind.",
        found,
    )
    bench.limit("SIGTERM: ends within 50 ms, median", f"{statistics.median(every):.2f} ms", statistics.median(every) <= 50)


def quantiles(times):
    if not times:
        return ["?"] * 4
    return [bench.ms(value) for value in (min(times), statistics.median(times), bench.quantile(times, 0.99), max(times))]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def sigkill():
    generator = random.Random(SEED)
    folder = bench.path("signals-killed")
    os.makedirs(folder)
    target = os.path.join(folder, "file")
    whole = {hashlib.sha256(body).digest() for body in Changing.bodies}
    command = [bench.tool("fetch-config"), "-q", "--termination-log=", f"http://127.0.0.1:{serve(Changing)}/f={target}"]
    killed = done = halves = absent = 0
    for _ in range(RUNS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0, 0.012))
        process.kill()
        if process.wait() == 0:
            done += 1
        else:
            killed += 1
        if not os.path.exists(target):
            absent += 1
        elif digest(target) not in whole:
            halves += 1
        if generator.random() < 0.1 and os.path.exists(target):
            os.unlink(target)
    littered = len(os.listdir(folder))
    subprocess.run(command, check=True)
    litter = [name for name in os.listdir(folder) if name != "file"]
    bench.table(
        "SIGKILL at random points of fetch-config",
        ["", "runs"],
        [
            ["killed", killed],
            ["done before", done],
            ["target absent afterwards", absent],
            ["half a file under its own name", halves],
            ["entries beside the target before one more run", max(0, littered - 1)],
            ["and after it", len(litter)],
        ],
        f"A file of 3 MiB (seed {SEED}).",
    )
    bench.limit("SIGKILL: never half a file, no litter after the next run", f"{halves} and {len(litter)}", halves == 0 and not litter)


def main():
    sigterm()
    sigkill()


if __name__ == "__main__":
    main()
