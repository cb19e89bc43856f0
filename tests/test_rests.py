"""Who asked to be left alone is left alone by every process: Slack, sources, models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from bot.errors import Retry
from bot.rests import OwnRests, SharedRests
from handlers.calls import Calls
from handlers.clients import OneWorkspace, make_client
from playground import Playground
from storage.library import SqlLibrary

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_longest_rest_asked_for_holds_until_it_is_over(library: SqlLibrary) -> None:
    library.rest("arXiv", 30, after(0))
    library.rest("arXiv", 5, after(1))
    assert library.rest_left("arXiv", after(10)) == pytest.approx(20)
    assert library.rest_left("Crossref", after(10)) == 0
    assert library.rest_left("arXiv", after(31)) == 0
    library.rest("arXiv", 5, after(40))
    assert library.rest_left("arXiv", after(41)) == pytest.approx(4)


def test_a_process_alone_keeps_its_own() -> None:
    now = [100.0]
    rests = OwnRests(lambda: now[0])
    rests.rest("arXiv", 30)
    rests.rest("arXiv", 5)
    now[0] += 10
    assert rests.left("arXiv") == pytest.approx(20)
    now[0] += 21
    assert rests.left("arXiv") == 0


def test_a_scaled_clock_rests_less(library: SqlLibrary) -> None:
    rests = SharedRests(library, 50)
    rests.rest("arXiv", 100)
    assert 0 < rests.left("arXiv") <= 100
    assert library.rest_left("arXiv", datetime.now(UTC)) <= 2


class _Away:
    def rest(self, name: str, seconds: float, now: datetime) -> None:
        raise Retry("library_away")

    def rest_left(self, name: str, now: datetime) -> float:
        raise Retry("library_away")


def test_a_library_that_is_away_is_no_fault_of_whoever_is_asked() -> None:
    rests = SharedRests(_Away())
    rests.rest("arXiv", 30)
    assert rests.left("arXiv") == 0


# --- Slack ------------------------------------------------------------------------------------------


@pytest.fixture
def slack() -> Iterator[Playground]:
    with Playground() as slack:
        yield slack


def calls(slack: Playground, library: SqlLibrary) -> Calls:
    """Those of one process."""
    environment = slack.environment()
    client = make_client(environment["SLACK_BOT_TOKEN"], environment["SLACK_API_URL"])
    return Calls(OneWorkspace(client), SharedRests(library))


def test_what_slack_told_one_process_all_keep_to(slack: Playground, library: SqlLibrary) -> None:
    team, user = slack.installation.team_id, slack.add_user("ada")
    one, other = calls(slack, library), calls(slack, library)
    slack.fail_next("users.info", retry_after=7)
    with pytest.raises(Retry) as told:
        one.ask(team, WebClient.users_info, user=user)
    asked = len(slack.calls)
    with pytest.raises(Retry) as kept:
        other.ask(team, WebClient.users_info, user=user)
    assert (told.value.code, told.value.after) == ("slack_busy", 7)
    assert kept.value.code == "slack_busy" and 5 < (kept.value.after or 0) <= 7
    assert len(slack.calls) == asked, "nobody asks meanwhile"
    # Its limits are those of a method in a workspace.
    assert other.ask(team, WebClient.auth_test)["ok"]
