#!/usr/bin/env bats
# tests/words, which `make lint` runs: it finds the expressions of tests/words.txt, and no others.

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir tests
    cp "$BATS_TEST_DIRNAME"/../words "$BATS_TEST_DIRNAME"/../words.txt tests
}

@test "a forbidden expression is found across the pieces of a string and the lines of a comment" {
    cat >broken.c <<'END'
/* A comment that is whole or
 * not at all on one line. */
const char *hint = "it is worth "
                   "a word";
END
    run tests/words broken.c
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ "${lines[0]}" == 'broken.c:1: "whole or not at all": write '* ]]
    [[ "${lines[1]}" == 'broken.c:3: "worth a word": write '* ]]
}

@test "plain sentences, and words that only contain a forbidden one, pass" {
    printf '%s\n' 'There is not a file. We recommend an amendment. It is no longer' 'there. The key is not a certificate.' >plain.md
    run tests/words plain.md
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "without arguments all pages and sources are checked" {
    mkdir -p docs cmd/tool common/room
    for file in README.md docs/page.md cmd/tool/README.md cmd/tool/main.c common/room/noun.h; do
        echo 'mended' >"$file"
    done
    echo 'mended' >CHANGELOG.md # history
    run tests/words
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 5 ]
}
