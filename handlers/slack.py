"""The bot's voice in Slack: what it says of its own accord. (Listeners ask live, with the client of their request.)"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import PaperwireError, Tell
from bot.models import Audience, Digest, DigestReply, Share
from bot.papers.bodies import too_large
from bot.papers.web import Web
from bot.ports import HistoryPage, Reply
from handlers import blocks, digest_blocks
from handlers.audiences import Audiences
from handlers.blocks import Message
from handlers.calls import Calls, classified
from handlers.members import is_guest
from handlers.payloads import is_new_message, shares_of_message
from handlers.permalinks import Permalinks

log = logging.getLogger("paperwire.slack")
T = TypeVar("T")

WORKING, DONE, FAILED = "eyes", "white_check_mark", "x"
METADATA_EVENT = "paperwire_message"
# A message looked up after a crash was posted minutes ago, at most as long ago as the bot was down.
_LOOK_BACK_PAGES = 10
# Apps distributed outside Slack's marketplace get 15 at most, whatever they ask for (Slack's rate limits of 2025).
_HISTORY_PAGE = 15
_UNFIT_BLOCKS = {"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"}


def _in_some_form(message: Message, send: Callable[[dict[str, Any]], T]) -> T:
    """Send a message, in a plainer form where Slack refuses its blocks.

    The words matter more than their form, and the rest of the form more than a picture.
    """
    without_picture = [block for block in message.blocks if block["type"] != "image"]
    forms = [message.blocks, *([without_picture] if len(without_picture) < len(message.blocks) else [])]
    for form in forms:
        try:
            return send({"text": message.text, "blocks": form})
        except SlackApiError as error:
            if error.response.get("error") not in _UNFIT_BLOCKS:
                raise
            log.error("blocks refused: %s", error.response.get("response_metadata", error.response.get("error")))
    return send({"text": message.text})


class SlackMessenger:
    """Implements ``bot.ports.Messenger``: every call goes out with the token of the workspace it is about."""

    def __init__(self, calls: Calls, web: Web, max_bytes: int, time_scale: float = 1.0) -> None:
        self._calls = calls
        self._web = web
        self._max_bytes = max_bytes
        self._names: dict[tuple[str, str], str] = {}
        self._audiences = Audiences(calls, time_scale)
        self.permalinks = Permalinks(calls)

    def installed(self, team_id: str) -> bool:
        return self._calls.clients.installed(team_id)

    def audience(self, team_id: str, channel_id: str) -> Audience:
        return self._audiences.of(team_id, channel_id)

    def permalink(self, share: Share) -> str:
        return self.permalinks.of(share)

    # signs on the message

    def working(self, share: Share) -> None:
        self._sign(share, WORKING)

    def finished(self, share: Share, *, failed: bool, again: bool) -> None:
        self._unsign(share, WORKING)
        if again:
            self._unsign(share, DONE if failed else FAILED)
        self._sign(share, FAILED if failed else DONE)

    def _sign(self, share: Share, name: str) -> None:
        harmless = {"already_reacted", "message_not_found", "too_many_reactions"}
        where = {"channel": share.channel_id, "timestamp": share.ts}
        self._calls.expecting(harmless, share.team_id, WebClient.reactions_add, name=name, **where)

    def _unsign(self, share: Share, name: str) -> None:
        harmless = {"no_reaction", "message_not_found"}
        where = {"channel": share.channel_id, "timestamp": share.ts}
        self._calls.expecting(harmless, share.team_id, WebClient.reactions_remove, name=name, **where)

    # messages

    def reply(self, channel_id: str, thread_ts: str | None, share: Share, reply: Reply, key: str) -> str:
        first_name = self.name(share.team_id, reply.first.share.user_id) if reply.first else ""
        return self._post(share.team_id, channel_id, thread_ts, blocks.reply(share, reply, first_name), key)

    def update_reply(self, channel_id: str, ts: str, share: Share, reply: Reply) -> None:
        first_name = self.name(share.team_id, reply.first.share.user_id) if reply.first else ""
        self._update(share.team_id, channel_id, ts, blocks.reply(share, reply, first_name))

    def is_guest(self, team_id: str, user_id: str) -> bool:
        return is_guest(self._calls.ask(team_id, WebClient.users_info, user=user_id).get("user") or {})

    def name(self, team_id: str, slack_id: str) -> str:
        known = self._names.get((team_id, slack_id))
        if known is None:
            try:
                known = self._names[team_id, slack_id] = self._ask_name(team_id, slack_id)
            except (SlackApiError, PaperwireError) as error:
                log.warning("no name for %s: %s", slack_id, error)
                return slack_id
        return known

    def _ask_name(self, team_id: str, slack_id: str) -> str:
        found: dict[str, Any]
        if slack_id.startswith(("C", "G", "D")):
            found = self._calls.ask(team_id, WebClient.conversations_info, channel=slack_id).get("channel") or {}
            return f"#{found['name']}" if found.get("name") else slack_id
        found = self._calls.ask(team_id, WebClient.users_info, user=slack_id).get("user") or {}
        shown = (found.get("profile") or {}).get("display_name")
        return str(shown or found.get("real_name") or found.get("name") or slack_id)

    def note(self, team_id: str, channel_id: str, thread_ts: str | None, words: str, key: str) -> str:
        return self._post(team_id, channel_id, thread_ts, blocks.note(words), key)

    def digest_parent(self, digest: Digest, key: str, *, late: bool) -> str:
        message = self._digest_parent(digest, late=late)
        return self._post(digest.team_id, digest.channel_id, None, message, key)

    def digest_group(self, papers: int) -> int:
        return digest_blocks.group_size(papers)

    def digest_reply(
        self, digest: Digest, number: int, size: int, parent_ts: str, key: str, picture: str | None
    ) -> str:
        message = digest_blocks.digest_reply(self._leading(digest), number, size, picture)
        return self._post(digest.team_id, digest.channel_id, parent_ts, message, key)

    def update_digest_reply(self, digest: Digest, reply: DigestReply) -> None:
        message = digest_blocks.digest_reply(self._leading(digest), reply.number, reply.size, reply.picture)
        self._update(digest.team_id, reply.channel_id, reply.ts, message)

    def update_digest_parent(self, digest: Digest, ts: str) -> None:
        self._update(digest.team_id, digest.channel_id, ts, self._digest_parent(digest))

    def _digest_parent(self, digest: Digest, *, late: bool = False) -> Message:
        return digest_blocks.digest_parent(self._leading(digest), late=late, addresses=self.permalinks.of)

    def _leading(self, digest: Digest) -> Digest:
        return replace(digest, entries=self.permalinks.leading(digest.entries, digest.channel_id))

    def delete_file(self, team_id: str, file_id: str) -> None:
        gone = {"file_not_found", "file_deleted"}
        self._calls.expecting(gone, team_id, WebClient.files_delete, file=file_id)

    def _update(self, team_id: str, channel_id: str, ts: str, message: Message) -> None:
        def send(content: dict[str, Any]) -> None:
            message = {"channel": channel_id, "ts": ts, **content}
            self._calls.expecting({"message_not_found"}, team_id, WebClient.chat_update, **message)

        _in_some_form(message, send)

    def _post(self, team_id: str, channel_id: str, thread_ts: str | None, message: Message, key: str) -> str:
        def send(content: dict[str, Any]) -> str:
            response = self._calls.ask(
                team_id,
                WebClient.chat_postMessage,
                channel=channel_id,
                thread_ts=thread_ts,
                metadata={"event_type": METADATA_EVENT, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
                **content,
            )
            ts = str(response["ts"])
            answered: dict[str, Any] = response.get("message") or {}
            if thread_ts is not None and answered.get("thread_ts") != thread_ts:
                # Slack does not refuse a reply to a message that is gone: it puts it into the channel (slack-go 1571).
                self.delete(team_id, channel_id, ts)
                raise Tell("withdrawn")
            return ts

        return _in_some_form(message, send)

    def posted(self, team_id: str, channel_id: str, thread_ts: str | None, key: str) -> str | None:
        for message in self._look_back(team_id, channel_id, thread_ts):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == METADATA_EVENT and payload.get("key") == key:
                return str(message["ts"])
        return None

    def file_in_thread(self, team_id: str, channel_id: str, thread_ts: str, name: str) -> str | None:
        for message in self._look_back(team_id, channel_id, thread_ts):
            for file in message.get("files") or ():
                if file.get("title") == name:
                    return str(file["id"])
        return None

    def _look_back(self, team_id: str, channel_id: str, thread_ts: str | None) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        for _ in range(_LOOK_BACK_PAGES):
            page: dict[str, Any] = {"channel": channel_id, "cursor": cursor, "limit": 200, "include_all_metadata": True}
            try:
                response = (
                    self._calls.ask(team_id, WebClient.conversations_replies, ts=thread_ts, **page)
                    if thread_ts
                    else self._calls.ask(team_id, WebClient.conversations_history, **page)
                )
            except SlackApiError as error:
                if error.response.get("error") == "thread_not_found":
                    return
                raise
            yield from response.get("messages") or []
            cursor = (response.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def delete(self, team_id: str, channel_id: str, ts: str) -> None:
        message = {"channel": channel_id, "ts": ts}
        try:
            self._calls.expecting({"message_not_found"}, team_id, WebClient.chat_delete, **message)
        except Tell as error:
            log.info("a message in %s cannot be deleted: %s", channel_id, error)

    def direct_channel(self, team_id: str, user_id: str) -> str:
        response = self._calls.ask(team_id, WebClient.conversations_open, users=[user_id])
        channel: dict[str, Any] = response["channel"]
        return str(channel["id"])

    # files

    def download(self, team_id: str, file_id: str, folder: Path) -> Path:
        file = self._file(team_id, file_id)
        if file.get("mode") in ("tombstone", "hidden_by_limit") or not file:
            raise Tell("file_gone")
        if file.get("filetype") != "pdf" and file.get("mimetype") != "application/pdf":
            raise Tell("not_a_pdf", url=str(file.get("name") or "file"))
        if file.get("is_external") or file.get("mode") == "external":
            raise Tell("file_elsewhere")
        if file.get("size") == 0:
            raise Tell("empty")
        if int(file.get("size") or 0) > self._max_bytes:
            raise too_large(str(file.get("name") or "PDF"), self._max_bytes)
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        token = self._calls.clients.of(team_id).token or ""
        return self._web.download(url, folder, max_bytes=self._max_bytes, bearer=token)

    def _file(self, team_id: str, file_id: str) -> dict[str, Any]:
        try:
            response = self._calls.ask(team_id, WebClient.files_info, file=file_id)
        except SlackApiError as error:
            if error.response.get("error") in ("file_not_found", "file_deleted", "access_denied"):
                raise Tell("file_gone") from error
            raise
        file: dict[str, Any] = response.get("file") or {}
        return file

    def reserve_file(self, team_id: str, name: str, content: bytes, alt_text: str = "") -> str:
        response = self._calls.ask(
            team_id,
            WebClient.files_getUploadURLExternal,
            filename=name,
            length=len(content),
            alt_txt=alt_text or None,
        )
        url = str(response["upload_url"])
        if urlsplit(url).scheme not in ("https", "http"):
            raise ValueError(f"not an upload address: {url}")
        request = urllib.request.Request(url, data=content, method="POST")  # noqa: S310 - Slack itself named it
        classified(lambda: urllib.request.urlopen(request, timeout=30).close())  # noqa: S310
        return str(response["file_id"])

    def share_file(self, team_id: str, file_id: str, title: str, channel_id: str, thread_ts: str | None) -> None:
        if self._is_shared(team_id, file_id):
            return
        files = [{"id": file_id, "title": title}]
        where = {"channel_id": channel_id, "thread_ts": thread_ts}
        self._calls.ask(team_id, WebClient.files_completeUploadExternal, files=files, **where)

    def keep_picture(self, team_id: str, name: str, content: bytes, alt_text: str) -> str:
        file_id = self.reserve_file(team_id, name, content, alt_text)
        files = [{"id": file_id, "title": name}]
        self._calls.ask(team_id, WebClient.files_completeUploadExternal, files=files)
        return file_id

    def history(self, team_id: str, channel_id: str, private: bool, since_at: datetime, cursor: str) -> HistoryPage:
        response = self._calls.ask(
            team_id,
            WebClient.conversations_history,
            channel=channel_id,
            cursor=cursor or None,
            oldest=f"{since_at.timestamp():.6f}",
            limit=_HISTORY_PAGE,
        )
        messages: list[dict[str, Any]] = response.get("messages") or []
        shares = [
            replace(share, silent=True, asked=False)
            for message in messages
            if is_new_message(message, bot_user_id="")
            for share in shares_of_message(
                message, team_id=team_id, channel_id=channel_id, private=private, bot_user_id=""
            )
        ]
        following = (response.get("response_metadata") or {}).get("next_cursor") or ""
        return HistoryPage(len(messages), shares, following if response.get("has_more") else "")

    def _is_shared(self, team_id: str, file_id: str) -> bool:
        try:
            file = self._file(team_id, file_id)
        except Tell:
            return False  # reserved but not completed: Slack does not know it yet
        return bool(file.get("shares") or file.get("channels") or file.get("groups") or file.get("ims"))
