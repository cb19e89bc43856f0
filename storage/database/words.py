"""The words by which papers are found, and how well a paper answers them. Pure.

A text is stored as its words, parted by single spaces: runs of letters and digits, case and accents folded. Chinese
and Japanese part no words, so a run of theirs is stored as its overlapping pairs and its last character: 湖泊潮汐
as ``湖泊 泊潮 潮汐 汐``. Then whatever is looked for, the beginning of a word or a piece of a run, is a piece of the
stored text after a space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Kana, the ideographs of the basic plane with their extension A and compatibility forms, and those beyond.
_UNPARTED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_UNPARTED}]+|[^\W_{_UNPARTED}]+")
_IDEOGRAPH = re.compile(rf"[{_UNPARTED}]")

MOST_WORDS = 32
"""Words of a query that count; the rest of a longer one is left aside."""


def _runs(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return (run[0] for run in _RUN.finditer(unicodedata.normalize("NFC", bare)))


def stored(text: str) -> str:
    """The words of a text as they are stored, a space around each; empty when there are none."""
    words: list[str] = []
    for run in _runs(text):
        if _IDEOGRAPH.match(run):
            words.extend(run[place : place + 2] for place in range(len(run)))
        else:
            words.append(run)
    return f" {' '.join(words)} " if words else ""


@dataclass(frozen=True, slots=True)
class Word:
    """One word that is looked for."""

    piece: str
    """What the stored text must hold after a space."""
    tokens: tuple[str, ...]
    """The stored words it takes, the last of which may be the beginning of a longer one."""

    @property
    def open(self) -> bool:
        """Whether the last token may go on; in pairs of ideographs it may not."""
        return len(self.tokens[-1]) == 1 or not _IDEOGRAPH.match(self.tokens[-1])


def asked(text: str) -> tuple[Word, ...]:
    """The words of a query, each once; nothing in it is syntax. Empty when it holds no letter and no digit."""
    words: dict[str, Word] = {}
    for run in _runs(text):
        tokens: tuple[str, ...] = (run,)
        if _IDEOGRAPH.match(run) and len(run) > 1:
            tokens = tuple(run[place : place + 2] for place in range(len(run) - 1))
        words.setdefault(run, Word(" " + " ".join(tokens), tokens))
    return tuple(words.values())[:MOST_WORDS]


def holds(words: Sequence[Word], texts: Mapping[str, Any]) -> bool:
    """Whether every word is in some field of a paper's stored texts."""
    everything = "".join(texts[name] for name, _, _ in _FIELDS)
    return all(word.piece in everything for word in words)


def in_title(words: Sequence[Word], texts: Mapping[str, Any]) -> bool:
    """Whether every word is in the title among a paper's stored texts."""
    return all(word.piece in texts["title"] for word in words)


# BM25F (Zaragoza et al., TREC 2004) without the inverse document frequency: every paper found holds every word, and
# how many others hold one must not show. What a word weighs by where it stands, and how many letters usually stand
# there.
_FIELDS = (("title", 8.0, 70), ("brief", 4.0, 350), ("names", 3.0, 250), ("abstract", 1.0, 1200))
_SATURATION = 1.2
_LENGTH = 0.6


def score(words: Sequence[Word], texts: Mapping[str, Any]) -> float:
    """How well a paper's stored texts answer a query; a whole word counts twice as much as the beginning of one."""
    fields = [
        (text, weight / (1 - _LENGTH + _LENGTH * len(text) / usual))
        for name, weight, usual in _FIELDS
        if (text := texts[name])
    ]
    total = 0.0
    for word in words:
        often = 0.0
        for text, weight in fields:
            if begun := text.count(word.piece):
                often += weight * (begun + text.count(f"{word.piece} "))
        total += often / (_SATURATION + often)
    return total
