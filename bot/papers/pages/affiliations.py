"""The affiliations a paper prints: below its authors, or in the notes at the foot of the first page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.models import Institution
from bot.papers import institutions
from bot.papers.pages.abstract import Abstract
from bot.papers.pages.authors import MARKS, Byline
from bot.papers.pages.layout import Cell, Sheet, merged, rows
from bot.papers.pages.organisations import Rank, in_affiliation
from bot.papers.pages.title import Title

_LEADING_MARK = re.compile(r"\s*(?:\(?\d{1,2}\)?[.:]?(?=\s*[^\W\d_])|[a-zα-ω]\)?(?=\s?[A-Z]))\s*")
_BREAK = re.compile(rf"[\t{re.escape(MARKS)}]+|[;；]")
_MAIL = re.compile(
    r"[\w.+-]{1,64}@(?P<domain>[\w-]{1,63}(?:\.[\w-]{1,63})+)|[}\])>]\s?@\s?(?P<group>[\w-]+(?:\.[\w-]+)+)",
    re.IGNORECASE,
)
_MAILS = re.compile(
    r"(?:\b(?:e-?mails?|correspondence to|contact)\s*:?\s*)?(?:\{[^}]*\}|\[[^\]]*\]|<[^>]*"
    r"|[\w.+-]{1,64})\s?@\s?[\w.-]+>?"
)
_INITIALS = re.compile(r"\((?:[A-Z]\.[-– ]?)+(?:[,;&] ?(?:[A-Z]\.[-– ]?)+)*\)")
_NOISE = re.compile(
    r"@|https?:|www\.|^(?:\W|\d)*$|^(?:received|accepted|published|revised|submitted|dated?\b|online|available"
    r"|preprint|doi|arxiv"
    r"|a preprint|technical report|draft|version|under review|anonymous|warning|code|project page|homepage|github"
    r"|e-?mails?\s*:"
    r"|\(dated|\(received|keywords|©|vol|issn|check for updates|open access|article|research$)\b"
    r"|\(\d{4}\)|\d\s?[-–]\s?\d+ \(",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^(?:\(?(?:dated|draft|version)?:?\s*)?(?:\d{1,2}\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec)\w*\.?\s\d{1,2}?,?\s?\d{0,4}\)?$"
    r"|^\d{4}$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:correspondence|corresponding|present address|current address|these authors|equal contribution"
    r"|contributed equally"
    r"|e-?mails?\s*:|work (?:done|was|performed)|manuscript|digital object|\(e-?mail)",
    re.IGNORECASE,
)
"""Where a note stops telling affiliations and goes on with something else."""
_THANKS = re.compile(
    r"\b(?:support(?:ed|s)?|grants?|fund(?:s|ed|ing)?|thanks?|acknowledg\w+|permissions?|copyrights?|licen[cs]e\w*"
    r"|proceedings|conference"
    r"|recommended for|reprints|republish|isbn|issn|downloaded|creative commons|copies|transactions on|figure|table"
    r"|internship|intern"
    r"|workshop|symposium|preprint|journal of)\b",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"\b(?:supported (?:by|in part)|grants?\b|funded by|acknowledg)|^(?:edited|communicated|contributed|reviewed) by",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(
    r"universit|institut|\bcollege\b|\bschool of\b|\bdepartment\b|\bdept\b|\blaborator|\blabs?\b|\bacadem|\bhospital\b"
    r"|\bcent(?:er|re)\b|\bresearch\b|\binc\b|\bltd\b|\bcorp|polytechn|\bcompany\b|大学|学院|研究|公司|医院",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Affiliation:
    """One affiliation (``Department of X, University of Y, City``) and the printed lines it was read from."""

    text: str
    printed: str
    page: int
    certain: bool = True
    """It stands where affiliations do; in a note that only may tell one, no unknown word is taken for a name."""


def affiliations_of(sheet: Sheet, byline: Byline, title: Title, abstract: Abstract | None) -> list[Affiliation]:
    """In order of print: what stands beside and under the names; else the notes of the page."""
    beside = [
        Affiliation(text, cell.text, cell.page)
        for text, cell in byline.asides
        if institutions.in_text(text) or _EVIDENCE.search(text)
    ]
    header = [*beside, *(found for block in _blocks(byline.rest) for found in _in_block(block, "\n"))]
    header = [kept for found in header if not _SUPPORT.search(found.text) and (kept := _cleaned(found))]
    if any(in_affiliation(found.text, "named") for found in header):
        return header
    return [*header, *_notes(sheet, byline, title, abstract)]


def _cleaned(found: Affiliation) -> Affiliation | None:
    """Without e-mail addresses and asides; None when nothing is left that could name an organisation."""
    text = _INITIALS.sub(" ", _MAILS.sub(" ", found.text))
    text = (
        re.sub(r"^\W*(?:current|present|permanent) address(?:es)?\s*:\s*", "", text, flags=re.IGNORECASE)
        if found.certain
        else text
    )
    aside = _ASIDE.search(text)
    text = (text[: aside.start()] if aside else text).strip(" ,.:;()<>\n")
    if len(text) < 2 or _NOISE.search(text) or _DATE.match(text):
        return None
    return Affiliation(text, found.printed, found.page, found.certain)


def _blocks(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells one under the other, set alike, in blocks from the top."""
    blocks: list[list[Cell]] = []
    for row in rows(cells):
        for cell in row:
            home = next((block for block in reversed(blocks) if _goes_on(block[-1], cell)), None)
            if home is not None:
                home.append(cell)
            else:
                blocks.append([cell])
    return blocks


def _goes_on(last: Cell, cell: Cell) -> bool:
    if abs(cell.base - last.base) < 0.6 * max(cell.size, last.size):  # a mark that stands by itself, and its line
        return 0 <= cell.x0 - last.x1 < 1.6 * cell.size and len(last.plain) < 4
    return (
        0 < cell.base - last.base < 1.75 * max(cell.size, last.size)
        and abs(cell.size - last.size) < 0.25 * last.size
        and min(cell.x1, last.x1) - max(cell.x0, last.x0) > 0
    )


def _in_block(block: Sequence[Cell], seam: str) -> Iterator[Affiliation]:
    """The affiliations in a block: a mark begins a new one. ``seam`` is what a line's end means."""
    text = ""
    lines: list[Cell] = []
    for cell in block:
        marked = _marked(cell)
        if _SUPPORT.match(cell.plain):
            break
        if _NOISE.search(cell.plain) and not _EVIDENCE.search(cell.plain):
            marked = "\t"
        for number, piece in enumerate(_BREAK.split(marked)):
            if number and text:
                yield Affiliation(text, _printed(lines), cell.page)
            if number:
                text, lines = "", []
            if piece.strip():
                text = _appended(text, piece.strip(), " " if lines and _wrapped(lines[-1], cell, block) else seam)
                lines.append(cell)
    if text:
        yield Affiliation(text, _printed(lines), block[0].page)


def _wrapped(last: Cell, cell: Cell, block: Sequence[Cell]) -> bool:
    """Whether ``cell`` goes on with a sentence that ``last`` had no more room for: set flush left, and full."""
    x1 = max(other.x1 for other in block)
    return -2 < cell.x0 - last.x0 < 20 and last.x1 > x1 - 30 and abs(cell.middle - last.middle) > 4


def _printed(lines: Sequence[Cell]) -> str:
    return (
        re.sub("\ufffe (?=[a-z])", "", " ".join(line.text for line in lines))
        .replace("\ufffe ", "-")
        .replace("\ufffe", "-")
    )


def _marked(cell: Cell) -> str:
    """The text with a tab where a raised mark stands, or a number or letter before the line."""
    text = "".join(
        "\t" if raised and not re.fullmatch(r"(?:st|nd|rd|th|[a-z]{3,})\W*", piece.strip()) else piece
        for piece, raised in cell.runs
    )
    return _LEADING_MARK.sub("\t", text, count=1) if _LEADING_MARK.match(text) else text


def _appended(text: str, line: str, seam: str) -> str:
    if not text:
        return line
    if text[-1] in "-‐\ufffe":
        return (text[:-1] if line[:1].islower() else text[:-1] + "-") + line
    unfinished = (
        re.search(r"(?:[,&/]|\b(?:of|and|for|the|de|at|in))$", text)
        or line[:1].islower()
        or re.match(r"(?:University|Institute|Technology|Laboratory|Sciences?)\b(?! of)", line)
    )
    return f"{text} {line}" if unfinished else text + seam + line


def _notes(sheet: Sheet, byline: Byline, title: Title, abstract: Abstract | None) -> list[Affiliation]:
    """The affiliations in small print below the title, without thanks and permissions."""
    told = (
        {id(cell) for line in abstract.lines for cell in line} if abstract and abstract.page == sheet.number else set()
    )
    small = [
        cell
        for cell in sheet.cells
        if cell.base > title.bottom and cell.size < 0.96 * sheet.body_size and id(cell) not in told
    ]
    result: list[Affiliation] = []
    for block in _blocks(merged(small)):
        for note in _in_block(block, " "):
            for sentence in re.split(
                r"(?<!\bUniv)(?<!\bDept)(?<!\bInst)(?<!\bSt)(?<!\bCo)(?<=[^\W\d_][^\W\d_])\.\s+(?=[A-Z])"
                r"|(?<=\d)\.\s+(?=[A-Z]\.)",
                note.text,
            ):
                found = _of_authors(sentence, byline)
                if found is None:
                    continue
                kept = _cleaned(Affiliation(found, note.printed, note.page, certain=found != sentence))
                if kept and not _THANKS.search(kept.text):
                    result.append(kept)
    return result


def _of_authors(sentence: str, byline: Byline) -> str | None:
    """The affiliation that a sentence of a note tells; None when it tells none."""
    within = re.search(r"\b(?:is|are|was|were) (?:also )?(?:with|at|from) (?:the )?(.*)", sentence, re.DOTALL)
    if within:
        return within[1]
    surnames = {name.split()[-1].lower() for name in byline.names}
    pieces = re.split(r",\s*(?:and )?", sentence)
    own = 0
    while own < len(pieces) and re.fullmatch(r"(?:[\w’' ]+:\s*)?(?:[A-Z]\.[ -]?)+\S+", pieces[own]):
        if pieces[own].split()[-1].split(".")[-1].lower() not in surnames:
            break
        own += 1
    if own:
        return ", ".join(pieces[own:])
    return sentence if _EVIDENCE.search(sentence) or institutions.in_text(sentence) else None


def institutions_of(affiliations: Sequence[Affiliation], sheet: Sheet, top: float, text: str) -> list[Institution]:
    """Each organisation once, in order of print, with the line it was read from.

    Where none is stated with the authors, the letterhead above ``top`` or the e-mail addresses may tell.
    """
    result: dict[str, Institution] = {}
    ranks: tuple[Rank, ...] = ("named", "part")
    for rank in ranks:
        for found in affiliations:
            for organisation in in_affiliation(found.text, rank if found.certain else "sure"):
                key = institutions.plain(organisation.name)
                result.setdefault(key, Institution(organisation.name, found.printed, found.page, organisation.zh))
        if result:
            break
    if not result:
        result = {found.name: found for found in _letterhead(sheet, top)}
    return list(result.values()) or list({found.name: found for found in _by_mail(sheet, text)}.values())


def _letterhead(sheet: Sheet, top: float) -> Iterable[Institution]:
    for cell in sheet.cells:
        if cell.base < top and not _THANKS.search(cell.plain):
            for _, _, organisation in institutions.in_text(cell.plain):
                yield Institution(organisation.name, cell.text, cell.page, organisation.zh)


def _by_mail(sheet: Sheet, text: str) -> Iterable[Institution]:
    """The owners of the authors' e-mail domains, when the paper prints their name too."""
    printed = institutions.plain(text)
    for cell in sheet.cells:
        for mail in _MAIL.finditer(cell.text):
            found = institutions.of_domain(mail["domain"] or mail["group"])
            if found and institutions.plain(found.name) in printed:
                yield Institution(found.name, cell.text, cell.page, found.zh)
