"""The names of people among the lines below a title; what is no name is left for the affiliations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.papers import institutions
from bot.papers.layout import Cell, rows
from bot.papers.letters import titled
from bot.papers.words import CITIES, COUNTRIES, ORGANISATION, OTHER

MARKS = "*∗⁎†‡§¶‖∥#♠♡♢♣♦♥⋆★☆✉✝⊥△▽◇○●□■▲♯♮⇤↑+^~`´′″°⊕⊗¹²³⁴⁵⁶⁷⁸⁹⁰ªº\uf02a"
"""Characters that tie names to footnotes and affiliations."""

_PARTICLES = frozenset(
    "de da do dos das du del della di der den dem van von vom zu zur la le el al bin ibn ben ter ten te y e und af av "
    "st mac st. della degli dello bint abu vande op 't d'".split()
)
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.?[-’'‑‐]?)+\.?|[^\W\d_]\.(?:[-‐]?[^\W\d_]\.)*",
)
_SUFFIX = re.compile(
    r"^(?:jr\.?|sr\.?|i{2,3}|iv|ph\.?\s?d\.?|m\.?\s?d\.?|m\.?sc\.?|b\.?sc\.?|msc|mph|frs|mba|dr\.?|prof\.?|(?:(?:life |graduate "
    r")?(?:senior |student )?(?:member|fellow)(?:,? (?:ieee|acm|iet))?)|ieee|acm|iet|esq\.?)$",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?:by|authors?\s*[:：]|作者\s*[:：]?|dr\.|prof\.|professor|mr\.|ms\.|mrs\.)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:[,;；，、·•∙|‖⋅\t]|\band\b|\bAND\b|&|\bund\b|\bwith\b)\s*|\s+[-–—]\s+")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,5}")
_HAN_WORDS = re.compile(
    r"大学|学院|研究|公司|实验|中心|医院|摘要|关键|作者|通讯|技术|科学|系$|部$|省|市|基金|收稿|日期|编辑"
)


@dataclass
class Byline:
    """People in order, and the cells (whole or in part) that hold none of them."""

    names: list[str] = field(default_factory=list)
    rest: list[Cell] = field(default_factory=list)
    asides: list[tuple[str, Cell]] = field(default_factory=list)
    """What stands beside names in their own line: their affiliation."""


def byline_of(cells: Sequence[Cell]) -> Byline:
    """The authors among the cells between title and abstract."""
    result = Byline()
    lines = rows(cells)
    style: tuple[float, bool] | None = None
    pending = ""
    misses = 0
    for row in lines:
        names: list[tuple[Cell, list[str], list[str]]] = []
        for cell in row:
            people, others = ([], [])
            if style is None or _alike(cell, style):
                people, others = _people(cell, pending if cell is row[0] else "")
            if people:
                names.append((cell, people, others))
            else:
                result.rest.append(cell)
        if not names:
            pending = ""
            misses += bool(style)
            continue
        if style is None:
            style = (names[0][0].size, names[0][0].bold)
        for cell, people, others in names:
            if pending and cell is row[0] and result.names and people[0].startswith(result.names[-1] + " "):
                result.names.pop()
            result.names += people
            result.asides += [(other, cell) for other in others]
        pending = _unfinished(row[-1], result.names[-1])
    result.names = list(dict.fromkeys(result.names))
    return result


def _alike(cell: Cell, style: tuple[float, bool]) -> bool:
    """Set as the first names were; the weight alone may differ where the marks say that these are names too."""
    size, bold = style
    if abs(cell.size - size) > 0.06 * size + 0.1 and abs(cell.largest - size) > 0.06 * size + 0.1:
        return False
    return cell.bold == bold or any(raised for _, raised in cell.runs[1:])


def _unfinished(cell: Cell, name: str) -> str:
    """The last name of a line that ends without comma or mark, when the line is a list: it may go on in the next."""
    text = "".join(text for text, raised in cell.runs if not raised).rstrip()
    ends_in_mark = cell.runs[-1][1] or text[-1:] in MARKS or text[-1:].isdigit()
    is_list = text.count(",") >= 1
    return name if is_list and not ends_in_mark and not re.search(r"(?:[,;&·]|\band)$", text) else ""


def _people(cell: Cell, before: str) -> tuple[list[str], list[str]]:
    """The names in a cell and its other pieces; no names at all unless the cell begins with one."""
    text = ""
    for piece, raised in cell.runs:
        if raised:
            text += (
                "\t"
                if not re.fullmatch(r"[a-z]{2,}", piece.strip()) or piece.strip() in ("st", "nd", "rd", "th")
                else piece
            )
        else:
            text += piece
    if "@" in text or "http" in text or "www." in text:
        return [], []
    text = re.sub(f"[{re.escape(MARKS)}]+", "\t", text)
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]|[()\[\]{}]", "\t", text)
    text = re.sub(r"(?<=[^\W\d_])\s?\d+(?:\s?,\s?\d+)*(?=\W|$)|^\s*\d+\s*(?:st|nd|rd|th)?\s+(?=[^\W\d_])", "\t", text)
    text = _PREFIX.sub("", text.strip())
    pieces = [
        piece.strip(" .,:\t") if not re.search(r"\b[A-Z]\.$", piece) else piece.strip(" ,:\t")
        for piece in _SEPARATOR.split(text)
    ]
    pieces = [_PREFIX.sub("", piece) for piece in pieces if piece and not re.fullmatch(r"[\d\W]+", piece)]
    if before and pieces and not _SUFFIX.match(pieces[0]) and is_name(f"{before} {pieces[0]}"):
        if not is_name(pieces[0]):
            pieces[0] = f"{before} {pieces[0]}"
    names: list[str] = []
    others: list[str] = []
    for piece in pieces:
        if _SUFFIX.match(piece):
            if names and re.match(r"(?i)(?:jr|sr|i{2,3}|iv)\b", piece) and not others:
                names[-1] += " " + piece
            continue
        name = re.sub(r"(?:,?\s+(?:Ph\.?\s?D|M\.?D|M\.?Sc|MSc|PhD|MD|MPH)\.?)+$", "", piece)
        if is_name(name):
            names.append(titled(name))
        else:
            others.append(piece)
    if not names or not pieces or not (is_name(re.sub(r",.*", "", pieces[0])) or len(names) > len(others)):
        return [], []
    return names, others


def is_name(text: str) -> bool:
    """Whether ``text`` has the form of a person's name and holds no word of organisations, places or headers."""
    text = text.strip()
    if _HAN_NAME.fullmatch(text.replace(" ", "").replace("\u3000", "")):
        return not _HAN_WORDS.search(text)
    tokens = text.split()
    if not 2 <= len(tokens) <= 7 or len(text) > 60:
        return False
    proper = 0
    for token in tokens:
        bare = token.strip(".,").lower()
        if not _TOKEN.fullmatch(token) or bare in OTHER or bare in ORGANISATION:
            return False
        if token[0].isupper() or (len(token) > 2 and token[1] in "’'" and token[2].isupper()):
            proper += 1
        elif "-" in token and any(part[:1].isupper() for part in token.split("-")):
            proper += 1
        elif bare not in _PARTICLES:
            return False
    whole = text.lower()
    if proper < 2 or whole in CITIES or whole in COUNTRIES or institutions.known(text):
        return False
    if tokens[-1].lower().strip(".") in COUNTRIES and len(tokens) == 2 and tokens[0].lower() in CITIES:
        return False
    return any(len(token.strip(".")) > 1 for token in tokens) and bool(re.search(r"[^\W\d_]{2}", text))
