"""The Web API's door: tokens, scopes, limits and arguments, with the answers and error strings of Slack's own.

The methods themselves are in ``methods_*``; each is registered under its name with the scopes it needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playground.slack.objects import Json

if TYPE_CHECKING:
    from playground.slack.server import Slack


class Refused(Exception):
    """Slack says no: ``{"ok": false, "error": …}`` with what else the answer carries."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class Limited(Exception):
    """HTTP 429; ``retry_after`` in whole seconds of Slack's."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Args:
    """A call's arguments, whether they came as a form, as JSON or in the query."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise Refused(error, **({"response_metadata": {"messages": messages}} if error[:9] == "invalid_a" else {}))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name)
        return default if value is None else value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, *, least: int = 1, most: int = 1000) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.lstrip("-").isdigit() or int(value) < least:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return min(int(value), most)

    def parsed(self, name: str, error: str) -> Any:
        """A structured argument, which forms carry as JSON text; None when it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None


Method = Callable[["Slack", Args], Json]
METHODS: dict[str, tuple[Method, frozenset[str]]] = {}
APP_TOKEN_METHODS = frozenset({"apps.connections.open"})


def method(name: str, *scopes: str) -> Callable[[Method], Method]:
    """Register a method; the app needs all of ``scopes``."""

    def register(function: Method) -> Method:
        METHODS[name] = (function, frozenset(scopes))
        return function

    return register


@dataclass
class Call:
    """One call of the Web API, for tests to look at."""

    method: str
    args: Json
    at: float
    """Seconds since the epoch."""
    error: str | None = None
    """None when it went well; else Slack's error string, or ``dropped`` for an answer that never arrived."""
    answer: Json = field(default_factory=dict)


@dataclass
class Fault:
    """What a test lets go wrong with the next calls of a method."""

    method: str
    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    drop: bool = False
    """Close the connection instead of answering."""
    applied: bool = False
    """The call takes effect all the same: only its answer is lost."""
    delay: float = 0
    """Real seconds before the answer."""
    until: Callable[[], bool] | None = None
    """What has to come true before the answer."""
    when: Callable[[Json], bool] | None = None
    """Which calls, by their arguments; all when None."""
    times: int = 1


def need_scope(slack: Slack, *needed: str) -> None:
    missing = set(needed) - slack.installation.scopes
    if missing:
        provided = ",".join(sorted(slack.installation.scopes))
        raise Refused("missing_scope", needed=",".join(sorted(missing)), provided=provided)


def check_token(slack: Slack, name: str, token: str | None) -> None:
    if not token:
        raise Refused("not_authed")
    if token in slack.workspace.revoked:
        raise Refused(slack.workspace.revoked[token])
    if token not in slack.workspace.tokens | {slack.installation.app_token}:
        raise Refused("invalid_auth")
    if (token == slack.installation.app_token) != (name in APP_TOKEN_METHODS):
        raise Refused("not_allowed_token_type")


def perform(slack: Slack, name: str, token: str | None, args: Args) -> Json:
    """The answer of one call; raises Limited."""
    try:
        if name not in METHODS:
            raise Refused("unknown_method", req_method=name)
        function, scopes = METHODS[name]
        check_token(slack, name, token)
        need_scope(slack, *scopes)
        with slack.workspace.turn():
            return {"ok": True, **function(slack, args)}
    except Refused as refused:
        return {"ok": False, "error": refused.error, **refused.more}
