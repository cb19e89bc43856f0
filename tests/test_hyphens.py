"""Words broken at a line's end are put together as the document writes them elsewhere."""

from __future__ import annotations

import pytest

from bot.papers.pages.hyphens import Hyphens

DOCUMENT = (
    "We study sentence-level models and pre-training. The dataset is query-agnostic in a query set.\n"
    "Our baseline is state-of-the-art; its performance on the dataset is high. The fine tuning of models.\n"
    "Others call it pretraining, once.\nWe repeat: pre-training and sentence-level evidence.\n"
    "Text to speech is text-to-speech."
)


@pytest.mark.parametrize(
    ("left", "right", "together"),
    [
        pytest.param("perfor", "mance", "performance", id="the joined form stands elsewhere"),
        pytest.param("sentence", "level", "sentence-level", id="the hyphenated form stands elsewhere"),
        pytest.param("pre", "training", "pre-training", id="the more frequent form wins"),
        pytest.param("query", "agnostic", "query-agnostic", id="hyphenated elsewhere, not joined"),
        pytest.param("state-of", "the-art", "state-of-the-art", id="part of a longer compound"),
        pytest.param("sound-to", "text", "sound-to-text", id="a hyphen already in the word"),
        pytest.param("GPT", "4", "GPT-4", id="a digit follows"),
        pytest.param("Multi", "Token", "Multi-Token", id="a capital follows"),
        pytest.param("evidence", "models", "evidence-models", id="both parts are words of the document"),
        pytest.param("unsu", "pervised", "unsupervised", id="neither form is known"),
    ],
)
def test_a_broken_word(left: str, right: str, together: str) -> None:
    assert Hyphens([DOCUMENT]).lines([f"a {left}-", f"{right} b"]) == f"a {together} b"


@pytest.mark.parametrize("mark", ["-", "\ufffe", "\u00ad", "\u2010", "\u0002"])
def test_every_mark_of_a_hyphen_is_understood(mark: str) -> None:
    assert Hyphens([DOCUMENT]).lines([f"perfor{mark}", "mance"]) == "performance"


def test_the_halves_of_a_broken_word_are_no_evidence() -> None:
    broken = "The impor-\ntance of impor\ufffetance and impor-\r\ntance."
    assert not Hyphens([broken]).keeps("impor", "tance")


def test_an_address_over_two_lines_keeps_its_hyphen() -> None:
    assert Hyphens([""]).lines(["at https://example.org/deep-", "river"]) == "at https://example.org/deep-river"


def test_soft_hyphens_inside_a_line_vanish() -> None:
    assert Hyphens([""]).lines(["perfor\u00admance"]) == "performance"


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert Hyphens([""]).lines(["本文提出一种", "采样方法 Otter", "and more"]) == "本文提出一种采样方法 Otter and more"


def test_a_word_of_a_million_letters_takes_no_time() -> None:
    assert Hyphens(["a" * 1_000_000]).lines(["x"]) == "x"
