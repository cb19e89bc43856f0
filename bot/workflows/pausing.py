"""Schedules that rest because their digests cannot be posted.

What is to be done is decided before any of it is done, so that a crash in between leaves nothing undone and nobody
untold.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.channels import Channels
from bot.errors import NOT_INSTALLED, TOKEN_REFUSED, PaperwireError, Tell
from bot.models import Schedule
from bot.outcomes import announce
from bot.ports import Library, Messenger
from bot.wording import explain
from bot.work import Bug, Work
from bot.workflows.posting import Posting

log = logging.getLogger("paperwire.pausing")

# The schedule rests until somebody sets it again.
_NO_WAY_IN = ("not_in_channel", "channel_gone")
# It rests until Slack lets us in again; until then nobody can be told.
_SHUT_OUT = (NOT_INSTALLED, TOKEN_REFUSED)


def resume(library: Library) -> None:
    """Slack takes our token again: schedules that rested because it did not go on."""
    for schedule in library.schedules():
        if schedule.paused == TOKEN_REFUSED:
            library.pause_schedule(schedule.team_id, schedule.channel_id, None)


class Pausing:
    """Parts of the workflow of a scheduled digest that could not be posted."""

    def __init__(
        self, work: Work, library: Library, messenger: Messenger, posting: Posting, channels: Channels
    ) -> None:
        self._work = work
        self._library = library
        self._messenger = messenger
        self._posting = posting
        self._channels = channels

    def undelivered(self, team_id: str, channel_id: str, digest_id: str, due_at: datetime, code: str) -> None:
        """Leave what it held to the next digest; where no later one could be posted either, let the schedule rest."""
        rests = code in (*_NO_WAY_IN, *_SHUT_OUT)
        if rests:
            self._tell(team_id, channel_id, due_at, code)

        def rest() -> bool:
            self._library.release_digest(team_id, digest_id)
            resting = rests and self._resting(team_id, channel_id, due_at) is not None
            if resting:
                self._library.pause_schedule(team_id, channel_id, code)
            return resting

        if self._work.insist("rest", rest):
            announce("paused", team=team_id, channel=channel_id, code=code)

    def _tell(self, team_id: str, channel_id: str, due_at: datetime, code: str) -> None:
        """Tell who set the schedule, as far as they can be reached."""

        def decide() -> list[str] | None:
            schedule = self._resting(team_id, channel_id, due_at)
            if schedule is None or code in _SHUT_OUT:
                return None
            direct = self._messenger.direct_channel(team_id, schedule.user_id)
            return [direct, self._messenger.name(team_id, channel_id), due_at.isoformat()]

        try:
            told = self._work.insist("pause", decide)
        except (PaperwireError, Bug) as error:
            log.warning("nobody can be told that the schedule of %s rests: %s", channel_id, error)
            return
        if told is not None:
            direct, where, at = told
            language = self._work.patiently(lambda: self._channels.language(team_id, direct))
            reason = explain(language, Tell(code, reason=code))
            key = f"paused:{team_id}:{channel_id}:{at}"
            self._posting.note(team_id, direct, None, key, "digest.paused", channel=where, reason=reason)

    def _resting(self, team_id: str, channel_id: str, due_at: datetime) -> Schedule | None:
        """The schedule that asked for the digest due then, unless it rests already or was set anew since."""
        schedule = self._library.schedule(team_id, channel_id)
        if schedule is None or schedule.paused is not None or (schedule.created_at or due_at) > due_at:
            return None
        return schedule
