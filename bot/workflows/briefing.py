"""The workflow of a share: from the accepted message to the brief kept in the library, then on to its reply."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.briefs.asking.meter import Commission
from bot.channels import Channels
from bot.errors import NOT_INSTALLED, Retry, Tell
from bot.models import Audience, Brief, Identifier, Language, Metadata, Paper, Share, ShareState
from bot.outcomes import announce
from bot.pipeline import Found, Pipeline, spares_text
from bot.ports import Library, Messenger
from bot.work import POSTS, SHARES, Bug, Work

log = logging.getLogger("paperwire.briefing")

_SHARE = TypeAdapter(Share)
_METADATA = TypeAdapter(Metadata)
_BRIEF = TypeAdapter(Brief)

# Seconds until the next try of a share whose source or model is unavailable; after the last it is told.
_RETRY_AFTER = (10.0, 60.0, 300.0)
# So many tries wait for a model that is down; then the brief is excerpted, and says so.
_PATIENCE = 2
Json = dict[str, Any]
_NOT_A_PAPER: Json = {"not_a_paper": True}


class Briefing:
    """Makes briefs of shares, durably."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        pipeline: Pipeline,
        channels: Channels,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._library = library
        self._messenger = messenger
        self._pipeline = pipeline
        self._channels = channels
        self._clock = clock

    # what listeners call: one durable write each

    def accept(self, share: Share) -> None:
        """Take a share in; the same share, however often it arrives, is briefed once."""
        self._work.enqueue(SHARES, "brief_share", share.id, _SHARE.dump_python(share, mode="json"), "", 0)

    def again(self, team_id: str, share_id: str, key: str, asked_by: str | None = None) -> None:
        """Brief a stored share once more; ``key`` is of the click, ``asked_by`` who wants an answer to it."""
        self._work.enqueue(SHARES, "brief_again", f"{share_id}:again:{key}", team_id, share_id, key, asked_by)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {"brief_share": self.brief_share, "brief_again": self.brief_again}

    def brief_again(self, team_id: str, share_id: str, key: str, asked_by: str | None) -> None:
        def stored() -> Json | None:
            found = self._library.stored_share(team_id, share_id)
            if found is None:
                return None
            share = found.share
            if asked_by is not None:
                share = replace(share, asked=True, silent=False, user_id=asked_by)
            dumped: Json = _SHARE.dump_python(share, mode="json")
            return dumped

        share = self._work.step("stored", stored)
        if share is not None:
            self.brief_share(share, key, 0)

    def brief_share(self, raw: Json, again: str, tries: int, before: Json | None = None) -> None:
        """``again`` is empty for the first brief of a share; ``tries`` counts what has been tried before.

        ``before`` is what an earlier turn fetched: it is not asked for again.
        """
        share = _SHARE.validate_python(raw)
        step = self._work.step
        source = before or {}
        brief: Json | None = None
        failure: Json = {}
        kind = "told"
        try:
            language = step("accept", lambda: self._accept(share))
            if language is None:
                return
            if self._certain(share):
                step("mark", lambda: self._mark(share))
            if not step("recall", lambda: self._recall(share, language)):
                metadata = self._resolve(share, source)
                if metadata == _NOT_A_PAPER:
                    return
                source = self._fetch(share, metadata, source)
                if not step("read", lambda: self._read(share, source, language)):
                    brief = step("ask", lambda: self._ask(share, source, language, patient=tries < _PATIENCE))
                    if not step("keep", lambda: self._keep(share, source, brief)):
                        return
        except Retry as error:
            if error.code == "model_limit":
                # Not an outage: who waits for a turn loses no try.
                at = step("limited", lambda: self._clock().isoformat())
                key = f"{share.id}:{again}:turn:{at}"
                delay = max(1.0, error.after or 0.0)
                self._work.enqueue(SHARES, "brief_share", key, raw, again, tries, source, delay=delay)
                return
            if tries < len(_RETRY_AFTER):
                delay = max(_RETRY_AFTER[tries], min(error.after or 0.0, 3600.0))
                key = f"{share.id}:{again}:try:{tries + 1}"
                announce("postponed", **_ids(share), code=error.code, wait=delay)
                self._work.enqueue(SHARES, "brief_share", key, raw, again, tries + 1, delay=delay)
                return
            failure, kind = {"code": error.code, "facts": error.facts}, "gave_up"
        except Tell as error:
            failure = {"code": error.code, "facts": error.facts}
        except Bug as bug:
            failure, kind = {"bug": bug.short_id}, "bug"
        self._say(share, brief, failure, kind, first=not again and not share.silent)
        if failure:
            self._work.insist("fail", lambda: self._settle(share, ShareState.FAILED, failure.get("code", "bug")))
        key = f"{share.id}:{again}:reply"
        if not share.silent and failure.get("code") != NOT_INSTALLED:
            self._work.enqueue(POSTS, "reply_share", key, raw, again, failure, channel=share.channel_id)

    def _say(self, share: Share, brief: Json | None, failure: Json, kind: str, *, first: bool) -> None:
        """What came of a share, with the seconds since its message where nobody asked for another try."""
        seconds = self._clock().timestamp() - float(share.ts) if first else None
        if failure:
            code, bug = failure.get("code", "bug"), failure.get("bug")
            announce("refused", **_ids(share), kind=kind, code=code, bug=bug, seconds=seconds)
            return
        stored = self._work.patiently(lambda: self._library.stored_share(share.team_id, share.id))
        paper = stored.paper_id if stored else None
        if brief is None:
            announce("reused", **_ids(share), paper=paper, seconds=seconds)
            return
        usage = brief["usage"]
        announce(
            "briefed",
            **_ids(share),
            paper=paper,
            model=brief["model"],
            language=brief["language"],
            tokens=usage["input_tokens"] + usage["output_tokens"],
            cost=usage["cost"],
            seconds=seconds,
        )

    # steps

    def _accept(self, share: Share) -> Language | None:
        """The language to brief in, None when the share was withdrawn meanwhile. Raises Tell (``not_installed``)."""
        # What was found in the past was shared then, not now.
        shared_at = datetime.fromtimestamp(float(share.ts), UTC) if share.silent else self._clock()
        stored = self._library.accept(share.team_id, share, shared_at)
        if stored.state is ShareState.WITHDRAWN:
            return None
        if not self._messenger.installed(share.team_id):
            raise Tell(NOT_INSTALLED)
        if self._reads(share).apart:
            # The message may have been written before its channel was closed, or opened to outsiders.
            self._library.set_apart(share.team_id, share.id, self._clock())
        return self._channels.language(share.team_id, share.channel_id)

    def _reads(self, share: Share) -> Audience:
        """Who reads the channel. What Slack does not say now it says before anything is posted.

        Raises Retry where nothing will be.
        """
        try:
            return self._messenger.audience(share.team_id, share.channel_id)
        except Retry as error:
            if share.silent or self._channels.wants_quiet(share):
                raise
            log.info("who reads %s is not known yet: %s", share.channel_id, error)
            return Audience(closed=share.private, outsiders=False)

    def _mark(self, share: Share) -> None:
        if share.silent:
            return
        try:
            self._messenger.working(share)
        except (Tell, Retry) as error:
            log.warning("no sign of work on %s: %s", share.id, error)  # a sign is not worth failing a brief

    def _recall(self, share: Share, language: Language) -> bool:
        """Whether the library answers at once."""
        if share.identifier is None:
            return False
        paper = self._library.known_paper(share.team_id, [share.identifier.key], self._scope(share))
        if paper is None or (share.identifier.version or 0) > (paper.version or share.identifier.version or 0):
            return False
        return self._reuse(share, paper, language)

    def _reuse(self, share: Share, paper: Paper, language: Language) -> bool:
        if self._library.brief(share.team_id, paper.id, language, self._scope(share)) is None:
            return False
        self._settle(share, ShareState.BRIEFED, None, paper.id)
        return True

    def _scope(self, share: Share) -> str:
        """The channel whose own papers a share may use: none for a public one, though its channel were closed once."""
        stored = self._library.stored_share(share.team_id, share.id)
        return share.channel_id if share.private or (stored is not None and stored.share.private) else ""

    def _certain(self, share: Share) -> bool:
        return share.identifier is None or share.identifier.certain or share.asked

    def _resolve(self, share: Share, before: Json) -> Json:
        """The metadata of a link; nothing for an upload."""
        identifier = share.identifier
        if identifier is None:
            return {}

        def resolve() -> Json:
            known: Json | None = before.get("metadata")
            return known or _METADATA.dump_python(self._pipeline.resolve(identifier), mode="json")

        try:
            metadata = self._work.step("resolve", resolve)
        except (Tell, Retry) as error:
            if self._certain(share):
                raise
            # Some link that nobody called a paper: it is left alone, silently.
            code = error.code
            self._work.insist("ignore", lambda: self._settle(share, ShareState.IGNORED, code))
            announce("ignored", **_ids(share), code=code)
            return _NOT_A_PAPER
        if not self._certain(share):
            self._work.step("mark", lambda: self._mark(share))
        return metadata

    def _fetch(self, share: Share, metadata: Json, before: Json) -> Json:
        """Where the paper is read from: metadata and the name of its PDF, one of which may be missing."""

        def fetch() -> str:
            name: str | None = before.get("pdf")
            if name is not None and self._pipeline.has(name):
                return name
            return self._download(share) if share.file_id else self._pipeline.fetch(_METADATA.validate_python(metadata))

        if share.file_id is not None:
            name = self._work.step("fetch", fetch)
            known = before["metadata"] if before.get("pdf") == name else None
            confirmed = self._work.step("confirm", lambda: known or self._confirm(share, name))
            return {"metadata": confirmed, "pdf": name}
        try:
            return {"metadata": metadata, "pdf": self._work.step("fetch", fetch)}
        except Tell as error:
            if not spares_text(error, _METADATA.validate_python(metadata)):
                raise
            return {"metadata": metadata, "pdf": None}

    def _download(self, share: Share) -> str:
        assert share.file_id is not None
        return self._messenger.download(share.team_id, share.file_id, self._pipeline.folder()).name

    def _confirm(self, share: Share, name: str) -> Json | None:
        self._bring(share, None, name)
        metadata = self._pipeline.confirm(name)
        return None if metadata is None else _METADATA.dump_python(metadata, mode="json")

    def _bring(self, share: Share, metadata: Metadata | None, name: str) -> None:
        """Have a PDF here that an earlier step fetched: it lies with another replica, or was tidied away meanwhile.

        Raises Retry (``paper_changed``) when another PDF comes now, for which what was read before may not hold.
        """
        if self._pipeline.has(name):
            return
        log.info("%s of %s is not here: fetching it anew", name, share.id)
        again = self._download(share) if metadata is None or share.file_id else self._pipeline.fetch(metadata)
        if again != name:
            raise Retry("paper_changed")

    def _found(self, share: Share, source: Json) -> Found:
        identifiers: tuple[Identifier, ...] = (share.identifier,) if share.identifier else ()
        metadata = _METADATA.validate_python(source["metadata"]) if source["metadata"] else None
        if source["pdf"] is not None:
            self._bring(share, metadata, source["pdf"])
        # The id follows from the share, so that a repeated step makes the same record.
        paper_id = hashlib.sha256(share.id.encode()).hexdigest()[:32]
        return self._pipeline.compose(identifiers, metadata, source["pdf"], paper_id)

    def _read(self, share: Share, source: Json, language: Language) -> bool:
        """Whether what was read is a paper the library has a brief of, known by another name."""
        paper = self._found(share, source).paper
        scope = self._scope(share)
        known = self._library.known_paper(share.team_id, [i.key for i in paper.identifiers], scope)
        # An outsider could make any PDF carry the title of a draft of ours.
        if known is None and paper.authors and not self._reads(share).outsiders:
            known = self._library.same_work(share.team_id, paper.title, paper.authors[0].name, scope)
        if known is None or (paper.version or 0) > (known.version or paper.version or 0):
            return False
        if not self._reuse(share, known, language):
            return False
        # The names under which it came this time make the next recall immediate.
        self._library.keep(share.team_id, replace(paper, id=known.id), None, None, self._clock(), share_id=share.id)
        return True

    def _ask(self, share: Share, source: Json, language: Language, *, patient: bool) -> Json:
        found = self._found(share, source)
        # As it was filed, which may be more private than the message said; what was deleted goes to no model.
        stored = self._library.stored_share(share.team_id, share.id)
        if stored is None or stored.state is ShareState.WITHDRAWN:
            raise Tell("withdrawn")
        private = share.private or share.file_id is not None or stored.share.private
        commission = Commission(share.team_id, share.id, private, unusable=[])
        brief = self._pipeline.write(found, language, self._clock(), patient=patient, commission=commission)
        return {**_BRIEF.dump_python(brief, mode="json"), "unusable": commission.unusable}

    def _keep(self, share: Share, source: Json, brief: Json) -> bool:
        """Whether the share still stands."""
        found = self._found(share, source)
        words = {name: value for name, value in brief.items() if name != "unusable"}
        self._library.keep(
            share.team_id, found.paper, _BRIEF.validate_python(words), found.text, self._clock(), share_id=share.id
        )
        # Missing where a release that forgot them at once wrote the brief.
        for key in brief.get("unusable", []):
            self._library.forget_answer(key)
        stored = self._library.stored_share(share.team_id, share.id)
        return stored is not None and stored.state is not ShareState.WITHDRAWN

    def _settle(self, share: Share, state: ShareState, error: str | None, paper_id: str | None = None) -> None:
        self._library.settle(share.team_id, share.id, state, self._clock(), paper_id=paper_id, error=error)


def _ids(share: Share) -> dict[str, str]:
    return {"team": share.team_id, "channel": share.channel_id, "share": share.id}
