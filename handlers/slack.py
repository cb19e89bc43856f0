"""The bot's voice in Slack: the only caller of the Web API."""

from __future__ import annotations

import logging
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import NOT_INSTALLED, TOKEN_REFUSED, PaperwireError, Retry, Tell
from bot.models import Audience, Digest, DigestReply, Share
from bot.outcomes import announce
from bot.papers.bodies import too_large
from bot.papers.web import Web
from bot.ports import HistoryPage, Reply
from handlers import blocks, digest_blocks
from handlers.blocks import Message
from handlers.clients import Clients
from handlers.payloads import is_new_message, shares_of_message

log = logging.getLogger("paperwire.slack")
T = TypeVar("T")

WORKING, DONE, FAILED = "eyes", "white_check_mark", "x"
METADATA_EVENT = "paperwire_message"
# A message looked up after a crash was posted minutes ago, at most as long ago as the bot was down.
_LOOK_BACK_PAGES = 10
# Apps distributed outside Slack's marketplace get 15 at most, whatever they ask for (Slack's rate limits of 2025).
_HISTORY_PAGE = 15
# Slack allows some 50 looks at channels a minute, and a workspace may share papers in more channels than that.
_FRESH_SECONDS = 20.0

_GONE = {"channel_not_found", "is_archived", "channel_is_archived"}
_NOT_MEMBER = {"not_in_channel", "no_permission", "restricted_action", "cannot_dm_bot", "user_not_found"}
_OUTAGE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
# A token may be put right by the operator, or the app be installed anew, while the work waits.
_TOKEN_REFUSED = {"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"}
# Of a channel that we may not look at; a workspace that left is another matter.
_NOT_TOLD = {"channel_gone", "not_in_channel", "missing_scope"}
_UNFIT_BLOCKS = {"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"}


def classified(call: Callable[[], T]) -> T:
    """Make a Web API call. Raises Retry or Tell as Slack's answer asks for; what is left is a bug of ours."""
    try:
        return call()
    except SlackApiError as error:
        response: Any = error.response
        status = getattr(response, "status_code", 0)
        code = response.get("error", "") if hasattr(response, "get") else ""
        announce("slack_refused", code=code or f"http_{status}")
        if status == 429:
            raise Retry("slack_busy", after=_retry_after(response)) from error
        if code in _TOKEN_REFUSED:
            raise Retry(TOKEN_REFUSED, reason=code) from error
        if status >= 500 or code in _OUTAGE:
            raise Retry("slack_unavailable", reason=code or f"HTTP {status}") from error
        if code in _GONE:
            raise Tell("channel_gone", reason=code) from error
        if code in _NOT_MEMBER:
            raise Tell("not_in_channel") from error
        if code == "missing_scope":
            raise Tell("missing_scope", scope=str(response.get("needed", "?"))) from error
        raise
    except (SlackClientError, HTTPException, OSError) as error:
        announce("slack_refused", code="no_answer")
        raise Retry("slack_unavailable", reason=type(error).__name__) from error


def _retry_after(response: Any) -> float:
    headers = {name.lower(): seconds for name, seconds in (getattr(response, "headers", None) or {}).items()}
    try:
        return float(headers.get("retry-after", 1))
    except ValueError:
        return 1.0


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

    def __init__(self, clients: Clients, web: Web, max_bytes: int, time_scale: float = 1.0) -> None:
        self._clients = clients
        self._web = web
        self._max_bytes = max_bytes
        self._names: dict[tuple[str, str], str] = {}
        self._audiences: dict[tuple[str, str], tuple[float, Audience]] = {}
        self._fresh_seconds = _FRESH_SECONDS / time_scale

    def installed(self, team_id: str) -> bool:
        return self._clients.installed(team_id)

    def _ask(self, team_id: str, call: Callable[[WebClient], T]) -> T:
        """Raises Retry and Tell as ``classified`` does, and Tell (``not_installed``) for a workspace that left."""
        client = self._clients.of(team_id)
        try:
            return classified(lambda: call(client))
        except Retry as error:
            if error.code == TOKEN_REFUSED and self._clients.is_gone(team_id, client):
                raise Tell(NOT_INSTALLED) from error
            raise

    # signs on the message

    def audience(self, team_id: str, channel_id: str) -> Audience:
        if channel_id.startswith("D"):
            return Audience(closed=True, outsiders=False)  # Slack opens one for us with one person of the workspace
        asked_at, known = self._audiences.get((team_id, channel_id), (0.0, None))
        if known is None or time.monotonic() - asked_at > self._fresh_seconds:
            known = self._ask_audience(team_id, channel_id)
            self._audiences[team_id, channel_id] = time.monotonic(), known
        return known

    def _ask_audience(self, team_id: str, channel_id: str) -> Audience:
        try:
            answer = self._ask(team_id, lambda client: client.conversations_info(channel=channel_id))
        except Tell as error:
            if error.code not in _NOT_TOLD:
                raise
            log.info("who reads %s is not known: %s", channel_id, error)
            return Audience(closed=True, outsiders=True)
        channel: dict[str, Any] = answer.get("channel") or {}
        closed = any(channel.get(kind) for kind in ("is_private", "is_mpim", "is_im"))
        outsiders = any(channel.get(kind) for kind in ("is_ext_shared", "is_pending_ext_shared"))
        return Audience(closed, outsiders)

    def working(self, share: Share) -> None:
        self._sign(share, WORKING)

    def finished(self, share: Share, *, failed: bool, again: bool) -> None:
        self._unsign(share, WORKING)
        if again:
            self._unsign(share, DONE if failed else FAILED)
        self._sign(share, FAILED if failed else DONE)

    def _sign(self, share: Share, name: str) -> None:
        self._expecting(
            share.team_id,
            {"already_reacted", "message_not_found", "too_many_reactions"},
            lambda client: client.reactions_add(channel=share.channel_id, timestamp=share.ts, name=name),
        )

    def _unsign(self, share: Share, name: str) -> None:
        self._expecting(
            share.team_id,
            {"no_reaction", "message_not_found"},
            lambda client: client.reactions_remove(channel=share.channel_id, timestamp=share.ts, name=name),
        )

    # messages

    def reply(self, channel_id: str, thread_ts: str | None, share: Share, reply: Reply, key: str) -> str:
        first_name = self.name(share.team_id, reply.first.share.user_id) if reply.first else ""
        return self._post(share.team_id, channel_id, thread_ts, blocks.reply(share, reply, first_name), key)

    def update_reply(self, channel_id: str, ts: str, share: Share, reply: Reply) -> None:
        first_name = self.name(share.team_id, reply.first.share.user_id) if reply.first else ""
        self._update(share.team_id, channel_id, ts, blocks.reply(share, reply, first_name))

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
            found = self._ask(team_id, lambda client: client.conversations_info(channel=slack_id)).get("channel") or {}
            return f"#{found['name']}" if found.get("name") else slack_id
        found = self._ask(team_id, lambda client: client.users_info(user=slack_id)).get("user") or {}
        shown = (found.get("profile") or {}).get("display_name")
        return str(shown or found.get("real_name") or found.get("name") or slack_id)

    def note(self, team_id: str, channel_id: str, thread_ts: str | None, words: str, key: str) -> str:
        return self._post(team_id, channel_id, thread_ts, blocks.note(words), key)

    def digest_parent(self, digest: Digest, key: str, *, late: bool) -> str:
        message = digest_blocks.digest_parent(digest, late=late)
        return self._post(digest.team_id, digest.channel_id, None, message, key)

    def digest_group(self, papers: int) -> int:
        return digest_blocks.group_size(papers)

    def digest_reply(
        self, digest: Digest, number: int, size: int, parent_ts: str, key: str, picture: str | None
    ) -> str:
        message = digest_blocks.digest_reply(digest, number, size, picture)
        return self._post(digest.team_id, digest.channel_id, parent_ts, message, key)

    def update_digest_reply(self, digest: Digest, reply: DigestReply) -> None:
        message = digest_blocks.digest_reply(digest, reply.number, reply.size, reply.picture)
        self._update(digest.team_id, reply.channel_id, reply.ts, message)

    def update_digest_parent(self, digest: Digest, ts: str) -> None:
        self._update(digest.team_id, digest.channel_id, ts, digest_blocks.digest_parent(digest))

    def delete_file(self, team_id: str, file_id: str) -> None:
        gone = {"file_not_found", "file_deleted"}
        self._expecting(team_id, gone, lambda client: client.files_delete(file=file_id))

    def _update(self, team_id: str, channel_id: str, ts: str, message: Message) -> None:
        def send(client: WebClient, content: dict[str, Any]) -> None:
            client.chat_update(channel=channel_id, ts=ts, **content)

        self._expecting(team_id, {"message_not_found"}, lambda client: _in_some_form(message, partial(send, client)))

    def _post(self, team_id: str, channel_id: str, thread_ts: str | None, message: Message, key: str) -> str:
        def send(client: WebClient, content: dict[str, Any]) -> str:
            response = client.chat_postMessage(
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

        return self._ask(team_id, lambda client: _in_some_form(message, partial(send, client)))

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
                response = self._ask(
                    team_id,
                    lambda client, page=page: (  # type: ignore[misc]
                        client.conversations_replies(ts=thread_ts, **page)
                        if thread_ts
                        else client.conversations_history(**page)
                    ),
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
        self._expecting(
            team_id,
            {"message_not_found", "channel_not_found"},
            lambda client: client.chat_delete(channel=channel_id, ts=ts),
        )

    def direct_channel(self, team_id: str, user_id: str) -> str:
        response = self._ask(team_id, lambda client: client.conversations_open(users=[user_id]))
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
        token = self._clients.of(team_id).token or ""
        return self._web.download(url, folder, max_bytes=self._max_bytes, bearer=token)

    def _file(self, team_id: str, file_id: str) -> dict[str, Any]:
        try:
            response = self._ask(team_id, lambda client: client.files_info(file=file_id))
        except SlackApiError as error:
            if error.response.get("error") in ("file_not_found", "file_deleted", "access_denied"):
                raise Tell("file_gone") from error
            raise
        file: dict[str, Any] = response.get("file") or {}
        return file

    def reserve_file(self, team_id: str, name: str, content: bytes, alt_text: str = "") -> str:
        response = self._ask(
            team_id,
            lambda client: client.files_getUploadURLExternal(
                filename=name, length=len(content), alt_txt=alt_text or None
            ),
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
        self._ask(
            team_id,
            lambda client: client.files_completeUploadExternal(
                files=[{"id": file_id, "title": title}], channel_id=channel_id, thread_ts=thread_ts
            ),
        )

    def keep_picture(self, team_id: str, name: str, content: bytes, alt_text: str) -> str:
        file_id = self.reserve_file(team_id, name, content, alt_text)
        self._ask(team_id, lambda client: client.files_completeUploadExternal(files=[{"id": file_id, "title": name}]))
        return file_id

    def history(self, team_id: str, channel_id: str, private: bool, since_at: datetime, cursor: str) -> HistoryPage:
        response = self._ask(
            team_id,
            lambda client: client.conversations_history(
                channel=channel_id, cursor=cursor or None, oldest=f"{since_at.timestamp():.6f}", limit=_HISTORY_PAGE
            ),
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

    def _expecting(self, team_id: str, harmless: set[str], call: Callable[[WebClient], object]) -> None:
        try:
            self._ask(team_id, call)
        except SlackApiError as error:
            if error.response.get("error") not in harmless:
                raise
        except Tell:
            if "channel_not_found" not in harmless:
                raise
