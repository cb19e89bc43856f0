"""Outcomes are logged on one line, as text or JSON, and heard by whoever listens."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from bot import pulse
from bot.outcomes import announce, listen, log_to

Log = Callable[[str, str], io.StringIO]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Logs to memory, with none of pytest's handlers in the way."""
    root = logging.getLogger()
    level = root.level

    def start(level: str, form: str) -> io.StringIO:
        monkeypatch.setattr(root, "handlers", [])
        stream = io.StringIO()
        log_to(stream, level, form)
        return stream

    yield start
    root.setLevel(level)


def test_an_outcome_is_a_word_and_its_facts_on_one_line(logged: Log) -> None:
    stream = logged("INFO", "text")
    announce("briefed", channel="C1", share="T1:C1:1.2:a b\nc", cost=None, seconds=0.5, tokens=12)
    assert stream.getvalue().endswith(
        ' INFO paperwire.outcome briefed channel=C1 share="T1:C1:1.2:a b\\nc" seconds=0.5 tokens=12\n'
    )
    assert stream.getvalue().count("\n") == 1


def test_json_lines_hold_the_facts_under_their_names(logged: Log) -> None:
    stream = logged("INFO", "json")
    announce("refused", kind="told", code="damaged")
    line = json.loads(stream.getvalue())
    assert (line["message"], line["kind"], line["code"], line["level"]) == ("refused", "told", "damaged", "INFO")


def test_a_traceback_stays_within_its_json_line(logged: Log) -> None:
    stream = logged("INFO", "json")
    try:
        raise ValueError("no\nway")
    except ValueError:
        logging.getLogger("paperwire").exception("bug %s", "12ab")
    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "bug 12ab"
    assert "ValueError: no\nway" in json.loads(line)["traceback"]


def test_listeners_hear_also_what_is_not_logged(logged: Log) -> None:
    stream = logged("ERROR", "text")
    heard: list[str] = []
    end = listen(lambda outcome, facts: heard.append(f"{outcome} {facts.get('code')}"))
    announce("slack_refused", code="ratelimited")
    announce("briefed")
    announce("bug", id="12ab")
    end()
    announce("answered")
    assert heard == ["slack_refused ratelimited", "briefed None", "bug None"]
    assert [line.split(" paperwire.outcome ")[1] for line in stream.getvalue().splitlines()] == ["bug id=12ab"]


def test_a_listener_that_fails_does_not_stop_the_work(logged: Log, capsys: pytest.CaptureFixture[str]) -> None:
    logged("ERROR", "text")
    end = listen(lambda outcome, facts: {}["nothing"])
    announce("briefed")
    end()
    assert "KeyError" in capsys.readouterr().err


def test_a_main_thread_that_hangs_is_not_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beating, stop = pulse.Pulse(tmp_path / "heartbeat"), Event()
    assert beating.alive and not beating.connected()
    stop.set()
    beating.beat(lambda: True, stop)
    assert beating.alive and beating.connected()
    assert 0 <= (pulse.silent_for(tmp_path / "heartbeat") or 0) < 60
    monkeypatch.setattr(pulse, "STALE_SECONDS", -1)
    assert not beating.alive


def test_a_disk_without_room_for_a_heartbeat_does_not_end_the_bot(logged: Log, tmp_path: Path) -> None:
    stream = logged("INFO", "text")
    stop = Event()
    stop.set()
    pulse.Pulse(tmp_path / "no" / "folder" / "heartbeat").beat(lambda: True, stop)
    assert "no heartbeat written" in stream.getvalue()
