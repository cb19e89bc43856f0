"""Organisations in one printed affiliation: what is the university, the company, the institute in it.

Our table knows the frequent ones. Another is recognised by its words (University, Institute, Inc. …) and its place
in the line; departments, laboratories beside a university, cities and addresses are left out.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.papers.institutions import Organisation, in_text, is_han, known, plain
from bot.papers.pages import words as vocabulary
from bot.papers.pages.words import DEPARTMENT, is_place

_STRONG = re.compile(
    r"universit|\buniv\b|institute of technology|polytechni|politecnico|hochschule|\bacadem(?:y|ia|ie)\b|école|ecole"
    r"|大学|学院$|研究院|科学院|公司|集团|uniwersytet|univerz|yliopisto|egyetem",
    re.IGNORECASE,
)
_MEDIUM = re.compile(
    r"\binstitut|\bistituto\b|\bcollege\b|\bschool\b|\bhospital|\bclinic\b|\blaborator|\blabs?\b|\bcent(?:er|re|ro)\b"
    r"|\binc\b|\bcorp\b|\bcorporation\b|\bltd\b|\bllc\b|\bgmbh\b|\bresearch\b|\bfoundation\b|\bagency\b|\bcouncil\b"
    r"|\bmuseum\b|\bmuséum\b|\bcompany\b|\btechnologies\b|\bobservatory\b|\bprograma\b|\bbank\b|\bgroup\b|\bai\b|\.ai\b"
    r"|\bsystems\b|\blibrary\b|\bforschungszentrum\b|\bassociation\b|\bsociety\b|\bministry\b|研究所|公司|医院|实验室|中心",
    re.IGNORECASE,
)
_NOT_AN_ORGANISATION = re.compile(
    r"@|https?:|www\.|^(?:affiliations?|address|institutions?|anonymous.*)$|(?:collaborations?|teams?|consortium"
    r"|authors?)$|\b(?:authors?|corresponding|correspondence|equal|contribut\w+|e-?mails?|intern(?:ship)?|work(?:ed)? "
    r"(?:done|was)|project (?:lead|leader)|advis\w+|student|professor|fellow|member|tel|fax|phone|supported|grant"
    r"|funded"
    r"|project page|homepage|code|github|orcid|received|accepted|published|preprint|arxiv|version|dated"
    r"|technical report"
    r"|senior|jointly|during|these|this|both|thanks?|editor|reviewed|copyright|license\w*|abstract|keywords?)\b|^\W*$"
    r"|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_STATE_SYSTEMS = re.compile(
    r"^(?:the )?(?:university of (?:california|texas|wisconsin|illinois|north carolina|colorado|massachusetts|maryland"
    r"|minnesota|michigan|missouri|nebraska|nevada|tennessee|alabama|arkansas|hawaii|alaska|maine|louisiana)"
    r"|california state university|indian institute of technology|state university of new york|national institute of "
    r"technology|indian institute of information technology|louisiana state university|texas a&m university)$",
    re.IGNORECASE,
)
"""Universities whose name is not whole without the campus that follows the comma."""


Rank = Literal["sure", "named", "part"]
"""How much is believed: ``sure``: what is known, or has an organisation's words; ``named``: also what has only the
place of a name; ``part``: also a department that stands alone."""


def in_affiliation(text: str, rank: Rank) -> list[Organisation]:
    """The organisations of one affiliation (``Department of X, University of Y, City, Country``), in order."""
    found = in_text(text)
    sure = [hit for hit in found if text[hit[0] : hit[1]].lower() not in vocabulary.words("cities")]
    marked: list[tuple[int, Organisation]] = [(start, organisation) for start, _, organisation in sure]
    blanked = _blank(text, [(start, end) for start, end, _ in sure])
    pieces = _pieces(blanked)
    strong = [(at, name) for at, piece in pieces if _STRONG.search(piece) and (name := _strong_name(piece))]
    if marked or any(not _HAN_SCHOOL.search(name) for _, name in strong):
        strong = [(at, name) for at, name in strong if not _HAN_SCHOOL.search(name)]
    marked += [(at, known(name) or Organisation(name)) for at, name in strong]
    if not marked:
        marked = [(at, known(name) or Organisation(name)) for at, name in _medium(pieces, rank)]
    if not marked:
        marked = [(start, organisation) for start, _, organisation in found]
    if (
        not marked
        and rank != "sure"
        and (rest := [p for p in pieces if not is_place(p[1]) and _may_name(p[1]) and not _is_part(p[1])])
    ):
        marked = [(rest[0][0], Organisation(_tidy(rest[0][1])))]
    result: dict[str, Organisation] = {}
    for _, organisation in sorted(marked, key=lambda pair: pair[0]):
        result.setdefault(plain(organisation.name), organisation)
    return list(result.values())


_HAN_SCHOOL = re.compile(r"(?<!科)学院$")
"""A school of a university, when the university stands beside it; else a college."""


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _pieces(text: str) -> list[tuple[int, str]]:
    """What stands between commas, with where; without what was found already, a campus with its university."""
    pieces: list[tuple[int, str]] = []
    for match in re.finditer(r"[^,;，；、|/\n\s（）()]+" if is_han(text) else r"[^,;，；、|/\n]+", text):
        piece = match[0].strip(" .:")
        if not piece or "\0" in piece:
            continue
        if pieces and _STATE_SYSTEMS.match(pieces[-1][1]) and re.fullmatch(r"[A-Z][\w.\- ]{2,30}", piece):
            pieces[-1] = (pieces[-1][0], f"{pieces[-1][1]}, {piece}")
            continue
        pieces.append((match.start(), piece))
    return pieces


def _strong_name(piece: str) -> str:
    """The university in a piece that may hold its department too; empty when there is none."""
    if is_han(piece):
        found = re.search(r"[\u4e00-\u9fff]*?(?:大学|科学院|研究院|学院|有限责任公司|有限公司|集团公司|集团)", piece)
        return found[0] if found else ""
    if _NOT_AN_ORGANISATION.search(piece):
        return ""
    if DEPARTMENT.match(piece) or re.search(r"\b(?:Department|Dept|School|Faculty|Institute) (?:of|for)\b", piece):
        inner = re.search(
            r"(?:,| at| of the|[a-z)]) ((?:The )?(?:[A-Z][\w.’'-]+ ){0,4}Universit\w+(?: (?:of|at|in|de"
            r"|di)(?: the)?(?: [A-Z][\w’'-]+)+)*)$",
            piece,
        )
        if inner:
            words = inner[1].split()
            while len(words) > 2 and words[0].rstrip("s") in _DISCIPLINES and words[1] not in ("of", "at"):
                words.pop(0)
            return _tidy(" ".join(words))
        if DEPARTMENT.match(piece) and not re.search(r"Institute of Technology", piece):
            return ""
    return _tidy(piece)


_DISCIPLINES = {"Science", "Engineering", "Physic", "Mathematic", "Statistic", "Informatic", "Computing", "Computer",
                "Technology", "Medicine", "Chemistry", "Biology", "Economic", "Business", "Law", "Psychology", "AI",
                "Intelligence", "Linguistic", "Management", "Education", "Information", "Software", "Data"}  # fmt: skip


def _medium(pieces: list[tuple[int, str]], rank: Rank) -> list[tuple[int, str]]:
    """Institutes, companies, hospitals, laboratories, where no university stands beside them."""
    named = [
        (at, piece)
        for at, piece in pieces
        if _MEDIUM.search(piece) and not _NOT_AN_ORGANISATION.search(piece) and not is_place(piece)
    ]
    whole = [(at, piece) for at, piece in named if not _is_part(piece)]
    if whole:
        return [(at, _tidy(piece)) for at, piece in whole]
    alone = [(at, piece) for at, piece in named if _LABORATORY.match(piece)]
    others = [
        (at, p) for at, p in pieces if (at, p) not in named and not is_place(p) and _may_name(p) and not _is_part(p)
    ]
    if others and named and rank != "sure":
        return [(others[0][0], _tidy(others[0][1]))]
    if alone:
        return [(alone[0][0], _tidy(alone[0][1]))]
    return [(at, _tidy(piece)) for at, piece in named[:1]] if rank == "part" else []


_LABORATORY = re.compile(r"(?:the )?(?:\w+ )?(?:laboratory|lab|state key \w+|key laboratory)\b", re.IGNORECASE)


def _is_part(piece: str) -> bool:
    """A department, school, section or group: a part of something."""
    return bool(
        re.match(r"(?:the )?(?:department|dept|division|faculty|section|chair|unit|school of|schools of|graduate school"
                 r"|college of|group|laboratory (?:of|for)|lab (?:of|for)|program in|state key|key lab"
                 r"|team)", piece, re.IGNORECASE)
        or re.search(r"\b(?:department|division|team|section)$", piece, re.IGNORECASE)
    )  # fmt: skip


def _may_name(piece: str) -> bool:
    """Whether a piece without any telling word could be the name of an organisation."""
    words = piece.split()
    if not 1 <= len(words) <= 8 or _NOT_AN_ORGANISATION.search(piece):
        return False
    letters = [c for c in piece if c.isalpha()]
    return len(letters) >= 2 and (piece[0].isupper() or "." in piece or is_han(piece)) and not piece[0].isdigit()


def _tidy(name: str) -> str:
    name = re.sub(r"\([^)]*$|^[^(]*\)\s*", "", name) if name.count("(") != name.count(")") else name
    name = re.sub(r"\s+", " ", name).strip(" .,;:*†‡§¶∗-–—&")
    name = re.sub(r"\b\d{4,}(?:-\d+)?$", "", name).strip()
    return re.sub(r"^(?:the|at|from|with|and)\s+(?=[A-Z])", "", name)
