"""Writes the brief of a paper: whatever a model says, what leaves here stands in the paper."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.briefs.brief import sentence, shown_institutions, slot
from bot.briefs.extractive import extract
from bot.models import SLOTS, Brief, FullText, Language, Paper, Usage
from bot.settings import Settings


class Answers(Protocol):
    """Where a model's answers are kept, so that a crash does not pay twice (the library is one)."""

    def answer(self, key: str) -> str | None: ...

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None: ...


class Writer:
    """Writes briefs; one instance serves all threads."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        self._settings = settings
        self._answers = answers

    def write(self, paper: Paper, text: FullText | None, language: Language, *, now: datetime) -> Brief:
        """The brief of ``paper`` in ``language``; ``text`` is None when only the abstract could be had."""
        draft = extract(paper, text, language)
        institutions = shown_institutions(paper, language)
        slots = {name: slot(language, name, getattr(draft, name)) for name in SLOTS}
        badges = ["extractive"]
        if text is None:
            badges.append("abstract-only")
        elif text.hidden_text:
            badges.append("hidden-text")
        return Brief(
            language=language,
            title=paper.title,
            institutions=institutions,
            technique=slots["technique"],
            problem=slots["problem"],
            effect=slots["effect"],
            sentence=sentence(language, paper.title, institutions, **slots),
            evidence=draft.evidence,
            badges=tuple(badges),
        )
