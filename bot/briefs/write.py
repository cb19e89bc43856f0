"""Writes the brief of a paper: whatever a model answers, what leaves here stands in the paper.

A draft is grounded; what fails is repaired once by the model with the reasons named; a slot that still fails is
replaced by an excerpt. A model that does not answer is replaced by the next one, and the last one is always our own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.briefs.asking import ask
from bot.briefs.asking.deadline import Deadline, running
from bot.briefs.asking.meter import Commission, Ledger
from bot.briefs.asking.model import EXTRACTIVE, Anew, Answers, Models, Tally
from bot.briefs.asking.provider import Excerpt
from bot.briefs.asking.reply import chinese_names, draft_of, understand, whole_sentence
from bot.briefs.brief import plain, sentence, shown_institutions, slot
from bot.briefs.excerpts import extractive
from bot.briefs.grounding.ground import check
from bot.briefs.grounding.names import foreign_organisations
from bot.briefs.grounding.source import source_of
from bot.briefs.notes import failure_badge
from bot.errors import PaperwireError, Retry, Tell
from bot.models import SLOTS, Brief, Draft, Evidence, Fault, FullText, Institution, Language, Paper, Slot, Usage
from bot.papers.institutions import known
from bot.settings import Settings

log = logging.getLogger("paperwire.write")


@dataclass(frozen=True, slots=True)
class _Work:
    """One brief in the making."""

    paper: Paper
    text: FullText | None
    language: Language
    clock: Callable[[], datetime]
    commission: Commission | None


@dataclass(slots=True)
class _Result:
    """What a model came to."""

    draft: Draft
    excerpts: frozenset[Slot] = frozenset()
    verdict: list[str] = field(default_factory=list)
    chinese: dict[str, str] = field(default_factory=dict)
    """Chinese names of institutions that the model proposed."""


class Writer:
    """Writes briefs; one instance serves all threads."""

    def __init__(
        self,
        settings: Settings,
        answers: Answers,
        ledger: Ledger | None = None,
        excerpt: Excerpt = extractive.answer,
    ) -> None:
        """``excerpt`` as of ``Models``: there is no other way to an excerpt."""
        self._settings = settings
        self._answers = answers
        self._ledger = ledger
        self._excerpt = excerpt
        self._models = Models(settings, answers, ledger, excerpt)

    def anew(self, key: str) -> Writer:
        """With the same tools, one that takes no answer for its own but those given to it under ``key``."""
        return Writer(self._settings, Anew(self._answers, key), self._ledger, self._excerpt)

    def write(
        self,
        paper: Paper,
        text: FullText | None,
        language: Language,
        *,
        now: datetime,
        patient: bool = False,
        commission: Commission | None = None,
    ) -> Brief:
        """The brief of ``paper`` in ``language``; ``text`` is None when only the abstract could be had.

        When no configured model answers, the brief is excerpted and its badges say why (``model_timeout:gpt-…``).
        With ``patient`` a Retry is raised instead if one of them may answer later; when it is only not our turn
        (``model_limit``), always.
        """
        private = commission is not None and commission.private
        chain = self._settings.models_for(language, private=private)
        return self._by_first(chain, _Work(paper, text, language, running(now), commission), patient=patient)

    def compare(
        self,
        paper: Paper,
        text: FullText | None,
        language: Language,
        models: Sequence[str],
        *,
        now: datetime,
        commission: Commission | None = None,
    ) -> list[Brief]:
        """The brief by each model alone; that of one that does not answer is excerpted and says so."""
        work = _Work(paper, text, language, running(now), commission)
        return [self._by_first([model], work, patient=False) for model in models]

    def _by_first(self, chain: Sequence[str], work: _Work, *, patient: bool) -> Brief:
        failures: list[PaperwireError] = []
        tally = Tally()
        unusable: list[_Conversation] = []
        for model in dict.fromkeys([*chain, EXTRACTIVE]):
            if model == EXTRACTIVE:
                later = [each for each in failures if isinstance(each, Retry)]
                if turn := [each for each in later if each.code == "model_limit"]:
                    raise turn[0]
                if patient and later:
                    raise later[0]
            conversation = _Conversation(self._models, model, work, self._settings.model_seconds, tally)
            try:
                result = conversation.draft()
            except (Tell, Retry) as failure:
                # What another model cannot do better: our database is away, or no excerpt can be made.
                if model == EXTRACTIVE or not failure.code.startswith("model_"):
                    raise
                failures.append(failure)
                unusable.append(conversation)
                log.warning("no brief by %s: %s", model, failure.code)
                continue
            if result.excerpts:
                unusable.append(conversation)
            brief = _brief(model, result, work, tally.usage, failures)
            # Only now: until the brief stands, a crash must find every answer that was paid for.
            for each in unusable:
                each.forget()
            return brief
        raise AssertionError("the extractive model always answers")


class _Conversation:
    """What is said to one model about one paper: the question, and at most two requests for repair."""

    def __init__(self, models: Models, model: str, work: _Work, seconds: float, tally: Tally) -> None:
        self._models = models
        self._model = model
        self._work = work
        self._deadline = Deadline(seconds)
        self._tally = tally
        self._asked: list[Sequence[ask.Message]] = []

    def forget(self) -> None:
        """Let a later attempt ask anew instead of getting the same unusable answers from where they are kept."""
        for words in self._asked:
            self._models.forget(self._model, words, self._work.commission)

    def draft(self) -> _Result:
        """A draft that stands. Raises Tell or Retry when the model gave nothing that could be used."""
        work = self._work
        if self._model == EXTRACTIVE:
            return _Result(self._excerpted(), frozenset(SLOTS))
        question = ask.messages(work.paper, work.text, work.language)
        words = self._say(question)
        reply, wrong = understand(words)
        if reply is None:
            words = self._say(ask.repair(question, words, wrong))
            reply, _ = understand(words)
            if reply is None:
                raise Tell("model_no_json", model=self._model)
        draft = draft_of(reply, work.paper, work.text, work.language)
        faults = _faults(draft, work)
        result = _Result(draft, chinese=chinese_names(reply, work.paper.institutions))
        if any(fault.slot in SLOTS for fault in faults):
            repaired = self._repaired(ask.repair(question, words, [ask.spoken(fault) for fault in faults]))
            result.draft = _better(draft, faults, repaired, work)
        self._stand(result, faults)
        return result

    def _excerpted(self) -> Draft:
        work = self._work
        question = extractive.question(work.paper, work.text, work.language)
        return extractive.draft_of(self._say([{"role": "user", "content": question}], EXTRACTIVE))

    def _repaired(self, request: Sequence[ask.Message]) -> Draft | None:
        """The second draft; None when there is none, for the first one is at hand."""
        try:
            reply, _ = understand(self._say(request))
        except (Tell, Retry) as failure:
            log.warning("no repair by %s: %s", self._model, failure.code)
            return None
        return draft_of(reply, self._work.paper, self._work.text, self._work.language) if reply else None

    def _say(self, words: Sequence[ask.Message], model: str | None = None) -> str:
        model, work = model or self._model, self._work
        if model != EXTRACTIVE:
            self._asked.append(words)
        form = ask.schema(work.language)
        return self._models.ask(
            model, words, form, self._deadline, self._tally, now=work.clock(), commission=work.commission
        )

    def _stand(self, result: _Result, faults: Sequence[Fault]) -> None:
        """Replace every slot that does not stand by an excerpt, until all do, and say in the verdict what was done."""
        excerpted: Draft | None = None
        final: dict[str, Fault] = {}
        for _ in range(len(SLOTS) + 1):
            left = [fault for fault in _faults(result.draft, self._work, result.excerpts) if fault.slot in SLOTS]
            left = [fault for fault in left if fault.slot not in result.excerpts]
            if not left:
                break
            excerpted = excerpted or self._excerpted()
            name: Slot = left[0].slot  # type: ignore[assignment]
            final[name] = left[0]
            result.draft = _with_slot(result.draft, name, excerpted)
            result.excerpts |= {name}
        else:
            result.draft = excerpted or self._excerpted()
            result.excerpts = frozenset(SLOTS)
        for fault in faults:
            done = "left out" if fault.slot not in SLOTS else "excerpted" if fault.slot in result.excerpts else "mended"
            result.verdict.append(f"{fault.slot}: {fault.kind}: {plain(fault.what, 160)} ({done})")
        result.verdict += [
            f"{name}: {fault.kind}: {plain(fault.what, 160)} (excerpted)"
            for name, fault in final.items()
            if name not in {each.slot for each in faults}
        ]


# --- from a draft to what may be posted --------------------------------------------------------------


def _faults(draft: Draft, work: _Work, excerpts: frozenset[Slot] = frozenset()) -> list[Fault]:
    return check(draft, work.paper, work.text, work.language, excerpts=frozenset(excerpts))


def _better(first: Draft, faults: Sequence[Fault], second: Draft | None, work: _Work) -> Draft:
    """Each slot from the draft in which nothing is wrong with it, the second one where both will do."""
    if second is None:
        return first
    bad = {fault.slot for fault in faults}
    bad_again = {fault.slot for fault in _faults(second, work)}
    merged = second
    for name in SLOTS:
        if name in bad_again and name not in bad:
            merged = _with_slot(merged, name, first)
    return merged


def _with_slot(draft: Draft, name: Slot, other: Draft) -> Draft:
    """``draft`` with one slot and its evidence from ``other``."""
    evidence = {key: each for key, each in draft.evidence.items() if key != name}
    if name in other.evidence:
        evidence[name] = other.evidence[name]
    return replace(draft, evidence=evidence, **{name: getattr(other, name)})


def _brief(model: str, result: _Result, work: _Work, spent: Usage, failures: Sequence[PaperwireError]) -> Brief:
    paper, language, draft = work.paper, work.language, result.draft
    slots = {name: slot(language, name, getattr(draft, name)) for name in SLOTS}
    institutions = _institutions(work, result.chinese)
    return Brief(
        language=language,
        title=paper.title,
        institutions=institutions,
        **slots,
        sentence=sentence(language, paper.title, institutions, **slots),
        evidence={name: _shown(each, work) for name, each in draft.evidence.items()},
        model=model,
        prompt_version="" if model == EXTRACTIVE else ask.PROMPT_VERSION,
        badges=tuple(_badges(model, result, work, failures)),
        verdict=tuple(result.verdict),
        usage=spent,
    )


def _shown(evidence: Evidence, work: _Work) -> Evidence:
    return whole_sentence(replace(evidence, quote=plain(evidence.quote)), work.paper, work.text)


def _badges(model: str, result: _Result, work: _Work, failures: Sequence[PaperwireError]) -> list[str]:
    excerpted = [f"fallback:{name}" for name in SLOTS if name in result.excerpts]
    badges = ["extractive"] if model == EXTRACTIVE else excerpted
    if work.text is None:
        badges.append("abstract-only")
    elif work.text.hidden_text:
        badges.append("hidden-text")
    return [*badges, *map(failure_badge, failures)]


def _institutions(work: _Work, chinese: dict[str, str]) -> tuple[str, ...]:
    """The names as shown; a Chinese name that only the model knows stands with the printed one beside it."""
    paper = work.paper
    names = shown_institutions(paper, work.language)
    if work.language != "zh":
        return names
    source = source_of(paper, work.text)
    translated = {
        name: f"{zh}（{name}）"
        for name, zh in chinese.items()
        if _may_be_called(name, zh, paper.institutions) and not foreign_organisations(zh, source)
    }
    return tuple(translated.get(name, name) for name in names)


_KINDS = (("universit", "大学学院"), ("college", "学院大学"), ("hospital", "医院"), ("school", "学院学校"))


def _may_be_called(name: str, zh: str, institutions: Sequence[Institution]) -> bool:
    """Not by the name of another organisation, nor by that of another kind of organisation."""
    if known(zh) is not None or any(zh == each.zh for each in institutions):
        return False
    for word, endings in _KINDS:
        if word in name.lower():
            return zh[-2:] in (endings[at : at + 2] for at in range(0, len(endings), 2))
    return not zh.endswith(("大学", "医院"))
