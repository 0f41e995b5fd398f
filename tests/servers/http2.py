#!/usr/bin/python3
"""An HTTP/2 server that answers a gRPC call as a script says, rightly or not; every frame is written by hand.

usage: http2.py --ready FILE [--log FILE] [--life SECONDS] [--address ADDRESS:PORT] [--cert PEM [--alpn LIST]] STEPS...

Each STEPS is what happens on one connection, the last one on all that follow: words, done one after another once the request has
come (the first three before that):

  raw:TEXT           answer with these bytes (with Python's escapes) in place of HTTP/2, and close
  silent             read, never answer
  early              the steps behind it do not wait for the request

  head[:NAME=VALUE,...]      HEADERS: ":status=200,content-type=application/grpc", where NAME changes one or adds one
  only:NAME=VALUE,...        the same, as all of the answer (END_STREAM)
  message:N          DATA with a HealthCheckResponse whose status is N
  data:HEX           DATA with these bytes
  zeros:N            DATA with N bytes, all of them 0
  trailers:NAME=VALUE,...    HEADERS behind DATA, with END_STREAM
  end                empty DATA with END_STREAM
  reset:CODE         RST_STREAM
  goaway:CODE,LAST   GOAWAY
  frame:HEX          bytes as they are
  flood:KIND         without end: ping, settings, window, priority, data (empty ones), continuation, headers (1xx)
  headers:N          HEADERS with N more fields of 4,000 bytes, from the table of HPACK: a small frame that is large when it is read
  ends:N             the same behind DATA, as trailers
  hold               keep the connection open
  close              close it, which also follows the last step

The port is written to the file --ready; a line of JSON for each request to the file --log. It ends by itself after --life seconds (120).
"""
import sys

sys.dont_write_bytecode = True

import argparse
import json
import os
import signal
import socket
import ssl
import struct
import threading

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
ACK = END_STREAM = 1
END_HEADERS = 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

parser = argparse.ArgumentParser()
parser.add_argument("--ready", required=True)
parser.add_argument("--log")
parser.add_argument("--life", type=int, default=120)
parser.add_argument("--address", default="127.0.0.1:0")
parser.add_argument("--cert")
parser.add_argument("--alpn", default="h2")
parser.add_argument("steps", nargs="+")
options = parser.parse_args()
signal.alarm(options.life)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def number(value, bits, first=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes((first | value,))
    out, value = bytes((first | most,)), value - most
    while value >= 128:
        out, value = out + bytes((value & 127 | 128,)), value >> 7
    return out + bytes((value,))


def field(name, value, first=0):
    """A literal field; `first` is 0x40 for one that goes into the table."""
    name, value = name.encode(), value.encode("latin-1")
    return bytes((first,)) + number(len(name), 7) + name + number(len(value), 7) + value


def block(fields, defaults=()):
    values = dict(defaults)
    for each in fields.split(",") if fields else []:
        name, value = each.split("=", 1)
        values[name] = value.encode().decode("unicode_escape")
    return b"".join(field(name, value) for name, value in values.items() if value != "-")


def answer(fields):
    return block(fields, {":status": "200", "content-type": "application/grpc"}.items())


def grpc(message):
    return struct.pack(">BI", 0, len(message)) + message


def large_field(count):
    """A field that is put into the table once, and then named `count` times by one byte each."""
    return field("x-large", "x" * 4000, 0x40) + number(62, 7, 0x80) * count


FLOODS = {
    "ping": frame(PING, 0, 0, b"12345678"),
    "settings": frame(SETTINGS, 0, 0),
    "window": frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)),
    "priority": frame(PRIORITY, 0, 1, struct.pack(">IB", 0, 1)),
    "data": frame(DATA, 0, 1),
    "continuation": frame(CONTINUATION, 0, 1, field("x-more", "x" * 1000)),
    "headers": frame(HEADERS, END_HEADERS, 1, field(":status", "103")),
}


class Connection:
    def __init__(self, link):
        self.link = link
        self.decoder = hpack.Decoder()

    def exactly(self, length):
        got = b""
        while len(got) < length:
            piece = self.link.recv(length - len(got))
            if not piece:
                raise ConnectionError
            got += piece
        return got

    def read_frame(self):
        head = self.exactly(9)
        return head[3], head[4], struct.unpack(">I", head[5:])[0], self.exactly(int.from_bytes(head[:3], "big"))

    def read_request(self):
        fields, body, ended = [], b"", False
        while not ended:
            kind, flags, _, payload = self.read_frame()
            if kind == HEADERS:
                payload = payload[5:] if flags & 0x20 else payload
                fields += self.decoder.decode(payload)
            elif kind == DATA:
                body += payload
            elif kind == SETTINGS and not flags & ACK:
                self.link.sendall(frame(SETTINGS, ACK, 0))
            ended = kind in (HEADERS, DATA) and flags & END_STREAM
        log({"headers": dict(fields), "body": body.hex(), "alpn": self.alpn()})

    def alpn(self):
        return self.link.selected_alpn_protocol() if options.cert else None

    def flood(self, kind):
        if kind == "continuation":
            self.link.sendall(frame(HEADERS, 0, 1, answer("")))
        many = FLOODS[kind] * 100
        threading.Thread(target=self.drain, daemon=True).start()
        while True:
            self.link.sendall(many)

    def drain(self):
        try:
            while self.link.recv(65536):
                pass
        except OSError:
            pass

    def step(self, word):
        name, _, rest = word.partition(":")
        send = self.link.sendall
        if name == "head":
            send(frame(HEADERS, END_HEADERS, 1, answer(rest)))
        elif name == "only":
            send(frame(HEADERS, END_HEADERS | END_STREAM, 1, answer(rest)))
        elif name == "message":
            send(frame(DATA, 0, 1, grpc(b"\x08" + number(int(rest), 8) if rest != "0" else b"")))
        elif name == "data":
            send(frame(DATA, 0, 1, bytes.fromhex(rest)))
        elif name == "zeros":
            for _ in range(int(rest) // 10000):
                send(frame(DATA, 0, 1, bytes(10000)))
        elif name == "trailers":
            send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block(rest)))
        elif name == "end":
            send(frame(DATA, END_STREAM, 1))
        elif name == "reset":
            send(frame(RST_STREAM, 0, 1, struct.pack(">I", int(rest))))
        elif name == "goaway":
            code, last = map(int, rest.split(","))
            send(frame(GOAWAY, 0, 0, struct.pack(">II", last, code)))
        elif name == "frame":
            send(bytes.fromhex(rest))
        elif name == "headers":
            send(frame(HEADERS, END_HEADERS, 1, answer("") + large_field(int(rest))))
        elif name == "ends":
            send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block("grpc-status=0") + large_field(int(rest))))
        elif name == "flood":
            self.flood(rest)
        elif name in ("hold", "silent"):
            self.drain()
        elif name not in ("early", "close"):
            raise SystemExit(f"http2.py: no such step: {word}")

    def serve(self, words):
        if words[0].startswith("raw:"):
            self.link.recv(65536)
            log({"alpn": self.alpn()})
            self.link.sendall(words[0][4:].encode().decode("unicode_escape").encode("latin-1"))
            return
        if words[0] != "silent":
            if self.exactly(len(PREFACE)) != PREFACE:
                return
            self.link.sendall(frame(SETTINGS, 0, 0))
        if words[0] not in ("silent", "early"):
            self.read_request()
        for word in words:
            self.step(word)


def log(entry):
    if options.log:
        with open(options.log, "a") as file:
            file.write(json.dumps(entry) + "\n")


def secured(link):
    if not options.cert:
        return link
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert)
    if options.alpn:
        context.set_alpn_protocols(options.alpn.split(","))
    return context.wrap_socket(link, server_side=True)


def serve(link, steps):
    try:
        link = secured(link)
        Connection(link).serve(steps.split())
        link.shutdown(socket.SHUT_WR)
        link.settimeout(5)
        while link.recv(65536):
            pass
    except (OSError, ConnectionError):
        pass
    finally:
        link.close()


host, port = options.address.rsplit(":", 1)
with socket.create_server((host, int(port)), backlog=128) as listener:
    with open(options.ready + ".new", "w") as ready:
        print(listener.getsockname()[1], file=ready)
    os.rename(options.ready + ".new", options.ready)
    count = 0
    while True:
        connection, _ = listener.accept()
        now = options.steps[min(count, len(options.steps) - 1)]
        count += 1
        threading.Thread(target=serve, args=(connection, now), daemon=True).start()
