"""Papers as BibTeX, in UTF-8. Pure.

``annote`` holds our brief: bibliography styles do not print it, reference managers keep it as a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.digests.citation import Citation
from bot.digests.names import Name

_TYPES = {"article": "article", "proceedings": "inproceedings", "preprint": "misc"}
_VENUES = {"article": "journal", "proceedings": "booktitle"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "#$%&_"},
        "\\": r"{\textbackslash}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        # BibTeX counts escaped braces too, so each brings along an invisible partner.
        "{": r"\{\vphantom{\}}",
        "}": r"\vphantom{\{}\}",
    }
)
_PART = re.compile(r"[^\s\-–—/:]+")
_LONG_WORD = re.compile(r"(?<![\w-])(?!(?:with|from|into|over|under|through|between|without|towards?)\b)[^\W\d]{4,}")
"""Those that a title in capitals begins with one."""
_BEGINNING = re.compile(r"(?:^|[:?!–—])\s*$")


def bibtex(citations: Iterable[Citation]) -> str:
    return "\n".join(f"@{_TYPES[each.kind]}{{{each.key},\n{_fields(each)}}}\n" for each in citations)


def _fields(citation: Citation) -> str:
    return "".join(f"  {name} = {value},\n" for name, value in _values(citation))


def _values(citation: Citation) -> Iterator[tuple[str, str]]:
    """The fields in order, each value in its braces."""
    yield "title", f"{{{_title(citation.title)}}}"
    if names := [_name(name) for name in citation.authors]:
        yield "author", f"{{{' and '.join([*names, 'others'] if citation.more_authors else names)}}}"
    if citation.published:
        yield "year", f"{{{citation.published.year:04}}}"
        yield "month", _MONTHS[citation.published.month - 1]
    if citation.venue:
        yield _VENUES[citation.kind], f"{{{_escaped(citation.venue)}}}"
    if citation.arxiv:
        yield "eprint", f"{{{citation.arxiv}}}"
        yield "archiveprefix", "{arXiv}"
    for name, value in (("doi", citation.doi), ("url", citation.url)):  # verbatim by convention
        if value:
            yield name, f"{{{value}}}"
    for name, value in (("abstract", citation.abstract), ("annote", citation.brief)):
        if value:
            yield name, f"{{{_escaped(value)}}}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _name(name: Name) -> str:
    """``von Last, Jr, First``; what is one piece, or holds an "and" that would part it, is braced."""
    if not name.given:
        return f"{{{_escaped(name.last)}}}"
    return ", ".join(_escaped(part) for part in (name.last, name.suffix, name.given) if part)


def _title(title: str) -> str:
    """Braces where a style that sets titles in lower case must not: names such as BERT, and all of an ALL-CAPS title.

    In a title that is itself in lower case, every capital inside is somebody's or something's name.
    """
    if title.isupper() and sum(map(str.isupper, title)) * 2 > sum(map(str.isalpha, title)) and " " in title:
        return f"{{{_escaped(title)}}}"
    in_lower_case = _in_lower_case(title)

    def part(found: re.Match[str]) -> str:
        word, first = found[0], _BEGINNING.search(title, 0, found.start()) is not None
        kept = _keeps_its_form(word, first) or (in_lower_case and not first and word[0].isupper())
        return f"{{{_escaped(word)}}}" if kept else _escaped(word)

    # What lies between the parts needs no escape: spaces, dashes, slashes and colons.
    return _PART.sub(part, title)


def _in_lower_case(title: str) -> bool:
    words = [found[0] for found in _LONG_WORD.finditer(title) if not _BEGINNING.search(title, 0, found.start())]
    return any(word[0].islower() for word in words) and sum(word[0].islower() for word in words) * 2 >= len(words)


def _keeps_its_form(word: str, first: bool) -> bool:
    letters = [letter for letter in word if letter.isalnum()]
    if len(letters) == 1:
        return letters[0].isupper() and not (first and letters[0] == "A")
    has_digit = any(map(str.isdigit, letters))
    return any(letter.isupper() for letter in (letters if has_digit else letters[1:]))
