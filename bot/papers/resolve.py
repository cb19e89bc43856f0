"""From an identifier to what is known of the paper, asking one source after the other; none is waited for long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn, TypeVar
from urllib.parse import quote

from bot.errors import PaperwireError, Retry, Tell
from bot.models import Identifier, Metadata, Reading
from bot.outcomes import announce
from bot.papers import arxiv_api, sites, sources
from bot.papers.agree import agrees
from bot.papers.web import Answer, Web
from bot.rests import OwnRests, Rests
from bot.settings import Settings

log = logging.getLogger("paperwire.resolve")

_PAGE_SECONDS = 10.0
_API_SECONDS = 6.0
_REST_SECONDS = 30.0
"""How long a source that failed without saying for how long is not asked again."""
_LONGEST_REST = 3_600.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    """For people, see ``Metadata.source``; a source that fails is left alone for a while under this name."""
    ask: Callable[[], Metadata]
    rests: bool = True
    """False for sources behind which stand many servers: one that fails says nothing of the others."""
    final: bool = False
    """What is not found here exists nowhere."""


class Resolver:
    """Shared by all threads."""

    def __init__(
        self,
        settings: Settings,
        web: Web,
        *,
        clock: Callable[[], float] = time.monotonic,
        arxiv_turn: Callable[[], float] | None = None,
        rests: Rests | None = None,
    ) -> None:
        """``arxiv_turn``: see ``ArxivApi``. ``rests``: of the sources; by default this process keeps them alone."""
        self._settings = settings
        self._web = web
        self._arxiv = arxiv_api.ArxivApi(settings, web, clock=clock, turn=arxiv_turn)
        self._rests = rests or OwnRests(clock)

    def resolve(self, identifier: Identifier) -> Metadata:
        """What the first willing source says; ``passed_over`` names those that were not, with the reason.

        When every source throttles or fails, the answer of an arXiv paper or of a venue whose links we know is
        where its PDF lies: the PDF itself then says what it is. ``identifiers`` begin with the one asked for; one
        of arXiv has the latest version where the source tells it.
        Raises Tell (``not_found``, ``not_a_paper``, ``private_address``, ``no_access`` …) or Retry
        (``source_unavailable``).
        """
        failures: list[PaperwireError] = []
        passed_over: list[str] = []
        for source in self._sources(identifier):
            try:
                metadata = self._ask(source.name if source.rests else None, source.ask)
            except (Tell, Retry) as error:
                if source.final and error.code == "not_found":
                    raise
                failures.append(error)
                passed_over.append(f"{source.name}: {_reason(error)}")
                announce("passed_over", source=source.name, paper=identifier.key, code=error.code)
            else:
                return self._complete(metadata, identifier, passed_over)
        pdf_urls = self._pdf_urls(identifier)
        if not pdf_urls and failures:
            raise _most_telling(failures)
        return self._complete(Metadata(source="PDF"), identifier, passed_over)

    def confirm(self, reading: Reading) -> Metadata | None:
        """What a source says of an upload, asked for the arXiv identifier or DOI that its pages print.

        None when they print none, when no source answers, or when the identifier is that of a paper they cite.
        """
        for printed in (reading.arxiv, reading.doi):
            if printed is None:
                continue
            try:
                metadata = self.resolve(printed)
            except (Tell, Retry) as error:
                log.info("could not confirm %s: %s", printed.key, error)
                continue
            if agrees(metadata, reading, ()):
                return metadata
        return None

    def _sources(self, identifier: Identifier) -> list[_Source]:
        kind, value = identifier.kind, identifier.value
        page = self._page_url(identifier)
        if kind == "arxiv":
            return [
                _Source(arxiv_api.NAME, lambda: self._arxiv.lookup(value)),
                _Source("arXiv page", lambda: self._tags(page), final=True),
            ]
        if kind == "doi":
            return [
                _Source("publisher's page", lambda: self._tags(page), rests=False),
                _Source("Crossref", lambda: self._crossref(value)),
            ]
        if kind == "s2":
            return [
                _Source("Semantic Scholar", lambda: self._semantic_scholar(value)),
                _Source("page", lambda: self._tags(page), rests=False),
            ]
        if kind == "page":
            return [_Source("page", lambda: self._page(identifier), rests=False)]
        return [_Source("page", lambda: self._tags(page), rests=False)] if page else []

    def _ask(self, name: str | None, ask: Callable[[], _T]) -> _T:
        """Ask a source unless it rests; ``name`` is None for one that never does."""
        if name and (rest := self._rests.left(f"source:{name}")) > 0:
            raise Retry("source_unavailable", after=rest, source=name, reason="asked us to wait")
        try:
            return ask()
        except Retry as error:
            rest = min(_REST_SECONDS if error.after is None else error.after, _LONGEST_REST)
            if name and rest > 0:
                self._rests.rest(f"source:{name}", rest)
            raise

    def _tags(self, url: str) -> Metadata:
        answer = self._web.get(url, accept="text/html,application/xhtml+xml", seconds=_PAGE_SECONDS)
        return self._described(answer) or _raise(Tell("no_metadata", url=url))

    def _page(self, identifier: Identifier) -> Metadata:
        """A page of which only its content tells whether it is about a paper."""
        answer = self._web.get(identifier.value, accept="text/html,application/pdf", seconds=_PAGE_SECONDS)
        return self._described(answer) or _raise(Tell("not_a_paper", url=identifier.value))

    def _described(self, answer: Answer) -> Metadata | None:
        if answer.is_pdf:
            return Metadata(source="PDF", page_url=answer.url, pdf_urls=(answer.url,))
        return sources.page_tags(answer.body, answer.content_type, answer.url)

    def _crossref(self, doi: str) -> Metadata:
        url = f"{self._settings.crossref_url.rstrip('/')}/works/{quote(doi, safe='')}"
        answer = self._web.get(url, accept="application/json", seconds=_API_SECONDS)
        return sources.crossref(answer.body) or _raise(Tell("no_metadata", url=url))

    def _semantic_scholar(self, value: str) -> Metadata:
        """Its record, or better that of the source it takes the paper from."""
        base = self._settings.semantic_scholar_url.rstrip("/")
        url = f"{base}/graph/v1/paper/{value}?fields={sources.SEMANTIC_SCHOLAR_FIELDS}"
        answer = self._web.get(url, accept="application/json", seconds=_API_SECONDS)
        metadata = sources.semantic_scholar(answer.body) or _raise(Tell("no_metadata", url=url))
        if not metadata.identifiers:
            return metadata
        try:
            better = self.resolve(metadata.identifiers[0])
        except (Tell, Retry):
            return metadata
        if better.source == "PDF":
            return replace(metadata, pdf_urls=(*better.pdf_urls, *metadata.pdf_urls), passed_over=better.passed_over)
        return replace(better, identifiers=sources.unique((*better.identifiers, *metadata.identifiers)))

    def _complete(self, metadata: Metadata, identifier: Identifier, passed_over: list[str]) -> Metadata:
        """With the identifier asked for, where its PDF lies, and who was passed over."""
        return replace(
            metadata,
            identifiers=sources.unique((identifier, *metadata.identifiers)),
            page_url=self._shown_page(identifier) or metadata.page_url or self._page_url(identifier) or None,
            pdf_urls=self._all_pdf_urls(metadata, identifier),
            passed_over=(*passed_over, *metadata.passed_over),
        )

    def _all_pdf_urls(self, metadata: Metadata, identifier: Identifier) -> tuple[str, ...]:
        """Open archives first: publishers often keep theirs behind a login."""
        ours = self._pdf_urls(identifier)
        others = (url for other in metadata.identifiers if other.kind == "arxiv" for url in self._pdf_urls(other))
        theirs = metadata.pdf_urls
        ordered = (*ours, *theirs) if identifier.kind == "arxiv" else (*theirs, *others, *ours)
        return tuple(dict.fromkeys(ordered))

    def _page_url(self, identifier: Identifier) -> str:
        kind, value = identifier.kind, identifier.value
        if kind == "arxiv":
            return f"{self._settings.arxiv_url.rstrip('/')}/abs/{value}"
        if kind == "doi":
            return f"{self._settings.doi_url.rstrip('/')}/{quote(value, safe='/')}"
        return value if kind == "page" else sites.page_url(kind, value) or ""

    def _shown_page(self, identifier: Identifier) -> str | None:
        """The link people know a paper by, also when a stand-in or mirror was asked."""
        if identifier.kind == "arxiv":
            return f"https://arxiv.org/abs/{identifier.value}"
        if identifier.kind == "doi":
            return f"https://doi.org/{quote(identifier.value, safe='/')}"
        return identifier.value if identifier.kind == "pdf" else None

    def _pdf_urls(self, identifier: Identifier) -> tuple[str, ...]:
        kind, value = identifier.kind, identifier.value
        if kind == "pdf":
            return (value,)
        if kind != "arxiv":
            url = sites.pdf_url(kind, value)
            return (url,) if url else ()
        latest = f"{self._settings.arxiv_url.rstrip('/')}/pdf/{value}"
        return (f"{latest}v{identifier.version}", latest) if identifier.version else (latest,)


def _raise(error: PaperwireError) -> NoReturn:
    raise error


def _reason(error: PaperwireError) -> str:
    return str(error.facts.get("reason") or error.code.replace("_", " "))


def _most_telling(failures: list[PaperwireError]) -> PaperwireError:
    """A source that may be back later before one that has nothing."""
    waiting = [failure for failure in failures if isinstance(failure, Retry)]
    return waiting[0] if waiting else failures[0]
