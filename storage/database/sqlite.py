"""The library in one SQLite file: connections, transactions, and what its errors mean to people."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlite_utils import Database

from bot.errors import PaperwireError, Retry, Tell
from bot.models import shortened
from storage.database import fts5, index
from storage.database.index import WordIndex
from storage.database.migrations import for_sqlite
from storage.database.rows import Row, Transaction, Value, storable
from storage.database.schema import MIGRATIONS
from storage.library import SqlLibrary

_BUSY_SECONDS = 15.0
_PRAGMAS = (
    "PRAGMA synchronous = FULL",  # an accepted share must outlive a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is purged is overwritten
)


class SqliteTransaction:
    """A transaction of one thread's connection."""

    index: WordIndex = fts5

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, sql: str, /, **values: Value) -> list[Row]:
        cursor = self._database.execute(sql, {name: storable(value) for name, value in values.items()})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, /, **values: Value) -> Row | None:
        return next(iter(self.rows(sql, **values)), None)


class SqliteLibrary(SqlLibrary):
    """Opens the library at ``path``, making it when there is none; threads and processes may share it.

    Raises Tell (``library_unwritable``, ``library_damaged``, ``library_newer``) and Retry (``library_busy``,
    ``library_full``), here and from every method.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = threading.local()
        self._writer = threading.RLock()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, Database] = {}
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise Tell("library_unwritable", path=str(path), reason=error.strerror or str(error)) from error
        try:
            with self._explained():
                self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for database in self._open.values():
                database.close()
            self._open.clear()

    def _reading(self) -> AbstractContextManager[Transaction]:
        return self._transaction("BEGIN")

    @contextmanager
    def _writing(self, team_id: str | None = None) -> Iterator[Transaction]:
        # SQLite lets waiting writers poll, later and later. Among our own threads a lock hands over at once.
        if not self._writer.acquire(timeout=_BUSY_SECONDS):
            raise Retry("library_busy")
        try:
            # A deferred transaction that reads before it writes fails at once when another writer came between.
            with self._transaction("BEGIN IMMEDIATE") as tx:
                yield tx
        finally:
            self._writer.release()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        with self._explained():
            database = self._database()
            database.execute(begin)
            try:
                yield SqliteTransaction(database)
                database.execute("COMMIT")
            except BaseException:
                database.rollback()
                raise

    def _database(self) -> Database:
        """This thread's own connection."""
        database: Database | None = getattr(self._here, "database", None)
        if self._closed:
            raise RuntimeError("the library is closed")
        if database is None:
            database = self._connect()
            with self._lock:
                self._open[threading.current_thread()] = database
                for gone in [thread for thread in self._open if not thread.is_alive()]:
                    self._open.pop(gone).close()
            self._here.database = database
        return database

    def _connect(self) -> Database:
        # Used by its own thread only; the check is off so that another may close it.
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            return Database(connection)
        except BaseException:
            connection.close()
            raise

    def _migrate(self) -> None:
        database = self._database()
        _use_wal(database)
        # One transaction over all steps: of two processes starting at once, the second finds them applied.
        with self._writing():
            migrations = for_sqlite(MIGRATIONS)
            ours = {step.name for step in MIGRATIONS}
            if any(step.name not in ours for step in migrations.applied(database)):
                raise Tell("library_newer", path=str(self._path))
            database.register_function(shortened)
            unindexed = not database["findable"].exists()
            migrations.apply(database)
            if unindexed:
                index.fill(SqliteTransaction(database))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            explained = self._explain(error)
            if explained is None:
                raise
            raise explained from error

    def _explain(self, error: sqlite3.Error) -> PaperwireError | None:
        """What the operator can do about an error of SQLite's; None for a bug of ours."""
        name = getattr(error, "sqlite_errorname", None) or ""
        path = str(self._path)
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Retry("library_busy")
        if name.startswith("SQLITE_FULL"):
            return Retry("library_full", path=path)
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return Tell("library_damaged", path=path)
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_IOERR")):
            return Tell("library_unwritable", path=path, reason=str(error))
        return None


def _use_wal(database: Database) -> None:
    # The busy timeout does not cover this switch: of two processes making the file, one is refused at once.
    deadline = time.monotonic() + _BUSY_SECONDS
    while database.journal_mode != "wal":
        try:
            database.enable_wal()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
