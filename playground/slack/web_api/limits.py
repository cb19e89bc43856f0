"""Rate limits: one message a second and channel, and per-minute tiers for those who want to meet them.

https://docs.slack.dev/apis/web-api/rate-limits/
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from playground.slack.clock import Clock
from playground.slack.web_api.door import Limited

POSTING = frozenset({"chat.postMessage"})
TIERS = {
    "apps.connections.open": 1,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "files.info": 100,
    "users.info": 100,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "conversations.members": 100,
    "chat.postEphemeral": 100,
    "users.list": 20,
    "conversations.list": 20,
    "reactions.remove": 20,
}
"""Calls a minute; 50 for what is not named."""
OTHER_TIER = 50
EARLY = 0.1
"""Share of the pace by which a message may come early: the bot's clock is not Slack's."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Limits:
    """``burst``: messages let through at once per channel before the pace of one a second holds."""

    def __init__(self, clock: Clock, *, burst: int = 1, tiers: bool = False) -> None:
        self.clock = clock
        self.burst = burst
        self.tiers = tiers
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def check(self, name: str, channel: str) -> None:
        """Raises Limited."""
        if name in POSTING:
            self._take(("posting", channel), self.burst, 1.0)
        elif self.tiers:
            tier = TIERS.get(name, OTHER_TIER)
            self._take(("tier", name), tier, tier / 60)

    def _take(self, key: tuple[str, str], capacity: int, rate: float) -> None:
        now = self.clock.elapsed()
        bucket = self._buckets.setdefault(key, _Bucket(capacity, now))
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens < 1 - EARLY:
            raise Limited(max(1, math.ceil((1 - bucket.tokens) / rate)))
        bucket.tokens = max(0.0, bucket.tokens - 1)
