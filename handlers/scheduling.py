"""Setting a channel's schedule, by command or in the Home tab."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk import WebClient

from bot.digests.schedule import parse_schedule
from bot.models import Schedule
from handlers.coverage import own_zone, settings_of
from handlers.desk import Desk


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
