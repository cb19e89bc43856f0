"""What Slack sends, turned into shares at the door; nothing further in touches raw JSON. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from bot.models import Identifier, Share
from bot.papers.identify import Found, identify

Payload = Mapping[str, Any]

# Edits, joins, pins and the rest carry no new paper. An unfurl of our own links arrives as message_changed.
_NEW_MESSAGES = (None, "file_share", "thread_broadcast", "me_message")


def is_new_message(event: Payload, bot_user_id: str) -> bool:
    """Whether an event is a message that a person has just written."""
    return (
        event.get("subtype") in _NEW_MESSAGES
        and not event.get("bot_id")
        and not event.get("hidden")
        and event.get("user") not in (None, bot_user_id)
    )


def deleted_ts(event: Payload) -> str | None:
    """The ts of the message that an event says was deleted.

    A message with replies, ours among them, is not deleted but changed into a tombstone.
    """
    if event.get("subtype") == "message_deleted":
        return str(event["deleted_ts"])
    changed = event.get("message") or {}
    if event.get("subtype") == "message_changed" and changed.get("subtype") == "tombstone":
        return str(changed["ts"])
    return None


def taken_out(event: Payload, *, team_id: str, channel_id: str, private: bool, bot_user_id: str) -> list[Share]:
    """The shares that an edit took out of a message: links that are not there any more, files that were deleted.

    A deleted file leaves a tombstone in its messages; one that a plan's limits hide is not deleted.
    """
    before, after = event.get("previous_message") or {}, event.get("message") or {}
    if event.get("subtype") != "message_changed" or after.get("user") == bot_user_id:
        return []

    def shares(message: Payload) -> list[Share]:
        return shares_of_message(
            message, team_id=team_id, channel_id=channel_id, private=private, bot_user_id=bot_user_id
        )

    known = {str(file["id"]): file for file in before.get("files") or ()}
    buried = [
        {"id": file["id"], "filetype": "pdf"}
        for file in after.get("files") or ()
        if _is_tombstone(file) and (_may_be_pdf(was := known.get(str(file["id"]), file)) or _is_tombstone(was))
    ]
    left = {share.item for share in shares(after)}
    links = [share for share in shares({**after, **before, "files": ()}) if share.item not in left]
    return [*links, *shares({**after, "text": "", "blocks": (), "files": buried})]


def _is_tombstone(file: Payload) -> bool:
    return file.get("mode") == "tombstone"


def shares_of_message(
    message: Payload,
    *,
    team_id: str,
    channel_id: str,
    private: bool,
    bot_user_id: str,
    asked_by: str | None = None,
) -> list[Share]:
    """A share per paper of a message: its links in order, then its PDFs.

    ``message`` is a message event or the message of a shortcut; ``asked_by`` is who used the shortcut. The same
    message gives the same shares whichever event brings it.
    """
    ts = str(message["ts"])
    mentioned = f"<@{bot_user_id}>" in message.get("text", "")

    def share(item: str, identifier: Identifier | None = None, **more: Any) -> Share:
        return Share(
            team_id=team_id,
            channel_id=channel_id,
            ts=ts,
            item=item,
            user_id=asked_by or str(message.get("user") or ""),
            thread_ts=message.get("thread_ts"),
            identifier=identifier,
            private=private,
            asked=bool(asked_by) or mentioned,
            **more,
        )

    shares = [share(found.identifier.key, found.identifier, url=found.url) for found in _found(message)]
    for file in message.get("files") or ():
        if _may_be_pdf(file):
            shares.append(share(f"file:{file['id']}", file_id=file["id"], file_name=file.get("name")))
    return shares


def _found(message: Payload) -> Iterator[Found]:
    """The papers named in a message, each once; rich text knows its links better than ``text`` does."""
    links = "\n".join(_rich_text_links(message.get("blocks") or ()))
    seen: set[str] = set()
    for source in (links, message.get("text") or ""):
        for found in identify(source):
            if found.identifier.key not in seen:
                seen.add(found.identifier.key)
                yield found


def _rich_text_links(elements: Any) -> Iterator[str]:
    for element in elements:
        if not isinstance(element, Mapping):
            continue
        if element.get("type") == "link" and isinstance(element.get("url"), str):
            yield html.unescape(element["url"])
        # Quoted text is somebody's earlier words; preformatted text is code.
        if element.get("type") not in ("rich_text_quote", "rich_text_preformatted"):
            yield from _rich_text_links(element.get("elements") or ())


def _may_be_pdf(file: Payload) -> bool:
    # A file from another organisation (Slack Connect) comes without any attribute: files.info will tell.
    if file.get("file_access") == "check_file_info":
        return True
    return file.get("filetype") == "pdf" or file.get("mimetype") == "application/pdf"


def is_private(channel_type: str | None) -> bool:
    """Whether a conversation is closed to the rest of the workspace. What Slack does not tell counts as closed."""
    return channel_type != "channel"


def is_private_by_name(channel_name: str) -> bool:
    """The same where a payload has only a name: Slack names the kind of a closed conversation in its place."""
    return channel_name in ("privategroup", "directmessage") or channel_name.startswith("mpdm-")
