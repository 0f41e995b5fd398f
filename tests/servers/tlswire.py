"""TLS messages put together by hand, for servers that say what no TLS library says any more."""

import ssl
import struct
import subprocess

DHE_RSA_AES128_GCM_SHA256 = 0x009E
ECDHE_ECDSA_AES128_GCM_SHA256 = 0xC02B
RSA_PKCS1 = {"sha1": 0x0201, "sha256": 0x0401}
HANDSHAKE_FAILURE = b"\x02\x28"
RANDOM = b"R" * 32

# Safe primes, by their bits.
PRIMES = {
    480: 0xE638FB14E3E12B29B8231D3FCDFFAC6731A1CDECA2D13394A7E56160712BCB50000EDF931F31806FDC2D180BC2050000CB5E3BF1916E7B042F32B48F,
    512: 0xFE04C9689D600D417A6578A125D85C4E493851FD3DD7E3D4385399D6A070FDAE6D587A3A5908888A28C98ADBADCC9C39104EDB910772026775701E75354DF643,
    2048: 0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF,
}


def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def handshake(kind, body, version=0x0303):
    return record(22, bytes([kind]) + struct.pack(">I", len(body))[1:] + body, version)


def read_exactly(peer, length):
    data = b""
    while len(data) < length:
        got = peer.recv(length - len(data))
        if not got:
            raise ConnectionError
        data += got
    return data


def parse_client_hello(peer):
    """Gives the client's random bytes, the cipher suites that it offers, in its order, and its extensions by number."""
    head = read_exactly(peer, 5)
    body = read_exactly(peer, struct.unpack(">H", head[3:])[0])
    assert head[0] == 22 and body[0] == 1
    random, at = body[6:38], 38
    at += 1 + body[at]
    length = struct.unpack_from(">H", body, at)[0]
    suites = struct.unpack_from(f">{length // 2}H", body, at + 2)
    at += 2 + length
    at += 1 + body[at] + 2
    extensions = {}
    while at < len(body):
        kind, length = struct.unpack_from(">HH", body, at)
        extensions[kind] = body[at + 4 : at + 4 + length]
        at += 4 + length
    return random, suites, extensions


def read_client_hello(peer):
    """Gives the client's random bytes and the cipher suites that it offers, in its order."""
    return parse_client_hello(peer)[:2]


def server_hello(suite, version=0x0303):
    safe_renegotiation = b"\xff\x01\x00\x01\x00"
    body = struct.pack(">H", version) + RANDOM + b"\x00" + struct.pack(">HBH", suite, 0, 5) + safe_renegotiation
    return handshake(2, body, version)


def pick(peer, suites, version):
    """A server with these suites only: a ServerHello with the first that the client offers, else the alert that there is none."""
    _, offered = read_client_hello(peer)
    common = [suite for suite in suites if suite in offered]
    peer.sendall(server_hello(common[0], version) if common else record(21, HANDSHAKE_FAILURE, version))


def only(peer, version, suite, group):
    """A server that speaks this version with this cipher suite alone, and in TLS 1.3 this group: its ServerHello, or the alert that
    there is none."""
    _, suites, extensions = parse_client_hello(peer)
    versions = extensions.get(43, b"\x02\x03\x03")[1:]
    groups = extensions.get(10, b"\0\0")[2:]
    if struct.pack(">H", version) not in (versions[i : i + 2] for i in range(0, len(versions), 2)):
        peer.sendall(record(21, b"\x02\x46"))
    elif suite not in suites or (group and struct.pack(">H", group) not in (groups[i : i + 2] for i in range(0, len(groups), 2))):
        peer.sendall(record(21, HANDSHAKE_FAILURE))
    elif version < 0x0304:
        peer.sendall(server_hello(suite, version))
    else:
        chosen = struct.pack(">HHH", 43, 2, version) + struct.pack(">HHH", 51, 2, group)
        body = struct.pack(">H", 0x0303) + RANDOM + b"\x00" + struct.pack(">HBH", suite, 0, len(chosen)) + chosen
        peer.sendall(handshake(2, body))


def certificates(path):
    """The certificate message with those of a PEM file."""
    with open(path) as chain:
        pem = chain.read().split("-----END CERTIFICATE-----\n")[:-1]
    der = [ssl.PEM_cert_to_DER_cert(part + "-----END CERTIFICATE-----\n") for part in pem]
    listed = b"".join(struct.pack(">I", len(one))[1:] + one for one in der)
    return handshake(11, struct.pack(">I", len(listed))[1:] + listed)


def show_certificates(peer, path):
    """A TLS 1.2 server that shows certificates which a TLS library would not even load, and has no more to say."""
    read_client_hello(peer)
    peer.sendall(server_hello(ECDHE_ECDSA_AES128_GCM_SHA256) + certificates(path))


def weak_diffie_hellman(peer, stem, bits, digest):
    """A TLS 1.2 server up to the end of its hello, with the RSA certificate STEM.pem, a Diffie-Hellman group of so many bits, and a
    signature over a digest of that name, whatever the client offers."""
    random, offered = read_client_hello(peer)
    assert DHE_RSA_AES128_GCM_SHA256 in offered
    prime = PRIMES[bits]
    numbers = [prime.to_bytes(bits // 8, "big"), b"\x02", pow(2, bits - 1, prime).to_bytes(bits // 8, "big")]
    group = b"".join(struct.pack(">H", len(number)) + number for number in numbers)
    sign = ["openssl", "dgst", f"-{digest}", "-sign", f"{stem}.key"]
    signature = subprocess.run(sign, input=random + RANDOM + group, stdout=subprocess.PIPE, check=True).stdout
    peer.sendall(
        server_hello(DHE_RSA_AES128_GCM_SHA256)
        + certificates(f"{stem}.pem")
        + handshake(12, group + struct.pack(">HH", RSA_PKCS1[digest], len(signature)) + signature)
        + handshake(14, b"")
    )
