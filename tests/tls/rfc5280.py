#!/usr/bin/env python3
"""Verdicts on the chains of rfc5280_cases.py: RFC 5280's, tls-check's (strict and default), OpenSSL's and GnuTLS' own programs'.

    rfc5280.py TLS_CHECK DIRECTORY [--write]

Certificates are made in DIRECTORY. Without --write the verdicts are compared with the table, tests/tls/rfc5280.md: those of tls-check
always, those of the other programs where they are of the versions that the table names. A line for each difference, then the number of
cases; exit status 1 where there is one, or where strict differs from the RFC without a reason. With --write the table is written.
"""

import sys

sys.dont_write_bytecode = True

import os
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import x509
from rfc5280_cases import CASES
from x509 import Key, aki, basic, certificate, name, pem, purposes, san, ski, usage

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "rfc5280.md")
SERVER_AUTH = x509.SERVER_AUTH


# --- making chains ---

def usual_extensions(role, own, issuer):
    if role == "root":
        return [basic(), usage("keyCertSign", "cRLSign"), ski(own)]
    if role == "ca":
        return [basic(), usage("keyCertSign", "cRLSign"), ski(own), aki(issuer)]
    return [basic(ca=False, critical=False), usage("digitalSignature"), ski(own), aki(issuer), purposes(SERVER_AUTH), san(("dns", "server.test"))]


def extensions_of(spec, own, issuer):
    if "extensions" in spec:
        return spec["extensions"]
    plus, minus = spec.get("plus", []), spec.get("minus", [])
    replaced = {one[0] for one in plus} | set(minus)
    kept = [one for one in usual_extensions(spec["role"], own, issuer) if one[0] not in replaced]
    made = kept + list(plus)
    return made + [one for one in made if one[0] in spec.get("twice", [])]


def make(chain, keys):
    subjects = [spec.get("subject", name(("CN", spec["label"]))) for spec in chain]
    made = []
    for place, spec in enumerate(chain):
        by = spec.get("by", place if spec["role"] == "root" else place - 1)
        key, signer = keys(spec.get("key", spec["label"])), keys(spec.get("signer", chain[by].get("key", chain[by]["label"])))
        options = {one: spec[one] for one in ("serial", "begin", "end", "version", "outer") if one in spec}
        options.setdefault("serial", place + 1)
        issuer = keys(chain[by].get("key", chain[by]["label"]))
        made.append(certificate(subjects[place], key, subjects[by], signer, extensions_of(spec, key.identifier, issuer.identifier), **options))
    return made


def make_all(directory):
    known = {}

    def keys(label):
        if label not in known:
            known[label] = Key(directory, label)
        return known[label]

    for one in CASES:
        made = make(one["chain"], keys)
        sent = one.get("sent", list(range(len(made) - 1, 0, -1)))
        base = os.path.join(directory, one["case"])
        for suffix, places in (("pem", sent), ("anchors", one.get("anchors", [0])), ("above", sent[1:])):
            with open(f"{base}.{suffix}", "w") as out:
                out.write("".join(pem(made[place]) for place in places))
        if not os.path.lexists(f"{base}.key"):
            os.symlink("leaf.key", f"{base}.key")


# --- asking ---

def moment(text):
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


def is_address(host):
    return host == "::1" or host.replace(".", "").isdigit()


def listener(directory, label):
    """The case's server; one that only shows its certificates, where a TLS library would not load them."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(f"{directory}/{label}.pem", f"{directory}/{label}.key")
    except ssl.SSLError:
        return f"- lie=certificates shows={label}"
    return label


def start_servers(directory):
    ready = os.path.join(directory, "ready")
    if os.path.exists(ready):
        os.unlink(ready)
    process = subprocess.Popen([sys.executable, f"{HERE}/../servers/tls.py", "--ready", ready, "--certificates", directory,
                                *(listener(directory, one["case"]) for one in CASES)])
    for _ in range(3000):
        if os.path.exists(ready) or process.poll() is not None:
            break
        time.sleep(0.02)
    with open(ready) as lines:
        return process, lines.read().split()


def ask_tool(tool, profile, one, port, directory):
    done = subprocess.run(
        [tool, "-q", "--once", "--termination-log", "", "--profile", profile, "--trust-store", f"{one['case']}.anchors", "--warn-days", "0",
         "--verify-time", moment(one["at"]).strftime("%Y-%m-%dT%H:%M:%SZ"), "--server-name", one["host"], "--connect", f"127.0.0.1:{port}",
         "server.test"], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return str(done.returncode)


def ask_openssl(one, directory):
    options = ["-x509_strict", "-policy_check", "-policy", x509.ANY_POLICY, "-purpose", "sslserver", "-attime", str(int(moment(one["at"]).timestamp()))]
    options += ["-verify_ip" if is_address(one["host"]) else "-verify_hostname", one["host"]]
    done = subprocess.run(["openssl", "verify", *options, "-no-CApath", "-no-CAstore", "-CAfile", f"{one['case']}.anchors", "-untrusted",
                           f"{one['case']}.above", f"{one['case']}.pem"], cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "accept" if done.returncode == 0 else "reject"


def ask_certtool(one, directory):
    done = subprocess.run(["faketime", "-f", moment(one["at"]).strftime("%Y-%m-%d %H:%M:%S"), "certtool", "--verify", "--load-ca-certificate",
                           f"{one['case']}.anchors", "--infile", f"{one['case']}.pem", "--verify-purpose", SERVER_AUTH, "--verify-hostname",
                           one["host"]],
                          cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"})
    return "accept" if done.returncode == 0 else "reject"


def ask_all(tool, directory, ports):
    def ask(one, port):
        return {"strict": ask_tool(tool, "strict", one, port, directory), "default": ask_tool(tool, "default", one, port, directory),
                "openssl": ask_openssl(one, directory), "certtool": ask_certtool(one, directory)}

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(ask, CASES, ports))


# --- the table ---

def versions():
    openssl = subprocess.run(["openssl", "version"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
    certtool = subprocess.run(["certtool", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
    return f"OpenSSL {openssl}, certtool {certtool}"


def row(one, said):
    cells = [one["case"], one["says"], one["verdict"], said["strict"], said["default"], said["openssl"], said["certtool"], one["why"]]
    return "| " + " | ".join(cells).rstrip() + " |"


def table(answers):
    with open(TABLE) as lines:
        head = lines.read().split("<!-- cases -->")[0]
    lines = [head + "<!-- cases -->", "", f"Asked: {versions()}.", "",
             "| case | what it is | RFC 5280 | strict | default | openssl | certtool | why strict differs |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    return "\n".join(lines + [row(one, said) for one, said in zip(CASES, answers)]) + "\n"


def read_rows():
    with open(TABLE) as lines:
        text = lines.read()
    rows = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {cells[0]: cells for cells in rows}, f"Asked: {versions()}." in text


def complaints(answers):
    rows, same_versions = read_rows()
    for one, said in zip(CASES, answers):
        agrees = (said["strict"] == "0") == (one["verdict"] == "accept")
        if said["strict"] == "1":
            yield f"{one['case']}: no verdict"
        if agrees == bool(one["why"]):
            yield f"{one['case']}: RFC 5280 says {one['verdict']}, strict {said['strict']}; reason: {one['why'] or 'none'}"
        cells = rows.get(one["case"])
        if not cells:
            yield f"{one['case']}: is not in the table"
            continue
        for place, who in ((3, "strict"), (4, "default"), (5, "openssl"), (6, "certtool")):
            if (place < 5 or same_versions) and cells[place] != said[who]:
                yield f"{one['case']}: {who} says {said[who]}, the table {cells[place]}"


def main():
    tool, directory = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(directory, exist_ok=True)
    make_all(directory)
    process, ports = start_servers(directory)
    try:
        answers = ask_all(tool, directory, ports)
    finally:
        process.kill()
        process.wait()
    if "--write" in sys.argv:
        content = table(answers)
        with open(TABLE, "w") as out:
            out.write(content)
    found = list(complaints(answers))
    print("\n".join(found + [f"{len(CASES)} cases"]))
    sys.exit(1 if found else 0)


main()
