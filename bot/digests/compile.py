"""From entries to a digest. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.models import ChannelSettings, Digest, DigestEntry, Period, StoredShare


def in_order(entries: Iterable[DigestEntry]) -> tuple[DigestEntry, ...]:
    """By title, case-insensitive; those of one title as they come."""
    return tuple(sorted(entries, key=lambda entry: (entry.paper.title.casefold(), entry.paper.title)))


def told(failed: Iterable[StoredShare]) -> list[StoredShare]:
    """The failures that readers are told: not of links that turned out to lead to something else than a paper."""
    return [each for each in failed if each.error != "not_a_paper" or each.share.file_id is not None]


def compile_digest(
    settings: ChannelSettings,
    period: Period,
    entries: Iterable[DigestEntry],
    failed: Iterable[StoredShare] = (),
) -> Digest:
    """The digest of a channel in its language, zone and topic."""
    return Digest(
        team_id=settings.team_id,
        channel_id=settings.channel_id,
        language=settings.language,
        period=period,
        zone=settings.zone,
        entries=in_order(entries),
        topic=settings.topic,
        failed=tuple(failed),
    )
