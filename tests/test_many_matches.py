"""A search that matches more than is looked at says so, wherever it was asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_bot import APP, ROOT, connected_bot

from bot.models import MOST_LISTED
from playground import Playground
from playground.installation import TEAM_ID


def filled(data: Path, count: int) -> None:
    records = data.parent / "records.jsonl"
    with records.open("w", encoding="utf-8") as file:
        for number in range(count):
            title = f"Tides in Lake {number}"
            brief = {"zh": f"测量第{number}湖的潮汐", "en": f"Measures the tides of lake {number}."}
            record = {"title": title, "institutions": [], "author_count": 1, "abstract": "", "brief": brief}
            file.write(json.dumps(record) + "\n")
    imported = [sys.executable, "-m", "bot", "import", str(records), "--team", TEAM_ID]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PAPERWIRE_DATA": str(data)}
    subprocess.run(imported, check=True, env=environment, cwd=ROOT, capture_output=True)


@pytest.fixture(scope="module", params=["en", "zh"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    data = tmp_path_factory.mktemp("many") / "data"
    data.mkdir()
    filled(data, MOST_LISTED + 10)
    with Playground(time_scale=50, installation=APP) as place:
        place.add_user("ada")
        place.add_channel("papers")
        environment = {**place.environment(), "PAPERWIRE_LANGUAGE": request.param}
        with connected_bot(environment, data):
            yield place


def test_it_says_that_the_latest_were_looked_at_and_no_longer_where_fewer_match(place: Playground) -> None:
    [ada] = [user.id for user in place.workspace.users.values() if user.name == "ada"]
    [papers] = [each.id for each in place.workspace.channels.values() if each.name == "papers"]

    def says_so(message: object) -> bool:
        return json.dumps(message).count(f"{MOST_LISTED:,}") == 2

    [many] = place.command(ada, papers, "/digest search lake")
    assert says_so(many["blocks"])
    place.click(ada, many, "search_page")
    following = place.wait_for(lambda: [m for m in place.ephemerals(ada, papers) if m["blocks"] != many["blocks"]], 10)[
        -1
    ]
    assert says_so(following["blocks"])
    [few] = place.command(ada, papers, "/digest search lake 77")
    assert "Tides in Lake 77" in str(few["blocks"]) and not says_so(few["blocks"])
    place.open_home(ada)
    place.wait_for(lambda: place.home(ada), 10)
    for words, expected in (("lake", True), ("lake 77", False)):
        before = place.home(ada) or {}
        place.click_in_view(ada, before, "home_search", words)
        found = place.wait_for(lambda before=before: (h := place.home(ada)) and h["hash"] != before["hash"] and h, 10)  # type: ignore[misc]
        assert says_so(found["blocks"]) is expected
