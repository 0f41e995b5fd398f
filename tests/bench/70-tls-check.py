"""tls-check at a server that is trusted: the whole process, against what looks at certificates today."""

import os
import subprocess
import time

import bench

RUNS = 30 if bench.QUICK else 150
MANY = 100


class WebServer(bench.Server):
    """nginx with a certificate for localhost that ca.pem vouches for; `url` leads to an empty page."""

    PORT = "8443"

    def __init__(self):
        self.folder = bench.path("tls")
        os.makedirs(self.folder, exist_ok=True)
        self.make_certificates()
        with open(self.file("nginx.conf"), "w") as out:
            out.write(f"""
daemon off; master_process off; pid {self.file("pid")}; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server {{
        listen 127.0.0.1:{self.PORT} ssl;
        ssl_certificate {self.file("server.pem")};
        ssl_certificate_key {self.file("server.key")};
        location / {{ return 200; }}
    }}
}}
""")
        super().__init__([bench.program("nginx") or "/usr/sbin/nginx", "-c", self.file("nginx.conf"), "-p", self.folder])
        self.url = f"https://localhost:{self.PORT}/"
        for _ in range(200):
            if subprocess.run([bench.tool("wait-for-tcp"), "-q", "--once", "--termination-log=", f"127.0.0.1:{self.PORT}"],
                              stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.02)

    def file(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)

    def make_certificates(self):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        with open(self.file("names"), "w") as out:
            out.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self.openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Bench Root", "-days", "90")
        self.openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "90", "-extfile", "names",
                     "-set_serial", "1", "-out", "server.pem")


JAVA = """
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;
public class Look {
    public static void main(String[] words) throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection) new URL(words[0]).openConnection();
        connection.setRequestMethod("HEAD");
        System.exit(connection.getResponseCode() == 200 ? 0 : 1);
    }
}
"""


def java_client(server):
    """A JVM that does the same; None where there is no JDK."""
    if not bench.program("javac"):
        return None
    with open(server.file("Look.java"), "w") as out:
        out.write(JAVA)
    subprocess.run(["javac", "-d", server.folder, server.file("Look.java")], check=True)
    store = server.file("ca.p12")
    if not os.path.exists(store):
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", server.file("ca.pem"), "-keystore", store,
                        "-storetype", "PKCS12", "-storepass", "changeit"], check=True, stderr=subprocess.DEVNULL)
    return [bench.needed("java"), f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit", "-cp",
            server.folder, "Look", server.url]


def contestants_of(server):
    ca, place = server.file("ca.pem"), f"localhost:{server.PORT}"
    check = [bench.tool("tls-check"), "--termination-log=", "--once", "--trust-store", ca]
    found = {
        "tls-check, HTTP too": [*check, server.url],
        "tls-check, handshake only": [*check, place],
        "tls-check, and the system's store": [*check, "--trust-store", "system", place],
        "curl -I": [bench.needed("curl"), "-sI", "--cacert", ca, server.url],
        "openssl s_client": [bench.needed("openssl"), "s_client", "-CAfile", ca, "-verify_return_error", "-verify_hostname", "localhost", "-connect", place],
    }
    if bench.program("gnutls-cli"):
        found["gnutls-cli"] = [bench.program("gnutls-cli"), "--x509cafile", ca, "-p", server.PORT, "localhost"]
    return found


def judge_many(server):
    """A hundred targets in one run, beside a hundred runs of curl."""
    targets = [f"127.0.0.1:{server.PORT}" for _ in range(MANY)]
    check = [bench.tool("tls-check"), "-q", "--termination-log=", "--once", "--trust-store", server.file("ca.pem"), *targets]
    loop = ["/bin/sh", "-c", f"for i in $(seq {MANY}); do curl -sI --cacert {server.file('ca.pem')} https://127.0.0.1:{server.PORT}/ >/dev/null || exit 1; done"]
    commands = {"tls-check, 100 targets": check, "curl -I, 100 times": loop}
    found = dict(zip(commands, bench.once(5, list(commands.values()))))
    for name, command in commands.items():
        found[name]["kib"] = bench.memory(command)
    bench.once_table("A hundred targets", found, "tls-check, 100 targets", "")
    return found["tls-check, 100 targets"]["kib"]


def main():
    with WebServer() as server:
        contestants = contestants_of(server)
        found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
        java = java_client(server)
        if java:
            contestants["a JVM"] = java
            found["a JVM"] = bench.once(5, [java])[0]
        for name, command in contestants.items():
            found[name]["kib"] = bench.memory(command)
        bench.once_table("A server that is trusted", found, "tls-check, HTTP too", "All ask nginx on loopback, with a store of one root.")
        many = judge_many(server)
    ours, curl = found["tls-check, HTTP too"], found["curl -I"]
    bench.limit(
        "tls-check: ≤ half of curl -I's time",
        f"{bench.ms(ours['quartile'])} ms against {bench.ms(curl['quartile'])} ms",
        ours["quartile"] <= curl["quartile"] / 2,
    )
    bench.limit("tls-check: ≤ 10 MiB, 100 targets too", f"{max(ours['kib'], many)} KiB", max(ours["kib"], many) <= 10 * 1024)


if __name__ == "__main__":
    main()
