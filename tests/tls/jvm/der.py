"""Certificates, written byte by byte: also those that no library would make."""

import datetime
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

HASHES = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3-256": hashes.SHA3_256,
}
ALGORITHMS = {
    ("rsa", "md5"): "1.2.840.113549.1.1.4",
    ("rsa", "sha1"): "1.2.840.113549.1.1.5",
    ("rsa", "sha224"): "1.2.840.113549.1.1.14",
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("rsa", "sha512"): "1.2.840.113549.1.1.13",
    ("rsa", "sha3-256"): "2.16.840.1.101.3.4.3.14",
    ("ec", "sha1"): "1.2.840.10045.4.1",
    ("ec", "sha224"): "1.2.840.10045.4.3.1",
    ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha384"): "1.2.840.10045.4.3.3",
    ("ec", "sha512"): "1.2.840.10045.4.3.4",
    ("ec", "sha3-256"): "2.16.840.1.101.3.4.3.10",
    ("dsa", "sha1"): "1.2.840.10040.4.3",
    ("dsa", "sha224"): "2.16.840.1.101.3.4.3.1",
    ("dsa", "sha256"): "2.16.840.1.101.3.4.3.2",
}
DIGESTS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
ATTRIBUTES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
UTF8, PRINTABLE, TELETEX, BMP = 0x0C, 0x13, 0x14, 0x1E
ENCODINGS = {UTF8: "utf-8", PRINTABLE: "ascii", TELETEX: "latin-1", BMP: "utf-16-be"}


def tlv(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(content):
    return tlv(4, content)


def bits(content, unused=0):
    return tlv(3, bytes([unused]), content)


def oid(dotted):
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            digits.insert(0, 0x80 | arc & 0x7F)
        out += bytes(digits)
    return tlv(6, out)


def name(*parts):
    """Each part is "CN=text", or (type, text, kind of string)."""
    out = b""
    for part in parts:
        attribute, text, kind = (*part.split("=", 1), UTF8) if isinstance(part, str) else part
        out += tlv(0x31, sequence(oid(ATTRIBUTES[attribute]), tlv(kind, text.encode(ENCODINGS[kind]))))
    return sequence(out)


def time(moment):
    if isinstance(moment, (int, float)):
        moment = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    if 1950 <= moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


# --- keys ---


def kind_of(key):
    for kind, of in ("rsa", rsa.RSAPrivateKey), ("ec", ec.EllipticCurvePrivateKey), ("dsa", dsa.DSAPrivateKey):
        if isinstance(key, of):
            return kind
    return "ed448" if isinstance(key, ed448.Ed448PrivateKey) else "ed25519"


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def identifier(key):
    return hashlib.sha1(public(key)).digest()


def pem_key(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def pkcs8(key):
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def algorithm(key, digest):
    kind = kind_of(key)
    if kind == "ed25519":
        return sequence(oid("1.3.101.112"))
    if kind == "ed448":
        return sequence(oid("1.3.101.113"))
    if digest.startswith("pss-"):
        inner = sequence(oid(DIGESTS[digest[4:]]), tlv(5))
        salt = HASHES[digest[4:]]().digest_size
        parameters = sequence(
            tlv(0xA0, inner), tlv(0xA1, sequence(oid("1.2.840.113549.1.1.8"), inner)), tlv(0xA2, integer(salt)))
        return sequence(oid("1.2.840.113549.1.1.10"), parameters)
    return sequence(oid(ALGORITHMS[kind, digest]), tlv(5) if kind == "rsa" else b"")


def sign(key, digest, content):
    kind = kind_of(key)
    if kind.startswith("ed"):
        return key.sign(content)
    if digest.startswith("pss-"):
        of = HASHES[digest[4:]]()
        return key.sign(content, padding.PSS(padding.MGF1(of), of.digest_size), of)
    of = HASHES[digest]()
    if kind == "rsa":
        return key.sign(content, padding.PKCS1v15(), of)
    return key.sign(content, ec.ECDSA(of) if kind == "ec" else of)


# --- extensions ---


def extension(dotted, value, critical=False):
    return sequence(oid(dotted), tlv(1, b"\xff") if critical else b"", octets(value))


def basic(ca, path=None, critical=True):
    return extension("2.5.29.19", sequence(tlv(1, b"\xff") if ca else b"", integer(path) if path is not None else b""), critical)


USAGES = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]


def usage(*names, critical=True):
    number = 0
    for each in names:
        number |= 0x80 >> USAGES.index(each)
    unused = (number & -number).bit_length() - 1 if number else 7
    return extension("2.5.29.15", bits(bytes([number]), unused), critical)


PURPOSES = {
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "clientAuth": "1.3.6.1.5.5.7.3.2",
    "codeSigning": "1.3.6.1.5.5.7.3.3",
    "any": "2.5.29.37.0",
    "msSGC": "1.3.6.1.4.1.311.10.3.3",
    "nsSGC": "2.16.840.1.113730.4.1",
}


def purposes(*names, critical=False):
    return extension("2.5.29.37", sequence(*(oid(PURPOSES[each]) for each in names)), critical)


def general(text):
    """DNS:x, IP:hex, MAIL:x, URI:x, DIR:der in hex."""
    kind, value = text.split(":", 1)
    if kind == "IP":
        return tlv(0x87, bytes.fromhex(value))
    if kind == "DIR":
        return tlv(0xA4, bytes.fromhex(value))
    return tlv({"MAIL": 0x81, "DNS": 0x82, "URI": 0x86}[kind], value.encode("utf-8"))


def names(*texts, critical=False):
    return extension("2.5.29.17", sequence(*(general(text) for text in texts)), critical)


def constraints(permitted=(), excluded=(), critical=True):
    def trees(tag, of):
        return tlv(tag, *(sequence(general(text)) for text in of)) if of else b""

    return extension("2.5.29.30", sequence(trees(0xA0, permitted), trees(0xA1, excluded)), critical)


def subject_key(value):
    return extension("2.5.29.14", octets(value))


def authority_key(value=None, issuer=None, serial=None):
    parts = b""
    if value is not None:
        parts += tlv(0x80, value)
    if issuer is not None:
        parts += tlv(0xA1, tlv(0xA4, issuer))
        parts += tlv(0x82, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    return extension("2.5.29.35", sequence(parts))


def policies(*dotted, critical=False):
    return extension("2.5.29.32", sequence(*(sequence(oid(each)) for each in dotted)), critical)


def policy_constraints(explicit=None, inhibit=None, critical=True):
    parts = b""
    if explicit is not None:
        parts += tlv(0x80, bytes([explicit]))
    if inhibit is not None:
        parts += tlv(0x81, bytes([inhibit]))
    return extension("2.5.29.36", sequence(parts), critical)


def inhibit_any(skip, critical=True):
    return extension("2.5.29.54", integer(skip), critical)


def mappings(*pairs, critical=True):
    return extension("2.5.29.33", sequence(*(sequence(oid(a), oid(b)) for a, b in pairs)), critical)


def netscape(number):
    unused = (number & -number).bit_length() - 1
    return extension("2.16.840.1.113730.1.1", bits(bytes([number]), unused))


# --- certificates ---

serials = iter(range(1000, 1 << 30))


# One moment for all certificates: a JVM's search compares the ends of two of them.
STARTED = datetime.datetime.now(datetime.timezone.utc)


def certify(subject, key, issuer, issuer_key, extensions, digest=None, begin=None, end=None, version=3, serial=None,
            spki=None, spoil=False):
    """A certificate in DER. Names and extensions are DER; begin and end are seconds since 1970."""
    begin = begin if begin is not None else STARTED - datetime.timedelta(days=2)
    end = end if end is not None else STARTED + datetime.timedelta(days=399)
    digest = digest or ("sha384" if kind_of(issuer_key) == "ec" and issuer_key.curve.name == "secp384r1" else "sha256")
    body = sequence(
        tlv(0xA0, integer(version - 1)) if version > 1 else b"",
        integer(serial if serial is not None else next(serials)),
        algorithm(issuer_key, digest),
        issuer,
        sequence(time(begin), time(end)),
        subject,
        spki or public(key),
        tlv(0xA3, sequence(*extensions)) if extensions and version == 3 else b"",
    )
    signature = sign(issuer_key, digest, body)
    if spoil:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return sequence(body, algorithm(issuer_key, digest), bits(signature))


def pem(*certificates):
    import base64

    out = ""
    for certificate in certificates:
        text = base64.b64encode(certificate).decode()
        lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
        out += f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    return out
