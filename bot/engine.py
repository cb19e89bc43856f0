"""The databases under the durable engine: one SQLite file, or a Postgres that many replicas share."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy
from sqlalchemy import event

from bot.errors import Tell

RESTORED = "restored"
"""The file in the data folder that tells of a backup put back."""
# What the backup holds unfinished was perhaps finished after it was made. All of it ends within a day: tries and waits
# add up to some hours.
_DOUBT_SECONDS = 24 * 3600.0

# A replica that is cut off must let go of its rows before another takes its work over (``bot.lease``): the server
# ends its transactions and notices the lost connection in time. The client's half finds a dead connection as soon.
_SERVER_PATIENCE = {
    "idle_in_transaction_session_timeout": 10_000,
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_CONNECTION: dict[str, Any] = {
    "application_name": "paperwire",
    "client_encoding": "utf8",
    "connect_timeout": 4,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 6_000,
}
"""How every connection to Postgres is opened (libpq's names; seconds, those of ``tcp_user_timeout`` thousandths)."""


def sqlite_engine(file: Path) -> sqlalchemy.Engine:
    """SQLite for DBOS, with writers in a queue.

    Left to itself a writer that finds SQLite locked sleeps and tries again, up to 0.1 s at a time and in no order:
    among ten at once the unlucky one waits most of a second. Here each waits its turn in this process first.
    """
    engine = sqlalchemy.create_engine(f"sqlite:///{file}", connect_args={"isolation_level": "IMMEDIATE"}, pool_size=40)
    turn = threading.Lock()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # DBOS leaves the default journal, in which an enqueue takes 637 ms under load instead of 3.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "before_cursor_execute")
    def wait_for_turn(connection: sqlalchemy.Connection, _: object, statement: str, *__: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")) and "turn" not in connection.info:
            # Never for ever: SQLite's own lock still keeps writers apart.
            connection.info["turn"] = turn.acquire(timeout=30)

    @event.listens_for(engine, "checkin")
    def end_turn(_: object, record: Any) -> None:
        if record.info.pop("turn", False):
            turn.release()

    return engine


def postgres_engine(url: str, *, connections: int = 16, **session: str | int) -> sqlalchemy.Engine:
    """Postgres for one process, over at most ``connections``.

    In a rush one waits for another's: opening takes as long as many statements, and whoever opens them for a rush
    alone does so at the worst time.

    ``session`` are the server's settings for each connection. Raises Tell (``library_address``).
    """
    options = " ".join(f"-c {name}={value}" for name, value in {**_SERVER_PATIENCE, **session}.items())
    return sqlalchemy.create_engine(
        postgres_url(url),
        connect_args={**_CONNECTION, "options": options},
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # a rush over, those not needed rest
        pool_timeout=15,
        pool_pre_ping=True,
        # What was to be stored stays out of errors and logs.
        hide_parameters=True,
    )


def postgres_url(url: str) -> sqlalchemy.URL:
    """A database's address for SQLAlchemy. Raises Tell (``library_address``), which does not name it: it holds the
    password."""
    try:
        parsed = sqlalchemy.make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise Tell("library_address") from None
    if parsed.drivername not in ("postgresql", "postgres"):
        raise Tell("library_address")
    return parsed.set(drivername="postgresql+psycopg")


def shown_url(url: str) -> str:
    """A database's address as its own tools take it, without the password. Raises Tell (``library_address``)."""
    known = postgres_url(url)
    # libpq takes a password among the options, too.
    options = known.difference_update_query(["password", "sslpassword"]).query
    bare = sqlalchemy.URL.create(
        "postgresql", known.username, host=known.host, port=known.port, database=known.database, query=options
    )
    return bare.render_as_string()


def sole_owner(folder: Path) -> TextIO:
    """Lock a data folder for this process; the lock goes with the process, or when the file is closed.

    Raises Tell: ``already_running`` when another process works on the folder, ``library_unwritable`` for a place
    where there can be none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "paperwire.lock").open("a+")
    except OSError as error:
        raise Tell("library_unwritable", path=str(folder), reason=error.strerror or str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "?"
        lock.close()
        raise Tell("already_running", folder=str(folder), process=owner) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def doubtful_until(folder: Path) -> float:
    """Until when (time.time) anything may have been posted that nobody remembers, because a backup was put back.

    The day begins with the first start after the restore, whenever that is.
    """
    restored = folder / RESTORED
    if not restored.exists():
        return 0.0
    if not restored.read_text():
        restored.write_text(str(time.time()))
    return float(restored.read_text()) + _DOUBT_SECONDS
