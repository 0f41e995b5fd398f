#!/usr/bin/env python3
"""An HTTP server whose answers are named by their paths: one body in every coding and framing, whole or cut.

    bodies.py [--ready FILE] [--life SECONDS] FILE

FILE is what is served. It listens on a free port of 127.0.0.1, which goes to the --ready file, and ends by itself after --life seconds
(120). A path is

    /CODING/FRAMING/CUT

CODING is identity, gzip, zstd, members (gzip of three members with padding), frames (zstd of three frames) or trailing (gzip, and bytes
behind it that are none). FRAMING is length (Content-Length), chunked or close. CUT is whole, empty, or a number N from 0 to 19: only
N/20 of the coded body. What is cut is cut before it is framed (the origin itself has no more), unless FRAMING ends in -broken: then
the header and the chunks tell of the whole, and the connection ends early.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import gzip
import os
import socket
import subprocess
import threading


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c", "--check"], input=content, stdout=subprocess.PIPE, check=True).stdout


def in_three(content, pack):
    third = len(content) // 3
    return b"".join(pack(piece) for piece in (content[:third], content[third : 2 * third], content[2 * third :]))


def coded(content):
    packed = gzip.compress(content)
    return {
        "identity": (content, None),
        "gzip": (packed, "gzip"),
        "zstd": (zstd(content), "zstd"),
        "members": (in_three(content, gzip.compress) + bytes(100), "x-gzip"),
        "frames": (in_three(content, zstd), "zstd"),
        "trailing": (packed + b"<html>", "gzip"),
    }


def cut_to(body, cut):
    if cut == "whole":
        return body
    return b"" if cut == "empty" else body[: len(body) * int(cut) // 20]


def answer(connection, body, coding, framing, cut):
    framing, _, broken = framing.partition("-")
    sent = cut_to(body, cut)
    told = len(body) if broken else len(sent)
    lines = ["HTTP/1.1 200 OK", "Connection: close"]
    if coding:
        lines.append(f"Content-Encoding: {coding}")
    if framing == "length":
        lines.append(f"Content-Length: {told}")
    if framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    if framing != "chunked":
        connection.sendall(sent)
        return
    for at in range(0, len(sent), 1000):
        piece = sent[at : at + 1000]
        connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
    if len(sent) == told:
        connection.sendall(b"0\r\n\r\n")


def serve(connection, bodies):
    head = b""
    try:
        while b"\r\n\r\n" not in head:
            got = connection.recv(65536)
            if not got:
                return
            head += got
        coding, framing, cut = head.split(b" ")[1].decode().strip("/").split("/")
        answer(connection, *bodies[coding], framing, cut)
    except OSError:
        pass
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ready")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        bodies = coded(file.read())
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    if options.ready:
        with open(options.ready + ".new", "w") as ready:
            ready.write(f"{listener.getsockname()[1]}\n")
        os.rename(options.ready + ".new", options.ready)
    threading.Timer(options.life, os._exit, [0]).start()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, bodies), daemon=True).start()


if __name__ == "__main__":
    main()
