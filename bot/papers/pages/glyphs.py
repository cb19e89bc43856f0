"""The characters of a page as pdfium tells them: where each is drawn, how large, how heavy, and whether it is seen."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdfium2.raw as pdfium
from pypdfium2 import PdfPage, PdfTextPage

from bot.papers.pages.letters import SPACING_ACCENTS, compose
from bot.papers.pages.sight import TINY, Sight, address

_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi(?!um?r)|cmbx|sfbx|\bbx\d", re.IGNORECASE)


@dataclass(slots=True)
class Glyph:
    """One character as drawn. ``base`` is its baseline, ``size`` the height of its font in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    bold: bool
    spaced: bool
    """White space comes before it."""


@dataclass(slots=True)
class Style:
    """What the characters of one text object share."""

    size: float
    bold: bool
    angle: int
    """Quarter turns against the page, -1 for anything in between."""
    hidden: bool
    font: int = 0


class Glyphs:
    """Reads the characters of a page out of pdfium."""

    def __init__(self, page: PdfPage, text: PdfTextPage, sight: Sight) -> None:
        self.page, self.text, self.sight = page, text, sight
        self.styles: dict[int, Style] = {}
        left, bottom, right, top = self.sight.box
        self.left, self.top = left, top
        self.width, self.height = right - left, top - bottom

    def _look(self, index: int, thing: pdfium.FPDF_PAGEOBJECT) -> Style:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self.text, index, matrix)
        size = abs(pdfium.FPDFText_GetFontSize(self.text, index)) * math.hypot(matrix.c, matrix.d)
        angle = 0
        if abs(matrix.b) > 0.02 * abs(matrix.a):
            angle = (1 if matrix.b > 0 else 3) if abs(matrix.a) < 0.02 * abs(matrix.b) else -1
        elif matrix.a < 0:
            angle = 2
        name = ""
        weight = 0
        key = 0
        if thing:
            font = pdfium.FPDFTextObj_GetFont(thing)
            buffer = ctypes.create_string_buffer(128)
            pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
            name = buffer.value.decode("utf-8", "replace").split("+")[-1]
            weight = pdfium.FPDFFont_GetWeight(font)
            key = address(font)
        hidden = not self.sight.sees(index, thing)
        return Style(size, bool(_BOLD.search(name)) or weight >= 600, angle, hidden, key)

    def on_page(self, glyph: Glyph) -> bool:
        return self.sight.on_page(glyph.x0 + self.left, self.top - glyph.base)

    def __iter__(self) -> Iterator[tuple[Glyph, Style]]:
        """All drawn characters in order of drawing."""
        text, left, top, styles = self.text.raw, self.left, self.top, self.styles
        a, b, c, d = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        spaced = False
        high = 0
        for index in range(self.text.count_chars()):
            code = pdfium.FPDFText_GetUnicode(text, index)
            if 0xD800 <= code < 0xE000:  # characters beyond the basic plane come as two halves
                if code < 0xDC00:
                    high = code
                    continue
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
            if code == 2:  # pdfium's other mark of a hyphen at a line's end
                code = 0xFFFE
            if code <= 32 or code in (0xA0, 0x3000):
                spaced = True
                continue
            thing = pdfium.FPDFText_GetTextObject(text, index)
            key = address(thing)
            style = styles.get(key)
            if style is None:
                style = styles[key] = self._look(index, thing)
            pdfium.FPDFText_GetCharBox(text, index, a, b, c, d)
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            if not math.isfinite(a.value + b.value + c.value + d.value + y.value + style.size):
                continue
            box = (a.value - left, top - d.value, b.value - left, top - c.value)
            yield Glyph(chr(code), *box, top - y.value, style.size, style.bold, spaced), style
            spaced = False


def true_sizes(drawn: Iterable[tuple[Glyph, Style]]) -> None:
    """Give the letters of bitmap fonts, whose nominal size says nothing, the size their font is drawn in."""
    fonts: dict[tuple[int, float], list[Glyph]] = {}
    for glyph, style in drawn:
        if style.size < 2 * TINY:
            fonts.setdefault((style.font, style.size), []).append(glyph)
    for glyphs in fonts.values():
        heights = sorted(glyph.y1 - glyph.y0 for glyph in glyphs)
        size = round(1.35 * heights[int(0.8 * (len(heights) - 1))], 1)
        for glyph in glyphs:
            glyph.size = max(glyph.size, size)


def composed(glyphs: list[Glyph]) -> list[Glyph]:
    """With accents that were drawn as characters of their own put onto their letters, which stand under them."""
    accents = [place for place, glyph in enumerate(glyphs) if glyph.text in SPACING_ACCENTS]
    if not accents:
        return glyphs
    rows: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        rows.setdefault(round(glyph.base / 4), []).append(glyph)
    gone: set[int] = set()
    for place in accents:
        accent = glyphs[place]
        beside = glyphs[max(place - 1, 0) : place + 2]
        line = (glyph for near in (-1, 0, 1) for glyph in rows.get(round(accent.base / 4) + near, ()))
        for letter in [*beside, *line]:
            if letter is not accent and _over(accent, letter) and (made := compose(letter.text, accent.text)):
                letter.text = made
                letter.spaced = letter.spaced or (accent.spaced and glyphs[place + 1 : place + 2] == [letter])
                gone.add(place)
                break
    return [glyph for place, glyph in enumerate(glyphs) if place not in gone]


def _over(accent: Glyph, letter: Glyph) -> bool:
    if abs(accent.base - letter.base) > 0.6 * letter.size:
        return False
    shared = min(accent.x1, letter.x1) - max(accent.x0, letter.x0)
    return shared > 0.5 * min(accent.x1 - accent.x0, letter.x1 - letter.x0) > 0
