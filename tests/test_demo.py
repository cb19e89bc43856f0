"""``paperwire demo --once`` shows the main job with the real bot, and says plainly when it did not happen."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from playground import Playground, demo
from playground.narrate import Narrator


def test_the_demo_shares_two_papers_posts_a_digest_and_names_the_report_file() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once"], capture_output=True, text=True, timeout=200, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    said = played.stdout
    assert said.index("Ada shares a paper") < said.index("Ben uploads") < said.index("/digest week")
    assert said.count("✅ paperwire reacts to") == 2
    assert "only Ada sees this" in said
    match = re.search(r"The report file lies at (\S+)", said)
    assert match
    report = Path(match[1])
    text = report.read_text(encoding="utf-8")
    assert "### 1. Quiet Updates" in text
    assert "### 2. Two-Pass Skimming" in text
    report.unlink()
    report.parent.rmdir()


def test_a_bot_that_does_not_start_fails_the_demo_with_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    output = io.StringIO()
    assert demo.play(Console(file=output, width=100)) == 1
    assert "The demo failed: the bot ended with exit code 1" in output.getvalue()


def test_what_does_not_happen_in_time_fails_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "CONNECTED_WITHIN", 0.1)
    output = io.StringIO()
    assert demo.play(Console(file=output, width=100)) == 1
    assert "the bot's connection did not happen within 0.1 s" in output.getvalue()


@pytest.mark.parametrize(
    "start", [[], ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "deaf"]], ids=["", "started deaf to it"]
)
def test_ctrl_c_ends_the_demo_and_its_bot(start: list[str]) -> None:
    command = [*start, sys.executable, "-m", "bot", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as playing:
        assert playing.stdout
        while "The playground is at" not in playing.stdout.readline():
            assert playing.poll() is None
        [bot, *_] = psutil.Process(playing.pid).children()
        playing.send_signal(signal.SIGINT)
        assert playing.wait(60) == 0, "it is meant to end so: make must not call it an error"
        assert not bot.is_running()


def test_the_narrator_tells_each_thing_once_and_threads_indented() -> None:
    output = io.StringIO()
    with Playground() as place:
        ada = place.add_user("Ada")
        papers = place.add_channel("papers")
        narrator = Narrator(place, papers, Console(file=output, width=100))
        ts = place.post(ada, papers, "https://example.org/a_b_c is *good*")
        narrator.tell()
        place.post(ada, papers, "I agree", thread_ts=ts)
        place.react(ada, papers, ts, "eyes")
        narrator.tell()
        narrator.tell()
    lines = [re.sub(r"\d\d:\d\d:\d\d", "TIME", line) for line in output.getvalue().splitlines() if line]
    assert lines == [
        "Ada  TIME",
        "    https://example.org/a_b_c is *good*",
        "    👀 Ada reacts to “https://example.org/a_b_c is *good*…”",
        "    Ada  TIME",
        "        I agree",
    ]
