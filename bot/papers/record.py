"""A reading as plain data: what crosses the jail's wall, and what ``paperwire read --json`` prints."""

from __future__ import annotations

from typing import Any

from bot.errors import PaperwireError
from bot.models import Author, FullText, Identifier, Institution, Reading

_CLASS = {"empty": "damaged"}
"""Our finer codes → the reasons that ``error`` is limited to; ``code`` always has the finer one."""


def reading_from(data: dict[str, Any]) -> Reading:
    """The Reading whose ``dataclasses.asdict`` is ``data``."""
    text = data["text"]
    return Reading(
        title=data["title"],
        authors=tuple(Author(**author) for author in data["authors"]),
        institutions=tuple(Institution(**institution) for institution in data["institutions"]),
        abstract=data["abstract"],
        language=data["language"],
        arxiv=Identifier(**data["arxiv"]) if data["arxiv"] else None,
        doi=Identifier(**data["doi"]) if data["doi"] else None,
        text=FullText(tuple(text["pages"]), text["page_count"], text["hidden_text"]),
    )


def header_record(file: str, outcome: Reading | PaperwireError) -> dict[str, Any]:
    """One line of ``paperwire read --json``.

    ``error`` is None or the reason in the words of the published gold labels (``password``, ``damaged``,
    ``no_text``, ``not_a_paper``, and the limits' own codes); ``code`` is the exact error code.
    """
    if isinstance(outcome, PaperwireError):
        return {
            "file": file,
            "is_paper": False,
            "title": None,
            "authors": [],
            "institutions": [],
            "institution_lines": [],
            "abstract": None,
            "arxiv_id": None,
            "language": None,
            "error": _CLASS.get(outcome.code, outcome.code),
            "code": outcome.code,
        }
    return {
        "file": file,
        "is_paper": True,
        "title": outcome.title,
        "authors": [author.name for author in outcome.authors],
        "institutions": [institution.name for institution in outcome.institutions],
        "institution_lines": [institution.printed for institution in outcome.institutions],
        "abstract": outcome.abstract,
        "arxiv_id": outcome.arxiv.value if outcome.arxiv else None,
        "language": outcome.language,
        "error": None,
        "code": None,
    }
