"""What is said beside a brief: which model did not answer, why, and what was done instead; its language."""

from __future__ import annotations

from bot.briefs.asking.model import EXTRACTIVE
from bot.errors import PaperwireError, Tell
from bot.models import Brief, Language
from bot.wording import catalogue, explain, say

_EDITED = "reply.badge_edited"


def failure_badge(failure: PaperwireError) -> str:
    """A model's failure as a badge of the brief, ``code:model`` or ``code:model|variable``."""
    model, variable = failure.facts.get("model", ""), failure.facts.get("variable", "")
    return f"{failure.code}:{model}{f'|{variable}' if variable else ''}"


def badge_words(brief: Brief, language: Language, editor: str = "") -> list[str]:
    """What a reader should know of how the brief was made, beside the failures of models.

    ``editor`` is the name of who edited it, as it may be shown.
    """
    kinds = dict.fromkeys(f"reply.badge_{badge.partition(':')[0].replace('-', '_')}" for badge in brief.badges)
    return [
        say(language, "reply.edited_by", user=editor) if editor and kind == _EDITED else say(language, kind)
        for kind in kinds
        if kind in catalogue(language)
    ]


def model_notes(brief: Brief, language: Language | None = None) -> list[str]:
    """Two sentences for each model that failed, in the brief's language or another: why, and what was done instead."""
    language = language or brief.language
    instead = "reply.now_extractive" if brief.model == EXTRACTIVE else "reply.now_fallback"
    then = say(language, instead, model=brief.model)
    gap = "" if language == "zh" else " "
    # A budget is spent for all models alike.
    return list(
        dict.fromkeys(f"{explain(language, failure)}{gap}{then}" for failure in map(_failure, brief.badges) if failure)
    )


def written_in(brief: Brief, language: Language) -> str:
    """That the brief is in another language than its readers'; empty where it is in theirs."""
    if brief.language == language:
        return ""
    return say(language, "reply.written_in", language=say(language, f"edit.language_{brief.language}"))


def _failure(badge: str) -> Tell | None:
    code, _, facts = badge.partition(":")
    if not code.startswith("model_"):
        return None
    model, _, variable = facts.partition("|")
    return Tell(code, model=model, variable=variable)
