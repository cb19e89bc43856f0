"""What follows a number: its scale (k, million, 万) and its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from bot.briefs.grounding.cues import words_of

Reading = tuple[Fraction, str]


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the digits; ``end`` is where it ends in the text."""

    end: int
    readings: tuple[Reading, ...]
    scale: Fraction = Fraction(1)
    has_unit: bool = False


@cache
def _symbols() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of all symbols, longest first, and the name of each."""
    names = {symbol: name for name, symbols in words_of("units")["symbols"].items() for symbol in symbols}
    return re.compile("|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))), names


@cache
def _words() -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """A pattern of all unit words, and the pattern and name of each unit."""
    tables: dict[str, list[str]] = words_of("units")["words"]
    each = tuple((re.compile(rf"(?i:{'|'.join(words)})(?![A-Za-z])"), name) for name, words in tables.items())
    return re.compile("|".join(pattern.pattern for pattern, _ in each)), each


_SCALE = re.compile(
    r"(?:[ -]?(?P<letter>bn|mn|[kKMBT])(?![A-Za-z0-9])"
    r"|[ -]?(?P<word>(?i:hundred|thousand|million|billion|trillion)s?)(?![a-z])"
    r"| ?(?P<zh>万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?!米|克|瓦|字|兆)|百(?!分)))"
)
_ALSO_BARE = re.compile(r"(?i:points?|times)(?![A-Za-z])|个?点(?![云阵集])|分(?![钟之类布析割支配解层辨子区])|位|维")
_POINTS_AFTER_PERCENT = re.compile(r"[ -]?points?(?![A-Za-z])|p(?![A-Za-z])|[ ]?\(?absolute", re.IGNORECASE)
_TENTHS = re.compile(
    r"成(?!功|本|为|果|立|熟|员|长|分|像|不变|就|型)(?P<more>半|[一二三四五六七八九](?![倍成十百千万亿个种类项次天年]))?"
)
_GLUED = re.compile(r"[A-Za-z]")
_COMPARED = re.compile(r" (?:as|the|more|less)\b| [a-z]{2,}er\b")  # ten times faster is no count of times
_GAP = re.compile(r"[ -]?[多余几+]?个?[ ]?")
_RATE = re.compile(
    r"(?:[ ]?(?:[A-Za-z]{2,12}|个?[一-鿿]{1,3}?))?[ ]?(?:/|per |每)[ ]?"
    r"(?P<per>seconds?|secs?|s|秒|minutes?|min|分钟|hours?|hr|h|小时|days?|天)(?![A-Za-z])"
)
_PER = {"s": "/s", "秒": "/s", "m": "/min", "分": "/min", "h": "/h", "小": "/h", "d": "/day", "天": "/day"}


def chinese() -> tuple[str, ...]:
    """The Chinese words for units that are no part of other words, as regular expressions."""
    return tuple(
        each for words in words_of("units")["words"].values() for each in words if re.match("[一-鿿]{2}", each)
    )


def scale(word: str) -> int:
    """The power of ten that ``million`` or ``百亿`` is."""
    return int(words_of("units")["scales"][word])


def is_unit(word: str) -> bool:
    """Whether a Latin-script word is a unit or a scale, and no name."""
    any_word, _ = _words()
    symbols = _symbols()[1]
    return word in symbols or word in words_of("units")["scales"] or bool(any_word.fullmatch(word))


def rate(word: str) -> str:
    """``second``, ``秒`` → ``/s``."""
    return _PER[word[0]]


def suffix(text: str, at: int, value: Fraction) -> Tail | None:
    """The scale and unit at ``text[at:]``; None when letters are glued on that make the digits part of a name."""
    scale, end, readings = Fraction(1), at, [(value, "")]
    if found := _SCALE.match(text, at):
        word = found["letter"] or (found["word"] or "").lower().rstrip("s") or found["zh"]
        scale, end = Fraction(10) ** words_of("units")["scales"][word], found.end()
        readings = [(value * scale, "")]
        if found["letter"]:
            readings.append((value, word))
    if unit := _unit(text, end, readings[0][0]):
        return Tail(unit[0], tuple(unit[1]), scale, unit[2])
    if end == at and _GLUED.match(text, at):
        return None
    return Tail(end, tuple(readings), scale)


def _unit(text: str, at: int, value: Fraction) -> tuple[int, list[Reading], bool] | None:
    """End, readings and whether the unit is one that may not be dropped."""
    gap = _GAP.match(text, at)
    start = gap.end() if gap else at
    if tenths := _TENTHS.match(text, start):
        more = tenths["more"]
        return tenths.end(), [(value * 10 + (("半一二三四五六七八九".index(more) or 5) if more else 0), "%")], True
    name, end = _name(text, start, at)
    if name == "%" and (points := _POINTS_AFTER_PERCENT.match(text, end)):
        absolute = "abs" in points[0].lower()
        return (end, [(value, "%"), (value, "pp")], True) if absolute else (points.end(), [(value, "pp")], True)
    if name == "year" and 1900 <= value <= 2100:
        return end, [(value, "")], False
    if name == "s" and value >= 1900 and value % 10 == 0:
        return end, [(value, ""), (value, "s")], False  # the 1990s
    if name == "×" and text[end - 1].lower() == "s" and value.denominator == 1 and not _COMPARED.match(text, end):
        return end, [(value, "×"), (value, "")], True  # repeated 10 times
    if name == "×" and re.match(r"[ ]?(?:\d|[A-Z][A-Za-z]*\d)", text[end:]):
        return end, [(value, ""), (value, "×")], False  # 3×3, 8× H100
    if name == "GB" and text[end - 1] == "G" and value <= 7:
        return None  # 5G is a network
    if name == "GB" and text[end - 1] == "G":
        return end, [(value, "GB"), (value * 10**9, "")], True
    if not name and (loose := _ALSO_BARE.match(text, start)):
        unit = {"位": "bit", "维": ""}.get(loose[0], "pp")
        return loose.end(), [(value, unit), (value, "")] if unit else [(value, "")], False
    if per := _RATE.match(text, end):
        return per.end(), [(value, name + rate(per["per"]))], True
    return (end, [(value, name)], True) if name else None


def _name(text: str, start: int, digits_end: int) -> tuple[str, int]:
    """The unit whose word or symbol stands at ``start``, and where it ends; empty when there is none."""
    any_word, words = _words()
    for place in (start, start - 1) if text[start - 1 : start] == "个" else (start,):  # 3 个月: the unit begins with 个
        if any_word.match(text, place):
            for pattern, name in words:
                if word := pattern.match(text, place):
                    return name, word.end()
    pattern, names = _symbols()
    if (symbol := pattern.match(text, start)) and _is_whole(text, start, symbol, digits_end):
        return names[symbol[0]], symbol.end()
    return "", start


def _is_whole(text: str, start: int, symbol: re.Match[str], digits_end: int) -> bool:
    """Whether a symbol stands alone: ``5 m`` but not ``5 models``; ``2x`` but not ``2 X-rays`` or ``4 W-state``."""
    after = text[symbol.end() : symbol.end() + 2]
    if symbol[0] in ("%", "‰", "×", "°"):
        return True
    if re.match(r"[A-Za-z0-9]|-[A-Za-z]", after) and symbol[0] not in ("bit", "x", "X"):
        return False
    if symbol[0] in ("x", "X"):
        return not re.match(r"[A-Za-z0-9]", after) and (start == digits_end or symbol[0] == "x")
    if symbol[0] in ("G", "V", "L", "J", "W", "h", "m", "g", "s") and start != digits_end:
        return text[digits_end:start] == " " and not re.match(r"[-'’]", after)
    return not re.match(r"[A-Za-z0-9]", after)
