#!/usr/bin/env bats
# wait-for-tcp --protocol against servers that do what real ones do not (tests/servers/tcp.py): answers in pieces, cut, too long, of
# another protocol, none, and those of servers that Debian has no package of. The real ones are in wait-for-tcp-protocol.bats.
#
# start_tcp sets the array that is named in its call:
# shellcheck disable=SC2154,SC2030,SC2031

load lib

declare -gA asked answer

# What each protocol's question holds, and the answer of a server that serves.
asked[postgres]=user
answer[postgres]='R\x00\x00\x00\x17\x00\x00\x00\nSCRAM-SHA-256\x00\x00'
asked[redis]=PING
answer[redis]='+PONG\r\n'
asked[mongodb]=hello
answer[mongodb]='\x3a\x00\x00\x00....\x01\x00\x00\x00\xdd\x07\x00\x00\x00\x00\x00\x00\x00\x25\x00\x00\x00\x08isWritablePrimary\x00\x01\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f\x00'
asked[amqp]='AMQP\x00\x00\x09\x01'
answer[amqp]='\x01\x00\x00\x00\x00\x00\x08\x00\x0a\x00\x0a\x00\x09..\xce'
asked[kafka]=initkit
answer[kafka]='\x00\x00\x00\x10ikit\x00\x00\x00\x00\x00\x01\x00\x12\x00\x00\x00\x03'
asked[memcached]=version
answer[memcached]='VERSION 1.6.18\r\n'
asked[zookeeper]=srvr
answer[zookeeper]='Zookeeper version: 3.8.0\nLatency min/avg/max: 0/0/0\nMode: standalone\n'
asked[ldap]=objectClass
answer[ldap]='\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00'
asked[cql]='\x05\x00\x00\x00\x00'
answer[cql]='\x84\x00\x00\x00\x06\x00\x00\x00\x07\x00\x01\x00\x01a\x00\x00'
# These are greeted first.
answer[nats]='INFO {"server_id":"x"} \r\nPONG\r\n'
answer[smtp]='220 mail.test ESMTP\r\n'
answer[imap]='* OK ready\r\n'
answer[mysql]='\x1a\x00\x00\x00\x0a5.5.5-10\x001234saltsalt\x00\xfe\xf7\x08\x0f\x00\x00\x02\xff\x15\x04#28000Access'

# script PROTOCOL ANSWER [STEP]...: a listener that is asked and says that, then does the steps.
script() {
    printf '127.0.0.1:0 %s say %q %s' "${asked[$1]+read ${asked[$1]@Q}}" "$2" "${*:3}"
}

# pieces TEXT: steps that say it byte by byte.
pieces() {
    printf '%b' "$1" | od -An -v -tx1 | tr -s ' \n' '\n' | sed '/./!d; s/.*/wait 0.003 say \\\\x&/' | paste -sd ' '
}

asks() {
    run_tool wait-for-tcp --once --attempt-timeout 1s --protocol "$@"
}

@test "each protocol's answer counts, whole and byte by byte" {
    local protocols=("${!answer[@]}") listeners=() i
    for name in "${protocols[@]}"; do
        listeners+=("$(script "$name" "${answer[$name]}" hold)"
            "127.0.0.1:0 ${asked[$name]+read ${asked[$name]@Q}} $(pieces "${answer[$name]}") hold")
    done
    start_tcp port "${listeners[@]}"
    for i in "${!protocols[@]}"; do
        asks "${protocols[$i]}" --attempt-timeout 20s "127.0.0.1:${port[2 * i]}" "127.0.0.1:${port[2 * i + 1]}"
        exits 0
    done
}

@test "an answer that is cut, goes on for ever, is another protocol's, or does not come, is never ready" {
    local protocols=("${!answer[@]}") listeners=() i whole
    for name in "${protocols[@]}"; do
        whole=${answer[$name]}
        whole=${whole%\\r\\n} whole=${whole%\\n} # then the last byte of what counts
        [ "${whole: -4:2}" = '\x' ] && whole=${whole::-4} || whole=${whole::-1}
        listeners+=("$(script "$name" "$whole" finish)" "$(script "$name" 'HTTP/1.1 400 Bad Request\r\n\r\n' finish)"
            "127.0.0.1:0 pour 400000 close" "127.0.0.1:0 ignore" "127.0.0.1:0 reset")
    done
    start_tcp port "${listeners[@]}"
    for i in "${!protocols[@]}"; do
        name=${protocols[$i]}
        asks "$name" "127.0.0.1:${port[5 * i]}"
        exits 1
        ends_saying 'not ready: accepted, then closed, but no valid [A-Za-z]+ answer from 127\.0\.0\.1.*hint: ".* came instead'
        asks "$name" "127.0.0.1:${port[5 * i + 1]}"
        exits 1
        ends_saying 'not ready: accepted, (then closed, )?but no valid [A-Za-z]+ answer from 127\.0\.0\.1.*hint: "HTTP/1\.1 400 '
        asks "$name" "127.0.0.1:${port[5 * i + 2]}"
        exits 1
        asks "$name" --attempt-timeout 200ms "127.0.0.1:${port[5 * i + 3]}"
        exits 1
        ends_saying 'not ready: accepted, but no valid [A-Za-z]+ answer from 127\.0\.0\.1.*nothing came: TLS from the first byte'
        asks "$name" "127.0.0.1:${port[5 * i + 4]}"
        exits 1
        ends_saying 'reset'
    done
}

@test "what a server says before it turns a client away is heard, although it does not listen" {
    start_tcp port '127.0.0.1:0 say "-ERR max number of clients reached\r\n" close' '127.0.0.1:0 say "-ERR max number of clients reached\r\n" reset'
    for each in "${port[@]}"; do
        for ((i = 0; i < 10; i++)); do
            asks redis "127.0.0.1:$each"
            exits 1
            ends_saying 'Redis has too many clients|reset by' # a reset may take the words with it
        done
    done
    asks redis "127.0.0.1:${port[0]}"
    ends_saying 'not ready: Redis has too many clients \(maxclients\), reported by 127\.0\.0\.1'
}

### Servers that are not to be had

mongodb_answer() {
    "$python" -c '
import sys
document = bytes.fromhex(sys.argv[1]) + b"\0"
document = (len(document) + 4).to_bytes(4, "little") + document
message = bytes(4) + b"\1\0\0\0\xdd\x07\0\0" + bytes(5) + document
print("".join("\\x%02x" % byte for byte in (len(message) + 4).to_bytes(4, "little") + message))' "$1"
}

@test "mongodb: a set that is not initiated, an arbiter and a shutdown are not ready; a server before 4.4 is asked otherwise" {
    local ok=016f6b00000000000000f03f no=016f6b000000000000000000 unknown stopping idle primary
    primary=$(mongodb_answer "0869736d61737465720001$ok")
    idle=$(mongodb_answer "0869736d61737465720000087365636f6e646172790000$ok")
    unknown=$(mongodb_answer "${no}10636f6465003b000000")
    stopping=$(mongodb_answer "${no}026572726d7367000400000062796500")
    start_tcp port "$(script mongodb "$idle" hold)" "$(script mongodb "$stopping" hold)" \
        "$(script mongodb "$unknown" read isMaster say "${primary@Q}" hold)" "$(script mongodb "$unknown" read isMaster say "${unknown@Q}" hold)"
    asks mongodb "127.0.0.1:${port[0]}"
    exits 1
    ends_saying 'not ready: MongoDB is neither primary nor secondary, reported by 127\.0\.0\.1.*hint: it starts or recovers, its replica set is not initiated'
    asks mongodb "127.0.0.1:${port[1]}"
    exits 1
    ends_saying 'not ready: MongoDB answers with an error: "bye", reported by'
    asks mongodb "127.0.0.1:${port[2]}"
    exits 0
    asks mongodb "127.0.0.1:${port[3]}"
    exits 1
}

@test "mongodb, cql: what is asked is what their own clients would ask" {
    /usr/bin/python3 -c 'import bson, cassandra' 2>/dev/null || skip "no python3-bson, no python3-cassandra"
    start_tcp port "$(script mongodb "${answer[mongodb]}" hold)" "$(script cql "${answer[cql]}" hold)"
    asks mongodb "127.0.0.1:${port[0]}"
    exits 0
    asks cql "127.0.0.1:${port[1]}"
    exits 0
    /usr/bin/python3 - "$(received port "${port[0]}")" "$(received port "${port[1]}")" <<'PYTHON'
import sys
import bson
from cassandra.protocol import OptionsMessage, ProtocolHandler
mongodb, cql = (bytes.fromhex(each) for each in sys.argv[1:])
assert int.from_bytes(mongodb[:4], "little") == len(mongodb) and mongodb[12:21] == b"\xdd\x07\0\0\0\0\0\0\0", mongodb
assert mongodb[21:] == bson.encode(bson.SON([("hello", 1), ("$db", "admin")])), mongodb
assert cql == ProtocolHandler.encode_message(OptionsMessage(), 0, 4, None, False), cql
PYTHON
}

@test "cql: a node that bootstraps, is overloaded or speaks another version is not ready" {
    start_tcp port "$(script cql '\x84\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x10\x02\x00\x02no' hold)" \
        "$(script cql '\x84\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x10\x01\x00\x02no' hold)" \
        "$(script cql '\x83\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x0a\x00\x02no' hold)"
    for words in 'the node is still bootstrapping: "1002 no"' 'the node is overloaded: "1001 no"' "the node speaks no version 4 of CQL's protocol"; do
        asks cql "127.0.0.1:${port[0]}"
        exits 1
        ends_saying "not ready: $words.*, reported by"
        port=("${port[@]:1}")
    done
}

@test "amqp, kafka, smtp, imap: the server's own words for not yet" {
    start_tcp port "$(script amqp 'AMQP\x03\x01\x00\x00' close)" "$(script kafka '\x00\x00\x00\x0aikit\x00\x23\x00\x00\x00\x00' hold)" \
        "127.0.0.1:0 say '421 4.3.2 too many connections\r\n' close" "127.0.0.1:0 say '* BYE too many connections\r\n' close"
    for words in 'amqp the broker speaks another version of AMQP, not 0-9-1: "1\.0\.0".*hint: AMQP 1\.0\?' 'kafka Kafka answers with an error: "error code 35"' \
        'smtp the mail server is not available \(421\): "421 4' 'imap the mail server turns this client away \(BYE\): "\* BYE too'; do
        asks "${words%% *}" "127.0.0.1:${port[0]}"
        exits 1
        ends_saying "not ready: ${words#* }"
        port=("${port[@]:1}")
    done
}

### Addresses, verdicts

@test "a wrong password is permanent only if each server that answers says so" {
    start_tcp port '127.0.0.1:0 say "-WRONGPASS no\r\n" hold' '127.0.0.2:= say "-LOADING wait\r\n" hold' '127.0.0.3:= say "-WRONGPASS no\r\n" hold'
    start_dns dns <<<$'one.test A 127.0.0.1 127.0.0.2\ntwo.test A 127.0.0.1 127.0.0.3'
    echo secret >password
    run_tool wait-for-tcp --timeout 700ms -4 --no-search --nameserver "$dns" --protocol redis --password-file password "one.test:${port[0]}"
    exits 124
    run_tool wait-for-tcp --timeout 20s -4 --no-search --nameserver "$dns" --protocol redis --password-file password "two.test:${port[0]}"
    exits 1
    ends_saying 'Redis refuses the password.*\(1 attempt\)'
}

@test "every address has to say it with --all-addresses" {
    start_tcp port '127.0.0.1:0 say "+PONG\r\n" hold' '127.0.0.2:= say "-LOADING wait\r\n" hold'
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2'
    run_tool wait-for-tcp --once -4 --no-search --nameserver "$dns" --protocol redis --all-addresses "db.test:${port[0]}"
    exits 1
    ends_saying 'not ready: 1 of 2 addresses accept: Redis is loading its data into memory \(LOADING\), reported by 127\.0\.0\.2'
    run_tool wait-for-tcp --once -4 --no-search --nameserver "$dns" --protocol redis "db.test:${port[0]}"
    exits 0
}

@test "a server's bytes leave valid JSON, and a reason that does not change is not repeated" {
    start_tcp port '127.0.0.1:0 say "-ODD \xff\xfe\x1b[31m\x00 hint: run this\r\n" hold'
    run_tool wait-for-tcp --timeout 600ms --log-format json --protocol redis "127.0.0.1:${port[0]}"
    exits 124
    json 'all(line["class"] == 1 for line in lines if line["event"] == "attempt")'
    json 'sum(line["event"] == "attempt" for line in lines) == 1'
}

### Secrets

@test "what a server repeats of a secret is never shown" {
    printf 'AUTH S3cret\r\n' >secret
    echo S3cret >password
    touch log
    start_tcp port '127.0.0.1:0 read S3cret say "-ERR unknown command AUTH, with args beginning with: S3cret\r\n" close'
    for options in "--protocol redis --password-file password" "--send-file secret --expect +OK" "--send-file secret"; do
        # shellcheck disable=SC2086
        run_tool wait-for-tcp --once -v --termination-log log $options "127.0.0.1:${port[0]}"
        exits 1
        says_not S3cret
        run grep S3cret log
        [ "$status" -eq 1 ]
    done
}

@test "a secret's file is read again for each attempt, and waited for once it was there" {
    printf 'first' >secret
    start_tcp port '127.0.0.1:0 when open read second say welcome hold'
    start_tool wait-for-tcp --timeout 30s --send-file secret --expect welcome "127.0.0.1:${port[0]}"
    until_true 10 err_has refused
    rm secret
    until_true 10 err_has '--send-file: secret: No such file'
    printf 'second' >next
    mv next secret
    touch open
    wait_tool
    exits 0
}

@test "what does not go together, and files that cannot be read, are usage errors" {
    echo secret >password
    : >empty
    run_tool wait-for-tcp --protocol mariadb db:1
    refuses_naming '--protocol: "mariadb" is not postgres|mysql'
    for other in '--send x' '--send-file password' '--expect x'; do
        # shellcheck disable=SC2086
        run_tool wait-for-tcp --protocol redis $other db:1
        refuses_naming --protocol
    done
    for other in '--protocol redis' '--send-file password'; do
        # shellcheck disable=SC2086
        run_tool wait-for-tcp --gone $other db:1
        refuses_naming --gone
    done
    run_tool wait-for-tcp --send x --send-file password db:1
    refuses_naming --send-file
    run_tool wait-for-tcp --protocol mysql --password-file password db:1
    refuses_naming --password-file
    run_tool wait-for-tcp --protocol redis --user app db:1
    refuses_naming --user
    run_tool wait-for-tcp --protocol redis --password-file nowhere db:1
    refuses_naming --password-file
    run_tool wait-for-tcp --protocol redis --password-file empty db:1
    refuses_naming 'no password in its first line'
    run_tool wait-for-tcp --send-file nowhere db:1
    refuses_naming --send-file
    INITKIT_PROTOCOL=none run_tool wait-for-tcp --protocol none --once unix:nowhere
    exits 1
}
