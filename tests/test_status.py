"""An operator sees how the bot does: health, readiness, metrics, one log line an outcome."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from local_ports import free_port
from prometheus_client.parser import text_string_to_metric_families
from running_bot import APP, BOT, ROOT, RunningBot, connected_bot

from handlers.metrics import Metrics
from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

PAPER = samples()[0]


class Watched:
    """A bot with a status address, and what it says there."""

    def __init__(self, bot: RunningBot, address: str) -> None:
        self.bot = bot
        self.address = address

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://{self.address}{path}")

    def metric(self, name: str, **labels: str) -> float:
        for family in text_string_to_metric_families(self.get("/metrics").text):
            for sample in family.samples:
                if sample.name == f"paperwire_{name}" and labels.items() <= sample.labels.items():
                    return float(sample.value)
        raise AssertionError(f"no {name} {labels} in\n{self.get('/metrics').text}")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.bot.log.splitlines()]

    def told(self, outcome: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["message"] == outcome]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Playground, Watched, str, str]]:
    """A paper briefed, shared once more, a PDF refused, a digest asked for; logged as JSON."""
    data = tmp_path_factory.mktemp("status") / "data"
    with Playground(time_scale=10, installation=APP) as place, ArxivStandIn() as arxiv:
        status = f"127.0.0.1:{free_port()}"
        settings = {"PAPERWIRE_STATUS": status, "PAPERWIRE_LOG_FORMAT": "json", "PAPERWIRE_TIME_SCALE": "10"}
        with connected_bot(place.environment(arxiv.environment(), settings), data) as bot:
            ada, channel = place.add_user("ada"), place.add_channel("papers")

            def over(ts: str) -> None:
                place.wait_for(lambda: {"white_check_mark", "x"} & place.reactions(channel, ts).keys(), 30)

            for words in ("Worth a look", "Once more"):
                over(place.post(ada, channel, f"{words}: https://arxiv.org/abs/{PAPER.arxiv}"))
            over(place.upload(ada, channel, "broken.pdf", b"%PDF-1.4 nothing"))
            [preview] = place.command(ada, channel, "/digest week")
            place.click(ada, preview, "digest_post")
            place.wait_for(lambda: '"delivered"' in bot.log, 30)
            yield place, Watched(bot, status), ada, channel


Scene = tuple[Playground, Watched, str, str]


def test_a_connected_bot_is_alive_and_ready(scene: Scene) -> None:
    _, bot, _, _ = scene
    assert bot.get("/healthz").status_code == 200
    ready = bot.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"slack": True, "library": True, "work": True, "running": True},
    )


def test_what_came_of_each_share_is_counted(scene: Scene) -> None:
    _, bot, _, _ = scene
    assert bot.metric("papers_briefed_total", model="extractive") == 1
    assert bot.metric("papers_reused_total") == 1
    assert bot.metric("papers_refused_total", kind="told", code="damaged") == 1
    assert bot.metric("replies_total") == 3
    assert bot.metric("digests_posted_total") == 1
    assert bot.metric("brief_seconds_count") == 1
    assert bot.metric("reading_seconds_count") == 1
    assert bot.metric("connected") == 1
    assert bot.metric("work_unfinished", queue="shares") == 0
    assert bot.metric("build_info") == 1


def test_slacks_refusals_are_counted_by_its_own_code(scene: Scene) -> None:
    place, bot, ada, channel = scene
    place.fail_next("chat.postMessage", retry_after=1)
    place.fail_next("chat.postMessage", error="internal_error", status=500)
    ts = place.post(ada, channel, f"And again: https://arxiv.org/abs/{PAPER.arxiv}")
    place.wait_for(lambda: place.thread(channel, ts), 30)
    assert bot.metric("slack_errors_total", code="ratelimited") == 1
    assert bot.metric("slack_errors_total", code="internal_error") == 1


def test_each_outcome_is_one_json_line_with_its_ids(scene: Scene) -> None:
    place, bot, _, channel = scene
    [briefed] = bot.told("briefed")
    assert briefed["level"] == "INFO" and briefed["logger"] == "paperwire.outcome"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", briefed["at"])
    assert (briefed["team"], briefed["channel"]) == (place.installation.team_id, channel)
    assert briefed["share"].startswith(f"{place.installation.team_id}:{channel}:")
    assert briefed["model"] == "extractive" and briefed["paper"] and briefed["seconds"] >= 0
    [refused] = bot.told("refused")
    assert (refused["kind"], refused["code"]) == ("told", "damaged")
    assert {line["share"] for line in bot.told("answered")} >= {briefed["share"], refused["share"]}
    [delivered] = bot.told("delivered")
    assert delivered["papers"] == 1


def test_the_log_holds_neither_secrets_nor_the_paper(scene: Scene) -> None:
    place, bot, _, _ = scene
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        assert place.environment()[name] not in bot.bot.log
    assert PAPER.title not in bot.bot.log
    assert "Worth a look" not in bot.bot.log


def test_without_slack_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    with Playground() as place:
        status = f"127.0.0.1:{free_port()}"
        nobody = {"SLACK_API_URL": f"http://127.0.0.1:{free_port()}/api/", "PAPERWIRE_STATUS": status}
        with RunningBot({**place.environment(), **nobody}, tmp_path / "data") as bot:
            deadline = time.monotonic() + 30
            while "out of reach" not in bot.log:
                assert time.monotonic() < deadline, bot.log
                time.sleep(0.05)
            watched = Watched(bot, status)
            assert watched.get("/healthz").status_code == 200
            ready = watched.get("/readyz")
            assert (ready.status_code, ready.json()["slack"], ready.json()["library"]) == (503, False, True)
            assert watched.metric("connected") == 0
            assert watched.metric("slack_errors_total", code="no_answer") >= 1


def test_what_slack_may_reach_tells_no_metrics(tmp_path: Path) -> None:
    address, status = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    with Playground() as place:
        environment = {**place.environment(), "PAPERWIRE_STATUS": status}
        with connected_bot(environment, tmp_path / "data", (*BOT, "--http", address)) as bot:
            public, private = Watched(bot, address), Watched(bot, status)
            assert [public.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 404, 404]
            assert private.get("/readyz").status_code == 200
            assert httpx.post(f"http://{status}/slack/events", content="{}").status_code == 404


def test_a_status_address_that_is_taken_is_named(tmp_path: Path) -> None:
    with Playground() as place:
        taken = place.url[7:]
        environment = {**place.environment(), "PAPERWIRE_STATUS": taken, "PYTHONPATH": str(ROOT)}
        environment["PAPERWIRE_DATA"] = str(tmp_path / "data")
        done = subprocess.run([sys.executable, *BOT], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"I cannot listen on {taken}" in done.stderr and "PAPERWIRE_STATUS" in done.stderr


def test_models_are_counted_with_what_they_took() -> None:
    metrics = Metrics(lambda: {"shares": (3, 61.5)}, lambda: False)
    took = {"input_tokens": 1500, "output_tokens": 90, "seconds": 2.5}
    metrics.hear("asked", {"model": "openai/a", "code": "ok", "cost": 0.002, **took})
    metrics.hear("asked", {"model": "openai/b", "code": "ok", **took})
    metrics.hear("asked", {"model": "openai/b", "code": "model_timeout", "input_tokens": 0, "output_tokens": 0})
    metrics.hear("nobody counts this", {})
    page = metrics.page().decode()
    for line in (
        'paperwire_model_calls_total{code="ok",model="openai/b"} 1.0',
        'paperwire_model_calls_total{code="model_timeout",model="openai/b"} 1.0',
        'paperwire_model_tokens_total{direction="in",model="openai/a"} 1500.0',
        'paperwire_model_tokens_total{direction="out",model="openai/b"} 90.0',
        'paperwire_model_cost_dollars_total{model="openai/a"} 0.002',
        'paperwire_model_cost_dollars_total{model="openai/b"} 0.0',
        'paperwire_model_seconds_count{model="openai/b"} 1.0',
        'paperwire_work_unfinished{queue="shares"} 3.0',
        'paperwire_work_oldest_seconds{queue="shares"} 61.5',
        "paperwire_connected 0.0",
    ):
        assert f"\n{line}\n" in page, line


def test_nobody_pays_for_metrics_unasked() -> None:
    code = "import sys, bot.__main__, handlers.app, handlers.transport, handlers.clock; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "handlers.transport" in done.stdout
    assert not re.search(r"prometheus|handlers\.metrics", done.stdout)


def test_the_operators_guide_names_every_metric_and_none_besides() -> None:
    page = Metrics(lambda: {}, lambda: True).page().decode()
    told = {family.name for family in text_string_to_metric_families(page) if family.name.startswith("paperwire_")}
    told = {name for name in told if not name.endswith("_created")}
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(paperwire_\w+?)(?:_total)?(?:\{[^}]*\})?` \|", guide, re.M)
    assert set(table) == told
    used = set(re.findall(r"paperwire_\w+", "".join(re.findall(r"```yaml\n(.*?)```", guide, re.S))))
    assert used and {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in used} <= told


def test_the_operators_guide_names_every_outcome() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    sources = [
        path.read_text(encoding="utf-8") for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")
    ]
    told = {word for source in sources for word in re.findall(r'announce\(\s*"(\w+)"', source)}
    quiet = {"read", "slack_refused"}  # not in the log, but counted
    assert {"briefed", "asked", "not_accepted"} <= told
    assert {word for word in told - quiet if f"`{word}`" not in guide} == set()
