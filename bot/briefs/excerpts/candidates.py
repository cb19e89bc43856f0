"""Finds the sentences of a paper that may be excerpted, and ranks their clauses for each slot. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise

from bot.briefs.excerpts import clauses, clauses_zh
from bot.briefs.excerpts.clauses import Clause, Context
from bot.briefs.excerpts.effects import effects, tells_result
from bot.briefs.excerpts.problems import posed, problems
from bot.briefs.excerpts.techniques import techniques, tells_technique
from bot.briefs.excerpts.trim import around, trim
from bot.briefs.grounding.ground import locate
from bot.briefs.grounding.roles import key_numbers
from bot.briefs.grounding.source import plain
from bot.briefs.passages import abstract, part, passages
from bot.briefs.sentences import split
from bot.models import FullText, Paper, Slot
from bot.papers.pages.language import language_of

_FARTHEST = {"conclusion": 4_000}
"""Characters of a part looked at, 12,000 of the others: behind the conclusion appendices may follow unmarked."""
_LONGEST = 800
"""Characters of a sentence looked at; what is longer is no sentence but a text without full stops."""
_LEAST = 0.0
"""A clause that scores less says no more than any sentence."""
_TRIES = 6
"""Candidates tried for a slot before grounding's objections are taken to be final."""


@dataclass(frozen=True, slots=True)
class Sentence:
    words: str
    page: int
    weight: float
    """0 in the abstract, below 0 in other parts, which say less surely what the whole paper does."""
    part: str = "abstract"


@dataclass(frozen=True, slots=True)
class Pick:
    clause: Clause
    sentence: Sentence
    score: float


def sentences_of(paper: Paper, text: FullText | None) -> Iterator[Sentence]:
    """What may be excerpted: the abstract, then what introduction and conclusion say."""
    return _understood(_sentences(paper, text))


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
                if _is_prose(words) and not (kind == "header" and paper.title in words):
                    yield Sentence(words, passage.page, -1.0, kind)
            left -= len(passage.text)


_READ = ("en", "zh")
_TOO_LITTLE = 200
"""Characters that do not show a language."""


def _understood(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Without the parts in languages whose cues are not known."""
    for _, part_of in groupby(sentences, lambda each: each.part):
        found = list(part_of)
        text = " ".join(each.words for each in found)
        if len(text) < _TOO_LITTLE or language_of(text) in _READ:
            yield from found


def _is_prose(words: str) -> bool:
    """Not a table row, formula, caption or running head."""
    letters = sum(c.isalpha() or c.isspace() for c in words)
    caption = re.match(r"(?:Figure|Fig\.|Table|图|表)\s*\d", words)
    return 20 <= len(words) <= 600 and letters > 0.85 * len(words) and not caption


# --- what to take -----------------------------------------------------------------------------------


_FINDERS = {"technique": techniques, "effect": effects, "problem": problems}
_FINDERS_ZH = {"technique": clauses_zh.techniques, "effect": clauses_zh.effects, "problem": clauses_zh.problems}


class Candidates:
    """The clauses of one paper that may fill its slots."""

    def __init__(self, sentences: list[Sentence], context: Context, chinese: bool) -> None:
        self._sentences = sentences
        self._context = context
        self._chinese = chinese
        finders = _FINDERS_ZH if chinese else _FINDERS
        self._found = {
            slot: [(number, clause) for number, each in enumerate(sentences) for clause in find(each.words, context)]
            for slot, find in finders.items()
        }
        self._starts: dict[str, int] = {}
        for number, each in enumerate(sentences):
            self._starts.setdefault(each.part, number)
        if not chinese:
            self._found["problem"] += list(_pointed(sentences, context))

    def of(self, slot: Slot, chosen: Mapping[Slot, Pick]) -> list[Pick]:
        """The candidates of a slot, best first; ``chosen`` is what has been taken for others."""
        sentences = self._sentences
        turn = self._turn(chosen)
        picks = [
            Pick(clause, sentences[number], self._score(clause, number, turn)) for number, clause in self._found[slot]
        ]
        if slot == "problem" and not self._chinese:
            picks += [
                Pick(clause, sentence, clause.score + sentence.weight + 0.8 * (sentence.weight == 0))
                for sentence, following in pairwise(sentences)
                for clause in posed(sentence.words, following.words)
            ]
        if slot == "effect" and any(pick.sentence.weight == 0 and pick.score >= 1.0 for pick in picks):
            # A number from somewhere in the text is seldom what the abstract says in words.
            picks = [replace(pick, score=pick.score - 1.5 * (pick.sentence.weight < 0)) for pick in picks]
        picks = sorted((pick for pick in picks if pick.score >= _LEAST), key=lambda pick: -pick.score)[:_TRIES]
        if slot == "effect":
            picks += [*_stated(sentences), *self._reviewed()]
        taken = {pick.sentence.words for pick in chosen.values()}
        if turn is None:
            turn = 0 if slot == "effect" else len(sentences)
        cut = clauses_zh.shortened if self._chinese else trim
        return [*picks, *islice(_spare(sentences, slot, turn, taken, cut), _TRIES)]

    def _score(self, clause: Clause, number: int, turn: int | None) -> float:
        """What is hard is said before the paper's own proposal, what came out after it."""
        sentence = self._sentences[number]
        score = clause.score + sentence.weight
        in_abstract = sentence.weight == 0
        if sentence.part == "introduction":
            score -= 0.04 * min(25, number - self._starts["introduction"])
        if clause.slot == "problem" and in_abstract:
            score += 0.8 if turn is None or number <= turn or self._context.survey else -0.8
        if clause.slot == "problem" and sentence.part == "conclusion":
            score -= 2.0  # what is said to lack there is lacking in the paper itself
        if clause.slot == "effect" and in_abstract:
            before = -0.5 if clauses.tells_own(sentence.words) else -2.0
            score += 0.3 * (turn is not None and self._named(turn, sentence))
            score += (before if turn is not None and number < turn else 0.0) + 0.5 * number / len(self._sentences)
        elif clause.slot == "effect":
            score -= 0.5
        if clause.slot == "technique":
            score -= 0.05 * min(number, 10)
        return score

    def _named(self, turn: int, sentence: Sentence) -> bool:
        """Whether the sentence is about what is named at the turn: "We present LazyNet, a cache that …"."""
        names = re.findall(r"(?<= )[A-Z][\w-]*[A-Z0-9][\w-]*(?=,? )", self._sentences[turn].words)
        return any(name in sentence.words for name in names)

    def _reviewed(self) -> Iterator[Pick]:
        """What a survey reviews is what comes out of it."""
        for number, clause in self._found["technique"]:
            if clause.inquiry == "review":
                yield Pick(replace(clause, slot="effect"), self._sentences[number], 0.0)

    def _turn(self, chosen: Mapping[Slot, Pick]) -> int | None:
        """Where the abstract turns from what is hard to what was done; None where that is not known."""
        if "technique" not in chosen or chosen["technique"].sentence.weight < 0:
            return None
        return self._sentences.index(chosen["technique"].sentence)


def _pointed(sentences: Sequence[Sentence], context: Context) -> Iterator[tuple[int, Clause]]:
    """The problems of sentences that open with "these models", told with what these are."""
    text = " ".join(each.words for each in sentences)
    for number, (before, sentence) in enumerate(pairwise(sentences), start=1):
        words, referent = clauses.resolved(sentence.words, before.words, text)
        if referent:
            for clause in problems(words, context):
                if referent in clause.words:
                    yield number, replace(clause, referent=referent)


def _stated(sentences: Sequence[Sentence]) -> Iterator[Pick]:
    """The results that the abstract states in figures, however its sentences are built."""
    for sentence in sentences:
        if sentence.weight == 0 and (found := key_numbers(plain(sentence.words))):
            number = re.compile(re.escape(found[0].text), re.IGNORECASE)
            for words in (trim(clauses.without_turn(sentence.words), keep=number), around(sentence.words, number)):
                if number.search(words):
                    yield Pick(Clause("effect", words, 0.0, finite=True, spare=True), sentence, 0.0)


def overlap(one: Clause, other: Clause) -> bool:
    shorter, longer = sorted((one.words, other.words), key=len)
    if shorter in longer:
        return True
    words = set(re.findall(r"\w{4,}", shorter.lower()))
    common = words & set(re.findall(r"\w{4,}", longer.lower()))
    return len(words) >= 4 and len(common) > 0.6 * len(words)


def _spare(
    sentences: Sequence[Sentence], slot: Slot, turn: int, taken: set[str], cut: Callable[[str], str]
) -> Iterator[Pick]:
    """Plain sentences where no cue spoke: from the start for the problem, which is said before the paper turns to
    what it does; from the end for the effect, which is said behind that.
    """
    whole = [each for each in sentences if each.words not in taken and each.words.endswith((".", "!", "。", "！", "”"))]
    if slot == "problem":
        whole = [each for each in whole if sentences.index(each) < turn and each.part != "header"]
        whole = [each for each in whole if not tells_result(each.words) and not clauses.tells_own(each.words)]
    free = [each for each in whole if each.weight == 0 and _is_prose(each.words)]
    if slot == "effect":
        behind = [each for each in free[::-1] if sentences.index(each) >= turn and not _says_little(each.words)]
        concluded = [each for each in whole if each.part == "conclusion" and not _says_little(each.words)]
        concluded.sort(key=lambda each: not clauses.tells_own(each.words))
        free.reverse()
        free.sort(key=lambda each: clauses.tells_lack(each.words))
        free = [*behind, *concluded, *(each for each in free if each not in behind)]
    elif slot == "problem":
        free.sort(key=lambda each: clauses.looseness(each.words) > 0.6)
    elif slot == "technique":
        free.sort(key=lambda each: (clauses.looseness(each.words) > 0.6, not clauses.tells_own(each.words)))
    for sentence in free or whole:
        words = cut(clauses.unbound(sentence.words))
        if len(words) >= 8:
            finite = slot != "technique" or clauses.has_verb(words)
            yield Pick(Clause(slot, words, 0.0, finite=finite, spare=True), sentence, 0.0)


def _says_little(words: str) -> bool:
    """Whether the sentence speaks of plans or points at another one."""
    return clauses.promises(words) or clauses.looseness(words) > 0.6 or tells_technique(words)
