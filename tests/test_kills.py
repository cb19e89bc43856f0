"""Nothing accepted is lost or posted twice, wherever the process is killed.

The bot is killed (SIGKILL) in chosen places while papers are shared and digests fall due; every event comes twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_arxiv import FakeArxiv
from made_papers import MadePaper
from running_bot import APP, KILLABLE, RunningBot, far_from_now, put

from playground import Playground

_SCALE = 20
_DAY = 86_400

SHARE_PLACES = (
    "before accepting",
    "after accepting",
    "after resolve",
    "before fetch",
    "after fetch",
    "before read",
    "after read",
    "before ask",
    "after ask",
    "before keep",
    "after keep",
    "before post",
    "after post",
    "after record",
)
DIGEST_PLACES = (
    "after freeze",
    "before post",
    "after post",
    "before reserve_file",
    "after reserve_file",
    "before share_file",
    "after share_file",
)


class Scene:
    """A workspace with two channels, an arXiv, and a bot that can be killed in a chosen place."""

    def __init__(self, place: Playground, arxiv: FakeArxiv, folder: Path, channels: int = 2, **settings: str) -> None:
        self.place = place
        self.arxiv = arxiv
        self.control = folder / "control"
        self.offset = folder / "offset"
        self.days = 0
        self.user = place.add_user("ada", "UTC")
        self.channels = [place.add_channel(f"papers-{number}") for number in range(channels)]
        self.shares: list[tuple[str, str, MadePaper]] = []
        self.kills: Counter[str] = Counter()
        self.folder = folder
        self.environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_CLOCK_OFFSET": str(self.offset),
            **settings,
        }
        self.bot = self.make_bot("data", self.control)

    def make_bot(self, name: str, control: Path, **settings: str) -> RunningBot:
        """A bot that can be killed, with a data folder of its own."""
        control.mkdir(exist_ok=True)
        environment = {**self.environment, "KILL_CONTROL": str(control), **settings}
        return RunningBot(environment, self.folder / name, KILLABLE)

    def start(self) -> None:
        self.bot.start()
        self.bot.wait_until_connected()

    def share(self, number: int) -> None:
        """Odd papers are uploaded, even ones linked."""
        paper, channel = MadePaper(number), self.channels[(number // 2) % len(self.channels)]
        if number % 2:
            ts = self.place.upload(self.user, channel, f"{number}.pdf", paper.pdf())
        else:
            self.arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
            ts = self.place.post(self.user, channel, f"https://arxiv.org/abs/{paper.arxiv_id}")
        self.shares.append((channel, ts, paper))

    def arm(self, where: str) -> None:
        put(self.control / "armed", where)

    def wait_until_reached(self, where: str) -> None:
        deadline = time.monotonic() + 60
        while not (self.control / "reached").exists():
            assert time.monotonic() < deadline, f"never came to {where!r}:\n{self.bot.log[-4000:]}"
            time.sleep(0.005)

    def kill_when_reached(self, where: str) -> None:
        self.wait_until_reached(where)
        self.bot.kill()
        (self.control / "reached").unlink()
        self.kills[where] += 1

    def next_day(self) -> None:
        self.days += 1
        put(self.offset, str(self.days * _DAY))

    def answers(self, channel: str, ts: str) -> list[str]:
        return [message["text"] for message in self.place.thread(channel, ts)]

    def all_answered(self) -> bool:
        return all(self.answers(channel, ts) for channel, ts, _ in self.shares)

    def all_settled(self) -> bool:
        """Answered, and the outcome shown on the message."""
        return all(
            {"white_check_mark", "x"} & self.place.reactions(channel, ts).keys() for channel, ts, _ in self.shares
        )

    def digests(self, channel: str) -> list[str]:
        """The ts of the channel's digests, oldest first."""
        shared = {ts for _, ts, _ in self.shares}
        top = [each for each in self.place.messages(channel) if each.get("thread_ts", each["ts"]) == each["ts"]]
        return [each["ts"] for each in top if each["ts"] not in shared and "metadata" in each]

    def digest_complete(self, channel: str) -> bool:
        parents = self.digests(channel)
        if len(parents) < self.days:
            return False
        last = self.place.message(channel, parents[-1]) or {}
        return "没有分享论文" in last["text"] or self.reports(channel, parents[-1]) == 1

    def digests_complete(self) -> bool:
        return all(self.digest_complete(channel) for channel in self.channels)

    def files(self, channel: str, parent: str) -> list[str]:
        return [file["name"] for message in self.place.thread(channel, parent) for file in message.get("files", [])]

    def reports(self, channel: str, parent: str) -> int:
        return sum(name.endswith(".md") for name in self.files(channel, parent))

    def verify(self) -> None:
        self.verify_answers()
        self.verify_digests()

    def verify_answers(self) -> None:
        for channel, ts, paper in self.shares:
            answers = self.answers(channel, ts)
            assert len(answers) == 1, f"{paper.title} was answered {len(answers)} times"
            assert paper.title in answers[0]
            assert self.place.reactions(channel, ts).keys() == {"white_check_mark"}

    def verify_digests(self) -> None:
        for channel in self.channels:
            parents = self.digests(channel)
            assert len(parents) == self.days, f"{len(parents)} digests in {self.days} days"
            expected = Counter(paper.title for where, _, paper in self.shares if where == channel)
            briefed: Counter[str] = Counter()
            for parent in parents:
                thread = self.place.thread(channel, parent)
                replies = [str(message["blocks"]) for message in thread if not message.get("files")]
                for reply in replies:
                    briefed.update(title for title in expected for _ in range(reply.count(f"'{title}'")))
                assert self.reports(channel, parent) == (1 if replies else 0)
                files = self.files(channel, parent)
                assert len(files) == len(set(files)), "a picture came twice"
            assert briefed == expected


@contextmanager
def scene(folder: Path, **settings: str) -> Iterator[Scene]:
    with Playground(time_scale=_SCALE, installation=APP) as place, FakeArxiv() as arxiv:
        made = Scene(place, arxiv, folder, **settings)
        place.deliver_copies(2)
        with made.bot:
            made.bot.wait_until_connected()
            for channel in made.channels:
                place.command(made.user, channel, f"/digest schedule daily {far_from_now()} UTC")
            try:
                yield made
            except BaseException:
                print(made.bot.log[-6000:])
                raise


@pytest.mark.kill
@pytest.mark.timeout(1500)
def test_killed_in_every_place_nothing_is_lost_or_posted_twice(tmp_path: Path) -> None:
    with scene(tmp_path) as made:
        number = 0
        for where in SHARE_PLACES * 2:
            made.arm(where)
            made.share(number)
            made.share(number + 1)
            number += 2
            made.kill_when_reached(where)
            made.start()
        while number < 60:
            made.share(number)
            number += 1
        made.place.wait_for(made.all_answered, 300)
        for where in DIGEST_PLACES * 2:
            made.arm(where)
            made.next_day()
            made.kill_when_reached(where)
            made.start()
            made.place.wait_for(made.digests_complete, 60)
            made.share(number)
            number += 1
            made.place.wait_for(made.all_answered, 200)
        made.next_day()
        made.place.wait_for(made.digests_complete, 60)
        made.place.wait_for(made.all_settled, 200)
        print(f"\n{made.kills.total()} kills among {len(made.shares)} shares and {made.days} days of digests:")
        for where, count in sorted(made.kills.items()):
            print(f"  {where}: {count}")
        made.verify()


@pytest.mark.kill
@pytest.mark.parametrize(
    ("number", "other"), [(0, b""), (0, b"\n%stamped anew"), (1, b"")], ids=["linked", "linked, changed", "uploaded"]
)
def test_a_pdf_that_is_gone_when_the_work_goes_on_is_fetched_anew(tmp_path: Path, number: int, other: bytes) -> None:
    """As when another replica takes the work over, which has a folder of its own."""
    with scene(tmp_path) as made:
        made.arm("after fetch")
        made.share(number)
        made.kill_when_reached("after fetch")
        paper = made.shares[0][2]
        for file in (tmp_path / "data" / "pdfs").iterdir():
            file.unlink()
        made.arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf() + other)
        made.start()
        made.place.wait_for(made.all_settled, 200)
        made.verify_answers()
        assert list((tmp_path / "data" / "pdfs").iterdir())


@pytest.mark.kill
def test_without_the_look_before_a_second_post_the_duplicates_are_noticed(tmp_path: Path) -> None:
    with scene(tmp_path, PAPERWIRE_BLIND="1") as made:
        made.arm("after post")
        made.share(0)
        made.kill_when_reached("after post")
        made.start()
        made.place.wait_for(lambda: len(made.answers(*made.shares[0][:2])) > 1, 60)
        with pytest.raises(AssertionError, match="answered 2 times"):
            made.verify()
