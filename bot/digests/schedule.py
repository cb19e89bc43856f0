"""When a channel's digest is due: parsing, due times, words. Pure.

A due time is ``datetime.combine(local_date, time, zone)`` in UTC, one a local date: where the clock jumps over the
time of day, it is due as much later as the clock jumped; where it shows it twice, it is due the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import get_args
from zoneinfo import ZoneInfo

from bot.digests.period import zone_named
from bot.errors import Tell
from bot.models import Cadence, Language, Schedule, Weekday
from bot.wording import say

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_EXAMPLES: dict[str, str] = {
    "daily": "daily 09:00",
    "weekdays": "weekdays 08:30 Europe/Berlin",
    "weekly": "weekly mon 09:00 Asia/Shanghai",
    "monthly": "monthly 1st 09:00",
}
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})|(1[0-2]|[1-9])(?:[:：]([0-5]\d))?(am|pm)")
_MONTHDAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|日|号)?")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = re.compile(r"[,，、/+&-]")
"""Between weekdays of which somebody would have several."""
# What a Chinese reader would rather type, ``每周一 9:00``; a weekday has its number among _CHINESE_WEEKDAYS.
_CHINESE = {
    "每天": "daily",
    "每日": "daily",
    "工作日": "weekdays",
    "每周": "weekly",
    "每星期": "weekly",
    "每月": "monthly",
}
_CHINESE_CADENCE = re.compile(rf"^({'|'.join(_CHINESE)})\s*")
_CHINESE_WEEKDAYS = re.compile(r"(?:周|星期)?([一二三四五六日天])")
# Longer than any cadence's longest wait.
_HORIZON = timedelta(days=63)


def parse_schedule(words: str, *, team_id: str, channel_id: str, user_id: str, zone: str, now: datetime) -> Schedule:
    """``weekly mon 09:00 Asia/Shanghai`` and the like; ``zone`` is taken where the words name none.

    A weekday alone is weekly. Raises Tell (``bad_schedule`` with an example, ``one_weekday``, ``bad_monthday``,
    ``bad_zone``, ``no_zone``).
    """
    asked = _CHINESE_CADENCE.sub(lambda found: f"{_CHINESE[found[1]]} ", words.strip().lower())
    cadence, *rest = asked.split() or [""]
    if _named_weekday(_DAYS.split(cadence)[0]):
        cadence, rest = "weekly", [cadence, *rest]
    if cadence not in _EXAMPLES:
        closest = get_close_matches(cadence, _EXAMPLES, n=1, cutoff=0.5)
        raise _misunderstood(words, closest[0] if closest else "weekly")
    weekday: Weekday = "mon"
    monthday = 1
    if cadence == "weekly":
        weekday = _weekday(words, rest.pop(0) if rest else "")
    elif cadence == "monthly":
        monthday = _monthday(words, rest.pop(0) if rest else "")
    at = _time(words, cadence, rest.pop(0) if rest else "")
    if len(rest) > 1:
        raise _misunderstood(words, cadence)
    return Schedule(
        team_id=team_id,
        channel_id=channel_id,
        cadence=_cadence(cadence),
        at=at,
        zone=zone_named(words.split()[-1] if rest else zone).key,
        user_id=user_id,
        weekday=weekday,
        monthday=monthday,
        created_at=now,
    )


def _misunderstood(words: str, cadence: str) -> Tell:
    return Tell("bad_schedule", words=words.strip(), example=_EXAMPLES[cadence])


def _cadence(word: str) -> Cadence:
    return next(cadence for cadence in get_args(Cadence) if cadence == word)


def _weekday(words: str, word: str) -> Weekday:
    several = [_named_weekday(each) for each in _DAYS.split(word)]
    if len(several) > 1 and all(several):
        raise Tell("one_weekday", days=word)
    if len(several) > 1 or several[0] is None:
        raise _misunderstood(words, "weekly")
    return several[0]


def _named_weekday(word: str) -> Weekday | None:
    if found := _CHINESE_WEEKDAYS.fullmatch(word):
        return WEEKDAYS["一二三四五六日".index(found[1].replace("天", "日"))]
    named = (short for short, name in zip(WEEKDAYS, _NAMES, strict=True) if len(word) >= 3 and name.startswith(word))
    return next(named, None)


def _monthday(words: str, word: str) -> int:
    found = _MONTHDAY.fullmatch(word)
    if found is None:
        raise _misunderstood(words, "monthly")
    if not 1 <= int(found[1]) <= 28:
        raise Tell("bad_monthday", day=word)
    return int(found[1])


def _time(words: str, cadence: str, word: str) -> time:
    found = _TIME.fullmatch(word)
    if found and found[5]:
        return time(int(found[3]) % 12 + 12 * (found[5] == "pm"), int(found[4] or 0))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise _misunderstood(words, cadence)
    return time(int(found[1]), int(found[2]))


# --- Due times --------------------------------------------------------------------------------------


def due_times(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """The due times in UTC with ``after < due <= until``, in order."""
    tz = ZoneInfo(schedule.zone)
    day = after.astimezone(tz).date() - timedelta(days=1)
    last = until.astimezone(tz).date() + timedelta(days=1)
    while day <= last:
        if _falls_on(schedule, day):
            due_at = datetime.combine(day, schedule.at, tz).astimezone(UTC)
            if after < due_at <= until:
                yield due_at
        day += timedelta(days=1)


def _falls_on(schedule: Schedule, day: date) -> bool:
    match schedule.cadence:
        case "daily":
            return True
        case "weekdays":
            return day.weekday() < 5
        case "weekly":
            return WEEKDAYS[day.weekday()] == schedule.weekday
        case "monthly":
            return day.day == schedule.monthday


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first due time after ``now``."""
    return next(due_times(schedule, now, now + _HORIZON))


def latest_due(schedule: Schedule, now: datetime) -> datetime:
    """The last due time that is not after ``now``."""
    return list(due_times(schedule, now - _HORIZON, now))[-1]


def previous_due(schedule: Schedule, due_at: datetime) -> datetime:
    """The due time before: where the first digest begins."""
    return latest_due(schedule, due_at - timedelta(microseconds=1))


def describe(schedule: Schedule, language: Language) -> str:
    """In words, for example ``every Monday at 09:00 (Asia/Shanghai)``."""
    return say(
        language,
        f"schedule.{schedule.cadence}",
        time=f"{schedule.at:%H:%M}",
        zone=schedule.zone,
        weekday=say(language, f"schedule.{schedule.weekday}"),
        monthday=schedule.monthday,
    )
