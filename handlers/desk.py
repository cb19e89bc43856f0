"""What every listener has at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot.answering import Answering
from bot.briefing import Briefing
from bot.correcting import Correcting
from bot.digesting import Digesting
from bot.digests.compile import compile_digest
from bot.forgetting import Forgetting
from bot.models import ChannelSettings, Coverage, Digest, Language, Period
from bot.ports import Library
from bot.posting import Posting
from handlers import digest_blocks
from handlers.blocks import Message
from handlers.calls import classified


@dataclass(frozen=True, slots=True)
class Desk:
    briefing: Briefing
    posting: Posting
    digesting: Digesting
    library: Library
    now: Callable[[], datetime]
    language: Language
    """Where a channel chose none."""
    zone: str
    """Where a channel chose none."""
    budget: float | None
    """US dollars that models may cost a team in a month; None for no limit."""

    answering: Answering
    correcting: Correcting
    forgetting: Forgetting
    waiting: Callable[[], int]
    """How many pieces of work are not finished."""

    @property
    def parts(self) -> tuple[Briefing | Posting | Digesting | Answering | Correcting | Forgetting, ...]:
        """Those that have workflows."""
        return (self.briefing, self.posting, self.digesting, self.answering, self.correcting, self.forgetting)

    def digest_of(self, settings: ChannelSettings, coverage: Coverage, period: Period) -> Digest:
        """What was shared in a period, as of now."""
        team_id, language = settings.team_id, settings.language
        digest = compile_digest(
            settings,
            period,
            self.library.shared_in(team_id, coverage, period, language),
            self.library.failed_in(team_id, coverage, period),
        )
        return replace(digest, usage=self.library.usage_in(team_id, coverage, period))

    def found(self, team_id: str, closed: Sequence[str], language: Language, words: str, offset: int) -> Message:
        """A page of what a search found, as far as it may be seen in the private conversations ``closed``."""
        page = self.library.search(team_id, closed, words, language, limit=digest_blocks.SEARCH_PAGE, offset=offset)
        return digest_blocks.search_results(page, words, language, offset)

    def public_channels(self, client: WebClient) -> dict[str, str]:
        """The public channels the bot is in, id → name."""
        response = classified(
            lambda: client.users_conversations(types="public_channel", exclude_archived=True, limit=999)
        )
        return {str(each["id"]): str(each["name"]) for each in response.get("channels") or []}

    def language_of(self, team_id: str, channel_id: str) -> Language:
        settings = self.library.channel_settings(team_id, channel_id)
        return settings.language if settings else self.language


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace a payload comes from, in any of Slack's shapes."""
    team = body.get("team_id") or (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id")
    return str(team)
