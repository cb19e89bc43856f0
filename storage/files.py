"""Cached files that nobody holds any more, for every process to delete from its own disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from storage.database.rows import Transaction, stamp


def release(tx: Transaction, hashes: Iterable[str], now: datetime) -> None:
    """Note PDFs, by the SHA-256 of their bytes, that no record of any team names."""
    for value in sorted(set(hashes)):
        tx.rows(
            """
            INSERT INTO released_files (sha256, released_at)
            SELECT :value, :now WHERE NOT EXISTS (SELECT 1 FROM identifiers WHERE kind = 'sha256' AND value = :value)
            ON CONFLICT (sha256) DO UPDATE SET released_at = excluded.released_at
            """,
            value=value,
            now=stamp(now),
        )


def of_papers(tx: Transaction, team_id: str, paper_ids: Iterable[str]) -> list[str]:
    """The hashes of the PDFs that records were read from."""
    return [
        row["value"]
        for paper_id in paper_ids
        for row in tx.rows(
            "SELECT value FROM identifiers WHERE team_id = :team AND paper_id = :paper AND kind = 'sha256'",
            team=team_id,
            paper=paper_id,
        )
    ]


def released(tx: Transaction) -> Mapping[str, datetime]:
    rows = tx.rows("SELECT sha256, released_at FROM released_files")
    return {row["sha256"]: datetime.fromisoformat(row["released_at"]) for row in rows}


def prune(tx: Transaction, before: datetime) -> None:
    tx.rows("DELETE FROM released_files WHERE released_at < :before", before=stamp(before))
