"""A warm pool of child processes that read PDFs, each with limits on memory, processor time and the clock.

PDFs are hostile: a few hundred bytes can make a reader ask for gigabytes. A child that dies takes only its own
paper with it. Excerpting is done there too: in this process, whose threads take turns, it would hold up listeners.
Children are started afresh, never forked from this process, get an empty environment, write no file, start no
process, and end by themselves when this process is gone.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import logging
import os
import queue
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import bot
from bot.errors import Tell
from bot.models import Reading
from bot.papers.record import reading_from

log = logging.getLogger("paperwire.jail")

_READS_PER_CHILD = 200
_CHILD_MB = 180
"""A child that has grown beyond this is replaced: memory that PDFs fragmented does not come back."""
_MAXRSS_UNITS = 2**20 if sys.platform == "darwin" else 2**10
"""``ru_maxrss`` a megabyte: it counts bytes on macOS, kilobytes on Linux (getrusage(2))."""
_LONGEST_REPLY = 64 * 2**20
_PR_SET_DUMPABLE = 4
"""Of prctl(2)."""
_OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGTRAP, signal.SIGILL}
"""How C++ ends when an allocation is refused."""


def keep_to_ourselves() -> None:
    """Let no process of our user read our memory and environment from now on, where Linux has them under ``/proc``.

    A child that a PDF took over is of our user, and would find every token there. Root may still look.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


class _Died(Exception):
    """The child ended without an answer: ``how`` is its return code, ``megabytes`` the most memory it had."""

    def __init__(self, how: int, megabytes: int) -> None:
        super().__init__(how, megabytes)
        self.how, self.megabytes = how, megabytes


class _Overdue(Exception):
    """The child did not answer in time."""


class _Child:
    """One process that reads PDFs, one at a time."""

    def __init__(self, limits: dict[str, int]) -> None:
        root = str(Path(bot.__file__).parent.parent)
        paths = os.pathsep.join([root, *(path for path in sys.path if path and path != root)])
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-B", "-m", "bot.papers.jail_child", json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": paths, "PYTHONUTF8": "1"},
            cwd="/",
        )
        self._inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.reads = 0
        self.megabytes = 0

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The child's answer to one question. Raises _Died or _Overdue."""
        assert self.process.stdin is not None
        self.reads += 1
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise self._death() from None
        answer: dict[str, Any] = json.loads(self._line(time.monotonic() + seconds))
        self.megabytes = int(answer["megabytes"])
        return answer

    def _line(self, deadline: float) -> bytes:
        assert self.process.stdout is not None
        received = bytearray()
        # select.select takes no descriptor above 1023, which a bot of many connections gets to.
        ready = select.poll()
        ready.register(self.process.stdout, select.POLLIN)
        while not received.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1_000):
                raise _Overdue
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                raise self._death()
            received += piece
            if len(received) > _LONGEST_REPLY:
                raise ValueError("a reply without end")
        return bytes(received)

    def _death(self) -> _Died:
        """What the kernel remembers of the child; ``Popen.wait`` would throw its memory figure away."""
        try:
            _, status, usage = os.wait4(self.process.pid, 0)
        except ChildProcessError:
            return _Died(self.process.wait(), 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        # The kernel's high mark begins at what we had when we started the child; only above it, it is the child's.
        own = usage.ru_maxrss if usage.ru_maxrss > self._inherited else 0
        return _Died(self.process.returncode, own // _MAXRSS_UNITS)

    @property
    def worn(self) -> bool:
        return self.reads >= _READS_PER_CHILD or self.megabytes > _CHILD_MB

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Jail:
    """Reads PDFs in ``workers`` children. Thread-safe: a caller waits while all children are busy."""

    def __init__(
        self,
        workers: int,
        max_pages: int,
        memory_mb: int = 768,
        cpu_seconds: int = 20,
        wall_seconds: float = 30,
    ) -> None:
        """``memory_mb`` bounds a child's address space, ``cpu_seconds`` and ``wall_seconds`` one reading."""
        self._limits = {"max_pages": max_pages, "memory_mb": memory_mb, "cpu_seconds": cpu_seconds}
        self._wall_seconds = wall_seconds
        self._small = memory_mb // 2
        self._closed = False
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._idle.put(_Child(self._limits))

    def read(self, path: Path, *, header_only: bool = False) -> Reading:
        """What the PDF at ``path`` says; with ``header_only`` only its first pages are read.

        Raises Tell: ``password``, ``damaged``, ``empty``, ``no_text``, ``not_a_paper``, ``too_many_pages``,
        ``took_too_long``, ``too_much_memory``.
        """
        return reading_from(self._ask({"path": str(path.resolve()), "header_only": header_only})["reading"])

    def thumbnail(self, path: Path, width: int = 480) -> bytes:
        """A PNG of the first page of the PDF at ``path``, ``width`` pixels wide and at most twice as high.

        Raises Tell: ``password``, ``damaged``, ``empty``, ``took_too_long``, ``too_much_memory``.
        """
        return base64.b64decode(self._ask({"path": str(path.resolve()), "width": width})["picture"])

    def excerpt(self, message: str) -> str:
        """What ``extractive.answer`` says to a message. Raises Tell: ``took_too_long``, ``too_much_memory``."""
        return str(self._ask({"message": message})["excerpts"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer of the next idle child, which is replaced when the question was its last."""
        if self._closed:
            raise ValueError("a question to a closed Jail")
        child = self._idle.get()
        try:
            if not child.alive:
                child.end()
                child = _Child(self._limits)
            try:
                return self._outcome(child, question)
            except _Died as death:  # killed from outside, by the system or an operator: not the paper's doing
                log.warning("a reader was killed with signal %d; another one takes its paper", -death.how)
                child.end()
                child = _Child(self._limits)
                return self._outcome(child, question, last=True)
        finally:
            self._idle.put(self._fresh(child))

    def _fresh(self, child: _Child) -> _Child:
        """The child, or a new one when it is dead or worn, so that the next reader finds it warm."""
        if not child.alive or child.worn or self._closed:
            child.end()
            if not self._closed:
                with contextlib.suppress(OSError):  # no room for a process now: the next read tries again
                    return _Child(self._limits)
        return child

    def _outcome(self, child: _Child, question: dict[str, Any], *, last: bool = False) -> dict[str, Any]:
        """The child's answer, or the Tell it amounts to; _Died once more where the child was killed from outside."""
        try:
            answer = child.ask(question, self._wall_seconds)
        except _Overdue:
            child.end()
            raise Tell("took_too_long", seconds=int(self._wall_seconds)) from None
        except _Died as death:
            if -death.how in (signal.SIGKILL, signal.SIGTERM) and death.megabytes < self._small and not last:
                raise
            raise self._autopsy(death) from None
        except ValueError:  # not even an answer: whatever wrote this is no longer our reader
            child.end()
            raise Tell("damaged") from None
        if "bug" in answer:
            if "path" not in question:
                raise RuntimeError(f"excerpting failed:\n{answer['bug']}")
            log.error("reading failed on %s:\n%s", question["path"], answer["bug"])
            raise Tell("damaged")
        if "code" in answer:
            raise Tell(str(answer["code"]), **answer["facts"])
        return answer

    def _autopsy(self, death: _Died) -> Tell:
        log.warning("a reader died with %d, %d MB", death.how, death.megabytes)
        if -death.how == signal.SIGXCPU:
            return Tell("took_too_long", seconds=self._limits["cpu_seconds"])
        if -death.how in _OUT_OF_MEMORY or death.megabytes >= self._small:
            return Tell("too_much_memory", megabytes=self._limits["memory_mb"])
        return Tell("damaged")

    def close(self) -> None:
        """End the children, each when its reading under way is over."""
        self._closed = True
        for _ in range(self._workers):
            try:
                self._idle.get(timeout=self._wall_seconds + 5).end()
            except queue.Empty:
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
