"""Where messages stand in Slack: their addresses, made without asking Slack for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import PaperwireError
from bot.models import DigestEntry, Paper, Share
from handlers.calls import Calls

log = logging.getLogger("paperwire.permalinks")

# Seconds until Slack is asked again where it did not answer: a digest has hundreds of messages.
_SILENCE = 60.0


class Permalinks:
    """Each workspace's own address is asked for once in a process's life."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._workspaces: dict[str, str] = {}
        self._silent_until: dict[str, float] = {}

    def of(self, share: Share) -> str:
        """The address of a share's message, in the form of Slack's ``chat.getPermalink``; empty where Slack does not
        say where the workspace is found."""
        workspace = self._workspace(share.team_id)
        if not workspace:
            return ""
        address = f"{workspace}/archives/{share.channel_id}/p{share.ts.replace('.', '')}"
        if share.thread_ts in (None, share.ts):
            return address
        return f"{address}?thread_ts={share.thread_ts}&cid={share.channel_id}"

    def leading(self, entries: Sequence[DigestEntry], channel_id: str = "") -> tuple[DigestEntry, ...]:
        """The entries, those that are nowhere on the web leading to a message that shared them, best ``channel_id``'s.

        Their shares are those that the reader may see.
        """
        return tuple(self._leading(entry, channel_id) for entry in entries)

    def _leading(self, entry: DigestEntry, channel_id: str) -> DigestEntry:
        if not entry.shares:
            return entry
        shares = [each.share for each in entry.shares]
        here = next((each for each in shares if each.channel_id == channel_id), shares[0])
        return replace(entry, paper=self.led(entry.paper, here))

    def led(self, paper: Paper, share: Share) -> Paper:
        """The paper, one that is nowhere on the web leading to the message of a share that the reader may see."""
        return paper if paper.page_url else replace(paper, page_url=self.of(share) or None)

    def _workspace(self, team_id: str) -> str:
        known = self._workspaces.get(team_id)
        if known is None:
            if time.monotonic() < self._silent_until.get(team_id, 0.0):
                return ""
            try:
                known = str(self._calls.ask(team_id, WebClient.auth_test).get("url") or "").rstrip("/")
            except (SlackApiError, PaperwireError) as error:
                log.warning("no address of %s: %s", team_id, error)
                self._silent_until[team_id] = time.monotonic() + _SILENCE
                return ""
            known = self._workspaces[team_id] = known if urlsplit(known).scheme in ("http", "https") else ""
        return known
