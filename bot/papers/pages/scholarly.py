"""Is a document a scholarly paper at all? What papers have in common, whatever their field and form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.papers.pages.abstract import Abstract
from bot.papers.pages.layout import Sheet

_REFERENCES = re.compile(
    r"^\W*(?:\d{1,2}|[IVX]{1,4})?[.\s]*(?:references?(?: and notes| cited)?|bibliography|literature cited"
    r"|works cited|bibliografía"
    r"|références|literaturverzeichnis|literatur|r\s?e\s?f\s?e\s?r\s?e\s?n\s?c\s?e\s?s|参\s?考\s?文\s?献)\s*[:：]?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_CITATION = re.compile(
    r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]|[A-Z][^\W\d_]+(?: et al\.| and [A-Z][^\W\d_]+"
    r"| & [A-Z][^\W\d_]+)?,? \(?(?:19|20)\d\d[a-z]?\)?"
)
_IDENTITY = re.compile(
    r"arxiv:\s?\d{4}\.\d{4,5}|\bdoi\b\s?[:.]|doi\.org/10\.|\bissn\b|\bproceedings of\b|\bjournal of\b"
    r"|\btransactions on\b"
    r"|\bpublished (?:as|in|online)\b|\bpreprint\b|\bconference on\b|\bkey\s?words\b|\bindex terms\b"
    r"|\bworking paper\b|关\s?键\s?词|收稿日期",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"^\W*(?:(?:\d{1,2}|[IVX]{1,4})[.\s]*)?(?:introduction|related work|background|conclusions?|discussion|results"
    r"|methods?|experiments"
    r"|materials and methods|引\s?言|结\s?论)\s*$",
    re.IGNORECASE | re.MULTILINE,
)


_OTHER_DOCUMENT = re.compile(
    r"^\W*(?:(?:work |professional )?experience|education|(?:technical )?skills|employment(?: history)?"
    r"|curriculum vitae|agenda"
    r"|invoice|bill to|table of contents|chapter \d+|warranty|safety (?:information|instructions)|balance sheet"
    r"|ingredients)\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
_YEARS_OF_REFERENCES = 20
"""Last two pages with so many years on them list references, headed or not."""
_FEWEST_LETTERS = 400
_ENOUGH = 3.0


def is_paper(
    sheets: Sequence[Sheet], raw: Sequence[str], abstract: Abstract | None, *, authors: int, institutions: int
) -> bool:
    """Whether enough speaks for a paper: an abstract, references, citations, people, where it appeared.

    The weights were set on papers, slides, letters and reports; slides are papers only with a headed abstract.
    """
    text = "\n".join(raw).replace("\r", "")
    letters = sum(map(str.isalpha, text[:200_000]))
    headed = bool(abstract and abstract.headed)
    last = sum(len(_YEAR.findall(page)) for page in raw[-2:])
    references = bool(_REFERENCES.search(text)) or last >= _YEARS_OF_REFERENCES
    wide = sheets[0].width > 1.15 * sheets[0].height
    if letters < _FEWEST_LETTERS or not (abstract or references):
        return False
    if wide and letters < 1500 * len(raw) and not headed:
        return False
    citations = len(set(_CITATION.findall(text[:200_000])))
    sections = len({found[0].strip().lower() for found in _SECTION.finditer(text)})
    points = (
        (3 if headed else 1 if abstract else 0)
        + (authors > 0)
        + (institutions > 0)
        + 2 * references
        + 0.3 * min(citations, 5)
        + bool(_IDENTITY.search("\n".join(raw[:2])))
        + 0.5 * min(sections, 2)
        - 1.5 * min(len(set(_OTHER_DOCUMENT.findall(text))), 3)
    )
    return points >= _ENOUGH
