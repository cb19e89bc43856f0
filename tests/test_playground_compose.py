"""What is typed in the composer becomes the text and rich text that Slack would send."""

from __future__ import annotations

from typing import Any

import pytest

from playground.slack.compose import typed

PEOPLE = {"ada": "U1"}


def link(url: str, text: str | None = None) -> dict[str, Any]:
    return {"type": "link", "url": url, **({"text": text} if text else {})}


def words(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("entered", "text", "elements"),
    [
        ("hello", "hello", [words("hello")]),
        ("a < b & c", "a &lt; b &amp; c", [words("a < b & c")]),
        ("https://x.org/a", "<https://x.org/a>", [link("https://x.org/a")]),
        ("(see https://x.org/a).", "(see <https://x.org/a>).", [words("(see "), link("https://x.org/a"), words(").")]),
        ("https://x.org/a_(b)", "<https://x.org/a_(b)>", [link("https://x.org/a_(b)")]),
        ("https://x.org/?a=1&b=2", "<https://x.org/?a=1&amp;b=2>", [link("https://x.org/?a=1&b=2")]),
        ("https://x.org/a。", "<https://x.org/a>。", [link("https://x.org/a"), words("。")]),
        (
            "arxiv.org/abs/1 and",
            "<http://arxiv.org/abs/1|arxiv.org/abs/1> and",
            [link("http://arxiv.org/abs/1", "arxiv.org/abs/1"), words(" and")],
        ),
        ("<https://x.org|a paper>", "<https://x.org|a paper>", [link("https://x.org", "a paper")]),
        ("<@U2> hi", "<@U2> hi", [{"type": "user", "user_id": "U2"}, words(" hi")]),
        ("@Ada hi", "<@U1> hi", [{"type": "user", "user_id": "U1"}, words(" hi")]),
        ("@nobody a@b.org", "@nobody a@b.org", [words("@nobody a@b.org")]),
    ],
)
def test_what_is_typed(entered: str, text: str, elements: list[dict[str, Any]]) -> None:
    sent, [block] = typed(entered, PEOPLE)
    assert sent == text
    [section] = block["elements"]
    assert _joined(section["elements"]) == elements


def _joined(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring words as one."""
    joined: list[dict[str, Any]] = []
    for element in elements:
        if joined and element["type"] == joined[-1]["type"] == "text":
            joined[-1] = words(joined[-1]["text"] + element["text"])
        else:
            joined.append(element)
    return joined


def test_nothing_typed_is_a_message_without_blocks() -> None:
    assert typed("", PEOPLE) == ("", [])
