"""When two records are one work, and what the one record then says. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from bot.models import Identifier, Paper

# Whose word on title, authors and abstract counts more; the PDF's own header is read by eye, so to speak.
_TRUST = {"arXiv API": 4, "Crossref": 3, "page tags": 3, "PDF": 2, "import": 1}
_UNKNOWN_SOURCE = 2
_LONGEST_TITLE_KEY = 400


def folded(text: str) -> str:
    """Letters and digits only, case and accents folded: how titles are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def folded_name(name: str) -> str:
    """A person's name for comparison; ``Lovelace, Ada`` and ``Ada Lovelace`` are the same."""
    return "".join(sorted(filter(None, map(folded, re.split(r"[\s,]+", name)))))


def title_key(title: str) -> str:
    """What an index holds of a title: a work is told by much less."""
    return folded(title)[:_LONGEST_TITLE_KEY]


def first_author_key(paper: Paper) -> str:
    return folded_name(paper.authors[0].name) if paper.authors else ""


def contradict(one: Paper, other: Paper) -> bool:
    """True when the two carry different arXiv identifiers: arXiv never gives one work two."""
    names = [{each.value for each in paper.identifiers if each.kind == "arxiv"} for paper in (one, other)]
    return all(names) and names[0].isdisjoint(names[1])


def merged(stored: Paper, new: Paper) -> Paper:
    """The record of a work after another look at it; keeps ``stored.id``.

    The better source's statements win, those of a later version or a later look where sources are equal, and
    either fills what the other leaves empty. Identifiers add up.
    """
    first, second = (new, stored) if _weight(new) >= _weight(stored) else (stored, new)
    named = first if first.authors or not second.authors else second
    return replace(
        first,
        id=stored.id,
        title=first.title or second.title,
        authors=named.authors,
        author_count=named.author_count or len(named.authors) or second.author_count,
        institutions=first.institutions or second.institutions,
        abstract=first.abstract or second.abstract,
        venue=first.venue or second.venue,
        published=first.published or second.published,
        page_url=first.page_url or second.page_url,
        identifiers=_together(stored.identifiers, new.identifiers),
        version=max(filter(None, (stored.version, new.version)), default=None),
    )


def _weight(paper: Paper) -> tuple[int, int]:
    return _TRUST.get(paper.source, _UNKNOWN_SOURCE), paper.version or 0


def _together(stored: tuple[Identifier, ...], new: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    by_key: dict[str, Identifier] = {}
    for each in (*stored, *new):
        known = by_key.get(each.key)
        if known is None or (each.version or 0) > (known.version or 0):
            by_key[each.key] = each
    return tuple(by_key.values())
