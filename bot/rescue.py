"""Work that dead replicas left behind is done by the living."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from dbos import DBOS
from dbos._utils import INTERNAL_QUEUE_NAME

from bot.lease import Lease

log = logging.getLogger("paperwire.work")

_LOOK_SECONDS = 3.0
# Longer than a piece of work may lie between being taken from the queue and being run.
_ORPHAN_SECONDS = 30.0


class Rescue:
    """Queues again what dead replicas left pending, and what of our own no thread runs.

    The latter comes about when the connection breaks while the engine takes work from a queue: the database has
    noted that we took it, and we were never told. To do it twice, or in two replicas at once, is harmless: only what
    is pending under the very name it was found under is moved, and whoever takes it then puts its own name there.
    """

    def __init__(self, dbos: DBOS, lease: Lease) -> None:
        self._dbos = dbos
        self._lease = lease
        self._orphans: dict[str, float] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rescue", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def _run(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            try:
                self._look()
            except Exception as error:  # the database may be away; the next look comes soon
                log.warning("could not look for work left behind: %s", str(error).partition("\n")[0])

    def _look(self) -> None:
        pending = {
            workflow.workflow_id: str(workflow.executor_id)
            for workflow in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        }
        # Asked after the work: a replica is on the list before it takes any.
        living = self._lease.living()
        left = {key: executor for key, executor in pending.items() if executor not in living}
        now = time.monotonic()
        running = self._dbos._active_workflows_set.activeList()
        idle = [key for key, executor in pending.items() if executor == self._lease.replica and key not in running]
        self._orphans = {key: self._orphans.get(key, now) for key in idle}
        lost = {key: self._lease.replica for key, since in self._orphans.items() if now - since > _ORPHAN_SECONDS}
        moved: Counter[str] = Counter()
        for key, executor in {**left, **lost}.items():
            moved[executor] += self._dbos._sys_db.reenqueue_for_recovery(key, [executor], INTERNAL_QUEUE_NAME)
        for executor, pieces in (+moved).items():
            log.warning("taking over %d pieces of work of %s", pieces, executor)
