#!/usr/bin/env bats
# tls-check --profile strict beside the letter of RFC 5280, and beside OpenSSL's and GnuTLS' own programs: tests/tls/rfc5280.md.
#
# shellcheck disable=SC2154

load lib

@test "136 chains: strict says what RFC 5280 says, or the table says why not" {
    "$python" "$repository/tests/tls/rfc5280.py" "$bin/tls-check" made >said || report "$(cat said)"
    [ "$(cat said)" = "136 cases" ]
}
