#!/usr/bin/env python3
"""Hosts that answer echo requests, or lie: behind a TUN interface of the network namespace in which it runs (as root).

usage: icmp.py [--ready FILE] [--log FILE] [--life SECONDS] ADDRESS=KIND...

The interface `lies` has 10.9.0.1/24 and fd00:9::1/64; ADDRESS is another one in these. KIND, words joined by commas:

    answer      as a host should
    silent      nothing
    until=FILE  nothing before FILE is there
    first=N     nothing for the first N requests
    twice       two answers
    id, sequence, payload, checksum, type, code, source   an answer with that wrong (source: it comes from 10.9.0.99, fd00:9::99)
    short=N     only the first N bytes of the answer
    long=N      N bytes more
    report=TYPE.CODE   an error of a router, 10.9.0.254 or fd00:9::254; with `quote`, about another request; with `too`, and the answer
    flood       a thousand wrong answers, and then the right one

The log has a line for each request: ADDRESS and its size.
"""

import argparse
import fcntl
import ipaddress
import os
import signal
import struct
import subprocess

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 1, 0x1000


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Four:
    """IPv4: where things are in a packet, and how one is made."""

    reply, request, router, stranger = 0, 8, ipaddress.ip_address("10.9.0.254"), ipaddress.ip_address("10.9.0.99")

    @staticmethod
    def read(packet):
        """source, destination, ICMP message; None if it is none."""
        header = (packet[0] & 15) * 4
        if packet[9] != 1:
            return None
        return ipaddress.ip_address(packet[12:16]), ipaddress.ip_address(packet[16:20]), packet[header:]

    @staticmethod
    def sum(source, destination, message):
        return checksum(message)

    @staticmethod
    def write(source, destination, message):
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0) + source.packed + destination.packed
        return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + message


class Six:
    reply, request, router, stranger = 129, 128, ipaddress.ip_address("fd00:9::254"), ipaddress.ip_address("fd00:9::99")

    @staticmethod
    def read(packet):
        if packet[6] != 58:
            return None
        return ipaddress.ip_address(packet[8:24]), ipaddress.ip_address(packet[24:40]), packet[40:]

    @staticmethod
    def sum(source, destination, message):
        return checksum(source.packed + destination.packed + struct.pack("!II", len(message), 58) + message)

    @staticmethod
    def write(source, destination, message):
        return struct.pack("!IHBB", 6 << 28, len(message), 58, 64) + source.packed + destination.packed + message


def flip(message, at):
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]


class Host:
    def __init__(self, words):
        self.words = dict(word.partition("=")[::2] for word in words.split(","))
        self.asked = 0

    def is_silent(self):
        self.asked += 1
        words = self.words
        return "silent" in words or self.asked <= int(words.get("first", 0)) or ("until" in words and not os.path.exists(words["until"]))

    def answer(self, family, message):
        """The answer's message, without its checksum."""
        made = bytes([family.reply, 0, 0, 0]) + message[4:]
        for word, at in (("type", 0), ("code", 1), ("id", 5), ("sequence", 7), ("payload", 20)):
            if word in self.words:
                made = flip(made, at)
        return made[: int(self.words.get("short", len(made)))] + b"x" * int(self.words.get("long", 0))

    def report(self, packet, message):
        kind, code = map(int, self.words["report"].split("."))
        if "quote" in self.words:
            packet = flip(packet, len(packet) - len(message) + 7)
        return bytes([kind, code, 0, 0, 0, 0, 0, 0]) + packet

    def packets(self, family, packet, source, destination, message):
        """What comes back for a request."""
        if self.is_silent():
            return
        if "report" in self.words:
            yield from self.sent(family, source, family.router, self.report(packet, message))
        if "report" not in self.words or "too" in self.words:
            sender = family.stranger if "source" in self.words else destination
            yield from self.sent(family, source, sender, self.answer(family, message))

    def sent(self, family, source, sender, made):
        if len(made) >= 4:
            made = made[:2] + struct.pack("!H", family.sum(sender, source, made) ^ ("checksum" in self.words)) + made[4:]
        if "flood" in self.words:
            wrong = flip(made[:2] + b"\0\0" + made[4:], 20)
            wrong = wrong[:2] + struct.pack("!H", family.sum(sender, source, wrong)) + wrong[4:]
            yield from [family.write(sender, source, wrong)] * 1000
        for _ in range(2 if "twice" in self.words else 1):
            yield family.write(sender, source, made)


def interface():
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"lies", IFF_TUN | IFF_NO_PI))
    with open("/proc/sys/net/ipv6/conf/lies/accept_dad", "w") as setting:
        setting.write("0")
    for command in ("addr add 10.9.0.1/24 dev lies", "link set lies up", "addr add fd00:9::1/64 dev lies"):
        subprocess.run(["busybox", "ip", *command.split()], check=True)
    return device


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready")
    parser.add_argument("--log", default=os.devnull)
    parser.add_argument("--life", type=int, default=120)
    parser.add_argument("hosts", nargs="*")
    arguments = parser.parse_args()
    signal.alarm(arguments.life)
    hosts = {ipaddress.ip_address(address): Host(words) for address, _, words in (host.partition("=") for host in arguments.hosts)}
    device = interface()
    if arguments.ready:
        with open(arguments.ready, "w") as ready:
            ready.write("ready\n")
    with open(arguments.log, "a", buffering=1) as log:
        while True:
            packet = os.read(device, 65536)
            family = Six if packet[0] >> 4 == 6 else Four
            found = family.read(packet)
            if not found or found[1] not in hosts or found[2][0] != family.request:
                continue
            log.write(f"{found[1]} {len(found[2])}\n")
            for back in hosts[found[1]].packets(family, packet, *found):
                os.write(device, back)


if __name__ == "__main__":
    main()
