#!/usr/bin/python3
"""An object store for tests that checks signatures (AWS Signature Version 4) with botocore, which knows nothing of our code.

    s3.py ADDRESS PORT FOLDER ID SECRET

GET /BUCKET/KEY is FOLDER/BUCKET/KEY, if the request is signed by ID with SECRET; else 403 with S3's words.
"""

import sys

sys.dont_write_bytecode = True
sys.path.pop(0)  # or the http.py beside this file would be taken for Python's own http

import http.server
import pathlib
import re
import urllib.parse

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

address, port, folder, key_id, secret = sys.argv[1:]
CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/s3/aws4_request, *SignedHeaders=([^,]+), *Signature=(\w{64})$")


def refusal(code):
    return f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()


def signature_of(request, region, signed):
    """What the signature of this request must be."""
    names = signed.split(";")
    said = AWSRequest(
        method=request.command,
        url=f"http://{request.headers['Host']}{request.path}",
        headers={name: request.headers[name] for name in names},
    )
    said.context["timestamp"] = request.headers["X-Amz-Date"]
    said.context["payload_signing_enabled"] = True
    auth = S3SigV4Auth(Credentials(key_id, secret), "s3", region)
    auth.headers_to_sign = lambda _: {name: request.headers[name] for name in names}
    auth.signed_headers = lambda _: signed
    auth.canonical_headers = lambda headers: "\n".join(f"{name}:{' '.join(headers[name].split())}" for name in names)
    auth.payload = lambda _: request.headers["X-Amz-Content-SHA256"]
    return auth.signature(auth.string_to_sign(said, auth.canonical_request(said)), said)


class Store(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        said = CREDENTIAL.match(self.headers.get("Authorization", ""))
        path = pathlib.Path(folder, urllib.parse.unquote(self.path).lstrip("/"))
        if not said:
            self.answer(403, refusal("AccessDenied"))
        elif said[1] != key_id:
            self.answer(403, refusal("InvalidAccessKeyId"))
        elif signature_of(self, said[2], said[3]) != said[4]:
            self.answer(403, refusal("SignatureDoesNotMatch"))
        elif not path.is_file():
            self.answer(404, refusal("NoSuchKey"))
        else:
            self.answer(200, path.read_bytes())


http.server.ThreadingHTTPServer((address, int(port)), Store).serve_forever()
