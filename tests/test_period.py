from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.digests.period import period_of, zone_named
from bot.errors import Tell
from bot.models import LANGUAGES, Period
from bot.wording import explain

NOW = datetime(2026, 11, 22, 19, 30, 15, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(("word", "days"), [("day", 1), ("week", 7), ("month", 30), (" Week ", 7)])
def test_a_word_is_so_many_days_back_from_now(word: str, days: int) -> None:
    assert period_of(word, NOW, "Asia/Shanghai") == Period(NOW - timedelta(days=days), NOW)


def test_a_day_back_is_the_same_hour_on_the_wall_across_a_clock_change() -> None:
    now = utc(2026, 10, 25, 12)  # 13:00 in Berlin, where the night before had 25 hours
    assert period_of("day", now, "Europe/Berlin").since_at == utc(2026, 10, 24, 11)


@pytest.mark.parametrize(
    ("zone", "since", "until"),
    [
        ("UTC", utc(2026, 11, 1), utc(2026, 11, 16)),
        ("Asia/Shanghai", utc(2026, 10, 31, 16), utc(2026, 11, 15, 16)),
        ("America/New_York", utc(2026, 11, 1, 4), utc(2026, 11, 16, 5)),
    ],
)
def test_two_days_are_whole_days_of_the_zone(zone: str, since: datetime, until: datetime) -> None:
    assert period_of("2026-11-01..2026-11-15", NOW, zone) == Period(since, until)


def test_one_day_may_be_both_ends() -> None:
    assert period_of("2026-11-15 .. 2026-11-15", NOW, "UTC") == Period(utc(2026, 11, 15), utc(2026, 11, 16))


def test_a_day_that_begins_at_one_begins_at_one() -> None:
    begins = period_of("2026-04-24..2026-04-24", NOW, "Africa/Cairo").since_at  # clocks skip midnight that day
    assert begins == utc(2026, 4, 23, 22)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("yesterday", "2026-11-22..2026-11-22"),
        ("昨天", "2026-11-22..2026-11-22"),
        ("last week", "2026-11-16..2026-11-22"),
        ("上周", "2026-11-16..2026-11-22"),
        ("Last  Month", "2026-10-01..2026-10-31"),
        ("上个月", "2026-10-01..2026-10-31"),
        ("2026-11-03", "2026-11-03..2026-11-03"),
    ],
)
def test_days_weeks_and_months_before_are_whole_ones_of_the_zone(words: str, days: str) -> None:
    assert period_of(words, NOW, "Asia/Shanghai") == period_of(days, NOW, "Asia/Shanghai")  # where it is the 23rd


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        (utc(2026, 1, 31, 12), utc(2025, 12, 1), utc(2026, 1, 1)),
        (utc(2028, 3, 31, 12), utc(2028, 2, 1), utc(2028, 3, 1)),
    ],
)
def test_the_month_before_ends_where_this_one_begins(now: datetime, since: datetime, until: datetime) -> None:
    assert period_of("last month", now, "UTC") == Period(since, until)


def test_a_reversed_period_is_told() -> None:
    with pytest.raises(Tell) as told:
        period_of("2026-11-15..2026-11-01", NOW, "UTC")
    assert (told.value.code, told.value.facts) == ("period_reversed", {"since": "2026-11-15", "until": "2026-11-01"})


@pytest.mark.parametrize(
    "word",
    [
        "",
        "fortnight",
        "last",
        "last year",
        "2026-11-31",
        "2026-11-31..2026-12-01",
        "2026-11-01..",
        "2026-11-01...2026-11-02",
        "0001-01-01..9999-12-31",
    ],
)
def test_an_unknown_period_is_told(word: str) -> None:
    with pytest.raises(Tell, match="bad_period"):
        period_of(word, NOW, "Asia/Shanghai")


@pytest.mark.parametrize("name", ["Asia/Shanghai", "asia/shanghai", " ASIA/SHANGHAI "])
def test_a_zone_is_known_whatever_its_case(name: str) -> None:
    assert zone_named(name).key == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("Berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("new york", "America/New_York"),
        ("America/San_Francisco", "America/Los_Angeles"),
        ("America/NewYork", "America/New_York"),
    ],
)
def test_an_unknown_zone_is_told_with_the_closest_there_is(name: str, closest: str) -> None:
    with pytest.raises(Tell, match="bad_zone") as told:
        period_of("week", NOW, name)
    assert str(told.value.facts["closest"]).split(", ")[0] == closest
    assert all(zone_named(each) for each in str(told.value.facts["closest"]).split(", "))


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/localtime", "", "\0", "Mars/Olympus_Mons"])
def test_no_name_leaves_the_table_of_zones(name: str) -> None:
    with pytest.raises(Tell, match="bad_zone"):
        zone_named(name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "word", ["fortnight", "2026-11-15..2026-11-01", "{braces}"], ids=["unknown", "reversed", "braces"]
)
def test_every_mistake_has_its_sentence(language: str, word: str) -> None:
    with pytest.raises(Tell) as told:
        period_of(word, NOW, "UTC")
    assert "2026-11-01" in explain(language, told.value)
