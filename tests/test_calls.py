"""What refusals of Slack's Web API are taken for."""

from __future__ import annotations

import pytest

from bot.errors import Tell
from handlers.calls import classified
from handlers.clients import make_client
from playground import Playground


@pytest.mark.parametrize("code", ["user_disabled", "users_not_found", "cannot_dm_bot"])
def test_who_has_left_the_workspace_cannot_be_told_and_that_is_no_bug(code: str) -> None:
    with Playground() as place:
        client = make_client(place.installation.bot_token, f"{place.url}/api/")
        place.fail_next("conversations.open", error=code)
        with pytest.raises(Tell):
            classified(lambda: client.conversations_open(users=["U1"]))
