"""Which replicas live, as rows in the Postgres that they share."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from sqlalchemy import text

from bot.engine import postgres_engine
from bot.errors import Retry
from storage.database.postgres import SCHEMA


class PostgresLeases:
    """See ``bot.lease.Leases``; in the schema of a library that has been opened."""

    def __init__(self, url: str) -> None:
        # Connections of their own: a renewal never waits behind the work.
        self._engine = postgres_engine(url, connections=2, search_path=SCHEMA)

    def take(self, replica: str, seconds: float) -> None:
        with self._begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO replicas (id, host, process, started_at, alive_until) VALUES (:id, :host, :process,"
                    " clock_timestamp(), clock_timestamp() + make_interval(secs => :seconds))"
                ),
                {"id": replica, "host": socket.gethostname(), "process": os.getpid(), "seconds": seconds},
            )

    def renew(self, replica: str, seconds: float) -> bool:
        with self._begin() as connection:
            renewed = connection.execute(
                text(
                    "UPDATE replicas SET alive_until = clock_timestamp() + make_interval(secs => :seconds)"
                    " WHERE id = :id"
                ),
                {"id": replica, "seconds": seconds},
            )
            return renewed.rowcount == 1

    def living(self) -> list[str]:
        with self._begin() as connection:
            connection.execute(text("DELETE FROM replicas WHERE alive_until < clock_timestamp()"))
            return list(connection.execute(text("SELECT id FROM replicas ORDER BY started_at, id")).scalars())

    def release(self, replica: str) -> None:
        with self._begin() as connection:
            connection.execute(text("DELETE FROM replicas WHERE id = :id"), {"id": replica})

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[sqlalchemy.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sqlalchemy.exc.DBAPIError as error:
            raise Retry("library_away", reason=" ".join(str(error.orig).split())) from error
