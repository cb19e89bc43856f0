"""Listeners for the buttons that correct a brief: Edit, Remove from digest, Brief again, the other language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.briefs.correction import Correction, refused, seal
from bot.models import Brief, Coverage, Language, Paper, Period, Share, language_named
from bot.wording import say
from bot.workflows.places import Place
from handlers import views
from handlers.blocks import LONGEST_VALUE, Block, actions, button, note
from handlers.calls import classified
from handlers.coverage import may_see
from handlers.desk import Desk, team_of
from handlers.members import is_member, person

Json = dict[str, Any]

# A monthly digest holds what was shared since the one before.
_LONGEST_INTERVAL = timedelta(days=31)


def register(app: App, desk: Desk) -> None:
    @app.action("brief_edit")
    def brief_edit(ack: Ack, body: Json, client: WebClient, respond: Respond) -> None:
        ack()
        place = _placed(body)
        if not _may_change(desk, client, body["user"]["id"], place, body["channel"].get("name", "")):
            _whisper(respond, body, say(place.language, "edit.only_members"))
            return
        _, paper, brief = desk.correcting.places.about(place)
        if paper is None or brief is None:
            view = views.notice(place.language, say(place.language, "details.gone"))
        else:
            view = views.edit(paper, brief, _metadata(place, body["channel"]["name"], brief))
        # The trigger lives three seconds: this one call cannot wait for the queue.
        classified(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))

    @app.view("brief_edit")
    def brief_edited(ack: Ack, body: Json, client: WebClient) -> None:
        place, metadata = _noted(body)
        if not _may_change(desk, client, body["user"]["id"], place, metadata["name"]):
            _close_with(ack, place.language, "edit.only_members")
            return
        _, paper, brief = desk.correcting.places.about(place)
        if paper is None or brief is None:
            _close_with(ack, place.language, "details.gone")
        elif metadata["seen"] != seal(brief):
            ack(response_action="errors", errors={"technique": say(place.language, "edit.changed_meanwhile")})
        else:
            correction = _correction(body["view"])
            if wrong := refused(correction, brief):
                ack(response_action="errors", errors=wrong)
                return
            key = f"{place.share_id}:{body['view']['id']}:{_hash(repr(correction))}"
            desk.correcting.revise(place, correction, body["user"]["id"], metadata["seen"], key)
            ack()

    @app.action("brief_more")
    def brief_more(ack: Ack, action: Json, body: Json, client: WebClient, respond: Respond) -> None:
        ack()
        place, chosen = _placed(body), action["selected_option"]["value"]
        if chosen == "remove":
            words, removed = _remove(desk, client, place, body["user"]["id"])
            _whisper(respond, body, words, _put_back_button(place, removed))
        elif not _may_change(desk, client, body["user"]["id"], place, body["channel"].get("name", "")):
            _whisper(respond, body, say(place.language, "edit.only_members"))
        elif chosen == "other":
            other: Language = "zh" if place.language == "en" else "en"
            desk.correcting.show(_in(place, other), _key(place, action))
        elif len(models := desk.correcting.models(place)) > 1:
            _ask_model(desk, client, body, place, models)
        else:
            desk.correcting.again(place, None, _key(place, action))
            _whisper(respond, body, say(place.language, "edit.again_started"))

    @app.action("brief_put_back")
    def brief_put_back(ack: Ack, action: Json, body: Json, respond: Respond) -> None:
        ack()
        chosen, _, share_id = action["value"].partition(":")
        back = desk.library.put_back(team_of(body), share_id, body["user"]["id"])
        respond(text=say(chosen, "edit.back" if back else "edit.not_back"), replace_original=True)

    @app.view("brief_again")
    def brief_again(ack: Ack, body: Json, client: WebClient) -> None:
        place, metadata = _noted(body)
        if not _may_change(desk, client, body["user"]["id"], place, metadata["name"]):
            _close_with(ack, place.language, "edit.only_members")
            return
        values = body["view"]["state"]["values"]
        asked = values["model"]["model"]["selected_option"]["value"]
        model = next((each for each in desk.correcting.models(place) if each == asked), None)
        chosen = language_named(values["language"]["language"]["selected_option"]["value"]) or "zh"
        desk.correcting.again(_in(place, chosen), model, f"{place.share_id}:{body['view']['id']}")
        ack()


# --- where ------------------------------------------------------------------------------------------


def place_of(body: Json) -> Place | None:
    """The message that was clicked; the Edit button beside the one that was pressed names the share, if it is there."""
    if "message" not in body:  # the Home tab, a message that one person alone sees
        return None
    row = next(each for each in body["message"]["blocks"] if each["block_id"] == body["actions"][0]["block_id"])
    value = next((each["value"] for each in row["elements"] if each.get("action_id") == "brief_edit"), None)
    if value is None:
        return None
    chosen, _, share_id = value.partition(":")
    return Place(team_of(body), share_id, language_named(chosen) or "zh", body["channel"]["id"], body["message"]["ts"])


def _placed(body: Json) -> Place:
    place = place_of(body)
    assert place is not None, "the button stands beside Edit"
    return place


def _in(place: Place, language: Language) -> Place:
    return Place(place.team_id, place.share_id, language, place.channel_id, place.ts)


def _key(place: Place, action: Json) -> str:
    return f"{place.share_id}:{action['action_ts']}"


def _metadata(place: Place, name: str, brief: Brief | None = None) -> str:
    """What a form must know of the message it was opened from; ``name`` is what Slack calls its channel."""
    noted = {"share": place.share_id, "language": place.language, "channel": place.channel_id, "ts": place.ts}
    return json.dumps({**noted, "name": name[:20], "seen": seal(brief) if brief else ""}, ensure_ascii=False)


def _noted(body: Json) -> tuple[Place, Json]:
    metadata: Json = json.loads(body["view"]["private_metadata"])
    place = Place(team_of(body), metadata["share"], metadata["language"], metadata["channel"], metadata["ts"])
    return place, metadata


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


# --- who and what -----------------------------------------------------------------------------------


def _may_change(desk: Desk, client: WebClient, user_id: str, place: Place, name: str) -> bool:
    """Members of the channel, admins, and who shared the paper in public; ``name`` is what Slack calls the channel.

    Where the share is of another channel that keeps its papers apart by now: who may see those.
    """
    stored = desk.correcting.places.stored(place)
    share = stored.share if stored else None
    if share is not None and not may_see(desk, client, user_id, share, place.channel_id):
        return False
    # A public channel can be looked into, and its buttons pressed, by people who are not in it.
    if share is not None and share.user_id == user_id and not share.private:
        return True
    return is_member(client, user_id, place.channel_id, name) or person(client, user_id).admin


def _remove(desk: Desk, client: WebClient, place: Place, user_id: str) -> tuple[str, str]:
    """What to say of it, and the share by whose id it can be undone; empty when nothing was done."""
    share, paper, _ = desk.correcting.places.about(place)
    if share is None or paper is None:
        return say(place.language, "details.gone"), ""
    shares = [share, *_other_shares(desk, share, paper)]
    own = shares if person(client, user_id).admin else [each for each in shares if each.user_id == user_id]
    if not own:
        return say(place.language, "edit.only_sharer", user=f"<@{share.user_id}>"), ""
    now = desk.now()
    for each in own:
        desk.library.leave_out(place.team_id, each.id, user_id, now)
    left = [each.user_id for each in shares if each not in own]
    if left:
        return say(place.language, "edit.removed_own", user=f"<@{left[0]}>"), own[0].id
    return say(place.language, "edit.removed"), own[0].id


def _put_back_button(place: Place, share_id: str) -> list[Block]:
    value = f"{place.language}:{share_id}"
    if not share_id or len(value) > LONGEST_VALUE:
        return []
    return [actions(button("brief_put_back", say(place.language, "edit.put_back"), value))]


def _other_shares(desk: Desk, share: Share, paper: Paper) -> list[Share]:
    """The shares that would bring the same paper into a digest together with this one."""
    now = desk.now()
    period = Period(now - _LONGEST_INTERVAL, now + timedelta(seconds=1))
    entries = desk.library.shared_in(share.team_id, Coverage((share.channel_id,)), period, desk.language)
    found = [each.share for entry in entries if entry.paper.id == paper.id for each in entry.shares]
    return [each for each in found if each.id != share.id]


def _ask_model(desk: Desk, client: WebClient, body: Json, place: Place, models: Sequence[str]) -> None:
    _, paper, _ = desk.correcting.places.about(place)
    if paper is None:
        view = views.notice(place.language, say(place.language, "details.gone"))
    else:
        view = views.again(paper, place.language, models, _metadata(place, body["channel"]["name"]))
    classified(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))


def _correction(view: Json) -> Correction:
    entered = {name: field[name].get("value") or "" for name, field in view["state"]["values"].items()}
    institutions = tuple(entered["institutions"].splitlines())
    return Correction(entered["technique"], entered["problem"], entered["effect"], institutions)


def _whisper(respond: Respond, body: Json, words: str, buttons: Sequence[Block] = ()) -> None:
    thread_ts = body["message"].get("thread_ts")
    shown = [*note(words).blocks, *buttons]
    respond(text=words, blocks=shown, response_type="ephemeral", replace_original=False, thread_ts=thread_ts)


def _close_with(ack: Ack, language: Language, key: str) -> None:
    """Say in place of the form why it is of no use."""
    ack(response_action="update", view=views.notice(language, say(language, key)))
