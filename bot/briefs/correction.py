"""A person's own words for a brief: what of them is taken, and what is kept of the brief before. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.briefs.brief import LENGTHS, LONGEST_ZH, plain, sentence, shown_institutions, slot
from bot.models import SLOTS, Brief, Language, Paper, Slot, Usage
from bot.wording import say

_BADGE = "edited"
_LONGEST_NAME = 80
_LONGEST_INSTITUTION = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody wrote in the places of a brief."""

    technique: str
    problem: str
    effect: str
    institutions: tuple[str, ...]
    """As they shall be shown, all of them."""


def edited_by(brief: Brief) -> str | None:
    """Who edited a brief last, by the name they had then; None for a model's own words."""
    return next((badge.partition(":")[2] for badge in brief.badges if badge.partition(":")[0] == _BADGE), None)


def anonymous(brief: Brief) -> Brief:
    """The brief without the name of who edited it; that somebody did still shows."""
    badges = (_BADGE if badge.partition(":")[0] == _BADGE else badge for badge in brief.badges)
    return replace(brief, badges=tuple(badges))


def seal(brief: Brief) -> str:
    """Another one when somebody changed the brief while it lay open."""
    words = "\n".join([brief.sentence, *brief.institutions, *brief.badges])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def institutions_beside(paper: Paper, brief: Brief, language: Language) -> tuple[str, ...]:
    """The institutions shown beside a brief: a person's word on them goes before what was read."""
    return brief.institutions if edited_by(brief) is not None else shown_institutions(paper, language)


def named_institutions(paper: Paper, brief: Brief) -> tuple[str, ...]:
    """The same for a report or an export, where what was read stands under its Latin name."""
    return brief.institutions if edited_by(brief) is not None else tuple(each.name for each in paper.institutions)


def refused(correction: Correction, brief: Brief) -> dict[str, str]:
    """What must be mended before a correction is taken: a sentence for each slot, in the language of the brief.

    The lengths are those of the report's form. Words left as they were are not held to them, as an excerpt is not.
    """
    language, changed = brief.language, _changed(correction, brief)
    told: dict[str, str] = {}
    for name in changed:
        fewest, most = LENGTHS[language][name]
        size = _size(_words(correction, language, name), language)
        if not fewest <= size <= most:
            told[name] = say(language, "edit.bad_length", fewest=fewest, most=most, size=size)
    own = [name for name in SLOTS if name in changed or name not in _excerpts(brief)]
    total = sum(len(_words(correction, language, name)) for name in own)
    if language == "zh" and changed and not told and total > LONGEST_ZH:
        told[changed[-1]] = say(language, "edit.bad_total", most=LONGEST_ZH, size=total)
    return told


def corrected(paper: Paper, brief: Brief, correction: Correction, name: str) -> Brief:
    """The brief in somebody's words; ``brief`` itself when they changed nothing.

    Evidence, and what was said of how it was made, stay with the slots that stay.
    """
    language, changed = brief.language, _changed(correction, brief)
    institutions = tuple(dict.fromkeys(_named(correction.institutions)))
    if not changed and institutions == tuple(_named(brief.institutions)):
        return brief
    technique, problem, effect = (_words(correction, language, each) for each in SLOTS)
    return replace(
        brief,
        institutions=institutions,
        technique=technique,
        problem=problem,
        effect=effect,
        sentence=sentence(language, paper.title, institutions, technique, problem, effect),
        evidence={each: proof for each, proof in brief.evidence.items() if each not in changed},
        badges=(*_kept_badges(brief, changed), f"{_BADGE}:{plain(name, _LONGEST_NAME)}"),
        verdict=tuple(line for line in brief.verdict if line.partition(":")[0] not in changed),
        usage=Usage(),
    )


def _named(institutions: Iterable[str]) -> Iterable[str]:
    return (shown for each in institutions if (shown := plain(each, _LONGEST_INSTITUTION)))


def _words(correction: Correction, language: Language, name: Slot) -> str:
    return slot(language, name, getattr(correction, name))


def _changed(correction: Correction, brief: Brief) -> list[Slot]:
    language = brief.language
    return [name for name in SLOTS if _words(correction, language, name) != slot(language, name, getattr(brief, name))]


def _size(words: str, language: Language) -> int:
    return len(words) if language == "zh" else len(words.split())


def _excerpts(brief: Brief) -> frozenset[Slot]:
    if "extractive" in brief.badges:
        return frozenset(SLOTS)
    return frozenset(name for name in SLOTS if f"fallback:{name}" in brief.badges)


def _kept_badges(brief: Brief, changed: list[Slot]) -> list[str]:
    if not changed:
        return [badge for badge in brief.badges if badge.partition(":")[0] != _BADGE]
    # What failed on the way to words that are gone is of no interest any more.
    of_the_paper = [badge for badge in brief.badges if badge in ("abstract-only", "hidden-text")]
    return [*(f"fallback:{name}" for name in SLOTS if name in _excerpts(brief) and name not in changed), *of_the_paper]
