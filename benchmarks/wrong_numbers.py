"""Bad answers with wrong numbers: value, unit, bound, direction, place, owner."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from benchmarks.answers import Case, numbers_of, put, with_slot
from bot.models import SLOTS, Draft


def number_not_in_paper(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        for match in numbers_of(case.words(slot)):
            for _attempt in range(20):
                new = _other_number(match[0], chance)
                if not re.search(rf"(?<!\d){re.escape(new)}(?!\d)", case.whole):
                    yield with_slot(case, slot, put(case.words(slot), match, new)), f"{match[0]} → {new}"
                    break


def _other_number(old: str, chance: random.Random) -> str:
    plain = float(old.replace(",", ""))
    digits = len(old.partition(".")[2])
    way = chance.choice(["digit", "shift", "scale"])
    if way == "scale":
        new = plain * chance.choice([10, 0.1, 2, 100])
        digits = max(digits, 1) if new < 10 else digits
    elif way == "shift":
        new = plain + chance.choice([-1, 1]) * chance.randint(1, 9) * (0.1**digits)
    else:
        spots = [i for i, sign in enumerate(old) if sign.isdigit()]
        spot = chance.choice(spots)
        return old[:spot] + chance.choice([d for d in "123456789" if d != old[spot]]) + old[spot + 1 :]
    return f"{abs(new):.{digits}f}"


_SPELLED = {
    "en": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "half", "twice", "threefold"],
    "zh": ["两", "三", "四", "五", "六", "七", "八", "九"],
}


def spelled_number_wrong(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        words = case.words(slot)
        if case.language == "en":
            found = re.finditer(r"\b(?:two|three|four|five|six|seven|eight|nine)\b", words)
        else:
            found = re.finditer(r"[两三四五六七八九](?=[个种类项层阶步倍轮])", words)
        for match in found:
            choices = _SPELLED[case.language][:8]
            quote = case.draft.evidence[slot].quote.lower()
            new = chance.choice([c for c in choices if c != match[0] and c not in quote])
            yield with_slot(case, slot, put(words, match, new)), f"{match[0]} → {new}"
        for match in numbers_of(words):
            if re.match(r"\s?(?:%|×|x\b|倍)", words[match.end() :]):
                new = "threefold" if case.language == "en" else "七倍"
                rest = re.sub(r"^\s?(?:%|×|x\b|倍)", "", words[match.end() :])
                yield with_slot(case, slot, words[: match.start()] + new + rest), f"{match[0]} → {new}"


_UNITS = [
    (r"×|x\b|倍| times", ["%", " ms"]),
    (r"%", ["×", " percentage points", "‰"]),
    (r"ms\b", ["s", "%"]),
    (r"B\b", ["M", "K"]),
    (r"M\b", ["B"]),
    (r"K\b", ["M"]),
    (r"GeV\b", ["TeV", "MeV"]),
    (r"eV\b", ["keV"]),
    (r"°C", ["K", "%"]),
    (r"seconds\b|秒", [" hours"]),
    (r"years\b|年", [" days"]),
    (r"micrometers\b|微米", [" mm"]),
    (r"tok/s\b|tokens per second", [" tok/h", "%"]),
    (r"GPUs\b|块GPU", ["%"]),
    (r"亿", ["万"]),
    (r"百万", ["亿"]),
]


def unit_changed(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        words = case.words(slot)
        for match in re.finditer(r"\d[\d,]*(?:\.\d+)?", words):
            if re.search(r"[A-Za-z]-?$", words[: match.start()]):
                continue
            for pattern, others in _UNITS:
                unit = re.match(rf"\s?(?:{pattern})", words[match.end() :])
                if unit:
                    new = chance.choice(others)
                    rest = words[match.end() + unit.end() :]
                    yield (
                        with_slot(case, slot, words[: match.end()] + new + rest),
                        f"{match[0]}{unit[0]} → {match[0]}{new}",
                    )
                    break


def number_not_in_quote(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    """A number that the paper prints with the same unit, elsewhere."""
    for slot in SLOTS:
        words, quote = case.words(slot), case.draft.evidence[slot].quote
        for match in numbers_of(words):
            unit = re.match(r"\s?(?:%|×|x\b|倍|ms\b|B\b|M\b|GeV\b)", words[match.end() :])
            mark = (unit[0].strip() if unit else "").replace("倍", "×")
            printed = re.findall(rf"(?<![\w.,/-])(\d+(?:\.\d+)?)(?=\s?{re.escape(mark)}(?![\w%×]))" if mark else
                                 r"(?<![\w.,/\[-])(\d+(?:\.\d+)?)(?=\s(?!%|×)[a-z])", case.whole)  # fmt: skip
            fresh = sorted({p for p in printed if not re.search(rf"(?<![\d.]){re.escape(p)}(?![\d.]\d)", quote)})
            fresh = [p for p in fresh if float(p) not in _values(quote)]
            if fresh:
                new = chance.choice(fresh)
                yield with_slot(case, slot, put(words, match, new)), f"{match[0]} → {new}"


def _values(words: str) -> set[float]:
    spelled = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
    values = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", words)}
    return values | {float(v) for word, v in spelled.items() if re.search(rf"\b{word}\b", words.lower())}


def numbers_exchanged(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        words = case.words(slot)
        found = numbers_of(words)
        for one in found:
            for two in found:
                after = {words[each.end() : each.end() + 1].strip() for each in (one, two)}
                if one.start() < two.start() and one[0] != two[0] and (len(after) == 1 or after <= set("%×x")):
                    new = words[: one.start()] + two[0] + words[one.end() : two.start()] + one[0] + words[two.end() :]
                    yield with_slot(case, slot, new), f"{one[0]} ↔ {two[0]}"


_OTHERS = [
    r"\(vs\.? ([\d.]+%?)",
    r"baselines?[^.;()]{0,60}\(([\d.]+)",
    r"(?:compared (?:to|with)|than(?: the)?|against|versus) ([\d.]+)",
    r"from ([\d.]+)[^.;]{3,80}? to [\d.]+",
]


def baselines_number(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    """The number of what the paper is compared with, in the place of the paper's own."""
    words, quote = case.draft.effect, case.draft.evidence["effect"].quote
    for pattern in _OTHERS:
        for match in re.finditer(pattern, quote):
            theirs = match[1].rstrip("%.")
            if re.search(r"(?:more|less|fewer|greater) than[^a-z]*$", quote[: match.start(1)]):
                continue
            own = [m for m in numbers_of(words) if m[0] != theirs]
            if own and theirs:
                yield with_slot(case, "effect", put(words, own[0], theirs)), f"{own[0][0]} → {theirs}"


_TURNS = {
    "en": [
        ("reduc", "increas"), ("increas", "reduc"), ("improv", "worsen"), ("faster", "slower"), ("lowered", "raised"),
        ("lower ", "higher "), ("higher", "lower"), ("more ", "less "), ("shorter", "longer"),
        ("outperform", "underperform"),
        ("beat", "lose to"), ("better", "worse"), ("speedup", "slowdown"), ("decreas", "increas"),
        ("gains over", "losses against"), ("superior", "inferior"), ("fewer", "more"), ("extended", "shortened"),
    ],
    "zh": [
        ("提升", "降低"), ("降低", "提升"), ("减少", "增加"), ("增加", "减少"), ("缩短", "延长"), ("延长", "缩短"),
        ("提高", "降低"), ("快", "慢"),
        ("优于", "劣于"), ("超过", "落后于"), ("胜过", "不如"), ("下降", "上升"), ("增大", "减小"), ("扩大", "缩小"),
        ("加速", "减速"), ("更少", "更多"),
    ],
}  # fmt: skip


def direction_reversed(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    words = case.draft.effect
    for old, new in _TURNS[case.language]:
        if (
            old in words
            and not (old == "超过" and re.search(r"超过\s?\d", words))
            and not re.search(rf"{old}than \d", words)
        ):
            yield with_slot(case, "effect", words.replace(old, new, 1)), f"{old} → {new}"


def bound_changed(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    words, quote = case.draft.effect, case.draft.evidence["effect"].quote
    for phrase in ("up to ", "at least ", "more than ", "最高", "最多", "至少", "超过"):
        found = re.search(rf"{phrase}(?=[^\d]{{0,6}}\d)", words)
        if found and phrase in ("up to ", "最高", "最多"):
            yield with_slot(case, "effect", words.replace(phrase, "", 1)), f"{phrase.strip()} dropped"
    if not re.search(r"up to|max|as much as|most|over |more|least|exceed|surpass", quote):
        for match in numbers_of(words)[:1]:
            for phrase in ("up to ", "at least ") if case.language == "en" else ("最高", "至少"):
                new = words[: match.start()] + phrase + words[match.start() :]
                yield with_slot(case, "effect", new), f"{phrase.strip()} added"
