"""Finding papers again: by words, and the latest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.models import MOST_LISTED, Coverage, DigestEntry, Language, SearchPage, StoredShare
from storage import entries, papers, shared
from storage.coverage import among_channels
from storage.database import index
from storage.database.rows import Transaction, listed
from storage.database.words import Word, asked, holds, in_title, score


def search(
    tx: Transaction,
    team_id: str,
    coverage: Coverage,
    words: str,
    language: Language,
    limit: int,
    offset: int,
    *,
    titles: bool,
) -> SearchPage:
    looked_for = asked(words)
    if not looked_for:
        return SearchPage((), 0)
    own, among = papers.scopes(tx, team_id, coverage.own), _shared_there(team_id, coverage)
    matching = index.matching(tx, team_id, (papers.PUBLIC, *own), looked_for, among, MOST_LISTED + 1)
    more = len(matching) > MOST_LISTED
    ranked = _ranked(tx, matching[:MOST_LISTED], looked_for, by_date=more)
    if titles:
        titled = {row["number"] for row in tx.index.texts(tx, ranked) if in_title(looked_for, row)}
        ranked = [number for number in ranked if number in titled]
    private = index.matching(tx, team_id, own, looked_for, None, 1) if own else []
    # A scope has one record a work.
    found = _works(tx, team_id, ranked) if private else [[number] for number in ranked]
    page = found[max(0, offset) : max(0, offset) + max(0, limit)]
    return SearchPage(tuple(_shown(tx, team_id, page, coverage, language)), len(found), more)


def _shared_there(team_id: str, coverage: Coverage) -> index.Numbers:
    """The records that a coverage by channels leaves of all that may be seen."""
    if coverage.public is None:
        return None
    among, named = among_channels(coverage, "s")
    return (
        f"""
        SELECT p.number FROM shares s JOIN papers p ON p.team_id = s.team_id AND p.id = s.paper_id
         WHERE s.team_id = :team AND {among} AND s.state <> 'withdrawn'
        """,  # noqa: S608
        {"team": team_id, **named},
    )


def _ranked(tx: Transaction, matching: Sequence[int], looked_for: Sequence[Word], *, by_date: bool) -> list[int]:
    """The numbers of those that hold all the words, best first, latest first among equals."""
    unsettled = index.unsettled(tx, looked_for)
    if by_date and not unsettled:
        return list(matching)
    texts = {row["number"]: row for row in tx.index.texts(tx, matching)}
    holding = [number for number in matching if not unsettled or holds(unsettled, texts[number])]
    if by_date:
        return holding
    foremost = index.foremost(looked_for)
    return sorted(holding, key=lambda number: (-score(foremost, texts[number]), -number))


def _works(tx: Transaction, team_id: str, ranked: Sequence[int]) -> list[list[int]]:
    """The numbers of records by work, the works in the order of their best records; the team's record leads a work."""
    names, named = listed("number", ranked)
    rows = tx.rows(
        f"""
        SELECT p.number, p.scope, i.key
          FROM papers p LEFT JOIN identifiers i ON i.team_id = p.team_id AND i.paper_id = p.id
         WHERE p.number IN ({names})
        """,  # noqa: S608
        **named,
    )
    keys: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["scope"], row["number"])):
        keys.setdefault(row["number"], []).extend([row["key"]] if row["key"] else [])
    place = {number: place for place, number in enumerate(ranked)}
    return sorted(entries.grouped(keys), key=lambda work: min(place[each] for each in work))


def _shown(
    tx: Transaction, team_id: str, page: Sequence[Sequence[int]], coverage: Coverage, language: Language
) -> list[DigestEntry]:
    names, named = listed("number", [number for work in page for number in work])
    rows = tx.rows(f"SELECT number, id FROM papers WHERE number IN ({names})", **named)  # noqa: S608
    number = {row["id"]: row["number"] for row in rows}
    shown = {number[entry.paper.id]: entry for entry in _entries(tx, team_id, list(number), coverage, language)}
    return [shown[work[0]] for work in page]


def _entries(
    tx: Transaction, team_id: str, paper_ids: Sequence[str], coverage: Coverage, language: Language
) -> list[DigestEntry]:
    known, current = entries.records(tx, team_id, paper_ids, language)
    brought = shared.of_papers(tx, team_id, paper_ids, coverage)
    return entries.discussed(tx, team_id, entries.joined(known.values(), current, brought, language))


def recent(tx: Transaction, team_id: str, coverage: Coverage, language: Language, limit: int) -> list[DigestEntry]:
    """Shares are looked through from the last one on, until they make enough works."""
    found: list[DigestEntry] = []
    ids: dict[str, None] = {}
    before: StoredShare | None = None
    while len(found) < limit:
        batch = shared.latest(tx, team_id, coverage, before, 4 * limit)
        if not batch:
            break
        before = batch[-1]
        ids |= dict.fromkeys(share.paper_id for share in batch if share.paper_id)
        found = _entries(tx, team_id, list(ids), coverage, language)
    last = {entry.paper.id: (entry.shares[-1].shared_at, entry.shares[-1].share.ts) for entry in found}
    return sorted(found, key=lambda entry: last[entry.paper.id], reverse=True)[:limit]
