"""The messages in digests' threads, and what they show after somebody corrected it there."""

from __future__ import annotations

from bot.models import Brief, DigestReply
from storage.rows import Transaction, brief_json


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
    if row is None:
        return None
    return DigestReply(row["digest_id"], row["number"], row["size"], channel_id, ts, row["parent_ts"], row["picture"])


def show(tx: Transaction, team_id: str, digest_id: str, share_id: str, brief: Brief) -> None:
    tx.rows(
        """
        UPDATE digest_entries SET brief = :brief
         WHERE team_id = :team AND digest_id = :digest
           AND number = (SELECT number FROM digest_shares
                          WHERE team_id = :team AND digest_id = :digest AND share_id = :share)
        """,
        team=team_id,
        digest=digest_id,
        share=share_id,
        brief=brief_json(brief),
    )
