"""How events, commands and clicks reach the bot: over Socket Mode or as signed HTTP requests, again when unanswered.

Slack tries an event four times: at once, again at once, after a minute, after five. A try fails when the bot does
not acknowledge within 3 seconds. One departure: while no socket is open an event waits for one instead of using up
its tries, so that how long a test keeps the bot down does not decide what it gets.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import itertools
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.installation import Installation
from playground.slack.clock import Clock
from playground.slack.objects import Json

PAUSES = (0, 0, 60, 300)
"""Seconds before each try, https://docs.slack.dev/apis/events-api/#retries"""
ANSWER_WITHIN = 3
MOST_SOCKETS = 10
SOCKET_LIVES = 18_060
"""Seconds, as Slack's hello says (``approximate_connection_time``)."""


class NotAnswered(Exception):
    """What a person sees when the bot does not answer: ``operation_timeout`` or ``dispatch_failed``."""


class _Failed(Exception):
    """One try failed, for the reason that the next one names."""


@dataclass
class Delivery:
    """One event's way to the bot."""

    body: Json
    started_at: float
    tries: list[str] = field(default_factory=list)
    """How each try ended: ``ok``, ``timeout``, ``http_error``, ``connection_failed`` …"""
    state: str = "under way"
    """``under way``, ``acknowledged`` or ``given up``."""

    @property
    def event(self) -> Json:
        event: Json = self.body["event"]
        return event


class Socket:
    """One open Socket Mode connection and what it has not acknowledged yet."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.writing = asyncio.Lock()
        self.unanswered: dict[str, asyncio.Future[Json]] = {}

    async def send(self, envelope: Json, seconds: float) -> Json:
        """Returns the acknowledgement's payload."""
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.unanswered[envelope["envelope_id"]] = answer
        try:
            await self.write(envelope)
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise _Failed("timeout") from None
        except (RuntimeError, WebSocketDisconnect, ConnectionError):
            raise _Failed("connection_failed") from None
        finally:
            self.unanswered.pop(envelope["envelope_id"], None)

    async def write(self, message: Json) -> None:
        async with self.writing:
            await self.websocket.send_text(json.dumps(message))

    def acknowledged(self, message: Json) -> None:
        answer = self.unanswered.get(message.get("envelope_id", ""))
        if answer and not answer.done():
            answer.set_result(message.get("payload") or {})

    def lost(self) -> None:
        for answer in self.unanswered.values():
            if not answer.done():
                answer.set_exception(_Failed("connection_failed"))


class Courier:
    """Lives on the server's event loop."""

    def __init__(self, installation: Installation, clock: Clock) -> None:
        self.installation = installation
        self.clock = clock
        self.request_url: str | None = None
        self.copies = 1
        """Above 1, every event is delivered that many times at once: a storm of duplicates."""
        self.deliveries: list[Delivery] = []
        self.sockets: list[Socket] = []
        self._turn = itertools.count()
        self._numbers = itertools.count(1)
        self._socket_open = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    # sockets

    async def serve(self, websocket: WebSocket) -> None:
        """One connection from accept to end."""
        await websocket.accept()
        socket = Socket(websocket)
        if len(self.sockets) >= MOST_SOCKETS:
            await self._dismiss(socket, "too_many_websockets")
            return
        refresh = asyncio.get_running_loop().call_later(self.clock.wait(SOCKET_LIVES), self.refresh, socket)
        try:
            async with socket.writing:  # who has read the hello gets its turn, and nobody gets one before it
                self.sockets.append(socket)
                self._socket_open.set()
                await websocket.send_text(json.dumps(self._hello()))
            while True:
                socket.acknowledged(json.loads(await websocket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            refresh.cancel()
            self._forget(socket)
            socket.lost()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "playground", "approximate_connection_time": SOCKET_LIVES},
            "connection_info": {"app_id": self.installation.app_id},
        }

    def _forget(self, socket: Socket) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
        if not self.sockets:
            self._socket_open.clear()

    def refresh(self, socket: Socket) -> None:
        """Ask for a new connection: this one gets nothing more and is closed ten seconds later."""
        self._forget(socket)
        self._spawn(self._dismiss(socket, "refresh_requested"))

    async def _dismiss(self, socket: Socket, reason: str) -> None:
        try:
            await socket.write({"type": "disconnect", "reason": reason, "debug_info": {}})
            await asyncio.sleep(self.clock.answer(10))
            await socket.websocket.close()
        except (RuntimeError, WebSocketDisconnect):
            pass  # the bot was quicker

    # events

    def accept(self, body: Json) -> list[Delivery]:
        """Note an event down, from any thread; ``start`` sends it."""
        accepted = [Delivery(body, self.clock.now()) for _ in range(self.copies)]
        self.deliveries += accepted
        return accepted

    def start(self, deliveries: list[Delivery]) -> None:
        """Send them; returns at once."""
        for delivery in deliveries:
            self._spawn(self._deliver(delivery))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        reason = None
        for number, pause in enumerate(PAUSES):
            await asyncio.sleep(self.clock.wait(pause))
            try:
                await self._try("events_api", delivery.body, number, reason)
            except _Failed as failed:
                reason = str(failed)
                delivery.tries.append(reason)
                if reason == "no_retry":
                    break
            else:
                delivery.tries.append("ok")
                delivery.state = "acknowledged"
                return
        delivery.state = "given up"

    async def _try(self, kind: str, payload: Json, number: int, reason: str | None) -> Json:
        if self.request_url:
            retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason or ""} if number else {}
            return await self._post(kind, payload, retry, self.clock.answer(ANSWER_WITHIN))
        if not self.installation.socket_mode:
            raise _Failed("no_request_url")
        while not self.sockets:
            await self._socket_open.wait()
        envelope: Json = {"payload": payload, "type": kind, "accepts_response_payload": False}
        envelope |= {"retry_attempt": number, "retry_reason": reason or ""}
        return await self._send(envelope, self.clock.answer(ANSWER_WITHIN))

    async def _send(self, envelope: Json, seconds: float) -> Json:
        socket = self.sockets[next(self._turn) % len(self.sockets)]
        envelope["envelope_id"] = f"{next(self._numbers):08d}-0000-4000-8000-000000000000"
        answer = await socket.send(envelope, seconds)
        return answer if envelope["accepts_response_payload"] else {}

    # commands, shortcuts, clicks, views: tried once, for three real seconds, since a person is waiting

    async def ask(self, kind: str, payload: Json, *, accepts_answer: bool) -> Json:
        """``kind``: ``slash_commands`` or ``interactive``. Returns what the acknowledgement carried."""
        try:
            if self.request_url:
                return await self._post(kind, payload, {}, ANSWER_WITHIN)
            if not self.sockets or not self.installation.socket_mode:
                raise NotAnswered("dispatch_failed")
            envelope = {"payload": payload, "type": kind, "accepts_response_payload": accepts_answer}
            return await self._send(envelope, ANSWER_WITHIN)
        except _Failed as failed:
            slow = str(failed) in ("timeout", "http_timeout")
            raise NotAnswered("operation_timeout" if slow else "dispatch_failed") from None

    # HTTP

    async def verify(self, url: str) -> None:
        """The challenge with which Slack checks a request URL; only then it is used."""
        self.request_url = url
        challenge = secrets.token_urlsafe(24)
        body = {"token": "unused-verification-token", "type": "url_verification", "challenge": challenge}
        try:
            answer = await self._post("events_api", body, {}, ANSWER_WITHIN)
        except _Failed as failed:
            self.request_url = None
            raise ValueError(f"{url} did not answer the challenge: {failed}") from None
        if answer.get("challenge", answer.get("text")) != challenge:
            self.request_url = None
            raise ValueError(f"{url} did not answer the challenge")

    async def _post(self, kind: str, payload: Json, headers: dict[str, str], seconds: float) -> Json:
        content_type = "application/x-www-form-urlencoded"
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        elif kind == "slash_commands":
            body = urlencode(payload)
        else:
            body = urlencode({"payload": json.dumps(payload)})
        headers = {**headers, "Content-Type": content_type, **signed(body, self.installation.signing_secret)}
        assert self.request_url
        return await asyncio.to_thread(_post, self.request_url, body, headers, seconds)


def signed(body: str, secret: str) -> dict[str, str]:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack/"""
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={digest}"}


def _post(url: str, body: str, headers: dict[str, str], seconds: float) -> Json:
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=seconds)
    try:
        connection.request("POST", target.path or "/", body.encode(), headers)
        response = connection.getresponse()
        content = response.read().decode()
    except TimeoutError:
        raise _Failed("http_timeout") from None
    except (OSError, http.client.HTTPException):
        raise _Failed("connection_failed") from None
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise _Failed("no_retry" if response.getheader("X-Slack-No-Retry") == "1" else "http_error")
    if content and (response.getheader("Content-Type") or "").startswith("application/json"):
        answer: Json = json.loads(content)
        return answer
    return {"text": content} if content else {}
