"""Who asked to be left alone, and until when, for all processes together."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database.rows import Transaction, stamp


def rest(tx: Transaction, name: str, seconds: float, now: datetime) -> None:
    tx.rows("DELETE FROM rests WHERE until <= :now", now=stamp(now))
    tx.rows(
        """
        INSERT INTO rests (name, until) VALUES (:name, :until)
        ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE excluded.until > rests.until
        """,
        name=name,
        until=stamp(now + timedelta(seconds=seconds)),
    )


def left(tx: Transaction, name: str, now: datetime) -> float:
    row = tx.row("SELECT until FROM rests WHERE name = :name", name=name)
    return max(0.0, (datetime.fromisoformat(row["until"]) - now).total_seconds()) if row else 0.0
