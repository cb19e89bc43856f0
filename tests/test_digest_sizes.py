"""Digests of every size are posted whole into the playground, which refuses what Slack would."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from library_samples import brief, paper, share
from running_bot import APP, connected_bot, far_from_now, put

from playground import Playground
from playground.installation import TEAM_ID
from storage.database.sqlite import SqliteLibrary

Json = dict[str, Any]
Office = tuple[Playground, str, dict[int, str], Path]
"""The playground, somebody in it, a channel for each size, and where the bot's clock is put ahead."""
SIZES = (0, 1, 17, 60, 300)
_WORDS = "a rather long sentence about tides in shallow lakes, with gauges, winds and waves of 3.5 cm, "


def title(number: int) -> str:
    return f"Tides in Lake №{number:03}"


def shelve(data: Path, channels: dict[int, str], user: str) -> None:
    """As if so many papers had been shared in each channel an hour ago; every second brief is as long as they get."""
    at = datetime.now(UTC) - timedelta(hours=1)
    with closing(SqliteLibrary(data / "paperwire.db")) as library:
        for size, channel in channels.items():
            for number in range(size):
                one = share(
                    f"arxiv:26{size:02}.{number:05}", team=TEAM_ID, channel=channel, ts=f"{number}.5", user=user
                )
                about = replace(paper(one.item), title=title(number))
                sentence = f"{title(number)}: {_WORDS * (8 if number % 2 else 2)}"
                library.accept(TEAM_ID, one, at)
                library.keep(TEAM_ID, about, replace(brief(), sentence=sentence), None, at, share_id=one.id)


@pytest.fixture(scope="module", params=["zh", "en"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("sizes") / "data"
    data.mkdir()
    offset = data.parent / "offset"
    with Playground(time_scale=100, installation=APP) as place:
        ada = place.add_user("ada")
        channels = {size: place.add_channel(f"with-{size}") for size in SIZES}
        shelve(data, channels, ada)
        environment = {**place.environment(), "PAPERWIRE_LANGUAGE": request.param, "PAPERWIRE_TIME_SCALE": "100"}
        environment |= {"PAPERWIRE_CLOCK_OFFSET": str(offset)}
        with connected_bot(environment, data):
            yield place, ada, channels, offset


def test_a_period_without_papers_is_told_in_one_line(office: Office) -> None:
    place, ada, channels, offset = office
    channel = channels[0]
    assert "digest_post" not in str(place.command(ada, channel, "/digest week")[0]["blocks"])
    place.command(ada, channel, f"/digest schedule daily {far_from_now()} UTC")
    put(offset, "86400")
    try:
        [told] = place.wait_for(lambda: [m for m in place.messages(channel) if m.get("bot_id")], 30)
    finally:
        offset.unlink()
    assert told["text"].startswith(("No papers were shared", "这段时间没有分享论文")) and "\n" not in told["text"]
    assert len(told["blocks"]) == 1 and place.thread(channel, told["ts"]) == []


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_digest_is_posted_whole(office: Office, size: int) -> None:
    place, ada, channels, _ = office
    channel = channels[size]
    [preview] = place.command(ada, channel, "/digest week")
    place.click(ada, preview, "digest_post")

    def whole() -> tuple[Json, list[Json]] | None:
        for each in place.messages(channel):
            thread = place.thread(channel, each["ts"])
            if any(file["name"].endswith(".md") for reply in thread for file in reply.get("files", [])):
                return each, thread
        return None

    parent, thread = place.wait_for(whole, 120)
    briefs = [reply for reply in thread if not reply.get("files")]
    words = json.dumps([reply["blocks"] for reply in briefs], ensure_ascii=False)
    told = Counter({number: words.count(f'"text": "{title(number)}') for number in range(size)})
    assert set(told.values()) == {1}, "each paper once"
    assert json.dumps(parent["blocks"], ensure_ascii=False).count("№") == min(size, 30)
    assert len(thread) <= 45, "Slack takes one message a second"
    [report] = [file for file in place.files(channel) if file["name"].endswith(".md")]
    assert all(title(number) in report["content"].decode() for number in range(size))
