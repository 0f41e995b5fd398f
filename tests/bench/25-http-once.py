"""wait-for-http at a URL that answers, and wait-for-kube at an object that is ready: the whole process, beside curl and kubectl."""

import json
import os
import sys
import tempfile
import time
import urllib.request

import bench

RUNS = 60 if bench.QUICK else 300
KUBECTL_RUNS = 5 if bench.QUICK else 20
KUBE_MOST = 6 * 1024  # KiB
JOBS = "/apis/batch/v1/namespaces/shop/jobs"
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "migrate", "namespace": "shop"},
    "spec": {},
    "status": {"conditions": [{"type": "Complete", "status": "True"}]},
}


def measure(contestants, runs):
    found = dict(zip(contestants, bench.once(runs, list(contestants.values()))))
    for name, command in contestants.items():
        found[name]["kib"] = bench.memory(command)
    return found


def compare(kind, url, ca, share):
    wait = [bench.tool("wait-for-http"), "-q", "--termination-log=", *(["--trust-store", ca] if ca else []), url]
    curl = [bench.needed("curl"), "-sSf", *(["--cacert", ca] if ca else []), "-o", "/dev/null", url]
    found = measure({"wait-for-http": wait, "curl": curl}, RUNS)
    bench.once_table(f"A URL that answers, over {kind}", found, "wait-for-http", "")
    ours, theirs = found["wait-for-http"], found["curl"]
    bench.limit(
        f"wait-for-http over {kind}: at most {share:.2f} of curl's CPU time",
        f"{bench.ms(ours['cpu'])} ms against {bench.ms(theirs['cpu'])} ms",
        ours["cpu"] <= theirs["cpu"] * share,
    )
    bench.limit(
        f"wait-for-http over {kind}: at most a third of curl's memory",
        f"{ours['kib']} KiB against {theirs['kib']} KiB",
        ours["kib"] * 3 <= theirs["kib"],
    )


class Kube(bench.Server):
    """The tests' API server, with a Job that is complete; `url` is where."""

    def __init__(self):
        ready = bench.path("kube.ready")
        super().__init__([sys.executable, os.path.join(bench.TESTS, "servers", "kube.py"), "--ready", ready, "--life", "600"])
        while not os.path.exists(ready):
            time.sleep(0.01)
        with open(ready) as port:
            self.url = f"http://127.0.0.1:{port.read().strip()}"
        body = json.dumps({"path": JOBS, "object": JOB}).encode()
        urllib.request.urlopen(self.url + "/-/put", body).close()


def compare_kube():
    with Kube() as kube:
        wait = [bench.tool("wait-for-kube"), "-q", "--termination-log=", "--server", kube.url, "-n", "shop", "job/migrate"]
        found = measure({"wait-for-kube": wait}, RUNS)
        if bench.program("kubectl"):
            kubectl = [bench.program("kubectl"), "--server", kube.url, "-n", "shop", "wait", "--for=condition=complete", "job/migrate"]
            found.update(measure({"kubectl wait": kubectl}, KUBECTL_RUNS))
    bench.once_table("A Job that is complete", found, "wait-for-kube", "The API server is the tests' own, over plain http.")
    ours, theirs = found["wait-for-kube"]["kib"], found.get("kubectl wait", {}).get("kib")
    bench.limit("wait-for-kube: at most 6 MiB", f"{ours} KiB", ours <= KUBE_MOST)
    bench.limit(
        "wait-for-kube: at most a twentieth of kubectl's memory",
        f"{ours} KiB against {theirs} KiB" if theirs else "kubectl is not installed",
        ours * 20 <= theirs if theirs else None,
    )


def main():
    if not os.path.exists(bench.NGINX):
        bench.limit("wait-for-http beside curl", "nginx is needed", None)
        return
    with tempfile.TemporaryDirectory() as root:
        with open(os.path.join(root, "small"), "wb") as out:
            out.write(b"x" * 1024)
        with bench.Nginx(root) as nginx:
            compare("http", "http://127.0.0.1:8080/small", None, 1 / 3)
            compare("https", "https://127.0.0.1:8443/small", nginx.ca, 0.45)
    compare_kube()


if __name__ == "__main__":
    main()
