"""Calls of Slack's Web API: what their failures mean, and the pause that Slack asks for kept to."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.errors import NOT_INSTALLED, TOKEN_REFUSED, Retry, Tell
from bot.outcomes import announce
from bot.rests import Rests
from handlers.clients import Clients

T = TypeVar("T")

_GONE = {"channel_not_found", "is_archived", "channel_is_archived"}
# "users_not_found" and "user_disabled" are said of who has left the workspace.
_NOT_MEMBER = {
    "not_in_channel", "no_permission", "restricted_action", "cannot_dm_bot", "user_not_found", "users_not_found",
    "user_disabled",
}  # fmt: skip
_OUTAGE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
# A token may be put right by the operator, or the app be installed anew, while the work waits.
_TOKEN_REFUSED = {"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"}


def classified(call: Callable[[], T]) -> T:
    """Make a Web API call. Raises Retry or Tell as Slack's answer asks for; what is left is a bug of ours."""
    try:
        return call()
    except SlackApiError as error:
        response: Any = error.response
        status = getattr(response, "status_code", 0)
        code = response.get("error", "") if hasattr(response, "get") else ""
        announce("slack_refused", code=code or f"http_{status}")
        if status == 429:
            raise Retry("slack_busy", after=_retry_after(response)) from error
        if code in _TOKEN_REFUSED:
            raise Retry(TOKEN_REFUSED, reason=code) from error
        if status >= 500 or code in _OUTAGE:
            raise Retry("slack_unavailable", reason=code or f"HTTP {status}") from error
        if code in _GONE:
            raise Tell("channel_gone", reason=code) from error
        if code in _NOT_MEMBER:
            raise Tell("not_in_channel") from error
        if code == "missing_scope":
            raise Tell("missing_scope", scope=str(response.get("needed", "?"))) from error
        raise
    except (SlackClientError, HTTPException, OSError) as error:
        announce("slack_refused", code="no_answer")
        raise Retry("slack_unavailable", reason=type(error).__name__) from error


def _retry_after(response: Any) -> float:
    headers = {name.lower(): seconds for name, seconds in (getattr(response, "headers", None) or {}).items()}
    try:
        return float(headers.get("retry-after", 1))
    except ValueError:
        return 1.0


class Calls:
    """What the bot asks of Slack by itself, each with the token of the workspace it is about.

    Where Slack wants to be left alone (429), it says so of a method in a workspace (its rate limits), and no process
    that shares the rests calls that method there meanwhile.
    """

    def __init__(self, clients: Clients, rests: Rests) -> None:
        self.clients = clients
        self._rests = rests

    def ask(self, team_id: str, method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
        """Call a method of WebClient (``WebClient.chat_postMessage`` …).

        Raises Retry and Tell as ``classified`` does, and Tell (``not_installed``) for a workspace that left.
        """
        name = f"slack:{team_id}:{method.__name__}"
        if (left := self._rests.left(name)) > 0:
            raise Retry("slack_busy", after=left)
        client = self.clients.of(team_id)
        try:
            return classified(lambda: method(client, **arguments))
        except Retry as error:
            if error.code == "slack_busy" and error.after:
                self._rests.rest(name, error.after)
            if error.code == TOKEN_REFUSED and self.clients.is_gone(team_id, client):
                raise Tell(NOT_INSTALLED) from error
            raise

    def expecting(
        self, harmless: set[str], team_id: str, method: Callable[..., SlackResponse], **arguments: Any
    ) -> None:
        """Call a method whose refusals ``harmless`` (Slack's codes) say that there is nothing left to do."""
        try:
            self.ask(team_id, method, **arguments)
        except SlackApiError as error:
            if error.response.get("error") not in harmless:
                raise
