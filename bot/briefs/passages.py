"""Finds the parts of a paper that say what it did: abstract, introduction, main results, conclusion. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.models import FullText, Paper

_NUMBERED = r"(?:(?:\d{1,2}|[IVX]{1,5}|第?[一二三四五六七八九十]+章?)(?:\.\d{1,2})*[.、:]?\s+)?"
_KINDS = {
    "abstract": r"abstract|摘\s*要",
    "introduction": r"introduction(?: and \w+)?|引\s*言|绪\s*论|前\s*言|概\s*述",
    "results": r"(?:main |experimental |empirical )?(?:results?|evaluations?|experiments?)(?: (?:and|&) [\w ]{3,30})?"
    r"|performance evaluation|findings|实验(?:结果)?(?:与分析|及分析)?|结果(?:与分析|与讨论)?|性能评[估价]",
    "conclusion": r"(?:discussions? (?:and|&) )?(?:conclusions?|concluding remarks|discussions?)"
    r"(?: (?:and|&) [\w ]{3,30})?|结\s*论|总\s*结|结\s*语|结束语|总结与展望|讨\s*论",
}
_HEADINGS = {
    kind: re.compile(rf"^\s*{_NUMBERED}(?:{words})\s*[.:：—-]?\s*$", re.IGNORECASE) for kind, words in _KINDS.items()
}
_RUN_IN = {  # "Abstract—As deploying …": the heading opens its own paragraph
    "abstract": re.compile(r"^\s*(?:abstract|摘\s*要)\s*[.:：—–-]+\s*(?=\S)", re.IGNORECASE),
    "conclusion": re.compile(r"^\s*(?:in conclusion|conclusions?)[.:：—–-]\s*(?=\S)", re.IGNORECASE),
}
_OTHER = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.)\s+[A-Z\u3400-\u9fff][^.!?。]{2,70}$")


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines of one page, all of one part of the paper."""

    kind: str
    """``header``, ``abstract``, ``introduction``, ``results``, ``conclusion`` or ``other``."""
    page: int
    """Counted from 1; 0 for a source's abstract."""
    text: str


def passages(text: FullText) -> list[Passage]:
    """The pages cut at the headings that are understood; whatever precedes the first is ``header``."""
    found: list[Passage] = []
    kind = "header"
    for number, page in enumerate(text.pages, start=1):
        lines: list[str] = []
        for line in page.splitlines():
            following, rest = _heading(line, kind)
            if following is not None:
                found.append(Passage(kind, number, "\n".join(lines)))
                kind, lines = following, []
            if rest.strip():
                lines.append(rest)
        found.append(Passage(kind, number, "\n".join(lines)))
    return [passage for passage in found if passage.text.strip()]


def _heading(line: str, kind: str) -> tuple[str | None, str]:
    """The part that a line opens, None if none, and what of the line belongs to the text."""
    if len(line) < 80:
        for name, pattern in _HEADINGS.items():
            if pattern.match(line):
                return name, ""
        if kind not in ("header", "abstract", "results") and _OTHER.match(line) and not _still(line, kind):
            return "other", ""
    for name, pattern in _RUN_IN.items():
        if match := pattern.match(line):
            return name, line[match.end() :]
    return None, line


def _still(line: str, kind: str) -> bool:
    """A numbered sub-heading stays in its part; a results section holds many."""
    return kind == "introduction" and bool(re.match(r"^\s*(?:1|I)\.\d", line))


def part(found: list[Passage], kind: str) -> Iterator[Passage]:
    """The passages of one kind, in order."""
    return (passage for passage in found if passage.kind == kind)


def abstract(paper: Paper, found: list[Passage]) -> str:
    """The abstract as a source gave it, else as the page prints it, else nothing."""
    return paper.abstract.strip() or "\n".join(passage.text for passage in part(found, "abstract"))[:4_000]
