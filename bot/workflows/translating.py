"""A digest in one language: the briefs that its papers lack in it, written when it is frozen.

A paper has briefs in the languages of the channels that shared it; a digest that gathers channels of two languages
would show both. They are written from what the library holds, as somebody would ask for them below the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.briefs.asking.meter import Commission
from bot.models import Brief, Digest, DigestEntry, Language, ShareState, StoredShare
from bot.outcomes import announce
from bot.pipeline import Found, Pipeline
from bot.ports import Library, Messenger
from bot.work import attempt
from bot.workflows.places import is_private
from bot.workflows.posting import Posting

MOST = 20
"""Briefs written for a digest."""
# No further one is begun after so many seconds: a digest is not held up for long.
_SECONDS = 60.0


class Translating:
    """Writes the briefs that a frozen digest lacks in its language."""

    def __init__(
        self,
        library: Library,
        messenger: Messenger,
        posting: Posting,
        pipeline: Pipeline,
        clock: Callable[[], datetime],
    ) -> None:
        self._library = library
        self._messenger = messenger
        self._posting = posting
        self._pipeline = pipeline
        self._clock = clock

    def complete(self, digest: Digest, digest_id: str) -> None:
        """Let its entries show briefs in its language, as far as there is time; the others stay as they are.

        Raises nothing, and may be repeated: what a model answered is at hand then.
        """
        until = time.monotonic() + _SECONDS
        foreign = [entry for entry in digest.entries if entry.shares and entry.brief.language != digest.language]
        for entry in foreign[:MOST]:
            if time.monotonic() < until:
                attempt(partial(self._show, digest, digest_id, entry))

    def _show(self, digest: Digest, digest_id: str, entry: DigestEntry) -> None:
        shares = [each.share for each in entry.shares]
        share = next((each for each in shares if each.channel_id == digest.channel_id), shares[0])
        # Its channel may have been closed since: what is written is then that channel's, and leaves this digest.
        self._posting.read_by(share)
        stored = self._library.stored_share(share.team_id, share.id)
        if stored is None or stored.state is ShareState.WITHDRAWN:
            return
        if stored.share.private and share.channel_id != digest.channel_id:
            return
        # That a closed channel gathers others, and in which language, nobody else is to find out from a new brief.
        own = share.channel_id == digest.channel_id
        kept = own or not self._messenger.audience(digest.team_id, digest.channel_id).apart
        brief = self._brief(stored, digest.language, kept=kept)
        if brief is not None:
            self._library.show_in_digest(digest.team_id, digest_id, share.id, brief)

    def _brief(self, stored: StoredShare, language: Language, *, kept: bool) -> Brief | None:
        """The one that there is, else a new one, which is ``kept`` or not; None for a paper that is gone."""
        share, paper_id = stored.share, stored.paper_id
        paper = self._library.paper(share.team_id, paper_id, share.channel_id) if paper_id else None
        if paper is None:
            return None
        known = self._library.brief(share.team_id, paper.id, language, share.channel_id)
        if known is not None:
            return known
        now = self._clock()
        found = Found(paper, self._library.text(share.team_id, paper.id, share.channel_id))
        commission = Commission(share.team_id, share.id, is_private(self._library, stored))
        brief = self._pipeline.write(found, language, now, commission=commission)
        if kept:
            self._library.keep(share.team_id, paper, brief, None, now, share_id=share.id)
        announce("translated", team=share.team_id, channel=share.channel_id, share=share.id, language=language)
        return brief
