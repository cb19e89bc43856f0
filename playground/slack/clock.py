"""The playground's clock: Slack's waits, shortened by one setting so that tests need not sit them out."""

from __future__ import annotations

import time

SHORTEST_ANSWER = 1.0
"""Real seconds. The time in which the bot must acknowledge an event measures its own speed: it is never shorter than
this, however fast the clock runs, or a loaded machine would miss it through no fault of the bot."""


class Clock:
    """``scale`` 60 makes a minute of Slack's pass in a second."""

    def __init__(self, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError("time_scale must be above 0")
        self.scale = scale
        self.ahead = 0.0
        """Seconds by which the workspace is ahead of the wall clock. They only grow: messages keep their order."""

    def now(self) -> float:
        """Seconds since the epoch in the workspace: what messages are stamped with."""
        return time.time() + self.ahead

    def elapsed(self) -> float:
        """Slack's seconds since some start, never running backwards."""
        return time.monotonic() * self.scale

    def wait(self, seconds: float) -> float:
        """Real seconds for a wait of Slack's."""
        return seconds / self.scale

    def answer(self, seconds: float) -> float:
        """Real seconds that the bot has to answer within."""
        return max(seconds / self.scale, min(seconds, SHORTEST_ANSWER))
