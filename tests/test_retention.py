"""Full texts are dropped after a while; whatever needs one fetches it anew."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_model_server import FakeModelServer
from library_places import KINDS, opened
from library_samples import at, brief, paper, share, text
from made_papers import MadePaper
from running_bot import APP, RunningBot, put

from bot import running
from bot import work as work_module
from bot.engine import sqlite_engine
from bot.ports import Library
from bot.settings import Settings
from bot.tidying import tidy
from bot.work import SHARES, Work
from playground import Playground
from storage.library import SqlLibrary
from storage.workspaces import forget_work

_DAY = 86_400


def test_texts_are_dropped_by_the_time_they_were_kept_and_briefs_stay(library: Library) -> None:
    for number, hour in ((1, 0), (2, 10)):
        posted = share(f"arxiv:{number}", ts=f"{number}.0")
        library.accept("T1", posted, at(hour))
        about = paper(f"arxiv:{number}", title=f"Tides {number}")
        library.keep("T1", about, brief(), text(), at(hour), share_id=posted.id)
    old, young = (library.known_paper("T1", [f"arxiv:{number}"], "C1") for number in (1, 2))
    assert old is not None
    assert young is not None
    assert library.drop_texts(at(5)) == 1
    assert library.text("T1", old.id, "C1") is None
    assert library.brief("T1", old.id, "zh", "C1") == brief()
    assert library.text("T1", young.id, "C1") == text()
    # Fetched anew it is kept anew.
    library.keep("T1", old, None, text("again"), at(20), share_id=share("arxiv:1", ts="1.0").id)
    assert library.drop_texts(at(15)) == 1
    assert library.text("T1", old.id, "C1") == text("again")


def test_a_brief_is_written_again_from_a_text_fetched_anew(tmp_path: Path) -> None:
    data, offset = tmp_path / "data", tmp_path / "offset"

    def texts() -> int:
        with closing(sqlite3.connect(data / "paperwire.db")) as database:
            [(found,)] = database.execute("SELECT COUNT(*) FROM texts")
        return int(found)

    with Playground(time_scale=50, installation=APP) as place, FakeModelServer() as server:
        environment = {
            **place.environment(),
            "PAPERWIRE_MODEL": "openai/local",
            "PAPERWIRE_MODEL_URL": server.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_KEEP_TEXT_DAYS": "7",
            "PAPERWIRE_TIME_SCALE": "50",
            "PAPERWIRE_CLOCK_OFFSET": str(offset),
        }
        ada, channel, made = place.add_user("ada"), place.add_channel("papers"), MadePaper(1)
        bot = RunningBot(environment, data)
        with bot:
            bot.wait_until_connected()
            ts = place.upload(ada, channel, "draft.pdf", made.pdf())
            [answer] = place.wait_for(lambda: place.thread(channel, ts), 60)
            assert texts() == 1
        put(offset, str(8 * _DAY))
        shutil.rmtree(data / "pdfs")
        with bot:
            bot.wait_until_connected()
            place.wait_for(lambda: texts() == 0, 30)
            [found] = place.command(ada, channel, f"/digest search {made.title}")
            assert made.title in str(found["blocks"])
            asked = len(server.requests)
            place.click(ada, answer, "brief_more", "again")
            place.wait_for(lambda: len(server.requests) > asked, 60)
            # What stands in the conclusion alone is in the question again.
            assert "lowers the cost by" in str(server.requests[-1])
            assert texts() == 1


class Tidying:
    """Stands for the engine, the PDFs and the forgetting of one replica: counts what it is told."""

    def __init__(self) -> None:
        self.shared = self.own = 0

    def patiently(self, action: Callable[[], object]) -> object:
        return action()

    def forget_finished(self, before: datetime) -> None:
        self.shared += 1

    def forget_pdfs(self, before: datetime) -> None:
        self.own += 1

    def clean(self) -> None: ...


def test_of_all_replicas_one_a_day_tidies_what_they_share(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often they are started anew, whoever is the oldest."""
    monkeypatch.setattr(SqlLibrary, "prune", lambda *_: 0)
    replicas = Tidying(), Tidying()
    with closing(opened(place)) as one, closing(opened(place)) as other:
        for hour in range(49):
            for part, library in zip(replicas, (one, other), strict=True):
                tidy(Settings(), part, library, part, part, lambda hour=hour: at(hour))  # type: ignore[arg-type, misc]
            replicas = replicas[1], replicas[0]
    assert sum(part.shared for part in replicas) == 3
    assert [part.own for part in replicas] == [49, 49]


@pytest.mark.parametrize(("days", "left"), [(None, 130), (2, 130), (1, 0)])
def test_papers_go_daily_where_the_settings_say_so(days: int | None, left: int, place: str) -> None:
    part = Tidying()
    with closing(opened(place)) as library:
        for number in range(130):
            library.keep("T1", paper(f"arxiv:{number}", title=f"Tides {number}"), brief(), None, at(0))
        settings = Settings(PAPERWIRE_KEEP_PAPERS_DAYS=days)
        tidy(settings, part, library, part, part, lambda: at(30))  # type: ignore[arg-type]
        assert len(library.all_papers("T1", None, "zh")) == left


def test_finished_work_is_forgotten_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_module, "_FORGOTTEN_AT_ONCE", 5)
    work = Work(tmp_path, sqlite_engine(tmp_path / "work.db"), workers=4)
    work.launch({"nothing": lambda: None})
    try:
        for number in range(12):
            work.enqueue(SHARES, "nothing", str(number))
        while work.waiting():
            time.sleep(0.05)
        assert work.forget_finished(datetime.now(UTC)) == 12
        assert work.forget_finished(datetime.now(UTC)) == 0
    finally:
        work.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_work_of_a_workspace_goes_finished_or_not_while_the_engine_runs(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    settings = Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=url)
    assert url or forget_work(settings, "T1") == 0
    with running.open_library(settings), running._open_work(settings) as work:
        work.launch({"nothing": lambda: None})
        try:
            for key in ("T1:C1:1.0:arxiv:1", "digest:T1:C1:asked:1", "T2:C1:1.0:arxiv:1", "T11:C1:1.0:arxiv:1"):
                work.enqueue(SHARES, "nothing", key)
            while work.waiting():
                time.sleep(0.05)
            work.enqueue(SHARES, "nothing", "sweep:1:T1:C1:1.0:arxiv:1", delay=600)
            assert forget_work(settings, "T1") == 3
            assert work.waiting() == 0
            assert forget_work(settings, "T1") == 0
            assert work.forget_finished(datetime.now(UTC)) == 2
        finally:
            work.close()
