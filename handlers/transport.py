"""How Slack reaches the bot: Socket Mode, or HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import anyio.to_thread
import uvicorn
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.calls import classified
from handlers.envelopes import is_well_formed
from handlers.gate import Gate, Memory
from handlers.status import health_route, server

log = logging.getLogger("paperwire.transport")

# Slack's own payloads stay well below; what is larger is not from Slack.
_LARGEST_BODY = 1_000_000
# Nearly all are smaller, and always welcome; for what is beyond, those that nobody has vouched for yet share some room.
_ORDINARY_BODY = 64_000
_UNVERIFIED_BODIES = 32_000_000
# Slack gives up on us after three seconds; who takes longer to ask is not Slack.
_LONGEST_UPLOAD = 10.0
# Anybody may open the install page, and each time the database is written: never in the threads that answer Slack.
_INSTALLING = 2


def connect_socket(app: App, app_token: str, client: WebClient) -> SocketModeHandler:
    """Connect through Socket Mode; returns the handler, to be closed at the end. Raises Retry and Tell."""
    handler = SocketModeHandler(app, app_token, web_client=client, concurrency=20)
    classified(handler.connect)
    return handler


def http_server(
    app: App, signing_secret: str, address: tuple[str, int], alive: Callable[[], bool], memory: Memory
) -> uvicorn.Server:
    """A server of Slack's requests at ``/slack/events``, to be run by the caller."""
    gate, room = Gate(signing_secret, time.time, memory), _Room(_UNVERIFIED_BODIES)

    async def slack_events(request: Request) -> Response:
        if not gate.may_be_slack(request.headers):
            return PlainTextResponse("not signed", status_code=401)
        body = await _signed_body(request, gate, room)
        if isinstance(body, Response):
            return body
        if not gate.take(request.headers):
            # Should it be Slack after all, that missed our answer, it shall be content.
            again = "x-slack-retry-num" in request.headers
            return PlainTextResponse("taken before", status_code=200 if again else 409)
        try:
            asked = to_bolt_request(request, body)
        except Exception:  # Bolt reads JSON and forms as it likes; it does nothing else here
            asked = None
        if asked is None or not is_well_formed(asked.body):
            log.warning("a signed request that cannot be read, %d bytes", len(body))
            return PlainTextResponse("not understood", status_code=400)
        if "event" not in asked.body and not await run_in_threadpool(gate.take_from_all, request.headers):
            return PlainTextResponse("taken before", status_code=409)
        # Bolt's own adapter runs the listener on the event loop, where one slow write would hold up every request.
        response = await run_in_threadpool(app.dispatch, asked)
        if response.status >= 500:
            gate.give_back(request.headers)
        return to_starlette_response(response)

    routes = [Route("/slack/events", slack_events, methods=["POST"]), *_install_routes(app), health_route(alive)]
    return server(routes, address)


class _Room:
    """What those whom nobody has vouched for may take together; for the event loop alone."""

    def __init__(self, size: int) -> None:
        self._left = size

    @contextmanager
    def taken(self, wanted: int) -> Iterator[bool]:
        """Whether there is room for so much; it is given back at the end."""
        if wanted > self._left:
            yield False
            return
        self._left -= wanted
        try:
            yield True
        finally:
            self._left += wanted


async def _signed_body(request: Request, gate: Gate, room: _Room) -> bytes | Response:
    """The body that Slack signed, or what whoever sent it is told. What is too large is not even read."""
    length = int(request.headers.get("content-length", _LARGEST_BODY))
    if length > _LARGEST_BODY:
        return PlainTextResponse("too large", status_code=413)
    with room.taken(max(0, length - _ORDINARY_BODY)) as given:
        if not given:
            return PlainTextResponse("too many", status_code=503)
        body = bytearray()
        try:
            async with asyncio.timeout(_LONGEST_UPLOAD):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > _LARGEST_BODY:
                        return PlainTextResponse("too large", status_code=413)
        except TimeoutError:
            return PlainTextResponse("too slow", status_code=408, headers={"Connection": "close"})
        except ClientDisconnect:
            return PlainTextResponse("gone", status_code=400)
        if not gate.is_slack(request.headers, body):
            return PlainTextResponse("not signed", status_code=401)
    return bytes(body)


def _install_routes(app: App) -> list[Route]:
    """Where a workspace installs the app, when it may."""
    flow = app.oauth_flow
    if flow is None:
        return []

    room, threads = _Room(_INSTALLING), anyio.CapacityLimiter(_INSTALLING)

    def page(path: str, answer: Callable[[BoltRequest], BoltResponse]) -> Route:
        async def show(request: Request) -> Response:
            with room.taken(1) as given:
                if not given:
                    return PlainTextResponse("busy, try again", status_code=503, headers={"Retry-After": "1"})
                asked = to_bolt_request(request, b"")
                return to_starlette_response(await anyio.to_thread.run_sync(answer, asked, limiter=threads))

        return Route(path, show)

    return [page(flow.install_path, flow.handle_installation), page(flow.redirect_uri_path, flow.handle_callback)]
