"""Web API clients: which token speaks to which workspace."""

from __future__ import annotations

from typing import Protocol

from slack_sdk import WebClient
from slack_sdk.oauth import InstallationStore

from bot.errors import NOT_INSTALLED, Tell


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


class InstalledWorkspaces:
    """The tokens that workspaces gave when they installed the app.

    Clients are kept until their token is refused: a workspace may have installed the app anew, through another
    process too, and only then the store is asked again.
    """

    def __init__(self, store: InstallationStore, api_url: str) -> None:
        self._store = store
        self._api_url = api_url
        self._clients: dict[str, WebClient] = {}

    def of(self, team_id: str) -> WebClient:
        client = self._clients.get(team_id)
        if client is None:
            bot = self._store.find_bot(enterprise_id=None, team_id=team_id)
            if bot is None:
                raise Tell(NOT_INSTALLED)
            client = self._clients[team_id] = make_client(bot.bot_token, self._api_url)
        return client

    def installed(self, team_id: str) -> bool:
        return self._store.find_bot(enterprise_id=None, team_id=team_id) is not None

    def is_gone(self, team_id: str, client: WebClient) -> bool:
        self.forget(team_id)
        try:
            return self.of(team_id).token == client.token
        except Tell:
            return True

    def forget(self, team_id: str) -> None:
        self._clients.pop(team_id, None)
