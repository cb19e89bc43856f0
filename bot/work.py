"""Durable work: what was accepted is done once and for all, however often the process is killed.

The engine is DBOS Transact on its own SQLite file. A workflow's inputs and step outputs are ids, names of files
and small JSON, never tokens and never full text. ``Work`` wires the engine; what the workflows do stands in
``bot.briefing`` and ``bot.posting``.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import event

from bot.errors import PaperwireError, Retry, Tell

log = logging.getLogger("paperwire.work")
T = TypeVar("T")
Outcome = dict[str, Any]

# Never raised: DBOS recovers only workflows of its own version, and a version made from the code would strand
# every running workflow at an upgrade. Incompatible edits of a workflow go behind DBOS.patch instead.
_APPLICATION_VERSION = "1"
# The count includes kills that were not the workflow's fault.
_MAX_RECOVERIES = 1_000
# The default of one second would be waited at every stage.
_POLL_SECONDS = 0.25

# Outages last minutes to hours; what was accepted waits for their end.
_TRIES = 60
_LONGEST_WAIT = 300.0

SHARES = "shares"
POSTS = "posts"


class Bug(Exception):
    """An error of ours: logged with its traceback under ``short_id``."""

    def __init__(self, short_id: str) -> None:
        super().__init__(short_id)
        self.short_id = short_id


def attempt(action: Callable[[], object]) -> Outcome:
    """Run an action and classify how it ended, as JSON: the one place where errors are told apart."""
    try:
        return {"ok": action()}
    except PaperwireError as error:
        kind = "retry" if isinstance(error, Retry) else "tell"
        log.info("%s: %s", kind, error)
        return {kind: error.code, "facts": error.facts, "after": getattr(error, "after", None)}
    except Exception:
        short_id = uuid.uuid4().hex[:8]
        log.exception("bug %s", short_id)
        return {"bug": short_id}


def value(outcome: Outcome) -> Any:
    """What the action returned. Raises Tell, Retry or Bug as it ended."""
    if "tell" in outcome:
        raise Tell(outcome["tell"], **outcome["facts"])
    if "retry" in outcome:
        raise Retry(outcome["retry"], after=outcome["after"], **outcome["facts"])
    if "bug" in outcome:
        raise Bug(outcome["bug"])
    return outcome["ok"]


class Work:
    """The engine. One a process; ``launch`` before use, ``close`` at the end."""

    boot_id: str
    """Of this process: a step replayed under another boot id may have posted already."""

    def __init__(self, folder: Path, file: Path, *, workers: int, time_scale: float = 1.0) -> None:
        self._folder = folder
        self._file = file
        self._workers = workers
        self._time_scale = time_scale
        self._workflows: dict[str, Callable[..., None]] = {}
        self.boot_id = uuid.uuid4().hex

    def launch(self, workflows: dict[str, Callable[..., None]]) -> None:
        """Start the engine with its workflows (name → function); unfinished ones of an earlier life go on.

        Raises Tell (``already_running``) when another process works on the same folder.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _sole_owner(self._folder / "paperwire.lock")
        self._engine = _engine(self._file)
        config: DBOSConfig = {
            "name": "paperwire",
            "system_database_engine": self._engine,
            "application_version": _APPLICATION_VERSION,
            "executor_id": "local",
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": 3600.0,
            "notification_listener_polling_interval_sec": 5.0,
        }
        DBOS(config=config)
        for name, run in workflows.items():
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)(_plain(run))
        DBOS.launch()
        DBOS.register_queue(
            SHARES, worker_concurrency=self._workers, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )
        # One post at a time in a channel, because Slack takes one a second. (DBOS's rate limiter counts whole
        # seconds on Python 3.11 with SQLite and lets two through 0.2 s apart.)
        DBOS.register_queue(
            POSTS, partition_concurrency=1, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )

    def close(self, patience: int = 10) -> None:
        """Stop; running workflows get ``patience`` seconds to end, the others go on in the next life."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
        self._engine.dispose()
        self._lock.close()

    def enqueue(
        self, queue: str, workflow: str, key: str, *inputs: object, channel: str | None = None, delay: float = 0
    ) -> None:
        """Accept a piece of work: one durable write, repeated without harm, done once ``key`` is done.

        ``channel`` is the partition of a post; ``delay`` is in seconds.
        """
        with (
            SetWorkflowID(_short(key)),
            SetEnqueueOptions(queue_partition_key=channel, delay_seconds=delay / self._time_scale or None),
        ):
            DBOS.enqueue_workflow(queue, self._workflows[workflow], *inputs)

    def step(self, name: str, action: Callable[[], T]) -> T:
        """Run an action as a durable step of the current workflow; its JSON result is remembered.

        Raises Tell, Retry or Bug as the action ended, in a replay too.
        """
        result: T = value(DBOS.run_step({"name": name}, attempt, action))
        return result

    def insist(self, name: str, action: Callable[[], T]) -> T:
        """A step that is tried until the other side is well again. Raises Tell, Bug, or the last Retry."""
        for wait in _waits():
            try:
                return self.step(name, action)
            except Retry as error:
                if wait is None:
                    raise
                self.sleep(max(wait, error.after or 0.0))
        raise AssertionError("unreachable: the last wait is None")

    def sleep(self, seconds: float) -> None:
        """A durable wait inside a workflow."""
        DBOS.sleep(seconds / self._time_scale)

    def pace(self) -> None:
        """Hold the channel's slot for the second that Slack wants between two messages."""
        time.sleep(1.0 / self._time_scale)

    def forget_finished(self, before: datetime) -> int:
        """Delete finished workflows completed before a time; returns how many. The library remembers for good."""
        finished = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
            limit=10_000,
        )
        DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
        return len(finished)

    def waiting(self) -> int:
        """How many pieces of work are not finished."""
        return len(DBOS.list_queued_workflows(load_input=False))


def _waits() -> Iterator[float | None]:
    """Seconds between tries, doubling; None stands for the last try."""
    wait = 1.0
    for _ in range(_TRIES - 1):
        yield wait
        wait = min(wait * 2, _LONGEST_WAIT)
    yield None


def _engine(file: Path) -> sqlalchemy.Engine:
    """SQLite for DBOS, with writers in a queue.

    Left to itself a writer that finds SQLite locked sleeps and tries again, up to 0.1 s at a time and in no order:
    among ten at once the unlucky one waits most of a second. Here each waits its turn in this process first.
    """
    engine = sqlalchemy.create_engine(f"sqlite:///{file}", connect_args={"isolation_level": "IMMEDIATE"}, pool_size=40)
    turn = threading.Lock()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # DBOS leaves the default journal, in which an enqueue takes 637 ms under load instead of 3.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "before_cursor_execute")
    def wait_for_turn(connection: sqlalchemy.Connection, _: object, statement: str, *__: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")) and "turn" not in connection.info:
            # Never for ever: SQLite's own lock still keeps writers apart.
            connection.info["turn"] = turn.acquire(timeout=30)

    @event.listens_for(engine, "checkin")
    def end_turn(_: object, record: Any) -> None:
        if record.info.pop("turn", False):
            turn.release()

    return engine


def _plain(run: Callable[..., None]) -> Callable[..., None]:
    # DBOS keeps its notes as attributes of the function, which a bound method does not take.
    def workflow(*inputs: Any) -> None:
        run(*inputs)

    return workflow


def _short(key: str) -> str:
    """Links may be long; an engine key need not be."""
    return key if len(key) <= 200 else f"{key[:120]}#{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _sole_owner(lock_file: Path) -> Any:
    lock = lock_file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "?"
        lock.close()
        raise Tell("already_running", folder=str(lock_file.parent), process=owner) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
