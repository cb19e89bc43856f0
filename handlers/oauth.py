"""How a workspace installs the app: Bolt's OAuth flow over HTTP, and who an event speaks for afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import FailureArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth import OAuthStateStore
from slack_sdk.oauth.installation_store import Installation

from bot.errors import PaperwireError, Tell
from bot.settings import Settings
from bot.wording import explain
from handlers.clients import make_client
from handlers.doctor import REDIRECT_PATH, SCOPES
from handlers.teams import Teams

log = logging.getLogger("paperwire.oauth")

INSTALL_PATH = "/slack/install"


class InstalledBot(Authorize):
    """Whose event it is, and with which token to answer it: as installed, without asking Slack.

    Bolt's own asks ``auth.test`` for every request, and takes any trouble Slack has with that for an app that is not
    installed: the event would be acknowledged and lost.
    """

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    def __call__(self, *, team_id: str | None, user_id: str | None, **_: Any) -> AuthorizeResult | None:
        bot = self._teams.bot(team_id) if team_id else None
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=bot.team_id,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
            bot_scopes=bot.bot_scopes,
            user_id=user_id,
        )


class InstallFlow(OAuthFlow):
    """Bolt's flow; what we refuse is said on its page."""

    def __init__(self, settings: Settings, teams: Teams, states: OAuthStateStore) -> None:
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        super().__init__(
            client=make_client(None, settings.slack_api_url),
            settings=OAuthSettings(
                client_id=settings.client_id,
                client_secret=secret,
                scopes=sorted(SCOPES),
                user_scopes=[],
                redirect_uri=settings.redirect_url,
                install_path=INSTALL_PATH,
                redirect_uri_path=REDIRECT_PATH,
                # https://slack.com/api/ → https://slack.com/oauth/v2/authorize
                authorization_url=urljoin(settings.slack_api_url.rstrip("/"), "oauth/v2/authorize"),
                installation_store=teams.store,
                state_store=states,
            ),
        )
        self.teams = teams
        self._language = settings.language
        self.failure_handler = self._failed

    def run_installation(self, code: str) -> Installation | None:
        try:
            return super().run_installation(code)
        except (SlackClientError, HTTPException, OSError) as error:
            log.warning("Slack did not answer an installation: %s", type(error).__name__)
            return None

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        try:
            if installation.bot_token_expires_at is not None:
                raise Tell("rotating_tokens")
            self.teams.arrived(installation)
        except PaperwireError as error:
            raise BoltError(explain(self._language, error)) from error

    def _failed(self, args: FailureArgs) -> BoltResponse:
        if args.error is None:
            return self.default_callback_options.failure(args)
        page = self.settings.redirect_uri_page_renderer.render_failure_page(str(args.error))
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": self.settings.state_utils.build_set_cookie_for_deletion(),
        }
        return BoltResponse(status=400, headers=headers, body=page)
