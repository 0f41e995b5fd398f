#!/usr/bin/env python3
"""A DNS server that lies in the way that a name's first label says.

    lying_dns.py --ready FILE ADDRESS...

It listens on port 53 of each ADDRESS, UDP and TCP; on the second one it plays the second half of the kinds that have two
("two-SECOND-OF-TWO"). A name is KIND.a.test for a lie, anything below b.test for a wildcard (192.0.2.66), else NXDOMAIN. The right
answer of a kind is 192.0.2.1. `KINDS` is the list; tests/differential/kinds.md says what comes of each.
"""

import sys

sys.dont_write_bytecode = True

import heapq
import os
import selectors
import socket
import struct
import time

import dnswire
from dnswire import pack_name, pack_record, pack_soa

GOOD, WILD = "192.0.2.1", "192.0.2.66"
QR, AA, TC, RA, RD = 0x8000, 0x0400, 0x0200, 0x0080, 0x0100
NORMAL = QR | RA | RD
SCOUTS = 65280  # types from here on are asked for by nobody but waiters


class Ask(dnswire.Question):
    """A question, how it came, and how often it has come before."""

    def __init__(self, packet, tcp, seen):
        super().__init__(packet)
        self.packet, self.tcp = packet, tcp
        self.number = int.from_bytes(self.raw[-4:-2], "big")
        key = self.name, self.number
        self.times = seen[key] = seen.get(key, 0) + 1


def build(ask, answers=(), authority=(), additional=(), rcode=0, flags=NORMAL, question=True, counts=None):
    head = struct.pack(
        "!6H",
        ask.id,
        flags | rcode,
        1 if question is True else 0 if question is None else len(question),
        len(answers) if counts is None else counts,
        len(authority),
        len(additional),
    )
    body = ask.raw if question is True else b"".join(question or ())
    return head + body + b"".join(answers) + b"".join(authority) + b"".join(additional)


def record(kind, data, owner=None, ttl=30):
    return pack_record(owner, kind, ttl, data)


def address(value=GOOD, owner=None):
    return record("A", socket.inet_aton(value), owner)


def cname(owner, target):
    return record("CNAME", pack_name(target), owner)


def soa():
    return pack_soa(30, 30)


def nodata(ask):
    return build(ask, authority=[soa()])


def nxdomain(ask):
    return build(ask, authority=[soa()], rcode=3)


def fail(rcode, **more):
    return lambda ask: build(ask, rcode=rcode, **more)


def good(ask):
    """192.0.2.1, and no data of another type."""
    return build(ask, [address()]) if ask.type == "A" else nodata(ask)


def only(answers):
    """These for A, no data for others."""
    return lambda ask: build(ask, answers) if ask.type == "A" else nodata(ask)


def for_a(make):
    return lambda ask: make(ask) if ask.type == "A" else nodata(ask)


def pair(a, aaaa):
    """One lie for A, another for AAAA; scouts see what is there."""
    return lambda ask: a(ask) if ask.type == "A" else aaaa(ask) if ask.type == "AAAA" else nodata(ask)


def aaaa_good(ask):
    return build(ask, [record("AAAA", socket.inet_pton(socket.AF_INET6, "2001:db8::1"))])


def silent(_):
    return None


def after(seconds, make=good):
    return lambda ask: [(seconds, make(ask))]


def first(count, lie, then=good):
    return lambda ask: lie(ask) if ask.times <= count else then(ask)


def before(lie, then=good):
    """A packet that does not fit, and right behind it another one."""
    return lambda ask: [(0, lie(ask)), (0.01, then(ask))]


def when(condition, lie, then=good):
    return lambda ask: lie(ask) if condition(ask) else then(ask)


def over_udp(lie, then=good):
    return when(lambda ask: not ask.tcp, lie, then)


def cut(ask):
    return build(ask, flags=NORMAL | TC)


def edns(lie):
    return when(lambda ask: ask.edns, lie)


def unchecked(lie):
    return when(lambda ask: ask.unchecked, lie)


def scouts(lie, then=good):
    return when(lambda ask: ask.number >= SCOUTS, lie, then)


def chain(length, reverse=False):
    """An alias of an alias of ... 192.0.2.1."""

    def make(ask):
        zone = ".test" if length < 100 else ""
        names = [ask.name] + [f"{i}{zone}" for i in range(1, length + 1)]
        links = [cname(here, there) for here, there in zip(names, names[1:])]
        answers = links + ([address(owner=names[-1])] if ask.type == "A" else [])
        packet = build(ask, answers[::-1] if reverse else answers, [] if ask.type == "A" else [soa()])
        return packet if ask.tcp or len(packet) <= 512 else cut(ask)

    return make


def with_id(change, make=good):
    return lambda ask: struct.pack("!H", (ask.id + change) & 0xFFFF) + make(ask)[2:]


def about(name, kind="A", number=1):
    """The right answer to another question."""
    return lambda ask: build(
        ask, [address(owner=name)], question=[pack_name(name) + struct.pack("!2H", dnswire.TYPES[kind], number)]
    )


def opt(data=b"", size=1232):
    return b"\0" + struct.pack("!2HIH", 41, size, 0, len(data)) + data


def trailing(ask):
    return good(ask) + b"\0garbage behind the end"


def compression_loop(ask):
    end = 12 + len(ask.raw)
    loop = struct.pack("!2H", 0xC000 | (end + 2), 0xC000 | end)
    return build(ask, [loop + struct.pack("!2HIH", 1, 1, 30, 4) + b"\xc0\0\2\1"])


def many(count, udp_limit=512):
    def make(ask):
        if ask.type != "A":
            return nodata(ask)
        records = [address(f"192.0.2.{1 + i % 9}") for i in range(count)]
        packet = build(ask, records)
        return packet if ask.tcp or len(packet) <= udp_limit else cut(ask)

    return make


def other_class(ask):
    return build(ask, [b"\xc0\x0c" + struct.pack("!2HIH", 1, 3, 30, 4) + b"\xc0\0\2\1"])


def ns(owner="test"):
    return record("NS", pack_name("ns.test"), owner)


def reflect(ask):
    return ask.packet


def stall(ask):
    return ("stall", good(ask))


def hang_up(_):
    return ("hang up",)




KINDS = {
    # What is there, and what is not.
    "good": good,
    "good-authoritative": for_a(lambda ask: build(ask, [address()], flags=QR | AA)),
    "good-neither": for_a(lambda ask: build(ask, [address()], flags=QR)),
    "good-twice": only([address(), address()]),
    "good-zero-ttl": only([record("A", socket.inet_aton(GOOD), ttl=0)]),
    "good-ipv6": pair(nodata, aaaa_good),
    "nxdomain": nxdomain,
    "nxdomain-bare": fail(3),
    "nodata": nodata,
    "nodata-bare-recursive": lambda ask: build(ask),
    "nodata-bare-authoritative": lambda ask: build(ask, flags=QR | AA),
    "nodata-ns-and-soa": lambda ask: build(ask, authority=[ns(), soa()]),
    "nodata-ns-authoritative": lambda ask: build(ask, authority=[ns()], flags=QR | AA),
    "lame": lambda ask: build(ask, flags=QR),
    "referral": lambda ask: build(ask, authority=[ns()], flags=QR),
    "referral-recursive": lambda ask: build(ask, authority=[ns()]),
    "referral-with-glue": lambda ask: build(ask, authority=[ns()], additional=[address(WILD, "ns.test")], flags=QR),
    # Failures.
    "formerr": fail(1),
    "servfail": fail(2),
    "notimp": fail(4),
    "refused": fail(5),
    "yxdomain": fail(6),
    "notauth": fail(9),
    "formerr-bare": fail(1, question=None),
    "servfail-bare": fail(2, question=None),
    "notimp-bare": fail(4, question=None),
    "refused-bare": fail(5, question=None),
    "noerror-bare": fail(0, question=None),
    "nxdomain-no-question": fail(3, question=None),
    "servfail-with-address": for_a(lambda ask: build(ask, [address()], rcode=2)),
    "refused-with-address": for_a(lambda ask: build(ask, [address()], rcode=5)),
    "nxdomain-with-address": lambda ask: build(ask, [address()] if ask.type == "A" else [], [soa()], rcode=3),
    "silent": silent,
    # Aliases.
    "alias": lambda ask: chain(1)(ask),
    "alias-of-alias": lambda ask: chain(2)(ask),
    "alias-reversed": lambda ask: chain(2, True)(ask),
    "alias-16": lambda ask: chain(16)(ask),
    "alias-64-reversed": lambda ask: chain(64, True)(ask),
    "alias-65": lambda ask: chain(65)(ask),
    "alias-2700-reversed": lambda ask: chain(2700, True)(ask),
    "alias-nowhere": lambda ask: build(ask, [cname(ask.name, "none.elsewhere")]),
    "alias-nodata": lambda ask: build(ask, [cname(ask.name, "none.elsewhere")], [soa()]),
    "alias-nxdomain": lambda ask: build(ask, [cname(ask.name, "none.elsewhere")], [soa()], rcode=3),
    "alias-servfail": lambda ask: build(ask, [cname(ask.name, "none.elsewhere")], rcode=2),
    "alias-referral": lambda ask: build(ask, [cname(ask.name, "none.elsewhere")], [ns("elsewhere")]),
    "alias-loop": lambda ask: build(ask, [cname(ask.name, "l.test"), cname("l.test", ask.name)]),
    "alias-self": lambda ask: build(ask, [cname(ask.name, ask.name)]),
    "alias-other-case": for_a(lambda ask: build(ask, [cname(ask.name.upper(), "C.test"), address(owner="c.TEST")])),
    "alias-broken-chain": for_a(lambda ask: build(ask, [cname(ask.name, "c.test"), address(WILD, "other.test")])),
    # Cut short.
    "cut": over_udp(cut),
    "cut-with-address": over_udp(for_a(lambda ask: build(ask, [address()], flags=NORMAL | TC))),
    "cut-tcp-closed": over_udp(cut, hang_up),
    "cut-tcp-stalls": over_udp(cut, stall),
    "cut-tcp-cut": cut,
    "cut-tcp-servfail": over_udp(cut, fail(2)),
    "cut-tcp-nxdomain": over_udp(cut, nxdomain),
    "many-over-tcp": many(200),
    "many-over-udp": many(60, 4000),
    # Answers that do not fit the question.
    "reflected": reflect,
    "reflected-then-good": before(reflect),
    "other-operation": for_a(lambda ask: build(ask, [address()], flags=NORMAL | 0x2000)),
    "wrong-id": with_id(1),
    "wrong-id-then-good": before(with_id(1)),
    "wrong-name": about("other.test"),
    "wrong-name-then-good": before(about("other.test")),
    "wrong-type": lambda ask: about(ask.name, "TXT")(ask),
    "wrong-class": lambda ask: about(ask.name, "A", 3)(ask),
    "question-other-case": for_a(lambda ask: build(ask, [address()], question=[ask.raw[:-4].swapcase() + ask.raw[-4:]])),
    "no-question": for_a(lambda ask: build(ask, [address(owner=ask.name)], question=None)),
    "two-questions": for_a(lambda ask: build(ask, [address()], question=[ask.raw, ask.raw])),
    "address-of-another": only([address(WILD, "other.test")]),
    "address-of-another-class": for_a(other_class),
    "ipv6-for-ipv4": for_a(lambda ask: aaaa_good(ask)),
    "text-for-ipv4": only([record("TXT", b"\4text")]),
    "address-in-authority": for_a(lambda ask: build(ask, authority=[address()])),
    "address-in-additional": for_a(lambda ask: build(ask, additional=[address()])),
    "address-in-additional-soa": for_a(lambda ask: build(ask, authority=[soa()], additional=[address()])),
    # Bytes that are not a message.
    "garbage": lambda ask: struct.pack("!H", ask.id) + bytes((i * 89 + 7) & 0xFF for i in range(70)),
    "two-bytes": lambda ask: struct.pack("!H", ask.id),
    "no-bytes": lambda ask: b"",
    "no-bytes-then-good": before(lambda ask: b""),
    "compression-loop": for_a(compression_loop),
    "cut-in-record": for_a(lambda ask: good(ask)[:-3]),
    "promised-answers": for_a(lambda ask: build(ask, [address()], counts=100)),
    "trailing-garbage": for_a(trailing),
    "short-address": only([record("A", b"\xc0\0\2")]),
    "long-address": only([record("A", b"\xc0\0\2\1aaaa")]),
    "garbled-additional": for_a(lambda ask: build(ask, [address()], additional=[opt(b"\0\x0a\xff\xff")])),
    "garbled-authority": for_a(lambda ask: build(ask, [address()], authority=[record("SOA", b"\xff\xff\xff", "test")])),
    # EDNS, which nobody asked for or somebody refuses.
    "edns-unasked": for_a(lambda ask: build(ask, [address()], additional=[opt()])),
    "edns-in-answer": for_a(lambda ask: build(ask, [opt()], additional=[address()])),
    "edns-dropped": edns(silent),
    "edns-formerr": edns(fail(1, question=None)),
    "edns-notimp": edns(fail(4)),
    "edns-servfail": edns(fail(2)),
    "edns-badvers": edns(lambda ask: build(ask, additional=[b"\0" + struct.pack("!2HIH", 41, 512, 1 << 24, 0)])),
    "edns-cookie-of-another": edns(
        lambda ask: build(ask, [address()], additional=[opt(struct.pack("!2H", 10, 16) + b"somebody's cooki")])
    ),
    # Questions that only waiters ask.
    "unchecked-dropped": unchecked(silent),
    "unchecked-formerr": unchecked(fail(1)),
    "unchecked-notimp": unchecked(fail(4)),
    "unchecked-servfail": unchecked(fail(2)),
    "types-dropped": scouts(silent),
    "types-nxdomain": scouts(nxdomain),
    "types-servfail": scouts(fail(2)),
    "types-nodata": scouts(nodata, nxdomain),
    # Families.
    "aaaa-servfail": pair(good, fail(2)),
    "aaaa-nxdomain": pair(good, nxdomain),
    "aaaa-refused": pair(good, fail(5)),
    "aaaa-notimp": pair(good, fail(4)),
    "aaaa-silent": pair(good, silent),
    "aaaa-garbage": pair(good, lambda ask: struct.pack("!H", ask.id) + b"garbage garbage"),
    "a-servfail-aaaa-good": pair(fail(2), aaaa_good),
    "a-silent-aaaa-good": pair(silent, aaaa_good),
    "a-nxdomain-aaaa-good": pair(nxdomain, aaaa_good),
    "a-servfail-aaaa-nodata": pair(fail(2), nodata),
    "a-nodata-aaaa-servfail": pair(nodata, fail(2)),
    # Time.
    "slow-800ms": after(0.8),
    "slow-2500ms": after(2.5),
    "first-lost": first(1, silent),
    "first-servfail": first(1, fail(2)),
    "slow-nxdomain": after(1, nxdomain),
}

# What the first server says, and the second.
PAIRS = {
    "second-good-first-silent": (silent, good),
    "second-good-first-servfail": (fail(2), good),
    "second-good-first-refused": (fail(5), good),
    "second-good-first-notimp": (fail(4), good),
    "second-good-first-lame": (KINDS["lame"], good),
    "second-good-first-referral": (KINDS["referral"], good),
    "second-good-first-garbage": (KINDS["garbage"], good),
    "second-good-first-reflects": (reflect, good),
    "second-good-first-nxdomain": (nxdomain, good),
    "second-good-first-nodata": (nodata, good),
    "second-nxdomain-first-late": (after(0.5), nxdomain),
    "second-nxdomain-first-later": (after(2.2), nxdomain),
    "second-nxdomain-first-silent": (silent, nxdomain),
    "second-nxdomain-first-servfail": (fail(2), nxdomain),
    "second-nxdomain-first-lame": (KINDS["lame"], nxdomain),
    "second-servfail-first-nxdomain": (nxdomain, fail(2)),
    "both-servfail": (fail(2), fail(2)),
    "second-slow-first-silent": (silent, after(1)),
}

# The first one lies whatever it is asked for: nothing shows that it lives.
DEAD_FIRST = {
    "second-nxdomain-first-dead": (silent, nxdomain),
    "second-nxdomain-first-refuses-all": (fail(5), nxdomain),
}


def answer(ask, server):
    """Packets to send: (delay, bytes), or what to do with a TCP connection."""
    kind, _, zone = ask.name.partition(".")
    if kind in DEAD_FIRST and server == 0:
        lie = DEAD_FIRST[kind][0]
    elif zone == "b.test":
        lie = only([address(WILD)])
    elif zone != "a.test":
        lie = nxdomain
    else:
        pairs = {**PAIRS, **DEAD_FIRST}
        lie = pairs[kind][server] if kind in pairs else KINDS.get(kind, nxdomain)
    made = lie(ask)
    if made is None:
        return []
    late = 0.1 if server == 1 else 0  # musl asks both at once: the first one's word has to come first
    packets = [(0, made)] if isinstance(made, (bytes, tuple)) else made
    return [(late + delay, packet) for delay, packet in packets]


class Server:
    def __init__(self, addresses):
        self.selector, self.timers, self.number = selectors.DefaultSelector(), [], 0
        for server, where in enumerate(addresses):
            seen = {}
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            udp.bind((where, 53))
            tcp = socket.socket()
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((where, 53))
            tcp.listen(1024)
            self.selector.register(udp, selectors.EVENT_READ, (self.on_udp, server, seen))
            self.selector.register(tcp, selectors.EVENT_READ, (self.on_accept, server, seen))

    def later(self, delay, action):
        self.number += 1
        heapq.heappush(self.timers, (time.monotonic() + delay, self.number, action))

    def on_udp(self, udp, server, seen):
        packet, peer = udp.recvfrom(65535)
        for delay, made in answer(Ask(packet, False, seen), server):
            self.later(delay, lambda made=made: udp.sendto(made, peer))

    def on_accept(self, listener, server, seen):
        connection, _ = listener.accept()
        self.selector.register(connection, selectors.EVENT_READ, (self.on_tcp, server, seen))

    def on_tcp(self, connection, server, seen):
        try:
            data = connection.recv(65535)
        except OSError:
            data = b""
        if len(data) < 14:
            self.hang_up(connection)
            return
        while data:
            size = struct.unpack_from("!H", data)[0]
            for delay, made in answer(Ask(data[2 : 2 + size], True, seen), server):
                self.later(delay, lambda made=made: self.send(connection, made))
            data = data[2 + size :]

    def send(self, connection, made):
        if made[0] == "hang up":
            self.hang_up(connection)
            return
        stall = made[0] == "stall"
        packet = made[1] if stall else made
        try:
            whole = struct.pack("!H", len(packet)) + packet
            connection.sendall(whole[:-8] if stall else whole)
        except OSError:
            self.hang_up(connection)

    def hang_up(self, connection):
        if connection.fileno() >= 0:
            self.selector.unregister(connection)
            connection.close()

    def serve(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            wait = (self.timers[0][0] if self.timers else end) - time.monotonic()
            for key, _ in self.selector.select(max(0, wait)):
                action, server, seen = key.data
                action(key.fileobj, server, seen)
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()


def main():
    ready = sys.argv[sys.argv.index("--ready") + 1]
    server = Server(sys.argv[sys.argv.index("--ready") + 2 :])
    with open(ready + ".part", "w", encoding="ascii") as out:
        out.write("ready\n")
    os.rename(ready + ".part", ready)
    server.serve(300)


if __name__ == "__main__":
    main()
