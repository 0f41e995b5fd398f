#!/usr/bin/env python3
"""A FUSE file system that answers its own mount, and then nothing any more: a network volume whose server is gone.

usage: hung.py DIRECTORY        needs root
"""

import ctypes
import os
import signal
import struct
import sys

FUSE_INIT = 26
IN_HEADER = struct.Struct("<IIQQIIII")
OUT_HEADER = struct.Struct("<IiQ")

device = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"hung", os.fsencode(os.path.abspath(sys.argv[1])), b"fuse.hung", 0, options.encode()) != 0:
    sys.exit(f"hung.py: {os.strerror(ctypes.get_errno())}")
request = os.read(device, 1 << 20)
_, opcode, unique, *_ = IN_HEADER.unpack_from(request)
assert opcode == FUSE_INIT
major, minor, readahead, _ = struct.unpack_from("<IIII", request, IN_HEADER.size)
body = struct.pack("<IIIIHHII", 7, min(minor, 31), readahead, 0, 8, 8, 4096, 1) + bytes(32)
os.write(device, OUT_HEADER.pack(OUT_HEADER.size + len(body), 0, unique) + body)
# Requests that nobody has read can be killed, as those to an NFS server can. One that was read holds its process until it is answered.
signal.pause()
