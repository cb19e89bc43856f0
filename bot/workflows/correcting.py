"""The workflows behind the buttons of a brief: somebody's own words, another try, the other language.

Each shows what came of it in the message whose button was pressed. Changing a message is idempotent in Slack, so it
needs no look-up after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bot.briefs.asking.meter import Commission
from bot.briefs.asking.model import EXTRACTIVE
from bot.briefs.correction import Correction, corrected, seal
from bot.briefs.notes import model_notes
from bot.errors import PaperwireError, Retry, Tell
from bot.models import Brief, DigestReply, Language, Paper, Share, ShareState, StoredShare
from bot.outcomes import announce
from bot.pipeline import Pipeline
from bot.ports import Library, Messenger
from bot.settings import Settings
from bot.wording import explain, say
from bot.work import POSTS, SHARES, Bug, Work
from bot.workflows.digesting import Digesting
from bot.workflows.posting import Posting
from bot.workflows.translating import is_private

log = logging.getLogger("paperwire.correcting")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A message of ours that answers a share, in one language."""

    team_id: str
    share_id: str
    language: Language
    channel_id: str
    """Of the message: the share's, or a direct message."""
    ts: str


_PLACE = TypeAdapter(Place)
_CORRECTION = TypeAdapter(Correction)


class Correcting:
    """Changes briefs, durably."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        posting: Posting,
        digesting: Digesting,
        pipeline: Pipeline,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._library = library
        self._messenger = messenger
        self._posting = posting
        self._digesting = digesting
        self._pipeline = pipeline
        self._settings = settings
        self._clock = clock

    def models(self, place: Place) -> Sequence[str]:
        """Those that may be asked for the brief of a place, the usual one first."""
        return self._settings.models_for(place.language, private=self._is_private(place))

    # what listeners call: one durable write each

    def revise(self, place: Place, correction: Correction, user_id: str, seen: str, key: str) -> None:
        """Take a person's words; ``seen`` is the seal of the brief they saw, ``key`` of the form that was sent."""
        words = _CORRECTION.dump_python(correction, mode="json")
        inputs = (_dumped(place), words, user_id, key, seen)
        # It asks Slack, which may put it off for minutes: that is to hold up neither briefs nor answers.
        partition = f"revise:{place.channel_id}"
        self._work.enqueue(POSTS, "revise_brief", f"{key}:revise", *inputs, channel=partition)

    def again(self, place: Place, model: str | None, key: str) -> None:
        """Write the brief of ``place.language`` once more, by one model or by the usual ones (None)."""
        self._work.enqueue(SHARES, "rewrite_brief", f"{key}:rewrite", _dumped(place), model, key)

    def show(self, place: Place, key: str) -> None:
        """Show the brief in ``place.language``, written first where there is none yet."""
        self._work.enqueue(SHARES, "show_brief", f"{key}:show", _dumped(place), key)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {
            "revise_brief": self.revise_brief,
            "rewrite_brief": self.rewrite_brief,
            "show_brief": self.show_brief,
            "update_reply": self.update_reply,
        }

    def revise_brief(self, raw: Json, words: Json, user_id: str, key: str, seen: str = "") -> None:
        """``seen`` came with a later version than the rest."""
        place, correction = _PLACE.validate_python(raw), _CORRECTION.validate_python(words)
        try:
            if self._work.insist("revise", lambda: self._revise(place, correction, user_id)):
                self._update(raw, place, key)
                self._tell_both(place, user_id, seen, key)
                announce("revised", team=place.team_id, channel=place.channel_id, share=place.share_id)
        except (PaperwireError, Bug) as error:
            log.error("words of %s on %s not taken: %s", user_id, place.share_id, error)

    def show_brief(self, raw: Json, key: str) -> None:
        place = _PLACE.validate_python(raw)
        if self._work.step("known", lambda: self._current(place) is not None):
            self._update(raw, place, key)
        else:
            self.rewrite_brief(raw, None, key)

    def rewrite_brief(self, raw: Json, model: str | None, key: str) -> None:
        place = _PLACE.validate_python(raw)
        step = self._work.step
        reasons: list[str] = []
        try:
            if not step("mark", lambda: self._mark(place)):
                return
            step("text", lambda: self._find_text(place))
            reasons = step("write", lambda: self._write(place, model, key))
        except (Tell, Retry) as error:
            reasons = [explain(place.language, Tell(error.code, **error.facts))]
        except Bug as bug:
            reasons = [say(place.language, "reply.bug", id=bug.short_id)]
        if reasons:
            thread_ts = step("share", lambda: self._thread_of(place))
            note, why = f"{key}:failed", " ".join(reasons)
            self._posting.note(place.team_id, place.channel_id, thread_ts, note, "edit.again_failed", reason=why)
        else:
            self._update(raw, place, key)
        step("unmark", lambda: self._unmark(place))
        outcome = "not_rewritten" if reasons else "rewritten"
        announce(outcome, team=place.team_id, channel=place.channel_id, share=place.share_id)

    def update_reply(self, raw: Json) -> None:
        place = _PLACE.validate_python(raw)
        try:
            self._work.insist("update", lambda: self._show(place))
        except (PaperwireError, Bug) as error:
            log.error("the answer to %s still shows the earlier brief: %s", place.share_id, error)

    def _tell_both(self, place: Place, user_id: str, seen: str, key: str) -> None:
        """Say so where two changed a brief at once: both forms were sent before either words were taken."""
        if seen and (names := self._work.step("meanwhile", lambda: self._changed_meanwhile(place, user_id, seen))):
            user, other = names
            thread_ts = self._work.step("thread", lambda: self._thread_of(place))
            facts = {"user": user, "other": other}
            self._posting.note(
                place.team_id, place.channel_id, thread_ts, f"{key}:meanwhile", "edit.changed_by_both", **facts
            )

    def _update(self, raw: Json, place: Place, key: str) -> None:
        self._work.enqueue(POSTS, "update_reply", f"{place.share_id}:{key}:update", raw, channel=place.channel_id)

    # steps

    def _revise(self, place: Place, correction: Correction, user_id: str) -> bool:
        """Whether the brief is now in these words."""
        self._file(place)
        stored, paper, brief = self._stored(place), self._paper(place), self._current(place)
        if stored is None or paper is None or brief is None:
            return False
        revised = corrected(paper, brief, correction, self._messenger.name(place.team_id, user_id))
        if revised is not brief:
            channel_id = stored.share.channel_id
            self._library.revise(place.team_id, paper.id, channel_id, revised, user_id, self._clock())
        return True

    def _changed_meanwhile(self, place: Place, user_id: str, seen: str) -> list[str]:
        """Who sent words, and whose they replaced unseen, by name; empty where nobody came between."""
        stored = self._stored(place)
        if stored is None or stored.paper_id is None:
            return []
        channel_id = stored.share.channel_id
        history = self._library.revisions(place.team_id, stored.paper_id, place.language, channel_id)
        own = next((number for number, each in enumerate(history) if each.user_id == user_id), len(history))
        replaced = next(iter(history[own + 1 :]), None)
        if replaced is None or seal(replaced.brief) == seen:
            return []
        other = self._messenger.name(place.team_id, replaced.user_id) if replaced.user_id else replaced.brief.model
        return [self._messenger.name(place.team_id, user_id), other]

    def _mark(self, place: Place) -> bool:
        """Show that we are at work; whether there is anything to work on."""
        stored = self._stored(place)
        if stored is None:
            return False
        try:
            self._messenger.working(stored.share)
        except PaperwireError as error:
            log.warning("no sign of work on %s: %s", place.share_id, error)
        return True

    def _unmark(self, place: Place) -> None:
        stored = self._stored(place)
        if stored is None:
            return
        try:
            self._messenger.finished(stored.share, failed=False, again=True)
        except PaperwireError as error:
            log.warning("no sign of the outcome on %s: %s", place.share_id, error)

    def _find_text(self, place: Place) -> None:
        """Make sure of the full text: the stored one, else fetched anew; without it the abstract must do, as before."""
        stored, paper = self._stored(place), self._paper(place)
        if stored is None or paper is None:
            return
        share = stored.share
        if self._library.text(place.team_id, paper.id, share.channel_id) is not None:
            return
        try:
            reading = self._pipeline.read(self._fetch(share))
        except PaperwireError as error:
            log.info("no full text of %s: %s", place.share_id, error)
            return
        self._library.keep(place.team_id, paper, None, reading.text, self._clock(), share_id=share.id)

    def _fetch(self, share: Share) -> str:
        if share.file_id is not None:
            return self._messenger.download(share.team_id, share.file_id, self._pipeline.folder()).name
        assert share.identifier is not None, "a share is a link or a file"
        return self._pipeline.fetch(self._pipeline.resolve(share.identifier))

    def _write(self, place: Place, model: str | None, key: str) -> list[str]:
        """Why there is no new brief; nothing when there is one."""
        self._file(place)
        stored, paper = self._stored(place), self._paper(place)
        if stored is None or paper is None:
            raise Tell("withdrawn")
        share, now = stored.share, self._clock()
        text = self._library.text(place.team_id, paper.id, share.channel_id)
        writer = self._pipeline.anew(key)
        commission = Commission(place.team_id, share.id, self._is_private(place))
        # What was chosen may have become private meanwhile.
        if model is None or model not in self.models(place):
            brief = writer.write(paper, text, place.language, now=now, commission=commission)
        else:
            [brief] = writer.compare(paper, text, place.language, [model], now=now, commission=commission)
        failed = model_notes(brief)
        if failed and brief.model == EXTRACTIVE and self._current(place) is not None:
            # A brief at hand is better than excerpts made for want of a model.
            return failed
        self._library.keep(place.team_id, paper, brief, None, now, share_id=share.id, again=True)
        return []

    def _thread_of(self, place: Place) -> str | None:
        if (posted := self._digest_reply(place)) is not None:
            return posted.parent_ts
        stored = self._stored(place)
        return stored.share.thread if stored and stored.share.channel_id == place.channel_id else None

    def _show(self, place: Place) -> None:
        stored = self._stored(place)
        if stored is None:
            return
        share, reply = stored.share, self._posting.answer(stored.share, {}, place.language)
        if (posted := self._digest_reply(place)) is None:
            self._messenger.update_reply(place.channel_id, place.ts, share, reply)
        elif reply.brief is not None:
            self._library.show_in_digest(place.team_id, posted.digest_id, share.id, reply.brief)
            # The share may have left the digest: its channel was closed since.
            self._digesting.redraw(place.team_id, posted)
        # The button may stand in a digest: the answer in the share's own thread says the same then.
        own_channel_id, own_ts = stored.reply_channel_id, stored.reply_ts
        if own_channel_id and own_ts and own_ts != place.ts and place.language == self._language_of(share):
            self._messenger.update_reply(own_channel_id, own_ts, share, reply)

    def _file(self, place: Place) -> None:
        """What is written in a channel that was closed meanwhile is of that channel alone."""
        if (stored := self._stored(place)) is not None:
            self._posting.read_by(stored.share)

    # what the library says

    def _digest_reply(self, place: Place) -> DigestReply | None:
        """What the message shows, where it stands in a digest's thread."""
        return self._library.digest_reply(place.team_id, place.channel_id, place.ts)

    def _stored(self, place: Place) -> StoredShare | None:
        """The share, while it stands."""
        stored = self._library.stored_share(place.team_id, place.share_id)
        return None if stored is None or stored.state is ShareState.WITHDRAWN else stored

    def _language_of(self, share: Share) -> Language:
        settings = self._library.channel_settings(share.team_id, share.channel_id)
        return settings.language if settings else self._settings.language

    def _paper(self, place: Place) -> Paper | None:
        stored = self._stored(place)
        if stored is None or stored.paper_id is None:
            return None
        return self._library.paper(place.team_id, stored.paper_id, stored.share.channel_id)

    def _is_private(self, place: Place) -> bool:
        """Whether an upload, or a private conversation, brought anything that is known of the paper."""
        stored = self._stored(place)
        return stored is None or is_private(self._library, stored)

    def _current(self, place: Place) -> Brief | None:
        stored = self._stored(place)
        if stored is None or stored.paper_id is None:
            return None
        return self._library.brief(place.team_id, stored.paper_id, place.language, stored.share.channel_id)


def _dumped(place: Place) -> Json:
    raw: Json = _PLACE.dump_python(place, mode="json")
    return raw
