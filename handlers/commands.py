"""The slash command ``/digest``. Answers go to the asker alone, straight from the library."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.digests.compile import compile_digest
from bot.digests.period import period_of
from bot.digests.schedule import describe, next_due, parse_schedule
from bot.errors import PaperwireError, Tell
from bot.models import ChannelSettings, Language, Schedule
from bot.wording import say
from handlers import blocks, digest_blocks
from handlers.blocks import Message
from handlers.desk import Desk
from handlers.slack import zone_of_user

_WORDS = ("day", "week", "month", "schedule", "help")
_PERIODS = ("day", "week", "month")


def register(app: App, desk: Desk) -> None:
    @app.command("/digest")
    def digest(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        message = _answer(desk, command, client)
        ack(text=message.text, blocks=message.blocks, response_type="ephemeral")


def _answer(desk: Desk, command: dict[str, Any], client: WebClient) -> Message:
    """The answer to a command. Raises Tell for what was asked wrongly."""
    team_id, channel_id = command["team_id"], command["channel_id"]
    language = desk.language_of(team_id, channel_id)
    word, _, rest = command.get("text", "").strip().partition(" ")
    word, rest = word.lower(), rest.strip()
    if word in ("", "help"):
        return blocks.note(say(language, "commands.help"))
    if word == "schedule":
        return blocks.note(_schedule(desk, command, client, language, rest))
    if word in _PERIODS or ".." in word:
        if command.get("channel_name") == "directmessage":
            return blocks.note(say(language, "digest.nothing_private"))
        return _preview(desk, team_id, channel_id, language, f"{word} {rest}".strip())
    closest = get_close_matches(word, _WORDS, n=1, cutoff=0.3) or ["week"]
    raise Tell("unknown_command", word=word, closest=closest[0])


def _preview(desk: Desk, team_id: str, channel_id: str, language: Language, words: str) -> Message:
    settings = desk.library.channel_settings(team_id, channel_id) or ChannelSettings(
        team_id, channel_id, language, zone=desk.zone
    )
    period = period_of(words, desk.now(), settings.zone)
    digest = compile_digest(
        settings,
        period,
        desk.library.shared_in(team_id, channel_id, period, language),
        desk.library.failed_in(team_id, channel_id, period),
    )
    return digest_blocks.digest_preview(digest)


def _schedule(desk: Desk, command: dict[str, Any], client: WebClient, language: Language, words: str) -> str:
    team_id, channel_id, user_id = command["team_id"], command["channel_id"], command["user_id"]
    if words == "off":
        there_was = desk.library.drop_schedule(team_id, channel_id)
        return say(language, "commands.schedule_off" if there_was else "commands.schedule_none")
    if not words:
        return _scheduled(desk.library.schedule(team_id, channel_id), language, desk.now())
    zone = _own_zone(client, user_id) or desk.zone_of(team_id, channel_id)
    now = desk.now()
    schedule = parse_schedule(words, team_id=team_id, channel_id=channel_id, user_id=user_id, zone=zone, now=now)
    desk.library.put_schedule(team_id, schedule)
    settings = desk.library.channel_settings(team_id, channel_id)
    settings = settings or ChannelSettings(team_id, channel_id, language)
    desk.library.put_channel_settings(team_id, replace(settings, zone=schedule.zone))
    return say(language, "commands.schedule_set", schedule=describe(schedule, language), next=_next(schedule, now))


def _own_zone(client: WebClient, user_id: str) -> str | None:
    try:
        return zone_of_user(client, user_id)
    except PaperwireError:
        return None  # the command names a zone, or the channel's serves


def _scheduled(schedule: Schedule | None, language: Language, now: datetime) -> str:
    if schedule is None:
        return say(language, "commands.schedule_none")
    words = describe(schedule, language)
    if schedule.paused is not None:
        return say(language, "commands.schedule_paused", schedule=words, reason=schedule.paused)
    return say(language, "commands.schedule_is", schedule=words, next=_next(schedule, now))


def _next(schedule: Schedule, now: datetime) -> str:
    return f"{next_due(schedule, now).astimezone(ZoneInfo(schedule.zone)):%Y-%m-%d %H:%M}"
