"""What ``paperwire doctor`` asks Slack."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from slack_sdk.errors import SlackApiError

from bot.doctor import Check, CheckFailed, NotChecked
from bot.errors import PaperwireError
from bot.settings import Settings
from bot.wording import explain
from handlers.clients import make_client
from handlers.slack import classified

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

# Slack refuses signatures five minutes old; a clock so wrong also posts digests at the wrong time.
_LARGEST_SKEW_SECONDS = 60


def slack_checks(settings: Settings) -> list[tuple[str, Check]]:
    """The checks of tokens, scopes, Socket Mode and clock, in the order in which they make sense."""
    return [
        ("bot token", lambda: _bot_token(settings)),
        ("scopes", lambda: _scopes(settings)),
        ("app token", lambda: _app_token(settings)),
        ("clock", lambda: _clock(settings)),
    ]


def _secret(value: object) -> str:
    return str(getattr(value, "get_secret_value", lambda: "")())


def _auth(settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Data and headers of auth.test."""
    token = _secret(settings.bot_token)
    if not token:
        raise CheckFailed("SLACK_BOT_TOKEN is not set. Copy “Bot User OAuth Token” from the app's OAuth & Permissions.")
    if not token.startswith("xoxb-"):
        kind = "an app-level token" if token.startswith("xapp-") else "not a bot token"
        raise CheckFailed(f"SLACK_BOT_TOKEN is {kind}: it must start with xoxb- (OAuth & Permissions).")
    try:
        response = classified(lambda: make_client(token, settings.slack_api_url).auth_test())
    except SlackApiError as error:
        raise CheckFailed(_refusal("SLACK_BOT_TOKEN", str(error.response.get("error")))) from error
    except PaperwireError as error:
        refused = str(error.facts.get("reason", ""))
        if "auth" in refused or "token" in refused or "account" in refused:
            raise CheckFailed(_refusal("SLACK_BOT_TOKEN", refused)) from error
        raise CheckFailed(f"{explain('en', error)} Is {settings.slack_api_url} reachable from here?") from error
    headers = {name.lower(): str(value) for name, value in response.headers.items()}
    return {
        key: str(value) for key, value in (response.data if isinstance(response.data, dict) else {}).items()
    }, headers


def _refusal(variable: str, reason: str) -> str:
    return f"Slack refuses {variable} ({reason}). Reinstall the app (Install App) and copy the token again."


def _bot_token(settings: Settings) -> str:
    data, _ = _auth(settings)
    return f"{data.get('user')} in {data.get('team')} ({data.get('team_id')})"


def _headers(settings: Settings) -> dict[str, str]:
    try:
        return _auth(settings)[1]
    except CheckFailed as problem:
        raise NotChecked("not checked, the bot token comes first") from problem


def _scopes(settings: Settings) -> str:
    headers = _headers(settings)
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    missing = sorted(SCOPES - granted)
    if missing:
        raise CheckFailed(
            f"missing: {', '.join(missing)}. Add them under OAuth & Permissions (or paste manifest.json under App "
            "Manifest), then reinstall the app."
        )
    return f"all {len(SCOPES)} granted"


def _app_token(settings: Settings) -> str:
    token = _secret(settings.app_token)
    if not token:
        if settings.signing_secret is not None:
            return "not set; SLACK_SIGNING_SECRET is, so run with --http HOST:PORT"
        raise CheckFailed(
            "SLACK_APP_TOKEN is not set. Make one with the scope connections:write under Basic Information, App-Level "
            "Tokens (or set SLACK_SIGNING_SECRET and run with --http HOST:PORT)."
        )
    if not token.startswith("xapp-"):
        raise CheckFailed("SLACK_APP_TOKEN must start with xapp- (Basic Information, App-Level Tokens).")
    try:
        classified(lambda: make_client(None, settings.slack_api_url).apps_connections_open(app_token=token))
    except SlackApiError as error:
        raise CheckFailed(
            f"Slack refuses Socket Mode ({error.response.get('error')}). Switch it on under Socket Mode, and make sure "
            "that the app-level token has the scope connections:write."
        ) from error
    except PaperwireError as error:
        if error.code == "missing_scope":
            raise CheckFailed("SLACK_APP_TOKEN lacks the scope connections:write: make a new one with it.") from error
        raise CheckFailed(_refusal("SLACK_APP_TOKEN", str(error.facts.get("reason", error.code)))) from error
    return "Socket Mode answers"


def _clock(settings: Settings) -> str:
    headers = _headers(settings)
    if "date" not in headers:
        return "Slack sent no date to compare with"
    skew = time.time() - parsedate_to_datetime(headers["date"]).timestamp()
    if abs(skew) > _LARGEST_SKEW_SECONDS:
        raise CheckFailed(
            f"this machine's clock is {skew:+.0f} s off Slack's. Set it by NTP (timedatectl set-ntp true)."
        )
    return f"within {abs(skew):.0f} s of Slack's"
