"""The title of a paper: the lines at the top of its first page that are set larger than all around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.papers.pages.layout import Cell, Sheet, rows

_BANNER = re.compile(
    r"(?:international |ieee |acm |the |proceedings |annual )*(?:journal|transactions|proceedings|annals|archives?"
    r"|bulletin"
    r"|magazine|letters|communications|conference|workshop|symposium) (?:of|on|in|for)\b.*"
    r"|nature\b.{0,25}|science|cell|plos \w+|elife|pnas|scientific reports|technical report|tech report|white ?paper"
    r"|research (?:article|paper)|(?:original |review |research )?article|review|letters?|open access|preprint"
    r"|draft|notes?"
    r"|contents lists available at.*|this (?:paper|article) is included in.*|published (?:as|in|by).*|accepted .*"
    r"|arxiv.*|doi.*|https?:.*|www\..*|vol(?:ume)?\b.*|issn.*|lecture notes in .*|working paper.*|discussion paper.*"
    r"|.{0,40}\barchive\b|.{0,50}working paper series.*|.*\bjournal$",
    re.IGNORECASE,
)
_LOWEST = 0.62
"""A title starts in this upper part of its page."""


@dataclass(frozen=True, slots=True)
class Title:
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row]

    @property
    def top(self) -> float:
        return min(cell.y0 for cell in self.cells)

    @property
    def bottom(self) -> float:
        return max(cell.base for cell in self.cells)

    @property
    def x0(self) -> float:
        return min(cell.x0 for cell in self.cells)

    @property
    def x1(self) -> float:
        return max(cell.x1 for cell in self.cells)


def title_of(sheet: Sheet) -> Title | None:
    """The block of lines with the largest type that reads like a title; of equals the topmost."""
    masthead = _masthead(sheet)
    candidates = [cell for cell in sheet.cells if masthead < cell.base < _LOWEST * sheet.height and _letters(cell) >= 2]
    best: tuple[float, Title] | None = None
    seen: set[int] = set()
    for cell in sorted(candidates, key=lambda c: (-round(c.largest), c.base, c.x0)):
        if id(cell) in seen:
            continue
        block = _block(cell, candidates, sheet.body_size)
        seen.update(id(c) for c in block.cells)
        score = _score(block, sheet)
        if best is None or score > best[0]:
            best = (score, block)
        if len(seen) > 60:
            break
    return best[1] if best and best[0] > 0 else None


def _masthead(sheet: Sheet) -> float:
    """Where the journal's head ends that says where it lies on the web; 0 without one."""
    heads = [c.base for c in sheet.cells if re.match(r"journal home\s?page\b", c.plain, re.IGNORECASE)]
    return max((base for base in heads if base < 0.35 * sheet.height), default=0.0)


def _letters(cell: Cell) -> int:
    return sum(map(str.isalpha, cell.plain))


def _block(seed: Cell, cells: Sequence[Cell], body: float) -> Title:
    """The seed's row and those above and below it that are set alike."""
    alike = [
        c
        for c in cells
        if abs(c.largest - seed.largest) <= (0.07 if c.bold == seed.bold else 0.02) * seed.largest + 0.1
        and (c.bold == seed.bold or seed.largest > 1.2 * body)
    ]
    lines = rows(alike)
    here = next(number for number, row in enumerate(lines) if seed in row)
    chosen = [_side_by_side(lines[here], seed)]
    leading = 0.0
    for step, order in ((1, lines[here + 1 :]), (-1, reversed(lines[:here]))):
        for row in order:
            edge = chosen[-1] if step > 0 else chosen[0]
            near = [cell for cell in row if min(cell.x1, _x1(edge)) - max(cell.x0, _x0(edge)) > 0]
            gap = abs(row[0].base - edge[0].base)
            if not near or gap > (1.25 * leading if leading else 1.75 * seed.largest):
                break
            leading = leading or gap
            line = _side_by_side(row, near[0])
            chosen = [*chosen, line] if step > 0 else [line, *chosen]
    return Title(tuple(tuple(row) for row in [*chosen, *_subtitle(chosen, cells)]))


def _subtitle(chosen: Sequence[Sequence[Cell]], cells: Sequence[Cell]) -> list[list[Cell]]:
    """Lines right below a bold title, bold too, smaller, yet much larger than what comes after them."""
    last = chosen[-1][0]
    if not last.bold:
        return []
    below = [c for c in cells if 0.5 * last.size < c.base - last.base < 1.7 * last.largest]
    after = [c.largest for c in cells if c.base > last.base + 1.7 * last.largest]
    if not after or any(
        not c.bold or not max(0.72 * last.largest, 1.15 * max(after)) < c.largest < last.largest or "@" in c.text
        for c in below
    ):
        return []
    return rows(below)


def _side_by_side(row: Sequence[Cell], seed: Cell) -> list[Cell]:
    """The cells of a row that belong to one line: no column's gutter between them."""
    here = list(row).index(seed)
    first = last = here
    while first > 0 and row[first].x0 - row[first - 1].x1 < 1.6 * seed.size:
        first -= 1
    while last + 1 < len(row) and row[last + 1].x0 - row[last].x1 < 1.6 * seed.size:
        last += 1
    return list(row[first : last + 1])


def _x0(row: Sequence[Cell]) -> float:
    return min(cell.x0 for cell in row)


def _x1(row: Sequence[Cell]) -> float:
    return max(cell.x1 for cell in row)


def _score(title: Title, sheet: Sheet) -> float:
    """How much a block looks like a title: large, high on the page, of a title's length; 0 when it cannot be one."""
    text = " ".join(cell.plain for cell in title.cells)
    letters = [c for c in text if c.isalpha()]
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    words = len(re.findall(r"[^\W\d_]{2,}", text)) + han / 2
    if words < 2 or len(letters) < (5 if han else 9) or len(text) > 400 or len(title.rows) > 7 or "@" in text:
        return 0.0
    if _BANNER.fullmatch(text.strip()) or sum(c.isdigit() for c in text) > len(letters):
        return 0.0
    largest = max(cell.largest for cell in title.cells)
    size = largest / max(sheet.body_size, 1)
    length = 1.0 if words >= 4 else 0.8
    bold = 1.05 if title.cells[0].bold else 1.0
    height = 1.12 - 0.3 * title.top / sheet.height
    return min(size, 3.2) * length * bold * height
