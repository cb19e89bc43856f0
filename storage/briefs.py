"""Briefs of papers: made, corrected by people, made again. Rows are only added; the first by rank is current."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.models import Brief, Coverage, Language, Period, Revision, Usage
from storage import papers
from storage.coverage import covered
from storage.database import index
from storage.database.rows import Row, Transaction, brief_of, brief_values, stamp, usage_of

# Made from the paper before imported; a person's words, while they are held, before a model's; then the latest.
_RANK = "imported, held DESC, number DESC"

CURRENT = f"""
    b.number = (SELECT number FROM briefs last
                 WHERE last.team_id = :team AND last.paper_id = b.paper_id AND last.language = b.language
                 ORDER BY {_RANK} LIMIT 1)
"""  # noqa: S608
"""Whether the row ``b`` is its record's current brief in its language."""


def current(tx: Transaction, team_id: str, paper_id: str, language: Language, channel_id: str) -> Brief | None:
    row = _current(tx, team_id, paper_id, language, channel_id)
    return brief_of(row) if row else None


def _current(tx: Transaction, team_id: str, paper_id: str, language: Language, channel_id: str) -> Row | None:
    return tx.row(
        f"""
        {papers.SAME_WORK}
        SELECT b.* FROM briefs b JOIN papers p ON p.team_id = b.team_id AND p.id = b.paper_id
         WHERE b.team_id = :team AND b.paper_id IN (SELECT id FROM same_work) AND b.language = :language
         ORDER BY p.scope DESC, {_RANK} LIMIT 1
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
        language=language,
    )


def revisions(tx: Transaction, team_id: str, paper_id: str, language: Language, channel_id: str) -> list[Revision]:
    """Of the record whose brief is current."""
    first = _current(tx, team_id, paper_id, language, channel_id)
    if first is None:
        return []
    rows = _ranked(tx, team_id, first["paper_id"], language)
    return [Revision(brief_of(row), datetime.fromisoformat(row["created_at"]), row["user_id"]) for row in rows]


def keep(
    tx: Transaction, team_id: str, paper_id: str, brief: Brief, now: datetime, *, imported: bool, again: bool
) -> None:
    """Add a brief that was not written by a person. The same again changes nothing.

    It becomes current, but stands behind a person's words unless somebody asked for it (``again``), and an imported
    one behind any made from the paper itself.
    """
    rows = [row for row in _ranked(tx, team_id, paper_id, brief.language) if row["imported"] == imported]
    last = next((row for row in rows if again or row["user_id"] is None), None)
    if last and last["user_id"] is None and _same(last, brief):
        return
    if again:
        _release(tx, team_id, paper_id, brief.language)
    _insert(tx, team_id, paper_id, brief, now, imported=imported, user_id=None)


def revise(
    tx: Transaction, team_id: str, paper_id: str, channel_id: str, brief: Brief, user_id: str, now: datetime
) -> None:
    """Of the record the channel reads first: its own, which nobody else sees, before the team's.

    Raises KeyError for a paper that the channel may not see.
    """
    record = tx.row(
        f"""
        {papers.SAME_WORK}
        SELECT id FROM papers WHERE id IN (SELECT id FROM same_work) ORDER BY scope DESC, number LIMIT 1
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
    )
    if record is None:
        raise KeyError(paper_id)
    own_id = record["id"]
    last = next(iter(_ranked(tx, team_id, own_id, brief.language)), None)
    if last and last["user_id"] == user_id and _same(last, brief):
        return
    _release(tx, team_id, own_id, brief.language)
    _insert(tx, team_id, own_id, brief, now, imported=False, user_id=user_id)
    index.file(tx, team_id, own_id)


def usage_in(tx: Transaction, team_id: str, coverage: Coverage, period: Period) -> Usage:
    """Of every brief that models made of the papers, in all languages; the cost is None when one is not known."""
    among, named = covered(coverage, "shares")
    row = tx.row(
        f"""
        SELECT COALESCE(SUM(input_tokens), 0) AS input_tokens, COALESCE(SUM(output_tokens), 0) AS output_tokens,
               CASE WHEN COUNT(cost) = COUNT(*) THEN COALESCE(SUM(cost), 0.0) END AS cost,
               COALESCE(SUM(calls), 0) AS calls, COALESCE(SUM(seconds), 0.0) AS seconds
          FROM briefs
         WHERE team_id = :team AND imported = 0 AND user_id IS NULL
           AND paper_id IN (SELECT paper_id FROM shares
                             WHERE team_id = :team AND {among} AND state = 'briefed'
                               AND shared_at >= :since AND shared_at < :until)
        """,  # noqa: S608
        team=team_id,
        since=stamp(period.since_at),
        until=stamp(period.until_at),
        **named,
    )
    assert row is not None
    return usage_of(row)


def _ranked(tx: Transaction, team_id: str, paper_id: str, language: Language) -> list[Row]:
    return tx.rows(
        f"""
        SELECT * FROM briefs WHERE team_id = :team AND paper_id = :paper AND language = :language ORDER BY {_RANK}
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        language=language,
    )


def _same(row: Row, brief: Brief) -> bool:
    return replace(brief_of(row), usage=brief.usage) == brief


def _release(tx: Transaction, team_id: str, paper_id: str, language: Language) -> None:
    tx.rows(
        "UPDATE briefs SET held = 0 WHERE team_id = :team AND paper_id = :paper AND language = :language AND held = 1",
        team=team_id,
        paper=paper_id,
        language=language,
    )


def _insert(
    tx: Transaction,
    team_id: str,
    paper_id: str,
    brief: Brief,
    now: datetime,
    *,
    imported: bool,
    user_id: str | None,
) -> None:
    """A person's brief is held."""
    tx.rows(
        """
        INSERT INTO briefs (team_id, paper_id, language, title, institutions, technique, problem, effect, sentence,
                            evidence, model, prompt_version, badges, verdict, input_tokens, output_tokens, cost, calls,
                            seconds, imported, created_at, user_id, held)
        VALUES (:team, :paper, :language, :title, :institutions, :technique, :problem, :effect, :sentence, :evidence,
                :model, :prompt_version, :badges, :verdict, :input_tokens, :output_tokens, :cost, :calls, :seconds,
                :imported, :now, :user, :held)
        """,
        team=team_id,
        paper=paper_id,
        imported=int(imported),
        now=stamp(now),
        user=user_id,
        held=int(user_id is not None),
        **brief_values(brief),
    )
