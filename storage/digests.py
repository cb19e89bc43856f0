"""Digests, frozen for posting: decided once, the same ever after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.models import Digest, DigestEntry, Language, Period, ShareState, StoredShare
from storage import channels, shares
from storage.entries import entries
from storage.rows import (
    Transaction,
    brief_from_json,
    brief_json,
    moment,
    paper_from_json,
    paper_json,
    share_of,
    stamp,
)


def freeze(
    tx: Transaction,
    team_id: str,
    channel_id: str,
    digest_id: str,
    due_at: datetime,
    interval_back: datetime,
    language: Language,
    now: datetime,
    zone: str,
) -> Digest:
    known = _known(tx, team_id, channel_id, digest_id)
    if known is not None:
        return known
    previous = tx.row(
        """
        SELECT MAX(due_at) AS due_at, MIN(since_at) AS first_since FROM digests
         WHERE team_id = :team AND channel_id = :channel AND scheduled = 1 AND due_at < :due
        """,
        team=team_id,
        channel=channel_id,
        due=stamp(due_at),
    )
    since_at = (moment(previous["due_at"]) if previous else None) or interval_back
    # What an earlier digest had to leave behind is older than the previous cut-off, but not than the first digest.
    oldest_at = (moment(previous["first_since"]) if previous else None) or interval_back
    period = Period(since_at, due_at)
    _insert(tx, team_id, channel_id, digest_id, period, language, now, zone, scheduled=True)
    untaken = _untaken(tx, team_id, channel_id, Period(oldest_at, due_at))
    return _fill(tx, team_id, channel_id, digest_id, period, language, untaken, scheduled=True)


def freeze_period(
    tx: Transaction,
    team_id: str,
    channel_id: str,
    digest_id: str,
    period: Period,
    language: Language,
    now: datetime,
    zone: str,
) -> Digest:
    known = _known(tx, team_id, channel_id, digest_id)
    if known is not None:
        return known
    _insert(tx, team_id, channel_id, digest_id, period, language, now, zone, scheduled=False)
    briefed = shares.shared_in(tx, team_id, channel_id, period, ShareState.BRIEFED)
    return _fill(tx, team_id, channel_id, digest_id, period, language, briefed, scheduled=False)


def _known(tx: Transaction, team_id: str, channel_id: str, digest_id: str) -> Digest | None:
    known = frozen(tx, team_id, digest_id)
    if known is not None and known.channel_id != channel_id:
        raise ValueError(f"{digest_id} is a digest of another channel")
    return known


def _insert(
    tx: Transaction,
    team_id: str,
    channel_id: str,
    digest_id: str,
    period: Period,
    language: Language,
    now: datetime,
    zone: str,
    *,
    scheduled: bool,
) -> None:
    settings = channels.settings(tx, team_id, channel_id)
    schedule = channels.schedule(tx, team_id, channel_id)
    tx.rows(
        """
        INSERT INTO digests (team_id, id, channel_id, scheduled, language, topic, zone, since_at, due_at, frozen_at)
        VALUES (:team, :id, :channel, :scheduled, :language, :topic, :zone, :since, :due, :now)
        """,
        team=team_id,
        id=digest_id,
        channel=channel_id,
        scheduled=int(scheduled),
        language=language,
        topic=settings.topic if settings else "",
        zone=schedule.zone if schedule else settings.zone if settings else zone,
        since=stamp(period.since_at),
        due=stamp(period.until_at),
        now=stamp(now),
    )


def _fill(
    tx: Transaction,
    team_id: str,
    channel_id: str,
    digest_id: str,
    period: Period,
    language: Language,
    briefed: Sequence[StoredShare],
    *,
    scheduled: bool,
) -> Digest:
    for number, entry in enumerate(entries(tx, team_id, channel_id, briefed, language)):
        tx.rows(
            """
            INSERT INTO digest_entries (team_id, digest_id, number, paper, brief)
            VALUES (:team, :digest, :number, :paper, :brief)
            """,
            team=team_id,
            digest=digest_id,
            number=number,
            paper=paper_json(entry.paper),
            brief=brief_json(entry.brief),
        )
        for share in entry.shares:
            _take(tx, team_id, digest_id, share, number, taken=scheduled)
    for share in shares.shared_in(tx, team_id, channel_id, period, ShareState.FAILED):
        _take(tx, team_id, digest_id, share, None, taken=False)
    digest = frozen(tx, team_id, digest_id)
    assert digest is not None
    return digest


def _untaken(tx: Transaction, team_id: str, channel_id: str, period: Period) -> list[StoredShare]:
    rows = tx.rows(
        """
        SELECT * FROM shares
         WHERE team_id = :team AND channel_id = :channel AND state = 'briefed'
           AND shared_at >= :since AND shared_at < :until
           AND NOT EXISTS (SELECT 1 FROM digest_shares t
                            WHERE t.team_id = :team AND t.share_id = shares.id AND t.taken = 1)
         ORDER BY shared_at, ts, id
        """,
        team=team_id,
        channel=channel_id,
        since=stamp(period.since_at),
        until=stamp(period.until_at),
    )
    return [share_of(row) for row in rows]


def _take(
    tx: Transaction, team_id: str, digest_id: str, share: StoredShare, number: int | None, *, taken: bool
) -> None:
    tx.rows(
        """
        INSERT INTO digest_shares (team_id, digest_id, share_id, number, taken)
        VALUES (:team, :digest, :share, :number, :taken)
        """,
        team=team_id,
        digest=digest_id,
        share=share.share.id,
        number=number,
        taken=int(taken),
    )


def frozen(tx: Transaction, team_id: str, digest_id: str) -> Digest | None:
    row = tx.row("SELECT * FROM digests WHERE team_id = :team AND id = :id", team=team_id, id=digest_id)
    if row is None:
        return None
    taken = tx.rows(
        """
        SELECT s.*, t.number FROM digest_shares t JOIN shares s ON s.team_id = t.team_id AND s.id = t.share_id
         WHERE t.team_id = :team AND t.digest_id = :id AND s.state <> 'withdrawn'
         ORDER BY s.shared_at, s.ts, s.id
        """,
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
            )
            for entry in entries
        ),
        failed=tuple(share_of(share) for share in taken if share["number"] is None),
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
