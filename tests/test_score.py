"""The quality report counts what a reader could count by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.cases import own_cases
from bot.briefs.score import Graded, score, table
from bot.models import Brief, Usage

CASE = own_cases()[0]


def brief(**changes: object) -> Brief:
    draft = CASE.draft
    made = Brief(
        CASE.language,
        CASE.paper.title,
        draft.institutions,
        draft.technique,
        draft.problem,
        draft.effect,
        f"《{CASE.paper.title}》",
        draft.evidence,
        model="some-model",
        usage=Usage(1000, 100, 0.002, 1, 1.5),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def graded(*briefs: Brief) -> list[Graded]:
    return [Graded(CASE.paper, CASE.text, each) for each in briefs]


def test_a_correct_brief_scores_full_marks() -> None:
    (only,) = score(graded(brief()))
    assert (only.five_slots, only.numbers, only.names, only.institutions, only.quotes) == (1, 1, 1, 1, 1)
    assert (only.length, only.language, only.results) == (1, 1, 1)
    assert (only.seconds, only.input_tokens, only.output_tokens) == (1.5, 1000, 100)
    assert only.cost == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        ({"effect": "网络寿命延长9.9×，读数丢失率仅0.4%，而固定占空比为1.9%"}, "numbers"),
        ({"effect": "网络寿命显著延长，读数几乎不再丢失"}, "results"),
        ({"technique": "让传感器在短时隙内互借电量的Flowwheel协议"}, "names"),
        ({"institutions": ("University of Nowhere",)}, "institutions"),
        ({"technique": "互借电量"}, "length"),
        ({"problem": "sensors that die on an empty battery"}, "language"),
        ({"problem": "未提及"}, "five_slots"),
        ({"evidence": {}}, "quotes"),
    ],
)
def test_what_is_wrong_shows_in_its_measure(change: dict[str, object], measure: str) -> None:
    (right,), (wrong,) = score(graded(brief())), score(graded(brief(**change)))
    assert getattr(wrong, measure) < getattr(right, measure)


def test_excerpts_are_not_measured_by_length_and_language() -> None:
    (only,) = score(graded(brief(effect="「loses 0.4% of readings」", badges=("extractive",))))
    assert only.length is None
    assert only.language is None


def test_models_are_told_apart_and_an_unknown_price_is_not_zero() -> None:
    scores = score(graded(brief(), brief(model="another", usage=Usage(cost=None)), brief()))
    assert [(each.model, each.briefs, each.cost is None) for each in scores] == [
        ("another", 1, True),
        ("some-model", 2, False),
    ]
    assert "| another | 1 |" in table(scores)
    assert "unknown" in table(scores)
