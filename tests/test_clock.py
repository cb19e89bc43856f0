"""The clock makes each digest due once, whatever was missed."""

from __future__ import annotations

import threading
import time as time_module
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.errors import Retry
from bot.models import ChannelSettings, Period, Schedule
from bot.running import clock as clock_of
from bot.settings import Settings
from handlers.clock import Clock, DueTrigger
from storage.database.sqlite import SqliteLibrary

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Enqueued:
    """Stands for the posting: remembers what was enqueued, a key once, as the engine does."""

    def __init__(self) -> None:
        self.digests: dict[tuple[str, datetime], datetime] = {}

    def scheduled_digest(self, team_id: str, channel_id: str, due_at: datetime, interval_back: datetime) -> None:
        self.digests[channel_id, due_at] = interval_back


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SqliteLibrary]:
    library = SqliteLibrary(tmp_path / "library.db")
    yield library
    library.close()


def schedule(created_at: datetime = MONDAY - timedelta(days=1)) -> Schedule:
    return Schedule("T1", "C1", "weekly", time(9, 0), "UTC", "U1", created_at=created_at)


def clock(library: SqliteLibrary, posting: Enqueued, now: datetime) -> Clock:
    return Clock(library, posting, lambda: now, lambda: None)  # type: ignore[arg-type]


def wait_for(condition: Callable[[], bool]) -> None:
    began = time_module.monotonic()
    while not condition():
        assert time_module.monotonic() - began < 30
        time_module.sleep(0.05)


def test_a_digest_is_due_at_its_time_and_covers_the_interval_before(library: SqliteLibrary) -> None:
    library.put_schedule("T1", schedule())
    posting = Enqueued()
    clock(library, posting, MONDAY - timedelta(seconds=1)).reconcile()
    assert posting.digests == {}
    clock(library, posting, MONDAY).reconcile()
    assert posting.digests == {("C1", MONDAY): MONDAY - timedelta(days=7)}


def test_what_was_missed_is_caught_up_once_and_only_the_latest(library: SqliteLibrary) -> None:
    library.put_schedule("T1", schedule())
    posting = Enqueued()
    late = clock(library, posting, MONDAY + timedelta(days=16))
    late.reconcile()
    late.reconcile()
    assert list(posting.digests) == [("C1", MONDAY + timedelta(days=14))]


def test_what_is_done_is_not_enqueued_again(library: SqliteLibrary) -> None:
    library.put_schedule("T1", schedule())
    settings, period = ChannelSettings("T1", "C1"), Period(MONDAY - timedelta(days=7), MONDAY)
    library.freeze_digest("T1", settings, "digest:1", period, MONDAY, scheduled=True)
    posting = Enqueued()
    clock(library, posting, MONDAY + timedelta(hours=1)).reconcile()
    assert posting.digests == {}


def test_nothing_is_due_from_before_the_schedule_was_made(library: SqliteLibrary) -> None:
    library.put_schedule("T1", schedule(created_at=MONDAY + timedelta(minutes=1)))
    posting = Enqueued()
    clock(library, posting, MONDAY + timedelta(days=1)).reconcile()
    assert posting.digests == {}


def test_a_schedule_dropped_or_paused_fires_no_more(library: SqliteLibrary) -> None:
    library.put_schedule("T1", schedule())
    posting = Enqueued()
    ticking = clock(library, posting, MONDAY - timedelta(hours=1))
    ticking.reconcile()
    library.drop_schedule("T1", "C1")
    ticking.reconcile()
    clock(library, posting, MONDAY + timedelta(days=1)).reconcile()
    assert posting.digests == {}


def test_a_schedule_that_fails_holds_up_no_other_and_is_tried_again(library: SqliteLibrary) -> None:
    for number, zone in enumerate(("Mars/Olympus", "UTC", "UTC")):
        library.put_schedule("T1", replace(schedule(), channel_id=f"C{number}", zone=zone))
    asked: list[str] = []
    last_digest_due = library.last_digest_due

    def away_once(team_id: str, channel_id: str) -> datetime | None:
        asked.append(channel_id)
        if asked.count("C1") == 1 and channel_id == "C1":
            raise Retry("library_away", path="", reason="")
        return last_digest_due(team_id, channel_id)

    library.last_digest_due = away_once  # type: ignore[method-assign]
    posting = Enqueued()
    ticking = clock(library, posting, MONDAY)
    ticking.reconcile()
    assert posting.digests.keys() == {("C2", MONDAY)}
    ticking.reconcile()
    assert posting.digests.keys() == {("C1", MONDAY), ("C2", MONDAY)}


def test_after_a_look_that_failed_a_schedule_dropped_meanwhile_harms_no_other(library: SqliteLibrary) -> None:
    for channel in ("C1", "C2"):
        library.put_schedule("T1", replace(schedule(), channel_id=channel))
    posting = Enqueued()
    ticking = clock(library, posting, MONDAY - timedelta(hours=1))
    ticking.start()
    try:
        library.drop_schedule("T1", "C1")
        ticking._scheduler.remove_job("T1:C1")  # as a look left it that failed afterwards
        ticking.reconcile()
        library.put_schedule("T1", replace(schedule(), channel_id="C1", weekday="tue"))
        ticking.reconcile()
        assert {job.id for job in ticking._scheduler.get_jobs()} >= {"T1:C1", "T1:C2"}
    finally:
        ticking.close()


def test_the_trigger_fires_at_the_due_times_in_turn() -> None:
    trigger = DueTrigger(schedule())
    first = trigger.get_next_fire_time(None, MONDAY - timedelta(days=2))
    assert first == MONDAY
    assert trigger.get_next_fire_time(first, MONDAY) == MONDAY + timedelta(days=7)


def test_tidying_comes_at_the_start_and_every_hour_whatever_became_of_the_last(library: SqliteLibrary) -> None:
    tidied: list[float] = []

    def tidy() -> None:
        tidied.append(time_module.monotonic())
        if len(tidied) == 1:
            raise Retry("library_away", path="", reason="")

    ticking = Clock(library, Enqueued(), lambda: MONDAY, tidy, time_scale=3_600)  # type: ignore[arg-type]
    ticking.start()
    wait_for(lambda: len(tidied) == 3)
    ticking.close()
    assert tidied[2] - tidied[0] > 1, "an hour passes in a second"


def test_tidying_does_not_wait_for_the_first_hour_to_pass(library: SqliteLibrary) -> None:
    tidied = threading.Event()
    ticking = Clock(library, Enqueued(), lambda: MONDAY, tidied.set)  # type: ignore[arg-type]
    ticking.start()
    assert tidied.wait(30)
    ticking.close()


def test_the_time_put_ahead_for_a_trial_may_be_put_right_at_any_moment(tmp_path: Path) -> None:
    offset, over = tmp_path / "offset", threading.Event()
    now = clock_of(Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=None, PAPERWIRE_CLOCK_OFFSET=offset))

    def ahead_and_back() -> None:
        while not over.is_set():
            offset.write_text("86400")
            offset.unlink()

    fiddling = threading.Thread(target=ahead_and_back)
    fiddling.start()
    try:
        for _ in range(20_000):
            now()
    finally:
        over.set()
        fiddling.join()


def test_the_clock_stops_also_while_it_takes_up_a_new_schedule(library: SqliteLibrary) -> None:
    looking, closing = threading.Event(), threading.Event()
    schedules = library.schedules

    def slowly() -> Sequence[Schedule]:
        if threading.current_thread() is not threading.main_thread():
            looking.set()
            assert closing.wait(10)
            library.put_schedule("T1", schedule())
        return schedules()

    library.schedules = slowly  # type: ignore[method-assign]
    ticking = Clock(library, Enqueued(), lambda: MONDAY, lambda: None, time_scale=600)  # type: ignore[arg-type]
    ticking.start()
    assert looking.wait(10)
    stopping = threading.Thread(target=ticking.close, daemon=True)
    stopping.start()
    time_module.sleep(0.2)  # it waits for the look that is under way
    closing.set()
    stopping.join(10)
    assert not stopping.is_alive()
