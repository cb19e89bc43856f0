"""Papers with their briefs, shares and what was said about them: the entries of digests, reports and searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.digests.compile import in_order
from bot.models import Brief, Coverage, DigestEntry, Identifier, Language, Paper, Period, ShareState, StoredShare
from storage import briefs, discussions, papers, shared
from storage.database.rows import Transaction, Value, brief_of, identifier_of, listed, paper_of, stamp

_AT_ONCE = 500

Record = TypeVar("Record", str, int)
"""What tells records apart: their ids or their numbers."""


def shared_in(
    tx: Transaction, team_id: str, coverage: Coverage, period: Period, language: Language
) -> tuple[DigestEntry, ...]:
    brought = shared.shared_in(tx, team_id, coverage, period, ShareState.BRIEFED)
    return entries(tx, team_id, brought, language)


def entries(
    tx: Transaction, team_id: str, brought: Sequence[StoredShare], language: Language
) -> tuple[DigestEntry, ...]:
    """The entries of shares, with the briefs that all may see who see the shares."""
    scope_of = {share.paper_id: papers.scope_of(share.share) for share in brought if share.paper_id}
    known, current = records(tx, team_id, sorted(scope_of), language)
    for paper_id in known:
        if paper_id not in current or current[paper_id].language != language:
            # A private channel's own record may lack what the team's has.
            better = briefs.current(tx, team_id, paper_id, language, scope_of[paper_id])
            current |= {paper_id: better} if better else {}
    return in_order(discussed(tx, team_id, joined(known.values(), current, brought, language)))


def records(
    tx: Transaction, team_id: str, paper_ids: Sequence[str], language: Language
) -> tuple[dict[str, Paper], dict[str, Brief]]:
    """Papers and their current briefs by the paper's id, the team's own scope first, then by arrival."""
    known: dict[str, Paper] = {}
    current: dict[str, Brief] = {}
    for start in range(0, len(paper_ids), _AT_ONCE):
        names, named = listed("paper", paper_ids[start : start + _AT_ONCE])
        known |= _papers(tx, team_id, f"IN ({names})", **named)
        current |= _briefs(tx, team_id, language, f"IN ({names})", **named)
    return known, current


def _papers(tx: Transaction, team_id: str, among: str, **named: Value) -> dict[str, Paper]:
    """``among`` is a condition on the id."""
    names: dict[str, list[Identifier]] = {}
    for row in tx.rows(
        f"SELECT * FROM identifiers WHERE team_id = :team AND paper_id {among} ORDER BY position",  # noqa: S608
        team=team_id,
        **named,
    ):
        names.setdefault(row["paper_id"], []).append(identifier_of(row))
    rows = tx.rows(f"SELECT * FROM papers WHERE team_id = :team AND id {among}", team=team_id, **named)  # noqa: S608
    # Sorted here: asked for that order, SQLite would walk through all papers of the team in it.
    rows.sort(key=lambda row: (row["scope"], row["number"]))
    return {row["id"]: paper_of(row, tuple(names.get(row["id"], ()))) for row in rows}


def _briefs(tx: Transaction, team_id: str, language: Language, among: str, **named: Value) -> dict[str, Brief]:
    """The current brief of each paper, by the paper's id: in ``language``, else in the other."""
    rows = tx.rows(
        f"""
        SELECT * FROM briefs b
         WHERE team_id = :team AND paper_id {among} AND {briefs.CURRENT}
         ORDER BY CASE WHEN language = :language THEN 1 ELSE 0 END
        """,  # noqa: S608
        team=team_id,
        language=language,
        **named,
    )
    return {row["paper_id"]: brief_of(row) for row in rows}


def all_papers(tx: Transaction, team_id: str, period: Period | None, language: Language) -> tuple[DigestEntry, ...]:
    known = _papers(tx, team_id, "IS NOT NULL")
    current = _briefs(tx, team_id, language, "IS NOT NULL")
    brought = [
        share
        for share in shared.standing(tx, team_id)
        if period is None or period.since_at <= share.shared_at < period.until_at
    ]
    if period is not None:
        ids = {share.paper_id for share in brought} | _imported_in(tx, team_id, period)
        known = {paper_id: paper for paper_id, paper in known.items() if paper_id in ids}
    return in_order(discussed(tx, team_id, joined(known.values(), current, brought, language)))


def _imported_in(tx: Transaction, team_id: str, period: Period) -> set[str]:
    rows = tx.rows(
        "SELECT id FROM papers WHERE team_id = :team AND imported_at >= :since AND imported_at < :until",
        team=team_id,
        since=stamp(period.since_at),
        until=stamp(period.until_at),
    )
    return {row["id"] for row in rows}


def joined(
    papers: Iterable[Paper], briefs: dict[str, Brief], brought: Iterable[StoredShare], language: Language
) -> list[DigestEntry]:
    """One entry a work: records of several scopes join by their identifiers, the first speaks for the work."""
    by_paper: dict[str | None, list[StoredShare]] = {}
    for share in brought:
        by_paper.setdefault(share.paper_id, []).append(share)
    known = {paper.id: paper for paper in papers}
    works = []
    for ids in grouped({paper.id: [each.key for each in paper.identifiers] for paper in known.values()}):
        group = [known[each] for each in ids]
        possible = [briefs[paper.id] for paper in group if paper.id in briefs]
        if possible:
            brief = next((brief for brief in possible if brief.language == language), possible[0])
            together = [share for paper in group for share in by_paper.get(paper.id, [])]
            together.sort(key=lambda share: (share.shared_at, share.share.ts, share.share.id))
            works.append(DigestEntry(group[0], brief, tuple(together)))
    return works


def grouped(keys: Mapping[Record, Sequence[str]]) -> list[list[Record]]:
    """The records, given with their identifiers' keys, by work, each work's in the order given."""
    leader: dict[str, Record] = {}
    groups: dict[Record, list[Record]] = {}
    for record, own in keys.items():
        lead = next((leader[key] for key in own if key in leader), record)
        leader |= {key: leader.get(key, lead) for key in own}
        groups.setdefault(lead, []).append(record)
    return list(groups.values())


def discussed(tx: Transaction, team_id: str, works: Sequence[DigestEntry]) -> list[DigestEntry]:
    """The entries with what their shares were discussed."""
    events = discussions.of_shares(tx, team_id, [share.share.id for entry in works for share in entry.shares])
    return [
        replace(entry, discussion=len(set().union(*(events.get(share.share.id, ()) for share in entry.shares))))
        for entry in works
    ]
