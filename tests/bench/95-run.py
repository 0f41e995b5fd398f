"""initkit run against what it replaces: four processes, and four init containers of a pod (podman, where it can run them). What it
adds to its steps: time, and memory with the kernel's part. A thousand targets through it."""

import os
import pathlib
import socket
import statistics
import subprocess
import time

import bench

RUNS = 20 if bench.QUICK else 300
POD_RUNS = 1 if bench.QUICK else 5
TARGETS = 200 if bench.QUICK else 1000
STEPS = 4
MIB = 1 << 20
TOP = pathlib.Path(bench.TESTS).parent

INITKIT = bench.tool("initkit")
QUIET = ["-q", "--termination-log="]


def run_of(steps, separator):
    """The words of a run of these steps."""
    words = []
    for step in steps:
        words += [separator, *step] if words else step
    return [INITKIT, "run", *QUIET, *words]


# --- time ---


def compare_times():
    with bench.OpenPort() as port:
        step = ["wait-for-tcp", *QUIET, "--hold", "0", port.address]
        alone = [INITKIT, *step]
        four = ["/bin/sh", "-c", " && ".join([f'"{INITKIT}" {" ".join(step)}'] * STEPS)]
        commands = {
            "one process": alone,
            "initkit run, one step": run_of([step], "--then"),
            "four processes, by a shell": four,
            "initkit run, four steps": run_of([step] * STEPS, "--then"),
            "initkit run, four at the same time": run_of([step] * STEPS, "--and"),
        }
        found = dict(zip(commands, bench.once(RUNS, list(commands.values()))))
        for name, command in commands.items():
            found[name]["kib"] = bench.memory(command)
    bench.once_table(
        "initkit run, steps that are done at once",
        found,
        "initkit run, four steps",
        "The step: wait-for-tcp --hold 0, port open. Peak: of the largest process.",
    )
    one, single, chain = (found[name]["quartile"] for name in ("one process", "initkit run, one step", "initkit run, four steps"))
    more = max(single - one, chain - STEPS * one)
    bench.limit("initkit run: at most 2 ms more than its steps", f"{more:.2f} ms", more <= 2)


# --- memory ---


def closed_port():
    """A port that nobody can have, and that refuses; and the socket that holds it."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, f"127.0.0.1:{holder.getsockname()[1]}"


def peak_of(commands, seconds):
    """Bytes that all commands have at their peak together, with the kernel's part; None where that cannot be measured."""
    with bench.MemoryGroup() as group:
        if group.refused:
            return None, group.refused
        running = [subprocess.Popen([*group.prefix, *command], stderr=subprocess.DEVNULL) for command in commands]
        time.sleep(seconds)
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
        return group.peak()[0], None


def compare_memory():
    holder, nobody = closed_port()
    step = ["wait-for-tcp", *QUIET, nobody]
    repeats = 1 if bench.QUICK else 5
    processes, chains = [], []
    with holder:
        for _ in range(repeats):
            apart, refused = peak_of([[INITKIT, *step]] * STEPS, 0.5)
            together, _ = peak_of([run_of([step] * STEPS, "--and")], 0.5)
            if refused:
                bench.limit("initkit run: at most 0.5 MiB more than its steps", refused, None)
                return
            processes.append(apart)
            chains.append(together)
    more = (statistics.median(chains) - statistics.median(processes)) / MIB
    bench.table(
        "Four waits at the same time, MiB of cgroup memory",
        ["", "median", "most"],
        [
            ["four processes", *(f"{pick(processes) / MIB:.2f}" for pick in (statistics.median, max))],
            ["initkit run, four steps", *(f"{pick(chains) / MIB:.2f}" for pick in (statistics.median, max))],
        ],
        f"Of {repeats} runs each.",
        {"processes": processes, "run": chains},
    )
    bench.limit("initkit run: at most 0.5 MiB more than its steps", f"{more:.2f} MiB", more <= 0.5)


def thousand_targets(through_run):
    """Seconds from when the targets were there until all were seen, bytes, exit status."""
    words = ["wait-for-tcp", *QUIET, "--timeout", "20s"]
    command = [INITKIT, "run", *QUIET, *words] if through_run else [INITKIT, *words]
    with bench.MemoryGroup() as group:
        process = bench.notice_start([*group.prefix, *command, "{targets}"], 1.0, targets=TARGETS)
        ((ready, late, cpu, status),) = bench.notice_end(process)
        return [late, cpu, group.peak()[0] if not group.refused else 0, status]


def compare_thousand():
    rows, found = [], {}
    for name, through_run in (("wait-for-tcp", False), ("initkit run wait-for-tcp", True)):
        runs = [thousand_targets(through_run) for _ in range(1 if bench.QUICK else 3)]
        late, cpu, size, status = (max(values) for values in zip(*runs))
        found[name] = runs
        rows.append([name, f"{late:.2f}", f"{cpu:.2f}", f"{size / MIB:.1f}", status])
    bench.table(
        f"{TARGETS} targets through initkit run",
        ["", "s until all are seen", "CPU s", "MiB of cgroup memory", "exit"],
        rows,
        "Ports open after 1 s. The worst of each column.",
        found,
    )
    sizes = [max(run[2] for run in runs) for runs in found.values()]
    if all(sizes):
        bench.limit(
            f"initkit run, {TARGETS} targets: ≤ 16 MiB of cgroup memory, ≤ 0.5 MiB more than without",
            f"{sizes[1] / MIB:.1f} MiB, {(sizes[1] - sizes[0]) / MIB:+.2f}",
            sizes[1] <= 16 * MIB and sizes[1] - sizes[0] <= MIB / 2 and rows[1][-1] == 0,
        )


# --- init containers ---

POD = """apiVersion: v1
kind: Pod
metadata: {{name: bench}}
spec:
  restartPolicy: Never
  initContainers: [{init}]
  containers:
    - {{name: app, image: "bench:test", command: [wait-for-tcp, --timeout, "0", "127.0.0.1:1"]}}
"""


def container(number, words):
    return f'{{name: c{number}, image: "bench:test", command: [{", ".join(words)}]}}'


def pods():
    step = ["wait-for-tcp", "--gone", '"127.0.0.1:1"']  # it is, at once
    chain = ["initkit", "run", *step] + ['"--then"', *step] * (STEPS - 1)
    return {
        "no init container": "",
        "four init containers": ", ".join(container(number, step) for number in range(STEPS)),
        "initkit run, four steps": container(0, chain),
    }


# The cluster of tests/pods without its services; {folder} is removed with it.
PODMAN = r"""
set -euo pipefail
export FOLDER=$1
cd "$2"
mkdir -p "$FOLDER" && touch "$FOLDER/subnet"
. tests/pods/cluster.bash
case $3 in
    start)
        cluster_start >/dev/null 2>&1 || true
        obstacle=$(cluster_obstacle)
        if [ -n "$obstacle" ]; then echo "$obstacle" && exit 1; fi
        mkdir -p "$FOLDER/root/bin"
        cp "$4" "$FOLDER/root/bin/initkit" && ln -s initkit "$FOLDER/root/bin/wait-for-tcp"
        image bench:test <<<'ENV PATH=/bin'
        ;;
    play) podman kube play --network "$NETWORK" "$4" >/dev/null ;;
    down) podman kube down "$4" >/dev/null 2>&1 || true ;;
    stop) cluster_stop ;;
esac
"""


class Podman:
    def __init__(self):
        self.folder = bench.path("podman")
        self.refused = None

    def call(self, what, *more):
        words = ["bash", "-c", PODMAN, "bench", self.folder, str(TOP), what, *more]
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def __enter__(self):
        if os.getuid() != 0 or not bench.program("podman") or not bench.program("buildah"):
            self.refused = "podman as root is needed"
        elif (started := self.call("start", INITKIT)).returncode != 0:
            self.refused = started.stdout.strip() or "podman cannot run pods here"
        return self

    def __exit__(self, *_):
        self.call("stop")

    def play(self, manifest):
        """Seconds until the pod's app has been started; None if that failed."""
        file = bench.path("pod.yaml")
        pathlib.Path(file).write_text(manifest)
        begun = time.monotonic()
        status = self.call("play", file).returncode
        took = time.monotonic() - begun
        self.call("down", file)
        return took if status == 0 else None


def compare_pods():
    kinds = pods()
    took = {name: [] for name in kinds}
    what = "a pod's start: initkit run saves at least half of what four init containers cost"
    with Podman() as podman:
        for _ in range(0 if podman.refused else POD_RUNS):
            for name, init in kinds.items():
                took[name].append(podman.play(POD.format(init=init)))
        if podman.refused or any(value is None for values in took.values() for value in values):
            bench.limit(what, podman.refused or "a pod did not start", None)
            return
    medians = {name: statistics.median(values) for name, values in took.items()}
    none, four, one = medians.values()
    bench.table(
        "A pod's start under podman, s",
        ["", "median", "least", "most"],
        [[name, *(f"{pick(values):.2f}" for pick in (statistics.median, min, max))] for name, values in took.items()],
        f"podman kube play until the app is started, {POD_RUNS} times each. The steps are done at once.",
        took,
    )
    bench.limit(what, f"{four - none:.2f} s and {one - none:.2f} s", one - none <= (four - none) / 2)


def main():
    compare_times()
    compare_memory()
    compare_thousand()
    compare_pods()


if __name__ == "__main__":
    main()
