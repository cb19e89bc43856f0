"""Papers as RIS: a tag a line, lines ended as the format's specification has it. Pure.

Preprints go out as UNPB (unpublished work); ``N1`` holds our brief.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.digests.citation import Citation
from bot.digests.names import Name

_TYPES = {"article": "JOUR", "proceedings": "CPAPER", "preprint": "UNPB"}


def ris(citations: Iterable[Citation]) -> str:
    return "".join("".join(f"{tag}  - {value}\r\n" for tag, value in _lines(each)) + "\r\n" for each in citations)


def _lines(citation: Citation) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES[citation.kind]
    yield "ID", citation.key
    for name in citation.authors:
        yield "AU", _name(name)
    day = citation.published
    texts = (
        ("TI", citation.title),
        ("PY", f"{day.year:04}" if day else ""),
        ("DA", day.isoformat().replace("-", "/") if day else ""),
        ("T2", citation.venue),
        ("AN", f"arXiv:{citation.arxiv}" if citation.arxiv else ""),
        ("DO", citation.doi),
        ("UR", citation.url.replace(";", "%3B")),  # a semicolon parts links
        ("AB", citation.abstract),
        ("N1", citation.brief),
    )
    yield from ((tag, text) for tag, text in texts if text)
    yield "ER", ""


def _name(name: Name) -> str:
    """``Last, First, Suffix``; a group has no comma, or it would be taken for a person."""
    if not name.given:
        return " ".join(name.last.replace(",", " ").split())
    return ", ".join(part for part in (name.last, name.given, name.suffix) if part)
