"""The page's addresses serve the page, and nobody else who happens to be in the same browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import sample

STATIC = Path(__file__).parent.parent / "playground" / "page" / "static"


@pytest.fixture
def place() -> Iterator[Playground]:
    with Playground() as place:
        yield place


def act(place: Playground, user: str, name: str, sent: dict[str, Any], origin: str | None = None) -> httpx.Response:
    headers = {"Origin": place.url if origin is None else origin}
    return httpx.post(f"{place.url}/page/act/{name}", params={"as": user}, json=sent, headers=headers)


def first_sight(place: Playground, user: str, **asked: str) -> dict[str, Any]:
    with httpx.stream("GET", f"{place.url}/page/sight", params={"as": user, **asked}) as stream:
        line = next(each for each in stream.iter_lines() if each.startswith("data: "))
    seen: dict[str, Any] = json.loads(line.removeprefix("data: "))["set"]
    return seen


def test_the_page_may_load_nothing_but_its_own_and_run_nothing_inline(place: Playground) -> None:
    answer = httpx.get(f"{place.url}/")
    policy = dict(each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert "<script>" not in answer.text and "style=" not in answer.text and " onclick" not in answer.text


def test_a_permalink_leads_to_the_page(place: Playground) -> None:
    ada, papers = place.add_user("Ada"), place.add_channel("papers")
    ts = place.post(ada, papers, "hi")
    address = f"{place.url}/archives/{papers}/p{ts.replace('.', '')}"
    assert httpx.get(address).text == httpx.get(f"{place.url}/").text
    assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 403


def test_no_module_makes_html_of_text() -> None:
    for module in STATIC.glob("*.js"):
        text = module.read_text(encoding="utf-8")
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert forbidden not in text, f"{module.name} uses {forbidden}"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", ""])
def test_other_sites_cannot_act(place: Playground, origin: str) -> None:
    ada = place.add_user("Ada")
    papers = place.add_channel("papers")
    assert act(place, ada, "post", {"channel": papers, "text": "hi"}, origin).status_code == 403
    assert place.messages(papers) == []
    assert "ts" in act(place, ada, "post", {"channel": papers, "text": "hi"}).json()


def test_another_name_for_the_address_is_not_served(place: Playground) -> None:
    place.add_user("Ada")
    for path in ("/", "/page/sight"):
        assert httpx.get(f"{place.url}{path}", headers={"Host": "rebound.example"}).status_code == 403


def test_who_looks_at_the_page_has_its_language_in_slack(place: Playground) -> None:
    ada, ben = place.add_user("Ada"), place.add_user("Ben", locale="fr-FR")
    slack = WebClient(place.installation.bot_token, base_url=f"{place.url}/api/")

    def locale(user: str) -> object:
        return slack.users_info(user=user, include_locale=True)["user"]["locale"]

    first_sight(place, ada, language="zh")
    first_sight(place, ben)
    assert (locale(ada), locale(ben)) == ("zh-CN", "fr-FR")
    first_sight(place, ada, language="en")
    assert locale(ada) == "en-US"


def test_one_sees_ones_own_channels_and_whispers_only(place: Playground) -> None:
    ada, ben = place.add_user("Ada"), place.add_user("Ben")
    secret = place.add_channel("secret", private=True, members=[ben])
    papers = place.add_channel("papers")
    place.post(ben, secret, "for few")
    with place.workspace.turn():
        place.slack.whisper(papers, ben, {"text": "for Ben"}, None)
    seen, by_ben = first_sight(place, ada), first_sight(place, ben)
    assert f"channel:{papers}" in seen and f"channel:{secret}" not in seen
    assert not any("for " in str(part) for name, part in seen.items() if name.startswith("message:"))
    assert sum("for " in str(part) for name, part in by_ben.items() if name.startswith("message:")) == 2


def test_only_what_changed_is_sent_again(place: Playground) -> None:
    ada = place.add_user("Ada")
    papers = place.add_channel("papers")
    ts = place.post(ada, papers, "one")
    with httpx.stream("GET", f"{place.url}/page/sight", params={"as": ada}) as stream:
        patches = (json.loads(each.removeprefix("data: ")) for each in stream.iter_lines() if each.startswith("data: "))
        assert f"message:{papers}:{ts}" in next(patches)["set"]
        second = place.post(ada, papers, "two")
        assert set(next(patches)["set"]) == {f"message:{papers}:{second}"}
        place.delete(ada, papers, ts)
        assert next(patches) == {"set": {}, "gone": [f"message:{papers}:{ts}"]}


def test_nobody_changes_what_another_said(place: Playground) -> None:
    ada, ben = place.add_user("Ada"), place.add_user("Ben")
    papers = place.add_channel("papers")
    ts = place.post(ada, papers, "mine")
    for name, sent in (("edit", {"text": "yours"}), ("delete", {})):
        answer = act(place, ben, name, {"channel": papers, "ts": ts, **sent})
        assert (answer.status_code, answer.json()["error"]) == (400, "cant_update_message")
    assert [each["text"] for each in place.messages(papers)] == ["mine"]


def test_files_are_shown_in_place_only_when_they_are_what_they_say(place: Playground) -> None:
    ada = place.add_user("Ada")
    papers = place.add_channel("papers")
    for name, content in (("a.pdf", b"%PDF-1.4 x"), ("b.pdf", b"<script>"), ("c.html", b"<script>"), ("d.md", b"# hi")):
        place.upload(ada, papers, name, content)
    kinds = {}
    for file in place.files(papers):
        answer = httpx.get(f"{place.url}/page/files/{file['id']}")
        kinds[file["name"]] = answer.headers["Content-Type"], answer.headers["Content-Disposition"].partition(";")[0]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert kinds == {
        "a.pdf": ("application/pdf", "inline"),
        "b.pdf": ("application/octet-stream", "attachment"),
        "c.html": ("application/octet-stream", "attachment"),
        "d.md": ("text/plain; charset=utf-8", "attachment"),
    }


def test_time_moves_forward_for_the_workspace_and_the_bot(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    with Playground(clock_file=clock) as place:
        assert place.environment()["PAPERWIRE_CLOCK_OFFSET"] == str(clock)
        ada = place.add_user("Ada")
        papers = place.add_channel("papers")
        before = float(place.post(ada, papers, "one"))
        assert act(place, ada, "move_clock", {"seconds": 3600}).status_code == 200
        assert 3600 <= float(place.post(ada, papers, "two")) - before < 3660
        assert float(clock.read_text()) == 3600
        assert act(place, ada, "move_clock", {"seconds": -60}).json() == {"error": "time does not go back"}
        assert float(clock.read_text()) == 3600


def test_papers_that_are_no_samples_are_asked_of_arxiv_itself() -> None:
    quiet, skimming = sample("quiet_updates"), sample("two_pass_skimming")
    with ArxivStandIn([quiet]) as arxiv:
        there = arxiv.environment()
        beyond = (there["PAPERWIRE_ARXIV_URL"], there["PAPERWIRE_ARXIV_API_URL"])
        with ArxivStandIn([skimming], beyond=beyond) as stand_in, httpx.Client(follow_redirects=True) as client:
            here = stand_in.environment()
            for paper in (quiet, skimming):
                feed = client.get(here["PAPERWIRE_ARXIV_API_URL"], params={"id_list": paper.arxiv}).text
                assert paper.title in feed
                assert client.get(f"{here['PAPERWIRE_ARXIV_URL']}/pdf/{paper.arxiv}").content == paper.pdf
        assert len(arxiv.requests) == 2
