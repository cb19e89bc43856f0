"""Finds slots that say what another slot should say, and an effect that leaves out the abstract's result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from bot.briefs.grounding.cues import words_of
from bot.briefs.grounding.numbers import quantities
from bot.briefs.grounding.quantity import Quantity
from bot.briefs.grounding.terms import bag
from bot.models import SLOTS, Slot

MARGIN = 0.25
"""By how much another order of the slots must look better before this one is refused."""
_CERTAIN = ("%", "×", "pp", "oom")
_ALL_MOVED: tuple[tuple[Slot, ...], ...] = (("problem", "effect", "technique"), ("effect", "technique", "problem"))


@cache
def _cues(slot: Slot, language: str) -> re.Pattern[str]:
    return re.compile(words_of("terms")["roles"][f"{slot}_{language}"], re.IGNORECASE)


@cache
def _openings() -> re.Pattern[str]:
    cues = "|".join(words_of("terms")["roles"][f"{slot}_en"].removesuffix("\\w*") for slot in SLOTS)
    return re.compile(rf"(?:{cues})(?:e?s|e?d|e?r|ing|ly|ment|ion)?|[a-z]{{3,}}[^jq\W]ing")


def opens(word: str) -> bool:
    """Whether a word of lower case is of those that slots begin with, rather than a name: evidence, costly, keeping."""
    return _openings().fullmatch(word) is not None


@cache
def _head(slot: Slot, language: str) -> re.Pattern[str]:
    return re.compile(words_of("terms")["roles"][f"head_{slot}_{language}"])


def swapped(slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> str:
    """How the slots are swapped, empty when they stand where they should. All texts normalised."""
    if len(slots) < len(SLOTS):
        return ""
    straight = _fit(SLOTS, slots, quotes)
    for order in _ALL_MOVED:
        if _fit(order, slots, quotes) > straight + MARGIN:
            return ", ".join(f"{slot} reads like {meant}" for slot, meant in zip(SLOTS, order, strict=True))
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
    if _head(slot, language).search(text):
        score += 0.75
    if slot == "effect":
        score += max((_weight(number) for number in quantities(text)), default=0.0)
    return score


def _weight(number: Quantity) -> float:
    """How much a number speaks for a result."""
    if number.unit in (*_CERTAIN, "frac") or number.sign == "±":
        return 1.0
    return 0.5 if is_result(number) else 0.0


def mismatched(slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> str:
    """Whether the slots fit each other's quotes better than their own, empty when not."""
    if len(slots) < len(SLOTS) or len(quotes) < len(SLOTS):
        return ""
    straight = _told(SLOTS, slots, quotes)
    for order in _ALL_MOVED:
        if _told(order, slots, quotes) > straight + MARGIN:
            return ", ".join(
                f"{slot} is told by the quote of {other}" for slot, other in zip(SLOTS, order, strict=True)
            )
    return ""


def _told(order: tuple[Slot, ...], slots: Mapping[Slot, str], quotes: Mapping[Slot, str]) -> float:
    """How much the slots share with the quotes of ``order``."""
    return sum(_shared(slots[slot], quotes[other]) for slot, other in zip(SLOTS, order, strict=True))


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
    r"|obtain|attain|reach|lower|higher|retain|result|show|demonstrat|find"
    r"|extend|prolong|los[ei]|cut|rose|rise|fell|fall|drop|remov|keep|kept|deliver|answer|complet|detect|accura|error|sav)\w*|提升|提高|降低|减少|达到|优于|加速|缩短|节省",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def key_numbers(abstract: str) -> tuple[Quantity, ...]:
    """The results an abstract (normalised) states in numbers: ×, %, points, orders of magnitude, scores."""
    found: list[Quantity] = []
    for sentence in re.split(r"(?<=[^\d\s]{2}[.。])\s?(?=[A-Z一-鿿])|。", abstract):
        if _ANNOUNCES.search(sentence):
            found += [each for each in quantities(sentence) if each.claimed and _certain(each, sentence)]
    return tuple(found)


def _certain(number: Quantity, sentence: str) -> bool:
    """Whether a number is a result beyond doubt: by its unit, or as a score that is called one."""
    if number.unit in _CERTAIN:
        return True
    beside = sentence[max(0, number.start - 24) : number.end + 16]
    return number.unit == "" and is_result(number) and bool(_SCORE.search(beside))


_SCORE = re.compile(
    r"\b(?:AUROC|AUC|F1|mAP|BLEU|ROUGE|METEOR|IoU|Dice|PSNR|SSIM|FID|MAE|RMSE|accurac(?:y|ies)|precision|recall|scores?"
    r"|correlation|perplexity)\b|准确率|精度|召回率|得分|评分"
)


def left_out(effect: str, abstract: str) -> tuple[Quantity, ...]:
    """The results that the abstract states when the effect carries none at all; both normalised."""
    if any(is_result(number) for number in quantities(effect)):
        return ()
    return key_numbers(abstract)
