# shellcheck shell=bash disable=SC2194,SC2207
# Completion for bash. Written by `make docs`; installed by `make install`.

# The tool whose options come next: the command itself, what follows initkit, or the last step of initkit run (a chain).
_initkit_tool() {
    local word expected=yes
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
        case $chain$word in
            yes--and | yes--then) tool=run expected=yes ;;
            yes--exec) tool='' expected='' chain='' ;;
        esac
        [ -n "$expected" ] || continue
        case " wait-for-dns wait-for-tcp wait-for-file wait-for-ping wait-for-http wait-for-kube fetch-config copy-agent tls-check initkit run " in
            *" ${word##*/} "*) tool=${word##*/} ;;
            *) [ "$tool" = run ] || expected='' ;;
        esac
        [ "$tool" != run ] || chain=yes
    done
}

_initkit() {
    local tool='' chain='' options='' words='' word=${COMP_WORDS[COMP_CWORD]}
    _initkit_tool
    case $tool in
        wait-for-dns) options='--family --min-records --expect --gone --stable --nameserver --resolv-conf --no-search --tcp --hosts --write --write-format --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        wait-for-tcp) options='--family --all-addresses --min-addresses --hold --protocol --password-file --user --send --send-file --expect --gone --stable --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        wait-for-file) options='--type --min-size --expect --gone --stable --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        wait-for-ping) options='--family --gone --stable --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        wait-for-http) options='--status --expect --expect-regex --expect-json --expect-header --max-redirs --header --header-file --bearer-token-file --basic-auth-file --trust-store --cacert --trust-store-password-file --client-cert --cert --client-key --key --client-key-password-file --proxy --proxy-auth-file --trust --request --data-file --stable --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        wait-for-kube) options='--for --namespace --selector --min-objects --min-endpoints --api-version --server --token-file --trust-store --cacert --proxy --proxy-auth-file --stable --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        fetch-config) options='--output --header --header-file --bearer-token-file --basic-auth-file --trust-store --cacert --trust-store-password-file --client-cert --cert --client-key --key --client-key-password-file --proxy --proxy-auth-file --max-redirs --allow-local-redirects --retry-status --connect-timeout --stall-timeout --min-size --max-size --max-unpacked-size --sha256 --sha256-url --render --render-prefix --render-files --validate --extract --strip-components --resume --if-changed --keep-on-error --mode --owner --request --data-file --progress --chown --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        copy-agent) options='--install --include --exclude --mode --owner --chown --keep-privileges --for-uid --for-gid --writable --version-dir --link --dereference --relative-links --verify --prune --max-prune --follow-dest --render --render-prefix --render-files --max-bytes --min-files --jobs --sync --dry-run --progress --timeout --attempt-timeout --once --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        tls-check) options='--trust-store --cacert --trust-store-password-file --client-cert --cert --client-key --key --client-key-password-file --client-cert-accepted --server-name --tls-server-name --connect --all-addresses --family --profile --java-version --min-tls --max-tls --alpn --groups --large-hello --min-days --warn-days --as-agent --agent-dir --java-options --verify-time --pin-sha256 --issuer --max-validity --require-staple --http-path --http-status --proxy --proxy-auth-file --starttls --show-chain --report --metrics --export-chain --wait-for-trust --nameserver --resolv-conf --no-search --timeout --attempt-timeout --interval --backoff --max-interval --once --min-targets --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
        initkit) options='--list --install --log-format --log-level --termination-log --sandbox --help --version' ;;
        run) options='--and --then --exec --timeout --log-format --log-level --termination-log --sandbox --warn-only --help --version' ;;
    esac
    [ -z "$chain" ] || [ "$tool" = run ] || options+=' --and --then --exec'
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        --family) words='any 4 6 both' ;;
        --write-format) words='lines json env hosts' ;;
        --log-format) words='text json' ;;
        --log-level) words='error warn info debug' ;;
        --sandbox) words='auto off' ;;
        --protocol) words='none postgres mysql redis mongodb amqp kafka memcached nats zookeeper ldap smtp imap cql' ;;
        --type) words='file directory socket any' ;;
        --trust) words='verified any' ;;
        --validate) words='json yaml xml auto none' ;;
        --profile) words='default strict java' ;;
        --min-tls) words='1.2 1.3' ;;
        --max-tls) words='any 1.2 1.3' ;;
        --as-agent) words='none appd' ;;
        --starttls) words='none smtp imap pop3 postgres mysql ldap' ;;
        initkit | run | --and | --then) words='wait-for-dns wait-for-tcp wait-for-file wait-for-ping wait-for-http wait-for-kube fetch-config copy-agent tls-check initkit run' ;;
    esac
    if [ -n "$words" ] && [[ $word != -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}

complete -o filenames -F _initkit wait-for-dns wait-for-tcp wait-for-file wait-for-ping wait-for-http wait-for-kube fetch-config copy-agent tls-check initkit
