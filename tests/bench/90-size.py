"""How large the programs are, and what they add to an image."""

import gzip
import io
import os
import tarfile

import bench

PROGRAMS = ["wait-for-dns", "wait-for-tcp", "initkit-wait", "initkit"]
MOST = 200_000


def compressed(name):
    """Bytes of an image layer with this program in it: tar, gzip -9."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo(name)
        with open(bench.tool(name), "rb") as file:
            data = file.read()
        info.size, info.mode = len(data), 0o755
        tar.addfile(info, io.BytesIO(data))
    return len(gzip.compress(archive.getvalue(), 9, mtime=0))


def main():
    rows = [[name, f"{os.path.getsize(bench.tool(name)):,}", f"{compressed(name):,}"] for name in PROGRAMS]
    bench.table("Sizes", ["", "bytes", "as a layer, gzip -9"], rows)
    both = compressed("initkit-wait")
    bench.limit("both wait tools in an image: ≤ 200 kB compressed", f"{both / 1000:.0f} kB", both <= MOST)


if __name__ == "__main__":
    main()
