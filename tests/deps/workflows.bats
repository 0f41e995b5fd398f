#!/usr/bin/env bats
# What builds and publishes for others: nothing in it may change under its name, and no job has more rights than it needs.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    workflows=(.github/workflows/*.yml)
}

@test "every action is pinned by its commit, with the version beside it" {
    run -0 grep -hE '^ *(- )?uses:' "${workflows[@]}"
    while read -r line; do
        [[ "$line" =~ ^(-\ )?uses:\ [a-z-]+/[a-z-]+@[0-9a-f]{40}\ #\ v[0-9.]+$ ]]
    done <<<"$output"
}

@test "every base image is pinned by its digest" {
    run -0 grep -hE '^ *image:|^FROM .*debian' "${workflows[@]}" images/Containerfile
    while read -r line; do
        [[ "$line" =~ @sha256:[0-9a-f]{64} ]]
    done <<<"$output"
}

# A job's text.
job() {
    awk -v job="  $2:" '$0 == job { inside = 1; next } /^  [a-z]+:$/ { inside = 0 } inside' ".github/workflows/$1.yml"
}

@test "the job that builds may write nothing, and the one that publishes runs no code of the repository" {
    run -0 job release build
    [[ "$output" == *"permissions: {contents: read}"* ]]
    [[ "$output" != *secrets.* ]]
    run -0 job release publish
    [[ "$output" == *"needs: build"* ]]
    [[ "$output" != *checkout* ]]
    run ! grep -q 'write' .github/workflows/ci.yml .github/workflows/audit.yml
}
