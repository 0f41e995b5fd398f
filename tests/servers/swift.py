#!/usr/bin/python3
"""OpenStack Swift and its S3 interface, in one process: an object store that checks signatures (AWS Signature Version 4) with
code of its own.

    swift.py --ready FILE [--ahead SECONDS] [--domain NAME] FOLDER REGION USER=SECRET...

Listens on 127.0.0.1; the port is written to --ready. What it logs goes to FOLDER/log. A USER is ACCOUNT:NAME, which is the
access key too. The first may do everything in its account; others may do nothing that it has not allowed. With --ahead its
clock is wrong. With --domain a request to the host BUCKET.NAME is one for that bucket.

The proxy, account, container and object servers are Debian's, on ports of their own, with one copy of everything. Objects
stay in memory, for which Swift has a server, so that neither root nor extended attributes are needed.
"""

import sys

sys.dont_write_bytecode = True
sys.path.pop(0)  # or the http.py beside this file would be taken for Python's own http

import argparse
import pathlib
import time

parser = argparse.ArgumentParser()
parser.add_argument("--ready", type=pathlib.Path, required=True)
parser.add_argument("--ahead", type=int, default=0)
parser.add_argument("--domain", default="")
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("region")
parser.add_argument("users", nargs="+", metavar="USER=SECRET", type=lambda text: text.split("=", 1))
arguments = parser.parse_args()

if arguments.ahead:  # before a module makes a copy of time.time
    right_time = time.time
    time.time = lambda: right_time() + arguments.ahead

import eventlet

eventlet.monkey_patch()

from eventlet.green import socket
from swift.account.server import AccountController
from swift.common import utils
from swift.common.http_protocol import SwiftHttpProtocol
from swift.common.ring import RingBuilder
from swift.common.wsgi import loadapp
from swift.container.server import ContainerController
from swift.obj.mem_server import ObjectController

PROXY = """
[DEFAULT]
swift_dir = {folder}
log_udp_host = 127.0.0.1
log_udp_port = {log_port}
[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth slo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = {region}
storage_domain = {domain}
[filter:tempauth]
use = egg:swift#tempauth
{users}
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:slo]
use = egg:swift#slo
[filter:proxy-logging]
use = egg:swift#proxy_logging
"""


class Forgetful:
    """Stands where memcached does, which tempauth insists on, and remembers nothing."""

    def get(self, *_args, **_named):
        return None

    def set(self, *_args, **_named):
        pass

    delete = set


def listener(kind=socket.SOCK_STREAM):
    listening = socket.socket(socket.AF_INET, kind)
    listening.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        listening.listen(64)
    return listening


def port_of(listening):
    return listening.getsockname()[1]


def keep_log(listening, path):
    with open(path, "ab", buffering=0) as log:
        while True:
            log.write(listening.recv(65536) + b"\n")


def serve(listening, app):
    # As Swift's own start does it: S3's clients want "ETag", not "Etag".
    eventlet.spawn(
        eventlet.wsgi.server, listening, app, utils.NullLogger(), protocol=SwiftHttpProtocol, capitalize_response_headers=False
    )


def write_ring(folder, kind, port):
    """All that this kind of server keeps is on one device of one server."""
    ring = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "device", "weight": 1})
    ring.rebalance()
    ring.get_ring().save(str(folder / f"{kind}.ring.gz"))


def start_stores(folder, conf):
    for kind, controller in (("account", AccountController), ("container", ContainerController), ("object", ObjectController)):
        listening = listener()
        write_ring(folder, kind, port_of(listening))
        serve(listening, controller(conf))


def start_proxy(folder, users, log_port, **said):
    rights = [" .admin"] + [""] * len(users)
    lines = ("user_{}_{} = {}{}".format(*name.split(":"), secret, right) for (name, secret), right in zip(users, rights))
    conf = folder / "proxy.conf"
    conf.write_text(PROXY.format(folder=folder, users="\n".join(lines), log_port=log_port, **said))
    proxy = loadapp(str(conf))
    cache = Forgetful()
    listening = listener()
    serve(listening, lambda environment, respond: proxy({**environment, "swift.cache": cache}, respond))
    return port_of(listening)


def main():
    folder = arguments.folder.absolute()
    (folder / "device").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.set_swift_dir(str(folder))
    log = listener(socket.SOCK_DGRAM)
    eventlet.spawn(keep_log, log, folder / "log")
    logged = {"log_udp_host": "127.0.0.1", "log_udp_port": port_of(log)}
    start_stores(folder, {"swift_dir": str(folder), "devices": str(folder), "mount_check": "false", **logged})
    port = start_proxy(folder, arguments.users, port_of(log), region=arguments.region, domain=arguments.domain)
    partial = arguments.ready.with_suffix(".partial")
    partial.write_text(f"{port}\n")
    partial.rename(arguments.ready)
    while True:
        eventlet.sleep(3600)


main()
