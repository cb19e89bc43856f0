"""What Slack would make of everything the bot sends: whom it would ping, where it would lead, what would stay unseen.

A strict reader of mrkdwn and Block Kit, apart from the code that writes them (``handlers/blocks.py``), and of the
Markdown of reports.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

# In what is shown nothing else may stand between angle brackets: dates, and channels and people by their id.
_OURS = re.compile(r"!date\^\d{1,12}\^\{date_short\}\|\d{4}-\d\d-\d\d|#[CGD][A-Z0-9]+|@[UW][A-Z0-9]+")
_BROADCASTS = {"user", "usergroup", "broadcast", "team", "channel"}
_ADDRESS = re.compile(r"(?:https?://|www\.)([^\s/|]+)|\b((?:[a-z0-9-]+\.)+[a-z]{2,})/", re.IGNORECASE)
# Not shown to anyone.
_UNSEEN = {"metadata", "private_metadata", "value", "block_id", "action_id", "token", "trigger_id", "view_id", "cursor"}
_STRUCTURED = ("blocks", "view", "files", "attachments", "metadata")
_LONGEST_TEXT = 16_000
_SHOWN_AS_NOTHING = re.compile(
    r"COMBINING GRAPHEME JOINER|(?:HALFWIDTH )?HANGUL (?:\w+ )?FILLER|KHMER VOWEL INHERENT A[QA]|BRAILLE PATTERN BLANK"
    r"|(?:MONGOLIAN FREE )?VARIATION SELECTOR.+"
)


def harms(payload: Mapping[str, Any]) -> list[str]:
    """What is wrong with a call's arguments, or with a message, view or file as Slack has it."""
    parsed = {
        name: json.loads(value) if name in _STRUCTURED and isinstance(value, str) else value
        for name, value in payload.items()
    }
    return list(_harms(parsed, "payload"))


def _harms(part: Any, where: str) -> Iterator[str]:
    if isinstance(part, list):
        for number, each in enumerate(part):
            yield from _harms(each, f"{where}[{number}]")
        return
    if isinstance(part, str):
        yield from unseen(part, where)
        return
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind in _BROADCASTS and where.endswith("]") and ("user_id" in part or "range" in part):
        yield f"{where} pings: {part}"
    if kind == "link" and not str(part.get("text", "")).strip():
        yield f"{where} shows no words and leads to {part.get('url')}"
    if kind == "link":
        yield from link_harms(str(part.get("url")), str(part.get("text", "")), where)
    for name, each in part.items():
        if name in _UNSEEN or (name == "url" and kind == "link"):
            continue
        if name == "text" and isinstance(each, str) and kind not in ("plain_text", "text", "link"):
            yield from mrkdwn_harms(each, f"{where}.{name}")
        yield from _harms(each, f"{where}.{name}")


def seen(part: Any) -> str:
    """What blocks, or a message's text and blocks, say to who reads them.

    Not the ids, times and addresses behind the words: they are random, and now and then hold a number or a short name.
    """
    if isinstance(part, list):
        return "\n".join(seen(each) for each in part)
    if isinstance(part, dict):
        return "\n".join(seen(each) for name, each in part.items() if name not in _UNSEEN | {"url", "slack_file"})
    return part if isinstance(part, str) else ""


def mrkdwn_harms(text: str, where: str) -> Iterator[str]:
    """What the parser of mrkdwn would make more of than words."""
    if len(text) > _LONGEST_TEXT:
        yield f"{where} has {len(text)} characters"
    for found in re.finditer(r"<([^>]*)(>?)", text):
        if not _OURS.fullmatch(found[1]) or not found[2]:
            yield f"{where} holds {found[0][:80]}"


def link_harms(url: str, words: str, where: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        yield f"{where} leads to {url[:80]}"
    for found in _ADDRESS.finditer(words):
        told = (found[1] or found[2]).lower()
        if told.removeprefix("www.") != (parts.hostname or "").removeprefix("www."):
            yield f"{where} says {told} and leads to {parts.hostname}"


def markdown_harms(text: str, where: str) -> Iterator[str]:
    """HTML, pictures and links that a reader of Markdown would make of a report; only bare addresses may lead away."""
    reader = MarkdownIt("commonmark")
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    for token in _tokens(reader.parse(text)):
        if token.type.startswith("html") or token.type == "image":
            yield f"{where} holds {token.type}: {token.content[:80]}"
        if token.type == "link_open" and not (
            token.markup == "autolink" and urlsplit(str(token.attrs["href"])).scheme in ("http", "https")
        ):
            yield f"{where} leads to {token.attrs['href']}"


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def unseen(text: str, where: str) -> Iterator[str]:
    """Characters that nobody sees and that change what is seen: controls, directions, zero width, no characters."""
    for char in set(text):
        if char not in "\n\t" and is_unseen(char):
            yield f"{where} holds U+{ord(char):04X}"


def is_unseen(char: str) -> bool:
    """By category, and by name those letters, marks and signs that are shown as nothing."""
    kind, name = unicodedata.category(char), unicodedata.name(char, "")
    return kind[0] == "C" or kind in ("Zl", "Zp") or _SHOWN_AS_NOTHING.fullmatch(name) is not None
