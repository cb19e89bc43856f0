"""The workflows that forget: a paper and everything made of it, and what a message that is gone left behind.

Their inputs and results are ids alone. Killed anywhere they go on: what is to go is decided once, and every step may be
repeated.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from bot.errors import PaperwireError
from bot.models import DigestReply, Share, StoredShare
from bot.outcomes import announce
from bot.pipeline import Pipeline
from bot.ports import Library, Messenger
from bot.work import POSTS, SHARES, Bug, Work
from bot.workflows.digesting import Digesting
from bot.workflows.posting import placed, where_replied

log = logging.getLogger("paperwire.forgetting")

Json = dict[str, Any]
_SHARE = TypeAdapter(Share)
_REPLIES = TypeAdapter(list[DigestReply])
_PDF = re.compile(r"([0-9a-f]{64})\.pdf")
# Work on a share that is still under way when it is forgotten ends at its next step, or at its next try.
_SWEEPS, _SWEEP_SECONDS = 8, 300.0


class Forgetting:
    """Forgets, durably."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        pipeline: Pipeline,
        digesting: Digesting,
        clock: Callable[[], datetime],
    ) -> None:
        self._digesting = digesting
        self._work = work
        self._library = library
        self._messenger = messenger
        self._pipeline = pipeline
        self._clock = clock

    # what listeners and other workflows call: one durable write

    def forget(self, team_id: str, paper_id: str, channel_id: str, user_id: str | None, key: str) -> None:
        """Forget what somebody shared of a work that the channel sees, or all of it everywhere (None, an admin).

        ``key`` is of the click.
        """
        inputs = (team_id, paper_id, channel_id, user_id)
        self._work.enqueue(POSTS, "forget_paper", f"forget:{team_id}:{key}", *inputs, channel=_partition(channel_id))

    def withdraw(self, team_id: str, channel_id: str, ts: str) -> None:
        """The message was deleted: its replies go, and the digest forgets it."""
        key = f"{team_id}:{channel_id}:{ts}:withdraw"
        self._work.enqueue(POSTS, "withdraw", key, team_id, channel_id, ts, channel=_partition(channel_id))

    def withdraw_share(self, share: Share) -> None:
        """The file was deleted, or the link edited out: the share goes, even before it came; its message stays."""
        raw = _SHARE.dump_python(replace(share, url=None, file_name=None), mode="json")
        key, partition = f"withdraw:{share.id}", _partition(share.channel_id)
        self._work.enqueue(POSTS, "withdraw_share", key, raw, channel=partition)

    def sweep(self, share_id: str, tries: int = 0) -> None:
        """Delete what work on a share that is gone left behind: finished workflows and cached files."""
        delay = _SWEEP_SECONDS if tries else 0
        self._work.enqueue(SHARES, "sweep_share", f"sweep:{tries}:{share_id}", share_id, tries, delay=delay)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {
            "withdraw": self.withdraw_message,
            "withdraw_share": self.withdraw_item,
            "forget_paper": self.forget_paper,
            "sweep_share": self.sweep_share,
        }

    def withdraw_message(self, team_id: str, channel_id: str, ts: str) -> None:
        # The library answers the same when it is asked again.
        def withdrawn() -> Sequence[StoredShare]:
            return self._library.withdraw(team_id, channel_id, ts, self._clock())

        replies = self._work.insist("withdraw", lambda: list(filter(None, map(where_replied, withdrawn()))))
        for reply in replies:
            self._delete(team_id, *placed(reply, channel_id))
        share_ids = self._work.insist("withdrawn", lambda: [each.share.id for each in withdrawn()])
        self._clear(team_id, share_ids)

    def withdraw_item(self, raw: Json) -> None:
        share = _SHARE.validate_python(raw)
        reply = self._work.insist("withdraw", lambda: self._withdraw(share))
        if reply is not None:
            self._delete(share.team_id, *placed(reply, share.channel_id))
        self._clear(share.team_id, [share.id])

    def forget_paper(self, team_id: str, paper_id: str, channel_id: str, user_id: str | None) -> None:
        # Decided before anything goes: afterwards nobody could tell any more which replies to delete.
        held = self._work.step("held", lambda: self._held(team_id, paper_id, channel_id, user_id))
        share_ids, paper_ids = [each[0] for each in held["shares"]], held["papers"]
        self._work.insist("forget", lambda: self._library.forget(team_id, share_ids, paper_ids, self._clock()))
        for _, where, reply_ts in held["shares"]:
            if reply_ts is not None:
                self._delete(team_id, where, reply_ts)
        self._clear(team_id, share_ids)
        announce("forgot", team=team_id, shares=len(share_ids), papers=len(paper_ids))

    def sweep_share(self, share_id: str, tries: int) -> None:
        if self._work.step("sweep", lambda: self._sweep(share_id)) and tries < _SWEEPS:
            self.sweep(share_id, tries + 1)

    def clean(self) -> None:
        """Delete from this machine's disk the files that were released, here or in another process."""
        self._pipeline.forget_files(self._library.released_files())

    def _clear(self, team_id: str, share_ids: list[str]) -> None:
        """Away with what shares that are gone left: in digests posted before, in finished work, on the disk."""
        reports = self._redraw(team_id, share_ids)
        for share_id in share_ids:
            self.sweep(share_id)
        for digest_id, parent_ts in reports.items():
            self._digesting.renew_report(team_id, digest_id, parent_ts, share_ids[0])

    def _redraw(self, team_id: str, share_ids: list[str]) -> dict[str, str]:
        """Let digests posted before show no more what is gone; returns those whose reports may, with their parents."""

        def messages() -> Json:
            replies = list(self._library.digest_messages(team_id, share_ids))
            drawn = {reply.digest_id for reply in replies}
            parents = self._library.digest_parents(team_id, share_ids)
            # A digest lists its titles before the messages in its thread come.
            bare = {digest_id: ts for digest_id, ts in parents.items() if digest_id not in drawn}
            return {"messages": _REPLIES.dump_python(replies), "parents": bare, "reports": parents}

        found = self._work.insist("digests", messages)
        redraws = [
            (reply.digest_id, partial(self._digesting.redraw, team_id, reply))
            for reply in _REPLIES.validate_python(found["messages"])
        ]
        # Missing where an earlier version looked.
        for digest_id, ts in found.get("parents", {}).items():
            redraws.append((digest_id, partial(self._digesting.redraw_parent, team_id, digest_id, ts)))
        for digest_id, redraw in redraws:
            try:
                self._work.insist("redraw", redraw)
            except (PaperwireError, Bug) as error:
                log.warning("digest %s still shows what was forgotten: %s", digest_id, error)
        reports: dict[str, str] = found.get("reports", {})
        return reports

    def _delete(self, team_id: str, channel_id: str, ts: str) -> None:
        try:
            self._work.insist("delete", partial(self._messenger.delete, team_id, channel_id, ts))
        except (PaperwireError, Bug) as error:
            log.warning("an answer in %s stays: %s", channel_id, error)

    # steps

    def _withdraw(self, share: Share) -> list[str] | None:
        """Where its reply stands."""
        stored = self._library.accept(share.team_id, share, self._clock())
        self._library.forget(share.team_id, [share.id], [], self._clock())
        return where_replied(stored)

    def _held(self, team_id: str, paper_id: str, channel_id: str, user_id: str | None) -> Json:
        held = self._library.held(team_id, paper_id, channel_id, user_id, everywhere=user_id is None)
        shares = [
            [each.share.id, each.reply_channel_id or each.share.channel_id, each.reply_ts] for each in held.shares
        ]
        return {"shares": shares, "papers": list(held.paper_ids)}

    def _sweep(self, share_id: str) -> int:
        """How many workflows of the share are not finished yet."""
        team_id, channel_id, *_ = share_id.split(":")
        results: list[object] = []
        left = 0
        # A channel's history as it was read, and what was added by command, name many papers.
        for key in (share_id, f"backfill:{team_id}:{channel_id}:", f"add:{team_id}:{channel_id}:"):
            unfinished, found = self._work.erase(key)
            left, results = left + unfinished, results + found
        # After the work was counted: what is answered from now on is of work that the next sweep comes for.
        self._library.forget_answers(team_id, share_id)
        self._library.release_files(set(_files(results)), self._clock())
        self.clean()
        return left


def _partition(channel_id: str) -> str:
    """Beside the channel's posts: Slack may put a deletion off for minutes, which is to hold up no answer."""
    return f"forget:{channel_id}"


def _files(results: list[object]) -> Iterator[str]:
    """The PDFs that steps named, by the SHA-256 of their bytes."""
    for result in results:
        yield from _PDF.findall(str(result))
