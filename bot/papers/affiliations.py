"""The affiliations a paper prints: below its authors, or in the notes at the foot of the first page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.models import Institution
from bot.papers import institutions
from bot.papers.abstract import Abstract
from bot.papers.authors import MARKS, Byline
from bot.papers.layout import Cell, Sheet, rows
from bot.papers.title import Title

_MARK = re.compile(rf"\s*(?:[{re.escape(MARKS)}]+|\(?\d{{1,2}}\)?[.:]?(?=\s*[^\W\d_])|[a-z]\)?(?=\s[A-Z]))\s*")
_MAIL = re.compile(
    r"[\w.+-]+@(?P<domain>[\w-]+(?:\.[\w-]+)+)|[}\])]\s?@\s?(?P<group>[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE
)
_NOISE = re.compile(
    r"@|https?:|www\.|^(?:\W|\d)*$|^(?:received|accepted|published|revised|submitted|dated?|online|available|preprint|doi|arxiv"
    r"|a preprint|technical report|draft|version|under review|anonymous|warning|code|project page|homepage|github|e-?mails?\s*:"
    r"|\(dated|\(received|keywords|©|vol|issn|check for updates|open access|article|research)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^(?:\(?(?:dated|draft|version)?:?\s*)?(?:\d{1,2}\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s\d{1,2}?,?\s?\d{0,4}\)?$"
    r"|^\d{4}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:support(?:ed)?|grants?|fund(?:ed|ing)|thank|acknowledg\w+|permission|copyright|licen[cs]e\w*|proceedings|conference"
    r"|manuscript|recommended for|reprints|republish|isbn|issn|downloaded|creative commons|copies|digital object"
    r"|transportation research|transactions on|figure|table|work (?:done|was)|internship|intern)\b",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(
    r"universit|institut|\bcollege\b|\bschool of\b|\bdepartment\b|\bdept\b|\blaborator|\blab\b|\bacadem|\bhospital\b|\bcent(?:er|re)\b"
    r"|\bresearch\b|\binc\b|\bltd\b|\bcorp|polytechn|\bcompany\b|大学|学院|研究|公司|医院",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Affiliation:
    text: str
    printed: str
    page: int


def affiliations_of(sheet: Sheet, byline: Byline, title: Title, abstract: Abstract | None) -> list[Affiliation]:
    """In order of print: what stands beside and under the names, else the notes of the page."""
    beside = [
        Affiliation(text, cell.text, cell.page)
        for text, cell in byline.asides
        if institutions.in_text(text) or _EVIDENCE.search(text)
    ]
    under = list(_strings(byline.rest))
    if any(institutions.in_affiliation(a.text) for a in [*beside, *under] if not _NOISE.search(a.text)):
        return [*beside, *under]
    return [*beside, *under, *_notes(sheet, title, abstract)]


def _strings(cells: Sequence[Cell]) -> Iterable[Affiliation]:
    """Affiliations out of the cells that hold no names: split at marks, joined over lines."""
    for block in _blocks(cells):
        text, printed = "", ""
        for cell in block:
            if _NOISE.search(cell.plain) or _DATE.match(cell.plain):
                if text:
                    yield from _split(text, printed, cell.page)
                text, printed = "", ""
                continue
            text = f"{text}\n{_marked(cell)}"
            printed = f"{printed} {cell.text}".strip()
        if text:
            yield from _split(text, printed, block[0].page)


def _blocks(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells one under the other, set alike, in blocks from the top."""
    blocks: list[list[Cell]] = []
    for row in rows(cells):
        for cell in row:
            for block in reversed(blocks):
                last = block[-1]
                if (
                    0 < cell.base - last.base < 1.75 * max(cell.size, last.size)
                    and abs(cell.size - last.size) < 0.25 * last.size
                    and min(cell.x1, last.x1) - max(cell.x0, last.x0) > 0
                ):
                    block.append(cell)
                    break
                if (
                    abs(cell.base - last.base) < 0.6 * cell.size
                    and 0 <= cell.x0 - last.x1 < 1.3 * cell.size
                    and len(last.plain) < 4
                ):
                    block.append(cell)
                    break
            else:
                blocks.append([cell])
    return blocks


def _marked(cell: Cell) -> str:
    """The text with a tab where a mark stands."""
    text = "".join("\t" if raised and not text.strip().isalpha() else text for text, raised in cell.runs)
    text = "".join("\t" if raised and len(piece.strip()) <= 3 else piece for piece, raised in cell.runs)
    return text.strip(" ")


def _split(text: str, printed: str, page: int) -> Iterable[Affiliation]:
    lines = text.strip("\n").split("\n")
    joined = ""
    for line in lines:
        line = _MARK.sub("\t", line, count=1) if _MARK.match(line) else line
        if joined and not line.startswith("\t"):
            glue = "" if joined[-1:] in "-‐\ufffe\u0002" else ("\n" if _complete(joined) else " ")
            joined = joined.rstrip("-‐\ufffe\u0002") + glue + line
        else:
            joined += line
    for piece in re.split(rf"[\t{re.escape(MARKS.replace('#', ''))}]+|;|；", joined):
        piece = piece.strip(" ,.\n")
        if len(piece) > 1:
            yield Affiliation(piece.replace("\ufffe", "-"), printed, page)


def _complete(text: str) -> bool:
    """Whether a line ends a thing of its own, so that the next is another piece of the address."""
    return not re.search(r"(?:[,&/-]|\b(?:of|and|for|the|de|at|in))$", text.rstrip(" "))


def _notes(sheet: Sheet, title: Title, abstract: Abstract | None) -> list[Affiliation]:
    """The affiliations in small print below the text, without thanks and permissions."""
    floor = max(title.bottom, 0.35 * sheet.height)
    small = [
        c
        for c in sheet.cells
        if c.base > floor
        and (c.size < 0.96 * sheet.body_size or c.base > 0.75 * sheet.height)
        and not (
            abstract
            and c.page == abstract.page
            and any(c in (line if isinstance(line, list) else [line]) for line in abstract.lines)
        )
    ]
    result: list[Affiliation] = []
    for block in _blocks(small):
        text = " ".join(c.text for c in block)
        if not _EVIDENCE.search(text) and not institutions.in_text(text):
            continue
        for affiliation in _strings_of_note(block):
            if not _THANKS.search(affiliation.text):
                result.append(affiliation)
    return result


def _strings_of_note(block: list[Cell]) -> Iterable[Affiliation]:
    text = "\n".join(_marked(cell) for cell in block)
    printed = " ".join(cell.text for cell in block)
    text = re.sub(r"[\ufffe\u0002‐-]\n(?=[a-z])", "", text)
    for piece in _split(text, printed, block[0].page):
        for sentence in re.split(r"(?<=[a-z)])\.\s+(?=[A-Z])|\n(?=[A-Z][a-z]+ [A-Z])", piece.text):
            within = re.search(r"\b(?:is|are|was|were) (?:also )?(?:with|at|from) (?:the )?(.*)", sentence, re.DOTALL)
            affiliation = within[1] if within else sentence
            affiliation = re.sub(r"\s+", " ", affiliation)
            if _EVIDENCE.search(affiliation) or institutions.in_text(affiliation):
                yield Affiliation(affiliation, piece.printed, piece.page)


def institutions_of(affiliations: Sequence[Affiliation], sheet: Sheet, text: str) -> list[Institution]:
    """Each organisation once, in order of print, with the line it was read from."""
    result: dict[str, Institution] = {}
    for affiliation in affiliations:
        if _NOISE.search(affiliation.text) or _DATE.match(affiliation.text):
            continue
        for organisation in institutions.in_affiliation(affiliation.text):
            key = institutions.plain(organisation.name)
            result.setdefault(
                key, Institution(organisation.name, affiliation.printed, affiliation.page, organisation.zh)
            )
    if not result:
        result = {found.name: found for found in _by_mail(sheet, text)}
    return list(result.values())


def _by_mail(sheet: Sheet, text: str) -> Iterable[Institution]:
    """The owners of the authors' e-mail domains, when the paper prints their name too."""
    printed = institutions.plain(text)
    for cell in sheet.cells:
        for mail in _MAIL.finditer(cell.text):
            found = institutions.of_domain(mail["domain"] or mail["group"])
            if found and institutions.plain(found.name) in printed:
                yield Institution(found.name, cell.text, cell.page, found.zh)
