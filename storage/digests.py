"""Digests, frozen for posting: decided once, the same ever after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from bot.models import ChannelSettings, Coverage, Digest, DigestEntry, Period, ShareState, StoredShare
from storage import channels, shared, shares
from storage.database.rows import (
    Row,
    Transaction,
    brief_from_json,
    brief_json,
    moment,
    paper_from_json,
    paper_json,
    share_of,
    stamp,
    strings,
    strings_json,
)
from storage.entries import entries


def freeze(
    tx: Transaction,
    team_id: str,
    settings: ChannelSettings,
    digest_id: str,
    period: Period,
    now: datetime,
    *,
    scheduled: bool,
) -> Digest:
    channel_id = settings.channel_id
    known = frozen(tx, team_id, digest_id)
    if known is not None:
        if known.channel_id != channel_id:
            raise ValueError(f"{digest_id} is a digest of another channel")
        return known
    sources = channels.sources(tx, team_id, channel_id)
    covered = Coverage((channel_id,), sources)
    if scheduled:
        earlier = _earlier(tx, team_id, channel_id, period.until_at)
        if earlier:
            period = replace(period, since_at=datetime.fromisoformat(earlier[0]["due_at"]))
        briefed = _left(tx, team_id, channel_id, sources, period, earlier)
    else:
        briefed = shared.shared_in(tx, team_id, covered, period, ShareState.BRIEFED)
    _insert(tx, team_id, settings, digest_id, period, now, sources, scheduled=scheduled)
    for number, entry in enumerate(entries(tx, team_id, briefed, settings.language)):
        tx.rows(
            """
            INSERT INTO digest_entries (team_id, digest_id, number, paper, brief, discussion)
            VALUES (:team, :digest, :number, :paper, :brief, :discussion)
            """,
            team=team_id,
            digest=digest_id,
            number=number,
            paper=paper_json(entry.paper),
            brief=brief_json(entry.brief),
            discussion=entry.discussion,
        )
        for share in entry.shares:
            _take(tx, team_id, channel_id, digest_id, share, number, taken=scheduled)
    for share in shared.shared_in(tx, team_id, covered, period, ShareState.FAILED):
        _take(tx, team_id, channel_id, digest_id, share, None, taken=False)
    digest = frozen(tx, team_id, digest_id)
    assert digest is not None
    return digest


def _earlier(tx: Transaction, team_id: str, channel_id: str, due_at: datetime) -> list[Row]:
    """The channel's scheduled digests before that time, latest first."""
    return tx.rows(
        """
        SELECT since_at, due_at, sources FROM digests
         WHERE team_id = :team AND channel_id = :channel AND scheduled = 1 AND due_at < :due
         ORDER BY due_at DESC
        """,
        team=team_id,
        channel=channel_id,
        due=stamp(due_at),
    )


def _left(
    tx: Transaction, team_id: str, channel_id: str, sources: Sequence[str], period: Period, earlier: Sequence[Row]
) -> list[StoredShare]:
    """The briefed shares of channel and sources that no earlier digest took."""
    return [
        share
        for source in (channel_id, *sources)
        for share in shared.shared_in(
            tx,
            team_id,
            Coverage((channel_id,)) if source == channel_id else Coverage((), (source,)),
            replace(period, since_at=_oldest(earlier, source, channel_id) or period.since_at),
            ShareState.BRIEFED,
            untaken_by=channel_id,
        )
    ]


def _oldest(earlier: Sequence[Row], source: str, channel_id: str) -> datetime | None:
    """Since when a source's shares may have been left behind, unfinished, by earlier digests that covered it.

    ``earlier`` comes latest first. A source added lately brings nothing from before it was added.
    """
    covered = earlier if source == channel_id else takewhile(lambda row: source in strings(row["sources"]), earlier)
    return min((datetime.fromisoformat(row["since_at"]) for row in covered), default=None)


def _insert(
    tx: Transaction,
    team_id: str,
    settings: ChannelSettings,
    digest_id: str,
    period: Period,
    now: datetime,
    sources: Sequence[str],
    *,
    scheduled: bool,
) -> None:
    schedule = channels.schedule(tx, team_id, settings.channel_id)
    tx.rows(
        """
        INSERT INTO digests (team_id, id, channel_id, scheduled, language, topic, zone, since_at, due_at, frozen_at,
                             sources)
        VALUES (:team, :id, :channel, :scheduled, :language, :topic, :zone, :since, :due, :now, :sources)
        """,
        team=team_id,
        id=digest_id,
        channel=settings.channel_id,
        scheduled=int(scheduled),
        language=settings.language,
        topic=settings.topic,
        zone=schedule.zone if schedule else settings.zone,
        since=stamp(period.since_at),
        due=stamp(period.until_at),
        now=stamp(now),
        sources=strings_json(sources),
    )


def _take(
    tx: Transaction,
    team_id: str,
    channel_id: str,
    digest_id: str,
    share: StoredShare,
    number: int | None,
    *,
    taken: bool,
) -> None:
    tx.rows(
        """
        INSERT INTO digest_shares (team_id, digest_id, share_id, channel_id, number, taken)
        VALUES (:team, :digest, :share, :channel, :number, :taken)
        """,
        team=team_id,
        digest=digest_id,
        share=share.share.id,
        channel=channel_id,
        number=number,
        taken=int(taken),
    )


def frozen(tx: Transaction, team_id: str, digest_id: str) -> Digest | None:
    row = tx.row("SELECT * FROM digests WHERE team_id = :team AND id = :id", team=team_id, id=digest_id)
    if row is None:
        return None
    taken = tx.rows(
        f"""
        SELECT s.*, d.number FROM digest_shares d JOIN shares s ON s.team_id = d.team_id AND s.id = d.share_id
         WHERE d.team_id = :team AND d.digest_id = :id AND {shares.SHOWN}
         ORDER BY s.shared_at, s.ts, s.id
        """,  # noqa: S608
        team=team_id,
        id=digest_id,
    )
    entries = tx.rows(
        "SELECT * FROM digest_entries WHERE team_id = :team AND digest_id = :id ORDER BY number",
        team=team_id,
        id=digest_id,
    )
    return Digest(
        team_id=team_id,
        channel_id=row["channel_id"],
        language=row["language"],
        period=Period(datetime.fromisoformat(row["since_at"]), datetime.fromisoformat(row["due_at"])),
        zone=row["zone"],
        topic=row["topic"],
        entries=tuple(
            DigestEntry(
                paper_from_json(entry["paper"]),
                brief_from_json(entry["brief"]),
                tuple(share_of(share) for share in taken if share["number"] == entry["number"]),
                number=entry["number"],
                discussion=entry["discussion"],
            )
            for entry in entries
        ),
        failed=tuple(share_of(share) for share in taken if share["number"] is None),
        sources=strings(row["sources"]),
    )


def release(tx: Transaction, team_id: str, digest_id: str) -> None:
    """Its row stays: where the next digest looks for what was left behind follows from those before it."""
    for table in ("digest_shares", "digest_entries"):
        tx.rows(
            f"""
            DELETE FROM {table} WHERE team_id = :team AND digest_id = :digest
               AND EXISTS (SELECT 1 FROM digests WHERE team_id = :team AND id = :digest AND posted_at IS NULL)
            """,  # noqa: S608
            team=team_id,
            digest=digest_id,
        )


def last_due(tx: Transaction, team_id: str, channel_id: str) -> datetime | None:
    row = tx.row(
        "SELECT MAX(due_at) AS due_at FROM digests WHERE team_id = :team AND channel_id = :channel AND scheduled = 1",
        team=team_id,
        channel=channel_id,
    )
    return moment(row["due_at"]) if row else None


def posted(tx: Transaction, team_id: str, digest_id: str, parent_ts: str, now: datetime) -> None:
    tx.rows(
        "UPDATE digests SET parent_ts = :parent, posted_at = :now WHERE team_id = :team AND id = :id",
        team=team_id,
        id=digest_id,
        parent=parent_ts,
        now=stamp(now),
    )
