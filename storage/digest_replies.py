"""The messages in digests' threads, and what they show after somebody corrected it there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.models import Brief, DigestReply
from storage.database.rows import Row, Transaction, brief_json, listed
from storage.shares import SHOWN


def replied(tx: Transaction, team_id: str, reply: DigestReply) -> None:
    tx.rows(
        """
        INSERT INTO digest_replies (team_id, channel_id, ts, digest_id, number, size, parent_ts, picture)
        VALUES (:team, :channel, :ts, :digest, :number, :size, :parent, :picture)
        ON CONFLICT DO NOTHING
        """,
        team=team_id,
        channel=reply.channel_id,
        ts=reply.ts,
        digest=reply.digest_id,
        number=reply.number,
        size=reply.size,
        parent=reply.parent_ts,
        picture=reply.picture,
    )


def reply(tx: Transaction, team_id: str, channel_id: str, ts: str) -> DigestReply | None:
    row = tx.row(
        "SELECT * FROM digest_replies WHERE team_id = :team AND channel_id = :channel AND ts = :ts",
        team=team_id,
        channel=channel_id,
        ts=ts,
    )
    return _reply_of(row) if row else None


def of_shares(tx: Transaction, team_id: str, share_ids: Sequence[str]) -> list[DigestReply]:
    names, named = listed("share", share_ids)
    rows = tx.rows(
        f"""
        SELECT DISTINCT r.* FROM digest_replies r
          JOIN digest_shares s ON s.team_id = r.team_id AND s.digest_id = r.digest_id AND s.number / r.size = r.number
         WHERE r.team_id = :team AND s.share_id IN ({names})
         ORDER BY r.digest_id, r.number, r.ts
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    return [_reply_of(row) for row in rows]


def parents(tx: Transaction, team_id: str, share_ids: Sequence[str]) -> dict[str, str]:
    names, named = listed("share", share_ids)
    rows = tx.rows(
        f"""
        SELECT id, parent_ts FROM digests
         WHERE team_id = :team AND parent_ts IS NOT NULL
           AND id IN (SELECT digest_id FROM digest_shares WHERE team_id = :team AND share_id IN ({names}))
         ORDER BY id
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    return {row["id"]: row["parent_ts"] for row in rows}


def _reply_of(row: Row) -> DigestReply:
    return DigestReply(
        row["digest_id"],
        row["number"],
        row["size"],
        row["channel_id"],
        row["ts"],
        row["parent_ts"],
        row["picture"],
    )


def show(tx: Transaction, team_id: str, digest_id: str, share_id: str, brief: Brief) -> None:
    tx.rows(
        f"""
        UPDATE digest_entries SET brief = :brief
         WHERE team_id = :team AND digest_id = :digest
           AND number = (SELECT d.number FROM digest_shares d
                           JOIN shares s ON s.team_id = d.team_id AND s.id = d.share_id
                          WHERE d.team_id = :team AND d.digest_id = :digest AND d.share_id = :share AND {SHOWN})
        """,  # noqa: S608
        team=team_id,
        digest=digest_id,
        share=share_id,
        brief=brief_json(brief),
    )
