"""What people see of a text is judged as ``slack_sight.py`` judges it, apart from the code."""

from __future__ import annotations

import sys

import pytest
from slack_sight import is_unseen

from bot.visible import escape, visible


def test_of_all_characters_those_that_nobody_sees_are_left_out() -> None:
    for char in map(chr, range(sys.maxunicode + 1)):
        if char in "\n\t":
            assert visible(f"a{char}b") == f"a{char}b"
        elif char in "\u2028\u2029":
            assert visible(f"a{char}b") == "a b"
        else:
            assert (visible(f"a{char}b") == "ab") is is_unseen(char), f"U+{ord(char):04X}"


@pytest.mark.parametrize(
    "words", ["Tides – 湖泊 の 潮汐 ünïcödé", "न\u094dदी", "e\u0301", "🌊👍🏽", "한국어", "⠓⠊", "a\u00a0b"]
)
def test_what_people_see_stays_as_it_is(words: str) -> None:
    assert visible(words) == words


def test_words_shown_as_they_are_mention_nobody_and_hide_nothing() -> None:
    assert escape("<!channel> & \u202egnp.exe\u3164") == "&lt;!channel&gt; &amp; gnp.exe"
