"""Numbers written as words, in English and Chinese: threefold, half, a million, 两倍, 三分之一, 数百."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from bot.briefs.grounding import units
from bot.briefs.grounding.quantity import Found, Reading

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_EN_SMALL = {word: value for value, word in enumerate(_SMALL.split())}
_EN_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}  # noqa: SIM905
_EN_WORDS = {**_EN_SMALL, **_EN_TENS, "dozen": 12}
_EN_COUNT = re.compile(
    rf"(?<![A-Za-z])(?:(?P<tens>{'|'.join(_EN_TENS)})[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine)"
    rf"|(?P<word>{'|'.join(sorted(_EN_WORDS, key=len, reverse=True))}|a|an))(?=[\s-]|fold|$|[^A-Za-z])",
    re.IGNORECASE,
)
_EN_FRACTION = re.compile(
    r"(?<![A-Za-z-])(?:(?P<half>(?:one[- ])?half|halves|halved?|halving)|(?P<count>one|a|two|three|four)[- ]"
    r"(?P<part>third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?)(?![A-Za-z])",
    re.IGNORECASE,
)
_PARTS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = ("first", "second", *_PARTS)
_ORDINAL = re.compile(
    rf"(?:(?<![A-Za-z])(?P<ranked>(?:rank|plac|finish)[a-z]* (?:in )?(?:the )?))?"
    rf"(?<![A-Za-z])(?P<en>{'|'.join(_ORDINALS)})(?![A-Za-z])(?P<place>[- ]place)?"
    r"|(?<!\d)(?P<nth>\d{1,3})(?:st|nd|rd|th)(?![A-Za-z])"
    r"|(?P<ranked_zh>(?:排名|排在|排行|名列|位列|位居|居于)[^,，。;；]{0,6})?第(?P<zh>[一二三四五六七八九十]{1,3})(?P<place_zh>名|位)?",
    re.IGNORECASE,
)
_EN_MULTIPLE = re.compile(
    r"(?<![A-Za-z])(?:(?P<two>twice|doubl(?:es|ed|e|ing)|twofold)|(?P<three>thrice|tripl(?:es|ed|e|ing)|threefold)"
    r"|(?P<four>quadrupl(?:es|ed|e|ing)|fourfold)|(?P<five>quintupl(?:es|ed|e|ing)|fivefold)|(?P<many>hundred|thousand)-?fold"
    r"|(?P<vague>(?:several|multiple|many|a few)[ -]?(?:fold|times)|manifold (?=increase|faster)))(?![A-Za-z])",
    re.IGNORECASE,
)
_EN_IMPLIED = re.compile(
    r"(?<![A-Za-z])(?:single|both|dual|pairs?|paired|twin|bi-?directional)(?![A-Za-z])", re.IGNORECASE
)
_ZH = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_FORMAL = str.maketrans("〇壹贰叁肆伍陆柒捌玖拾佰仟", "零一二三四五六七八九十百千")
# One sign is a number only before a word that counts: 统一, 万能 and 十分 are none; 十九 and 三千 always are.
_ZH_RUN = r"[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][十百千万亿拾佰仟]|[十拾][一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_ZH_COUNTED = (
    r"[多余几]?(?:个|种|项|类|倍|阶段|步|层|次|篇|条|天|年|周(?!期|围)|小时|分钟|[毫微纳]?秒|成(?!功|本|为|果|立|熟|员|长|分|像|不变|就|型)|组|路|台|张|块|家"
    r"|名|轮|套|款|门|维|大(?!型|规|量|幅|小|语|模|学)|对(?!齐|比|抗|应|于|话|称|象)|级|者|模态|数量级|任务|模型|数据集|基准|人|元(?!数|素)|国|位(?!置|于|移)"
    r"|只(?!有|能|是|需|读|保)|语言|份|部(?!分|署)|点|场(?!景)|期|折|道|句|段|例(?!如)|株|架(?!构)|辆|亿|万|百(?!分)|千|款|页|帧|卡|核(?!心)|跳|通道"
    rf"|{'|'.join(units.chinese())})"
)
_ZH_COUNT = re.compile(
    rf"(?<!第)(?!二[次元值进分])(?P<number>(?:{_ZH_RUN})[{_ZH}]{{0,10}}(?:点[{_ZH}]{{1,6}})?"
    rf"|(?![百千万亿佰仟])[{_ZH}]{{1,12}}(?:点[{_ZH}]{{1,6}})?(?=(?:[到至~-][{_ZH}]{{1,6}})?\s?{_ZH_COUNTED})|[百千万亿]{{1,3}}(?=倍))"
)
_ZH_FRACTION = re.compile(
    rf"(?P<whole>[{_ZH}]{{1,5}}|\d{{1,9}})分之(?P<part>[{_ZH}]{{1,7}}(?:点[{_ZH}]{{1,6}})?|\d{{1,9}}(?:\.\d{{1,9}})?)"
)
_ZH_HALF = re.compile(r"一半|减半|半数|近半(?![年天月个小径导球透正参监自结精合])|[过大]半(?=$|[,，。;；、的以])")
_ZH_HALF_OF = re.compile(r"(?:(?P<whole>[\d一两三四五六七八九])个)?半(?=个?(?:秒|分钟|小时|天|月|年))")
_HALF_IN_PARTS = {"min": (30, "s"), "h": (30, "min"), "day": (12, "h"), "year": (6, "month")}
_ZH_DOUBLE = re.compile(
    r"翻倍|翻了?[近约]?(?P<times>[一两二三四五六])?番|加倍|双倍|(?P<vague>(?<![十百千万亿\d])[数几多成]倍(?!数)|倍增)"
)
_MAGNITUDE = re.compile(
    r"(?:(?P<count>(?<![A-Za-z])[A-Za-z]{1,9}|\d{1,2}(?:\.\d{1,2})?)[\s-])?orders?[\s-]of[\s-]magnitude"
    r"|(?P<zh>[\d.一两二三四五六多数几]{1,4})?\s?个?数量级",
    re.IGNORECASE,
)
_VAGUE_SIZE = {
    "tens of thousands": 4, "hundreds of thousands": 5, "tens of millions": 7, "hundreds of millions": 8,
    "tens of billions": 10, "hundreds of billions": 11,
    "tens": 1, "dozens": 1, "hundreds": 2, "thousands": 3, "millions": 6, "billions": 9, "trillions": 12,
    "十亿": 9, "百亿": 10, "千亿": 11, "百万": 6, "千万": 7, "十万": 5, "十": 1, "百": 2, "千": 3, "万": 4, "亿": 8,
}  # fmt: skip
_VAGUE = re.compile(
    rf"(?<![A-Za-z])(?P<en>{'|'.join(word for word in _VAGUE_SIZE if word.isascii())})(?![A-Za-z])"
    rf"|(?:数|几|上|成)(?P<zh>{'|'.join(word for word in _VAGUE_SIZE if not word.isascii())})(?![分])",
    re.IGNORECASE,
)
_BARE_SCALE = re.compile(
    r"(?<![A-Za-z])(?P<en>million|billion|trillion)(?![A-Za-z])"
    r"|(?P<zh>百万|[十百千]亿|万亿|千万(?!不|别|要|注)|[百千万亿](?=量?级))",
    re.IGNORECASE,
)


def counts(text: str) -> Iterator[Found]:
    """two tasks, twenty-five, a million, 三种, 两倍; one and 一个 may prove a number but claim none."""
    for match in _EN_COUNT.finditer(text):
        word = (match["word"] or "").lower()
        tens = _EN_TENS[match["tens"].lower()] + _EN_SMALL[match["ones"].lower()] if match["tens"] else None
        value = Fraction(tens or _EN_WORDS.get(word, 1))
        tail = units.suffix(text, match.end(), value)
        article = word in ("a", "an", "one", "zero") and tail and tail.scale == 1 and tail.readings[0][1] != "×"
        if tail and not (article and word != "one"):
            yield Found(match.start(), tail.end, list(tail.readings), tail.has_unit, tail.scale, claimed=not article)
    for match in _ZH_COUNT.finditer(text):
        value = zh_value(match["number"])
        tail = units.suffix(text, match.end(), value)
        if tail is None:
            continue
        article = match["number"] == "一" and tail.readings[0][1] not in ("×", "%")
        readings = list(tail.readings)
        if readings[0] == (Fraction(1), "×"):
            readings = [(Fraction(2), "×")]  # 提高一倍 is doubled
        yield Found(match.start(), tail.end, readings, tail.has_unit, tail.scale, claimed=not article)
    for match in _EN_IMPLIED.finditer(text):
        value = Fraction(1 if match[0].lower() == "single" else 2)
        yield Found(match.start(), match.end(), [(value, "")], claimed=False)


def zh_value(numeral: str) -> Fraction:
    """``十二`` → 12, ``三百万`` → 3,000,000, ``一点五`` → 1.5."""
    whole, _, decimals = numeral.translate(_FORMAL).partition("点")
    total = section = digit = 0
    for sign in whole:
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
    digits = "".join(str("零一二三四五六七八九".find(sign)) for sign in decimals if sign in "零一二三四五六七八九")
    return total + section + digit + (Fraction(int(digits), 10 ** len(digits)) if digits else Fraction(0))


def en_fractions(text: str) -> Iterator[Found]:
    """half, one third, two-thirds, a quarter."""
    for match in _EN_FRACTION.finditer(text):
        share = Fraction(1, 2)
        if match["part"]:
            part = match["part"].lower()
            whole = 4 if part == "quarter" else _PARTS.index(part) + 3
            share = Fraction(_EN_WORDS.get(match["count"].lower(), 1), whole)
        yield Found(match.start(), match.end(), fraction(share))


def fraction(share: Fraction) -> list[Reading]:
    """A half is 50 %."""
    return [(share, "frac"), (share * 100, "%")]


def zh_fractions(text: str) -> Iterator[Found]:
    """三分之一, 百分之二十, 一半, 一个半小时."""
    for match in _ZH_FRACTION.finditer(text):
        whole, part = (Fraction(side) if side[0].isdigit() else zh_value(side) for side in match.group("whole", "part"))
        if whole:
            yield Found(match.start(), match.end(), [(part, "%")] if whole == 100 else fraction(part / whole))
    for match in _ZH_HALF.finditer(text):
        yield Found(match.start(), match.end(), fraction(Fraction(1, 2)))
    for match in _ZH_HALF_OF.finditer(text):
        value = Fraction(1, 2)
        if match["whole"]:
            value += int(match["whole"]) if match["whole"].isdigit() else zh_value(match["whole"])
        if tail := units.suffix(text, match.end(), value):
            parts, smaller = _HALF_IN_PARTS.get(tail.readings[0][1], (0, ""))
            also = [(value * 2 * parts, smaller)] * bool(parts) + (fraction(value) if value < 1 else [])
            yield Found(match.start(), tail.end, [*tail.readings, *also])


def multiples(text: str) -> Iterator[Found]:
    """twice, doubles, threefold, 翻倍."""
    for match in _EN_MULTIPLE.finditer(text):
        value = Fraction({"two": 2, "three": 3, "four": 4, "five": 5, "vague": 0}.get(str(match.lastgroup), 0))
        if match["many"]:
            value = Fraction(100 if match["many"].lower() == "hundred" else 1000)
        readings = [(value, "×")]
        if match[0].lower() in ("double", "triple", "quadruple"):
            readings.append((value, ""))  # "double buffering" counts, it does not multiply
        yield Found(match.start(), match.end(), readings)
    for match in _ZH_DOUBLE.finditer(text):
        times = zh_value(match["times"]) if match["times"] else Fraction(1)
        value = Fraction(0) if match["vague"] else Fraction(2) ** min(int(times), 20)
        yield Found(match.start(), match.end(), [(value, "×")])


def magnitudes(text: str) -> Iterator[Found]:
    """an order of magnitude, two orders of magnitude, 一个数量级."""
    for match in _MAGNITUDE.finditer(text):
        word = (match["count"] or match["zh"] or "").lower()
        start = match.start()
        if re.fullmatch(r"\d+(?:\.\d+)?", word):
            count = Fraction(word)
        elif word in _EN_WORDS:
            count = Fraction(_EN_WORDS[word])
        elif word and all(sign in _ZH for sign in word):
            count = zh_value(word)
        elif word in ("several", "multiple", "many", "few", "多", "数", "几"):
            count = Fraction(0)
        else:
            count = Fraction(0 if "orders" in match[0].lower() else 1)
            start = match.end("count") if match["count"] and word not in ("a", "an") else start
        yield Found(start, match.end(), [(count, "oom")])


def vague(text: str) -> Iterator[Found]:
    """hundreds of, tens of thousands, 数百, 上千万; with their unit, 数十倍."""
    for match in _VAGUE.finditer(text):
        size = Fraction(10) ** _VAGUE_SIZE[match["en"].lower() if match["en"] else match["zh"]]
        of = 4 if text.startswith(" of ", match.end()) else 0
        tail = units.suffix(text, match.end() + of, size)
        if tail and tail.has_unit and tail.scale == 1:
            yield Found(match.start(), tail.end, [(size, f"vague {tail.readings[0][1]}")])
        else:
            yield Found(match.start(), match.end(), [(size, "vague")])


def ordinals(text: str) -> Iterator[Found]:
    """ranked third, 排名第三: a rank but the first claims its number; any other ordinal may prove one."""
    for match in _ORDINAL.finditer(text):
        part = next(name for name in ("en", "nth", "zh") if match[name])
        word = match[part].lower()
        value = int(word) if part == "nth" else _ORDINALS.index(word) + 1 if part == "en" else int(zh_value(word))
        ranked = any(match[name] for name in ("ranked", "place", "ranked_zh", "place_zh"))
        readings: list[Reading] = [(Fraction(value), "th"), *[(Fraction(value), "")] * ranked]
        yield Found(match.start(part), match.end(part), readings, claimed=ranked and value > 1)


def scales(text: str) -> Iterator[Found]:
    """千亿参数, 百万级; billion-scale may prove one but claims none."""
    for match in _BARE_SCALE.finditer(text):
        size = Fraction(10) ** units.scale((match["en"] or match["zh"]).lower())
        yield Found(match.start(), match.end(), [(size, ""), (size, "vague")], claimed=bool(match["zh"]))
