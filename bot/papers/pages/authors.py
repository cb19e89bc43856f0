"""The names of people among the lines below a title; what is no name is left for the affiliations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.papers import institutions
from bot.papers.institutions import is_han
from bot.papers.pages.layout import Cell, rows
from bot.papers.pages.letters import titled
from bot.papers.pages.words import is_place, words

MARKS = "*∗⁎†‡§¶‖∥#♠♡♢♣♦♥⋆★☆✉✝⊥△▽◇○●□■▲♯♮⇤↑+^~`´′″°⊕⊗¹²³⁴⁵⁶⁷⁸⁹⁰ªº\uf02a"
"""Characters that tie names to footnotes and affiliations."""

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.?[-’'‑‐]?)+\.?|[^\W\d_]\.(?:[-‐]?[^\W\d_]\.)*",
)
_SUFFIX = re.compile(
    r"^(?:jr\.?|sr\.?|i{2,3}|iv|ph\.?\s?d\.?|m\.?\s?d\.?|m\.?sc\.?|b\.?sc\.?|msc|mph|frs|mba|dr\.?|prof\.?"
    r"|(?:(?:life |graduate "
    r")?(?:senior |student )?(?:member|fellow)(?:,? (?:ieee|acm|iet))?)|ieee|acm|iet|esq\.?)$",
    re.IGNORECASE,
)
_DEGREES = re.compile(r"(?:,?\s+(?:Ph\.?\s?D|M\.?D|M\.?Sc|MSc|PhD|MD|MPH)\.?)+$")
_PREFIX = re.compile(r"^(?:by|authors?\s*[:：]|作者\s*[:：]?|dr\.|prof\.|professor|mr\.|ms\.|mrs\.)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:[,;；，、·•∙|‖⋅\t]|\band\b|\bAND\b|&|\bund\b|\bwith\b)\s*|\s+[-–—]\s+")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,5}")
_DOUBLE_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "端木",
    "东方",
)
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
    """The authors among the cells between title and abstract, in order of drawing.

    A grid of authors is drawn author by author, whether its rows or its columns come first.
    """
    result = Byline()
    lines = rows(cells)
    style = _style(lines)
    place = {id(cell): number for number, cell in enumerate(cells)}
    found: list[tuple[int, list[str]]] = []
    pending = ""
    for row in lines:
        last: Cell | None = None
        for cell in row:
            before = pending if cell is row[0] else ""
            people, others = _people(cell, before) if style and _alike(cell, style) else ([], [])
            if not people:
                result.rest.append(cell)
                continue
            if before and people[0].startswith(before + " "):
                found[-1] = (found[-1][0], [name for name in found[-1][1] if name != before])
                result.asides = [aside for aside in result.asides if aside[0] != before]
            found.append((place[id(cell)], people))
            result.asides += [(other, cell) for other in others]
            last = cell
        pending = _unfinished(last) if last is not None and last is row[-1] else ""
    if sum(len(row) > 1 for row in lines):
        found.sort(key=lambda pair: pair[0])
    result.names = list(dict.fromkeys(name for _, people in found for name in people))
    return result


@dataclass(frozen=True, slots=True)
class _Style:
    """How names are set: the size of most of them, and the weights in their first line."""

    size: float
    weights: frozenset[bool]


def _style(lines: Sequence[Sequence[Cell]]) -> _Style | None:
    counts: Counter[float] = Counter()
    weights: dict[float, frozenset[bool]] = {}
    for row in lines:
        sizes: dict[float, set[bool]] = {}
        for cell in row:
            people, _ = _people(cell, "")
            if people:
                counts[round(cell.largest)] += len(people)
                sizes.setdefault(round(cell.largest), set()).add(cell.bold)
        for size, bold in sizes.items():
            weights.setdefault(size, frozenset(bold))
    if not counts:
        return None
    size = counts.most_common(1)[0][0]
    return _Style(size, weights[size])


def _alike(cell: Cell, style: _Style) -> bool:
    """Set as most names are; the weight alone may differ where the marks say that these are names too."""
    if abs(cell.largest - style.size) > 0.06 * style.size + 0.5:
        return False
    return cell.bold in style.weights or any(raised for _, raised in cell.runs[1:])


def _unfinished(cell: Cell) -> str:
    """What a list of names ends with when neither comma nor mark follows: the name may go on in the next line."""
    text = _separated(cell)
    raised = cell.runs[-1][1]
    if "," not in text or raised or re.search(r"(?:[,;&·\t]|\band)\s*$", text):
        return ""
    last = _bare(re.split(_SEPARATOR, text)[-1])
    return "" if is_place(last) else last


def _people(cell: Cell, before: str) -> tuple[list[str], list[str]]:
    """The names in a cell, and what stands between them; no names at all unless the cell begins with one.

    ``before`` is a name that the line above may have left unfinished.
    """
    text = _separated(cell)
    if "@" in text or "http" in text or "www." in text:
        return [], []
    names: list[str] = []
    others: list[str] = []
    between = ""
    for number, part in enumerate(re.split(f"({_SEPARATOR.pattern})", text)):
        piece = _bare(part)
        if is_han(piece) and (people := _han_names(piece)):
            names += people
            between = ""
            continue
        if number % 2 or not piece or re.fullmatch(r"[\d\W]+", piece):
            between += part if others and between else ""
            continue
        if before and not names and is_name(f"{before} {piece}") and not (is_name(before) and is_name(piece)):
            piece = f"{before} {piece}"
        if _SUFFIX.match(piece):
            if names and not between and re.match(r"(?i)(?:jr|sr|i{2,3}|iv)\b", piece):
                names[-1] += " " + piece
        elif is_name(name := _DEGREES.sub("", piece)):
            names.append(titled(name))
            between = ""
        elif between:
            others[-1] += between + piece
            between = " "
        else:
            others.append(piece)
            between = " "
            if not names and len(others) == 1 and number > 2:
                break
    if not names or (others and text.find(others[0]) < text.find(names[0]) and len(names) <= len(others)):
        return [], []
    return names, others


def _han_names(piece: str) -> list[str]:
    """Chinese names set side by side, those of two characters spread to the width of three; none if one is no name."""
    names: list[str] = []
    for word in piece.split():
        last = names[-1] if names else ""
        if len(word) == 1 and (len(last) == 1 or last in _DOUBLE_SURNAMES):
            names[-1] += word
        else:
            names.append(word)
    return names if all(is_name(name) for name in names) else []


def _separated(cell: Cell) -> str:
    """The cell's text with a tab for every mark, bracket and number that a name ends at."""
    text = "".join(
        piece if not raised or re.fullmatch(r"(?!st$|nd$|rd$|th$)[a-z]{2,}", piece.strip()) else "\t"
        for piece, raised in cell.runs
    )
    text = re.sub(f"[{re.escape(MARKS)}]+", "\t", text)
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]|[()\[\]{}\"“”]|['’]{2,}", "\t", text)
    text = re.sub(r"(?<=[^\W\d_])\s?\d+(?:\s?,\s?\d+)*(?=\W|$)|^\s*\d+\s*(?:st|nd|rd|th)?\s+(?=[^\W\d_])", "\t", text)
    return _PREFIX.sub("", text.strip())


def _bare(piece: str) -> str:
    piece = piece.strip(" ,:\t") if re.search(r"\b(?:[A-Z]|[JS]r)\.\s*$", piece) else piece.strip(" .,:\t")
    return _PREFIX.sub("", piece)


def is_name(text: str) -> bool:
    """Whether ``text`` has the form of a person's name and holds no word of organisations, places or headers."""
    text = text.strip()
    if _HAN_NAME.fullmatch(text.replace(" ", "").replace("\u3000", "")):
        return not _HAN_WORDS.search(text)
    tokens = text.split()
    if not 2 <= len(tokens) <= 7 or len(text) > 60:
        return False
    proper = 0
    for part in tokens:
        bare = part.strip(".,").lower()
        if not _TOKEN.fullmatch(part) or bare in words("other") or bare in words("organisation") or part == "AI":
            return False
        if (
            part[0].isupper()
            or (len(part) > 2 and part[1] in "’'" and part[2].isupper())
            or ("-" in part and any(half[:1].isupper() for half in part.split("-")))
        ):
            proper += 1
        elif bare not in words("particles"):
            return False
    whole = text.lower()
    if proper < 2 or whole in words("cities") or whole in words("countries") or institutions.known(text):
        return False
    if (
        tokens[-1].lower().strip(".") in words("countries")
        and len(tokens) == 2
        and tokens[0].lower() in words("cities")
    ):
        return False
    return any(len(token.strip(".")) > 1 for token in tokens) and bool(re.search(r"[^\W\d_]{2}", text))
