"""Requests of Slack's that somebody took, so that none is taken twice, whichever replica it comes to."""

from __future__ import annotations

from datetime import datetime

from storage.database.rows import Transaction, stamp


def take(tx: Transaction, signature: str, taker: str, void_at: datetime, now: datetime) -> bool:
    tx.rows("DELETE FROM taken_requests WHERE void_at < :now", now=stamp(now))
    tx.rows(
        """
        INSERT INTO taken_requests (signature, taker, void_at) VALUES (:signature, :taker, :void_at)
        ON CONFLICT (signature) DO NOTHING
        """,
        signature=signature,
        taker=taker,
        void_at=stamp(void_at),
    )
    row = tx.row("SELECT taker FROM taken_requests WHERE signature = :signature", signature=signature)
    return row is not None and row["taker"] == taker
