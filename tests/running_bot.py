"""The real bot as a process of its own, run against a playground and local stand-ins for the outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from playground import Installation

ROOT = Path(__file__).parent.parent
APP = Installation.from_manifest(ROOT / "manifest.json")
BOT: tuple[str, ...] = ("-m", "bot", "run")
KILLABLE: tuple[str, ...] = (str(ROOT / "tests" / "killable_bot.py"),)


class RunningBot:
    """Starts on entry and ends on exit; ``log`` holds what it wrote."""

    def __init__(self, environment: Mapping[str, str], data: Path, program: Sequence[str] = BOT) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._environment = {**kept, "PYTHONPATH": str(ROOT), "PAPERWIRE_DATA": str(data), **environment}
        self._environment["PYTHONFAULTHANDLER"] = "1"
        self._program = program
        self._log_file = data.parent / f"{data.name}.log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.name = data.name

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Of a bot that ended by itself."""
        return self._process.poll() if self._process else None

    @property
    def connected(self) -> bool:
        return self.running and "connected to Slack" in self.log[self._log_start :]

    @property
    def log(self) -> str:
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._log_start = len(self.log)
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program], env=self._environment, stdout=log, stderr=log, cwd=ROOT
            )

    def wait_until_connected(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while "connected to Slack" not in self.log[self._log_start :]:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"the bot ended:\n{self.log[-4000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not connected within {seconds} s:\n{self.log[-4000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """As the machine would: SIGKILL, nothing flushed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._process = None

    def stop(self, seconds: float = 60) -> int:
        """As an operator would: SIGTERM; returns the exit code."""
        assert self._process is not None
        self._process.terminate()
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # its log shows where each thread stands
            self._process.wait(10)
            raise AssertionError(f"the bot did not stop within {seconds} s:\n{self.log[-4000:]}") from None
        finally:
            self._process = None
        return code


def put(file: Path, words: str) -> None:
    """Write a file that a bot reads when it likes: whole at any moment."""
    new = file.with_suffix(".new")
    new.write_text(words)
    new.replace(file)


def far_from_now() -> str:
    """A time of day half a day away: no digest falls due at it by itself, and each day put ahead brings one."""
    return f"{datetime.now(UTC) + timedelta(hours=12):%H:%M}"


def clear_of_midnight(seconds: float = 120) -> None:
    """Wait where today is about to end, for tests that ask what was shared today and what yesterday."""
    now = datetime.now(UTC)
    left = (now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now).total_seconds()
    if left < seconds:
        time.sleep(left + 1)


@contextmanager
def connected_bot(environment: Mapping[str, str], data: Path, program: Sequence[str] = BOT) -> Iterator[RunningBot]:
    with RunningBot(environment, data, program) as bot:
        bot.wait_until_connected()
        yield bot
