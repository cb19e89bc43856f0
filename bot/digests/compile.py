"""From shares, papers and briefs to a digest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.models import Brief, ChannelSettings, Digest, DigestEntry, Paper, Period, StoredShare


def entries_of(
    shares: Iterable[StoredShare], papers: Mapping[str, Paper], briefs: Mapping[str, Brief]
) -> tuple[DigestEntry, ...]:
    """One entry a paper with all its shares as they come, in order of title; a paper without a brief has none.

    ``papers`` and ``briefs`` go by the paper's id.
    """
    by_paper: dict[str, list[StoredShare]] = {}
    for share in shares:
        if share.paper_id is not None:
            by_paper.setdefault(share.paper_id, []).append(share)
    return in_order(
        DigestEntry(papers[paper_id], briefs[paper_id], tuple(brought))
        for paper_id, brought in by_paper.items()
        if paper_id in papers and paper_id in briefs
    )


def in_order(entries: Iterable[DigestEntry]) -> tuple[DigestEntry, ...]:
    """By title, case-insensitive; those of one title as they come."""
    return tuple(sorted(entries, key=lambda entry: (entry.paper.title.casefold(), entry.paper.title)))


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
