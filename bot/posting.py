"""The workflows that speak: replies, digests and notes, each posted exactly once.

Posting is not idempotent in Slack. Before a message goes out, the id of this process's life is remembered; a
replay in another life, or a second try after an unknown outcome, looks the message up by its key first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.digests.chart import WEEKS, Week, page_alt_text, weekly_chart, weeks_of
from bot.digests.chart import alt_text as alt_text_of
from bot.digests.report import digest_report
from bot.errors import PaperwireError, Retry, Tell
from bot.models import Digest, Language, Paper, Period, Share, ShareState
from bot.papers.agree import newer_version
from bot.ports import Library, Messenger, Reply
from bot.wording import explain, say
from bot.work import POSTS, Bug, Work

log = logging.getLogger("paperwire.posting")

_SHARE = TypeAdapter(Share)
_WEEKS = TypeAdapter(tuple[Week, ...])
Json = dict[str, Any]

# Slack's outages last minutes to hours; what was accepted waits for their end.
_TRIES = 60
_LONGEST_WAIT = 300.0
# A digest that comes so long after it was due says so.
_LATE = timedelta(hours=1)
# Errors that no retry mends: the schedule rests until somebody sets it again.
_NO_WAY_IN = ("not_in_channel", "channel_gone")


class Posting:
    """Posts into Slack, durably and one message a second in a channel."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        language: Language,
        zone: str,
        clock: Callable[[], datetime],
        first_page: Callable[[Paper], bytes | None],
    ) -> None:
        """``language`` and ``zone`` are for channels that chose none; ``first_page`` draws a paper's."""
        self._first_page = first_page
        self._work = work
        self._library = library
        self._messenger = messenger
        self._language = language
        self._zone = zone
        self._clock = clock

    # what listeners and the clock call: one durable write each

    def note(self, team_id: str, channel_id: str, thread_ts: str | None, key: str, words: str, **facts: object) -> None:
        """Post the sentence ``words`` (a key of the catalogue) once."""
        self._work.enqueue(
            POSTS, "post_note", key, key, team_id, channel_id, thread_ts, words, facts, channel=channel_id
        )

    def scheduled_digest(self, team_id: str, channel_id: str, due_at: datetime, interval_back: datetime) -> None:
        """Post the digest due at a time, once."""
        key = f"digest:{team_id}:{channel_id}:{due_at.isoformat()}"
        period = [interval_back.isoformat(), due_at.isoformat()]
        self._work.enqueue(POSTS, "post_digest", key, team_id, channel_id, key, period, True, channel=channel_id)

    def asked_digest(self, team_id: str, channel_id: str, period: Period, key: str) -> None:
        """Post the digest of a period that somebody asked for; ``key`` is of the click."""
        key = f"digest:{team_id}:{channel_id}:asked:{key}"
        bounds = [period.since_at.isoformat(), period.until_at.isoformat()]
        self._work.enqueue(POSTS, "post_digest", key, team_id, channel_id, key, bounds, False, channel=channel_id)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {"reply_share": self.reply_share, "post_digest": self.post_digest, "post_note": self.post_note}

    def reply_share(self, raw: Json, again: str, failure: Json) -> None:
        share = _SHARE.validate_python(raw)
        key = f"{share.id}:{again}:reply"
        if not self._work.step("standing", lambda: self._standing(share)):
            return
        if self._work.step("quiet", lambda: self._is_quiet(share)):
            self._work.step("finish", lambda: self._finish(share, failed=bool(failure)))
            return
        before = self._work.step("before", lambda: self._reply_ts(share)) if again else None
        try:
            try:
                channel_id, ts = self._answer_somewhere(share, failure, key)
            except Bug as bug:
                failure = {"bug": bug.short_id}
                channel_id, ts = self._answer_somewhere(share, failure, f"{key}:bug")
        except (PaperwireError, Bug) as error:
            log.error("no answer to %s: %s", share.id, error)
            return
        withdrawn = self._work.step("record", lambda: self._record(share, ts))
        for gone in (ts if withdrawn else None, before):
            if gone is not None:
                self.insist("delete", partial(self._messenger.delete, share.team_id, channel_id, gone))
        if not withdrawn:
            self._work.step("finish", lambda: self._finish(share, failed=bool(failure)))
        log.info("answered %s with %s", share.id, ts)
        self._work.pace()

    def post_note(
        self, key: str, team_id: str, channel_id: str, thread_ts: str | None, words: str, facts: Json
    ) -> None:
        def send() -> str:
            text = say(self._language_of(team_id, channel_id), words, **facts)
            return self._messenger.note(team_id, channel_id, thread_ts, text, key)

        try:
            self.post_once(key, team_id, channel_id, thread_ts, send)
        except (PaperwireError, Bug) as error:
            log.warning("no note %s in %s: %s", words, channel_id, error)
        self._work.pace()

    def post_digest(self, team_id: str, channel_id: str, digest_id: str, bounds: list[str], scheduled: bool) -> None:
        period = Period(datetime.fromisoformat(bounds[0]), datetime.fromisoformat(bounds[1]))
        entries, replies = self._work.step(
            "freeze", lambda: self._freeze(team_id, channel_id, digest_id, period, scheduled)
        )
        try:
            parent = self._digest_parent(team_id, channel_id, digest_id, late=scheduled and self._is_late(period))
            self._work.step("posted", lambda: self._library.digest_posted(team_id, digest_id, parent, self._clock()))
            if entries:
                self._send_chart(self._frozen(team_id, digest_id), parent)
            for number in replies:
                self._work.pace()
                self._digest_reply(team_id, digest_id, number, parent)
            if entries:
                self._share_report(self._frozen(team_id, digest_id), parent, period.until_at)
            log.info("delivered %s: %d papers", digest_id, entries)
        except (PaperwireError, Bug) as error:
            log.error("digest %s stopped: %s", digest_id, error)
            if scheduled and isinstance(error, Tell) and error.code in _NO_WAY_IN:
                code = error.code
                self._pause(team_id, channel_id, code)
        self._work.pace()

    # parts

    def _answer_somewhere(self, share: Share, failure: Json, key: str) -> tuple[str, str]:
        """Answer in the share's thread, or to the asker alone where we are not in the channel; (channel, ts)."""
        try:
            return share.channel_id, self._reply(share, failure, key, share.channel_id, share.thread)
        except Tell as error:
            if not share.asked or error.code not in ("not_in_channel", "channel_gone"):
                raise
        direct: str = self._work.step("direct", lambda: self._messenger.direct_channel(share.team_id, share.user_id))
        return direct, self._reply(share, failure, key, direct, None)

    def _reply(self, share: Share, failure: Json, key: str, channel_id: str, thread_ts: str | None) -> str:
        def send() -> str:
            return self._messenger.reply(channel_id, thread_ts, share, self.answer(share, failure), key)

        return self.post_once(key, share.team_id, channel_id, thread_ts, send)

    def _digest_parent(self, team_id: str, channel_id: str, digest_id: str, *, late: bool) -> str:
        def send() -> str:
            digest = self._frozen(team_id, digest_id)
            usage = self._library.usage_in(team_id, channel_id, digest.period)
            return self._messenger.digest_parent(replace(digest, usage=usage), digest_id, late=late)

        return self.post_once(digest_id, team_id, channel_id, None, send)

    def _is_late(self, period: Period) -> bool:
        return self._clock() - period.until_at > _LATE

    def _send_chart(self, digest: Digest, parent_ts: str) -> None:
        """A picture of the last weeks, where there is more than this one to see."""
        weeks = self._work.step("weeks", lambda: _WEEKS.dump_python(self._weeks(digest), mode="json"))
        drawn = _WEEKS.validate_python(weeks)
        if sum(1 for week in drawn if week.papers) < 2:
            return
        name, alt_text = f"weeks-{digest.period.until_at:%Y-%m-%d}.png", alt_text_of(drawn, digest.language)
        self._work.pace()
        self.send_file(digest.team_id, digest.channel_id, parent_ts, name, lambda: weekly_chart(drawn), alt_text)

    def _weeks(self, digest: Digest) -> tuple[Week, ...]:
        until = digest.period.until_at
        since = until - timedelta(weeks=WEEKS + 1)
        shared, discussed = self._library.activity(digest.team_id, digest.channel_id, since)
        return weeks_of(shared, discussed, until, digest.zone)

    def _pause(self, team_id: str, channel_id: str, code: str) -> None:
        """Stop a schedule that cannot post, and tell who set it."""

        def pause() -> list[str] | None:
            schedule = self._library.schedule(team_id, channel_id)
            if schedule is None or schedule.paused is not None:
                return None
            direct = self._messenger.direct_channel(team_id, schedule.user_id)
            self._library.pause_schedule(team_id, channel_id, code)
            return [direct, self._messenger.name(team_id, channel_id), self._clock().isoformat()]

        told = self._work.step("pause", pause)
        if told is not None:
            direct, where, now = told
            reason = explain(self._language_of(team_id, channel_id), Tell(code, reason=code))
            key = f"paused:{team_id}:{channel_id}:{now}"
            self.note(team_id, direct, None, key, "digest.paused", channel=where, reason=reason)

    def _digest_reply(self, team_id: str, digest_id: str, number: int, parent_ts: str) -> None:
        key = f"{digest_id}:{number}"
        digest = self._frozen(team_id, digest_id)
        if number not in self._messenger.digest_replies(digest):
            return  # withdrawn since the digest was frozen

        picture = self._picture(digest, number, key)

        def send() -> str:
            return self._messenger.digest_reply(digest, number, parent_ts, key, picture)

        try:
            self.post_once(key, team_id, digest.channel_id, parent_ts, send)
        except Bug as bug:
            log.error("reply %d of the digest in %s left out: bug %s", number, digest.channel_id, bug)

    def _picture(self, digest: Digest, number: int, key: str) -> str | None:
        """The uploaded picture of the first page, for a reply that holds one paper whose PDF is at hand."""
        papers = [entry.paper for entry in digest.entries if entry.number == number]
        if not papers or len(self._messenger.digest_replies(digest)) < len(digest.entries):
            return None

        def upload() -> str | None:
            drawn = self._first_page(papers[0])
            if drawn is None:
                return None
            alt_text = page_alt_text(papers[0].title, digest.language)
            return self._messenger.keep_picture(digest.team_id, f"page-{number + 1}.png", drawn, alt_text)

        try:
            return self._work.step("picture", upload)
        except (PaperwireError, Bug) as error:
            log.info("no picture beside %s: %s", key, error)
            return None

    def post_once(self, key: str, team_id: str, channel_id: str, thread_ts: str | None, send: Callable[[], str]) -> str:
        """Post a message once; returns its ts."""
        intended_by = self._work.step("post_intent", lambda: self._work.boot_id)
        tried = False

        def post() -> str:
            nonlocal tried
            unsure = tried or intended_by != self._work.boot_id
            tried = True
            there = self._messenger.posted(team_id, channel_id, thread_ts, key) if unsure else None
            return there or send()

        return str(self.insist("post", post))

    def insist(self, name: str, action: Callable[[], Any]) -> Any:
        """A step that is tried until Slack is well again. Raises Tell, Bug, or the last Retry."""
        for wait in _waits():
            try:
                return self._work.step(name, action)
            except Retry as error:
                if wait is None:
                    raise
                self._work.sleep(max(wait, error.after or 0.0))
        raise AssertionError("unreachable: the last wait is None")

    def _share_report(self, digest: Digest, parent_ts: str, at: datetime) -> None:
        name = f"digest-{at.astimezone(ZoneInfo(digest.zone)):%Y-%m-%d}.md"

        def words() -> bytes:
            return digest_report(digest, at, names=partial(self._messenger.name, digest.team_id)).encode()

        self.send_file(digest.team_id, digest.channel_id, parent_ts, name, words)

    def send_file(
        self,
        team_id: str,
        channel_id: str,
        thread_ts: str | None,
        name: str,
        content: Callable[[], bytes],
        alt_text: str = "",
    ) -> None:
        """Upload a file once, inside a workflow: its id is remembered before it is shared."""
        file_id: str = self.insist(
            "reserve_file", lambda: self._messenger.reserve_file(team_id, name, content(), alt_text)
        )
        self.insist("share_file", partial(self._messenger.share_file, team_id, file_id, name, channel_id, thread_ts))

    # steps

    def _standing(self, share: Share) -> bool:
        stored = self._library.stored_share(share.team_id, share.id)
        return stored is not None and stored.state is not ShareState.WITHDRAWN

    def _is_quiet(self, share: Share) -> bool:
        """Whether the channel wants only a sign on the message; the brief appears in the digest."""
        settings = self._library.channel_settings(share.team_id, share.channel_id)
        return settings is not None and settings.mode == "quiet" and not share.asked

    def _reply_ts(self, share: Share) -> str | None:
        stored = self._library.stored_share(share.team_id, share.id)
        return stored.reply_ts if stored else None

    def _record(self, share: Share, ts: str) -> bool:
        """Whether the message was deleted meanwhile, so that our answer has to go too."""
        return self._library.replied(share.team_id, share.id, ts).state is ShareState.WITHDRAWN

    def _finish(self, share: Share, *, failed: bool) -> None:
        try:
            self._messenger.finished(share, failed=failed)
        except PaperwireError as error:
            log.warning("no sign of the outcome on %s: %s", share.id, error)

    def answer(self, share: Share, failure: Json, language: Language | None = None) -> Reply:
        """What a share is answered, by default in its channel's language. Raises Tell (``withdrawn``)."""
        team_id, language = share.team_id, language or self._language_of(share.team_id, share.channel_id)
        if "bug" in failure:
            return Reply(language, bug=failure["bug"])
        if failure:
            return Reply(language, error=Tell(failure["code"], **failure["facts"]))
        stored = self._library.stored_share(team_id, share.id)
        if stored is None or stored.paper_id is None or stored.state is ShareState.WITHDRAWN:
            raise Tell("withdrawn")
        paper = self._library.paper(team_id, stored.paper_id, share.channel_id)
        brief = self._library.brief(team_id, stored.paper_id, language, share.channel_id)
        assert paper is not None and brief is not None
        first = self._library.first_share(team_id, paper.id, share.channel_id, before=share.id)
        shared = share.identifier.version if share.identifier else None
        newer = newer_version(paper) or (paper.version if shared and (paper.version or 0) > shared else None)
        return Reply(language, paper=paper, brief=brief, first=first, newer_version=newer)

    def _freeze(
        self, team_id: str, channel_id: str, digest_id: str, period: Period, scheduled: bool
    ) -> tuple[int, list[int]]:
        """How many papers the digest holds, and the numbers of the replies they take."""
        language, now, zone = self._language_of(team_id, channel_id), self._clock(), self._zone
        if scheduled:
            back, due = period.since_at, period.until_at
            digest = self._library.freeze_digest(team_id, channel_id, digest_id, due, back, language, now, zone=zone)
        else:
            digest = self._library.freeze_period(team_id, channel_id, digest_id, period, language, now, zone=zone)
        return len(digest.entries), list(self._messenger.digest_replies(digest))

    def _frozen(self, team_id: str, digest_id: str) -> Digest:
        digest = self._library.frozen_digest(team_id, digest_id)
        assert digest is not None, "frozen in the step before"
        return digest

    def _language_of(self, team_id: str, channel_id: str) -> Language:
        settings = self._library.channel_settings(team_id, channel_id)
        return settings.language if settings else self._language


def _waits() -> Iterator[float | None]:
    """Seconds between tries, doubling; None stands for the last try."""
    wait = 1.0
    for _ in range(_TRIES - 1):
        yield wait
        wait = min(wait * 2, _LONGEST_WAIT)
    yield None
