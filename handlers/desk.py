"""What every listener has at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.briefing import Briefing
from bot.models import Language
from bot.ports import Library
from bot.posting import Posting


@dataclass(frozen=True, slots=True)
class Desk:
    briefing: Briefing
    posting: Posting
    library: Library
    now: Callable[[], datetime]
    language: Language
    """Where a channel chose none."""
    zone: str
    """Where a channel chose none."""

    def language_of(self, team_id: str, channel_id: str) -> Language:
        settings = self.library.channel_settings(team_id, channel_id)
        return settings.language if settings else self.language

    def zone_of(self, team_id: str, channel_id: str) -> str:
        settings = self.library.channel_settings(team_id, channel_id)
        return settings.zone if settings else self.zone


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace a payload comes from, in any of Slack's shapes."""
    team = body.get("team_id") or (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id")
    return str(team)
