"""The cases of rfc5280.py: chains, and what RFC 5280 (and RFC 6125 for host names) says of each.

A chain is written from the root to the server's certificate. Each certificate begins as a good one of its kind (root, ca, leaf);
`plus` adds or replaces extensions, `minus` leaves some out, `by` names the issuer's place in the chain (the one before it). What is
sent is all but the root, the server's first, unless `sent` has the places; the anchor is the root, unless `anchors` has them.
"""

from x509 import (AKI, ANY_EKU, ANY_POLICY, BASIC, CLIENT_AUTH, ECDSA_SHA384, EKU, KEY_USAGE, SAN, SERVER_AUTH, SKI, aki, basic,
                  constraints, inhibit_any, mappings, name, octets, policies, policy_constraints, purposes, san, ski, usage)

NOW = "20300101000000Z"
UNKNOWN = ("1.3.6.1.4.1.99999.7", True, octets(b"?"))
P1, P2 = "1.3.6.1.4.1.99999.21", "1.3.6.1.4.1.99999.22"
PERMIT = constraints(permitted=[("dns", "server.test")])

CASES = []


def root(label="root", **change):
    return {"role": "root", "label": label, **change}


def ca(label="ca", **change):
    return {"role": "ca", "label": label, **change}


def leaf(**change):
    return {"role": "leaf", "label": "leaf", **change}


def case(what, verdict, says, chain, host="server.test", at=NOW, why="", **more):
    CASES.append({"case": what, "verdict": verdict, "says": says, "chain": chain, "host": host, "at": at, "why": why, **more})


def of(*extensions, **change):
    """The usual chain, with these in the server's certificate."""
    return [root(), ca(), leaf(plus=list(extensions), **change)]


def under(*extensions, leaf_plus=(), **change):
    """The usual chain, with these in the CA's."""
    return [root(), ca(plus=list(extensions), **change), leaf(plus=list(leaf_plus))]


# --- names ---

case("plain", "accept", "a root, a CA, a server", of())
case("name-in-capitals", "accept", "DNS names have no case (7.2)", of(), "SERVER.TEST")
case("name-other", "reject", "another name", of(), "other.test")
case("name-only-common-name", "reject", "without an alternative name none is given (RFC 9525, 2)",
     of(subject=name(("CN", "server.test")), minus=[SAN]))
case("name-common-name-beside", "reject", "a common name does not count beside alternative names",
     of(san(("dns", "other.test")), subject=name(("CN", "server.test"))))
case("wildcard", "accept", "a wildcard for the whole first label", of(san(("dns", "*.server.test"))), "a.server.test")
case("wildcard-two-labels", "reject", "it stands for one label", of(san(("dns", "*.server.test"))), "a.b.server.test")
case("wildcard-no-label", "reject", "and not for none", of(san(("dns", "*.server.test"))))
case("wildcard-part", "reject", "not for a part of a label (RFC 9525, 6.3)", of(san(("dns", "s*.zone.test"))), "server.zone.test")
case("wildcard-middle", "reject", "nor for another label than the first", of(san(("dns", "a.*.server.test"))), "a.b.server.test")
case("name-underscore", "reject", "no preferred name syntax (4.2.1.6)", of(san(("dns", "a_b.server.test"))), "a_b.server.test")
case("name-underscore-beside", "reject", "the same beside a good one", of(san(("dns", "server.test"), ("dns", "a_b.server.test"))))
case("name-final-dot", "reject", "the same: a dot at the end", of(san(("dns", "server.test."), ("dns", "server.test"))))
case("name-first-dot", "reject", "the same: a dot at the beginning", of(san(("dns", ".server.test"))), "a.server.test")
case("name-hyphen-first", "reject", "the same: a label that begins with a hyphen", of(san(("dns", "-a.server.test"))), "-a.server.test")
case("name-utf8", "reject", "U-labels have to be A-labels (7.2)", of(san(("dns", "b\u00fccher.test".encode()), ("dns", "server.test"))))
case("name-a-label", "accept", "an A-label", of(san(("dns", "xn--bcher-kva.test"))), "xn--bcher-kva.test")
case("name-empty", "reject", "an empty DNS name (4.2.1.6)", of(san(("dns", ""), ("dns", "server.test"))))
case("name-blank", "reject", "the DNS name \" \" (4.2.1.6)", of(san(("dns", " "), ("dns", "server.test"))))
case("name-nul", "reject", "a NUL within a name", of(san(("dns", b"server.test\0.evil.test"), ("dns", "server.test"))))
case("address", "accept", "an address", of(san(("ip", b"\x7f\0\0\1"))), "127.0.0.1")
case("address-6", "accept", "an IPv6 address", of(san(("ip", bytes(15) + b"\1"))), "::1")
case("address-other", "reject", "another address", of(san(("ip", b"\x7f\0\0\2"))), "127.0.0.1")
case("address-as-name", "reject", "an address as a DNS name", of(san(("dns", "127.0.0.1"))), "127.0.0.1")
case("address-five-bytes", "reject", "an address of 5 bytes (4.2.1.6)", of(san(("ip", b"\x7f\0\0\1\0"), ("dns", "server.test"))))
case("subject-empty", "accept", "an empty subject, with critical alternative names (4.1.2.6)",
     of(san(("dns", "server.test"), critical=True), subject=name()))
case("subject-empty-not-critical", "reject", "they have to be critical then", of(subject=name()))
case("names-none", "reject", "an extension without a name (4.2.1.6)", of(san()))
case("issuer-empty", "reject", "a CA without a name (4.1.2.4)", [root(), ca(subject=name()), leaf()])

# --- name constraints ---

case("constraint-permitted", "accept", "a permitted name (4.2.1.10)", under(PERMIT))
case("constraint-permitted-below", "accept", "a name below it", under(PERMIT, leaf_plus=[san(("dns", "a.server.test"))]), "a.server.test")
case("constraint-not-permitted", "reject", "a name that is not", under(constraints(permitted=[("dns", "else.test")])))
case("constraint-label-end", "reject", "the end of a label is no domain",
     under(constraints(permitted=[("dns", "rver.test")])))
case("constraint-excluded", "reject", "an excluded name", under(constraints(excluded=[("dns", "server.test")])))
case("constraint-excluded-above", "reject", "a name below an excluded one", under(constraints(excluded=[("dns", "test")])))
case("constraint-excluded-other", "accept", "another name is excluded", under(constraints(excluded=[("dns", "else.test")])))
case("constraint-permitted-and-excluded", "reject", "both: excluded counts",
     under(constraints(permitted=[("dns", "test")], excluded=[("dns", "server.test")])))
case("constraint-second-name", "reject", "one of two names is not permitted",
     under(PERMIT, leaf_plus=[san(("dns", "server.test"), ("dns", "else.test"))]))
case("constraint-wildcard", "accept", "a wildcard below what is permitted",
     under(PERMIT, leaf_plus=[san(("dns", "*.server.test"))]), "a.server.test")
case("constraint-wildcard-excluded", "reject", "a wildcard that stands for what is excluded",
     under(constraints(excluded=[("dns", "a.server.test")]), leaf_plus=[san(("dns", "*.server.test"))]), "a.server.test")
case("constraint-wildcard-excluded-beside", "reject", "the same, and another name is wanted",
     under(constraints(excluded=[("dns", "a.server.test")]), leaf_plus=[san(("dns", "*.server.test"))]), "b.server.test")
case("constraint-address", "accept", "an address in the permitted network",
     under(constraints(permitted=[("ip", b"\x7f\0\0\0\xff\0\0\0")]), leaf_plus=[san(("ip", b"\x7f\0\0\1"))]), "127.0.0.1")
case("constraint-address-outside", "reject", "and one outside",
     under(constraints(permitted=[("ip", b"\x0a\0\0\0\xff\0\0\0")]), leaf_plus=[san(("ip", b"\x7f\0\0\1"))]), "127.0.0.1")
case("constraint-address-excluded", "reject", "an excluded network",
     under(constraints(excluded=[("ip", b"\x7f\0\0\0\xff\0\0\0")]), leaf_plus=[san(("ip", b"\x7f\0\0\1"))]), "127.0.0.1")
case("constraint-other-kind", "accept", "DNS names where only addresses are limited",
     under(constraints(permitted=[("ip", b"\x0a\0\0\0\xff\0\0\0")])))
case("constraint-directory", "accept", "a permitted subject",
     [root(), ca(plus=[constraints(permitted=[("dir", name(("O", "Test")))])]), leaf(subject=name(("O", "Test"), ("CN", "x")))])
case("constraint-directory-outside", "reject", "a subject outside",
     [root(), ca(plus=[constraints(permitted=[("dir", name(("O", "Else")))])]), leaf(subject=name(("O", "Test"), ("CN", "x")))])
case("constraint-email", "reject", "an excluded mail address",
     under(constraints(excluded=[("email", "mail.test")]), leaf_plus=[san(("dns", "server.test"), ("email", "a@mail.test"))]))
case("constraint-email-subject", "reject", "the same in the subject",
     [root(), ca(plus=[constraints(excluded=[("email", "mail.test")])]), leaf(subject=name(("CN", "x"), ("email", "a@mail.test")))])
case("constraint-uri", "reject", "a URI outside what is permitted",
     under(constraints(permitted=[("uri", ".good.test")]), leaf_plus=[san(("dns", "server.test"), ("uri", "https://evil.test/"))]))
case("constraint-unknown-kind", "reject", "a critical constraint on a kind that is not understood, and the certificate has it",
     under(constraints(excluded=[("rid", "1.2.3")]), leaf_plus=[san(("dns", "server.test"), ("rid", "1.2.3.4"))]))
case("constraint-minimum", "reject", "a minimum other than 0",
     under(constraints(permitted=[("dns", "server.test")], minimum=1)))
case("constraint-two-cas", "reject", "each CA narrows it: the second permits what the first does not",
     [root(), ca(plus=[constraints(permitted=[("dns", "else.test")])]), ca("ca2", plus=[PERMIT]), leaf()])
case("constraint-above", "reject", "those of a CA above it",
     [root(), ca(plus=[constraints(permitted=[("dns", "else.test")])]), ca("ca2"), leaf()])
case("constraint-self-issued", "accept", "a self-issued CA is not held to it (6.1.3)",
     [root(), ca(plus=[constraints(permitted=[("dir", name(("O", "Else"))), ("dns", "test")])], subject=name(("O", "Self"))),
      ca("ca2", subject=name(("O", "Self"))), leaf(subject=name(("O", "Else"), ("CN", "x")))])
case("constraint-root", "accept", "those of an anchor are no part of it (6.1.1)", [root(plus=[constraints(permitted=[("dns", "else.test")])]), ca(), leaf()],
     why="OpenSSL holds the chain to its anchor's constraints; the stricter of the two")
case("constraint-in-leaf", "reject", "they stand in CAs' certificates only (4.2.1.10)", of(PERMIT))
case("constraint-empty", "reject", "neither permitted nor excluded names (4.2.1.10)", under(constraints()))

# --- policies ---

REQUIRE = policy_constraints(require=0)
case("policy-required", "accept", "a policy is required, and each certificate has it (6.1)",
     [root(), ca(plus=[REQUIRE, policies(P1)]), leaf(plus=[policies(P1)])])
case("policy-required-missing", "reject", "and the server's has none", [root(), ca(plus=[REQUIRE, policies(P1)]), leaf()])
case("policy-required-other", "reject", "and the server's has another",
     [root(), ca(plus=[REQUIRE, policies(P1)]), leaf(plus=[policies(P2)])])
case("policy-required-nowhere", "reject", "and none has any", [root(), ca(plus=[REQUIRE]), leaf()])
case("policy-required-later", "accept", "only after more certificates than there are", [root(), ca(plus=[policy_constraints(require=3)]), leaf()])
case("policy-any", "accept", "anyPolicy in the CA's", [root(), ca(plus=[REQUIRE, policies(ANY_POLICY)]), leaf(plus=[policies(P1)])])
case("policy-any-inhibited", "reject", "anyPolicy in the server's, where it is inhibited",
     [root(), ca(plus=[REQUIRE, policies(P1), inhibit_any(0)]), leaf(plus=[policies(ANY_POLICY)])])
case("policy-mapped", "accept", "one that is mapped", [root(), ca(plus=[REQUIRE, policies(P1), mappings((P1, P2))]), leaf(plus=[policies(P2)])])
case("policy-mapped-inhibited", "reject", "where mapping is inhibited",
     [root(), ca(plus=[policy_constraints(require=0, inhibit=0), policies(P1)]), ca("ca2", plus=[policies(P1), mappings((P1, P2))]),
      leaf(plus=[policies(P2)])])
case("policy-mapped-any", "reject", "anyPolicy is never mapped (4.2.1.5)",
     [root(), ca(plus=[policies(P1), mappings((ANY_POLICY, P2))]), leaf(plus=[policies(P2)])])
case("policy-twice", "reject", "one policy twice (4.2.1.4)", of(policies(P1, P1)))
case("policy-not-required", "accept", "different ones, and none is required", [root(), ca(plus=[policies(P1)]), leaf(plus=[policies(P2)])])

# --- purposes ---

case("purpose-none", "accept", "no extended key usage", of(minus=[EKU]))
case("purpose-client", "reject", "for clients only (4.2.1.12)", of(purposes(CLIENT_AUTH)))
case("purpose-both", "accept", "for both", of(purposes(CLIENT_AUTH, SERVER_AUTH)))
case("purpose-any", "accept", "for anything", of(purposes(ANY_EKU)), why="who needs a certain purpose may refuse (4.2.1.12); OpenSSL does")
case("purpose-ca-client", "accept", "in a CA's certificate it says nothing of those below it", under(purposes(CLIENT_AUTH)),
     why="all clients take it for a limit of the CA (CA/Browser Forum)")
case("purpose-ca-server", "accept", "the same, and it fits", under(purposes(SERVER_AUTH)))

# --- CAs ---

case("ca-without-constraints", "reject", "a CA without basicConstraints (6.1.4 k)", under(minus=[BASIC]))
case("ca-false", "reject", "one that is no CA", under(basic(ca=False), usage("digitalSignature")))
case("ca-not-critical", "reject", "basicConstraints that are not critical (4.2.1.9)", under(basic(critical=False)))
case("ca-without-usage", "reject", "a CA without keyUsage (4.2.1.3)", under(minus=[KEY_USAGE]))
case("ca-may-not-sign", "reject", "without keyCertSign", under(usage("cRLSign")))
case("ca-version-1", "reject", "version 1", [root(), ca(version=1, extensions=[]), leaf()])
case("path-length", "accept", "0, and no CA below it", under(basic(path=0)))
case("path-length-exceeded", "reject", "0, and one below it", [root(), ca(plus=[basic(path=0)]), ca("ca2"), leaf()])
case("path-length-1-exceeded", "reject", "1, and two below it", [root(), ca(plus=[basic(path=1)]), ca("ca2"), ca("ca3"), leaf()])
case("path-length-self-issued", "accept", "0, and the one below it is self-issued (6.1.4 l)",
     [root(), ca(plus=[basic(path=0)], subject=name(("O", "Self"))), ca("ca2", subject=name(("O", "Self"))), leaf()])
case("path-length-root", "accept", "that of an anchor is no part of it", [root(plus=[basic(path=0)]), ca(), leaf()],
     why="OpenSSL holds the chain to its anchor's path length; the stricter of the two")
case("path-length-no-ca", "reject", "in a certificate that is no CA's (4.2.1.9)", of(basic(ca=False, path=0)))
case("leaf-signs-certificates", "reject", "keyCertSign without being a CA (4.2.1.3)", of(usage("digitalSignature", "keyCertSign")))
case("leaf-is-ca", "accept", "a CA's certificate for a server", of(basic(), usage("digitalSignature", "keyCertSign")))
case("root-without-constraints", "accept", "an anchor is a name and a key (6.1.1)", [root(minus=[BASIC]), ca(), leaf()],
     why="as openssl verify -x509_strict, and Java")
case("root-version-1", "accept", "the same: a root of version 1", [root(version=1, extensions=[]), ca(), leaf()],
     why="as openssl verify -x509_strict")
case("intermediate-as-anchor", "accept", "an anchor need not be self-signed", [root(), ca(), leaf()], anchors=[1], sent=[2],
     why="OpenSSL wants a root; Java does not (--profile java)")

# --- key identifiers ---

case("aki-missing", "reject", "the server's lacks its issuer's (4.2.1.1)", of(minus=[AKI]))
case("aki-missing-ca", "reject", "a CA's lacks it", under(minus=[AKI]))
case("aki-missing-root", "accept", "a self-signed one may", [root(), ca(), leaf()])
case("aki-wrong", "reject", "it is not the issuer's: no path by it", of(aki(b"somebody else")))
case("aki-wrong-serial", "reject", "issuer and serial number are others'",
     of(aki(b"ca".ljust(20, b"\0"), issuer=name(("CN", "Else")), serial=99)))
case("aki-serial", "accept", "issuer and serial number fit",
     [root(), ca(serial=77), leaf(plus=[aki(b"ca".ljust(20, b"\0"), issuer=name(("CN", "root")), serial=77)])])
case("aki-critical", "reject", "it is critical (4.2.1.1)", of(aki(b"ca".ljust(20, b"\0"), critical=True)))
case("ski-missing-ca", "reject", "a CA without its own (4.2.1.2)", under(minus=[SKI]))
case("ski-missing-root", "reject", "a root without it", [root(minus=[SKI]), ca(minus=[AKI], plus=[]), leaf()])
case("ski-missing-leaf", "accept", "a server may go without", of(minus=[SKI]))
case("ski-critical", "reject", "it is critical (4.2.1.2)", under(ski(b"ca".ljust(20, b"\0"), critical=True)))

# --- cross-signed ---

CROSS = [root(), root("other"), ca(by=1, subject=name(("CN", "cross")), key="cross"), ca(by=0, subject=name(("CN", "cross")), key="cross"), leaf(by=3)]
case("cross-unknown-first", "accept", "two certificates of one CA, that of the unknown root first", CROSS, sent=[4, 2, 3],
     why="OpenSSL follows the first that fits, and does not go back: its clients fail there")
case("cross-unknown-last", "accept", "and last", CROSS, sent=[4, 3, 2])
case("cross-expired-first", "accept", "one of them has expired",
     [root(), ca(subject=name(("CN", "cross")), key="cross", end="20260101000000Z"), ca(by=0, subject=name(("CN", "cross")), key="cross", serial=2),
      leaf(by=2)], sent=[3, 1, 2])
case("cross-root", "accept", "the root's own name, signed by an unknown one, is sent",
     [root(), root("other"), ca(by=1, subject=name(("CN", "root")), key="root"), ca(by=0), leaf(by=3)], sent=[4, 3, 2])
case("cross-loop", "reject", "two CAs that certify each other, and no anchor",
     [root(), ca("a", by=2), ca("b", by=1), leaf(by=1)], sent=[3, 1, 2])
case("order", "accept", "out of order", [root(), ca(), ca("ca2"), leaf()], sent=[3, 1, 2])
case("stray", "accept", "one that does not belong there", [root(), ca(), root("other"), leaf(by=1)], sent=[3, 2, 1])
case("missing-intermediate", "reject", "one is missing", [root(), ca(), ca("ca2"), leaf()], sent=[3, 2])
case("signature-wrong", "reject", "signed with another key", of(signer="other"))
case("same-name-other-root", "reject", "an anchor of the same name with another key",
     [root(), ca(), leaf(), root("root", key="other", subject=name(("CN", "root")))], sent=[2, 1], anchors=[3])

# --- times ---

case("time-last-second", "accept", "notAfter is inclusive (4.1.2.5)", of(end=NOW))
case("time-one-second-late", "reject", "a second later", of(end="20291231235959Z"))
case("time-first-second", "accept", "notBefore, too", of(begin=NOW))
case("time-one-second-early", "reject", "a second before", of(begin="20300101000001Z"))
case("time-ca-last-second", "accept", "a CA's last second", under(end=NOW))
case("time-ca-late", "reject", "a CA that has expired", under(end="20291231235959Z"))
case("time-ca-early", "reject", "a CA that is not valid yet", under(begin="20300101000001Z"))
case("time-root", "accept", "an anchor has no dates (6.1.1)", [root(end="20291231235959Z"), ca(), leaf()], why="OpenSSL looks at them, Java does not (--profile java)")
case("time-without-end", "accept", "99991231235959Z", of(end="99991231235959Z"))
case("time-generalized-early", "reject", "GeneralizedTime before 2050 (4.1.2.5)", of(end=(0x18, "20400101000000Z")))
case("time-without-seconds", "reject", "UTCTime without seconds", of(end=(0x17, "4001010000Z")))
case("time-zone", "reject", "another zone than Z", of(end=(0x17, "400101000000+0000")))
case("time-1950", "accept", "UTCTime of the last century: 50 is 1950", of(begin=(0x17, "500101000000Z")))

# --- extensions, versions, numbers ---

case("critical-unknown", "reject", "a critical extension that is not understood (4.2)", of(UNKNOWN))
case("critical-unknown-ca", "reject", "in a CA's", under(UNKNOWN))
case("unknown", "accept", "one that is not critical", of((UNKNOWN[0], False, UNKNOWN[2])))
case("extension-twice", "reject", "the same extension twice (4.2)", of(twice=[SAN]))
case("version-1-extensions", "reject", "version 1 with extensions (4.1.2.1)", of(version=1))
case("serial-zero", "accept", "number 0 is handled gracefully (4.1.2.2)", of(serial=0))
case("serial-negative", "accept", "and a negative one", of(serial=-5))
case("serial-20-octets", "accept", "20 octets", of(serial=2**158))
case("signature-algorithms-differ", "reject", "within and without (4.1.1.2)", of(outer=ECDSA_SHA384))
