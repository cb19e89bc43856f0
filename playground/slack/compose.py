"""What Slack makes of what a person types: ``text`` with marked-up links and mentions, and the same as rich text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playground.slack.objects import Json

TOKEN = re.compile(
    r"<(?P<marked>https?://[^|>\s]+)\|(?P<label>[^>]*)>"
    r"|<(?P<plain>https?://[^>\s]+)>"
    r"|<@(?P<user>[UW][A-Z0-9]+)>"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?<![\w@./])(?P<bare>(?:www\.)?(?:[\w-]+\.)+(?:org|com|net|edu|io|gov|cn|uk|de)/[^\s<>]*)"
    r"|(?<!\w)@(?P<name>[A-Za-z][\w.-]*)"
)
TRAILING = ".,;:!?)]}'\"，。；：！？）】》"


def typed(words: str, people: Mapping[str, str]) -> tuple[str, list[Json]]:
    """``text`` and ``blocks`` of a message from the words in the composer.

    ``people`` maps names, in lower case, to user ids for ``@name``. ``<https://…|label>`` stands for a link
    that was given a label.
    """
    text: list[str] = []
    elements: list[Json] = []

    def plain(part: str) -> None:
        if part:
            text.append(escaped(part))
            elements.append({"type": "text", "text": part})

    end = 0
    for match in TOKEN.finditer(words):
        plain(words[end : match.start()])
        end = match.end()
        link = match["marked"] or match["plain"] or match["url"] or match["bare"]
        user = match["user"] or people.get((match["name"] or "").lower())
        if link:
            shown = link if match["marked"] or match["plain"] else _without_tail(link)
            end -= len(link) - len(shown)
            label = match["label"] or (shown if match["bare"] else None)
            url = f"http://{shown}" if match["bare"] else shown
            text.append(f"<{escaped(url)}|{escaped(label)}>" if label else f"<{escaped(url)}>")
            elements.append({"type": "link", "url": url, **({"text": label} if label else {})})
        elif user:
            text.append(f"<@{user}>")
            elements.append({"type": "user", "user_id": user})
        else:
            plain(match[0])
    plain(words[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return "".join(text), [{"type": "rich_text", "elements": [section]}] if elements else []


def _without_tail(link: str) -> str:
    """A sentence's own punctuation is no part of the address; a bracket that was opened in it is."""
    while link and link[-1] in TRAILING:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
