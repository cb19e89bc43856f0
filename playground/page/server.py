"""The page's addresses. They answer only to the page itself: not to other sites that are open in the same browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from playground.page.acts import ACTS
from playground.page.sight import parts
from playground.slack.delivery import NotAnswered
from playground.slack.objects import Json
from playground.slack.web_api.door import Refused

if TYPE_CHECKING:
    from playground.playground import Playground

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LOOK_AGAIN_AFTER = 0.1
"""Seconds; sockets open and close outside of turns."""
BEAT = 15.0
"""Seconds after which a silent stream says that it is alive, or the connection's end would go unnoticed."""
LARGEST_UPLOAD = 100_000_000
LOCALES = {"en": "en-US", "zh": "zh-CN"}
"""By the page's language, what whoever looks at it has chosen in Slack."""
SHOWN_IN_PLACE = {"pdf": b"%PDF-", "png": b"\x89PNG"}
Endpoint = Callable[[Request], Awaitable[Response]]


class Page:
    def __init__(self, place: Playground) -> None:
        self.place = place
        self._folder = Path(str(resources.files("playground.page"))) / "static"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._guarded(self._index)),
            # Where permalinks lead that nobody presses on the page itself.
            Route("/archives/{channel}/{message}", self._guarded(self._index)),
            Mount("/static", StaticFiles(directory=self._folder)),
            Route("/page/sight", self._guarded(self._sight)),
            Route("/page/upload", self._guarded(self._upload), methods=["POST"]),
            Route("/page/act/{name}", self._guarded(self._act), methods=["POST"]),
            Route("/page/files/{id}", self._guarded(self._file)),
        ]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Refuse a foreign name for this address (DNS rebinding) and, where something is done, a foreign page."""

        async def answer(request: Request) -> Response:
            host = self.place.url.removeprefix("http://")
            own = {host, host.replace("127.0.0.1", "localhost")}
            origin = request.headers.get("Origin", "").removeprefix("http://")
            if request.headers.get("Host") not in own or (request.method == "POST" and origin not in own):
                return PlainTextResponse("Only for the playground's own page.", status_code=403)
            response = await endpoint(request)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer

    async def _index(self, request: Request) -> Response:
        return FileResponse(self._folder / "index.html", headers={"Content-Security-Policy": POLICY})

    # live

    async def _sight(self, request: Request) -> Response:
        user = request.query_params.get("as") or self._first_person()
        if not self._is_person(user):
            return PlainTextResponse("There is nobody of that name.", status_code=404)
        if locale := LOCALES.get(request.query_params.get("language", "")):
            self.place.workspace.users[user].locale = locale
        return StreamingResponse(self._changes(user), media_type="text/event-stream")

    async def _changes(self, user: str) -> AsyncIterator[str]:
        """Server-sent events: the parts that are new or other (``set``), the names of those that are gone."""
        known: dict[str, str] = {}
        seen: object = None
        silent = 0.0
        while True:
            now = (self.place.workspace.turns, len(self.place.slack.calls), bool(self.place.slack.courier.sockets))
            if now == seen:
                await asyncio.sleep(LOOK_AGAIN_AFTER)
                silent += LOOK_AGAIN_AFTER
                if silent >= BEAT:
                    silent = 0.0
                    yield ": still here\n\n"
                continue
            seen, silent = now, 0.0
            whole = {name: json.dumps(part) for name, part in parts(self.place, user).items()}
            changed = {name: json.loads(part) for name, part in whole.items() if known.get(name) != part}
            gone = [name for name in known if name not in whole]
            known = whole
            if changed or gone:
                yield f"data: {json.dumps({'set': changed, 'gone': gone})}\n\n"

    def _first_person(self) -> str:
        return next((each.id for each in self.place.workspace.users.values() if not each.is_bot), "")

    def _is_person(self, user: str) -> bool:
        found = self.place.workspace.users.get(user)
        return bool(found and not found.is_bot)

    # doing

    async def _act(self, request: Request) -> Response:
        does = ACTS.get(request.path_params["name"])
        user = request.query_params.get("as", "")
        if does is None or not self._is_person(user):
            return PlainTextResponse("Not Found", status_code=404)
        sent: Json = json.loads(await request.body() or b"{}")
        # People wait for the bot, which needs this thread: they do so in another one.
        return await run_in_threadpool(_outcome, lambda: does(self.place, user, sent))

    async def _upload(self, request: Request) -> Response:
        """A file into a channel, or for a modal's file input when no channel is named; the body is the file."""
        asked = request.query_params
        user = asked.get("as", "")
        if not self._is_person(user):
            return PlainTextResponse("Not Found", status_code=404)
        if int(request.headers.get("Content-Length", "0")) > LARGEST_UPLOAD:
            return JSONResponse({"error": "file_too_large"}, status_code=413)
        content = await request.body()
        name = asked.get("name") or "file"

        def upload() -> Json:
            if "channel" not in asked:
                with self.place.workspace.turn():
                    return {"file": self.place.slack.files.new(name, content, user).id}
            text, thread = asked.get("text", ""), asked.get("thread_ts")
            return {"ts": self.place.upload(user, asked["channel"], name, content, text, thread_ts=thread)}

        return await run_in_threadpool(_outcome, upload)

    async def _file(self, request: Request) -> Response:
        """A file to look at: PDFs and pictures in place, anything else to save."""
        file = self.place.workspace.files.get(request.path_params["id"])
        if file is None or file.mode != "hosted":
            return PlainTextResponse("Not Found", status_code=404)
        ending = file.name.rsplit(".", 1)[-1].lower()
        in_place = ending in SHOWN_IN_PLACE and file.content.startswith(SHOWN_IN_PLACE[ending])
        text = ending in ("md", "txt", "bib", "ris", "csv", "json", "jsonl")
        kind = self.place.slack.files.json(file)["mimetype"] if in_place else "application/octet-stream"
        headers = {
            "Content-Disposition": f"{'inline' if in_place else 'attachment'}; filename*=UTF-8''{quote(file.name)}"
        }
        return Response(file.content, media_type="text/plain; charset=utf-8" if text else kind, headers=headers)


def _outcome(doing: Callable[[], Json | None]) -> Response:
    """What the page hears back: ``error`` in Slack's words when it did not work out."""
    try:
        return JSONResponse(doing() or {})
    except Refused as refused:
        return JSONResponse({"error": refused.error, **refused.more}, status_code=409)
    except NotAnswered as failed:
        return JSONResponse({"error": str(failed)}, status_code=504)
    except (LookupError, TypeError, ValueError) as wrong:
        return JSONResponse({"error": str(wrong)}, status_code=400)
