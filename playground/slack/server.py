"""The playground server: one workspace behind Slack's own addresses, on loopback."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.utils import formatdate
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from playground.installation import Installation
from playground.slack.answers import Answers
from playground.slack.clock import Clock
from playground.slack.delivery import Courier
from playground.slack.events import EventBodies, heard, with_mention
from playground.slack.files import Files
from playground.slack.interactions import Interactions
from playground.slack.objects import Json
from playground.slack.views import Views
from playground.slack.web_api import conversations, files, views  # noqa: F401  (register themselves)
from playground.slack.web_api.door import Args, Call, Fault, Limited, Refused, perform
from playground.slack.web_api.limits import POSTING, Limits
from playground.slack.workspace import Workspace
from playground.threaded import Drop

LINK_LIVES = 30
"""Seconds in which the address from ``apps.connections.open`` must be used."""


class Slack:
    """Everything behind the addresses; ``loop`` is the server's, set when it starts."""

    def __init__(self, installation: Installation, clock: Clock, *, burst: int = 1, tiers: bool = False) -> None:
        self.installation = installation
        self.clock = clock
        self.workspace = Workspace(installation, clock, self._emit)
        self.limits = Limits(clock, burst=burst, tiers=tiers)
        self.courier = Courier(installation, clock)
        self.views = Views(installation)
        self.files = Files(self.workspace, clock)
        self.calls: list[Call] = []
        self.answers = Answers(self.workspace, clock, self.whisper, self.calls.append)
        self.interactions = Interactions(self.workspace, self.courier, self.views, self.answers, clock)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.faults: list[Fault] = []
        self.prompts: dict[str, list[Json]] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        """By channel and thread, what ``assistant.threads.setStatus`` shows until the next message."""
        self._bodies = EventBodies(installation)
        self._links: dict[str, float] = {}

    # what the methods lean on

    def whisper(self, channel_id: str, user: str, content: Json, thread_ts: str | None) -> Json:
        """A message that only ``user`` sees and nothing stores."""
        message: Json = {"type": "message", "ts": self.workspace.new_ts(), "channel": channel_id, "to": user, **content}
        message |= {"is_ephemeral": True, "user": self.installation.bot_user_id, "bot_id": self.installation.bot_id}
        if thread_ts:
            message["thread_ts"] = thread_ts
        self.workspace.ephemerals.append(message)
        return message

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        self.statuses[channel_id, thread_ts] = status
        self.clear_status(channel_id, thread_ts, only_empty=True)

    def clear_status(self, channel_id: str, thread_ts: str, *, only_empty: bool = False) -> None:
        if not only_empty or not self.statuses.get((channel_id, thread_ts)):
            self.statuses.pop((channel_id, thread_ts), None)

    def new_link(self) -> str:
        """Where a Socket Mode connection may be opened, once."""
        ticket = secrets.token_urlsafe(12)
        self._links[ticket] = self.clock.now() + self.clock.answer(LINK_LIVES)
        base = self.workspace.url.replace("http://", "ws://")
        return f"{base}/link/?ticket={ticket}&app_id={self.installation.app_id}"

    def _emit(self, event: Json) -> None:
        """Events leave by the server's loop, in the order they happened."""
        for each in with_mention(event, self.installation.bot_user_id):
            if self.loop and self.workspace.tokens and heard(each, self.installation, self.workspace.channels):
                body = self._bodies.body(json.loads(json.dumps(each)), self.clock.now())
                self.loop.call_soon_threadsafe(self.courier.start, self.courier.accept(body))

    async def send(self, event: Json) -> None:
        """An event about the app itself, which is sent when the app is there no longer, too."""
        if event["type"] in self.installation.events:
            self.courier.start(self.courier.accept(self._bodies.about_the_app(event, self.clock.now())))

    # addresses

    async def web_api(self, request: Request) -> Response:
        """``/api/METHOD``."""
        name = request.path_params["method"]
        try:
            args, token = await arguments(request)
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error})
        call = Call(name, dict(args.values), self.clock.now())
        self.calls.append(call)
        fault = self._fault(name, args)
        response: Response | None = None
        if fault:
            response = await self._faulty(fault, name, token, args)
        if response is None:
            response = self._answer(name, token, args)
        response.headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        call.answer = json.loads(bytes(response.body)) if response.body else {}
        call.error = None if call.answer.get("ok") else call.answer.get("error", f"http_{response.status_code}")
        if fault and fault.drop:
            call.error = "dropped"
            return Drop()
        return response

    def _answer(self, name: str, token: str | None, args: Args) -> Response:
        try:
            if name not in POSTING:
                self.limits.check(name, "")
            answer = perform(self, name, token, args)
        except Limited as limited:
            return _limited(limited.retry_after)
        headers = {"x-oauth-scopes": ",".join(sorted(self.installation.scopes))} if answer["ok"] else {}
        return JSONResponse(answer, headers=headers)

    def _fault(self, name: str, args: Args) -> Fault | None:
        for fault in self.faults:
            if fault.method == name and (fault.when is None or fault.when(args.values)):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def _faulty(self, fault: Fault, name: str, token: str | None, args: Args) -> Response | None:
        applied = self._answer(name, token, args) if fault.applied else None
        await asyncio.sleep(fault.delay)
        while fault.until is not None and not fault.until():
            await asyncio.sleep(0.02)
        if fault.retry_after is not None:
            return _limited(fault.retry_after)
        if fault.error:
            return JSONResponse({"ok": False, "error": fault.error}, status_code=fault.status)
        if fault.status != 200:
            return Response("", status_code=fault.status)
        return applied or (Response("") if fault.drop else None)

    async def link(self, websocket: WebSocket) -> None:
        """``/link/``: Socket Mode."""
        ends = self._links.pop(websocket.query_params.get("ticket", ""), 0.0)
        if self.clock.now() > ends:
            await websocket.close(code=1008)
            return
        await self.courier.serve(websocket)

    def application(self, beside: Sequence[BaseRoute] = ()) -> Starlette:
        """With further addresses ``beside`` Slack's own."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            self.loop = asyncio.get_running_loop()
            yield
            self.loop = None

        return Starlette(
            routes=[
                Route("/api/{method}", self.web_api, methods=["GET", "POST"]),
                WebSocketRoute("/link/", self.link),
                Route("/upload/v1/{ticket}", self.files.receive, methods=["POST"]),
                Route("/files-pri/{place}/download/{name}", self.files.redirect),
                Route("/files-pri/{place}/{name}", self.files.redirect),
                Route("/files-edge/{place}/{name}", self.files.content),
                Route("/response/{team}/{key}", self.answers.receive, methods=["POST"]),
                *beside,
            ],
            lifespan=lifespan,
        )


def _limited(retry_after: int) -> Response:
    return JSONResponse(
        {"ok": False, "error": "ratelimited"}, status_code=429, headers={"Retry-After": str(retry_after)}
    )


async def arguments(request: Request) -> tuple[Args, str | None]:
    """The arguments and the token, wherever they were put."""
    values: Json = dict(request.query_params)
    body = await request.body()
    if request.headers.get("Content-Type", "").startswith("application/json"):
        try:
            sent = json.loads(body or b"{}")
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(sent, dict):
            raise Refused("json_not_object")
        values |= sent
    else:
        values |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    header = request.headers.get("Authorization", "")
    token = values.pop("token", None)
    return Args(values), header.removeprefix("Bearer ").strip() or token
