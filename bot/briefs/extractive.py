"""A brief without a model: clauses picked from the paper's own abstract, introduction and conclusion. Pure.

Every slot is always filled, and every number and name in it is the paper's, because its words are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.briefs import clauses, clauses_zh
from bot.briefs.clauses import Clause, Context
from bot.briefs.passages import Passage, abstract, part, passages
from bot.briefs.sentences import page_of, split, without_citations
from bot.models import SLOTS, Draft, Evidence, FullText, Language, Paper, Slot

_LEAST = 1.0
"""A clause that scores less says too little; the next source is asked, and last of all a plain sentence is taken."""
_FARTHEST = 12_000
"""Characters of introduction or conclusion looked at."""

_MARKS = {"zh": "「{}」", "en": "“{}”"}
_LEADS: dict[Slot, str] = {"technique": "{}", "problem": "the problem that {}", "effect": "the result that {}"}
_NOTHING: dict[Language, dict[Slot, str]] = {
    "zh": {"technique": "题目所述的", "problem": "题目所述的", "effect": "原文未用可摘录的句子说明的"},
    "en": {
        "technique": "the approach named in its title",
        "problem": "the problem named in its title",
        "effect": "what its text does not state in a sentence that could be excerpted",
    },
}


@dataclass(frozen=True, slots=True)
class Sentence:
    words: str
    page: int
    weight: float
    """How far this part of the paper is to be trusted to speak of the whole: 0 for the abstract, else less."""


@dataclass(frozen=True, slots=True)
class Pick:
    clause: Clause
    sentence: Sentence
    score: float


def extract(paper: Paper, text: FullText | None, language: Language) -> Draft:
    """The best excerpt for each slot with the sentence it stands in; ``technique``, ``problem`` and ``effect`` are
    worded for the frame of ``language``: marked as quotations unless paper and brief are both in English.
    """
    chinese = _is_chinese(paper, text)
    context = Context(_own_name(paper.title), frozenset(re.findall(r"[a-z]{4,}", paper.title.lower())))
    picks = _choose(list(_sentences(paper, text)), context, chinese)
    slots: dict[Slot, str] = {}
    evidence: dict[str, Evidence] = {}
    for slot in SLOTS:
        pick = picks.get(slot)
        if pick is None:
            slots[slot] = _NOTHING[language][slot]
            continue
        plain_english = language == "en" and not chinese
        slots[slot] = _worded(pick.clause, context) if plain_english else _quoted(pick.clause, context, language)
        evidence[slot] = Evidence(pick.sentence.words, pick.sentence.page)
    return Draft(slots["technique"], slots["problem"], slots["effect"], evidence)


# --- where to look ----------------------------------------------------------------------------------


def _is_chinese(paper: Paper, text: FullText | None) -> bool:
    sample = paper.abstract or (text.pages[0][:3_000] if text and text.pages else "") or paper.title
    return len(re.findall(r"[\u3400-\u9fff]", sample)) > 0.2 * len(re.findall(r"\w", sample))


def _own_name(title: str) -> str:
    """``NOSA`` of "NOSA: Native and …": what stands before the colon, if it looks like a name."""
    head = re.split(r":\s|：|——| – | — ", title, maxsplit=1)[0].strip()
    if head == title.strip() or len(head.split()) > 2 or not re.match(r"\w", head):
        return ""
    return head if len(head.split()) == 1 or re.search(r"[A-Z]\w*[A-Z]|\d", head) else ""


def _sentences(paper: Paper, text: FullText | None) -> Iterator[Sentence]:
    found = passages(text) if text else []
    whole = abstract(paper, found)
    for words in split(whole):
        page = page_of(words, text, paper.abstract)
        if page is not None:
            yield Sentence(words, page, 0.0)
    sections: Iterable[Passage] = found
    if whole:
        sections = [*part(found, "introduction"), *part(found, "conclusion")]
    for kind in (
        ("introduction", "conclusion") if whole else ("header", "abstract", "introduction", "results", "conclusion")
    ):
        seen = 0
        for passage in sections:
            if passage.kind == kind and seen < _FARTHEST:
                seen += len(passage.text)
                for words in split(passage.text[:_FARTHEST]):
                    if _is_prose(words):
                        yield Sentence(words, passage.page, -1.0)


def _is_prose(words: str) -> bool:
    """Not a table row, formula, caption or running head."""
    letters = sum(c.isalpha() for c in words)
    return (
        40 <= len(words) <= 600
        and letters > 0.7 * len(words)
        and not re.match(r"(?:Figure|Fig\.|Table|图|表)\s*\d", words)
    )


# --- what to take -----------------------------------------------------------------------------------

_Finder = Callable[[str, Context], Iterator[Clause]]


def _choose(sentences: list[Sentence], context: Context, chinese: bool) -> dict[Slot, Pick]:
    tongue = clauses_zh if chinese else clauses
    finders: dict[Slot, _Finder] = {
        "technique": tongue.techniques,
        "effect": tongue.effects,
        "problem": tongue.problems,
    }
    chosen: dict[Slot, Pick] = {}
    turn = len(sentences)  # where the paper turns from what was to what it does
    for slot, find in finders.items():
        picks = list(_picks(sentences, find, context, slot, turn, chosen))
        if picks:
            chosen[slot] = max(picks, key=lambda pick: pick.score)
            if slot == "technique":
                turn = sentences.index(chosen[slot].sentence)
    for slot in finders:
        if slot not in chosen or chosen[slot].score < _LEAST:
            spare = _spare(sentences, slot, chosen)
            if slot not in chosen and spare is not None:
                chosen[slot] = spare
    return chosen


def _picks(
    sentences: list[Sentence], find: _Finder, context: Context, slot: Slot, turn: int, chosen: dict[Slot, Pick]
) -> Iterator[Pick]:
    for number, sentence in enumerate(sentences):
        for clause in find(sentence.words, context):
            if any(_overlap(clause, other.clause) for other in chosen.values()):
                continue
            score = clause.score + sentence.weight
            if slot == "problem" and sentence.weight == 0:
                score += 0.8 if number <= turn else -0.5
            if slot == "effect" and sentence.weight == 0:
                score += (-2.0 if number < turn else 0.0) + 0.5 * number / len(sentences)
            if slot == "technique":
                score -= 0.05 * min(number, 10)
            yield Pick(clause, sentence, score)


def _overlap(one: Clause, other: Clause) -> bool:
    shorter, longer = sorted((one.words, other.words), key=len)
    if shorter in longer:
        return True
    words = set(re.findall(r"\w{4,}", shorter.lower()))
    return len(words & set(re.findall(r"\w{4,}", longer.lower()))) > 0.6 * max(1, len(words))


def _spare(sentences: list[Sentence], slot: Slot, chosen: dict[Slot, Pick]) -> Pick | None:
    """A plain sentence where no cue spoke: the first for the problem, the last for the effect."""
    taken = {pick.sentence.words for pick in chosen.values()}
    free = [s for s in sentences if s.words not in taken and s.weight == 0 and _is_prose(s.words)]
    if not free:
        free = [s for s in sentences if s.words not in taken]
    if not free:
        return None
    sentence = free[-1] if slot == "effect" else free[0]
    words = clauses.trim(without_citations(sentence.words))
    return Pick(Clause(slot, words, 0.0, finite=True), sentence, 0.0) if len(words) >= 8 else None


# --- how to say it ----------------------------------------------------------------------------------


def _worded(clause: Clause, context: Context) -> str:
    """English in English: our lead-in, and the authors in the third person."""
    words = _third_person(clause.words, context)
    if clause.slot == "technique":
        if clause.finite:
            return f"the approach that {words}"
        return _with_name(words, context)
    if clause.purpose:
        return f"the problem of how to {words}"
    return _LEADS[clause.slot].format(_lowered(words)) if clause.finite else _lowered(words)


def _with_name(words: str, context: Context) -> str:
    if context.name and context.name.lower() not in words.lower() and re.match(r"(?:a|an|the) ", words):
        return f"{context.name}, {words}"
    return words


def _third_person(words: str, context: Context) -> str:
    name = context.name or "the method"
    words = re.sub(r"^(?:It|it)\b", name, words)
    words = re.sub(r"^(?:This|These|this|these|Our|our|Such|such) (?=\w+)", "the ", words)
    words = re.sub(r"^(?:They|they)\b", "the methods", words)
    words = re.sub(r"\b[Ww]e\b", "the authors", words)
    words = re.sub(r"\b[Oo]urs\b", "the authors’", words)
    return re.sub(r"\b[Oo]ur\b", "the", words)


def _lowered(words: str) -> str:
    """A sentence's first word in the middle of ours: a capital stays where it belongs to a name."""
    first = words.split(maxsplit=1)[0]
    common = first.lower() in _COMMON_FIRST or (
        first.istitle() and first.lower().endswith(("ing", "ed", "ions", "ive", "al"))
    )
    return words[:1].lower() + words[1:] if common else words


_COMMON_FIRST = frozenset(
    ["a", "an", "the", "in", "on", "at", "as", "for", "to", "of", "with", "without", "by", "from", "when", "while", "if", "existing", "current", "recent", "previous", "prior", "many", "most", "some", "several", "all", "no", "large", "deep", "deeper", "the", "training", "results", "experiments", "our", "both", "each", "one", "two", "three", "such", "using", "compared", "extensive", "efficient", "traditional", "conventional", "simple", "despite", "although", "little", "much", "more", "few", "only", "large", "medication", "passenger", "stereo", "long", "standard", "modern", "manual", "learning", "state-of-the-art", "data", "most", "not", "trainable", "incidence", "simulations", "documenting", "combinatorial"]
)


def _quoted(clause: Clause, context: Context, language: Language) -> str:
    """Verbatim in marks; a pronoun in front, which would point nowhere, is left out."""
    words = re.sub(
        r"^(?:(?:it|they|we|our|this|these|its|their|本文|我们|该|其)\b\s*)+", "", clause.words, flags=re.IGNORECASE
    )
    quoted = _MARKS[language].format(words)
    if clause.slot == "technique" and context.name and context.name.lower() not in words.lower():
        return f"{context.name}{'' if language == 'zh' else ', '}{quoted}"
    return quoted
