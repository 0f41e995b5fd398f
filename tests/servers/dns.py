#!/usr/bin/env python3
"""A DNS server for tests that answers, stalls and lies as a zone script tells it.

    dns.py [--listen ADDR:PORT]... [--no-tcp] [--ready FILE] [--log FILE] [--life SECONDS] ZONE

UDP and TCP on one port; port 0 (the default, on 127.0.0.1) takes a free one. Once it listens, it writes the ports to
the --ready file, one a line. Every question goes to the --log file: seconds since the start, udp or tcp, type (with "+cd"
behind it where that bit is set), name, the asker's port. It ends by itself after --life seconds (120).

A line of the zone script is

    NAME TYPE[,TYPE] [CONDITION]... [MODIFIER]... ACTION

and the first line that fits the question and whose conditions hold is played. NAME `*` and TYPE `*` fit everything,
`*.x` fits what ends in .x, `x*` what begins with x. A name with no line that holds is NXDOMAIN; a name that has one, but of another type, is
no data.

Conditions:  until S, after S      seconds since the first question for this name
             first N, from N       number of this question among those for this name and type, or among a waiter's scouts for
                                   this name (common/dns/dns_memory.h), if they are more
             over udp|tcp          how it was asked
             edns yes|no           whether the question has an OPT record
             when FILE, unless FILE  whether FILE is there (below the directory the server was started in)
Modifiers:   delay=S               answer later
             ttl=N                 of the records, and of the SOA of a negative answer (default 30)
             cached                the SOA's TTL counts down, as a server's does that answers from its cache
             wrong=id|question|source|case   an answer that does not fit the question (case: fits but for its letters)
             decoy=id|question|source        such an answer first, then the right one
             tc                    truncated: no records and the TC bit
Actions:     VALUE...              records of the type asked: 192.0.2.1, "10 mail.test", "0 5 80 host.test", "te\\xff"
             CNAME NAME            an alias; what NAME is comes along, as a resolver gives it
             MANY N                N different A records
             NXDOMAIN NODATA SERVFAIL REFUSED FORMERR NOTIMP
             SILENT                nothing
             GARBAGE               bytes that are no DNS message, after the right id
             LOOP                  compression pointers in a circle
             CUT                   a message that ends in the middle of a record
             LIES                  a header that promises a hundred answers, with one there
             STALL                 TCP: half of the answer, then nothing
             HANGUP                TCP: the end of the connection without an answer
"""

import sys

sys.dont_write_bytecode = True

import argparse
import heapq
import os
import selectors
import shlex
import socket
import struct
import time

import dnswire

NEGATIVE = {"NXDOMAIN": 3, "NODATA": 0, "SERVFAIL": 2, "REFUSED": 5, "FORMERR": 1, "NOTIMP": 4}
WORDS = set(NEGATIVE) | {"CNAME", "MANY", "SILENT", "GARBAGE", "LOOP", "CUT", "LIES", "STALL", "HANGUP"}
CONDITIONS = {"until", "after", "first", "from", "over", "edns", "when", "unless"}
MODIFIERS = {"delay", "ttl", "wrong", "decoy"}


class Rule:
    """One line of the zone script."""

    def __init__(self, words):
        self.name, types, *rest = words
        self.name = self.name.lower().rstrip(".") or "."
        self.types = types.split(",")
        self.conditions, self.modifiers = [], {}
        while rest and rest[0] in CONDITIONS:
            self.conditions.append((rest[0], rest[1]))
            rest = rest[2:]
        while rest and (rest[0] in ("tc", "cached") or rest[0].partition("=")[0] in MODIFIERS):
            key, _, value = rest.pop(0).partition("=")
            self.modifiers[key] = value
        if not rest and "tc" in self.modifiers:
            rest = ["NODATA"]
        if not rest:
            raise ValueError("a zone line without an action: " + " ".join(words))
        self.action = rest.pop(0) if rest[0] in WORDS else "DATA"
        self.values = rest

    def fits_name(self, name):
        if self.name.startswith("*."):
            return name.endswith(self.name[1:])
        return self.name == name or (self.name.endswith("*") and name.startswith(self.name[:-1]))

    def fits_type(self, kind):
        return "*" in self.types or kind in self.types or (self.action == "CNAME" and self.types == ["CNAME"])


class Zone:
    """The script, and what has been asked so far."""

    def __init__(self, path):
        with open(path, encoding="latin-1") as script:
            lines = [shlex.split(line, comments=True) for line in script]
        self.rules = [Rule(words) for words in lines if words]
        self.first_asked = {}
        self.asked = {}

    def count(self, question):
        self.first_asked.setdefault(question.name, time.monotonic())
        scout = question.unchecked or question.type.isdigit()
        key = question.name, "scout" if scout else question.type
        self.asked[key] = self.asked.get(key, 0) + 1

    def age(self, name):
        return time.monotonic() - self.first_asked.get(name, time.monotonic())

    def holds(self, rule, name, kind, transport):
        """Whether the conditions hold; transport is the pair of udp or tcp, and yes or no for EDNS."""
        counted = kind if "*" in rule.types or kind in rule.types else rule.types[0]
        number = max(self.asked.get((name, counted), 0), self.asked.get((name, "scout"), 0))
        checks = {
            "until": lambda value: self.age(name) < float(value),
            "after": lambda value: self.age(name) >= float(value),
            "first": lambda value: number <= int(value),
            "from": lambda value: number >= int(value),
            "over": lambda value: value in transport,
            "edns": lambda value: value in transport,
            "when": os.path.exists,
            "unless": lambda value: not os.path.exists(value),
        }
        return all(checks[key](value) for key, value in rule.conditions)

    def find(self, name, kind, transport):
        """The rule to play, or the word for "no such thing"."""
        here = [r for r in self.rules if r.fits_name(name) and self.holds(r, name, kind, transport)]
        for rule in here:
            if rule.fits_type(kind):
                return rule
        return Rule([name, "*", "NODATA" if here else "NXDOMAIN"])


def records_of(zone, name, kind, transport, owner=None, depth=0):
    """The records for name and the rcode, aliases followed; what a resolver would give."""
    rule = zone.find(name, kind, transport)
    ttl = int(rule.modifiers.get("ttl", 30))
    if rule.action in NEGATIVE:
        return [], NEGATIVE[rule.action], rule
    if rule.action == "MANY":
        data = [struct.pack("!I", 0x0A000001 + i) for i in range(int(rule.values[0]))]
        return [dnswire.pack_record(owner, "A", ttl, each) for each in data], 0, rule
    if rule.action == "CNAME":
        target = rule.values[0].lower().rstrip(".")
        records = [dnswire.pack_record(owner, "CNAME", ttl, dnswire.pack_name(target))]
        if kind == "CNAME" or depth > 15:
            return records, 0, rule
        more, rcode, _ = records_of(zone, target, kind, transport, target, depth + 1)
        return records + more, rcode, rule
    if rule.action == "DATA" and kind in dnswire.TYPES:
        return [dnswire.pack_record(owner, kind, ttl, dnswire.pack_data(kind, v)) for v in rule.values], 0, rule
    return [], 0, rule


def wrong_shape(question, action):
    """The bytes of an answer that no resolver may believe."""
    if action == "GARBAGE":
        return struct.pack("!H", question.id) + bytes((i * 89 + 7) & 0xFF for i in range(70))
    end = 12 + len(question.raw)
    if action == "LOOP":
        loop = struct.pack("!2H", 0xC000 | (end + 2), 0xC000 | end)
        return dnswire.pack_message(question, answers=[loop + struct.pack("!2HIH", 1, 1, 30, 4) + b"\x7f\0\0\1"])
    record = dnswire.pack_record(None, "A", 30, b"\x7f\0\0\1")
    if action == "CUT":
        return dnswire.pack_message(question, answers=[record])[: end + 9]
    return dnswire.pack_message(question, answers=[record], counts=100)


def spoil(packet, question, how):
    """The same answer with something that does not fit the question."""
    end = 12 + len(question.raw)
    if how == "id":
        return struct.pack("!H", (question.id + 1) & 0xFFFF) + packet[2:]
    if how == "question":
        label = bytearray(packet[12:end])
        label[1] = ord("z") if label[1] != ord("z") else ord("y")
        return packet[:12] + bytes(label) + packet[end:]
    if how == "case":
        return packet[:12] + packet[12 : end - 4].swapcase() + packet[end - 4 :]
    return packet


class Answer:
    """What to send, when, and how: steps of (delay, bytes, from another socket, then what)."""

    def __init__(self, zone, question, transport):
        how = transport, "yes" if question.edns else "no"
        records, rcode, rule = records_of(zone, question.name, question.type, how)
        self.delay = float(rule.modifiers.get("delay", 0))
        self.ending = rule.action
        self.steps = []
        if rule.action in ("SILENT", "HANGUP"):
            return
        if rule.action in ("GARBAGE", "LOOP", "CUT", "LIES"):
            packet = wrong_shape(question, rule.action)
        else:
            packet = self.whole(zone, question, rule, records, rcode, transport)
        for how in (rule.modifiers.get("decoy"), rule.modifiers.get("wrong")):
            if how:
                self.steps.append((spoil(packet, question, how), how == "source"))
        if "wrong" not in rule.modifiers:
            self.steps.append((packet, False))

    def whole(self, zone, question, rule, records, rcode, transport):
        if "tc" in rule.modifiers:
            return dnswire.pack_message(question, truncated=True)
        minimum = int(rule.modifiers.get("ttl", 30))
        ttl = max(0, minimum - int(zone.age(question.name))) if "cached" in rule.modifiers else minimum
        authority = [] if records or rcode not in (0, 3) else [dnswire.pack_soa(ttl, minimum)]
        packet = dnswire.pack_message(question, rcode, records, authority)
        if transport == "udp" and len(packet) > question.udp_size:
            return dnswire.pack_message(question, truncated=True)
        return packet


class Server:
    """Sockets, timers and the log, on one selector."""

    def __init__(self, options):
        self.options = options
        self.zone = Zone(options.zone)
        self.selector = selectors.DefaultSelector()
        self.timers, self.sequence = [], 0
        self.started = time.monotonic()
        self.log = open(options.log, "w", buffering=1) if options.log else None
        self.ports = [self.listen(where) for where in options.listen or ["127.0.0.1:0"]]

    def listen(self, where):
        host, _, port = where.rpartition(":")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(50):
            udp = socket.socket(family, socket.SOCK_DGRAM)
            udp.bind((host, int(port)))
            tcp = socket.socket(family, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind(udp.getsockname()[:2])
                break
            except OSError:
                udp.close()
                tcp.close()
                if int(port):
                    raise
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.selector.register(udp, selectors.EVENT_READ, self.on_udp)
        if not self.options.no_tcp:
            tcp.listen(1024)
            tcp.setblocking(False)
            self.selector.register(tcp, selectors.EVENT_READ, self.on_accept)
        return udp.getsockname()[1]

    def later(self, delay, action):
        self.sequence += 1
        heapq.heappush(self.timers, (time.monotonic() + delay, self.sequence, action))

    def ask(self, packet, transport, port):
        try:
            question = dnswire.Question(packet)
        except (ValueError, IndexError, struct.error):
            return None
        self.zone.count(question)
        if self.log:
            name = question.name or "."
            kind = question.type + ("+cd" if question.unchecked else "")
            self.log.write(f"{time.monotonic() - self.started:.3f} {transport} {kind} {name} {port}\n")
        return Answer(self.zone, question, transport)

    def on_udp(self, udp):
        packet, peer = udp.recvfrom(65535)
        answer = self.ask(packet, "udp", peer[1])
        for data, elsewhere in answer.steps if answer else ():
            self.later(answer.delay, lambda data=data, elsewhere=elsewhere: self.send_udp(udp, data, peer, elsewhere))

    def send_udp(self, udp, data, peer, elsewhere):
        if elsewhere:
            udp = socket.socket(udp.family, socket.SOCK_DGRAM)
        udp.sendto(data, peer)

    def on_accept(self, listener):
        connection, peer = listener.accept()
        connection.setblocking(False)
        buffer = bytearray()
        self.selector.register(connection, selectors.EVENT_READ, lambda c: self.on_tcp(c, peer[1], buffer))

    def on_tcp(self, connection, port, buffer):
        try:
            data = connection.recv(65535)
        except OSError:
            data = b""
        if not data:
            self.hang_up(connection)
            return
        buffer += data
        while len(buffer) >= 2:
            size = struct.unpack_from("!H", buffer)[0]
            if len(buffer) < 2 + size:
                break
            packet = bytes(buffer[2 : 2 + size])
            del buffer[: 2 + size]
            answer = self.ask(packet, "tcp", port)
            if answer:
                self.later(answer.delay, lambda answer=answer: self.send_tcp(connection, answer))

    def send_tcp(self, connection, answer):
        data = b"".join(struct.pack("!H", len(packet)) + packet for packet, _ in answer.steps)
        if answer.ending == "HANGUP":
            self.hang_up(connection)
            return
        if answer.ending == "STALL":
            data = data[: len(data) // 2]
        try:
            connection.setblocking(True)
            connection.sendall(data)
            connection.setblocking(False)
        except OSError:
            self.hang_up(connection)

    def hang_up(self, connection):
        if connection.fileno() >= 0:
            self.selector.unregister(connection)
            connection.close()

    def serve(self):
        if self.options.ready:
            with open(self.options.ready + ".part", "w") as ready:
                ready.write("".join(f"{port}\n" for port in self.ports))
            os.rename(self.options.ready + ".part", self.options.ready)
        end = self.started + self.options.life
        while time.monotonic() < end:
            wait = (self.timers[0][0] if self.timers else end) - time.monotonic()
            for key, _ in self.selector.select(max(0, wait)):
                key.data(key.fileobj)
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()


def main():
    parser = argparse.ArgumentParser(description="a DNS server for tests; see the head of this file")
    parser.add_argument("--listen", action="append")
    parser.add_argument("--no-tcp", action="store_true")
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("zone")
    Server(parser.parse_args()).serve()


if __name__ == "__main__":
    main()
