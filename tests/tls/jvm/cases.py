#!/usr/bin/env python3
"""Makes what a JVM and tls-check --profile java are compared over: certificates, stores, and the list of cases.

    cases.py DIRECTORY

Writes everything into DIRECTORY, with `cases.tsv`: a line a case, its words separated by tabs, see FIELDS.
"""

import sys

sys.dont_write_bytecode = True

import base64
import os
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "servers"))

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

import stores
import tlswire
from der import (UTF8, PRINTABLE, TELETEX, BMP, authority_key, basic, certify, constraints, extension, identifier, inhibit_any,
                 integer, mappings, name, names, netscape, octets, oid, pem, pem_key, pkcs8, policies, policy_constraints, purposes,
                 sequence, subject_key, tlv, usage)

FIELDS = ["case", "listener", "host", "store", "password", "client", "max"]
ROOT_NAME = name("O=Example Trust", "CN=Example Root")
CA_NAME = name("O=Example Trust", "CN=Example Issuing CA")
LEAF_NAME = name("CN=server.test")
SERVER = "server.test"
# The prime of RFC 2409's second group, which is what many servers still have.
OAKLEY_2 = int("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b"
               "0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651"
               "ece65381ffffffffffffffff", 16)
NOW = int(time.time())
DAY = 86400

cases = []
files = {}


def case(title, listener, host=SERVER, store="root.jks", password="changeit", client="-", max_tls="-"):
    assert all(title != other[0] for other in cases), title
    cases.append((title, listener, host, store, password, client, max_tls))


def write(path, content):
    files[path] = content


# --- keys and the usual CAs ---


def ecc(curve=ec.SECP256R1):
    return ec.generate_private_key(curve())


KEYS = [ecc() for _ in range(14)]
ROOT, CA, LEAF, OTHER, CLIENT = KEYS[:5]
RSA, RSA_CA, RSA_1024 = (rsa.generate_private_key(65537, bits) for bits in (2048, 2048, 1024))
CA_EXT = [basic(True), usage("keyCertSign", "cRLSign")]


def ca_ext(key, issuer_key=None, *more, path=None):
    out = [basic(True, path), usage("keyCertSign", "cRLSign"), subject_key(identifier(key))]
    if issuer_key is not None:
        out.append(authority_key(identifier(issuer_key)))
    return out + list(more)


def leaf_ext(key, issuer_key, *more, san=("DNS:" + SERVER,)):
    out = [basic(False, critical=False), subject_key(identifier(key)), authority_key(identifier(issuer_key))]
    if san:
        out.append(names(*san))
    return out + list(more)


root = certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, ca_ext(ROOT))
ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, ca_ext(CA, ROOT))
other_name = name("O=Somebody Else", "CN=Unrelated Root")
other = certify(other_name, OTHER, other_name, OTHER, ca_ext(OTHER))


def leaf(*more, san=("DNS:" + SERVER,), subject=LEAF_NAME, key=LEAF, issuer=CA_NAME, issuer_key=CA, **how):
    return certify(subject, key, issuer, issuer_key, leaf_ext(key, issuer_key, *more, san=san), **how)


def send(stem, *chain, key=LEAF):
    write(stem + ".pem", pem(*chain))
    write(stem + ".key", pem_key(key))


def trust(stem, *certificates, **how):
    """A JKS with these as trusted entries."""
    entries = [stores.jks_trusted(f"trusted{i}", der) for i, der in enumerate(certificates)]
    write(stem + ".jks", stores.jks(*entries, **how))


def simple(title, *more, host=SERVER, store="root.jks", words="", by_hand=False, **how):
    """A server's certificate of the usual CA, with these extensions besides; by hand where OpenSSL would not even show it."""
    send(title, leaf(*more, **how), ca, key=how.get("key", LEAF))
    listener = f"- chain={title}.pem" if by_hand else title
    case(title, f"{listener} {words}".strip(), host=host, store=store)


def raw(title, words="", chain="good.pem", **how):
    """The same server, written by hand."""
    case(title, f"- chain={chain} {words}".strip(), **how)


trust("root", root)
trust("other", other)
trust("ca", ca)
trust("both", root, ca)
send("good", leaf(), ca)
write("clients.ca", pem(ca, root))


# --- the plain ones ---


def plain():
    case("good", "good")
    case("good-1.2", "good max=1.2")
    case("good-1.3", "good min=1.3")
    raw("good-by-hand")
    case("max-1.2", "good", max_tls="1.2")
    case("max-1.2-server-1.3", "good min=1.3", max_tls="1.2")
    case("tls-1.1-only", "good min=1.1 max=1.1")
    case("tls-1.0-only", "good min=1.0 max=1.0")
    case("wrong-root", "good", store="other.jks")
    case("two-roots", "good", store="both.jks")
    good = leaf()
    send("alone", good)
    case("missing-intermediate", "alone")
    case("missing-intermediate-held", "alone", store="both.jks")
    case("intermediate-as-anchor", "alone", store="ca.jks")
    case("intermediate-as-anchor-full", "good", store="ca.jks")
    trust("leaf", good)
    case("leaf-as-anchor", "alone", store="leaf.jks")
    case("leaf-as-anchor-wrong-name", "alone", host="elsewhere.test", store="leaf.jks")
    send("withroot", good, ca, root)
    case("root-sent", "withroot")
    case("root-sent-not-held", "withroot", store="other.jks")
    own = certify(LEAF_NAME, LEAF, LEAF_NAME, LEAF, leaf_ext(LEAF, LEAF))
    send("selfsigned", own)
    trust("selfsigned", own)
    case("self-signed", "selfsigned")
    case("self-signed-held", "selfsigned", store="selfsigned.jks")
    case("self-signed-held-wrong-name", "selfsigned", host="elsewhere.test", store="selfsigned.jks")
    send("order", good, root, ca)
    case("order-mixed", "order")
    send("stray", good, other, ca)
    case("stray-between", "stray")
    send("strayend", good, ca, other)
    case("stray-at-the-end", "strayend")
    send("twice", good, ca, ca)
    case("intermediate-twice", "twice")
    send("leaftwice", good, good, ca)
    case("leaf-twice", "leaftwice")
    case("no-tls", "- lie=http")
    case("half-a-hello", "- lie=reset")


# --- dates ---


def dates():
    simple("expired", begin=NOW - 20 * DAY, end=NOW - DAY)
    simple("not-yet-valid", begin=NOW + 20 * DAY, end=NOW + 40 * DAY)
    simple("ends-today", begin=NOW - 20 * DAY, end=NOW + 7200)
    simple("begins-now", begin=NOW - 2)
    simple("ends-after-2050", end=2600000000)
    gone = leaf(begin=NOW - 20 * DAY, end=NOW - DAY)
    trust("expiredleaf", gone)
    send("expiredleaf", gone, ca)
    case("expired-leaf-as-anchor", "expiredleaf", store="expiredleaf.jks")
    old_ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, ca_ext(CA, ROOT), begin=NOW - 20 * DAY, end=NOW - DAY)
    send("underexpiredca", leaf(), old_ca)
    case("expired-intermediate", "underexpiredca")
    trust("expiredca", old_ca)
    case("expired-intermediate-as-anchor", "underexpiredca", store="expiredca.jks")
    old_root = certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, ca_ext(ROOT), begin=NOW - 20 * DAY, end=NOW - DAY)
    trust("expiredroot", old_root)
    case("expired-root", "good", store="expiredroot.jks")
    young_root = certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, ca_ext(ROOT), begin=NOW + 20 * DAY, end=NOW + 90 * DAY)
    trust("youngroot", young_root)
    case("root-not-yet-valid", "good", store="youngroot.jks")
    trust("oldandnew", old_root, root)
    case("expired-and-renewed-root", "good", store="oldandnew.jks")
    send("twocas", leaf(), old_ca, ca)
    case("expired-intermediate-before-the-good", "twocas")
    send("twocasback", leaf(), ca, old_ca)
    case("expired-intermediate-behind-the-good", "twocasback")


# --- anchors ---


def anchors():
    def anchor(title, *extensions, version=3, ok_chain=True, subject=ROOT_NAME, **how):
        trust(title, certify(subject, ROOT, subject, ROOT, list(extensions), version=version, **how))
        case(title, "good" if ok_chain else "direct", store=title + ".jks")

    send("direct", leaf(issuer=ROOT_NAME, issuer_key=ROOT))
    anchor("anchor-v1", version=1)
    anchor("anchor-v1-direct", version=1, ok_chain=False)
    anchor("anchor-v3-without-basic-constraints", subject_key(identifier(ROOT)))
    anchor("anchor-v3-without-any-extension")
    anchor("anchor-no-ca", basic(False))
    anchor("anchor-ca-not-critical", basic(True, critical=False))
    anchor("anchor-without-certsign", basic(True), usage("cRLSign"))
    anchor("anchor-without-certsign-direct", basic(True), usage("digitalSignature"), ok_chain=False)
    anchor("anchor-path-0", basic(True, 0), usage("keyCertSign"))
    anchor("anchor-path-0-direct", basic(True, 0), usage("keyCertSign"), ok_chain=False)
    anchor("anchor-name-constraint", *ca_ext(ROOT), constraints(permitted=["DNS:inside.test"]))
    anchor("anchor-name-excluded", *ca_ext(ROOT), constraints(excluded=["DNS:server.test"]))
    anchor("anchor-unknown-critical", *ca_ext(ROOT), extension("1.2.3.4.5", tlv(5), True))
    anchor("anchor-for-clients", *ca_ext(ROOT), purposes("clientAuth"))
    anchor("anchor-policy-required", *ca_ext(ROOT), policy_constraints(explicit=0))
    anchor("anchor-inhibits-any-policy", *ca_ext(ROOT), inhibit_any(0))
    anchor("anchor-sha1", *ca_ext(ROOT), digest="sha1")
    anchor("anchor-bad-signature", *ca_ext(ROOT), spoil=True)
    anchor("anchor-other-key-id", basic(True), usage("keyCertSign"), subject_key(b"another"))
    anchor("anchor-other-key-id-direct", basic(True), usage("keyCertSign"), subject_key(b"another"), ok_chain=False)
    anchor("anchor-without-key-id", basic(True), usage("keyCertSign"))
    anchor("anchor-key-id-of-its-own", *ca_ext(ROOT), authority_key(b"strange"))
    twin = certify(ROOT_NAME, KEYS[5], ROOT_NAME, KEYS[5], ca_ext(KEYS[5]))
    trust("twin", twin)
    case("same-name-other-key", "good", store="twin.jks")
    trust("twins", twin, root)
    case("two-roots-of-one-name", "good", store="twins.jks")
    bare = [basic(True), usage("keyCertSign")]
    bare_twin = certify(ROOT_NAME, KEYS[5], ROOT_NAME, KEYS[5], bare)
    bare_root = certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, bare)
    trust("baretwins", bare_twin, bare_root)
    trust("baretwinsback", bare_root, bare_twin)
    bare_ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, bare)
    no_key_id = certify(LEAF_NAME, LEAF, CA_NAME, CA, [names("DNS:" + SERVER)])
    send("nokeyids", no_key_id, bare_ca)
    for store in "baretwins", "baretwinsback", "twins":
        case(f"two-roots-of-one-name-no-key-id-{store}", "nokeyids", store=store + ".jks")
    # A search looks at an anchor's dates, but for the issuer of the server's certificate; at an old one's always.
    send("far", leaf(), other, ca)
    send("near", leaf(), other)
    past = {"begin": NOW - 20 * DAY, "end": NOW - DAY}
    short = {"begin": NOW - 20 * DAY, "end": NOW + DAY}
    trust("pastroot", certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, ca_ext(ROOT), **past))
    trust("pastca", certify(CA_NAME, CA, ROOT_NAME, ROOT, ca_ext(CA, ROOT), **past))
    trust("oldroot", certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, [], version=1))
    trust("shortroot", certify(ROOT_NAME, ROOT, ROOT_NAME, ROOT, [], version=1, **short))
    case("anchor-expired-searched", "far", store="pastroot.jks")
    case("anchor-expired-searched-near", "near", store="pastca.jks")
    case("anchor-v1-searched", "far", store="oldroot.jks")
    case("anchor-v1-shorter-than-its-ca", "good", store="shortroot.jks")
    case("anchor-v1-shorter-than-its-ca-searched", "far", store="shortroot.jks")
    # A search ends where one self-issued certificate would follow another.
    new, newer = KEYS[6], KEYS[7]
    links = [certify(ROOT_NAME, newer, ROOT_NAME, new, ca_ext(newer, new)), certify(ROOT_NAME, new, ROOT_NAME, ROOT, ca_ext(new, ROOT))]
    below = leaf(issuer=ROOT_NAME, issuer_key=newer)
    send("links", below, *links)
    send("linkssearched", below, other, *links)
    send("linksearched", leaf(issuer=ROOT_NAME, issuer_key=new), other, links[1])
    case("self-issued-in-a-row", "links")
    case("self-issued-in-a-row-searched", "linkssearched")
    case("self-issued-once-searched", "linksearched")
    # Anchors in another spelling of the same name.
    loud = name("O=EXAMPLE TRUST", "CN=Example  Root")
    trust("loud", certify(loud, ROOT, loud, ROOT, ca_ext(ROOT)))
    case("anchor-in-other-letters", "good", store="loud.jks")
    printable = name(("O", "Example Trust", PRINTABLE), ("CN", "Example Root", PRINTABLE))
    trust("printable", certify(printable, ROOT, printable, ROOT, ca_ext(ROOT)))
    case("anchor-in-another-kind-of-string", "good", store="printable.jks")
    weak = rsa.generate_private_key(65537, 1024)
    tiny = rsa.generate_private_key(65537, 768)
    for title, key in ("anchor-rsa-1024", weak), ("anchor-rsa-768", tiny), ("anchor-rsa-2048", RSA):
        trust(title, certify(ROOT_NAME, key, ROOT_NAME, key, ca_ext(key)))
        send(title, leaf(issuer=ROOT_NAME, issuer_key=key))
        case(title, title, store=title + ".jks")
    for title, curve in (("anchor-brainpool", ec.BrainpoolP256R1), ("anchor-secp256k1", ec.SECP256K1), ("anchor-p224", ec.SECP224R1),
                         ("anchor-p192", ec.SECP192R1), ("anchor-p384", ec.SECP384R1), ("anchor-p521", ec.SECP521R1)):
        key = ecc(curve)
        trust(title, certify(ROOT_NAME, key, ROOT_NAME, key, ca_ext(key)))
        send(title, leaf(issuer=ROOT_NAME, issuer_key=key))
        case(title, title, store=title + ".jks")
    # One that cannot be used beside one that can.
    key = ecc(ec.BrainpoolP256R1)
    trust("mixed", certify(other_name, key, other_name, key, ca_ext(key)), root)
    case("unusable-anchor-beside-the-good", "good", store="mixed.jks")


# --- intermediates ---


def intermediates():
    def under(title, *extensions, leaf_more=(), words="", store="root.jks", **how):
        key = KEYS[6]
        issuer = name("O=Example Trust", f"CN=CA {title}")
        above = certify(how.pop("subject", issuer), key, ROOT_NAME, ROOT, list(extensions), **how)
        send(title, leaf(*leaf_more, issuer=how.get("subject", issuer), issuer_key=key), above)
        case(title, (title + " " + words).strip(), store=store)

    key = KEYS[6]
    usual = ca_ext(key, ROOT)
    under("ca-usual", *usual)
    under("ca-no-ca", basic(False), subject_key(identifier(key)))
    under("ca-without-basic-constraints", usage("keyCertSign"), subject_key(identifier(key)))
    under("ca-v1", version=1)
    under("ca-not-critical", basic(True, critical=False), usage("keyCertSign"), subject_key(identifier(key)))
    under("ca-without-key-usage", basic(True), subject_key(identifier(key)))
    under("ca-without-certsign", basic(True), usage("digitalSignature"), subject_key(identifier(key)))
    under("ca-key-usage-not-critical", basic(True), usage("cRLSign", critical=False), subject_key(identifier(key)))
    under("ca-for-clients", *usual, purposes("clientAuth"))
    under("ca-for-servers", *usual, purposes("serverAuth"))
    under("ca-for-clients-critical", *usual, purposes("clientAuth", critical=True))
    under("ca-netscape-client", *usual, netscape(0x80))
    under("ca-path-0", *ca_ext(key, ROOT, path=0))
    under("ca-unknown-extension", *usual, extension("1.2.3.4.5", tlv(5)))
    under("ca-unknown-critical-extension", *usual, extension("1.2.3.4.5", tlv(5), True))
    under("ca-empty-subject", *usual, subject=name())
    under("ca-other-key-id", basic(True), usage("keyCertSign"), subject_key(b"something else"))
    under("ca-without-key-id", basic(True), usage("keyCertSign"))
    under("ca-wrong-authority-key-id", basic(True), usage("keyCertSign"), subject_key(identifier(key)), authority_key(b"nobody"))
    under("ca-wrong-authority-serial", basic(True), usage("keyCertSign"), subject_key(identifier(key)),
          authority_key(None, ROOT_NAME, 4711))
    under("ca-bad-signature", *usual, spoil=True)
    under("ca-sha1", *usual, digest="sha1")
    under("ca-sha224", *usual, digest="sha224")
    under("ca-sha3", *usual, digest="sha3-256")
    under("ca-sha512", *usual, digest="sha512")
    under("ca-names-empty-constraints", *usual, extension("2.5.29.30", sequence(), True))

    def tower(title, count, order=lambda chain: chain, path=None, store="root.jks", self_issued=False):
        issuer, issuer_key, above = ROOT_NAME, ROOT, []
        for i in range(count):
            subject, key = (ROOT_NAME if self_issued else name(f"CN={title} {i}")), KEYS[6 + i % 8]
            above.insert(0, certify(subject, key, issuer, issuer_key, ca_ext(key, issuer_key, path=path if i == 0 else None)))
            issuer, issuer_key = subject, key
        send(title, *order([leaf(issuer=issuer, issuer_key=issuer_key), *above]))
        case(title, title, store=store)

    for count in range(2, 13):
        tower(f"intermediates-{count}", count)
    for count in (2, 4, 5, 6, 7, 8):
        tower(f"intermediates-{count}-backwards", count, lambda chain: [chain[0], *reversed(chain[1:])])
        tower(f"intermediates-{count}-stray", count, lambda chain: [*chain, other])
        tower(f"intermediates-{count}-root-and-stray", count, lambda chain: [*chain, root, other])
    for count in (5, 6, 8, 9):
        tower(f"intermediates-{count}-and-root", count, lambda chain: [*chain, root])
    tower("path-0-two", 2, path=0)
    tower("path-1-two", 2, path=1)
    tower("path-1-three", 3, path=1)
    tower("path-2-three", 3, path=2)
    tower("path-0-two-stray", 2, lambda chain: [*chain, other], path=0)
    tower("self-issued-1", 1, self_issued=True)
    tower("self-issued-2", 2, self_issued=True)
    tower("self-issued-path-0", 1, path=0, self_issued=True)
    # The same strays as often as a server may.
    for count in (7, 8, 9):
        send(f"strays-{count}", leaf(), ca, *[other] * count)
        case(f"strays-{count}", f"strays-{count}")


# --- cross-signed ---


def crosses():
    unknown = certify(CA_NAME, CA, other_name, OTHER, ca_ext(CA, OTHER))
    end = leaf()
    send("crossfirst", end, unknown, ca)
    case("cross-unknown-first", "crossfirst")
    send("crosssecond", end, ca, unknown)
    case("cross-unknown-second", "crosssecond")
    case("cross-both-known", "crossfirst", store="both.jks")
    trust("rootandother", root, other)
    case("cross-two-roots", "crossfirst", store="rootandother.jks")
    send("crossalone", end, unknown)
    case("cross-unknown-alone", "crossalone")
    case("cross-unknown-alone-ca-held", "crossalone", store="ca.jks")
    # A new root, certified by the old one, as public CAs do it: the old is no more.
    crossed = certify(ROOT_NAME, ROOT, other_name, OTHER, ca_ext(ROOT, OTHER))
    send("crossroot", end, ca, crossed)
    case("cross-signed-root", "crossroot")
    case("cross-signed-root-old-store", "crossroot", store="other.jks")
    send("crossrootold", end, ca, crossed, other)
    case("cross-signed-root-and-old-root-sent", "crossrootold")
    gone = certify(ROOT_NAME, ROOT, other_name, OTHER, ca_ext(ROOT, OTHER), begin=NOW - 20 * DAY, end=NOW - DAY)
    send("crossexpired", end, ca, gone)
    case("cross-signed-root-expired", "crossexpired")
    case("cross-signed-root-expired-old-store", "crossexpired", store="other.jks")
    dead_other = certify(other_name, OTHER, other_name, OTHER, ca_ext(OTHER), begin=NOW - 20 * DAY, end=NOW - DAY)
    send("crossdead", end, ca, crossed, dead_other)
    case("cross-signed-root-dead-root-sent", "crossdead")
    # The same CA's certificate with another key, and the same key under another name.
    rekeyed = certify(CA_NAME, KEYS[7], ROOT_NAME, ROOT, ca_ext(KEYS[7], ROOT))
    send("rekeyed", end, rekeyed)
    case("ca-with-another-key", "rekeyed")
    send("rekeyedboth", end, rekeyed, ca)
    case("ca-with-another-key-before-the-right-one", "rekeyedboth")
    send("rekeyedbothback", end, ca, rekeyed)
    case("ca-with-another-key-behind-the-right-one", "rekeyedbothback")
    bare = [basic(True), usage("keyCertSign")]
    bare_ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, bare)
    bare_other = certify(CA_NAME, KEYS[7], ROOT_NAME, ROOT, bare)
    no_id = certify(LEAF_NAME, LEAF, CA_NAME, CA, [names("DNS:" + SERVER)])
    send("barerekeyed", no_id, bare_other, bare_ca)
    case("ca-with-another-key-first-no-key-ids", "barerekeyed")
    wrong = certify(LEAF_NAME, LEAF, CA_NAME, CA, [names("DNS:" + SERVER), authority_key(b"somebody")])
    send("wrongaki", wrong, ca)
    case("authority-key-id-fits-nothing", "wrongaki")
    send("wrongakialone", wrong)
    case("authority-key-id-fits-nothing-ca-held", "wrongakialone", store="ca.jks")
    serial = certify(LEAF_NAME, LEAF, CA_NAME, CA, [names("DNS:" + SERVER), authority_key(None, ROOT_NAME, 99)])
    send("wrongserial", serial, ca)
    case("authority-serial-fits-nothing", "wrongserial")
    send("wrongserialalone", serial)
    case("authority-serial-fits-nothing-ca-held", "wrongserialalone", store="ca.jks")
    send("wrongakistray", wrong, ca, other)
    case("authority-key-id-fits-nothing-stray", "wrongakistray")
    loop_a, loop_b = name("CN=Loop A"), name("CN=Loop B")
    a = certify(loop_a, KEYS[8], loop_b, KEYS[9], ca_ext(KEYS[8], KEYS[9]))
    b = certify(loop_b, KEYS[9], loop_a, KEYS[8], ca_ext(KEYS[9], KEYS[8]))
    send("loop", leaf(issuer=loop_a, issuer_key=KEYS[8]), a, b)
    case("loop", "loop")
    b_by_root = certify(loop_b, KEYS[9], ROOT_NAME, ROOT, ca_ext(KEYS[9], ROOT))
    send("loopout", leaf(issuer=loop_a, issuer_key=KEYS[8]), a, b, b_by_root)
    case("loop-with-a-way-out", "loopout")


# --- the server's own certificate ---


def leaves():
    simple("key-usage-signature", usage("digitalSignature"))
    simple("key-usage-encipherment-1.3", usage("keyEncipherment"), words="min=1.3", key=RSA)
    simple("key-usage-encipherment-1.2", usage("keyEncipherment"), words="max=1.2", key=RSA)
    simple("key-usage-agreement", usage("keyAgreement"))
    simple("key-usage-certsign-only", usage("keyCertSign"))
    simple("key-usage-none", usage(), by_hand=True)
    simple("purpose-server", purposes("serverAuth"))
    simple("purpose-client", purposes("clientAuth"))
    simple("purpose-both", purposes("clientAuth", "serverAuth"))
    simple("purpose-any", purposes("any"))
    simple("purpose-any-critical", purposes("any", critical=True))
    simple("purpose-any-and-client", purposes("clientAuth", "any"))
    simple("purpose-code", purposes("codeSigning", critical=True))
    simple("purpose-ms-sgc", purposes("msSGC"))
    simple("purpose-ns-sgc", purposes("nsSGC"))
    simple("purpose-empty", extension("2.5.29.37", sequence()))
    simple("netscape-server", netscape(0x40))
    simple("netscape-client", netscape(0x80))
    simple("leaf-unknown-extension", extension("1.2.3.4.5", tlv(5)))
    simple("leaf-unknown-critical", extension("1.2.3.4.5", tlv(5), True))
    for title, known in (("crl-points", extension("2.5.29.31", sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://ca.test/a.crl"))))), True)),
                         ("subject-key-id", extension("2.5.29.14", octets(b"12345"), True)),
                         ("authority-key-id", extension("2.5.29.35", sequence(tlv(0x80, identifier(CA))), True)),
                         ("authority-information", extension("1.3.6.1.5.5.7.1.1", sequence(sequence(
                             oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, b"http://ca.test/a.crt"))), True)),
                         ("netscape-server", extension("2.16.840.1.113730.1.1", tlv(3, b"\x06\x40"), True)),
                         ("policies", policies("1.2.3.4.1", critical=True))):
        send("critical-" + title, certify(LEAF_NAME, LEAF, CA_NAME, CA, [names("DNS:" + SERVER), known]), ca)
        case("critical-" + title, f"- chain=critical-{title}.pem")
    simple("leaf-unknown-critical-garbage", extension("1.2.3.4.5", b"\xff\xff", True))
    send("leafisca", certify(LEAF_NAME, LEAF, CA_NAME, CA, ca_ext(LEAF, CA, names("DNS:" + SERVER))), ca)
    case("leaf-is-a-ca", "leafisca")
    send("leafiscasigns", certify(LEAF_NAME, LEAF, CA_NAME, CA, [basic(True), usage("digitalSignature", "keyCertSign"),
                                                                 names("DNS:" + SERVER)]), ca)
    case("leaf-is-a-ca-that-signs", "leafiscasigns")
    path_ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, ca_ext(CA, ROOT, path=0))
    send("leafiscapath", certify(LEAF_NAME, LEAF, CA_NAME, CA, [basic(True), usage("digitalSignature"), names("DNS:" + SERVER)]), path_ca)
    case("leaf-is-a-ca-under-path-0", "leafiscapath")
    send("leafv1", certify(LEAF_NAME, LEAF, CA_NAME, CA, [], version=1), ca)
    case("leaf-v1", "leafv1")
    simple("leaf-bad-signature", spoil=True)
    simple("leaf-serial-0", serial=0)
    simple("leaf-serial-huge", serial=(1 << 300) + 1)
    simple("san-twice", names("DNS:" + SERVER), by_hand=True)
    simple("no-subject-san-critical", names("DNS:" + SERVER, critical=True), san=(), subject=name())
    simple("no-subject-san-not-critical", subject=name())
    simple("no-subject-no-san", san=(), subject=name())
    # Chosen so that each is malformed in itself.
    garbage = b"\x30\x03\xff\xff\xff"
    for title, number in (("basic-constraints", 19), ("key-usage", 15), ("subject-alternative-name", 17), ("extended-key-usage", 37),
                          ("name-constraints", 30), ("policies", 32), ("authority-key-id", 35), ("subject-key-id", 14),
                          ("issuer-alternative-name", 18), ("crl-points", 31)):
        for critical in (True, False):
            word = "critical-" if critical else ""
            base = [names("DNS:" + SERVER)] if number != 17 else []
            if number == 17:
                subject = LEAF_NAME
            der = certify(LEAF_NAME, LEAF, CA_NAME, CA, base + [extension(f"2.5.29.{number}", garbage, critical)])
            send(f"malformed-{word}{title}", der, ca)
            case(f"malformed-{word}{title}", f"- chain=malformed-{word}{title}.pem")
    broken = certify(name("CN=stray"), KEYS[5], ROOT_NAME, ROOT, [basic(True), extension("2.5.29.15", garbage, True)])
    send("malformedstray", leaf(), ca, broken)
    case("malformed-critical-in-a-stray", "- chain=malformedstray.pem")
    empty = certify(name(), KEYS[5], ROOT_NAME, ROOT, ca_ext(KEYS[5], ROOT))
    send("emptystray", leaf(), ca, empty)
    case("empty-subject-in-a-stray", "emptystray")
    write("junk.pem", pem(leaf(), ca, b"\x30\x03\x02\x01\x00"))
    write("junk.key", pem_key(LEAF))
    raw("no-certificate-behind-the-chain", chain="junk.pem")
    write("junkfirst.pem", pem(b"\x30\x03\x02\x01\x00", leaf(), ca))
    write("junkfirst.key", pem_key(LEAF))
    raw("no-certificate-first", chain="junkfirst.pem")


# --- keys and signatures ---


def algorithms():
    for title, key in (("rsa-2048", RSA), ("rsa-1024", RSA_1024), ("rsa-3072", rsa.generate_private_key(65537, 3072)),
                       ("p384", ecc(ec.SECP384R1)), ("p521", ecc(ec.SECP521R1)), ("ed25519", ed25519.Ed25519PrivateKey.generate()),
                       ("ed448", ed448.Ed448PrivateKey.generate())):
        simple("key-" + title, key=key)
        if title not in ("rsa-1024",):
            case(f"key-{title}-1.2", f"key-{title} max=1.2")
    for title, curve in (("secp256k1", ec.SECP256K1), ("brainpool", ec.BrainpoolP256R1), ("p224", ec.SECP224R1)):
        key = ecc(curve)
        send("key-" + title, leaf(key=key), ca, key=key)
        raw("key-" + title, chain=f"key-{title}.pem")
    tiny = rsa.generate_private_key(65537, 768)
    send("key-rsa-768", leaf(key=tiny), ca, key=tiny)
    raw("key-rsa-768", "sign=0401", chain="key-rsa-768.pem")
    odd = rsa.generate_private_key(3, 2048)
    simple("key-rsa-exponent-3", key=odd)
    key = dsa.generate_private_key(2048)
    send("key-dsa", leaf(key=key), ca, key=key)
    case("key-dsa", "key-dsa max=1.2")
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"):
        simple("ecdsa-" + digest, digest=digest)
        case(f"ecdsa-{digest}-1.2", f"ecdsa-{digest} max=1.2")
    rsa_name = name("CN=RSA CA")
    rsa_ca = certify(rsa_name, RSA_CA, ROOT_NAME, ROOT, ca_ext(RSA_CA, ROOT))
    for digest in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "pss-sha256", "pss-sha384", "pss-sha512"):
        send("rsasig-" + digest, leaf(issuer=rsa_name, issuer_key=RSA_CA, digest=digest), rsa_ca)
        case("rsa-signature-" + digest, "rsasig-" + digest)
        case(f"rsa-signature-{digest}-1.2", f"rsasig-{digest} max=1.2")
    dsa_name, dsa_key = name("CN=DSA CA"), dsa.generate_private_key(2048)
    dsa_ca = certify(dsa_name, dsa_key, ROOT_NAME, ROOT, ca_ext(dsa_key, ROOT))
    for digest in ("sha1", "sha224", "sha256"):
        send("dsasig-" + digest, leaf(issuer=dsa_name, issuer_key=dsa_key, digest=digest), dsa_ca)
        case(f"dsa-signature-{digest}-1.2", f"dsasig-{digest} max=1.2")
        case(f"dsa-signature-{digest}-1.3", f"dsasig-{digest} min=1.3")
    for title, key in (("ed25519", ed25519.Ed25519PrivateKey.generate()), ("ed448", ed448.Ed448PrivateKey.generate()),
                       ("p224", ecc(ec.SECP224R1)), ("p521", ecc(ec.SECP521R1)), ("secp256k1", ecc(ec.SECP256K1)),
                       ("brainpool", ecc(ec.BrainpoolP256R1)), ("rsa-1024", RSA_1024)):
        issuer = name(f"CN={title} CA")
        send("under-" + title, leaf(issuer=issuer, issuer_key=key), certify(issuer, key, ROOT_NAME, ROOT, ca_ext(key, ROOT)))
        case("ca-key-" + title, "under-" + title)
    weak = certify(LEAF_NAME, LEAF, rsa_name, RSA_CA, leaf_ext(LEAF, RSA_CA), digest="md5")
    trust("md5leaf", weak)
    send("md5leaf", weak)
    case("md5-leaf-as-anchor", "md5leaf", store="md5leaf.jks")
    sha1_ca = certify(CA_NAME, CA, ROOT_NAME, ROOT, ca_ext(CA, ROOT), digest="sha1")
    trust("sha1ca", sha1_ca)
    case("sha1-intermediate-as-anchor", "good", store="sha1ca.jks")
    send("sha1old", leaf(), sha1_ca)
    case("sha1-intermediate-held-as-sha256", "sha1old", store="ca.jks")
    send("md5stray", leaf(), ca, certify(name("CN=old"), RSA, name("CN=old"), RSA, CA_EXT, digest="md5"))
    case("md5-in-a-stray", "md5stray")


# --- names ---


def host_names():
    def named(title, host, *san, subject=LEAF_NAME, **how):
        send(title, leaf(san=san, subject=subject, **how), ca)
        case(title, title, host=host)

    named("name-capitals-asked", "SERVER.TEST", "DNS:server.test")
    named("name-capitals-given", "server.test", "DNS:SERVER.Test")
    named("name-wrong", "server.test", "DNS:elsewhere.test")
    named("name-common-only", "server.test")
    named("name-common-only-wrong", "elsewhere.test")
    named("name-common-beside-dns", "server.test", "DNS:elsewhere.test")
    named("name-common-beside-mail", "server.test", "MAIL:a@b.test")
    named("name-common-beside-uri", "server.test", "URI:https://elsewhere.test/")
    named("name-common-beside-address", "server.test", "IP:7f000001")
    named("name-two-commons-last", "server.test", subject=name("CN=elsewhere.test", "CN=server.test"))
    named("name-two-commons-first", "server.test", subject=name("CN=server.test", "CN=elsewhere.test"))
    named("name-common-before-ou", "server.test", subject=name("CN=server.test", "OU=unit"))
    named("name-common-bmp", "server.test", subject=name(("CN", "server.test", BMP)))
    named("name-common-teletex", "server.test", subject=name(("CN", "server.test", TELETEX)))
    named("name-common-wildcard", "server.test", subject=name("CN=*.test"))
    named("name-common-blank", "server.test", subject=name("CN=server.test "))
    named("name-wildcard", "server.test", "DNS:*.test")
    named("name-wildcard-two-labels", "a.server.test", "DNS:*.test")
    named("name-wildcard-whole", "server.test", "DNS:*")
    named("name-wildcard-dot", "server.test", "DNS:*.")
    named("name-wildcard-start", "server.test", "DNS:s*.test")
    named("name-wildcard-end", "server.test", "DNS:*r.test")
    named("name-wildcard-inside", "server.test", "DNS:s*r.test")
    named("name-wildcard-empty-match", "server.test", "DNS:server*.test")
    named("name-wildcard-second-label", "server.zone.test", "DNS:server.*.test")
    named("name-wildcard-part-of-second", "server.zone.test", "DNS:server.z*.test")
    named("name-wildcard-last-label", "server.test", "DNS:server.*")
    named("name-wildcard-two", "a.b.test", "DNS:*.*.test")
    named("name-wildcard-two-in-label", "server.test", "DNS:s*v*.test")
    named("name-wildcard-and-text", "abcabd.test", "DNS:a*d.test")
    named("name-wildcard-overlap", "aba.test", "DNS:ab*ba.test")
    named("name-wildcard-for-base", "test.test", "DNS:*.test.test")
    named("name-wildcard-alabel", "xn--bcher-kva.test", "DNS:x*.test")
    named("name-wildcard-whole-alabel", "xn--bcher-kva.test", "DNS:*.test")
    named("name-alabel", "xn--bcher-kva.test", "DNS:xn--bcher-kva.test")
    named("name-alabel-capitals", "XN--BCHER-KVA.test", "DNS:xn--bcher-kva.test")
    named("name-alabel-broken", "xn--zzzzzzz9999.test", "DNS:xn--zzzzzzz9999.test")
    named("name-wildcard-alabel-broken", "xn--nxasmq6b.test", "DNS:xn--nxasmq6*.test")
    named("name-wildcard-alabel-of-ascii", "server.test", "DNS:xn--*-.test")
    named("name-alabel-with-hyphen", "xn--s--okx.test", "DNS:xn--s--okx.test")
    named("name-ulabel-in-common", "xn--bcher-kva.test", subject=name("CN=b\u00fccher.test"))
    named("name-alabel-in-common", "xn--bcher-kva.test", subject=name("CN=xn--bcher-kva.test"))
    named("name-underscore", "my_server.test", "DNS:my_server.test")
    named("name-underscore-wildcard", "my_server.test", "DNS:*.test")
    named("name-underscore-in-another", "server.test", "DNS:my_other.test", "DNS:server.test")
    named("name-hyphen-first", "-server.test", "DNS:-server.test")
    named("name-hyphen-last", "server-.test", "DNS:server-.test")
    named("name-hyphen-last-wildcard", "server-.test", "DNS:*.test")
    named("name-hyphen-twice", "se--rver.test", "DNS:se--rver.test")
    named("name-digits", "1234.test", "DNS:1234.test")
    named("name-all-digits-last", "server.1234", "DNS:server.1234")
    named("name-short", "controller", "DNS:controller")
    named("name-short-common", "controller", subject=name("CN=controller"))
    named("name-short-wildcard", "controller", "DNS:c*")
    named("name-trailing-dot-in-certificate", "server.test", "DNS:server.test.")
    named("name-leading-dot-in-certificate", "server.test", "DNS:.test")
    named("name-empty-dns", "server.test", "DNS:", "DNS:server.test")
    named("name-empty-dns-alone", "server.test", "DNS:")
    named("name-blank-dns-alone", "server.test", "DNS: ")
    named("name-url-as-dns", "server.test", "DNS:https://server.test/")
    named("name-with-port", "server.test", "DNS:server.test:443")
    named("name-nul", "server.test", "DNS:server.test\0.evil.test")
    named("name-utf8-dns", "xn--bcher-kva.test", "DNS:b\u00fccher.test")
    named("name-long-label", "a" * 63 + ".test", "DNS:" + "a" * 63 + ".test")
    named("name-too-long-label", "a" * 64 + ".test", "DNS:" + "a" * 64 + ".test")
    named("name-many-labels", ".".join("abcdefghij") + ".test", "DNS:" + ".".join("abcdefghij") + ".test")
    named("name-second-of-many", "server.test", *(f"DNS:host-{i}.test" for i in range(40)), "DNS:server.test")
    named("address", "127.0.0.1", "IP:7f000001")
    named("address-wrong", "127.0.0.1", "IP:7f000002")
    named("address-as-dns", "127.0.0.1", "DNS:127.0.0.1")
    named("address-as-common", "127.0.0.1", subject=name("CN=127.0.0.1"))
    named("address-wildcard", "127.0.0.1", "DNS:*.0.0.1")
    named("address-beside-dns", "127.0.0.1", "DNS:server.test", "IP:7f000001")
    named("address-mapped-in-certificate", "127.0.0.1", "IP:00000000000000000000ffff7f000001")
    named("address-v6", "::1", "IP:00000000000000000000000000000001")
    named("address-v6-long", "0:0:0:0:0:0:0:1", "IP:00000000000000000000000000000001")
    named("address-v6-wrong", "::1", "IP:00000000000000000000000000000002")
    named("address-v6-mapped-asked", "::ffff:127.0.0.1", "IP:7f000001")
    named("address-of-five-bytes", "127.0.0.1", "IP:7f00000101")
    # Which certificate is shown depends on whether the name goes along.
    send("elsewhere", leaf(san=("DNS:elsewhere.test",)), ca)
    send("shortname", leaf(san=("DNS:controller",)), ca)
    case("sni-full-name", "elsewhere sni=good")
    case("sni-short-name", "elsewhere sni=good", host="controller")
    case("sni-trailing-dot", "elsewhere sni=good", host="server.test.")
    case("sni-underscore", "elsewhere sni=good", host="my_server.test")
    case("sni-short-name-default", "shortname sni=elsewhere", host="controller")


# --- name constraints and policies ---


def limits():
    def limited(title, constraint, *more, host=SERVER, san=("DNS:" + SERVER,), subject=LEAF_NAME, chain=()):
        key, issuer = KEYS[7], name("O=Example Trust", "CN=Limited CA")
        above = certify(issuer, key, ROOT_NAME, ROOT, ca_ext(key, ROOT, *constraint))
        send(title, leaf(*more, san=san, subject=subject, issuer=issuer, issuer_key=key), above, *chain)
        case(title, title, host=host)

    limited("permitted", [constraints(["DNS:test"])])
    limited("permitted-itself", [constraints(["DNS:server.test"])])
    limited("permitted-with-dot", [constraints(["DNS:.test"])])
    limited("permitted-not-critical", [constraints(["DNS:inside.test"], critical=False)])
    limited("permitted-other", [constraints(["DNS:inside.test"])])
    limited("permitted-ending-alike", [constraints(["DNS:er.test"])])
    limited("permitted-one-of-two", [constraints(["DNS:inside.test", "DNS:server.test"])])
    limited("permitted-second-name-outside", [constraints(["DNS:server.test"])], san=("DNS:server.test", "DNS:elsewhere.test"))
    limited("permitted-mail-only", [constraints(["MAIL:test"])])
    limited("permitted-addresses-only", [constraints(["IP:7f000000ff000000"])])
    limited("permitted-address", [constraints(["IP:7f000000ff000000"])], host="127.0.0.1", san=("IP:7f000001",))
    limited("permitted-address-other", [constraints(["IP:0a000000ff000000"])], host="127.0.0.1", san=("IP:7f000001",))
    limited("permitted-empty-dns", [constraints(["DNS:"])])
    limited("permitted-directory", [constraints(["DIR:" + name("O=Example").hex()])], subject=name("O=Example", "CN=server.test"))
    limited("permitted-directory-other", [constraints(["DIR:" + name("O=Other").hex()])], subject=name("O=Example", "CN=server.test"))
    limited("permitted-common-name-only", [constraints(["DNS:inside.test"])], san=())
    limited("permitted-common-name-only-inside", [constraints(["DNS:server.test"])], san=())
    limited("excluded", [constraints(excluded=["DNS:server.test"])])
    limited("excluded-parent", [constraints(excluded=["DNS:test"])])
    limited("excluded-other", [constraints(excluded=["DNS:inside.test"])])
    limited("excluded-all-dns", [constraints(excluded=["DNS:"])])
    limited("excluded-capitals", [constraints(excluded=["DNS:SERVER.TEST"])])
    limited("excluded-second-name", [constraints(excluded=["DNS:bad.test"])], san=("DNS:server.test", "DNS:bad.test"))
    limited("excluded-address", [constraints(excluded=["IP:7f000000ff000000"])], host="127.0.0.1", san=("IP:7f000001",))
    limited("excluded-common-name-only", [constraints(excluded=["DNS:server.test"])], san=())
    limited("excluded-directory", [constraints(excluded=["DIR:" + name("O=Example").hex()])], subject=name("O=Example", "CN=server.test"))
    limited("wildcard-permitted", [constraints(["DNS:test"])], san=("DNS:*.test",))
    limited("wildcard-permitted-deeper", [constraints(["DNS:server.test"])], san=("DNS:*.test",))
    limited("wildcard-excluded-below", [constraints(excluded=["DNS:server.test"])], san=("DNS:*.test",))
    limited("wildcard-excluded-other", [constraints(excluded=["DNS:bad.test"])], san=("DNS:*.test",))
    limited("wildcard-excluded-parent", [constraints(excluded=["DNS:test"])], san=("DNS:*.test",))
    limited("wildcard-common-name-excluded", [constraints(excluded=["DNS:server.test"])], san=(), subject=name("CN=*.test"))
    limited("wildcard-common-name-permitted", [constraints(["DNS:inside.test"])], san=(), subject=name("CN=*.test"))
    limited("constraint-with-minimum", [extension("2.5.29.30", sequence(tlv(0xA0, sequence(tlv(0x82, b"test"), tlv(0x80, b"\1")))), True)])
    limited("constraint-on-registered-id", [extension("2.5.29.30", sequence(tlv(0xA0, sequence(tlv(0x88, b"\x2a\x03")))), True)])
    limited("permitted-uri", [constraints(["URI:.test"])])
    limited("self-issued-not-exempt-leaf", [constraints(["DNS:inside.test"])], subject=name("O=Example Trust", "CN=Limited CA"))

    policy, another, any_policy = "1.2.3.4.1", "1.2.3.4.2", "2.5.29.32.0"
    limited("policy-both", [policies(policy)], policies(policy))
    limited("policy-differs", [policies(policy)], policies(another))
    limited("policy-required-both", [policies(policy), policy_constraints(0)], policies(policy))
    limited("policy-required-differs", [policies(policy), policy_constraints(0)], policies(another))
    limited("policy-required-none", [policies(policy), policy_constraints(0)])
    limited("policy-required-not-critical", [policies(policy), policy_constraints(0, critical=False)])
    limited("policy-required-later", [policies(policy), policy_constraints(1)])
    limited("policy-required-much-later", [policies(policy), policy_constraints(5)])
    limited("policy-required-any", [policies(any_policy), policy_constraints(0)], policies(policy))
    limited("policy-required-any-inhibited", [policies(any_policy), policy_constraints(0), inhibit_any(0)], policies(policy))
    limited("policy-required-leaf-any", [policies(policy), policy_constraints(0)], policies(any_policy))
    limited("policy-required-leaf-any-inhibited", [policies(policy), policy_constraints(0), inhibit_any(0)], policies(any_policy))
    limited("policy-inhibit-any-alone", [inhibit_any(0)])
    limited("policy-inhibit-any-not-critical", [inhibit_any(0, critical=False)])
    limited("policy-inhibit-any-and-any", [policies(any_policy), inhibit_any(0)], policies(any_policy))
    limited("policy-required-by-leaf", [], policy_constraints(0))
    limited("policy-required-by-leaf-with-policy", [policies(policy)], policies(policy), policy_constraints(0))
    limited("policy-mapped", [policies(policy), mappings((policy, another)), policy_constraints(0)], policies(another))
    limited("policy-mapped-any", [policies(any_policy), mappings((any_policy, another)), policy_constraints(0)], policies(another))
    limited("policy-twice", [policies(policy, policy), policy_constraints(0)], policies(policy))
    limited("policy-critical", [policies(policy, critical=True)], policies(policy, critical=True))
    limited("policy-required-and-stray", [policies(policy), policy_constraints(0)], chain=(other,))


# --- handshakes ---


def handshakes():
    for number, title in ((112, "unrecognized-name"), (90, "user-canceled"), (41, "no-certificate"), (100, "no-renegotiation"),
                          (0, "close-notify"), (48, "unknown-ca"), (80, "internal-error"), (40, "handshake-failure"), (255, "unknown")):
        raw(f"warning-{title}", f"warn={number}")
    raw("warning-unrecognized-before-certificate", "warn=certificate:112")
    raw("warning-unrecognized-before-done", "warn=done:112")
    raw("warning-unrecognized-after-finished", "warn=finished:112")
    raw("warning-user-canceled-after-finished", "warn=finished:90")
    for number, title in ((40, "handshake-failure"), (112, "unrecognized-name"), (80, "internal-error"), (70, "protocol-version")):
        raw(f"fatal-{title}", f"fatal={number}")
    for size in (32700, 32767, 32768, 32769, 33000, 60000):
        fill, length = size - 2000, 0
        while length != size:
            big = leaf(extension("1.2.3.4.5", octets(b"x" * fill)), serial=1 << 62)
            length = 3 + 3 + len(big) + 3 + len(ca)
            fill += size - length
        send(f"big-{size}", big, ca)
        raw(f"certificate-message-{size}", chain=f"big-{size}.pem")
    for count in (500, 1000, 1500, 2000, 10000):
        send(f"names-{count}", leaf(san=["DNS:" + SERVER, *(f"DNS:host-number-{i:05}.test" for i in range(count))]), ca)
        case(f"names-{count}", f"names-{count}")
    raw("small-records", "split=100")
    for group in ("secp256r1", "secp384r1", "secp521r1", "x25519", "secp256k1"):
        raw("group-" + group, f"group={group}")
    for scheme, title in (("0403", "ecdsa-sha256"), ("0503", "ecdsa-sha384"), ("0603", "ecdsa-sha512"), ("0203", "ecdsa-sha1"), ("0303", "ecdsa-sha224")):
        raw("sign-" + title, f"sign={scheme}")
    send("goodrsa", leaf(key=RSA), ca, key=RSA)
    for scheme, title in (("0401", "rsa-sha256"), ("0501", "rsa-sha384"), ("0601", "rsa-sha512"), ("0804", "pss-sha256"), ("0805", "pss-sha384"),
                          ("0806", "pss-sha512"), ("0201", "rsa-sha1"), ("0301", "rsa-sha224"), ("0101", "rsa-md5")):
        raw("sign-" + title, f"sign={scheme}", chain="goodrsa.pem")
    weak = "@SECLEVEL=0"
    for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-CCM",
                  "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA",
                  "ECDHE-ECDSA-CAMELLIA128-SHA256", "ECDHE-ECDSA-ARIA128-GCM-SHA256"):
        case("suite-" + suite.lower(), f"good max=1.2 ciphers={suite}:{weak}")
    for suite in ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384",
                  "ECDHE-RSA-AES128-SHA", "AES128-SHA", "AES256-GCM-SHA384", "AES128-GCM-SHA256", "AES128-SHA256", "AES128-CCM", "CAMELLIA128-SHA"):
        case("suite-" + suite.lower(), f"goodrsa max=1.2 ciphers={suite}:{weak}")
    for suite in ("DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-SHA", "DHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES128-CCM"):
        case("suite-" + suite.lower(), f"goodrsa max=1.2 dh=dh2048 ciphers={suite}:{weak}")
    for stem, prime in ("dh1024", OAKLEY_2), ("dh2048", tlswire.PRIMES[2048]):
        body = base64.b64encode(sequence(integer(prime), integer(2))).decode()
        lines = "\n".join(body[i:i + 64] for i in range(0, len(body), 64))
        write(stem, f"-----BEGIN DH PARAMETERS-----\n{lines}\n-----END DH PARAMETERS-----\n")
    case("suite-dhe-1024", f"goodrsa max=1.2 dh=dh1024 ciphers=DHE:{weak}")
    case("suite-ccm-only", f"good max=1.2 ciphers=AESCCM:{weak}")
    write("rsa.pem", files["goodrsa.pem"])
    write("rsa.key", files["goodrsa.key"])
    for size in (480, 512):
        case(f"dhe-{size}-lie", f"- lie=dh bits={size}")
    case("rc4-only", "- lie=suites suites=0004,0005,c007,c011")
    case("3des-only", "- lie=suites suites=000a,0016,c008,c012")
    case("alpn-offered-none", "good alpn=h2")


# --- clients ---


def clients():
    client_name = name("O=Example", "CN=agent")

    def entry(alias, key, *more, issuer=CA_NAME, issuer_key=CA, chain=(ca,), **how):
        der = certify(client_name, key, issuer, issuer_key, [purposes("clientAuth"), *more], **how)
        return alias, key, der, chain

    def jks_of(stem, *entries):
        write(stem, stores.jks(*(stores.jks_key(alias, pkcs8(key), [der, *chain]) for alias, key, der, chain in entries)))

    def p12_of(stem, *entries):
        bags = [stores.certificate_bag(der, alias, None, alias.encode()) for alias, _, der, _ in entries]
        for _, _, _, chain in entries:
            bags += [stores.certificate_bag(above, None, None, None) for above in chain]
        keys = [stores.key_bag(pkcs8(key), "changeit", alias, alias.encode()) for alias, key, _, _ in entries]
        write(stem, stores.pkcs12(stores.safe(bags, "changeit", "aes"), stores.safe(keys)))

    good = entry("good", CLIENT)
    stranger = entry("stranger", KEYS[5], issuer=other_name, issuer_key=OTHER, chain=(other,))
    an_rsa = entry("rsa", RSA)
    expired = entry("expired", KEYS[6], begin=NOW - 20 * DAY, end=NOW - DAY)
    for_servers = ("servers", KEYS[7], certify(client_name, KEYS[7], CA_NAME, CA, [purposes("serverAuth")]), (ca,))
    no_sign = entry("nosign", KEYS[8], usage("keyEncipherment"))
    sha1 = entry("sha1", KEYS[9], digest="sha1")
    ed = entry("ed", ed25519.Ed25519PrivateKey.generate())
    for version in ("1.2", "1.3"):
        words = f"good min={version} max={version}"
        case(f"client-wanted-none-{version}", f"{words} client=required")
        case(f"client-optional-none-{version}", f"{words} client=optional")
    singles = {"good": good, "stranger": stranger, "rsa": an_rsa, "expired": expired, "servers": for_servers, "nosign": no_sign, "sha1": sha1,
               "ed25519": ed}
    for title, one in singles.items():
        jks_of(f"client-{title}.jks", one)
        p12_of(f"client-{title}.p12", one)
        for version in ("1.2", "1.3"):
            case(f"client-{title}-{version}", f"good min={version} max={version} client=required", client=f"client-{title}.jks")
        case(f"client-{title}-p12", "good client=required", client=f"client-{title}.p12")
        case(f"client-{title}-optional", "good client=optional", client=f"client-{title}.p12")
    pairs = {"stranger-and-good": (stranger, good), "good-and-stranger": (good, stranger), "rsa-and-good": (an_rsa, good),
             "servers-and-good": (for_servers, good), "expired-and-good": (expired, good)}
    for title, two in pairs.items():
        jks_of(f"clients-{title}.jks", *two)
        p12_of(f"clients-{title}.p12", *two)
        if title.startswith(("stranger", "good", "rsa")):
            case(f"clients-{title}-jks", "good client=required", client=f"clients-{title}.jks")
            case(f"clients-{title}-p12", "good client=required", client=f"clients-{title}.p12")
            case(f"clients-{title}-1.2", "good max=1.2 client=required", client=f"clients-{title}.jks")
    write("authority.pem", pem(ca))
    write("authority-root.pem", pem(root))
    write("authority-other.pem", pem(other))
    need = "request={} need=yes types={}"
    usual = "0403,0503,0804,0401"
    raw("client-list-empty", need.format("yes", usual), client="client-good.jks")
    raw("client-list-issuer", need.format("authority.pem", usual), client="client-good.jks")
    raw("client-list-root", need.format("authority-root.pem", usual), client="client-good.jks")
    raw("client-list-other", need.format("authority-other.pem", usual), client="client-good.jks")
    raw("client-list-other-not-needed", "request=authority-other.pem", client="client-good.jks")
    raw("client-list-two", need.format("authority-other.pem,authority.pem", usual), client="client-good.jks")
    raw("client-list-picks", need.format("authority-other.pem", usual), client="clients-good-and-stranger.jks")
    raw("client-types-rsa-only", need.format("yes", "0804,0401"), client="client-good.jks")
    raw("client-types-rsa-only-has-both", need.format("yes", "0804,0401"), client="clients-rsa-and-good.jks")
    raw("client-types-ecdsa-only-has-both", need.format("yes", "0403"), client="clients-rsa-and-good.jks")
    raw("client-types-ecdsa-only-rsa", need.format("yes", "0403"), client="client-rsa.jks")
    raw("client-types-sha1-only", need.format("yes", "0203,0201"), client="client-good.jks")
    raw("client-types-p384-only", need.format("yes", "0503"), client="client-good.jks")
    for count in (3, 14):
        many = [entry(f"key {i}", CLIENT if i == count - 1 else KEYS[5], issuer=CA_NAME if i == count - 1 else other_name,
                      issuer_key=CA if i == count - 1 else OTHER, chain=(ca,) if i == count - 1 else (other,)) for i in range(count)]
        jks_of(f"clients-{count}.jks", *many)
        raw(f"client-list-picks-of-{count}", need.format("authority.pem", usual), client=f"clients-{count}.jks")
        case(f"client-any-of-{count}", "good client=required", client=f"clients-{count}.jks")
    raw("client-none", "request=yes")
    raw("client-none-needed", "request=yes need=yes")
    raw("renegotiation", "renegotiate=yes")
    raw("renegotiation-for-certificate", "renegotiate=yes request=yes need=yes", client="client-good.jks")
    raw("renegotiation-for-certificate-none", "renegotiate=yes request=yes need=yes")
    raw("renegotiation-for-certificate-optional", "renegotiate=yes request=yes")


# --- stores ---


def key_stores():
    def stored(title, content, password="changeit", ending="store", listener="good"):
        write(f"{title}.{ending}", content)
        case("store-" + title, listener, store=f"{title}.{ending}", password=password)

    entry = stores.jks_trusted("root", root)
    stored("jks", stores.jks(entry))
    stored("jks-no-password", stores.jks(entry), password="-")
    stored("jks-wrong-password", stores.jks(entry), password="wrong")
    stored("jks-empty-password-given", stores.jks(entry), password="")
    stored("jks-made-with-empty-password", stores.jks(entry, password=""), password="")
    stored("jks-umlaut-password", stores.jks(entry, password="p\u00e4ss"), password="p\u00e4ss")
    stored("jks-newline-behind", stores.jks(entry, behind=b"\n"))
    stored("jks-bytes-behind", stores.jks(entry, behind=b"\0" * 100))
    stored("jks-bytes-behind-no-password", stores.jks(entry, behind=b"\n"), password="-")
    stored("jks-version-1", stores.jks(stores.jks_trusted("root", root, 1), version=1))
    stored("jks-version-3", stores.jks(entry, version=3))
    stored("jks-truncated", stores.jks(entry)[:200])
    stored("jks-digest-cut", stores.jks(entry)[:-5])
    stored("jks-digest-cut-no-password", stores.jks(entry)[:-5], password="-")
    stored("jks-digest-missing-no-password", stores.jks(entry)[:-20], password="-")
    stored("jks-empty", stores.jks())
    stored("jks-count-too-high", stores.jks(entry, count=2))
    stored("jks-count-too-low", stores.jks(entry, stores.jks_trusted("other", other), count=1))
    stored("jks-count-too-low-no-password", stores.jks(entry, stores.jks_trusted("other", other), count=1), password="-")
    stored("jks-changed", stores.jks(entry).replace(b"Example Trust", b"Exbmple Trust"))
    stored("jks-certificate-unreadable", stores.jks(entry, stores.jks_trusted("bad", b"\x30\x03\x02\x01\x00")))
    stored("jks-certificate-unreadable-first", stores.jks(stores.jks_trusted("bad", b"garbage"), entry))
    bad_extension = certify(other_name, OTHER, other_name, OTHER, [extension("2.5.29.15", b"\x30\x03\xff\xff\xff", True)])
    stored("jks-certificate-malformed-critical", stores.jks(entry, stores.jks_trusted("bad", bad_extension)))
    bad_extension = certify(other_name, OTHER, other_name, OTHER, [extension("2.5.29.15", b"\x30\x03\xff\xff\xff", False)])
    stored("jks-certificate-malformed-not-critical", stores.jks(entry, stores.jks_trusted("bad", bad_extension)))
    nameless = certify(name(), OTHER, name(), OTHER, ca_ext(OTHER))
    stored("jks-certificate-empty-subject", stores.jks(entry, stores.jks_trusted("bad", nameless)))
    stored("jks-certificate-bytes-behind", stores.jks(stores.jks_trusted("root", root + b"\n")))
    stored("jks-certificate-pem", stores.jks(stores.jks_trusted("root", pem(root).encode())))
    stored("jks-certificate-pem-with-text", stores.jks(stores.jks_trusted("root", b"subject: x\n" + pem(root).encode())))
    stored("jks-certificate-pem-two", stores.jks(stores.jks_trusted("root", pem(other, root).encode())))
    stored("jks-certificate-type-x509", stores.jks(stores.jks_trusted("root", root, kind="X509")))
    stored("jks-certificate-type-unknown", stores.jks(entry, stores.jks_trusted("pgp", root, kind="PGP")))
    stored("jks-one-alias-root-last", stores.jks(stores.jks_trusted("a", other), stores.jks_trusted("a", root)))
    stored("jks-one-alias-root-first", stores.jks(stores.jks_trusted("a", root), stores.jks_trusted("a", other)))
    stored("jks-alias-in-capitals-first", stores.jks(stores.jks_trusted("A", root), stores.jks_trusted("a", other)))
    stored("jks-alias-in-capitals-alone", stores.jks(stores.jks_trusted("Root", root)))
    stored("jks-one-alias-key-last", stores.jks(stores.jks_trusted("a", root), stores.jks_key("a", pkcs8(OTHER), [other])))
    stored("jks-key-entry-of-leaf", stores.jks(stores.jks_key("server", pkcs8(LEAF), [leaf(), ca, root])))
    stored("jks-key-entry-root-first", stores.jks(stores.jks_key("root", pkcs8(ROOT), [root])))
    stored("jks-key-entry-root-second", stores.jks(stores.jks_key("ca", pkcs8(OTHER), [other, root])))
    stored("jks-key-entry-without-chain", stores.jks(entry, stores.jks_key("none", pkcs8(OTHER), [])))
    stored("jks-unknown-tag", stores.jks(entry, b"\0\0\0\7" + stores.text("x") + b"\0" * 8))
    stored("jceks", stores.jks(entry, magic=0xCECECECE))
    stored("jceks-named-jks", stores.jks(entry, magic=0xCECECECE), ending="jks")

    bag = stores.certificate_bag
    usual = bag(root, "root")
    stored("p12-plain", stores.pkcs12(stores.safe([usual])))
    stored("p12-aes", stores.pkcs12(stores.safe([usual], "changeit", "aes")))
    stored("p12-3des", stores.pkcs12(stores.safe([usual], "changeit", "3des"), mac="sha1"))
    stored("p12-rc4-128", stores.pkcs12(stores.safe([usual], "changeit", "rc4-128"), mac="sha1"))
    stored("p12-rc4-40", stores.pkcs12(stores.safe([usual], "changeit", "rc4-40"), mac="sha1"))
    stored("p12-named-jks", stores.pkcs12(stores.safe([usual], "changeit", "aes")), ending="jks")
    for mac in ("sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "md5", "pbmac1"):
        stored("p12-mac-" + mac, stores.pkcs12(stores.safe([usual], "changeit", "aes"), mac=mac))
    stored("p12-without-mac", stores.pkcs12(stores.safe([usual], "changeit", "aes"), mac=None))
    stored("p12-plain-without-mac", stores.pkcs12(stores.safe([usual]), mac=None))
    stored("p12-plain-without-mac-no-password", stores.pkcs12(stores.safe([usual]), mac=None), password="-")
    stored("p12-plain-no-password", stores.pkcs12(stores.safe([usual])), password="-")
    stored("p12-no-password", stores.pkcs12(stores.safe([usual], "changeit", "aes")), password="-")
    stored("p12-wrong-password", stores.pkcs12(stores.safe([usual], "changeit", "aes")), password="wrong")
    stored("p12-plain-wrong-password", stores.pkcs12(stores.safe([usual])), password="wrong")
    stored("p12-empty-password", stores.pkcs12(stores.safe([usual], "", "3des"), password="", mac="sha1"), password="")
    stored("p12-empty-password-none-given", stores.pkcs12(stores.safe([usual], "", "3des"), password="", mac="sha1"), password="-")
    stored("p12-plain-empty-password-none-given", stores.pkcs12(stores.safe([usual]), password="", mac="sha1"), password="-")
    stored("p12-no-characters-empty-given", stores.pkcs12(stores.safe([usual], None, "3des"), password=None, mac="sha1"), password="")
    stored("p12-umlaut-password", stores.pkcs12(stores.safe([usual], "p\u00e4ss", "3des"), password="p\u00e4ss", mac="sha1"), password="p\u00e4ss")
    stored("p12-not-marked", stores.pkcs12(stores.safe([bag(root, "root", None)])))
    stored("p12-marked-for-servers", stores.pkcs12(stores.safe([bag(root, "root", "1.3.6.1.5.5.7.3.1")])))
    stored("p12-marked-for-clients", stores.pkcs12(stores.safe([bag(root, "root", "1.3.6.1.5.5.7.3.2")])))
    stored("p12-without-alias", stores.pkcs12(stores.safe([bag(root, None)])))
    stored("p12-two-without-alias", stores.pkcs12(stores.safe([bag(root, None), bag(other, None)])))
    stored("p12-one-alias-root-first", stores.pkcs12(stores.safe([bag(root, "a"), bag(other, "a")])))
    stored("p12-one-alias-root-last", stores.pkcs12(stores.safe([bag(other, "a"), bag(root, "A")])))
    stored("p12-bytes-behind", stores.pkcs12(stores.safe([usual]), behind=b"\n"))
    stored("p12-truncated", stores.pkcs12(stores.safe([usual]))[:-30])
    stored("p12-certificate-unreadable", stores.pkcs12(stores.safe([usual, bag(b"\x30\x03\x02\x01\x00", "bad")])))
    stored("p12-certificate-malformed-critical", stores.pkcs12(stores.safe(
        [usual, bag(certify(other_name, OTHER, other_name, OTHER, [extension("2.5.29.15", b"\x30\x03\xff\xff\xff", True)]), "bad")])))
    stored("p12-empty", stores.pkcs12(stores.safe([])))
    stored("p12-key-of-leaf", stores.pkcs12(
        stores.safe([bag(leaf(), "server", None, b"1"), bag(ca, None, None), bag(root, None, None)], "changeit", "aes"),
        stores.safe([stores.key_bag(pkcs8(LEAF))])))
    stored("p12-key-of-root", stores.pkcs12(
        stores.safe([bag(root, "root", None, b"1")], "changeit", "aes"), stores.safe([stores.key_bag(pkcs8(ROOT))])))
    stored("p12-two-parts", stores.pkcs12(stores.safe([bag(other, "other")], "changeit", "aes"), stores.safe([usual], "changeit", "aes")))
    stored("pem", pem(root))
    stored("pem-named-jks", pem(root), ending="jks")
    stored("der", root)
    stored("der-named-cer", root, ending="cer")
    stored("nothing", b"")
    stored("random", bytes(range(256)) * 4)
    stored("text", b"this is no store\n")
    stored("base64-of-jks", base64.b64encode(stores.jks(entry)))
    case("store-missing", "good", store="no-such-file.jks")


def main(directory):
    for part in (plain, dates, anchors, intermediates, crosses, leaves, algorithms, host_names, limits, handshakes, clients, key_stores):
        part()
    os.makedirs(directory, exist_ok=True)
    for path, content in files.items():
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(os.path.join(directory, path), mode) as out:
            out.write(content)
    with open(os.path.join(directory, "cases.tsv"), "w") as out:
        for each in cases:
            out.write("\t".join(each) + "\n")


main(sys.argv[1])
