"""What every listener has at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.channels import Channels
from bot.digests.compile import compile_digest
from bot.models import Audience, ChannelSettings, Coverage, Digest, Language, Period
from bot.ports import Library
from bot.workflows.answering import Answering
from bot.workflows.briefing import Briefing
from bot.workflows.correcting import Correcting
from bot.workflows.digesting import Digesting
from bot.workflows.forgetting import Forgetting
from bot.workflows.posting import Posting
from handlers import digest_blocks
from handlers.blocks import Message
from handlers.permalinks import Permalinks


@dataclass(frozen=True, slots=True)
class Desk:
    briefing: Briefing
    posting: Posting
    digesting: Digesting
    library: Library
    now: Callable[[], datetime]
    channels: Channels
    budget: float | None
    """US dollars that models may cost a team in a month; None for no limit."""

    answering: Answering
    correcting: Correcting
    forgetting: Forgetting
    model: Callable[[Language, bool], str]
    """Which is asked first for the brief in a language, of what is private (True) or not."""
    audience: Callable[[str, str], Audience]
    """Who reads a channel (team, channel) now. Raises Retry."""
    permalinks: Permalinks
    waiting: Callable[[], int] | None
    """How many pieces of work are not finished; None where that would tell of other workspaces."""

    @property
    def language(self) -> Language:
        """Where it is not known which channel is spoken to."""
        return self.channels.defaults.language

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
            self.permalinks.leading(self.library.shared_in(team_id, coverage, period, language), settings.channel_id),
            self.library.failed_in(team_id, coverage, period),
        )
        return replace(digest, usage=self.library.usage_in(team_id, coverage, period))

    def found(self, team_id: str, sight: Coverage, language: Language, words: str, offset: int) -> Message:
        """A page of what a search found, as far as the asker may be shown it."""
        page = self.library.search(team_id, sight, words, language, limit=digest_blocks.SEARCH_PAGE, offset=offset)
        page = replace(page, entries=self.permalinks.leading(page.entries))
        return digest_blocks.search_results(page, words, language, offset)


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace a payload comes from, in any of Slack's shapes."""
    team = body.get("team_id") or (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id")
    return str(team)
