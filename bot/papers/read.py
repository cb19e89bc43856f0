"""Read one PDF: what its pages say by themselves. Runs only inside the jail.

pdfium reads; a file that it refuses is rewritten by pypdf, which forgives more, and tried again.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.errors import Tell
from bot.models import FullText, Identifier, Reading
from bot.papers.body import pages_of
from bot.papers.header import Header, header_of
from bot.papers.hyphens import Hyphens
from bot.papers.language import language_of
from bot.papers.layout import Sheet, sheet
from bot.papers.sight import Sight

HEADER_PAGES = 3
"""Pages a header is looked for on: a cover page, the abstract on the next."""
EVIDENCE_PAGES = 6
"""Pages read for words when only the header is asked for."""
_FEWEST_LETTERS = 60
"""A document with fewer letters is pictures of pages."""

_HIDDEN_LETTERS = 40
"""Fewer stray characters are an accident of typesetting, not a message."""

_ARXIV = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d{1,2}))?", re.IGNORECASE)
_DOI = re.compile(r"\b(10\.\d{4,9}/[-._;()/:a-z0-9<>\[\]]+[a-z0-9)>])", re.IGNORECASE)


@dataclass(slots=True)
class _Pages:
    count: int
    raw: list[str]
    """Text of the pages read, with line ends."""
    sheets: list[Sheet]
    hidden: bool


def read(path: Path, *, max_pages: int, header_only: bool = False) -> Reading:
    """The header and the text of the PDF at ``path``.

    Raises Tell: ``empty`` (no bytes, or no page), ``damaged``, ``password``, ``too_many_pages`` (facts ``pages``,
    ``limit``), ``no_text`` (a scan), ``not_a_paper``.
    """
    document = _open(path)
    try:
        if len(document) == 0:
            raise Tell("empty")
        if len(document) > max_pages:
            raise Tell("too_many_pages", pages=len(document), limit=max_pages)
        pages = _pages(document, EVIDENCE_PAGES if header_only else len(document))
    finally:
        document.close()
    if sum(map(str.isalpha, "".join(pages.raw)[:20_000])) < _FEWEST_LETTERS:
        raise Tell("no_text")
    hyphens = Hyphens(pages.raw)
    header = header_of(pages.sheets, pages.raw, hyphens)
    if header is None:
        raise Tell("not_a_paper")
    return _reading(header, pages, hyphens)


def _open(path: Path) -> pdfium.PdfDocument:
    data = path.read_bytes()
    if not data:
        raise Tell("empty")
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Tell("password") from error
    try:
        return pdfium.PdfDocument(_rewritten(data))
    except pdfium.PdfiumError as error:
        raise Tell("damaged") from error


def _rewritten(data: bytes) -> bytes:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Tell("password")
        writer = pypdf.PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        written = io.BytesIO()
        writer.write(written)
    except (Tell, MemoryError):
        raise
    except Exception as error:  # whatever pypdf stumbles over, the file is what is wrong
        raise Tell("damaged") from error
    return written.getvalue()


def _pages(document: pdfium.PdfDocument, count: int) -> _Pages:
    result = _Pages(len(document), [], [], False)
    hidden_letters = 0
    for index in range(min(count, len(document))):
        page = document[index]
        text = page.get_textpage()
        if index < HEADER_PAGES:
            result.sheets.append(sheet(page, text, index + 1))
        visible, hidden = Sight(page, text).visible_text()
        result.raw.append(visible)
        hidden_letters += hidden
        text.close()
        page.close()
    result.hidden = hidden_letters >= _HIDDEN_LETTERS
    return result


def _reading(header: Header, pages: _Pages, hyphens: Hyphens) -> Reading:
    text = FullText(pages_of(pages.raw, hyphens), pages.count, pages.hidden)
    return Reading(
        title=header.title,
        authors=header.authors,
        institutions=header.institutions,
        abstract=header.abstract,
        language=language_of("\n".join(text.pages[:4])),
        arxiv=_arxiv(pages),
        doi=_doi(pages),
        text=text,
    )


def _arxiv(pages: _Pages) -> Identifier | None:
    """arXiv's stamp along the side of page 1; without one, an identifier in its margins."""
    stamp = _ARXIV.search(pages.sheets[0].turned) or _ARXIV.search(pages.raw[0][:400])
    if stamp is None:
        return None
    return Identifier("arxiv", stamp[1].lower(), int(stamp[2]) if stamp[2] else None)


def _doi(pages: _Pages) -> Identifier | None:
    found = _DOI.search(pages.raw[0])
    return Identifier("doi", found[1].lower()) if found else None
