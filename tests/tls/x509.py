"""Certificates byte by byte, good ones and those that no library would make: DER, and signatures by the openssl program.

The words of DER: seq, explicit(N, …), octets and so on return bytes; extensions are (OID, critical, value).
"""

import base64
import os
import subprocess

CN, O, EMAIL = "2.5.4.3", "2.5.4.10", "1.2.840.113549.1.9.1"
SKI, KEY_USAGE, SAN, BASIC, CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30"
POLICIES, MAPPINGS, AKI, POLICY_CONSTRAINTS, EKU, INHIBIT_ANY = "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.54"
ANY_POLICY = "2.5.29.32.0"
SERVER_AUTH, CLIENT_AUTH, ANY_EKU = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
ECDSA_SHA256, ECDSA_SHA384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"


# --- DER ---

def tlv(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def explicit(number, content):
    return tlv(0xA0 | number, content)


def implicit(number, content, constructed=False):
    return tlv((0xA0 if constructed else 0x80) | number, content)


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def octets(content):
    return tlv(4, content)


def boolean(value):
    return tlv(1, b"\xff" if value else b"\0")


def bits(content, unused=0):
    return tlv(3, bytes([unused]) + content)


def oid(text):
    first, second, *rest = (int(number) for number in text.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        digits = [number & 0x7F]
        while number > 0x7F:
            number >>= 7
            digits.insert(0, number & 0x7F | 0x80)
        out += bytes(digits)
    return tlv(6, out)


def time(text):
    """YYYYMMDDHHMMSSZ as RFC 5280 wants it (4.1.2.5): UTCTime until 2049; or a tag and its text."""
    if isinstance(text, tuple):
        return tlv(text[0], text[1].encode())
    return tlv(0x17, text[2:].encode()) if text < "2050" else tlv(0x18, text.encode())


def name(*parts):
    """("CN", "text")…, each a part of its own; bytes in place of text are the DER of the value."""
    kinds = {"CN": CN, "O": O, "email": EMAIL}
    out = []
    for kind, text in parts:
        value = text if isinstance(text, bytes) else tlv(0x16 if kind == "email" else 0x0C, text.encode())
        out.append(tlv(0x31, seq(oid(kinds[kind]), value)))
    return seq(*out)


# --- extensions ---

def general(kind, value):
    numbers = {"other": 0, "email": 1, "dns": 2, "dir": 4, "uri": 6, "ip": 7, "rid": 8}
    if kind == "dir":
        return explicit(4, value)
    if kind == "other":
        return implicit(0, oid("1.3.6.1.4.1.99999.1") + explicit(0, tlv(0x0C, value.encode())), True)
    if kind == "rid":
        return implicit(8, oid(value)[2:])
    return implicit(numbers[kind], value if isinstance(value, bytes) else value.encode())


def san(*names, critical=False):
    return (SAN, critical, seq(*(general(*one) for one in names)))


def subtrees(number, names, minimum=None):
    extra = b"" if minimum is None else implicit(0, integer(minimum)[2:])
    return implicit(number, b"".join(seq(general(*one), extra) for one in names), True)


def constraints(permitted=(), excluded=(), critical=True, minimum=None):
    parts = [subtrees(number, names, minimum) for number, names in ((0, permitted), (1, excluded)) if names]
    return (CONSTRAINTS, critical, seq(*parts))


def basic(ca=True, path=None, critical=True):
    parts = [boolean(True)] if ca else []
    return (BASIC, critical, seq(*parts, *([integer(path)] if path is not None else [])))


def usage(*names, critical=True):
    order = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]
    value = sum(0x80 >> order.index(one) for one in names)
    unused = (value & -value).bit_length() - 1
    return (KEY_USAGE, critical, bits(bytes([value]), unused))


def purposes(*oids, critical=False):
    return (EKU, critical, seq(*(oid(one) for one in oids)))


def policies(*oids, critical=False):
    return (POLICIES, critical, seq(*(seq(oid(one)) for one in oids)))


def mappings(*pairs):
    return (MAPPINGS, True, seq(*(seq(oid(a), oid(b)) for a, b in pairs)))


def policy_constraints(require=None, inhibit=None):
    parts = [implicit(n, integer(v)[2:]) for n, v in ((0, require), (1, inhibit)) if v is not None]
    return (POLICY_CONSTRAINTS, True, seq(*parts))


def inhibit_any(skip):
    return (INHIBIT_ANY, True, integer(skip))


def ski(identifier, critical=False):
    return (SKI, critical, octets(identifier))


def aki(identifier=None, issuer=None, serial=None, critical=False):
    parts = [implicit(0, identifier)] if identifier is not None else []
    if issuer is not None:
        parts += [implicit(1, explicit(4, issuer), True), implicit(2, integer(serial)[2:])]
    return (AKI, critical, seq(*parts))


# --- certificates ---

class Key:
    """An EC key in `directory`/NAME.key; its identifier is its name."""

    def __init__(self, directory, label):
        self.path = os.path.join(directory, f"{label}.key")
        if not os.path.exists(self.path):
            subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path], check=True)
        self.spki = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                                   stdout=subprocess.PIPE).stdout
        self.identifier = label.encode().ljust(20, b"\0")

    def sign(self, data):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=data, check=True,
                              stdout=subprocess.PIPE).stdout


def certificate(subject, key, issuer, signer, extensions, *, serial=1, begin="20250101000000Z", end="20400101000000Z", version=3,
                outer=ECDSA_SHA256):
    """The DER of one: `subject` and `issuer` are names, `key` and `signer` keys."""
    parts = [explicit(0, integer(version - 1))] if version > 1 else []
    parts += [integer(serial), seq(oid(ECDSA_SHA256)), issuer, seq(time(begin), time(end)), subject, key.spki]
    if extensions:
        parts.append(explicit(3, seq(*(seq(oid(o), *([boolean(True)] if c else []), octets(v)) for o, c, v in extensions))))
    body = seq(*parts)
    return seq(body, seq(oid(outer)), bits(signer.sign(body)))


def pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
