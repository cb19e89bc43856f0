"""arXiv's API, asked politely: one call at a time, its delay kept, and many papers in one call."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import arxiv

from bot.errors import Retry, Tell
from bot.models import Author, Identifier, Metadata
from bot.papers import identify
from bot.papers.latex import plain
from bot.papers.sources import unique
from bot.papers.web import Web
from bot.settings import Settings

NAME = "arXiv API"
_BATCH = 100
"""Papers in one call; the API takes more, but its answer then takes longer than a brief should wait."""
_CALL_SECONDS = 8.0
_PATIENCE = 5.0
"""Seconds to wait for one's turn beyond the API's own delay."""
_REMEMBERED = 2_000
_REMEMBERED_SECONDS = 3_600.0
"""An hour: a newer version is noticed after that at the latest."""
_ABSENT_SECONDS = 60.0
"""The API lags behind the site: what it does not know now it may know soon."""


class ArxivApi:
    """Shared by all threads. Those that ask while a call is on its way are answered together by the next one."""

    def __init__(
        self,
        settings: Settings,
        web: Web,
        *,
        clock: Callable[[], float] = time.monotonic,
        turn: Callable[[], float] | None = None,
    ) -> None:
        """``turn`` asks the other processes that keep arXiv's delay together with this one: 0.0 when it is our turn,
        which then counts as taken, else the seconds until it may be."""
        self._clock = clock
        self._ask_turn = turn
        self._client = arxiv.Client(page_size=_BATCH, delay_seconds=settings.arxiv_delay, num_retries=0)
        self._client.query_url_format = f"{settings.arxiv_api_url}?{{}}"
        # The library calls requests without a time limit and follows the environment's proxies; all it wants of
        # its session is ``get``. Web bounds the call, and its errors carry Retry-After to the caller.
        self._client._session = _Session(web)
        self._patience = settings.arxiv_delay + _PATIENCE
        self._turn = threading.Lock()
        self._book = threading.Lock()
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._answers: OrderedDict[str, tuple[float, Metadata | None]] = OrderedDict()
        self._failed: tuple[float, Retry] | None = None

    def lookup(self, value: str) -> Metadata:
        """The paper with an arXiv identifier (without version), its latest version.

        Raises Retry ``source_unavailable`` (throttled, failed, or too many are waiting), Tell ``not_found``.
        """
        self.prefetch([value])
        with self._book:
            _, metadata = self._answers[value]
        if metadata is None:
            raise Tell("not_found", url=f"https://arxiv.org/abs/{value}")
        return metadata

    def prefetch(self, values: Iterable[str]) -> None:
        """Have the answers for many papers at hand, by as few calls as possible. Raises Retry as ``lookup``."""
        wanted = [value for value in values if not self._known(value)]
        asked_at = self._clock()
        with self._book:
            self._waiting.update(dict.fromkeys(wanted))
        while any(not self._known(value) for value in wanted):
            if not self._turn.acquire(timeout=self._patience):
                # nothing is wrong with the API: after=0, so that nobody rests it
                raise Retry("source_unavailable", after=0, source=NAME, reason="too many requests waiting")
            try:
                if self._failed and self._failed[0] >= asked_at:
                    raise self._failed[1]
                if any(not self._known(value) for value in wanted):
                    self._call(wanted)
            finally:
                self._turn.release()

    def _known(self, value: str) -> bool:
        with self._book:
            found = self._answers.get(value)
            if found is None:
                return False
            keep = _REMEMBERED_SECONDS if found[1] else _ABSENT_SECONDS
            return self._clock() - found[0] < keep

    def _call(self, wanted: list[str]) -> None:
        """One call for a batch of those who wait, the caller's own first."""
        self._await_turn()
        own = [value for value in wanted if not self._known(value)]
        with self._book:
            batch = list(dict.fromkeys([*own, *self._waiting]))[:_BATCH]
            for value in batch:
                self._waiting.pop(value, None)
        try:
            found = {paper.identifiers[0].value: paper for paper in self._results(batch)}
        except Retry as error:
            self._failed = (self._clock(), error)
            raise
        with self._book:
            for value in batch:
                self._answers[value] = (self._clock(), found.get(value))
                self._answers.move_to_end(value)
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)

    def _await_turn(self) -> None:
        deadline = self._clock() + self._patience
        while self._ask_turn is not None and (wait := self._ask_turn()) > 0:
            if self._clock() + wait > deadline:
                raise Retry("source_unavailable", after=0, source=NAME, reason="too many replicas waiting")
            time.sleep(wait)

    def _results(self, batch: list[str]) -> list[Metadata]:
        papers = []
        try:
            for result in self._client.results(arxiv.Search(id_list=batch, max_results=len(batch))):
                papers.append(_metadata(result))
        except Tell as error:
            # one identifier that the API cannot read (400) spoils the call for its neighbours
            if error.code != "not_found" or len(batch) > 1:
                raise Retry("source_unavailable", source=NAME, reason="refused the request") from error
        except arxiv.ArxivError as error:
            if not papers:
                raise Retry("source_unavailable", source=NAME, reason="answered nonsense") from error
        return papers


@dataclass(frozen=True, slots=True)
class _Response:
    status_code: int
    content: bytes


class _Session:
    """What the arxiv library needs of a requests.Session."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def get(self, url: str, headers: dict[str, str]) -> _Response:
        answer = self._web.get(url, accept="application/atom+xml", seconds=_CALL_SECONDS)
        return _Response(answer.status, answer.body)


def _metadata(result: arxiv.Result) -> Metadata:
    own = identify.identify_url(result.entry_id) or Identifier("arxiv", result.get_short_id())
    published_as = identify.doi(result.doi) if result.doi else None
    return Metadata(
        source=NAME,
        title=plain(result.title),
        authors=tuple(Author(name) for author in result.authors if (name := plain(author.name))),
        institutions=tuple(dict.fromkeys(plain(place) for author in result.authors for place in author.affiliation)),
        abstract=plain(result.summary),
        identifiers=unique(identifier for identifier in (own, published_as) if identifier),
        venue=plain(result.journal_ref or ""),
        published=result.published.date(),
    )
