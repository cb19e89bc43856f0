"""Finds a direction turned round: a slot that says "reduces" where its quote says "increases"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, pairwise

from bot.briefs.grounding.cues import words_of
from bot.briefs.grounding.numbers import quantities
from bot.briefs.grounding.quantity import Quantity
from bot.briefs.grounding.terms import terms

_CLAUSE = re.compile(r"[,，、;；。]|(?<=[^\d])\.\s|\b(?:and|while|whereas|but)\b|并且?|同时|且|而")
MOST_MOVES = 24
"""Words of direction of a text that are compared."""
REACH = 40
"""Characters within which a word of direction finds what it is about."""
_BOUND = re.compile(r"\s?than\s?[~$]?\d|(?<=超过|超越|高于|低于|少于|多于)\s?\d")
_FROM_TO = re.compile(
    r"(?:从|由)[^,，;；。]{0,24}?(?P<a>\d+(?:\.\d+)?)\s?%?[^\d,，;；。]{0,6}"
    r"(?P<way>提升|提高|增加|上升|升|增|降低|下降|减少|降|减)[至到][^\d,，;；。]{0,4}(?P<b>\d+(?:\.\d+)?)"
)
_OPPOSITE = {"more": "less", "less": "more", "good": "bad", "bad": "good", "fast": "slow", "slow": "fast"}


@dataclass(frozen=True, slots=True)
class Move:
    """One word of direction: what it says, of what, and by how much."""

    kind: str
    """``more``, ``less``, ``good``, ``bad``, ``fast`` or ``slow``."""
    word: str
    good: bool | None
    """Whether the move is for the better, None where that is not known."""
    numbers: tuple[Quantity, ...]
    things: frozenset[str]


@cache
def _words() -> re.Pattern[str]:
    table = words_of("terms")["direction"]
    groups = [
        rf"(?P<{kind}_{language}>{words})" if language == "zh" else rf"(?P<{kind}_{language}>\b(?:{words})\b)"
        for kind in _OPPOSITE
        for language in ("zh", "en")
        for words in [table[f"{kind}_{language}"]]
    ]
    return re.compile("|".join(groups), re.IGNORECASE)


@cache
def _own_measure() -> re.Pattern[str]:
    return re.compile(words_of("terms")["direction"]["own_measure"], re.IGNORECASE)


@cache
def _negation() -> re.Pattern[str]:
    return re.compile(words_of("terms")["direction"]["negation"], re.IGNORECASE)


@cache
def _merits() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = words_of("terms")["merit"]
    up, down = (
        "|".join([*map(re.escape, table[f"{way}_zh"]), *(rf"\b{re.escape(word)}" for word in table[f"{way}_en"])])
        for way in ("up", "down")
    )
    return re.compile(up, re.IGNORECASE), re.compile(down, re.IGNORECASE)


@lru_cache(maxsize=256)
def moves(text: str) -> tuple[Move, ...]:
    """The words of direction in ``text``, the first ``MOST_MOVES``, with the numbers and things of their clauses."""
    return tuple(islice(_moves(text), MOST_MOVES))


def _moves(text: str) -> Iterator[Move]:
    cuts = [0, *(match.start() for match in _CLAUSE.finditer(text)), len(text)]
    numbers = quantities(text)
    for start, end in pairwise(cuts):
        clause = text[start:end]
        inside = tuple(q for q in numbers if start <= q.start < end and q.claimed)
        things = frozenset(term for place, term in terms(text) if start <= place < end)
        for match in _words().finditer(clause):
            if _BOUND.match(clause, match.end()) or _negation().search(clause[: match.start()]):
                continue  # a bound of a number, or a move that does not happen
            kind = str(match.lastgroup).partition("_")[0]
            yield Move(kind, match[0], _for_better(kind, clause, match.start(), match[0]), inside, things)


def _for_better(kind: str, clause: str, at: int, word: str) -> bool | None:
    """Whether a move is for the better, judged by the thing named nearest to it."""
    if kind in ("good", "fast"):
        return True
    if kind in ("bad", "slow"):
        return False
    if _own_measure().match(word):
        return None
    nearest = [min((abs(m.start() - at) for m in pattern.finditer(clause)), default=REACH) for pattern in _merits()]
    if min(nearest) >= REACH or nearest[0] == nearest[1]:
        return None
    return (kind == "more") == (nearest[0] < nearest[1])


def turned_round(words: str, quote: str) -> Iterator[str]:
    """The words of direction of a slot (normalised) that its quote, or its own numbers, contradict."""
    said, printed = moves(words), moves(quote)
    for move in said:
        rivals = [other for other in printed if _speak_of_one(move, other, said, printed)]
        of_a_kind = [other for other in rivals if other.kind in (move.kind, _OPPOSITE[move.kind])]
        rivals = of_a_kind or rivals
        if rivals and all(_contradict(move, other) for other in rivals):
            yield f"{move.word}: the quote says {rivals[0].word}"
    for match in _FROM_TO.finditer(words):
        yield from _against_its_numbers(match)


def _against_its_numbers(match: re.Match[str]) -> Iterator[str]:
    """从 0.81 降低至 0.95 cannot be."""
    up = match["way"][0] in "提增上升"
    if (float(match["b"]) > float(match["a"])) != up and match["a"] != match["b"]:
        yield f"{match['way']}: {match['a']} to {match['b']} is the other way"


def _speak_of_one(move: Move, other: Move, said: tuple[Move, ...], printed: tuple[Move, ...]) -> bool:
    if move.numbers and other.numbers and any(number.same(each) for number in move.numbers for each in other.numbers):
        return True
    if move.things & other.things and not (move.numbers and other.numbers):
        return True
    return len(said) == 1 and len(printed) == 1


def _contradict(move: Move, other: Move) -> bool:
    if _OPPOSITE[move.kind] == other.kind and move.good is None:
        return True
    if move.good is not None and other.good is not None:
        return move.good != other.good
    if move.kind == "less" and move.good is None and other.kind == "good":
        return bool(move.numbers)
    return _OPPOSITE[move.kind] == other.kind
