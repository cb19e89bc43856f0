"""Questions about shares: who shared what, where and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.models import Coverage, Period, ShareState, StoredShare
from storage import papers
from storage.coverage import among_channels, covered
from storage.database.rows import Row, Transaction, listed, share_of, stamp
from storage.shares import find

_NEVER = stamp(datetime.max.replace(tzinfo=UTC))


def at_message(tx: Transaction, team_id: str, channel_id: str, ts: str) -> list[StoredShare]:
    """The standing shares of a message, or those that a message of ours answers."""
    rows = tx.rows(
        """
        SELECT * FROM shares
         WHERE team_id = :team AND state <> 'withdrawn'
           AND ((channel_id = :channel AND ts = :ts) OR (reply_channel_id = :channel AND reply_ts = :ts))
         ORDER BY id
        """,
        team=team_id,
        channel=channel_id,
        ts=ts,
    )
    return [share_of(row) for row in rows]


def shared_by(tx: Transaction, team_id: str, user_id: str | None, keys: Sequence[str]) -> list[StoredShare]:
    names, named = listed("key", keys)
    rows = tx.rows(
        f"""
        SELECT * FROM shares
         WHERE team_id = :team AND state <> 'withdrawn'
           AND paper_id IN (SELECT paper_id FROM identifiers WHERE team_id = :team AND key IN ({names}))
         ORDER BY shared_at, ts, id
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    return [each for each in map(share_of, rows) if user_id in (None, each.share.user_id)]


def first_share(tx: Transaction, team_id: str, paper_id: str, channel_id: str, before: str) -> StoredShare | None:
    own = find(tx, team_id, before)
    row = tx.row(
        f"""
        {papers.SAME_WORK}
        SELECT * FROM shares
         WHERE team_id = :team AND paper_id IN (SELECT id FROM same_work) AND state <> 'withdrawn'
           AND (shared_at < :at OR (shared_at = :at AND ts < :ts))
           AND NOT (channel_id = :own_channel AND ts = :ts)
         ORDER BY shared_at, ts, id LIMIT 1
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
        at=stamp(own.shared_at) if own else _NEVER,
        ts=own.share.ts if own else "",
        own_channel=own.share.channel_id if own else "",
    )
    return share_of(row) if row else None


def shared_in(
    tx: Transaction,
    team_id: str,
    coverage: Coverage,
    period: Period,
    state: ShareState,
    *,
    untaken_by: str | None = None,
) -> list[StoredShare]:
    """What a digest may hold; with ``untaken_by`` those only that no scheduled digest of that channel took."""
    among, named = covered(coverage, "shares")
    # The state stands in the statement, so that the index of briefed shares by time serves it.
    rows = tx.rows(
        f"""
        SELECT * FROM shares
         WHERE team_id = :team AND {among} AND state = '{state}'
           AND shared_at >= :since AND shared_at < :until AND left_out_at IS NULL
           AND NOT EXISTS (
               SELECT 1 FROM digest_shares t
                WHERE t.team_id = :team AND t.share_id = shares.id AND t.channel_id = :by AND t.taken = 1)
         ORDER BY shared_at, ts, id
        """,  # noqa: S608
        team=team_id,
        since=stamp(period.since_at),
        until=stamp(period.until_at),
        by=untaken_by or "",
        **named,
    )
    return [share_of(row) for row in rows]


def of_papers(tx: Transaction, team_id: str, paper_ids: Sequence[str], coverage: Coverage) -> list[StoredShare]:
    """The briefed shares of some records, as far as who sees those records is told of them."""
    names, named = listed("paper", paper_ids)
    among, channels = among_channels(coverage, "shares")
    rows = tx.rows(
        f"""
        SELECT * FROM shares WHERE team_id = :team AND paper_id IN ({names}) AND state = 'briefed' AND {among}
        """,  # noqa: S608
        team=team_id,
        **named | channels,
    )
    return [share_of(row) for row in rows]


def latest(
    tx: Transaction, team_id: str, coverage: Coverage, before: StoredShare | None, limit: int
) -> list[StoredShare]:
    """The briefed shares that count, last first, those after ``before`` in that order."""
    among, named = covered(coverage, "shares")
    rows = tx.rows(
        f"""
        SELECT * FROM shares
         WHERE team_id = :team AND state = 'briefed' AND shared_at <= :at AND (shared_at < :at OR id < :id)
           AND {among}
         ORDER BY shared_at DESC, id DESC LIMIT :limit
        """,  # noqa: S608
        team=team_id,
        at=stamp(before.shared_at) if before else _NEVER,
        id=before.share.id if before else "",
        limit=limit,
        **named,
    )
    return [share_of(row) for row in rows]


def times(tx: Transaction, team_id: str, coverage: Coverage, since_at: datetime) -> list[datetime]:
    """When papers were shared, since a time, first first."""
    among, named = covered(coverage, "shares")
    rows = tx.rows(
        f"""
        SELECT shared_at FROM shares
         WHERE team_id = :team AND {among} AND shared_at >= :since AND state = 'briefed'
         ORDER BY shared_at
        """,  # noqa: S608
        team=team_id,
        since=stamp(since_at),
        **named,
    )
    return [datetime.fromisoformat(row["shared_at"]) for row in rows]


def standing(tx: Transaction, team_id: str) -> list[StoredShare]:
    """Every share of the team that has a paper and was not withdrawn, first first."""
    rows: list[Row] = tx.rows(
        """
        SELECT * FROM shares WHERE team_id = :team AND paper_id IS NOT NULL AND state <> 'withdrawn'
         ORDER BY shared_at, ts, id
        """,
        team=team_id,
    )
    return [share_of(row) for row in rows]
