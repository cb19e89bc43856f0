"""What stands around a number: its scale (k, million, 万), its unit, and the bound set on it ("up to", 超过)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

Reading = tuple[Fraction, str]


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the digits; ``end`` is where it ends in the text."""

    end: int
    readings: tuple[Reading, ...]
    scale: Fraction = Fraction(1)
    has_unit: bool = False


_SCALES = {
    "k": 3, "K": 3, "M": 6, "B": 9, "T": 12, "bn": 9, "mn": 6, "hundred": 2, "thousand": 3, "million": 6, "billion": 9,
    "trillion": 12, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11,
    "万亿": 12,
}  # fmt: skip
_SCALE = re.compile(
    r"(?:[ -]?(?P<letter>bn|mn|[kKMBT])(?![A-Za-z0-9])|[ -]?(?P<word>(?i:hundred|thousand|million|billion|trillion)s?)(?![a-z])"
    r"| ?(?P<zh>万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?!米|克|瓦|字|兆)|百(?!分)))"
)

# Symbols whose case counts, then words whose case does not. The value is the name a unit goes by here.
_SYMBOLS = {
    "%": "%", "×": "×", "x": "×", "X": "×", "ns": "ns", "us": "us", "μs": "us", "ms": "ms", "s": "s", "min": "min", "h": "h",
    "hr": "h", "hrs": "h", "KB": "KB", "kB": "KB", "MB": "MB", "GB": "GB", "TB": "TB", "PB": "PB", "KiB": "KB", "MiB": "MB",
    "GiB": "GB", "TiB": "TB", "Kbps": "Kbps", "kbps": "Kbps", "Mbps": "Mbps", "Gbps": "Gbps", "Hz": "Hz", "kHz": "kHz",
    "MHz": "MHz", "GHz": "GHz", "THz": "THz", "mW": "mW", "W": "W", "kW": "kW", "MW": "MW", "GW": "GW", "mJ": "mJ", "J": "J",
    "kJ": "kJ", "MJ": "MJ", "Wh": "Wh", "kWh": "kWh", "MWh": "MWh", "GWh": "GWh", "eV": "eV", "meV": "meV", "keV": "keV",
    "MeV": "MeV", "GeV": "GeV", "TeV": "TeV", "V": "V", "mV": "mV", "kV": "kV", "mA": "mA", "nm": "nm", "μm": "um", "um": "um",
    "mm": "mm", "cm": "cm", "m": "m", "km": "km", "Å": "Å", "mg": "mg", "g": "g", "kg": "kg", "μg": "ug", "ng": "ng",
    "mL": "mL", "ml": "mL", "L": "L", "μL": "uL", "dB": "dB", "dBm": "dBm", "Pa": "Pa", "kPa": "kPa", "MPa": "MPa",
    "GPa": "GPa", "mM": "mM", "μM": "uM", "nM": "nM", "°C": "°C", "°": "deg", "pp": "pp", "p.p.": "pp", "pts": "pp",
    "pt": "pp", "G": "GB", "fps": "fps", "FPS": "fps", "kpc": "kpc", "Mpc": "Mpc", "pc": "pc", "fb": "fb", "pb": "pb",
    "Gyr": "Gyr", "Myr": "Myr", "bits": "bit", "bit": "bit", "kbp": "kbp", "bp": "bp", "rpm": "rpm", "QPS": "qps",
    "FLOPs": "FLOPs", "FLOPS": "FLOPs", "GFLOPs": "GFLOPs", "GFLOPS": "GFLOPs", "TFLOPs": "TFLOPs", "TFLOPS": "TFLOPs",
    "PFLOPs": "PFLOPs", "PFLOPS": "PFLOPs", "EFLOPs": "EFLOPs", "MFLOPs": "MFLOPs", "TOPS": "TOPS", "TOPS/W": "TOPS/W",
    "GMACs": "GMACs", "MMACs": "MMACs",
}  # fmt: skip
_WORDS = {
    "percentage points?|percent points?|percentage-points?|百分点": "pp",
    "percent|per cent|pct": "%",
    "times|fold|倍": "×",
    "nanoseconds?|纳秒": "ns", "microseconds?|微秒": "us", "milliseconds?|毫秒": "ms", "seconds?|secs?|秒钟?": "s",
    "minutes?|mins?|分钟": "min", "hours?|小时": "h", "days?|天": "day", "weeks?|周": "week", "months?|个月": "month",
    "years?|年": "year", "gigabytes?": "GB", "megabytes?": "MB", "terabytes?": "TB", "bytes?|字节": "byte", "比特": "bit",
    "hertz|赫兹": "Hz", "watts?|瓦": "W", "joules?|焦耳": "J", "nanomet(?:er|re)s?|纳米": "nm", "micromet(?:er|re)s?|微米": "um",
    "millimet(?:er|re)s?|毫米": "mm", "centimet(?:er|re)s?|厘米": "cm", "kilomet(?:er|re)s?|公里|千米": "km",
    "met(?:er|re)s?|米": "m", "grams?|克": "g", "kilograms?|千克|公斤": "kg", "毫克": "mg", "decibels?|分贝": "dB",
    "degrees?|度": "deg", "摄氏度": "°C", "usd|dollars?|美元": "$", "euros?|欧元": "€", "frames? per second|帧每秒|帧/秒": "fps",
    "开尔文": "K",
}  # fmt: skip
_UNIT_WORDS = [(re.compile(rf"(?i:{words})(?![A-Za-z])"), name) for words, name in _WORDS.items()]
_SYMBOL = re.compile("|".join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True)))
_ALSO_BARE = re.compile(r"(?i:points?|times)(?![A-Za-z])|个?点(?![云阵集])|分(?![钟之类布析割支配解层辨子区])|位|维")
_POINTS_AFTER_PERCENT = re.compile(r"[ -]?points?(?![A-Za-z])|p(?![A-Za-z])|[ ]?\(?absolute", re.IGNORECASE)
_GLUED = re.compile(r"[A-Za-z]")
_RATE = re.compile(
    r"(?:[ ]?(?:[A-Za-z]{2,12}|个?[一-鿿]{1,3}?))?[ ]?(?:/|per |每)[ ]?"
    r"(?P<per>seconds?|secs?|s|秒|minutes?|min|分钟|hours?|hr|h|小时|days?|天)(?![A-Za-z])"
)
_PER = {"s": "/s", "秒": "/s", "m": "/min", "分": "/min", "h": "/h", "小": "/h", "d": "/day", "天": "/day"}


def rate(word: str) -> str:
    """``second``, ``秒`` → ``/s``."""
    return _PER[word[0]]


def suffix(text: str, at: int, value: Fraction) -> Tail | None:
    """The scale and unit at ``text[at:]``; None when letters are glued on that make the digits part of a name."""
    scale, end, readings = Fraction(1), at, [(value, "")]
    if found := _SCALE.match(text, at):
        word = found["letter"] or (found["word"] or "").lower().rstrip("s") or found["zh"]
        scale, end = Fraction(10) ** _SCALES[word], found.end()
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
    gap = re.compile(r"[ -]?[多余+]?个?[ ]?").match(text, at)
    start = gap.end() if gap else at
    name, end = "", start
    for pattern, unit in _UNIT_WORDS:
        if (
            word := pattern.match(text, start)
            or (text[start - 1 : start] == "个" and pattern.match(text, start - 1))
            or None
        ):
            name, end = unit, word.end()
            break
    if not name and (symbol := _SYMBOL.match(text, start)) and _is_whole(text, start, symbol, at):
        name, end = _SYMBOLS[symbol[0]], symbol.end()
    if name == "%" and (points := _POINTS_AFTER_PERCENT.match(text, end)):
        absolute = "abs" in points[0].lower()
        return (end, [(value, "%"), (value, "pp")], True) if absolute else (points.end(), [(value, "pp")], True)
    if name == "year" and 1900 <= value <= 2100:
        return end, [(value, "")], False
    if name == "s" and value >= 1900 and value % 10 == 0:
        return end, [(value, ""), (value, "s")], False  # the 1990s
    if name == "×" and text[end - 1].lower() == "s" and value.denominator == 1:
        return end, [(value, "×"), (value, "")], True  # repeated 10 times
    if name == "×" and re.match(r"[ ]?(?:\d|[A-Z][A-Za-z]*\d)", text[end:]):
        return end, [(value, ""), (value, "×")], False  # 3×3, 8× H100
    if name == "GB" and text[end - 1] == "G":
        return end, [(value, "GB"), (value * 10**9, "")], True
    if not name and (loose := _ALSO_BARE.match(text, start)):
        unit = {"位": "bit", "维": ""}.get(loose[0], "pp")
        return loose.end(), [(value, unit), (value, "")] if unit else [(value, "")], False
    if per := _RATE.match(text, end):
        return per.end(), [(value, name + rate(per["per"]))], True
    return (end, [(value, name)], True) if name else None


def _is_whole(text: str, start: int, symbol: re.Match[str], digits_end: int) -> bool:
    """Whether a symbol stands alone: ``5 m`` but not ``5 models``; ``2x`` but not ``2 X-rays`` or ``4 W-state``."""
    after = text[symbol.end() : symbol.end() + 2]
    if symbol[0] in ("%", "×", "°"):
        return True
    if re.match(r"[A-Za-z0-9]|-[A-Za-z]", after) and symbol[0] not in ("bit", "x", "X"):
        return False
    if symbol[0] in ("x", "X"):
        return not re.match(r"[A-Za-z0-9]", after) and (start == digits_end or symbol[0] == "x")
    if symbol[0] in ("G", "V", "L", "J", "W", "h", "m", "g", "s") and start != digits_end:
        return text[digits_end:start] == " " and not re.match(r"[-'’]", after)
    return not re.match(r"[A-Za-z0-9]", after)


# --- Bounds -----------------------------------------------------------------------------------------

_UPTO = r"(?i:up to|as (?:much|high|large|many|low|little|few|fast) as|max(?:imum|imal|\.)?|at (?:its |their )?(?:best|peak)|peak\w*)|最多|最高|高达|至多|可达|最大|多达|最快"
_LEAST = r"(?i:at least|more than|exceed(?:s|ed|ing)?|greater than|surpass(?:es|ed|ing)?|no less than|over|above|beyond|higher than|larger than)|>=?|≥|⩾|≳|至少|超过|超|逾|多于|高于|大于|不低于|不少于|突破"
_LESS = r"(?i:at most|less than|under|below|fewer than|within|no more than|not exceeding|lower than|smaller than)|<=?|≤|⩽|≲|不到|低于|少于|不足|小于|不超过|至多"
_SLACK = r"[\s$€£~≈*(×]*(?:(?i:a|an|about|approximately|around|roughly|nearly|almost|some|by|of|to|the)\s)*(?:约|近|大约|达|到|为|至|了|提升|提高|降低|减少|快|加速)*[\s$€£~≈(+±-]*$"
_KINDS = (("less", _LESS), ("least", _LEAST), ("upto", _UPTO))
_ADJACENT = [(kind, re.compile(f"(?:{words}){_SLACK}")) for kind, words in _KINDS]
_LOOSE = [(kind, re.compile(words)) for kind, words in _KINDS]
_AFTER_LEAST = re.compile(r"\s?(?:以上|or more|\+|多|余)")
_AFTER_LESS = re.compile(r"\s?(?:以下|以内|之内|or less)")
_SIGN = re.compile(r"(?:^|[\s(\[{,:;=~一-鿿])([-±])\s?$")
_PART = re.compile(r"[;。；!?！？]|[.,，]\s")


def bounds(before: str, after: str) -> tuple[str, str, str]:
    """Sign, bound beside the number, and bound anywhere in its part of the sentence.

    ``before`` reaches back to the previous number; ``after`` is the few characters behind the unit.
    """
    near = before[-48:]
    sign = _SIGN.search(near)
    if _AFTER_LEAST.match(after):
        adjacent = "least"
    elif _AFTER_LESS.match(after):
        adjacent = "less"
    else:
        adjacent = next((kind for kind, pattern in _ADJACENT if pattern.search(near)), "")
    part = _PART.split(before[-160:])[-1]
    loose = adjacent or next((kind for kind, pattern in _LOOSE if pattern.search(part)), "")
    return (sign[1] if sign else ("±" if near.rstrip().endswith("±") else "")), adjacent, loose
