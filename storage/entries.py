"""Papers with their briefs and shares: the entries of digests and reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.digests.compile import entries_of, in_order
from bot.models import Brief, DigestEntry, Identifier, Language, Paper, Period, ShareState, StoredShare
from storage import papers, shares
from storage.rows import Transaction, Value, brief_of, identifier_of, listed, paper_of, stamp


def shared_in(
    tx: Transaction, team_id: str, channel_id: str, period: Period, language: Language
) -> tuple[DigestEntry, ...]:
    brought = shares.shared_in(tx, team_id, channel_id, period, ShareState.BRIEFED)
    return entries(tx, team_id, channel_id, brought, language)


def entries(
    tx: Transaction, team_id: str, channel_id: str, brought: Sequence[StoredShare], language: Language
) -> tuple[DigestEntry, ...]:
    """The entries of shares of one channel, with the briefs that channel may see."""
    ids = sorted({share.paper_id for share in brought if share.paper_id})
    known: dict[str, Paper] = {}
    briefs: dict[str, Brief] = {}
    for start in range(0, len(ids), 500):
        names, named = listed("paper", ids[start : start + 500])
        known |= _papers(tx, team_id, f"IN ({names})", **named)
        briefs |= _briefs(tx, team_id, language, f"IN ({names})", **named)
    for paper_id in ids:
        if paper_id not in briefs or briefs[paper_id].language != language:
            # A private channel's own record may lack what the team's has.
            better = papers.brief(tx, team_id, paper_id, language, channel_id)
            briefs |= {paper_id: better} if better else {}
    return entries_of(brought, known, briefs)


def _papers(tx: Transaction, team_id: str, among: str, **named: Value) -> dict[str, Paper]:
    """By id, the team's own scope first, then by arrival. ``among`` is a condition on the id."""
    names: dict[str, list[Identifier]] = {}
    for row in tx.rows(
        f"SELECT * FROM identifiers WHERE team_id = :team AND paper_id {among} ORDER BY position",  # noqa: S608
        team=team_id,
        **named,
    ):
        names.setdefault(row["paper_id"], []).append(identifier_of(row))
    rows = tx.rows(
        f"SELECT * FROM papers WHERE team_id = :team AND id {among} ORDER BY scope, number",  # noqa: S608
        team=team_id,
        **named,
    )
    return {row["id"]: paper_of(row, tuple(names.get(row["id"], ()))) for row in rows}


def _briefs(tx: Transaction, team_id: str, language: Language, among: str, **named: Value) -> dict[str, Brief]:
    """The current brief of each paper, by the paper's id: in ``language``, else in the other."""
    rows = tx.rows(
        f"""
        SELECT * FROM briefs b
         WHERE team_id = :team AND paper_id {among}
           AND number = (SELECT number FROM briefs last
                          WHERE last.team_id = :team AND last.paper_id = b.paper_id AND last.language = b.language
                          ORDER BY imported, number DESC LIMIT 1)
         ORDER BY CASE WHEN language = :language THEN 1 ELSE 0 END
        """,  # noqa: S608
        team=team_id,
        language=language,
        **named,
    )
    return {row["paper_id"]: brief_of(row) for row in rows}


def all_papers(tx: Transaction, team_id: str, period: Period | None, language: Language) -> tuple[DigestEntry, ...]:
    """One entry a work: records of private channels join the team's, or one another, by their identifiers."""
    known = _papers(tx, team_id, "IS NOT NULL")
    briefs = _briefs(tx, team_id, language, "IS NOT NULL")
    brought: dict[str, list[StoredShare]] = {}
    for share in shares.standing(tx, team_id):
        if share.paper_id and (period is None or period.since_at <= share.shared_at < period.until_at):
            brought.setdefault(share.paper_id, []).append(share)
    listed_ids = set(known) if period is None else set(brought) | _imported_in(tx, team_id, period)
    return in_order(_joined([known[each] for each in known if each in listed_ids], briefs, brought, language))


def _imported_in(tx: Transaction, team_id: str, period: Period) -> set[str]:
    rows = tx.rows(
        "SELECT id FROM papers WHERE team_id = :team AND imported_at >= :since AND imported_at < :until",
        team=team_id,
        since=stamp(period.since_at),
        until=stamp(period.until_at),
    )
    return {row["id"] for row in rows}


def _joined(
    papers: Iterable[Paper], briefs: dict[str, Brief], brought: dict[str, list[StoredShare]], language: Language
) -> Iterable[DigestEntry]:
    leader: dict[str, str] = {}
    groups: dict[str, list[Paper]] = {}
    for paper in papers:
        keys = [each.key for each in paper.identifiers]
        lead = next((leader[key] for key in keys if key in leader), paper.id)
        leader |= {key: leader.get(key, lead) for key in keys}
        groups.setdefault(lead, []).append(paper)
    for group in groups.values():
        possible = [briefs[paper.id] for paper in group if paper.id in briefs]
        if possible:
            brief = next((brief for brief in possible if brief.language == language), possible[0])
            together = [share for paper in group for share in brought.get(paper.id, [])]
            together.sort(key=lambda share: (share.shared_at, share.share.ts, share.share.id))
            yield DigestEntry(group[0], brief, tuple(together))
