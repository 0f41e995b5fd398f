#!/usr/bin/env bats
# wait-for-dns --write: the records in a file, atomically, in each format.
#
# start_dns sets the variable that is named in its call, run_tool sets others:
# shellcheck disable=SC2154,SC2030,SC2031

load lib
load wait-for-dns

members_zone() {
    cat <<'ZONE'
db.test A 192.0.2.2 192.0.2.1
db.test AAAA 2001:db8::1
_pg._tcp.test SRV "0 5 5432 db-0.test" "0 5 5432 db-1.test"
odd.test TXT "a'b \"c\" \\\\ $(id) `id` \x01\xff é"
ZONE
}

@test "write: lines, a record each" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members db.test
    exits 0
    [ "$(sort members)" = "$(printf '192.0.2.1\n192.0.2.2\n2001:db8::1')" ] || report "$(cat members)"
}

@test "write: with several names each line begins with the name" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members db.test/A _pg._tcp.test/SRV
    exits 0
    [ "$(grep -c '^db\.test 192\.0\.2\.[12]$' members)" -eq 2 ] || report "$(cat members)"
    [ "$(grep -c '^_pg\._tcp\.test 0 5 5432 db-[01]\.test' members)" -eq 2 ] || report "$(cat members)"
    [ "$(wc -l <members)" -eq 4 ] || report "$(cat members)"
}

@test "write: the records are in an order of their own, not the server's" {
    start_dns dns <<'ZONE'
db.test A first 1 192.0.2.10 192.0.2.9 192.0.2.1
db.test A 192.0.2.1 192.0.2.10 192.0.2.9
ZONE
    wait_for --write first db.test/A
    exits 0
    wait_for --write second db.test/A
    exits 0
    cmp first second
}

@test "write: json is valid whatever the records hold" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format json db.test _pg._tcp.test/SRV odd.test/TXT
    exits 0
    "$python" - <<'PYTHON'
import json
with open("members", "rb") as members:
    names = json.loads(members.read().decode("utf-8"))
assert [each["name"] for each in names] == ["db.test", "_pg._tcp.test", "odd.test"], names
assert names[0]["records"] == [{"type": "A", "value": "192.0.2.1"}, {"type": "A", "value": "192.0.2.2"},
                               {"type": "AAAA", "value": "2001:db8::1"}], names
assert [each["value"] for each in names[1]["records"]] == ["0 5 5432 db-0.test", "0 5 5432 db-1.test"], names
PYTHON
}

@test "write: env can be sourced by a shell whatever the records hold" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format env db.test _pg._tcp.test/SRV odd.test/TXT
    exits 0
    # shellcheck disable=SC2016 # for the inner shell
    env -i PATH="$PATH" sh -euc '. ./members; echo "$DB_TEST"; echo "$_PG__TCP_TEST_SRV"; echo "$ODD_TEST_TXT"' >sourced
    [ "$(sed -n 1p sourced)" = "192.0.2.1 192.0.2.2 2001:db8::1" ] || report "$(cat members)"
    [ "$(sed -n 2,3p sourced)" = $'0 5 5432 db-0.test\n0 5 5432 db-1.test' ] || report "$(cat members)"
    # shellcheck disable=SC2016 # these are the bytes that came
    grep -Fq '$(id) `id`' sourced || report "$(cat members)"
}

@test "write: a blank or what a shell acts on within a name makes no second record, in any format" {
    start_dns dns <<'ZONE'
1.2.0.192.in-addr.arpa PTR "good.test evil.test" "*.test" "'; touch pwned; '.test" "$(touch pwned).test" "a\nb.test"
_pg._tcp.test SRV "0 5 5432 a 0 5 5432 b.test"
mail.test MX "10 a 20 b.test"
alias.test CNAME "c d.test"
"c d.test" A 192.0.2.1
ZONE
    local wanted
    wanted='\036\040touch\032pwned\041.test \039\059\032touch\032pwned\059\032\039.test \042.test a\092nb.test good.test\032evil.test'
    wait_for --write members 192.0.2.1/PTR
    exits 0
    # shellcheck disable=SC2086 # each word a line
    [ "$(cat members)" = "$(printf '%s\n' ${wanted//\\/\\})" ] || report "$(cat members)"
    wait_for --write members 192.0.2.1/PTR _pg._tcp.test/SRV mail.test/MX alias.test/CNAME
    exits 0
    [ "$(awk '$1 == "192.0.2.1"' members | wc -l)" = 5 ] || report "$(cat members)"
    [ "$(awk 'NF > 2' members)" = '_pg._tcp.test 0 5 5432 a\0320\0325\0325432\032b.test
mail.test 10 a\03220\032b.test' ] || report "$(cat members)"
    grep -qx 'alias.test c\\032d.test' members || report "$(cat members)"
    wait_for --write members --write-format json 192.0.2.1/PTR
    exits 0
    "$python" -c 'import json; records = json.load(open("members"))[0]["records"]; assert len(records) == 5 and records[4]["value"] == "good.test\\032evil.test", records'
    wait_for --write members --write-format env 192.0.2.1/PTR _pg._tcp.test/SRV
    exits 0
    mkdir sourcing
    cp members sourcing
    # shellcheck disable=SC2016 # for the inner shell; without quotes, as people write it
    (cd sourcing && env -i PATH="$PATH" sh -euc '. ./members; for word in $_192_0_2_1_PTR; do printf "%s\n" "$word"; done' >../sourced)
    # shellcheck disable=SC2086
    [ "$(cat sourced)" = "$(printf '%s\n' ${wanted//\\/\\})" ] || report "$(cat sourced)"
    [ -z "$(find . -name pwned)" ]
    [ "$(ls sourcing)" = members ]
}

@test "write: hosts is a hosts file" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format hosts db.test
    exits 0
    [ "$(cat members)" = $'192.0.2.1 db.test\n192.0.2.2 db.test\n2001:db8::1 db.test' ] || report "$(cat members)"
}

@test "write: what is no address cannot be in a hosts file: a usage error" {
    run_tool wait-for-dns --write members --write-format hosts _pg._tcp.test/SRV
    refuses_naming --write-format
}

@test "write: any user may read it, whatever the umask" {
    start_dns dns <<<'db.test A 192.0.2.1'
    umask 077
    wait_for --write members db.test
    exits 0
    [ "$(stat -c %a members)" = 644 ] || report "mode $(stat -c %a members)"
}

@test "write: what a killed run left beside the file goes, what a living one holds stays" {
    start_dns dns <<<'db.test A 192.0.2.1'
    # The names that a run gives to what it has not finished; it keeps a lock on it while it lives.
    echo part >.members.initkit-1-0
    begin flock .members.initkit-2-0 sleep 60
    until_true 10 test -e .members.initkit-2-0
    until_true 10 eval "! flock --nonblock .members.initkit-2-0 true"
    wait_for --write members db.test
    exits 0
    [ "$(find . -name '.members*')" = ./.members.initkit-2-0 ] || report "$(ls -A)"
    [ "$(cat members)" = 192.0.2.1 ]
}

@test "write: a read-only volume and a file that is itself a mount are failures with a hint" {
    mkdir volume
    touch member
    own_files "touch volume/mounted; mount --bind volume volume; mount --bind member volume/mounted
        mkdir readonly; mount -t tmpfs tmpfs readonly; mount -o remount,ro readonly"
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --write readonly/members db.test
    exits 1
    ends_saying "readonly/members.*hint: .*mount a volume"
    wait_for --write volume/mounted db.test
    exits 1
    ends_saying "volume/mounted.*hint: .*itself is a mount"
    [ -z "$(find volume -name '.*initkit*')" ] || report "left behind: $(ls -A volume)"
}

@test "write: what is not a file is neither written to nor replaced" {
    start_dns dns <<<'db.test A 192.0.2.1'
    mkfifo pipe
    wait_for --write pipe db.test
    exits 1
    ends_saying "pipe: is a FIFO, not a file; hint: .*only -, /dev/stdout, /dev/stderr and /dev/null"
    [ -p pipe ]
    wait_for --write /dev/stdout db.test
    exits 0
    [ "$output" = 192.0.2.1 ]
}

@test "write: names of every form become names of variables and hosts" {
    start_dns dns <<<'*.test A 192.0.2.1'
    wait_for --write members --write-format env 0-db.shop.test.
    exits 0
    [ "$(cat members)" = "_0_DB_SHOP_TEST='192.0.2.1'" ] || report "$(cat members)"
    wait_for --write members --write-format hosts db.test.
    exits 0
    [ "$(cat members)" = "192.0.2.1 db.test" ] || report "$(cat members)"
}

@test "write: two runs at the same time leave a whole file" {
    start_dns dns <<<'db.test A MANY 1000'
    local i runs=()
    for i in 1 2 3 4 5 6; do
        begin "$bin/wait-for-dns" -q --nameserver "$dns" --no-search --write members db.test/A
        runs+=("$started")
    done
    for i in "${runs[@]}"; do wait "$i"; done
    [ "$(wc -l <members)" -eq 1000 ]
    [ -z "$(find . -name '.members*')" ] || report "left behind: $(ls -A)"
}

@test "write: bytes of a record cannot forge another line" {
    start_dns dns <<<'evil.test TXT "one\n10.6.6.6 db.test\r\ntwo"'
    local format
    for format in lines env hosts; do
        wait_for --write members --write-format "$format" evil.test/TXT
        if [ "$status" -eq 0 ]; then
            ! grep -q '^10\.6\.6\.6' members || report "$format: $(cat members)"
        fi
    done
}

@test "write: - is standard output" {
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --write - db.test
    exits 0
    [ "$output" = 192.0.2.1 ] || report "expected the record alone"
}

@test "write: nothing is written while the name is not ready" {
    start_dns dns <<<'db.test A 192.0.2.1'
    echo before >members
    wait_in_vain_for --min-records 2 --write members db.test
    [ "$(cat members)" = before ]
    wait_in_vain_for --min-records 2 --write none db.test
    [ ! -e none ]
    [ -z "$(find . -name '*members?*' -o -name '*none?*')" ] || report "left behind: $(ls -A)"
}

@test "write: an earlier file is replaced, its readers keep the old one" {
    start_dns dns <<<'db.test A 192.0.2.1'
    echo before >members
    exec 7<members
    wait_for --write members db.test
    exits 0
    [ "$(cat <&7)" = before ] || report "the file was written in place"
    [ "$(cat members)" = 192.0.2.1 ]
}

@test "write: a reader never sees a part" {
    start_dns dns <<<'db.test A MANY 1000'
    wait_for --write members db.test/A
    exits 0
    cp members whole
    # shellcheck disable=SC2016 # for the inner shell
    begin sh -c 'while [ ! -e finished ]; do cmp -s members whole || { echo part >>parts; }; echo x >>looks; done'
    local reader=$started i
    for i in {1..25}; do
        "$bin/wait-for-dns" -q --nameserver "$dns" --no-search --write members db.test/A
    done
    touch finished
    wait "$reader"
    [ ! -e parts ] || report "$(wc -l <parts) of $(wc -l <looks) looks saw a part"
    [ "$(wc -l <looks)" -ge 25 ]
}

@test "write: a path that cannot be written is a failure, named, and not retried" {
    start_dns dns <<<'db.test A 192.0.2.1'
    mkdir folder
    local path
    for path in none/members folder /proc/members; do
        wait_for --write "$path" db.test
        exits 1
        ends_saying "$path"
        took_less_than 5000
    done
}

@test "write: a full disk is a failure and leaves the earlier file" {
    mkdir small
    own_files "mount -t tmpfs -o size=64k tmpfs small && echo before >small/members
        dd if=/dev/zero of=small/filler bs=1k count=200 2>/dev/null || true"
    start_dns dns <<<'db.test A MANY 1000'
    wait_for --write small/members db.test/A
    exits 1
    ends_saying "small/members.*hint: .*full"
    [ "$("${inside[@]}" cat small/members)" = before ]
    [ "$("${inside[@]}" ls -A small | paste -sd ' ')" = "filler members" ] || report "left something behind"
}

@test "write: standard output that cannot be written is a failure" {
    start_dns dns <<<'db.test A 192.0.2.1'
    status=0
    "$bin/wait-for-dns" --nameserver "$dns" --no-search --write - db.test >/dev/full 2>err || status=$?
    : >out
    gather
    exits 1
}

@test "write: a format that is none is a usage error" {
    run_tool wait-for-dns --write members --write-format yaml db.test
    refuses_naming --write-format
}

@test "write: a name that was there, but did not stay, is not written" {
    start_dns dns <<'ZONE'
stays.test A 192.0.2.1
goes.test A first 1 192.0.2.2
goes.test A NXDOMAIN
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 10s --min-targets 1 --stable 600ms --write members \
        stays.test/A goes.test/A
    exits 0
    [ "$(cat members)" = "stays.test 192.0.2.1" ] || report "$(cat members)"
}

@test "a standard output that is closed takes no records: that is not ready" {
    start_dns dns <<<'db.test A 192.0.2.1'
    status=0
    "${inside[@]}" "$bin/wait-for-dns" --nameserver "$dns" --no-search --write - db.test >&- 2>err || status=$?
    gather 2>/dev/null || true
    exits 1
    grep -q -- "--write: -: cannot be written" err || report "$(cat err)"
}
