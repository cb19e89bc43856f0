"""The clock: it enqueues each digest when it is due, and once more never hurts.

The schedules table is the truth. Jobs are rebuilt from it every minute and only enqueue a workflow whose id is
the due time, so firing twice or missing a run is harmless: the latest due digest that was not made is made.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.digests.schedule import latest_due, next_due, previous_due
from bot.models import Schedule
from bot.ports import Library
from bot.work import attempt
from bot.workflows.digesting import Digesting

log = logging.getLogger("paperwire.clock")

_RECONCILE_SECONDS = 60.0
# Whether there is anything to do the tidying itself knows; a bot that is started anew every night comes to it too.
_TIDY_SECONDS = 3600.0


class DueTrigger(BaseTrigger):  # type: ignore[misc]
    """Fires at a schedule's due times. (CronTrigger skips runs at midnight on days of clock changes.)"""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return next_due(self.schedule, max(now, previous_fire_time or now).astimezone(UTC))


class Clock:
    """Runs until ``close``. ``now`` may run ahead of the machine's clock, as the playground's does."""

    def __init__(
        self,
        library: Library,
        digesting: Digesting,
        now: Callable[[], datetime],
        tidy: Callable[[], None],
        time_scale: float = 1.0,
    ) -> None:
        self._library = library
        self._digesting = digesting
        self._now = now
        self._tidy = tidy
        self._time_scale = time_scale
        self._known: dict[str, Schedule] = {}
        self._reconciling = threading.Lock()
        self._closing = False
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    def start(self) -> None:
        every = IntervalTrigger(seconds=_RECONCILE_SECONDS / self._time_scale, timezone=UTC)
        self._scheduler.add_job(self.reconcile, every)
        hourly = IntervalTrigger(seconds=_TIDY_SECONDS / self._time_scale, timezone=UTC)
        self._scheduler.add_job(self._tidy, hourly, next_run_time=datetime.now(UTC))
        self._scheduler.start()
        self.reconcile()

    def close(self) -> None:
        # The scheduler waits for its jobs while it holds the lock that reconciling needs: that has to be over before.
        with self._reconciling:
            self._closing = True
        self._scheduler.shutdown(wait=True)

    def reconcile(self) -> None:
        """Make the jobs what the table says, and catch up on what was missed."""
        with self._reconciling:
            if not self._closing:
                self._reconcile()

    def _reconcile(self) -> None:
        wanted = {f"{s.team_id}:{s.channel_id}": s for s in self._library.schedules() if s.paused is None}
        for job_id in self._known.keys() - wanted.keys():
            with suppress(JobLookupError):
                self._scheduler.remove_job(job_id)
            del self._known[job_id]
        for job_id, schedule in wanted.items():
            # One that cannot be kept holds up no other; it is tried again at the next look.
            attempt(partial(self._take_up, job_id, schedule))

    def _take_up(self, job_id: str, schedule: Schedule) -> None:
        if self._known.get(job_id) != schedule:
            self._scheduler.add_job(
                self.post_due, DueTrigger(schedule), args=[schedule], id=job_id, replace_existing=True
            )
            self._known[job_id] = schedule
        self.post_due(schedule)

    def post_due(self, schedule: Schedule) -> None:
        """Enqueue the latest digest due and not done since the schedule was made."""
        due_at = latest_due(schedule, self._now())
        done_at = self._library.last_digest_due(schedule.team_id, schedule.channel_id)
        made_at = schedule.created_at or due_at
        if due_at < made_at or (done_at is not None and due_at <= done_at):
            return
        self._digesting.scheduled_digest(schedule.team_id, schedule.channel_id, due_at, previous_due(schedule, due_at))
