"""What a reader can see of a page: text in white on white, tiny, off the page or unpainted talks only to models."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from functools import cached_property

import pypdfium2.raw as pdfium
from pypdfium2 import PdfPage, PdfTextPage

TINY = 1.0
"""Points; smaller letters cannot be read on paper. Labels in figures that were scaled down keep above it."""
_WHITE = 245
_TAGS = re.compile("[\U000e0000-\U000e007f]")
"""Letters that every font shows as nothing and every model reads (Unicode's tags)."""
_PAGE_SHARE = 0.5
"""An image over this share of the page is a scan, and unpainted text over it is what was recognised in it."""
_STRIDE = 16
"""Every so many characters are looked at first: text hidden for a purpose is longer."""
_MOST_OBJECTS = 20_000

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own coordinates."""


def address(thing: pdfium.FPDF_PAGEOBJECT) -> int:
    """Where pdfium keeps an object: two handles of one object have one address."""
    return ctypes.addressof(thing.contents) if thing else 0


class Sight:
    """Tells for each character of a page whether it can be seen."""

    def __init__(self, page: PdfPage, text: PdfTextPage) -> None:
        self.page, self.text = page, text
        self.box: Box = page.get_bbox()
        self._seen: dict[int, bool] = {}

    def sees(self, index: int, thing: pdfium.FPDF_PAGEOBJECT) -> bool:
        """Whether the character ``index``, drawn by ``thing``, is painted, large and dark enough."""
        key = address(thing)
        if key not in self._seen and pdfium.FPDFText_GetUnicode(self.text.raw, index) <= 32:
            return True  # white space tells nothing of its object
        if key not in self._seen:
            self._seen[key] = not key or self._painted(index, thing)
        return self._seen[key]

    def on_page(self, x: float, y: float) -> bool:
        left, bottom, right, top = self.box
        return left - 2 <= x <= right + 2 and bottom - 2 <= y <= top + 2

    def visible_text(self) -> tuple[str, int]:
        """The page's text without what cannot be seen, and how many letters and digits that were."""
        count = self.text.count_chars()
        if all(self._visible(index) for index in range(0, count, _STRIDE)):
            return _TAGS.subn("", self.text.get_text_range())
        kept: list[str] = []
        dropped = 0
        for index in range(count):
            character = chr(pdfium.FPDFText_GetUnicode(self.text, index))
            if self._visible(index):
                kept.append("\ufffe" if character == "\u0002" else character)
            else:
                dropped += character.isalnum()
        text, tags = _TAGS.subn("", "".join(kept).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        return text, dropped + tags

    def _visible(self, index: int) -> bool:
        thing = pdfium.FPDFText_GetTextObject(self.text.raw, index)
        if not self.sees(index, thing):
            return False
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self.text.raw, index, x, y)
        return self.on_page(x.value, y.value) or not address(thing)

    def _painted(self, index: int, thing: pdfium.FPDF_PAGEOBJECT) -> bool:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self.text, index, matrix)
        size = abs(pdfium.FPDFText_GetFontSize(self.text, index)) * math.hypot(matrix.c, matrix.d)
        if 0 < size < TINY and self._height(index) < 2 * TINY:
            return False
        mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
        if mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE or mode == pdfium.FPDF_TEXTRENDERMODE_CLIP:
            return self._is_scan
        if mode not in (pdfium.FPDF_TEXTRENDERMODE_FILL, pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP):
            return True
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not pdfium.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha):
            return True
        if alpha.value < 8 and self._is_scan:
            return True
        if alpha.value >= 8 and min(red.value, green.value, blue.value) < _WHITE:
            return True
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self.text, index, x, y)
        # white letters on a dark area; unpainted ones over their own outlines
        return any(a <= x.value <= c and b <= y.value <= d for a, b, c, d in self._dark)

    def _height(self, index: int) -> float:
        """Of the character as drawn: fonts of bitmaps, as TeX made them once, are large at a nominal size of 0.2."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pdfium.FPDFText_GetCharBox(self.text.raw, index, left, right, bottom, top)
        return top.value - bottom.value

    @cached_property
    def _is_scan(self) -> bool:
        left, bottom, right, top = self.box
        page = max((right - left) * (top - bottom), 1.0)
        covered = 0.0
        for kind, (x0, y0, x1, y1), _ in self._objects():
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                width, height = min(x1, right) - max(x0, left), min(y1, top) - max(y0, bottom)
                covered += max(width, 0) * max(height, 0)
        return covered > _PAGE_SHARE * page

    @cached_property
    def _dark(self) -> list[Box]:
        """Areas that white text can be read on."""
        return [box for kind, box, dark in self._objects() if dark and kind != pdfium.FPDF_PAGEOBJ_TEXT]

    def _objects(self) -> Iterator[tuple[int, Box, bool]]:
        """Kind, bounds and darkness of everything drawn, that in forms included."""
        page = self.page.raw
        waiting = [
            (pdfium.FPDFPage_GetObject(page, number), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
            for number in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS))
        ]
        for _ in range(_MOST_OBJECTS):
            if not waiting:
                return
            thing, placed, depth = waiting.pop()
            kind = pdfium.FPDFPageObj_GetType(thing)
            if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 4:
                inner = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(thing, inner)
                within = _product((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), placed)
                count = min(pdfium.FPDFFormObj_CountObjects(thing), _MOST_OBJECTS)
                waiting += [(pdfium.FPDFFormObj_GetObject(thing, number), within, depth + 1) for number in range(count)]
            elif kind != pdfium.FPDF_PAGEOBJ_TEXT:
                yield kind, _bounds(thing, placed), _is_dark(thing, kind)


_Matrix = tuple[float, float, float, float, float, float]


def _product(m: _Matrix, n: _Matrix) -> _Matrix:
    """First ``m``, then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _bounds(thing: pdfium.FPDF_PAGEOBJECT, m: _Matrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    corners = [(x.value, y.value) for x in (left, right) for y in (bottom, top)]
    xs = [x * m[0] + y * m[2] + m[4] for x, y in corners]
    ys = [x * m[1] + y * m[3] + m[5] for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _is_dark(thing: pdfium.FPDF_PAGEOBJECT, kind: int) -> bool:
    if kind != pdfium.FPDF_PAGEOBJ_PATH:
        return True
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(thing, fill, stroke)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not fill.value or not pdfium.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha):
        return False
    return alpha.value > 30 and min(red.value, green.value, blue.value) < _WHITE
