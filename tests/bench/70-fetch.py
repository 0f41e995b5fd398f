"""fetch-config: a small file, a large one, fifty small ones; beside curl and busybox wget, over http and https."""

import os
import subprocess
import tempfile
import time

import bench

LARGE = (256 << 20) if bench.QUICK else (1 << 30)
SMALL_RUNS = 40 if bench.QUICK else 200
LARGE_RUNS = 2 if bench.QUICK else 5
FIFTY_RUNS = 3 if bench.QUICK else 10
CURL = bench.needed("curl")
NGINX = bench.program("nginx") or "/usr/sbin/nginx"


class Nginx(bench.Server):
    """Plain on port 8080, TLS on 8443; its certificate authority in `ca`."""

    def __init__(self, root):
        self.ca = bench.path("ca.pem")
        key, certificate = bench.path("server.key"), bench.path("server.pem")
        self.make_certificate(key, certificate)
        folders = "".join(
            f"{kind}_temp_path {bench.path('nginx-tmp')};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = bench.path("nginx.conf")
        with open(configuration, "w") as out:
            out.write(
                f"user root; daemon off; worker_processes 1; pid {bench.path('nginx.pid')};"
                f"error_log {bench.path('nginx.log')}; events {{}}"
                f"http {{ access_log off; sendfile on; {folders} root {root};"
                f"ssl_certificate {certificate}; ssl_certificate_key {key};"
                "server { listen 127.0.0.1:8080; } server { listen 127.0.0.1:8443 ssl; } }"
            )
        super().__init__([NGINX, "-c", configuration], stderr=subprocess.DEVNULL)
        time.sleep(1)

    def make_certificate(self, key, certificate):
        extensions = bench.path("extensions")
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


def fetch(*arguments):
    return [bench.tool("fetch-config"), "-q", "--termination-log=", "--max-size", "2Gi", *arguments]


def contestants(url, to, ca):
    found = {
        "fetch-config": fetch("--trust-store", ca, f"{url}={to}") if ca else fetch(f"{url}={to}"),
        "curl": [CURL, "-sSf", *(["--cacert", ca] if ca else []), "-o", to, url],
    }
    if not ca:
        found["busybox wget"] = [bench.BUSYBOX, "wget", "-q", "-O", to, url]
    return found


def compare(title, url, to, runs, ca=None):
    names = contestants(url, to, ca)
    found = dict(zip(names, bench.once(runs, list(names.values()))))
    for name, command in names.items():
        found[name]["kib"] = bench.memory(command)
    ours = found["fetch-config"]
    rows = [
        [name, bench.ms(each["median"]), bench.ms(each["minimum"]), bench.ms(each["cpu"]),
         bench.ratio(each["median"], ours["median"]), each["kib"]]
        for name, each in found.items()
    ]
    bench.table(title, ["", "ms, median", "least", "CPU", "× ours", "KiB peak"], rows, "", found)
    return found


def fifty(root, to):
    urls = [f"http://127.0.0.1:8080/small?{i}" for i in range(50)]
    names = {
        "fetch-config, one run": fetch(*[f"{url}={to}/{i}" for i, url in enumerate(urls)]),
        "curl --parallel, one run": [
            CURL, "-sSf", "--parallel", *[word for i, url in enumerate(urls) for word in ("-o", f"{to}/{i}", url)]],
        "curl, fifty runs": [
            "/bin/sh", "-c", 'i=0; while [ $i -lt 50 ]; do curl -sSf -o "$0/$i" "http://127.0.0.1:8080/small?$i"; '
            "i=$((i + 1)); done", to],
    }
    found = dict(zip(names, bench.once(FIFTY_RUNS, list(names.values()))))
    ours = found["fetch-config, one run"]
    rows = [[name, bench.ms(each["median"]), bench.ms(each["minimum"]), bench.ms(each["cpu"]),
             bench.ratio(each["median"], ours["median"])] for name, each in found.items()]
    bench.table("Fifty files of 1 KB", ["", "ms, median", "least", "CPU", "× ours"], rows, "", found)


def judge(small, large):
    for kind in ("http", "https"):
        ours, curl = (small[kind][name] for name in ("fetch-config", "curl"))
        bench.limit(
            f"fetch-config, 1 KB over {kind}: at most half of curl's time",
            f"{bench.ms(ours['median'])} ms against {bench.ms(curl['median'])} ms",
            ours["median"] <= curl["median"] / 2,
        )
        ours, curl = (large[kind][name] for name in ("fetch-config", "curl"))
        bench.limit(
            f"fetch-config, {LARGE >> 20} MiB over {kind}: as fast as curl (5 % apart)",
            f"{bench.ms(ours['median'])} ms against {bench.ms(curl['median'])} ms",
            ours["median"] <= curl["median"] * 1.05 or ours["minimum"] <= curl["minimum"] * 1.05,
        )
        growth = large[kind]["fetch-config"]["kib"] - small[kind]["fetch-config"]["kib"]
        bench.limit(
            f"fetch-config over {kind}: memory does not grow with the file",
            f"{growth} KiB more for {LARGE >> 20} MiB than for 1 KB",
            growth < 1024,
        )


def main():
    if not CURL or not os.path.exists(NGINX):
        bench.limit("fetch-config beside curl", "curl and nginx are needed", None)
        return
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        root, to = os.path.join(folder, "www"), os.path.join(folder, "to")
        os.mkdir(root)
        os.mkdir(to)
        with open(os.path.join(root, "small"), "wb") as out:
            out.write(b"x" * 1024)
        with open(os.path.join(root, "large"), "wb") as out:
            out.truncate(LARGE)
        with Nginx(root) as nginx:
            small, large = {}, {}
            for kind, base, ca in (("http", "http://127.0.0.1:8080", None), ("https", "https://127.0.0.1:8443", nginx.ca)):
                small[kind] = compare(f"1 KB over {kind}", base + "/small", to + "/small", SMALL_RUNS, ca)
                target = to + "/large" if kind == "http" else "/dev/null"
                large[kind] = compare(f"{LARGE >> 20} MiB over {kind} to {'a tmpfs' if kind == 'http' else target}",
                                      base + "/large", target, LARGE_RUNS, ca)
            fifty(root, to)
    judge(small, large)


if __name__ == "__main__":
    main()
