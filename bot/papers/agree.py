"""One paper from what the sources say and what its pages say. Pure.

Order of truth: a source has title, authors and abstract right, provided it speaks of this paper; the pages have
everything as printed; institutions come from the pages only, as sources rarely name them and never say where.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.models import LONGEST_ABSTRACT, LONGEST_TITLE, Identifier, Metadata, Paper, Reading
from bot.papers.latex import plain
from bot.papers.sources import unique
from bot.visible import visible

_ALIKE = 0.9
"""Ratio of difflib: lets a wrong letter or a lost ligature pass."""
_LONG_ENOUGH = 12
"""Folded characters from which a title found in other text is no chance."""
_COMPARED = 400
_SUBTITLE = re.compile(r"[:：?.]\s|\s[-–—]\s|——|[：？]")


def same_title(one: str, other: str) -> bool:
    """Whether two spellings are of one title: case, LaTeX, accents, hyphens, spaces and line breaks do not count,
    nor does a subtitle that one of them leaves out. Digits do: ``V2`` is another paper than ``V3``."""
    left, right = folded(one)[:_COMPARED], folded(other)[:_COMPARED]
    if not left or not right:
        return False
    if left == right:
        return True
    if left == _main_part(other) or right == _main_part(one):
        return True
    if [letter for letter in left if letter.isdigit()] != [letter for letter in right if letter.isdigit()]:
        return False
    return SequenceMatcher(None, left, right, autojunk=False).ratio() >= _ALIKE


def _main_part(title: str) -> str | None:
    """The folded title without its subtitle, None when it has none or says too little alone."""
    main, *subtitle = _SUBTITLE.split(plain(title), maxsplit=1)
    part = folded(main)
    return part if subtitle and len(part) >= _LONG_ENOUGH else None


def folded(text: str) -> str:
    """Letters and digits only, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", plain(text)).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())


def compose(
    metadata: Metadata | None, reading: Reading | None, identifiers: Sequence[Identifier], *, paper_id: str
) -> Paper:
    """The paper. ``identifiers`` are those it was shared and fetched under, its PDF's ``sha256`` among them.

    An arXiv identifier of the result has the latest version known; ``version`` is the one that was read.
    Metadata counts when it agrees with the pages (see ``agrees``), else it is left aside altogether, except for
    where it may be read about. A printed arXiv identifier or DOI is the paper's own only when a source confirms
    it by the title: page 1 may cite another paper.
    """
    said = metadata if metadata and agrees(metadata, reading, identifiers) else Metadata(source="PDF")
    authors = said.authors or (reading.authors if reading else ())
    names = unique((*identifiers, *said.identifiers, *_confirmed(said, reading, identifiers)))
    return Paper(
        id=paper_id,
        title=_kept(said.title or (reading.title if reading else ""), LONGEST_TITLE),
        authors=authors,
        institutions=reading.institutions if reading else (),
        abstract=_kept(said.abstract or (reading.abstract if reading else ""), LONGEST_ABSTRACT),
        language=reading.language if reading else "en",
        identifiers=names,
        venue=_kept(said.venue, LONGEST_TITLE),
        published=said.published,
        page_url=metadata.page_url if metadata else None,
        source=said.source if said.title else "PDF",
        author_count=len(authors),
        version=_version(reading, (*identifiers, *names)),
        passed_over=metadata.passed_over if metadata else (),
    )


def _kept(words: str, longest: int) -> str:
    """What a reader sees of them, within bounds: a record goes to models, into caches and into checks."""
    return visible(words[: 2 * longest])[:longest]


def agrees(metadata: Metadata, reading: Reading | None, identifiers: Sequence[Identifier]) -> bool:
    """Whether a source speaks of the paper whose pages these are.

    Its title is that of the page. When the PDF was fetched under the very identifier the source was asked for, it
    is enough that page 1 prints the title anywhere, or that no title could be read: the header was misread then.
    """
    if not metadata.title:
        return False
    if reading is None:
        return True
    if same_title(metadata.title, reading.title):
        return True
    if {name.key for name in identifiers}.isdisjoint(name.key for name in metadata.identifiers):
        return False
    wanted = folded(metadata.title)
    page = folded(reading.text.pages[0]) if reading.text.pages else ""
    return not reading.title or (len(wanted) >= _LONG_ENOUGH and wanted in page)


def newer_version(paper: Paper) -> int | None:
    """The latest version on arXiv, when the paper was read in an older one."""
    latest = max((name.version or 0 for name in paper.identifiers if name.kind == "arxiv"), default=0)
    return latest if paper.version is not None and latest > paper.version else None


def _version(reading: Reading | None, names: Sequence[Identifier]) -> int | None:
    """The version that was read: as page 1 prints it, else the first of ``names`` that has one."""
    own = {name.key for name in names}
    printed = [reading.arxiv] if reading and reading.arxiv and reading.arxiv.key in own else []
    return next((name.version for name in (*printed, *names) if name.kind == "arxiv" and name.version), None)


def _confirmed(said: Metadata, reading: Reading | None, identifiers: Sequence[Identifier]) -> list[Identifier]:
    """What the page prints, where a source agrees and nothing of that kind is known yet."""
    if reading is None or not said.title or not same_title(said.title, reading.title):
        return []
    known = {name.kind for name in (*identifiers, *said.identifiers)}
    return [name for name in (reading.arxiv, reading.doi) if name and name.kind not in known]
