#!/usr/bin/env bats
# copy-agent --dereference, and what disappears from SOURCE meanwhile.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

# A ConfigMap's volume, as the kubelet makes it.
prepare() {
    mkdir -p config/..2026_11_29/scripts outside
    echo one >config/..2026_11_29/app.yaml
    echo two >config/..2026_11_29/scripts/run.sh
    chmod 755 config/..2026_11_29/scripts/run.sh
    ln -s ..2026_11_29 config/..data
    ln -s ..data/app.yaml config/app.yaml
    ln -s ..data/scripts config/scripts
    echo out >outside/file
}

@test "--dereference copies the files of a ConfigMap's volume, without it a warning names that option" {
    local option
    run_tool copy-agent config plain
    exits 0
    says 'config: is the volume of a ConfigMap or Secret, whose files are links into ..data; hint: --dereference'
    [ -L plain/app.yaml ]
    for option in --dereference -L; do
        rm -rf volume
        run_tool copy-agent $option config volume
        exits 0
        says_not 'ConfigMap'
        [ "$(cd volume && find . -mindepth 1 -printf '%P %y %m\n' | sort | paste -sd ,)" = \
            'app.yaml f 644,scripts d 755,scripts/run.sh f 755' ]
        cmp volume/app.yaml config/app.yaml
        cmp volume/scripts/run.sh config/scripts/run.sh
        run_tool copy-agent $option --prune config volume
        exits 0
        ends_saying 'copied 0 files, 0 bytes, 2 skipped'
    done
    # The next version of the ConfigMap.
    mv config/..2026_11_29 config/..2026_11_30
    echo another >config/..2026_11_30/app.yaml
    rm config/scripts
    ln -sfn ..2026_11_30 config/..data
    run_tool copy-agent -L --prune config volume
    exits 0
    [ "$(cat volume/app.yaml)" = another ]
    [ ! -e volume/scripts ]
}

@test "--dereference follows links out of SOURCE, and keeps hard links" {
    mkdir source
    ln -s ../outside source/directory
    ln -s ../outside/file source/link
    echo hard >source/hard
    ln source/hard source/other
    ln -s hard source/soft
    for dest in volume volume; do
        run_tool copy-agent -L source $dest
        exits 0
        says_not 'lead out of SOURCE'
        [ -z "$(find volume -type l)" ]
        cmp volume/link outside/file
        cmp volume/directory/file outside/file
        [ volume/hard -ef volume/other ] && [ volume/hard -ef volume/soft ]
    done
    run_tool copy-agent -L --version-dir v1 source versions
    exits 0
    same_tree volume versions/v1
    run_tool copy-agent -L --relative-links source volume
    exits 2
    says '--relative-links: --dereference leaves no links'
}

@test "--dereference: a link to nothing, or back to a directory that it is in, is exit 1 and named; the rest is copied" {
    mkdir -p source/a/b
    echo file >source/a/b/file
    ln -s nowhere source/dangling
    ln -s ../.. source/a/b/back
    ln -s self source/self
    run_tool copy-agent --dereference source volume
    exits 1
    says 'dangling: is a link to something that is not there'
    says 'self: is a link to something that is not there'
    says 'a/b/back: is a link to a directory that it is in itself'
    ends_saying '\(and 2 more\); hint: --exclude leaves it out'
    [ "$(cat volume/a/b/file)" = file ]
    [ ! -e volume/a/b/back ]
    run_tool copy-agent --dereference --exclude dangling --exclude self --exclude '**/back' source volume
    exits 0
    run_tool copy-agent --dereference config config/volume
    exits 2
    says 'lies within SOURCE'
    mkdir -p config/..data/scripts/volume
    run_tool copy-agent --dereference config config/scripts/volume
    exits 2
    says 'lies within SOURCE'
}

@test "what an interrupted copy left in SOURCE is not copied, and that is a warning" {
    mkdir -p source/.initkit-copy-1-0
    echo one >source/file
    run_tool copy-agent source volume
    exits 0
    says 'source: 1 hidden .initkit-copy-\* entry is not copied'
    run_tool copy-agent --version-dir v1 source versions
    says_times 1 'hidden'
}

@test "whatever cannot be looked at, exit 0 means that all of SOURCE is there" {
    command -v strace >/dev/null || skip "no strace"
    local when missing=0 option
    mkdir -p source/d
    echo one >source/d/one
    echo two >source/two
    for option in --once --dereference; do
        for when in {1..12}; do
            rm -rf volume
            inside=("${traced[@]}" -o trace -e "inject=/^(newfstatat|fstatat64|fstatat)\$:error=ENOENT:when=$when")
            run_tool copy-agent $option source volume
            inside=()
            rm -rf volume/.initkit-copy-* # a name that seems to be another run's is left to that
            [ "$status" -ne 0 ] || same_tree source volume directories
            ! err_has 'was removed while SOURCE was looked at' || missing=$((missing + 1))
        done
    done
    [ "$missing" -ge 4 ] || report "only $missing"
}
