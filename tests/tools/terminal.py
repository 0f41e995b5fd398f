#!/usr/bin/env python3
"""Runs a command on a terminal (a pty), and keeps what is to be seen there.

usage: terminal.py FOLDER COLUMNSxROWS COMMAND...

FOLDER/screen is what the screen shows, a row a line, after each piece of output; FOLDER/all, at the end, also what scrolled out of
it; FOLDER/raw are the bytes. COLUMNSxROWS written to FOLDER/size resizes the terminal: lines that no longer fit are wrapped again,
as most emulators do. The exit status is the command's.
"""

import codecs
import fcntl
import os
import pathlib
import re
import select
import struct
import sys
import termios


class Screen:
    """Rows of characters; `joined` tells of a row that it goes on in the next one."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines, self.joined = [""], [False]
        self.top = self.row = self.column = 0
        self.pending = ""

    def feed(self, text):
        text, self.pending = self.pending + text, ""
        while text:
            if match := re.match(r"\x1b\[([0-9;]*)([A-Za-z])", text):
                self.control(match[2], int(match[1] or 0) if match[1].isdigit() or not match[1] else 0)
                text = text[match.end() :]
            elif text[0] == "\x1b" and len(text) < 12 and not re.match(r"\x1b\[[0-9;]*[^0-9;]", text):
                self.pending = text
                return
            else:
                run = re.match(r"[^\x00-\x1f]+|.", text, re.S)[0]
                run = run[: max(1, self.columns - self.column)]  # one character wraps
                self.put(run)
                text = text[len(run) :]

    def control(self, letter, number):
        if letter == "A":
            self.row = max(self.top, self.row - max(number, 1))
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
            self.joined[self.row] = False
        elif letter == "G":
            self.column = max(number, 1) - 1
        elif letter == "J":
            del self.lines[self.row + 1 :], self.joined[self.row + 1 :]
            self.control("K", 0)
        else:
            assert letter == "m", f"a sequence that this does not know: {letter}"

    def put(self, run):
        """A control character, or a run of others that fits into the row from the cursor on."""
        if run == "\r":
            self.column = 0
        elif run == "\n":
            self.down(False)
        else:
            assert run[0] >= " ", f"a control character: {run!r}"
            if self.column == self.columns:
                self.column = 0
                self.down(True)
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + run + line[self.column + len(run) :]
            self.column += len(run)

    def down(self, joins):
        self.joined[self.row] = joins
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
            self.joined.append(False)
        self.top = max(self.top, self.row - self.rows + 1)

    def resize(self, columns, rows):
        """All lines are wrapped anew; the cursor stays with its line."""
        whole, cursor = [""], 0
        for index, line in enumerate(self.lines):
            if index == self.row:
                cursor = len(whole) - 1
            whole[-1] += line
            if not self.joined[index]:
                whole.append("")
        whole.pop()
        self.columns, self.rows = columns, rows
        self.lines, self.joined = [], []
        for index, line in enumerate(whole):
            pieces = [line[at : at + columns] for at in range(0, len(line), columns)] or [""]
            if index == cursor:
                self.row = len(self.lines)
            self.lines += pieces
            self.joined += [True] * (len(pieces) - 1) + [False]
        self.top = max(0, len(self.lines) - rows)

    def shown(self):
        return [line.rstrip() for line in self.lines[self.top : self.top + self.rows]]

    def all(self):
        return [line.rstrip() for line in self.lines]


def write(path, lines):
    hidden = path.with_suffix(".new")
    hidden.write_text("".join(line + "\n" for line in lines))
    hidden.replace(path)


def set_size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def size_of(text):
    return tuple(map(int, text.split("x")))


def main():
    folder, size, command = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    folder.mkdir(exist_ok=True)
    process, master = os.forkpty()
    if process == 0:
        set_size(0, *size_of(size))
        os.execvp(command[0], command)
    screen, decoder = Screen(*size_of(size)), codecs.getincrementaldecoder("utf-8")()
    with open(folder / "raw", "wb") as raw:
        while True:
            wanted = (folder / "size").read_text().strip() if (folder / "size").exists() else size
            if wanted not in ("", size):  # empty while it is being written
                size = wanted
                set_size(master, *size_of(size))
                screen.resize(*size_of(size))
            if not select.select([master], [], [], 0.02)[0]:
                continue
            try:
                data = os.read(master, 65536)
            except OSError:  # the other end is closed
                data = b""
            if not data:
                break
            raw.write(data)
            screen.feed(decoder.decode(data))
            write(folder / "screen", screen.shown())
    write(folder / "all", screen.all())
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


if __name__ == "__main__":
    main()
