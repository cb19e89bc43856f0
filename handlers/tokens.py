"""The kinds of Slack's tokens and secrets, told apart by their form alone; Slack is asked nothing."""

from __future__ import annotations

import re

from bot.doctor import CheckFailed
from bot.settings import Settings

A_BOT_TOKEN = "the “Bot User OAuth Token” (xoxb-…) under OAuth & Permissions"  # noqa: S105
AN_APP_TOKEN = "an app-level token (xapp-…) with the scope connections:write (Basic Information, App-Level Tokens)"  # noqa: S105
# How Slack's secrets begin, the longer beginnings first (https://docs.slack.dev/authentication/tokens).
_KINDS = (
    ("xoxe.xoxb-", "a bot token that is rotated, which ends within twelve hours"),
    ("xoxe.xoxp-", "a user token that is rotated"),
    ("xoxe-", "a refresh token"),
    ("xoxb-", "a bot token"),
    ("xoxp-", "a user token"),
    ("xapp-", "an app-level token"),
    ("xoxc-", "a browser's token"),
    ("xoxs-", "a browser's token"),
    ("https://", "an address"),
)
_SECRET = re.compile(r"[0-9a-f]{32}")


def check_tokens(settings: Settings, *, http: bool) -> None:
    """Raises CheckFailed for a token with which the bot could only fail: several workspaces bring their own."""
    if settings.bot_token is not None and settings.client_id is None:
        check_bot_token(settings.bot_token.get_secret_value())
    if settings.app_token is not None and not http:
        check_app_token(settings.app_token.get_secret_value())


def check_bot_token(token: str) -> None:
    """Raises CheckFailed."""
    _check_kind("SLACK_BOT_TOKEN", token, "xoxb-", A_BOT_TOKEN)


def check_app_token(token: str) -> None:
    """Raises CheckFailed."""
    _check_kind("SLACK_APP_TOKEN", token, "xapp-", AN_APP_TOKEN)


def check_secret(variable: str, secret: str, name: str) -> None:
    """Raises CheckFailed for what is not ``name``: of the app's secrets the one that its page calls so."""
    if not _SECRET.fullmatch(secret):
        kind = f"is {_kind(secret)}, not a {name.lower()}" if secret else "is not set"
        raise CheckFailed(
            f"{variable} {kind}. Copy “{name}” (32 letters and digits) from Basic Information, App Credentials."
        )


def _check_kind(variable: str, token: str, beginning: str, wanted: str) -> None:
    if token != token.strip(" \t\r\n\"'"):
        raise CheckFailed(f"{variable} has spaces or quotation marks around it. Set it without them.")
    if not token.startswith(beginning):
        raise CheckFailed(f"{variable} is {_kind(token)}. Set it to {wanted}.")


def _kind(secret: str) -> str:
    found = next((words for beginning, words in _KINDS if secret.startswith(beginning)), None)
    return found or ("a secret of 32 digits" if _SECRET.fullmatch(secret) else "none of Slack's tokens")
