#!/usr/bin/env python3
"""Listeners for tests, on TCP and unix sockets, that open late, hang, cut off and talk as they are told.

    tcp.py [--ready FILE] [--log FILE] [--life SECONDS] LISTENER...

Once all are bound, the ports go to the --ready file, one a line. The --log file gets a line an event: seconds since the
start, port (or path), number of the connection, then `accept`, `read HEX` or `end`. It ends by itself after --life
seconds (120).

A LISTENER is one argument:

    WHERE [CONDITION]... [MANNER] [STEP]... [/ STEP...]...

WHERE:       ADDRESS:PORT, [IPV6]:PORT, unix:PATH. Port 0 takes a free one, `=` the one of the listener before;
             ADDRESS:0*N is N ports.
Conditions:  it listens only while all of them hold; otherwise connections are refused (the port stays taken, so nobody
             else can have it; a unix path is not there)
             after S                      seconds since the start
             when FILE, unless FILE       whether FILE is there
Manner:      bound                        never listens (a unix path is there, and refuses)
             full                         listens, with a full backlog: connections hang
             full-until FILE              the same until FILE is there
             ignore                       listens, never accepts: connections are made and nothing happens
Steps:       what the first connection sees; after a `/` the second, and so on; the last for all others
             hold (default), close (RST, if something came that was not read), reset (RST), finish (FIN, and it reads on),
             wait S, say TEXT, read TEXT (wait until TEXT has come), pour N (N bytes of noise)
TEXT takes escapes: 'PING\\r\\n', '\\x00\\xff'.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import errno
import heapq
import os
import selectors
import shlex
import socket
import struct
import time

TICK = 0.01


def unescape(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Connection:
    """One accepted connection, walking through its steps."""

    def __init__(self, server, listener, peer, number, steps):
        self.server, self.listener, self.peer, self.number = server, listener, peer, number
        self.steps = list(steps)
        self.received = bytearray()
        self.wanted = None
        peer.setblocking(False)
        server.selector.register(peer, selectors.EVENT_READ, self.on_readable)
        self.tell("accept")
        self.walk()

    def tell(self, event):
        self.server.tell(f"{self.listener.label} {self.number} {event}")

    def walk(self):
        while self.steps and self.peer.fileno() >= 0 and self.wanted is None:
            step, *argument = self.steps.pop(0)
            if step == "wait":
                self.server.later(float(argument[0]), self.walk)
                return
            if step == "read":
                self.wanted = unescape(argument[0])
                self.check()
            elif step == "say":
                self.send(unescape(argument[0]))
            elif step == "pour":
                self.send(b"noise\xff\x00\x1b[31m!" * (int(argument[0]) // 13))
            elif step == "finish":
                self.finish()
            elif step in ("close", "reset"):
                self.end(step == "reset")

    def send(self, data):
        try:
            self.peer.setblocking(True)
            self.peer.settimeout(5)
            self.peer.sendall(data)
            self.peer.setblocking(False)
        except OSError:
            self.end(False)

    def finish(self):
        try:
            self.peer.shutdown(socket.SHUT_WR)
        except OSError:
            self.end(False)

    def check(self):
        if self.wanted is not None and self.wanted in self.received:
            del self.received[: self.received.index(self.wanted) + len(self.wanted)]
            self.wanted = None
            return True
        return False

    def on_readable(self, _):
        try:
            data = self.peer.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.tell("end")
            self.end(False)
            return
        self.tell("read " + data.hex())
        self.received += data
        if self.check():
            self.walk()

    def end(self, reset):
        if self.peer.fileno() < 0:
            return
        self.server.selector.unregister(self.peer)
        if reset:
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.peer.close()


class Listener:
    """One bound socket and what its connections see."""

    STEPS = {"hold": 0, "close": 0, "reset": 0, "finish": 0, "wait": 1, "say": 1, "read": 1, "pour": 1}

    def __init__(self, server, where, words):
        self.server = server
        self.conditions, self.manner, self.full_until = [], "accept", None
        while words and words[0] in ("after", "when", "unless"):
            self.conditions.append((words.pop(0), words.pop(0)))
        if words and words[0] in ("bound", "full", "full-until", "ignore"):
            self.manner = words.pop(0)
            if self.manner == "full-until":
                self.manner, self.full_until = "full", words.pop(0)
        self.scripts = self.read_scripts(words)
        self.path = where[1] if where[0] == "unix" else None
        self.number = 0
        self.listening, self.fillers = False, []
        self.socket = None
        if self.path is None:
            self.socket = bind_tcp(*where)
            self.port = self.socket.getsockname()[1]
        self.label = self.path or str(self.port)
        self.follow()

    def read_scripts(self, words):
        scripts = [[]]
        while words:
            word = words.pop(0)
            if word == "/":
                scripts.append([])
            else:
                scripts[-1].append((word, *[words.pop(0) for _ in range(self.STEPS[word])]))
        return scripts

    def holds(self):
        checks = {
            "after": lambda value: time.monotonic() - self.server.started >= float(value),
            "when": os.path.exists,
            "unless": lambda value: not os.path.exists(value),
        }
        return all(checks[key](value) for key, value in self.conditions)

    def follow(self):
        """Listen or stop listening, as the conditions now say."""
        wanted = self.holds()
        if self.manner == "bound":
            if self.path and self.socket is None:
                self.socket = bind_unix(self.path)
            return
        if wanted and not self.listening:
            self.open()
        elif self.listening and not wanted:
            self.shut()
        if self.fillers and self.full_until and os.path.exists(self.full_until):
            self.drain()

    def open(self):
        if self.path:
            self.socket = bind_unix(self.path)
        try:
            self.socket.listen(0 if self.manner == "full" else 4096)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return  # a connection of somebody else's has this very port for its own end: follow() tries again
        self.listening = True
        if self.manner == "full":
            self.fill()
        elif self.manner == "accept":
            self.attend()

    def fill(self):
        filler = socket.socket(self.socket.family, socket.SOCK_STREAM)
        filler.connect(self.path or self.socket.getsockname())
        self.fillers.append(filler)

    def drain(self):
        for filler in self.fillers:
            self.socket.accept()[0].close()
            filler.close()
        self.fillers = []
        self.socket.listen(4096)
        self.attend()

    def attend(self):
        self.socket.setblocking(False)
        self.server.selector.register(self.socket, selectors.EVENT_READ, self.on_accept)

    def shut(self):
        # On Linux a listening socket that is shut down refuses, stays bound and can listen again.
        self.listening = False
        if self.manner == "accept":
            self.server.selector.unregister(self.socket)
        if self.path:
            os.unlink(self.path)
            self.socket.close()
        else:
            self.socket.shutdown(socket.SHUT_RDWR)

    def on_accept(self, _):
        try:
            peer = self.socket.accept()[0]
        except OSError:
            return
        script = self.scripts[min(self.number, len(self.scripts) - 1)]
        self.number += 1
        Connection(self.server, self, peer, self.number, script)


def bind_tcp(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port == 0:
        # A port that was asked for by number stays taken when its socket stops listening, one that bind chose does not.
        probe = socket.socket(family, socket.SOCK_STREAM)
        probe.bind((host, 0))
        port = probe.getsockname()[1]
        probe.close()
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.bind((host, port))
    return bound


def bind_unix(path):
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound.bind(path)
    return bound


class Server:
    """All listeners, timers and the log, on one selector."""

    def __init__(self, options):
        self.options = options
        self.selector = selectors.DefaultSelector()
        self.timers, self.sequence = [], 0
        self.started = time.monotonic()
        self.log = open(options.log, "w", buffering=1) if options.log else None
        self.listeners = self.bind_all()

    def bind_all(self):
        for attempt in range(20):
            listeners = []
            try:
                for text in self.options.listener:
                    self.bind(shlex.split(text), listeners)
                return listeners
            except OSError:
                # Somebody took the port that a second address of ours wanted too: choose anew.
                for listener in listeners:
                    listener.socket.close()
                if attempt == 19:
                    raise
        return []

    def bind(self, words, listeners):
        where = words.pop(0)
        if where.startswith("unix:"):
            listeners.append(Listener(self, ("unix", where[5:]), words))
            return
        host, _, port = where.rpartition(":")
        port, _, count = port.partition("*")
        for _ in range(int(count or 1)):
            number = listeners[-1].port if port == "=" else int(port)
            listeners.append(Listener(self, (host.strip("[]"), number), list(words)))

    def tell(self, text):
        if self.log:
            self.log.write(f"{time.monotonic() - self.started:.3f} {text}\n")

    def later(self, delay, action):
        self.sequence += 1
        heapq.heappush(self.timers, (time.monotonic() + delay, self.sequence, action))

    def serve(self):
        if self.options.ready:
            with open(self.options.ready + ".part", "w") as ready:
                ready.write("".join(f"{each.label}\n" for each in self.listeners))
            os.rename(self.options.ready + ".part", self.options.ready)
        changing = [each for each in self.listeners if each.conditions or each.full_until]
        end = self.started + self.options.life
        while time.monotonic() < end:
            wait = min(self.timers[0][0] if self.timers else end, end) - time.monotonic()
            for key, _ in self.selector.select(max(0, min(wait, TICK) if changing else wait)):
                key.data(key.fileobj)
            for listener in changing:
                listener.follow()
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()


def main():
    parser = argparse.ArgumentParser(description="listeners for tests; see the head of this file")
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("listener", nargs="+")
    Server(parser.parse_args()).serve()


if __name__ == "__main__":
    main()
