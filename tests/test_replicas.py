"""Several replicas on one Postgres: nothing is lost and nothing posted twice, whoever dies, stops or is cut off."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from cable import Cable
from fake_arxiv import FakeArxiv
from fake_model_server import FakeModelServer, Reply, question
from postgres_cluster import PostgresCluster
from running_bot import APP, RunningBot, far_from_now
from test_kills import DIGEST_PLACES, SHARE_PLACES, Scene

from playground import Playground

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1500)]

_SCALE = 20
_TAKEN_OVER_WITHIN = 30
_EXIT_OF_THE_CUT_OFF = 75
_STATES = "SELECT count(*) FROM paperwire_work.workflow_status WHERE name = 'brief_share' AND status"


class Replicas(Scene):
    """A workspace served by several bots, each with a data folder of its own, on one database."""

    def __init__(
        self, place: Playground, arxiv: FakeArxiv, folder: Path, database: str, channels: int, **settings: str
    ) -> None:
        super().__init__(place, arxiv, folder, channels, DATABASE_URL=database, **settings)
        self.bots: list[RunningBot] = []
        self._settled = 0

    def add(self, **settings: str) -> RunningBot:
        """One more replica, with what it says in its environment if anything differs."""
        name = f"replica-{len(list(self.folder.glob('control-*')))}"
        bot = self.make_bot(name, self.folder / f"control-{name}", **settings)
        self.bots.append(bot)
        return bot

    def sign(self, bot: RunningBot, name: str) -> Path:
        """The file by which the bot is told, or tells, where to stand still: ``armed`` or ``reached``."""
        return self.folder / f"control-{bot.name}" / name

    def arm(self, where: str) -> None:
        """Whoever comes there first stands still, also each of those that come at the same time."""
        for bot in self.bots:
            self.sign(bot, "armed").write_text(where)

    def reached(self, where: str, seconds: float = 240) -> list[RunningBot]:
        """Those that stand where ``arm`` said; the others go on."""
        self.wait_until(lambda: any(self.sign(bot, "reached").exists() for bot in self.bots), seconds, where)
        for bot in self.bots:
            self.sign(bot, "armed").unlink(missing_ok=True)
        there = [bot for bot in self.bots if self.sign(bot, "reached").exists()]
        for bot in there:
            self.sign(bot, "reached").unlink()
        return there

    def all_settled(self) -> bool:
        # Each look costs the workspace a turn, and there are hundreds: from the first that was not settled last time.
        while self._settled < len(self.shares):
            channel, ts, _ = self.shares[self._settled]
            if not {"white_check_mark", "x"} & self.place.reactions(channel, ts).keys():
                return False
            self._settled += 1
        return True

    def kill(self, bot: RunningBot, where: str) -> None:
        bot.kill()
        self.kills[where] += 1

    def wait_until(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        """Returns how long it took."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                logs = "\n".join(f"--- {bot.name}\n{bot.log[-3000:]}" for bot in self.bots)
                raise AssertionError(f"not within {seconds} s: {what}\n{logs}")
            time.sleep(0.25)
        return time.monotonic() - began


@contextmanager
def replicas(folder: Path, database: str, channels: int = 2, **settings: str) -> Iterator[Replicas]:
    """A scene without bots; those that are added are ended."""
    with Playground(time_scale=_SCALE, installation=APP) as place, FakeArxiv() as arxiv, ExitStack() as stack:
        made = Replicas(place, arxiv, folder, database, channels, **settings)
        stack.callback(lambda: [bot.__exit__() for bot in made.bots])
        place.deliver_copies(2)
        yield made


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> Iterator[str]:
    name = postgres_cluster.create_database()
    yield postgres_cluster.url(name)
    postgres_cluster.drop_database(name)


class RememberingModel(FakeModelServer):
    """Knows when it was asked what."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[float, str]] = []

    def answer(self, request: dict[str, Any]) -> Reply:
        self.asked.append((time.monotonic(), question(request["messages"])))
        return super().answer(request)

    def environment(self) -> dict[str, str]:
        return {"PAPERWIRE_MODEL": "openai/fake", "PAPERWIRE_MODEL_URL": self.url, "OPENAI_API_KEY": "none"}

    def verify(self, made: Replicas) -> None:
        """Nothing was asked after its answer was stored."""
        stored: dict[str, float] = {}
        for file in made.folder.glob("control-*/answers"):
            for at, asked in (line.split() for line in file.read_text().splitlines()):
                stored[asked] = min(float(at), stored.get(asked, float(at)))
        assert len(stored) >= len(made.shares)
        late = [asked for at, asked in self.asked if at > stored.get(asked, float("inf"))]
        assert not late, f"{len(late)} of {len(self.asked)} calls were made although their answers were stored"


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


def kill_and_start(made: Replicas, where: str, dice: random.Random) -> None:
    """Two kills: one where ``arm`` said, one of anybody at any time."""
    for bot in made.reached(where):
        made.kill(bot, where)
        bot.start()
    time.sleep(dice.uniform(0, 1.5))
    victim = dice.choice([bot for bot in made.bots if bot.running])
    made.kill(victim, "anywhere")
    victim.start()


def test_three_replicas_forty_kills_and_nothing_lost_or_done_twice(tmp_path: Path, database: str) -> None:
    """300 shares in 20 channels, each with a schedule, a model over HTTP; one replica is taken away midway."""
    dice = random.Random(7)
    with (
        RememberingModel() as model,
        replicas(tmp_path, database, 20, PAPERWIRE_READERS="1", **model.environment()) as made,
    ):
        first, _ = two(made)
        made.add().start()
        for channel in made.channels:
            made.place.command(made.user, channel, f"/digest schedule daily {far_from_now()} UTC")
        numbers = iter(range(300))
        for count, where in enumerate(SHARE_PLACES):
            made.arm(where)
            for number in islice(numbers, 20):
                made.share(number)
            kill_and_start(made, where, dice)
            if count == len(SHARE_PLACES) // 2:
                first.wait_until_connected()
                made.bots.remove(first)
                assert first.stop() == 0
        made.wait_until(made.all_settled, 400, "answers")
        made.arm(DIGEST_PLACES[0])
        made.next_day()
        for where in DIGEST_PLACES:
            made.arm(where)
            kill_and_start(made, where, dice)
        made.wait_until(made.digests_complete, 400, "the first digests")
        for number in numbers:
            made.share(number)
        made.wait_until(made.all_settled, 300, "the last answers")
        made.next_day()
        made.wait_until(made.digests_complete, 120, "the second digests")
        print(f"\n{made.kills.total()} kills among {len(made.shares)} shares: {dict(made.kills)}")
        made.verify()
        model.verify(made)
        assert made.kills.total() >= 40


def test_without_the_look_before_a_second_post_a_takeover_posts_twice(tmp_path: Path, database: str) -> None:
    with replicas(tmp_path, database, PAPERWIRE_BLIND="1") as made:
        two(made)
        made.arm("after post")
        made.share(0)
        for bot in made.reached("after post"):
            made.kill(bot, "after post")
        made.wait_until(lambda: len(made.answers(*made.shares[0][:2])) > 1, 60, "a second answer")
        with pytest.raises(AssertionError, match="answered 2 times"):
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


def test_work_that_is_taken_and_that_nobody_runs_is_queued_again(
    tmp_path: Path, database: str, postgres_cluster: PostgresCluster
) -> None:
    """As when the connection breaks while a replica takes it: the database says that it is run, the replica does not
    know."""

    def work(statement: str) -> list[Any]:
        return postgres_cluster.execute(statement, database.rpartition("/")[2])

    with replicas(tmp_path, database) as made:
        made.add().start()
        made.share(0)
        made.wait_until(made.all_settled, 60, "answers")
        made.wait_until(lambda: work(f"{_STATES} = 'SUCCESS'") == [(1,)], 20, "the end of the work")
        work("UPDATE paperwire_work.workflow_status SET status = 'PENDING' WHERE name = 'brief_share'")
        made.wait_until(lambda: work(f"{_STATES} = 'SUCCESS'") == [(1,)], 90, "the end of the work again")
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
        made.sign(far, "armed").write_text("after keep")
        number = 8
        while not made.sign(far, "reached").exists():
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
        made.wait_until(made.all_settled, 300, "answers")
        made.verify_answers()
        assert all(bot.running for bot in bots)


def test_a_postgres_out_of_reach_for_eight_seconds_is_waited_out(
    tmp_path: Path, database: str, postgres_cluster: PostgresCluster
) -> None:
    """Longer than the library knocks, shorter than a lease: whatever is under way then goes on."""
    with Cable(database) as cable, replicas(tmp_path, database) as made:
        bot = made.add(DATABASE_URL=cable.url)
        bot.start()
        bot.wait_until_connected()
        for channel in made.channels:
            made.place.command(made.user, channel, f"/digest schedule daily {far_from_now()} UTC")
        numbers = iter(range(60))
        for _ in range(3):
            for number in islice(numbers, 20):
                made.share(number)
            cable.unplug()
            time.sleep(8)
            cable.plug()
            made.wait_until(made.all_settled, 300, "answers")
        made.next_day()
        made.wait_until(lambda: bool(made.digests(made.channels[0])), 60, "a digest")
        cable.unplug()
        time.sleep(8)
        cable.plug()
        made.wait_until(made.digests_complete, 120, "digests")
        made.verify()
        assert bot.running
        assert postgres_cluster.execute(f"{_STATES} = 'ERROR'", database.rpartition("/")[2]) == [(0,)]
