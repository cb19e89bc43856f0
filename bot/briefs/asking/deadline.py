"""Ends a call of a model in time, whatever the server does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Retry

_OPEN_CALLS = threading.BoundedSemaphore(32)
"""A call given up at its deadline lives on in its thread until the server lets go; more than this are never open."""


class Deadline:
    """A point in time that everything one model is asked for one brief must meet."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds, never negative."""
        return max(0.0, self._end - time.monotonic())


def running(now: datetime) -> Callable[[], datetime]:
    """A clock that shows ``now`` and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def within(deadline: Deadline, call: Callable[[], Any], model: str) -> Any:
    """What ``call`` returns or raises, if it does so in time; else Retry ``model_timeout``.

    LiteLLM's own timeout is per read, so a server that drips a byte now and then would hold us for ever.
    """
    if not _OPEN_CALLS.acquire(timeout=deadline.left):
        raise Retry("model_timeout", model=model)
    results: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((call(), None))
        except BaseException as error:
            results.put((None, error))
        finally:
            _OPEN_CALLS.release()

    threading.Thread(target=run, name="model-call", daemon=True).start()
    try:
        result, error = results.get(timeout=deadline.left)
    except queue.Empty:
        raise Retry("model_timeout", model=model) from None
    if error is not None:
        raise error
    return result
