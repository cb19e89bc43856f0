"""Setting a channel's schedule, by command or in the Home tab."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.digests.schedule import describe, next_due, parse_schedule
from bot.models import Language, Schedule
from bot.wording import say
from handlers.blocks import gathered_words
from handlers.coverage import own_zone, settings_of
from handlers.desk import Desk
from handlers.members import channels_of, person


def is_off(words: str) -> bool:
    """Whether somebody wants none instead of another."""
    return words.strip().lower() in ("off", "none", "关", "关闭", "停止", "取消", "无")


def sources_for(desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str) -> dict[str, str]:
    """The public channels that somebody may have gathered into a channel, id → name: those that we are in.

    Guests only those that they are in too, and what others have gathered there before.
    """
    known = {each.id: each.name for each in channels_of(client, None, "public_channel")}
    if not person(client, user_id).guest:
        return known
    stored = desk.library.schedule(team_id, channel_id)
    theirs = {each.id for each in channels_of(client, user_id, "public_channel")}.union(
        stored.sources if stored else ()
    )
    return {each: name for each, name in known.items() if each in theirs}


def set_schedule(
    desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str, words: str, sources: tuple[str, ...]
) -> Schedule:
    """Set or replace it; from then on its zone is the channel's. Raises Tell for words that cannot be read."""
    settings = settings_of(desk, client, team_id, channel_id, user_id)
    zone = own_zone(client, user_id) or settings.zone
    made = parse_schedule(words, team_id=team_id, channel_id=channel_id, user_id=user_id, zone=zone, now=desk.now())
    made = replace(made, sources=sources)
    desk.library.put_schedule(team_id, made)
    desk.library.put_channel_settings(team_id, replace(settings, zone=made.zone))
    return made


def in_words(schedule: Schedule, language: Language) -> str:
    return describe(schedule, language) + gathered_words(schedule.sources, language)


def next_words(desk: Desk, schedule: Schedule) -> str:
    """When the next digest comes, in the schedule's zone."""
    return f"{next_due(schedule, desk.now()).astimezone(ZoneInfo(schedule.zone)):%Y-%m-%d %H:%M}"


def outcome(desk: Desk, made: Schedule | None, language: Language) -> str:
    """What a change came to; None where it ended the schedule."""
    if made is None:
        return say(language, "commands.schedule_off")
    facts = {"schedule": in_words(made, language), "next": next_words(desk, made)}
    return say(language, "commands.schedule_set", **facts)


def of_another(before: Schedule | None, user_id: str, language: Language) -> str:
    """Whose schedule it was that somebody changed, which is done before everybody's eyes; empty for one's own."""
    if before is None or before.user_id == user_id:
        return ""
    return say(language, "commands.schedule_of_another", user=f"<@{user_id}>", maker=f"<@{before.user_id}>")
