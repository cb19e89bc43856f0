"""How an app comes into a workspace: the page that asks a person, and ``oauth.v2.access``.

https://docs.slack.dev/authentication/installing-with-oauth/
"""

from __future__ import annotations

import base64
import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from playground.slack.objects import Json
from playground.slack.server import Slack, arguments
from playground.slack.web_api.door import Refused

CODE_LIVES = 600
"""Seconds."""


@dataclass
class _Code:
    """What a person agreed to."""

    slack: Slack
    user: str
    scopes: str
    redirect_uri: str | None
    """As it was asked for: the exchange must name it again."""
    ends: float
    used: bool = False


class OAuth:
    """For one app in several workspaces; all of them have its credentials."""

    def __init__(self, workspaces: Mapping[str, Slack], redirect_urls: list[str]) -> None:
        """``redirect_urls`` are those on the app's page, by which Slack lets itself be led."""
        self._workspaces = workspaces
        self._redirect_urls = redirect_urls
        self._codes: dict[str, _Code] = {}
        self._app = next(iter(workspaces.values())).installation
        self.beside: Json = {}
        """What ``oauth.v2.access`` answers beside or instead of the usual: an organisation, a token that expires."""

    # the page

    async def authorize(self, request: Request) -> Response:
        """GET shows the page; POST with ``team`` and ``user`` (or ``deny``) is the button on it."""
        asked = request.query_params
        try:
            back = self._redirect_url(asked)
        except ValueError as fault:
            return HTMLResponse(f"<h1>Something went wrong when authorizing this app.</h1><p>{fault}</p>")
        if request.method == "GET":
            teams = "".join(f"<li>{html.escape(each)}</li>" for each in self._workspaces)
            return HTMLResponse(f"<h1>{html.escape(self._app.name)} asks for access</h1><ul>{teams}</ul>")
        pressed = dict(parse_qsl((await request.body()).decode()))
        if "deny" in pressed:
            return RedirectResponse(
                f"{back}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}", 302
            )
        slack = self._workspaces[pressed["team"]]
        code = f"{len(self._codes)}.{secrets.token_hex(16)}"
        ends = slack.clock.now() + CODE_LIVES
        self._codes[code] = _Code(slack, pressed["user"], asked["scope"], asked.get("redirect_uri"), ends)
        return RedirectResponse(f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}", 302)

    def _redirect_url(self, asked: Mapping[str, str]) -> str:
        """Raises ValueError as the page words it."""
        if asked.get("client_id") != self._app.client_id:
            raise ValueError("Invalid client_id parameter")
        scopes = set(asked.get("scope", "").split(","))
        if not scopes <= self._app.scopes:
            raise ValueError(f"Invalid permissions requested: {html.escape(', '.join(scopes - self._app.scopes))}")
        named = asked.get("redirect_uri")
        if not self._redirect_urls:
            raise ValueError("redirect_uri did not match any configured URIs. None configured")
        if named is not None and not any(named.startswith(each) for each in self._redirect_urls):
            raise ValueError(f"redirect_uri did not match any configured URIs. Passed URI: {html.escape(named)}")
        return named or self._redirect_urls[0]

    # oauth.v2.access

    async def access(self, request: Request) -> Response:
        try:
            args, _ = await arguments(request)
            given = _credentials(request.headers.get("Authorization", ""), args.values)
            return JSONResponse({"ok": True, **self._exchange(args.values, *given), **self.beside})
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error})

    def _exchange(self, args: Json, client_id: str, client_secret: str) -> Json:
        if client_id != self._app.client_id:
            raise Refused("invalid_client_id")
        if client_secret != self._app.client_secret:
            raise Refused("bad_client_secret")
        code = self._codes.get(str(args.get("code")))
        if code is None or code.slack.clock.now() > code.ends:
            raise Refused("invalid_code")
        if code.used:
            raise Refused("code_already_used")
        if args.get("redirect_uri") != code.redirect_uri:
            raise Refused("bad_redirect_uri")
        code.used = True
        installation, workspace = code.slack.installation, code.slack.workspace
        with workspace.turn():
            if not workspace.tokens:
                workspace.tokens.add(f"xoxb-{installation.team_id}-{secrets.token_hex(12)}")
        return {
            "access_token": next(iter(workspace.tokens)),
            "token_type": "bot",
            "scope": code.scopes,
            "bot_user_id": installation.bot_user_id,
            "app_id": installation.app_id,
            "team": {"id": installation.team_id, "name": installation.team_id.title()},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": code.user},
        }


def _credentials(header: str, args: Json) -> tuple[str, str]:
    """Of the app, from HTTP's basic authorization or from the arguments."""
    if header.startswith("Basic "):
        client_id, _, client_secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return client_id, client_secret
    return str(args.get("client_id")), str(args.get("client_secret"))
