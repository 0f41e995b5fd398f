#!/usr/bin/env python3
"""Makes a tree of everything that is hard to copy: make_tree.py DIR [--harmless]

--harmless leaves out what busybox cp or an ordinary user cannot do: specials, foreign owners, modes without reading.
"""

import os
import random
import socket
import sys

NAMES = [b"new\nline", b"\xff\xfe\x80", b"n" * 255, b" ", b"-rf", b"*", b"a\\b", b"\x01\x1b[31m", "ümlaut".encode(), b"'\"$(x)`"]


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def make_names(root):
    for name in NAMES:
        write(os.path.join(root, name), name)
        inner = os.path.join(root, b"names", name)
        os.makedirs(inner)
        write(os.path.join(inner, name[:100]), b"inside")


def make_modes(root, harmless):
    os.mkdir(root)
    for mode in [0, 0o200, 0o400, 0o444, 0o555, 0o600, 0o644, 0o777, 0o1777, 0o2755, 0o4755, 0o6755, 0o7777]:
        if harmless and mode & 0o400 == 0:
            continue
        path = os.path.join(root, b"file-%o" % mode)
        write(path, b"mode %o" % mode)
        os.chmod(path, mode)
        path = os.path.join(root, b"directory-%o" % mode)
        os.mkdir(path)
        write(os.path.join(path, b"inside"), b"inside")
        os.chmod(path, mode | (0o500 if harmless else 0))


def make_links(root):
    os.makedirs(os.path.join(root, b"far", b"away"))
    write(os.path.join(root, b"one"), b"one file of several names")
    os.link(os.path.join(root, b"one"), os.path.join(root, b"two"))
    os.link(os.path.join(root, b"one"), os.path.join(root, b"far", b"away", b"three"))
    for name, target in {
        b"dangling": b"nowhere",
        b"absolute": b"/etc/passwd",
        b"loop": b"loop",
        b"up": b"..",
        b"to-directory": b"far",
        b"long": b"x" * 4000,
    }.items():
        os.symlink(target, os.path.join(root, name))


def make_sparse(root):
    os.mkdir(root)
    write(os.path.join(root, b"empty"), b"")
    with open(os.path.join(root, b"sparse"), "wb") as file:
        file.write(b"begin")
        file.seek(3_000_000)
        file.write(b"middle")
        file.truncate(9_000_001)
    write(os.path.join(root, b"zeros"), bytes(300_000))
    write(os.path.join(root, b"large"), random.Random(1).randbytes(3_000_000))


def make_deep(root, levels, name):
    """By descriptors: the path becomes longer than PATH_MAX."""
    os.mkdir(root)
    here = os.open(root, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    descriptor = os.open(b"bottom", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(descriptor, b"deep down")
    os.close(descriptor)
    os.close(here)


def make_specials(root):
    os.mkdir(root)
    os.mkfifo(os.path.join(root, b"fifo"))
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(root)
    server.bind(b"socket")
    os.chdir(here)


def set_times(root):
    moments = [1_600_000_000_123_456_789, 1, 315_532_800_000_000_000, 2_500_000_000_000_000_001]
    for number, name in enumerate([b"one", b"dangling"]):
        os.utime(os.path.join(root, b"links", name), ns=(0, moments[number]), follow_symlinks=False)
    os.utime(os.path.join(root, b"sparse", b"empty"), ns=(0, moments[2]))
    os.utime(os.path.join(root, b"sparse", b"zeros"), ns=(0, moments[3]))
    os.utime(os.path.join(root, b"names"), ns=(0, moments[0]))


def main():
    root = os.fsencode(sys.argv[1])
    harmless = "--harmless" in sys.argv
    os.umask(0o022)
    os.mkdir(root)
    make_names(root)
    make_modes(os.path.join(root, b"modes"), harmless)
    make_links(os.path.join(root, b"links"))
    make_sparse(os.path.join(root, b"sparse"))
    make_deep(os.path.join(root, b"levels"), 45, b"level")
    make_deep(os.path.join(root, b"beyond"), 40, b"p" * 200)
    os.makedirs(os.path.join(root, b"empty", b"nested"))
    try:
        os.setxattr(os.path.join(root, b"sparse", b"zeros"), "user.note", b"\0binary\xff")
        os.setxattr(os.path.join(root, b"sparse", b"large"), "user.long", b"v" * 3000)
    except OSError:
        pass
    if not harmless:
        make_specials(os.path.join(root, b"specials"))
        if os.geteuid() == 0:
            os.chown(os.path.join(root, b"links", b"two"), 12, 34)
            os.chown(os.path.join(root, b"links", b"loop"), 12, 34, follow_symlinks=False)
            os.chown(os.path.join(root, b"empty"), 56, 78)
    set_times(root)


if __name__ == "__main__":
    main()
