#!/usr/bin/python3
"""Talks to an S3 store as others' tools do, with botocore.

    s3_client.py URL put BUCKET [KEY=FILE]...       makes BUCKET if it is not there, and puts files into it
    s3_client.py URL presign BUCKET KEY SECONDS     prints a URL with which anyone can get the object for so long

Region and credentials are the usual variables (AWS_REGION, AWS_ACCESS_KEY_ID, ...).
"""

import sys

sys.dont_write_bytecode = True
sys.path.pop(0)  # or the http.py beside this file would be taken for Python's own http

import os

import botocore.config
import botocore.session


def put(store, bucket, *pairs):
    try:
        store.create_bucket(Bucket=bucket)
    except store.exceptions.BucketAlreadyOwnedByYou:
        pass
    for pair in pairs:
        key, _, file = pair.rpartition("=")
        with open(file, "rb") as body:
            store.put_object(Bucket=bucket, Key=key, Body=body)


def presign(store, bucket, key, seconds):
    print(store.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, int(seconds)))


url, command, *arguments = sys.argv[1:]
config = botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"})
store = botocore.session.get_session().create_client("s3", os.environ["AWS_REGION"], endpoint_url=url, config=config)
{"put": put, "presign": presign}[command](store, *arguments)
