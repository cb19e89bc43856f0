"""What may still be asked of models: calls and tokens a minute, dollars a month.

The counts are kept in the library, so they hold for all processes that share it. Who asks for no team (the command
line) is neither counted nor billed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from bot.briefs.asking.deadline import Deadline
from bot.errors import Retry, Tell
from bot.models import Allowance, Usage
from bot.settings import Settings

# A token has about four bytes of English or three of Chinese; the estimate should rather be high.
_BYTES_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Commission:
    """On whose behalf a brief is written."""

    team_id: str
    """Who pays."""
    share_id: str
    """What it is about, so that what models answered can be forgotten with it."""
    private: bool = False
    """An upload, or shared in a private conversation: for the private model alone, where there is one."""
    unusable: list[str] | None = None
    """Where there is a list, it takes the keys of answers that led nowhere. They are to be forgotten when the brief
    stands for good: a crash before that must find all that was paid for."""


class Ledger(Protocol):
    """Where calls are counted (the library is one)."""

    def reserve_call(self, call_id: str, model: str, tokens: int, allowance: Allowance, now: datetime) -> float: ...

    def rest(self, name: str, seconds: float, now: datetime) -> None: ...

    def rest_left(self, name: str, now: datetime) -> float: ...

    def book_call(self, team_id: str, call_id: str, usage: Usage, now: datetime) -> None: ...

    def spent(self, team_id: str, now: datetime) -> float: ...

    def note_answer(self, team_id: str, share_id: str, key: str, now: datetime) -> None: ...


class Meter:
    """Lets calls of models through as the settings allow; one instance serves all threads."""

    def __init__(self, settings: Settings, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._budget = settings.monthly_budget
        requests, tokens = settings.model_requests_per_minute, settings.model_tokens_per_minute
        self._limited = requests is not None or tokens is not None
        self._allowance = Allowance(requests, tokens, 60.0 / settings.time_scale)

    def admit(
        self,
        commission: Commission | None,
        request: Mapping[str, Any],
        deadline: Deadline,
        clock: Callable[[], datetime],
        *,
        model: str,
        free: bool,
    ) -> str:
        """Wait until a call may be made; returns its id, under which it is booked afterwards.

        Raises Tell (``model_budget``) when the team has spent what it may, unless the call is ``free``, and Retry
        when waiting would leave the model less than half of its time: ``model_limit`` where it is our limit that is
        used up, ``model_busy`` where its provider asked somebody to wait. Calls in flight are not known to cost yet:
        the budget is overshot by them at most.
        """
        call_id = uuid4().hex
        if self._ledger is None or commission is None:
            return call_id
        if self._budget is not None and not free and self._ledger.spent(commission.team_id, clock()) >= self._budget:
            raise Tell("model_budget", model=model)
        while True:
            code, wait = "model_busy", self._ledger.rest_left(_rest_name(model), clock())
            if wait <= 0 and self._limited:
                tokens = _most_tokens(request)
                code, wait = "model_limit", self._ledger.reserve_call(call_id, model, tokens, self._allowance, clock())
            if wait <= 0:
                return call_id
            if wait >= deadline.left / 2:
                raise Retry(code, after=wait, model=model)
            time.sleep(wait)

    def rest(self, commission: Commission | None, model: str, seconds: float, now: datetime) -> None:
        """A model's provider asked to be left alone for so long: nobody asks it meanwhile."""
        if self._ledger is not None and commission is not None:
            self._ledger.rest(_rest_name(model), seconds, now)

    def note(self, commission: Commission | None, key: str, now: datetime) -> None:
        """Note what the answer under a key will be about."""
        if self._ledger is not None and commission is not None:
            self._ledger.note_answer(commission.team_id, commission.share_id, key, now)

    def book(self, commission: Commission | None, call_id: str, usage: Usage, now: datetime) -> None:
        """Note what a call really took."""
        if self._ledger is not None and commission is not None:
            self._ledger.book_call(commission.team_id, call_id, usage, now)


def _rest_name(model: str) -> str:
    return f"model:{model}"


def _most_tokens(request: Mapping[str, Any]) -> int:
    """What a call may take: its question, estimated, and the longest answer."""
    asked = sum(len(str(message["content"]).encode()) for message in request["messages"])
    return asked // _BYTES_PER_TOKEN + int(request["max_tokens"])
