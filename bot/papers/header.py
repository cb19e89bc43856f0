"""The header of a paper: title, authors, institutions, abstract, found by how the first pages are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Author, Institution
from bot.papers.hyphens import Hyphens
from bot.papers.layout import Sheet, rows


@dataclass(frozen=True, slots=True)
class Header:
    title: str
    authors: tuple[Author, ...]
    institutions: tuple[Institution, ...]
    abstract: str


def header_of(sheets: Sequence[Sheet], raw: Sequence[str], hyphens: Hyphens) -> Header | None:
    """The header of a paper with these first pages; None when they are not those of a paper."""
    first = sheets[0]
    cells = [cell for cell in first.cells if sum(map(str.isalpha, cell.plain)) > 3]
    if not cells:
        return None
    size = max(cell.largest for cell in cells)
    title = hyphens.lines(c.plain for row in rows(c for c in cells if c.largest > 0.93 * size) for c in row)
    return Header(title, (), (), "")
