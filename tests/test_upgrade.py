"""What an older release began, a newer one ends: workflows keep their names and the order of their steps.

The engine replays a workflow by its steps' names. Where a release asks for another step than the one that is written
down, every such workflow of an older release would stop in the middle of an upgrade.
"""

from __future__ import annotations

import inspect
import json
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fake_arxiv import FakeArxiv
from fake_model_server import FakeModelServer, error
from made_papers import MadePaper
from running_bot import APP, BOT, ROOT, connected_bot, far_from_now, put

from bot.engine import sqlite_engine
from bot.work import POSTS, SHARES, Work
from bot.workflows.answering import Answering
from bot.workflows.briefing import Briefing
from bot.workflows.correcting import Correcting
from bot.workflows.digesting import Digesting
from bot.workflows.forgetting import Forgetting
from bot.workflows.posting import Posting
from playground import Playground

GOLDEN = Path(__file__).parent / "golden" / "steps.json"
"""Of each workflow, the orders of steps that releases took through it. New ones are added, none is ever taken out
while its release may still be running somewhere."""

_UNFINISHED = "'ENQUEUED', 'DELAYED', 'PENDING'"

_OTHERS = (
    "A workflow went through other steps than any release did. One of them begun before an upgrade would stop at it: "
    "put the change behind DBOS.patch in bot/work.py, or give the workflow a new name beside the old one. "
    "A way through that is new to this test, and not to the workflow, is added to tests/golden/steps.json:\n"
)


INPUTS = GOLDEN.with_name("inputs.json")
"""Of each workflow, the inputs it takes."""

_OTHER_INPUTS = (
    "A workflow takes other inputs than those an earlier release gives it. Only further ones may come, at the end and "
    "with defaults, which are added to tests/golden/inputs.json; all else gets a new name beside the old one."
)


def workflows() -> dict[str, Callable[..., None]]:
    parts = (Briefing, Posting, Digesting, Answering, Correcting, Forgetting)
    return {name: run for part in parts for name, run in part.workflows(part.__new__(part)).items()}


def steps_taken(file: Path) -> dict[str, set[str]]:
    """The orders of steps by workflow, of those workflows that have ended."""
    orders: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    with closing(sqlite3.connect(file)) as database:
        for key, name in database.execute(
            "SELECT workflow_uuid, name FROM workflow_status WHERE status = 'SUCCESS'"
        ).fetchall():
            names[key], orders[key] = name, []
        for key, step in database.execute(
            "SELECT workflow_uuid, function_name FROM operation_outputs ORDER BY workflow_uuid, function_id"
        ):
            if key in orders:
                orders[key].append(step)
    found: dict[str, set[str]] = defaultdict(set)
    for key, order in orders.items():
        # How often a step was tried is no other order.
        found[names[key]].add(re.sub(r"(\S+)( DBOS\.sleep \1)+", r"\1", " ".join(order)))
    return found


def count(file: Path, states: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        query = f"SELECT count(*) FROM workflow_status WHERE status IN ({states})"
        return int(database.execute(query).fetchone()[0])


@dataclass
class Workspace:
    """With one channel; ``settled`` waits for the end of all work, and is called before any is forgotten."""

    place: Playground
    arxiv: FakeArxiv
    model: FakeModelServer
    offset: Path
    settled: Callable[[], object]

    def __post_init__(self) -> None:
        self.ada, self.eve = self.place.add_user("ada", "UTC"), self.place.add_user("eve", admin=True)
        self.channel = self.place.add_channel("papers")

    def paper(self, number: int) -> MadePaper:
        """One that arXiv has."""
        paper = MadePaper(number)
        self.arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
        return paper

    def share(self, paper: MadePaper, sign: str = "white_check_mark") -> str:
        ts = self.place.post(self.ada, self.channel, f"https://arxiv.org/abs/{paper.arxiv_id}")
        self.answer_to(ts, sign)
        return ts

    def answer_to(self, ts: str, sign: str = "white_check_mark") -> dict[str, Any]:
        self.place.wait_for(lambda: sign in self.place.reactions(self.channel, ts), 60)
        self.settled()
        return dict(self.place.thread(self.channel, ts)[-1])

    def say(self, line: str) -> dict[str, Any]:
        [answer] = self.place.command(self.ada, self.channel, line)
        self.settled()
        return answer

    def click(self, user: str, message: dict[str, Any], *button: str) -> None:
        self.place.click(user, message, *button)
        self.settled()


def good_day(there: Workspace) -> None:
    """One thing after the other, through every workflow."""
    place, ada, eve = there.place, there.ada, there.eve
    papers = [there.paper(number) for number in range(5)]
    there.share(papers[0])
    there.answer_to(place.post(ada, there.channel, f"again: https://arxiv.org/abs/{papers[0].arxiv_id}"))
    uploaded = place.upload(ada, there.channel, "draft.pdf", papers[1].pdf())
    mine = there.answer_to(uploaded)
    damaged = place.upload(ada, there.channel, "damaged.pdf", b"%PDF-1.7 nothing")
    there.click(ada, there.answer_to(damaged, "x"), "share_again")
    there.model.queue(*(error(500, "broken") for _ in range(3)))
    unmodelled = there.share(papers[2])
    there.click(ada, mine, "brief_more", "other")
    place.click(ada, mine, "brief_edit")
    place.wait_for(lambda: place.modal(ada), 10)
    place.submit(ada, {"technique": "a ladder of hand-built tide gauges"})
    there.settled()
    place.click(eve, mine, "brief_more", "again")
    place.wait_for(lambda: place.modal(eve), 10)
    place.submit(eve, {"model": "openai/second-model"})
    there.settled()
    there.click(ada, there.say("/digest week"), "digest_post")
    there.say("/digest export bib")
    there.say(f"/digest add https://arxiv.org/abs/{papers[3].arxiv_id}")
    there.say("/digest backfill 30d")
    place.delete(ada, there.channel, uploaded)
    there.settled()
    place.edit(ada, there.channel, unmodelled, "no link any more")
    there.settled()
    there.click(ada, there.say(f"/digest forget {papers[0].title}"), "paper_forget")


def bad_day(there: Workspace) -> None:
    """Hardly anything comes to a good end; the one request a minute that the model is asked for is not the least."""
    place, ada, channel = there.place, there.ada, there.channel
    there.share(MadePaper(0), "x")  # which arXiv does not have
    place.post(ada, channel, f"https://{there.arxiv.host}/about-papers")
    there.settled()
    late = there.paper(1)
    there.arxiv.throttle(1, status=503, part="/pdf/")
    there.share(late)
    both = [there.paper(number).arxiv_id for number in (2, 3)]
    there.answer_to(place.post(ada, channel, " ".join(f"https://arxiv.org/abs/{each}" for each in both)))
    # Also by the one that had to wait for its turn.
    asked = [call for call in there.arxiv.calls for each in both if each in call]
    assert len([call for call in asked if call.startswith("/pdf/")]) == 2, asked
    assert len([call for call in asked if call.startswith("/api/")]) <= 2, asked
    preview = there.say("/digest week")
    place.fail_next("chat.postMessage", error="missing_scope")
    there.click(ada, preview, "digest_post")
    for method in ("files.getUploadURLExternal", "conversations.history"):
        place.fail_next(method, error="missing_scope", times=9)
    there.say("/digest export bib")
    there.say("/digest backfill 30d")
    there.say(f"/digest schedule daily {far_from_now()} UTC")
    place.remove(channel)
    put(there.offset, str(86_400))
    place.wait_for(lambda: any("paused" in each["text"] for each in place.messages(place.direct_channel(ada))), 30)
    there.settled()


@pytest.mark.parametrize("program", [BOT, (str(ROOT / "tests" / "forgetful_bot.py"),)], ids=["well", "library away"])
@pytest.mark.parametrize("day", [good_day, bad_day])
def test_workflows_take_the_steps_that_earlier_releases_know(
    day: Callable[[Workspace], None], program: tuple[str, ...], tmp_path: Path
) -> None:
    """Also those whose library is away for a moment, whenever they ask it something outside their steps."""
    file = tmp_path / "data" / "paperwire.work.db"
    with (
        Playground(time_scale=50, installation=APP) as place,
        FakeArxiv() as arxiv,
        FakeModelServer() as model,
    ):
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_MODEL": "openai/first-model",
            "PAPERWIRE_FALLBACK_MODELS": "openai/second-model",
            "PAPERWIRE_MODEL_URL": model.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "PAPERWIRE_CLOCK_OFFSET": str(tmp_path / "offset"),
            "OPENAI_API_KEY": "sk-nobody",
        }
        if day is bad_day:
            environment |= {"PAPERWIRE_MODEL_REQUESTS_PER_MINUTE": "1", "PAPERWIRE_MODEL_SECONDS": "2"}
            environment |= {"PAPERWIRE_FALLBACK_MODELS": ""}
        with connected_bot(environment, tmp_path / "data", program) as bot:
            taken: dict[str, set[str]] = defaultdict(set)

            def settled() -> None:
                place.wait_for(lambda: not count(file, _UNFINISHED), 60)
                assert not count(file, "'ERROR'"), bot.log
                for name, orders in steps_taken(file).items():
                    taken[name] |= orders

            day(Workspace(place, arxiv, model, tmp_path / "offset", settled))
    known = json.loads(GOLDEN.read_text())
    other = {name: sorted(orders - set(known.get(name, []))) for name, orders in taken.items()}
    assert not any(other.values()), _OTHERS + json.dumps({name: each for name, each in other.items() if each}, indent=1)
    if day is good_day:
        assert taken.keys() == workflows().keys()
    if program != BOT:
        away = set(re.findall("away at (.*)", bot.log))
        assert away >= ({"stored_share", "frozen_digest"} if day is good_day else {"channel_settings"})


def test_workflows_take_the_inputs_that_earlier_releases_give() -> None:
    known = json.loads(INPUTS.read_text())
    taken = {name: str(inspect.signature(run)) for name, run in workflows().items()}
    assert taken == known, _OTHER_INPUTS


@contextmanager
def release(folder: Path, workflow: Callable[..., None]) -> Iterator[Work]:
    """An engine with one workflow, ``greet``."""
    work = Work(folder, sqlite_engine(folder / "work.db"), workers=1)
    work.launch({"greet": workflow})
    try:
        yield work
    finally:
        work.close()


def done(work: Work) -> None:
    deadline = time.monotonic() + 20
    while work.waiting():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_work_with_an_input_that_a_newer_release_added_is_done_by_an_older_one(tmp_path: Path) -> None:
    greeted: list[tuple[str, ...]] = []

    def newer(who: str, where: str, how: str = "") -> None:
        greeted.append((who, where, how))

    def older(who: str, where: str) -> None:
        greeted.append((who, where))

    with release(tmp_path, newer) as work:
        work.enqueue(SHARES, "greet", "one", "ada", "papers", "warmly", delay=2)
    with release(tmp_path, older) as work:
        done(work)
    assert greeted == [("ada", "papers")]


def test_work_that_an_older_release_put_into_another_queue_is_done_once_and_from_there(tmp_path: Path) -> None:
    greeted: list[str] = []
    with release(tmp_path, greeted.append) as work:
        work.enqueue(SHARES, "greet", "one", "ada", delay=2)
    with release(tmp_path, greeted.append) as work:
        work.enqueue(POSTS, "greet", "one", "ada", channel="forget:papers")
        done(work)
    assert greeted == ["ada"]
