"""The form of a brief: one sentence of five slots in English or Chinese, rendered from its parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.models import Institution, Language, Paper, Slot
from bot.visible import visible

LENGTHS: Mapping[Language, Mapping[Slot, tuple[int, int]]] = {
    "zh": {"technique": (8, 80), "problem": (8, 60), "effect": (8, 100)},
    "en": {"technique": (3, 25), "problem": (3, 20), "effect": (5, 30)},
}
"""Shortest and longest slot as the report's form wants it: characters in Chinese, words in English."""

LONGEST_ZH = 220
"""Characters of the three Chinese slots together."""

NAMED_INSTITUTIONS = 3
"""Institutions named in the sentence; the rest is "and others"."""

LONGEST_TITLE = 500
"""Characters; no real title is longer, a broken reading may be."""

_FORM: Mapping[Language, str] = {
    "zh": "{institutions}发布了《{title}》论文，使用{technique}技术，解决了{problem}问题，达成了{effect}效果。",
    "en": '{institutions} released "{title}", which uses {technique} to solve {problem}, achieving {effect}.',
}
_NOBODY: Mapping[Language, str] = {"zh": "作者团队（机构未注明）", "en": "The authors (no institution stated)"}

# The frame says these words itself: before the slot, and after it.
_FRAME: Mapping[Language, Mapping[Slot, tuple[str, str]]] = {
    "zh": {
        "technique": (r"(?:使用|采用|利用)了?", r"(?:相关)?技术"),
        "problem": (r"(?:解决|克服)了?", r"问题"),
        "effect": (r"(?:达成|实现|取得)了?", r"效果"),
    },
    "en": {
        "technique": (r"(?:it |which )?us(?:es|ing)\b", r"(?!)"),
        "problem": (r"(?:to )?solv(?:es?|ing)\b", r"(?!)"),
        "effect": (r"(?:by |thus |thereby )?achiev(?:es?|ing)\b", r"(?!)"),
    },
}
_ENDS = " \t\n.,;:!。，；：、！…"
_CJK = r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]"


def sentence(
    language: Language, title: str, institutions: Sequence[str], technique: str, problem: str, effect: str
) -> str:
    """The brief as posted. ``institutions`` are names as shown, all of them; the slots may come untrimmed."""
    problem, effect = slot(language, "problem", problem), slot(language, "effect", effect)
    if language == "zh":
        problem, effect = _linked(problem), _linked(effect)
    return _FORM[language].format(
        institutions=_subject(language, institutions),
        title=plain(title, LONGEST_TITLE),
        technique=slot(language, "technique", technique),
        problem=problem,
        effect=effect,
    )


def _linked(words: str) -> str:
    """Before 问题 and 效果 a Chinese clause takes 的; a quotation takes nothing."""
    return words if words.endswith(("的", "」", "”")) else f"{words}的"


@lru_cache(maxsize=256)
def slot(language: Language, name: Slot, words: str) -> str:
    """A slot's words, fit for the frame: without the frame's own words and the punctuation at either end."""
    before, after = _FRAME[language][name]
    words = plain(words).strip(_ENDS)
    words = re.sub(rf"^{before}\s*", "", words, flags=re.IGNORECASE)
    while (shorter := re.sub(rf"{after}$", "", words)) != words:
        words = shorter.rstrip(_ENDS)
    return words.strip(_ENDS)


def plain(words: str, longest: int = 1_000) -> str:
    """One line of what people see, cut at ``longest``.

    Chinese text loses the blanks that a line break of the PDF or a model left between its characters.
    """
    kept = " ".join(visible(" ".join(words.split())).split())
    kept = re.sub(rf"(?<={_CJK}) (?={_CJK})", "", kept)
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def shown_institutions(paper: Paper, language: Language) -> tuple[str, ...]:
    """Every institution of the paper, each once, under its established name in ``language``."""
    names = (_shown(institution, language) for institution in paper.institutions)
    return tuple(dict.fromkeys(name for name in names if name))


def _shown(institution: Institution, language: Language) -> str:
    return plain(institution.zh if language == "zh" and institution.zh else institution.name, 200)


def _subject(language: Language, institutions: Sequence[str]) -> str:
    named, more = list(institutions[:NAMED_INSTITUTIONS]), len(institutions) > NAMED_INSTITUTIONS
    if not named:
        return _NOBODY[language]
    if language == "zh":
        return "、".join(named) + ("等" if more else "")
    if more:
        named.append("others")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
