"""arXiv on loopback: the API's Atom feed, abstract pages and PDFs as the real one serves them, and its bad days."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from local_site import Server

_IDENTIFIER = re.compile(r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>\d+))?")
_PDF_WITHOUT_PAPER = b"%PDF-1.4\n%%EOF\n"


@dataclass
class FakePaper:
    arxiv_id: str
    title: str
    authors: list[str]
    abstract: str
    pdf: bytes
    version: int
    doi: str
    journal: str
    submitted: datetime = field(default_factory=lambda: datetime(2025, 10, 15, 17, 59, 8, tzinfo=UTC))


class FakeArxiv:
    """``with FakeArxiv() as arxiv``: point ``arxiv_api_url`` at ``api_url``, ``arxiv_url`` at ``base_url`` and let
    ``allowed_hosts`` hold ``host``.

    With ``pace`` two API calls that are closer than so many seconds are answered by 429, as arXiv's terms of use
    let it.
    """

    def __init__(self, *, pace: float = 0) -> None:
        self.pace = pace
        self.papers: dict[str, FakePaper] = {}
        self.lagging: set[str] = set()
        """Papers that the API does not know yet, only their pages."""
        self.calls: list[str] = []
        """Paths with queries, in order."""
        self._bad: list[tuple[str, int, str | None, float]] = []
        self._last_api_call = 0.0
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):  # the client gave up waiting
                    fake._answer(self)

            def log_message(self, *_: object) -> None: ...

        self._server = Server(Handler)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.base_url = f"http://{self.host}"
        self.api_url = f"{self.base_url}/api/query"

    def environment(self) -> dict[str, str]:
        """What makes a bot ask this server instead of arXiv."""
        return {
            "PAPERWIRE_ARXIV_URL": self.base_url,
            "PAPERWIRE_ARXIV_API_URL": self.api_url,
            "PAPERWIRE_ARXIV_DELAY": "0",
            "PAPERWIRE_ALLOWED_HOSTS": self.host,
        }

    def __enter__(self) -> FakeArxiv:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="arxiv", daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(
        self,
        arxiv_id: str,
        title: str,
        authors: list[str],
        abstract: str,
        pdf: bytes = _PDF_WITHOUT_PAPER,
        version: int = 1,
        doi: str = "",
        journal: str = "",
    ) -> None:
        """A paper whose versions 1 to ``version`` exist; adding it again replaces it."""
        self.papers[arxiv_id] = FakePaper(arxiv_id, title, authors, abstract, pdf, version, doi, journal)

    def throttle(self, times: int, retry_after: str | None = None, *, status: int = 429, part: str = "/api/") -> None:
        """The next ``times`` requests to paths that begin with ``part`` (``/api/``, ``/abs/``, ``/pdf/``) fail."""
        self._bad += [(part, status, retry_after, 0)] * times

    def hang(self, times: int, seconds: float, *, part: str = "/api/") -> None:
        """The next ``times`` requests there are not answered for so long, and then badly."""
        self._bad += [(part, 503, None, seconds)] * times

    def api_calls(self) -> list[list[str]]:
        """The identifiers asked for in each API call."""
        queries = [parse_qs(urlsplit(call).query) for call in self.calls if call.startswith("/api/")]
        return [query.get("id_list", [""])[0].split(",") for query in queries]

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.calls.append(request.path)
            bad = next((day for day in self._bad if request.path.startswith(day[0])), None)
            if bad:
                self._bad.remove(bad)
            too_fast = request.path.startswith("/api/") and time.monotonic() - self._last_api_call < self.pace
            if request.path.startswith("/api/"):
                self._last_api_call = time.monotonic()
        if bad or too_fast:
            _, status, retry_after, seconds = bad or ("", 429, None, 0)
            time.sleep(seconds)
            _send(request, status, b"Rate exceeded.", "text/plain", retry_after)
            return
        parts = urlsplit(request.path)
        if parts.path == "/api/query":
            self._feed(request, parse_qs(parts.query))
        elif parts.path.startswith(("/abs/", "/pdf/")):
            self._page(request, parts.path[:5], parts.path[5:])
        else:
            _send(request, 404, b"<html><title>404</title></html>", "text/html; charset=utf-8")

    def _feed(self, request: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
        wanted = [name for name in query.get("id_list", [""])[0].split(",") if name]
        wrong = next((name for name in wanted if not _IDENTIFIER.fullmatch(name)), None)
        if wrong is not None:
            _send(request, 400, _atom([_mistake(wrong)], 1, self.api_url).encode(), "application/atom+xml")
            return
        start, most = int(query.get("start", ["0"])[0]), int(query.get("max_results", ["10"])[0])
        known = [found for name in wanted if name not in self.lagging and (found := self._found(name))]
        entries = [self._entry(paper, version) for paper, version in known[start : start + most]]
        _send(request, 200, _atom(entries, len(known), self.api_url).encode(), "application/atom+xml; charset=utf-8")

    def _found(self, name: str) -> tuple[FakePaper, int] | None:
        match = _IDENTIFIER.fullmatch(name)
        paper = self.papers.get(match["id"]) if match else None
        if match is None or paper is None or int(match["version"] or 1) > paper.version:
            return None
        return paper, int(match["version"] or paper.version)

    def _entry(self, paper: FakePaper, version: int) -> str:
        name = f"{paper.arxiv_id}v{version}"
        date = f"{paper.submitted:%Y-%m-%dT%H:%M:%SZ}"
        authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
        extra = f"<arxiv:doi>{paper.doi}</arxiv:doi>" if paper.doi else ""
        extra += f"<arxiv:journal_ref>{escape(paper.journal)}</arxiv:journal_ref>" if paper.journal else ""
        return f"""  <entry>
    <id>http://arxiv.org/abs/{name}</id>
    <title>{escape(paper.title)}</title>
    <updated>{date}</updated>
    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(paper.abstract)}</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>{date}</published>
    <arxiv:comment>12 pages</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>
    {extra}
    {authors}
  </entry>"""

    def _page(self, request: BaseHTTPRequestHandler, part: str, name: str) -> None:
        found = self._found(name.removesuffix(".pdf"))
        if found is None:
            _send(request, 404, b"<html><title>Article not found</title></html>", "text/html; charset=utf-8")
        elif part == "/pdf/":
            _send(request, 200, found[0].pdf, "application/pdf")
        else:
            _send(request, 200, self._abstract_page(found[0]).encode(), "text/html; charset=utf-8")

    def _abstract_page(self, paper: FakePaper) -> str:
        names = [author.rsplit(" ", 1) for author in paper.authors]
        authors = [f"{name[-1]}, {name[0]}" if len(name) == 2 else name[0] for name in names]
        tags = [
            ("citation_title", paper.title),
            *(("citation_author", author) for author in authors),
            ("citation_date", f"{paper.submitted:%Y/%m/%d}"),
            ("citation_online_date", f"{paper.submitted:%Y/%m/%d}"),
            ("citation_pdf_url", f"{self.base_url}/pdf/{paper.arxiv_id}"),
            ("citation_arxiv_id", paper.arxiv_id),
            ("citation_abstract", paper.abstract),
        ]
        lines = "\n".join(f'<meta name="{name}" content="{escape(content)}" />' for name, content in tags)
        return f"<!DOCTYPE html>\n<html lang='en'>\n<head><title>{escape(paper.title)}</title>\n{lines}\n</head></html>"


def _atom(entries: list[str], total: int, api_url: str) -> str:
    inside = "\n".join(entries)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>{api_url}</id>
  <title>arXiv Query</title>
  <updated>2025-11-01T00:00:00Z</updated>
  <link href="{api_url}" type="application/atom+xml"/>
  <opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{inside}
</feed>"""


def _mistake(name: str) -> str:
    return f"""  <entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_{escape(name)}</id>
    <title>Error</title>
    <summary>incorrect id format for {escape(name)}</summary>
    <updated>2025-11-01T00:00:00Z</updated>
  </entry>"""


def _send(
    request: BaseHTTPRequestHandler, status: int, body: bytes, content_type: str, retry_after: str | None = None
) -> None:
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    request.send_header("Content-Length", str(len(body)))
    if retry_after is not None:
        request.send_header("Retry-After", retry_after)
    request.end_headers()
    request.wfile.write(body)
