"""The main job played as a script: two papers are shared, a digest is asked for and posted, by the real bot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NoReturn, TypeVar

from rich.console import Console

from playground.arxiv import ArxivStandIn
from playground.installation import Installation
from playground.narrate import Narrator
from playground.playground import Playground
from playground.samples import sample
from playground.slack.objects import Json

ROOT = Path(__file__).parent.parent
DONE, FAILED = "white_check_mark", "x"
CONNECTED_WITHIN = 60
ANSWERED_WITHIN = 90

Result = TypeVar("Result")


class Missed(Exception):
    """Something that should have happened did not; its message says what."""


class Stage:
    """The workspace, the bot and the one who tells what they do."""

    def __init__(self, place: Playground, bot: subprocess.Popen[bytes], console: Console) -> None:
        self.place = place
        self.bot = bot
        self.console = console
        self.ada = place.add_user("Ada", "Europe/Berlin")
        self.ben = place.add_user("Ben", "Asia/Shanghai")
        self.papers = place.add_channel("papers")
        self.narrator = Narrator(place, self.papers, console)

    def scene(self, words: str) -> None:
        self.narrator.say(words)

    def until(self, what: str, found: Callable[[], Result | None], seconds: float = ANSWERED_WITHIN) -> Result:
        """Wait and tell meanwhile. Raises Missed."""

        def look() -> Result | None:
            self.narrator.tell()
            if self.bot.poll() is not None:
                raise Missed(f"the bot ended with exit code {self.bot.returncode} before {what}")
            return found()

        try:
            return self.place.wait_for(look, seconds)
        except TimeoutError:
            raise Missed(f"{what} did not happen within {seconds:g} s") from None

    def briefed(self, ts: str) -> None:
        """Wait for the bot's outcome on a message and its reply."""

        def outcome() -> set[str]:
            return {DONE, FAILED} & self.place.reactions(self.papers, ts).keys()

        if FAILED in self.until("the sign on the message", outcome):
            raise Missed("the bot could not brief the paper; its reply above says why")
        self.until("the brief in the thread", lambda: self.place.thread(self.papers, ts))


def play(console: Console | None = None) -> int:
    """Play the script and return an exit code."""
    console = console or Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="paperwire-") as data, interruptible():
        log = Path(data) / "bot.log"
        try:
            with ExitStack() as stack:
                place = stack.enter_context(Playground(installation=installation()))
                arxiv = stack.enter_context(ArxivStandIn())
                environment = place.environment(arxiv.environment(), {"PAPERWIRE_DATA": data})
                bot = stack.enter_context(run_bot(environment, log))
                stage = Stage(place, bot, console)
                report = _script(stage)
                console.print(f"The report file lies at {report}", markup=False, soft_wrap=True)
        except Missed as missed:
            console.print(f"The demo failed: {missed}.", style="bold red")
            if log.exists():
                console.print("The last lines of the bot's log:")
                console.print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), markup=False)
            return 1
        except KeyboardInterrupt:
            console.print("Stopped.")
            return 130
    return 0


def _script(stage: Stage) -> Path:
    place, ada, ben, papers = stage.place, stage.ada, stage.ben, stage.papers
    stage.narrator.say(f"a Slack workspace of its own at {place.url}; the bot is starting")
    stage.until("the bot's connection", lambda: bool(place.slack.courier.sockets), CONNECTED_WITHIN)

    stage.scene("Ada shares a paper by its link")
    linked = sample("two_pass_skimming")
    stage.briefed(place.post(ada, papers, f"Worth a look: https://arxiv.org/abs/{linked.arxiv}"))

    stage.scene("Ben uploads a PDF")
    uploaded = sample("quiet_updates")
    stage.briefed(place.upload(ben, papers, f"{uploaded.name}.pdf", uploaded.pdf, "From our reading group."))

    stage.scene("Ada types /digest week")
    preview = place.command(ada, papers, "/digest week")[-1]
    stage.narrator.tell()

    stage.scene("Ada presses the button that posts it")
    place.click(ada, preview, "digest_post")
    posted = stage.until("the digest in the channel", lambda: _digest_of(place, papers, preview["ts"]))
    stage.until("the digest's entries in its thread", lambda: _entries(place, papers, posted) >= 2)
    file = stage.until("the report file", lambda: _report_in(place, papers, posted))
    stage.narrator.tell()
    report = Path(tempfile.mkdtemp(prefix="paperwire-report-")) / Path(str(file["name"])).name
    report.write_bytes(file["content"])
    return report


def _digest_of(place: Playground, channel: str, since: str) -> Json | None:
    ours = (each for each in place.messages(channel) if each.get("bot_id") and not each.get("parent_user_id"))
    return next((each for each in ours if each["ts"] > since), None)


def _entries(place: Playground, channel: str, parent: Json) -> int:
    return sum(not each.get("files") for each in place.thread(channel, parent["ts"]))


def _report_in(place: Playground, channel: str, parent: Json) -> Json | None:
    shared = {entry.get("thread_ts"): file for file in place.files(channel) for entry in _shares(file, channel)}
    return shared.get(parent["ts"])


def _shares(file: Json, channel: str) -> list[Json]:
    entries: list[Json] = file["shares"].get("public", {}).get(channel, [])
    return entries


def installation() -> Installation:
    """As the bot's own manifest asks for it; an installed package carries none."""
    manifest = ROOT / "manifest.json"
    return Installation.from_manifest(manifest) if manifest.exists() else Installation()


@contextmanager
def run_bot(environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real bot as a process of its own; ended with the block."""
    with log.open("wb") as output:
        bot = _start(environment, output)
        try:
            yield bot
        finally:
            bot.terminate()
            try:
                bot.wait(15)
            except subprocess.TimeoutExpired:
                bot.kill()
                bot.wait()


def _start(environment: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Without anything that the user set for a bot of theirs, and past no proxy."""
    ours = ("SLACK_", "PAPERWIRE_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    inherited = {name: value for name, value in inherited.items() if not name.lower().endswith("_proxy")}
    defaults = {"PAPERWIRE_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "run"]
    full = {**inherited, **defaults, **environment}
    return subprocess.Popen(command, env=full, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, and Ctrl-C also where a shell started it in the background, deaf to it."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def has_display() -> bool:
    """Whether a browser could show itself to whoever started this."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
