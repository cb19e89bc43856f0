"""How Slack reaches the bot: Socket Mode, or HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.slack import classified
from handlers.status import health_route, server

log = logging.getLogger("paperwire.transport")

# Slack's own payloads stay well below; what is larger is not from Slack.
_LARGEST_BODY = 1_000_000


def connect_socket(app: App, app_token: str, client: WebClient) -> SocketModeHandler:
    """Connect through Socket Mode; returns the handler, to be closed at the end. Raises Retry and Tell."""
    handler = SocketModeHandler(app, app_token, web_client=client, concurrency=20)
    classified(handler.connect)
    return handler


def http_server(app: App, address: tuple[str, int], alive: Callable[[], bool]) -> uvicorn.Server:
    """A server of Slack's requests at ``/slack/events``, to be run by the caller."""

    async def slack_events(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_BODY:  # whatever its headers say of its length
                return PlainTextResponse("too large", status_code=413)
        # Bolt's own adapter runs the listener on the event loop, where one slow write would hold up every request.
        return to_starlette_response(await run_in_threadpool(app.dispatch, to_bolt_request(request, bytes(body))))

    routes = [Route("/slack/events", slack_events, methods=["POST"]), *_install_routes(app), health_route(alive)]
    return server(routes, address)


def _install_routes(app: App) -> list[Route]:
    """Where a workspace installs the app, when it may."""
    flow = app.oauth_flow
    if flow is None:
        return []

    async def install(request: Request) -> Response:
        return to_starlette_response(await run_in_threadpool(flow.handle_installation, to_bolt_request(request, b"")))

    async def installed(request: Request) -> Response:
        return to_starlette_response(await run_in_threadpool(flow.handle_callback, to_bolt_request(request, b"")))

    return [Route(flow.install_path, install), Route(flow.redirect_uri_path, installed)]
