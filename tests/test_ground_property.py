"""Grounding meets hostile text: it never fails, answers in time, and never lets a forged fact pass."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cases import own_cases
from bot.briefs.grounding.direction import MOST_MOVES, moves
from bot.briefs.grounding.ground import check, locate
from bot.briefs.grounding.numbers import quantities
from bot.briefs.grounding.roles import swapped
from bot.briefs.grounding.source import plain
from bot.models import SLOTS, Draft, Evidence, FullText, Institution, Language, Paper

CASES = own_cases()
SCRAPS = [
    "×", "%", "倍", "-", "–", "1,000", "1e9", "½", "²", "一", "万亿", "三分之", "数量级", "of",
    "up to", "最多", "GPT-4", "(",
    "“", "\u202e",
    "\ufffe", "ﬁ", "…", "<!channel>", "{", "University of", "大学", "ms", "\n", "\u0000", "²³", "0", ".5",
    "999999999999999999999999",
]  # fmt: skip
hostile = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(SCRAPS), max_size=60).map("".join),
    st.lists(st.sampled_from(SCRAPS)).map(" ".join),
)
languages: st.SearchStrategy[Language] = st.sampled_from(["zh", "en"])


@given(hostile, hostile, hostile, hostile, languages, st.integers(-3, 5))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_it_fail(slot: str, quote: str, page: str, name: str, language: Language, number: int) -> None:
    paper = Paper("p", page[:80], institutions=(Institution(name, page, zh=slot),), abstract=quote)
    draft = Draft(slot, quote, page, {each: Evidence(quote, number) for each in SLOTS}, (name, slot))
    for text in (None, FullText(()), FullText((page, quote, slot))):
        assert all(fault.kind for fault in check(draft, paper, text, language))


@given(hostile)
@settings(max_examples=150, deadline=None)
def test_a_number_lies_where_it_says(words: str) -> None:
    shown = plain(words)
    ends = [(number.start, number.end) for number in quantities(shown)]
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(shown) for start, end in ends)
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


EN = (
    "{n}%|{n}.7%|{n} percent|~{n}×|{n}x|×{n}|{n}-fold|{n} times|{w} times|{w} percent|1/{n}|{n} out of 99|{n} points"
    "|+{n}%|{n}–99%|${n}M|{n}k tokens|{n} ms|{n}GB|{n},{n}0 users|{n}e3|10^{n}|{n}:1|>{n}%|{n} data sets|{w} data sets"
    "|{w} hundred|{w} million|n = {n}|top-{n}|@{n}|#{n}|{n}/100|minus {n}%|GPT-{n}%|{n}\u2009%|{n}%-99%|a factor of {w}"
)
ZH = (
    "{n}倍|{z}倍|{z}点五倍|百分之{z}|百分之{n}|{z}分之一|{n}个百分点|{z}个百分点|{z}个数量级|{n}万|{z}万|{n}亿|{z}种"
    "|{z}项任务|{n}%|{n}毫秒|{z}毫秒|{z}小时|{n}次|{n}余种|{z}多种|{z}块GPU|{z}人|{z}元|{z}语言|{z}年|{z}个月|{z}折交叉"
    "|{z}位专家|{z}亿参数"
)
EN_FORMS, ZH_FORMS = EN.split("|"), ZH.split("|")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = ("", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight", "-nine")
DIGITS = ("", *"一二三四五六七八九")


def in_words(number: int) -> tuple[str, str]:
    """English and Chinese words of a number from 21 to 99."""
    ten, one = divmod(number, 10)
    return TENS[ten - 2] + ONES[one], f"{DIGITS[ten]}十{DIGITS[one]}"


@pytest.mark.parametrize("form", EN_FORMS + ZH_FORMS)
@given(number=st.integers(21, 98).filter(lambda n: n not in (24, 37, 48, 61, 63, 90)), where=st.booleans())
@settings(max_examples=6, deadline=None)
def test_a_number_is_seen_in_whatever_form_it_is_written(form: str, number: int, where: bool) -> None:
    language = "en" if form in EN_FORMS else "zh"
    case = next(each for each in CASES if each.paper.id == "tidewheel" and each.language == language)
    word, chinese = in_words(number)
    claim = form.format(n=number, w=word, z=chinese)
    words = f"{claim} {case.draft.effect}" if where else f"{case.draft.effect}, {claim}"
    found = check(replace(case.draft, effect=words), case.paper, case.text, case.language)
    assert {fault.kind for fault in found if fault.slot == "effect"} & {"number", "unit", "name"}, words


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_no_number_passes_that_the_paper_does_not_print(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    number = data.draw(st.decimals(min_value=0, max_value=9999, places=data.draw(st.integers(0, 3))).map(str))
    unit = data.draw(st.sampled_from(["%", "×", " ms", "", " GB", "倍", " points"]))
    digits = number.rstrip("0").rstrip(".") if "." in number else number
    if re.search(rf"(?<![\d.]){re.escape(digits or '0')}(?![\d])", plain(case.whole).replace(",", "")):
        return
    slot = data.draw(st.sampled_from(SLOTS))
    draft = replace(case.draft, **{slot: f"{number}{unit} {case.words(slot)}"})
    assert any(fault.slot == slot for fault in check(draft, case.paper, case.text, case.language))


@given(st.sampled_from(CASES), st.sampled_from(SLOTS), st.from_regex(r"\A[A-Z][a-z]{3,9}[A-Z0-9][a-z0-9]{1,4}\Z"))
@settings(max_examples=100, deadline=None)
def test_no_latin_name_passes_that_the_paper_does_not_print(case, slot, name) -> None:  # type: ignore[no-untyped-def]
    if name.lower() in case.whole.lower():
        return
    said = case.words(slot)
    for words in (
        f"{name} {said}",
        f"{said} {name}",
        f"{said}（{name}）",
        f"{said}, 5 {name}/s",
        f"{said}, 5 ms/{name}",
    ):
        found = check(replace(case.draft, **{slot: words}), case.paper, case.text, case.language)
        assert name in " ".join(fault.what for fault in found if fault.slot == slot)


@given(st.sampled_from(CASES), st.sampled_from(SLOTS), st.data())
@settings(max_examples=100, deadline=None)
def test_no_quote_passes_that_the_paper_does_not_print(case, slot, data) -> None:  # type: ignore[no-untyped-def]
    quote = case.draft.evidence[slot].quote
    at = data.draw(st.integers(0, len(quote) - 1))
    letter = data.draw(st.sampled_from("qxz579"))
    forged = quote[:at] + letter + quote[at:]
    evidence = {**case.draft.evidence, slot: Evidence(forged, case.draft.evidence[slot].page)}
    found = check(replace(case.draft, evidence=evidence), case.paper, case.text, case.language)
    assert ("quote" in {fault.kind for fault in found}) == (locate(forged, case.paper, case.text) is None)
    assert locate(forged, case.paper, case.text) is None


UNITS = [
    "1",
    "1,000",
    "1-",
    "A-",
    "一",
    "up to ",
    "1 of ",
    "三分之",
    "**",
    "1×",
    "((",
    ". A",
    "from 1 to ",
    "提升",
    "ﬁ",
    "A b ",
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_made_of_one_scrap_is_checked_all_the_same(unit: str) -> None:
    """What takes the square of the time would not be back within the timeout."""
    words = unit * (200_000 // len(unit))
    paper = Paper("p", "A title", abstract=words, institutions=(Institution(words[:300], words),))
    for slot, quote in ((words, words), (words[:590], words[:1990])):
        draft = Draft(slot, slot, slot, {each: Evidence(quote, 0) for each in SLOTS}, (words[:300],))
        assert check(draft, paper, FullText((words,)), "en")
        assert check(draft, paper, FullText((words,)), "zh")


@pytest.mark.timeout(60)
def test_cues_are_looked_for_in_time_that_grows_with_the_text() -> None:
    assert len(moves("降低" * 20_000)) == MOST_MOVES
    assert swapped(dict.fromkeys(SLOTS, "A" * 20_000), {}) == ""
