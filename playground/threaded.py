"""A web server on loopback, on a free port, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

Scope = MutableMapping[str, Any]
DROP = "playground.drop"
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class Drop(Response):
    """No answer: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": DROP})


class ThreadedServer:
    """``start`` returns when the server listens at ``url``; ``stop`` when it is gone."""

    def __init__(self, application: Application, name: str, port: int = 0) -> None:
        self._application = application
        self._connections: dict[tuple[str, int], asyncio.Transport] = {}
        config = uvicorn.Config(
            self._answer,
            host="127.0.0.1",
            port=port,
            http=_protocol(self._connections),
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            date_header=False,  # the playground tells the time of its own clock
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, name=name, daemon=True)
        self.url = ""

    def start(self) -> None:
        self._thread.start()
        if not self._server.ready.wait(10) or not self._server.started:
            raise RuntimeError(f"the server {self._thread.name} did not start")
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _answer(self, scope: Scope, receive: Any, send: Any) -> None:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == DROP:
                self._connections[tuple(scope["client"])].abort()
            else:
                await send(message)

        await self._application(scope, receive, sending)


class _Server(uvicorn.Server):
    """Tells when it listens. In a thread that is not the main one uvicorn leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


def _protocol(connections: dict[tuple[str, int], asyncio.Transport]) -> type[H11Protocol]:
    """uvicorn's, which lets a connection be found by the client's address."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return Protocol
