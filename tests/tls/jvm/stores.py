"""Java's key stores, as keytool, openssl and others write them, and as nobody should."""

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from der import integer, octets, oid, sequence, tlv

MAC_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha3_256": "2.16.840.1.101.3.4.2.8",
    "md5": "1.2.840.113549.2.5",
}
ANY_PURPOSE = "2.5.29.37.0"
HMAC_SHA256 = "1.2.840.113549.2.9"


# --- JKS and JCEKS ---


def text(value):
    raw = value.encode("utf-8")
    return struct.pack(">H", len(raw)) + raw


def jks_certificate(der, version=2, kind="X.509"):
    return (text(kind) if version == 2 else b"") + struct.pack(">I", len(der)) + der


def jks_trusted(alias, der, version=2, kind="X.509"):
    return struct.pack(">I", 2) + text(alias) + struct.pack(">Q", 1700000000000) + jks_certificate(der, version, kind)


def jks_protect(plain, password):
    """Sun's own: a keystream of SHA-1 (JavaSoft proprietary key protection)."""
    secret, salt = password.encode("utf-16-be"), os.urandom(20)
    stream, block = b"", salt
    while len(stream) < len(plain):
        block = hashlib.sha1(secret + block).digest()
        stream += block
    sealed = salt + bytes(a ^ b for a, b in zip(plain, stream)) + hashlib.sha1(secret + plain).digest()
    return sequence(sequence(oid("1.3.6.1.4.1.42.2.17.1.1"), tlv(5)), octets(sealed))


def jks_key(alias, plain, chain, password="changeit"):
    sealed = jks_protect(plain, password)
    out = struct.pack(">I", 1) + text(alias) + struct.pack(">Q", 1700000000000) + struct.pack(">I", len(sealed)) + sealed
    return out + struct.pack(">I", len(chain)) + b"".join(jks_certificate(der) for der in chain)


def jks(*entries, password="changeit", version=2, magic=0xFEEDFEED, count=None, behind=b""):
    body = struct.pack(">III", magic, version, len(entries) if count is None else count) + b"".join(entries)
    return body + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest() + behind


# --- PKCS#12 ---


def derive(password, salt, rounds, purpose, length, digest="sha1"):
    """RFC 7292, appendix B. `password` None: no characters at all, not even the ending NUL."""
    block = hashlib.new(digest).block_size
    secret = b"" if password is None else (password + "\0").encode("utf-16-be")

    def stretch(data):  # to a multiple of the block
        return b"".join([data] * (block * -(-len(data) // block) // len(data) + 1))[:block * -(-len(data) // block)] if data else b""

    out, diversifier, state = b"", bytes([purpose]) * block, stretch(salt) + stretch(secret)
    while len(out) < length:
        a = hashlib.new(digest, diversifier + state).digest()
        for _ in range(rounds - 1):
            a = hashlib.new(digest, a).digest()
        out += a
        b = int.from_bytes(stretch(a)[:block], "big") + 1
        state = b"".join(
            ((int.from_bytes(state[i:i + block], "big") + b) % (1 << 8 * block)).to_bytes(block, "big")
            for i in range(0, len(state), block))
    return out[:length]


def attribute(dotted, *values):
    return sequence(oid(dotted), tlv(0x31, *values))


def attributes(alias=None, trusted=None, key=None):
    out = []
    if alias is not None:
        out.append(attribute("1.2.840.113549.1.9.20", tlv(0x1E, alias.encode("utf-16-be"))))
    if key is not None:
        out.append(attribute("1.2.840.113549.1.9.21", octets(key)))
    if trusted is not None:
        out.append(attribute("2.16.840.1.113894.746875.1.1", oid(trusted)))
    return tlv(0x31, *out) if out else b""


def certificate_bag(der, alias="trusted", trusted=ANY_PURPOSE, key=None, kind="1.2.840.113549.1.9.22.1"):
    value = sequence(oid(kind), tlv(0xA0, octets(der)))
    return sequence(oid("1.2.840.113549.1.12.10.1.3"), tlv(0xA0, value), attributes(alias, trusted, key))


def pbes2(plain, password, rounds=1000):
    salt, vector = os.urandom(16), os.urandom(16)
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive((password or "").encode())
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    function = sequence(
        oid("1.2.840.113549.1.5.12"), sequence(octets(salt), integer(rounds), integer(32), sequence(oid(HMAC_SHA256), tlv(5))))
    cipher = sequence(oid("2.16.840.1.101.3.4.1.42"), octets(vector))
    return sequence(oid("1.2.840.113549.1.5.13"), sequence(function, cipher)), sealed


def pbe(kind, plain, password, rounds=1000):
    """The schemes of RFC 7292, appendix C."""
    number, length = {"rc4-128": (1, 16), "rc4-40": (2, 5), "3des": (3, 24)}[kind]
    salt = os.urandom(8)
    key = derive(password, salt, rounds, 1, length)
    if kind == "3des":
        padder = padding.PKCS7(64).padder()
        encryptor = Cipher(algorithms.TripleDES(key), modes.CBC(derive(password, salt, rounds, 2, 8))).encryptor()
        plain = padder.update(plain) + padder.finalize()
    else:
        encryptor = Cipher(algorithms.ARC4(key), None).encryptor()
    sealed = encryptor.update(plain) + encryptor.finalize()
    return sequence(oid(f"1.2.840.113549.1.12.1.{number}"), sequence(octets(salt), integer(rounds))), sealed


def seal(kind, plain, password):
    return pbes2(plain, password) if kind == "aes" else pbe(kind, plain, password)


def safe(bags, password=None, encrypted=None):
    """One part of a file: in the clear, or encrypted (aes, 3des, rc4-128, rc4-40)."""
    content = sequence(*bags)
    if encrypted is None:
        return sequence(oid("1.2.840.113549.1.7.1"), tlv(0xA0, octets(content)))
    how, sealed = seal(encrypted, content, password)
    inner = sequence(oid("1.2.840.113549.1.7.1"), how, tlv(0x80, sealed))
    return sequence(oid("1.2.840.113549.1.7.6"), tlv(0xA0, sequence(integer(0), inner)))


def key_bag(plain, password="changeit", alias="key", key=b"1", encrypted="aes"):
    if encrypted is None:
        return sequence(oid("1.2.840.113549.1.12.10.1.1"), tlv(0xA0, plain), attributes(alias, None, key))
    how, sealed = seal(encrypted, plain, password)
    return sequence(oid("1.2.840.113549.1.12.10.1.2"), tlv(0xA0, sequence(how, octets(sealed))), attributes(alias, None, key))


def pkcs12(*safes, password="changeit", mac="sha256", rounds=1000, behind=b""):
    content = sequence(*safes)
    digest = b""
    if mac == "pbmac1":
        salt = os.urandom(16)
        key = PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive((password or "").encode())
        function = sequence(
            oid("1.2.840.113549.1.5.12"),
            sequence(octets(salt), integer(rounds), integer(32), sequence(oid(HMAC_SHA256), tlv(5))))
        how = sequence(oid("1.2.840.113549.1.5.14"), sequence(function, sequence(oid(HMAC_SHA256), tlv(5))))
        value = hmac.new(key, content, "sha256").digest()
        digest = sequence(sequence(how, octets(value)), octets(b"NOT USED"), integer(1))
    elif mac:
        salt = os.urandom(16)
        key = derive(password, salt, rounds, 3, hashlib.new(mac).digest_size, mac)
        value = hmac.new(key, content, mac).digest()
        digest = sequence(sequence(sequence(oid(MAC_OIDS[mac]), tlv(5)), octets(value)), octets(salt), integer(rounds))
    return sequence(integer(3), sequence(oid("1.2.840.113549.1.7.1"), tlv(0xA0, octets(content))), digest) + behind
