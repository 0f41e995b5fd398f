#!/usr/bin/env python3
"""A bad network for tests, between a tool and a server that is all right: delays, duplicates, reorders, damages, breaks off.

    relay.py [--ready FILE] [--log FILE] [--life SECONDS] RELAY...

Each RELAY gets a free port on 127.0.0.1; once all listen, the ports go to the --ready file, one a line. What is done to a datagram or a
connection goes to the --log file, a line each: seconds since the start, the relay's port, the word. It ends by itself after --life seconds
(120).

A RELAY is one argument:

    udp PORT [WORD]...     datagrams to 127.0.0.1:PORT, and the answers back; the words are done to the answers
        delay=S            each comes S seconds later
        copies=N           each comes N times
        reverse=S          those of S seconds are gathered, and come last first
        damage=AT          the byte at that place is changed (from the end, if negative)
        first=N            only the first N answers are treated so
    tcp PORT [WORD]...     connections to 127.0.0.1:PORT
        delay=S            what is read, in either direction, is passed on S seconds later
        piece=N            it is passed on in pieces of N bytes
        pause=S            with so much time between them
        down=N             both ends are closed after N bytes to the tool
        up=N               both ends are closed after N bytes to the server
        reset              the tool's end is reset instead of closed
        first=N            only the first N connections are treated so
"""

import sys

sys.dont_write_bytecode = True

import argparse
import asyncio
import os
import socket
import struct
import time

STARTED = time.monotonic()
NUMBERS = {"delay", "copies", "reverse", "damage", "first", "piece", "pause", "down", "up"}
BLOCK = 65536


class Words:
    """What is to be done, and to how many more."""

    def __init__(self, words):
        pairs = [word.partition("=") for word in words]
        wrong = [name for name, _, _ in pairs if name not in NUMBERS | {"reset"}]
        if wrong:
            sys.exit(f"relay.py: no such word: {wrong[0]}")
        self.values = {name: float(value or 1) for name, _, value in pairs}
        self.left = self.get("first", 1 << 60)

    def get(self, name, default=0):
        return self.values.get(name, default)

    def count(self, name, default=0):
        return int(self.get(name, default))

    def applies(self):
        self.left -= 1
        return self.left >= 0


class Log:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1) if path else None

    def tell(self, port, word):
        if self.file:
            self.file.write(f"{time.monotonic() - STARTED:.3f} {port} {word}\n")


# --- datagrams ---


class Answers(asyncio.DatagramProtocol):
    """The server's side of one asker."""

    def __init__(self, relay, asker):
        self.relay, self.asker = relay, asker

    def datagram_received(self, data, _):
        self.relay.answer(data, self.asker)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, port, words, log):
        self.server, self.words, self.log = ("127.0.0.1", port), words, log
        self.askers, self.gathered = {}, []

    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data, asker):
        asyncio.ensure_future(self.ask(data, asker))

    async def ask(self, data, asker):
        if asker not in self.askers:
            loop = asyncio.get_running_loop()
            self.askers[asker], _ = await loop.create_datagram_endpoint(lambda: Answers(self, asker), remote_addr=self.server)
        self.askers[asker].sendto(data)

    def answer(self, data, asker):
        loop, words = asyncio.get_running_loop(), self.words
        if not words.applies():
            self.log.tell(self.port, "passed")
            return self.transport.sendto(data, asker)
        if "damage" in words.values:
            at = words.count("damage")
            self.log.tell(self.port, f"damaged {len(data)}")
            data = bytearray(data)
            data[at % len(data)] ^= 0xFF
        if words.get("reverse"):
            if not self.gathered:
                loop.call_later(words.get("reverse"), self.release)
            return self.gathered.append((data, asker))
        for _ in range(words.count("copies", 1)):
            loop.call_later(words.get("delay"), self.send, data, asker)

    def send(self, data, asker):
        self.log.tell(self.port, "sent")
        self.transport.sendto(data, asker)

    def release(self):
        self.log.tell(self.port, f"reversed {len(self.gathered)}")
        for data, asker in reversed(self.gathered):
            self.send(data, asker)
        self.gathered = []


# --- connections ---


async def pass_on(reader, writer, words, most):
    """Until the end, or `most` bytes have passed: then it is True."""
    passed = 0
    while True:
        data = await reader.read(BLOCK if most is None else max(1, min(BLOCK, most - passed)))
        if not data:
            if writer.can_write_eof():
                writer.write_eof()
            return False
        await asyncio.sleep(words.get("delay"))
        data = data if most is None else data[: most - passed]
        size = words.count("piece") or len(data) or 1
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            await asyncio.sleep(words.get("pause"))
        passed += len(data)
        if most is not None and passed >= most:
            return True


def end(writer, is_reset):
    if is_reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def connection(near_reader, near, port, words, log):
    here = near.get_extra_info("sockname")[1]
    words = words if words.applies() else Words([])
    limit = {name: words.count(name) if name in words.values else None for name in ("up", "down")}
    far = None
    try:
        far_reader, far = await asyncio.open_connection("127.0.0.1", port)
        up = asyncio.ensure_future(pass_on(near_reader, far, words, limit["up"]))
        down = asyncio.ensure_future(pass_on(far_reader, near, words, limit["down"]))
        running = {up, down}
        while running:
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if any(not task.exception() and task.result() for task in ended):
                log.tell(here, "cut")
                break
        for task in running:
            task.cancel()
    except OSError:
        pass
    finally:
        end(near, "reset" in words.values)
        if far:
            far.close()


async def start(relay, log):
    """Its port."""
    kind, port, *words = relay.split()
    words, loop = Words(words), asyncio.get_running_loop()
    if kind == "udp":
        transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(int(port), words, log), local_addr=("127.0.0.1", 0))
        return transport.get_extra_info("sockname")[1]
    server = await asyncio.start_server(lambda r, w: connection(r, w, int(port), words, log), "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


async def serve(arguments):
    log = Log(arguments.log)
    ports = [await start(relay, log) for relay in arguments.relays]
    if arguments.ready:
        with open(arguments.ready + ".new", "w") as file:
            file.write("".join(f"{port}\n" for port in ports))
        os.rename(arguments.ready + ".new", arguments.ready)
    await asyncio.sleep(arguments.life)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("relays", nargs="+")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
