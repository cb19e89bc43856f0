"""The marks on one page of a PDF as cells of text: what stands where, how large, and what is raised.

A cell is a piece of one printed line without a wide gap in it: a line of a column, or one entry of a grid of
authors. Coordinates are points from the upper left corner of the page as it is shown, y growing downwards.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from pypdfium2 import PdfPage, PdfTextPage

from bot.papers.pages.glyphs import Glyph, Glyphs, composed, true_sizes
from bot.papers.pages.letters import mend
from bot.papers.pages.sight import Sight


@dataclass
class Cell:
    """A piece of a printed line."""

    glyphs: list[Glyph]
    page: int = 1

    @cached_property
    def size(self) -> float:
        """The size of most of its characters, in points."""
        sizes: Counter[float] = Counter()
        for glyph in self.glyphs:
            sizes[round(glyph.size, 1)] += 1
        return max(sizes, key=lambda size: (sizes[size], size))

    @cached_property
    def largest(self) -> float:
        """The size of its largest letters: of a line in small capitals, that of the capitals."""
        sizes = sorted((g.size for g in self.glyphs if g.text.isalpha()), reverse=True)
        return sizes[min(1, len(sizes) - 1)] if sizes else self.size

    @cached_property
    def base(self) -> float:
        return statistics.median_low(g.base for g in self.glyphs if abs(g.size - self.size) < 0.06 * self.size + 0.1)

    @cached_property
    def x0(self) -> float:
        return min(g.x0 for g in self.glyphs)

    @cached_property
    def x1(self) -> float:
        return max(g.x1 for g in self.glyphs)

    @property
    def y0(self) -> float:
        return self.base - 0.72 * self.size

    @property
    def y1(self) -> float:
        return self.base + 0.22 * self.size

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @cached_property
    def bold(self) -> bool:
        letters = [g for g in self.glyphs if g.text.isalnum()]
        return sum(g.bold for g in letters) > 0.6 * len(letters)

    @cached_property
    def runs(self) -> list[tuple[str, bool]]:
        """Its text in pieces, each with whether it is raised above the line (a mark, an exponent)."""
        pieces: list[tuple[str, bool]] = []
        for glyph in self.glyphs:
            lift = self.base - glyph.base
            raised = lift > 0.12 * self.size and (glyph.size < 0.92 * self.size or lift > 0.25 * self.size)
            text = (" " if glyph.spaced and pieces else "") + glyph.text
            if pieces and pieces[-1][1] == raised:
                pieces[-1] = (pieces[-1][0] + text, raised)
            else:
                pieces.append((text, raised))
        return [(mend(text), raised) for text, raised in pieces]

    @cached_property
    def text(self) -> str:
        """Its text with what is raised."""
        return re.sub(r"\s+", " ", "".join(text for text, _ in self.runs)).strip()

    @cached_property
    def plain(self) -> str:
        """Its text without what is raised."""
        kept = [text if not raised else (" " if text[:1] == " " else "") for text, raised in self.runs]
        return re.sub(r"\s+", " ", "".join(kept)).strip()

    @cached_property
    def reading(self) -> str:
        """Its text as running text has it: primes, degrees, exponents after a caret; marks of footnotes left out."""
        done = ""
        for place, (text, raised) in enumerate(self.runs):
            after = self.runs[place + 1][0] if place + 1 < len(self.runs) else ""
            if not raised:
                done += text
            elif _ORDINAL.fullmatch(text.strip()):
                done += text.strip()
            elif _PRIMES.fullmatch(text.strip()) and done[-1:].isalnum():
                # LaTeX raises a ring operator for the degree sign.
                done += text.strip().replace("∘", "°")
            elif _is_exponent(done, text.strip(), after):
                done += (" ^" if text[:1] == " " and after[:1].isalpha() else "^") + text.strip()
            elif text[:1] == " ":
                done += " "
        return re.sub(r"\s+", " ", done).strip()


_ORDINAL = re.compile(r"st|nd|rd|th|TM|[a-z]{3,}")
_PRIMES = re.compile(r"[′″‴°∘]+")
_SYMBOL = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]|[a-z]{2}|\d[\d.,]*|[)\]])$")
"""What an exponent stands after: a letter, a unit, a number, a bracket; after a word it is a footnote's mark."""


def _is_exponent(before: str, mark: str, after: str) -> bool:
    if not re.search(r"\w", mark):
        return mark in "+-−±" and bool(_SYMBOL.search(before))
    if not before or before[-1].isspace():
        return bool(before) and mark.isdigit() and after[:1].isupper()
    return bool(_SYMBOL.search(before))


@dataclass
class Sheet:
    """One page as cells, in order of drawing and without what no reader can see."""

    number: int
    width: float
    height: float
    cells: list[Cell] = field(default_factory=list)
    turned: str = ""
    """Text set along the page's side, as arXiv's stamp is."""
    hidden_letters: int = 0

    @cached_property
    def body_size(self) -> float:
        """The size of most of the text."""
        sizes: Counter[float] = Counter()
        for cell in self.cells:
            sizes[round(cell.size * 2) / 2] += len(cell.glyphs)
        return sizes.most_common(1)[0][0] if sizes else 10.0


def sheet(page: PdfPage, text: PdfTextPage, sight: Sight, number: int) -> Sheet:
    """The page as cells. ``number`` counts from 1."""
    source = Glyphs(page, text, sight)
    result = Sheet(number, source.width, source.height)
    upright: list[Glyph] = []
    turned: list[str] = []
    drawn = list(source)
    true_sizes(drawn)
    for glyph, style in drawn:
        if style.hidden or not source.on_page(glyph):
            result.hidden_letters += glyph.text.isalnum()
        elif style.angle:
            turned.append((" " if glyph.spaced else "") + glyph.text)
        else:
            upright.append(glyph)
    result.turned = "".join(turned)
    cells = [Cell(glyphs, number) for glyphs in _joined(_split(composed(upright)))]
    result.cells = _without_line_numbers(cells)
    return result


def _split(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Into pieces of lines, in order of drawing."""
    piece: list[Glyph] = []
    for glyph in glyphs:
        if piece and _apart(piece, glyph):
            yield piece
            piece = []
        piece.append(glyph)
    if piece:
        yield piece


def _apart(piece: list[Glyph], glyph: Glyph) -> bool:
    last = piece[-1]
    size = max(last.size, glyph.size)
    if abs(glyph.base - last.base) > 0.55 * size:  # back from a raised mark to the line?
        line = next((g.base for g in reversed(piece) if g.size >= 0.95 * size), last.base)
        if abs(glyph.base - line) > 0.55 * size:
            return True
    return glyph.x0 - last.x1 > 0.85 * min(last.size, glyph.size) + 0.5 or glyph.x0 < last.x0 - size


def _joined(pieces: Iterable[list[Glyph]]) -> list[list[Glyph]]:
    """With pieces that touch put together, for PDFs that draw a line's marks or words out of order."""
    done: list[list[Glyph]] = []
    begins: dict[tuple[int, int], list[list[Glyph]]] = {}
    ends: dict[tuple[int, int], list[list[Glyph]]] = {}
    for piece in pieces:
        left = next((other for other in _near(ends, piece[0].x0, piece[0].base) if _touch(other, piece)), None)
        right = next((other for other in _near(begins, piece[-1].x1, piece[-1].base) if _touch(piece, other)), None)
        if left is not None:
            piece[0].spaced = piece[0].x0 - left[-1].x1 > 0.15 * piece[0].size
            left.extend(piece)
        elif right is not None:
            right[0].spaced = right[0].x0 - piece[-1].x1 > 0.15 * right[0].size
            right[:0] = piece
        else:
            done.append(piece)
        whole = left or right or piece
        ends.setdefault(_square(whole[-1].x1, whole[-1].base), []).append(whole)
        begins.setdefault(_square(whole[0].x0, whole[0].base), []).append(whole)
    return done


def _square(x: float, y: float) -> tuple[int, int]:
    return int(x // 12), int(y // 12)


def _near(squares: dict[tuple[int, int], list[list[Glyph]]], x: float, y: float) -> Iterator[list[Glyph]]:
    column, row = _square(x, y)
    for dx in (0, -1, 1):
        for dy in (0, -1, 1):
            yield from squares.get((column + dx, row + dy), ())


def _touch(left: list[Glyph], right: list[Glyph]) -> bool:
    """``right`` goes on where ``left`` ends."""
    a, b = left[-1], right[0]
    size = max(a.size, b.size)
    return -0.3 * size < b.x0 - a.x1 < 0.6 * min(a.size, b.size) and abs(a.base - b.base) < 0.5 * size


def _without_line_numbers(cells: list[Cell]) -> list[Cell]:
    """The cells without the numbers that drafts count their lines by."""
    numbers = [cell for cell in cells if re.fullmatch(r"\d{1,4}", cell.text)]
    dropped: set[int] = set()
    for edge in ("x1", "x0"):
        columns: dict[int, list[Cell]] = {}
        for cell in numbers:
            columns.setdefault(round(getattr(cell, edge) / 4), []).append(cell)
        for column in columns.values():
            counts = [int(cell.text) for cell in sorted(column, key=lambda cell: cell.base)]
            steps = {b - a for a, b in pairwise(counts)}
            if len(counts) >= 10 and len(steps) == 1 and steps.pop() in (1, 5):
                dropped.update(id(cell) for cell in column)
    return [cell for cell in cells if id(cell) not in dropped]


def merged(cells: Sequence[Cell]) -> list[Cell]:
    """The cells with those put together that only stretched white space parts: a line near by runs through the gap."""
    result: list[Cell] = []
    for row in rows(cells):
        line = [row[0]]
        for cell in row[1:]:
            last = line[-1]
            if cell.x0 - last.x1 < 5 * cell.size and _bridged(last, cell, cells):
                cell.glyphs[0].spaced = True
                line[-1] = Cell(last.glyphs + cell.glyphs, cell.page)
            else:
                line.append(cell)
        result += line
    return result


def _bridged(left: Cell, right: Cell, cells: Sequence[Cell]) -> bool:
    size = left.size
    return any(
        other.x0 < left.x1 - size
        and other.x1 > right.x0 + size
        and 0.5 * size < abs(other.base - left.base) < 2.4 * size
        and abs(other.size - size) < 0.06 * size
        for other in cells
    )


def rows(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells that stand side by side, each row from left to right, rows from top to bottom."""
    result: list[tuple[Cell, list[Cell]]] = []
    for cell in sorted(cells, key=lambda cell: cell.base):
        for place in range(max(len(result) - 3, 0), len(result)):
            first, row = result[place]
            if min(first.y1, cell.y1) - max(first.y0, cell.y0) > 0.5 * min(first.y1 - first.y0, cell.y1 - cell.y0):
                row.append(cell)
                if cell.size > first.size:
                    result[place] = (cell, row)
                break
        else:
            result.append((cell, [cell]))
    return [sorted(row, key=lambda cell: cell.x0) for _, row in result]
