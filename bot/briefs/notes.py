"""What is said beside a brief: which model did not answer, why, and what was done instead; its language."""

from __future__ import annotations

from bot.briefs.asking.model import EXTRACTIVE
from bot.errors import PaperwireError, Tell
from bot.models import Brief, Language
from bot.wording import explain, say


def failure_badge(failure: PaperwireError) -> str:
    """A model's failure as a badge of the brief, ``code:model`` or ``code:model|variable``."""
    model, variable = failure.facts.get("model", ""), failure.facts.get("variable", "")
    return f"{failure.code}:{model}{f'|{variable}' if variable else ''}"


def model_notes(brief: Brief) -> list[str]:
    """Two sentences for each model that failed, in the language of the brief: why, and what was done instead."""
    instead = "reply.now_extractive" if brief.model == EXTRACTIVE else "reply.now_fallback"
    then = say(brief.language, instead, model=brief.model)
    gap = "" if brief.language == "zh" else " "
    # A budget is spent for all models alike.
    return list(
        dict.fromkeys(
            f"{explain(brief.language, failure)}{gap}{then}" for failure in map(_failure, brief.badges) if failure
        )
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
