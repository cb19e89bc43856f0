"""Reactions and replies to messages: counted as they are told of, whether or not the message turns out a share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.models import Coverage
from storage.coverage import among_channels, covered
from storage.database.rows import Transaction, listed, stamp

# A reaction to our reply, which tells of the paper, is as good as one to the message.
_ABOUT = """d.team_id = s.team_id AND d.channel_id = s.channel_id
    AND (s.ts = d.ts OR (s.reply_channel_id = d.channel_id AND s.reply_ts = d.ts))"""


def discussed(
    tx: Transaction, team_id: str, channel_id: str, ts: str, key: str, now: datetime, *, undone: bool
) -> None:
    """What happened last counts, in whatever order it is told."""
    tx.rows(
        """
        INSERT INTO discussions (team_id, channel_id, ts, key, undone, at)
        SELECT :team, :channel, :ts, :key, :undone, :now
         WHERE NOT EXISTS (SELECT 1 FROM withdrawn_messages
                            WHERE team_id = :team AND channel_id = :channel AND ts = :ts)
        ON CONFLICT (team_id, channel_id, ts, key) DO UPDATE SET undone = excluded.undone, at = excluded.at
         WHERE discussions.at <= excluded.at AND discussions.undone <> excluded.undone
        """,
        team=team_id,
        channel=channel_id,
        ts=ts,
        key=key,
        undone=int(undone),
        now=stamp(now),
    )


Event = tuple[str, str, str]
"""Channel, message and key: one reaction or reply."""


def of_shares(tx: Transaction, team_id: str, share_ids: Sequence[str]) -> dict[str, set[Event]]:
    """What was said and done about each share, by its id."""
    events: dict[str, set[Event]] = {}
    for start in range(0, len(share_ids), 500):
        names, named = listed("share", share_ids[start : start + 500])
        for row in tx.rows(
            f"""
            SELECT s.id, d.channel_id, d.ts, d.key FROM shares s
              JOIN discussions d ON d.team_id = s.team_id AND d.channel_id = s.channel_id
                                AND d.ts IN (s.ts, s.reply_ts)
             WHERE s.team_id = :team AND s.id IN ({names}) AND d.undone = 0
            """,  # noqa: S608
            team=team_id,
            **named,
        ):
            events.setdefault(row["id"], set()).add((row["channel_id"], row["ts"], row["key"]))
    return events


def times(tx: Transaction, team_id: str, coverage: Coverage, since_at: datetime) -> list[datetime]:
    """When standing shares were discussed, since a time, first first."""
    among, named = among_channels(coverage, "d")
    standing, more = covered(coverage, "s")
    rows = tx.rows(
        f"""
        SELECT d.at FROM discussions d
         WHERE d.team_id = :team AND {among} AND d.at >= :since AND d.undone = 0
           AND EXISTS (SELECT 1 FROM shares s WHERE {standing} AND s.state = 'briefed' AND {_ABOUT})
         ORDER BY d.at
        """,  # noqa: S608
        team=team_id,
        since=stamp(since_at),
        **named | more,
    )
    return [datetime.fromisoformat(row["at"]) for row in rows]


def forget(tx: Transaction, team_id: str, channel_id: str, ts: str) -> None:
    tx.rows(
        "DELETE FROM discussions WHERE team_id = :team AND channel_id = :channel AND ts = :ts",
        team=team_id,
        channel=channel_id,
        ts=ts,
    )


def prune(tx: Transaction, before: datetime) -> int:
    """Drop what is older of messages that are no shares, and what was taken back. Returns how many."""
    gone = tx.rows(
        f"""
        DELETE FROM discussions AS d
         WHERE at < :before
           AND (undone = 1 OR NOT EXISTS (SELECT 1 FROM shares s WHERE s.state <> 'withdrawn' AND {_ABOUT}))
        RETURNING key
        """,  # noqa: S608
        before=stamp(before),
    )
    return len(gone)
