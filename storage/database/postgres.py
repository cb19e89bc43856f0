"""The library on Postgres: connections, transactions, and what its errors mean to people.

It has a schema of its own in the database, so the durable engine may share that.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import sqlalchemy
from psycopg.adapt import Loader
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, TimeoutError

from bot.engine import postgres_engine, postgres_url
from bot.errors import PaperwireError, Retry, Tell
from storage.database import tsvector
from storage.database.index import WordIndex
from storage.database.rows import Row, Transaction, Value, storable
from storage.database.schema import MIGRATIONS
from storage.library import SqlLibrary

log = logging.getLogger("paperwire.library")
T = TypeVar("T")

SCHEMA = "paperwire"
MOVING = "paperwire_moving"
"""Where a library that comes from SQLite waits until it is whole (``storage.database.moving``)."""
_OLDEST_SERVER = 140_000
_BUSY_MILLISECONDS = 15_000
_PATIENCE = 5.0
"""Seconds for which a server that is away is knocked at: most restarts take less."""
_TRIES = 3


class PostgresTransaction:
    """A transaction of one connection."""

    index: WordIndex = tsvector

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self.connection = connection

    def rows(self, sql: str, /, **values: Value) -> list[Row]:
        result = self.connection.execute(_text(sql), {name: storable(value) for name, value in values.items()})
        return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def row(self, sql: str, /, **values: Value) -> Row | None:
        return next(iter(self.rows(sql, **values)), None)

    def many(self, sql: str, rows: Sequence[Row]) -> None:
        """The same statement with each row's values."""
        self.connection.execute(_text(sql), [{name: storable(row[name]) for name in row} for row in rows])


_text = functools.lru_cache(maxsize=500)(sqlalchemy.text)


class _Undone(Retry):
    """The server went away before the transaction was committed: nothing of it stays, and it may be run again."""


class PostgresLibrary(SqlLibrary):
    """Opens the library in the database at ``url`` (``postgresql://…``), making its schema when there is none.

    Threads, processes and machines may share it. Raises Tell (``library_refused``, ``library_no_database``,
    ``library_forbidden``, ``library_unsuited``, ``library_newer``, ``library_damaged``) and Retry (``library_away``,
    ``library_busy``, ``library_full``), here and from every method. After a Retry nobody may know whether what was
    asked is done; it is safe to ask again.
    """

    def __init__(self, url: str, *, schema: str = SCHEMA, make: bool = True) -> None:
        self.place = place(url)
        self._schema = schema
        self._closed = False
        self._engine = postgres_engine(url, connections=8, search_path=schema, lock_timeout=_BUSY_MILLISECONDS)
        event.listen(self._engine, "connect", _prepare)
        try:
            if make:
                self.make()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Transaction]:
        with self._transaction(isolation_level="REPEATABLE READ", postgresql_readonly=True) as tx:
            yield tx

    @contextmanager
    def _writing(self, team_id: str | None = None) -> Iterator[Transaction]:
        # Each statement sees what was committed before it; the snapshot of a stricter level would be older than the
        # lock. A writer of one team shares the library with those of others, a writer of all has it alone.
        with self._transaction(isolation_level="READ COMMITTED") as tx:
            library = self._key("library")
            if team_id is None:
                tx.rows("SELECT pg_advisory_xact_lock(:library)", library=library)
            else:
                tx.rows("SELECT pg_advisory_xact_lock_shared(:library)", library=library)
                tx.rows("SELECT pg_advisory_xact_lock(:team)", team=self._key(f"team {team_id}"))
            yield tx

    def _key(self, name: str, schema: str | None = None) -> int:
        digest = hashlib.sha256(f"paperwire {schema or self._schema} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    @contextmanager
    def _transaction(self, **options: Any) -> Iterator[Transaction]:
        with self._connection() as connection:
            committing = False
            try:
                yield PostgresTransaction(connection.execution_options(**options))
                committing = True
                connection.commit()
            except DBAPIError as error:
                explained = self._explain(error, Retry if committing else _Undone)
                if explained is None:
                    raise
                raise explained from error

    def _connection(self) -> sqlalchemy.Connection:
        if self._closed:
            raise RuntimeError("the library is closed")
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._engine.connect()
            except TimeoutError as error:
                raise Retry("library_busy") from error
            except DBAPIError as error:
                explained = self._explain(error, Retry)
                if explained is None:
                    raise
                if isinstance(explained, Tell) or time.monotonic() > deadline:
                    raise explained from error
                time.sleep(0.2)

    def make(self) -> None:
        """Make the schema and its tables, or bring them up to date."""
        # One transaction over all steps and one at a time: of replicas starting at once, the others find them applied.
        with self._writing() as tx:
            self._check_server(tx)
            schemas = {row["nspname"] for row in tx.rows("SELECT nspname FROM pg_namespace")}
            if MOVING in schemas - {self._schema}:
                raise Tell("library_moving", path=self.place)
            if self._schema not in schemas:
                tx.rows(f"CREATE SCHEMA {self._schema}")
            tx.rows("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)")
            applied = {row["name"] for row in tx.rows("SELECT name FROM migrations")}
            if applied - {step.name for step in MIGRATIONS}:
                raise Tell("library_newer", path=self.place)
            for step in MIGRATIONS:
                if step.name not in applied:
                    for statement in step.sql("postgres"):
                        tx.rows(statement)
                    tx.rows("INSERT INTO migrations VALUES (:name, CAST(now() AS text))", name=step.name)

    def take_the_place(self, tx: Transaction) -> None:
        """Become the library when the transaction ends. Raises Tell (``move_target_taken``) where there is one."""
        tx.rows("SELECT pg_advisory_xact_lock(:library)", library=self._key("library", SCHEMA))
        if holds_anything(tx):
            raise Tell("move_target_taken", path=self.place)
        tx.rows(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        tx.rows(f"ALTER SCHEMA {self._schema} RENAME TO {SCHEMA}")

    def _check_server(self, tx: Transaction) -> None:
        row = tx.row(
            "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,"
            " current_setting('server_encoding') AS encoding"
        )
        assert row is not None
        if int(row["number"]) < _OLDEST_SERVER:
            raise Tell("library_unsuited", path=self.place, reason=f"PostgreSQL {row['version']}")
        if row["encoding"] != "UTF8":
            raise Tell("library_unsuited", path=self.place, reason=row["encoding"])

    def _explain(self, error: DBAPIError, retry: type[Retry]) -> PaperwireError | None:
        """What the operator can do about an error of the server's; None for a bug of ours."""
        state = getattr(error.orig, "sqlstate", None)
        reason = " ".join(str(error.orig).removeprefix("connection failed: ").split())
        if state is None and isinstance(error.orig, psycopg.OperationalError):
            # Refused before there was a session, or cut off: the words are all there is.
            state = next((state for words, state in _WORDS if re.search(words, reason)), "08000")
        code = next((code for start, code in _CODES if (state or "").startswith(start)), None)
        if code is None:
            return None
        return (retry if code in _PASSING else Tell)(code, path=self.place, reason=reason)


_PASSING = ("library_away", "library_busy", "library_full")
_WORDS = (
    (r"password|authentication|role .* does not exist|pg_hba\.conf|not permitted to log in", "28000"),
    (r"database .* does not exist", "3D000"),
)
# Postgres' error codes (its manual, appendix A) by their beginnings.
_CODES = (
    ("08", "library_away"),
    # A newer version beside us added a column to what this connection had prepared; the rollback forgets that.
    ("0A000", "library_busy"),
    ("25006", "library_away"),
    ("25P03", "library_away"),
    ("57P", "library_away"),
    ("28", "library_refused"),
    ("3D000", "library_no_database"),
    ("42501", "library_forbidden"),
    ("40", "library_busy"),
    ("53100", "library_full"),
    ("53", "library_busy"),
    ("55P03", "library_busy"),
    ("57014", "library_busy"),
    ("XX001", "library_damaged"),
    ("XX002", "library_damaged"),
)


def holds_anything(tx: Transaction) -> bool:
    """Whether the database holds a library that is not empty, or that somebody works on."""
    found = tx.rows("SELECT tablename FROM pg_tables WHERE schemaname = :schema", schema=SCHEMA)
    names = {row["tablename"] for row in found} - {"migrations", "taken_requests", "model_calls"}
    # Replicas that died leave their names behind.
    rows = {name: f"{SCHEMA}.{name}" for name in names}
    if "replicas" in rows:
        rows["replicas"] += " WHERE alive_until > clock_timestamp()"
    return any(tx.row(f"SELECT 1 FROM {each} LIMIT 1") for each in rows.values())  # noqa: S608


def place(url: str) -> str:
    """Where a library is, without its password: ``host:port/database``. Raises Tell (``library_address``)."""
    parsed = postgres_url(url)
    host = parsed.host or parsed.query.get("host") or "localhost"
    return f"{host if isinstance(host, str) else ','.join(host)}:{parsed.port or 5432}/{parsed.database or ''}"


def _prepare(connection: psycopg.Connection[Any], _: object) -> None:
    connection.adapters.register_loader("numeric", _Number)


class _Number(Loader):
    """Sums come as ``numeric``; here they are what SQLite would have said."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.isdigit() or text[1:].isdigit() else float(text)


def _repeated(method: Callable[..., T]) -> Callable[..., T]:
    """Runs a method again when the server went away before its transaction was committed."""

    @functools.wraps(method)
    def repeated(library: PostgresLibrary, *given: Any, **named: Any) -> T:
        # An iterator would be spent when it is needed again.
        given = tuple(list(each) if isinstance(each, Iterator) else each for each in given)
        for _ in range(_TRIES - 1):
            try:
                return method(library, *given, **named)
            except _Undone as error:
                log.info("again: %s", error)
        return method(library, *given, **named)

    return repeated


for _name, _method in inspect.getmembers(SqlLibrary, inspect.isfunction):
    if not _name.startswith("_") and _name not in SqlLibrary.__abstractmethods__:
        setattr(PostgresLibrary, _name, _repeated(_method))
