"""Names in a slot: methods, models, data sets, acronyms and institutions must be the paper's own."""

from __future__ import annotations

import re
from functools import cache

from bot.briefs.grounding.cues import cues
from bot.briefs.grounding.numbers import quantities
from bot.briefs.grounding.roles import opens
from bot.briefs.grounding.source import Source, latin_words, plain
from bot.briefs.grounding.units import is_unit
from bot.models import Institution, Language
from bot.papers.institutions import known

_LETTER = "A-Za-zÀ-ɏͰ-Ͽ"
_TOKEN = re.compile(rf"(?:\d+(?:\.\d+)*)?[{_LETTER}](?:[{_LETTER}0-9@+*/._'&-]*[{_LETTER}0-9+*@])?")
_WORDLIKE = re.compile(rf"[A-ZÀ-Þ][a-zß-ÿ'’]+(?:-[{_LETTER}]+)*$")
_ZH_INSTITUTION = re.compile(
    r"(?P<before>[一-鿿]{2,12}?)(?:大学|学院|研究院|研究所|研究中心|实验室|公司|集团|科学院|医院)"
)
_EN_INSTITUTION = re.compile(
    r"\b(?:universit\w*|institut\w*|college|academy|laborator\w*|labs?|inc|corp\w*|ltd|gmbh|hospital|company)\b",
    re.IGNORECASE,
)


def tokens(slot: str) -> list[re.Match[str]]:
    """The Latin-script words of a slot that are not the unit of a number."""
    units = [(q.start, q.end) for q in quantities(slot)]
    return [m for m in _TOKEN.finditer(slot) if not any(start <= m.start() < end for start, end in units)]


def foreign_names(slot: str, language: Language, source: Source) -> list[str]:
    """Every Latin-script name of a slot that the paper does not hold.

    In English a name is a word with a capital, a digit or a mark inside; in Chinese any Latin-script word is one.
    Several capitalised words in a row are one name and must stand together.
    """
    slot = plain(slot)
    found = tokens(slot)
    missing = [
        name for name in _beside_numbers(slot) if (language == "zh" or _is_name(name)) and not _known(name, source)
    ]
    for match in found:
        word = match[0]
        if language == "en" and not _is_name(word):
            continue
        if not _known(word, source, first=match.start() == 0):
            missing.append(word)
    for name in _runs(slot, found):
        if not missing and not source.holds(name):
            missing.append(name)
    return missing


def begun_small(slot: str, source: Source) -> str:
    """An English slot without the capital that models begin it with; a name keeps its own.

    A name is a word that the paper prints with a capital in the midst of sentences, or not at all.
    """
    found = re.match(r"(?:An?|The)(?= )|[A-Z][a-z]+(?=[ -][^A-Z]|, )", slot)
    if not found:
        return slot
    word, small = found[0], found[0].lower()
    if word not in ("A", "An", "The"):
        as_name = len(re.findall(rf"(?<=[a-z,] ){word}(?!\w)", source.text))
        as_word = len(re.findall(rf"(?<!\w){small}(?!\w)", source.text))
        if as_name >= as_word and (as_name or not opens(small)):
            return slot
    return small + slot[len(word) :]


def _beside_numbers(slot: str) -> list[str]:
    """The words that stand where a unit does and are none: ``5 Flux/s``, ``42 ms/Flux``."""
    spans = [(q.start, q.end) for q in quantities(slot)]
    inside = [m[0] for m in _TOKEN.finditer(slot) if any(start <= m.start() < end for start, end in spans)]
    parts = [re.sub(r"^[\d.,]+", "", part) for word in inside for part in re.split(r"[/-]", word)]
    return [part for part in parts if part and not is_unit(part) and part.lower() not in cues()["number_words"]]


def _is_name(word: str) -> bool:
    return bool(re.search(r"[A-ZÀ-Þ0-9@+._]|[Ͱ-Ͽ].", word)) and word.lower() not in ("e.g", "i.e", "vs", "a")


def _known(word: str, source: Source, *, first: bool = False) -> bool:
    if source.holds(word) or source.holds(f"{word}s") or (word.endswith("s") and source.holds(word[:-1])):
        return True
    phrase = cues()["abbreviations"].get(word.rstrip("s"))
    if phrase and any(each in source.words for each in phrase):
        return True
    if "/" in word or "&" in word:
        return all(_known(part, source, first=first) for part in re.split(r"[/&]", word) if part)
    if "-" in word:
        head, _, tail = word.rpartition("-")
        if tail.islower():  # DeepSeek-based: an adjective made of a name
            return tail in cues()["suffixes"] and _known(head, source, first=first)
    # A slot may begin with a capital: "Sparsifying" is fine when the paper says "sparsify".
    return (
        first
        and word[1:].islower()
        and word.isalpha()
        and len(word) >= 6
        and word[:5].lower() in source.stems
        and (word.lower().endswith(("ing", "ed", "es", "ion", "ly", "ive")))
    )


def _runs(slot: str, found: list[re.Match[str]]) -> list[str]:
    """Names of several capitalised words: ``Monte Carlo Tree Search``, ``University of Glasgow``."""
    runs: list[str] = []
    current: list[re.Match[str]] = []

    def close() -> None:
        while current and current[-1][0] in cues()["connectors"]:
            current.pop()
        if len(current) > 1:
            name = slot[current[0].start() : current[-1].end()]
            if _EN_INSTITUTION.search(name):
                runs.append(name)
            else:
                runs.extend(part for part in re.split(r"\s(?:of|for|and|the|in|on|to|with)\s", name) if " " in part)
        current.clear()

    for match in found:
        adjacent = bool(current) and slot[current[-1].end() : match.start()] == " "
        if _WORDLIKE.match(match[0]):
            if not adjacent:
                close()
            current.append(match)
        elif adjacent and match[0] in cues()["connectors"]:
            current.append(match)
        else:
            close()
    close()
    return runs


def foreign_institutions(slot: str, institutions: tuple[Institution, ...], source: Source) -> list[str]:
    """Names in a slot that read like an institution or are a well-known one, and that the paper does not print."""
    slot = plain(slot)
    own = [each.zh for each in institutions if each.zh]
    rest = slot
    for name in sorted((n for n in own if n), key=len, reverse=True):
        rest = rest.replace(name, "·")
    missing = []
    for match in _ZH_INSTITUTION.finditer(rest):
        if match[0] in source.text or _unnamed().fullmatch(match["before"]):
            continue
        if not _printed_in_latin(match[0], source):
            missing.append(match[0])
    latin = (match[0] for match in tokens(slot) if match[0][0].isupper() and match.start() > 0)
    missing += [word for word in latin if known(word) and not _printed_with_capital(word, source)]
    return missing + foreign_organisations(rest, source)


def _printed_with_capital(word: str, source: Source) -> bool:
    """Meta is not meta-learning, nor Apple an apple."""
    found = re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", source.text, re.IGNORECASE)
    return any(each[0][0].isupper() for each in found)


def foreign_organisations(words: str, source: Source) -> list[str]:
    """The well-known Chinese names of organisations in ``words`` that the paper prints in neither script."""
    words = _false_friends().sub("·", words)
    return [
        zh
        for zh, names in cues()["organisations"].items()
        if zh in words and zh not in source.text and not any(source.holds(name) for name in names)
    ]


@cache
def _false_friends() -> re.Pattern[str]:
    """Words that hold the name of an organisation by accident: 高通量 is high throughput, no Qualcomm."""
    return re.compile("|".join(cues()["false_friends"].split()))


@cache
def _unnamed() -> re.Pattern[str]:
    """What stands before the kind of an organisation that has no name: 五家 (医院), 支持跨国 (公司)."""
    lead, kind = ("|".join(cues()[f"unnamed_{part}"].split()) for part in ("lead", "kind"))
    return re.compile(rf"(?:.*(?:{lead}))?(?:{kind})*")


def _printed_in_latin(name: str, source: Source) -> bool:
    """Whether the paper prints the organisation that a Chinese name, with whatever words before it, stands for."""
    known_as = (known(name[start:]) for start in range(len(name) - 2))
    return any(each is not None and source.holds(each.name) for each in known_as)


def unknown_institutions(names: tuple[str, ...], institutions: tuple[Institution, ...]) -> list[str]:
    """The names that no institution of the reading answers to.

    An entry is the reading's name, its printed line or a part of that, or its Chinese name. A translation of the
    model's own comes with the printed name in brackets: ``澳门大学（University of Macau）``.
    """
    return [name for name in names if not any(answers(name, each) for each in institutions)]


def answers(name: str, institution: Institution) -> bool:
    """Whether ``name`` means ``institution``."""
    shown = plain(name)
    if institution.zh and _letters(shown) == _letters(institution.zh):
        return True
    if translated := re.fullmatch(r"([一-鿿·]{2,20}) ?\((.+)\)", shown):
        if institution.zh and translated[1] != institution.zh:
            return False
        shown = translated[2]
    wanted = _letters(shown)
    if not wanted:
        return False
    if wanted == _letters(institution.name):
        return True
    printed = plain(institution.printed)
    if re.search(r"[一-鿿]", shown):
        return len(shown) >= 3 and shown in printed
    return len(wanted) >= 3 and latin_words(shown) in latin_words(printed)


def _letters(name: str) -> str:
    folded = "".join(sign for sign in plain(name).casefold() if sign.isalnum())
    return folded.removeprefix("the")
