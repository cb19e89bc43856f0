"""A stand-in for arXiv on loopback that holds the sample papers: API, abstract pages, PDFs. No network needed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from playground.samples import Sample, samples
from playground.threaded import ThreadedServer

ARXIV = ("https://arxiv.org", "https://export.arxiv.org/api/query")
"""The real one: pages and PDFs, API."""
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom">
  <id>http://arxiv.org/api/{query}</id>
  <title>arXiv Query: {query}</title>
  <updated>2026-01-01T00:00:00Z</updated>
  <opensearch:totalResults>{count}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <opensearch:itemsPerPage>{count}</opensearch:itemsPerPage>
{entries}</feed>
"""
ENTRY = """  <entry>
    <id>http://arxiv.org/abs/{arxiv}v1</id>
    <title>{title}</title>
    <updated>{day}T09:00:00Z</updated>
    <published>{day}T09:00:00Z</published>
    <summary>{abstract}</summary>
{authors}    <arxiv:primary_category term="{category}"/>
    <category term="{category}" scheme="http://arxiv.org/schemas/atom"/>
    <link href="https://arxiv.org/abs/{arxiv}v1" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{arxiv}v1" rel="related" type="application/pdf" title="pdf"/>
  </entry>
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>[{arxiv}] {title}</title>
{tags}</head>
<body><h1>{title}</h1><p>{abstract}</p><p><a href="/pdf/{arxiv}">View PDF</a></p></body></html>
"""


class ArxivStandIn:
    """Use as a context manager; serves ``papers``, by default all samples.

    ``beyond`` (site and API, as ``ARXIV``) is where whoever asks for a paper that is not among them is sent on to.
    """

    def __init__(self, papers: Sequence[Sample] | None = None, *, beyond: tuple[str, str] | None = None) -> None:
        self._beyond = beyond
        self._papers = {each.arxiv: each for each in (samples() if papers is None else papers)}
        self.requests: list[str] = []
        """Paths asked for, oldest first."""
        routes = [
            Route("/api/query", self._query),
            Route("/abs/{name:path}", self._page),
            Route("/pdf/{name:path}", self._pdf),
        ]
        self._server = ThreadedServer(Starlette(routes=routes), "arxiv")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def environment(self) -> dict[str, str]:
        """What makes a bot ask this server instead of arXiv."""
        url = self._server.url
        return {
            "PAPERWIRE_ARXIV_URL": url,
            "PAPERWIRE_ARXIV_API_URL": f"{url}/api/query",
            "PAPERWIRE_ARXIV_DELAY": "0",
            "PAPERWIRE_ALLOWED_HOSTS": url.removeprefix("http://"),
        }

    def _find(self, name: str) -> Sample | None:
        value, _, version = name.removesuffix(".pdf").partition("v")
        return self._papers.get(value) if version in ("", "1") else None

    async def _query(self, request: Request) -> Response:
        self._note(request)
        wanted = [each for each in request.query_params.get("id_list", "").split(",") if each]
        found = [paper for each in wanted if (paper := self._find(each))]
        if self._beyond and wanted and not found:
            return RedirectResponse(f"{self._beyond[1]}?{request.url.query}")
        entries = "".join(_entry(paper) for paper in found)
        feed = FEED.format(query=escape(f"id_list={','.join(wanted)}"), count=len(found), entries=entries)
        return Response(feed, media_type="application/atom+xml")

    async def _page(self, request: Request) -> Response:
        self._note(request)
        paper = self._find(request.path_params["name"])
        if paper is None:
            return self._absent(request)
        return HTMLResponse(
            PAGE.format(
                arxiv=paper.arxiv, title=escape(paper.title), abstract=escape(paper.abstract), tags=_tags(paper)
            )
        )

    async def _pdf(self, request: Request) -> Response:
        self._note(request)
        paper = self._find(request.path_params["name"])
        if paper is None:
            return self._absent(request)
        return Response(paper.pdf, media_type="application/pdf")

    def _absent(self, request: Request) -> Response:
        if self._beyond:
            return RedirectResponse(f"{self._beyond[0]}{request.url.path}")
        return PlainTextResponse("Article not found", status_code=404)

    def _note(self, request: Request) -> None:
        self.requests.append(request.url.path)


def _entry(paper: Sample) -> str:
    authors = "".join(f"    <author><name>{escape(name)}</name></author>\n" for name, _ in paper.authors)
    return ENTRY.format(
        arxiv=paper.arxiv,
        title=escape(paper.title),
        day=paper.submitted.isoformat(),
        abstract=escape(paper.abstract),
        authors=authors,
        category=paper.category,
    )


def _tags(paper: Sample) -> str:
    tags = [
        ("citation_title", paper.title),
        *(("citation_author", name) for name, _ in paper.authors),
        ("citation_date", paper.submitted.strftime("%Y/%m/%d")),
        ("citation_online_date", paper.submitted.strftime("%Y/%m/%d")),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{paper.arxiv}"),
        ("citation_arxiv_id", paper.arxiv),
        ("citation_abstract", paper.abstract),
    ]
    return "".join(f'<meta name="{name}" content="{escape(value)}"/>\n' for name, value in tags)
