"""How it stands with the bot, over HTTP and for operators only: ``/healthz``, ``/readyz``, ``/metrics``.

At an address of its own (``PAPERWIRE_STATUS``), so that none of it is public beside ``/slack/events``.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import Tell

log = logging.getLogger("paperwire.status")

Check = Callable[[], bool]
# More at a time are turned away: Slack sends events again, and our memory is bounded.
_CONNECTIONS = 512
_TURNED_AWAY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
# Slack sends a head at once; who holds a connection without one holds a place of the 512.
_LONGEST_HEAD = 3.0
_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "frame-ancestors 'none'"),
]
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_route(alive: Check) -> Route:
    """``/healthz``: 200 while the process is worth keeping, 503 when it should be started anew."""

    async def health(_: Request) -> Response:
        well = await run_in_threadpool(alive)
        return PlainTextResponse("ok" if well else "not healthy", status_code=200 if well else 503)

    return Route("/healthz", health)


def status_server(
    address: tuple[str, int], alive: Check, ready: Mapping[str, Check], metrics: Callable[[], bytes]
) -> uvicorn.Server:
    """The server, to be run by the caller. ``ready`` names what all must hold for work to be taken and done."""

    async def readiness(_: Request) -> Response:
        found = {name: await run_in_threadpool(_holds, name, check) for name, check in ready.items()}
        return JSONResponse(found, status_code=200 if all(found.values()) else 503)

    async def measured(_: Request) -> Response:
        return Response(await run_in_threadpool(metrics), media_type=_METRICS_TYPE)

    return server([health_route(alive), Route("/readyz", readiness), Route("/metrics", measured)], address)


def server(routes: list[Route], address: tuple[str, int]) -> uvicorn.Server:
    """Serves routes at HOST:PORT, without telling what it is made of."""
    host, port = address
    app = Starlette(routes=routes)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            lifespan="off",
            http=ImpatientProtocol,
            ws="none",
            server_header=False,
            headers=_HEADERS,
        )
    )


class ImpatientProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, which waits for ever for the head of a request; this hangs up after a while.

    Nor does uvicorn count a connection before it has sent a head; this turns those above the limit away at once.
    """

    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > _CONNECTIONS:
            transport.write(_TURNED_AWAY)
            transport.close()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._calm()  # its head is whole; the body has its own time
        elif self._hurry is None:
            self._hurry = self.loop.call_later(_LONGEST_HEAD, self.transport.close)

    def _calm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


@contextmanager
def serving(server: uvicorn.Server) -> Iterator[threading.Thread]:
    """Run a server in a thread beside us; raises Tell (``address_taken``)."""
    thread = threading.Thread(target=server.run, name="http", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise Tell("address_taken", address=f"{server.config.host}:{server.config.port}")
        time.sleep(0.02)
    try:
        yield thread
    finally:
        server.should_exit = True
        thread.join(10)


def _holds(name: str, check: Check) -> bool:
    try:
        return check()
    except Exception as error:
        log.warning("not ready, %s: %s", name, error)
        return False
