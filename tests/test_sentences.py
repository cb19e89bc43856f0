"""Running text cut into sentences."""

from __future__ import annotations

import pytest

from bot.briefs.sentences import split


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Ada et al. Show it, e.g. In Fig. 3 (cf. Sec. 2). A. Byron agrees vs. Others. 12. It holds. That is all."
    assert split(text) == [
        "Ada et al. Show it, e.g. In Fig. 3 (cf. Sec. 2).",
        "A. Byron agrees vs. Others.",
        "12. It holds.",
        "That is all.",
    ]


def test_a_number_opens_a_sentence_only_where_one_begins() -> None:
    assert split("The gain is as large as 12. It holds.") == ["The gain is as large as 12.", "It holds."]


def test_a_degree_is_no_initial() -> None:
    assert split("It grows at 53 °C. The origin is old.") == ["It grows at 53 °C.", "The origin is old."]


@pytest.mark.timeout(60)
def test_a_text_of_nothing_but_abbreviations_is_one_sentence_however_long() -> None:
    text = "A. " * 400_000
    assert split(text) == [text.strip()]
