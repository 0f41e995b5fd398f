"""fetch-config: a small file, a large one, fifty small ones; beside curl and busybox wget, over http and https, and gzipped."""

import os
import random
import tempfile
import zlib

import bench

LARGE = (256 << 20) if bench.QUICK else (1 << 30)
SMALL_RUNS = 40 if bench.QUICK else 200
LARGE_RUNS = 2 if bench.QUICK else 5
FIFTY_RUNS = 5 if bench.QUICK else 20
CURL = bench.needed("curl")
MIB = 1 << 20


def write_packed(path, size):
    """A file of text, and beside it the same gzipped, to about a fifth: records with numbers that hardly repeat."""
    numbers = random.Random(1)
    block = "".join(f'{{"id": {numbers.getrandbits(48)}, "name": "agent", "state": "running"}}\n' for _ in range(20000)).encode()
    packer = zlib.compressobj(1, wbits=31)
    with open(path, "wb") as plain, open(path + ".gz", "wb") as packed:
        for at in range(0, size, len(block)):
            piece = block[: size - at]
            plain.write(piece)
            packed.write(packer.compress(piece))
        packed.write(packer.flush())


def fetch(*arguments):
    return [bench.tool("fetch-config"), "-q", "--termination-log=", "--max-size", "2Gi", *arguments]


def contestants(url, to, ca, gzip):
    found = {
        "fetch-config": fetch("--trust-store", ca, f"{url}={to}") if ca else fetch(f"{url}={to}"),
        "curl": [CURL, "-sSf", *(["--cacert", ca] if ca else []), *(["--compressed"] if gzip else []), "-o", to, url],
    }
    if not ca and not gzip:
        found["busybox wget"] = [bench.BUSYBOX, "wget", "-q", "-O", to, url]
    return found


def into_nothing(to, command):
    """The same with no file there before: to free the old one's memory takes as long as to write the new one."""
    return ["/bin/sh", "-c", 'rm -f "$0" && exec "$@"', to, *command]


def compare(title, url, to, runs, ca=None, gzip=False):
    names = contestants(url, to, ca, gzip)
    if to.endswith("/large"):
        names = {name: into_nothing(to, command) for name, command in names.items()}
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
        "fetch-config, one run": fetch(*[word for i, url in enumerate(urls) for word in (url, "-o", f"{to}/{i}")]),
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
    curl = found["curl --parallel, one run"]
    bench.limit(
        "fetch-config, fifty files of 1 KB: at most the CPU time of curl --parallel",
        f"{bench.ms(ours['cpu'])} ms against {bench.ms(curl['cpu'])} ms",
        ours["cpu"] <= curl["cpu"],
    )


KINDS = ("http", "https", "http, gzipped")


def judge(small, large):
    for kind, share in zip(KINDS, (0.25, 0.45, 0.25)):
        ours, curl = (small[kind][name] for name in ("fetch-config", "curl"))
        bench.limit(
            f"fetch-config, 1 KB over {kind}: at most {share:.2f} of curl's CPU time",
            f"{bench.ms(ours['cpu'])} ms against {bench.ms(curl['cpu'])} ms",
            ours["cpu"] <= curl["cpu"] * share,
        )
        ours, curl = (large[kind][name] for name in ("fetch-config", "curl"))
        bench.limit(
            f"fetch-config, {LARGE // MIB} MiB over {kind}: as fast as curl (5 % apart)",
            f"{bench.ms(ours['median'])} ms against {bench.ms(curl['median'])} ms",
            ours["median"] <= curl["median"] * 1.05 or ours["minimum"] <= curl["minimum"] * 1.05,
        )
        growth = large[kind]["fetch-config"]["kib"] - small[kind]["fetch-config"]["kib"]
        bench.limit(
            f"fetch-config over {kind}: memory does not grow with the file",
            f"{growth} KiB more for {LARGE // MIB} MiB than for 1 KB",
            growth < 1024,
        )


def compare_all(base, secure, ca, to):
    small, large = {}, {}
    for kind, url, trusted, target in (
        ("http", base, None, to + "/large"),
        ("https", secure, ca, "/dev/null"),
        ("http, gzipped", base + "/packed", None, to + "/large"),
    ):
        gzip = kind == "http, gzipped"
        place = target if target == "/dev/null" else "a tmpfs"
        small[kind] = compare(f"1 KB over {kind}", url + "/small", to + "/small", SMALL_RUNS, trusted, gzip)
        large[kind] = compare(f"{LARGE // MIB} MiB over {kind} to {place}", url + "/large", target, LARGE_RUNS, trusted, gzip)
    return small, large


def main():
    if not CURL or not os.path.exists(bench.NGINX):
        bench.limit("fetch-config beside curl", "curl and nginx are needed", None)
        return
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        root, to = os.path.join(folder, "www"), os.path.join(folder, "to")
        packed = os.path.join(root, "packed")
        os.makedirs(packed)
        os.mkdir(to)
        with open(os.path.join(root, "small"), "wb") as out:
            out.write(b"x" * 1024)
        with open(os.path.join(root, "large"), "wb") as out:
            out.truncate(LARGE)
        write_packed(os.path.join(packed, "small"), 1024)
        write_packed(os.path.join(packed, "large"), LARGE)
        os.truncate(os.path.join(packed, "large"), 0)  # only the .gz file is asked for
        with bench.Nginx(root) as nginx:
            small, large = compare_all("http://127.0.0.1:8080", "https://127.0.0.1:8443", nginx.ca, to)
            fifty(root, to)
    judge(small, large)


if __name__ == "__main__":
    main()
