"""A picture of the last weeks: papers above, discussion below, a bar each week. Pure.

It holds digits only, which every font has, and two drawn signs (a page, a speech bubble) that need no translation;
what they mean is said in the alt text.
"""

from __future__ import annotations

import io
import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.digests.citation import line
from bot.models import Language
from bot.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WEEKS = 12
_INCHES, _DOTS_PER_INCH = (7.2, 3.4), 150
_PAPER, _LINE, _INK, _FAINT = "#ffffff", "#d5d9df", "#3c4043", "#6b7178"
_PAPERS, _DISCUSSION = ("#a9c5e8", "#2f6fb5"), ("#f3cfa4", "#cf7d20")
"""Of the weeks before and of the last week; both pairs keep apart in shades of grey."""
_LONGEST_TITLE = 300
_LEAST_HEIGHT = 4
"""What a bar as high as its row counts at least: one paper is no tower."""
_DRAWING = threading.Lock()
"""matplotlib promises nothing to two threads at once."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days; ``start`` is the first, where the channel is. ``discussion`` counts replies and reactions."""

    start: date
    papers: int
    discussion: int


def weeks_of(
    moments: Iterable[datetime], discussion: Iterable[datetime], until: datetime, zone: str
) -> tuple[Week, ...]:
    """The 12 weeks up to ``until``, the last one ending then: a weekly digest's last bar is what it holds.

    ``moments`` are when papers were shared, ``discussion`` when somebody replied or reacted; all are aware. A week
    holds ``start <= moment < end`` and begins at the same time of day in ``zone``, whatever its clock does.
    """
    end = until.astimezone(ZoneInfo(zone))
    bounds = [(end - timedelta(days=7 * back)).astimezone(UTC) for back in range(WEEKS, 0, -1)]
    bounds.append(until.astimezone(UTC))
    papers, replies = sorted(moments), sorted(discussion)
    return tuple(
        Week(since.astimezone(end.tzinfo).date(), _between(papers, since, to), _between(replies, since, to))
        for since, to in pairwise(bounds)
    )


def _between(moments: Sequence[datetime], since: datetime, to: datetime) -> int:
    return bisect_left(moments, to) - bisect_left(moments, since)


def alt_text(weeks: Sequence[Week], language: Language) -> str:
    """The picture in words, for those who do not see it."""
    last, most = weeks[-1], max(weeks, key=lambda week: week.papers)
    return say(
        language,
        "chart.alt",
        weeks=len(weeks),
        since=weeks[0].start.isoformat(),
        papers=sum(week.papers for week in weeks),
        discussion=sum(week.discussion for week in weeks),
        last_papers=last.papers,
        last_discussion=last.discussion,
        most=most.papers,
        most_since=most.start.isoformat(),
    )


def page_alt_text(title: str, language: Language) -> str:
    """For the picture of a paper's first page."""
    return say(language, "chart.page_alt", title=line(title, _LONGEST_TITLE))


# --- Drawing ----------------------------------------------------------------------------------------


def weekly_chart(weeks: Sequence[Week]) -> bytes:
    """A PNG of 1080 × 510 pixels on white. Raises ValueError when there are no weeks. Thread-safe."""
    if not weeks:
        raise ValueError("a chart of no weeks")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _DRAWING:
        figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, facecolor=_PAPER)
        FigureCanvasAgg(figure)
        _bars(figure.add_axes((0.1, 0.555, 0.87, 0.33)), [week.papers for week in weeks], _PAPERS)
        lower = figure.add_axes((0.1, 0.16, 0.87, 0.28))
        _bars(lower, [week.discussion for week in weeks], _DISCUSSION)
        _days(lower, [week.start for week in weeks])
        _page(_sign(figure, 0.6))
        _bubble(_sign(figure, 0.19))
        written = io.BytesIO()
        figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _bars(axes: Axes, counts: Sequence[int], colours: tuple[str, str]) -> None:
    before, last = colours
    axes.bar(range(len(counts)), counts, width=0.66, color=[before] * (len(counts) - 1) + [last])
    for place, count in enumerate(counts):
        is_last = place == len(counts) - 1
        axes.annotate(
            _short(count),
            (place, count),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=12,
            fontfamily="DejaVu Sans",
            fontweight="bold" if is_last else "normal",
            color=_INK if count else _FAINT,
        )
    axes.set_facecolor(_PAPER)
    axes.set_xlim(-0.6, len(counts) - 0.4)
    axes.set_ylim(0, max(*counts, _LEAST_HEIGHT))
    axes.set_yticks([])
    axes.set_xticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)


def _short(count: int) -> str:
    """In at most four figures and a prefix of the SI: ``1234``, ``12k``, ``1M``."""
    if count < 10_000:
        return str(count)
    return f"{count // 1_000}k" if count < 1_000_000 else f"{count // 1_000_000}M"


def _days(axes: Axes, days: Sequence[date]) -> None:
    """The first day of each week, with its year below where one begins; as many as have room."""
    every = -(-len(days) // WEEKS)
    shown = [place for place in range(len(days)) if (len(days) - 1 - place) % every == 0]
    labels, year = [], None
    for place in shown:
        day = days[place]
        labels.append(f"{day:%m-%d}\n{' ' if day.year == year else f'{day.year:04}'}")
        year = day.year
    axes.set_xticks(shown, labels, fontsize=10, fontfamily="DejaVu Sans", color=_FAINT)
    axes.tick_params(axis="x", length=0, pad=5)


def _sign(figure: Figure, bottom: float) -> Axes:
    """A square of 10 × 10 left of a row of bars, to draw a sign in."""
    height = 0.145
    axes = figure.add_axes((0.025, bottom, height * _INCHES[1] / _INCHES[0], height))
    axes.set_axis_off()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    return axes


def _page(axes: Axes) -> None:
    from matplotlib.patches import Polygon

    axes.add_patch(Polygon([(1.5, 0.5), (1.5, 9.5), (6, 9.5), (8.5, 7), (8.5, 0.5)], color=_PAPERS[1]))
    axes.add_patch(Polygon([(6, 9.5), (6, 7), (8.5, 7)], color=_PAPERS[0]))
    for height in (5.6, 4, 2.4):
        axes.plot([3, 7], [height, height], color=_PAPER, linewidth=1.4)


def _bubble(axes: Axes) -> None:
    from matplotlib.patches import Circle, FancyBboxPatch, Polygon

    outline = FancyBboxPatch(
        (1.9, 4.3), 6.2, 3.8, boxstyle="round,pad=1.3,rounding_size=1.6", color=_DISCUSSION[1], linewidth=0
    )
    axes.add_patch(outline)
    axes.add_patch(Polygon([(2.2, 3.4), (2.2, 0.4), (5.4, 3.4)], color=_DISCUSSION[1], linewidth=0))
    for place in (2.8, 5, 7.2):
        axes.add_patch(Circle((place, 6.2), 0.65, color=_PAPER))
