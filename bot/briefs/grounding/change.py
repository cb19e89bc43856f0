"""Finds a change taken for what it led to, or the other way round: reduced by 30 % is not reduced to 30 %."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from bot.briefs.grounding.cues import words_of
from bot.briefs.grounding.numbers import claims, quantities
from bot.briefs.grounding.quantity import Quantity

_LOOSE = ("×", "oom", "vague", "vague ×")
"""Up to 2.3× and by 2.3× are said of one and the same."""
_MOST_PLACES = 12
"""So many places of one number in a quote are looked at."""
_AGREES = {"by": {"by", ""}, "to": {"to", "at", ""}, "at": {"at", "to", "from", ""}}
_PART = re.compile(r"[,;，；。、:：()]|\.\s|\b(?:and|while|whereas|but)\b|并且?|同时|且|而")
_ABOUT_EN = (
    r"(?:(?:an?|the|about|around|approximately|roughly|nearly|almost|only|just|merely|over|below|under|within|some"
    r"|up to|(?:less|more|fewer) than|at (?:least|most)|as (?:low|high|little|much|few) as)\s)*[$€~≈<>≤≥]?\s?$"
)
_ABOUT_ZH = r"(?:了|约|近|仅|只有|不到|不足|低于|超过|逾|超|最低|最高|最多|至少|高达|大约|平均)*\s?[$~]?$"
_BY_EN = re.compile(rf"\bby (?:an? (?:average|total|factor) of )?{_ABOUT_EN}", re.IGNORECASE)
_FROM = re.compile(rf"\bfrom {_ABOUT_EN}|[从由]{_ABOUT_ZH}", re.IGNORECASE)
_OF_EN = re.compile(rf" of {_ABOUT_EN}", re.IGNORECASE)
_TO_EN = re.compile(rf"(?<!up )(?<!compared )(?<!relative )(?<!close )\bto {_ABOUT_EN}", re.IGNORECASE)
_RANGED = re.compile(r"\d\s?[%\w]{0,4}\s?$")
_BETWEEN = re.compile(r"\s?(?:[A-Za-z-]+ ){0,2}|的")
_IS_EN = re.compile(
    rf"\b(?:(?:reach|attain|achiev|obtain|hit)(?:e?s|e?d|ing)?"
    rf"|(?:accurac(?:y|ies)|precision|recall|rates?|scores?|performance|F1|AUROC|AUC) of) {_ABOUT_EN}",
    re.IGNORECASE,
)
_NEEDS_EN = re.compile(r"\b(?:only|just|merely|us(?:e|es|ed|ing)|need(?:s|ed|ing)?|requir(?:e|es|ed|ing)) (?:about )?$")
_TO_ZH = re.compile(rf"[到至为成]{_ABOUT_ZH}")
_BY_ZH = re.compile(rf"(?:幅度?|率|量)?(?:达到?|为)?{_ABOUT_ZH}")
_IS_ZH = re.compile(rf"(?:达到?|为){_ABOUT_ZH}")


@cache
def _changes() -> re.Pattern[str]:
    """Words that say that something moves, in either direction."""
    table = words_of("terms")["direction"]
    english = "|".join(table[f"{kind}_en"] for kind in ("more", "less", "good", "bad", "fast", "slow"))
    chinese = "|".join(table[f"{kind}_zh"] for kind in ("more", "less", "fast", "slow"))
    chinese = "|".join(word for word in chinese.split("|") if not word.endswith("至"))
    return re.compile(rf"\b(?:{english})\b|{chinese}|[升降增减缩]", re.IGNORECASE)


def mistaken(words: str, quote: str) -> Iterator[str]:
    """The numbers of a slot (normalised) that its quote gives as something else: the change, what it led to or from."""
    printed = quantities(quote)
    for claim in claims(words):
        if claim.unit in _LOOSE or claim.value * 2 in (1, 100):  # by a half is to a half
            continue
        said = _role(words, claim)
        told = {_role(quote, each) for each in islice((each for each in printed if claim.same(each)), _MOST_PLACES)}
        if told and not told & _AGREES.get(said, told):
            yield f"{claim.text}: the quote says {' or '.join(sorted(told))} {claim.text}"


def _role(text: str, number: Quantity) -> str:
    """``by``, ``to``, ``from`` or ``at``; empty where the words beside the number do not tell."""
    before = _PART.split(text[max(0, number.start - 100) : number.start])[-1]
    after = _PART.split(re.split(r"\d", text[number.end : number.end + 40], maxsplit=1)[0], maxsplit=1)[0]
    changes = list(_changes().finditer(before))
    rest = before[changes[-1].end() :] if changes else ""
    if _FROM.search(before) and re.search(r"\bto\b|[到至]", text[number.end : number.end + 40]):
        return "from"
    if changes and (_BY_EN.search(before) or _OF_EN.fullmatch(rest)):
        return "by"
    if changes and "一" <= changes[-1][0][0] <= "鿿":
        return "to" if _TO_ZH.fullmatch(rest) else "by" if _BY_ZH.fullmatch(rest) else ""
    if changing := _changes().search(after):
        return "" if changes or not _BETWEEN.fullmatch(after[: changing.start()]) else "by"
    if changes:
        to = _TO_EN.search(before)
        return "to" if to and (_RANGED.search(before[: to.start()]) is None or " from " in before) else ""
    left = _NEEDS_EN.search(before) and after.startswith(" of ")
    return "at" if left or _IS_EN.search(before) or _IS_ZH.search(before) else ""
