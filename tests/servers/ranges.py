#!/usr/bin/env python3
"""An HTTP server whose bodies break off, and that goes on with them, rightly or not, as their paths say.

    ranges.py [--ready FILE] [--log FILE] [--life SECONDS] FILE

FILE is what is served. It listens on a free port of 127.0.0.1, which goes to the --ready file; --log gets a JSON object a request: `path`,
`range`, `if_range`, `encoding`. The first answer to each path breaks off in the middle; what a request with a Range gets then is

    good       the rest, in three pieces: each but the last breaks off, too
    modified   the rest; what names the body is an old Last-Modified
    young      the same, but it was modified just now
    weak       the same, but the ETag is weak
    none       the same, but there are no ranges (Accept-Ranges)
    coded      the same, but the body is gzip
    unsized    the same, but the body has no length
    changed    another file, whole, as the ETag is another one now
    ignoring   the file, whole: the server knows no ranges
    lying      the rest of another file, under its own ETag, although that is not what If-Range names
    nameless   the rest of another file, without an ETag
    overlap    what begins ten bytes earlier
    grown      the rest of a longer file under the same ETag
    short      a Content-Range that ends too early
    parts      a 206 in parts (multipart/byteranges)
    unlike     a Content-Length that contradicts the Content-Range
    packed     the rest in gzip
    beyond     416
    notmodified, precondition   304, 412
    other2xx   the rest, with 207
    busy       503 once, and then the rest
    moved      a redirect to /elsewhere, whose file is another one with the same ETag
"""

import sys

sys.dont_write_bytecode = True

import argparse
import collections
import email.utils
import gzip
import json
import os
import socket
import threading
import time

WITHOUT_ETAG = ("modified", "young")


class Server:
    def __init__(self, content, log):
        self.content, self.log = content, log
        self.other = content[::-1]
        self.asked = collections.Counter()
        self.lock = threading.Lock()

    def note(self, name, headers):
        with self.lock:
            self.asked[name] += 1
            if self.log:
                entry = {"path": "/" + name, "range": headers.get("range"), "if_range": headers.get("if-range"),
                         "encoding": headers.get("accept-encoding")}
                with open(self.log, "a") as log:
                    log.write(json.dumps(entry) + "\n")
            return self.asked[name]

    def names(self, name):
        lines = ["Date: " + email.utils.formatdate(usegmt=True)]
        if name in WITHOUT_ETAG:
            age = 0 if name == "young" else 3600
            lines.append("Last-Modified: " + email.utils.formatdate(self.began - age, usegmt=True))
        elif name != "nameless-now":
            lines.append('ETag: W/"one"' if name == "weak" else 'ETag: "two"' if name == "other" else 'ETag: "one"')
        lines.append("Accept-Ranges: " + ("none" if name == "none" else "bytes"))
        return lines

    def first(self, name):
        body = gzip.compress(self.content) if name == "coded" else self.content
        lines = self.names(name)
        if name == "coded":
            lines.append("Content-Encoding: gzip")
        if name == "unsized":
            piece = body[: len(body) // 2]
            return 200, lines + ["Transfer-Encoding: chunked"], b"%x\r\n%s\r\n" % (len(piece), piece)
        return 200, lines + [f"Content-Length: {len(body)}"], body[: len(body) // 2]

    def whole(self, name, body):
        return 200, self.names(name) + [f"Content-Length: {len(body)}"], body

    def rest(self, name, start, body, label=None, told=None, length=None, more=()):
        rest = body[start:]
        told = told or f"bytes {start}-{len(body) - 1}/{len(body)}"
        lines = self.names(label or name) + [f"Content-Length: {length or len(rest)}", *more]
        return 206, lines + ([f"Content-Range: {told}"] if told != "-" else []), rest

    def answer(self, name, headers, number):
        start = headers.get("range")
        if name == "elsewhere":
            return self.whole(name, self.other)
        if number == 1:
            return self.first(name)
        if name == "moved":
            return 302, ["Location: /elsewhere", "Content-Length: 0"], b""
        if start is None:
            return self.whole(name, self.content)
        return self.ranged(name, int(start[len("bytes=") : -1]), number)

    def ranged(self, name, start, number):
        size = len(self.content)
        rest = self.content[start:]
        answers = {
            "good": lambda: self.rest(name, start, self.content)[:2] + (rest if number > 3 else rest[: len(rest) // 2],),
            "changed": lambda: self.whole("other", self.other),
            "ignoring": lambda: self.whole(name, self.content),
            "lying": lambda: self.rest(name, start, self.other, label="other"),
            "nameless": lambda: self.rest(name, start, self.other, label="nameless-now"),
            "overlap": lambda: self.rest(name, start - 10, self.content),
            "grown": lambda: self.rest(name, start, self.content + b"more"),
            "short": lambda: self.rest(name, start, self.content, told=f"bytes {start}-{size - 2}/{size}"),
            "parts": lambda: self.rest(name, start, self.content, told="-", more=["Content-Type: multipart/byteranges"]),
            "unlike": lambda: self.rest(name, start, self.content, length=len(rest) - 1),
            "packed": lambda: self.rest(name, start, self.content, more=["Content-Encoding: gzip"]),
            "beyond": lambda: (416, [f"Content-Range: bytes */{size}", "Content-Length: 0"], b""),
            "notmodified": lambda: (304, [], b""),
            "precondition": lambda: (412, ["Content-Length: 0"], b""),
            "other2xx": lambda: (207,) + self.rest(name, start, self.content)[1:],
        }
        if name == "busy" and number == 2:
            return 503, ["Content-Length: 0"], b""
        return answers.get(name, lambda: self.rest(name, start, self.content))()

    def serve(self, connection):
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                got = connection.recv(65536)
                if not got:
                    return
                head += got
            lines = head.decode("latin-1").split("\r\n")
            name = lines[0].split(" ")[1].strip("/")
            pairs = [line.partition(":") for line in lines[1:]]
            headers = {key.lower(): value.strip() for key, _, value in pairs}
            status, lines, body = self.answer(name, headers, self.note(name, headers))
            reply = "\r\n".join([f"HTTP/1.1 {status} Reply", "Connection: close", *lines]) + "\r\n\r\n"
            connection.sendall(reply.encode() + body)
        except OSError:
            pass
        finally:
            connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        server = Server(file.read(), options.log)
    server.began = time.time()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    if options.ready:
        with open(options.ready + ".new", "w") as ready:
            ready.write(f"{listener.getsockname()[1]}\n")
        os.rename(options.ready + ".new", options.ready)
    threading.Timer(options.life, os._exit, [0]).start()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=server.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
