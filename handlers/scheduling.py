"""Setting a channel's schedule, by command or in the Home tab."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk import WebClient

from bot.digests.schedule import parse_schedule
from bot.models import Schedule
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
