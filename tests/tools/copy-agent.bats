#!/usr/bin/env bats
# copy-agent: what it copies, what it says, and each of its options.
#
# run_tool sets the variables that are looked at; ${NAME} is for the tool, not for the shell:
# shellcheck disable=SC2154,SC2034,SC2016

load lib
load trees

prepare() {
    mkdir -p agent/lib/deep agent/logs agent/conf
    echo jar >agent/javaagent.jar
    echo one >agent/lib/one.jar
    echo two >agent/lib/deep/two.jar
    echo note >agent/lib/deep/note.txt
    echo conf >agent/conf/app.xml
    ln -s lib/one.jar agent/link
    ln agent/lib/one.jar agent/lib/again.jar
    touch -d 2024-01-02T03:04:05.123456789 agent/javaagent.jar
    touch -d 2024-01-02T03:04:06.123456789 agent/lib/one.jar # two fixed times: where all files had one, their contents would be compared
}

@test "what is in SOURCE goes into DEST, and the last line sums up" {
    mkdir volume
    run_tool copy-agent agent volume
    exits 0
    silent_output
    same_tree agent volume
    ends_saying '^copy-agent: volume: copied 7 files, 22 bytes, 0 skipped, in [0-9.]+ seconds, [0-9]+ bytes a second$'
    no_litter volume
}

@test "SOURCE/. means the same, and DEST is made where it is missing" {
    run_tool copy-agent agent/. some/where/volume
    exits 0
    same_tree agent some/where/volume
    [ "$(stat -c %a some/where)" = 755 ]
}

@test "DEST's own mode, owner and what else is in it stay" {
    mkdir -m 1770 volume
    echo mine >volume/mine
    run_tool copy-agent agent volume
    exits 0
    [ "$(stat -c %a volume)" = 1770 ]
    [ "$(cat volume/mine)" = mine ]
}

@test "again: unchanged files are skipped, and not touched" {
    run_tool copy-agent agent volume
    find volume -printf '%i %p %m %T+ %C+ %s\n' | sort >before
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 0 files, 0 bytes, 7 skipped'
    find volume -printf '%i %p %m %T+ %C+ %s\n' | sort | diff before -
}

@test "what differs is replaced, by another file" {
    run_tool copy-agent agent volume
    echo ONE >volume/javaagent.jar
    exec 7<volume/lib/deep/two.jar
    echo longer than before >agent/lib/deep/two.jar
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 2 files, 23 bytes, 5 skipped'
    same_tree agent volume
    [ "$(cat <&7)" = two ]
}

@test "a time of 1980-01-02 or before proves nothing: the content is compared" {
    touch -d 1980-01-01T00:00:00Z agent/javaagent.jar agent/conf/app.xml
    run_tool copy-agent agent volume
    echo JAR >volume/javaagent.jar
    touch -d 1980-01-01T00:00:00Z volume/javaagent.jar
    inode=$(stat -c %i volume/conf/app.xml)
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 1 file, 4 bytes, 6 skipped'
    same_tree agent volume
    [ "$(stat -c %i volume/conf/app.xml)" = "$inode" ]
}

@test "an upgrade whose files have the size and the time of the version before" {
    # As npm packs (1985), and as a build with one time for all files does.
    for time in 1985-10-26T08:15:00Z 2024-05-06T07:08:09Z; do
        rm -rf one two volume
        for version in one two; do
            mkdir -p $version/lib
            echo "$version 1" >$version/package.json
            echo "$version 2" >$version/lib/index.js
            ln $version/lib/index.js $version/lib/again.js
            find $version -type f -exec touch -d "$time" {} +
        done
        run_tool copy-agent one volume
        run_tool copy-agent two volume
        exits 0
        same_tree two volume
        stat -c '%i %z' volume/*.json volume/lib volume/lib/* >before
        run_tool copy-agent two volume
        ends_saying 'copied 0 files, 0 bytes, 3 skipped'
        stat -c '%i %z' volume/*.json volume/lib volume/lib/* | cmp before -
    done
    mkdir other
    touch -r one/package.json two/package.json
    run_tool copy-agent one/package.json other
    run_tool copy-agent two/package.json other
    cmp two/package.json other/package.json
}

@test "--verify finds what size and time hide" {
    run_tool copy-agent --verify agent volume
    exits 0
    echo xar >volume/javaagent.jar
    touch -r agent/javaagent.jar volume/javaagent.jar
    run_tool copy-agent agent volume
    ends_saying 'copied 0 files'
    run_tool copy-agent --verify agent volume
    exits 0
    ends_saying 'copied 1 file'
    same_tree agent volume
}

@test "a file goes to DEST, or into it if that is a directory" {
    mkdir webapps
    run_tool copy-agent agent/javaagent.jar webapps
    exits 0
    run_tool copy-agent agent/javaagent.jar webapps/other.war
    exits 0
    run_tool copy-agent agent/javaagent.jar new/place/
    exits 0
    cmp agent/javaagent.jar webapps/javaagent.jar
    cmp agent/javaagent.jar webapps/other.war
    cmp agent/javaagent.jar new/place/javaagent.jar
    [ "$(find webapps new | wc -l)" -eq 6 ]
}

@test "a device, a FIFO or standard output as DEST is written to, never replaced" {
    run_tool copy-agent agent/javaagent.jar /dev/stdout
    exits 0
    [ "$output" = jar ]
    ends_saying 'copied 1 file, 4 bytes'
    mkfifo fifo
    timeout 60 cat fifo >received 3>&- &
    run_tool copy-agent agent/conf/app.xml fifo
    exits 0
    wait $!
    [ -p fifo ] && [ "$(cat received)" = conf ]
    run_tool copy-agent --timeout 1s agent/conf/app.xml fifo # nobody reads
    exits 124
    [ -p fifo ]
    run_tool copy-agent --dry-run agent/conf/app.xml fifo
    exits 0
    [ "$output" = 'write fifo' ]
    for option in '--owner 1' '--mode a+r' '--for-uid 1' '--version-dir v' '--render conf' '--exclude x' --verify --prune --sync \
        --keep-privileges --relative-links --follow-dest; do
        # shellcheck disable=SC2086 # two words
        run_tool copy-agent $option agent/conf/app.xml fifo
        refuses_naming "${option%% *}"
    done
    run_tool copy-agent --max-bytes 3 agent/javaagent.jar /dev/stdout
    exits 1
    silent_output
    ends_saying 'SOURCE has 4 bytes, --max-bytes allows 3'
    run_tool copy-agent --max-bytes 3 /proc/self/status /dev/stdout
    exits 1
    silent_output
    run_tool copy-agent --min-files 2 agent/javaagent.jar /dev/stdout
    exits 1
    ends_saying 'SOURCE has 1 file to copy, --min-files expects 2'
    run_tool copy-agent --max-bytes 4 --min-files 1 --jobs 2 agent/javaagent.jar /dev/stdout
    exits 0
    run_tool copy-agent agent fifo
    exits 1
    [ "$(id -u)" -ne 0 ] || mknod null c 1 3
    [ ! -e null ] || {
        run_tool copy-agent agent/conf/app.xml null
        exits 0
        [ -c null ]
    }
}

@test "links out of SOURCE are a warning, --relative-links keeps those within it" {
    mkdir -p agent/ver1/bin
    echo run >agent/ver1/bin/run
    ln -s "$PWD/agent/ver1" agent/current
    ln -s "$PWD/agent/ver1/bin/run" agent/lib/deep/run
    ln -s "$PWD/agent" agent/lib/root
    run_tool copy-agent agent volume
    exits 0
    says '3 symbolic links lead out of SOURCE, to what the app.s container may not have; the first is .*; hint: --relative-links'
    [ "$(readlink volume/current)" = "$PWD/agent/ver1" ]
    ln -s ../outside agent/one
    run_tool copy-agent --relative-links agent volume
    exits 0
    says '1 symbolic link leads out of SOURCE.*the first is one$'
    [ "$(readlink volume/current)" = ver1 ]
    [ "$(readlink volume/lib/deep/run)" = ../../ver1/bin/run ]
    [ "$(readlink volume/lib/root)" = ../. ]
    [ "$(cat volume/lib/deep/run)" = run ]
    run_tool copy-agent --relative-links agent volume
    ends_saying 'copied 0 files'
}

@test "--for-uid fails where a link leads to nothing in DEST" {
    small_volume size=10m,mode=755
    run_tool copy-agent --mode a+rX --exclude lib/one.jar agent volume
    exits 0
    run_tool copy-agent --mode a+rX --exclude lib/one.jar --for-uid 1001 agent volume
    exits 1
    ends_saying 'copied, but link: is a link to lib/one.jar, which UID 1001 cannot reach: No such file or directory; hint: '
}

@test "--for-uid judges what links lead to as that user, not as root" {
    small_volume size=10m,mode=755
    mkdir -m 755 source
    mkdir -m 750 volume/private volume/private/inner
    echo secret >volume/private/file
    echo secret >volume/unreadable
    echo public >volume/readable
    chmod 644 volume/private/file volume/readable
    chmod 640 volume/unreadable
    mkdir -m 755 volume/open
    ln -s open volume/second
    ln -s ./open/../private/file volume/third
    # a target, and whether the user gets to it; the kernel is asked, too
    while read -r target reachable; do
        rm -f source/link volume/link
        ln -s "$target" source/link
        echo "$target"
        run_tool copy-agent --for-uid 1001 source volume
        if [ "$reachable" = yes ]; then
            exits 0
            [[ $target = *elsewhere ]] || setpriv --reuid 1001 --regid 1001 --clear-groups test -r volume/link
        else
            exits 1
            ends_saying "copied, but link: is a link to .*, which UID 1001 cannot reach: $reachable .*; hint: "
            run ! setpriv --reuid 1001 --regid 1001 --clear-groups cat volume/link
        fi
    done <<'END'
readable yes
unreadable Permission
private/file Permission
private Permission
private/.. Permission
./private/inner/../file Permission
second yes
third Permission
readable/ Not
readable/x Not
link Symbolic
../elsewhere yes
/elsewhere yes
second/../../elsewhere yes
open/nothing No
END
}

@test "a link to a file or directory as SOURCE is followed" {
    ln -s agent to-agent
    run_tool copy-agent to-agent volume
    exits 0
    same_tree agent volume
    run_tool copy-agent agent/link file
    exits 0
    [ -f file ] && [ ! -L file ]
}

@test "bad usage" {
    run_tool copy-agent agent
    refuses_naming DEST
    run_tool copy-agent agent volume third
    refuses_naming third
    run_tool copy-agent --mode u+z agent volume
    refuses_naming --mode
    run_tool copy-agent --owner root agent volume
    refuses_naming --owner
    run_tool copy-agent --for-uid me agent volume
    refuses_naming --for-uid
    run_tool copy-agent --version-dir a/b agent volume
    refuses_naming --version-dir
    run_tool copy-agent --version-dir x --link x agent volume
    refuses_naming --link
    run_tool copy-agent --jobs 0 agent volume
    refuses_naming --jobs
    run_tool copy-agent --max-bytes much agent volume
    refuses_naming --max-bytes
    INITKIT_COPY_AGENT_JOBS=many run_tool copy-agent agent volume
    refuses_naming INITKIT_COPY_AGENT_JOBS
    [ ! -e volume ]
}

@test "a SOURCE that is not there is exit 1 and named" {
    run_tool copy-agent nowhere volume
    exits 1
    ends_saying '^copy-agent: volume: not copied: nowhere: .*no such file'
    [ ! -e volume ]
}

@test "DEST within SOURCE, SOURCE itself, and pruning SOURCE are refused before anything is written" {
    run_tool copy-agent agent agent/volume
    exits 2
    [ ! -e agent/volume ]
    mkdir agent/volume
    run_tool copy-agent agent agent/volume
    exits 2
    [ -z "$(ls -A agent/volume)" ]
    rmdir agent/volume
    run_tool copy-agent agent agent/.
    exits 2
    run_tool copy-agent --prune agent/lib agent
    exits 2
    [ -f agent/javaagent.jar ]
}

@test "SOURCE within DEST is fine" {
    run_tool copy-agent agent/lib agent
    exits 0
    cmp agent/one.jar agent/lib/one.jar
}

@test "operands and options come from the environment too" {
    INITKIT_TARGETS='agent volume' INITKIT_COPY_AGENT_EXCLUDE=$'lib\nlogs' run_tool copy-agent
    exits 0
    [ -f volume/conf/app.xml ] && [ ! -e volume/lib ] && [ ! -e volume/logs ]
}

@test "a JSON log is valid whatever names there are" {
    mkfifo $'agent/\xff\n"fifo'
    run_tool copy-agent --log-format json agent volume
    exits 0
    json 'last["event"] == "ready" and last["target"] == "volume" and "copied 7 files" in last["message"]'
    json 'any("FIFO" in line["message"] for line in lines)'
    json 'last["files"] == 7 and last["bytes"] > 0 and last["skipped"] == 0 and last["pruned"] == 0'
    run_tool copy-agent --log-format json agent volume
    json 'last["files"] == 0 and last["bytes"] == 0 and last["skipped"] == 7'
}

@test "the termination log has the reason" {
    touch log
    run_tool copy-agent --termination-log log nowhere volume
    exits 1
    grep -q '^copy-agent: volume: not copied: nowhere' log
}

@test "--exclude, --include: the last match wins, in the order given" {
    run_tool copy-agent --exclude lib --include 'lib/deep/*.jar' agent a
    exits 0
    [ "$(cd a && find . -type f | sort | tr '\n' ' ')" = './conf/app.xml ./javaagent.jar ./lib/deep/two.jar ' ]
    run_tool copy-agent --include 'lib/deep/*.jar' --exclude lib agent b
    exits 0
    [ ! -e b ] || [ -z "$(find b -type f)" ]
    run_tool copy-agent --include '**/*.jar' agent c
    exits 0
    [ "$(cd c && find . -type f | sort | tr '\n' ' ')" = './javaagent.jar ./lib/again.jar ./lib/deep/two.jar ./lib/one.jar ' ]
    [ ! -e c/logs ] && [ ! -e c/conf ]
    run_tool copy-agent --exclude '*.jar' agent d
    exits 0
    [ ! -e d/javaagent.jar ] && [ -e d/lib/one.jar ]
}

@test "--mode overrides modes, X for directories and programs only" {
    chmod 0400 agent/javaagent.jar
    chmod 0700 agent/lib
    chmod 0500 agent/conf/app.xml
    run_tool copy-agent --mode u=rwX,go=rX agent volume
    exits 0
    [ "$(stat -c %a volume/javaagent.jar)" = 644 ]
    [ "$(stat -c %a volume/lib)" = 755 ]
    [ "$(stat -c %a volume/conf/app.xml)" = 755 ]
    run_tool copy-agent --mode 0750 agent volume
    exits 0
    ends_saying 'copied 0 files, 0 bytes, 7 skipped'
    [ "$(stat -c %a volume/javaagent.jar)" = 750 ]
    [ "$(stat -c %a volume/lib)" = 750 ]
}

@test "--owner sets the owner, of links and directories too, and on a second run as well" {
    needs_root
    run_tool copy-agent --owner 1001:1002 agent volume
    exits 0
    [ "$(find volume -mindepth 1 ! \( -uid 1001 -gid 1002 \) | wc -l)" -eq 0 ]
    run_tool copy-agent --chown 1003 agent volume
    exits 0
    [ "$(find volume -mindepth 1 ! -type l ! -uid 1003 | wc -l)" -eq 0 ]
}

@test "a volume with fsGroup: its group and the setgid bit are for all that is made in it, as with cp -r" {
    needs_root
    chmod 755 .
    for place in volume volume/new; do
        rm -rf volume as-cp
        install -d -g 3000 -m 2775 volume as-cp
        run_tool copy-agent agent $place
        exits 0
        cp -r agent/. as-cp
        (cd $place && find . -mindepth 1 -printf '%g %y %p\n' | sort) >first
        (cd as-cp && find . -mindepth 1 -printf '%g %y %p\n' | sort) | diff first -
        [ "$(find $place -type d ! -perm -2000 | wc -l)" -eq 0 ]
        [ "$(find $place -type f -perm /7000 | wc -l)" -eq 0 ]
        run_tool copy-agent agent $place
        ends_saying 'copied 0 files, 0 bytes, 7 skipped'
    done
    run_tool copy-agent --version-dir v1 agent volume
    [ "$(find volume/v1 ! -group 3000 | wc -l)" -eq 0 ]
    [ "$(stat -c %a volume/v1/lib)" = 2755 ]
    run_tool copy-agent --owner 1001:1002 agent volume/other
    [ "$(find volume/other ! -group 1002 | wc -l)" -eq 0 ]
    inside=(setpriv --reuid 1001 --regid 1001 --groups 3000)
    run_tool copy-agent agent volume/ordinary
    inside=()
    exits 0
    [ "$(find volume/ordinary ! -group 3000 | wc -l)" -eq 0 ]
    [ "$(stat -c %a volume/ordinary/lib)" = 2755 ]
}

@test "a setgid directory that is there keeps its group, that bit, and what the group may do" {
    needs_root
    mkdir -p volume/lib volume/logs
    chown 3:3000 volume/lib volume/logs
    chmod 2770 volume/lib
    chmod 2775 volume/logs
    chmod 755 agent/lib
    mkdir -p agent/logs
    chmod 755 agent/logs
    touch -d @1000000000 agent/lib agent/logs
    run_tool copy-agent agent volume
    exits 0
    [ "$(stat -c %a:%u:%g volume/lib volume/logs | paste -sd ' ')" = '2775:0:3000 2775:0:3000' ]
    stat -c '%n %a %Z' volume/* >before
    run_tool copy-agent agent volume
    exits 0
    stat -c '%n %a %Z' volume/* | cmp before -
    run_tool copy-agent --owner 5:6 --mode g-ws agent volume
    exits 0
    [ "$(stat -c %a:%u:%g volume/lib volume/logs | paste -sd ' ')" = '755:5:6 755:5:6' ]
    chmod 1777 volume/logs
    run_tool copy-agent agent volume
    exits 0
    [ "$(stat -c %a volume/logs)" = 1755 ]
    # a setgid directory of SOURCE's own is for its own group
    chgrp 4000 agent/lib
    chmod 2755 agent/lib volume/lib
    run_tool copy-agent agent volume
    exits 0
    [ "$(stat -c %a:%g volume/lib)" = 2755:4000 ]
}

@test "--owner :GID sets the group alone" {
    needs_root
    chown -R 1001 agent
    run_tool copy-agent --owner :1002 agent volume
    exits 0
    [ "$(find volume -mindepth 1 ! \( -uid 1001 -gid 1002 \) | wc -l)" -eq 0 ]
}

@test "--owner that may not be set is exit 1" {
    needs_root
    chmod 755 . && mkdir -m 777 open
    as_user 1001 copy-agent --owner 1002 agent open/volume
    exits 1
    says 'owner cannot be set'
}

@test "--max-bytes refuses before copying" {
    run_tool copy-agent --max-bytes 21 agent volume
    exits 1
    ends_saying '22 bytes.*--max-bytes'
    [ ! -e volume ]
    run_tool copy-agent --max-bytes 22 agent volume
    exits 0
}

@test "--dry-run prints the plan and does nothing" {
    run_tool copy-agent --dry-run agent volume
    exits 0
    [ ! -e volume ]
    prints '^create lib/deep/two.jar$'
    prints '^create logs/$'
    ends_saying 'would copy 7 files, 22 bytes, 0 skipped'
    run_tool copy-agent agent volume
    rm volume/link
    echo more >>volume/conf/app.xml
    echo x >volume/extra
    run_tool copy-agent --dry-run --prune agent volume
    exits 0
    printf 'create link\nreplace conf/app.xml\nprune extra\n' | sort >expected
    grep -v '^adjust' out | sort | diff expected -
    [ -e volume/extra ] && [ ! -e volume/link ]
}

@test "--prune takes away what SOURCE has not, and nothing else" {
    run_tool copy-agent agent volume
    mkdir -p outside volume/old/deep volume/lost+found volume/logs/day
    echo keep >outside/keep
    ln -s "$PWD/outside" volume/old/link
    ln -s "$PWD/outside" volume/lib/link
    touch volume/old/deep/f volume/lost+found/f volume/logs/day/app.log volume/lib/junk
    run_tool copy-agent --prune --writable 'logs/**' agent volume
    exits 0
    ends_saying '4 pruned'
    [ ! -e volume/old ] && [ ! -e volume/lib/junk ] && [ ! -L volume/lib/link ]
    [ -e volume/lost+found/f ] && [ -e volume/logs/day/app.log ]
    [ "$(cat outside/keep)" = keep ]
}

@test "--prune empties no volume: SOURCE must have a file, and --max-prune bounds what goes" {
    run_tool copy-agent agent volume
    find volume | sort >before
    mkdir -p hidden/lib
    run_tool copy-agent --prune --max-prune 100% hidden volume
    exits 1
    ends_saying 'SOURCE has no file, and --prune would empty DEST; hint: '
    touch hidden/lib/README
    run_tool copy-agent --prune hidden volume
    exits 1
    ends_saying '--prune would remove 7 of 8 entries, --max-prune allows 50%; hint: '
    run_tool copy-agent --prune --dry-run hidden volume
    exits 1
    [ "$(grep -c '^prune ' <<<"$output")" -eq 7 ]
    find volume | sort | cmp before -
    run_tool copy-agent --prune --max-prune 6 hidden volume
    exits 1
    run_tool copy-agent --prune --max-prune 88% hidden volume
    exits 0
    same_tree hidden volume
    run_tool copy-agent agent volume
    run_tool copy-agent --prune --max-prune 7 hidden volume
    exits 0
    ends_saying '7 pruned'
    for limit in '' -1 50%% 101% '%' all; do
        run_tool copy-agent --prune "--max-prune=$limit" agent volume
        refuses_naming --max-prune
    done
}

@test "what looks like success and hardly is: warnings, and --min-files" {
    mkdir empty
    run_tool copy-agent empty volume
    exits 0
    says 'empty: has no file to copy; hint: '
    run_tool copy-agent --include 'lib/*.jar' --include '*.war' agent volume
    exits 0
    says '--include \*\.war: matches nothing in SOURCE; hint: '
    [ "$(grep -c 'matches nothing' <<<"$stderr")" -eq 1 ]
    run_tool copy-agent --min-files 8 agent other
    exits 1
    ends_saying 'SOURCE has 7 files to copy, --min-files expects 8; hint: '
    [ ! -e other ]
    run_tool copy-agent --min-files 7 agent other
    exits 0
}

@test "options that do nothing alone, patterns that are none, operands of --install: exit 2" {
    local option
    # shellcheck disable=SC1003 # a backslash that nothing follows
    for option in '--for-gid 1' '--writable logs' '--link now' '--max-prune 1' '--render-prefix A' '--render-files .' \
        '--include [' '--exclude lib/[a-' '--render x\'; do
        # shellcheck disable=SC2086 # two words
        run_tool copy-agent $option agent volume
        refuses_naming "${option%% *}"
    done
    run_tool copy-agent --install bin agent volume
    refuses_naming agent
    [ ! -e volume ] && [ ! -e bin ]
}

@test "--render-files bounds what a template reads" {
    mkdir -p secret other
    echo token >secret/token
    echo other >other/file
    printf '${file:%s/secret/token}' "$PWD" >agent/conf/token.xml
    run_tool copy-agent --render 'conf/token.xml' agent volume
    exits 0
    [ "$(cat volume/conf/token.xml)" = token ]
    run_tool copy-agent --render 'conf/token.xml' --render-files "$PWD/secret" agent another
    exits 0
    [ "$(cat another/conf/token.xml)" = token ]
    run_tool copy-agent --render 'conf/token.xml' --render-files "$PWD/other" agent third
    exits 1
    says "is not below a directory of --render-files"
    [ ! -e third/conf/token.xml ]
    run_tool copy-agent --render-files "" agent volume
    refuses_naming --render-files
}

@test "--render fills in variables, and tells all that is missing before it writes" {
    printf 'name=${NAME}\nuser=${WHO:-nobody}\ncost=$$5 ${sys:x} ${a.b}\n' >agent/conf/app.xml
    printf 'a ${ONE}\n  ${TWO:?say two}\n' >agent/conf/bad.xml
    NAME=web run_tool copy-agent --render 'conf/*' agent volume
    exits 1
    says 'conf/bad.xml:1:3: ONE is not set'
    says 'conf/bad.xml:2:3: TWO: say two'
    [ ! -e volume ]
    rm agent/conf/bad.xml
    NAME=web run_tool copy-agent --render 'conf/*' agent volume
    exits 0
    printf 'name=web\nuser=nobody\ncost=$5 ${sys:x} ${a.b}\n' | cmp - volume/conf/app.xml
    NAME=web run_tool copy-agent --render 'conf/*' agent volume
    exits 0
    ends_saying 'copied 0 files, 0 bytes, 7 skipped'
    NAME=other run_tool copy-agent --render 'conf/*' agent volume
    ends_saying 'copied 1 file'
    grep -q name=other volume/conf/app.xml
    NAME=web APP_NAME=x run_tool copy-agent --render 'conf/*' --render-prefix APP_ agent prefixed
    exits 0
    grep -Fq 'name=${NAME}' prefixed/conf/app.xml
}

@test "--version-dir publishes a tree and swings the link" {
    run_tool copy-agent --version-dir v1 agent volume
    exits 0
    same_tree agent volume/current
    [ "$(readlink volume/current)" = v1 ]
    inode=$(stat -c %i volume/v1)
    run_tool copy-agent --version-dir v1 agent volume
    exits 0
    ends_saying 'copied 0 files'
    [ "$(stat -c %i volume/v1)" = "$inode" ]
    rm agent/javaagent.jar
    echo new >agent/new
    run_tool copy-agent --version-dir v2 --link now agent volume
    exits 0
    same_tree agent volume/now
    [ -e volume/current/javaagent.jar ]
    run_tool copy-agent --version-dir v1 agent volume
    exits 0
    same_tree agent volume/current
    no_litter volume
}

@test "--version-dir: the link's name is taken by a directory" {
    mkdir -p volume/current
    run_tool copy-agent --version-dir v1 agent volume
    exits 1
    ends_saying 'current'
}

@test "--for-uid proves that the user can use it, and names what it cannot" {
    small_volume size=10m,mode=755
    run_tool copy-agent --for-uid 1001 agent volume
    exits 0
    chmod 600 agent/conf/app.xml
    chmod 700 agent/lib/deep
    run_tool copy-agent --for-uid 1001 agent volume
    exits 1
    says 'conf/app.xml: UID 1001 cannot read it'
    says 'lib/deep: UID 1001 cannot enter it'
    says_times 2 'UID 1001'
    ends_saying '^copy-agent: volume: copied, but .*UID 1001 cannot'
    run_tool copy-agent --for-uid 1001 --mode a+rX agent volume
    exits 0
    run_tool copy-agent --for-uid 1001 --mode a+rX --writable logs agent volume
    exits 1
    says 'logs: UID 1001 cannot write it'
    run_tool copy-agent --for-uid 1001 --mode a+rX,o+w --writable logs agent volume
    exits 0
    chmod 750 volume
    run_tool copy-agent --for-uid 1001 --mode a+rX agent volume
    exits 1
    says 'volume: UID 1001 cannot enter it .*; hint: it was there before, and --mode and --owner leave it alone'
}

@test "--for-uid agrees with the kernel, ACLs and groups included" {
    needs_root
    command -v setfacl >/dev/null || skip "no setfacl"
    small_volume size=10m,mode=755
    mkdir volume/source
    "$bin/copy-agent" -q --mode a+rX agent volume/source
    cd volume/source
    setfacl -m u:1001:0 javaagent.jar || skip "no ACLs on this file system"
    setfacl -m u:1001:rx,m::x conf
    chgrp 2000 lib/one.jar && chmod 640 lib/one.jar
    setfacl -m g:2001:r lib/deep/note.txt && chmod o= lib/deep/note.txt
    cd ../..
    seen=
    for file in javaagent.jar lib/one.jar lib/deep/note.txt conf/app.xml; do
        for user in 1001 1002; do
            for group in 3000 2000 2001; do
                expected=0
                setpriv --reuid $user --regid $group --clear-groups cat "volume/source/$file" >/dev/null 2>&1 || expected=1
                run_tool copy-agent --include "$file" --for-uid $user --for-gid $group volume/source "volume/copy"
                exits $expected
                seen+=$expected
                rm -rf volume/copy
            done
        done
    done
    [[ $seen == *0* && $seen == *1* ]]
}

@test "a plan that cannot be written is a failure" {
    local status=0
    rm -rf agent
    mkdir agent
    echo one >agent/only
    "$bin/copy-agent" --dry-run agent volume >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
    grep -q 'standard output: cannot be written: No space left on device' err
}

@test "without --for-uid, what others cannot read is a warning" {
    chmod 600 agent/conf/app.xml
    run_tool copy-agent agent volume
    exits 0
    says 'conf/app.xml is not readable for others; hint:.*--mode a\+rX'
    run_tool copy-agent --mode a+rX agent volume
    says_not 'not readable'
}

@test "--install puts the binary there, and it runs" {
    mkdir bin
    run_tool copy-agent --install bin
    exits 0
    bin=bin run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
    run_tool copy-agent --install nowhere
    exits 1
    ends_saying nowhere
}

@test "--progress reports progress" {
    head -c 300000000 /dev/zero >agent/large
    command -v strace >/dev/null || skip "no strace"
    inside=("${traced[@]}" -o trace -e "inject=write,copy_file_range:delay_enter=5000")
    run_tool copy-agent --progress --jobs 1 agent volume
    exits 0
    says '^copy-agent: volume: [0-9]+ of 8 files, [0-9.]+ of 286.1 MiB \([0-9]+ %\), [0-9.]+ MiB/s$'
}

@test "options of attempts: the one attempt's time counts, delays mean nothing and are not told of" {
    INITKIT_INTERVAL=1s run_tool copy-agent --interval 2s --backoff 3 --max-interval 4s --once agent volume
    exits 0
    run_tool copy-agent --help
    prints "--attempt-timeout"
    ! grep -qE -- '--(interval|backoff|max-interval)' out || report "delays are told of"
    head -c 200M /dev/zero >agent/large
    run_tool copy-agent --attempt-timeout 20ms agent volume2
    exits 124
}

@test "--timeout ends it with 124, --warn-only makes that 0" {
    head -c 300000000 /dev/zero >agent/large
    run_tool copy-agent --timeout 20ms agent volume
    exits 124
    ends_saying 'timed out'
    [ ! -e volume/large ]
    no_litter volume
    run_tool copy-agent --timeout 20ms --warn-only agent volume2
    exits 0
}
