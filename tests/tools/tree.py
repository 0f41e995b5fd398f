#!/usr/bin/env python3
"""What a tree is, a line a path, so that two trees can be compared with diff.

usage: tree.py [--without WORD,...] DIR

Each line has the path, kind, mode, owner, time in nanoseconds, content, attributes, and which other paths are the same file.
WORDs leave something out: owner, time, mode, attributes, links, directories (their times), specials, root.
"""

import hashlib
import os
import stat
import sys

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


def content(name, here, kind):
    if kind == "link":
        return repr(os.readlink(name, dir_fd=here))
    if kind != "file":
        return ""
    digest = hashlib.sha256()
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=here)
    with os.fdopen(descriptor, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
        return f"{file.tell()} {digest.hexdigest()[:16]}"


def attributes(name, here, kind):
    if kind not in ("file", "directory"):
        return {}
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=here)
    try:
        return {
            key: os.getxattr(descriptor, key).hex()
            for key in sorted(os.listxattr(descriptor))
            if key != "security.selinux"
        }
    except OSError:
        return {}
    finally:
        os.close(descriptor)


class Lister:
    """Goes down by descriptors: paths may be longer than the system takes."""

    def __init__(self, without):
        self.without = without
        self.first = {}

    def line(self, path, name, here, status):
        kind = KINDS[stat.S_IFMT(status.st_mode)]
        words = [repr(path), kind]
        if "mode" not in self.without and kind != "link":
            words.append(f"{stat.S_IMODE(status.st_mode):04o}")
        if "owner" not in self.without:
            words.append(f"{status.st_uid}:{status.st_gid}")
        if "time" not in self.without and not (kind == "directory" and "directories" in self.without):
            words.append(str(status.st_mtime_ns))
        words.append(content(name, here, kind))
        if "attributes" not in self.without:
            words.append(str(attributes(name, here, kind)))
        if "links" not in self.without and kind == "file" and status.st_nlink > 1:
            words.append("same as " + repr(self.first.setdefault((status.st_dev, status.st_ino), path)))
        return " ".join(words)

    def list(self, directory, path):
        for name in sorted(os.listdir(directory)):
            name = os.fsencode(name)
            below = path + b"/" + name
            status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            kind = KINDS[stat.S_IFMT(status.st_mode)]
            if "specials" in self.without and kind in ("fifo", "socket", "device"):
                continue
            print(self.line(below, name, directory, status))
            if kind == "directory":
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
                self.list(inner, below)
                os.close(inner)


def main():
    arguments = sys.argv[1:]
    without = set()
    if arguments[0] == "--without":
        without = set(arguments[1].split(","))
        arguments = arguments[2:]
    sys.setrecursionlimit(100000)
    Lister(without).list(os.open(arguments[0], os.O_RDONLY | os.O_DIRECTORY), b"")


if __name__ == "__main__":
    main()
