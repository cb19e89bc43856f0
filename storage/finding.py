"""Finding papers again: by words, and the latest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.models import DigestEntry, Language, SearchPage, StoredShare
from storage import entries, index, papers, shares
from storage.rows import Row, Transaction, listed
from storage.words import Word, asked, holds, score

MOST_LISTED = 2000
"""Records. Where more match, the latest of them are listed, by date instead of rank."""


def search(
    tx: Transaction, team_id: str, channels: Sequence[str], words: str, language: Language, limit: int, offset: int
) -> SearchPage:
    looked_for = asked(words)
    if not looked_for:
        return SearchPage((), 0)
    matching = index.matching(tx, team_id, (papers.PUBLIC, *channels), looked_for, MOST_LISTED + 1)
    more = len(matching) > MOST_LISTED
    found = _works(tx, team_id, _ranked(tx, matching[:MOST_LISTED], looked_for, by_date=more))
    page = found[max(0, offset) : max(0, offset) + max(0, limit)]
    shown = {
        entry.paper.id: entry for entry in _entries(tx, team_id, [each for work in page for each in work], language)
    }
    return SearchPage(tuple(shown[work[0]] for work in page), len(found), more)


def _ranked(tx: Transaction, matching: Sequence[Row], looked_for: Sequence[Word], *, by_date: bool) -> list[Row]:
    """Those that hold all the words, best first, latest first among equals."""
    unsettled = index.unsettled(looked_for)
    if by_date and not unsettled:
        return list(matching)
    names, named = listed("number", [row["number"] for row in matching])
    texts = {
        row["number"]: row
        for row in tx.rows(f"SELECT * FROM findable WHERE number IN ({names})", **named)  # noqa: S608
    }
    holding = [row for row in matching if not unsettled or holds(unsettled, texts[row["number"]])]
    if by_date:
        return holding
    foremost = index.foremost(looked_for)
    return sorted(holding, key=lambda row: (-score(foremost, texts[row["number"]]), -row["number"]))


def _works(tx: Transaction, team_id: str, ranked: Sequence[Row]) -> list[list[str]]:
    """The ids of records by work, the works in the order of their best records; the team's record leads a work."""
    if all(row["scope"] == papers.PUBLIC for row in ranked):
        return [[row["id"]] for row in ranked]  # a scope has one record a work
    keys: dict[str, list[str]] = {
        row["id"]: [] for row in sorted(ranked, key=lambda row: (row["scope"], row["number"]))
    }
    names, named = listed("paper", list(keys))
    for row in tx.rows(
        f"SELECT paper_id, key FROM identifiers WHERE team_id = :team AND paper_id IN ({names}) ORDER BY position",  # noqa: S608
        team=team_id,
        **named,
    ):
        keys[row["paper_id"]].append(row["key"])
    place = {row["id"]: place for place, row in enumerate(ranked)}
    return sorted(entries.grouped(keys), key=lambda work: min(place[each] for each in work))


def _entries(tx: Transaction, team_id: str, paper_ids: Sequence[str], language: Language) -> list[DigestEntry]:
    known, current = entries.records(tx, team_id, paper_ids, language)
    brought = shares.of_papers(tx, team_id, paper_ids)
    return entries.discussed(tx, team_id, entries.joined(known.values(), current, brought, language))


def recent(tx: Transaction, team_id: str, channels: Sequence[str], language: Language, limit: int) -> list[DigestEntry]:
    """Shares are looked through from the last one on, until they make enough works."""
    found: list[DigestEntry] = []
    ids: dict[str, None] = {}
    before: StoredShare | None = None
    while len(found) < limit:
        batch = shares.latest(tx, team_id, channels, before, 4 * limit)
        if not batch:
            break
        before = batch[-1]
        ids |= dict.fromkeys(share.paper_id for share in batch if share.paper_id)
        found = _entries(tx, team_id, list(ids), language)
    last = {entry.paper.id: (entry.shares[-1].shared_at, entry.shares[-1].share.ts) for entry in found}
    return sorted(found, key=lambda entry: last[entry.paper.id], reverse=True)[:limit]
