"""Who reads a channel now: asked of Slack before anything is posted there."""

from __future__ import annotations

import logging
import time
from typing import Any

from slack_sdk import WebClient

from bot.errors import Tell
from bot.models import Audience
from handlers.calls import Calls

log = logging.getLogger("paperwire.audiences")

# Slack allows some 50 looks at channels a minute, and a workspace may share papers in more channels than that.
_FRESH_SECONDS = 20.0
# Of a channel that we may not look at; a workspace that left is another matter.
_NOT_TOLD = {"channel_gone", "not_in_channel", "missing_scope"}


class Audiences:
    """What Slack said within the last seconds; one instance serves all threads."""

    def __init__(self, calls: Calls, time_scale: float = 1.0) -> None:
        self._calls = calls
        self._fresh_seconds = _FRESH_SECONDS / time_scale
        self._known: dict[tuple[str, str], tuple[float, Audience]] = {}

    def of(self, team_id: str, channel_id: str) -> Audience:
        """Where we may not ask: the smallest, with outsiders. Raises Retry."""
        if channel_id.startswith("D"):
            return Audience(closed=True, outsiders=False)  # Slack opens one for us with one person of the workspace
        asked_at, known = self._known.get((team_id, channel_id), (0.0, None))
        if known is None or time.monotonic() - asked_at > self._fresh_seconds:
            asked_at = time.monotonic()  # not when the answer arrives: it may have been true only at first
            known = self._ask(team_id, channel_id)
            self._known[team_id, channel_id] = asked_at, known
        return known

    def _ask(self, team_id: str, channel_id: str) -> Audience:
        try:
            answer = self._calls.ask(team_id, WebClient.conversations_info, channel=channel_id)
        except Tell as error:
            if error.code not in _NOT_TOLD:
                raise
            log.info("who reads %s is not known: %s", channel_id, error)
            return Audience(closed=True, outsiders=True)
        channel: dict[str, Any] = answer.get("channel") or {}
        closed = any(channel.get(kind) for kind in ("is_private", "is_mpim", "is_im"))
        outsiders = any(channel.get(kind) for kind in ("is_ext_shared", "is_pending_ext_shared"))
        return Audience(closed, outsiders)
