"""A brief without a model: clauses picked from the paper's own abstract, introduction and conclusion. Pure.

Every slot is always filled, and every number and name in it is the paper's, because its words are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked

from bot.briefs.asking.reply import whole_sentence
from bot.briefs.brief import plain
from bot.briefs.brief import slot as fitted
from bot.briefs.excerpts.candidates import Candidates, Pick, Sentence, overlap, sentences_of
from bot.briefs.excerpts.clauses import Context, tells_survey
from bot.briefs.excerpts.phrasing import quoted, worded
from bot.briefs.grounding.ground import SHORTEST_QUOTE, check, locate
from bot.models import SLOTS, Draft, Evidence, FullText, Language, Paper, Slot

_ORDER: tuple[Slot, ...] = ("technique", "effect", "problem")
"""Where the technique is proposed tells where results and problems are to be looked for."""
_MOST_CHECKS = 120
"""Combinations tried for one brief, some two milliseconds each; a few are the rule."""
# What is said when a paper holds no sentence at all that could be excerpted; its title is the evidence. In the frame
# it reads 使用题目所述的方法与技术, 解决了题目点明的问题.
_NOTHING: dict[Language, dict[Slot, str]] = {
    "zh": {
        "technique": "题目所述的方法与",
        "problem": "题目点明的",
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


def extract(paper: Paper, text: FullText | None, language: Language) -> Draft:
    """The best excerpt for each slot, with the sentence it stands in, so that grounding has nothing against the whole.

    ``technique``, ``problem`` and ``effect`` are worded for the frame of ``language``: marked as quotations, unless
    paper and brief are both in English; then a lead-in of ours ("the result that …") carries a whole clause.
    """
    search = _Search(paper, text, language)
    return search.filled(Draft("", "", ""), {}, _ORDER, gaps=True) or search.nothing()


class _Search:
    """Fills slot after slot by the best candidate, and goes back to the one before when a slot cannot be filled."""

    def __init__(self, paper: Paper, text: FullText | None, language: Language) -> None:
        self._paper, self._text, self._language = paper, text, language
        chinese = _is_chinese(paper, text)
        sentences = list(sentences_of(paper, text))
        whole = " ".join(each.words for each in sentences)
        self._context = Context(
            _own_name(paper.title, whole),
            frozenset(re.findall(r"[a-z]{4,}", paper.title.lower())),
            any(tells_survey(each) for each in (paper.title, *(each.words for each in sentences if each.weight == 0))),
        )
        self._candidates = Candidates(sentences, self._context, chinese)
        bare = language == "en" and not chinese
        self._word = partial(worded, text=whole) if bare else partial(quoted, language=language)
        self._proofs: dict[Sentence, Evidence] = {}
        title = Evidence(paper.title, locate(paper.title, paper, text) or 0)
        # A short title is no quote; what a paper opens with is its next best word for itself.
        longer = next((each for each in sentences if len(each.words) >= SHORTEST_QUOTE), None)
        self._nearest = self._proof(longer) if longer and len(paper.title) < SHORTEST_QUOTE else title
        self._checks = 0

    def filled(
        self, draft: Draft, chosen: Mapping[Slot, Pick], left: Sequence[Slot], *, gaps: bool = False
    ) -> Draft | None:
        """``draft`` with the slots ``left`` filled too; None when there is no way, or too long a way.

        With ``gaps`` a slot for which no candidate will do refers to the title. Before that, other results are tried
        beside the same technique.
        """
        if not left:
            return draft
        slot, *later = left
        for pick in self._candidates.of(slot, chosen):
            if any(overlap(pick.clause, other.clause) for other in chosen.values()):
                continue
            tried = self._with(draft, slot, self._word(pick.clause, self._context), self._proof(pick.sentence))
            if self._stands(tried, {*chosen, slot}):
                for lenient in (False, True) if slot == _ORDER[0] else (gaps,):
                    if done := self.filled(tried, {**chosen, slot: pick}, later, gaps=lenient):
                        return done
            if self._checks >= (_MOST_CHECKS if gaps else _MOST_CHECKS // 3):
                break
        tried = self._with(draft, slot, _NOTHING[self._language][slot], self._nearest)
        return self.filled(tried, chosen, later, gaps=True) if gaps and self._stands(tried, chosen) else None

    def nothing(self) -> Draft:
        """What is said of a paper that holds no sentences of which three could be excerpted together."""
        draft = Draft("", "", "")
        for slot in SLOTS:
            draft = self._with(draft, slot, _NOTHING[self._language][slot], self._nearest)
        return draft

    def _stands(self, draft: Draft, chosen: Collection[Slot]) -> bool:
        """Whether nothing speaks against the slots chosen. The others are empty yet, or gaps: a gap states no result,
        although the abstract may."""
        self._checks += 1
        faults = check(draft, self._paper, self._text, self._language, excerpts=frozenset(SLOTS))
        return not any(fault.slot in chosen for fault in faults)

    def _with(self, draft: Draft, slot: Slot, words: str, evidence: Evidence) -> Draft:
        words = fitted(self._language, slot, words)
        changes: dict[str, Any] = {slot: words, "evidence": draft.evidence | {slot: evidence}}
        return replace(draft, **changes)

    def _proof(self, sentence: Sentence) -> Evidence:
        if sentence not in self._proofs:
            evidence = Evidence(plain(sentence.words), sentence.page)
            self._proofs[sentence] = whole_sentence(evidence, self._paper, self._text)
        return self._proofs[sentence]

    def _title(self) -> Evidence:
        return Evidence(self._paper.title, locate(self._paper.title, self._paper, self._text) or 0)


# --- what the paper is


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
