"""The workspaces that have installed the app: their tokens, and what follows when one comes or leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient
from slack_sdk.oauth import InstallationStore
from slack_sdk.oauth.installation_store import Bot, Installation

from bot.errors import NOT_INSTALLED, Tell
from bot.outcomes import announce
from bot.ports import Library
from handlers.clients import make_client

log = logging.getLogger("paperwire.teams")


class Teams:
    """Implements ``handlers.clients.Clients`` with the tokens that workspaces gave.

    Clients are kept until their token is refused: a workspace may have installed the app anew, through another
    process too, and only then the store is asked again.
    """

    def __init__(
        self, store: InstallationStore, drop_before: Callable[[str, datetime], None], library: Library, api_url: str
    ) -> None:
        """``drop_before`` deletes what a workspace installed before a time, in one statement."""
        self.store = store
        self._drop_before = drop_before
        self._library = library
        self._api_url = api_url
        self._clients: dict[str, WebClient] = {}

    def bot(self, team_id: str) -> Bot | None:
        return self.store.find_bot(enterprise_id=None, team_id=team_id)

    # clients

    def of(self, team_id: str) -> WebClient:
        client = self._clients.get(team_id)
        if client is None:
            bot = self.bot(team_id)
            if bot is None:
                raise Tell(NOT_INSTALLED)
            client = self._clients[team_id] = make_client(bot.bot_token, self._api_url)
        return client

    def installed(self, team_id: str) -> bool:
        return self.bot(team_id) is not None

    def is_gone(self, team_id: str, client: WebClient) -> bool:
        self._clients.pop(team_id, None)
        try:
            return self.of(team_id).token == client.token
        except Tell:
            return True

    # coming and leaving

    def arrived(self, installation: Installation) -> None:
        """Keep an installation; schedules that were paused because the workspace had left go on.

        Raises Tell (``org_install``).
        """
        self.store.save(installation)
        self._clients.pop(str(installation.team_id), None)
        self.resume()
        announce("installed", team=installation.team_id)

    def resume(self) -> None:
        """Let the schedules of workspaces that are back go on; at start too, should the last life have ended early."""
        for schedule in self._library.schedules():
            if schedule.paused == NOT_INSTALLED and self.installed(schedule.team_id):
                self._library.pause_schedule(schedule.team_id, schedule.channel_id, None)

    def left(self, team_id: str, at: int) -> None:
        """Forget a workspace's installation and pause its schedules; what it shared is kept.

        ``at`` is when it left, in seconds since the epoch: Slack may tell it late, after a new installation.
        """
        self._drop_before(team_id, datetime.fromtimestamp(at + 1, UTC))
        self._clients.pop(team_id, None)
        if self.installed(team_id):
            log.info("%s left and is back already", team_id)
            return
        for schedule in self._library.schedules():
            if schedule.team_id == team_id and schedule.paused is None:
                self._library.pause_schedule(team_id, schedule.channel_id, NOT_INSTALLED)
        announce("left", team=team_id)


def register(app: App, teams: Teams | None) -> None:
    """``teams`` is None where the one token comes from the environment: its operator puts things right."""

    @app.event("app_uninstalled")
    def uninstalled(context: BoltContext, body: dict[str, Any]) -> None:
        if teams is not None and context.team_id:
            teams.left(context.team_id, int(body["event_time"]))

    @app.event("tokens_revoked")
    def revoked(context: BoltContext, body: dict[str, Any], event: dict[str, Any]) -> None:
        # Tokens of people (``oauth``) were never asked for.
        if teams is not None and context.team_id and (event.get("tokens") or {}).get("bot"):
            teams.left(context.team_id, int(body["event_time"]))
