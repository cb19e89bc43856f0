"""What a field of a block may hold, as checks that are put together: strings by length, objects by their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Faults:
    """What is wrong, each with a JSON pointer to where."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, what: str, pointer: str) -> None:
        self.messages.append(f"{what} [json-pointer:{pointer}]")


Check = Callable[[Any, str, Faults], None]


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, faults: Faults) -> None:
        if not isinstance(value, str):
            faults.add("must be a string", pointer)
        elif len(value) > most:
            faults.add(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            faults.add(f"must be more than {least - 1} characters", pointer)

    return check


def link(most: int = 3000) -> Check:
    length = string(most)

    def check(value: Any, pointer: str, faults: Faults) -> None:
        length(value, pointer, faults)
        if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:", "slack://")):
            faults.add("invalid_url", pointer)

    return check


def boolean(value: Any, pointer: str, faults: Faults) -> None:
    if not isinstance(value, bool):
        faults.add("must be a boolean", pointer)


def number(value: Any, pointer: str, faults: Faults) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add("must be a number", pointer)


def whatever(value: Any, pointer: str, faults: Faults) -> None:
    """Not looked at: Slack checks it, the bot does not use it."""


def one_of(*allowed: str) -> Check:
    def check(value: Any, pointer: str, faults: Faults) -> None:
        if value not in allowed:
            faults.add(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def many(item: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, faults: Faults) -> None:
        if not isinstance(value, list):
            faults.add("must be an array", pointer)
            return
        if len(value) > most:
            faults.add(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            faults.add(f"must have at least {least} item", pointer)
        for position, each in enumerate(value):
            item(each, f"{pointer}/{position}", faults)

    return check


def shape(needed: dict[str, Check] | None = None, **optional: Check) -> Check:
    """An object with the fields ``needed`` and perhaps ``optional``, and no others."""
    needed = needed or {}
    known = {**optional, **needed}

    def check(value: Any, pointer: str, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.add("must be an object", pointer)
            return
        for name in needed:
            if value.get(name) is None:
                faults.add(f"missing required field: {name}", pointer)
        for name, part in value.items():
            if name == "type":
                continue
            if name not in known:
                faults.add(f"invalid additional property: {name}", pointer)
            elif part is not None:
                known[name](part, f"{pointer}/{name}", faults)

    return check


def typed(kinds: dict[str, Check]) -> Check:
    """One of several objects, told apart by ``type``."""

    def check(value: Any, pointer: str, faults: Faults) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind in kinds:
            kinds[kind](value, pointer, faults)
        else:
            faults.add(f"unsupported type: {kind}", f"{pointer}/type")

    return check


def plain(most: int) -> Check:
    return typed({"plain_text": shape({"text": string(most)}, emoji=boolean)})


def text(most: int) -> Check:
    return typed(
        {
            "plain_text": shape({"text": string(most)}, emoji=boolean),
            "mrkdwn": shape({"text": string(most)}, verbatim=boolean),
        }
    )
