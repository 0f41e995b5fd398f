#!/usr/bin/env bats
# initkit, all tools in one file: called with a tool's name, through a link of that name, and installing itself.
#
# start_tcp sets the variable that is named in its call, run_tool sets others; and `bin` and `inside` are for one test
# alone:
# shellcheck disable=SC2154,SC2030,SC2031

load lib

@test "list prints the tools, one a line" {
    run_tool initkit --list
    exits 0
    silent_errors
    grep -qx wait-for-dns out
    grep -qx wait-for-tcp out
    [ "$(sort -u out | wc -l)" -eq "$(wc -l <out)" ]
    ! grep -q initkit out || report "initkit is no tool"
}

@test "every tool that it lists is one" {
    local tool
    run_tool initkit --list
    mapfile -t listed <out
    [ "${#listed[@]}" -ge 2 ]
    for tool in "${listed[@]}"; do
        run_tool initkit "$tool" --help
        exits 0
        prints "$tool"
    done
}

@test "initkit TOOL runs that tool, in its name" {
    start_tcp port "127.0.0.1:0" "127.0.0.1:0 bound"
    run_tool initkit wait-for-tcp --timeout 5s "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "^wait-for-tcp: 127\.0\.0\.1:${port[0]}: ready after"
    run_tool initkit wait-for-tcp --timeout 300ms "127.0.0.1:${port[1]}"
    exits 124
    run_tool initkit wait-for-tcp --timeout x "127.0.0.1:${port[1]}"
    refuses_naming --timeout
}

@test "the tool's variables count through initkit too" {
    start_tcp port "127.0.0.1:0 bound"
    INITKIT_WAIT_FOR_TCP_TIMEOUT=300ms INITKIT_TIMEOUT=35s run_tool initkit wait-for-tcp "127.0.0.1:${port[0]}"
    exits 124
    took_less_than 3000
}

@test "a signal ends the tool through initkit too" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 10 err_has refused
    kill -TERM "$tool"
    wait_tool
    exits 143
}

@test "a link of a tool's name is that tool" {
    start_tcp port "127.0.0.1:0"
    mkdir links
    ln -s "$bin/initkit" links/wait-for-tcp
    bin=$PWD/links run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "^wait-for-tcp: "
    cd links
    PATH=$PWD:$PATH wait-for-tcp "127.0.0.1:${port[0]}"
    ./wait-for-tcp --help | grep -q HOST:PORT
}

@test "a copy or a hard link of a tool's name is that tool" {
    start_tcp port "127.0.0.1:0"
    cp "$bin/initkit" wait-for-tcp
    bin=. run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "ready after"
}

@test "any other name of the file is initkit" {
    ln -s "$bin/initkit" something
    bin=. run_tool something --list
    exits 0
    grep -qx wait-for-tcp out
}

@test "no tool, or one that is none, is a usage error that says where to look" {
    run_tool initkit
    refuses_naming --list
    run_tool initkit wait-for-godot localhost:80
    refuses_naming wait-for-godot
    says "--list|wait-for-tcp"
    run_tool initkit --nonsense
    refuses_naming --nonsense
    run_tool initkit https://user:S3cret@h/x=/y
    refuses_naming "https://h/x=/y: no such tool"
    says_not S3cret
}

@test "help and version go to standard output" {
    run_tool initkit --help
    exits 0
    silent_errors
    prints "--install"
    prints "--list"
    run_tool initkit --version
    exits 0
    silent_errors
    prints "initkit"
    prints "c-ares [0-9]"
}

@test "install puts itself and the links there, and they work" {
    start_tcp port "127.0.0.1:0"
    mkdir tools
    run_tool initkit --install tools
    exits 0
    cmp "$bin/initkit" tools/initkit
    [ -x tools/initkit ]
    [ -L tools/wait-for-tcp ]
    [ -L tools/wait-for-dns ]
    bin=$PWD/tools run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
    bin=$PWD/tools run_tool wait-for-dns --help
    exits 0
    # The volume may be mounted elsewhere in the next container.
    mv tools elsewhere
    bin=$PWD/elsewhere run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
}

@test "install can be repeated, also over what an earlier run left" {
    mkdir tools
    echo old >tools/initkit
    ln -s nowhere tools/wait-for-tcp
    echo old >tools/wait-for-dns
    echo keep >tools/other
    run_tool initkit --install tools
    exits 0
    run_tool initkit --install tools
    exits 0
    cmp "$bin/initkit" tools/initkit
    bin=$PWD/tools run_tool wait-for-tcp --help
    exits 0
    bin=$PWD/tools run_tool wait-for-dns --help
    exits 0
    [ "$(cat tools/other)" = keep ]
    run_tool initkit --list
    [ "$(find tools -mindepth 1 -printf '%f\n' | sort)" = "$(printf '%s\n' initkit other "$output" | sort)" ] ||
        report "$(ls -A tools)"
}

@test "install replaces a file that is running" {
    start_tcp port "127.0.0.1:0 when open"
    mkdir tools
    run_tool initkit --install tools
    begin tools/initkit wait-for-tcp --timeout 20s "127.0.0.1:${port[0]}" 2>running.err
    local running=$started
    until_true 10 grep -q refused running.err
    run_tool initkit --install tools
    exits 0
    touch open
    wait "$running"
}

@test "install from the installed file, and from the place itself" {
    mkdir tools more
    run_tool initkit --install tools
    bin=$PWD/tools run_tool initkit --install more
    exits 0
    cmp "$bin/initkit" more/initkit
    bin=$PWD/tools run_tool initkit --install tools
    exits 0
    cmp "$bin/initkit" tools/initkit
}

@test "install makes what any user may run, whatever the umask" {
    mkdir tools
    umask 077
    run_tool initkit --install tools
    exits 0
    [ "$(stat -c %a tools/initkit)" = 755 ] || report "mode $(stat -c %a tools/initkit)"
}

@test "install where it may not is a failure that names the place" {
    touch plain
    run_tool initkit --install plain
    exits 1
    says "plain"
    run_tool initkit --install none/tools
    exits 1
    says "none/tools"
}

@test "install without a directory is a usage error" {
    run_tool initkit --install
    refuses_naming --install
    run_tool initkit --install ""
    refuses_naming --install
}

@test "install on a full disk is a failure and leaves no part behind" {
    mkdir small
    own_files "mount -t tmpfs -o size=16k tmpfs small"
    run_tool initkit --install small
    exits 1
    says "space|full"
    [ -z "$("${inside[@]}" ls -A small)" ] || report "left behind: $("${inside[@]}" ls -A small)"
}

@test "install where programs may not run is a failure that says so" {
    mkdir small
    own_files "mount -t tmpfs -o noexec tmpfs small"
    run_tool initkit --install small
    exits 1
    says "small.*noexec"
}

# complete_words WORD...: what bash would offer for the last of them.
complete_words() {
    # shellcheck source=cmd/initkit/completion.bash
    . "$BATS_TEST_DIRNAME/../../cmd/initkit/completion.bash"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _initkit
    echo "${COMPREPLY[*]}"
}

@test "bash completes tools, the tool's own options, and the words that an option takes" {
    [ "$(complete_words initkit wait)" = "$("$bin/initkit" --list | grep ^wait | paste -sd ' ')" ]
    [ "$(complete_words wait-for-tcp --all)" = --all-addresses ]
    [ "$(complete_words initkit wait-for-tcp --once --all)" = --all-addresses ]
    [ "$(complete_words wait-for-dns --all)" = "" ]
    [ "$(complete_words /bin/tls-check --profile s)" = strict ]
    [ "$(complete_words initkit r)" = run ]
    [ "$(complete_words initkit run --th)" = --then ]
    [ "$(complete_words initkit run copy-a)" = copy-agent ]
    [ "$(complete_words initkit run --timeout 2m copy-agent --dry)" = --dry-run ]
    [ "$(complete_words initkit run copy-agent a b --then wait-for-tcp --all)" = --all-addresses ]
    [ "$(complete_words initkit run copy-agent a b --th)" = --then ]
    [ "$(complete_words copy-agent a b --th)" = "" ]
    [ "$(complete_words initkit run copy-agent a b --exec wait-for-tcp --all)" = "" ]
}

@test "initkit --version names each library of each tool once" {
    local tool
    run_tool initkit --version
    exits 0
    tail -n +2 out | sort >union
    "$bin/initkit" --list >tools
    while read -r tool; do
        "$bin/initkit" "$tool" --version | tail -n +2
    done <tools | sort -u >expected
    [ "$(wc -l <expected)" -gt 1 ]
    diff expected union
}

@test "options in front of a tool's name are refused with the right order" {
    run_tool initkit --log-level debug wait-for-tcp --gone mydb:3306
    exits 2
    says 'wait-for-tcp: options go behind the tool.s name: initkit TOOL'
}

### What the pages say

# Steps of the commands in a table's last column, a file each, words ended by NUL. HEX and URL stand for what a reader has. Behind the
# steps is a mistake: if it is the first one that is found, the tools took the words before it.
page_steps() {
    "$python" - "$1" <<'CODE'
import re, shlex, sys
rows = [re.split(r"(?<!\\)\|", line)[-2] for line in open(sys.argv[1]) if re.match(r"\|.*\|.*\|$", line)]
spans = [span.replace("\\|", "|") for row in rows for span in re.findall(r"`([^`]+)`", row)]
commands = [span for span in spans if re.match(r"(initkit|wait-for-\w+|fetch-config|copy-agent|tls-check) ", span)]
for number, command in enumerate(commands):
    words = [re.sub("^URL(?==|$)", "http://h/", word.replace("HEX", "0" * 64)) for word in shlex.split(command)]
    words = words[2:] if words[:2] == ["initkit", "run"] else words
    end = words.index("--exec") if "--exec" in words else len(words)
    words[end:end] = ["--then", "copy-agent", "--no-such-option"]
    with open(f"{number}.steps", "w") as file:
        file.write("".join(word + "\0" for word in words))
CODE
}

@test "every command in the page about migration is accepted" {
    local file words
    page_steps "$repository/examples/migration.md"
    for file in *.steps; do
        mapfile -d '' words <"$file"
        run_tool initkit run --termination-log= "${words[@]}"
        refuses_naming ", copy-agent: --no-such-option"
    done
    [ "$(find . -name '*.steps' | wc -l)" -ge 60 ]
}
