"""What somebody does in the page, as the workspace's people do it. Each act takes who, and what the page sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.samples import sample
from playground.slack.objects import Json

if TYPE_CHECKING:
    from playground.playground import Playground

Act = Callable[["Playground", str, Json], Json | None]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    ACTS[function.__name__] = function
    return function


@act
def post(place: Playground, user: str, sent: Json) -> Json:
    """A message, or a slash command when it begins with ``/``."""
    text = str(sent["text"])
    if text.startswith("/"):
        place.enter(user, sent["channel"], text)
        return {}
    return {"ts": place.post(user, sent["channel"], text, sent.get("thread_ts"))}


@act
def share_sample(place: Playground, user: str, sent: Json) -> Json:
    """One of the sample papers, by its link or as a PDF."""
    paper = sample(sent["name"])
    if sent["by"] == "link":
        return {"ts": place.post(user, sent["channel"], f"https://arxiv.org/abs/{paper.arxiv}")}
    return {"ts": place.upload(user, sent["channel"], f"{paper.name}.pdf", paper.pdf)}


@act
def edit(place: Playground, user: str, sent: Json) -> None:
    _own(place, user, sent)
    place.edit(user, sent["channel"], sent["ts"], str(sent["text"]))


@act
def delete(place: Playground, user: str, sent: Json) -> None:
    _own(place, user, sent)
    place.delete(user, sent["channel"], sent["ts"])


def _own(place: Playground, user: str, sent: Json) -> None:
    message = place.message(sent["channel"], sent["ts"])
    if message is None or message.get("user") != user:
        raise ValueError("cant_update_message")


@act
def dismiss(place: Playground, user: str, sent: Json) -> None:
    place.dismiss(user, sent["ts"])


@act
def react(place: Playground, user: str, sent: Json) -> None:
    """Add a reaction, or take one's own away."""
    mine = user in place.reactions(sent["channel"], sent["ts"]).get(sent["name"], [])
    (place.unreact if mine else place.react)(user, sent["channel"], sent["ts"], sent["name"])


@act
def click(place: Playground, user: str, sent: Json) -> None:
    """Use an element of a message, the App Home or a modal."""
    value, block = sent.get("value"), sent.get("block_id")
    if sent["in"] == "message":
        message = place.message(sent["channel"], sent["ts"]) or _whispered(place, user, sent)
        place.click(user, message, sent["action_id"], value, block_id=block)
        return
    view = place.home(user) if sent["in"] == "home" else place.modal(user)
    if view is None:
        raise ValueError("not_found")
    values = sent.get("values") or {}
    entered = {**values, **_files(place, view, values)}
    place.click_in_view(user, view, sent["action_id"], value, block_id=block, values=entered)


def _whispered(place: Playground, user: str, sent: Json) -> Json:
    for each in place.ephemerals(user, sent["channel"]):
        if each["ts"] == sent["ts"]:
            return each
    raise ValueError("message_not_found")


@act
def shortcut(place: Playground, user: str, sent: Json) -> None:
    """A shortcut of a message's menu, or a global one."""
    if "ts" in sent:
        place.shortcut(user, sent["channel"], sent["ts"], sent["callback_id"])
    else:
        place.global_shortcut(user, sent["callback_id"])


@act
def submit(place: Playground, user: str, sent: Json) -> Json:
    """Send the modal; returns the bot's ``errors`` by block, if it has any."""
    view = place.modal(user)
    if view is None:
        raise ValueError("not_found")
    answer = place.submit(user, {**sent["values"], **_files(place, view, sent["values"])})
    return {"errors": answer.get("errors", {}) if answer.get("response_action") == "errors" else {}}


def _files(place: Playground, view: Json, values: dict[str, Any]) -> Json:
    """The files of file inputs, which the page names by their ids."""
    known = place.workspace.files
    asked = [each["block_id"] for each in view["blocks"] if each.get("element", {}).get("type") == "file_input"]
    return {name: [place.slack.files.json(known[each]) for each in values.get(name) or []] for name in asked}


@act
def close(place: Playground, user: str, sent: Json) -> None:
    place.close_modal(user)


@act
def open_app(place: Playground, user: str, sent: Json) -> Json:
    """Look at the app: its ``home`` or the ``messages`` with it."""
    place.open_home(user, sent["tab"])
    return {"channel": place.direct_channel(user)}


@act
def move_clock(place: Playground, user: str, sent: Json) -> None:
    place.move_clock(float(sent["seconds"]))
