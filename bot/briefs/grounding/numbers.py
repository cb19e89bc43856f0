"""Reads the numbers of a sentence, English or Chinese, so that two sentences can be compared number by number.

A number is its value, its unit, and the bound set on it ("up to", 超过). ``2.3×``, ``2.3 times``, ``2.3-fold``
and ``2.3 倍`` are one and the same; ``2.3 %`` is another. Digits inside a name (``GPT-4``, ``H100``) belong to
the name and are not numbers here, see ``bot.briefs.grounding.names``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from bot.briefs.grounding import spelled, units
from bot.briefs.grounding.bounds import bounds
from bot.briefs.grounding.quantity import Found, Quantity

MOST_CLAIMS = 12
"""A slot with so many numbers is no sentence; further ones are not looked at."""
_DIGITS = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Za-z0-9][._])(?<![A-Za-z]@)"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: 000)+(?![\d.,])|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40})"
    r"(?:e(?P<power>[-+]?\d{1,2})(?!\w))?"
)
_POWER = re.compile(
    r"(?<![A-Za-z0-9.^])(?:(?P<times>\d{1,9}(?:\.\d{1,9})?)\s?[×x]\s?10(?:\^(?P<power>-?\d{1,2})|(?P<lost>[3-9]|1[0-8]))"
    r"|(?P<base>10|2)\^(?P<raised>-?\d{1,2}))(?![\d.]\d|\d)"
)
_NAME_BEFORE = re.compile(r"(?<![A-Za-z0-9.])[A-Za-z][A-Za-z0-9.]*(?:-[A-Za-z0-9.]+)*-$")
_SHARE = re.compile(r"(?<![\w./@-])(\d{1,3})\s?(?:/|out of|of)\s?(\d{1,3})(?:th|rd|nd|st)?(?![\w./%×])")
_IN_A_NAME = re.compile(r"(?<=[A-Za-z\d]-)(\d+(?:\.\d+)?)(?=[KMBTk](?![A-Za-z0-9]))")
_RATE_BEFORE = re.compile(r"每(秒|分钟|小时|天)[^\d,，;；。]{0,6}$")
_TIMES_BEFORE = re.compile(r"(?<![\d.])(?<!\d )[×x]\s?$")
_RANGE = re.compile(r"\s?(?:-|~|to|至|到|--)\s?$")
_ERROR = re.compile(r"\s?±\s?$")
_RANGE_BEFORE = re.compile(r"between\s$", re.IGNORECASE)
_LIST = re.compile(
    r"\s?(?:,\s?(?:and|or)?|、|/|&|and|or|和|与|或|及|以及|vs\.?|from|by|to|至|到|提升至|降至|增至|降到|升至)\s?$"
)


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All numbers of ``text`` (normalised by ``bot.briefs.grounding.source.plain``), in order of place."""
    covered = bytearray(len(text))
    found: list[Found] = []
    for read in (
        spelled.magnitudes,
        spelled.zh_fractions,
        spelled.vague,
        _shares,
        spelled.en_fractions,
        spelled.multiples,
        _powers,
        _digits,
        spelled.counts,
        spelled.scales,
        spelled.ordinals,
    ):
        for item in read(text):
            if not any(covered[item.start : item.end]):
                covered[item.start : item.end] = b"\1" * (item.end - item.start)
                found.append(item)
    found.sort(key=lambda item: item.start)
    ranges = _lend_units(text, found)
    return tuple(_finish(text, found, ranges))


def claims(slot: str) -> list[Quantity]:
    """The numbers of a slot (normalised) that need proof, the first ``MOST_CLAIMS`` of them."""
    return [number for number in quantities(slot) if number.claimed][:MOST_CLAIMS]


def numbers_in_names(text: str) -> tuple[Quantity, ...]:
    """The numbers that are parts of a name, ``175B`` of ``OPT-175B``: they may prove a number, no more."""
    result = []
    for match in _IN_A_NAME.finditer(text):
        if tail := units.suffix(text, match.end(), Fraction(match[1])):
            result.append(
                Quantity(text[match.start() : tail.end], match.start(), tail.end, tail.readings, claimed=False)
            )
    return tuple(result)


def _digits(text: str) -> Iterator[Found]:
    for match in _DIGITS.finditer(text):
        value = Fraction(re.sub("[, ]", "", match["number"]))
        if match["power"]:
            value *= Fraction(10) ** int(match["power"])
        tail = units.suffix(text, match.end(), value)
        if tail is None:  # letters glued on that are no unit: 3D, 5G, 1F1B, 2nd
            continue
        if tail.readings[0][1] not in ("%", "×") and _NAME_BEFORE.search(
            text[max(0, match.start() - 40) : match.start()]
        ):
            continue  # GPT-4, Qwen2.5-7B; but not the end of 7B-13B
        scaled = tail.readings[0][0]
        readings, has_unit = list(tail.readings), tail.has_unit
        before = text[max(0, match.start() - 12) : match.start()]
        if before.endswith(("$", "€", "£")):
            readings, has_unit = [(scaled, before[-1])], True
        elif before.endswith("第"):
            readings = [(value, "th"), (value, "")]
        elif before.endswith("百分之"):
            readings, has_unit = [(value, "%")], True
        elif not has_unit and _TIMES_BEFORE.search(before):
            readings, has_unit = [(value, "×")], True
        elif not has_unit and (rate := _RATE_BEFORE.search(before)):
            readings, has_unit = [(scaled, units.rate(rate[1]))], True
        yield Found(match.start(), tail.end, readings, has_unit, tail.scale)


def _powers(text: str) -> Iterator[Found]:
    """10^6, 2^53, 2.3×10^6; and 2.3×106, which a PDF often makes of it."""
    for match in _POWER.finditer(text):
        if match["times"]:
            value = Fraction(match["times"]) * Fraction(10) ** int(match["power"] or match["lost"])
        else:
            value = Fraction(match["base"]) ** int(match["raised"])
        tail = units.suffix(text, match.end(), value)
        if tail is None:
            continue
        flat = re.sub(r"\^", "", match[0]) if match["base"] else ""
        also = [(Fraction(flat), tail.readings[0][1])] if flat.isdigit() else []
        yield Found(match.start(), tail.end, [*tail.readings, *also], tail.has_unit, tail.scale)


def _shares(text: str) -> Iterator[Found]:
    for match in _SHARE.finditer(text):
        part, whole = int(match[1]), int(match[2])
        if 0 < part < whole:
            yield Found(match.start(), match.end(), spelled.fraction(Fraction(part, whole)))


def _lend_units(text: str, found: list[Found]) -> frozenset[int]:
    """A number takes scale and unit from the next one of its range, and may take them in a list: 24–49 %.

    Returns which numbers are the first of a range.
    """
    ranges = set()
    for at in range(len(found) - 2, -1, -1):
        item, following = found[at], found[at + 1]
        between = text[item.end : following.start]
        if len(between) > 8:
            continue
        within = between.strip() in ("and", "和", "与") and _RANGE_BEFORE.search(
            text[max(0, item.start - 9) : item.start]
        )
        is_range = bool(_RANGE.match(between) or within)
        if is_range:
            ranges.add(at)
        is_range = is_range or bool(_ERROR.match(between))  # 91.2 ± 0.3 %
        if item.has_unit or item.scale != 1 or not (following.has_unit or following.scale != 1):
            continue
        own = item.readings[0][0]
        lent = [(own * following.scale, unit) for _, unit in following.readings[:1]]
        if is_range and following.scale == 1:
            item.readings, item.has_unit = lent, True
        elif is_range or _LIST.match(between):
            item.readings = [*item.readings, *lent]
    return frozenset(ranges)


def _finish(text: str, found: list[Found], ranges: frozenset[int]) -> Iterator[Quantity]:
    previous: Quantity | None = None
    for at, item in enumerate(found):
        before = text[previous.end if previous else 0 : item.start]
        sign, bound, loose = bounds(before, text[item.end : item.end + 6], bare=not item.has_unit)
        if previous and at - 1 in ranges:
            sign, bound, loose = "", bound or previous.bound, loose or previous.loose_bound
        elif previous and not loose and previous.loose_bound == "least" and len(before) < 60 and ". " not in before:
            loose = "least"  # surpasses it by 30 % on one and by 60 % on the other
        previous = Quantity(
            text=text[item.start : item.end].strip(),
            start=item.start,
            end=item.end,
            readings=tuple(dict.fromkeys(item.readings)),
            sign=sign,
            bound=bound,
            loose_bound=loose,
            claimed=item.claimed,
        )
        yield previous
