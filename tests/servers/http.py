#!/usr/bin/env python3
"""An HTTP server for tests that lies, stalls and cuts off as it is told.

    http.py [--ready FILE] [--log FILE] [--life SECONDS] [--ports N] [--cert PEM [--clients PEM]] [--address A] SCRIPT

It listens on N free ports (1) of the address A (127.0.0.1), which go to the --ready file, one a line, once all are bound; with --cert the
first one speaks TLS, and with --clients it asks for a client certificate of that CA, and takes none, too. The --log file gets a JSON
object a request: `port`, `method`, `path`, `headers` (names in lower case), `body`, `client` (whether it showed a certificate). It ends
by itself after --life seconds (120).

SCRIPT is a file with a line a path: PATH STEPS, where STEPS are separated by " / ": the first request sees the first, and so on; the
last holds for all others. {0}, {1} … stand for the ports. A step is words, with shell quoting:

    STATUS [HEADER:VALUE]... [WHAT]

WHAT is what follows the status line and headers, `text` without escapes being the default, with a right Content-Length:

    text TEXT        with escapes such as \\n
    size N           N bytes of a pattern
    file F           a file's content
    short N M        a Content-Length of N and only M bytes, then an end
    reset N M        the same, then a reset
    open N           N bytes without a Content-Length, then an end
    chunks A B ...   a chunk each, properly ended
    badchunk A       a chunk, then what is none
    cutchunk A       a chunk, then an end
    badtrailer A     a chunk, then a trailer that is no header
    pour             bytes without end or Content-Length
    slow N S         N bytes, one every S seconds, with a right Content-Length
    stall N          a Content-Length of N, one byte, and then nothing
    bomb N           N MiB of zeros, gzipped, with Content-Encoding: gzip
    gzip TEXT        gzipped, with Content-Encoding: gzip
    echo             the request's body

A step may also be one word: `drop` (ends the connection), `reset` (RST), `silent` (never answers), `garbage` (no HTTP), `headers`
(headers without end). Statuses are numbers; a STATUS of 0 is 200.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import gzip
import json
import os
import shlex
import socket
import ssl
import struct
import threading
import time
import zlib


def unescape(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Script:
    def __init__(self, text, ports):
        self.lock = threading.Lock()
        self.steps = {}
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            path, _, rest = line.strip().partition(" ")
            for number, port in enumerate(ports):
                rest = rest.replace("{%d}" % number, str(port))
            self.steps[path] = [shlex.split(step) for step in rest.split(" / ")]

    def next(self, path):
        with self.lock:
            steps = self.steps.get(path.partition("?")[0])
            if not steps:
                return ["404", "text", "no such path"]
            return steps.pop(0) if len(steps) > 1 else steps[0]


class Peer:
    """A connection, and the requests that come over it."""

    def __init__(self, server, connection, port):
        self.server, self.connection, self.port = server, connection, port
        self.rest = b""
        self.client = isinstance(connection, ssl.SSLSocket) and bool(connection.getpeercert())

    def run(self):
        try:
            while self.request():
                pass
        except (OSError, ValueError):
            pass
        finally:
            self.connection.close()

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def receive(self):
        got = self.connection.recv(65536)
        if not got:
            raise OSError("end")
        self.rest += got

    def request(self):
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        pairs = [line.partition(":") for line in lines[1:]]
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = self.body(headers)
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[3]
        self.server.note(port=self.port, method=method, path=path, headers=headers, body=body.decode("latin-1"), client=self.client)
        return self.answer(self.server.script.next(path), method, body)

    def body(self, headers):
        length = int(headers.get("content-length", 0))
        while len(self.rest) < length:
            self.receive()
        body, self.rest = self.rest[:length], self.rest[length:]
        return body

    def answer(self, words, method, body):
        send = self.connection.sendall
        word = words[0]
        if word == "drop":
            return False
        if word == "reset":
            self.reset()
            return False
        if word == "silent":
            time.sleep(self.server.life)
        if word == "garbage":
            send(b"\x00\x01SSH-2.0-nonsense\r\n\r\n")
            return False
        if word == "headers":
            send(b"HTTP/1.1 200 OK\r\n")
            while True:
                send(b"X-More: " + b"x" * 1000 + b"\r\n")
        status = int(word) or 200
        rest = words[1:]
        headers = []
        while rest and ":" in rest[0]:
            headers.append(rest.pop(0).replace(":", ": ", 1))
        what, arguments = (rest[0], rest[1:]) if rest else ("text", [""])
        return self.deliver(status, headers, what, arguments, method, body)

    def deliver(self, status, headers, what, arguments, method, body):
        send = self.connection.sendall

        def head(*more):
            lines = [f"HTTP/1.1 {status} Something", *headers, *more]
            send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

        if what in ("text", "size", "file", "gzip", "bomb", "echo"):
            content, more = self.content(what, arguments, body)
            head(f"Content-Length: {len(content)}", *more)
            if method != "HEAD":
                send(content)
            return True
        if what in ("short", "reset"):
            head(f"Content-Length: {arguments[0]}")
            send(b"x" * int(arguments[1]))
            if what == "reset":
                time.sleep(0.05)
                self.reset()
            return False
        if what == "open":
            head("Connection: close")
            send(b"x" * int(arguments[0]))
            return False
        if what in ("chunks", "badchunk", "cutchunk", "badtrailer"):
            head("Transfer-Encoding: chunked")
            for text in arguments:
                piece = unescape(text)
                send(b"%x\r\n%s\r\n" % (len(piece), piece))
            send({"chunks": b"0\r\n\r\n", "badchunk": b"zz\r\nnonsense", "cutchunk": b"",
                  "badtrailer": b"0\r\nnonsense\r\n\r\n"}[what])
            return what == "chunks"
        if what == "pour":
            head("Connection: close")
            while True:
                send(b"x" * 65536)
        if what == "slow":
            head(f"Content-Length: {arguments[0]}")
            for _ in range(int(arguments[0])):
                send(b"x")
                time.sleep(float(arguments[1]))
            return True
        if what == "stall":
            head(f"Content-Length: {arguments[0]}")
            send(b"x")
            time.sleep(self.server.life)
        raise ValueError(what)

    @staticmethod
    def content(what, arguments, body):
        if what == "echo":
            return body, []
        if what == "size":
            return (b"0123456789abcde\n" * (int(arguments[0]) // 16 + 1))[: int(arguments[0])], []
        if what == "file":
            with open(arguments[0], "rb") as file:
                return file.read(), []
        if what == "gzip":
            return gzip.compress(unescape(arguments[0])), ["Content-Encoding: gzip"]
        if what == "bomb":
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            pieces = [packer.compress(bytes(1 << 20)) for _ in range(int(arguments[0]))]
            return b"".join(pieces) + packer.flush(), ["Content-Encoding: gzip"]
        return unescape(arguments[0] if arguments else ""), []


class Server:
    def __init__(self, options):
        self.life = options.life
        self.lock = threading.Lock()
        self.log = open(options.log, "a", buffering=1) if options.log else None
        self.listeners = []
        for _ in range(options.ports):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((options.address, 0))
            listener.listen(128)
            self.listeners.append(listener)
        ports = [listener.getsockname()[1] for listener in self.listeners]
        with open(options.script) as script:
            self.script = Script(script.read(), ports)
        self.tls = None
        if options.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.cert)
            if options.clients:
                self.tls.verify_mode = ssl.CERT_OPTIONAL
                self.tls.load_verify_locations(options.clients)
        if options.ready:
            with open(options.ready + ".new", "w") as ready:
                ready.write("".join(f"{port}\n" for port in ports))
            os.rename(options.ready + ".new", options.ready)

    def note(self, **what):
        if self.log:
            with self.lock:
                self.log.write(json.dumps(what) + "\n")

    def serve(self, number):
        listener = self.listeners[number]
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.meet, args=(connection, number), daemon=True).start()

    def meet(self, connection, number):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls and number == 0:
                connection = self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            return
        Peer(self, connection, self.listeners[number].getsockname()[1]).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("--ports", type=int, default=1)
    parser.add_argument("--cert")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--clients")
    parser.add_argument("script")
    server = Server(parser.parse_args())
    for number in range(len(server.listeners)):
        threading.Thread(target=server.serve, args=(number,), daemon=True).start()
    time.sleep(server.life)


if __name__ == "__main__":
    main()
