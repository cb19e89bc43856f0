"""Shares: accepted, settled, answered, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.errors import Retry
from bot.models import Share, ShareState, StoredShare
from storage import answers, discussions, keeping, purging
from storage.database.rows import Transaction, share_of, share_values, stamp


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
        purging.left(tx, team_id, [stored], now)
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
    purging.left(tx, team_id, [stored], now)
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
    purging.left(tx, team_id, shares, now)


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
