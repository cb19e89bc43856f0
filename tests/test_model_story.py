"""The bot with a model over HTTP: good days and bad days, as a thread sees them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_model_server import FakeModelServer, error
from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground

Scene = tuple[Playground, FakeModelServer, str, str]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Playground(time_scale=50, installation=APP) as place, FakeModelServer() as server:
        environment = {
            **place.environment(),
            "PAPERWIRE_MODEL": "openai/test-model",
            "PAPERWIRE_MODEL_URL": server.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "OPENAI_API_KEY": "sk-nobody",
        }
        ada, channel = place.add_user("ada"), place.add_channel("papers")
        with connected_bot(environment, tmp_path_factory.mktemp("model") / "data"):
            yield place, server, ada, channel


def answer(scene: Scene, number: int) -> str:
    place, _, ada, channel = scene
    ts = place.upload(ada, channel, f"{number}.pdf", MadePaper(number).pdf())
    [message] = place.wait_for(lambda: place.thread(channel, ts), 60)
    return f"{message['text']} {message['blocks']}"


def test_a_models_brief_is_posted_without_the_mark_of_excerpts(scene: Scene) -> None:
    said = answer(scene, 1)
    assert MadePaper(1).title in said
    assert "excerpts, no model" not in said
    assert scene[1].requests


def test_a_key_that_the_provider_refuses_is_told_beside_an_excerpted_brief(scene: Scene) -> None:
    scene[1].queue(error(401, "Incorrect API key provided: sk-nobody", code="invalid_api_key"))
    said = answer(scene, 2)
    assert MadePaper(2).title in said
    assert "test-model" in said
    assert "excerpted from the paper instead" in said
    assert "sk-nobody" not in said


def test_a_model_that_is_down_for_a_moment_is_waited_for(scene: Scene) -> None:
    scene[1].queue(*[error(500, "internal error")] * 3)
    said = answer(scene, 3)
    assert MadePaper(3).title in said
    assert "excerpted from the paper instead" not in said


def test_an_answer_is_never_paid_twice(scene: Scene) -> None:
    place, server, ada, _ = scene
    answer(scene, 4)
    asked = len(server.requests)
    # Nothing of what others shared is known there, so the brief is made anew, of the same words.
    apart = place.add_channel("apart", private=True)
    ts = place.upload(ada, apart, "again.pdf", MadePaper(4).pdf())
    [message] = place.wait_for(lambda: place.thread(apart, ts), 60)
    assert MadePaper(4).title in str(message["blocks"])
    assert "excerpted" not in str(message["blocks"])
    assert len(server.requests) == asked
