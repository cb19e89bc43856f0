"""Bad answers with wrong names, institutions, papers and quotes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.answers import Case, put, with_slot
from bot.models import SLOTS, Draft, Evidence

_SOUNDS = ["vel", "quor", "zan", "brix", "tol", "mir", "kev", "dro", "fal", "nyx", "sul", "gra", "pex", "lum", "odr"]


def _invented(chance: random.Random) -> str:
    core = "".join(chance.sample(_SOUNDS, 2)).capitalize()
    tail = "".join(chance.sample("BCFGKPVXZ", 3))
    return chance.choice(
        [core + "Net", core + "-" + tail[:2], tail + "Former", core.upper()[:5] + "-V2", "Deep" + core, core]
    )


def invented_term(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        words, name = case.words(slot), _invented(chance)
        own = [
            m
            for m in re.finditer(r"[A-Z][A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", words)
            if m.start() > 0 or case.language == "zh"
        ]
        if own:
            yield with_slot(case, slot, put(words, chance.choice(own), name)), name
        if case.language == "zh":
            yield with_slot(case, slot, f"{name}{words}"), name
        else:
            yield with_slot(case, slot, f"{words} with {name}"), name


_PLACES = ["Novograd", "Westmarch", "Calderon Bay", "Ironwood", "Sankt Alban", "Lindholm"]
_ZH_PLACES = ["临渊", "云岭", "北辰", "海曙", "金陵湾", "玉衡"]


def invented_institution(case: Case, _: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    place, zh = chance.choice(_PLACES), chance.choice(_ZH_PLACES)
    names = [
        f"University of {place}",
        f"{place} Institute of Technology",
        f"{place} AI Inc.",
        f"{zh}大学",
        f"{zh}研究院",
    ]
    for name in names:
        yield replace(case.draft, institutions=(*case.draft.institutions[:2], name)), name
    known = ["Stanford University", "OpenAI", "清华大学", "Google DeepMind", "MIT", "University of Oxford"]
    own = {each.zh for each in case.paper.institutions}
    for name in known:
        if name.lower() not in case.whole.lower() and name not in own:
            yield replace(case.draft, institutions=(name,)), name
    for slot in SLOTS:
        words = case.words(slot)
        if case.language == "zh":
            yield with_slot(case, slot, f"{zh}大学提出的{words}"), f"{zh}大学"
            yield with_slot(case, slot, f"与{zh}研究院合作的{words}"), f"{zh}研究院"
        else:
            yield with_slot(case, slot, f"{words} at the University of {place}"), place


def paper_swapped(case: Case, cases: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    """The answer belongs to another paper: all of it, or all but the quotes."""
    others = [other for other in cases if other.language == case.language and other.paper.id != case.paper.id]
    for other in chance.sample(others, min(2, len(others))):
        yield other.draft, f"answer for {other.paper.id}"
        yield replace(other.draft, evidence=case.draft.evidence), f"slots for {other.paper.id}"


def quote_not_in_paper(case: Case, cases: Sequence[Case], chance: random.Random) -> Iterator[tuple[Draft, str]]:
    for slot in SLOTS:
        evidence = case.draft.evidence[slot]
        words = evidence.quote.split()
        spot = chance.randrange(len(words))
        others = [o for o in cases if o.paper.id != case.paper.id]
        forged = {
            "a word changed": " ".join([*words[:spot], "zebra", *words[spot + 1 :]]),
            "a number changed": re.sub(r"\d", lambda m: str((int(m[0]) + 3) % 10), evidence.quote, count=1),
            "words left out": " ".join(words[:3] + words[5:]),
            "another paper's": chance.choice(others).draft.evidence[slot].quote if others else "",
            "too short": evidence.quote[:12],
            "none": "",
        }
        for what, quote in forged.items():
            if what in ("too short", "none") or quote not in case.whole:
                changed = {**case.draft.evidence, slot: Evidence(quote, evidence.page)}
                yield replace(case.draft, evidence=changed), what
        if case.text and len(case.text.pages) > 1:
            page = chance.choice([p for p in range(1, len(case.text.pages) + 1) if p != evidence.page])
            if evidence.quote[:30] not in case.text.pages[page - 1]:
                changed = {**case.draft.evidence, slot: Evidence(evidence.quote, page)}
                yield replace(case.draft, evidence=changed), "another page"
