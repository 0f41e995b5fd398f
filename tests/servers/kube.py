#!/usr/bin/env python3
"""A Kubernetes API server for tests: objects by path, lists in chunks, watches with bookmarks; and what can go wrong with them.

    kube.py [--ready FILE] [--log FILE] [--life SECONDS] [--cert PEM] [--token FILE] [--address A] [--port N] [--chunk N] [--version N]

It listens on a free port of 127.0.0.1 (or of A; or on N), which goes to the --ready file; with --cert it speaks TLS. With --token each request must
bring one of the tokens in that file, which is read anew for each request, or gets 401. The --log file gets a JSON object a request:
`path`, `query`, `connection` (a number for each). It ends by itself after --life seconds (120).

Requests of the API: GET of a collection (/api/v1/namespaces/NS/pods) with fieldSelector=metadata.name=NAME, labelSelector (equality and
in), limit, continue, watch, resourceVersion, allowWatchBookmarks, timeoutSeconds; GET of an object below it; and what kubectl asks to
find its way: /api, /apis, /apis/G/V, /version. POST and its kin are not there; objects come by

    POST /-/put      {"path": COLLECTION, "object": {…}}      makes or changes one
    POST /-/delete   {"path": COLLECTION, "name": NAME}
    POST /-/answer   {"verb": "list" or "watch", "times": N, "status": N, "message": TEXT, "headers": {…}}   the next N such requests
                     get this Status; "status": 0 ends the connection, -1 is silence; with "body": TEXT that in its place; with "path": PART only
                     requests whose path has that
    POST /-/break    ends all watches without a word
    POST /-/expire   forgets what has happened: a watch from before gets 410
    POST /-/bookmark sends one to all watches
    POST /-/send     {"line": TEXT}   to all watches, as it is
    POST /-/flood    {"line": TEXT, "times": N, "end": TEXT}   to all watches, so often, each followed by "end" (a newline)
"""

import sys

sys.dont_write_bytecode = True
del sys.path[0]  # http.py beside this is not the http of the library

import argparse
import http.server
import json
import os
import queue
import re
import ssl
import threading
import time
import urllib.parse

KINDS = {
    "v1": {"pods": "Pod", "services": "Service", "configmaps": "ConfigMap", "secrets": "Secret", "persistentvolumeclaims": "PersistentVolumeClaim"},
    "batch/v1": {"jobs": "Job"},
    "apps/v1": {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet"},
    "discovery.k8s.io/v1": {"endpointslices": "EndpointSlice"},
    "apiextensions.k8s.io/v1": {"customresourcedefinitions": "CustomResourceDefinition"},
    "cert-manager.io/v1": {"certificates": "Certificate"},
}


class Store:
    """All objects, what has happened to them, and who watches."""

    def __init__(self, version):
        self.lock = threading.RLock()
        self.version = self.oldest = version
        self.objects = {}  # (path, name): object
        self.history = []  # (version, path, type, object)
        self.watches = []  # (path, selectors, queue)
        self.answers = []  # those of /-/answer

    def put(self, path, thing):
        with self.lock:
            self.version += 1
            key = (path, thing["metadata"]["name"])
            kind = "MODIFIED" if key in self.objects else "ADDED"
            thing.setdefault("metadata", {})["resourceVersion"] = str(self.version)
            self.objects[key] = thing
            self.happen(path, kind, thing)

    def delete(self, path, name):
        with self.lock:
            self.version += 1
            thing = self.objects.pop((path, name))
            thing["metadata"]["resourceVersion"] = str(self.version)
            self.happen(path, "DELETED", thing)

    def happen(self, path, kind, thing):
        thing = json.loads(json.dumps(thing))
        self.history.append((self.version, path, kind, thing))
        for where, fits, events in self.watches:
            if where == path and fits(thing):
                events.put(json.dumps({"type": kind, "object": thing}))

    def tell(self, line):
        """To all watches; the first one may have been asked for, and not be there yet."""
        end = time.monotonic() + 10
        while not self.watches and time.monotonic() < end:
            time.sleep(0.01)
        with self.lock:
            for _, _, events in self.watches:
                events.put(line)

    def answer_for(self, verb, path):
        with self.lock:
            for answer in self.answers:
                if answer["verb"] == verb and answer.get("path", "") in path and answer["times"] > 0:
                    answer["times"] -= 1
                    return answer
        return None


def selectors(query):
    """A function that says whether an object fits."""
    field = query.get("fieldSelector", "")
    label = query.get("labelSelector", "")
    tests = []
    if field:
        name = field.partition("=")[2].lstrip("=")
        tests.append(lambda thing: thing["metadata"]["name"] == name)
    for part in re.findall(r"[^,(]+\([^)]*\)|[^,]+", label):
        member = re.fullmatch(r"\s*(\S+) in \(([^)]*)\)", part)
        key, values = (member[1], member[2].split(",")) if member else (part.partition("=")[0], [part.partition("=")[2].lstrip("=")])
        tests.append(lambda thing, key=key, values=values: thing["metadata"].get("labels", {}).get(key) in values)
    return lambda thing: all(test(thing) for test in tests)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self):
        super().setup()
        with self.server.store.lock:
            Handler.connections += 1
            self.number = Handler.connections

    def log_message(self, *_):
        pass

    def note(self, path, query):
        if self.server.options.log:
            with open(self.server.options.log, "a") as log:
                log.write(json.dumps({"path": path, "query": query, "connection": self.number}) + "\n")

    def send(self, status, body, headers=()):
        data = body.encode() if isinstance(body, str) else (json.dumps(body) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def status(self, code, message, reason="", headers=()):
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code}
        self.send(code, status, headers)

    # --- control ---

    def do_POST(self):
        store, body = self.server.store, self.rfile.read(int(self.headers.get("Content-Length", 0)))
        what = json.loads(body) if body else {}
        if self.path == "/-/put":
            store.put(what["path"], what["object"])
        elif self.path == "/-/delete":
            store.delete(what["path"], what["name"])
        elif self.path == "/-/answer":
            with store.lock:
                store.answers.append(what)
        elif self.path == "/-/break":
            store.tell(None)
        elif self.path == "/-/expire":
            with store.lock:
                store.version += 1
                store.history, store.oldest = [], store.version
        elif self.path == "/-/bookmark":
            with store.lock:
                store.version += 1
            store.tell(json.dumps({"type": "BOOKMARK", "object": {"kind": "Job", "metadata": {"resourceVersion": str(store.version)}}}))
        elif self.path == "/-/send":
            store.tell(what["line"])
        elif self.path == "/-/flood":
            store.tell((what["line"] + what.get("end", "\n"), what["times"]))
        else:
            self.send(404, {})
            return
        self.send(200, {})

    # --- the API ---

    def allowed(self):
        if not self.server.options.token:
            return True
        with open(self.server.options.token) as tokens:
            return self.headers.get("Authorization", "") in {f"Bearer {token}" for token in tokens.read().split()}

    def do_GET(self):
        path, _, text = self.path.partition("?")
        query = {name: values[0] for name, values in urllib.parse.parse_qs(text).items()}
        self.note(path, query)
        if not self.allowed():
            self.status(401, "Unauthorized", "Unauthorized")
            return
        verb = "watch" if query.get("watch") in ("1", "true") else "list"
        answer = self.server.store.answer_for(verb, path)
        if answer:
            self.scripted(answer)
        elif not self.discover(path) and not self.get(path):
            (self.watch if verb == "watch" else self.list)(path, query)

    def scripted(self, answer):
        if answer["status"] == -1:
            time.sleep(self.server.options.life)
        if answer["status"] <= 0:
            self.close_connection = True
            return
        if "body" in answer:
            self.send(answer["status"], answer["body"], answer.get("headers", {}))
        else:
            self.status(answer["status"], answer.get("message", ""), headers=answer.get("headers", {}))

    def discover(self, path):
        """What kubectl asks before it asks for anything."""
        groups = [version for version in KINDS if "/" in version]
        if path == "/version":
            self.send(200, {"major": "1", "minor": "35", "gitVersion": "v1.35.0"})
        elif path == "/api":
            self.send(200, {"kind": "APIVersions", "versions": ["v1"]})
        elif path == "/apis":
            named = [{"groupVersion": each, "version": each.split("/")[1]} for each in groups]
            self.send(200, {"kind": "APIGroupList", "apiVersion": "v1",
                            "groups": [{"name": each["groupVersion"].split("/")[0], "versions": [each], "preferredVersion": each} for each in named]})
        elif path.removeprefix("/apis/").removeprefix("/api/") in KINDS:
            version = path.removeprefix("/apis/").removeprefix("/api/")
            self.send(200, {"kind": "APIResourceList", "groupVersion": version, "resources": [
                {"name": plural, "singularName": kind.lower(), "namespaced": kind != "CustomResourceDefinition", "kind": kind,
                 "verbs": ["get", "list", "watch"]} for plural, kind in KINDS[version].items()]})
        else:
            return False
        return True

    def get(self, path):
        collection, _, name = path.rpartition("/")
        with self.server.store.lock:
            thing = self.server.store.objects.get((collection, name))
        if thing:
            self.send(200, thing)
        return thing is not None

    def list(self, path, query):
        store, fits = self.server.store, selectors(query)
        limit = int(query.get("limit", 0)) or 1 << 30
        limit = min(limit, self.server.options.chunk)
        begin, _, version = query.get("continue", "").partition("@")
        with store.lock:
            if version and int(version) < store.oldest:
                self.status(410, "The provided continue parameter is too old", "Expired")
                return
            found = [thing for (where, _), thing in sorted(store.objects.items()) if where == path and fits(thing)]
            at = int(begin or 0)
            meta = {"resourceVersion": version or str(store.version)}
            if at + limit < len(found):
                meta["continue"] = f"{at + limit}@{meta['resourceVersion']}"
            body = {"kind": "List", "apiVersion": "v1", "metadata": meta, "items": found[at : at + limit]}
        self.send(200, body)

    def watch(self, path, query):
        store, fits, events = self.server.store, selectors(query), queue.Queue()
        since = int(query.get("resourceVersion") or 0)
        with store.lock:
            if since < store.oldest:
                events.put(json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}))
            for version, where, kind, thing in store.history:
                if version > since and where == path and fits(thing):
                    events.put(json.dumps({"type": kind, "object": thing}))
            mine = (path, fits, events)
            store.watches.append(mine)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        try:
            self.pour(events, time.monotonic() + int(query.get("timeoutSeconds", 60)))
        except OSError:
            self.close_connection = True
        finally:
            with store.lock:
                store.watches.remove(mine)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def flood(self, data, times):
        while times > 0:
            at_once = min(times, max(1, 65536 // max(1, len(data))))
            self.chunk(data * at_once)
            times -= at_once

    def pour(self, events, end):
        while time.monotonic() < end:
            try:
                line = events.get(timeout=min(1, max(0.01, end - time.monotonic())))
            except queue.Empty:
                continue
            if line is None:
                self.close_connection = True
                return
            if isinstance(line, tuple):
                self.flood(line[0].encode(), line[1])
                continue
            data = (line + "\n").encode()
            half = len(data) // 2  # events come in pieces
            self.chunk(data[:half])
            self.chunk(data[half:])
        self.wfile.write(b"0\r\n\r\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready")
    parser.add_argument("--log")
    parser.add_argument("--life", type=float, default=120)
    parser.add_argument("--cert")
    parser.add_argument("--token")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--version", type=int, default=1000, help="the resourceVersion before anything happens")
    parser.add_argument("--chunk", type=int, default=1 << 30, help="objects that a list has at most")
    options = parser.parse_args()
    server = Server((options.address, options.port), Handler)
    server.options, server.store = options, Store(options.version)
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Timer(options.life, lambda: os._exit(0)).start()
    if options.ready:
        with open(options.ready + ".new", "w") as ready:
            ready.write(f"{server.server_address[1]}\n")
        os.rename(options.ready + ".new", options.ready)
    server.serve_forever()


if __name__ == "__main__":
    main()
