"""copy-agent, an agent of 10,404 files and one large file: from overlayfs to tmpfs as root and as UID 65532, to disk, and again."""

import os
import random
import shutil
import statistics
import subprocess

import bench

FILES, DIRECTORIES, LARGE = 10_404, 1_040, 500_000_000
RUNS = 3 if bench.QUICK else 9
USER = 65532
CONTESTANTS = {
    "copy-agent": lambda source, dest: [bench.tool("copy-agent"), "-q", "--termination-log=", source, dest],
    "copy-agent --jobs 1": lambda source, dest: [
        bench.tool("copy-agent"), "-q", "--termination-log=", "--jobs", "1", source, dest],
    "copy-agent --jobs 2": lambda source, dest: [
        bench.tool("copy-agent"), "-q", "--termination-log=", "--jobs", "2", source, dest],
    "copy-agent --jobs 4": lambda source, dest: [
        bench.tool("copy-agent"), "-q", "--termination-log=", "--jobs", "4", source, dest],
    "cp -r (GNU)": lambda source, dest: [bench.needed("cp"), "-r", source + "/.", dest],
    "cp -a (GNU)": lambda source, dest: [bench.needed("cp"), "-a", source + "/.", dest],
    "cp -au (GNU)": lambda source, dest: [bench.needed("cp"), "-au", source + "/.", dest],
    "busybox cp -r": lambda source, dest: [bench.BUSYBOX, "cp", "-r", source + "/.", dest],
    "rsync -a": lambda source, dest: [bench.program("rsync") or "rsync", "-a", source + "/", dest],
}


def make_agent(root):
    """Sizes as those of an agent of Java classes: many small ones, a few of a megabyte."""
    rng = random.Random(1)
    blob = rng.randbytes(1 << 20)
    folders = [os.path.join(root, f"d{i % 20}", f"e{i % 130}", f"f{i}") for i in range(DIRECTORIES)]
    for folder in folders:
        os.makedirs(folder)
    for number in range(FILES):
        size = min(int(rng.paretovariate(1.1) * 3000), 1_000_000)
        begin = rng.randrange((1 << 20) - size + 1)
        with open(os.path.join(folders[number % DIRECTORIES], f"file{number}.class"), "wb") as file:
            file.write(blob[begin : begin + size])


def make_large(root):
    os.mkdir(root)
    blob = random.Random(2).randbytes(1_000_000)
    with open(os.path.join(root, "large"), "wb") as file:
        for _ in range(LARGE // len(blob)):
            file.write(blob)


def timed(command):
    """Milliseconds, of which on the CPU, of one run."""
    ((_, wall, cpu, status),) = bench.run_measure(["once", 1, *command])
    if status != 0:
        raise SystemExit(f"bench: {' '.join(command)}: exit status {status}")
    return wall / 1000, cpu / 1000


def empty(dest, user=0):
    shutil.rmtree(dest, ignore_errors=True)
    os.mkdir(dest)
    os.chown(dest, user, user)


def as_user(user, command):
    if user == 0:
        return command
    return [bench.program("setpriv"), "--reuid", str(user), "--regid", str(user), "--clear-groups", *command]


def measure(source, dest, again=False, user=0):
    """By turns. Again: over a copy that is complete."""
    found = {}
    for _ in range(RUNS):
        for name, command in CONTESTANTS.items():
            if name.startswith("rsync") and not bench.program("rsync"):
                continue
            empty(dest, user)
            if again:
                subprocess.run(as_user(user, [bench.needed("cp"), "-a", source + "/.", dest]), check=True)
            os.sync()
            wall, cpu = timed(as_user(user, command(source, dest)))
            each = found.setdefault(name, {"times": [], "cpus": []})
            each["times"].append(wall)
            each["cpus"].append(cpu)
    for each in found.values():
        each["median"] = statistics.median(each["times"])
        each["minimum"] = min(each["times"])
        each["cpu"] = min(each["cpus"])
    return found


def tell(title, found):
    base = found["copy-agent"]["minimum"]
    rows = [
        [name, bench.ms(each["median"]), bench.ms(each["minimum"]), bench.ms(each["cpu"]),
         bench.ratio(each["minimum"], base)]
        for name, each in found.items()
    ]
    bench.table(
        title,
        ["", "ms, median", "least", "CPU, least", "× ours"],
        rows,
        "Ratios are of the least times; each run begins with an empty DEST that is synced." if "again" not in title
        else "DEST holds a complete copy.",
        found,
    )


def limit_ratio(what, slow, fast, least, key="minimum"):
    value = slow[key] / fast[key]
    bench.limit(f"{what}: ≥ {least}×", f"{value:.2f}×", value >= least)


def limit_fresh(found, whom):
    """The goals for a copy from overlayfs: CPU time on one thread, wall time on two."""
    one, two = found["copy-agent --jobs 1"], found["copy-agent --jobs 2"]
    what = f"copy-agent, 10,000 files from overlayfs as {whom}"
    for name in ("cp -r (GNU)", "busybox cp -r"):
        limit_ratio(f"{what}, CPU on one thread against {name}", found[name], one, 1.2, "cpu")
        limit_ratio(f"{what}, wall time on two against {name}", found[name], two, 1.6)
    limit_ratio(f"{what}, two jobs against one", one, two, 1)


def mount(kind, where, options):
    os.makedirs(where, exist_ok=True)
    done = subprocess.run(["mount", "-t", kind, "-o", options, kind, where], stderr=subprocess.DEVNULL)
    return done.returncode == 0


def peak(source, dest):
    """KiB that copy-agent had resident at its peak."""
    empty(dest)
    return bench.memory(CONTESTANTS["copy-agent --jobs 4"](source, dest))


def overlay(work, agent):
    """The agent as a container sees its image's files."""
    upper, inner, merged = (os.path.join(work, name) for name in ("upper", "inner", "merged"))
    for folder in (upper, inner, merged):
        os.makedirs(folder)
    return merged if mount("overlay", merged, f"lowerdir={agent},upperdir={upper},workdir={inner}") else None


def main():
    work = bench.path("copy")
    agent, large, disk = (os.path.join(work, name) for name in ("agent", "large", "disk"))
    os.mkdir(work)
    make_agent(agent)
    make_large(large)
    memory = os.path.join(work, "memory")
    if not mount("tmpfs", memory, "size=3g"):
        memory = "/dev/shm/initkit-bench"
        os.makedirs(memory, exist_ok=True)
    on_tmpfs = os.path.join(memory, "dest")
    merged = overlay(work, agent)
    source, origin = (merged, "overlayfs") if merged else (agent, "disk")
    for user, whom in ((0, "root"), (USER, f"UID {USER}")):
        fresh = measure(source, on_tmpfs, user=user)
        tell(f"{FILES:,} files from {origin} to tmpfs, as {whom}", fresh)
        limit_fresh(fresh, whom)
        again = measure(source, on_tmpfs, again=True, user=user)
        tell(f"{FILES:,} files, again, on tmpfs, as {whom}", again)
        limit_ratio(f"copy-agent, nothing has changed, as {whom}, against cp -au", again["cp -au (GNU)"],
                    again["copy-agent"], 1)
    disk_fresh = measure(source, disk)
    tell(f"{FILES:,} files from {origin} to disk", disk_fresh)
    tell("One file of 500 MB from disk to tmpfs", measure(large, on_tmpfs))
    kib = peak(agent, on_tmpfs)
    limit_ratio("copy-agent, 10,000 files to disk, against GNU cp -r", disk_fresh["cp -r (GNU)"],
                disk_fresh["copy-agent"], 1.5)
    bench.limit("copy-agent, 10,000 files: peak memory ≤ 8 MiB", f"{kib} KiB", kib <= 8192)
    if memory.startswith("/dev"):
        shutil.rmtree(memory)
    else:
        subprocess.run(["umount", memory], check=False)
    if merged:
        subprocess.run(["umount", merged], check=False)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
