"""What holds in a channel: what was chosen there, else in its workspace, else for the whole installation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.models import ChannelSettings, Language, Share
from bot.ports import Library


@dataclass(frozen=True, slots=True)
class Channels:
    library: Library
    defaults: ChannelSettings
    """For the whole installation; its ids do not matter."""

    def settings(self, team_id: str, channel_id: str) -> ChannelSettings:
        stored = self.library.channel_settings(team_id, channel_id)
        return stored or replace(self.defaults, team_id=team_id, channel_id=channel_id)

    def language(self, team_id: str, channel_id: str) -> Language:
        return self.settings(team_id, channel_id).language

    def wants_quiet(self, share: Share) -> bool:
        """Whether only a sign on the message is wanted; the brief appears in the digest."""
        return not share.asked and self.settings(share.team_id, share.channel_id).mode == "quiet"
