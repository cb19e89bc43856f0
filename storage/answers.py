"""Answers of models, kept so that none is paid for twice, and what they took."""

from __future__ import annotations

from datetime import datetime

from bot.models import Usage
from storage.database.rows import Transaction, stamp, usage_values

NO_TEAM = ""
"""Whose rows answers are: nobody's."""


def answer(tx: Transaction, key: str) -> str | None:
    row = tx.row("SELECT answer FROM answers WHERE key = :key", key=key)
    return row["answer"] if row else None


def keep(tx: Transaction, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None:
    """The first answer under a key stays, so that whoever asks again is told the same."""
    tx.rows(
        """
        INSERT INTO answers (key, model, answer, input_tokens, output_tokens, cost, calls, seconds, created_at)
        VALUES (:key, :model, :answer, :input_tokens, :output_tokens, :cost, :calls, :seconds, :now)
        ON CONFLICT (key) DO UPDATE SET answer = COALESCE(answers.answer, excluded.answer)
        """,
        key=key,
        model=model,
        answer=answer,
        now=stamp(now),
        **usage_values(usage),
    )


def note_share(tx: Transaction, team_id: str, share_id: str, key: str, now: datetime) -> None:
    tx.rows(
        """
        INSERT INTO answer_shares (team_id, share_id, key, noted_at) VALUES (:team, :share, :key, :now)
        ON CONFLICT (team_id, share_id, key) DO UPDATE SET noted_at = excluded.noted_at
        """,
        team=team_id,
        share=share_id,
        key=key,
        now=stamp(now),
    )


def forget_share(tx: Transaction, team_id: str, share_id: str) -> None:
    """Drop the words of every answer asked for a share, under its key itself or under one made of it.

    Also where another share had the same answer: then the model is asked once more. What the share asked stays noted,
    because a model may be answering just now; whoever forgets asks again when that is over.
    """
    for row in tx.rows(
        "SELECT key FROM answer_shares WHERE team_id = :team AND share_id = :share", team=team_id, share=share_id
    ):
        tx.rows(
            "UPDATE answers SET answer = NULL WHERE key >= :key AND key < :end AND answer IS NOT NULL",
            key=row["key"],
            end=row["key"] + ";",
        )


def forget(tx: Transaction, key: str) -> None:
    """Drop the words of one answer; what it took stays."""
    tx.rows("UPDATE answers SET answer = NULL WHERE key = :key RETURNING key", key=key)


def prune(tx: Transaction, before: datetime) -> int:
    """Drop the words of older answers; what they took stays. Returns how many."""
    tx.rows("DELETE FROM answer_shares WHERE noted_at < :before", before=stamp(before))
    gone = tx.rows(
        "UPDATE answers SET answer = NULL WHERE created_at < :before AND answer IS NOT NULL RETURNING key",
        before=stamp(before),
    )
    return len(gone)
