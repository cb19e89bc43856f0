"""The abstract of a paper: from its heading, or the first paragraph below the authors, to the next heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.papers.pages.hyphens import Hyphens
from bot.papers.pages.layout import Cell, Sheet, rows
from bot.papers.pages.title import Title
from bot.papers.pages.words import prose

_SPACED = r"a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|s\s?u\s?m\s?m\s?a\s?r\s?y"
HEADING = re.compile(
    rf"(?:\W*|\d\.?\s+)(?:{_SPACED}|摘\s*要|内容摘要|内容提要|résumé|resumen|zusammenfassung|synopsis|extended abstract"
    r"|author summary)\s*[.:：—–-]*\s*",
    re.IGNORECASE,
)
_RUN_IN = re.compile(
    r"\W{0,2}(?:abstract|summary|synopsis|(?P<zh>(?:摘\s*要|内容摘要|内容提要)\s*(?:[】\]）)]|(?=[\s:：]))))"
    r"\s*(?P<mark>[.:：—–―-]+)?\s*(?P<text>\S.*)",
    re.IGNORECASE,
)
_END = re.compile(
    r"\W{0,2}(?:key\s?-?\s?words?\b|index terms?\b|ccs concepts?|categories and subject|general terms\b|additional key"
    r"|acm reference|acm ccs|jel (?:class|code)|msc\b|ams subject|mathematics subject|\d{4} mathematics subject"
    r"|pacs\b|subject class"
    r"|(?:(?:\d{1,2}|[ivx]{1,4})\s?[.:]?\s*)?introduction\b(?! of| to)|(?:\d{1,2}"
    r"|[ivx]{1,4})\s?[.:]?\s+(?:background|motivation|overview)$"
    r"|table of contents|contents$|关\s*键\s*[词字]|中图分类号|引\s*言|doi\s?[:：]|©|copyright"
    r"|permission to (?:make|copy)"
    r"|pvldb reference|correspondence\b|\*?corresponding author|received\b.{0,30}\d{4}|article history"
    r"|abbreviations\b|funding\s?:|clinical trial|trial registration|significance statement|highlights$"
    r"|graphical abstract"
    r"|plain language summary|academic editor|citation\s?:|how to cite|nomenclature$|open access$"
    r"|availability and implementation"
    r"|code\s?:|website\s?:|blog(?:post)?\s?:|demo\s?:|models?\s?:|data(?:sets?)?\s?:|github\s?:|edited by"
    r"|classification\s?:"
    r"|subject headings?\b|word count|project page\s?:|^date\s?:|英文摘要|abstract\s?[:：]?$)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:background|objectives?|aims?|purpose|introduction|methods?|materials and methods|design|setting"
    r"|participants|patients"
    r"|results?|findings|conclusions?|discussion|interpretation|significance|motivation|importance|context)"
    r"(?: and (?:objectives?|aims?|purpose|methods?|results?|conclusions?|significance|findings))?\s?[:.]?",
    re.IGNORECASE,
)
"""A heading inside a structured abstract."""
_PART_BEGINS = re.compile(_PART.pattern + r"(?:\s|$)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:1|I|1\.0)\s?[.:]?\s+[A-Z][\w\s,&:–-]{3,70}")
_FINISHED = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_LINK = re.compile(r"\W{0,3}(?:https?://|www\.|[\w-]+\.(?:com|org|io|ai|net|edu|dev|co)/)\S*")
"""A line that is a link and nothing else: it stands under an abstract, not in it."""
_LINK_END = re.compile(r"(?:https?://|www\.)\S+$")


_LONGEST_UNHEADED = 3000
"""Characters; a first paragraph that goes on for longer is the text itself."""


@dataclass
class Abstract:
    lines: list[list[Cell]] = field(default_factory=list)
    text: str = ""
    page: int = 1
    top: float = 0.0
    """Where it (or its heading) begins; what stands above may be authors."""
    x0: float = 0.0
    x1: float = 0.0
    headed: bool = False
    """Under the word abstract itself, in whatever language; a summary may head other things too."""


def has_heading(sheet: Sheet) -> bool:
    """Whether an abstract begins on this page under a heading of its own."""
    return _headed(sheet, 0.0) is not None


def abstract_of(sheets: Sequence[Sheet], start: int, title: Title, hyphens: Hyphens) -> Abstract | None:
    """The abstract on page ``start`` (an index) below the title or on the page after it."""
    for index in range(start, min(start + 2, len(sheets))):
        floor = title.bottom if index == start else 0.0
        found = _headed(sheets[index], floor)
        if found is not None:
            return _collected(sheets, index, *found, hyphens)
    found = _unheaded(sheets[start], title)
    return _collected(sheets, start, *found, hyphens, headed=False) if found else None


def _headed(sheet: Sheet, below: float) -> tuple[float, list[Cell], int] | None:
    """Where the heading stands, the first cells of the text, and how many letters of them are heading."""
    for row in rows(cell for cell in sheet.cells if cell.base > below + 1 and cell.base < 0.93 * sheet.height):
        for place, cell in enumerate(row):
            text = cell.plain
            if HEADING.fullmatch(text):
                beside = [c for c in row[place + 1 :] if c.x0 - cell.x1 < 3 * cell.size and prose(c.plain, 2)]
                if beside:
                    return cell.y0, [cell, beside[0]], len(re.sub(r"\s", "", cell.reading))
                first = _first_below(sheet, cell)
                if first and not (text.lower().startswith("summary") and cell.base > 0.6 * sheet.height):
                    return cell.y0, first, 0
            run_in = _RUN_IN.match(text)
            if run_in and (run_in["mark"] or run_in["zh"] or (_heading_styled(cell) and len(run_in["text"]) > 12)):
                return cell.y0, [cell], len(re.sub(r"\s", "", text[: run_in.start("text")]))
    return None


def _heading_styled(cell: Cell) -> bool:
    """The first word is set heavier than the rest, or in capitals."""
    head, tail = cell.glyphs[:7], cell.glyphs[9:]
    return bool(tail) and ((head[0].bold and not tail[-1].bold) or "".join(g.text for g in head) == "ABSTRACT"[:7])


def _first_below(sheet: Sheet, heading: Cell) -> list[Cell]:
    """The first line of text under a heading, in the heading's column."""
    near = [
        c
        for c in sheet.cells
        if 0.4 * heading.size < c.base - heading.base < 75
        and (min(c.x1, heading.x1) - max(c.x0, heading.x0) > 0 or abs(c.x0 - heading.x0) < 25)
        and sum(map(str.isalpha, c.plain)) > 2
    ]
    if not near:
        return []
    top = min(c.base for c in near)
    return sorted((c for c in near if c.base - top < 0.4 * c.size), key=lambda c: c.x0)


def _unheaded(sheet: Sheet, title: Title) -> tuple[float, list[Cell], int] | None:
    """The first paragraph of prose below the title, in the title's column."""
    cells = [c for c in sheet.cells if c.base > title.bottom + 1]
    for row in rows(cells):
        for cell in row:
            if not prose(cell.plain, 2) or _END.match(cell.plain) or cell.base > 0.7 * sheet.height:
                continue
            if min(cell.x1, title.x1) - max(cell.x0, title.x0) < 0.4 * (cell.x1 - cell.x0):
                continue
            lines = _column(cells, [cell], cell.size)[:6]
            text = " ".join(c.plain for line in lines for c in line)
            if len(lines) >= 3 and len(text) > 150 and prose(text, 6):
                return cell.y0, [cell], 0
    return None


def _column(cells: Sequence[Cell], first: list[Cell], size: float) -> list[list[Cell]]:
    """The lines from ``first`` downwards in its column, each from left to right."""
    x0, x1 = min(c.x0 for c in first), max(c.x1 for c in first)
    top = min(c.base for c in first)
    body = [c for c in cells if c.base >= top - 0.3 * size]
    for row in rows(c for c in body if abs(c.size - size) < 0.09 * size and c.base < top + 9 * size)[:7]:
        for cell in row:
            if min(cell.x1, x1) - max(cell.x0, x0) > 0.3 * min(cell.x1 - cell.x0, x1 - x0):
                x0, x1 = min(x0, cell.x0), max(x1, cell.x1)
    inside = [c for c in body if c.x0 > x0 - 1.2 * size and c.middle < x1 and c.x1 < x1 + 3 * size]
    return rows(inside)


def _collected(
    sheets: Sequence[Sheet], index: int, top: float, first: list[Cell], skip: int, hyphens: Hyphens, headed: bool = True
) -> Abstract | None:
    sheet = sheets[index]
    below = _first_below(sheet, first[-1]) if _PART.fullmatch(first[-1].plain) else []
    lines = (
        [first, *_column(sheet.cells, below, below[0].size)] if below else _column(sheet.cells, first, first[-1].size)
    )
    told = (max(line, key=lambda c: len(c.glyphs)) for line in lines if not _PART.fullmatch(_text(line)))
    size = next((cell.size for cell in told), first[-1].size)
    taken, ended = _until_end(lines, size)
    if not taken or (not headed and sum(len(_text(line)) for line in taken) > _LONGEST_UNHEADED):
        return None
    result = Abstract(page=index + 1, top=top, headed=headed and not _is_summary(sheet, top))
    result.x0 = min(c.x0 for line in taken for c in line)
    result.x1 = max(c.x1 for line in taken for c in line)
    if not ended and not _FINISHED.search(_text(taken[-1])):
        taken += _continued(sheets, index, result, top, size)
    texts = [_text(line) for line in taken]
    if skip:
        texts[0] = _without(texts[0], skip)
    result.lines = list(taken)
    result.text = hyphens.lines(texts).strip()
    return result


def _is_summary(sheet: Sheet, top: float) -> bool:
    return any(
        abs(c.y0 - top) < 1 and re.match(r"\W*s\s?u\s?m\s?m\s?a\s?r\s?y", c.plain, re.IGNORECASE) for c in sheet.cells
    )


def _without(text: str, letters: int) -> str:
    """``text`` without its first ``letters`` characters, white space not counted."""
    at = 0
    while letters and at < len(text):
        letters -= not text[at].isspace()
        at += 1
    return text[at:].lstrip()


def _text(line: Sequence[Cell]) -> str:
    return " ".join(filter(None, (cell.reading for cell in line)))


def _until_end(lines: Sequence[list[Cell]], size: float, *, going_on: bool = False) -> tuple[list[list[Cell]], bool]:
    """The lines up to the next heading; whether something ended them."""
    taken: list[list[Cell]] = []
    leading = 0.0
    bold = False
    for line in lines:
        text = _text(line)
        if not text:
            continue
        main = max(line, key=lambda c: len(c.glyphs))
        if _PART.fullmatch(text):
            if taken and (text.lower().startswith("introduction") or not _PART_BEGINS.match(_text(taken[0]))):
                return taken, True
            taken.append(line)
            continue
        numbered = _NUMBERED.fullmatch(text) and (main.bold != bold or main.size > 1.05 * size)
        if (taken or going_on) and (_END.match(text) or numbered):
            return taken, True
        if taken:
            gap = main.base - max(taken[-1], key=lambda c: len(c.glyphs)).base
            done = bool(_FINISHED.search(_text(taken[-1])) or _LINK_END.search(_text(taken[-1])))
            if done and _LINK.fullmatch(text):
                return taken, True
            if abs(main.size - size) > 0.07 * size and len(main.glyphs) > 3:
                return taken, done
            if main.bold and not bold and done and len(text) < 60 and not prose(text, 2):
                return taken, True
            if bold and not main.bold and done:
                return taken, True
            if gap > (1.55 if done else 2.6) * (leading or 1.25 * size) + (0 if len(taken) > 2 else 0.4 * size):
                if not _is_paragraph_gap(lines, line, gap, leading, size, done):
                    return taken, done
            elif gap > 0.8 * size:
                leading = gap if not leading else min(leading, gap)
        else:
            bold = main.bold
        taken.append(line)
    return taken, False


def _is_paragraph_gap(
    lines: Sequence[list[Cell]], line: list[Cell], gap: float, leading: float, size: float, done: bool
) -> bool:
    """A small gap inside an abstract in paragraphs: the same type goes on for lines more, no heading between."""
    if gap > 2.1 * (leading or 1.25 * size):
        return False
    here = [id(other) for other in lines].index(id(line))
    following = [other for other in lines[here : here + 2] if abs(other[0].size - size) < 0.03 * size]
    return done and line in following and prose(" ".join(_text(other) for other in following), 2)


def _continued(sheets: Sequence[Sheet], index: int, abstract: Abstract, top: float, size: float) -> list[list[Cell]]:
    """The rest of an abstract that breaks off: at the top of the next column, or of the next page."""
    sheet = sheets[index]
    right = [c for c in sheet.cells if c.x0 > abstract.x1 and c.base > top - size and abs(c.size - size) < 0.04 * size]
    if right and abstract.x1 < 0.6 * sheet.width:
        first = min(right, key=lambda c: (round(c.base), c.x0))
        taken, _ = _until_end(_column(sheet.cells, [first], size), size, going_on=True)
        if taken and _text(taken[0])[:1].islower() | (taken[0][0].size == size):
            return taken
    if index + 1 < len(sheets):
        after = sheets[index + 1]
        alike = [
            c
            for c in after.cells
            if abs(c.size - size) < 0.04 * size and len(c.plain) > 20 and c.base > 0.05 * after.height
        ]
        if alike:
            first = min(alike, key=lambda c: (round(c.base), c.x0))
            taken, _ = _until_end(_column(after.cells, [first], size), size, going_on=True)
            return taken
    return []
