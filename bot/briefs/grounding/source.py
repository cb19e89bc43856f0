"""A paper's text, prepared so that quotes and names can be looked up in it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from bot.briefs.grounding.bounds import LIMITS
from bot.models import FullText, Paper
from bot.visible import visible

_SAME = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("∼～〜˜", "~"),
    **dict.fromkeys("✕✖⨯╳⨉", "×"),
    **dict.fromkeys("“”„«»″「」『』", '"'),
    **dict.fromkeys("‘’‚′´`", "'"),
    **dict.fromkeys("⁄∕", "/"),
    **dict(
        zip("兩萬億個點種項類層張塊組條", "两万亿个点种项类层张块组条", strict=True)
    ),  # numbers in traditional signs
    "⩽": "≤",
    "⩾": "≥",
}
_SAME_SIGN = re.compile(f"[{re.escape(''.join(_SAME))}]")
_HYPHEN = re.compile(r"-(?<=[^\W\d_]-)\s?(?=[^\W\d_])")
_BETWEEN_DIGITS = re.compile(r"\s(?<=\d\s)(?=\d)")
_DROPPED = re.compile(rf"{_HYPHEN.pattern}|\s|\^")
_RAISED = re.compile(r"\^(?!(?<=(?<![A-Za-z0-9.])10\^)-?\d)(?!(?<=(?<![A-Za-z0-9.])2\^)-?\d)")
"""The mark of what is raised, but that of 10^6 and 2^53: there alone it makes another number."""
_POWER = re.compile(r"(?:(?<=(?<![A-Za-z0-9.])10)|(?<=(?<![A-Za-z0-9.])2))[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_DIGITS_MEET = re.compile(r"(?<=\d) (?=\d)")
_BAR = "|"
_LED_IN = re.compile(rf"(?:{LIMITS}\s(?:[A-Za-z]+ )?)?[A-Za-zÀ-ɏ0-9.,+±$€£%-]*$")
"""What leads in a quote and belongs to it: a bound, a sign, the rest of its first word or number."""
_LONGEST_LEAD = 40
_REST_OF_WORD = re.compile("[A-Za-zÀ-ɏ]{0,24}")
_REST_OF_NUMBER = re.compile(r"(?:[.,]?\d){0,24}\s?(?:%|×|x\b|[^\s.,;)]{0,12}(?=[\s.,;)]|$)|)")
_NOT_LATIN = re.compile(r"[^0-9a-zß-ɏͰ-Ͽ]+")


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """``text`` with ligatures, dashes, quotation marks, invisible characters and white space made uniform."""
    text = _SAME_SIGN.sub(_same, visible(text))
    if not text.isascii():
        text = re.sub(r"(?<=\d)(?=[½¼¾⅓⅔])", " ", text)
        text = re.sub("(?<=\\d)[\u2009\u202f](?=\\d{3}(?!\\d))", ",", text)
        text = _POWER.sub(lambda raised: f"^{raised[0]}", text)
        text = _SAME_SIGN.sub(_same, unicodedata.normalize("NFKC", text))
    text = _RAISED.sub("", text)
    return " ".join(text.replace("{,}", ",").split())


def _same(sign: re.Match[str]) -> str:
    return _SAME[sign[0]]


def lower(text: str) -> str:
    """Lower case, character by character, so that places stay the same."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


def squash(text: str) -> str:
    """For verbatim comparison: no case, no space (but between digits), no hyphen between letters, nothing raised."""
    joined = _HYPHEN.sub("", lower(text)).replace("^", "")
    return "".join(_BETWEEN_DIGITS.sub("\0", joined).split()).replace("\0", " ")


def latin_words(text: str) -> str:
    """The Latin and Greek words and digits of ``text`` in lower case, a space on either side of each.

    A decimal point stays with its digits, as a letter: Qwen2.5 is not Qwen25.
    """
    return f" {_NOT_LATIN.sub(' ', _POINT.sub('p', lower(text))).strip()} "


def _apart(words: str) -> str:
    """Keeps digits of two words apart when the space between them goes: 1 2C is not 12C."""
    return _DIGITS_MEET.sub(f" {_BAR}", words)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: its page, and the paper's own words there."""

    page: int
    text: str


class Source:
    """Everything of a paper that a brief may rest on. Page 0 is the title and abstract a source gave."""

    def __init__(self, title: str, abstract: str, institutions: str, pages: tuple[str, ...]) -> None:
        self.title = plain(title)
        self.abstract = plain(abstract)
        self._institutions = plain(institutions)
        self.pages = tuple(plain(page) for page in pages)
        self.looks: dict[Hashable, object] = {}
        """What ``bot.briefs.grounding.ground`` found out about slots that rest on this paper."""

    @cached_property
    def text(self) -> str:
        """All of it, normalised: what a name or a number must stand in."""
        return "\n".join((self.title, self.abstract, self._institutions, *self.pages))

    @cached_property
    def _squashed(self) -> tuple[str, ...]:
        return (squash(f"{self.title}\n{self.abstract}"), *(squash(page) for page in self.pages))

    @cached_property
    def _body(self) -> tuple[str, list[int]]:
        return "".join(self._squashed[1:]), list(accumulate((len(page) for page in self._squashed[1:]), initial=0))

    def find(self, quote: str, page: int | None = None) -> Place | None:
        """The place of a quote, on ``page`` when it stands there too, else on the first that holds it."""
        wanted = squash(plain(quote).strip("\"' .…"))
        if not wanted:
            return None
        if page is not None and 0 <= page < len(self._squashed) and (at := self._squashed[page].find(wanted)) >= 0:
            return Place(page, self._words(page, at, at + len(wanted)))
        body, starts = self._body
        if (at := body.find(wanted)) >= 0:
            first = bisect_right(starts, at) - 1
            last = bisect_right(starts, at + len(wanted) - 1) - 1
            words = [
                self._words(number + 1, max(at - starts[number], 0), at + len(wanted) - starts[number])
                for number in range(first, min(last, len(self.pages) - 1) + 1)
            ]
            return Place(first + 1, " ".join(words))
        if (at := self._squashed[0].find(wanted)) >= 0:
            return Place(0, self._words(0, at, at + len(wanted)))
        return None

    def _words(self, page: int, start: int, end: int) -> str:
        """The normalised text of a page between two places of its squashed form.

        With what leads in to them, and no word or number cut: a quote may begin after "up to" or a minus.
        """
        text = f"{self.title}\n{self.abstract}" if page == 0 else self.pages[page - 1]
        places: list[int] = []
        kept_from = 0
        for dropped in _DROPPED.finditer(lower(text)):
            if _BETWEEN_DIGITS.match(text, dropped.start()):
                continue
            places.extend(range(kept_from, dropped.start()))
            kept_from = dropped.end()
            if len(places) >= end:
                break
        places.extend(range(kept_from, len(text)))
        span = places[start:end]
        if not span:
            return ""
        start, stop = span[0], span[-1] + 1
        if before := _LED_IN.search(text, max(0, start - _LONGEST_LEAD), start):
            start = before.start()
        if rest := (_REST_OF_NUMBER if text[stop - 1].isdigit() else _REST_OF_WORD).match(text, stop):
            stop = rest.end()
        return text[start:stop]

    @cached_property
    def words(self) -> str:
        return latin_words(self.text)

    @cached_property
    def _joined(self) -> tuple[str, frozenset[int]]:
        """All words without the spaces between them, and where words begin and end."""
        words = _apart(self.words).split()
        ends = list(accumulate((len(word) for word in words), initial=0))
        starts = (end + 1 for word, end in zip(words, ends, strict=False) if word[0] == _BAR)
        return "".join(words), frozenset(ends) | frozenset(starts)

    def holds(self, name: str) -> bool:
        """Whether a Latin-script name stands in the paper as whole words, hyphens, spaces and case aside."""
        wanted = latin_words(name).strip()
        if not wanted:
            return True
        if f" {wanted} " in self.words:
            return True
        joined, bounds = self._joined
        wanted = _apart(wanted).replace(" ", "")
        at = joined.find(wanted)
        while at >= 0:
            if at in bounds and at + len(wanted) in bounds:
                return True
            at = joined.find(wanted, at + 1)
        return False

    @cached_property
    def stems(self) -> frozenset[str]:
        """The first five letters of every longer word."""
        return frozenset(word[:5] for word in self.words.split() if len(word) >= 5)


@lru_cache(maxsize=16)
def _source(title: str, abstract: str, institutions: str, pages: tuple[str, ...]) -> Source:
    return Source(title, abstract, institutions, pages)


def source_of(paper: Paper, text: FullText | None) -> Source:
    """The prepared text of a paper; the last few are kept, as each is asked several times in a row."""
    printed = "\n".join(f"{each.name}\n{each.printed}" for each in paper.institutions)
    return _source(paper.title, paper.abstract, printed, text.pages if text else ())


def locate(quote: str, paper: Paper, text: FullText | None) -> int | None:
    """The page a quote stands on verbatim (from 1; 0 for the abstract or title a source gave), None if nowhere."""
    place = source_of(paper, text).find(quote)
    return place.page if place else None
