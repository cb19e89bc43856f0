"""What the thread is told beside a brief when a model did not answer: which, why, and what was done instead."""

from __future__ import annotations

from bot.briefs.asking.model import EXTRACTIVE
from bot.errors import PaperwireError, Tell
from bot.models import Brief, Language
from bot.wording import explain, keys, say


def failure_badge(failure: PaperwireError) -> str:
    """A model's failure as a badge of the brief, ``code:model`` or ``code:model|variable``."""
    model, variable = failure.facts.get("model", ""), failure.facts.get("variable", "")
    return f"{failure.code}:{model}{f'|{variable}' if variable else ''}"


def badge_words(brief: Brief, language: Language) -> list[str]:
    """What a reader should know of how the brief was made, beside the failures of models."""
    kinds = dict.fromkeys(badge.partition(":")[0].replace("-", "_") for badge in brief.badges)
    return [say(language, f"reply.badge_{kind}") for kind in kinds if f"reply.badge_{kind}" in keys(language)]


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


def _failure(badge: str) -> Tell | None:
    code, _, facts = badge.partition(":")
    if not code.startswith("model_"):
        return None
    model, _, variable = facts.partition("|")
    return Tell(code, model=model, variable=variable)
