"""The sentence of a brief."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.briefs.brief import plain, sentence, shown_institutions, slot
from bot.models import Institution, Paper


def test_the_english_sentence_has_its_five_slots_in_order() -> None:
    words = sentence("en", "On Tides", ["A University"], "tide tables", "floods", "dry feet")
    assert words == 'A University released "On Tides", which uses tide tables to solve floods, achieving dry feet.'


def test_the_chinese_sentence_has_its_five_slots_in_order() -> None:
    words = sentence("zh", "On Tides", ["甲大学"], "潮汐表", "洪水", "保持干燥的")
    assert words == "甲大学发布了《On Tides》论文，使用潮汐表技术，解决了洪水的问题，达成了保持干燥的效果。"


def test_an_excerpt_stands_in_its_marks_alone() -> None:
    assert "解决了「floods」问题，达成了「dry feet」效果。" in sentence(
        "zh", "T", [], "x", "「floods」", "「dry feet」"
    )


@pytest.mark.parametrize(
    ("language", "names", "subject"),
    [
        ("en", [], "The authors (no institution stated) released"),
        ("en", ["A"], "A released"),
        ("en", ["A", "B"], "A and B released"),
        ("en", ["A", "B", "C"], "A, B and C released"),
        ("en", ["A", "B", "C", "D"], "A, B, C and others released"),
        ("zh", [], "作者团队（机构未注明）发布了"),
        ("zh", ["甲", "乙"], "甲、乙发布了"),
        ("zh", ["甲", "乙", "丙"], "甲、乙、丙发布了"),
        ("zh", ["甲", "乙", "丙", "丁"], "甲、乙、丙等发布了"),
    ],
)
def test_at_most_three_institutions_are_named(language: str, names: list[str], subject: str) -> None:
    assert sentence(language, "T", names, "x", "y", "z").startswith(subject)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "name", "words", "shown"),
    [
        ("zh", "technique", "基于图网络的预测技术。", "基于图网络的预测"),
        ("zh", "problem", "解决了内存不足的问题", "内存不足的"),
        ("zh", "effect", "达成了2.3倍加速的效果效果", "2.3倍加速的"),
        ("en", "technique", "uses a cache;", "a cache"),
        ("en", "problem", "to solve slow reloads.", "slow reloads"),
        ("en", "effect", "achieving 2.3× throughput,", "2.3× throughput"),
        ("en", "effect", "achievement tests at scale", "achievement tests at scale"),
        ("zh", "effect", "吞吐量 提升 2.3 倍", "吞吐量 提升 2.3 倍".replace("量 提", "量提")),
    ],
)
def test_a_slot_repeats_nothing_of_its_frame(language: str, name: str, words: str, shown: str) -> None:
    assert slot(language, name, words) == shown  # type: ignore[arg-type]


def test_nothing_is_punctuated_twice() -> None:
    words = sentence("en", "T", ["A"], "a cache,", "slow reloads.", "2.3× throughput.")
    assert ",," not in words
    assert words.endswith("2.3× throughput.")


def test_the_title_stands_in_the_sentence_exactly() -> None:
    title = "CLOSING THE GAP: what “2.3 %” means?"
    assert f"《{title}》" in sentence("zh", title, [], "x", "y", "z")


def test_an_institution_goes_by_its_chinese_name_in_chinese_only() -> None:
    glasgow = Institution("University of Glasgow", zh="格拉斯哥大学")
    paper = Paper(id="", title="", institutions=(glasgow, Institution("Northwind Labs"), glasgow))
    assert shown_institutions(paper, "zh") == ("格拉斯哥大学", "Northwind Labs")
    assert shown_institutions(paper, "en") == ("University of Glasgow", "Northwind Labs")


@given(st.text(max_size=400))
def test_whatever_comes_in_one_line_of_visible_characters_comes_out(words: str) -> None:
    shown = plain(words)
    assert not [c for c in shown if unicodedata.category(c).startswith("C")]
    assert "\n" not in shown
    assert plain(shown) == shown


def test_words_without_end_are_cut() -> None:
    assert len(plain("word " * 10_000)) <= 1_000
    assert len(sentence("en", "t" * 100_000, [], "x", "y", "z")) < 1_000
