"""Web API clients: which token speaks to which workspace."""

from __future__ import annotations

from typing import Protocol

from slack_sdk import WebClient


def make_client(token: str | None, api_url: str) -> WebClient:
    """A Web API client that never retries by itself: chat.postMessage is not idempotent."""
    base_url = api_url if api_url.endswith("/") else f"{api_url}/"
    return WebClient(token=token, base_url=base_url, timeout=20, retry_handlers=[])


class Clients(Protocol):
    def of(self, team_id: str) -> WebClient:
        """The workspace's own client. Raises Tell (``not_installed``)."""

    def installed(self, team_id: str) -> bool: ...

    def is_gone(self, team_id: str, client: WebClient) -> bool:
        """Slack refused the client's token: whether that is the workspace's last word."""


class OneWorkspace:
    """A token from the environment, for every workspace that speaks to us."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def of(self, team_id: str) -> WebClient:
        return self._client

    def installed(self, team_id: str) -> bool:
        return True

    def is_gone(self, team_id: str, client: WebClient) -> bool:
        return False  # the operator may put the token right while the work waits
