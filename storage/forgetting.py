"""What the library has of one work, and how all of it goes; and how papers go by age, and with their workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.models import Holding, Paper
from storage import answers, files, papers, purging, shares, works
from storage.database.rows import Transaction, listed, share_of, stamp


def held(
    tx: Transaction, team_id: str, paper_id: str, channel_id: str, user_id: str | None, *, everywhere: bool
) -> Holding:
    visible = _visible(tx, team_id, paper_id, channel_id)
    # What is one's own one may hear of and have forgotten wherever one shared it.
    records = visible if user_id is None and not everywhere else _everywhere(tx, team_id, visible)
    names, named = listed("record", records)
    rows = tx.rows(
        f"""
        SELECT * FROM shares WHERE team_id = :team AND paper_id IN ({names}) AND state <> 'withdrawn'
         ORDER BY shared_at, ts, id
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    standing = [share_of(row) for row in rows]
    going = [each for each in standing if user_id in (None, each.share.user_id)]
    staying = [each for each in standing if each not in going]
    kept = {each.paper_id for each in staying}
    if user_id is not None:
        kept |= _imported(tx, team_id, records)
    gone = tuple(each for each in records if each not in kept)
    others = tuple(each for each in staying if each.paper_id in visible)
    return Holding(gone, tuple(going), others, *_counts(tx, team_id, gone))


def _visible(tx: Transaction, team_id: str, paper_id: str, channel_id: str) -> list[str]:
    rows = tx.rows(
        f"{papers.SAME_WORK} SELECT id FROM same_work ORDER BY id",  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
    )
    return [row["id"] for row in rows]


def _everywhere(tx: Transaction, team_id: str, records: Sequence[str]) -> list[str]:
    """The team's records of the work in every scope: those that share a name with one found, and so on."""
    found: dict[str, Paper] = {}
    looked_at = list(records)
    while looked_at:
        found |= {each: _whole(tx, team_id, each) for each in looked_at}
        looked_at = [
            each
            for each in _alike(tx, team_id, looked_at)
            if each not in found
            and not any(works.contradict(_whole(tx, team_id, each), known) for known in found.values())
        ]
    return list(found)


def _alike(tx: Transaction, team_id: str, records: Sequence[str]) -> list[str]:
    """Those that share an identifier, or title and first author."""
    names, named = listed("record", records)
    rows = tx.rows(
        f"""
        SELECT o.paper_id AS id FROM identifiers i JOIN identifiers o ON o.team_id = i.team_id AND o.key = i.key
         WHERE i.team_id = :team AND i.paper_id IN ({names})
        UNION
        SELECT o.id FROM papers p JOIN papers o ON o.team_id = p.team_id AND o.title_key = p.title_key
                                               AND o.first_author_key = p.first_author_key
         WHERE p.team_id = :team AND p.id IN ({names}) AND p.title_key <> '' AND p.first_author_key <> ''
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    return [row["id"] for row in rows]


def _whole(tx: Transaction, team_id: str, paper_id: str) -> Paper:
    row = tx.row("SELECT * FROM papers WHERE team_id = :team AND id = :id", team=team_id, id=paper_id)
    assert row is not None
    return papers.whole(tx, row)


def _imported(tx: Transaction, team_id: str, records: Sequence[str]) -> set[str | None]:
    names, named = listed("record", records)
    rows = tx.rows(
        f"SELECT id FROM papers WHERE team_id = :team AND id IN ({names}) AND imported_at IS NOT NULL",  # noqa: S608
        team=team_id,
        **named,
    )
    return {row["id"] for row in rows}


def _counts(tx: Transaction, team_id: str, records: Sequence[str]) -> tuple[int, int]:
    """How many briefs, with those they replaced, and how many pages of text."""
    names, named = listed("record", records)
    row = tx.row(
        f"""
        SELECT (SELECT COUNT(*) FROM briefs WHERE team_id = :team AND paper_id IN ({names})) AS briefs,
               (SELECT COALESCE(SUM(page_count), 0) FROM texts WHERE team_id = :team AND paper_id IN ({names})) AS pages
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    assert row is not None
    return int(row["briefs"]), int(row["pages"])


def forget(tx: Transaction, team_id: str, share_ids: Sequence[str], paper_ids: Sequence[str], now: datetime) -> None:
    for share_id in share_ids:
        shares.forget(tx, team_id, share_id, now)
    for paper_id in paper_ids:
        for statement in _NO_LONGER_IMPORTED:
            tx.rows(statement, team=team_id, paper=paper_id)
    purging.purge(tx, team_id, paper_ids, now)


_NO_LONGER_IMPORTED = (
    "UPDATE papers SET imported_at = NULL WHERE team_id = :team AND id = :paper",
    "UPDATE briefs SET imported = 0 WHERE team_id = :team AND paper_id = :paper",
)


_AT_ONCE = 100
"""Papers that go in one transaction: others wait for it."""


def drop_papers(tx: Transaction, before: datetime, now: datetime) -> int:
    """Forget records shared and imported last before a time, and shares of then that failed; how many of either."""
    old = tx.rows(
        """
        SELECT team_id, id FROM papers p
         WHERE COALESCE(imported_at, '') < :before
           AND NOT EXISTS (SELECT 1 FROM shares s WHERE s.team_id = p.team_id AND s.paper_id = p.id
                                                    AND s.shared_at >= :before)
         ORDER BY number LIMIT :limit
        """,
        before=stamp(before),
        limit=_AT_ONCE,
    )
    names, named = listed("paper", [row["id"] for row in old])
    gone = tx.rows(
        f"""
        SELECT * FROM shares
         WHERE paper_id IN ({names}) OR (state = 'failed' AND paper_id IS NULL AND shared_at < :before)
        """,  # noqa: S608
        before=stamp(before),
        **named,
    )
    for team_id in sorted({row["team_id"] for row in (*old, *gone)}):
        shares.expire(tx, team_id, [share_of(row) for row in gone if row["team_id"] == team_id])
        forget(tx, team_id, [], [row["id"] for row in old if row["team_id"] == team_id], now)
    return len(old) + len(gone)


# Those first that refer to others.
OF_A_TEAM = (
    *("digest_replies", "digest_shares", "digest_entries", "digests", "shares", "discussions", "withdrawn_messages"),
    *("texts", "briefs", "identifiers", "absorbed", "papers"),
    *("schedules", "channel_settings", "answer_shares", "spendings"),
)


def knows_team(tx: Transaction, team_id: str) -> bool:
    """Whether there is a row of a team."""
    return any(
        tx.row(f"SELECT 1 FROM {table} WHERE team_id = :team LIMIT 1", team=team_id)  # noqa: S608
        for table in OF_A_TEAM
    )


def forget_team(tx: Transaction, team_id: str, now: datetime) -> int:
    """Delete every row of a team; how many."""
    for row in tx.rows("SELECT DISTINCT share_id FROM answer_shares WHERE team_id = :team", team=team_id):
        answers.forget_share(tx, team_id, row["share_id"])
    hashes = tx.rows("SELECT value FROM identifiers WHERE team_id = :team AND kind = 'sha256'", team=team_id)
    gone = 0
    for table in OF_A_TEAM:
        gone += len(tx.rows(f"DELETE FROM {table} WHERE team_id = :team RETURNING 1", team=team_id))  # noqa: S608
    files.release(tx, [row["value"] for row in hashes], now)
    tx.index.overwrite(tx)
    return gone
