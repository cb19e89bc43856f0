"""Whether the bot is well, for those who look from outside: its main thread beats while Slack is connected."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("paperwire")

STALE_SECONDS = 60
"""A heartbeat older than this means that the bot hangs or has lost Slack."""
_BEAT_SECONDS = 5
# The socket client reconnects by itself; when it has not managed in so long, a fresh process will.
_LONGEST_DISCONNECT = 300


class Pulse:
    """``heartbeat`` is a file that other processes look at."""

    def __init__(self, heartbeat: Path) -> None:
        self._heartbeat = heartbeat
        self._beat_at: float | None = None
        self.connected: Callable[[], bool] = lambda: False
        """Whether Slack reaches us."""

    @property
    def alive(self) -> bool:
        """Whether the main thread still goes round, connected or not; before its first round it is starting."""
        return self._beat_at is None or time.monotonic() - self._beat_at < STALE_SECONDS

    def beat(self, connected: Callable[[], bool], stop: threading.Event) -> None:
        """Go round until the bot shall stop. Raises SystemExit 1 when Slack stays out of reach."""
        self.connected = connected
        lost_at: float | None = None
        while True:
            self._beat_at = time.monotonic()
            if connected():
                lost_at = None
                self._show()
            else:
                lost_at = lost_at or time.monotonic()
                if time.monotonic() - lost_at > _LONGEST_DISCONNECT:
                    log.error("no connection to Slack for %d s, giving up", _LONGEST_DISCONNECT)
                    raise SystemExit(1)
            if stop.wait(_BEAT_SECONDS):
                return

    def _show(self) -> None:
        try:
            self._heartbeat.write_text(str(os.getpid()))
        except OSError as error:
            # A full disk: the work waits for room, and so does this.
            log.error("no heartbeat written to %s: %s", self._heartbeat, error.strerror)


def silent_for(heartbeat: Path) -> float | None:
    """Seconds since the last heartbeat; None when there was none."""
    return time.time() - heartbeat.stat().st_mtime if heartbeat.exists() else None
