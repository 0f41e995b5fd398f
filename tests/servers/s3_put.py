#!/usr/bin/python3
"""Puts objects into an S3 store with botocore, as others' tools would.

    s3_put.py URL BUCKET [KEY=FILE]...

Makes BUCKET if it is not there. Region and credentials are the usual variables (AWS_REGION, AWS_ACCESS_KEY_ID, ...).
"""

import sys

sys.dont_write_bytecode = True
sys.path.pop(0)  # or the http.py beside this file would be taken for Python's own http

import os

import botocore.config
import botocore.session

url, bucket, *pairs = sys.argv[1:]
config = botocore.config.Config(s3={"addressing_style": "path"})
store = botocore.session.get_session().create_client("s3", os.environ["AWS_REGION"], endpoint_url=url, config=config)
try:
    store.create_bucket(Bucket=bucket)
except store.exceptions.BucketAlreadyOwnedByYou:
    pass
for pair in pairs:
    key, _, file = pair.rpartition("=")
    with open(file, "rb") as body:
        store.put_object(Bucket=bucket, Key=key, Body=body)
