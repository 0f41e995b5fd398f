"""The runs in which tests/faults/run lets system calls fail: what each tool is told, and what it then makes of its folder."""

import dataclasses
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time
import zipfile

SERVERS = pathlib.Path(__file__).resolve().parent.parent / "servers"
USER, GROUP = os.getuid(), os.getgid()
ANYTHING = object()


def nothing(work):
    """What is in a new folder."""


@dataclasses.dataclass
class Case:
    """A run that succeeds, in {folder}. Its words may say that, {work}, a folder in it that is made anew for each run, and `where`
    the servers are."""

    tool: str
    words: str
    wanted: dict = dataclasses.field(default_factory=dict)  # below {work}: a path's bytes, where a link leads, or ANYTHING
    before: callable = nothing  # puts into {work} what is there already
    last: str = ""  # what is changed after all else: once it is new, all is there
    variables: dict = dataclasses.field(default_factory=dict)

    def place(self, folder, servers):
        self.folder, self.work = folder, folder / "work"
        self.arguments = shlex.split(self.words.format(work=self.work, folder=folder, **servers))
        self.fresh()
        self.old = self.files()
        self.wanted = {path: what(folder) if callable(what) else what for path, what in self.wanted.items()}

    def fresh(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        self.before(self.work)

    def entries(self):
        return [path for path in sorted(self.work.rglob("*")) if path.is_symlink() or not path.is_dir()]

    def files(self):
        """What is there under names of its own."""
        return {
            str(path.relative_to(self.work)): os.readlink(path) if path.is_symlink() else path.read_bytes()
            for path in self.entries()
            if ".initkit-" not in str(path.relative_to(self.work))
        }

    def litter(self):
        return [path for path in self.work.rglob("*") if ".initkit-" in path.name]

    def is_right(self):
        found = self.files()
        return found.keys() == self.wanted.keys() and all(self.is_new(path, found[path]) for path in found)

    def is_new(self, path, content):
        return path in self.wanted and self.wanted[path] in (ANYTHING, content)

    def is_whole(self):
        """Everything is as it was or as it is to be."""
        found = self.files()
        if self.last and self.is_new(self.last, found.get(self.last)) and not self.is_right():
            return False
        return all(self.is_new(path, content) or self.old.get(path) == content for path, content in found.items())


def tree(below, jar, more=()):
    """The files of an agent's tree, as `wanted`."""
    found = {"agent.jar": jar, "conf/agent.jar": jar, "conf/deep/one.xml": b"<one>${NAME}</one>\n", "current": "conf", **dict(more)}
    return {below + path: content for path, content in found.items()}


JAR = os.urandom(150_000)
BODY = os.urandom(200_000)
PLAIN = tree("dest/", JAR)
RENDERED = tree("dest/", JAR, {"conf/deep/one.xml": b"<one>value</one>\n"})
NAME = {"NAME": "value"}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def old_file(work):
    write(work / "file", b"old\n")


def plant(root, jar):
    write(root / "agent.jar", jar)
    write(root / "conf/deep/one.xml", b"<one>${NAME}</one>\n")
    (root / "current").symlink_to("conf")
    os.link(root / "agent.jar", root / "conf/agent.jar")


def old_archive(work):
    write(work / "dest/agent.jar", b"old")
    write(work / "dest/conf/agent.jar", b"old")


def old_copy(work):
    """An earlier agent, with a file that is no longer in it."""
    plant(work / "dest", b"old\n")
    write(work / "dest/gone/file", b"old\n")


OLD = tree("dest/", b"old\n", {"gone/file": b"old\n"})


def old_version(work):
    plant(work / "dest/v1", b"old\n")
    (work / "dest/current").symlink_to("v1")


VERSIONS = {**tree("dest/v1/", b"old\n"), **tree("dest/v2/", JAR), "dest/current": "v2"}

# What an API server answers when it is asked for a Job.
JOBS = (
    '/apis/batch/v1/namespaces/shop/jobs 200 text \'{"kind":"JobList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"migrate"},'
    '"status":{"conditions":[{"type":"Complete","status":"True"}]}}]}\'\n'
)

CASES = [
    Case("wait-for-tcp", "--timeout 2s --termination-log {folder}/log localhost:{tcp}"),
    Case("wait-for-tcp", "--timeout 2s --termination-log= --nameserver {dns} --attempt-timeout 500ms --all-addresses --expect READY db.test.:{tcp} [::1]:{tcp6}"),
    Case("wait-for-tcp", "--timeout 2s --termination-log= --stable 20ms --interval 10ms unix:{folder}/socket"),
    Case("wait-for-tcp", "--timeout 2s --termination-log= --protocol redis --password-file {folder}/credentials 127.0.0.1:{redis}"),
    Case("wait-for-dns", "--timeout 2s --termination-log= --nameserver {dns} --attempt-timeout 500ms --write {work}/peers mydb.test.", {"peers": b"192.0.2.7\n"}),
    Case("wait-for-dns", "--timeout 2s --termination-log {folder}/log --nameserver {dns} --attempt-timeout 500ms --tcp mydb.test."),
    Case("wait-for-dns", "--timeout 2s --termination-log= --hosts localhost."),
    Case("wait-for-http", "--timeout 2s --termination-log {folder}/log --expect-json /a=1 http://localhost:{http}/number"),
    Case(
        "wait-for-http",
        "--timeout 2s --termination-log= --trust-store {folder}/localhost.pem --basic-auth-file {folder}/credentials --expect value "
        "--data-file {folder}/password https://localhost:{https}/number",
    ),
    Case("wait-for-http", "--timeout 2s --termination-log= grpc://localhost:{grpc}/shop.Orders"),
    Case("wait-for-ping", "--timeout 2s --termination-log {folder}/log --attempt-timeout 500ms 127.0.0.1 ::1"),
    Case("wait-for-ping", "--timeout 2s --termination-log= --nameserver {dns} --attempt-timeout 500ms --stable 20ms --interval 10ms db.test."),
    Case("wait-for-file", "--timeout 2s --termination-log {folder}/log --stable 20ms --interval 10ms {folder}/credentials {folder}/tree {folder}/socket"),
    Case("wait-for-file", "--timeout 2s --termination-log= --expect secret --min-size 1 {folder}/credentials"),
    Case("wait-for-file", "--timeout 2s --termination-log= --gone {folder}/absent/below"),
    Case(
        "wait-for-kube",
        "--timeout 2s --interval 10ms --termination-log {folder}/log --server http://localhost:{http} --token-file {folder}/password "
        "-n shop job/migrate",
    ),
    Case("fetch-config", "--timeout 2s --termination-log {folder}/log http://localhost:{http}/file={work}/file", {"file": BODY}),
    Case(
        "fetch-config",
        "--timeout 2s --termination-log= --trust-store {folder}/localhost.pem --basic-auth-file {folder}/credentials --mode 0600 "
        f"--owner {USER}:{GROUP} --if-changed https://localhost:{{https}}/file={{work}}/file",
        {"file": BODY},
        old_file,
    ),
    Case(
        "fetch-config",
        "--timeout 2s --termination-log= --render http://127.0.0.1:{http}/text={work}/new/file",
        {"new/file": b"value"},
        variables=NAME,
    ),
    Case("fetch-config", "--timeout 2s --termination-log= --validate json http://127.0.0.1:{http}/json=-"),
    Case("fetch-config", "--timeout 2s --termination-log= --extract file://{folder}/agent.tar.gz={work}/dest", PLAIN),
    Case(
        "fetch-config",
        "--timeout 2s --termination-log= http://127.0.0.1:{http}/file={work}/file http://127.0.0.1:{http}/file={work}/other",
        {"file": BODY, "other": BODY},
        old_file,
    ),
    Case(
        "fetch-config", "--timeout 2s --termination-log= --extract file://{folder}/agent.tar.gz={work}/dest", PLAIN, old_archive
    ),
    Case("fetch-config", "--timeout 2s --termination-log= --extract file://{folder}/agent.zip={work}/dest", {"dest/agent.jar": JAR}),
    Case("copy-agent", "--termination-log {folder}/log --jobs 1 {folder}/tree {work}/dest", PLAIN),
    Case(
        "copy-agent",
        "--termination-log= --jobs 1 --prune --sync --verify --mode a+rX --for-uid 1001 --render **/*.xml tree work/dest",
        RENDERED,
        old_copy,
        variables=NAME,
    ),
    Case(
        "copy-agent",
        f"--termination-log= --jobs 1 --owner {USER}:{GROUP} --version-dir v2 {{folder}}/tree {{work}}/dest",
        VERSIONS,
        old_version,
        last="dest/current",
    ),
    Case("copy-agent", "--termination-log= --jobs 1 --dry-run --prune {folder}/tree {work}/dest", OLD, old_copy),
    Case(
        "copy-agent",
        "--termination-log= --jobs 1 --render *.xml --render-files {folder} {folder}/templates {work}/dest",
        {"dest/one.xml": b"changeit"},
    ),
    Case("copy-agent", "--termination-log= --jobs 2 {folder}/tree {work}/dest", PLAIN),
    Case("copy-agent", "--termination-log= tree/agent.jar work/agent.jar", {"agent.jar": JAR}),
    Case("initkit run", "run --timeout 5s --termination-log {folder}/log wait-for-tcp localhost:{tcp} --and wait-for-tcp localhost:{tcp}"),
    Case("copy-agent", "--termination-log= --install work", {"copy-agent": lambda folder: (folder / "copy-agent").read_bytes()}),
    Case("tls-check", "--timeout 2s --termination-log {folder}/log --show-chain --trust-store {folder}/localhost.pem localhost:{tls}"),
    Case(
        "tls-check",
        "--timeout 2s --termination-log= --trust-store {folder}/store.p12 --trust-store-password-file {folder}/password "
        "--starttls smtp --report {work}/report --export-chain {work}/chain.pem 127.0.0.1:{smtp}",
        {"report": ANYTHING, "chain.pem": ANYTHING},
    ),
]


# --- what they need ---


def prepare(folder, binaries):
    """The files that the cases read."""
    (folder / "log").touch()
    write(folder / "www/file", BODY)
    write(folder / "credentials", b"user:secret")
    write(folder / "password", b"changeit\n")
    plant(folder / "tree", JAR)
    write(folder / "templates/one.xml", f"${{file:{folder}/password}}".encode())
    shutil.copy(binaries / "copy-agent", folder)
    script = [
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout localhost.key -out localhost.pem",
        "openssl pkcs12 -export -nokeys -in localhost.pem -passout pass:changeit -out store.p12",
        "tar -C tree -czf agent.tar.gz .",
    ]
    for line in script:
        subprocess.run(line.split(), cwd=folder, stderr=subprocess.DEVNULL, check=True)
    with zipfile.ZipFile(folder / "agent.zip", "w") as archive:
        archive.writestr("agent.jar", JAR)
    (folder / "both.pem").write_bytes((folder / "localhost.pem").read_bytes() + (folder / "localhost.key").read_bytes())
    (folder / "script").write_text("/file 200 file www/file\n/text 200 text ${NAME}\n/json 200 text {}\n/number 200 text '{\"a\":1,\"b\":\"value\"}'\n" + JOBS)
    (folder / "zone").write_text("mydb.test A 192.0.2.7\nmydb.test * NODATA\ndb.test A 127.0.0.1\ndb.test * NODATA\n* * NXDOMAIN\n")


class Servers:
    """Those that the cases talk to; `where` is what their words may say. They end with the block."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        (http,) = self.start("http", "--log", "requests", "script")
        (https,) = self.start("http", "--cert", "both.pem", "script", label="https")
        (grpc,) = self.start("http2", "head message:1 trailers:grpc-status=0")
        (dns,) = self.start("dns", "zone")
        pong = "127.0.0.1:0 read PING say '+OK\\r\\n+PONG\\r\\n' hold"
        tcp, tcp6, _, redis = self.start("tcp", "127.0.0.1:0 say READY hold", "[::1]:0 say READY hold", "unix:socket", pong, label="tcp")
        tls, smtp = self.start("tls", "--certificates", ".", "localhost status=200", "localhost speaks=smtp")
        self.where = {"http": http, "https": https, "dns": f"127.0.0.1:{dns}", "tcp": tcp, "tcp6": tcp6, "redis": redis}
        self.where |= {"tls": tls, "smtp": smtp, "grpc": grpc}

    def start(self, name, *arguments, label=None):
        """Starts tests/servers/NAME.py; its ports."""
        ready = self.folder / f"{label or name}.ready"
        command = [sys.executable, SERVERS / f"{name}.py", "--ready", ready, "--life", "3000", *arguments]
        self.started.append(subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for _ in range(200):
            if ready.exists():
                return ready.read_text().split()
            time.sleep(0.05)
        sys.exit(f"faults: {name}.py does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.started:
            server.kill()
            server.wait()
