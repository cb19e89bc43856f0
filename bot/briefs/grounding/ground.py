"""Grounds a draft: everything in it that the paper does not say, and every fault of form, is named.

Deterministic: no model, no network. What a clean verdict guarantees, whatever a model answered: no number with its
unit, no Latin-script name, no institution and no quote in the draft that the paper does not hold. What it does not
guarantee stands in ``docs/briefs.md``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.briefs.grounding.attribution import exchanged, not_its_own
from bot.briefs.grounding.change import mistaken
from bot.briefs.grounding.direction import moves, turned_round
from bot.briefs.grounding.form import HOPELESS, copied, form_faults
from bot.briefs.grounding.names import foreign_institutions, foreign_names, unknown_institutions
from bot.briefs.grounding.numbers import MOST_CLAIMS, claims, numbers_in_names, quantities
from bot.briefs.grounding.quantity import Quantity
from bot.briefs.grounding.roles import left_out, mismatched, swapped
from bot.briefs.grounding.source import Place, Source, locate, plain, source_of
from bot.models import SLOTS, Draft, Evidence, Fault, FullText, Institution, Language, Paper, Slot

__all__ = ["check", "locate"]

SHORTEST_QUOTE = 20
"""Characters; a shorter quote proves nothing."""
_MINUS = re.compile(
    r"负|反|逆|损|衰|抑制|误差|偏差|低|minus|negativ|invers|loss|below|attenuat|suppress|deviat", re.IGNORECASE
)
"""What says of a number that it is less than nothing."""
LONGEST_ABSTRACT = 10_000
"""Characters of the abstract that are searched for results."""
LONGEST_QUOTE = 2000
"""Characters; a longer one is no quote but half the paper."""


def check(
    draft: Draft, paper: Paper, text: FullText | None, language: Language, *, excerpts: frozenset[str] = frozenset()
) -> list[Fault]:
    """Every reason why ``draft`` may not be posted as it is; empty when it may.

    ``text`` is None when only the abstract could be had. ``excerpts`` names the slots that are verbatim excerpts
    from the original: length, language and copying are not held against them, everything else is.
    """
    source = source_of(paper, text)
    faults = list(form_faults(draft, language, excerpts))
    missing = {fault.slot for fault in faults if fault.kind == "missing" or fault.what == HOPELESS}
    looks = {
        slot: _looked_at(draft, slot, paper.institutions, language, source, excerpt=slot in excerpts)
        for slot in SLOTS
        if slot not in missing
    }
    faults += [fault for look in looks.values() for fault in look.faults]
    faults += [fault for look in looks.values() for fault in look.sense]
    places = {slot: look.place for slot, look in looks.items() if look.place is not None}
    faults += _exchanged_slots(draft, places, missing, source)
    faults += [
        Fault("institutions", "institution", n) for n in unknown_institutions(draft.institutions, paper.institutions)
    ]
    return faults


@dataclass(frozen=True, slots=True)
class _Look:
    """What one slot by itself comes to."""

    place: Place | None
    """Of its quote."""
    faults: tuple[Fault, ...]
    sense: tuple[Fault, ...]
    """What the quote tells against the words."""


def _looked_at(
    draft: Draft,
    slot: Slot,
    institutions: tuple[Institution, ...],
    language: Language,
    source: Source,
    *,
    excerpt: bool,
) -> _Look:
    """The excerpts of a paper are tried in many combinations; each slot of them is looked at once."""
    words, evidence = getattr(draft, slot), draft.evidence.get(slot)
    key = (slot, words, evidence, institutions, language, excerpt)
    known = source.looks.get(key)
    if isinstance(known, _Look):
        return known
    look = source.looks[key] = _look(slot, words, evidence, institutions, language, source, excerpt=excerpt)
    return look


def _look(
    slot: Slot,
    words: str,
    evidence: Evidence | None,
    institutions: tuple[Institution, ...],
    language: Language,
    source: Source,
    *,
    excerpt: bool,
) -> _Look:
    place, why = proof_of(evidence, source)
    faults = [] if place else [Fault(slot, "quote", why)]
    faults += [Fault(slot, "name", name) for name in foreign_names(words, script_of(words, language), source)]
    faults += [Fault(slot, "institution", name) for name in foreign_institutions(words, institutions, source)]
    shown = plain(words)
    faults += number_faults(slot, shown, place, source)
    if not excerpt and (run := copied(words, source)):
        faults.append(Fault(slot, "copy", run))
    return _Look(place, tuple(faults), tuple(_sense_faults(slot, shown, place.text)) if place else ())


def _sense_faults(slot: Slot, words: str, quote: str) -> Iterator[Fault]:
    """What a quote can tell: numbers exchanged, a direction turned round, another's number."""
    yield from (Fault(slot, "exchanged", what) for what in exchanged(words, quote))
    yield from (Fault(slot, "direction", what) for what in turned_round(words, quote))
    yield from (Fault(slot, "change", what) for what in mistaken(words, quote))
    yield from (Fault(slot, "baseline", what) for what in not_its_own(words, quote))


def _exchanged_slots(
    draft: Draft, places: Mapping[Slot, Place], missing: Collection[str], source: Source
) -> Iterator[Fault]:
    """What the slots can tell together: swapped, or the paper's own result left out."""
    slots: dict[Slot, str] = {slot: plain(getattr(draft, slot)) for slot in SLOTS if slot not in missing}
    quotes: dict[Slot, str] = {slot: place.text for slot, place in places.items()}
    if what := mismatched(slots, quotes) or swapped(slots, quotes):
        yield from (Fault(slot, "swapped", what) for slot in SLOTS)
    if "effect" in slots and (stated := left_out(slots["effect"], source.abstract[:LONGEST_ABSTRACT])):
        yield Fault("effect", "result", f"the abstract states a result: {', '.join(each.text for each in stated[:3])}")


def script_of(words: str, language: Language) -> Language:
    """An excerpt in English is read as English, whatever the language of the brief."""
    return "zh" if language == "zh" and any("一" <= sign <= "鿿" for sign in words) else "en"


def proof_of(evidence: Evidence | None, source: Source) -> tuple[Place | None, str]:
    """Where the evidence of a slot stands, or what is wrong with it."""
    if evidence is None or not evidence.quote.strip():
        return None, "no quote"
    if len(evidence.quote) > LONGEST_QUOTE:
        return None, f"{len(evidence.quote)} characters, a sentence or two is enough"
    if len(evidence.quote.strip()) < SHORTEST_QUOTE:
        return None, f"shorter than {SHORTEST_QUOTE} characters: {evidence.quote.strip()}"
    place = source.find(evidence.quote, evidence.page)
    if place is None:
        return None, f"not in the paper: {evidence.quote.strip()[:80]}"
    if place.page != evidence.page:
        return None, f"stands on page {place.page}, not on page {evidence.page}: {evidence.quote.strip()[:60]}"
    return place, ""


def number_faults(slot: str, words: str, place: Place | None, source: Source) -> Iterator[Fault]:
    """Numbers of a slot that its quote, or the paper, does not hold with the same unit and bound."""
    proof = quantities(place.text) if place else ()
    in_names = numbers_in_names(place.text) if place else ()
    mine = claims(words)
    if len(mine) == MOST_CLAIMS:
        yield Fault(slot, "length", f"{MOST_CLAIMS} numbers or more")
    for claim in mine:
        matches = [each for each in proof if claim.same(each) and not _flattened(claim, each)]
        if not matches and any(claim.same(each) for each in in_names):
            continue
        if not matches:
            if not _part_of_name(claim, words, source):
                yield Fault(slot, *_unproven(claim, proof, source))
        elif claim.sign and not any(each.sign == claim.sign for each in matches):
            yield Fault(slot, "number", f"{claim.sign}{claim.text}")
        elif place and not claim.sign and _sign_lost(matches, words, place.text):
            yield Fault(slot, "number", f"{claim.text}: the quote says -{claim.text}")
        elif claim.bound and not any(_allows(each.loose_bound, claim) for each in matches):
            yield Fault(slot, "bound", f"{words[max(0, claim.start - 8) : claim.end]}: the quote sets no such bound")
        elif all(each.bound == "upto" for each in matches) and not _is_upper(claim, words):
            yield Fault(slot, "bound", f"{claim.text}: the quote says up to {claim.text}")


def _flattened(claim: Quantity, printed: Quantity) -> bool:
    """106 is not 10^6; where a PDF lost what is raised, a slot may give it back."""
    return "^" in printed.text and "^" not in claim.text and claim.value != printed.value


def _part_of_name(claim: Quantity, words: str, source: Source) -> bool:
    """``AIME 2024``, ``Llama 3.1``, ``Qwen 7B``: a number right after a name that the paper prints just so.

    "at least 9" is none, though the paper print it of 9 %.
    """
    name = re.search(r"(?<![A-Za-z0-9.-])(?=[a-z.-]*[A-Z0-9])[A-Za-z][A-Za-z0-9.-]*[ -]?$", words[: claim.start])
    bare = claim.value if claim.unit == "" else None
    version = (
        bare is not None
        and claim.text[:1].isdigit()
        and (bare < 10 or 1900 <= bare <= 2100 or claim.text[-1:].isalpha())
    )
    return bool(name and version and source.holds(f"{name[0]}{claim.text}"))


def _sign_lost(printed: Sequence[Quantity], words: str, quote: str) -> bool:
    """Whether the quote has the number with a minus alone, and the slot no word that stands for it."""
    if not all(each.sign == "-" and quote[max(0, each.start - 1) : each.start] == "-" for each in printed):
        return False
    return not _MINUS.search(words) and not any(move.kind in ("less", "slow", "bad") for move in moves(words))


def _is_upper(claim: Quantity, words: str) -> bool:
    """Whether the slot, too, says that it is the most: up to, 最多, or a bare 达."""
    return claim.loose_bound in ("upto", "less") or words[: claim.start].rstrip().endswith("达")


def _allows(printed: str, claim: Quantity) -> bool:
    upper = ("upto", "less")
    return printed == claim.bound or (printed in upper and claim.bound in upper)


def _unproven(claim: Quantity, proof: tuple[Quantity, ...], source: Source) -> tuple[str, str]:
    """Kind and words of the fault of a number that its quote does not hold."""
    if any(claim.value == value for each in proof for value, _ in each.readings):
        return "unit", f"{claim.text}: the quote gives it another unit"
    digits = re.search(r"\d[\d,.]*", claim.text)
    if digits and re.search(rf"(?<![\d.]){re.escape(digits[0])}(?!\d)", source.text):
        return "number", f"{claim.text}: not in this slot's quote, though the paper prints {digits[0]}"
    return "number", f"{claim.text}: not in this slot's quote"
