"""The workflows that answer: replies and notes, each posted exactly once; and how anything is posted once.

Posting is not idempotent in Slack. Before a message goes out, an id of this run is remembered; a replay, which runs
under another, a second try after an unknown outcome, and whatever is posted on the first day after a backup was
restored, looks the message up by its key first.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from bot.briefs.correction import anonymous
from bot.channels import Channels
from bot.errors import PaperwireError, Retry, Tell
from bot.models import Audience, Language, Share, ShareState, StoredShare
from bot.outcomes import announce
from bot.papers.agree import newer_version
from bot.ports import Library, Messenger, Reply
from bot.visible import escape
from bot.wording import explain, say
from bot.work import POSTS, Bug, Work

log = logging.getLogger("paperwire.posting")

_SHARE = TypeAdapter(Share)
Json = dict[str, Any]

# A sign on a message is worth a few tries.
_SIGN_TRIES = 5


def where_replied(stored: StoredShare) -> list[str] | None:
    """Channel and ts of our reply, as a step may remember them."""
    return [stored.reply_channel_id, stored.reply_ts] if stored.reply_channel_id and stored.reply_ts else None


def placed(reply: list[str] | str, channel_id: str) -> tuple[str, str]:
    """What ``where_replied`` remembered; earlier versions remembered the ts alone, of a reply in the channel."""
    return (channel_id, reply) if isinstance(reply, str) else (reply[0], reply[1])


class Posting:
    """Posts into Slack, durably and one message a second in a channel."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        channels: Channels,
        clock: Callable[[], datetime],
    ) -> None:
        self._clock = clock
        self._work = work
        self._library = library
        self._messenger = messenger
        self._channels = channels

    # what listeners call: one durable write

    def note(self, team_id: str, channel_id: str, thread_ts: str | None, key: str, words: str, **facts: object) -> None:
        """Post the sentence ``words`` (a key of the catalogue) once."""
        self._work.enqueue(
            POSTS, "post_note", key, key, team_id, channel_id, thread_ts, words, facts, channel=channel_id
        )

    # what workflows call

    def not_done(self, key: str, team_id: str, user_id: str, error: PaperwireError | Bug) -> None:
        """What was promised in a channel does not come: tell the asker alone why."""
        try:
            direct = self._work.insist("direct", lambda: self._messenger.direct_channel(team_id, user_id))
        except (PaperwireError, Bug) as unreachable:
            log.warning("cannot tell %s: %s", user_id, unreachable)
            return
        # The note speaks the language of the direct messages: so does the reason in it.
        language = self._work.patiently(lambda: self._channels.language(team_id, direct))
        reason = say(language, "reply.bug", id=error.short_id) if isinstance(error, Bug) else explain(language, error)
        self.note(team_id, direct, None, key, "commands.not_done", reason=reason)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {"reply_share": self.reply_share, "post_note": self.post_note}

    def reply_share(self, raw: Json, again: str, failure: Json) -> None:
        share = _SHARE.validate_python(raw)
        key = f"{share.id}:{again}:reply"
        if not self._work.step("standing", lambda: self._standing(share)):
            return
        if self._work.step("quiet", lambda: self._channels.wants_quiet(share)):
            self._sign_off(share, failed=bool(failure), again=bool(again))
            return
        before = self._work.step("before", lambda: self._where_replied(share)) if again else None
        try:
            try:
                channel_id, ts = self._answer_somewhere(share, failure, key)
            except Bug as bug:
                failure = {"bug": bug.short_id}
                channel_id, ts = self._answer_somewhere(share, failure, f"{key}:bug")
        except (PaperwireError, Bug) as error:
            log.error("no answer to %s: %s", share.id, error)
            code = error.code if isinstance(error, PaperwireError) else "bug"
            announce("unanswered", team=share.team_id, channel=share.channel_id, share=share.id, code=code)
            return
        withdrawn = self._work.step("record", lambda: self._record(share, channel_id, ts))
        for gone in ([channel_id, ts] if withdrawn else None, before):
            if gone is not None:
                self._work.insist("delete", partial(self._messenger.delete, share.team_id, *placed(gone, channel_id)))
        if not withdrawn:
            self._sign_off(share, failed=bool(failure), again=bool(again))
        announce("answered", team=share.team_id, channel=channel_id, share=share.id, ts=ts)
        self._work.pace()

    def post_note(
        self, key: str, team_id: str, channel_id: str, thread_ts: str | None, words: str, facts: Json
    ) -> None:
        def send() -> str:
            # Facts may hold anybody's words; the sentence itself is mrkdwn of ours.
            shown = {name: escape(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
            text = say(self._channels.language(team_id, channel_id), words, **shown)
            return self._messenger.note(team_id, channel_id, thread_ts, text, key)

        try:
            self.post_once(key, team_id, channel_id, thread_ts, send)
        except (PaperwireError, Bug) as error:
            log.warning("no note %s in %s: %s", words, channel_id, error)
        self._work.pace()

    # parts

    def _answer_somewhere(self, share: Share, failure: Json, key: str) -> tuple[str, str]:
        """Answer in the share's thread, or to the asker alone where we are not in the channel; (channel, ts)."""
        try:
            return share.channel_id, self._reply(share, failure, key, share.channel_id, share.thread)
        except Tell as error:
            if not share.asked or error.code not in ("not_in_channel", "channel_gone"):
                raise
        direct: str = self._work.insist("direct", lambda: self._messenger.direct_channel(share.team_id, share.user_id))
        return direct, self._reply(share, failure, key, direct, None)

    def _sign_off(self, share: Share, *, failed: bool, again: bool) -> None:
        """Show the outcome on the message; Slack allows fewer such calls than messages."""
        for _ in range(_SIGN_TRIES):
            try:
                self._work.step("finish", lambda: self._messenger.finished(share, failed=failed, again=again))
                return
            except Retry as error:
                self._work.sleep(max(5.0, error.after or 0.0))
            except (Tell, Bug) as error:
                log.warning("no sign of the outcome on %s: %s", share.id, error)
                return

    def _reply(self, share: Share, failure: Json, key: str, channel_id: str, thread_ts: str | None) -> str:
        def send() -> str:
            return self._messenger.reply(channel_id, thread_ts, share, self.answer(share, failure), key)

        return self.post_once(key, share.team_id, channel_id, thread_ts, send)

    def post_once(
        self,
        key: str,
        team_id: str,
        channel_id: str,
        thread_ts: str | None,
        send: Callable[[], str],
        posted: Callable[[str], None] = lambda ts: None,
    ) -> str:
        """Post a message once; returns its ts. ``posted`` is called with it at least once, before the step is over."""
        this_run = uuid.uuid4().hex
        tried = self._work.step("post_intent", lambda: this_run) != this_run

        def post() -> str:
            nonlocal tried
            unsure = tried or self._work.doubtful
            tried = True
            there = self._messenger.posted(team_id, channel_id, thread_ts, key) if unsure else None
            ts = there or send()
            posted(ts)
            return ts

        return str(self._work.insist("post", post))

    def send_file(
        self,
        team_id: str,
        channel_id: str,
        thread_ts: str | None,
        name: str,
        content: Callable[[], bytes],
        alt_text: str = "",
    ) -> None:
        """Upload a file once, inside a workflow: its id is remembered before it is shared.

        A thread of ours holds one file of a name, so that one which a restored backup does not know is found there. A
        file for a person alone comes again then.
        """

        def reserve() -> str:
            if self._work.doubtful and thread_ts is not None:
                there = self._messenger.file_in_thread(team_id, channel_id, thread_ts, name)
                if there is not None:
                    return there
            return self._messenger.reserve_file(team_id, name, content(), alt_text)

        file_id: str = self._work.insist("reserve_file", reserve)
        self._work.insist(
            "share_file", partial(self._messenger.share_file, team_id, file_id, name, channel_id, thread_ts)
        )

    # steps

    def _standing(self, share: Share) -> bool:
        stored = self._library.stored_share(share.team_id, share.id)
        return stored is not None and stored.state is not ShareState.WITHDRAWN

    def _where_replied(self, share: Share) -> list[str] | None:
        stored = self._library.stored_share(share.team_id, share.id)
        return where_replied(stored) if stored else None

    def _record(self, share: Share, channel_id: str, ts: str) -> bool:
        """Whether the message was deleted meanwhile, so that our answer has to go too."""
        return self._library.replied(share.team_id, share.id, channel_id, ts).state is ShareState.WITHDRAWN

    def answer(self, share: Share, failure: Json, language: Language | None = None) -> Reply:
        """What a share is answered, by default in its channel's language. Raises Tell (``withdrawn``)."""
        team_id, language = share.team_id, language or self._channels.language(share.team_id, share.channel_id)
        if "bug" in failure:
            return Reply(language, bug=failure["bug"])
        if failure:
            return Reply(language, error=Tell(failure["code"], **failure["facts"]))
        stored = self._library.stored_share(team_id, share.id)
        if stored is None or stored.paper_id is None or stored.state is ShareState.WITHDRAWN:
            raise Tell("withdrawn")
        audience = self.read_by(share)
        stored = self._library.stored_share(team_id, share.id) or stored
        if stored.paper_id is None:
            raise Tell("withdrawn")
        paper = self._library.paper(team_id, stored.paper_id, share.channel_id)
        # The channel may have chosen another language since the brief was made.
        other: Language = "en" if language == "zh" else "zh"
        brief = self._library.brief(team_id, stored.paper_id, language, share.channel_id) or self._library.brief(
            team_id, stored.paper_id, other, share.channel_id
        )
        if (paper is None or brief is None) and not self._standing(share):
            raise Tell("withdrawn")  # since the library was first asked
        assert paper is not None and brief is not None
        first = self._library.first_share(team_id, paper.id, share.channel_id, before=share.id)
        if audience.outsiders:
            # Who shared what elsewhere, and who worked on it, is nobody's business outside.
            brief = anonymous(brief)
        elsewhere = first is not None and first.share.channel_id != share.channel_id
        if elsewhere and (audience.outsiders or self._messenger.is_guest(team_id, share.user_id)):
            # A guest would find out, paper by paper, what is read in channels that they do not see.
            first = None
        shared = share.identifier.version if share.identifier else None
        newer = newer_version(paper) or (paper.version if shared and (paper.version or 0) > shared else None)
        return Reply(language, paper=paper, brief=brief, first=first, newer_version=newer)

    def read_by(self, share: Share) -> Audience:
        """Who reads the share's channel now; from now on the share is filed accordingly. Raises Retry."""
        audience = self._messenger.audience(share.team_id, share.channel_id)
        if audience.apart:
            self._library.set_apart(share.team_id, share.id, self._clock())
        return audience

    def names(self, team_id: str, own: Collection[str], language: Language) -> Callable[[str], str]:
        """What people and channels are called in a file for readers who are in ``own`` channels.

        Another channel that was closed since it shared in public is named no more: its name may be news by now.
        """

        def name(slack_id: str) -> str:
            if slack_id.startswith(("C", "G", "D")) and slack_id not in own and not self._is_open(team_id, slack_id):
                return say(language, "report.closed_channel")
            return self._messenger.name(team_id, slack_id)

        return name

    def addresses(self, team_id: str, own: Collection[str]) -> Callable[[Share], str]:
        """Where the messages of shares are found, for the same readers: of those in a channel closed since, nowhere."""

        def address(share: Share) -> str:
            known = share.channel_id in own or self._is_open(team_id, share.channel_id)
            return self._messenger.permalink(share) if known else ""

        return address

    def _is_open(self, team_id: str, channel_id: str) -> bool:
        try:
            return not self._messenger.audience(team_id, channel_id).closed
        except PaperwireError as error:
            log.info("nobody can tell who reads %s: %s", channel_id, error)
            return False
