"""The header of a paper: title, authors, institutions, abstract, found by how the first pages are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Author, Institution
from bot.papers.pages.abstract import Abstract, abstract_of, has_heading
from bot.papers.pages.affiliations import affiliations_of, institutions_of
from bot.papers.pages.authors import byline_of
from bot.papers.pages.hyphens import Hyphens
from bot.papers.pages.layout import Cell, Sheet
from bot.papers.pages.scholarly import is_paper
from bot.papers.pages.title import Title, title_of
from bot.papers.pages.words import prose


@dataclass(frozen=True, slots=True)
class Header:
    title: str
    authors: tuple[Author, ...]
    institutions: tuple[Institution, ...]
    abstract: str


def header_of(sheets: Sequence[Sheet], raw: Sequence[str], hyphens: Hyphens) -> Header | None:
    """The header of a paper with these first pages; None when they are not those of a paper."""
    index, title = _title_page(sheets)
    if title is None:
        return None
    sheet = sheets[index]
    abstract = abstract_of(sheets, index, title, hyphens)
    byline = byline_of(_zone(sheet, title, abstract if abstract and abstract.page == index + 1 else None))
    affiliations = affiliations_of(sheet, byline, title, abstract)
    institutions = institutions_of(affiliations, sheet, title.top, "\n".join(raw[:3]))
    if not is_paper(sheets, raw, abstract, authors=len(byline.names), institutions=len(institutions)):
        return None
    text = hyphens.lines(" ".join(cell.reading for cell in row) for row in title.rows)
    return Header(
        text.strip(" *∗†‡"),
        tuple(Author(name) for name in byline.names),
        tuple(institutions),
        abstract.text if abstract else "",
    )


def _title_page(sheets: Sequence[Sheet]) -> tuple[int, Title | None]:
    """The page whose top is the header: not a cover, when the next page repeats the title."""
    first = title_of(sheets[0])
    if first and has_heading(sheets[0]):
        return 0, first
    for index in range(1, len(sheets)):
        other = title_of(sheets[index])
        if other and (first is None or _letters(first) == _letters(other)) and other.top < 0.4 * sheets[index].height:
            return index, other
    return 0, first


def _letters(title: Title) -> str:
    return "".join(c for cell in title.cells for c in cell.plain.lower() if c.isalnum())


def _zone(sheet: Sheet, title: Title, abstract: Abstract | None) -> list[Cell]:
    """The cells between title and abstract, without what belongs to the text beside them."""
    bottom = abstract.top if abstract else min(title.bottom + 0.35 * sheet.height, 0.75 * sheet.height)
    cells = [c for c in sheet.cells if title.bottom + 0.1 < c.base and c.y1 < bottom + 2 and c not in title.cells]
    beside = [c.x0 for c in sheet.cells if c.x0 > title.x1 + c.size and title.top < c.base <= title.bottom + 1]
    if beside and not any(c.x0 < min(beside) - 1 and c.x1 > min(beside) + 5 for c in cells):
        cells = [c for c in cells if c.x1 < min(beside)]  # the title has one column of several
    running = _running_text(sheet)
    return [cell for cell in cells if id(cell) not in running]


def _running_text(sheet: Sheet) -> set[int]:
    """The cells of paragraphs: three lines and more of prose, one below the other."""
    result: set[int] = set()
    columns: dict[int, list[Cell]] = {}
    for cell in sheet.cells:
        columns.setdefault(round(cell.x0 / 3), []).append(cell)
    for column in columns.values():
        stacks: list[list[Cell]] = []
        for cell in sorted(column, key=lambda c: c.base):
            last = stacks[-1][-1] if stacks else None
            if last and 0 < cell.base - last.base < 1.6 * cell.size and abs(cell.size - last.size) < 0.5:
                stacks[-1].append(cell)
            else:
                stacks.append([cell])
        for stack in stacks:
            if len(stack) >= 3 and prose(" ".join(c.plain for c in stack), 5):
                result.update(id(c) for c in stack)
    return result
