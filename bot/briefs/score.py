"""Scores briefs without a judge: what can be counted, counted for each model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bot.briefs.grounding.form import form_faults
from bot.briefs.grounding.ground import number_faults, proof_of, script_of
from bot.briefs.grounding.names import foreign_institutions, foreign_names, tokens, unknown_institutions
from bot.briefs.grounding.numbers import claims, quantities
from bot.briefs.grounding.roles import key_numbers, left_out
from bot.briefs.grounding.source import plain, source_of
from bot.models import SLOTS, Brief, Draft, FullText, Paper


@dataclass(frozen=True, slots=True)
class Graded:
    """A brief with what it must rest on; ``text`` is None when only the abstract could be had."""

    paper: Paper
    text: FullText | None
    brief: Brief


@dataclass(frozen=True, slots=True)
class Score:
    """One model's briefs. Shares lie between 0 and 1; None where there was nothing to count."""

    model: str
    briefs: int
    five_slots: float
    """Title, subject and three slots that say something."""
    numbers: float | None
    """Of the numbers in slots: stands in the slot's quote with its unit and bound."""
    key_numbers: float | None
    """Of the abstracts' results (×, %, points, scores): named in the effect."""
    results: float | None
    """Of the briefs of papers whose abstract states a result: the effect carries one, the same or another."""
    names: float | None
    """Of the Latin-script names in slots: the paper prints it."""
    institutions: float | None
    """Of the institutions shown: the reading knows it."""
    quotes: float
    """Of the slots: its quote stands verbatim on the page it claims."""
    length: float | None
    """Of the slots that are no excerpts: as long as the form wants."""
    language: float | None
    """Of the slots that are no excerpts: in the language of the brief."""
    seconds: float
    """Median of the model's own time a brief."""
    input_tokens: float
    output_tokens: float
    cost: float | None
    """US dollars of all briefs, None when a price is not known."""


class _Share:
    """Counts how many of how many."""

    def __init__(self) -> None:
        self.good = self.all = 0

    def add(self, good: int, of: int) -> None:
        self.good += good
        self.all += of

    @property
    def value(self) -> float | None:
        return self.good / self.all if self.all else None


def score(graded: Iterable[Graded]) -> list[Score]:
    """A score for each model, in order of name."""
    by_model: dict[str, list[Graded]] = {}
    for each in graded:
        by_model.setdefault(each.brief.model, []).append(each)
    return [_score(model, entries) for model, entries in sorted(by_model.items())]


def _score(model: str, entries: Sequence[Graded]) -> Score:
    shares = {name: _Share() for name in _COUNTED}
    for each in entries:
        _count(each, shares)
    usage = [each.brief.usage for each in entries]
    costs = [each.cost for each in usage if each.cost is not None]
    return Score(
        model=model,
        briefs=len(entries),
        five_slots=shares["five_slots"].value or 0.0,
        quotes=shares["quotes"].value or 0.0,
        **{name: shares[name].value for name in _COUNTED if name not in ("five_slots", "quotes")},
        seconds=median(each.seconds for each in usage),
        input_tokens=median(each.input_tokens for each in usage),
        output_tokens=median(each.output_tokens for each in usage),
        cost=sum(costs) if len(costs) == len(usage) else None,
    )


_COUNTED = (
    "five_slots", "numbers", "key_numbers", "results", "names", "institutions", "quotes", "length", "language",
)  # fmt: skip


def excerpts(brief: Brief) -> frozenset[str]:
    """The slots of a brief that are excerpts from the original, as its badges tell."""
    if "extractive" in brief.badges:
        return frozenset(SLOTS)
    return frozenset(badge.removeprefix("fallback:") for badge in brief.badges if badge.startswith("fallback:"))


def _count(graded: Graded, shares: dict[str, _Share]) -> None:
    brief, source = graded.brief, source_of(graded.paper, graded.text)
    draft = Draft(brief.technique, brief.problem, brief.effect, brief.evidence, brief.institutions)
    taken = excerpts(brief)
    faults = list(form_faults(draft, brief.language, taken))
    missing = {fault.slot for fault in faults if fault.kind in ("missing", "filler")}
    named = graded.paper.title in brief.sentence and not missing
    shares["five_slots"].add(named, 1)
    shares["institutions"].add(
        len(brief.institutions) - len(unknown_institutions(brief.institutions, graded.paper.institutions)),
        len(brief.institutions),
    )
    for slot in SLOTS:
        words = plain(getattr(brief, slot))
        place, _ = proof_of(draft.evidence.get(slot), source)
        mine = claims(words)
        unproven = list(number_faults(slot, words, place, source))
        shares["numbers"].add(max(0, len(mine) - len(unproven)), len(mine))
        names = tokens(words)
        foreign = foreign_names(words, script_of(words, brief.language), source)
        foreign += foreign_institutions(words, graded.paper.institutions, source)
        shares["names"].add(len(names) - min(len(foreign), len(names)), len(names))
        shares["quotes"].add(place is not None, 1)
        if slot not in taken:
            kinds = {fault.kind for fault in faults if fault.slot == slot}
            shares["length"].add("length" not in kinds, 1)
            shares["language"].add("language" not in kinds, 1)
    stated = key_numbers(source.abstract)
    told = quantities(plain(brief.effect))
    shares["key_numbers"].add(sum(any(each.same(other) for other in told) for each in stated), len(stated))
    shares["results"].add(bool(stated) and not left_out(plain(brief.effect), source.abstract), bool(stated))


def table(scores: Sequence[Score]) -> str:
    """The scores as a Markdown table, a row for each model."""
    heads = (
        "model", "briefs", "five slots", "numbers", "key numbers", "results", "names", "institutions", "quotes",
        "length", "language", "s", "tokens in", "out", "cost",
    )  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|--:" * (len(heads) - 1) + "|"]
    for each in scores:
        shares = [getattr(each, name) for name in _COUNTED]
        cells = [
            each.model,
            str(each.briefs),
            *("–" if share is None else f"{100 * share:.1f} %" for share in shares),
            f"{each.seconds:.2f}",
            f"{each.input_tokens:.0f}",
            f"{each.output_tokens:.0f}",
            "unknown" if each.cost is None else f"${each.cost:.4f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
