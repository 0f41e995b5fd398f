"""Bills of materials for one image: SPDX 2.3 and CycloneDX 1.5, as JSON texts that are the same for the same image.

Parts are what a binary was linked from: a Debian source package each, in the revision that the build really used.
"""

import json
import uuid
from dataclasses import dataclass

# SPDX licence expressions, for the part of each package that is linked in.
LICENCES = {
    "bzip2": "bzip2-1.0.6",
    "c-ares": "MIT",
    "ca-certificates": "MPL-2.0",
    "curl": "curl",
    "expat": "MIT",
    "jansson": "MIT",
    "libarchive": "BSD-2-Clause",
    "libyaml": "MIT",
    "libzstd": "BSD-3-Clause",
    "musl": "MIT",
    "nghttp2": "MIT",
    "openssl": "Apache-2.0",
    "xz-utils": "0BSD",
    "zlib": "Zlib",
}

# Vendor and product by which advisories (CPE 2.3) know them.
PRODUCTS = {
    "bzip2": "bzip:bzip2",
    "c-ares": "c-ares:c-ares",
    "curl": "haxx:libcurl",
    "expat": "libexpat_project:libexpat",
    "jansson": "jansson_project:jansson",
    "libarchive": "libarchive:libarchive",
    "libyaml": "pyyaml:libyaml",
    "libzstd": "facebook:zstandard",
    "musl": "musl-libc:musl",
    "nghttp2": "nghttp2:nghttp2",
    "openssl": "openssl:openssl",
    "xz-utils": "tukaani:xz",
    "zlib": "zlib:zlib",
}


@dataclass(frozen=True)
class Part:
    package: str  # Debian's source package
    upstream: str  # upstream's version
    revision: str  # Debian's version, epoch and revision included
    files: dict  # name of a source file -> SHA-256, for those that deps/lock names

    @property
    def licence(self):
        return LICENCES[self.package]

    @property
    def purl(self):
        version = self.revision.replace(":", "%3A").replace("+", "%2B")
        return f"pkg:deb/debian/{self.package}@{version}?arch=source&distro=trixie"

    @property
    def cpe(self):
        product = PRODUCTS.get(self.package)
        return product and f"cpe:2.3:a:{product}:{self.upstream}:*:*:*:*:*:*:*"


def dump(document):
    return json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n"


def identity(name, version, architecture, parts):
    """A UUID that follows from what is in the image, so that two builds agree on it."""
    said = [name, version, architecture] + [f"{part.package}={part.revision}" for part in parts]
    return uuid.uuid5(uuid.NAMESPACE_OID, " ".join(said))


def spdx_part(part):
    package = {
        "SPDXID": f"SPDXRef-{part.package}",
        "name": part.package,
        "versionInfo": part.revision,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": part.licence,
        "licenseDeclared": part.licence,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": part.purl}
        ],
        "sourceInfo": "; ".join(f"{name} sha256:{digest}" for name, digest in sorted(part.files.items())),
    }
    if part.cpe:
        package["externalRefs"].append(
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": part.cpe}
        )
    return package


def spdx(name, version, architecture, created, parts):
    image = {
        "SPDXID": "SPDXRef-image",
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: initkit",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
    }
    related = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image")]
    related += [("SPDXRef-image", "CONTAINS", f"SPDXRef-{part.package}") for part in parts]
    return dump(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"{name}-{version}-{architecture}",
            "documentNamespace": f"urn:uuid:{identity(name, version, architecture, parts)}",
            "creationInfo": {"created": created, "creators": ["Organization: initkit"]},
            "packages": [image] + [spdx_part(part) for part in parts],
            "relationships": [
                {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                for one, kind, other in related
            ],
        }
    )


def cyclonedx_part(part):
    component = {
        "type": "data" if part.package == "ca-certificates" else "library",
        "bom-ref": part.purl,
        "name": part.package,
        "version": part.revision,
        "purl": part.purl,
        "licenses": [{"license": {"id": part.licence}}],
        "properties": [
            {"name": f"initkit:source:{name}", "value": f"sha256:{digest}"} for name, digest in sorted(part.files.items())
        ],
    }
    if part.cpe:
        component["cpe"] = part.cpe
    return component


def cyclonedx(name, version, architecture, created, parts):
    return dump(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "serialNumber": f"urn:uuid:{identity(name, version, architecture, parts)}",
            "version": 1,
            "metadata": {
                "timestamp": created,
                "component": {
                    "type": "container",
                    "bom-ref": name,
                    "name": name,
                    "version": version,
                    "licenses": [{"license": {"id": "Apache-2.0"}}],
                    "properties": [{"name": "initkit:architecture", "value": architecture}],
                },
            },
            "components": [cyclonedx_part(part) for part in parts],
            "dependencies": [{"ref": name, "dependsOn": [part.purl for part in parts]}],
        }
    )
