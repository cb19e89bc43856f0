"""A SQLite library moves to Postgres: copied in batches, compared, and only then put in its place.

The copy grows in a schema of its own, each batch with a note of how far it came, and takes the library's name in the
last transaction. So a move that ends half-way leaves no half of a library, and the next goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Tell
from storage.database import tsvector
from storage.database.migrations import tables
from storage.database.postgres import MOVING, SCHEMA, PostgresLibrary, PostgresTransaction, holds_anything
from storage.database.rows import Row, Transaction, Value
from storage.database.schema import MIGRATIONS
from storage.database.sqlite import SqliteLibrary
from storage.installations import carry_over

_BATCH = 200
"""Rows. Of full texts they are some megabytes."""

Told = Callable[[str, int, int], None]
"""Is told a table, how many of its rows are there by now, and of how many."""
Digest = tuple[int, str]
"""How many rows, and a hash of all that is in them."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def move(source: Path, installations: Path, url: str, told: Told) -> dict[str, int]:
    """Copy the library at ``source`` to the database at ``url``; returns how many rows each table has there.

    With it go the workspaces that have installed the app, where there is such a file.

    Nobody may write to the source meanwhile. Raises Tell (``no_file``, ``move_target_taken``, ``move_of_another``,
    ``move_differs``) and what both libraries raise; after any end it may be called again.
    """
    if not source.exists():
        raise Tell("no_file", path=str(source))
    with (
        closing(SqliteLibrary(source)) as old,
        closing(PostgresLibrary(url, schema=MOVING, make=False)) as copy,
        old._reading() as there,
    ):
        wanted = {table: _digest(there, table) for table in _tables(there)}
        with copy._reading() as here:
            taken = holds_anything(here)
            if taken and _differing(here, wanted, f"{SCHEMA}.") is not None:
                raise Tell("move_target_taken", path=copy.place)
        # The same is there already: an earlier move came to its end and nobody heard of it.
        if not taken:
            _fill(there, copy, wanted, str(source.absolute()), told)
            _put_in_place(copy, installations)
        return {table.name: count for table, (count, _) in wanted.items()}


def _tables(there: Transaction) -> Iterator[Table]:
    for name in tables(MIGRATIONS):
        columns = there.rows(f"SELECT name, pk FROM pragma_table_info('{name}')")  # noqa: S608
        key = sorted((row for row in columns if row["pk"]), key=lambda row: int(row["pk"]))
        yield Table(name, tuple(sorted(row["name"] for row in columns)), tuple(row["name"] for row in key))


def _fill(there: Transaction, copy: PostgresLibrary, wanted: dict[Table, Digest], source: str, told: Told) -> None:
    """Bring the copy to where it is found the same. What an earlier run left is used, unless the source changed."""
    copy.make()
    with copy._writing() as here:
        # Words are indexed once they are all there, which takes a fraction of the time.
        here.rows("DROP INDEX IF EXISTS findable_words_words")
        here.rows("CREATE TABLE IF NOT EXISTS moved (name TEXT PRIMARY KEY, last TEXT NOT NULL, done BIGINT NOT NULL)")
        here.rows("INSERT INTO moved VALUES ('', :source, 0) ON CONFLICT DO NOTHING", source=source)
        begun = {row["name"]: row for row in here.rows("SELECT * FROM moved")}
    if begun.pop("")["last"] != source:
        raise Tell("move_of_another", path=copy.place, source=source)
    for table, (count, _) in wanted.items():
        for done in _copied(there, copy, table, begun.get(table.name)):
            told(table.name, done, count)
    with copy._reading() as here:
        differing = _differing(here, wanted)
    if differing is None:
        return
    with copy._writing() as here:
        here.rows(f"DROP SCHEMA {MOVING} CASCADE")
    if not begun:
        raise Tell("move_differs", table=differing)
    _fill(there, copy, wanted, source, told)


def _copied(there: Transaction, copy: PostgresLibrary, table: Table, begun: Row | None) -> Iterator[int]:
    """Copy what is not there yet; yields after each batch how many rows are."""
    names = ", ".join(f'"{name}"' for name in table.columns)
    values = ", ".join(f":{name}" for name in table.columns)
    done = begun["done"] if begun else 0
    for batch in _batches(there, table, json.loads(begun["last"]) if begun else None):
        done += len(batch)
        with copy._writing() as here:
            assert isinstance(here, PostgresTransaction)
            here.many(f"INSERT INTO {table.name} ({names}) VALUES ({values})", batch)  # noqa: S608
            if table.name == "findable":
                for row in batch:
                    tsvector.put(here, row["number"], row)
            here.rows(
                """
                INSERT INTO moved VALUES (:name, :last, :done)
                ON CONFLICT (name) DO UPDATE SET last = excluded.last, done = excluded.done
                """,
                name=table.name,
                last=json.dumps([batch[-1][name] for name in table.key]),
                done=done,
            )
        yield done


def _batches(tx: Transaction, table: Table, after: list[Value] | None, schema: str = "") -> Iterator[list[Row]]:
    """The rows of a table in the order of its key, those after a key when it is given."""
    names = ", ".join(f'"{name}"' for name in table.columns)
    key = ", ".join(f'"{name}"' for name in table.key)
    while True:
        given = {f"after{place}": value for place, value in enumerate(after or ())}
        since = f"WHERE ({key}) > ({', '.join(f':{name}' for name in given)})" if given else ""
        rows = tx.rows(
            f"SELECT {names} FROM {schema}{table.name} {since} ORDER BY {key} LIMIT {_BATCH}",  # noqa: S608
            **given,
        )
        if not rows:
            return
        yield rows
        after = [rows[-1][name] for name in table.key]


def _differing(here: Transaction, wanted: dict[Table, Digest], schema: str = "") -> str | None:
    """The first table that is not as wanted; in the target's ``schema``, followed by a dot."""
    known = {row["name"] for row in here.rows(f"SELECT name FROM {schema}migrations")}  # noqa: S608
    if known != {step.name for step in MIGRATIONS}:
        return "migrations"
    return next((table.name for table, digest in wanted.items() if _digest(here, table, schema) != digest), None)


def _digest(tx: Transaction, table: Table, schema: str = "") -> Digest:
    count, digest = 0, hashlib.sha256()
    for batch in _batches(tx, table, None, schema):
        count += len(batch)
        for row in batch:
            digest.update(json.dumps([row[name] for name in table.columns]).encode())
    return count, digest.hexdigest()


def _put_in_place(copy: PostgresLibrary, installations: Path) -> None:
    with copy._writing() as here:
        assert isinstance(here, PostgresTransaction)
        for row in here.rows(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = :schema AND is_identity = 'YES'",
            schema=MOVING,
        ):
            table, column = row["table_name"], row["column_name"]
            here.rows(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), MAX({column})) FROM {table}"  # noqa: S608
            )
        here.rows("DROP TABLE moved")
        here.rows(tsvector.INDEX)
        carry_over(installations, here.connection)
        for row in here.rows("SELECT tablename FROM pg_tables WHERE schemaname = :schema", schema=MOVING):
            here.rows(f"ANALYZE {row['tablename']}")
        copy.take_the_place(here)
