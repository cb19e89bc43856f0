"""Who asked to be left alone, and for how long: told once (Retry-After), kept to by everybody.

Names are those of whoever asked: a source, a model, a method of Slack's for a workspace.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from bot.errors import Retry

log = logging.getLogger("paperwire.rests")


class Rests(Protocol):
    def rest(self, name: str, seconds: float) -> None:
        """Leave it alone for so long from now on; who asked for longer before gets that."""

    def left(self, name: str) -> float:
        """Seconds for which it is still to be left alone; 0 when it may be asked."""


class OwnRests:
    """Of this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until: dict[str, float] = {}

    def rest(self, name: str, seconds: float) -> None:
        with self._lock:
            self._until[name] = max(self._until.get(name, 0.0), self._clock() + seconds)

    def left(self, name: str) -> float:
        with self._lock:
            return max(0.0, self._until.get(name, 0.0) - self._clock())


class Register(Protocol):
    """What all processes know together (the library)."""

    def rest(self, name: str, seconds: float, now: datetime) -> None: ...

    def rest_left(self, name: str, now: datetime) -> float: ...


class SharedRests:
    """Of all processes that share a register. While that is away nobody is known to rest: it costs a refusal."""

    def __init__(self, register: Register, time_scale: float = 1.0) -> None:
        """``time_scale`` divides rests as it divides all of the bot's own waits."""
        self._register = register
        self._time_scale = time_scale

    def rest(self, name: str, seconds: float) -> None:
        try:
            self._register.rest(name, seconds / self._time_scale, datetime.now(UTC))
        except Retry as error:
            log.warning("%s asked for %.0f s of rest, which others are not told: %s", name, seconds, error)

    def left(self, name: str) -> float:
        try:
            return self._register.rest_left(name, datetime.now(UTC)) * self._time_scale
        except Retry as error:
            log.warning("whether %s rests is not known: %s", name, error)
            return 0.0
