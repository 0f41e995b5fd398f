"""A TLS 1.2 server written by hand, which keeps to the protocol but where it is told not to: ECDHE or DHE, AES-128-GCM, any chain of
any bytes. It verifies nothing that the client sends.

    chain       a file with what it sends, PEM; the key is in the file of the same name that ends in .key
    suite       c02b (ECDHE-ECDSA), c02f (ECDHE-RSA), 009e (DHE-RSA); by default what the key can
    group       secp256r1, secp384r1, secp521r1, secp256k1, x25519: whatever the client offers
    sign        the signature scheme (hex) of the key exchange, whether or not it was offered
    warn        a warning alert (number) before its hello; certificate:NUMBER, done:NUMBER: before that message;
                finished:NUMBER: between its Finished and the answer
    fatal       the same places, a fatal alert
    request     a certificate is asked for; yes, or the files (PEM, by commas) whose subjects are the issuers it names
    types       with request: the signature schemes (hex, by commas) that it takes
    need        yes: without a certificate it ends with the alert handshake_failure
    renegotiate yes: it asks for a new handshake when the request has come; with `request`, for the certificate in that one only
    pad         bytes of the certificate message: the last certificate of the chain is sent again until there are so many
    split       bytes of a record at most
"""

import base64
import hashlib
import hmac
import os
import re
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CURVES = {"secp256r1": (23, ec.SECP256R1), "secp384r1": (24, ec.SECP384R1), "secp521r1": (25, ec.SECP521R1), "secp256k1": (22, ec.SECP256K1)}
DIGESTS = {1: hashes.MD5, 2: hashes.SHA1, 3: hashes.SHA224, 4: hashes.SHA256, 5: hashes.SHA384, 6: hashes.SHA512}
SCHEMES = "0403,0503,0603,0804,0805,0806,0401,0501,0601,0807"
ALERT, HANDSHAKE, DATA, CHANGE = 21, 22, 23, 20


def blocks(path):
    with open(path) as text:
        return [base64.b64decode(part) for part in re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", text.read(), re.S)]


def vector(size, content):
    return len(content).to_bytes(size, "big") + content


def prf(secret, label, seed, length):
    seed, out, a = label + seed, b"", label + seed
    while len(out) < length:
        a = hmac.new(secret, a, "sha256").digest()
        out += hmac.new(secret, a + seed, "sha256").digest()
    return out[:length]


def subject_of(der):
    """The bytes of a certificate's subject."""

    def step(at):
        length, begin = der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, begin = int.from_bytes(der[begin:begin + size], "big"), begin + size
        return begin, begin + length

    at = step(step(0)[0])[0]
    if der[at] == 0xA0:
        at = step(at)[1]
    for _ in range(4):
        at = step(at)[1]
    return der[at:step(at)[1]]


class Server:
    def __init__(self, peer, words):
        self.peer, self.words = peer, words
        self.sealing = self.opening = None
        self.sent = self.got = 0
        self.log = self.waiting = b""
        self.verify = (b"", b"")
        self.split = int(words.get("split", 16000))
        path = os.path.join(words["directory"], words["chain"])
        self.chain = blocks(path)
        with open(re.sub(r"\.pem$", ".key", path), "rb") as key:
            self.key = serialization.load_pem_private_key(key.read(), None)

    # --- records ---

    def exactly(self, length):
        data = b""
        while len(data) < length:
            got = self.peer.recv(length - len(data))
            if not got:
                raise ConnectionError
            data += got
        return data

    def read(self):
        kind, version, length = struct.unpack(">BHH", self.exactly(5))
        body = self.exactly(length)
        if self.opening:
            key, salt = self.opening
            extra = struct.pack(">QBHH", self.got, kind, version, length - 24)
            body = AESGCM(key).decrypt(salt + body[:8], body[8:], extra)
            self.got += 1
        return kind, body

    def write(self, kind, body):
        for at in range(0, len(body), self.split):
            part = body[at:at + self.split]
            if self.sealing:
                key, salt = self.sealing
                nonce = struct.pack(">Q", self.sent)
                extra = struct.pack(">QBHH", self.sent, kind, 0x0303, len(part))
                part = nonce + AESGCM(key).encrypt(salt + nonce, part, extra)
                self.sent += 1
            self.peer.sendall(struct.pack(">BHH", kind, 0x0303, len(part)) + part)

    def alert(self, place):
        for word, level in ("warn", 1), ("fatal", 2):
            where, _, number = self.words.get(word, "").rpartition(":")
            if number and (where or "hello") == place:
                self.write(ALERT, bytes([level, int(number)]))

    # --- handshake messages ---

    def send(self, kind, body):
        message = bytes([kind]) + vector(3, body)
        self.log += message
        self.write(HANDSHAKE, message)

    def receive(self):
        """The next handshake message; the record in which CHANGE comes switches to the new keys."""
        while len(self.waiting) < 4 or len(self.waiting) < 4 + int.from_bytes(self.waiting[1:4], "big"):
            kind, body = self.read()
            if kind == CHANGE:
                self.opening, self.got = self.next_opening, 0
            elif kind == HANDSHAKE:
                self.waiting += body
            elif kind == ALERT and body[0] == 2:
                raise ConnectionError
        end = 4 + int.from_bytes(self.waiting[1:4], "big")
        message, self.waiting = self.waiting[:end], self.waiting[end:]
        self.log += message
        return message[0], message[4:]

    def hello(self):
        kind, body = self.receive()
        assert kind == 1, kind
        self.client_random = body[2:34]
        at = 35 + body[34]
        length = struct.unpack_from(">H", body, at)[0]
        self.offered = struct.unpack_from(f">{length // 2}H", body, at + 2)
        at += 2 + length
        at += 1 + body[at]
        self.extensions, end = {}, at + 2 + struct.unpack_from(">H", body, at)[0]
        at += 2
        while at < end:
            kind, length = struct.unpack_from(">HH", body, at)
            self.extensions[kind] = body[at + 4:at + 4 + length]
            at += 4 + length

    def choose(self):
        default = "c02f" if isinstance(self.key, rsa.RSAPrivateKey) else "c02b"
        suite = int(self.words.get("suite", default), 16)
        if suite not in self.offered:
            self.write(ALERT, b"\x02\x28")
            raise ConnectionError
        self.random = os.urandom(32)
        known = vector(1, b"".join(self.verify))
        extensions = struct.pack(">HH", 0xFF01, len(known)) + known
        self.send(2, b"\x03\x03" + self.random + b"\x00" + struct.pack(">H", suite) + b"\x00" + vector(2, extensions))

    def certificate(self):
        chain, wanted = list(self.chain), int(self.words.get("pad", 0))
        while sum(3 + len(der) for der in chain) + 3 < wanted:
            chain.append(self.chain[-1])
        self.send(11, vector(3, b"".join(vector(3, der) for der in chain)))

    def exchange(self):
        group = self.words.get("group", "secp256r1")
        if group == "x25519":
            self.secret = x25519.X25519PrivateKey.generate()
            point = self.secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            number = 29
        else:
            number, curve = CURVES[group]
            self.secret = ec.generate_private_key(curve())
            point = self.secret.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        parameters = b"\x03" + struct.pack(">H", number) + vector(1, point)
        scheme = int(self.words.get("sign", self.scheme()), 16)
        signature = self.sign(scheme, self.client_random + self.random + parameters)
        self.send(12, parameters + struct.pack(">H", scheme) + vector(2, signature))

    def scheme(self):
        if isinstance(self.key, rsa.RSAPrivateKey):
            return "0804"
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return "0807"
        return "0808" if isinstance(self.key, ed448.Ed448PrivateKey) else "0403"

    def sign(self, scheme, content):
        if scheme in (0x0807, 0x0808):
            return self.key.sign(content)
        if scheme >> 8 == 8:
            digest = {4: hashes.SHA256, 5: hashes.SHA384, 6: hashes.SHA512}[scheme & 0xFF]()
            return self.key.sign(content, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        digest = DIGESTS[scheme >> 8]()
        if scheme & 0xFF == 1:
            return self.key.sign(content, padding.PKCS1v15(), digest)
        return self.key.sign(content, ec.ECDSA(digest) if scheme & 0xFF == 3 else digest)

    def ask(self):
        files = self.words["request"]
        named = [] if files == "yes" else [blocks(os.path.join(self.words["directory"], file))[0] for file in files.split(",")]
        schemes = bytes.fromhex(self.words.get("types", SCHEMES).replace(",", ""))
        authorities = b"".join(vector(2, subject_of(der)) for der in named)
        self.send(13, vector(1, b"\x01\x40") + vector(2, schemes) + vector(2, authorities))

    def shared(self, exchange):
        point = exchange[1:]
        if isinstance(self.secret, x25519.X25519PrivateKey):
            return self.secret.exchange(x25519.X25519PublicKey.from_public_bytes(point))
        return self.secret.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(self.secret.curve, point))

    def finish(self, master, label):
        return prf(master, label, hashlib.sha256(self.log).digest(), 12)

    def handshake(self, asks):
        self.log = b""
        self.hello()
        self.alert("hello")
        self.choose()
        self.alert("certificate")
        self.certificate()
        self.exchange()
        if asks:
            self.ask()
        self.alert("done")
        self.send(14, b"")
        kind, body = self.receive()
        self.shown = kind == 11 and len(body) > 3
        if kind == 11:
            kind, body = self.receive()
        assert kind == 16, kind
        master = prf(self.shared(body), b"master secret", self.client_random + self.random, 48)
        keys = prf(master, b"key expansion", self.random + self.client_random, 40)
        self.next_opening = (keys[:16], keys[32:36])
        if self.shown:
            assert self.receive()[0] == 15
        if asks and self.words.get("need") == "yes" and not self.shown:
            self.write(ALERT, b"\x02\x28")
            raise ConnectionError
        wanted = self.finish(master, b"client finished")
        kind, body = self.receive()
        assert (kind, body) == (20, wanted)
        self.write(CHANGE, b"\x01")
        self.sealing, self.sent = (keys[16:32], keys[36:40]), 0
        ours = self.finish(master, b"server finished")
        self.send(20, ours)
        self.verify = (wanted, ours)

    def serve(self):
        again = self.words.get("renegotiate") == "yes"
        self.handshake("request" in self.words and not again)
        self.alert("finished")
        request = b""
        while b"\r\n\r\n" not in request:
            kind, body = self.read()
            if kind == DATA:
                request += body
            elif kind == ALERT:
                return
        if again:
            self.write(HANDSHAKE, b"\x00\x00\x00\x00")
            self.handshake("request" in self.words)
        self.write(DATA, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        while self.peer.recv(4096):
            pass
