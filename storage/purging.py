"""What is forgotten of papers when nobody holds them any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.models import StoredShare
from storage import files
from storage.database import index
from storage.database.rows import Transaction, listed


def left(tx: Transaction, team_id: str, shares: Iterable[StoredShare], now: datetime) -> None:
    """Forget what nobody holds any more, now that some shares left their records."""
    held = [(each.paper_id, each.share.file_id) for each in shares if each.paper_id is not None]
    for paper_id, file_id in held:
        if file_id is not None:
            _take_back(tx, team_id, paper_id, now)
    purge(tx, team_id, [paper_id for paper_id, _ in held], now)


_UPLOADED = """
    EXISTS (SELECT 1 FROM shares s WHERE s.team_id = p.team_id AND s.paper_id = p.id AND s.file_id IS NOT NULL
                                     AND s.state <> 'withdrawn')
"""
_PAGES = (
    "DELETE FROM texts WHERE team_id = :team AND paper_id = :paper",
    "DELETE FROM identifiers WHERE team_id = :team AND paper_id = :paper AND kind = 'sha256'",
    "UPDATE briefs SET evidence = '{}' WHERE team_id = :team AND paper_id = :paper",
)


def _take_back(tx: Transaction, team_id: str, paper_id: str, now: datetime) -> None:
    """Forget the pages of a paper whose last upload went, and the copies that private channels have of a public one's.

    Nobody can tell whether text and quotes are of that upload or of what somebody's link leads to, which *Brief again*
    fetches anew.
    """
    row = tx.row(
        f"SELECT scope, CASE WHEN {_UPLOADED} THEN 1 ELSE 0 END AS uploaded FROM papers p"  # noqa: S608
        " WHERE team_id = :team AND id = :paper",
        team=team_id,
        paper=paper_id,
    )
    if row is None or row["uploaded"]:
        return
    hashes = files.of_papers(tx, team_id, [paper_id])
    names, named = listed("hash", hashes)
    copies = tx.rows(
        f"""
        SELECT id FROM papers p
         WHERE team_id = :team AND (id = :paper OR :scope = '') AND NOT {_UPLOADED}
           AND id IN (SELECT paper_id FROM identifiers
                       WHERE team_id = :team AND kind = 'sha256' AND value IN ({names}))
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        scope=row["scope"],
        **named,
    )
    for copy in copies:
        for statement in _PAGES:
            tx.rows(statement, team=team_id, paper=copy["id"])
    files.release(tx, hashes, now)


_STANDING = "EXISTS (SELECT 1 FROM shares s WHERE s.team_id = :team AND s.paper_id = :paper AND s.state <> 'withdrawn')"
_PURGES = (
    f"DELETE FROM papers WHERE team_id = :team AND id = :paper AND imported_at IS NULL AND NOT {_STANDING}",  # noqa: S608
    f"DELETE FROM texts WHERE team_id = :team AND paper_id = :paper AND NOT {_STANDING}",  # noqa: S608
    f"DELETE FROM briefs WHERE team_id = :team AND paper_id = :paper AND imported = 0 AND NOT {_STANDING}",  # noqa: S608
)


def purge(tx: Transaction, team_id: str, paper_ids: Iterable[str], now: datetime) -> None:
    """Forget what no standing share and no import holds."""
    gone, paper_ids = [], list(paper_ids)
    hashes = files.of_papers(tx, team_id, paper_ids)
    for paper_id in paper_ids:
        for statement in _PURGES:
            gone += tx.rows(f"{statement} RETURNING 1", team=team_id, paper=paper_id)
        index.file(tx, team_id, paper_id)
    files.release(tx, hashes, now)
    if gone:
        tx.index.overwrite(tx)
