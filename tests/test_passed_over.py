"""A source that did not answer is passed over, and Details name it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_arxiv import FakeArxiv
from made_papers import MadePaper
from running_bot import APP, connected_bot

from bot.models import Language
from playground import Playground


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Did not answer: arXiv API"), ("zh", "没有回应的来源：arXiv API")]
)
def test_details_name_the_source_that_throttled(tmp_path: Path, language: Language, said: str) -> None:
    with Playground(time_scale=20, installation=APP) as place, FakeArxiv() as arxiv:
        ada, channel = place.add_user("ada"), place.add_channel("papers")
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_LANGUAGE": language,
            "PAPERWIRE_TIME_SCALE": "20",
        }
        with connected_bot(environment, tmp_path / "data"):

            def details(number: int) -> str:
                paper = MadePaper(number)
                arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
                ts = place.post(ada, channel, f"https://arxiv.org/abs/{paper.arxiv_id}")
                place.wait_for(lambda: "white_check_mark" in place.reactions(channel, ts), 60)
                before = (place.modal(ada) or {}).get("id")
                place.click(ada, place.thread(channel, ts)[0], "paper_details")
                return str(place.wait_for(lambda: (m := place.modal(ada)) and m["id"] != before and m["blocks"], 10))

            without = details(0)
            assert "arXiv API" in without and said not in without
            arxiv.throttle(1, status=429)
            assert said in details(1)
