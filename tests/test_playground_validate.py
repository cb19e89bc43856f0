"""The playground refuses the blocks that Slack refuses, and says where."""

from __future__ import annotations

from typing import Any

import pytest

from playground.slack.web_api.door import Refused
from playground.slack.web_api.validate import LONGEST_IN_ALL, check_blocks, check_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Post"), "action_id": "a", **more}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def told(blocks: Any) -> list[str]:
    """What Slack would say of these blocks; nothing when it takes them."""
    try:
        check_blocks(blocks, "message")
    except Refused as refused:
        messages: list[str] = refused.more.get("response_metadata", {}).get("messages", [refused.error])
        return messages
    return []


GOOD = {
    "section": section("hello"),
    "section with fields": {"type": "section", "fields": [plain("a"), plain("b")]},
    "section with an accessory": section("x", accessory=button()),
    "header": {"type": "header", "text": plain("Digest")},
    "context": {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}, plain("y")]},
    "divider": {"type": "divider"},
    "actions": {"type": "actions", "elements": [button(), button(action_id="b", style="primary", value="v")]},
    "image": {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a figure"},
    "rich text": rich(
        {"type": "text", "text": "bold", "style": {"bold": True}},
        {"type": "link", "url": "https://example.org", "text": "x"},
        {"type": "emoji", "name": "warning"},
        {"type": "user", "user_id": "U1"},
    ),
    "markdown": {"type": "markdown", "text": "# Title\n\n* one"},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, rich({"type": "text", "text": "b"})]]},
    "input": {"type": "input", "label": plain("Link"), "element": {"type": "url_text_input", "action_id": "u"}},
    "feedback": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            }
        ],
    },
}


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD.keys())
def test_what_slack_documents_is_taken(block: Block) -> None:
    assert told([block]) == []


BAD = {
    "long section": (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    "empty section": (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "section without text": ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
    "long field": (
        {"type": "section", "fields": [plain("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "eleven fields": (
        {"type": "section", "fields": [plain("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "long header": (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "mrkdwn header": (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "eleven context elements": (
        {"type": "context", "elements": [plain("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "button in a context": (
        {"type": "context", "elements": [button()]},
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    "26 buttons": (
        {"type": "actions", "elements": [button(action_id=str(number)) for number in range(26)]},
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "one action twice": (
        {"type": "actions", "elements": [button(), button()]},
        "action_id already exists: a [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "long button": (
        {"type": "actions", "elements": [button(text=plain("x" * 76))]},
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "long value": (
        {"type": "actions", "elements": [button(value="x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "odd style": (
        {"type": "actions", "elements": [button(style="default")]},
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "image without alt text": (
        {"type": "image", "image_url": "https://example.org/a.png"},
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "link without a scheme": (
        rich({"type": "link", "url": "example.org"}),
        "invalid_url [json-pointer:/blocks/0/elements/0/elements/0/url]",
    ),
    "empty rich text": (
        rich({"type": "text", "text": ""}),
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    "unknown block": ({"type": "paper"}, "unsupported type: paper [json-pointer:/blocks/0/type]"),
    "misspelt field": (section("x", txt="y"), "invalid additional property: txt [json-pointer:/blocks/0]"),
    "101 rows": (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101},
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    "21 columns": (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]},
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    "long block id": (
        section("x", block_id="b" * 256),
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    "no object": ("section", "unsupported type: None [json-pointer:/blocks/0/type]"),
}


@pytest.mark.parametrize(("block", "fault"), BAD.values(), ids=BAD.keys())
def test_what_slack_refuses_is_refused_with_a_pointer(block: Any, fault: str) -> None:
    assert told([block]) == [f"[ERROR] {fault}"]


def test_a_message_holds_fifty_blocks() -> None:
    assert told([{"type": "divider"}] * 50) == []
    assert told([{"type": "divider"}] * 51) == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    assert told([]) == ["[ERROR] must have at least 1 item [json-pointer:/blocks]"]


def test_a_block_id_stands_once_in_a_message() -> None:
    fault = "[ERROR] block_id already exists: b [json-pointer:/blocks/1/block_id]"
    assert told([section("x", block_id="b"), section("y", block_id="b")]) == [fault]


def test_all_texts_together_have_a_limit() -> None:
    sections, rest = divmod(LONGEST_IN_ALL, 3000)
    fits = [section("x" * 3000)] * sections + [section("x" * rest)]
    assert told(fits) == []
    assert told([*fits, section("x")]) == ["msg_blocks_too_long"]
    assert told([rich({"type": "text", "text": "x" * (LONGEST_IN_ALL + 1)})]) == ["msg_blocks_too_long"]


def test_two_tables_are_one_too_many() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
    assert told([table, table]) == ["[ERROR] only_one_table_allowed [json-pointer:/blocks]"]


def test_blocks_that_are_no_list_are_out_of_format() -> None:
    assert told({"type": "section"}) == ["invalid_blocks_format"]


def modal(**more: Any) -> Block:
    return {"type": "modal", "title": plain("Details"), "blocks": [section("x")], **more}


def faults_of_view(view: Block, surface: Any = "modal") -> list[str]:
    try:
        check_view(view, surface)
    except Refused as refused:
        assert refused.error == "invalid_arguments"
        messages: list[str] = refused.more["response_metadata"]["messages"]
        return messages
    return []


def test_a_modal_has_its_own_limits() -> None:
    question = {"type": "input", "label": plain("Link"), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert faults_of_view(modal(blocks=[{"type": "divider"}] * 100)) == []
    assert faults_of_view(modal(blocks=[{"type": "divider"}] * 101)) == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
    assert faults_of_view(modal(title=plain("x" * 25))) == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert faults_of_view(modal(blocks=[question])) == ["[ERROR] missing required field: submit [json-pointer:/view]"]
    assert faults_of_view(modal(blocks=[question], submit=plain("Save"))) == []
    assert faults_of_view(modal(blocks=[{"type": "markdown", "text": "x"}])) == [
        "[ERROR] unsupported type: markdown [json-pointer:/view/blocks/0/type]"
    ]


def test_a_home_has_neither_title_nor_submit() -> None:
    assert faults_of_view({"type": "home", "blocks": []}, "home") == []
    assert faults_of_view({"type": "home", "blocks": [], "title": plain("x")}, "home") == [
        "[ERROR] invalid additional property: title [json-pointer:/view]"
    ]
    assert faults_of_view(modal(), "home") == ["[ERROR] unsupported type: modal [json-pointer:/view/type]"]
