"""Durable work: what was accepted is done once and for all, however often the process is killed.

The engine is DBOS Transact, on its own SQLite file or, for many replicas, on Postgres. A workflow's inputs and step
outputs are ids, names of files and small JSON, never tokens and never full text. ``Work`` wires the engine; what the
workflows do stands in ``bot.workflows``.
"""

from __future__ import annotations

import inspect
import itertools
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
    WorkflowStatus,
)

from bot.engine import doubtful_until, sole_owner, sqlite_engine
from bot.errors import LIBRARY_AWAY, PaperwireError, Retry, Tell
from bot.lease import Lease, Leases
from bot.models import KEY_PREFIX, shortened
from bot.outcomes import announce
from bot.rescue import Rescue

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

# Of the engine's tables on Postgres.
_SCHEMA = "paperwire_work"

# Outages last minutes to hours; what was accepted waits for their end.
_TRIES = 60
_LONGEST_WAIT = 300.0
# After a restore, for shares whose papers an earlier life had already.
_LONGEST_PATIENCE = 300.0

_FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
_UNFINISHED = ["ENQUEUED", "DELAYED", "PENDING"]
# Others want to write too.
_FORGOTTEN_AT_ONCE = 1_000
_LONGEST_KEY = 200

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
        announce("bug", id=short_id)
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

    def __init__(
        self,
        folder: Path,
        engine: sqlalchemy.Engine,
        *,
        workers: int,
        time_scale: float = 1.0,
        leases: Leases | None = None,
    ) -> None:
        """``folder`` is this process's alone; with ``leases`` many replicas share the engine's database."""
        self._folder = folder
        self._engine = engine
        self._workers = workers
        self._time_scale = time_scale
        self._workflows: dict[str, Callable[..., None]] = {}
        self._lease = Lease(leases) if leases else None

    def launch(self, workflows: dict[str, Callable[..., None]]) -> None:
        """Start the engine with its workflows (name → function); unfinished ones of an earlier life go on.

        Raises Tell (``already_running``) when another process works on the same folder, Retry (``library_away``).
        """
        self._lock = sole_owner(self._folder)
        self._doubtful_until = doubtful_until(self._folder)
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
        if self._lease:
            self._lease.take()
            # Of what LISTEN would tell at once we wait for nothing.
            config |= {"executor_id": self._lease.replica, "use_listen_notify": False, "dbos_system_schema": _SCHEMA}
        self._dbos = DBOS(config=config)
        for name, run in workflows.items():
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)(_plain(run))
        DBOS.launch()
        # The engine keeps a queue's bounds in its database, so those of the last start hold for all replicas.
        DBOS.register_queue(
            SHARES, worker_concurrency=self._workers, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )
        # One post at a time in a channel, because Slack takes one a second. (DBOS's rate limiter counts whole
        # seconds on Python 3.11 with SQLite and lets two through 0.2 s apart.)
        DBOS.register_queue(
            POSTS, partition_concurrency=1, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )
        if self._lease:
            self._rescue = Rescue(self._dbos, self._lease)
            self._rescue.start()

    @property
    def doubtful(self) -> bool:
        """Whether an old backup was put back lately, so that anything may have been posted that nobody remembers."""
        return time.time() < self._doubtful_until

    def close(self, patience: int = 10) -> None:
        """Stop; running workflows get ``patience`` seconds to end, the others go on in another life."""
        if self._lease:
            self._rescue.stop()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
        if self._lease:
            self._lease.release(idle=not self._dbos._active_workflows_set.activeList())
        self._engine.dispose()
        self._lock.close()

    def enqueue(
        self, queue: str, workflow: str, key: str, *inputs: object, channel: str | None = None, delay: float = 0
    ) -> None:
        """Accept a piece of work: one durable write, repeated without harm, done once ``key`` is done.

        ``channel`` is the partition of a post; ``delay`` is in seconds.
        """
        with (
            SetWorkflowID(shortened(key, _LONGEST_KEY)),
            SetEnqueueOptions(queue_partition_key=channel, delay_seconds=delay / self._time_scale or None),
        ):
            DBOS.enqueue_workflow(queue, self._workflows[workflow], *inputs)

    def step(self, name: str, action: Callable[[], T]) -> T:
        """Run an action as a durable step of the current workflow; its JSON result is remembered.

        Raises Tell, Retry or Bug as the action ended, in a replay too.
        """
        result: T = value(DBOS.run_step({"name": name}, attempt, lambda: self.patiently(action)))
        return result

    def patiently(self, action: Callable[[], T]) -> T:
        """Run an action, again and again while the library is away: work waits for it as the engine does.

        Nothing is remembered: what a workflow asks outside its steps may differ in a replay, and no step depend on it.
        """
        for wait in itertools.chain((1.0, 2.0, 4.0), itertools.repeat(8.0)):
            if self._lease:
                self._lease.check()
            try:
                return action()
            except Retry as error:
                if error.code not in LIBRARY_AWAY:
                    raise
                log.warning("work waits for the library: %s", error)
            time.sleep(wait)
        raise AssertionError("unreachable: it waits for ever")

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

    def await_shares(self) -> None:
        """Wait inside a step until no share is unfinished, for some minutes at most."""
        deadline = time.monotonic() + _LONGEST_PATIENCE / self._time_scale
        while self.unfinished()[SHARES][0] and time.monotonic() < deadline:
            self.pace()

    def pace(self) -> None:
        """Hold the channel's slot for the second that Slack wants between two messages."""
        time.sleep(1.0 / self._time_scale)

    def forget_finished(self, before: datetime) -> int:
        """Delete finished workflows completed before a time; returns how many. The library remembers for good."""
        gone, more = 0, True
        while more:
            finished = DBOS.list_workflows(
                status=_FINISHED,
                completed_before=before.isoformat(),
                load_input=False,
                load_output=False,
                limit=_FORGOTTEN_AT_ONCE,
            )
            DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
            gone, more = gone + len(finished), len(finished) == _FORGOTTEN_AT_ONCE
        return gone

    def erase(self, key: str) -> tuple[int, list[object]]:
        """Delete the finished workflows whose keys begin with ``key``, with their inputs and results.

        Returns how many such are not finished, and what the steps of those deleted returned.
        """
        found = [
            workflow
            for workflow in DBOS.list_workflows(workflow_id_prefix=key[:KEY_PREFIX], load_output=False)
            if workflow.workflow_id.startswith(key[:KEY_PREFIX])
            and (len(key) <= KEY_PREFIX or key[KEY_PREFIX:] in str(workflow.input))
        ]
        finished = [each.workflow_id for each in found if each.status in _FINISHED]
        results = [step["output"] for each in finished for step in DBOS.list_workflow_steps(each)]
        DBOS.delete_workflows(finished)
        return len(found) - len(finished), [each["ok"] for each in results if isinstance(each, dict) and "ok" in each]

    def waiting(self) -> int:
        """How many pieces of work are not finished."""
        return sum(count for count, _ in self.unfinished().values())

    def unfinished(self) -> dict[str, tuple[int, float]]:
        """By queue: how many pieces of work are not finished (10,000 at most), and the oldest's age in seconds."""
        found: dict[str, tuple[int, float]] = {SHARES: (0, 0.0), POSTS: (0, 0.0)}
        for each in DBOS.list_queued_workflows(load_input=False, load_output=False, limit=10_000):
            count, oldest = found.get(each.queue_name or "", (0, 0.0))
            age = time.time() - (each.created_at or 0) / 1000
            found[each.queue_name or ""] = count + 1, max(oldest, age)
        return found


def left_in(file: Path) -> int:
    """How many pieces of work are not finished in the file of an engine that is not running."""
    if not file.exists():
        return 0
    engine = sqlite_engine(file)
    try:
        with _client(engine) as client:
            return len(client.list_workflows(status=_UNFINISHED, load_input=False, load_output=False))
    finally:
        engine.dispose()


def knows_team(engine: sqlalchemy.Engine, team_id: str) -> bool:
    """Whether there is work of a team, finished or not."""
    with _client(engine) as client:
        return bool(_of_team(client, team_id))


def forget_team(engine: sqlalchemy.Engine, team_id: str) -> int:
    """Delete all work of a team, whether or not an engine is running on it; how many pieces.

    What is under way is cancelled first, and ends at its next step.
    """
    with _client(engine) as client:
        found = _of_team(client, team_id)
        client.cancel_workflows([each.workflow_id for each in found if each.status in _UNFINISHED])
        client.delete_workflows([each.workflow_id for each in found])
        return len(found)


@contextmanager
def _client(engine: sqlalchemy.Engine) -> Iterator[DBOSClient]:
    schema = _SCHEMA if engine.dialect.name == "postgresql" else None
    client = DBOSClient(
        system_database_engine=engine, dbos_system_schema=schema, serializer=DBOSPortableJSONSerializer()
    )
    try:
        yield client
    finally:
        client.destroy()


def _of_team(client: DBOSClient, team_id: str) -> list[WorkflowStatus]:
    # The keys of all work hold the team between colons.
    listed = client.list_workflows(load_input=False, load_output=False)
    return [each for each in listed if team_id in each.workflow_id.split(":")]


def _waits() -> Iterator[float | None]:
    """Seconds between tries, doubling; None stands for the last try."""
    wait = 1.0
    for _ in range(_TRIES - 1):
        yield wait
        wait = min(wait * 2, _LONGEST_WAIT)
    yield None


def _plain(run: Callable[..., None]) -> Callable[..., None]:
    known = len(inspect.signature(run).parameters)

    # DBOS keeps its notes as attributes of the function, which a bound method does not take.
    def workflow(*inputs: Any) -> None:
        # A newer version beside this one may know further inputs: what this one knows, it does.
        run(*inputs[:known])

    return workflow
