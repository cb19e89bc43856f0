"""How fast the whole bot is: accepting, briefing, starting, resting.

The real bot as a process, the playground as Slack, a local arXiv, a local model server. What is measured is the bot
and what stands in for the outside, together on this machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from fake_arxiv import FakeArxiv  # noqa: E402
from fake_model_server import FakeModelServer  # noqa: E402
from made_papers import MadePaper  # noqa: E402
from running_bot import APP, BOT, RunningBot  # noqa: E402

from playground import Playground  # noqa: E402

Row = tuple[str, str, str]
"""What, figure, aim."""

_CHANNELS = 20
_BURST = 100
_AT_ONCE = 10
_LINKS = 30


class Scene:
    """A playground with channels, a local arXiv that holds papers, and a bot."""

    def __init__(self, folder: Path, place: Playground, arxiv: FakeArxiv, papers: int) -> None:
        self.place = place
        self.user = place.add_user("ada", "UTC")
        self.channels = [place.add_channel(f"papers-{number}") for number in range(_CHANNELS)]
        self.papers = [MadePaper(number) for number in range(papers)]
        for paper in self.papers:
            arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
        self.environment = {**place.environment(arxiv.environment()), "PAPERWIRE_LANGUAGE": "en"}
        self.folder = folder

    def bot(self, name: str, program: tuple[str, ...] = BOT, **settings: str) -> RunningBot:
        return RunningBot({**self.environment, **settings}, self.folder / name, program)

    def share(self, number: int) -> tuple[str, str]:
        channel = self.channels[number % _CHANNELS]
        return channel, self.place.post(self.user, channel, f"https://arxiv.org/abs/{self.papers[number].arxiv_id}")

    def answered(self, channel: str, ts: str) -> bool:
        return bool(self.place.thread(channel, ts))


@contextmanager
def scene(*, telling: bool = True, papers: int = _BURST + 1) -> Iterator[Scene]:
    """Without ``telling`` the playground tells the bot of no event: who measures does."""
    installation = APP if telling else replace(APP, events=frozenset())
    with (
        tempfile.TemporaryDirectory(prefix="paperwire-bench-") as folder,
        Playground(installation=installation) as place,
        FakeArxiv() as arxiv,
    ):
        yield Scene(Path(folder), place, arxiv, papers)


def rows() -> Iterator[Row]:
    with scene() as made:
        yield from _starting_and_resting(made)
        yield from _briefing(made)
        yield from _throughput(made, "built-in model", {})
        with FakeModelServer() as server:
            model = {"PAPERWIRE_MODEL": "openai/bench", "PAPERWIRE_MODEL_URL": server.url, "OPENAI_API_KEY": "none"}
            yield from _throughput(made, "0-second model over HTTP", model)
    with scene(telling=False) as made:
        yield from _accepting(made)


def _starting_and_resting(made: Scene) -> Iterator[Row]:
    seconds = []
    for number in range(3):
        with made.bot(f"start-{number}") as bot:
            began = time.perf_counter()
            bot.wait_until_connected()
            seconds.append(time.perf_counter() - began)
    yield "start to connected, median of 3", f"{statistics.median(seconds):.2f} s", "< 4 s"
    with made.bot("rest") as bot:
        bot.wait_until_connected()
        time.sleep(12)  # LiteLLM is loaded in the background
        process = psutil.Process(bot.pid)
        before = process.cpu_times()
        time.sleep(20)
        after = process.cpu_times()
        busy = (after.user + after.system - before.user - before.system) / 20
        megabytes = process.memory_info().rss / 1e6
    yield "idle CPU over 20 s", f"{busy:.1%}", "< 5 %"
    yield "memory at rest, LiteLLM loaded, PDF children not counted", f"{megabytes:.0f} MB", "< 300 MB"


def _briefing(made: Scene) -> Iterator[Row]:
    seconds = []
    with made.bot("briefing") as bot:
        bot.wait_until_connected()
        time.sleep(10)
        for number in range(_LINKS):
            began = time.perf_counter()
            channel, ts = made.share(number)
            made.place.wait_for(lambda channel=channel, ts=ts: made.answered(channel, ts), 60)  # type: ignore[misc]
            seconds.append(time.perf_counter() - began)
            time.sleep(0.1)
    yield f"arXiv link shared to brief posted, median of {_LINKS}", f"{statistics.median(seconds):.2f} s", "< 1 s"
    yield "the slowest of them", f"{max(seconds):.2f} s", ""


def _throughput(made: Scene, words: str, settings: Mapping[str, str]) -> Iterator[Row]:
    with made.bot(f"throughput-{len(words)}", **settings) as bot:
        bot.wait_until_connected()
        time.sleep(10)
        process = psutil.Process(bot.pid)
        before, began = process.cpu_times(), time.perf_counter()
        shared = [made.share(number) for number in range(_BURST)]
        made.place.wait_for(lambda: all(made.answered(*each) for each in shared), 300)
        minutes, after = (time.perf_counter() - began) / 60, process.cpu_times()
        busy = (after.user + after.system - before.user - before.system) / _BURST
    yield f"papers per minute, {_BURST} links in {_CHANNELS} channels, {words}", f"{_BURST / minutes:.0f}", ""
    yield "processor time of the bot for each of them, PDF children not counted", f"{busy * 1000:.0f} ms", ""


def accepting(made: Scene, port: int, numbers: range, **how: int) -> list[float]:
    """Share over HTTP what has the numbers, as ``benchmarks.sender`` can; the seconds each took, the quickest first."""
    events = []
    for number in numbers:
        channel, ts = made.share(number)
        event = {
            "type": "message",
            "channel": channel,
            "channel_type": "channel",
            "user": made.user,
            "ts": ts,
            "event_ts": ts,
            "text": f"<https://arxiv.org/abs/{made.papers[number].arxiv_id}>",
        }
        wrapped = {"type": "event_callback", "team_id": made.place.installation.team_id, "event": event}
        events.append({**wrapped, "event_id": f"Ev{number}", "authorizations": []})
    url, secret = f"http://127.0.0.1:{port}/slack/events", made.place.installation.signing_secret
    asked = json.dumps({"url": url, "secret": secret, "events": events, **how})
    program = [sys.executable, "-m", "benchmarks.sender"]
    done = subprocess.run(program, input=asked, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return sorted(json.loads(done.stdout))


def milliseconds(seconds: list[float], share: float) -> str:
    """What a share of them took at most; ``seconds`` is sorted."""
    return f"{seconds[max(0, int(len(seconds) * share) - 1)] * 1000:.0f} ms"


def _accepting(made: Scene) -> Iterator[Row]:
    """Signed events over HTTP, answered when the share is stored durably."""
    port = 20_000 + time.time_ns() % 20_000
    with made.bot("accepting", (*BOT, "--http", f"127.0.0.1:{port}")) as bot:
        bot.wait_until_connected()
        time.sleep(10)
        accepting(made, port, range(1), at_once=1)
        seconds = accepting(made, port, range(1, _BURST + 1), at_once=_AT_ONCE)
    words = f"accepting {_BURST} shares in a burst, {_AT_ONCE} at a time"
    yield f"{words}, p50", milliseconds(seconds, 0.5), ""
    yield f"{words}, p99", milliseconds(seconds, 0.99), "< 50 ms"
