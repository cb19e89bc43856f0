"""Makes bad answers out of correct briefs, each wrong in one known way.

It judges the checks of ``bot.briefs.grounding`` and therefore shares no code with them: what it knows of numbers,
units, names and languages it knows by itself. Everything is seeded; the same briefs give the same bad answers.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import wrong_form, wrong_numbers, wrong_words
from benchmarks.answers import Case, Maker
from bot.models import Draft


@dataclass(frozen=True)
class Corruption:
    """One bad answer. ``kind`` is the row of the table it counts in."""

    kind: str
    case: Case
    draft: Draft
    what: str


KINDS: dict[str, Maker] = {
    "number not in the paper": wrong_numbers.number_not_in_paper,
    "spelled-out number wrong": wrong_numbers.spelled_number_wrong,
    "unit changed": wrong_numbers.unit_changed,
    "number in the paper, not in the quote": wrong_numbers.number_not_in_quote,
    "numbers exchanged": wrong_numbers.numbers_exchanged,
    "baseline's number": wrong_numbers.baselines_number,
    "direction reversed": wrong_numbers.direction_reversed,
    "bound changed": wrong_numbers.bound_changed,
    "invented term": wrong_words.invented_term,
    "invented institution": wrong_words.invented_institution,
    "paper swapped": wrong_words.paper_swapped,
    "all slots swapped": wrong_form.all_slots_swapped,
    "slot missing": wrong_form.slot_missing,
    "placeholder": wrong_form.placeholder_left,
    "wrong language": wrong_form.wrong_language,
    "abstract copied": wrong_form.abstract_copied,
    "over-long": wrong_form.over_long,
    "injection leaked": wrong_form.injection_leaked,
    "markup": wrong_form.markup_leaked,
    "filler": wrong_form.filler_only,
    "slot repeated": wrong_form.slot_repeated,
    "frame word": wrong_form.frame_word_left,
    "dangling pronoun": wrong_form.dangling_pronoun,
    "quote not in the paper": wrong_words.quote_not_in_paper,
}


def corrupt(cases: Sequence[Case], seed: int = 4, *, per_kind: int = 3) -> list[Corruption]:
    """Up to ``per_kind`` bad answers of each kind for every case, in a fixed order."""
    result = []
    for number, case in enumerate(cases):
        for kind, make in KINDS.items():
            chance = random.Random(f"{seed}:{number}:{kind}")
            made = [(draft, what) for draft, what in make(case, cases, chance) if draft != case.draft]
            chance.shuffle(made)
            result += [Corruption(kind, case, draft, what) for draft, what in made[:per_kind]]
    return result
