#!/usr/bin/env python3
"""TLS servers for tests, good ones and lying ones, all in one process.

    tls.py [--ready FILE] [--life SECONDS] --certificates DIRECTORY LISTENER...

Once all listen, the ports go to the --ready file, one a line. A LISTENER is one argument, NAME [KEY=VALUE]...:

    NAME            certificate and key: DIRECTORY/NAME.pem, NAME.key; `-` for one that speaks no TLS
    min, max        1.0, 1.1, 1.2, 1.3: versions of TLS (1.2 at least unless said)
    ciphers         OpenSSL's list (security level 0 unless it says more)
    client          required, optional: a client certificate that DIRECTORY/clients.ca vouches for
    dh              a file with parameters for ephemeral Diffie-Hellman
    sni             NAME2: that certificate for anybody who sends a server name with a dot, NAME for the others
    alpn            protocols, separated by commas
    status          of the HTTP answer (200)
    location        where it redirects
    http            no: nothing is answered, the connection stays open
    hangs           up, reset, notify: sends no ticket and ends the connection after the handshake (without a word, with a reset,
                    with TLS's own end)
    speaks          smtp, imap, pop3, postgres, mysql, ldap: TLS starts by that protocol's command
    lie             what it does instead of TLS (or, with speaks, instead of starting it):
                    silence, close, reset, http, garbage, ssh, flood, alert (of number alert, 40), alerts, hello (half of one), endless
                    (a certificate message without end), slow (a byte every 50 ms), suites (see there), dh (DIRECTORY/rsa.pem and a
                    Diffie-Hellman group of 480, 512 or 2048 bits, which is in bits, signed over a digest, which is sha256 unless
                    digest=sha1), certificates (those of DIRECTORY/shows.pem, and then the end)
                    only (with version, suite, group, all in hex: speaks those alone)
    drops           so many bytes: a longer first message is not answered
    accepts         so many connections, and closes any further ones at once
    suites          with that lie: cipher suites (hex, by commas); its hello has the first that the client offers, else it is
                    the alert that there is none
    version         of that hello (hex, 0303)
    bits, digest    see dh
    chain           a TLS 1.2 server written by hand, with that chain: see tls12.py, which has more words
    proxy           an HTTP proxy that answers CONNECT: ok, garbage, silence, or a status such as 403; 407 until the right credentials
                    come, or 407,SCHEME,SCHEME whatever comes
"""

import sys

sys.dont_write_bytecode = True

import argparse
import base64
import itertools
import select
import socket
import ssl
import struct
import threading
import time
import warnings

import tlswire

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
ECDHE_RSA_AES128_GCM_SHA256 = 0xC02F


def context_of(directory, name, words):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(words.get("ciphers", "ALL:@SECLEVEL=0"))
    with warnings.catch_warnings():  # of versions that nobody should use
        warnings.simplefilter("ignore")
        context.minimum_version = VERSIONS[words.get("min", "1.2")]
        context.maximum_version = VERSIONS[words.get("max", "1.3")]
    context.load_cert_chain(f"{directory}/{name}.pem", f"{directory}/{name}.key")
    if "hangs" in words:
        context.num_tickets = 0
    if "client" in words:
        context.verify_mode = ssl.CERT_REQUIRED if words["client"] == "required" else ssl.CERT_OPTIONAL
        context.load_verify_locations(f"{directory}/clients.ca")
    if "dh" in words:
        context.load_dh_params(f"{directory}/{words['dh']}")
    if "alpn" in words:
        context.set_alpn_protocols(words["alpn"].split(","))
    if "sni" in words:
        other = context_of(directory, words["sni"], {k: v for k, v in words.items() if k != "sni"})

        def choose(connection, server_name, _):
            if server_name and "." in server_name:
                connection.context = other

        context.sni_callback = choose
    return context


def read_until(peer, end, most=65536):
    data = b""
    while not (end and data.endswith(end)) and len(data) < most:
        byte = peer.recv(1)
        if not byte:
            raise ConnectionError
        data += byte
    return data


def read_all(peer, length):
    return read_until(peer, b"", length)


def hold(peer):
    while peer.recv(4096):
        pass


def lie(peer, what, words):
    if what == "silence":
        hold(peer)
    elif what == "reset":
        peer.recv(1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif what == "http":
        peer.recv(4096)
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>plain HTTP</html>")
    elif what == "garbage":
        peer.recv(4096)
        peer.sendall(b"\xff\x00\x1b[31mnoise" * 50)
    elif what == "ssh":
        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        hold(peer)
    elif what == "alert":
        peer.recv(4096)
        peer.sendall(tlswire.record(21, bytes([2, int(words.get("alert", "40"))])))
    elif what == "alerts":
        peer.recv(4096)
        while True:
            peer.sendall(tlswire.record(21, b"\x01\x5a") * 100)
    elif what == "hello":
        peer.recv(4096)
        peer.sendall(tlswire.server_hello(ECDHE_RSA_AES128_GCM_SHA256)[:20])
        hold(peer)
    elif what == "endless":
        peer.recv(4096)
        peer.sendall(tlswire.server_hello(ECDHE_RSA_AES128_GCM_SHA256))
        peer.sendall(tlswire.record(22, b"\x0b\xff\xff\xff\xff\xff\xfc" + b"\x00" * 1000))
        while True:
            peer.sendall(tlswire.record(22, b"\x00" * 16000))
    elif what == "flood":
        while True:
            peer.sendall(tlswire.record(22, b"\x00" * 16000))
    elif what == "suites":
        tlswire.pick(peer, [int(suite, 16) for suite in words["suites"].split(",")], int(words.get("version", "0303"), 16))
        hold(peer)
    elif what == "dh":
        tlswire.weak_diffie_hellman(peer, f"{words['directory']}/rsa", int(words["bits"]), words.get("digest", "sha256"))
        hold(peer)
    elif what == "only":
        tlswire.only(peer, int(words["version"], 16), int(words["suite"], 16), int(words.get("group", "0"), 16))
        hold(peer)
    elif what == "certificates":
        tlswire.show_certificates(peer, f"{words['directory']}/{words['shows']}.pem")
    elif what == "slow":
        peer.recv(4096)
        for byte in tlswire.server_hello(ECDHE_RSA_AES128_GCM_SHA256) * 1000:
            peer.sendall(bytes([byte]))
            time.sleep(0.05)


def start_tls(peer, protocol):
    if protocol == "smtp":
        peer.sendall(b"220-mail.test\r\n220 ESMTP\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"250-mail.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"220 go ahead\r\n")
    elif protocol == "imap":
        peer.sendall(b"* OK IMAP4rev1\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"* BYE-less chatter\r\na1 OK begin\r\n")
    elif protocol == "pop3":
        peer.sendall(b"+OK POP3\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"+OK begin\r\n")
    elif protocol == "postgres":
        assert read_all(peer, 8) == struct.pack(">II", 8, 80877103)
        peer.sendall(b"S")
    elif protocol == "mysql":
        greeting = b"\x0a8.0.36\x00" + b"\x01\x00\x00\x00" + b"saltsalt\x00" + b"\xff\xff" + b"\x21\x02\x00" + b"\xff\xc1" + b"\x15" + b"\x00" * 10
        peer.sendall(struct.pack("<I", len(greeting))[:3] + b"\x00" + greeting)
        got = read_all(peer, 36)
        assert len(got) == 36 and got[3] == 1 and got[5] & 0x08, got
    elif protocol == "ldap":
        request = read_all(peer, 2)
        request += read_all(peer, request[1])
        assert b"1.3.6.1.4.1.1466.20037" in request
        peer.sendall(bytes([0x30, 12, 2, 1, 1, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0]))


def refuse_tls(peer, protocol):
    if protocol == "smtp":
        peer.sendall(b"220 mail.test\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"250 mail.test\r\n")
        read_until(peer, b"\r\n")
        peer.sendall(b"502 not implemented\r\n")
    elif protocol == "postgres":
        read_all(peer, 8)
        peer.sendall(b"N")
    elif protocol == "mysql":
        message = b"\xff\x10\x04Too many connections"
        peer.sendall(struct.pack("<I", len(message))[:3] + b"\x00" + message)


def relay(a, b):
    while True:
        for ready in select.select([a, b], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (b if ready is a else a).sendall(data)


def proxy(peer, manner):
    request = read_until(peer, b"\r\n\r\n").decode()
    wanted = "Proxy-Authorization: Basic " + base64.b64encode(b"user:secret").decode()
    if manner == "silence":
        hold(peer)
    elif manner == "garbage":
        peer.sendall(b"220 this is no proxy\r\n")
    elif manner[:3].isdigit() and not (manner == "407" and wanted in request):
        status, *schemes = manner.split(",")
        offered = "".join(f"Proxy-Authenticate: {scheme} realm=x\r\n" for scheme in schemes)
        peer.sendall(f"HTTP/1.1 {status} No\r\n{offered}Content-Length: 0\r\n\r\n".encode())
    else:
        host, port = request.split()[1].rsplit(":", 1)
        with socket.create_connection((host.strip("[]"), int(port))) as onward:
            peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(peer, onward)


def hang_up(peer, how):
    if how == "notify":
        peer.unwrap()
        return
    if how == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket(fileno=peer.detach()).close()


def answer(peer, words):
    if "hangs" in words:
        hang_up(peer, words["hangs"])
        return
    if words.get("http") == "no":
        hold(peer)
        return
    data = b""
    while b"\r\n\r\n" not in data:
        got = peer.recv(4096)
        if not got:
            return
        data += got
    where = f"Location: {words['location']}\r\n" if "location" in words else ""
    peer.sendall(f"HTTP/1.1 {words.get('status', '200')} Said\r\n".encode())
    peer.sendall(f"{where}Content-Length: 2\r\n\r\nok".encode())
    hold(peer)


def first_length(peer):
    """How long the first record is."""
    head = b""
    while len(head) < 5:
        head = peer.recv(5, socket.MSG_PEEK)
        if not head:
            return 0
    return struct.unpack(">H", head[3:])[0]


def serve(peer, context, words):
    peer.settimeout(60)
    try:
        with peer:
            if "proxy" in words:
                proxy(peer, words["proxy"])
                return
            if "speaks" in words:
                if words.get("lie") == "refuse":
                    refuse_tls(peer, words["speaks"])
                    hold(peer)
                    return
                start_tls(peer, words["speaks"])
            if "lie" in words:
                lie(peer, words["lie"], words)
                return
            if "drops" in words and first_length(peer) > int(words["drops"]):
                hold(peer)
                return
            if "chain" in words:
                import tls12  # needs the module cryptography

                tls12.Server(peer, words).serve()
                return
            with context.wrap_socket(peer, server_side=True) as protected:
                answer(protected, words)
    except (OSError, ssl.SSLError, AssertionError):
        pass


def accept(listener, context, words):
    for number in itertools.count():
        peer, _ = listener.accept()
        if number >= int(words.get("accepts", "1000000")):
            listener.close()
            peer.close()
            return
        threading.Thread(target=serve, args=(peer, context, words), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready")
    parser.add_argument("--life", type=float, default=170)
    parser.add_argument("--certificates", default=".")
    parser.add_argument("listeners", nargs="+")
    arguments = parser.parse_args()
    ports = []
    for line in arguments.listeners:
        name, *pairs = line.split()
        words = dict(pair.split("=", 1) for pair in pairs) | {"directory": arguments.certificates}
        context = None if name == "-" else context_of(arguments.certificates, name, words)
        listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        ports.append(listener.getsockname()[1])
        threading.Thread(target=accept, args=(listener, context, words), daemon=True).start()
    if arguments.ready:
        with open(arguments.ready + ".part", "w") as out:
            out.write("".join(f"{port}\n" for port in ports))
        import os

        os.rename(arguments.ready + ".part", arguments.ready)
    time.sleep(arguments.life)


main()
