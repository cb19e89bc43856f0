"""The first page of a PDF as a small picture. Runs only inside the jail."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2 as pdfium

from bot.errors import Tell
from bot.papers.read import open_pdf

_HIGHEST = 2
"""Times the width; of a longer page (a poster, a till roll) the upper part is shown."""
_COLOURS = 64
"""Enough for a page of text with a figure, in a third of the bytes."""


def first_page(path: Path, width: int) -> bytes:
    """A PNG of the first page of the PDF at ``path``, ``width`` pixels wide and at most twice as high.

    Notes and the frames of links are left out. Raises Tell: ``empty``, ``damaged``, ``password``.
    """
    document = open_pdf(path)
    try:
        if len(document) == 0:
            raise Tell("empty")
        page = document[0]
        across, high = page.get_size()
        hidden = max(0.0, high - _HIGHEST * across)
        drawn = page.render(
            scale=width / across, crop=(0, hidden, 0, 0), draw_annots=False, may_draw_forms=False
        )  # fmt: skip
        picture = drawn.to_pil().convert("RGB").resize((width, min(drawn.height, _HIGHEST * width)))
        written = io.BytesIO()
        picture.quantize(_COLOURS).save(written, format="PNG")
        return written.getvalue()
    except pdfium.PdfiumError as error:
        raise Tell("damaged") from error
    finally:
        document.close()
