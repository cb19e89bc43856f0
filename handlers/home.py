"""The App Home tab: what the bot does, for who opens it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from handlers import blocks
from handlers.desk import Desk
from handlers.slack import classified


def register(app: App, desk: Desk) -> None:
    @app.event("app_home_opened")
    def app_home_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") == "home":
            classified(lambda: client.views_publish(user_id=event["user"], view=blocks.home(desk.language)))
