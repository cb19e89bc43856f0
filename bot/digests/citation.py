"""What reference managers are told of a paper: one line each, bounded, under a key that stays. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import quote

from bot.digests.names import Name, name_of
from bot.models import DigestEntry, Paper
from bot.papers.sites import page_url
from bot.visible import visible

Kind = Literal["article", "proceedings", "preprint"]

LONGEST_TEXT = 32_000
"""Characters of an abstract or a brief; a cell of a spreadsheet holds 32,767."""
_LONGEST_LINE = 1_000
_LONGEST_NAME = 200
_LONGEST_URL = 2_000
MOST_AUTHORS = 3_000

_NOT_PRINTED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]+")
_PREPRINTS = re.compile(r"\s*(?:\w*rxiv|corr|ssrn|research square)\b", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"\b(?:proceedings|proc|conference|conf|symposium|workshop|neurips|nips|icml|iclr|cvpr|iccv|eccv|acl|emnlp|naacl"
    r"|aaai|ijcai|kdd|sigir|interspeech|icassp|mlsys)\b|会议|论文集",
    re.IGNORECASE,
)
_PROCEEDINGS_SITES = frozenset({"acl", "openreview", "pmlr", "neurips", "iclr", "mlsys", "cvf", "usenix"})
_ARXIV = re.compile(r"[\w.-]+(?:/\d+)?", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/[^\s{}\\]+")
_URL_MARKS = "%/:?#[]@!$&'()*+,;=~-._"
"""What stands in a link as it is (RFC 3986); all else is percent-encoded."""
_SMALL_WORD = re.compile("an?|and|are|as|at|by|for|from|in|is|of|on|or|the|to|towards?|via|with")
_UNACCENTED = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"}
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A paper as it is cited; every text is one line without control characters, empty where nothing is known."""

    key: str
    """``wohler-2026-tides-shallow-lakes``: the same in every export, unlike that of any other paper in it."""
    kind: Kind
    title: str
    authors: tuple[Name, ...]
    more_authors: bool
    """There are more than ``MOST_AUTHORS``."""
    published: date | None
    venue: str
    arxiv: str
    doi: str
    url: str
    abstract: str
    brief: str


def line(text: str, longest: int) -> str:
    """``text`` as one line of at most ``longest`` characters that any file can hold."""
    text = text[: 4 * longest].encode("utf-8", "replace").decode()
    text = visible(_NOT_PRINTED.sub(" ", text)).strip()
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def citations(entries: Sequence[DigestEntry]) -> Iterator[Citation]:
    """The papers of an export, in its order."""
    names = [tuple(_names(entry.paper)) for entry in entries]
    for entry, authors, key in zip(entries, names, _keys(entries, names), strict=True):
        paper = entry.paper
        arxiv = _arxiv(paper)
        yield Citation(
            key=key,
            kind=_kind(paper),
            title=line(paper.title, _LONGEST_LINE),
            authors=authors,
            more_authors=len(paper.authors) > MOST_AUTHORS,
            published=paper.published,
            venue="" if _PREPRINTS.match(paper.venue) else line(paper.venue, _LONGEST_LINE),
            arxiv=arxiv,
            doi=_doi(paper) or (f"10.48550/arXiv.{arxiv}" if arxiv else ""),
            url=link(paper),
            abstract=line(paper.abstract, LONGEST_TEXT),
            brief=line(entry.brief.sentence, LONGEST_TEXT),
        )


def _names(paper: Paper) -> Iterator[Name]:
    for author in paper.authors[:MOST_AUTHORS]:
        if printed := line(author.name, _LONGEST_NAME):
            yield name_of(printed)


def _kind(paper: Paper) -> Kind:
    if not paper.venue.strip() or _PREPRINTS.match(paper.venue):
        return "preprint"
    if _PROCEEDINGS.search(paper.venue) or any(each.kind in _PROCEEDINGS_SITES for each in paper.identifiers):
        return "proceedings"
    return "article"


def _arxiv(paper: Paper) -> str:
    values = (each.value for each in paper.identifiers if each.kind == "arxiv")
    return next((value for value in values if len(value) < 40 and _ARXIV.fullmatch(value)), "")


def _doi(paper: Paper) -> str:
    """The publisher's; arXiv gives a paper one of its own too, https://info.arxiv.org/help/doi.html."""
    values = (line(each.value, _LONGEST_NAME) for each in paper.identifiers if each.kind == "doi")
    return next((value for value in values if _DOI.fullmatch(value)), "")


def link(paper: Paper) -> str:
    """Where a person reads about a paper, in ASCII; empty when that is nowhere on the web."""
    pages = (paper.page_url, *(page_url(each.kind, each.value) for each in paper.identifiers))
    arxiv, doi = _arxiv(paper), _doi(paper)
    for page in (*pages, arxiv and f"https://arxiv.org/abs/{arxiv}", doi and f"https://doi.org/{doi}"):
        url = quote(line(page or "", _LONGEST_URL + 1), safe=_URL_MARKS)
        if re.match(r"https?://[^/]", url) and len(url) <= _LONGEST_URL:
            return url
    return ""


# --- Keys -------------------------------------------------------------------------------------------


def _keys(entries: Sequence[DigestEntry], names: Sequence[tuple[Name, ...]]) -> Iterator[str]:
    """Made of the paper alone, so that it does not change with what else is exported; twins get a mark each."""
    plain = [_key(entry.paper, authors) for entry, authors in zip(entries, names, strict=True)]
    twins = Counter(plain)
    taken: Counter[str] = Counter()
    for entry, key in zip(entries, plain, strict=True):
        if twins[key] > 1:
            key = f"{key}-{_mark(entry.paper.id or entry.paper.abstract)}"
        taken[key] += 1
        yield key if taken[key] == 1 else f"{key}-{taken[key]}"


def _key(paper: Paper, authors: tuple[Name, ...]) -> str:
    author = next(filter(None, ("".join(_words(name.family)) for name in authors[:1])), "paper")
    year = str(paper.published.year) if paper.published else "nd"
    title = line(paper.title, _LONGEST_LINE)
    telling = [word for word in _words(title) if not _SMALL_WORD.fullmatch(word)][:3]
    if len("".join(telling)) < 3:  # a title in another script
        telling = [_mark(title)]
    return "-".join((author[:24], year, *(word[:20] for word in telling)))


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_UNACCENTED))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall("[a-z0-9]+", plain)


def _mark(text: str) -> str:
    words = " ".join(re.findall(r"\w+", text.casefold()))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:6]
