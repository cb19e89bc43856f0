"""Files: uploaded in two steps, shared a moment later, downloaded only with the bot's token."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from playground.slack.clock import Clock
from playground.slack.objects import Channel, File, Json
from playground.slack.workspace import Workspace

SHARED_AFTER = 1.0
"""Seconds between ``files.completeUploadExternal`` and the message: Slack shares when it has looked at the file
(slackapi/python-slack-sdk #1277)."""
LINK_LIVES = 1800
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Slack</title></head><body>"
    "<h1>Sign in to Playground</h1><form><input name='email'><input type='password'></form></body></html>"
)


class Files:
    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self.workspace = workspace
        self.clock = clock
        self._uploads: dict[str, tuple[File, int, float]] = {}
        """By the secret part of the upload's address: file, length announced, end of the address."""
        self._incomplete: dict[str, File] = {}

    def json(self, file: File, *, shares: bool = False) -> Json:
        installation = self.workspace.installation
        shown = file.json(self.workspace.url, installation.team_id)
        if not shares or file.mode != "hosted":
            return shown
        grouped: Json = {}
        for channel_id, entries in file.shares.items():
            kind = self.workspace.channels[channel_id].kind
            if entries:
                grouped.setdefault("public" if kind == "channel" else "private", {})[channel_id] = entries
        kinds = {channel_id: self.workspace.channels[channel_id].kind for channel_id in file.shares}
        return {
            **shown,
            "shares": grouped,
            "channels": [each for each, kind in kinds.items() if kind == "channel"],
            "groups": [each for each, kind in kinds.items() if kind in ("group", "mpim")],
            "ims": [each for each, kind in kinds.items() if kind == "im"],
        }

    def new(self, name: str, content: bytes, user: str) -> File:
        file = File(self.workspace.new_id("F"), name, name, content, user, int(self.clock.now()))
        self.workspace.files[file.id] = file
        return file

    # the two-step upload

    def reserve(self, name: str, length: int, user: str) -> tuple[File, str]:
        file = self.new(name, b"", user)
        del self.workspace.files[file.id]
        ticket = secrets.token_urlsafe(16)
        self._uploads[ticket] = (file, length, self.clock.elapsed() + LINK_LIVES)
        return file, f"{self.workspace.url}/upload/v1/{ticket}"

    async def receive(self, request: Request) -> Response:
        """The bytes themselves; no token is asked for here."""
        file, length, ends = self._uploads.get(request.path_params["ticket"], (None, 0, 0.0))
        if file is None or self.clock.elapsed() > ends:
            return PlainTextResponse("Not Found", status_code=404)
        content = await request.body()
        if len(content) != length:
            return PlainTextResponse("Bad Request", status_code=400)
        with self.workspace.turn():
            file.content = content
            self._incomplete[file.id] = file
        return PlainTextResponse(f"OK - {len(content)}")

    def uploaded(self, file_id: str) -> File | None:
        """A file whose bytes came and whose upload is not complete yet."""
        return self._incomplete.get(file_id)

    def complete(self, files: Sequence[File]) -> None:
        for file in files:
            del self._incomplete[file.id]
            self.workspace.files[file.id] = file

    # sharing

    def share_later(self, channel: Channel, files: Sequence[File], message: Json, thread_ts: str | None) -> None:
        """Runs on the event loop."""

        def share() -> None:
            with self.workspace.turn():
                self.share(channel, files, message, thread_ts)

        asyncio.get_running_loop().call_later(self.clock.wait(SHARED_AFTER), share)

    def share(self, channel: Channel, files: Sequence[File], message: Json, thread_ts: str | None) -> Json:
        """One message with the files, and the three events that Slack sends for it."""
        user = message["user"]
        for file in files:
            common = {"file_id": file.id, "user_id": user, "file": {"id": file.id}}
            stamp = self.workspace.new_ts()
            self.workspace.emit({"type": "file_created", **common, "event_ts": stamp})
            stamp = self.workspace.new_ts()
            self.workspace.emit({"type": "file_shared", **common, "channel_id": channel.id, "event_ts": stamp})
        shown = [file.stub() if file.foreign else self.json(file) for file in files]
        content = {**message, "subtype": "file_share", "files": shown, "upload": False, "display_as_bot": False}
        said = self.workspace.say(channel, content, thread_ts=thread_ts)
        entry = {"ts": said["ts"], "share_user_id": user, "source": "UNKNOWN"}
        if said.get("thread_ts"):
            entry["thread_ts"] = said["thread_ts"]
        for file in files:
            file.shares.setdefault(channel.id, []).append(entry)
        return said

    def delete(self, file: File) -> None:
        """The file is gone everywhere; the messages it stood in keep a tombstone of it."""
        file.mode, file.content = "tombstone", b""
        self.workspace.emit({"type": "file_deleted", "file_id": file.id, "event_ts": self.workspace.new_ts()})
        for channel_id, entries in list(file.shares.items()):
            channel = self.workspace.channels[channel_id]
            for entry in entries:
                self._bury(channel, channel.messages[entry["ts"]], file)
        file.shares.clear()

    def _bury(self, channel: Channel, message: Json, file: File) -> None:
        others = [each for each in message["files"] if each["id"] != file.id]
        if not others and not message.get("text"):
            self.workspace.delete(channel, message)
            return
        files = [{"id": file.id, "mode": "tombstone"} if each["id"] == file.id else each for each in message["files"]]
        self.workspace.edit(channel, message, {"files": files}, None)

    # downloading

    async def redirect(self, request: Request) -> Response:
        """``url_private`` leads on to where the bytes are."""
        if not self._allowed(request):
            return HTMLResponse(LOGIN_PAGE)
        place, name = request.path_params["place"], request.path_params["name"]
        return RedirectResponse(f"{self.workspace.url}/files-edge/{place}/{name}", status_code=302)

    async def content(self, request: Request) -> Response:
        """The bytes; without the token a login page with status 200, as Slack does (slackapi/bolt-js #2585)."""
        if not self._allowed(request):
            return HTMLResponse(LOGIN_PAGE)
        file = self.workspace.files.get(request.path_params["place"].partition("-")[2])
        if file is None or file.mode != "hosted":
            return PlainTextResponse("Not Found", status_code=404)
        return Response(file.content, media_type=self.json(file)["mimetype"])

    def _allowed(self, request: Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return token in self.workspace.tokens and "files:read" in self.workspace.installation.scopes
