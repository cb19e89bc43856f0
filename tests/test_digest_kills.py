"""What happens to a digest while it is posted, or cannot be posted, happens once, wherever the process is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_bot import far_from_now
from test_kills import Scene, scene

Json = dict[str, Any]
WORDS = "手工搭建的一套湖泊潮汐测量阶梯"


@pytest.mark.kill
def test_killed_while_a_schedule_is_put_to_rest_it_rests_and_who_set_it_is_told_once(tmp_path: Path) -> None:
    with scene(tmp_path) as made:
        direct = made.place.direct_channel(made.user)
        for number, where in enumerate(("before pause", "after pause", "before rest", "after rest")):
            name = f"left-{number}"
            channel = made.place.add_channel(name)
            made.place.command(made.user, channel, f"/digest schedule daily {far_from_now()} UTC")
            made.place.remove(channel)
            made.arm(where)
            made.next_day()
            made.kill_when_reached(where)
            made.start()

            def told(name: str = name) -> list[str]:
                return [each["text"] for each in made.place.messages(direct) if f"#{name}" in each["text"]]

            assert "暂停" in made.place.wait_for(told, 30)[0]
            [status] = made.place.command(made.user, channel, "/digest schedule")
            assert "暂停" in status["text"]
            made.next_day()
            made.place.wait_for(made.digests_complete, 60)
            assert len(told()) == 1


def test_schedules_rest_while_slack_refuses_the_token_and_then_bring_what_was_missed(tmp_path: Path) -> None:
    with scene(tmp_path, PAPERWIRE_TIME_SCALE="2000") as made:  # hours of patience, in seconds
        made.share(0)
        made.place.wait_for(made.all_settled, 200)
        channel, _, paper = made.shares[0]
        tokens = set(made.place.workspace.tokens)
        made.place.revoke_token()
        made.next_day()
        made.place.wait_for(lambda: made.bot.log.count("paused team=") == 2, 60)
        assert "code=token_refused" in made.bot.log
        made.bot.stop()
        with made.place.workspace.turn():  # Slack takes the token again: a new one would do the same
            made.place.workspace.revoked.clear()
            made.place.workspace.tokens |= tokens
        made.start()
        made.next_day()

        def briefs() -> list[str]:
            return [each["text"] for ts in made.digests(channel) for each in made.place.thread(channel, ts)]

        made.place.wait_for(lambda: len(briefs()) >= 2, 60)  # with the report
        assert len(made.digests(channel)) == 1
        assert sum(paper.title in words for words in briefs()) == 1


class Posting:
    """A digest of five papers, of which three are posted at most when the bot stands still."""

    def __init__(self, made: Scene) -> None:
        self.made = made
        self.channel = made.channels[0]
        made.place.command(made.user, made.channels[1], "/digest schedule off")
        for number in range(0, 20, 4):
            made.share(number)
        made.place.wait_for(made.all_settled, 200)
        self.messages = {paper.title: ts for _, ts, paper in made.shares}
        self.titles = sorted(self.messages, key=str.casefold)

    def replies(self) -> list[tuple[str, Json]]:
        """The title that each shows, with the message."""
        thread = [
            each
            for parent in self.made.digests(self.channel)
            for each in self.made.place.thread(self.channel, parent)
            if not each.get("files")
        ]
        return [(next(title for title in self.titles if title in str(each["blocks"])), each) for each in thread]

    def withdraw(self, title: str) -> None:
        place, ts = self.made.place, self.messages[title]
        place.delete(self.made.user, self.channel, ts)
        place.wait_for(lambda: not place.thread(self.channel, ts), 30)

    def finish(self) -> list[str]:
        """Start the bot again; the titles of the replies once all is posted."""
        self.made.start()
        self.made.place.wait_for(lambda: self.made.digest_complete(self.channel), 60)
        return [title for title, _ in self.replies()]


@contextmanager
def posting(folder: Path) -> Iterator[Posting]:
    with scene(folder) as made:
        yield Posting(made)


# The third reply; the message above all is the first post, and every paper has a picture.
THIRD = ("after held/3", "after picture/3", "before post/4", "after post/4")


@pytest.mark.kill
@pytest.mark.parametrize("where", THIRD)
def test_papers_withdrawn_while_their_digest_is_posted_take_no_other_with_them(tmp_path: Path, where: str) -> None:
    with posting(tmp_path) as digest:
        first, second, third, fourth, fifth = digest.titles
        digest.made.arm(where)
        digest.made.next_day()
        digest.made.wait_until_reached(where)
        for title in (first, third, fifth):
            digest.withdraw(title)
        digest.made.kill_when_reached(where)
        digest.finish()
        # What was posted before it was withdrawn goes, what comes after is not posted at all.
        place = digest.made.place
        place.wait_for(lambda: [title for title, _ in digest.replies()] == [second, fourth], 30)
        [report] = [file for file in digest.made.place.files(digest.channel) if file["name"].endswith(".md")]
        assert [title for title in digest.titles if title in report["content"].decode()] == [second, fourth]


@pytest.mark.kill
@pytest.mark.parametrize("where", ["before post/4", "after post/4"])
def test_a_brief_corrected_while_its_digest_is_posted_is_shown_and_nothing_comes_twice(
    tmp_path: Path, where: str
) -> None:
    with posting(tmp_path) as digest:
        place, user = digest.made.place, digest.made.user
        digest.made.arm(where)
        digest.made.next_day()
        digest.made.wait_until_reached(where)
        _, reply = digest.replies()[0]
        for message in (reply, place.thread(digest.channel, digest.messages[digest.titles[3]])[0]):
            place.click(user, message, "brief_edit")
            place.wait_for(lambda: place.modal(user), 10)
            assert place.submit(user, {"technique": WORDS}) == {}
        digest.made.kill_when_reached(where)
        assert digest.finish() == digest.titles

        def shown() -> list[str]:
            return [title for title, each in digest.replies() if WORDS in each["text"]]

        # A digest keeps the words it was frozen with; who corrects one of its messages changes that message.
        place.wait_for(lambda: shown() == digest.titles[:1], 30)
        own = place.thread(digest.channel, digest.messages[digest.titles[3]])
        place.wait_for(lambda: WORDS in str(place.message(digest.channel, own[0]["ts"])), 30)
