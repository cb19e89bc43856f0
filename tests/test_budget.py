"""A team's budget for models, as its members meet it: briefs go on, say why they are plainer, and status tells."""

from __future__ import annotations

from pathlib import Path

from fake_model_server import FakeModelServer, good
from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground


def test_a_spent_budget_gives_excerpts_that_say_so_and_brief_again_too(tmp_path: Path) -> None:
    with Playground(time_scale=50, installation=APP) as place, FakeModelServer() as server:
        environment = {
            **place.environment(),
            # The provider itself, for LiteLLM to call and to price: 0.15 dollars a million tokens in.
            "PAPERWIRE_MODEL": "openai/gpt-4o-mini",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "sk-nobody",
            "PAPERWIRE_MONTHLY_BUDGET": "0.10",
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
        }
        ada, channel = place.add_user("ada"), place.add_channel("papers")

        def brief(number: int) -> str:
            ts = place.upload(ada, channel, f"{number}.pdf", MadePaper(number).pdf())
            [message] = place.wait_for(lambda: place.thread(channel, ts), 90)
            return f"{message['text']} {message['blocks']}"

        with connected_bot(environment, tmp_path / "data"):
            assert "$0.0000 of $0.10" in place.command(ada, channel, "/digest status")[0]["text"]
            # A dear answer of no use; nobody pays for its repair any more.
            server.queue(good("no JSON", input_tokens=1_000_000))
            assert MadePaper(1).title in brief(1)
            assert "$0.1501 of $0.10" in place.command(ada, channel, "/digest status")[0]["text"]
            asked = len(server.requests)
            said = brief(2)
            assert MadePaper(2).title in said
            assert "This month's budget for models is spent" in said
            assert "excerpted from the paper instead" in said
            [message] = [each for each in place.messages(channel) if MadePaper(2).title in each["text"]]
            place.click(ada, message, "brief_more", "again")
            place.wait_for(lambda: "was not written again" in str(place.messages(channel)), 60)
            assert len(server.requests) == asked
