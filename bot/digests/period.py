"""From what a person types to a period of time. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Tell
from bot.models import Period

_DAYS = {"day": 1, "week": 7, "month": 30}
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*\.\.\s*(\d{4}-\d{2}-\d{2}))?")
# What a Chinese reader would rather type.
_CHINESE = {
    "今天": "today",
    "昨天": "yesterday",
    "上周": "last week",
    "上星期": "last week",
    "上月": "last month",
    "上个月": "last month",
    "全部": "all",
}
PERIODS = ("day", "week", "month", "today", "yesterday", "last", "all", *_CHINESE)
"""The first words of the periods that are no dates."""
# Cities people look for that give no IANA zone its name.
_CITIES = {
    "beijing": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "munich": "Europe/Berlin",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "boston": "America/New_York",
    "washington": "America/New_York",
}


def is_period(word: str) -> bool:
    """Whether a period begins with that word, typed in lower case."""
    return word in PERIODS or ".." in word or _DATES.fullmatch(word) is not None


def period_of(word: str, now: datetime, zone: str) -> Period:
    """The last 1, 7 or 30 days for ``day``, ``week``, ``month``; since midnight for ``today``; the whole day before for
    ``yesterday``; Monday to Sunday for ``last week``; the calendar month before for ``last month``; whole days of the
    zone for ``2026-11-01..2026-11-15`` or one day; everything for ``all``.

    Raises Tell (``bad_period``, ``period_reversed``, ``bad_zone``).
    """
    tz = zone_named(zone)
    asked = " ".join(word.lower().split())
    asked = _CHINESE.get(asked, asked)
    try:
        if asked in _DAYS:
            since = now.astimezone(tz).replace(tzinfo=None) - timedelta(days=_DAYS[asked])
            return Period(_instant(since, tz), now.astimezone(UTC))
        if asked == "all":
            return Period(datetime(1970, 1, 1, tzinfo=UTC), now.astimezone(UTC))
        today = now.astimezone(tz).date()
        if asked == "today":
            return Period(_instant(datetime.combine(today, time()), tz), now.astimezone(UTC))
        if asked == "yesterday":
            return _days(today - timedelta(days=1), today - timedelta(days=1), tz)
        if asked == "last week":
            monday = today - timedelta(days=today.weekday() + 7)
            return _days(monday, monday + timedelta(days=6), tz)
        if asked == "last month":
            last = today.replace(day=1) - timedelta(days=1)
            return _days(last.replace(day=1), last, tz)
        if dates := _DATES.fullmatch(asked):
            return _days(date.fromisoformat(dates[1]), date.fromisoformat(dates[2] or dates[1]), tz)
    except (ValueError, OverflowError):
        pass  # a day that no calendar has
    raise Tell("bad_period", period=word.strip())


def _days(first: date, last: date, tz: ZoneInfo) -> Period:
    if last < first:
        raise Tell("period_reversed", since=first.isoformat(), until=last.isoformat())
    return Period(
        _instant(datetime.combine(first, time()), tz), _instant(datetime.combine(last + timedelta(days=1), time()), tz)
    )


def _instant(wall: datetime, tz: ZoneInfo) -> datetime:
    """When a clock on the wall shows a time, the first time it does; a time it jumps over is as much later."""
    return wall.replace(tzinfo=tz).astimezone(UTC)


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name, case-insensitive. Raises Tell ``bad_zone`` with the closest names there are."""
    known = _zones().get(name.strip().lower())
    if known is None:
        raise Tell("bad_zone", zone=name.strip(), closest=", ".join(_closest_zones(name.strip().lower())))
    return ZoneInfo(known)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


def _closest_zones(name: str) -> list[str]:
    city = re.split(r"[/\\]", name)[-1].replace("_", " ").strip()
    if city in _CITIES:
        return [_CITIES[city]]
    cities: dict[str, str] = {}
    for zone in _zones().values():
        if "/" in zone:
            cities.setdefault(zone.rpartition("/")[2].lower().replace("_", " "), zone)
    near = [_zones()[match] for match in get_close_matches(name, _zones(), n=3, cutoff=0.6)]
    near_cities = [cities[match] for match in get_close_matches(city, cities, n=3, cutoff=0.75)]
    return list(dict.fromkeys((*near_cities, *near)))[:3] or ["Europe/Berlin", "Asia/Shanghai", "America/New_York"]
