"""The workflows behind commands: papers added, files sent to the asker, a channel's history read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from bot.channels import Channels
from bot.digests.export import Form, export
from bot.digests.report import report_title
from bot.errors import PaperwireError
from bot.models import Coverage, Identifier, Period, Share
from bot.ports import HistoryPage, Library, Messenger
from bot.visible import escape
from bot.wording import say
from bot.work import POSTS, Bug, Work
from bot.workflows.briefing import Briefing
from bot.workflows.posting import Posting

log = logging.getLogger("paperwire.answering")

_COVERAGE = TypeAdapter(Coverage)
_IDENTIFIER = TypeAdapter(Identifier)
_PAGE = TypeAdapter(HistoryPage)
# Between pages of history; where Slack wants more it says so (Retry-After).
_PAGE_SECONDS = 1.2
_PAGES_BETWEEN_NEWS = 20
Json = dict[str, Any]


class Answering:
    """Does what a command asked for and what takes longer than an answer may."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        briefing: Briefing,
        posting: Posting,
        channels: Channels,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._library = library
        self._messenger = messenger
        self._briefing = briefing
        self._posting = posting
        self._channels = channels
        self._clock = clock

    # what listeners call: one durable write each

    def add_papers(
        self, team_id: str, channel_id: str, user_id: str, papers: Sequence[Identifier], private: bool, key: str
    ) -> None:
        """Post a message that names the papers, and brief them in its thread."""
        raw = [_IDENTIFIER.dump_python(paper, mode="json") for paper in papers]
        key = f"add:{team_id}:{channel_id}:{key}"
        self._work.enqueue(
            POSTS, "add_papers", key, key, team_id, channel_id, user_id, raw, private, channel=channel_id
        )

    def send_export(
        self, team_id: str, channel_id: str, user_id: str, form: Form, coverage: Coverage, period: Period, key: str
    ) -> None:
        """Send the papers shared in a period to the asker alone, as a file; ``channel_id`` is where it was asked."""
        key = f"export:{team_id}:{user_id}:{key}"
        bounds = [period.since_at.isoformat(), period.until_at.isoformat()]
        inputs = (key, team_id, channel_id, user_id, form, bounds, _COVERAGE.dump_python(coverage, mode="json"))
        self._work.enqueue(POSTS, "send_export", key, *inputs, channel=user_id)

    def backfill(
        self, team_id: str, channel_id: str, user_id: str, private: bool, since_at: datetime, key: str
    ) -> None:
        """Read a channel's history since a time and keep its papers, without a word in the channel."""
        key = f"backfill:{team_id}:{channel_id}:{key}"
        partition = f"backfill:{channel_id}"
        inputs = (key, team_id, channel_id, user_id, private, since_at.isoformat())
        self._work.enqueue(POSTS, "backfill", key, *inputs, channel=partition)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {"add_papers": self.read_added, "send_export": self.send, "backfill": self.read_history}

    def read_added(self, key: str, team_id: str, channel_id: str, user_id: str, raw: list[Json], private: bool) -> None:
        papers = [_IDENTIFIER.validate_python(each) for each in raw]

        def send() -> str:
            language = self._work.patiently(lambda: self._channels.language(team_id, channel_id))
            names = [escape(self._named(team_id, channel_id, paper)) for paper in papers]
            who = escape(self._messenger.name(team_id, user_id))
            words = say(language, "commands.added", user=who, papers=("、" if language == "zh" else ", ").join(names))
            return self._messenger.note(team_id, channel_id, None, words, key)

        try:
            ts = self._posting.post_once(key, team_id, channel_id, None, send)
        except (PaperwireError, Bug) as error:
            log.warning("papers not added to %s: %s", channel_id, error)
            self._posting.not_done(f"{key}:failed", team_id, user_id, error)
            return
        for paper in papers:
            share = Share(team_id, channel_id, ts, paper.key, user_id, identifier=paper, private=private, asked=True)
            self._briefing.accept(share)
        self._work.pace()

    def send(
        self,
        key: str,
        team_id: str,
        channel_id: str,
        user_id: str,
        form: Form,
        bounds: list[str],
        covered: Json | None = None,
    ) -> None:
        """``covered`` is missing where an earlier version took the order in: the channel alone was covered then."""
        coverage = Coverage((channel_id,)) if covered is None else _COVERAGE.validate_python(covered)
        period = Period(datetime.fromisoformat(bounds[0]), datetime.fromisoformat(bounds[1]))
        settings = self._work.patiently(lambda: self._channels.settings(team_id, channel_id))
        title = report_title(settings.language, settings.topic)
        at = self._work.step("at", lambda: self._clock().isoformat())

        def content() -> bytes:
            entries = self._library.shared_in(team_id, coverage, period, settings.language)
            made = export(
                form,
                entries,
                settings.language,
                title=title,
                at=datetime.fromisoformat(at),
                zone=settings.zone,
                names=self._posting.names(team_id, coverage.own, settings.language),
                addresses=self._posting.addresses(team_id, coverage.own),
            )
            return made.encode()

        name = f"papers-{at[:10]}.{form}"
        try:
            direct = self._work.insist("direct", lambda: self._messenger.direct_channel(team_id, user_id))
            self._posting.send_file(team_id, direct, None, name, content)
        except (PaperwireError, Bug) as error:
            log.warning("no export for %s: %s", user_id, error)
            self._posting.not_done(f"{key}:failed", team_id, user_id, error)

    def read_history(self, key: str, team_id: str, channel_id: str, user_id: str, private: bool, since: str) -> None:
        since_at = datetime.fromisoformat(since)
        insist = self._work.insist
        cursor, pages, messages, papers = "", 0, 0, 0
        try:
            while True:
                read = partial(self._page, team_id, channel_id, private, since_at, cursor)
                page = _PAGE.validate_python(insist("history", read))
                for share in page.shares:
                    self._briefing.accept(share)
                cursor, pages = page.cursor, pages + 1
                messages, papers = messages + page.messages, papers + len(page.shares)
                if not cursor:
                    break
                if pages % _PAGES_BETWEEN_NEWS == 0:
                    self._news(f"{key}:{pages}", team_id, channel_id, user_id, "commands.backfilling", messages, papers)
                self._work.sleep(_PAGE_SECONDS)
            self._news(f"{key}:end", team_id, channel_id, user_id, "commands.backfilled", messages, papers)
        except (PaperwireError, Bug) as error:
            log.warning("history of %s not read to its end: %s", channel_id, error)
            self._posting.not_done(f"{key}:failed", team_id, user_id, error)

    def _page(self, team_id: str, channel_id: str, private: bool, since_at: datetime, cursor: str) -> Json:
        page = self._messenger.history(team_id, channel_id, private, since_at, cursor)
        dumped: Json = _PAGE.dump_python(page, mode="json")
        return dumped

    def _news(
        self, key: str, team_id: str, channel_id: str, user_id: str, words: str, messages: int, papers: int
    ) -> None:
        direct = self._work.insist("direct", lambda: self._messenger.direct_channel(team_id, user_id))
        where = self._messenger.name(team_id, channel_id)
        self._posting.note(team_id, direct, None, key, words, channel=where, messages=messages, papers=papers)

    def _named(self, team_id: str, channel_id: str, paper: Identifier) -> str:
        """By its title where it was shared in the channel before, which gives nothing away; else as it is cited."""
        known = self._library.known_paper(team_id, [paper.key], channel_id)
        here = Coverage((channel_id,), (channel_id,))
        if known is not None and known.title.strip() and self._library.seen_in(team_id, known.id, here) is not None:
            return f"“{known.title}”"
        return f"arXiv:{paper.value}" if paper.kind == "arxiv" else paper.value
