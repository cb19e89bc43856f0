"""What sources say of a paper, made Metadata: citation tags of a page, Crossref's and Semantic Scholar's JSON.

Pure: bytes in, Metadata out. A source that is silent on something leaves it empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin

from lxml import etree
from pydantic import BaseModel, Field, ValidationError

from bot.models import Author, Identifier, Metadata
from bot.papers import identify
from bot.papers.latex import plain
from bot.papers.tags import LONGEST_CONTENT, MOST_CONTENTS, meta_tags

_MOST_NAMED = 20
"""Identifiers, and links to a PDF, that are believed of one paper: each of them costs a look or a try."""
_LEADING = re.compile(r"^\s*(?:abstract|summary|摘\s*要)\s*[:：.—]\s*", re.IGNORECASE)
_HEADING = re.compile(
    r"<((?:\w+:)?(?:title|h\d|strong|b|p))>\s*+(?:abstract|summary)\s*+[:.]?+\s*+</\1>", re.IGNORECASE
)
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\])\s*$")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)


# --- Citation tags ----------------------------------------------------------------------------------


def page_tags(body: bytes, content_type: str, url: str) -> Metadata | None:
    """The paper a page describes in its ``citation_*`` tags, None when it describes none.

    The tags are Highwire's, as Google Scholar asks publishers for them
    (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing). A date without day or month is taken as
    the first of them.
    """
    tags = meta_tags(body, content_type)

    def first(*names: str) -> str:
        return next((value for name in names for value in tags[name]), "")

    title = plain(first("citation_title"))
    if not title:
        return None
    pdfs = (_joined(url, link) for link in tags["citation_pdf_url"][:_MOST_NAMED])
    named = (
        identify.doi(re.sub(r"^(?:doi:|https?://(?:dx\.)?doi\.org/)\s*", "", doi, flags=re.IGNORECASE))
        for doi in tags["citation_doi"][:_MOST_NAMED]
    )
    numbers = tags["citation_arxiv_id"][:_MOST_NAMED]
    arxiv = (identify.identify_url(f"https://arxiv.org/abs/{number}") for number in numbers)
    return Metadata(
        source="page tags",
        title=title,
        authors=_authors(tags["citation_author"] or first("citation_authors").split(";")),
        institutions=tuple(dict.fromkeys(map(plain, tags["citation_author_institution"]))),
        abstract=_abstract(first("citation_abstract", "dc.description", "dcterms.abstract", "dc.description.abstract")),
        identifiers=unique(identifier for identifier in (*arxiv, *named) if identifier),
        venue=plain(first("citation_conference_title", "citation_journal_title", "citation_inbook_title")),
        published=_date(
            re.findall(r"\d+", first("citation_publication_date", "citation_date", "citation_online_date"))
        ),
        page_url=url,
        pdf_urls=tuple(dict.fromkeys(filter(None, pdfs))),
    )


def _joined(page: str, link: str) -> str:
    """The address a link on a page leads to, empty when it leads nowhere."""
    try:
        return urljoin(page, link)
    except ValueError:
        return ""


def _authors(names: list[str]) -> tuple[Author, ...]:
    return tuple(Author(name) for raw in names[:MOST_CONTENTS] if (name := _in_order(plain(raw))))


def _in_order(name: str) -> str:
    """``Last, First`` and ``Last, First, Jr.`` → as people say it."""
    match [part.strip() for part in name.split(",") if part.strip()]:
        case [last, first] if not _SUFFIX.match(first):
            return f"{first} {last}"
        case [last, first, suffix] if _SUFFIX.match(suffix):
            return f"{first} {last} {suffix}"
    return name.strip(" ,;")


def _abstract(text: str) -> str:
    """Without markup and heading; nothing when the source shortened it: the paper itself has it whole."""
    if "<" in text:
        text = _without_markup(text)
    text = plain(_LEADING.sub("", text))
    return "" if _CUT_OFF.search(text) else text


def _without_markup(text: str) -> str:
    """The text of a fragment of HTML or JATS, without the heading that only says what it is."""
    # libxml2 takes the square of the attributes of a tag: there cannot be many
    text = text[:LONGEST_CONTENT]
    text = re.sub(r"</(?:\w+:)?(?:title|p|sec|h\d|div)>", r"\g<0> ", text)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, recover=True)
    try:
        root = etree.fromstring(f"<div>{_HEADING.sub('', text)}</div>".encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return text
    return text if root is None else "".join(root.itertext())


def _date(numbers: list[str]) -> date | None:
    parts = [int(number) for number in numbers[:3] if len(number) <= 4]
    if not parts or parts[0] < 1000:
        return None
    year, month, day = (*parts, 1, 1)[:3]
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 1, 1)


def unique(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers, each key once, in order, with the latest version that one of them knows."""
    found: dict[str, Identifier] = {}
    for identifier in identifiers:
        known = found.setdefault(identifier.key, identifier)
        if (identifier.version or 0) > (known.version or 0):
            found[identifier.key] = replace(known, version=identifier.version)
    return tuple(found.values())


# --- Crossref ---------------------------------------------------------------------------------------


class _Organisation(BaseModel):
    name: str = ""


class _Person(BaseModel):
    given: str = ""
    family: str = ""
    name: str = ""
    affiliation: list[_Organisation] = []


class _Link(BaseModel):
    url: str = Field("", alias="URL")
    content_type: str = Field("", alias="content-type")


class _Issued(BaseModel):
    parts: list[list[int | None]] = Field([], alias="date-parts")


class _Primary(BaseModel):
    url: str = Field("", alias="URL")


class _Resource(BaseModel):
    primary: _Primary = _Primary()


class _Work(BaseModel):
    """https://api.crossref.org/swagger-ui: the fields we use."""

    doi: str = Field("", alias="DOI")
    title: list[str] = []
    subtitle: list[str] = []
    author: list[_Person] = []
    abstract: str = ""
    container: list[str] = Field([], alias="container-title")
    issued: _Issued = _Issued()
    link: list[_Link] = []
    resource: _Resource = _Resource()


class _CrossrefAnswer(BaseModel):
    message: _Work


def crossref(body: bytes) -> Metadata | None:
    """Crossref's answer about one work; None when it does not make sense or has no title."""
    try:
        work = _CrossrefAnswer.model_validate_json(body).message
    except ValidationError:
        return None
    title = plain(_without_markup(": ".join([*work.title[:1], *work.subtitle[:1]])))
    if not title:
        return None
    people = [plain(f"{person.given} {person.family}".strip() or person.name) for person in work.author]
    identifier = identify.doi(work.doi)
    days = [str(part) for part in (work.issued.parts or [[]])[0] if part]
    pdfs = (link.url for link in work.link if link.content_type == "application/pdf")
    return Metadata(
        source="Crossref",
        title=title,
        authors=tuple(Author(name) for name in people if name),
        institutions=tuple(
            dict.fromkeys(
                plain(place.name) for person in work.author for place in person.affiliation if place.name.strip()
            )
        ),
        abstract=_abstract(work.abstract),
        identifiers=(identifier,) if identifier else (),
        venue=plain(_without_markup(next(iter(work.container), ""))),
        published=_date(days),
        page_url=work.resource.primary.url or (f"https://doi.org/{work.doi}" if work.doi else None),
        pdf_urls=tuple(dict.fromkeys(pdfs))[:_MOST_NAMED],
    )


# --- Semantic Scholar -------------------------------------------------------------------------------

SEMANTIC_SCHOLAR_FIELDS = "title,abstract,authors,externalIds,openAccessPdf,publicationDate,venue,url"


class _ExternalIds(BaseModel):
    arxiv: str = Field("", alias="ArXiv")
    doi: str = Field("", alias="DOI")
    acl: str = Field("", alias="ACL")


class _OpenPdf(BaseModel):
    url: str = ""


class _ScholarPaper(BaseModel):
    """https://api.semanticscholar.org/api-docs/graph: the fields we ask for."""

    title: str | None = None
    abstract: str | None = None
    authors: list[_Person] = []
    ids: _ExternalIds | None = Field(None, alias="externalIds")
    pdf: _OpenPdf | None = Field(None, alias="openAccessPdf")
    published: date | None = Field(None, alias="publicationDate")
    venue: str | None = None
    url: str | None = None


def semantic_scholar(body: bytes) -> Metadata | None:
    """Semantic Scholar's answer about one paper; None when it does not make sense or has no title."""
    try:
        paper = _ScholarPaper.model_validate_json(body)
    except ValidationError:
        return None
    if not paper.title:
        return None
    ids = paper.ids
    names = ids and (
        identify.identify_url(f"https://arxiv.org/abs/{ids.arxiv}") if ids.arxiv else None,
        identify.identify_url(f"https://aclanthology.org/{ids.acl}") if ids.acl else None,
        identify.doi(ids.doi) if ids.doi else None,
    )
    return Metadata(
        source="Semantic Scholar",
        title=plain(paper.title),
        authors=_authors([person.name for person in paper.authors]),
        abstract=_abstract(paper.abstract or ""),
        identifiers=unique(name for name in names or () if name),
        venue=plain(paper.venue or ""),
        published=paper.published,
        page_url=paper.url,
        pdf_urls=(paper.pdf.url,) if paper.pdf and paper.pdf.url else (),
    )
