"""DNS messages as bytes: what dns.py needs to read a question and to build answers, right and wrong ones."""

import ipaddress
import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "OPT": 41}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}


class Question:
    """One question as it came: id, lower-case name without the last dot, type, the raw bytes, the CD bit, the UDP size."""

    def __init__(self, packet):
        self.id, flags, count, _, _, additional = struct.unpack_from("!6H", packet)
        if count != 1:
            raise ValueError("not one question")
        name, end = read_name(packet, 12)
        self.name = name.lower()
        number, _ = struct.unpack_from("!2H", packet, end)
        self.type = TYPE_NAMES.get(number, str(number))
        self.raw = packet[12 : end + 4]
        self.unchecked = bool(flags & 0x10)
        self.edns = additional > 0
        self.udp_size = max(512, struct.unpack_from("!H", packet, end + 7)[0]) if self.edns else 512


def read_name(packet, at):
    labels = []
    while packet[at]:
        length = packet[at]
        if length > 63:
            raise ValueError("compression in a question")
        labels.append(packet[at + 1 : at + 1 + length].decode("latin-1"))
        at += 1 + length
    return ".".join(labels), at + 1


def pack_name(name):
    labels = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def pack_text(text):
    data = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
    pieces = [data[i : i + 255] for i in range(0, len(data), 255)] or [b""]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def pack_data(kind, value):
    """The record data for one value of a zone script, such as "10 mail.test" for MX."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind in ("CNAME", "NS", "PTR"):
        return pack_name(value)
    words = value.split(" ", 1 if kind == "MX" else 3)
    if kind == "MX":
        return struct.pack("!H", int(words[0])) + pack_name(words[1])
    if kind == "SRV":
        return struct.pack("!3H", *map(int, words[:3])) + pack_name(words[3])
    if kind == "TXT":
        return pack_text(value)
    raise ValueError("no data for type " + kind)


def pack_record(owner, kind, ttl, data):
    """A record; owner is a name, or None for "the name in the question"."""
    where = b"\xc0\x0c" if owner is None else pack_name(owner)
    return where + struct.pack("!2HIH", TYPES[kind], 1, ttl, len(data)) + data


def pack_soa(ttl, minimum):
    data = pack_name("ns.test") + pack_name("hostmaster.test") + struct.pack("!5I", 1, 3600, 600, 86400, minimum)
    return pack_record("test", "SOA", ttl, data)


def pack_message(question, rcode=0, answers=(), authority=(), truncated=False, counts=None):
    """A whole answer; counts, when given, lies about the number of answers."""
    flags = 0x8580 | (0x0200 if truncated else 0) | rcode
    number = len(answers) if counts is None else counts
    head = struct.pack("!6H", question.id, flags, 1, number, len(authority), 1 if question.edns else 0)
    tail = b"\0" + struct.pack("!2HIH", TYPES["OPT"], 1232, 0, 0) if question.edns else b""
    return head + question.raw + b"".join(answers) + b"".join(authority) + tail
