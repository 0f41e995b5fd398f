"""How large the programs are, and what they add to an image."""

import gzip
import io
import os
import tarfile

import bench

TOOLS = ["wait-for-dns", "wait-for-tcp", "initkit"]
MOST = 200_000


def compressed(names):
    """Bytes of an image layer with these files in it: tar, gzip -9."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            with open(bench.tool(name), "rb") as file:
                data = file.read()
            info.size, info.mode = len(data), 0o755
            tar.addfile(info, io.BytesIO(data))
    return len(gzip.compress(archive.getvalue(), 9, mtime=0))


def main():
    sets = [[name] for name in TOOLS] + [TOOLS[:2]]
    rows = []
    for names in sets:
        size = sum(os.path.getsize(bench.tool(name)) for name in names)
        rows.append([" + ".join(names), f"{size:,}", f"{compressed(names):,}"])
    bench.table("Sizes", ["", "bytes", "as a layer, gzip -9"], rows)
    both = compressed(TOOLS[:2])
    bench.limit("both wait tools in an image: ≤ 200 kB compressed", f"{both / 1000:.0f} kB", both <= MOST)


if __name__ == "__main__":
    main()
