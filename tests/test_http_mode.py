"""The bot over HTTP does what it does over Socket Mode, and listens to Slack alone."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from running_bot import BOT, ROOT, RunningBot
from slack_sdk.signature import SignatureVerifier

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.installation import Installation
from playground.samples import samples


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Playground, str]]:
    address = f"127.0.0.1:{free_port()}"
    installation = Installation.from_manifest(ROOT / "manifest.json")
    with Playground(time_scale=10, installation=installation) as place, ArxivStandIn() as arxiv:
        hosts = f"{place.url[7:]},{arxiv.environment()['PAPERWIRE_ALLOWED_HOSTS']}"
        environment = {**place.environment(), **arxiv.environment(), "PAPERWIRE_ALLOWED_HOSTS": hosts}
        del environment["SLACK_APP_TOKEN"]
        data = tmp_path_factory.mktemp("http") / "data"
        with RunningBot(environment, data, (*BOT, "--http", address)) as bot:
            bot.wait_until_connected()
            yield place, f"http://{address}"


def signed(place: Playground, body: str, at: float) -> dict[str, str]:
    verifier = SignatureVerifier(place.installation.signing_secret)
    stamp = str(int(at))
    signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }


def test_a_link_is_answered_and_a_command_too(served: tuple[Playground, str]) -> None:
    place, url = served
    place.http_app(f"{url}/slack/events")
    ada = place.add_user("ada")
    channel = place.add_channel("papers")
    paper = samples()[0]
    ts = place.post(ada, channel, f"https://arxiv.org/abs/{paper.arxiv}")
    answers = place.wait_for(lambda: place.thread(channel, ts), 30)
    assert paper.title in answers[0]["text"]
    [preview] = place.command(ada, channel, "/digest week")
    assert "1篇论文" in preview["text"]


def test_what_slack_did_not_sign_is_refused(served: tuple[Playground, str]) -> None:
    place, url = served
    body = json.dumps({"type": "event_callback", "event": {"type": "message"}})
    good = signed(place, body, time.time())
    for headers in (
        {"Content-Type": "application/json"},
        {**good, "X-Slack-Signature": "v0=" + "0" * 64},
        signed(place, body, time.time() - 600),
        {**signed(place, body + " ", time.time())},
    ):
        assert httpx.post(f"{url}/slack/events", content=body, headers=headers).status_code == 401


def test_a_body_larger_than_slacks_is_refused_unread(served: tuple[Playground, str]) -> None:
    place, url = served
    body = "x" * 1_500_000
    answer = httpx.post(f"{url}/slack/events", content=body, headers=signed(place, body, time.time()))
    assert answer.status_code == 413


def test_health_is_told(served: tuple[Playground, str]) -> None:
    assert httpx.get(f"{served[1]}/healthz").status_code == 200
