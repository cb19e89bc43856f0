"""Schedules and settings of channels."""

from __future__ import annotations

from dataclasses import replace

from bot.models import EVERY_CHANNEL, ChannelSettings, Schedule
from storage.database.rows import Transaction, schedule_of, schedule_values, settings_of


def schedules(tx: Transaction) -> list[Schedule]:
    return [schedule_of(row) for row in tx.rows("SELECT * FROM schedules ORDER BY team_id, channel_id")]


def schedule(tx: Transaction, team_id: str, channel_id: str) -> Schedule | None:
    row = tx.row(
        "SELECT * FROM schedules WHERE team_id = :team AND channel_id = :channel", team=team_id, channel=channel_id
    )
    return schedule_of(row) if row else None


def sources(tx: Transaction, team_id: str, channel_id: str) -> tuple[str, ...]:
    """The other channels that are gathered into this one."""
    known = schedule(tx, team_id, channel_id)
    return tuple(each for each in known.sources if each != channel_id) if known else ()


def put_schedule(tx: Transaction, team_id: str, schedule: Schedule) -> None:
    if schedule.team_id != team_id:
        raise ValueError(f"a schedule of team {schedule.team_id} for team {team_id}")
    tx.rows(
        """
        INSERT INTO schedules (team_id, channel_id, cadence, at, zone, user_id, weekday, monthday, created_at, paused,
                               sources)
        VALUES (:team, :channel_id, :cadence, :at, :zone, :user_id, :weekday, :monthday, :created_at, :paused, :sources)
        ON CONFLICT (team_id, channel_id) DO UPDATE SET cadence = excluded.cadence, at = excluded.at,
            zone = excluded.zone, user_id = excluded.user_id, weekday = excluded.weekday,
            monthday = excluded.monthday, created_at = excluded.created_at, paused = excluded.paused,
            sources = excluded.sources
        """,
        team=team_id,
        **schedule_values(schedule),
    )


def pause_schedule(tx: Transaction, team_id: str, channel_id: str, reason: str | None) -> None:
    tx.rows(
        "UPDATE schedules SET paused = :reason WHERE team_id = :team AND channel_id = :channel",
        team=team_id,
        channel=channel_id,
        reason=reason,
    )


def drop_schedule(tx: Transaction, team_id: str, channel_id: str) -> bool:
    gone = tx.rows(
        "DELETE FROM schedules WHERE team_id = :team AND channel_id = :channel RETURNING channel_id",
        team=team_id,
        channel=channel_id,
    )
    return bool(gone)


def settings(tx: Transaction, team_id: str, channel_id: str) -> ChannelSettings | None:
    rows = tx.rows(
        "SELECT * FROM channel_settings WHERE team_id = :team AND channel_id IN (:channel, :every)",
        team=team_id,
        channel=channel_id,
        every=channel_id if channel_id.startswith("D") else EVERY_CHANNEL,
    )
    found = sorted((settings_of(row) for row in rows), key=lambda each: each.channel_id != channel_id)
    return replace(found[0], channel_id=channel_id) if found else None


def put_settings(tx: Transaction, team_id: str, settings: ChannelSettings) -> None:
    if settings.team_id != team_id:
        raise ValueError(f"settings of team {settings.team_id} for team {team_id}")
    tx.rows(
        """
        INSERT INTO channel_settings (team_id, channel_id, language, topic, zone, mode)
        VALUES (:team, :channel, :language, :topic, :zone, :mode)
        ON CONFLICT (team_id, channel_id) DO UPDATE SET language = excluded.language, topic = excluded.topic,
            zone = excluded.zone, mode = excluded.mode
        """,
        team=team_id,
        channel=settings.channel_id,
        language=settings.language,
        topic=settings.topic,
        zone=settings.zone,
        mode=settings.mode,
    )
