#!/usr/bin/env bats
# copy-agent called as cp, through a link of that name, for images whose init command is cp.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

prepare() {
    mkdir -p links autoinstrumentation/lib opt/appdynamics/ver20.8.0.30686/conf opt/temp
    ln -s "$bin/copy-agent" links/cp
    echo jar >javaagent.jar
    echo so >autoinstrumentation/lib/agent.so
    echo hidden >autoinstrumentation/.hidden
    ln -s lib/agent.so autoinstrumentation/link
    echo license >opt/appdynamics/LICENSE
    echo xml >opt/appdynamics/ver20.8.0.30686/conf/app.xml
}

cp_tool() {
    bin=links run_tool cp "$@"
}

@test "the OpenTelemetry operator's commands" {
    mkdir otel-auto-instrumentation
    cp_tool /"${PWD#/}/javaagent.jar" "$PWD/otel-auto-instrumentation/javaagent.jar"
    exits 0
    cmp javaagent.jar otel-auto-instrumentation/javaagent.jar
    cp_tool -r "$PWD/autoinstrumentation/." "$PWD/otel-auto-instrumentation"
    exits 0
    rm otel-auto-instrumentation/javaagent.jar
    same_tree autoinstrumentation otel-auto-instrumentation
    cp_tool -r "$PWD/autoinstrumentation/." "$PWD/otel-auto-instrumentation"
    exits 0
}

@test "AppDynamics' command, from a shell, again and again" {
    local _
    for _ in 1 2 3; do
        PATH=$PWD/links:$PATH sh -c "cp -r opt/appdynamics/. opt/temp"
        same_tree opt/appdynamics opt/temp
    done
}

@test "initkit through a link of that name does the same" {
    [ -x "$bin/initkit" ] || skip "no initkit"
    ln -sf "$bin/initkit" links/cp
    cp_tool -r opt/appdynamics/. opt/temp
    exits 0
    same_tree opt/appdynamics opt/temp
    run_tool initkit cp -r opt/appdynamics/. opt/other
    exits 0
    same_tree opt/appdynamics opt/other
}

# Whatever GNU cp makes of it in one place, the link makes in another.
like_cp() {
    rm -rf theirs ours
    mkdir theirs ours
    local place expected=0
    for place in theirs ours; do
        (cd $place && mkdir -p into/existing src/sub && echo a >src/a && echo b >src/sub/b && echo old >into/a && ln -s a src/l)
    done
    (cd theirs && /bin/cp "$@") >/dev/null 2>&1 || expected=$?
    status=0
    (cd ours && ../links/cp "$@") >out 2>err </dev/null || status=$?
    gather
    exits $expected
    same_tree theirs ours time,directories,mode
}

@test "the same places and exit codes as cp's" {
    like_cp -r src new
    like_cp -r src into
    like_cp -r src/. into
    like_cp -r src/ into/
    like_cp -R src into/existing
    like_cp -a src into
    like_cp -rf src/sub src/a into
    like_cp -p src/a into
    like_cp -pf src/a into/renamed
    like_cp src/a src/sub/b into
    like_cp src/l into
    like_cp -r src/l into
    like_cp -d src/l into
    like_cp -t into src/a src/sub/b
    like_cp -rT src into
    like_cp src into
    like_cp nowhere into
    like_cp src/a nowhere/b
    like_cp src/a nowhere/
    like_cp src/a src/sub/b nowhere
    like_cp src/a nowhere src/sub/b into
    like_cp src/a
    like_cp --no-such-option src/a into
    like_cp -r src src/inside || true
}

@test "directories that are there keep their mode, owner and times, as with cp -r; -p and -a set them, as with cp -p" {
    local option place directory
    for option in -r -rp -a; do
        for place in theirs ours; do
            rm -rf $place
            mkdir -p $place/from/d/e $place/to/from/d
            touch -d @1000000001 $place/from/file
            chmod 755 $place/from $place/from/d
            chmod 2770 $place/to/from/d
            chmod 1777 $place/to/from $place/to
            [ "$(id -u)" -ne 0 ] || chown 3:3000 $place/to/from/d
            touch -d @1000000000 $place/from/d/e $place/from/d $place/from
        done
        /bin/cp $option theirs/from theirs/to
        cp_tool $option ours/from ours/to
        exits 0
        if [ $option = -r ]; then
            same_tree theirs/to ours/to time
        else
            same_tree theirs/to ours/to
        fi
        /bin/cp $option theirs/from/. theirs/to
        cp_tool $option ours/from/. ours/to
        exits 0
        [ "$(stat -c %a:%u:%g theirs/to)" = "$(stat -c %a:%u:%g ours/to)" ]
    done
}

@test "an ordinary user's cp -r writes into a directory of mode 0555 that it made, and leaves it so" {
    needs_root
    mkdir -m 755 from
    mkdir -m 777 to
    mkdir -m 555 from/read-only
    echo one >from/read-only/file
    bin=links as_user 65532 cp -r from to
    exits 0
    [ "$(stat -c %a:%u to/from/read-only)" = 555:65532 ]
    echo other >from/read-only/file
    mkdir -m 705 from/read-only/more
    bin=links as_user 65532 cp -r from to
    exits 0
    [ "$(cat to/from/read-only/file)" = other ]
    [ "$(stat -c %a to/from/read-only to/from/read-only/more | paste -sd ' ')" = '555 705' ]
}

@test "a directory that a killed cp -r made has its mode in the next run" {
    release_build
    mkdir -m 755 from
    mkdir -m 751 from/inner
    head -c 1000000 /dev/zero >from/inner/file
    traced_until_killed() {
        strace -f -o /dev/null -e trace=copy_file_range,sendfile -e inject=copy_file_range,sendfile:signal=KILL "$PWD/links/cp" -r from to 2>err
    }
    traced_until_killed || true
    [ -d to/inner ] && [ ! -e to/inner/file ]
    cp_tool -r from/. to
    exits 0
    [ "$(stat -c %a to/inner)" = 751 ]
}

@test "a device or standard output is written to" {
    "$PWD/links/cp" /etc/hostname /dev/stdout 2>err | cmp - /etc/hostname
    mkfifo fifo
    timeout 60 cat fifo >received 3>&- &
    "$PWD/links/cp" /etc/hostname fifo 2>err
    wait $!
    cmp received /etc/hostname
    [ -p fifo ]
    "$PWD/links/cp" /etc/hostname /dev/null 2>err
    [ -c /dev/null ]
}

@test "what cp -l linked is SOURCE's own, and no later run changes its mode" {
    mkdir from
    echo one >from/file
    chmod 600 from/file
    cp_tool -rl from to
    exits 0
    [ from/file -ef to/file ]
    run_tool copy-agent --mode a+r from to
    exits 0
    [ "$(stat -c %a from/file to/file | paste -sd ' ')" = '600 644' ]
}

@test "cp -i asks, and without an answer keeps what is there; it ends at a signal" {
    mkdir into
    echo old | tee into/javaagent.jar >into/other
    status=0
    echo y | "$PWD/links/cp" -i javaagent.jar into >out 2>err || status=$?
    gather
    exits 0
    says "^cp: overwrite 'into/javaagent.jar'\? "
    [ "$(cat into/javaagent.jar)" = jar ]
    cp_tool -i autoinstrumentation/lib/agent.so into/other
    exits 0
    [ "$(cat into/other)" = old ]
    mkfifo silence
    exec 8<>silence
    "$PWD/links/cp" -i javaagent.jar into/other <silence >out 2>err 3>&- &
    tool=$!
    until_true 10 grep -q overwrite err
    kill -TERM $tool
    status=0
    wait $tool || status=$?
    exec 8>&-
    [ "$status" -eq 143 ]
    [ "$(cat into/other)" = old ]
}

@test "what cp refuses it names, with what to use instead" {
    cp_tool -b javaagent.jar new
    exits 1
    ends_saying '^cp: -b, --backup and --suffix are not supported; hint: copy-agent --version-dir'
    cp_tool -Z javaagent.jar new
    exits 0
    says '^cp: -c, -Z, --context: ignored'
    cp_tool nowhere opt new
    exits 1
    ends_saying "^cp: target 'new' is not a directory"
    cp_tool nowhere autoinstrumentation opt
    exits 1
    says "^cp: cannot stat 'nowhere': No such file or directory"
    ends_saying "^cp: -r not specified; omitting directory 'autoinstrumentation'"
    cp_tool --help
    exits 0
    prints '^ +--parents'
    silent_errors
}

@test "cp -x does not enter what is mounted in SOURCE" {
    small_volume size=1m
    mkdir -p from/mounted
    echo in >volume/in
    mount --bind volume from/mounted || skip "no mounts"
    echo "$PWD/from/mounted" >>"$BATS_TEST_TMPDIR/mounts"
    cp_tool -rx from to
    exits 0
    [ -d to/mounted ] && [ ! -e to/mounted/in ]
    cp_tool -r from/. to
    exits 0
    [ "$(cat to/mounted/in)" = in ]
}

@test "cp is held to DEST by the kernel" {
    [ -e /usr/bin/strace ] || skip "needs strace"
    mkdir into
    strace -f -o calls -e trace=landlock_restrict_self "$PWD/links/cp" -r /etc/hostname into 2>err
    grep -q 'landlock_restrict_self(.*) = [0-9]' calls || skip "this kernel has no Landlock"
    [ -f into/hostname ]
}

@test "a signal is cp's own affair: 143" {
    small_volume size=3g
    head -c 1000000000 /dev/zero | tr '\0' x >huge
    "$PWD/links/cp" huge volume 2>err 3>&- &
    tool=$!
    until_true 10 sh -c 'ls volume/.initkit-copy-*/*/f'
    kill -TERM $tool
    status=0
    wait $tool || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A volume)" ]
}

@test "more than 200 commands do what GNU cp does, or it is written down why ours is the better one" {
    needs_root
    [ -z "$emulated" ] || skip "compares with this machine's programs"
    cp --version | grep -q 'GNU coreutils) 9.1' || skip "the table is GNU cp 9.1's"
    INITKIT_BIN=$bin "$repository/tests/differential/cp"
}
