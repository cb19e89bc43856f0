"""Postgres for the tests: a cluster of its own from the machine's binaries, or the server TEST_POSTGRES_URL names.

``conftest.py`` offers it as fixtures: ``postgres_cluster`` can be stopped and started, ``postgres_url`` is a fresh
database of either. Without Postgres such tests are skipped with the reason, or fail where ``CI=true``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from local_ports import free_port

# Postgres refuses to run as root.
_USER = "postgres"
# Who the bot logs in as: it owns its databases and is no superuser.
_ROLE = "paperwire"

# Commits reach the operating system, which survives any kill of the server, if not a power cut.
_FAST = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}


class PostgresServer:
    """A running server, known by the address of one of its databases, whose user may create others."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{quote(database)}"))

    def create_database(self, template: str | None = None) -> str:
        """Make an empty database, or a copy of the database named ``template``; returns its name."""
        name = f"paperwire_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def drop_database(self, name: str) -> None:
        """Also when somebody is connected to it still.

        Not by FORCE: that is refused to all but superusers while autovacuum is in the database. A plain drop ends
        autovacuum itself, and waits for those who have been told to leave, though no longer than 5 s.
        """
        self.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        inside = f"FROM pg_stat_activity WHERE datname = '{name}' AND backend_type = 'client backend'"
        self.execute(f"SELECT pg_terminate_backend(pid) {inside}")
        deadline = time.monotonic() + 60
        while self.execute(f"SELECT 1 {inside}") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.execute(f"DROP DATABASE {name}")

    def execute(self, statement: str, database: str | None = None) -> list[Any]:
        """Run one statement outside of any transaction; returns its rows, if it has any."""
        url = self.url(database) if database else self._url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


class PostgresCluster(PostgresServer):
    """A server of our own on 127.0.0.1, in a folder of its own. It ends with this process, however that ends.

    ``durable`` as in earnest: commits reach the disk.
    """

    def __init__(self, binaries: Path, *, durable: bool = False) -> None:
        self._settings = {} if durable else _FAST
        self._binaries = binaries
        self._as: dict[str, Any] = {"user": _USER, "group": _USER, "extra_groups": []} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="paperwire-postgres-"))
        self._data = self._folder / "data"
        self._password = secrets.token_hex(8)
        self.port = free_port()
        super().__init__(f"postgresql://{_ROLE}:{self._password}@127.0.0.1:{self.port}/postgres")
        secret = self._folder / "password"
        secret.write_text(self._password)
        if self._as:
            shutil.chown(self._folder, _USER, _USER)
            shutil.chown(secret, _USER, _USER)
        self._keeper = subprocess.Popen(
            [
                "sh",
                "-c",
                'read -r _; "$0" stop --silent --mode=immediate --pgdata="$1/data"; rm -rf "$1"',
                str(binaries / "pg_ctl"),
                str(self._folder),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **self._as,
        )
        self._initialise(secret)
        self.start()
        owner = f"postgresql://{_USER}:{self._password}@127.0.0.1:{self.port}/postgres"
        PostgresServer(owner).execute(f"CREATE ROLE {_ROLE} LOGIN CREATEDB PASSWORD '{self._password}'")

    def _initialise(self, secret: Path) -> None:
        # Letters are sorted as people sort them, as on most servers: where order matters, the bot must say so.
        sorting = ["--locale-provider=icu", "--icu-locale=en-US"] if self._version() >= 15 else []
        self._run(
            "initdb",
            f"--username={_USER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-sync",
            *sorting,
        )

    def _version(self) -> int:
        told = subprocess.run([self._binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(told.stdout.split()[2].split(".")[0])

    def start(self) -> None:
        """Start and wait until it answers, at the same address as ever."""
        settings = {**_SETTINGS, **self._settings, "port": self.port}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={options}")

    def stop(self, *, crash: bool = False) -> None:
        """Stop it and cut all connections; with ``crash`` as a kill does, without tidying up."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={'immediate' if crash else 'fast'}")

    def restart(self, *, crash: bool = False) -> None:
        self.stop(crash=crash)
        self.start()

    def close(self) -> None:
        """Stop and remove it, whether it runs or not."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(60)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments, f"--pgdata={self._data}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            timeout=120,
            **self._as,
        )
        assert done.returncode == 0, f"{program} {' '.join(arguments)}: {done.stdout}{self._log()}"

    def _log(self) -> str:
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[PostgresCluster]:
    """A cluster that nobody else uses; ``durable`` as in earnest. Skips the test where there are no binaries."""
    binaries = _binaries()
    if binaries is None:
        _missing("no Postgres on this machine (Debian: apt-get install postgresql)")
    cluster = PostgresCluster(binaries, durable=durable)
    try:
        yield cluster
    finally:
        cluster.close()


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """The server that TEST_POSTGRES_URL names, whose user must be allowed to create databases, else a cluster."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if url:
        yield PostgresServer(url)
        return
    with running_cluster() as cluster:
        yield cluster


def _binaries() -> Path | None:
    """The folder of the newest server's programs."""
    # Debian keeps them off the PATH, a folder a version.
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    folders = [*reversed(installed), *([Path(on_path).resolve().parent] if on_path else [])]
    needed = ("initdb", "pg_ctl", "postgres")
    return next((each for each in folders if all((each / name).exists() for name in needed)), None)


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
