"""Sentences of the catalogues with their facts filled in."""

from __future__ import annotations

import re

import pytest

from bot.wording import catalogue, say


def test_a_number_stands_with_its_noun() -> None:
    assert say("en", "digest.count", count=1) == "1 paper"
    assert say("en", "digest.count", count=0) == "0 papers"
    assert say("en", "commands.backfilling", channel="#lab", messages=1, papers=2) == (
        "Reading #lab: 1 message so far, 2 papers found."
    )
    assert say("en", "errors.too_large", limit_mb=50.0).startswith("The file is larger than 50 MB")


def test_a_sentence_with_a_hole_is_a_bug() -> None:
    with pytest.raises(KeyError):
        say("en", "digest.count")


@pytest.mark.parametrize("table", ["commands", "details", "digest", "forget", "home", "reply", "report"])
def test_one_of_a_thing_is_told_in_the_singular(table: str) -> None:
    facts = dict.fromkeys(re.findall(r"\{(\w+)", str(catalogue("en"))), 1)
    for key in (key for key in catalogue("en") if key.startswith(f"{table}.")):
        said = say("en", key, **facts)
        assert not re.search(r"(?<!than )\b1 (?!is\b)\w+s\b", said), f"{key}: {said}"
