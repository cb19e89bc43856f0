"""What an older release began, a newer one ends: workflows keep their names and the order of their steps.

The engine replays a workflow by its steps' names. Where a release asks for another step than the one that is written
down, every such workflow of an older release would stop in the middle of an upgrade.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fake_arxiv import FakeArxiv
from fake_model_server import FakeModelServer, error
from made_papers import MadePaper
from running_bot import ROOT, RunningBot

from bot.answering import Answering
from bot.briefing import Briefing
from bot.correcting import Correcting
from bot.digesting import Digesting
from bot.forgetting import Forgetting
from bot.posting import Posting
from playground import Playground
from playground.installation import Installation

GOLDEN = Path(__file__).parent / "golden" / "steps.json"
"""Of each workflow, the orders of steps that releases took through it. New ones are added, none is ever taken out
while its release may still be running somewhere."""

_OTHERS = (
    "A workflow went through other steps than any release did. One of them begun before an upgrade would stop at it: "
    "put the change behind DBOS.patch in bot/work.py, or give the workflow a new name beside the old one. "
    "A way through that is new to this test, and not to the workflow, is added to tests/golden/steps.json:\n"
)


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


def unfinished(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT count(*) FROM workflow_status WHERE status IN ('ENQUEUED', 'DELAYED', 'PENDING')"
        return int(database.execute(query).fetchone()[0])


def live(place: Playground, arxiv: FakeArxiv, server: FakeModelServer, settled: Callable[[], object]) -> None:
    """A day of a workspace, one thing after the other, through every workflow.

    ``settled`` waits for the end of all work, and is called before anything is forgotten.
    """
    ada, eve = place.add_user("ada"), place.add_user("eve", admin=True)
    channel = place.add_channel("papers")

    def answer_to(ts: str, sign: str = "white_check_mark") -> dict[str, object]:
        place.wait_for(lambda: sign in place.reactions(channel, ts), 60)
        settled()
        return dict(place.thread(channel, ts)[-1])

    def say(line: str) -> dict[str, object]:
        [answer] = place.command(ada, channel, line)
        settled()
        return answer

    papers = [MadePaper(number) for number in range(5)]
    for paper in papers:
        arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
    linked = place.post(ada, channel, f"https://arxiv.org/abs/{papers[0].arxiv_id}")
    answer_to(linked)
    answer_to(place.post(ada, channel, f"again: https://arxiv.org/abs/{papers[0].arxiv_id}"))
    uploaded = place.upload(ada, channel, "draft.pdf", papers[1].pdf())
    mine = answer_to(uploaded)
    place.click(ada, answer_to(place.upload(ada, channel, "damaged.pdf", b"%PDF-1.7 nothing"), "x"), "share_again")
    settled()
    server.queue(*(error(500, "broken") for _ in range(3)))
    unmodelled = answer_to(place.post(ada, channel, f"https://arxiv.org/abs/{papers[2].arxiv_id}"))
    place.click(ada, mine, "brief_more", "other")
    settled()
    place.click(ada, mine, "brief_edit")
    place.wait_for(lambda: place.modal(ada), 10)
    place.submit(ada, {"technique": "a ladder of hand-built tide gauges"})
    settled()
    place.click(eve, mine, "brief_more", "again")
    place.wait_for(lambda: place.modal(eve), 10)
    place.submit(eve, {"model": "openai/second-model"})
    settled()
    place.click(ada, say("/digest week"), "digest_post")
    settled()
    say("/digest export bib")
    say(f"/digest add https://arxiv.org/abs/{papers[3].arxiv_id}")
    say("/digest backfill 30d")
    place.delete(ada, channel, uploaded)
    settled()
    place.edit(ada, channel, str(unmodelled["thread_ts"]), "no link any more")
    settled()
    place.click(ada, say(f"/digest forget {papers[0].title}"), "paper_forget")
    settled()


def test_workflows_take_the_steps_that_earlier_releases_know(tmp_path: Path) -> None:
    installation = Installation.from_manifest(ROOT / "manifest.json")
    file = tmp_path / "data" / "paperwire.work.db"
    with (
        Playground(time_scale=50, installation=installation) as place,
        FakeArxiv() as arxiv,
        FakeModelServer() as model,
    ):
        environment = {
            **place.environment(),
            "PAPERWIRE_ARXIV_URL": arxiv.base_url,
            "PAPERWIRE_ARXIV_API_URL": arxiv.api_url,
            "PAPERWIRE_ARXIV_DELAY": "0",
            "PAPERWIRE_ALLOWED_HOSTS": f"{place.url[7:]},{arxiv.host}",
            "PAPERWIRE_MODEL": "openai/first-model",
            "PAPERWIRE_FALLBACK_MODELS": "openai/second-model",
            "PAPERWIRE_MODEL_URL": model.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "OPENAI_API_KEY": "sk-nobody",
        }
        with RunningBot(environment, tmp_path / "data") as bot:
            bot.wait_until_connected()
            taken: dict[str, set[str]] = defaultdict(set)

            def settled() -> None:
                place.wait_for(lambda: not unfinished(file), 60)
                for name, orders in steps_taken(file).items():
                    taken[name] |= orders

            live(place, arxiv, model, settled)
    known = json.loads(GOLDEN.read_text())
    other = {name: sorted(orders - set(known.get(name, []))) for name, orders in taken.items()}
    assert not any(other.values()), _OTHERS + json.dumps({name: each for name, each in other.items() if each}, indent=1)
    parts = (Briefing, Posting, Digesting, Answering, Correcting, Forgetting)
    assert taken.keys() == {name for part in parts for name in part.workflows(part.__new__(part))}
