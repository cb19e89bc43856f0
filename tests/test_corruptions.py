"""The checks against hand-written briefs and the bad answers made of them: what is found, what is wrongly refused.

On texts of our own always; on real papers too when ``PAPERWIRE_PAPERS`` names a folder of them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from benchmarks.answers import Case
from benchmarks.cases import own_cases, real_cases
from benchmarks.corruptions import KINDS, corrupt
from benchmarks.quality import Finding, checks_table, examine
from bot.briefs.grounding.ground import check

AT_LEAST = {
    "number not in the paper": 1.0,
    "spelled-out number wrong": 1.0,
    "unit changed": 1.0,
    "number in the paper, not in the quote": 0.97,
    "numbers exchanged": 0.8,
    "invented term": 0.98,
    "invented institution": 1.0,
    "paper swapped": 1.0,
    "all slots swapped": 0.99,
    "slot missing": 1.0,
    "placeholder": 1.0,
    "wrong language": 1.0,
    "abstract copied": 1.0,
    "over-long": 1.0,
    "injection leaked": 1.0,
    "markup": 1.0,
    "filler": 1.0,
    "slot repeated": 1.0,
    "frame word": 1.0,
    "dangling pronoun": 1.0,
    "quote not in the paper": 1.0,
    # What the quotes can tell; no more is promised (docs/briefs.md).
    "direction reversed": 0.7,
    "baseline's number": 0.6,
    "bound changed": 0.85,
}


@cache
def cases(where: str) -> tuple[Case, ...]:
    if where == "own":
        return tuple(own_cases())
    folder = os.environ.get("PAPERWIRE_PAPERS")
    if not folder:
        pytest.skip("set PAPERWIRE_PAPERS to a folder of real papers")
    return tuple(real_cases(Path(folder)))


@cache
def finding(where: str) -> Finding:
    return examine(cases(where), per_kind=6 if where == "own" else 4)


both = pytest.mark.parametrize("where", ["own", "real"])


@both
def test_hardly_a_correct_brief_is_refused(where: str) -> None:
    refused = finding(where).refused
    assert len(refused) <= 0.05 * len(cases(where)), "\n".join(refused)


@both
@pytest.mark.parametrize("kind", AT_LEAST)
def test_bad_answers_are_found(kind: str, where: str) -> None:
    result = finding(where)
    missed = [f"{each.case.paper.id}: {each.what}" for each in result.missed if each.kind == kind]
    assert result.made[kind], f"no answer of kind {kind!r} could be made"
    assert result.found[kind] >= AT_LEAST[kind] * result.made[kind], missed


def test_there_are_enough_bad_answers_of_every_kind() -> None:
    assert set(AT_LEAST) == set(KINDS)
    assert sum(finding("own").made.values()) >= 1000


def test_there_are_at_least_fifty_correct_briefs_half_of_them_chinese() -> None:
    briefs = cases("real")
    chinese = sum(case.language == "zh" for case in briefs)
    assert len(briefs) >= 50
    assert 0.4 <= chinese / len(briefs) <= 0.6


def test_the_same_seed_makes_the_same_bad_answers() -> None:
    some = list(cases("own")[:3])
    assert [each.draft for each in corrupt(some, 7)] == [each.draft for each in corrupt(some, 7)]
    assert [each.draft for each in corrupt(some, 7)] != [each.draft for each in corrupt(some, 8)]


def test_a_check_that_finds_nothing_would_be_seen() -> None:
    """The measure itself: every bad answer differs from its brief, the briefs pass, and the table counts both."""
    some = list(cases("own")[:2])
    made = corrupt(some)
    assert all(each.draft != each.case.draft for each in made)
    assert all(check(case.draft, case.paper, case.text, case.language) == [] for case in some)
    assert "| *correct briefs refused* | 17 | 0 | | 0.0 |" in checks_table(finding("own"))


def test_the_table_in_the_documents_is_the_one_printed() -> None:
    document = (Path(__file__).parent.parent / "docs" / "briefs.md").read_text(encoding="utf-8")
    assert checks_table(finding("own")) in document
