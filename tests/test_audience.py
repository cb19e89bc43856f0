"""Who reads a channel is looked up when something is posted, not when it was shared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from made_papers import MadePaper
from running_bot import APP, KILLABLE, RunningBot, connected_bot, far_from_now, put
from slack_sight import seen

from handlers import audiences
from handlers.calls import Calls
from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

_DAY = 86_400
_SCALE = 50
# The bot believes for so long what Slack said of a channel.
_FRESH = 25 / _SCALE
Json = dict[str, Any]


@dataclass
class Scene:
    place: Playground
    bot: RunningBot
    control: Path
    offset: Path
    ada: str
    bo: str
    numbers: Iterator[int]
    days: int = 0

    def paper(self) -> MadePaper:
        return MadePaper(next(self.numbers))

    def upload(self, channel: str, paper: MadePaper, user: str | None = None) -> Json:
        return self.answer(channel, self.place.upload(user or self.ada, channel, "draft.pdf", paper.pdf()))

    def answer(self, channel: str, ts: str) -> Json:
        self.place.wait_for(lambda: self.place.reactions(channel, ts).keys() & {"white_check_mark", "x"}, 60)
        [message] = self.place.thread(channel, ts)
        return message

    def details(self, message: Json) -> str:
        before = (self.place.modal(self.bo) or {}).get("id")
        self.place.click(self.bo, message, "paper_details")
        return str(self.place.wait_for(lambda: (m := self.place.modal(self.bo)) and m["id"] != before and m, 10))

    def found(self, channel: str, paper: MadePaper) -> bool:
        [answer] = self.place.command(self.ada, channel, f"/digest search {paper.title}")
        return "Nothing found" not in answer["text"]

    def held_up(self, where: str) -> Path:
        """The bot will stand still there once; it goes on when the file returned is written."""
        put(self.control / "armed", where)
        return self.control / "go"

    def wait_until_held(self) -> None:
        reached = self.control / "reached"
        self.place.wait_for(reached.exists, 60)
        reached.unlink()

    def digest_now(self, channel: str) -> list[Json]:
        """The messages of a digest that somebody asked for."""
        before, shown = len(self.reports(channel)), len(self.place.messages(channel))
        self.place.click(self.ada, self.place.command(self.ada, channel, "/digest week")[0], "digest_post")
        self.place.wait_for(lambda: len(self.reports(channel)) > before, 60)
        return self.place.messages(channel)[shown:]

    def next_digest(self, channel: str) -> str:
        """What a whole digest says: its message, its thread, its report."""
        before = len(self.reports(channel))
        self.days += 1
        put(self.offset, str(self.days * _DAY))
        self.place.wait_for(lambda: len(self.reports(channel)) > before, 60)
        report = self.reports(channel)[-1]
        said = [m for m in self.place.messages(channel) if m.get("bot_id")]
        return f"{said} {report['content'].decode()}"

    def reports(self, channel: str) -> list[Json]:
        return [each for each in self.place.files(channel) if each["name"].endswith(".md")]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("audience")
    control, offset = folder / "control", folder / "offset"
    control.mkdir()
    with Playground(time_scale=_SCALE, installation=APP) as place, ArxivStandIn() as arxiv:
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_CLOCK_OFFSET": str(offset),
            "KILL_CONTROL": str(control),
        }
        ada, bo = place.add_user("ada"), place.add_user("bo")
        with connected_bot(environment, folder / "data", KILLABLE) as bot:
            yield Scene(place, bot, control, offset, ada, bo, count(1))


def test_what_slack_said_of_a_channel_ages_from_when_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    time_now, closed = [100.0], [False]

    class SlowSlack:
        def ask(self, *_: object, **__: object) -> Json:
            said = {"channel": {"is_private": closed[0]}}
            time_now[0] += 15
            closed[0] = True
            return said

    monkeypatch.setattr(audiences, "time", SimpleNamespace(monotonic=lambda: time_now[0]))
    asked = audiences.Audiences(cast(Calls, SlowSlack()))
    assert not asked.of("T1", "C1").closed
    time_now[0] += 6
    assert asked.of("T1", "C1").closed


def test_what_is_shared_after_a_channel_became_private_is_seen_there_alone(scene: Scene) -> None:
    place, papers, elsewhere = scene.place, (scene.paper(), scene.paper()), scene.place.add_channel("elsewhere")
    channel = place.add_channel("opened")
    scene.upload(channel, papers[0])
    place.convert_to_private(scene.ada, channel)
    scene.upload(channel, papers[1])
    assert scene.found(elsewhere, papers[0])
    assert scene.found(channel, papers[1])
    assert not scene.found(elsewhere, papers[1])


def test_a_channel_closed_between_share_and_answer_keeps_what_was_shared(scene: Scene) -> None:
    place, paper, elsewhere = scene.place, scene.paper(), scene.place.add_channel("outside-closing")
    channel = place.add_channel("closing")
    go = scene.held_up("after keep")
    ts = place.upload(scene.ada, channel, "draft.pdf", paper.pdf())
    scene.wait_until_held()
    place.convert_to_private(scene.ada, channel)
    time.sleep(_FRESH)
    go.touch()
    assert paper.title in scene.answer(channel, ts)["text"]
    assert scene.found(channel, paper)
    assert not scene.found(elsewhere, paper)
    again = scene.upload(elsewhere, paper, scene.bo)
    assert "first shared" not in str(again["blocks"])


def test_outsiders_are_not_told_who_shared_a_paper_elsewhere_or_who_edited_it(scene: Scene) -> None:
    place, paper = scene.place, scene.paper()
    inner, shared = place.add_channel("inner"), place.add_channel("with-partners")
    first = scene.upload(inner, paper)
    place.click(scene.ada, first, "brief_edit")
    place.wait_for(lambda: place.modal(scene.ada), 10)
    place.submit(scene.ada, {"technique": "a ladder of tide gauges along the shore"})
    place.wait_for(lambda: "ladder" in place.thread(inner, first["thread_ts"])[0]["text"], 30)
    told = str(scene.upload(place.add_channel("inner-too"), paper, scene.bo)["blocks"])
    assert "first shared by ada" in told
    assert "edited by ada" in told
    place.connect(shared)
    message = scene.upload(shared, paper, scene.bo)
    assert paper.title in message["text"]
    assert "first shared" not in str(message["blocks"])
    assert "ada" not in seen(message["blocks"])
    assert "edited by a person" in str(message["blocks"])
    inside, outside = scene.details(first), scene.details(message)
    assert f"<@{scene.ada}>" in inside and "edited by ada" in inside and "Earlier" in inside
    assert "edited by a person" in outside and paper.title in outside
    assert not [told for told in ("<@", "by ada", "Earlier", "tokens") if told in outside]


def test_what_comes_from_a_channel_with_outsiders_is_seen_there_alone(scene: Scene) -> None:
    place, paper, elsewhere = scene.place, scene.paper(), scene.place.add_channel("no-partners")
    channel = place.add_channel("partners")
    place.connect(channel)
    scene.upload(channel, paper)
    assert scene.found(channel, paper)
    assert not scene.found(elsewhere, paper)


def test_a_digest_tells_outsiders_only_what_their_own_channel_shared(scene: Scene) -> None:
    place = scene.place
    source, channel = place.add_channel("sources"), place.add_channel("gathering")
    own, theirs, later = scene.paper(), scene.paper(), scene.paper()
    place.command(scene.ada, channel, f"/digest schedule daily {far_from_now()} UTC from <#{source}|sources>")
    scene.upload(channel, own)
    scene.upload(source, theirs, scene.bo)
    said = scene.next_digest(channel)
    assert own.title in said
    assert theirs.title in said
    scene.upload(channel, later)
    unseen = scene.paper()
    scene.upload(source, unseen, scene.bo)
    place.connect(channel)
    time.sleep(_FRESH)
    said = scene.next_digest(channel)
    assert later.title in said
    assert unseen.title not in said


def test_what_is_never_answered_waits_until_slack_says_who_reads_the_channel(scene: Scene) -> None:
    place, paper, elsewhere = scene.place, scene.paper(), scene.place.add_channel("away-from-quiet")
    channel = place.add_channel("quiet-partners")
    place.command(scene.ada, channel, "/digest mode quiet")
    place.connect(channel)
    place.fail_next(
        "conversations.info", error="internal_error", status=500, when=lambda asked: asked["channel"] == channel
    )
    ts = place.upload(scene.ada, channel, "draft.pdf", paper.pdf())
    place.wait_for(lambda: "white_check_mark" in place.reactions(channel, ts), 60)
    assert scene.found(channel, paper)
    assert not scene.found(elsewhere, paper)


def test_a_digest_shows_outsiders_no_page_of_a_file_that_came_from_elsewhere(scene: Scene) -> None:
    place, (drafted, linked, *_) = scene.place, [each for each in samples() if each.arxiv]
    inner, channel = place.add_channel("drafts"), place.add_channel("with-drafts")
    scene.answer(inner, place.upload(scene.bo, inner, "draft.pdf", drafted.pdf + b"% our own copy"))
    place.connect(channel)
    for each in (drafted, linked):
        scene.answer(channel, place.post(scene.ada, channel, f"https://arxiv.org/abs/{each.arxiv}"))
    own = scene.paper()
    scene.upload(channel, own)
    pictured = {
        title: "image" in [block["type"] for block in message["blocks"]]
        for message in scene.digest_now(channel)
        for title in (drafted.title, linked.title, own.title)
        if title in message["text"]
    }
    assert pictured == {drafted.title: False, linked.title: True, own.title: True}


def test_a_digest_counts_for_outsiders_no_reaction_from_elsewhere(scene: Scene) -> None:
    place, paper = scene.place, scene.paper()
    source, channel = place.add_channel("talking"), place.add_channel("listening")
    place.command(scene.ada, channel, f"/digest schedule daily {far_from_now()} UTC from <#{source}|talking>")
    message = scene.upload(source, paper, scene.bo)
    scene.upload(channel, paper)
    place.react(scene.ada, source, message["thread_ts"], "tada")
    place.wait_for(lambda: "(1 💬)" in str(scene.digest_now(channel)), 30)
    place.connect(channel)
    time.sleep(_FRESH)
    said = str(scene.digest_now(channel))
    assert paper.title in said
    assert "💬" not in said


def test_a_report_names_no_channel_that_was_closed_since(scene: Scene) -> None:
    place, paper = scene.place, scene.paper()
    source, channel = place.add_channel("once-open"), place.add_channel("reporting")
    place.command(scene.ada, channel, f"/digest schedule daily {far_from_now()} UTC from <#{source}|once-open>")
    scene.upload(source, paper, scene.bo)

    def reported() -> str:
        direct = place.direct_channel(scene.bo)
        before = len(scene.reports(direct))
        place.command(scene.bo, channel, "/digest export md all")
        place.wait_for(lambda: len(scene.reports(direct)) > before, 30)
        return str(scene.reports(direct)[-1]["content"].decode())

    assert "bo @ #once-open" in reported()
    place.convert_to_private(scene.ada, source)
    place.workspace.channels[source].name = "acquisition"
    time.sleep(_FRESH)
    assert "bo @ a private channel" in reported()
    scene.digest_now(channel)
    assert "bo @ a private channel" in scene.reports(channel)[-1]["content"].decode()
