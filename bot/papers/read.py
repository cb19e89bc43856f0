"""Read one PDF: what its pages say by themselves. Runs only inside the jail.

pdfium reads; a file that it refuses is rewritten by pypdf, which forgives more, and tried again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import overload

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.errors import Tell
from bot.models import LONGEST_ABSTRACT, LONGEST_TITLE, FullText, Identifier, Reading
from bot.papers.pages.body import pages_of
from bot.papers.pages.header import Header, header_of
from bot.papers.pages.hyphens import Hyphens
from bot.papers.pages.language import language_of
from bot.papers.pages.layout import Sheet, sheet
from bot.papers.pages.sight import Sight

HEADER_PAGES = 3
"""Pages a header is looked for on: a cover page, the abstract on the next."""
EVIDENCE_PAGES = 4
"""Pages read for words when only the header is asked for, …"""
LAST_PAGES = 2
"""… and as many at the end, where the references are."""
_FEWEST_LETTERS = 60
"""A document with fewer letters is pictures of pages."""

_HIDDEN_LETTERS = 40
"""Fewer stray characters are an accident of typesetting, not a message."""

LONGEST_TEXT = 3_000_000
"""Characters of a reading: a large book's. What a page can unpack to has no end."""

_ARXIV = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d{1,2}))?", re.IGNORECASE)
_DOI = re.compile(r"\b(10\.\d{4,9}/[-._;()/:a-z0-9<>\[\]]+[a-z0-9)>])", re.IGNORECASE)


class _Pages(Sequence[Sheet]):
    """The pages of an open document; as a sequence the first ones as cells, laid out when first asked for.

    Most headers need but one page laid out. A page that is broken is an empty one: the others need not suffer.
    """

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self._document = document
        self._opened: dict[int, tuple[pdfium.PdfPage, pdfium.PdfTextPage, Sight] | None] = {}
        self._sheets: dict[int, Sheet] = {}

    def __len__(self) -> int:
        return min(HEADER_PAGES, len(self._document))

    @overload
    def __getitem__(self, index: int) -> Sheet: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sheet]: ...
    def __getitem__(self, index: int | slice) -> Sheet | Sequence[Sheet]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index not in self._sheets:
            opened = self._open(index)
            self._sheets[index] = sheet(*opened, index + 1) if opened else Sheet(index + 1, 0.0, 0.0)
        return self._sheets[index]

    def _open(self, number: int) -> tuple[pdfium.PdfPage, pdfium.PdfTextPage, Sight] | None:
        if number not in self._opened:
            try:
                page = self._document[number]
                text = page.get_textpage()
                self._opened[number] = page, text, Sight(page, text)
            except pdfium.PdfiumError:
                self._opened[number] = None
        return self._opened[number]

    def texts(self, numbers: range) -> tuple[list[str], int]:
        """The visible text of some pages, with line ends, and how many letters were hidden."""
        texts: list[str] = []
        hidden = 0
        for number in numbers:
            opened = self._open(number)
            visible, dropped = opened[2].visible_text() if opened else ("", 0)
            texts.append(visible)
            hidden += dropped
            if opened and number >= HEADER_PAGES:
                opened[1].close()
                opened[0].close()
        return texts, hidden

    @property
    def broken(self) -> bool:
        """No page that was looked at could be opened."""
        return not any(self._opened.values())


def read(path: Path, *, max_pages: int, header_only: bool = False) -> Reading:
    """The header and the text of the PDF at ``path``.

    Raises Tell: ``empty`` (no bytes, or no page), ``damaged``, ``password``, ``too_many_pages`` (facts ``pages``,
    ``limit``), ``no_text`` (a scan), ``not_a_paper``.
    """
    document = open_pdf(path)
    try:
        count = len(document)
        if count == 0:
            raise Tell("empty")
        if count > max_pages:
            raise Tell("too_many_pages", pages=count, limit=max_pages)
        whole = not header_only or count <= EVIDENCE_PAGES + LAST_PAGES
        pages = _Pages(document)
        first, hidden = pages.texts(range(count if whole else EVIDENCE_PAGES))
        last = [] if whole else pages.texts(range(count - LAST_PAGES, count))[0]
        if sum(map(str.isalpha, "".join([*first, *last])[:20_000])) < _FEWEST_LETTERS:
            raise Tell("damaged" if pages.broken else "no_text")
        hyphens = Hyphens([*first, *last])
        header = header_of(pages, [*first, *last], hyphens)
        if header is None:
            raise Tell("not_a_paper")
        text = FullText(_bounded(pages_of(first, hyphens)), count, hidden >= _HIDDEN_LETTERS)
        return _reading(header, text, first[0], pages[0].turned)
    finally:
        document.close()


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Raises Tell: ``empty`` (no bytes), ``password``, ``damaged``."""
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


def _bounded(pages: Sequence[str]) -> tuple[str, ...]:
    """The pages as far as ``LONGEST_TEXT`` goes; those behind it are empty."""
    kept: list[str] = []
    left = LONGEST_TEXT
    for page in pages:
        kept.append(page[:left])
        left -= len(kept[-1])
    return tuple(kept)


def _reading(header: Header, text: FullText, first: str, turned: str) -> Reading:
    doi = _DOI.search(first)
    return Reading(
        title=header.title[:LONGEST_TITLE],
        authors=header.authors,
        institutions=header.institutions,
        abstract=header.abstract[:LONGEST_ABSTRACT],
        language=language_of("\n".join(text.pages[:4])),
        arxiv=_arxiv(first, turned),
        doi=Identifier("doi", doi[1].lower()) if doi else None,
        text=text,
    )


def _arxiv(first: str, turned: str) -> Identifier | None:
    """arXiv's stamp along the side of page 1; without one, an identifier in its upper margin."""
    stamp = _ARXIV.search(turned) or _ARXIV.search(first[:400])
    if stamp is None:
        return None
    return Identifier("arxiv", stamp[1].lower(), int(stamp[2]) if stamp[2] else None)
