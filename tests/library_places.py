"""Places for libraries: every test of the library runs on each kind of database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from postgres_cluster import PostgresServer

from storage.database.postgres import PostgresLibrary
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

KINDS = ("sqlite", "postgres")
Places = Callable[[], AbstractContextManager[str]]
"""Makes a place where nothing is yet: a file's path or a database's address. It is gone afterwards."""


def opened(place: str) -> SqlLibrary:
    return PostgresLibrary(place) if place.startswith("postgres") else SqliteLibrary(Path(place))


@contextmanager
def sqlite_place() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="paperwire-library-") as folder:
        yield str(Path(folder) / "library.db")


@contextmanager
def postgres_places(server: PostgresServer) -> Iterator[Places]:
    """Databases that have the tables already. They are emptied and used again: to make one takes a second."""
    made: list[str] = []
    free: list[str] = []

    @contextmanager
    def place() -> Iterator[str]:
        if not free:
            made.append(server.create_database())
            free.append(made[-1])
            PostgresLibrary(server.url(made[-1])).close()
        name = free.pop()
        yield server.url(name)
        server.execute(_emptying(server, name), name)
        free.append(name)

    yield place
    for name in made:
        server.drop_database(name)


def _emptying(server: PostgresServer, database: str) -> str:
    """What empties every table, those first that refer to others: they were made later."""
    tables = server.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'paperwire'::regnamespace AND relkind = 'r'"
        " AND relname <> 'migrations' ORDER BY oid DESC",
        database,
    )
    return ";".join(f"DELETE FROM paperwire.{table}" for (table,) in tables)
