"""The Bolt app: every listener and the one place where their errors end."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse, Respond
from slack_sdk import WebClient

from bot.errors import NOT_INSTALLED, PaperwireError, Tell
from bot.models import Language, language_named
from bot.outcomes import announce
from bot.wording import explain, say
from handlers import commands, digest_actions, edit, forget, home, shares, shortcuts, teams
from handlers.blocks import explained
from handlers.desk import Desk, team_of
from handlers.oauth import InstalledBot, InstallFlow

log = logging.getLogger("paperwire.slack")


def build_app(client: WebClient, desk: Desk, flow: InstallFlow | None = None) -> App:
    """The app, the same for Socket Mode and HTTP; with a ``flow``, for every workspace that installs it."""
    # Bolt finds the token in the environment too and warns that it takes the client's, as it shall.
    logging.getLogger("slack_bolt.App").addFilter(lambda record: "will be unused" not in record.getMessage())
    app = App(
        client=client,
        # Over HTTP the gate checks it, before Bolt parses anything (``handlers.gate``).
        request_verification_enabled=False,
        token_verification_enabled=False,
        # Bolt otherwise acknowledges an event before its listener has run, and a kill in between loses the share.
        process_before_response=True,
        oauth_flow=flow,
        authorize=InstalledBot(flow.teams) if flow else None,  # type: ignore[arg-type]  # it may find nobody
        user_facing_authorize_error_message=explain(desk.language, Tell(NOT_INSTALLED)) if flow else None,
    )

    @app.middleware
    def under_its_own_team(body: dict[str, Any], context: BoltContext, next: Callable[[], None]) -> None:
        # A conversation shared with another organisation brings the other's team_id; ours is whose token answers.
        ours = context.authorize_result.team_id if context.authorize_result else None
        if ours:
            body["team_id"] = context["team_id"] = ours
        next()

    teams.register(app, flow.teams if flow else None)
    for feature in (shares, shortcuts, commands, digest_actions, edit, forget, home):
        feature.register(app, desk)

    @app.error
    def failed(error: Exception, body: dict[str, Any], respond: Respond) -> BoltResponse | None:
        if body.get("type") == "event_callback" or "event" in body:
            # Without an acknowledgement Slack sends the event again: nothing is lost.
            log.error("event not accepted, Slack will send it again", exc_info=error)
            announce("not_accepted", code=getattr(error, "code", "bug"))
            return None
        channel_id = body.get("channel_id") or (body.get("channel") or {}).get("id") or ""
        language = desk.channels.language(team_of(body), channel_id) if channel_id else _language_of_form(body, desk)
        if isinstance(error, PaperwireError):
            words = (explain if body.get("type") == "view_submission" else explained)(language, error)
        else:
            short_id = uuid.uuid4().hex[:8]
            log.error("bug %s", short_id, exc_info=error)
            announce("bug", id=short_id)
            words = say(language, "reply.bug", id=short_id)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": words})
        if body.get("type") == "view_submission":
            # Said at the last field, so that the form stays open with what was typed; it is plain text there.
            fields = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
            return BoltResponse(
                status=200, body={"response_action": "errors", "errors": {fields[-1]: words.replace("`", "")}}
            )
        if body.get("response_url"):
            respond(text=words, response_type="ephemeral", replace_original=False)
        return BoltResponse(status=200)

    return app


def _language_of_form(body: dict[str, Any], desk: Desk) -> Language:
    """Which a form notes beside what else it must know."""
    metadata = (body.get("view") or {}).get("private_metadata") or ""
    noted = json.loads(metadata).get("language") if metadata.startswith("{") else None
    return language_named(noted) or desk.language
