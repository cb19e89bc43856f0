"""What holds in every test: no socket leaves this machine. And libraries and Postgres, for those that need them."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from library_places import KINDS, Places, opened, postgres_places, sqlite_place
from postgres_cluster import PostgresCluster, PostgresServer, running_cluster, running_server

from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

# How long an example takes says more of the machine than of the program: a busy one lets it stand for half a second.
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Any:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address}")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One for all tests: the one that TEST_POSTGRES_URL names, else a cluster of our own."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that is gone after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A cluster for the module's tests alone, which may stop and start it."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _postgres_places(postgres_server: PostgresServer) -> Iterator[Places]:
    with postgres_places(postgres_server) as places:
        yield places


@pytest.fixture(scope="session", params=KINDS)
def places(request: pytest.FixtureRequest) -> Places:
    """Of each kind of database in turn."""
    return sqlite_place if request.param == "sqlite" else request.getfixturevalue("_postgres_places")


@pytest.fixture
def bare_place(places: Places, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where there is no library yet."""
    if places is sqlite_place:
        with places() as there:
            yield there
    else:
        yield request.getfixturevalue("postgres_url")


@pytest.fixture
def place(places: Places) -> Iterator[str]:
    """Where a library may be opened that is empty; several times, also by several processes."""
    with places() as there:
        yield there


@pytest.fixture
def library(place: str) -> Iterator[SqlLibrary]:
    """An empty library on each kind of database in turn."""
    library = opened(place)
    yield library
    library.close()


@pytest.fixture
def new_library(tmp_path: Path) -> Iterator[Callable[[], SqliteLibrary]]:
    """Makes empty libraries on SQLite, each another one."""
    made: list[SqliteLibrary] = []

    def new() -> SqliteLibrary:
        made.append(SqliteLibrary(tmp_path / f"{len(made)}.db"))
        return made[-1]

    yield new
    for library in made:
        library.close()
