"""Finds numbers given to the wrong thing: two of them exchanged, or a baseline's taken for the paper's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

from bot.briefs.grounding.cues import words_of
from bot.briefs.grounding.numbers import claims, quantities
from bot.briefs.grounding.quantity import Quantity
from bot.briefs.grounding.terms import terms

_BREAK = re.compile(r"[,，、;；。]|\.\s|\b(?:and|while|whereas|but|or)\b|并且?|同时|且|而|和|与|以及")
_OF_OTHERS = re.compile(
    r"[^,，、;；。\d]{0,24}(?:基线|现有|以往|经典|baseline|prior|previous|existing|classical)", re.IGNORECASE
)
_LISTED = re.compile(r"\s?(?:,|、|and|, and|和|与|以及)\s?")
_LINK = re.compile(
    r"[\s,(（]*(?:to|and|from|instead of|vs\.?|versus|against|down from|up from|rather than"
    r"|至|到|降至|升至|和|与|、|而非|降到|提升至)?"
    r"[\s(（~]*"
)
_RANGE = re.compile(r"\s?(?:-|~|to|至|到)\s?")


def exchanged(words: str, quote: str) -> Iterator[str]:
    """Pairs of numbers of a slot (normalised) that stand the other way round than in its quote.

    What stands around each number decides; where that is silent, their order does.
    """
    mine = claims(words)
    printed = quantities(quote)
    for first, second in combinations(mine, 2):
        if first.value == second.value or _kind(first) != _kind(second):
            continue
        one = [each for each in printed if first.same(each)]
        two = [each for each in printed if second.same(each)]
        if len(one) != 1 or len(two) != 1 or one[0] is two[0]:
            continue
        pair = sorted((one[0], two[0]), key=lambda each: each.start)
        listed = _LISTED.fullmatch(quote[pair[0].end : pair[1].start])  # 98 % and 99 %: their words are the same
        if listed or _RANGE.fullmatch(words[first.end : second.start]):
            if one[0].start > two[0].start:
                yield f"{first.text} and {second.text} are exchanged"
            continue
        here = (_around(words, first, mine), _around(words, second, mine))
        there = (_around(quote, one[0], printed), _around(quote, two[0], printed))
        straight = _likeness(here[0], there[0]) + _likeness(here[1], there[1])
        crossed = _likeness(here[0], there[1]) + _likeness(here[1], there[0])
        if crossed > straight + 0.01 or (abs(crossed - straight) <= 0.01 and one[0].start > two[0].start):
            yield f"{first.text} and {second.text} are exchanged"


def _kind(number: Quantity) -> tuple[str, bool, bool]:
    """Only numbers of one kind can be exchanged unseen: not 175B with six, not 4× with 98 %."""
    return number.unit, number.text[:1].isdigit(), number.text[-1:] in "kKMBT万亿"


def _around(text: str, number: Quantity, numbers: Sequence[Quantity]) -> dict[str, float]:
    """The terms beside a number, between its neighbours; those of its own clause weigh double."""
    left, previous, right = _between(text, number, numbers)
    before, after = text[left : number.start], text[number.end : right]
    near_left = max((m.end() for m in _BREAK.finditer(before)), default=0) + left
    own = _BREAK.search(after)
    near_right = number.end + (own.start() if own else len(after))
    weights: dict[str, float] = {}
    for place, term in terms(text):
        if left <= place < right and not any(each.start <= place < each.end for each in numbers):
            weight = 2.0 if near_left <= place < near_right else 0.5
            weights[term] = max(weights.get(term, 0), weight)
    if _compared().search(text[previous : number.start][-40:]):
        weights["compared"] = 1.0
    return weights


def _between(text: str, number: Quantity, numbers: Sequence[Quantity]) -> tuple[int, int, int]:
    """Where the words before a number begin, where its predecessor ends, and where the words after it end.

    Past a mere link (840 ms to 95 ms) the words before the predecessor speak of both.
    """
    earlier = [each for each in numbers if each.end <= number.start]
    previous = earlier[-1].end if earlier else 0
    start = number.start
    while earlier and _LINK.fullmatch(text[earlier[-1].end : start]):
        start = earlier.pop().start
    right = min((each.start for each in numbers if each.start >= number.end), default=len(text))
    return earlier[-1].end if earlier else 0, previous, right


def _likeness(some: dict[str, float], others: dict[str, float]) -> float:
    return sum(min(weight, others[term]) for term, weight in some.items() if term in others)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    table = words_of("terms")["baseline"]
    before, bracket, after = (re.compile(table[key], re.IGNORECASE) for key in ("before", "bracket", "after"))
    return before, bracket, after


@cache
def _compared() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            rf"\b{word}\b" if word.isascii() else word for word in words_of("terms")["baseline"]["compared"].split("|")
        ),
        re.IGNORECASE,
    )


def not_its_own(words: str, quote: str) -> Iterator[str]:
    """Numbers a slot claims for the paper although the quote gives them to what it is compared with."""
    printed = quantities(quote)
    previous = 0
    for claim in claims(words):
        said_before, said_after = words[previous : claim.start], words[claim.end : claim.end + 40]
        previous = claim.end
        if _compared().search(said_before) or _OF_OTHERS.match(said_after):
            continue
        matches = [each for each in printed if claim.same(each)]
        if matches and all(_is_baseline(quote, each, printed) for each in matches):
            yield f"{claim.text}: the quote gives it to what the paper is compared with"


def _is_baseline(quote: str, number: Quantity, printed: tuple[Quantity, ...]) -> bool:
    before, bracket, after = _patterns()
    left = max((each.end for each in printed if each.end <= number.start), default=0)
    right = min((each.start for each in printed if each.start >= number.end), default=len(quote))
    ahead = quote[left : number.start]
    if number.bound:  # "more than 50 %", "less than 1 %": than belongs to the number
        ahead = re.sub(r"(?:more|less|fewer|greater|higher|lower|larger|smaller) than\s*$", "", ahead)
    if before.search(ahead[-80:]) or bracket.search(ahead):
        return not (re.search(r"\bfrom\b[^,.;]*$", ahead) and not re.search(r"\bto\b", quote[number.end : right + 1]))
    return bool(after.match(quote[number.end : right]))
