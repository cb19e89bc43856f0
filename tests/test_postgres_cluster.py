"""The Postgres that the tests start by themselves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import psycopg.conninfo
import pytest
from postgres_cluster import PostgresCluster, PostgresServer


def test_a_database_is_fresh_and_its_owner_no_superuser(postgres_server: PostgresServer, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
                                  ).fetchone() == (0,)  # fmt: skip
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        if isinstance(postgres_server, PostgresCluster):
            assert connection.execute("SHOW is_superuser").fetchone() == ("off",)


def test_a_cluster_keeps_its_address_and_what_was_committed_over_a_crash(postgres_cluster: PostgresCluster) -> None:
    name = postgres_cluster.create_database()
    postgres_cluster.execute("CREATE TABLE kept AS SELECT 7 AS number", name)
    postgres_cluster.restart(crash=True)
    assert postgres_cluster.execute("SELECT number FROM kept", name) == [(7,)]
    postgres_cluster.stop()
    with pytest.raises(psycopg.OperationalError):
        postgres_cluster.execute("SELECT 1")
    postgres_cluster.start()
    copy = postgres_cluster.create_database(template=name)
    assert postgres_cluster.execute("SELECT number FROM kept", copy) == [(7,)]


def test_a_cluster_ends_with_the_process_that_started_it(postgres_cluster: PostgresCluster) -> None:
    program = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from postgres_cluster import running_cluster
with running_cluster() as cluster:
    print(cluster.url("postgres"), cluster._folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, text=True)
    url, folder = done.stdout.split()
    deadline = time.monotonic() + 60
    while Path(folder).exists():
        assert time.monotonic() < deadline, "the cluster is still there"
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
