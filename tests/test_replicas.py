"""Several replicas on one Postgres: nothing is lost and nothing posted twice, whoever dies, stops or is cut off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cable import Cable
from fake_arxiv import FakeArxiv
from postgres_cluster import PostgresCluster
from running_bot import ROOT, RunningBot
from test_kills import Scene

from playground import Playground
from playground.installation import Installation

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]

_SCALE = 20
_TAKEN_OVER_WITHIN = 30
_EXIT_OF_THE_CUT_OFF = 75


class Replicas(Scene):
    """A workspace served by several bots, each with a data folder of its own, on one database."""

    def __init__(self, place: Playground, arxiv: FakeArxiv, folder: Path, database: str, **settings: str) -> None:
        super().__init__(place, arxiv, folder, DATABASE_URL=database, **settings)
        self.bots: list[RunningBot] = []

    def add(self, **settings: str) -> RunningBot:
        """One more replica, with what it says in its environment if anything differs."""
        number = len(self.bots)
        bot = self.make_bot(f"replica-{number}", self._control(number), **settings)
        self.bots.append(bot)
        return bot

    def _control(self, number: int) -> Path:
        return self.folder / f"control-{number}"

    def arm(self, where: str) -> None:
        """Whoever comes there first stands still, also each of those that come at the same time."""
        for number, _ in enumerate(self.bots):
            (self._control(number) / "armed").write_text(where)

    def disarm(self) -> None:
        for number, _ in enumerate(self.bots):
            (self._control(number) / "armed").unlink(missing_ok=True)

    def reached(self, where: str, seconds: float = 90) -> list[RunningBot]:
        """Those that stand where ``arm`` said; the others go on."""
        self._until(
            lambda: any((self._control(n) / "reached").exists() for n, _ in enumerate(self.bots)), seconds, where
        )
        self.disarm()
        there = [bot for n, bot in enumerate(self.bots) if (self._control(n) / "reached").exists()]
        for number, _ in enumerate(self.bots):
            (self._control(number) / "reached").unlink(missing_ok=True)
        return there

    def kill(self, bot: RunningBot, where: str) -> None:
        bot.kill()
        self.kills[where] += 1

    def wait_until(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        """Returns how long it took."""
        return self._until(condition, seconds, what)

    def _until(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                logs = "\n".join(f"--- {bot.name}\n{bot.log[-3000:]}" for bot in self.bots)
                raise AssertionError(f"not within {seconds} s: {what}\n{logs}")
            time.sleep(0.05)
        return time.monotonic() - began


@contextmanager
def replicas(folder: Path, database: str, **settings: str) -> Iterator[Replicas]:
    """A scene without bots; those that are added are ended."""
    installation = Installation.from_manifest(ROOT / "manifest.json")
    with Playground(time_scale=_SCALE, installation=installation) as place, FakeArxiv() as arxiv, ExitStack() as stack:
        made = Replicas(place, arxiv, folder, database, **settings)
        stack.callback(lambda: [bot.__exit__() for bot in made.bots])
        place.deliver_copies(2)
        yield made


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> Iterator[str]:
    name = postgres_cluster.create_database()
    yield postgres_cluster.url(name)
    postgres_cluster.drop_database(name)


def two(made: Replicas) -> tuple[RunningBot, RunningBot]:
    first, second = made.add(), made.add()
    for bot in (first, second):
        bot.start()
    for bot in (first, second):
        bot.wait_until_connected()
    return first, second


@pytest.mark.parametrize("where", ["after fetch", "after post"])
def test_the_work_of_a_dead_replica_is_taken_over_within_30_s(tmp_path: Path, database: str, where: str) -> None:
    with replicas(tmp_path, database) as made:
        two(made)
        made.arm(where)
        made.share(0)
        [dead, *both] = made.reached(where)
        assert not both, "nobody is left to take over"
        made.kill(dead, where)
        assert made.wait_until(made.all_settled, 60, "answers") < _TAKEN_OVER_WITHIN
        made.verify_answers()


def test_a_replica_that_is_stopped_hands_its_work_over(tmp_path: Path, database: str) -> None:
    with replicas(tmp_path, database) as made:
        two(made)
        made.arm("before post")
        made.share(0)
        [bot, *_] = made.reached("before post")
        assert bot.stop() == 0
        assert made.wait_until(made.all_settled, 60, "answers") < _TAKEN_OVER_WITHIN
        made.verify_answers()


def test_a_replica_of_another_version_goes_on_with_the_work(tmp_path: Path, database: str) -> None:
    """The program of the tests and the plain one differ in their code, as two releases do."""
    with replicas(tmp_path, database) as made:
        older = made.add()
        older.start()
        older.wait_until_connected()
        made.arm("after read")
        made.share(0)
        made.reached("after read")
        newer = RunningBot(made.environment, tmp_path / "newer")
        made.bots.append(newer)
        newer.start()
        newer.wait_until_connected()
        made.share(2)
        older.kill()
        made.wait_until(made.all_settled, 60, "answers")
        made.verify_answers()


def test_a_replica_cut_off_from_postgres_stops_and_the_others_go_on(tmp_path: Path, database: str) -> None:
    with Cable(database) as cable, replicas(tmp_path, database) as made:
        far, near = made.add(DATABASE_URL=cable.url), made.add()
        for bot in (far, near):
            bot.start()
        for bot in (far, near):
            bot.wait_until_connected()
        for number in range(8):
            made.share(number)
            if number == 3:
                cable.cut()
        made.wait_until(made.all_settled, 60, "answers after a short cut")
        assert far.running
        (made._control(0) / "armed").write_text("after keep")
        number = 8
        while not (made._control(0) / "reached").exists():
            made.share(number)
            number += 1
            time.sleep(0.5)
        cable.stall()
        made.wait_until(lambda: not far.running, 40, "the end of the replica that is cut off")
        assert far.exit_code == _EXIT_OF_THE_CUT_OFF
        assert "stopping at once" in far.log
        made.wait_until(made.all_settled, 60, "answers by the other")
        cable.flow()
        far.start()
        far.wait_until_connected()
        made.verify_answers()


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "crashed"])
def test_a_restart_of_postgres_is_survived(
    tmp_path: Path, database: str, postgres_cluster: PostgresCluster, crash: bool
) -> None:
    with replicas(tmp_path, database) as made:
        bots = two(made)
        for number in range(16):
            made.share(number)
            if number % 5 == 2:
                postgres_cluster.restart(crash=crash)
        made.wait_until(made.all_settled, 120, "answers")
        made.verify_answers()
        assert all(bot.running for bot in bots)
