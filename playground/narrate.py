"""Prints a workspace's conversation as it happens: in colour on a terminal, plain when piped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.emoji import Emoji
from rich.padding import Padding
from rich.text import Text

from playground.playground import Playground
from playground.slack.objects import Json

MARKED = re.compile(r"<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
STYLED = re.compile(r"(?<!\w)([_*~])(\S(?:[^\n]*?\S)?)\1(?!\w)")
INDENT = 4


class Narrator:
    """Tells each message, reaction and ephemeral answer of one channel once."""

    def __init__(self, place: Playground, channel: str, console: Console, zone: str = "UTC") -> None:
        self.place = place
        self.channel = channel
        self.console = console
        self.zone = ZoneInfo(zone)
        self.names = {user.id: user.name for user in place.workspace.users.values()}
        self._told: dict[str, str] = {}  # by ts
        self._reactions: set[tuple[str, str, str]] = set()

    def say(self, words: str) -> None:
        """A line of the narrator's own."""
        self.console.print(Text(f"— {words}", style="dim italic"))

    def tell(self) -> None:
        """What happened since the last time."""
        messages = self.place.messages(self.channel)
        for user in self.names:
            messages += self.place.ephemerals(user, self.channel)
        for message in sorted(messages, key=lambda each: str(each["ts"])):
            words = "\n".join(lines_of(message))
            if self._told.get(message["ts"]) != words:
                self._message(message, words, again=message["ts"] in self._told)
                self._told[message["ts"]] = words
            self._tell_reactions(message)

    def _message(self, message: Json, words: str, *, again: bool) -> None:
        at = datetime.fromtimestamp(float(message["ts"]), self.zone)
        who = self.names.get(str(message.get("user")), "someone")
        head = Text().append(who, style="bold green" if message.get("bot_id") else "bold")
        head.append(f"  {at:%H:%M:%S}", style="dim")
        if message.get("is_ephemeral"):
            head.append(f"  only {self.names[message['to']]} sees this", style="dim")
        if again:
            head.append("  (edited)", style="dim")
        for file in message.get("files", []):
            words += f"\n📄 {file.get('title') or file['id']}" if words else f"📄 {file.get('title') or file['id']}"
        depth = INDENT * (2 if message.get("thread_ts") not in (None, message["ts"]) else 1)
        self._print(head, depth - INDENT)
        self._print(Text(self._named(words)), depth)
        self.console.print()

    def _tell_reactions(self, message: Json) -> None:
        for reaction in message.get("reactions", []):
            for user in reaction["users"]:
                key = (message["ts"], reaction["name"], user)
                if key not in self._reactions:
                    self._reactions.add(key)
                    sign = Emoji.replace(f":{reaction['name']}:")
                    about = " ".join(self._named(" ".join(lines_of(message))).split())[:48]
                    line = f"{sign} {self.names[user]} reacts to “{about}…”"
                    self._print(Text(line, style="dim"), INDENT)
                    self.console.print()

    def _print(self, text: Text, depth: int) -> None:
        """A terminal wraps within the indent; what reads a pipe gets whole lines."""
        if self.console.is_terminal:
            self.console.print(Padding(text, (0, 0, 0, depth), expand=False))
            return
        for line in text.split("\n", allow_blank=True):
            self.console.print(Text(" " * depth).append_text(line), soft_wrap=True)

    def _named(self, words: str) -> str:
        for user, name in self.names.items():
            words = words.replace(f"@{user}", f"@{name}")
        return words


def lines_of(message: Json) -> Iterator[str]:
    """A message as lines of plain text."""
    blocks = message.get("blocks")
    if not blocks:
        yield from plain(message.get("text", "")).splitlines()
        return
    for block in blocks:
        yield from _lines_of_block(block)


def _lines_of_block(block: Json) -> Iterator[str]:
    kind = block["type"]
    if kind == "rich_text":
        for part in block["elements"]:
            yield from _rich(part)
    elif kind in ("section", "header", "markdown"):
        yield from (line for text in (block.get("text"), *block.get("fields", [])) for line in _text(text))
    elif kind == "context":
        yield from (line for element in block["elements"] for line in _text(element))
    elif kind == "actions":
        labels = (each["text"]["text"] for each in block["elements"] if each["type"] == "button")
        yield " ".join(f"[{label}]" for label in labels)
    elif kind == "divider":
        yield "─" * 24


def _text(text: Any) -> list[str]:
    if isinstance(text, str):
        return text.splitlines()
    if not isinstance(text, dict) or "text" not in text:
        return []
    words = text["text"]
    return (plain(words) if text["type"] == "mrkdwn" else str(words)).splitlines()


def _rich(part: Json) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        for number, each in enumerate(part["elements"], 1):
            mark = f"{number}." if part["style"] == "ordered" else "•"
            yield from (f"{mark} {line}" for line in _rich(each))
        return
    yield from "".join(_inline(each) for each in part["elements"]).splitlines()


def _inline(element: Json) -> str:
    kind = element["type"]
    if kind == "link":
        label = element.get("text")
        return f"{label} ({element['url']})" if label else str(element["url"])
    if kind == "user":
        return f"@{element['user_id']}"
    if kind == "emoji":
        return Emoji.replace(f":{element['name']}:")
    return str(element.get("text") or element.get("fallback") or "")


def plain(mrkdwn: str) -> str:
    """mrkdwn without its marks."""

    def shown(match: re.Match[str]) -> str:
        target, label = match["target"], match["label"]
        if target.startswith(("http", "mailto:")):
            return f"{label} ({target})" if label else target
        return label or target

    return Emoji.replace(html.unescape(STYLED.sub(r"\2", MARKED.sub(shown, mrkdwn))))
