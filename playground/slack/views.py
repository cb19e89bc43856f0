"""Modals, one stack a person, and App Homes."""

from __future__ import annotations

import secrets

from playground.installation import Installation
from playground.slack.objects import Json
from playground.slack.web_api.door import Refused
from playground.slack.web_api.validate import with_block_ids

DEEPEST_STACK = 3


class Views:
    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.stacks: dict[str, list[Json]] = {}
        """By person, the modal they look at last."""
        self.homes: dict[str, Json] = {}
        self._count = 0

    def open(self, user: str, view: Json) -> Json:
        stored = self._stored(view)
        stored["root_view_id"] = stored["id"]
        self.stacks[user] = [stored]
        return stored

    def push(self, user: str, view: Json) -> Json:
        stack = self.stacks.get(user)
        if not stack:
            raise Refused("not_found")
        if len(stack) >= DEEPEST_STACK:
            raise Refused("push_limit_reached")
        stored = self._stored(view)
        stored["root_view_id"], stored["previous_view_id"] = stack[0]["id"], stack[-1]["id"]
        stack.append(stored)
        return stored

    def update(self, view_id: str | None, external_id: str | None, view: Json, known_hash: str | None) -> Json:
        for stack in self.stacks.values():
            for old in stack:
                if (view_id and old["id"] == view_id) or (external_id and old["external_id"] == external_id):
                    if known_hash and known_hash != old["hash"]:
                        raise Refused("hash_conflict")
                    new = self._stored(view)
                    keep = {name: old[name] for name in ("id", "root_view_id", "previous_view_id")}
                    stack[stack.index(old)] = {**new, **keep}
                    return {**new, **keep}
        raise Refused("not_found")

    def publish(self, user: str, view: Json, known_hash: str | None) -> Json:
        old = self.homes.get(user)
        if known_hash and old and known_hash != old["hash"]:
            raise Refused("hash_conflict")
        new = self._stored(view)
        if old:
            new["id"] = old["id"]
        new["root_view_id"] = new["id"]
        self.homes[user] = new
        return new

    def _stored(self, view: Json) -> Json:
        self._count += 1
        return {
            "team_id": self.installation.team_id,
            "app_id": self.installation.app_id,
            "bot_id": self.installation.bot_id,
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "title": None,
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "previous_view_id": None,
            "state": {"values": {}},
            **view,
            "blocks": with_block_ids(view["blocks"]),
            "id": f"V{self._count:09d}",
            "hash": f"{self._count}.{secrets.token_hex(4)}",
        }
