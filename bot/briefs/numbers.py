"""Reads the numbers of a sentence, English or Chinese, so that two sentences can be compared number by number.

A number is its value, its unit, and the bound set on it ("up to", 超过). ``2.3×``, ``2.3 times``, ``2.3-fold``
and ``2.3 倍`` are one and the same; ``2.3 %`` is another. Digits inside a name (``GPT-4``, ``H100``) belong to
the name and are not numbers here, see ``bot.briefs.names``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from bot.briefs import units

Reading = tuple[Fraction, str]
"""Value and unit; a unit of ``""`` is a bare number, ``frac`` a share of a whole, ``oom`` an order of magnitude."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a text. ``readings`` holds every way to understand it (``4.2 K``: 4,200 or kelvin)."""

    text: str
    start: int
    end: int
    readings: tuple[Reading, ...]
    sign: str = ""
    """``-`` or ``±`` where printed."""
    bound: str = ""
    """``upto``, ``least``, ``less`` where a word or sign beside the number says so, else empty."""
    loose_bound: str = ""
    """The same, from anywhere in the number's part of the sentence."""
    spelled: bool = False
    range_to_next: bool = False

    @property
    def unit(self) -> str:
        return self.readings[0][1]

    @property
    def value(self) -> Fraction:
        return self.readings[0][0]

    def same(self, other: Quantity) -> bool:
        """Whether both may mean the same value in the same unit."""
        return any(reading in other.readings for reading in self.readings)


@dataclass(slots=True)
class _Found:
    """A number under construction."""

    start: int
    end: int
    value: Fraction
    readings: list[Reading] = field(default_factory=list)
    scale: Fraction = Fraction(1)
    has_unit: bool = False
    spelled: bool = False


_DIGITS = re.compile(
    r"(?<![A-Za-z0-9_.@])(?<![A-Za-z]-)(?<![A-Za-z]\d-)"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?![\d])|\d{1,3}(?: 000)+(?![\d.,])|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40})(?:e(?P<power>[-+]?\d{1,2})(?![\w]))?"
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])")
_EN_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_EN_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_EN_WORDS = {**_EN_SMALL, **_EN_TENS}
_EN_SPELLED = re.compile(
    rf"(?<![A-Za-z])(?:(?P<tens>{'|'.join(_EN_TENS)})[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine)"
    rf"|(?P<word>{'|'.join(sorted(_EN_WORDS, key=len, reverse=True))}|a|an))"
    r"(?=[\s-]|fold|$|[^A-Za-z])",
    re.IGNORECASE,
)
_EN_FRACTION = re.compile(
    r"(?<![A-Za-z-])(?:(?P<half>half|halves|halved?|halving)|(?P<count>one|a|two|three|four)[- ]"
    r"(?P<part>third|quarter|fourth|fifth|tenth)s?)(?![A-Za-z])",
    re.IGNORECASE,
)
_PARTS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}
_EN_MULTIPLE = re.compile(
    r"(?<![A-Za-z])(?:(?P<two>twice|doubl(?:es|ed|e|ing)|twofold)|(?P<three>thrice|tripl(?:es|ed|e|ing)|threefold)"
    r"|(?P<four>quadrupl(?:es|ed|e|ing)|fourfold))(?![A-Za-z])",
    re.IGNORECASE,
)
_EN_COUNT_WORDS = re.compile(
    r"(?<![A-Za-z])(?:both|dual|pairs?|paired|twin|bi-?directional)(?![A-Za-z])", re.IGNORECASE
)
_ZH_NUMERAL = "零一二两三四五六七八九十百千万亿"
_ZH_SPELLED = re.compile(
    rf"(?<!第)(?P<number>[{_ZH_NUMERAL}]{{1,12}})(?=\s?(?:"
    r"个|种|项|类|倍|阶段|步|层|次|篇|条|天|年|周|小时|分钟|秒|成(?!功|本|为|果|立|熟|员|长|分|像)|大(?!型|规|量|幅|小|语|模|学)|组|路|台|张|"
    r"块|家|名|对(?!齐|比|抗|应|于|话|称|象)|轮|套|款|门|维|级|者|模态|数量级))"
)
_ZH_FRACTION = re.compile(
    rf"(?P<whole>[{_ZH_NUMERAL}]{{1,5}}|\d{{1,9}})分之(?P<part>[{_ZH_NUMERAL}]{{1,7}}|\d{{1,9}}(?:\.\d{{1,9}})?)"
)
_ZH_HALF = re.compile(r"一半|减半|半数")
_ZH_DOUBLE = re.compile(r"翻倍|翻一番|加倍|成倍(?!数)")
_MAGNITUDE = re.compile(
    r"(?P<count>[A-Za-z]{1,9}|\d{1,2}(?:\.\d{1,2})?)?[\s-]orders?[\s-]of[\s-]magnitude|(?P<zh>[\d.一两二三四五六多数几]{1,4})?\s?个?数量级",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?<![A-Za-z])(?:(?P<en>tens of thousands|hundreds of thousands|tens of millions|hundreds of millions|tens|dozens"
    r"|hundreds|thousands|millions|billions|trillions)(?![A-Za-z])"
    r"|(?P<zh>(?:数|几|上|成)(?:十亿|百亿|千亿|百万|千万|十万|十|百|千|万|亿)(?![分]))(?:上万)?)",
    re.IGNORECASE,
)
_VAGUE_SIZE = {
    "tens": 10, "dozens": 10, "hundreds": 100, "thousands": 1000, "tens of thousands": 10**4,
    "hundreds of thousands": 10**5, "millions": 10**6, "tens of millions": 10**7, "hundreds of millions": 10**8,
    "billions": 10**9, "trillions": 10**12, "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6,
    "千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11,
}  # fmt: skip
_RANGE = re.compile(r"\s?(?:-|~|to|至|到|--)\s?$")
_RANGE_BEFORE = re.compile(r"between\s$", re.IGNORECASE)
_LIST = re.compile(
    r"\s?(?:,\s?(?:and|or)?|、|/|and|or|和|与|或|及|以及|/|&|vs\.?|from|by|to|至|到|提升至|降至|增至|降到|升至)\s?$"
)


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All numbers of ``text`` (normalised by ``bot.briefs.source.plain``), in order of place."""
    taken: list[tuple[int, int]] = []
    found: list[_Found] = []
    for read in (
        _magnitudes,
        _zh_fractions,
        _vague,
        _fractions_of_digits,
        _en_fractions,
        _multiples,
        _digits,
        _spelled,
    ):
        for item in read(text):
            if not any(start < item.end and item.start < end for start, end in taken[-2000:]):
                found.append(item)
                taken.append((item.start, item.end))
    found.sort(key=lambda item: item.start)
    return tuple(_finish(text, found))


def _digits(text: str) -> list[_Found]:
    result = []
    for match in _DIGITS.finditer(text):
        value = Fraction(re.sub("[, ]", "", match["number"]))
        if match["power"]:
            value *= Fraction(10) ** int(match["power"])
        tail = units.suffix(text, match.end(), value)
        if tail is None:  # letters glued on that are no unit: 3D, 5G, 1F1B, 2nd
            continue
        start = match.start()
        readings = list(tail.readings)
        before = text[max(0, start - 12) : start]
        if before.endswith(("$", "€", "£")):
            readings = [(tail.readings[0][0], before[-1])]
        elif before.endswith("百分之"):
            readings = [(value, "%")]
        elif not tail.has_unit and re.search(r"(?<![\d.])[×x]\s?$", before) and not re.search(r"\d\s?[×x]\s?$", before):
            readings = [(value, "×")]
        rate = re.search(r"每(秒|分钟|小时|天)[^\d,，;；。]{0,6}$", before)
        if rate and not tail.has_unit:
            readings = [(readings[0][0], units.rate(rate[1]))]
        result.append(
            _Found(start, tail.end, value, readings, scale=tail.scale, has_unit=tail.has_unit or readings[0][1] != "")
        )
    return result


def _fractions_of_digits(text: str) -> list[_Found]:
    result = []
    for match in re.finditer(r"(?<![\w./@-])(\d{1,3})\s?(?:/|out of|of)\s?(\d{1,3})(?![\w./%×])", text):
        part, whole = int(match[1]), int(match[2])
        if 0 < part < whole:
            share = Fraction(part, whole)
            result.append(_Found(match.start(), match.end(), share, [(share, "frac")], has_unit=True))
    return result


def _spelled(text: str) -> list[_Found]:
    result = []
    for match in _EN_SPELLED.finditer(text):
        word = (match["word"] or "").lower()
        value = Fraction(
            _EN_TENS[match["tens"].lower()] + _EN_SMALL[match["ones"].lower()]
            if match["tens"]
            else _EN_WORDS.get(word, 1)
        )
        tail = units.suffix(text, match.end(), value)
        if tail is None or (word in ("a", "an", "one", "zero") and tail.scale == 1):
            continue  # an article or a pronoun, not a count
        result.append(
            _Found(match.start(), tail.end, value, list(tail.readings), tail.scale, tail.has_unit, spelled=True)
        )
    for match in _ZH_SPELLED.finditer(text):
        value = zh_value(match["number"])
        tail = units.suffix(text, match.end(), value)
        if tail is None:
            continue
        if match["number"] == "一" and tail.readings[0][1] not in ("×", "oom"):
            continue
        readings, has_unit, end = list(tail.readings), tail.has_unit, tail.end
        if text[match.end()] == "成":
            readings, has_unit, end = [(value * 10, "%")], True, match.end() + 1
        elif readings[0] == (1, "×"):
            readings = [(Fraction(2), "×"), (Fraction(1), "×")]  # 提高一倍 is doubled
        result.append(_Found(match.start(), end, value, readings, tail.scale, has_unit, spelled=True))
    for match in _EN_COUNT_WORDS.finditer(text):
        result.append(_Found(match.start(), match.end(), Fraction(2), [(Fraction(2), "")], has_unit=True, spelled=True))
    return result


def zh_value(numeral: str) -> Fraction:
    """``十二`` → 12, ``三百万`` → 3,000,000."""
    total = section = digit = 0
    for sign in numeral:
        if sign in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(sign)
        elif sign == "两":
            digit = 2
        elif sign in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            total = (total + (section + digit or 1)) * {"万": 10**4, "亿": 10**8}[sign]
            section = digit = 0
    return Fraction(total + section + digit)


def _en_fractions(text: str) -> list[_Found]:
    result = []
    for match in _EN_FRACTION.finditer(text):
        share = Fraction(1, 2)
        if match["part"]:
            share = Fraction(_EN_WORDS.get(match["count"].lower(), 1), _PARTS[match["part"].lower()])
        result.append(_Found(match.start(), match.end(), share, [(share, "frac")], has_unit=True, spelled=True))
    return result


def _zh_fractions(text: str) -> list[_Found]:
    result = []
    for match in _ZH_FRACTION.finditer(text):
        whole, part = (
            Fraction(side) if side[0].isdigit() else zh_value(side) for side in (match["whole"], match["part"])
        )
        if whole:
            reading = (part, "%") if whole == 100 else (part / whole, "frac")
            result.append(_Found(match.start(), match.end(), reading[0], [reading], has_unit=True, spelled=True))
    for match in _ZH_HALF.finditer(text):
        half = Fraction(1, 2)
        result.append(_Found(match.start(), match.end(), half, [(half, "frac")], has_unit=True, spelled=True))
    return result


def _multiples(text: str) -> list[_Found]:
    result = []
    for match in _EN_MULTIPLE.finditer(text):
        value = Fraction(2 if match["two"] else 3 if match["three"] else 4)
        readings = [(value, "×")]
        if match[0].lower() in ("double", "triple", "quadruple", "twofold"):
            readings.append((value, ""))  # "double buffering" counts, it does not multiply
        result.append(_Found(match.start(), match.end(), value, readings, has_unit=True, spelled=True))
    for match in _ZH_DOUBLE.finditer(text):
        result.append(
            _Found(match.start(), match.end(), Fraction(2), [(Fraction(2), "×")], has_unit=True, spelled=True)
        )
    return result


def _magnitudes(text: str) -> list[_Found]:
    result = []
    for match in _MAGNITUDE.finditer(text):
        word = (match["count"] or match["zh"] or "").lower()
        if word[:1].isdigit() and re.fullmatch(r"\d+(?:\.\d+)?", word):
            count = Fraction(word)
        elif word in _EN_WORDS:
            count = Fraction(_EN_WORDS[word])
        elif word and all(sign in _ZH_NUMERAL for sign in word):
            count = zh_value(word)
        else:
            vague = word in ("several", "multiple", "many", "few") or word in ("多", "数", "几")
            count = Fraction(0 if vague else 1)
        start = match.start() if word in _EN_WORDS or match["zh"] or word[:1].isdigit() else match.end("count")
        result.append(
            _Found(max(start, match.start()), match.end(), count, [(count, "oom")], has_unit=True, spelled=True)
        )
    return result


def _vague(text: str) -> list[_Found]:
    result = []
    for match in _VAGUE.finditer(text):
        size = Fraction(_VAGUE_SIZE[match["en"].lower() if match["en"] else match["zh"][1:]])
        result.append(_Found(match.start(), match.end(), size, [(size, "vague")], has_unit=True, spelled=True))
    return result


def _finish(text: str, found: list[_Found]) -> list[Quantity]:
    """Lends units along ranges and lists, then sets signs and bounds."""
    result: list[Quantity] = []
    ranges: set[int] = set()
    for at in range(len(found) - 2, -1, -1):
        item, following = found[at], found[at + 1]
        between = text[item.end : following.start]
        if len(between) > 8:
            continue
        is_range = bool(_RANGE.match(between)) or (
            between.strip() in ("and", "和", "与")
            and bool(_RANGE_BEFORE.search(text[max(0, item.start - 9) : item.start]))
        )
        if is_range:
            ranges.add(at)
        if item.has_unit or not (following.has_unit or following.scale != 1):
            continue
        lent = [(item.value * following.scale, unit) for _, unit in following.readings]
        if is_range:
            item.readings = lent + ([(item.value, "")] if following.scale != 1 else [])
            item.has_unit, item.scale = True, following.scale
        elif _LIST.match(between):
            item.readings = [*item.readings, *lent]
    previous = 0
    for at, item in enumerate(found):
        before, after = text[previous : item.start], text[item.end : item.end + 6]
        sign, adjacent, loose = units.bounds(before, after)
        quantity = Quantity(
            text=text[item.start : item.end],
            start=item.start,
            end=item.end,
            readings=tuple(dict.fromkeys(item.readings)),
            sign="" if at - 1 in ranges else sign,
            bound=adjacent,
            loose_bound=loose,
            spelled=item.spelled,
            range_to_next=at in ranges,
        )
        if at - 1 in ranges and not adjacent:
            quantity = replace(quantity, bound=result[-1].bound, loose_bound=result[-1].loose_bound)
        result.append(quantity)
        previous = item.end
    return result
