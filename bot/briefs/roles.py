"""Finds slots that say what another slot should say, and an effect that leaves out the abstract's result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import permutations

from bot.briefs.cues import words_of
from bot.briefs.numbers import quantities
from bot.briefs.quantity import Quantity
from bot.briefs.terms import bag
from bot.models import SLOTS, Slot

MARGIN = 1.0
"""By how much another order of the slots must look better before this one is refused."""


@cache
def _cues(slot: Slot, language: str) -> re.Pattern[str]:
    return re.compile(words_of("terms")["roles"][f"{slot}_{language}"], re.IGNORECASE)


def swapped(slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> str:
    """How the slots are swapped, empty when they stand where they should. All texts normalised."""
    if len(slots) < len(SLOTS):
        return ""
    scores = {order: _fit(order, slots, quotes) for order in permutations(SLOTS)}
    straight = scores[SLOTS]
    best = max((order for order in scores if order != SLOTS), key=lambda order: scores[order])
    if scores[best] > straight + MARGIN:
        moved = [f"{slot} reads like {meant}" for slot, meant in zip(SLOTS, best, strict=True) if slot != meant]
        return ", ".join(moved)
    return ""


def _fit(order: tuple[Slot, ...], slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> float:
    """How well every slot reads as the one that ``order`` makes of it, with its own quote."""
    return sum(
        _reads_like(meant, slots[slot]) + 0.5 * _reads_like(meant, quotes.get(slot, ""))
        for slot, meant in zip(SLOTS, order, strict=True)
    )


@lru_cache(maxsize=1024)
def _reads_like(slot: Slot, text: str) -> float:
    """Between 0 and about 3: the more different cues of a slot's kind, the more."""
    if not text:
        return 0.0
    language = "zh" if re.search(r"[一-鿿]", text) else "en"
    cues = {match[0].lower() for match in _cues(slot, language).finditer(text)}
    score = min(len(cues), 4) * 0.5
    if slot == "effect":
        score += 1.0 if any(is_result(number) for number in quantities(text)) else 0.0
    return score


def mismatched(slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> str:
    """Whether the slots fit each other's quotes better than their own, empty when not."""
    if len(slots) < len(SLOTS) or len(quotes) < len(SLOTS):
        return ""
    likeness = {(slot, other): _shared(slots[slot], quotes[other]) for slot in SLOTS for other in SLOTS}
    totals = {
        order: sum(likeness[slot, other] for slot, other in zip(SLOTS, order, strict=True))
        for order in permutations(SLOTS)
    }
    best = max(totals, key=lambda order: (totals[order], order == SLOTS))
    if best != SLOTS and totals[best] > totals[SLOTS] + 0.25:
        moved = [
            f"{slot} is told by the quote of {other}" for slot, other in zip(SLOTS, best, strict=True) if slot != other
        ]
        return ", ".join(moved)
    return ""


def _shared(words: str, quote: str) -> float:
    """The share of a slot's terms that its quote has too."""
    mine = bag(words)
    return len(mine & bag(quote)) / max(len(mine), 3)


_COUNTED = ("", "vague")


def is_result(number: Quantity) -> bool:
    """Whether a number may be a result: ×, %, a measure, a score; not a year, a count or a model size."""
    if not number.claimed:
        return False
    return number.unit not in _COUNTED or (
        number.value.denominator != 1 and "." in number.text and number.value < 10**5
    )


_ANNOUNCES = re.compile(
    r"\b(?:achiev|outperform|improv|reduc|increas|decreas|faster|speed|accelerat|gain|surpass|exceed"
    r"|obtain|attain|reach|lower|higher|retain|result|show|demonstrat|find)\w*|提升|提高|降低|减少|达到|优于|加速|缩短|节省",
    re.IGNORECASE,
)
_CERTAIN = ("%", "×", "pp", "oom")


@lru_cache(maxsize=64)
def results(abstract: str) -> tuple[str, ...]:
    """The results an abstract (normalised) states in numbers: ×, %, points, orders of magnitude."""
    found = []
    for sentence in re.split(r"(?<=[^\d\s]{2}[.。])\s?(?=[A-Z一-鿿])|。", abstract):
        if _ANNOUNCES.search(sentence):
            found += [number.text for number in quantities(sentence) if number.unit in _CERTAIN and number.claimed]
    return tuple(found)
