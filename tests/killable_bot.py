"""The real bot with stopping places: run as a program by ``test_kills``, which kills it there.

The folder ``KILL_CONTROL`` holds a file ``armed`` with the name of a place, or ``place/3`` for the third time it is
reached. Who reaches it then turns the file into ``reached`` and stands still, inside the step, until the process is
killed or there is a file ``go``. A file ``answers`` there tells when which answer of a model was stored. Nothing else
differs from the program, except ``PAPERWIRE_BLIND=1``, which takes away the look before a second post to show that the
test notices.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from fake_model_server import question

from bot import __main__ as program
from bot.briefs.asking.model import Models
from bot.briefs.asking.provider import Message
from bot.work import Work
from handlers.slack import SlackMessenger

_CONTROL = Path(os.environ["KILL_CONTROL"])
_ONE_AT_A_TIME = Lock()


def reach(place: str) -> None:
    armed = _CONTROL / "armed"
    try:
        with _ONE_AT_A_TIME:
            where, _, times = armed.read_text().partition("/")
            if where != place:
                return
            if int(times or 1) > 1:
                armed.write_text(f"{where}/{int(times) - 1}")
                return
            armed.rename(_CONTROL / "reached")
    except FileNotFoundError:
        return
    go = _CONTROL / "go"
    while not go.exists():
        time.sleep(0.02)
    go.unlink()


def watch_steps() -> None:
    step, enqueue = Work.step, Work.enqueue

    def watched_step(self: Work, name: str, action: Callable[[], Any]) -> Any:
        def watched() -> Any:
            reach(f"before {name}")
            result = action()
            # The work is done and the engine does not know it yet: the worst moment.
            reach(f"after {name}")
            return result

        return step(self, name, watched)

    def watched_enqueue(self: Work, queue: str, workflow: str, *rest: Any, **options: Any) -> None:
        accepting = workflow == "brief_share"
        if accepting:
            reach("before accepting")
        enqueue(self, queue, workflow, *rest, **options)
        if accepting:
            reach("after accepting")

    Work.step = watched_step  # type: ignore[method-assign, assignment]
    Work.enqueue = watched_enqueue  # type: ignore[method-assign, assignment]


def watch_answers() -> None:
    ask = Models.ask

    def watched(self: Models, model: str, messages: Sequence[Message], *rest: Any, **options: Any) -> str:
        answer = ask(self, model, messages, *rest, **options)
        with (_CONTROL / "answers").open("a") as told:
            told.write(f"{time.monotonic()} {question(messages)}\n")
        return answer

    Models.ask = watched  # type: ignore[method-assign]


def watch_replies() -> None:
    digest_reply = SlackMessenger.digest_reply

    def watched(self: SlackMessenger, *rest: Any) -> str:
        ts = digest_reply(self, *rest)
        # In Slack, and nobody has noted what it shows.
        reach("after sending a reply")
        return ts

    SlackMessenger.digest_reply = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    watch_steps()
    watch_replies()
    watch_answers()
    if os.environ.get("PAPERWIRE_BLIND"):
        SlackMessenger.posted = lambda *_: None  # type: ignore[method-assign]
    program.main(["run"], prog_name="paperwire")
