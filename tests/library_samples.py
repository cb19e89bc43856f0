"""Shares, papers and briefs that the tests of the library are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.models import (
    Author,
    Brief,
    ChannelSettings,
    Coverage,
    Digest,
    Evidence,
    FullText,
    Identifier,
    Institution,
    Language,
    Paper,
    Period,
    Share,
    Usage,
)
from bot.ports import Library

T0 = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


ALWAYS = Period(at(-1000), at(1000))


def share(
    item: str = "arxiv:2610.00001",
    *,
    team: str = "T1",
    channel: str = "C1",
    ts: str = "1.000100",
    user: str = "U1",
    private: bool = False,
) -> Share:
    kind, _, value = item.partition(":")
    identifier = None if kind == "file" else Identifier(kind, value)
    return Share(
        team_id=team,
        channel_id=channel,
        ts=ts,
        item=item,
        user_id=user,
        identifier=identifier,
        url=f"https://example.org/{value}" if identifier else None,
        file_id=None if identifier else value,
        file_name=None if identifier else "draft.pdf",
        private=private,
    )


def paper(
    *keys: str,
    title: str = "Tides in Shallow Lakes",
    author: str = "Ada Wöhler",
    source: str = "arXiv API",
    version: int | None = None,
    abstract: str = "Lakes have tides too.",
) -> Paper:
    return Paper(
        id="",
        title=title,
        authors=(Author(author), Author("Bo Lindqvist")) if author else (),
        institutions=(Institution("University of Constance", "Limnology, University of Constance", 1, "康斯坦茨大学"),),
        abstract=abstract,
        identifiers=tuple(Identifier(*key.split(":", 1)) for key in keys or ("arxiv:2610.00001",)),
        page_url="https://example.org/tides",
        source=source,
        version=version,
    )


def brief(words: str = "first", language: Language = "zh") -> Brief:
    return Brief(
        language=language,
        title="Tides in Shallow Lakes",
        institutions=("University of Constance",),
        technique=f"{words} technique",
        problem=f"{words} problem",
        effect=f"{words} effect",
        sentence=f"{words} sentence",
        evidence={"technique": Evidence(f"{words} quote", 2), "effect": Evidence(f"{words} other quote", 0)},
        model="some/model",
        prompt_version="3",
        badges=("abstract-only",),
        verdict=(f"{words} verdict",),
        usage=Usage(1200, 80, 0.0021, 1, 3.5),
    )


def text(words: str = "first") -> FullText:
    return FullText((f"{words} page one", f"{words} page two"), 14, True)


def member(*closed: str) -> Coverage:
    """What a member of the workspace sees who is in the private channels ``closed``."""
    return Coverage(closed, None)


def guest(*channels: str) -> Coverage:
    """What a guest sees who is in ``channels`` and no others."""
    return Coverage(channels)


def scheduled(
    library: Library, digest_id: str, since: float, due: float, *, channel: str = "C1", team: str = "T1"
) -> Digest:
    """A digest that is frozen when it is due; the first one of a channel begins ``since``."""
    settings, period = ChannelSettings(team, channel), Period(at(since), at(due))
    return library.freeze_digest(team, settings, digest_id, period, at(due), scheduled=True)


def asked(
    library: Library, digest_id: str, period: Period, now: datetime, *, channel: str = "C1", team: str = "T1"
) -> Digest:
    """A digest that somebody asked for."""
    return library.freeze_digest(team, ChannelSettings(team, channel), digest_id, period, now, scheduled=False)
