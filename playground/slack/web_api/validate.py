"""Refuses what Slack refuses in blocks, views and message metadata, in Slack's words.

The shapes are in ``block_kit``; here are the rules that look at a message as a whole. Faults are told as
``[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]``, as Slack does.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any, Literal

from playground.slack.objects import Json
from playground.slack.web_api.block_kit import BLOCKS, MESSAGE_ONLY, VIEWS
from playground.slack.web_api.block_shapes import Faults
from playground.slack.web_api.door import Refused

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
LONGEST_IN_ALL = 11_340
"""Characters of all texts of a message's blocks. Slack documents no limit; the smallest message seen refused
(``msg_blocks_too_long``) had 11,341 (slackapi/bolt-js #2867; others first at 13,200, #2509)."""
MOST_MARKDOWN = 12_000
LARGEST_METADATA = 8_000
EVENT_TYPE = re.compile(r"[A-Za-z0-9_.\-]{1,255}")

Surface = Literal["message", "modal", "home"]


def check_blocks(blocks: Any, surface: Surface) -> None:
    """Raises Refused ``invalid_blocks_format``, ``invalid_blocks`` or ``msg_blocks_too_long``."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    faults = _faults_of(blocks, surface, "/blocks")
    if faults.messages:
        raise Refused("invalid_blocks", **_told(faults))
    if sum(len(text) for text in texts_of(blocks)) > LONGEST_IN_ALL:
        raise Refused("msg_blocks_too_long")


def check_view(view: Json, surface: Literal["modal", "home"]) -> None:
    """Raises Refused ``invalid_arguments``."""
    faults = Faults()
    if view.get("type") != surface:
        faults.add(f"unsupported type: {view.get('type')}", "/view/type")
    else:
        VIEWS[surface](view, "/view", faults)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        faults.messages += _faults_of(blocks, surface, "/view/blocks").messages
        asks = any(isinstance(each, dict) and each.get("type") == "input" for each in blocks)
        if surface == "modal" and asks and "submit" not in view:
            faults.add("missing required field: submit", "/view")
    if faults.messages:
        raise Refused("invalid_arguments", **_told(faults))


def _told(faults: Faults) -> Json:
    return {
        "errors": faults.messages,
        "response_metadata": {"messages": [f"[ERROR] {each}" for each in faults.messages]},
    }


def _faults_of(blocks: list[Any], surface: Surface, pointer: str) -> Faults:
    faults = Faults()
    if len(blocks) > MOST_BLOCKS[surface]:
        faults.add(f"no more than {MOST_BLOCKS[surface]} items allowed", pointer)
    if not blocks and surface == "message":
        faults.add("must have at least 1 item", pointer)
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        here = f"{pointer}/{number}"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in BLOCKS or (kind in MESSAGE_ONLY and surface != "message"):
            faults.add(f"unsupported type: {kind}", f"{here}/type")
            continue
        BLOCKS[kind](block, here, faults)
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            faults.add(f"block_id already exists: {block_id}", f"{here}/block_id")
        seen.add(block_id)
    if sum(kind_of(block) == "table" for block in blocks) > 1:
        faults.add("only_one_table_allowed", pointer)
    markdown = sum(len(str(block.get("text"))) for block in blocks if kind_of(block) == "markdown")
    if markdown > MOST_MARKDOWN:
        faults.add(f"must be less than {MOST_MARKDOWN + 1} characters in all markdown blocks", pointer)
    return faults


def kind_of(block: Any) -> str:
    return str(block.get("type")) if isinstance(block, dict) else ""


def texts_of(part: Any) -> Iterator[str]:
    """Every text a reader would see in blocks."""
    if isinstance(part, list):
        for each in part:
            yield from texts_of(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from texts_of(value)


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """Slack names the blocks that came without ``block_id``."""
    return [
        each if each.get("block_id") else {**each, "block_id": f"{position}-{secrets.token_hex(3)}"}
        for position, each in enumerate(blocks)
    ]


def check_metadata(metadata: Any) -> Json:
    """https://docs.slack.dev/messaging/message-metadata/"""
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_schema")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not EVENT_TYPE.fullmatch(kind) or not isinstance(payload, dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return metadata
