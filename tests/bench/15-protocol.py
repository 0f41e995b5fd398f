"""wait-for-tcp --protocol at databases that serve: the whole process, against the client that comes with each of them."""

import glob
import os
import shutil
import subprocess

import bench

RUNS = 20 if bench.QUICK else 100


def postgres(program):
    """Debian's pg_isready in PATH is a script around this one."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/" + program))
    return found[-1] if found else bench.needed(program)


def as_postgres(command):
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", *command]


class Database(bench.Server):
    """A server of that name on its usual port."""

    def __init__(self, name, port):
        self.folder = f"/tmp/initkit-bench-{name}-{os.getpid()}"
        os.makedirs(self.folder)
        with open(bench.path(f"{name}.log"), "w") as log:
            super().__init__(getattr(self, name)(), stdout=log, stderr=log)
        wait = [bench.tool("wait-for-tcp"), "--timeout", "60s", "--termination-log=", "--protocol", name, f"127.0.0.1:{port}"]
        subprocess.run(wait, stderr=subprocess.DEVNULL, check=True)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder)

    def postgres(self):
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        data = self.folder + "/data"
        make = [postgres("initdb"), "--no-sync", "--auth", "trust", "--username", "postgres", "--pgdata", data]
        subprocess.run(as_postgres(make), stdout=subprocess.DEVNULL, check=True)
        with open(data + "/pg_hba.conf", "w") as rules:
            rules.write("host all all all scram-sha-256\n")
        return as_postgres([postgres("postgres"), "-D", data, "-c", "unix_socket_directories="])

    def redis(self):
        return [bench.needed("redis-server"), "--dir", self.folder, "--save", ""]

    def mysql(self):
        return [
            *[bench.needed("mariadbd"), "--no-defaults", "--datadir=" + self.folder, "--user=root", "--skip-grant-tables"],
            *["--skip-networking=0", "--bind-address=127.0.0.1", f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid"],
            *["--skip-innodb", "--default-storage-engine=MyISAM"],
        ]


def compare(name, port, client):
    ours = f"wait-for-tcp --protocol {name}"
    contestants = {
        ours: [bench.tool("wait-for-tcp"), "-q", "--termination-log=", "--protocol", name, f"127.0.0.1:{port}"],
        os.path.basename(client[0]): client,
    }
    with Database(name, port):
        found = dict(zip(contestants, bench.once(RUNS, list(contestants.values()))))
        for each, command in contestants.items():
            found[each]["kib"] = bench.memory(command)
    theirs = found[os.path.basename(client[0])]
    bench.once_table(f"{name} that serves", found, ours, "Each asks once.")
    bench.limit(
        f"--protocol {name}: at most half of its client's CPU time",
        f"{bench.ms(found[ours]['cpu'])} ms against {bench.ms(theirs['cpu'])} ms",
        found[ours]["cpu"] <= theirs["cpu"] / 2,
    )
    bench.limit(f"--protocol {name}: peak memory ≤ 1 MiB", f"{found[ours]['kib']} KiB", found[ours]["kib"] <= 1024)


def main():
    compare("postgres", 5432, [postgres("pg_isready"), "-q", "-h", "127.0.0.1"])
    compare("mysql", 3306, [bench.needed("mariadb-admin"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--skip-ssl", "ping"])
    compare("redis", 6379, [bench.needed("redis-cli"), "ping"])


if __name__ == "__main__":
    main()
