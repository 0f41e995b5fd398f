#!/usr/bin/env bats
# The OCI images that `make images` wrote: what is in them, for whom, and that a second build gives the same bytes.

setup_file() {
    export TOP="$BATS_TEST_DIRNAME/../.." IMAGES="$BATS_TEST_DIRNAME/../../build/images"
    [ -e "$IMAGES/initkit.tar" ] || {
        echo "no images: call make check-images" >&2
        return 1
    }
    TOOLS=$("$TOP/build/bin/initkit" --list)
    export TOOLS ALL="initkit wait $TOOLS"
    VERSION=$("$TOP/build/bin/initkit" --version | awk 'NR == 1 { print $2 }')
    export VERSION
}

# Prints a value of an image's description: config NAME ARCH EXPRESSION (Python, over `config` and `manifest`).
config() {
    python3 - "$IMAGES/$1.tar" "$2" "$3" <<'PYTHON'
import json, sys, tarfile
archive = tarfile.open(sys.argv[1])
blob = lambda descriptor: json.load(archive.extractfile("blobs/" + descriptor["digest"].replace(":", "/")))
top = json.load(archive.extractfile("index.json"))
index = blob(top["manifests"][0])
[manifest] = [blob(one) for one in index["manifests"] if one["platform"]["architecture"] == sys.argv[2]]
config = blob(manifest["config"])
value = eval(sys.argv[3])
print(value if isinstance(value, str) else json.dumps(value))
PYTHON
}

# Unpacks the layers of NAME for ARCH below the test's folder, and prints where.
unpack() {
    local root="$BATS_TEST_TMPDIR/$1-$2"
    [ -e "$root" ] || "$TOP/images/unpack" "$IMAGES/$1.tar" "$root" "$2"
    echo "$root"
}

@test "every image is one index with amd64 and arm64, tagged with the version" {
    for name in $ALL; do
        run config "$name" amd64 '[one["platform"]["architecture"] for one in index["manifests"]]'
        [ "$output" = '["amd64", "arm64"]' ]
        run config "$name" amd64 'top["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]'
        [ "$output" = "$name:$VERSION" ]
    done
}

@test "other programs read the archives, for both architectures" {
    for name in $ALL; do
        for architecture in amd64 arm64; do
            run skopeo --override-arch "$architecture" inspect --format '{{.Architecture}} {{.Os}}' "oci-archive:$IMAGES/$name.tar"
            [ "$status" = 0 ]
            [ "$output" = "$architecture linux" ]
        done
    done
}

@test "every image runs as a user without rights, and has labels" {
    for name in $ALL; do
        [ "$(config "$name" amd64 'config["config"]["User"]')" = 65532:65532 ]
        [ "$(config "$name" amd64 'config["config"]["Labels"]["org.opencontainers.image.title"]')" = "$name" ]
        [ "$(config "$name" amd64 'config["config"]["Labels"]["org.opencontainers.image.version"]')" = "$VERSION" ]
        [ "$(config "$name" amd64 'config["config"]["Labels"]["org.opencontainers.image.licenses"]')" = Apache-2.0 ]
    done
}

@test "the image of one tool runs that tool, those of several run initkit" {
    [ "$(config tls-check amd64 'config["config"]["Entrypoint"]')" = '["/bin/tls-check"]' ]
    [ "$(config initkit amd64 'config["config"]["Entrypoint"]')" = '["/bin/initkit"]' ]
    [ "$(config wait amd64 'config["config"]["Entrypoint"]')" = '["/bin/initkit"]' ]
}

@test "the binaries in the images are those that make built" {
    root=$(unpack wait amd64)
    cmp "$root/bin/initkit" "$TOP/build/bin/initkit-wait" || cmp "$root/bin/initkit" "$TOP/build/x86_64/bin/initkit-wait"
    root=$(unpack tls-check arm64)
    cmp "$root/bin/tls-check" "$TOP/build/aarch64/bin/tls-check" || cmp "$root/bin/tls-check" "$TOP/build/bin/tls-check"
}

@test "the image of all has a link for each tool and for cp, and each of them starts" {
    root=$(unpack initkit "$(dpkg --print-architecture)")
    for tool in $TOOLS cp; do
        [ "$(readlink "$root/bin/$tool")" = initkit ]
        run "$root/bin/$tool" --version
        [ "$status" = 0 ]
        [[ ${lines[0]} == "$tool "* ]]
    done
    [ "$(readlink "$(unpack copy-agent amd64)/bin/cp")" = copy-agent ]
}

@test "the image wait has the wait tools in one file, and no more" {
    root=$(unpack wait "$(dpkg --print-architecture)")
    read -ra wait_tools < <(sed -n 's/^WAIT_TOOLS := //p' "$TOP/Makefile")
    [ "$("$root/bin/initkit" --list)" = "$(printf '%s\n' "${wait_tools[@]}")" ]
    [ "$("$root/bin/initkit" --version | tail -n +2 | cut -d ' ' -f 1)" = $'musl\nc-ares' ]
    for tool in "${wait_tools[@]}"; do
        [ "$(readlink "$root/bin/$tool")" = initkit ]
        cmp <("$root/bin/$tool" --help) <("$TOP/build/bin/$tool" --help)
        cmp <("$root/bin/initkit" "$tool" --version) <("$TOP/build/bin/$tool" --version)
    done
    run "$root/bin/initkit" copy-agent
    [ "$status" = 2 ]
    mkdir "$BATS_TEST_TMPDIR/tools"
    "$root/bin/initkit" --install "$BATS_TEST_TMPDIR/tools"
    cmp <("$BATS_TEST_TMPDIR/tools/wait-for-tcp" --help) <("$TOP/build/bin/wait-for-tcp" --help)
}

@test "there is no /tmp, no shell, nothing that a set-id bit or another user could write" {
    for name in $ALL; do
        root=$(unpack "$name" amd64)
        [ ! -e "$root/tmp" ]
        [ ! -e "$root/bin/sh" ]
        [ -z "$(find "$root" ! -type l -perm /7022)" ]
        [ "$(find "$root" -type f -perm /111 | wc -l)" = "$(find "$root/bin" -type f | wc -l)" ]
    done
}

@test "the TLS tools find the CA bundle where they look, and it holds Mozilla's authorities" {
    for name in initkit fetch-config tls-check; do
        root=$(unpack "$name" amd64)
        [ "$(grep -c 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt")" -gt 100 ]
    done
    openssl crl2pkcs7 -nocrl -certfile "$root/etc/ssl/certs/ca-certificates.crt" | openssl pkcs7 -print_certs -noout |
        grep -q 'ISRG Root X1'
    [ ! -e "$(unpack wait amd64)/etc/ssl" ]
}

@test "the licence of everything that is linked in is there" {
    root=$(unpack initkit amd64)/usr/share/doc/initkit
    cmp "$root/LICENSE" "$TOP/LICENSE"
    for package in musl c-ares openssl curl nghttp2 zlib libzstd xz-utils bzip2 libarchive expat libyaml jansson; do
        grep -Eqi 'copyright|license' "$root/licences/$package"
    done
    [ "$(cd "$(unpack wait amd64)/usr/share/doc/initkit/licences" && echo *)" = "c-ares musl" ]
}

@test "both bills of materials name the versions that the binary says it is linked with" {
    for name in initkit wait-for-tcp tls-check; do
        root=$(unpack "$name" "$(dpkg --print-architecture)")
        "$root/bin/$name" --version | tail -n +2 | sort >"$BATS_TEST_TMPDIR/said"
        [ -s "$BATS_TEST_TMPDIR/said" ]
        python3 - "$root/usr/share/doc/initkit" "$BATS_TEST_TMPDIR/said" <<'PYTHON'
import json, sys
folder, said = sys.argv[1:]
said = {line.split()[0].lower(): line.split()[1] for line in open(said)}
spdx = json.load(open(f"{folder}/sbom.spdx.json"))
cdx = json.load(open(f"{folder}/sbom.cdx.json"))
by_spdx = {one["name"]: one["versionInfo"] for one in spdx["packages"] if one["SPDXID"] != "SPDXRef-image"}
by_cdx = {one["name"]: one["version"] for one in cdx["components"]}
assert by_spdx == by_cdx, (by_spdx, by_cdx)
by_spdx.pop("ca-certificates", None)
names = {"openssl": "openssl", "libcurl": "curl", "zstd": "libzstd"}
assert {names.get(name, name): version for name, version in said.items()} == by_spdx, (said, by_spdx)
ids = {one["SPDXID"] for one in spdx["packages"]} | {spdx["SPDXID"]}
assert all(one["relatedSpdxElement"] in ids for one in spdx["relationships"])
PYTHON
    done
}

@test "the bills beside an image are those inside it" {
    for architecture in amd64 arm64; do
        root=$(unpack fetch-config "$architecture")/usr/share/doc/initkit
        cmp "$root/sbom.spdx.json" "$IMAGES/fetch-config-$architecture.spdx.json"
        cmp "$root/sbom.cdx.json" "$IMAGES/fetch-config-$architecture.cdx.json"
    done
}

@test "a second build gives the same bytes" {
    mkdir "$BATS_TEST_TMPDIR/again"
    make -C "$TOP" --silent image-files IMAGES="$BATS_TEST_TMPDIR/again" NAMES="wait copy-agent"
    cmp "$BATS_TEST_TMPDIR/again/wait.tar" "$IMAGES/wait.tar"
    cmp "$BATS_TEST_TMPDIR/again/copy-agent.tar" "$IMAGES/copy-agent.tar"
}

@test "an image that does not exist is refused by name" {
    run make -C "$TOP" --silent image-files IMAGES="$BATS_TEST_TMPDIR" NAMES=wait-for-godot
    [ "$status" != 0 ]
    [[ $output == *"no such image: wait-for-godot"* ]]
}

@test "images/Containerfile has a stage for each image" {
    for name in $ALL; do
        grep -qx "FROM nobody AS $name" "$TOP/images/Containerfile"
        grep -qx "COPY --from=build /rootfs/$name /" "$TOP/images/Containerfile"
    done
}

@test "both wait tools fit into 200 kB compressed, and everything into 2.0 MB" {
    layers='sum(layer["size"] for layer in manifest["layers"])'
    for architecture in amd64 arm64; do
        [ "$(config wait "$architecture" "$layers")" -le 200000 ]
        [ "$(config initkit "$architecture" "$layers")" -le 2000000 ]
    done
}

@test "README tells the sizes as they are" {
    layers='sum(layer["size"] for layer in manifest["layers"])'
    for name in $ALL; do
        for architecture in amd64 arm64; do
            size=$(config "$name" "$architecture" "$layers")
            said=$(awk -F '|' -v name=" \`$name\` " -v column="$([ $architecture = amd64 ] && echo 4 || echo 5)" \
                '$2 == name { gsub(/[^0-9]/, "", $column); print $column }' "$TOP/README.md")
            echo "$name $architecture: README says $said kB, it has $size bytes"
            [ $((size / 1000 - said)) -le 5 ] && [ $((said - size / 1000)) -le 5 ]
        done
    done
}
