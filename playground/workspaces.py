"""One app in several workspaces: one Web API for all of them, told apart by the token, and Slack's OAuth pages."""

from __future__ import annotations

import asyncio
import http.client
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from typing import Self
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from playground.installation import Installation
from playground.playground import ALLOWED_HOSTS, Playground
from playground.slack.oauth import OAuth
from playground.slack.server import arguments
from playground.slack.web_api.door import Refused
from playground.threaded import ThreadedServer


class Workspaces:
    """Use as a context manager. Each workspace is a ``Playground`` without the app, until ``install``.

    Their people, channels and messages may well have the same ids.
    """

    def __init__(self, app: Installation, *team_ids: str, redirect_url: str, time_scale: float = 1.0) -> None:
        self.app = app
        self.places: dict[str, Playground] = {}
        for team_id in team_ids:
            own = replace(app, team_id=team_id, bot_token="", bot_user_id=f"UBOT{team_id}", bot_id=f"B{team_id}")
            self.places[team_id] = place = Playground(time_scale=time_scale, installation=own)
            place.workspace.tokens.clear()
        self._slacks = {team_id: place.slack for team_id, place in self.places.items()}
        self.oauth = OAuth(self._slacks, [redirect_url])
        self._server = ThreadedServer(self._application(), "workspaces")

    def __enter__(self) -> Self:
        self._server.start()
        for team_id, place in self.places.items():
            place.workspace.url = f"{self.url}/{team_id}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def __getitem__(self, team_id: str) -> Playground:
        return self.places[team_id]

    @property
    def url(self) -> str:
        return self._server.url

    def environment(self) -> dict[str, str]:
        """What a bot over HTTP needs; the key for its tokens is its own affair."""
        return {
            "SLACK_CLIENT_ID": self.app.client_id,
            "SLACK_CLIENT_SECRET": self.app.client_secret,
            "SLACK_SIGNING_SECRET": self.app.signing_secret,
            "SLACK_API_URL": f"{self.url}/api/",
            ALLOWED_HOSTS: self.url.removeprefix("http://"),
        }

    # what a person does with a browser

    def install(self, team_id: str, user: str, page: str) -> tuple[int, str]:
        """``user`` opens the bot's install page, agrees on Slack's, and is led back: status and text of the last page.

        Raises ValueError with what Slack's own page says against it.
        """
        status, headers, body = _fetch("GET", page)
        link = re.search(r'href="([^"]+/oauth/v2/authorize[^"]*)"', body)
        if status != 200 or link is None:
            raise ValueError(f"no way to Slack from {page}: {status}")
        cookie = headers.get("set-cookie", "").partition(";")[0]
        back = self.agree(team_id, user, unescape(link[1]))
        status, _, body = _fetch("GET", back, headers={"Cookie": cookie})
        return status, body

    def agree(self, team_id: str, user: str, link: str) -> str:
        """``user`` presses *Allow* on Slack's page: where it leads. Raises ValueError."""
        _, _, body = _fetch("GET", link)
        if "asks for access" not in body:
            raise ValueError(body)
        _, headers, _ = _fetch("POST", link, urlencode({"team": team_id, "user": user}))
        return headers["location"]

    # the server

    def _application(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            for slack in self._slacks.values():
                slack.loop = asyncio.get_running_loop()
            yield

        return Starlette(
            routes=[
                Route("/api/oauth.v2.access", self.oauth.access, methods=["POST"]),
                Route("/api/{method}", self._web_api, methods=["GET", "POST"]),
                Route("/oauth/v2/authorize", self.oauth.authorize, methods=["GET", "POST"]),
                *(Mount(f"/{team_id}", slack.application()) for team_id, slack in self._slacks.items()),
            ],
            lifespan=lifespan,
        )

    async def _web_api(self, request: Request) -> Response:
        try:
            _, token = await arguments(request)
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error})
        for slack in self._slacks.values():
            if token in slack.workspace.tokens or token in slack.workspace.revoked:
                return await slack.web_api(request)
        return JSONResponse({"ok": False, "error": "invalid_auth" if token else "not_authed"})


def _fetch(
    method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text, without following where it leads."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=20)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        connection.request(method, f"{target.path}?{target.query}", body, {**form, **(headers or {})})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read().decode()
    finally:
        connection.close()
