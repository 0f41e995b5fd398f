"""Many wait-for-kube that wait for one Service, at an API server of our own over TLS.

Counted is what the server is asked for: one list and one watch each, and nothing more, as the Service is ready within 15 s. One beside kubectl is
in 25-http-once.py."""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request

import bench

WAITERS = 100 if bench.QUICK else 1000
PATIENCE = 240  # seconds
SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"
SLICE = {
    "metadata": {"name": "mydb-a", "namespace": "shop", "labels": {"kubernetes.io/service-name": "mydb"}},
    "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}],
}


class ApiServer(bench.Server):
    """The tests' own, over TLS with a certificate of its own."""

    def __init__(self):
        self.log, self.authority = bench.path("kube.log"), bench.path("kube.pem")
        ready, both = bench.path("kube.ready"), bench.path("kube.both")
        subprocess.run(
            [
                *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=kube"],
                *["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", bench.path("kube.key"), "-out", self.authority],
            ],
            stderr=subprocess.DEVNULL,
            check=True,
        )
        with open(both, "w") as out:
            for part in (self.authority, bench.path("kube.key")):
                with open(part) as text:
                    out.write(text.read())
        server = os.path.join(bench.TESTS, "servers", "kube.py")
        super().__init__([sys.executable, server, "--ready", ready, "--log", self.log, "--cert", both, "--life", "1800"])
        while not os.path.exists(ready):
            time.sleep(0.01)
        with open(ready) as port:
            self.url = f"https://127.0.0.1:{port.read().strip()}"

    def put(self, path, thing):
        context = ssl.create_default_context(cafile=self.authority)
        body = json.dumps({"path": path, "object": thing}).encode()
        urllib.request.urlopen(urllib.request.Request(self.url + "/-/put", body), context=context).close()

    def asked(self):
        """(lists, watches, others) of the API so far."""
        requests = []
        if os.path.exists(self.log):
            with open(self.log) as log:
                requests = [json.loads(line) for line in log if line.endswith("\n")]
        watches = sum("watch" in each["query"] for each in requests)
        lists = sum("limit" in each["query"] for each in requests)
        return lists, watches, len(requests) - lists - watches

    def tool(self, *arguments):
        options = ["-q", "--termination-log=", "--trust-store", self.authority, "--server", self.url, "-n", "shop"]
        return [bench.tool("wait-for-kube"), *options, *arguments]


def herd(server):
    with bench.MemoryGroup() as group:
        times = os.times()
        waiting = [
            subprocess.Popen([*group.prefix, *server.tool("--timeout", f"{PATIENCE}s", "service/mydb")], stderr=subprocess.DEVNULL)
            for _ in range(WAITERS)
        ]
        end = time.monotonic() + PATIENCE
        while server.asked()[1] < WAITERS and time.monotonic() < end:
            time.sleep(0.1)
        begun = time.monotonic()
        server.put(SLICES, SLICE)
        failed = sum(process.wait() != 0 for process in waiting)
        last = time.monotonic() - begun
        spent = os.times()
        peak = None if group.refused else group.peak()[0] / (1 << 20)
    lists, watches, others = server.asked()
    cpu = spent.children_user + spent.children_system - times.children_user - times.children_system
    each = "?" if peak is None else f"{peak / WAITERS:.2f}"
    bench.table(
        f"{WAITERS} that wait for one Service",
        ["", "lists", "watches", "other requests", "CPU ms each", "MiB of cgroup memory each", "s until the last noticed"],
        [["wait-for-kube service/mydb", lists, watches, others, f"{cpu * 1000 / WAITERS:.1f}", each, f"{last:.2f}"]],
        "Over TLS; the server is the tests' own, in Python, and takes most of the time until the last one notices.",
        {"lists": lists, "watches": watches, "others": others, "MiB": peak, "cpu": cpu, "last": last, "failed": failed},
    )
    bench.limit(
        f"{WAITERS} waiters: one list and one watch each, and none fails",
        f"{lists} lists, {watches} watches, {others} others, {failed} failed",
        (lists, watches, others, failed) == (WAITERS, WAITERS, 0, 0),
    )
    bench.limit(f"{WAITERS} waiters: ≤ 6 MiB of cgroup memory each", f"{each} MiB", None if peak is None else peak / WAITERS <= 6)


def main():
    with ApiServer() as server:
        herd(server)


if __name__ == "__main__":
    main()
