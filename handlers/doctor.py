"""What ``paperwire doctor`` asks Slack: is the app the right one, may it do its work, does Slack reach it?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.doctor import Check, CheckFailed, NotChecked
from bot.errors import PaperwireError
from bot.settings import Settings
from bot.wording import explain
from handlers.calls import classified
from handlers.clients import make_client
from handlers.tokens import A_BOT_TOKEN, AN_APP_TOKEN, check_app_token, check_bot_token, check_secret

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "mpim:history",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)
"""The bot token's scopes the program uses; ``manifest.json`` asks for the same."""

REDIRECT_PATH = "/slack/oauth_redirect"
"""Where Slack leads whoever installed the app."""

# Slack refuses signatures five minutes old; a clock so wrong also posts digests at the wrong time.
_LARGEST_SKEW_SECONDS = 60

# What Slack answers to a token (https://docs.slack.dev/reference/methods/auth.test#errors), and what to do.
_REFUSALS = {
    "invalid_auth": "Slack does not know it: copy it again, whole, from the app's settings",
    "account_inactive": "the app was removed from the workspace: install it again (Install App) and copy the new token",
    "token_revoked": "it was revoked: reinstall the app (Install App) and copy the new token",
    "token_expired": "it has expired: token rotation is on in this app; make an app without it from manifest.json",
    "not_allowed_token_type": "it is of the wrong kind",
    "team_access_not_granted": "the app is not approved for this workspace: ask an admin of it",
    "org_login_required": "the workspace is being moved: try again later",
}
_SOCKET_MODE_OFF = "Socket Mode is not turned on"


def slack_checks(settings: Settings) -> list[tuple[str, Check]]:
    """The checks of tokens, scopes, Socket Mode, membership and clock, in the order in which they make sense."""
    app = _App(settings)
    if settings.client_id is not None:
        return [
            ("signing secret", app.signing_secret),
            ("client secret", app.client_secret),
            ("redirect URL", lambda: _redirect_url(settings.redirect_url)),
        ]
    checks = [("bot token", app.bot_token), ("scopes", app.scopes)]
    if settings.app_token is None and settings.signing_secret is not None:
        checks.append(("signing secret", app.signing_secret))
    else:
        checks.append(("app token", app.app_token))
    return [*checks, ("channels", app.channels), ("clock", app.clock)]


def _redirect_url(url: str | None) -> str:
    wanted = f"https://your.host{REDIRECT_PATH}"
    if url is None:
        return f"Slack takes the first of the app's page (OAuth & Permissions), which has to be {wanted}"
    if not (url.startswith("https://") and url.endswith(REDIRECT_PATH)):
        raise CheckFailed(f"SLACK_REDIRECT_URI is {url}: it has to be {wanted}, as on the app's page.")
    return url


@dataclass(frozen=True, slots=True)
class _Identity:
    """What auth.test says of the bot token."""

    user: str
    team: str
    bot_id: str
    scopes: frozenset[str]
    skew: float | None
    """Seconds by which this machine's clock is ahead of Slack's."""


class _App:
    """A Slack app as its tokens show it; Slack is asked each thing once."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.slack_api_url
        self._bot = _revealed(settings.bot_token)
        self._app = _revealed(settings.app_token)
        self._signing = _revealed(settings.signing_secret)
        self._client = _revealed(settings.client_secret)

    def bot_token(self) -> str:
        identity = self._identity()
        return f"{identity.user} in {identity.team}"

    def scopes(self) -> str:
        missing = sorted(SCOPES - self._known().scopes)
        if missing:
            raise CheckFailed(
                f"missing: {', '.join(missing)}. Add them under OAuth & Permissions (or paste manifest.json under App "
                "Manifest), then reinstall the app (Install App)."
            )
        return f"all {len(SCOPES)} granted"

    def signing_secret(self) -> str:
        check_secret("SLACK_SIGNING_SECRET", self._signing, "Signing Secret")
        return "has the right form; Slack tells no app whether it is its own. Run with --http HOST:PORT"

    def client_secret(self) -> str:
        check_secret("SLACK_CLIENT_SECRET", self._client, "Client Secret")
        if self._client == self._signing:
            raise CheckFailed(
                "SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET are the same. They are two: copy both again."
            )
        return "has the right form; each workspace's own tokens are checked when it installs the app"

    def app_token(self) -> str:
        if not self._app:
            raise CheckFailed(
                f"SLACK_APP_TOKEN is not set. Set it to {AN_APP_TOKEN}; or set SLACK_SIGNING_SECRET and run with "
                "--http HOST:PORT."
            )
        check_app_token(self._app)
        client = make_client(None, self._url)
        opened = self._asked("SLACK_APP_TOKEN", lambda: client.apps_connections_open(app_token=self._app))
        warnings = (opened.get("response_metadata") or {}).get("messages") or []
        if any(_SOCKET_MODE_OFF in str(warning) for warning in warnings):
            raise CheckFailed(
                "Socket Mode is off, so that Slack connects and sends nothing. Switch on “Enable Socket Mode” under "
                "Socket Mode in the app's settings."
            )
        self._check_same_app()
        return "Socket Mode answers"

    def channels(self) -> str:
        identity = self._known()
        if not identity.scopes >= SCOPES:
            raise NotChecked("not checked, the scopes come first")
        client, types = make_client(self._bot, self._url), "public_channel,private_channel"
        answer = classified(lambda: client.users_conversations(types=types, exclude_archived=True, limit=200))
        joined = answer.get("channels") or []
        if not joined:
            raise CheckFailed(
                f"the bot is in no channel. Type /invite @{identity.user} in a channel where papers are shared."
            )
        return (
            f"member of {len(joined)}. If the bot stays silent there, compare Event Subscriptions in the app's "
            "settings with manifest.json: Slack tells no app which events it gets"
        )

    def clock(self) -> str:
        skew = self._known().skew
        if skew is None:
            raise NotChecked("Slack sent no date to compare with")
        if abs(skew) > _LARGEST_SKEW_SECONDS:
            raise CheckFailed(
                f"this machine's clock is {skew:+.0f} s off Slack's. Set it by NTP (timedatectl set-ntp true)."
            )
        return f"within {abs(skew):.0f} s of Slack's"

    # what Slack says

    def _identity(self) -> _Identity:
        """Raises CheckFailed."""
        if isinstance(self._auth, CheckFailed):
            raise self._auth
        return self._auth

    def _known(self) -> _Identity:
        """For the checks that follow from it. Raises NotChecked."""
        if isinstance(self._auth, CheckFailed):
            raise NotChecked("not checked, the bot token comes first")
        return self._auth

    @cached_property
    def _auth(self) -> _Identity | CheckFailed:
        try:
            return self._authenticated()
        except CheckFailed as problem:
            return problem

    def _authenticated(self) -> _Identity:
        if not self._bot:
            raise CheckFailed(f"SLACK_BOT_TOKEN is not set. Set it to {A_BOT_TOKEN}.")
        check_bot_token(self._bot)
        response = self._asked("SLACK_BOT_TOKEN", make_client(self._bot, self._url).auth_test)
        now, headers = time.time(), {name.lower(): str(value) for name, value in response.headers.items()}
        return _Identity(
            user=str(response.get("user")),
            team=f"{response.get('team')} ({response.get('team_id')})",
            bot_id=str(response.get("bot_id")),
            scopes=frozenset(scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")),
            skew=now - parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else None,
        )

    def _asked(self, variable: str, call: Callable[[], Any]) -> Any:
        try:
            return classified(call)
        except SlackApiError as error:
            raise CheckFailed(_refusal(variable, str(error.response.get("error")))) from error
        except PaperwireError as error:
            reason = str(error.facts.get("reason", error.code))
            if error.code == "missing_scope":
                raise CheckFailed(
                    f"{variable} lacks the scope connections:write. Make a new one, with it, under Basic Information, "
                    "App-Level Tokens."
                ) from error
            if reason in _REFUSALS or "auth" in reason:
                raise CheckFailed(_refusal(variable, reason)) from error
            raise CheckFailed(f"{explain('en', error)} Is {self._url} reachable from here?") from error

    def _check_same_app(self) -> None:
        """An app-level token names its app (``xapp-1-A…``); the bot's app is told by bots.info."""
        named = re.match(r"xapp-\d-(A[A-Z0-9]+)-", self._app)
        try:
            identity, client = self._identity(), make_client(self._bot, self._url)
            bot = classified(lambda: client.bots_info(bot=identity.bot_id)).get("bot") or {}
        except (CheckFailed, PaperwireError, SlackApiError):
            return  # told by the other checks
        theirs = str(bot.get("app_id", ""))
        if named and theirs and named[1] != theirs:
            raise CheckFailed(
                f"SLACK_APP_TOKEN is of the app {named[1]}, SLACK_BOT_TOKEN of {theirs}: the bot would hear nothing. "
                "Take both from the same app."
            )


def _revealed(secret: Any) -> str:
    return "" if secret is None else str(secret.get_secret_value())


def _refusal(variable: str, reason: str) -> str:
    advice = _REFUSALS.get(reason, "reinstall the app (Install App) and copy the token again")
    return f"Slack refuses {variable} ({reason}): {advice}."
