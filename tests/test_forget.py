"""``/digest forget`` leaves nothing: the bot's whole data folder is searched for the paper's words afterwards."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from fake_model_server import FakeModelServer, Reply
from made_papers import MadePaper
from running_bot import APP, KILLABLE, RunningBot, connected_bot, put

from bot.pipeline import Pipeline
from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

PAPERS = samples()
Json = dict[str, Any]


class GatedServer(FakeModelServer):
    """A model that thinks as long as the gate is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def answer(self, request: Json) -> Reply:
        self.gate.wait(60)
        return super().answer(request)


@dataclass
class Scene:
    place: Playground
    server: GatedServer
    bot: RunningBot
    folder: Path
    ada: str
    bo: str
    eve: str
    channel: str
    numbers: Iterator[int]

    def settled(self, channel: str, ts: str) -> Json:
        self.place.wait_for(lambda: "white_check_mark" in self.place.reactions(channel, ts), 60)
        [answer] = self.place.thread(channel, ts)
        return answer

    def upload(
        self, user: str | None = None, paper: MadePaper | None = None, channel: str = ""
    ) -> tuple[MadePaper, str]:
        paper, channel = paper or MadePaper(next(self.numbers)), channel or self.channel
        ts = self.place.upload(user or self.ada, channel, f"secret-draft-{paper.number}.pdf", paper.pdf())
        self.settled(channel, ts)
        return paper, ts

    def ask(self, words: str, user: str | None = None, channel: str = "") -> Json:
        [answer] = self.place.command(user or self.ada, channel or self.channel, f"/digest forget {words}")
        return answer

    def forget(self, words: str, user: str | None = None, channel: str = "") -> None:
        self.place.click(user or self.ada, self.ask(words, user, channel), "paper_forget")

    def found(self, paper: MadePaper, channel: str = "") -> bool:
        [answer] = self.place.command(self.ada, channel or self.channel, f"/digest search {paper.title}")
        return "Nothing found" not in answer["text"]

    def in_library(self, query: str, *values: str) -> Any:
        """The one value that a query gives."""
        with closing(sqlite3.connect(self.folder / "data" / "paperwire.db")) as database:
            return database.execute(query, values).fetchone()[0]

    def arm(self, where: str) -> None:
        put(self.folder / "control" / "armed", where)

    def hold(self) -> Callable[[], None]:
        """Wait until the bot stands still where it was told to; what is returned lets it go on."""
        control = self.folder / "control"
        self.place.wait_for((control / "reached").exists, 60)
        (control / "reached").unlink()
        return (control / "go").touch

    def kill_when_reached(self, where: str) -> None:
        reached = self.folder / "control" / "reached"
        self.place.wait_for(reached.exists, 60)
        self.bot.kill()
        reached.unlink()
        self.bot.start()
        self.bot.wait_until_connected()

    def work_on(self, channel: str, ts: str) -> int:
        """How many workflows about a message the engine still knows."""
        with closing(sqlite3.connect(self.folder / "data" / "paperwire.work.db")) as database:
            wanted = f"%:{channel}:{ts}:%"
            known = database.execute("SELECT workflow_uuid FROM workflow_status WHERE workflow_uuid LIKE ?", [wanted])
            # What forgets holds ids alone, and stays until it is tidied away.
            return sum(not (key.startswith(("sweep:", "withdraw:")) or key.endswith(":withdraw")) for (key,) in known)

    def swept(self) -> bool:
        """Whether all that was to delete what work left behind has come to its end."""
        with closing(sqlite3.connect(self.folder / "data" / "paperwire.work.db")) as database:
            under_way = "workflow_uuid LIKE 'sweep:%' AND status NOT IN ('SUCCESS', 'ERROR')"
            return not database.execute(f"SELECT 1 FROM workflow_status WHERE {under_way}").fetchall()

    def gone(self, ts: str, channel: str = "") -> None:
        """Wait until nothing in Slack or in the engine is about a message any more."""
        channel = channel or self.channel
        self.place.wait_for(lambda: not self.place.thread(channel, ts), 60)
        self.place.wait_for(lambda: self.work_on(channel, ts) == 0, 60)

    def holding(self, words: str) -> list[str]:
        """The files of the bot's data in which a paper's words stand; the bot must be at rest."""
        return [
            str(file.relative_to(self.folder))
            for file in sorted((self.folder / "data").rglob("*"))
            if file.is_file() and words.encode().lower() in file.read_bytes().lower()
        ]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("forget")
    (folder / "control").mkdir()
    with (
        Playground(time_scale=50, installation=APP) as place,
        ArxivStandIn() as arxiv,
        GatedServer() as server,
    ):
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_MODEL": "openai/local",
            "PAPERWIRE_MODEL_URL": server.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "KILL_CONTROL": str(folder / "control"),
        }
        ada, bo, eve = place.add_user("ada"), place.add_user("bo"), place.add_user("eve", admin=True)
        channel = place.add_channel("papers")
        with connected_bot(environment, folder / "data", KILLABLE) as bot:
            yield Scene(place, server, bot, folder, ada, bo, eve, channel, count(1))


def test_only_the_sharer_and_admins_are_offered_to_forget_a_paper(scene: Scene) -> None:
    paper, _ = scene.upload()
    refused = scene.ask(paper.title, scene.bo)
    assert f"Only <@{scene.ada}>" in refused["text"]
    assert "paper_forget" not in str(refused)
    offered = scene.ask(paper.title)
    assert paper.title in offered["text"]
    assert "1 share, 1 brief with all earlier versions, 1 page of text" in offered["text"]
    assert "'style': 'danger'" in str(offered["blocks"])
    assert "every channel of this workspace" in scene.ask(paper.title, scene.eve)["text"]
    assert "every channel of this workspace" not in offered["text"]


def test_a_paper_is_named_by_link_by_words_or_by_the_message_and_not_by_guessing(scene: Scene) -> None:
    link = f"https://arxiv.org/abs/{PAPERS[0].arxiv}"
    ts = scene.place.post(scene.ada, scene.channel, link)
    answer = scene.settled(scene.channel, ts)
    assert PAPERS[0].title in scene.ask(link)["text"]
    for told in (ts, answer["ts"]):
        message = f"https://team.slack.com/archives/{scene.channel}/p{told.replace('.', '')}"
        assert PAPERS[0].title in scene.ask(message)["text"]
    assert "Say which paper" in scene.ask("")["text"]
    assert "I know no such paper" in scene.ask("nobody wrote this")["text"]
    for _ in range(2):
        scene.upload()
    assert "several papers" in scene.ask("cheaper")["text"]
    word = next(word for word in PAPERS[0].abstract.split() if len(word) > 6 and word not in PAPERS[0].title)
    assert scene.place.command(scene.ada, scene.channel, f"/digest search {word}")[0]["text"].count("1 paper")
    assert "I know no such paper" in scene.ask(word)["text"]


def test_who_else_shared_a_paper_keeps_it(scene: Scene) -> None:
    paper, first = scene.upload()
    _, second = scene.upload(scene.bo, paper)
    assert "shared this paper as well" in scene.ask(paper.title)["text"]
    scene.forget(paper.title)
    scene.gone(first)
    assert scene.place.thread(scene.channel, second)
    assert scene.found(paper)


def test_an_admin_has_a_paper_forgotten_where_it_was_shared_privately_too(scene: Scene) -> None:
    closed = scene.place.add_channel("closed", private=True)
    paper, ts = scene.upload()
    _, private = scene.upload(scene.bo, paper, closed)
    scene.forget(paper.title, scene.eve)
    scene.gone(ts)
    scene.gone(private, closed)
    assert not scene.found(paper, closed)


def test_a_forgotten_paper_is_new_when_its_link_is_shared_again(scene: Scene) -> None:
    link = f"https://arxiv.org/abs/{PAPERS[1].arxiv}"
    first = scene.place.post(scene.ada, scene.channel, link)
    scene.settled(scene.channel, first)
    scene.forget(link)
    scene.gone(first)
    again = scene.settled(scene.channel, scene.place.post(scene.bo, scene.channel, link))
    assert PAPERS[1].title in again["text"]
    assert "first shared" not in str(again["blocks"])
    # The old message stays forgotten, and says so to who asks for it.
    scene.place.shortcut(scene.bo, scene.channel, first, "brief_paper")
    scene.place.wait_for(
        lambda: "share it in a new message" in str(scene.place.ephemerals(scene.bo, scene.channel)), 30
    )
    assert not scene.place.thread(scene.channel, first)


def test_who_asks_for_many_forgotten_papers_is_told_so_once(scene: Scene) -> None:
    place, channel = scene.place, scene.place.add_channel("many-forgotten")
    links = [f"https://10.0.0.{number}/paper.pdf" for number in range(6)]
    ts = place.post(scene.ada, channel, " ".join(links))
    place.wait_for(lambda: len(place.thread(channel, ts)) == len(links), 60)
    place.edit(scene.ada, channel, ts, "nothing to see")
    place.wait_for(lambda: not place.thread(channel, ts), 60)
    place.edit(scene.ada, channel, ts, " ".join(links))
    place.shortcut(scene.bo, channel, ts, "brief_paper")
    told = place.wait_for(lambda: place.ephemerals(scene.bo, channel), 30)
    assert len(told) == 1 and "share it in a new message" in told[0]["text"]


def test_a_digest_posted_before_shows_the_paper_no_more(scene: Scene) -> None:
    channel = scene.place.add_channel("digested")
    kept, _ = scene.upload(channel=channel)
    gone, ts = scene.upload(channel=channel)
    also, deleted = scene.upload(channel=channel)
    scene.place.click(scene.ada, scene.place.command(scene.ada, channel, "/digest day")[0], "digest_post")
    scene.place.wait_for(lambda: [each for each in scene.place.files(channel) if each["name"].endswith(".md")], 60)

    def said() -> str:
        return str([each for each in scene.place.messages(channel) if each.get("bot_id") and not each.get("files")])

    def reports() -> list[str]:
        files = [each for each in scene.place.files(channel) if each["name"].endswith(".md")]
        return [each["content"].decode() for each in files if each["mode"] != "tombstone"]

    def pictures_gone() -> int:
        files = list(scene.place.workspace.files.values())
        return len([each for each in files if each.mode == "tombstone" and each.name.startswith("page")])

    pictures = pictures_gone()
    assert gone.title in reports()[0]
    assert all(paper.title in said() for paper in (kept, gone, also))
    scene.forget(gone.title, channel=channel)
    scene.place.delete(scene.ada, channel, deleted)
    scene.place.wait_for(lambda: gone.title not in said() and also.title not in said(), 60)
    assert kept.title in said()
    assert "1 paper" in said()
    scene.place.wait_for(lambda: pictures_gone() == pictures + 2, 30)
    scene.place.wait_for(
        lambda: len(reports()) == 1 and not any(t in reports()[0] for t in (gone.title, also.title)), 30
    )
    assert kept.title in reports()[0]
    scene.gone(ts, channel)


@pytest.mark.parametrize("where", ["after post", "before held", "after sending a reply"])
def test_a_digest_shows_nothing_that_goes_while_it_is_posted(scene: Scene, where: str) -> None:
    channel = scene.place.add_channel(f"digesting-{where.replace(' ', '-')}")
    papers = sorted((scene.upload(channel=channel) for _ in range(2)), key=lambda each: each[0].title)
    (gone, ts), (kept, _) = papers
    [asked] = scene.place.command(scene.ada, channel, "/digest day")
    scene.arm(where)
    scene.place.click(scene.ada, asked, "digest_post")
    go_on = scene.hold()

    def said() -> str:
        return str([each for each in scene.place.messages(channel) if each.get("bot_id") and not each.get("files")])

    assert gone.title in said()
    scene.place.delete(scene.ada, channel, ts)
    scene.gone(ts, channel)
    if where == "before held":
        scene.place.wait_for(lambda: gone.title not in said(), 30)
    go_on()
    scene.place.wait_for(lambda: [each for each in scene.place.files(channel) if each["name"].endswith(".md")], 60)
    scene.place.wait_for(lambda: gone.title not in said(), 30)
    assert kept.title in said()
    assert "1 paper" in said()


def test_a_deleted_file_takes_its_paper_along_and_leaves_the_message_its_other_papers(scene: Scene) -> None:
    place, paper = scene.place, MadePaper(next(scene.numbers))
    words = f"my draft, after https://arxiv.org/abs/{PAPERS[0].arxiv}"
    ts = place.upload(scene.ada, scene.channel, "deleted-draft.pdf", paper.pdf(), words)
    answers = place.wait_for(lambda: place.thread(scene.channel, ts)[1:] and place.thread(scene.channel, ts), 60)
    [mine] = [answer for answer in answers if paper.title in answer["text"]]
    assert scene.found(paper)
    place.delete_file(next(each["id"] for each in place.files(scene.channel) if each["name"] == "deleted-draft.pdf"))
    place.wait_for(lambda: place.message(scene.channel, mine["ts"]) is None, 30)
    assert not scene.found(paper)
    [left] = place.thread(scene.channel, ts)
    assert PAPERS[0].title in left["text"]
    place.edit(scene.ada, scene.channel, ts, "my draft")
    scene.gone(ts)


def test_a_file_deleted_before_it_was_taken_in_is_not_briefed(scene: Scene) -> None:
    place, paper = scene.place, MadePaper(next(scene.numbers))
    scene.arm("before accept")
    ts = place.upload(scene.ada, scene.channel, "hasty-draft.pdf", paper.pdf(), "my draft")
    go_on = scene.hold()
    place.delete_file(next(each["id"] for each in place.files(scene.channel) if each["name"] == "hasty-draft.pdf"))
    place.wait_for(lambda: scene.in_library("SELECT COUNT(*) FROM shares WHERE ts = ? AND state = 'withdrawn'", ts), 30)
    go_on()
    scene.gone(ts)
    assert not scene.found(paper)


def test_a_sharer_and_an_admin_reach_a_paper_in_a_channel_that_is_archived(scene: Scene) -> None:
    place = scene.place
    for who in (scene.ada, scene.eve):
        closed = place.add_channel(f"archived-{who.lower()}", private=True)
        link = f"https://arxiv.org/abs/{PAPERS[2].arxiv}"
        ts = place.post(scene.ada, closed, link)
        scene.settled(closed, ts)
        place.archive(scene.ada, closed)
        message = f"https://team.slack.com/archives/{closed}/p{ts.replace('.', '')}"
        for words in (link, message):
            assert "I know no such paper" in scene.ask(words, scene.bo)["text"]
            assert PAPERS[2].title in scene.ask(words, who)["text"]
        scene.forget(link, who)
        place.wait_for(lambda ts=ts: scene.in_library("SELECT state FROM shares WHERE ts = ?", ts) == "withdrawn", 30)  # type: ignore[misc]


def test_a_sharer_has_links_forgotten_that_led_to_no_paper(scene: Scene) -> None:
    place = scene.place
    ts = place.upload(scene.ada, scene.channel, "damaged-secret.pdf", b"%PDF-1.7 nothing")
    place.wait_for(lambda: place.thread(scene.channel, ts), 60)
    message = f"https://team.slack.com/archives/{scene.channel}/p{ts.replace('.', '')}"
    assert "I know no such paper" in scene.ask(message, scene.bo)["text"]
    asked = scene.ask(message)
    assert "without a paper" in asked["text"]
    place.click(scene.ada, asked, "unread_forget")
    scene.gone(ts)
    assert scene.in_library("SELECT COUNT(*) FROM shares WHERE file_name = 'damaged-secret.pdf'") == 0


def test_an_answer_given_in_a_direct_message_goes_with_its_paper(scene: Scene) -> None:
    channel, direct = scene.place.add_channel("without-bot", bot=False), scene.place.direct_channel(scene.bo)
    link = f"https://arxiv.org/abs/{PAPERS[2].arxiv}"
    ts = scene.place.post(scene.bo, channel, link)
    scene.place.shortcut(scene.bo, channel, ts, "brief_paper")

    def answers() -> list[Json]:
        return [each for each in scene.place.messages(direct) if PAPERS[2].title in each["text"]]

    [answer] = scene.place.wait_for(answers, 60)
    # The answer shows what becomes of the brief, wherever it stands.
    scene.place.click(scene.bo, answer, "brief_more", "other")
    scene.place.wait_for(lambda: "论文" in str(scene.place.message(direct, answer["ts"])), 60)
    scene.forget(link, scene.bo, direct)
    scene.place.wait_for(lambda: scene.place.message(direct, answer["ts"]) is None, 30)


def test_what_was_deleted_before_a_model_is_asked_goes_to_no_model(scene: Scene) -> None:
    paper = MadePaper(next(scene.numbers))
    scene.arm("before ask")
    ts = scene.place.upload(scene.ada, scene.channel, "deleted.pdf", paper.pdf())
    go_on = scene.hold()
    scene.place.delete(scene.ada, scene.channel, ts)
    scene.place.wait_for(lambda: scene.in_library("SELECT state FROM shares WHERE ts = ?", ts) == "withdrawn", 30)
    go_on()
    scene.gone(ts)
    assert paper.title not in str(scene.server.requests)


def test_an_answer_that_comes_after_its_message_was_deleted_does_not_stay(scene: Scene) -> None:
    answers = "SELECT COUNT({}) FROM answers JOIN answer_shares USING (key) WHERE share_id LIKE ?"
    paper = MadePaper(next(scene.numbers))
    scene.server.gate.clear()
    ts = scene.place.upload(scene.ada, scene.channel, "deleted.pdf", paper.pdf())
    scene.place.wait_for(lambda: paper.title in str(scene.server.requests), 60)
    scene.place.delete(scene.ada, scene.channel, ts)
    scene.place.wait_for(lambda: scene.in_library("SELECT state FROM shares WHERE ts = ?", ts) == "withdrawn", 30)
    scene.server.gate.set()
    # That it came is remembered; its words may be gone before anybody looks.
    scene.place.wait_for(lambda: scene.in_library(answers.format("*"), f"%:{ts}:%"), 30)
    scene.place.wait_for(lambda: not scene.in_library(answers.format("answer"), f"%:{ts}:%"), 60)
    scene.gone(ts)


def test_deletions_that_slack_puts_off_hold_up_no_brief(scene: Scene) -> None:
    channels = [scene.place.add_channel(f"put-off-{number}") for number in range(5)]
    shared = [(channel, scene.upload(channel=channel)[1]) for channel in channels]
    scene.place.fail_next("chat.delete", retry_after=100, times=5)
    for channel, ts in shared:
        scene.place.delete(scene.ada, channel, ts)
    scene.upload()
    assert all(scene.place.thread(channel, ts) for channel, ts in shared), "deleted already: nothing was put off"
    for channel, ts in shared:
        scene.gone(ts, channel)


@pytest.mark.kill
def test_killed_anywhere_nothing_of_a_forgotten_or_withdrawn_paper_stays_on_disk(scene: Scene) -> None:
    kept, _ = scene.upload()
    gone = []
    for where in ("after held", "before forget", "after forget", "after delete", "after sweep"):
        paper, ts = scene.upload()
        scene.place.click(scene.ada, scene.place.thread(scene.channel, ts)[0], "brief_more", "other")
        scene.place.wait_for(lambda ts=ts: "论文" in scene.place.thread(scene.channel, ts)[0]["text"], 60)  # type: ignore[misc]
        scene.arm(where)
        scene.forget(paper.title)
        scene.kill_when_reached(where)
        scene.gone(ts)
        gone.append(paper)
    withdrawn, ts = scene.upload()
    scene.place.delete(scene.ada, scene.channel, ts)
    scene.gone(ts)
    gone.append(withdrawn)
    scene.place.wait_for(scene.swept, 60)
    assert scene.bot.stop() == 0
    try:
        assert scene.holding(kept.title)
        assert scene.holding(f"secret-draft-{kept.number}")
        for paper in gone:
            for words in (paper.title, f"secret-draft-{paper.number}.pdf", f"{paper.authors[0]}", f"by {paper.gain}"):
                assert scene.holding(words) == [], words
        assert len(list((scene.folder / "data" / "pdfs").glob("*.pdf"))) > 0
    finally:
        scene.bot.start()
        scene.bot.wait_until_connected()


def test_threads_that_delete_the_same_files_do_not_trip_over_each_other(tmp_path: Path) -> None:
    nobody = cast(Any, None)
    pipeline = Pipeline(nobody, nobody, nobody, nobody, tmp_path, 0)
    released = {f"{number:064x}": datetime.now(UTC) + timedelta(hours=1) for number in range(300)}
    for value in released:
        (tmp_path / f"{value}.pdf").touch()
    with ThreadPoolExecutor(8) as threads:
        gone = threads.map(pipeline.forget_files, [released] * 8)
    assert sum(gone) == 300
