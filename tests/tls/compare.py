#!/usr/bin/env python3
"""Runs the cases of tests/tls/cases through a JVM and through tls-check --profile java, and compares.

    compare.py TLS_CHECK CERTIFICATES CLASSES

CERTIFICATES is what make-certificates and make-stores made, CLASSES is where Client.class is. Writes a line for each difference
from the table, and the number of cases at the end; exit status 1 if there is a difference.
"""

import sys

sys.dont_write_bytecode = True

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {".jks": "JKS", ".jceks": "JCEKS", ".p12": "PKCS12"}


def store_type(path):
    return TYPES[os.path.splitext(path)[1]]


def read_cases():
    names = ["case", "server", "name", "store", "client", "java", "code", "why"]
    with open(f"{HERE}/cases") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield dict(zip(names, line.rstrip("\n").split("\t") + [""]))


def start_servers(cases, certificates):
    servers = sorted({case["server"] for case in cases})
    ready = f"{certificates}/tls.ready"
    if os.path.exists(ready):
        os.unlink(ready)
    process = subprocess.Popen(
        [sys.executable, f"{HERE}/../servers/tls.py", "--ready", ready, "--certificates", certificates, *servers],
        stderr=subprocess.DEVNULL)
    for _ in range(1500):
        if os.path.exists(ready):
            break
        time.sleep(0.02)
    with open(ready) as lines:
        return process, dict(zip(servers, lines.read().split()))


def run_java(cases, ports, certificates, classes):
    lines = []
    for case in cases:
        words = [case["case"], ports[case["server"]], case["name"], case["store"], store_type(case["store"]), "changeit"]
        if case["client"] != "-":
            words += [case["client"], store_type(case["client"]), "changeit", "changeit"]
        lines.append("\t".join(words) + "\n")
    out = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, "Client"], input="".join(lines), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=certificates, timeout=100).stdout
    return dict(line.split("\t", 1) for line in out.splitlines())


def run_check(tool, case, port, certificates):
    command = [tool, "--once", "--profile", "java", "--termination-log=", "--attempt-timeout", "20s", "--trust-store", case["store"],
               "--trust-store-password-file", "password", "--connect", f"127.0.0.1:{port}", "--warn-days", "0"]
    if case["client"] != "-":
        command += ["--client-cert", case["client"], "--client-key-password-file", "password"]
    result = subprocess.run([*command, f"https://{case['name']}:443/"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, errors="replace", cwd=certificates)
    return result.returncode, result.stderr.strip().split("\n")[-1]


def main():
    tool, certificates, classes = (os.path.abspath(path) for path in sys.argv[1:])
    cases = list(read_cases())
    servers, ports = start_servers(cases, certificates)
    differences = 0
    try:
        with ThreadPoolExecutor(3) as pool:
            java = pool.submit(run_java, cases, ports, certificates, classes)
            checks = [pool.submit(run_check, tool, case, ports[case["server"]], certificates) for case in cases]
            said = java.result()
        for case, check in zip(cases, checks):
            code, line = check.result()
            verdict = said.get(case["case"], "no answer from the JVM")
            alike = (verdict == "ok") == (code == 0)
            if verdict.split()[0] != case["java"] or code != int(case["code"]) or (not alike and not case["why"]):
                differences += 1
                print(f"{case['case']}: table {case['java']} {case['code']}, JVM: {verdict}, tls-check {code}: {line}")
    finally:
        servers.kill()
    print(f"{len(cases)} cases compared with {differences} differences")
    return differences > 0


sys.exit(main())
