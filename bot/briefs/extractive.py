"""A brief without a model: clauses picked from the paper's own abstract, introduction and conclusion. Pure.

Every slot is always filled, and every number and name in it is the paper's, because its words are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked

from bot.briefs import clauses, clauses_zh
from bot.briefs.clauses import Clause, Context
from bot.briefs.ground import check, locate
from bot.briefs.passages import abstract, part, passages
from bot.briefs.sentences import split
from bot.briefs.trim import trim
from bot.models import SLOTS, Draft, Evidence, FullText, Language, Paper, Slot

_FARTHEST = {"conclusion": 4_000}
"""Characters of a part looked at, 12,000 of the others: behind the conclusion appendices may follow unmarked."""
_LONGEST = 800
"""Characters of a sentence looked at; what is longer is no sentence but a text without full stops."""
_LEAST = 0.0
"""A clause that scores less says no more than any sentence."""
_TRIES = 6
"""Candidates tried for a slot before grounding's objections are taken to be final."""

_MARKS: dict[Language, str] = {"zh": "「{}」", "en": "“{}”"}
_LEADS: dict[Slot, str] = {
    "technique": "the approach that {}",
    "problem": "the problem that {}",
    "effect": "the result that {}",
}
# The same for a sentence that no cue spoke for.
_SPARE_LEADS: dict[Slot, str] = {
    "technique": "an approach in which {}",
    "problem": "a problem where {}",
    "effect": "the result that {}",
}
# What is said when a paper holds no sentence at all that could be excerpted; its title is the evidence.
_NOTHING: dict[Language, dict[Slot, str]] = {
    "zh": {
        "technique": "题目所述的",
        "problem": "题目所述的",
        "effect": "原文没有可摘录句子说明的",
    },
    "en": {
        "technique": "the approach named in its title",
        "problem": "the question named in its title",
        "effect": "what its text does not state in a sentence that could be excerpted",
    },
}


# --- as a model -------------------------------------------------------------------------------------


@checked
class _Question:
    paper: Paper
    text: FullText | None
    language: Language


_QUESTION = TypeAdapter(_Question)
_DRAFT = TypeAdapter(Draft)


def question(paper: Paper, text: FullText | None, language: Language) -> str:
    """A paper as the message that ``answer`` answers."""
    return _QUESTION.dump_json(_Question(paper, text, language)).decode()


def answer(message: str) -> str:
    """The draft for a paper, both as JSON: how the extractive model looks from outside."""
    asked = _QUESTION.validate_json(message)
    return _DRAFT.dump_json(extract(asked.paper, asked.text, asked.language)).decode()


def draft_of(message: str) -> Draft:
    """The draft in an answer."""
    return _DRAFT.validate_json(message)


# --- as a function ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    words: str
    page: int
    weight: float
    """0 in the abstract, below 0 in other parts, which say less surely what the whole paper does."""


@dataclass(frozen=True, slots=True)
class Pick:
    clause: Clause
    sentence: Sentence
    score: float


def extract(paper: Paper, text: FullText | None, language: Language) -> Draft:
    """The best excerpt for each slot that grounding has nothing against, with the sentence it stands in.

    ``technique``, ``problem`` and ``effect`` are worded for the frame of ``language``: marked as quotations, unless
    paper and brief are both in English; then a lead-in of ours ("the result that …") carries a whole clause.
    """
    chinese = _is_chinese(paper, text)
    sentences = list(_sentences(paper, text))
    whole = " ".join(each.words for each in sentences)
    context = Context(_own_name(paper.title, whole), frozenset(re.findall(r"[a-z]{4,}", paper.title.lower())))
    bare = language == "en" and not chinese
    word = partial(_worded, text=whole) if bare else partial(_quoted, language=language)
    draft = Draft("", "", "")
    chosen: dict[Slot, Pick] = {}
    for slot, ranked in _ranked(sentences, context, chinese, chosen):
        for pick in ranked:
            if any(_overlap(pick.clause, other.clause) for other in chosen.values()):
                continue
            evidence = Evidence(pick.sentence.words, pick.sentence.page)
            tried = _with(draft, slot, word(pick.clause, context), evidence)
            faults = check(tried, paper, text, language, excerpts=frozenset(SLOTS))
            if not any(fault.slot in (*chosen, slot) for fault in faults):
                draft, chosen[slot] = tried, pick
                break
    title = Evidence(paper.title, locate(paper.title, paper, text) or 0)
    for slot in SLOTS:
        if slot not in chosen:
            draft = _with(draft, slot, _NOTHING[language][slot], title)
    return draft


def _with(draft: Draft, slot: Slot, words: str, evidence: Evidence) -> Draft:
    changes: dict[str, Any] = {slot: words, "evidence": draft.evidence | {slot: evidence}}
    return replace(draft, **changes)


# --- where to look ----------------------------------------------------------------------------------


def _is_chinese(paper: Paper, text: FullText | None) -> bool:
    sample = paper.abstract or (text.pages[0][:3_000] if text and text.pages else "") or paper.title
    return len(re.findall(r"[\u3400-\u9fff]", sample)) > 0.2 * len(re.findall(r"\w", sample))


def _own_name(title: str, text: str) -> str:
    """``NOSA`` of "NOSA: Native and …": what stands before the colon, if it looks like a name."""
    head = re.split(r":\s|：|——| – | — |, ", title, maxsplit=1)[0].strip()
    if head == title.strip() or len(head.split()) > 2 or not re.match(r"\w", head):
        return ""
    if len(head.split()) > 1 and not re.search(r"[A-Z]\w*[A-Z]|\d", head):
        return ""
    whole = rf"(?<![\w-]){re.escape(head)}(?![\w-])"
    # A title in capitals does not show how the name is spelled.
    spelled = re.search(whole, text) or re.search(whole, text, re.IGNORECASE)
    return spelled[0] if spelled else head


def _sentences(paper: Paper, text: FullText | None) -> Iterator[Sentence]:
    found = passages(text) if text else []
    whole = abstract(paper, found)
    for words in (each[:_LONGEST] for each in split(whole[:8_000])):
        page = locate(words, paper, text)
        if page is not None:
            yield Sentence(words, page, 0.0)
    kinds = ("introduction", "conclusion") if whole else ("header", "introduction", "results", "conclusion")
    for kind in kinds:
        left = _FARTHEST.get(kind, 12_000)
        for passage in part(found, kind):
            for words in split(passage.text[: max(0, left)]):
                if _is_prose(words):
                    yield Sentence(words, passage.page, -1.0)
            left -= len(passage.text)


def _is_prose(words: str) -> bool:
    """Not a table row, formula, caption or running head."""
    letters = sum(c.isalpha() or c.isspace() for c in words)
    caption = re.match(r"(?:Figure|Fig\.|Table|图|表)\s*\d", words)
    return 20 <= len(words) <= 600 and letters > 0.85 * len(words) and not caption


# --- what to take -----------------------------------------------------------------------------------

_Finder = Callable[[str, Context], Iterator[Clause]]


def _ranked(
    sentences: list[Sentence], context: Context, chinese: bool, chosen: dict[Slot, Pick]
) -> Iterator[tuple[Slot, list[Pick]]]:
    """The candidates of each slot, best first. ``chosen`` is what was taken of the slots yielded so far."""
    tongue = clauses_zh if chinese else clauses
    finders: dict[Slot, _Finder] = {
        "technique": tongue.techniques,
        "effect": tongue.effects,
        "problem": tongue.problems,
    }
    for slot, find in finders.items():
        turn = sentences.index(chosen["technique"].sentence) if "technique" in chosen else len(sentences)
        picks = [
            Pick(clause, sentence, _score(clause, sentence, number, turn, len(sentences)))
            for number, sentence in enumerate(sentences)
            for clause in find(sentence.words, context)
        ]
        if slot == "problem" and not chinese:
            picks += [
                Pick(clause, sentence, clause.score + sentence.weight + 0.8 * (sentence.weight == 0))
                for sentence, following in pairwise(sentences)
                for clause in clauses.posed(sentence.words, following.words)
            ]
        spare = _spare(sentences, slot, turn, {pick.sentence.words for pick in chosen.values()})
        picks = [pick for pick in picks if pick.score >= _LEAST]
        yield slot, [*sorted(picks, key=lambda pick: -pick.score)[:_TRIES], *islice(spare, _TRIES)]


def _score(clause: Clause, sentence: Sentence, number: int, turn: int, count: int) -> float:
    """What is hard is said before the paper's own proposal, what came out after it."""
    score = clause.score + sentence.weight
    in_abstract = sentence.weight == 0
    if clause.slot == "problem" and in_abstract:
        score += 0.8 if number <= turn else -0.5
    if clause.slot == "effect" and in_abstract:
        score += (-2.0 if number < turn else 0.0) + 0.5 * number / count
    if clause.slot == "technique":
        score -= 0.05 * min(number, 10)
    return score


def _overlap(one: Clause, other: Clause) -> bool:
    shorter, longer = sorted((one.words, other.words), key=len)
    if shorter in longer:
        return True
    words = set(re.findall(r"\w{4,}", shorter.lower()))
    common = words & set(re.findall(r"\w{4,}", longer.lower()))
    return len(words) >= 4 and len(common) > 0.6 * len(words)


def _spare(sentences: list[Sentence], slot: Slot, turn: int, taken: set[str]) -> Iterator[Pick]:
    """Plain sentences where no cue spoke: from the start for the problem, which is said before the paper turns to
    what it does; from the end for the effect.
    """
    whole = [each for each in sentences if each.words not in taken and each.words.endswith((".", "!", "。", "！", "”"))]
    if slot == "problem":
        whole = [each for each in whole if sentences.index(each) < turn and not clauses.tells_result(each.words)]
    free = [each for each in whole if each.weight == 0 and _is_prose(each.words)] or whole
    for sentence in free[::-1] if slot == "effect" else free:
        words = trim(clauses.without_turn(sentence.words))
        if len(words) >= 8:
            yield Pick(Clause(slot, words, 0.0, finite=True, spare=True), sentence, 0.0)


# --- how to say it ----------------------------------------------------------------------------------


def _worded(clause: Clause, context: Context, text: str) -> str:
    """English in English: our lead-in, and the authors in the third person."""
    words = _lowered(_third_person(clause.words, context), context, text)
    if clause.purpose:
        return f"the problem of how to {words}"
    if clause.finite:
        return (_SPARE_LEADS if clause.spare else _LEADS)[clause.slot].format(words)
    return _with_name(words, context) if clause.slot == "technique" else words


def _with_name(words: str, context: Context) -> str:
    """The method's name before what it is, unless a name stands there already."""
    named = context.name.lower() in words.lower() or re.search(r"\b[A-Z][\w-]* \([A-Z][\w-]*[A-Z0-9]", words)
    return words if not context.name or named or not re.match(r"(?:a|an|the) ", words) else f"{context.name}, {words}"


def _third_person(words: str, context: Context) -> str:
    words = re.sub(r"^(?:It|it)\b(?![’'])", context.name or "the method", words)
    words = re.sub(r"^(?:This|These|this|these|Our|our|Such|such) (?=\w+)", "the ", words)
    words = re.sub(r"^(?:They|they)\b(?![’'])", "the methods", words)
    words = re.sub(r"\b[Ww]e\b", "the authors", words)
    words = re.sub(r"\b[Oo]urs\b", "the authors’", words)
    return re.sub(r"\b[Oo]ur\b", "the", words)


def _lowered(words: str, context: Context, text: str) -> str:
    """A sentence's first word in the middle of ours: a capital stays where it belongs to a name."""
    if re.match(
        r"(?:The|An?|In|On|For|At|By|With|To|These|This|Our|Some|Most|Many|Large|Deep|Recent|Existing)\b", words
    ):
        return words[:1].lower() + words[1:]
    first = re.match(r"[A-Z][a-z]*(?:-[a-z]+)*(?![\w-])(?! (?:[A-Z]|\())", words)
    if first is None or first[0] == context.name:
        return words
    small = re.search(rf"(?<![\w-]){first[0].lower()}(?![\w-])", text)
    named = re.search(rf"[a-z,] {first[0]}(?![\w-])", text) or first[0].lower() in context.title_words
    return words[:1].lower() + words[1:] if small or not named else words


def _quoted(clause: Clause, context: Context, language: Language) -> str:
    """Verbatim in marks; a pronoun in front, which would point nowhere, is left out."""
    words = re.sub(
        r"^(?:(?:(?:it|they|we|our|this|these|its|their)\b|本文|我们|该|其)\s*)+", "", clause.words, flags=re.IGNORECASE
    )
    quoted = _MARKS[language].format(words)
    if clause.slot == "technique" and _with_name(words, context) != words:
        return f"{context.name}{'' if language == 'zh' else ', '}{quoted}"
    return quoted
