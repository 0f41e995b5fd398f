"""What the subjects of the benchmark share: measuring, servers, tables, limits.

A subject makes tables (`table`) and judges limits (`limit`); both go to standard error at once, so that one sees the run
go on, and to a file from which report.py makes the document at the end.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

WORK = os.environ["BENCH_WORK"]
QUICK = bool(os.environ.get("BENCH_QUICK"))
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MEASURE = os.path.join(WORK, "measure")
RECORDS = os.path.join(WORK, "records.json")


def tool(name):
    return os.path.join(WORK, "bin", name)


def tools():
    """All their names."""
    return subprocess.run([tool("initkit"), "--list"], capture_output=True, text=True, check=True).stdout.split()


def program(name):
    """The path of something that the tools are compared with; None if it is not there."""
    return shutil.which(name)


def needed(name):
    """The same of something without which a subject measures nothing: the run ends with a line that names it."""
    found = program(name)
    if not found:
        sys.exit(f"bench: {name} is not installed here; tests/bench/packages lists what is needed")
    return found


def path(name):
    return os.path.join(WORK, name)


BUSYBOX = needed("busybox")
NGINX = program("nginx") or "/usr/sbin/nginx"


# --- measuring ---


def run_measure(arguments, prefix=()):
    done = subprocess.run([*prefix, MEASURE, *map(str, arguments)], stdout=subprocess.PIPE, check=True, text=True)
    return [[int(word) for word in line.split()] for line in done.stdout.splitlines()]


def once(runs, commands, status=0):
    """Runs all commands by turns. A dict for each: milliseconds of every run, their median, quartile and minimum, CPU."""
    words = []
    for command in commands:
        words += [*command, ";"]
    found = [{"times": [], "cpu": []} for _ in commands]
    for number, wall, cpu, got in run_measure(["once", runs, *words[:-1]]):
        if got != status:
            sys.exit(f"bench: {' '.join(commands[number])}: exit status {got}, not {status}")
        found[number]["times"].append(wall / 1000)
        found[number]["cpu"].append(cpu / 1000)
    for each in found:
        each["median"] = statistics.median(each["times"])
        each["quartile"] = quantile(each["times"], 0.25)
        each["minimum"] = min(each["times"])
        each["cpu"] = statistics.median(each["cpu"])
    return found


def once_table(title, found, ours, note):
    """The table of what `once` found, {name: dict, with "kib" from memory()}, as ratios to the one named `ours`."""
    base = found[ours]
    rows = [
        [
            name,
            *(ms(each[key]) for key in ("median", "quartile", "minimum", "cpu")),
            ratio(each["quartile"], base["quartile"]),
            each["kib"],
            ratio(each["kib"], base["kib"]),
        ]
        for name, each in found.items()
    ]
    table(
        title,
        ["", "ms, median", "lower quartile", "least", "CPU", "× ours", "KiB peak", "× ours"],
        rows,
        "Ratios are of the lower quartiles, which other work on the machine disturbs least. " + note,
        found,
    )


def memory(command):
    """KiB that the largest process of the command had resident at its peak; the largest of five runs."""
    return max(run_measure(["memory", *command])[0][0] for _ in range(5))


def notice_start(command, after, runs=1, spread=0, targets=1, rename=None, prefix=()):
    """Begins runs that become ready `after` seconds from their start (see measure.c)."""
    how = ["rename", *rename] if rename else ["listen"]
    words = [*prefix, MEASURE, "notice", runs, int(after * 1000), spread, targets, *how, *command]
    return subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, text=True)


def notice_end(process):
    """For every run: seconds until ready, seconds from then until it ended, CPU seconds, exit status."""
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit("bench: measure notice failed")
    lines = [[int(word) for word in line.split()] for line in output.splitlines()]
    return [(ready / 1e6, ended / 1e6, cpu / 1e6, status) for ready, ended, cpu, status in lines]


# --- servers ---


class Server:
    """A process that ends with the block."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen(command, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class OpenPort(Server):
    """Accepts connections; `address` is where."""

    def __init__(self):
        super().__init__([MEASURE, "serve"], stdout=subprocess.PIPE, text=True)
        self.address = "127.0.0.1:" + self.process.stdout.readline().strip()
        self.port = self.address.partition(":")[2]


class Names(Server):
    """A real DNS server on port 53 that knows the names in the files of `hosts`, and says NXDOMAIN for all others."""

    def __init__(self, hosts, more=()):
        self.hosts = path(hosts)
        os.makedirs(self.hosts)
        super().__init__(
            [
                program("dnsmasq") or "/usr/sbin/dnsmasq",
                "--no-daemon",  # nor any change of user, which is refused inside a user namespace
                "--conf-file=/dev/null",
                "--pid-file=",
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                "--address=/#/",
                "--cache-size=10000",
                "--hostsdir=" + self.hosts,
                *more,
            ],
            stderr=subprocess.DEVNULL,
        )
        self.wait_until_up()

    def wait_until_up(self):
        for _ in range(200):
            probe = [tool("wait-for-dns"), "-q", "--gone", "--timeout", "100ms", "--termination-log=", "up.test."]
            if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0:
                return
        sys.exit("bench: dnsmasq does not answer")

    def add(self, name, file="known"):
        """The name is there from now on."""
        self.prepare([name], file)
        os.rename(self.hosts + "." + file, os.path.join(self.hosts, file))
        subprocess.run([tool("wait-for-dns"), "-q", "--timeout", "5s", "--termination-log=", name + "."], check=True)

    def prepare(self, names, file):
        """A file that makes the names known once it is renamed into the directory; the arguments of that rename."""
        with open(self.hosts + "." + file, "w") as out:
            out.write("".join(f"192.0.2.1 {name}\n" for name in names))
        return self.hosts + "." + file, os.path.join(self.hosts, file)


class Nginx(Server):
    """Plain on port 8080, TLS on 8443; its certificate authority in `ca`. What is in packed/ is served from its .gz file to who
    asks for gzip."""

    def __init__(self, root):
        self.ca = path("ca.pem")
        key, certificate = path("server.key"), path("server.pem")
        self.make_certificate(key, certificate)
        folders = "".join(
            f"{kind}_temp_path {path('nginx-tmp')};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = path("nginx.conf")
        with open(configuration, "w") as out:
            out.write(
                f"user root; daemon off; worker_processes 1; pid {path('nginx.pid')};"
                f"error_log {path('nginx.log')}; events {{}}"
                f"http {{ access_log off; sendfile on; {folders} root {root};"
                f"ssl_certificate {certificate}; ssl_certificate_key {key}; gzip_static on;"
                "server { listen 127.0.0.1:8080; } server { listen 127.0.0.1:8443 ssl; } }"
            )
        super().__init__([NGINX, "-c", configuration], stderr=subprocess.DEVNULL)
        time.sleep(1)

    def make_certificate(self, key, certificate):
        extensions = path("extensions")
        with open(extensions, "w") as out:
            out.write("subjectAltName=IP:127.0.0.1\n")
        new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj"]
        for command in (
            [*new, "/CN=bench", "-x509", "-days", "2", "-keyout", self.ca + ".key", "-out", self.ca],
            [*new, "/CN=127.0.0.1", "-keyout", key, "-out", certificate + ".csr"],
            ["openssl", "x509", "-req", "-in", certificate + ".csr", "-CA", self.ca, "-CAkey", self.ca + ".key",
             "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate],
        ):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class CountingNames(Server):
    """The tests' DNS server, which gives the answers of a zone script (tests/servers/dns.py) and writes every question down."""

    def __init__(self, name, script):
        self.log = path(name + ".questions")
        ready, zone = path(name + ".ready"), path(name + ".zone")
        with open(zone, "w") as out:
            out.write(script)
        server = os.path.join(TESTS, "servers", "dns.py")
        super().__init__(
            [sys.executable, server, "--listen", "127.0.0.1:53", "--ready", ready, "--log", self.log, zone]
        )
        while not os.path.exists(ready):
            time.sleep(0.01)

    def questions(self):
        """(seconds since its start, name) of each."""
        with open(self.log) as log:
            lines = [line.split() for line in log]
        return [(float(words[0]), words[3]) for words in lines if len(words) == 5]


# --- memory cgroups ---


class MemoryGroup:
    """A memory cgroup, v1 or v2, in which a command's memory is counted, the kernel's part of it too.

    `prefix` is what to put in front of the command. `refused` says why there is none, where none can be made."""

    def __init__(self, limit=None):
        self.refused = None
        self.directory = self.find_parent() + f"/initkit-bench-{os.getpid()}"
        self.v1 = "/memory/" in self.directory
        try:
            os.mkdir(self.directory)
            if limit:
                self.write("memory.limit_in_bytes" if self.v1 else "memory.max", limit)
            self.read("memory.max_usage_in_bytes" if self.v1 else "memory.peak")
        except OSError as error:
            self.refused = f"no memory cgroup can be made here ({error.strerror})"
        script = 'echo $$ >"$0/cgroup.procs" && exec "$@"'
        self.prefix = [] if self.refused else ["/bin/sh", "-c", script, self.directory]

    @staticmethod
    def find_parent():
        if os.path.isdir("/sys/fs/cgroup/memory"):
            return "/sys/fs/cgroup/memory"
        return "/sys/fs/cgroup"

    def write(self, file, value):
        with open(os.path.join(self.directory, file), "w") as out:
            out.write(str(value))

    def read(self, file):
        with open(os.path.join(self.directory, file)) as lines:
            return int(lines.read())

    def peak(self):
        """Bytes at the peak: of all, and of the kernel's part (None where it is not told)."""
        if self.v1:
            return self.read("memory.max_usage_in_bytes"), self.read("memory.kmem.max_usage_in_bytes")
        return self.read("memory.peak"), None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _ in range(50):
            try:
                os.rmdir(self.directory)
                return
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.02)


# --- telling ---


def record(entry):
    with open(RECORDS, "a") as out:
        out.write(json.dumps(entry) + "\n")


def layout(head, rows):
    """A Markdown table whose columns are lined up."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells, fill=" "):
        padded = [cells[0].ljust(widths[0], fill)] + [c.rjust(w, fill) for c, w in zip(cells[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"

    rule = "| " + " | ".join(["-" * widths[0]] + ["-" * (w - 1) + ":" for w in widths[1:]]) + " |"
    return "\n".join([line(head), rule, *map(line, rows)])


def table(title, head, rows, note="", data=None):
    text = f"## {title}\n\n{layout(head, rows)}\n"
    if note:
        text += f"\n{note}\n"
    record({"kind": "table", "text": text, "title": title, "data": data})
    print(text, file=sys.stderr)


def limit(what, figure, reached):
    """A limit to reach; `reached` is None where it could not be measured."""
    word = "NOT MEASURED" if reached is None else "REACHED" if reached else "MISSED"
    record({"kind": "limit", "what": what, "figure": figure, "verdict": word})
    print(f"{word}: {what}: {figure}\n", file=sys.stderr)


def ms(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def ratio(value, base):
    return f"{value / base:.2f}"


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
