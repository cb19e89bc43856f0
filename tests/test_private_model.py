"""What is private is read by the private model alone: an outside one, on a server of its own, never sees a byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from fake_model_server import FakeModelServer, error
from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

PAPERS = samples()


@dataclass
class Scene:
    place: Playground
    outside: FakeModelServer
    inside: FakeModelServer
    ada: str
    channel: str
    numbers: Iterator[int]

    def answer(self, channel: str, ts: str) -> dict[str, Any]:
        self.place.wait_for(lambda: self.place.reactions(channel, ts).keys() & {"white_check_mark", "x"}, 60)
        [message] = self.place.thread(channel, ts)
        return message

    def uploaded(self, channel: str | None = None) -> tuple[MadePaper, dict[str, Any]]:
        paper, channel = MadePaper(next(self.numbers)), channel or self.channel
        ts = self.place.upload(self.ada, channel, "draft.pdf", paper.pdf())
        return paper, self.answer(channel, ts)

    def linked(self, arxiv: str, channel: str | None = None) -> dict[str, Any]:
        channel = channel or self.channel
        return self.answer(channel, self.place.post(self.ada, channel, f"https://arxiv.org/abs/{arxiv}"))

    def chosen(self, message: dict[str, Any], choice: str) -> None:
        """One of a message's ⋯ is chosen and done, which takes one more request inside."""
        asked, channel = len(self.inside.requests), message["channel"]
        self.place.click(self.ada, message, "brief_more", choice)
        self.place.wait_for(lambda: len(self.inside.requests) > asked, 60)
        self.place.wait_for(lambda: "eyes" not in self.place.reactions(channel, message["thread_ts"]), 60)

    def in_chinese(self, message: dict[str, Any]) -> bool:
        shown = self.place.message(message["channel"], message["ts"])
        return shown is not None and "论文" in shown["text"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with (
        Playground(time_scale=50, installation=APP) as place,
        ArxivStandIn() as arxiv,
        FakeModelServer() as outside,
        FakeModelServer() as inside,
    ):
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_MODEL": "openai/outside",
            "PAPERWIRE_FALLBACK_MODELS": "openai/outside-too",
            "PAPERWIRE_MODEL_URL": outside.url,
            "PAPERWIRE_PRIVATE_MODEL": "hosted_vllm/inside",
            "PAPERWIRE_PRIVATE_MODEL_URL": inside.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "OPENAI_API_KEY": "sk-outside-key",
        }
        ada, channel = place.add_user("ada"), place.add_channel("papers")
        with connected_bot(environment, tmp_path_factory.mktemp("private") / "data"):
            yield Scene(place, outside, inside, ada, channel, count(1))


def test_a_link_in_a_public_channel_goes_to_the_outside_model(scene: Scene) -> None:
    inside = len(scene.inside.requests)
    assert PAPERS[0].title in scene.linked(PAPERS[0].arxiv)["text"]
    assert PAPERS[0].title in str(scene.outside.requests)
    assert len(scene.inside.requests) == inside


def test_an_upload_goes_to_the_private_model_alone_however_often_it_is_briefed(scene: Scene) -> None:
    outside = len(scene.outside.requests)
    paper, message = scene.uploaded()
    assert paper.title in message["text"]
    assert paper.title in str(scene.inside.requests)
    # There is nothing to choose from: no form asks which model.
    scene.chosen(message, "again")
    assert scene.place.modal(scene.ada) is None
    scene.chosen(message, "other")
    assert scene.place.wait_for(lambda: scene.in_chinese(message), 30)
    assert len(scene.outside.requests) == outside
    assert "sk-outside-key" not in str(scene.inside.headers)


def test_links_in_private_conversations_go_to_the_private_model_alone(scene: Scene) -> None:
    outside = len(scene.outside.requests)
    closed = scene.place.add_channel("closed", private=True)
    direct = scene.place.direct_channel(scene.ada)
    assert PAPERS[1].title in scene.linked(PAPERS[1].arxiv, closed)["text"]
    assert PAPERS[1].title in scene.linked(PAPERS[1].arxiv, direct)["text"]
    paper, _ = scene.uploaded(closed)
    assert all(title in str(scene.inside.requests) for title in (PAPERS[1].title, paper.title))
    assert len(scene.outside.requests) == outside


def test_what_an_upload_brought_stays_inside_when_the_paper_is_linked_later(scene: Scene) -> None:
    paper = PAPERS[2]
    scene.answer(scene.channel, scene.place.upload(scene.ada, scene.channel, "paper.pdf", paper.pdf))
    outside = len(scene.outside.requests)
    message = scene.linked(paper.arxiv)
    assert paper.title in message["text"]
    scene.chosen(message, "again")
    scene.chosen(message, "other")
    assert len(scene.outside.requests) == outside


def test_when_the_private_model_fails_the_brief_is_excerpted_and_nobody_else_is_asked(scene: Scene) -> None:
    outside = len(scene.outside.requests)
    scene.inside.queue(error(401, "no key", code="invalid_api_key"))
    paper, message = scene.uploaded()
    assert paper.title in message["text"]
    assert "excerpted from the paper instead" in str(message["blocks"])
    assert len(scene.outside.requests) == outside
