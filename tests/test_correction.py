"""What is taken of a person's own words for a brief, and what is kept of the brief before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from library_samples import brief, paper

from bot.briefs.correction import Correction, corrected, edited_by, institutions_beside, named_institutions, refused
from bot.models import Brief, Evidence, Language

PROOF = Evidence("A sentence of the paper.", 1)


def made(language: Language = "en", **more: object) -> Brief:
    words = {
        "technique": "a filter of the moon's pull",
        "problem": "tides masked by wind",
        "effect": "waves of 3.5 cm with less data",
    }
    if language == "zh":
        words = {
            "technique": "滤除月球引力的滤波方法",
            "problem": "被风掩盖的湖泊潮汐",
            "effect": "测得 3.5 厘米的波浪",
        }
    plain = replace(brief(language=language), badges=(), verdict=(), evidence={}, **words)
    return replace(plain, **more)  # type: ignore[arg-type]


def words_of(before: Brief, **other: str) -> Correction:
    slots = {name: getattr(before, name) for name in ("technique", "problem", "effect")} | other
    return Correction(**slots, institutions=before.institutions)  # type: ignore[arg-type]


def test_words_in_a_slot_make_the_sentence_and_carry_their_authors_name() -> None:
    after = corrected(paper(), made(), words_of(made(), technique="uses a ladder of tide gauges."), "ada")
    assert after.technique == "a ladder of tide gauges"
    assert after.sentence == (
        'University of Constance released "Tides in Shallow Lakes", which uses a ladder of tide gauges to solve tides '
        "masked by wind, achieving waves of 3.5 cm with less data."
    )
    assert edited_by(after) == "ada"
    assert after.usage.calls == 0


def test_nothing_changed_is_no_correction() -> None:
    before = made()
    assert corrected(paper(), before, words_of(before), "ada") is before
    assert corrected(paper(), before, words_of(before, effect=f"  {before.effect}.\n"), "ada") is before


def test_proof_and_verdict_stay_with_the_slots_that_stay() -> None:
    before = made(
        evidence={"technique": PROOF, "problem": PROOF},
        verdict=("technique: number: 9 (mended)", "problem: copy: tides (mended)"),
    )
    after = corrected(paper(), before, words_of(before, technique="a ladder of gauges"), "ada")
    assert after.evidence == {"problem": PROOF}
    assert after.verdict == ("problem: copy: tides (mended)",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("extractive",), ("fallback:problem", "fallback:effect")),
        (("fallback:technique", "abstract-only"), ("abstract-only",)),
        (("fallback:effect", "model_timeout:some/model"), ("fallback:effect",)),
        (("hidden-text", "edited:bo"), ("hidden-text",)),
    ],
)
def test_badges_tell_what_is_true_of_the_words_that_stand_now(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    old = made(badges=before)
    new = corrected(paper(), old, words_of(old, technique="a ladder of gauges"), "ada")
    assert new.badges == (*after, "edited:ada")


def test_institutions_as_corrected_are_shown_in_place_of_those_that_were_read() -> None:
    before = made()
    words = replace(words_of(before), institutions=("Tidal College", " Tidal  College ", "", "湖泊研究所"))
    after = corrected(paper(), before, words, "ada")
    assert after.institutions == ("Tidal College", "湖泊研究所")
    assert institutions_beside(paper(), after, "en") == named_institutions(paper(), after) == after.institutions
    assert institutions_beside(paper(), before, "zh") == ("康斯坦茨大学",)
    assert named_institutions(paper(), before) == ("University of Constance",)
    nobody = corrected(paper(), before, replace(words, institutions=()), "ada")
    assert nobody.sentence.startswith("The authors (no institution stated) released")


@pytest.mark.parametrize(
    ("language", "slot", "words", "told"),
    [
        ("en", "technique", "gauges", "3 to 25 words; these are 1"),
        ("en", "problem", "tide " * 21, "3 to 20 words; these are 21"),
        ("en", "effect", "", "5 to 30 words; these are 0"),
        ("zh", "technique", "滤波技术", "8 至 80 字，现在是 2 字"),
        ("zh", "effect", "好" * 101, "8 至 100 字，现在是 101 字"),
    ],
)
def test_a_length_out_of_bounds_is_told_at_its_slot(language: Language, slot: str, words: str, told: str) -> None:
    wrong = refused(words_of(made(language), **{slot: words}), made(language))
    assert wrong.keys() == {slot}
    assert told in wrong[slot]


def test_words_left_as_they_were_are_not_held_to_the_lengths() -> None:
    before = made(badges=("extractive",), problem="tide " * 40, effect="waves")
    assert refused(words_of(before, technique="a ladder of gauges"), before) == {}


def test_the_three_chinese_slots_together_have_a_bound() -> None:
    before = made("zh")
    long = words_of(before, technique="滤" * 80, problem="潮" * 60, effect="浪" * 100)
    assert "三项合计最多 220 字，现在是 240 字" in refused(long, before)["effect"]


def test_a_name_and_words_cannot_break_out_of_their_line() -> None:
    words = words_of(made(), technique="a ladder\nof \u202egauges\x00 and more")
    after = corrected(paper(), made(), words, "ada\n\u202e: x")
    assert "\n" not in after.sentence and "\u202e" not in after.sentence
    assert edited_by(after) == "ada : x"
