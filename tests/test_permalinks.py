"""Where messages are found, told only to those who may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from library_samples import at, brief, paper, share

from bot.errors import Retry
from bot.models import Audience, DigestEntry, ShareState, StoredShare
from bot.workflows.posting import Posting
from handlers.permalinks import Permalinks


@dataclass
class Slack:
    """Says where a workspace is found, or nothing."""

    url: str = "https://lab.slack.com/"
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def ask(self, team_id: str, method: Any) -> dict[str, str]:
        assert method.__name__ == "auth_test"
        self.asked.append(team_id)
        if self.away:
            raise Retry("slack_busy")
        return {"url": self.url}


def permalinks(slack: Slack) -> Permalinks:
    return Permalinks(slack)  # type: ignore[arg-type]


def test_an_address_has_the_form_that_slack_gives_and_the_workspace_is_asked_for_once() -> None:
    slack = Slack()
    addresses = permalinks(slack)
    assert addresses.of(share(ts="1763.000100")) == "https://lab.slack.com/archives/C1/p1763000100"
    within = replace(share(ts="1764.000200"), thread_ts="1763.000100")
    assert addresses.of(within) == "https://lab.slack.com/archives/C1/p1764000200?thread_ts=1763.000100&cid=C1"
    addresses.of(share(team="T2"))
    assert slack.asked == ["T1", "T2"]


def test_without_an_answer_nothing_is_linked_and_slack_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    slack, now = Slack(away=True), [1_000.0]
    monkeypatch.setattr("handlers.permalinks.time.monotonic", lambda: now[0])
    addresses = permalinks(slack)
    assert addresses.of(share()) == addresses.of(share()) == ""
    assert slack.asked == ["T1"]
    slack.away, now[0] = False, 1_061.0
    assert addresses.of(share()).startswith("https://lab.slack.com/")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)//"])
def test_what_is_no_web_address_is_none(url: str) -> None:
    assert permalinks(Slack(url)).of(share()) == ""


def test_a_paper_nowhere_on_the_web_leads_to_a_message_best_of_the_own_channel() -> None:
    upload = replace(paper(), page_url=None)
    shares = tuple(StoredShare(share(channel=each), ShareState.BRIEFED, at(0)) for each in ("C2", "C1"))
    entries = [
        DigestEntry(upload, brief(), shares),
        DigestEntry(upload, brief(), shares[:1]),
        DigestEntry(upload, brief()),
        DigestEntry(paper(), brief(), shares),
    ]
    led = permalinks(Slack()).leading(entries, "C1")
    assert [entry.paper.page_url for entry in led] == [
        "https://lab.slack.com/archives/C1/p1000100",
        "https://lab.slack.com/archives/C2/p1000100",
        None,
        "https://example.org/tides",
    ]


def test_a_report_leads_to_no_message_of_a_channel_closed_since_but_the_readers_own() -> None:
    audiences = {"C2": Audience(closed=False, outsiders=False), "C3": Audience(closed=True, outsiders=False)}
    messenger: Any = SimpleNamespace(audience=lambda _, channel: audiences[channel], permalink=permalinks(Slack()).of)
    posting = Posting(None, None, messenger, "en", lambda: at(1))  # type: ignore[arg-type]
    found = posting.addresses("T1", ["C1"])
    assert [bool(found(share(channel=each))) for each in ("C1", "C2", "C3")] == [True, True, False]
