from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.schedule import describe, due_times, latest_due, next_due, parse_schedule, previous_due
from bot.errors import Tell
from bot.models import LANGUAGES, Schedule
from bot.wording import explain

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)


def parsed(words: str, zone: str = "UTC") -> Schedule:
    return parse_schedule(words, team_id="T1", channel_id="C1", user_id="U1", zone=zone, now=NOW)


def schedule(**fields: Any) -> Schedule:
    defaults: dict[str, Any] = {"cadence": "daily", "at": time(9), "zone": "UTC"}
    return Schedule(team_id="T1", channel_id="C1", user_id="U1", **(defaults | fields))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


# --- Reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("daily 09:00", {"cadence": "daily", "at": time(9), "zone": "Asia/Tokyo"}),
        ("weekdays 08:30 Europe/Berlin", {"cadence": "weekdays", "at": time(8, 30), "zone": "Europe/Berlin"}),
        (
            "weekly mon 09:00 Asia/Shanghai",
            {"cadence": "weekly", "weekday": "mon", "at": time(9), "zone": "Asia/Shanghai"},
        ),
        ("Weekly  SUNDAY 9:05", {"cadence": "weekly", "weekday": "sun", "at": time(9, 5), "zone": "Asia/Tokyo"}),
        ("weekly thurs 23：59", {"cadence": "weekly", "weekday": "thu", "at": time(23, 59), "zone": "Asia/Tokyo"}),
        ("monthly 1st 00:00", {"cadence": "monthly", "monthday": 1, "at": time(0), "zone": "Asia/Tokyo"}),
        ("mon 09:00", {"cadence": "weekly", "weekday": "mon", "at": time(9), "zone": "Asia/Tokyo"}),
        ("Friday 9am", {"cadence": "weekly", "weekday": "fri", "at": time(9), "zone": "Asia/Tokyo"}),
        ("daily 9:30pm", {"cadence": "daily", "at": time(21, 30), "zone": "Asia/Tokyo"}),
        ("daily 12am", {"cadence": "daily", "at": time(0), "zone": "Asia/Tokyo"}),
        ("daily 12pm", {"cadence": "daily", "at": time(12), "zone": "Asia/Tokyo"}),
        ("每天 9：00", {"cadence": "daily", "at": time(9), "zone": "Asia/Tokyo"}),
        ("工作日 9:00", {"cadence": "weekdays", "at": time(9), "zone": "Asia/Tokyo"}),
        ("每周一 9:00 UTC", {"cadence": "weekly", "weekday": "mon", "at": time(9), "zone": "UTC"}),
        ("每星期天 9:00", {"cadence": "weekly", "weekday": "sun", "at": time(9), "zone": "Asia/Tokyo"}),
        ("weekly 周三 9:00", {"cadence": "weekly", "weekday": "wed", "at": time(9), "zone": "Asia/Tokyo"}),
        ("每月15日 9:00", {"cadence": "monthly", "monthday": 15, "at": time(9), "zone": "Asia/Tokyo"}),
        ("monthly 28 09:00 utc", {"cadence": "monthly", "monthday": 28, "at": time(9), "zone": "UTC"}),
    ],
)
def test_a_schedule_is_read(words: str, fields: dict[str, Any]) -> None:
    assert parsed(words, "Asia/Tokyo") == schedule(**fields, created_at=NOW)


@pytest.mark.parametrize(
    ("words", "example"),
    [
        ("", "weekly mon 09:00 Asia/Shanghai"),
        ("sometimes", "weekly mon 09:00 Asia/Shanghai"),
        ("dayly 09:00", "daily 09:00"),
        ("weekday 09:00", "weekdays 08:30 Europe/Berlin"),
        ("weekly 09:00", "weekly mon 09:00 Asia/Shanghai"),
        ("weekly m 09:00", "weekly mon 09:00 Asia/Shanghai"),
        ("weekly mo 09:00", "weekly mon 09:00 Asia/Shanghai"),
        ("monthly first 09:00", "monthly 1st 09:00"),
        ("daily", "daily 09:00"),
        ("daily nine", "daily 09:00"),
        ("daily 9", "daily 09:00"),
        ("daily 0am", "daily 09:00"),
        ("daily 13pm", "daily 09:00"),
        ("mon", "weekly mon 09:00 Asia/Shanghai"),
        ("weekly mon,someday 09:00", "weekly mon 09:00 Asia/Shanghai"),
        ("daily 24:00", "daily 09:00"),
        ("daily 09:60", "daily 09:00"),
        ("daily 09:00 Europe/Berlin please", "daily 09:00"),
    ],
)
def test_what_is_not_understood_is_told_with_the_closest_example(words: str, example: str) -> None:
    with pytest.raises(Tell) as told:
        parsed(words)
    assert (told.value.code, told.value.facts) == ("bad_schedule", {"words": words, "example": example})
    assert parsed(example)
    assert all(example in explain(language, told.value) for language in LANGUAGES)


@pytest.mark.parametrize("days", ["mon,fri", "mon-fri", "周一、周五"])
def test_several_weekdays_are_told_that_there_is_one(days: str) -> None:
    for words in (f"weekly {days} 09:00", f"{days} 09:00"):
        with pytest.raises(Tell, match="one_weekday") as told:
            parsed(words)
        assert all(days in explain(language, told.value) for language in LANGUAGES)


@pytest.mark.parametrize("day", ["0", "29th", "31", "99"])
def test_a_day_that_not_every_month_has_is_told(day: str) -> None:
    with pytest.raises(Tell, match="bad_monthday") as told:
        parsed(f"monthly {day} 09:00")
    assert all(day in explain(language, told.value) for language in LANGUAGES)


def test_an_unknown_zone_is_told() -> None:
    with pytest.raises(Tell, match="bad_zone"):
        parsed("daily 09:00 Europe/Berln")


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["daily", "weekly", "mon", "1st", "09:00", "UTC", "9", ":", "x"])).map(" ".join)
)
def test_whatever_is_typed_is_read_or_told(words: str) -> None:
    try:
        assert next_due(parsed(words), NOW) > NOW
    except Tell as told:
        assert all(explain(language, told) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        ("daily 09:00 UTC", "每天 09:00（UTC）", "every day at 09:00 (UTC)"),
        ("weekdays 08:30 UTC", "周一至周五 08:30（UTC）", "Monday to Friday at 08:30 (UTC)"),
        ("weekly fri 17:00 Asia/Shanghai", "每周五 17:00（Asia/Shanghai）", "every Friday at 17:00 (Asia/Shanghai)"),
        ("monthly 1st 09:00 UTC", "每月 1 日 09:00（UTC）", "on day 1 of every month at 09:00 (UTC)"),
    ],
)
def test_a_schedule_is_told_in_words(words: str, zh: str, en: str) -> None:
    assert (describe(parsed(words), "zh"), describe(parsed(words), "en")) == (zh, en)


# --- Due times --------------------------------------------------------------------------------------


def test_due_times_begin_after_and_end_with_the_bounds() -> None:
    due = list(due_times(schedule(), utc(2026, 11, 20, 9), utc(2026, 11, 22, 9)))
    assert due == [utc(2026, 11, 21, 9), utc(2026, 11, 22, 9)]


def test_nothing_is_due_between_two_due_times() -> None:
    assert list(due_times(schedule(), utc(2026, 11, 20, 9), utc(2026, 11, 21, 8, 59))) == []


@pytest.mark.parametrize(
    ("fields", "next_at", "latest_at", "before_at"),
    [
        ({}, utc(2026, 11, 23, 9), utc(2026, 11, 22, 9), utc(2026, 11, 21, 9)),
        ({"cadence": "weekdays"}, utc(2026, 11, 23, 9), utc(2026, 11, 20, 9), utc(2026, 11, 19, 9)),
        ({"cadence": "weekly", "weekday": "wed"}, utc(2026, 11, 25, 9), utc(2026, 11, 18, 9), utc(2026, 11, 11, 9)),
        ({"cadence": "monthly", "monthday": 22}, utc(2026, 12, 22, 9), utc(2026, 11, 22, 9), utc(2026, 10, 22, 9)),
        ({"cadence": "monthly", "monthday": 28}, utc(2026, 11, 28, 9), utc(2026, 10, 28, 9), utc(2026, 9, 28, 9)),
        ({"zone": "Asia/Shanghai"}, utc(2026, 11, 23, 1), utc(2026, 11, 22, 1), utc(2026, 11, 21, 1)),
    ],
)
def test_next_latest_and_previous(
    fields: dict[str, Any], next_at: datetime, latest_at: datetime, before_at: datetime
) -> None:
    plan = schedule(**fields)
    assert (next_due(plan, NOW), latest_due(plan, NOW)) == (next_at, latest_at)
    assert previous_due(plan, latest_at) == before_at


def test_a_due_time_is_the_latest_when_it_strikes_and_not_the_next() -> None:
    strikes = utc(2026, 11, 22, 9)
    assert latest_due(schedule(), strikes) == strikes
    assert next_due(schedule(), strikes) == utc(2026, 11, 23, 9)


def test_mondays_weekday_digest_begins_on_friday() -> None:
    assert previous_due(schedule(cadence="weekdays"), utc(2026, 11, 23, 9)) == utc(2026, 11, 20, 9)


@pytest.mark.parametrize(
    ("zone", "at", "day", "due"),
    [
        ("Europe/Berlin", time(2, 30), date(2026, 3, 29), utc(2026, 3, 29, 1, 30)),  # skipped: 03:30
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),  # twice: the first
        ("Africa/Cairo", time(0), date(2026, 4, 24), utc(2026, 4, 23, 22)),  # a day that begins at one
        ("America/Santiago", time(0), date(2026, 9, 6), utc(2026, 9, 6, 4)),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4), utc(2026, 10, 3, 15, 45)),  # a change of half an hour
    ],
)
def test_a_clock_change_moves_no_digest_to_another_day(zone: str, at: time, day: date, due: datetime) -> None:
    plan = schedule(at=at, zone=zone)
    around = list(due_times(plan, due - timedelta(hours=30), due + timedelta(hours=30)))
    assert due in around
    assert [each.astimezone(ZoneInfo(zone)).date() for each in around].count(day) == 1


ZONES = sorted(available_timezones() - {"localtime"})
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize("at", [time(0), time(0, 30), time(2, 30), time(9), time(23, 59)], ids=str)
def test_every_zone_has_one_run_a_local_day_through_2026_and_2027(at: time) -> None:
    """Each day's run comes when the wall shows the time, the first time, or just after the jump that left it out."""
    assert len(ZONES) > 400
    for name in ZONES:
        tz = ZoneInfo(name)
        due = list(due_times(schedule(at=at, zone=name), utc(2025, 12, 30), utc(2028, 1, 2)))
        local = [each.astimezone(tz) for each in due]
        assert due == sorted(set(due)), name
        moved = {each for each in local if each.time() != at}
        on_time = Counter(each.date() for each in local if each not in moved)
        left_out = [day for day in DAYS if day not in on_time]
        assert set(on_time.values()) == {1}, name
        assert not any(each.fold for each in local), name
        assert len(left_out) <= 4, name  # two changes a year
        for day in left_out:
            wall = datetime.combine(day, at)
            assert wall.replace(tzinfo=tz).astimezone(UTC).astimezone(tz).time() != at, f"{name} shows {at} on {day}"
            after = [each for each in moved if timedelta() < each.replace(tzinfo=None) - wall <= timedelta(hours=2)]
            assert len(after) == 1, f"{name}: {day} has no run"
            moved.remove(after[0])
        assert not moved, name


@pytest.mark.parametrize("cadence", ["daily", "weekdays", "weekly", "monthly"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Asia/Shanghai", "America/Havana", "Asia/Kathmandu"])
def test_going_from_next_to_next_visits_every_due_time(cadence: str, zone: str) -> None:
    plan = schedule(cadence=cadence, zone=zone, at=time(0), weekday="sun", monthday=28)
    due = list(due_times(plan, utc(2026, 1, 1), utc(2027, 1, 1)))
    walked = [next_due(plan, utc(2026, 1, 1))]
    while len(walked) < len(due):
        walked.append(next_due(plan, walked[-1]))
    assert walked == due
    assert [previous_due(plan, each) for each in due[1:]] == due[:-1]
    assert [latest_due(plan, each + timedelta(minutes=1)) for each in due] == due
