"""From what a person types to a period of time, and from a period to words. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Tell
from bot.models import Language, Period
from bot.wording import say

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_LAST_DAYS = re.compile(r"(?:(?:last|past|最近|过去) ?)?([1-9]\d{0,3}) ?(?:d|days?|天)")
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(\.\.)\s*(\d{4}-\d{2}-\d{2})?)?")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a period of everything begins."""
# What a Chinese reader would rather type.
_CHINESE = {
    "日": "day",
    "周": "week",
    "一周": "week",
    "月": "month",
    "年": "year",
    "今天": "today",
    "昨天": "yesterday",
    "本周": "this week",
    "这周": "this week",
    "本月": "this month",
    "这个月": "this month",
    "上周": "last week",
    "上星期": "last week",
    "上月": "last month",
    "上个月": "last month",
    "全部": "all",
}
PERIODS = (*_DAYS, "today", "yesterday", "this", "last", "all", *_CHINESE)
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
    number = re.fullmatch(r"\d{1,4}|最近|过去|past", word) or _LAST_DAYS.fullmatch(word) or _DATES.fullmatch(word)
    return word in PERIODS or ".." in word or number is not None


def period_of(word: str, now: datetime, zone: str) -> Period:
    """The last 1, 7, 30 or 365 days for ``day``, ``week``, ``month``, ``year``, and so many for ``14d``; since midnight
    for ``today``; the whole day before for ``yesterday``; since Monday for ``this week``, since the 1st for
    ``this month``; Monday to Sunday for ``last week``; the calendar month before for ``last month``; whole days of the
    zone for ``2026-11-01..2026-11-15``, one day, or one and all since (``2026-11-01..``); everything for ``all``.

    What is yet to come is cut off. Raises Tell (``bad_period``, ``period_reversed``, ``bad_zone``).
    """
    tz = zone_named(zone)
    asked = " ".join(word.lower().split())
    asked = _CHINESE.get(asked, asked)
    try:
        if asked == "all":
            return Period(_BEGINNING, now.astimezone(UTC))
        if back := _days_back(asked):
            since = now.astimezone(tz).replace(tzinfo=None) - timedelta(days=back)
            return Period(_instant(since, tz), now.astimezone(UTC))
        if days := _first_and_last(asked, now.astimezone(tz).date()):
            return _whole_days(*days, now.astimezone(UTC), tz)
    except (ValueError, OverflowError):
        pass  # a day that no calendar has
    raise Tell("bad_period", period=word.strip())


def _days_back(asked: str) -> int | None:
    number = _LAST_DAYS.fullmatch(asked)
    return int(number[1]) if number else _DAYS.get(asked)


def _first_and_last(asked: str, today: date) -> tuple[date, date] | None:
    """Raises ValueError for a day that no calendar has."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    before = {each: each - timedelta(days=1) for each in (today, monday, first)}
    named = {
        "today": (today, today),
        "yesterday": (before[today], before[today]),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), before[monday]),
        "this month": (first, today),
        "last month": (before[first].replace(day=1), before[first]),
    }
    dates = _DATES.fullmatch(asked)
    if dates is None:
        return named.get(asked)
    since = date.fromisoformat(dates[1])
    return since, date.fromisoformat(dates[3]) if dates[3] else max(since, today) if dates[2] else since


def _whole_days(first: date, last: date, now: datetime, tz: ZoneInfo) -> Period:
    if last < first:
        raise Tell("period_reversed", since=first.isoformat(), until=last.isoformat())
    since, until = _begin(first, tz), _begin(last + timedelta(days=1), tz)
    return Period(since, min(until, now) if since < now else until)


def _begin(day: date, tz: ZoneInfo) -> datetime:
    return _instant(datetime.combine(day, time()), tz)


def _instant(wall: datetime, tz: ZoneInfo) -> datetime:
    """When a clock on the wall shows a time, the first time it does; a time it jumps over is as much later."""
    return wall.replace(tzinfo=tz).astimezone(UTC)


def describe(period: Period, zone: str, language: Language) -> str:
    """In words: days where it holds whole ones of the zone, a time of day where it begins or ends within one."""
    if period.since_at == _BEGINNING:
        return say(language, "digest.period_all")
    tz = ZoneInfo(zone)
    since, until = period.since_at.astimezone(tz), period.until_at.astimezone(tz)
    begins, ends = (_begin(at.date(), tz) == at for at in (since, until))
    last = until.date() - timedelta(days=1) if ends else until.date()
    if since.date() != last:
        shown = [f"{since:%Y-%m-%d}" if begins else f"{since:%Y-%m-%d %H:%M}"]
        shown.append(f"{last}" if ends else f"{until:%Y-%m-%d %H:%M}")
    elif begins and ends:
        return say(language, "digest.period_day", day=last, zone=zone)
    else:
        shown = [f"{since:%Y-%m-%d %H:%M}", "24:00" if ends else f"{until:%H:%M}"]
    return say(language, "digest.period", since=shown[0], until=shown[1], zone=zone)


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name, case-insensitive.

    Raises Tell: ``bad_zone`` with the closest names there are, ``no_zone`` where none is near.
    """
    known = _zones().get(name.strip().lower())
    if known is None:
        closest = _closest_zones(name.strip().lower())
        if not closest:
            raise Tell("no_zone", zone=name.strip())
        raise Tell("bad_zone", zone=name.strip(), closest=", ".join(closest))
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
    return list(dict.fromkeys((*near_cities, *near)))[:3]
