"""The picture in a digest: what its bars count, and that anyone can read it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.digests.chart import WEEKS, Week, alt_text, page_alt_text, weekly_chart, weeks_of
from bot.digests.schedule import previous_due
from bot.models import LANGUAGES, Language, Schedule

BLUES, ORANGES = {(169, 197, 232), (47, 111, 181)}, {(243, 207, 164), (207, 125, 32)}


def weeks(*counts: tuple[int, int], start: date = date(2026, 9, 7)) -> list[Week]:
    return [Week(start + timedelta(days=7 * place), *each) for place, each in enumerate(counts)]


def heights(png: bytes, colours: set[tuple[int, int, int]], bars: int) -> list[int]:
    """How high the bars of a colour stand, in pixels; the sign at the left is not among them."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    pixels = image.load()
    assert pixels is not None
    left, right = round(0.1 * image.width), round(0.97 * image.width)
    middles = [round(left + (right - left) * (place + 0.6) / (bars + 0.2)) for place in range(bars)]
    return [sum(pixels[x, y] in colours for y in range(image.height)) for x in middles]


def test_the_picture_is_a_small_png() -> None:
    png = weekly_chart(weeks(*[(12_345, 1_234_567)] * 11, (999_999, 88)))
    assert Image.open(io.BytesIO(png)).format == "PNG"
    assert Image.open(io.BytesIO(png)).size == (1080, 510)
    assert len(png) < 60_000


def test_bars_are_as_high_as_what_they_count() -> None:
    counts = [
        (3, 5),
        (7, 12),
        (0, 0),
        (4, 9),
        (12, 31),
        (9, 14),
        (6, 22),
        (1, 0),
        (14, 48),
        (8, 19),
        (11, 40),
        (17, 63),
    ]
    png = weekly_chart(weeks(*counts))
    for place, colours in enumerate((BLUES, ORANGES)):
        tall, most = heights(png, colours, 12), max(count[place] for count in counts)
        for height, count in zip(tall, counts, strict=True):
            assert height == pytest.approx(max(tall) * count[place] / most, abs=3)
        assert max(tall) > 100


def test_one_paper_is_no_tower() -> None:
    alone = heights(weekly_chart(weeks(*[(0, 0)] * 11, (1, 0))), BLUES, 12)[-1]
    many = heights(weekly_chart(weeks(*[(0, 0)] * 11, (30, 0))), BLUES, 12)[-1]
    assert 0 < alone < many / 3


@pytest.mark.parametrize("count", [1, 2, 12, 30, 53])
def test_any_number_of_weeks_can_be_drawn(count: int) -> None:
    assert max(heights(weekly_chart(weeks(*[(5, 20)] * count)), BLUES, count)) > 100


def test_weeks_without_papers_are_drawn_and_no_weeks_are_not() -> None:
    assert sum(heights(weekly_chart(weeks(*[(0, 0)] * 12)), BLUES | ORANGES, 12)) == 0
    with pytest.raises(ValueError, match="no weeks"):
        weekly_chart([])


def test_threads_draw_each_their_own_picture() -> None:
    asked = [weeks(*[(place, 3 * place)] * 12) for place in range(4)] * 3
    alone = [weekly_chart(each) for each in asked[:4]] * 3
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(weekly_chart, asked)) == alone


def test_the_plotting_library_is_loaded_for_drawing_only_and_without_its_global_state() -> None:
    said = subprocess.run(
        [
            sys.executable, "-W", "error", "-c",
            "import sys, datetime\n"
            "from bot.digests.chart import Week, alt_text, weekly_chart\n"
            "week = Week(datetime.date(2026, 11, 16), 1, 2)\n"
            "alt_text([week], 'zh')\n"
            "print('matplotlib' in sys.modules)\n"
            "weekly_chart([week])\n"
            "print('matplotlib.pyplot' in sys.modules)",
        ],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert said.stdout.split() == ["False", "False"]


# --- In words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_alt_text_says_what_the_picture_shows(language: Language) -> None:
    words = alt_text(weeks((21, 1), (5, 30), (3, 8)), language)
    for said in ("2026-09-07", "21", "29", "39", "3", "8"):
        assert said in words
    assert len(words) < 1000


def test_the_alt_text_in_english() -> None:
    assert alt_text(weeks((2, 1), (5, 30), (3, 8)), "en") == (
        "Bar chart of papers shared (above) and discussion, that is replies and reactions (below), in each of the "
        "3 weeks since 2026-09-07. Last week: papers 3, discussion 8. Most papers in a week: 5, from 2026-09-14 on. "
        "In all: papers 10, discussion 39."
    )


def test_the_picture_of_a_page_is_named_by_its_title_in_one_short_line() -> None:
    assert page_alt_text("Tides in\nShallow {Lakes}", "en") == "First page of “Tides in Shallow {Lakes}”."
    assert page_alt_text("湖泊", "zh") == "《湖泊》的首页。"
    assert len(page_alt_text("x" * 10_000, "en")) < 400


# --- Counting ---------------------------------------------------------------------------------------


def test_the_last_bar_is_what_a_weekly_digest_holds() -> None:
    """New York sets its clocks back on 1 November, so one of its weeks has an hour more."""
    zone = "America/New_York"
    due = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
    schedule = Schedule("T1", "C1", "weekly", time(9), zone, "U1")
    since = previous_due(schedule, due)
    assert since == datetime(2026, 10, 26, 13, 0, tzinfo=UTC)
    moments = [since - timedelta(seconds=1), since, due - timedelta(seconds=1), due]
    counted = weeks_of(moments, moments, due, zone)
    assert counted[-2:] == (Week(date(2026, 10, 19), 1, 1), Week(date(2026, 10, 26), 2, 2))
    assert len(counted) == WEEKS and sum(week.papers for week in counted) == 3


def test_weeks_follow_each_other_by_the_calendar_of_the_channel() -> None:
    counted = weeks_of([], [], datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "Asia/Shanghai")
    assert counted[-1].start == date(2026, 11, 16)
    assert {after.start - before.start for before, after in pairwise(counted)} == {timedelta(days=7)}


MOMENTS = st.lists(st.datetimes(datetime(2026, 8, 1), datetime(2026, 12, 1), timezones=st.just(UTC)), max_size=40)


@given(MOMENTS, MOMENTS, st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
def test_each_moment_of_the_twelve_weeks_is_counted_once(
    moments: Sequence[datetime], discussion: Sequence[datetime], zone: str
) -> None:
    until = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    local = until.astimezone(ZoneInfo(zone))
    since = (local - timedelta(weeks=WEEKS)).astimezone(UTC)
    counted = weeks_of(iter(moments), iter(discussion), until, zone)
    assert sum(week.papers for week in counted) == sum(since <= moment < until for moment in moments)
    assert sum(week.discussion for week in counted) == sum(since <= moment < until for moment in discussion)
