"""The text of a paper by page, as one reads it: lines joined to paragraphs, the references left out."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from bot.papers.pages.hyphens import HYPHENS, Hyphens
from bot.papers.pages.letters import mend_line

_REFERENCES = re.compile(
    r"(?:\d{1,2}|[IVX]{1,4})?[.\s]*(?:references?(?: and notes| cited)?|bibliography|literature cited|works cited"
    r"|r\s?e\s?f\s?e\s?r\s?e\s?n\s?c\s?e\s?s|参\s?考\s?文\s?献)\s*[:：]?",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"(?:appendi(?:x|ces)\b.{0,80}|supplement(?:ary|al)\b.{0,60}|supporting information.{0,40}|附\s?录.{0,40}"
    r"|A[.:]?\s+(?:appendix.{0,60}|[A-Z][a-z]+(?: [A-Za-z]+){0,6}))",
    re.IGNORECASE,
)


def pages_of(raw: Sequence[str], hyphens: Hyphens) -> tuple[str, ...]:
    """``raw`` holds each page as pdfium gives it (line ends kept); the answer as many pages, without references."""
    result = []
    in_references = False
    for number, page in enumerate(raw):
        lines = page.replace("\r", "").replace("\ufffe", "\ufffe\n").replace("\u0002", "\u0002\n").split("\n")
        kept = []
        for line in lines:
            line = line.strip()
            if in_references:
                in_references = not _APPENDIX.fullmatch(line)
            elif number >= (len(raw) - 1) // 3 and _REFERENCES.fullmatch(line):
                in_references = True
            if line and not in_references:
                kept.append(line)
        result.append(_paragraphs(kept, hyphens))
    return tuple(result)


def _paragraphs(lines: list[str], hyphens: Hyphens) -> str:
    if not lines:
        return ""
    usual = statistics.median(len(line) for line in lines)
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(mend_line(line))
        if len(line) < 0.8 * usual and line[-1] not in HYPHENS + ",":
            paragraphs.append([])
    return "\n".join(hyphens.lines(paragraph) for paragraph in paragraphs if paragraph)
