"""Calls of models: those of the last minute, so that all processes together keep a limit, and what each month cost.

A limit is the operator's with a provider, so calls are counted over all teams; a cost is its team's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.models import Allowance, Usage
from storage.database.rows import Transaction, stamp


def reserve(tx: Transaction, call_id: str, model: str, tokens: int, allowance: Allowance, now: datetime) -> float:
    window = timedelta(seconds=allowance.seconds)
    tx.rows("DELETE FROM model_calls WHERE model = :model AND at <= :since", model=model, since=stamp(now - window))
    counted = tx.rows("SELECT at, tokens FROM model_calls WHERE model = :model ORDER BY at", model=model)
    requests, used = len(counted), sum(row["tokens"] for row in counted)
    for row in counted:
        if _admits(allowance, requests, used, tokens):
            break
        requests, used, ends = requests - 1, used - row["tokens"], row["at"]
    if requests < len(counted):
        left = datetime.fromisoformat(ends) + window - now
        return max(left.total_seconds(), 0.001)
    tx.rows(
        "INSERT INTO model_calls (id, model, at, tokens) VALUES (:id, :model, :now, :tokens)",
        id=call_id,
        model=model,
        now=stamp(now),
        tokens=tokens,
    )
    return 0.0


def _admits(allowance: Allowance, requests: int, used: int, tokens: int) -> bool:
    """Whether one more call fits. One that is larger than the limit by itself fits when there is no other."""
    if allowance.requests is not None and requests + 1 > allowance.requests:
        return False
    return allowance.tokens is None or used + tokens <= allowance.tokens


def book(tx: Transaction, team_id: str, call_id: str, usage: Usage, now: datetime) -> None:
    tx.rows(
        "UPDATE model_calls SET tokens = :tokens WHERE id = :id",
        id=call_id,
        tokens=usage.input_tokens + usage.output_tokens,
    )
    if usage.cost:
        tx.rows(
            """
            INSERT INTO spendings (team_id, month, cost) VALUES (:team, :month, :cost)
            ON CONFLICT (team_id, month) DO UPDATE SET cost = spendings.cost + excluded.cost
            """,
            team=team_id,
            month=_month(now),
            cost=float(usage.cost),
        )


def spent(tx: Transaction, team_id: str, now: datetime) -> float:
    row = tx.row("SELECT cost FROM spendings WHERE team_id = :team AND month = :month", team=team_id, month=_month(now))
    return float(row["cost"]) if row else 0.0


def _month(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m}"
