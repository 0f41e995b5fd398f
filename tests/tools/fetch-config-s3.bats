#!/usr/bin/env bats
# fetch-config and S3: objects from OpenStack Swift, which checks signatures with code of its own; another store that checks
# them with botocore's; and what hands out credentials.
#
# start_http sets the variables that are named in its calls, run_tool sets last_line; a test's exports are its own:
# shellcheck disable=SC2154,SC2034,SC2030,SC2031

load lib
load fetch-config

### Swift

# start_swift [OPTION]...: starts it and exports where it is, and the credentials of who may do everything there.
start_swift() {
    begin "$python" "$servers/swift.py" --ready swift.ready "$@" swift eu-central-1 test:admin=right test:guest=right
    until_true 30 test -e swift.ready
    export AWS_ENDPOINT_URL AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=test:admin AWS_SECRET_ACCESS_KEY=right
    swift_port=$(cat swift.ready)
    AWS_ENDPOINT_URL=http://127.0.0.1:$swift_port
}

# put BUCKET [KEY=FILE]...
put() {
    timeout 60 "$python" "$servers/s3_client.py" "http://127.0.0.1:$swift_port" put "$@"
}

@test "Swift: objects whose keys have blanks, plus, percent, tilde, slashes and letters of other languages" {
    start_swift
    local i key keys=(plain 'a b' 'dir/c+d=e' 'ä~(1).txt' 10%20 '%' a//b /first last/ a/.../b..c .hidden 'x?y&z#' '日本/$@:!,;*'"'" ' ')
    local puts=() pairs=()
    for i in "${!keys[@]}"; do
        echo "$i ${keys[i]}" >"$i"
        puts+=("${keys[i]}=$i")
        pairs+=("s3://bucket/${keys[i]}" -o "./got/$i")
    done
    put bucket "${puts[@]}"
    run_tool fetch-config "${pairs[@]}" --timeout 20s
    exits 0
    for i in "${!keys[@]}"; do cmp "$i" "got/$i"; done
    for key in bucket/a/../plain bucket/./plain bucket/.. ../plain; do
        run_tool fetch-config "s3://$key" -o x
        refuses_naming "the bucket or key has a part . or .."
    done
}

@test "Swift: a large object, and a second time with --if-changed" {
    start_swift
    head -c 6000000 /dev/urandom >large
    put bucket dir/large=large
    run_tool fetch-config s3://bucket/dir/large=./a --if-changed
    exits 0
    ends_saying "6000000 bytes"
    cmp a large
    local before
    before=$(stat -c '%i %y %z' a)
    run_tool fetch-config s3://bucket/dir/large=./a --if-changed
    exits 0
    ends_saying "unchanged"
    [ "$(stat -c '%i %y %z' a)" = "$before" ]
    echo changed >>large
    put bucket dir/large=large
    run_tool fetch-config s3://bucket/dir/large=./a --if-changed --sha256 "$(sha256sum large | cut -c -64)"
    exits 0
    cmp a large
    no_litter
}

@test "Swift: the checksum may be an object too, beside the file or alone" {
    start_swift
    echo hello >file
    sha256sum file >sums
    printf '%064d\n' 0 >wrong
    put bucket dir/file=file dir/sums=sums wrong=wrong other=file
    run_tool fetch-config s3://bucket/dir/file=./a --sha256-url s3://bucket/dir/sums
    exits 0
    cmp a file
    start_http h <<<'/dir/file 200 file file'
    run_tool fetch-config "$h/dir/file=./b" --sha256-url s3://bucket/dir/sums -H 'X-Token: geheim'
    exits 0
    cmp b file
    [ "$(requests h /dir/file geheim)" = 1 ]
    [ "$(requests h /dir/file AWS4)" = 0 ]
    run_tool fetch-config s3://bucket/other=./c --sha256-url s3://bucket/wrong
    exits 1
    ends_saying "its SHA-256 is .*, not 0000"
    run_tool fetch-config s3://bucket/dir/file=./c --sha256-url s3://bucket/none
    exits 26
    ends_saying "--sha256-url: HTTP status 404 Not Found: NoSuchKey"
    [ ! -e c ]
    unset "${!AWS_@}"
    run_tool fetch-config "$h/dir/file=./c" --sha256-url s3://bucket/dir/sums
    refuses_naming "--sha256-url s3://bucket/dir/sums: no AWS credentials"
}

@test "Swift: what it refuses is 26 and said once, and nothing is published" {
    start_swift
    echo hello >file
    put bucket plain=file
    AWS_SECRET_ACCESS_KEY=geheim run_tool fetch-config s3://bucket/plain=./a
    exits 26
    ends_saying "HTTP status 403 Forbidden: SignatureDoesNotMatch; .*1 attempt.*hint: is the secret key right"
    says_not geheim
    AWS_ACCESS_KEY_ID=test:nobody run_tool fetch-config s3://bucket/plain=./a
    exits 26
    ends_saying "HTTP status 403 Forbidden: SignatureDoesNotMatch"
    AWS_ACCESS_KEY_ID=test:guest run_tool fetch-config s3://bucket/plain=./a
    exits 26
    ends_saying "HTTP status 403 Forbidden: AccessDenied; .*1 attempt.*hint: may this role read the object"
    AWS_REGION=us-east-1 run_tool fetch-config s3://bucket/plain=./a
    exits 26
    ends_saying "HTTP status 400 Bad Request: AuthorizationHeaderMalformed; .*hint: is AWS_REGION right\? It expects eu-central-1"
    run_tool fetch-config s3://bucket/none=./a
    exits 26
    ends_saying "HTTP status 404 Not Found: NoSuchKey; .*1 attempt.*hint: is the key right"
    run_tool fetch-config s3://nowhere/plain=./a
    exits 26
    ends_saying "HTTP status 404 Not Found: NoSuchBucket; .*hint: is the bucket's name right"
    run_tool fetch-config s3://bucket/plain=./b s3://bucket/none=./a
    exits 26
    [ ! -e a ] && [ ! -e b ]
    no_litter
}

@test "Swift: a session token is signed along, and one that it does not know is no obstacle to it" {
    start_swift
    echo hello >file
    put bucket plain=file
    AWS_SESSION_TOKEN=any/thing+like=this run_tool fetch-config s3://bucket/plain=./a
    exits 0
    cmp a file
}

@test "Swift: a clock that is ten minutes off is near enough, one that is an hour off is not" {
    start_swift --ahead 600
    echo hello >file
    put bucket plain=file
    run_tool fetch-config s3://bucket/plain=./b
    exits 0
    rm -r swift swift.ready
    start_swift --ahead 3600
    run_tool fetch-config s3://bucket/plain=./a
    exits 26
    ends_saying "HTTP status 403 Forbidden: RequestTimeTooSkewed; .*hint: are the clocks of this node and of the store right"
}

@test "Swift behind nginx with TLS: whoever passes the request on has to leave the Host header alone" {
    local good_port bad_port
    start_swift
    echo hello >file
    put bucket 'a b/c+d=file'
    certificate server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
    read -r good_port bad_port < <(free_port 2)
    run_nginx <<CONF
    server {
        listen 127.0.0.1:$good_port ssl;
        location / {
            proxy_pass $AWS_ENDPOINT_URL;
            proxy_set_header Host \$http_host;
            proxy_set_header Accept-Encoding "";
            proxy_set_header X-Team changed;
        }
    }
    server {
        listen 127.0.0.1:$bad_port ssl;
        location / { proxy_pass $AWS_ENDPOINT_URL; }
    }
CONF
    export AWS_ENDPOINT_URL=https://127.0.0.1:$good_port
    # Nothing else is signed that such a server may change.
    run_tool fetch-config 's3://bucket/a b/c+d=./a' --cacert ca.pem --header 'X-Team: shop'
    exits 0
    cmp a file
    run_tool fetch-config 's3://bucket/a b/c+d=./b'
    exits 20
    AWS_ENDPOINT_URL=https://localhost:$good_port/ run_tool fetch-config 's3://bucket/a b/c+d=./b' --cacert ca.pem
    exits 0
    cmp b file
    AWS_ENDPOINT_URL=https://127.0.0.1:$bad_port run_tool fetch-config 's3://bucket/a b/c+d=./c' --cacert ca.pem
    exits 26
    ends_saying "SignatureDoesNotMatch; .*does a proxy on the way leave the Host header alone"
    [ ! -e c ]
}

@test "Swift on the ports 80 and 443, whether the endpoint names them or not" {
    own_loopback
    start_swift
    echo hello >file
    put bucket plain=file
    certificate server /CN=swift "subjectAltName=IP:$loopback"
    run_nginx <<CONF
    server {
        listen $loopback:80;
        listen $loopback:443 ssl;
        location / { proxy_pass $AWS_ENDPOINT_URL; proxy_set_header Host \$http_host; }
    }
CONF
    for AWS_ENDPOINT_URL in "http://$loopback" "http://$loopback:80" "https://$loopback" "https://$loopback:443/"; do
        run_tool fetch-config s3://bucket/plain=./a --cacert ca.pem
        exits 0
        cmp a file
        rm a
    done
}

@test "Swift in AWS's place: hosts are named by bucket and region, but for a bucket with a dot" {
    own_loopback
    start_swift --domain s3.eu-central-1.amazonaws.com
    echo hello >file
    put bucket 'a b/c+d=file'
    put my.bucket dotted=file
    certificate server /CN=s3 "subjectAltName=DNS:s3.eu-central-1.amazonaws.com,DNS:*.s3.eu-central-1.amazonaws.com"
    run_nginx <<CONF
    server {
        listen $loopback:443 ssl;
        location / { proxy_pass $AWS_ENDPOINT_URL; proxy_set_header Host \$http_host; }
    }
CONF
    start_dns d <<ZONE
*.s3.eu-central-1.amazonaws.com A $loopback
s3.eu-central-1.amazonaws.com A $loopback
ZONE
    unset AWS_ENDPOINT_URL
    run_tool fetch-config 's3://bucket/a b/c+d=./a' s3://my.bucket/dotted=./b --cacert ca.pem --nameserver "$d" --timeout 20s
    exits 0
    cmp a file
    cmp b file
    [ "$(grep -c 'GET /a%20b/c%2Bd HTTP' logs/access.log)" = 1 ]
    [ "$(grep -c 'GET /my.bucket/dotted HTTP' logs/access.log)" = 1 ]
}

@test "Swift: a presigned URL is a URL as any other, and its signature is not shown" {
    start_swift
    echo hello >file
    put bucket 'a b/c+d=file'
    local url
    url=$(timeout 60 "$python" "$servers/s3_client.py" "$AWS_ENDPOINT_URL" presign bucket 'a b/c+d' 600)
    unset "${!AWS_@}"
    run_tool fetch-config "$url" -o ./a
    exits 0
    cmp a file
    says_not Signature
    run_tool fetch-config "${url/Expires=600/Expires=601}" -o b
    exits 26
    ends_saying "bucket/a%20b/c%2Bd: not fetched: HTTP status 403"
    says_not Signature
    [ ! -e b ]
}

@test "an endpoint that is none is refused" {
    export AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=id AWS_SECRET_ACCESS_KEY=geheim
    for AWS_ENDPOINT_URL in 127.0.0.1:9000 file:///etc s3://bucket/key 'http://127.0.0.1:1/?a=b' 'http://user:geheim@127.0.0.1:1'; do
        export AWS_ENDPOINT_URL
        run_tool fetch-config s3://bucket/plain=./a
        refuses_naming AWS_ENDPOINT_URL
        says_not geheim
    done
}

### Others

@test "an object from S3, signed with a key from the variables" {
    start_http s <<<'/bucket/a%20b/c 200 text object'
    AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=geheim \
        AWS_SESSION_TOKEN=session run_tool fetch-config "s3://bucket/x=./a" --once
    exits 26
    start_http t <<<'/bucket/c 200 text object'
    AWS_ENDPOINT_URL=$t AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=geheim \
        AWS_SESSION_TOKEN=session run_tool fetch-config "s3://bucket/c=./a"
    exits 0
    [ "$(cat a)" = object ]
    [ "$(requests t /bucket/c 'AWS4-HMAC-SHA256 Credential=AKID/[0-9]{8}/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token')" = 1 ]
    [ "$(requests t /bucket/c '"x-amz-security-token": "session"')" = 1 ]
    says_not geheim
    run_tool fetch-config "s3://bucket/c=./a"
    refuses_naming AWS_ACCESS_KEY_ID
    AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=geheim run_tool fetch-config "s3://bucket/c=./a"
    refuses_naming AWS_REGION
}

@test "a store that checks signatures with botocore takes ours, and not one by another secret" {
    local port key
    port=$(free_port)
    mkdir -p store/bucket/dir
    for key in plain 'a b' 'dir/c+d=e' 'ä~(1).txt' 10%20; do echo "$key" >"store/bucket/$key"; done
    begin "$python" "$servers/s3.py" 127.0.0.1 "$port" store AKID right
    export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=right
    run_tool fetch-config s3://bucket/plain=./a 's3://bucket/a b=./b' s3://bucket/dir/c+d=e=./c \
        's3://bucket/ä~(1).txt=./d' s3://bucket/10%20=./f --timeout 20s
    exits 0
    [ "$(cat a b c d f)" = "$(printf '%s\n' plain 'a b' 'dir/c+d=e' 'ä~(1).txt' 10%20)" ]
    AWS_SECRET_ACCESS_KEY=wrong run_tool fetch-config s3://bucket/plain=./e
    exits 26
    ends_saying "403 Forbidden: SignatureDoesNotMatch"
    run_tool fetch-config s3://bucket/none=./e
    exits 26
    ends_saying "404"
    [ ! -e e ]
}

@test "credentials by web identity: the token is posted, the answer signs" {
    echo token-1 >identity
    printf object | sha256sum >sum
    start_http s <<<$'/ 503 / 200 text "<R><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>geheim</SecretAccessKey><SessionToken>tok</SessionToken></Credentials></R>"\n/b/k 200 text object\n/b/sum 200 file sum'
    AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_ROLE_ARN=arn:aws:iam::1:role/r AWS_WEB_IDENTITY_TOKEN_FILE=identity \
        run_tool fetch-config "s3://b/k=./a" --sha256-url s3://b/sum --interval 20ms
    exits 0
    [ "$(cat a)" = object ]
    [ "$(requests s / 'POST.*AssumeRoleWithWebIdentity.*RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr.*token-1')" = 2 ]
    [ "$(requests s /b/k 'Credential=ASIA1/')" = 1 ]
    [ "$(requests s /b/sum 'Credential=ASIA1/')" = 1 ]
    says_not 'geheim|token-1'
}

@test "credentials that are refused: the code is told, and what to look at" {
    local body="<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error><Type>Sender</Type><Code>%s</Code></Error></ErrorResponse>"
    echo token-1 >identity
    # shellcheck disable=SC2059 # the format is the body
    start_http s < <(printf "/ 403 text \"$body\" / 400 text \"$body\" / 403 text later\n" AccessDenied InvalidIdentityToken)
    export AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_ROLE_ARN=arn:aws:iam::1:role/r AWS_WEB_IDENTITY_TOKEN_FILE=identity
    run_tool fetch-config s3://b/k=./a
    exits 26
    ends_saying "credentials from $s/: HTTP status 403 Forbidden: AccessDenied; .*hint: does the trust policy of AWS_ROLE_ARN"
    run_tool fetch-config s3://b/k=./a
    exits 26
    ends_saying "HTTP status 400 Bad Request: InvalidIdentityToken; .*OIDC provider"
    run_tool fetch-config s3://b/k=./a
    exits 26
    ends_saying "HTTP status 403 Forbidden; .*hint: does this pod's service account have that role"
    [ ! -e a ]
    says_not token-1
}

@test "credentials from the container endpoint, past any proxy" {
    echo token-2 >authorization
    start_http s <<<$'/creds 200 text \'{"AccessKeyId":"ASIA2","SecretAccessKey":"geheim","Token":"tok"}\'\n/b/k 200 text object\n/bad 200 text "{}"'
    export AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=authorization
    AWS_CONTAINER_CREDENTIALS_FULL_URI=$s/creds run_tool fetch-config "s3://b/k=./a"
    exits 0
    [ "$(requests s /creds '"authorization": "token-2"')" = 1 ]
    [ "$(requests s /b/k 'Credential=ASIA2/')" = 1 ]
    [ "$(requests s /b/k token-2)" = 0 ]
    AWS_CONTAINER_CREDENTIALS_FULL_URI=$s/bad run_tool fetch-config "s3://b/k=./b"
    exits 1
    ends_saying "credentials"
    local url
    for url in http://example.com/ http://127.attacker.example/ http://169.254.170.2.example/ "http://127.0.0.1@example.com/"; do
        AWS_CONTAINER_CREDENTIALS_FULL_URI=$url run_tool fetch-config "s3://b/k=./b"
        exits 2
        says "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    done
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=.example.com/ run_tool fetch-config "s3://b/k=./b"
    exits 2
    says "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path that begins with /"
    [ ! -e b ]
}

@test "a newline in a variable goes into no request: one at the end is left out, any other is refused" {
    start_http s <<<'/b/k 200 text object'
    export AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKIA1 AWS_SECRET_ACCESS_KEY=geheim AWS_SESSION_TOKEN=geheim-2
    local name value
    for name in AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ENDPOINT_URL; do
        value=${!name}
        (
            export "$name=$value"$'\n'
            run_tool fetch-config s3://b/k=./a
            exits 0
            says "^fetch-config: $name: ends with a newline, which is left out"
            export "$name=$value"$'\r\nX-Injected: yes'
            run_tool fetch-config s3://b/k=./a
            refuses_naming "$name"
            says_not "geheim|injected"
        )
    done
    [ "$(requests s /b/k)" = 5 ]
    [ "$(requests s /b/k "Credential=AKIA1/[0-9]*/eu-central-1/")" = 5 ]
    [ "$(requests s /b/k '"x-amz-security-token": "geheim-2"')" = 5 ]
    [ "$(requests s "" -i injected)" = 0 ]
    # Without s3:// they are nobody's business.
    AWS_REGION=$'a\nb' run_tool fetch-config "$s/b/k=./a"
    exits 0
}

@test "what S3 and STS want less of is asked for again, whatever the status" {
    local body="<Error><Code>%s</Code></Error>" answer="<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></R>"
    echo token-1 >identity
    # shellcheck disable=SC2059 # the format is the body
    start_http s < <(printf "/ 400 text \"$body\" / 400 text \"$body\" / 200 text \"$answer\"\n/b/k 400 text \"$body\" / 403 text \"$body\" / 200 text object\n" \
        Throttling IDPCommunicationError RequestTimeout SlowDown)
    export AWS_ENDPOINT_URL=$s AWS_REGION=eu-central-1 AWS_ROLE_ARN=arn:aws:iam::1:role/r AWS_WEB_IDENTITY_TOKEN_FILE=identity
    run_tool fetch-config s3://b/k=./a --interval 20ms
    exits 0
    for code in Throttling IDPCommunicationError RequestTimeout SlowDown; do
        says "HTTP status 40[03].*: $code"
    done
    [ "$(cat a)" = object ]
    [ "$(requests s /b/k)" = 3 ]
}
