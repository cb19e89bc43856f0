"""Shares: accepted, settled, answered, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.errors import Retry
from bot.models import Coverage, Period, Share, ShareState, StoredShare
from storage import answers, discussions, keeping, papers
from storage.coverage import among_channels, covered
from storage.rows import Row, Transaction, listed, share_of, share_values, stamp


def accept(tx: Transaction, team_id: str, share: Share, now: datetime) -> StoredShare:
    if share.team_id != team_id:
        raise ValueError(f"a share of team {share.team_id} for team {team_id}")
    gone = tx.row(
        "SELECT 1 FROM withdrawn_messages WHERE team_id = :team AND channel_id = :channel AND ts = :ts",
        team=team_id,
        channel=share.channel_id,
        ts=share.ts,
    )
    tx.rows(
        """
        INSERT INTO shares (team_id, id, channel_id, ts, item, user_id, thread_ts, identifier, url, file_id, file_name,
                            private, asked, silent, state, shared_at)
        VALUES (:team, :id, :channel_id, :ts, :item, :user_id, :thread_ts, :identifier, :url, :file_id, :file_name,
                :private, :asked, :silent, :state, :now)
        ON CONFLICT (team_id, id) DO NOTHING
        """,
        team=team_id,
        state=ShareState.WITHDRAWN if gone else ShareState.ACCEPTED,
        now=stamp(now),
        **share_values(_forgotten(share) if gone else share),
    )
    return known(tx, team_id, share.id)


def _forgotten(share: Share) -> Share:
    return replace(share, url=None, file_name=None)


def find(tx: Transaction, team_id: str, share_id: str) -> StoredShare | None:
    row = tx.row("SELECT * FROM shares WHERE team_id = :team AND id = :id", team=team_id, id=share_id)
    return share_of(row) if row else None


def known(tx: Transaction, team_id: str, share_id: str) -> StoredShare:
    """As ``find``, for a share that was accepted. Raises KeyError for any other."""
    share = find(tx, team_id, share_id)
    if share is None:
        raise KeyError(share_id)
    return share


def settle(
    tx: Transaction,
    team_id: str,
    share_id: str,
    state: ShareState,
    now: datetime,
    *,
    paper_id: str | None = None,
    error: str | None = None,
) -> StoredShare:
    stored = known(tx, team_id, share_id)
    if not _may_become(stored.state, state):
        return stored
    if state is ShareState.WITHDRAWN:
        _withdraw(tx, team_id, [stored], now)
        return known(tx, team_id, share_id)
    held = stored.paper_id
    if paper_id is not None:
        held = keeping.for_share(tx, team_id, paper_id, stored.share, now)
        if held is None:
            raise Retry("paper_withdrawn")
    if state is ShareState.BRIEFED and held is None:
        raise ValueError("a briefed share needs its paper")
    tx.rows(
        """
        UPDATE shares SET state = :state, paper_id = :paper, error = :error,
               briefed_at = CASE WHEN :state = 'briefed' THEN COALESCE(briefed_at, :now) ELSE briefed_at END
         WHERE team_id = :team AND id = :id
        """,
        team=team_id,
        id=share_id,
        state=state,
        paper=held,
        error=error if state is ShareState.FAILED else None,
        now=stamp(now),
    )
    if stored.paper_id is not None and stored.paper_id != held:
        keeping.left(tx, team_id, [stored], now)
    return known(tx, team_id, share_id)


def _may_become(state: ShareState, other: ShareState) -> bool:
    """Withdrawn is for ever; a briefed share stays briefed whatever a later try comes to."""
    if state is ShareState.WITHDRAWN:
        return False
    return state is not ShareState.BRIEFED or other in (ShareState.BRIEFED, ShareState.WITHDRAWN)


def set_apart(tx: Transaction, team_id: str, share_id: str, now: datetime) -> StoredShare:
    stored = known(tx, team_id, share_id)
    if stored.share.private or not _stands(stored):
        return stored
    share = replace(stored.share, private=True)
    held = keeping.for_share(tx, team_id, stored.paper_id, share, now) if stored.paper_id else None
    tx.rows(
        "UPDATE shares SET private = 1, paper_id = :paper WHERE team_id = :team AND id = :id",
        team=team_id,
        id=share_id,
        paper=held,
    )
    _leave_digests(tx, team_id, share_id)
    keeping.left(tx, team_id, [stored], now)
    return known(tx, team_id, share_id)


def replied(tx: Transaction, team_id: str, share_id: str, channel_id: str, reply_ts: str) -> StoredShare:
    tx.rows(
        "UPDATE shares SET reply_channel_id = :channel, reply_ts = :reply WHERE team_id = :team AND id = :id",
        team=team_id,
        id=share_id,
        channel=channel_id,
        reply=reply_ts,
    )
    return known(tx, team_id, share_id)


def withdraw(tx: Transaction, team_id: str, channel_id: str, ts: str, now: datetime) -> list[StoredShare]:
    tx.rows(
        """
        INSERT INTO withdrawn_messages (team_id, channel_id, ts, withdrawn_at) VALUES (:team, :channel, :ts, :now)
        ON CONFLICT DO NOTHING
        """,
        team=team_id,
        channel=channel_id,
        ts=ts,
        now=stamp(now),
    )
    _withdraw(tx, team_id, [each for each in _of_message(tx, team_id, channel_id, ts) if _stands(each)], now)
    discussions.forget(tx, team_id, channel_id, ts)
    # Also those withdrawn before: who repeats the call after a crash must still hear which replies to delete.
    return _of_message(tx, team_id, channel_id, ts)


def forget(tx: Transaction, team_id: str, share_id: str, now: datetime) -> None:
    """Withdraw one share although its message stays. Its row stays for good, so that nothing brings it back."""
    stored = known(tx, team_id, share_id)
    if _stands(stored):
        _withdraw(tx, team_id, [stored], now)
    if not any(_stands(each) for each in _of_message(tx, team_id, stored.share.channel_id, stored.share.ts)):
        discussions.forget(tx, team_id, stored.share.channel_id, stored.share.ts)


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


def _of_message(tx: Transaction, team_id: str, channel_id: str, ts: str) -> list[StoredShare]:
    rows = tx.rows(
        "SELECT * FROM shares WHERE team_id = :team AND channel_id = :channel AND ts = :ts ORDER BY id",
        team=team_id,
        channel=channel_id,
        ts=ts,
    )
    return [share_of(row) for row in rows]


def _stands(share: StoredShare) -> bool:
    return share.state is not ShareState.WITHDRAWN


def _withdraw(tx: Transaction, team_id: str, shares: Sequence[StoredShare], now: datetime) -> None:
    _let_go(tx, team_id, shares)
    keeping.left(tx, team_id, shares, now)


def expire(tx: Transaction, team_id: str, shares: Sequence[StoredShare]) -> None:
    """Delete shares with what was said of them, as though they had never been. Their records are the caller's."""
    _let_go(tx, team_id, shares)
    for each in shares:
        share = each.share
        tx.rows("DELETE FROM shares WHERE team_id = :team AND id = :id", team=team_id, id=share.id)
        if not any(_stands(other) for other in _of_message(tx, team_id, share.channel_id, share.ts)):
            discussions.forget(tx, team_id, share.channel_id, share.ts)


def _let_go(tx: Transaction, team_id: str, shares: Sequence[StoredShare]) -> None:
    for each in shares:
        tx.rows(
            """
            UPDATE shares SET state = 'withdrawn', paper_id = NULL, error = NULL, url = NULL, file_name = NULL
             WHERE team_id = :team AND id = :id
            """,
            team=team_id,
            id=each.share.id,
        )
        _leave_digests(tx, team_id, each.share.id)
        if each.reply_channel_id and each.reply_ts:
            discussions.forget(tx, team_id, each.reply_channel_id, each.reply_ts)
        answers.forget_share(tx, team_id, each.share.id)


SHOWN = "s.state <> 'withdrawn' AND (s.private = 0 OR s.channel_id = d.channel_id)"
"""Whether a share ``s`` may be shown where a digest holds it, as a row ``d`` of ``digest_shares`` says."""


def _leave_digests(tx: Transaction, team_id: str, share_id: str) -> None:
    """Drop the entries of frozen digests that no share brings any more which stands and may be seen there."""
    tx.rows(
        f"""
        DELETE FROM digest_entries
         WHERE team_id = :team
           AND (digest_id, number) IN (SELECT d.digest_id, d.number FROM digest_shares d
                                        WHERE d.team_id = :team AND d.share_id = :share)
           AND NOT EXISTS (SELECT 1 FROM digest_shares d
                             JOIN shares s ON s.team_id = d.team_id AND s.id = d.share_id
                            WHERE d.team_id = :team AND {SHOWN}
                              AND d.digest_id = digest_entries.digest_id AND d.number = digest_entries.number)
        """,  # noqa: S608
        team=team_id,
        share=share_id,
    )


_NEVER = stamp(datetime.max.replace(tzinfo=UTC))


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


def leave_out(tx: Transaction, team_id: str, share_id: str, user_id: str, now: datetime) -> None:
    known(tx, team_id, share_id)
    tx.rows(
        """
        UPDATE shares SET left_out_at = :now, left_out_by = :user
         WHERE team_id = :team AND id = :id AND left_out_at IS NULL
        """,
        team=team_id,
        id=share_id,
        user=user_id,
        now=stamp(now),
    )


def put_back(tx: Transaction, team_id: str, share_id: str, user_id: str) -> bool:
    back = tx.rows(
        """
        UPDATE shares SET left_out_at = NULL, left_out_by = NULL
         WHERE team_id = :team AND left_out_by = :user
           AND (channel_id, left_out_at) IN (SELECT one.channel_id, one.left_out_at FROM shares one
                                              WHERE one.team_id = :team AND one.id = :id)
        RETURNING id
        """,
        team=team_id,
        id=share_id,
        user=user_id,
    )
    return bool(back)


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


def prune(tx: Transaction, before: datetime) -> int:
    """Drop links that were no papers, and what older withdrawn messages left behind, for all teams; how many."""
    ignored = tx.rows(
        "DELETE FROM shares WHERE state = 'ignored' AND shared_at < :before RETURNING id", before=stamp(before)
    )
    tx.rows(
        """
        DELETE FROM shares
         WHERE state = 'withdrawn'
           AND EXISTS (SELECT 1 FROM withdrawn_messages w
                        WHERE w.team_id = shares.team_id AND w.channel_id = shares.channel_id AND w.ts = shares.ts
                          AND w.withdrawn_at < :before)
        """,
        before=stamp(before),
    )
    gone = tx.rows("DELETE FROM withdrawn_messages WHERE withdrawn_at < :before RETURNING ts", before=stamp(before))
    return len(gone) + len(ignored)
