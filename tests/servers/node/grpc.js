// A gRPC server with the health service, of @grpc/grpc-js and grpc-health-check.
//
// usage: NODE_PATH=FOLDER/node_modules node grpc.js --ready FILE [OPTION]... SERVICE=STATUS...
//
//   --cert FILE        TLS with this certificate and key, in one PEM file
//   --clients FILE     only for clients with a certificate of these CAs
//   --token TOKEN      only for calls with this bearer token
//   --bare             without a health service
//   --log FILE         a line of JSON for each call of the health service: its metadata
//
// An empty SERVICE is the whole server. SIGHUP sets all of them to SERVING. The port is written to the file --ready.
"use strict";

const fs = require("fs");
const {parseArgs} = require("util");
const grpc = require("@grpc/grpc-js");
const {HealthImplementation} = require("grpc-health-check");

const {values, positionals} = parseArgs({
    allowPositionals: true,
    options: {
        ready: {type: "string"}, cert: {type: "string"}, clients: {type: "string"}, token: {type: "string"},
        log: {type: "string"}, bare: {type: "boolean"},
    },
});

function credentials() {
    if (!values.cert)
        return grpc.ServerCredentials.createInsecure();
    const pem = fs.readFileSync(values.cert);
    const clients = values.clients ? fs.readFileSync(values.clients) : null;
    return grpc.ServerCredentials.createSsl(clients, [{cert_chain: pem, private_key: pem}], clients !== null);
}

// Looks at the metadata before the health service does.
function guard(method, call) {
    const listener = new grpc.ServerListenerBuilder()
        .withOnReceiveMetadata((metadata, next) => {
            if (values.log)
                fs.appendFileSync(values.log, JSON.stringify({path: method.path, deadline: call.getDeadline() !== Infinity,
                    metadata: metadata.getMap()}) + "\n");
            if (values.token && metadata.get("authorization")[0] !== `Bearer ${values.token}`)
                call.sendStatus({code: grpc.status.UNAUTHENTICATED, details: "who are you? \u00e9\n100 %"});
            else
                next(metadata);
        }).build();
    const responder = new grpc.ResponderBuilder().withStart(next => next(listener)).build();
    return new grpc.ServerInterceptingCall(call, responder);
}

const statuses = Object.fromEntries(positionals.map(each => each.split("=")));
const health = new HealthImplementation(statuses);
const server = new grpc.Server({interceptors: [guard]});

if (!values.bare)
    health.addToServer(server);
process.on("SIGHUP", () => Object.keys(statuses).forEach(name => health.setStatus(name, "SERVING")));
server.bindAsync("127.0.0.1:0", credentials(), (error, port) => {
    if (error)
        throw error;
    fs.writeFileSync(values.ready + ".new", `${port}\n`);
    fs.renameSync(values.ready + ".new", values.ready);
});
