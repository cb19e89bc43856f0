from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.digests.period import describe, is_period, period_of, zone_named
from bot.errors import Tell
from bot.models import LANGUAGES, Period
from bot.wording import explain

NOW = datetime(2026, 11, 22, 19, 30, 15, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("word", "days"),
    [
        ("day", 1),
        ("week", 7),
        ("month", 30),
        (" Week ", 7),
        ("year", 365),
        ("7d", 7),
        ("14 days", 14),
        ("last 7 days", 7),
        ("past 1 day", 1),
        ("最近30天", 30),
        ("最近 30 天", 30),
        ("周", 7),
        ("月", 30),
    ],
)
def test_a_word_is_so_many_days_back_from_now(word: str, days: int) -> None:
    assert is_period(word.lower().split()[0])
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
        ("today", "2026-11-23.."),
        ("this week", "2026-11-23.."),
        ("本周", "2026-11-23.."),
        ("This Month", "2026-11-01.."),
        ("本月", "2026-11-01.."),
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


@pytest.mark.parametrize("words", ["2026-11-01..", "2026-11-01 ..", "2026-11-01..2026-11-22", "2026-11-01..2036-01-01"])
def test_what_is_yet_to_come_is_cut_off(words: str) -> None:
    assert period_of(words, NOW, "UTC") == Period(utc(2026, 11, 1), NOW)


def test_a_period_that_is_all_to_come_stays_and_is_empty() -> None:
    assert period_of("2027-01-01..2027-01-02", NOW, "UTC") == Period(utc(2027, 1, 1), utc(2027, 1, 3))
    assert period_of("2027-01-01..", NOW, "UTC") == Period(utc(2027, 1, 1), utc(2027, 1, 2))


@pytest.mark.parametrize(
    ("words", "zone", "en", "zh"),
    [
        ("2026-11-01..2026-11-15", "UTC", "2026-11-01 to 2026-11-15 (UTC)", "2026-11-01 至 2026-11-15（UTC）"),
        ("yesterday", "Asia/Shanghai", "2026-11-22 (Asia/Shanghai)", "2026-11-22（Asia/Shanghai）"),
        ("2026-04-24", "Africa/Cairo", "2026-04-24 (Africa/Cairo)", "2026-04-24（Africa/Cairo）"),
        ("2026-04-23", "Africa/Cairo", "2026-04-23 (Africa/Cairo)", "2026-04-23（Africa/Cairo）"),
        ("all", "UTC", "everything so far", "至今全部"),
        ("today", "UTC", "2026-11-22 00:00 to 19:30 (UTC)", "2026-11-22 00:00 至 19:30（UTC）"),
        ("2026-11-01..", "UTC", "2026-11-01 to 2026-11-22 19:30 (UTC)", "2026-11-01 至 2026-11-22 19:30（UTC）"),
        ("week", "UTC", "2026-11-15 19:30 to 2026-11-22 19:30 (UTC)", "2026-11-15 19:30 至 2026-11-22 19:30（UTC）"),
    ],
)
def test_a_period_is_told_in_days_and_in_times_only_within_one(words: str, zone: str, en: str, zh: str) -> None:
    period = period_of(words, NOW, zone)
    assert (describe(period, zone, "en"), describe(period, zone, "zh")) == (en, zh)


def test_a_period_that_ends_with_a_day_says_so() -> None:
    assert (
        describe(Period(utc(2026, 11, 14, 9), utc(2026, 11, 16)), "UTC", "en") == "2026-11-14 09:00 to 2026-11-15 (UTC)"
    )
    assert describe(Period(utc(2026, 11, 15, 9), utc(2026, 11, 16)), "UTC", "en") == "2026-11-15 09:00 to 24:00 (UTC)"


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
        "..2026-11-01",
        "0d",
        "99999 days",
        "last 7",
        "7",
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
    with pytest.raises(Tell, match=r"bad_zone|no_zone"):
        zone_named(name)


@pytest.mark.parametrize("name", ["Mars", "Mars/Olympus_Mons"])
def test_a_zone_like_none_there_is_gets_no_guess_but_the_form_of_a_name(name: str) -> None:
    with pytest.raises(Tell) as told:
        zone_named(name)
    assert told.value.code == "no_zone"
    for language in LANGUAGES:
        said = explain(language, told.value)
        assert "Europe/Berlin" in said and "Did you mean" not in said and "您是" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "word", ["fortnight", "2026-11-15..2026-11-01", "{braces}"], ids=["unknown", "reversed", "braces"]
)
def test_every_mistake_has_its_sentence(language: str, word: str) -> None:
    with pytest.raises(Tell) as told:
        period_of(word, NOW, "UTC")
    assert "2026-11-01" in explain(language, told.value)
