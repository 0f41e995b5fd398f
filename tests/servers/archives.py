#!/usr/bin/env python3
"""Archives for tests, good and evil, into the current directory: good.tar, good.tar.gz, good.tar.zst, good.zip, and NAME.tar for each
of what must be refused."""

import io
import os
import subprocess
import tarfile
import zipfile


def entry(name, content=b"", **more):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mtime = 1000000000
    info.mode = 0o644
    for key, value in more.items():
        setattr(info, key, value)
    return info, io.BytesIO(content)


def tar(file, *entries):
    with tarfile.open(file, "w") as out:
        for info, content in entries:
            content.seek(0)
            out.addfile(info, content if info.isfile() else None)


def link(name, to, **more):
    return entry(name, type=tarfile.SYMTYPE, linkname=to, **more)


def good():
    first = [
        entry("app/", type=tarfile.DIRTYPE, mode=0o750),
        entry("app/run.sh", b"#!/bin/sh\n", mode=0o4755),
        entry("app/conf/a.txt", b"hello\n", mode=0o600),
        link("app/link", "conf/a.txt"),
        entry("app/hard", type=tarfile.LNKTYPE, linkname="app/conf/a.txt"),
        entry("./app/\u00e4.txt", b"umlaut\n"),
        entry("app/closed/", type=tarfile.DIRTYPE, mode=0o500),
        entry("app/closed/x", b"x"),
    ]
    tar("good.tar", *first)
    subprocess.run(["gzip", "-k", "good.tar"], check=True)
    subprocess.run(["zstd", "-q", "good.tar"], check=True)
    with zipfile.ZipFile("good.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("app/conf/a.txt", "hello\n")
        out.writestr("app/run.sh", "#!/bin/sh\n")


def climbers():
    """Links that stay inside by their letters and lead out all the same."""
    return {
        "hardlink": [link("a/b/c", "../../secret"), entry("escape", type=tarfile.LNKTYPE, linkname="a/b/c")],
        "climb": [link("d/d/d/d/up", "../../../.."), link("escape", "d/d/d/d/up/../../victim/secret")],
        "climbtwice": [link("d1/d2/x", "../.."), link("y", "d1/d2/x/..")],
        "climblater": [link("y", "d1/d2/x/.."), link("d1/d2/x", "../..")],
        "climbfirst": [link("d1/d2/x", "../..")],  # harmless alone: the next one is what climbs on it
        "climbsecond": [link("y", "d1/d2/x/../victim")],
    }


def inside():
    """Links as real archives have them; all stay inside."""
    tar(
        "inside.tar",
        entry("jre/lib/server/libjvm.so", b"x"),
        entry("share/doc/README", b"x"),
        link("jre/lib/libjvm.so", "server/libjvm.so"),
        link("bin", "jre/bin"),
        link("jre/lib/doc", "../../share/doc"),
        link("jre/lib/self", "../lib/./server/../server"),
        link("latest", "share/../jre/lib"),
        link("missing", "to/be/mounted"),
        link("here", "."),
    )


def evil():
    file = entry("innocent", b"x")
    tar("absolute.tar", file, entry("/tmp/initkit-evil", b"x"))
    tar("deep.tar", file, entry("a/" * 300 + "evil", b"x"))
    tar("dotdot.tar", file, entry("a/../../evil", b"x"))
    tar("linkout.tar", file, link("a", "../../etc"))
    tar("linkabsolute.tar", file, link("a", "/etc/passwd"))
    tar("through.tar", file, link("a", "b"), entry("b/", type=tarfile.DIRTYPE), entry("a/evil", b"x"))
    tar("hardout.tar", file, entry("a", type=tarfile.LNKTYPE, linkname="/etc/passwd"))
    tar("hardup.tar", file, entry("a", type=tarfile.LNKTYPE, linkname="../evil"))
    for name, entries in climbers().items():
        tar(f"{name}.tar", file, *entries)
    tar("device.tar", file, entry("a", type=tarfile.CHRTYPE, devmajor=1, devminor=3))
    tar("fifo.tar", file, entry("a", type=tarfile.FIFOTYPE))
    tar("bomb.tar", file, entry("a", bytes(5 << 20)))
    subprocess.run(["gzip", "bomb.tar"], check=True)
    os.rename("bomb.tar.gz", "bomb.tar")
    with open("good.tar.gz", "rb") as whole, open("cut.tar", "wb") as out:
        out.write(whole.read()[:-60])
    with open("page.tar", "w") as out:
        out.write("<html>nothing here</html>\n" * 100)
    tar("empty.tar")
    with zipfile.ZipFile("dotdot.zip", "w") as out:
        out.writestr("innocent", "x")
        out.writestr("../evil", "x")
    os.rename("dotdot.zip", "zipdotdot.tar")


good()
inside()
evil()
