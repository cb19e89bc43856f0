"""What people do to a brief in Slack: their own words, out of the digest, once more, in the other language."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from threading import Event
from typing import Any

import pytest
from fake_model_server import FakeModelServer, error
from made_papers import MadePaper
from running_bot import APP, RunningBot, connected_bot, far_from_now

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import Sample, samples

Json = dict[str, Any]
WORDS = "a ladder of hand-built tide gauges"
# The bot believes for so long what Slack said of a channel.
_FRESH = 25 / 50


@dataclass
class Team:
    place: Playground
    server: FakeModelServer
    bot: RunningBot
    ada: str
    bo: str
    eve: str
    """An admin."""
    channel: str
    numbers: Iterator[int]
    samples: Iterator[Sample]
    """On arXiv."""

    def briefed(self, user: str | None = None, channel: str | None = None) -> Json:
        """The answer to a paper that nobody shared before."""
        channel = channel or self.channel
        paper = MadePaper(next(self.numbers))
        ts = self.place.upload(user or self.ada, channel, f"{paper.number}.pdf", paper.pdf())
        self.place.wait_for(lambda: "white_check_mark" in self.place.reactions(channel, ts), 60)
        [message] = self.place.thread(channel, ts)
        return message

    def now(self, message: Json) -> Json:
        found = self.place.message(message["channel"], message["ts"])
        assert found is not None
        return found

    def changed(self, message: Json) -> Json:
        """The message, once it says something else."""
        self.place.wait_for(lambda: self.now(message)["text"] != message["text"], 60)
        return self.now(message)

    def open(
        self, user: str, message: Json, action_id: str, value: str | None = None, *, block_id: str | None = None
    ) -> Json:
        before = (self.place.modal(user) or {}).get("id")
        self.place.click(user, message, action_id, value, block_id=block_id)
        return self.place.wait_for(lambda: (m := self.place.modal(user)) and m["id"] != before and m, 10)

    def told(self, user: str, message: Json, act: Callable[[], object]) -> str:
        """What only ``user`` is told in answer to an act."""
        before = len(self.place.ephemerals(user, message["channel"]))
        act()
        heard = self.place.wait_for(lambda: self.place.ephemerals(user, message["channel"])[before:], 10)
        return str(heard[0]["text"])


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with (
        Playground(time_scale=50, installation=APP) as place,
        ArxivStandIn() as arxiv,
        FakeModelServer() as server,
    ):
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_MODEL": "openai/first-model",
            "PAPERWIRE_FALLBACK_MODELS": "openai/second-model",
            "PAPERWIRE_MODEL_URL": server.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "OPENAI_API_KEY": "sk-nobody",
        }
        ada, bo, eve = place.add_user("ada"), place.add_user("bo"), place.add_user("eve", admin=True)
        channel = place.add_channel("papers")
        with connected_bot(environment, tmp_path_factory.mktemp("corrections") / "data") as bot:
            yield Team(place, server, bot, ada, bo, eve, channel, count(1), iter(samples()))


def test_a_members_words_are_taken_shown_with_their_name_and_used_from_then_on(team: Team) -> None:
    message = team.briefed()
    form = team.open(team.bo, message, "brief_edit")
    assert form["callback_id"] == "brief_edit"
    answer = team.place.submit(team.bo, {"technique": WORDS, "institutions": "Tidal College\nTidal College\nLake Bank"})
    assert answer == {}
    changed = team.changed(message)
    assert WORDS in changed["text"]
    assert "Tidal College and Lake Bank released" in changed["text"]
    assert "edited by bo" in str(changed["blocks"])
    assert "Tidal College, Lake Bank" in str(changed["blocks"])
    assert len(team.place.thread(team.channel, message["thread_ts"])) == 1
    details = str(team.open(team.ada, message, "paper_details")["blocks"])
    assert f"Now: by <@{team.bo}>" in details
    assert "Earlier: by openai/first-model" in details
    assert message["text"][:60] in details
    [preview] = team.place.command(team.ada, team.channel, "/digest week")
    assert WORDS in str(preview["blocks"])


def test_words_too_long_or_short_are_told_at_their_field_and_kept_in_the_form(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_edit")
    answer = team.place.submit(team.ada, {"technique": "tides", "effect": "very good " * 40})
    assert answer["errors"].keys() == {"technique", "effect"}
    assert "3 to 25 words; these are 1" in answer["errors"]["technique"]
    assert team.place.modal(team.ada)["callback_id"] == "brief_edit"  # type: ignore[index]
    assert team.place.submit(team.ada, {"technique": WORDS}) == {}
    assert WORDS in team.changed(message)["text"]


def test_a_form_sent_unchanged_changes_nothing(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_edit")
    assert team.place.submit(team.ada, {}) == {}
    later = team.briefed()
    assert later["ts"] != message["ts"]
    assert team.now(message)["text"] == message["text"]
    assert "edited by" not in str(team.now(message)["blocks"])


def test_who_edits_what_somebody_else_has_changed_meanwhile_is_told(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_edit")
    team.open(team.bo, message, "brief_edit")
    team.place.submit(team.bo, {"technique": WORDS})
    team.changed(message)
    answer = team.place.submit(team.ada, {"technique": "a rival ladder of gauges"})
    assert "Somebody changed this brief" in answer["errors"]["technique"]
    assert WORDS in team.now(message)["text"]


def test_only_members_of_the_channel_change_its_briefs(team: Team) -> None:
    message = team.briefed()
    stranger = team.place.add_user("sam")
    place = team.place
    channel = place.workspace.channels[team.channel]

    def click() -> None:  # as in the preview of a public channel
        place._run(place.slack.interactions.click(stranger, channel, message, "brief_edit"))

    assert "Only members of the channel" in team.told(stranger, message, click)
    assert place.modal(stranger) is None


def test_who_has_left_the_channel_meanwhile_changes_nothing(team: Team) -> None:
    message = team.briefed()
    zoe = team.place.add_user("zoe")
    team.place.invite(team.ada, team.channel, zoe)
    team.open(zoe, message, "brief_edit")
    team.place.remove(team.channel, zoe)
    answer = team.place.submit(zoe, {"technique": WORDS})
    assert answer["response_action"] == "update"
    assert "Only members of the channel" in str(answer["view"])
    team.briefed()
    assert WORDS not in team.now(message)["text"]


def as_in_a_preview(team: Team, user: str, message: Json, action_id: str) -> Callable[[], None]:
    """Press a button of a public channel without being in it."""
    place = team.place
    channel = place.workspace.channels[message["channel"]]
    return lambda: place._run(place.slack.interactions.click(user, channel, message, action_id))


def test_admins_and_who_shared_the_paper_change_a_brief_without_being_in_the_channel(team: Team) -> None:
    for name, admin in (("kim", True), ("lou", False)):
        user = team.place.add_user(name, admin=admin)
        channel = team.place.add_channel(f"left-by-{name}", members=[user, team.ada])
        message = team.briefed(team.ada if admin else user, channel)
        team.place.remove(channel, user)
        as_in_a_preview(team, user, message, "brief_edit")()
        form = team.place.wait_for(lambda user=user: team.place.modal(user), 10)  # type: ignore[misc]
        assert form["callback_id"] == "brief_edit"
        assert team.place.submit(user, {"technique": WORDS}) == {}
        assert f"edited by {name}" in str(team.changed(message)["blocks"])


def test_who_has_left_the_channel_changes_nothing_in_its_digest(team: Team) -> None:
    zed = team.place.add_user("zed")
    channel = team.place.add_channel("left", members=[zed, team.ada])
    team.briefed(team.ada, channel)
    [reply] = posted_digest(team, channel)
    team.place.remove(channel, zed)
    told = team.told(zed, reply, as_in_a_preview(team, zed, reply, "brief_edit"))
    assert "Only members of the channel, who shared the paper and workspace admins" in told
    assert team.place.modal(zed) is None


def test_of_two_who_edit_at_once_the_later_wins_both_are_told_and_the_history_keeps_both(team: Team) -> None:
    slow, quick = team.place.add_user("slow"), team.place.add_user("quick")
    channel = team.place.add_channel("at-once", members=[slow, quick])
    message = team.briefed(quick, channel)
    for user in (slow, quick):
        team.open(user, message, "brief_edit")
    # The first one's words are on their way, and not yet stored, when the second one's come.
    both_sent = Event()
    team.place.fail_next("users.info", until=both_sent.is_set, when=lambda asked: asked["user"] == slow)
    try:
        assert team.place.submit(slow, {"technique": WORDS}) == {}
        assert team.place.submit(quick, {"technique": "a rival ladder of gauges"}) == {}
    finally:
        both_sent.set()
    told = team.place.wait_for(lambda: team.place.thread(channel, message["thread_ts"])[1:], 30)
    assert [each["text"].partition(".")[0] for each in told] == ["quick and slow changed this brief at the same time"]
    team.place.wait_for(lambda: "a rival ladder of gauges" in team.now(message)["text"], 30)
    history = details(team, team.now(message), slow)
    assert f"Now: by <@{quick}>" in history
    assert f"Earlier: by <@{slow}>" in history
    assert WORDS in history


def test_the_sharer_and_admins_take_a_paper_out_of_the_digest_and_nobody_else(team: Team) -> None:
    channel = team.place.add_channel("removing")
    mine, other = team.briefed(team.ada, channel), team.briefed(team.ada, channel)

    def remove(user: str, message: Json) -> str:
        return team.told(user, message, lambda: team.place.click(user, message, "brief_more", "remove"))

    refusal = remove(team.bo, mine)
    assert f"Only <@{team.ada}>" in refusal
    [preview] = team.place.command(team.ada, channel, "/digest week")
    assert "2 papers" in preview["text"]
    assert "stays out of the digests" in remove(team.ada, mine)
    assert "stays out of the digests" in remove(team.eve, other)
    [preview] = team.place.command(team.ada, channel, "/digest week")
    assert "No papers" in preview["text"]
    assert team.now(mine)["text"] == mine["text"]


def test_what_was_removed_is_put_back_by_who_removed_it(team: Team) -> None:
    channel = team.place.add_channel("putting_back")
    mine = team.briefed(team.ada, channel)
    for user in (team.ada, team.eve):
        team.told(user, mine, lambda user=user: team.place.click(user, mine, "brief_more", "remove"))  # type: ignore[misc]
        answer = team.place.ephemerals(user, channel)[-1]
        assert "No papers" in team.place.command(team.ada, channel, "/digest week")[0]["text"]
        team.place.click(user, answer, "brief_put_back")
        back = team.place.wait_for(
            lambda user=user: [m for m in team.place.ephemerals(user, channel) if "again" in m["text"]],
            10,  # type: ignore[misc]
        )
        assert "in the digests to come again" in back[0]["text"] and back[0]["blocks"] == []
        assert "1 paper" in team.place.command(team.ada, channel, "/digest week")[0]["text"]


def test_who_shared_it_too_keeps_it_in_the_digest_until_an_admin_takes_it_out(team: Team) -> None:
    channel = team.place.add_channel("twice")
    paper = MadePaper(next(team.numbers))
    messages = []
    for user in (team.ada, team.bo):
        ts = team.place.upload(user, channel, "paper.pdf", paper.pdf())
        messages += team.place.wait_for(lambda ts=ts: team.place.thread(channel, ts), 60)  # type: ignore[misc]
    mine, theirs = messages

    def remove(user: str, message: Json) -> str:
        return team.told(user, message, lambda: team.place.click(user, message, "brief_more", "remove"))

    assert f"<@{team.bo}> shared this paper here as well" in remove(team.ada, mine)
    assert "1 paper" in team.place.command(team.ada, channel, "/digest week")[0]["text"]
    assert "stays out of the digests" in remove(team.eve, theirs)
    assert "No papers" in team.place.command(team.ada, channel, "/digest week")[0]["text"]


def posted_digest(team: Team, channel: str) -> list[Json]:
    """The replies of the channel's digest, each of which can be corrected, once it is all posted."""
    [preview] = team.place.command(team.ada, channel, "/digest week")
    team.place.click(team.ada, preview, "digest_post")

    def finished() -> list[Json]:
        shared = {m["ts"] for m in team.place.messages(channel) if not m.get("bot_id")}
        said = [
            m for m in team.place.messages(channel) if m.get("bot_id") and m.get("thread_ts") not in (None, *shared)
        ]
        report = [m for m in said if any(file["name"].endswith(".md") for file in m.get("files", []))]
        return [m for m in said if "brief_edit" in str(m.get("blocks"))] if report else []

    return team.place.wait_for(finished, 60)


def buttons_of(reply: Json, title: str) -> str:
    """The block that holds the buttons of one brief in a message of several."""
    blocks = reply["blocks"]
    [start] = [at for at, block in enumerate(blocks) if block["type"] == "rich_text" and title in str(block)]
    return str(next(block["block_id"] for block in blocks[start:] if block["type"] == "actions"))


def kinds(message: Json) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def test_a_correction_made_in_a_digest_shows_there_and_in_the_papers_own_thread(team: Team) -> None:
    channel = team.place.add_channel("digested")
    message = team.briefed(team.ada, channel)
    [reply] = posted_digest(team, channel)
    assert "image" in kinds(reply)
    team.open(team.bo, reply, "brief_edit")
    team.place.submit(team.bo, {"technique": WORDS})
    changed = team.changed(reply)
    assert WORDS in changed["text"]
    assert kinds(changed) == kinds(reply)
    assert picture(changed) == picture(reply)
    assert WORDS in team.changed(message)["text"]
    assert "image" not in kinds(team.now(message))


def picture(message: Json) -> Json:
    [image] = [block for block in message["blocks"] if block["type"] == "image"]
    return {"file": image["slack_file"], "alt_text": image["alt_text"]}


def test_a_digest_does_not_tell_outsiders_what_it_took(team: Team) -> None:
    told = []
    for name in ("insiders", "partners"):
        channel = team.place.add_channel(name)
        team.briefed(team.ada, channel)
        if name == "partners":
            team.place.connect(channel)
            time.sleep(_FRESH)
        [reply] = posted_digest(team, channel)
        [report] = [each["content"].decode() for each in team.place.files(channel) if each["name"].endswith(".md")]
        told += ["tokens" in words for words in (str(team.place.message(channel, reply["thread_ts"])), report)]
    assert told == [True, True, False, False]


def test_in_a_digest_too_a_brief_is_shown_in_the_other_language_and_written_again(team: Team) -> None:
    channel = team.place.add_channel("digested-twice")
    message = team.briefed(team.ada, channel)
    [reply] = posted_digest(team, channel)
    team.place.click(team.bo, reply, "brief_more", "other")
    chinese = team.changed(reply)
    assert "发布了《" in chinese["text"]
    assert kinds(chinese) == kinds(reply)
    assert team.now(message)["text"] == message["text"]  # its own thread keeps the channel's language
    team.place.click(team.bo, chinese, "brief_more", "other")
    english = team.changed(chinese)
    assert english["text"] == reply["text"]
    team.open(team.ada, english, "brief_edit")
    team.place.submit(team.ada, {"technique": WORDS})
    edited = team.changed(english)
    team.open(team.bo, edited, "brief_more", "again")
    team.place.submit(team.bo, {"model": "openai/second-model"})
    anew = team.changed(edited)
    assert WORDS not in anew["text"]
    assert picture(anew) == picture(reply)


def test_why_a_brief_in_a_digest_was_not_written_again_is_told_in_the_digests_thread(team: Team) -> None:
    channel = team.place.add_channel("digested-in-vain")
    team.briefed(team.ada, channel)
    [reply] = posted_digest(team, channel)
    before = len(team.place.thread(channel, reply["thread_ts"]))
    team.open(team.ada, reply, "brief_more", "again")
    team.server.queue(error(401, "Incorrect API key provided: sk-nobody", code="invalid_api_key"))
    team.place.submit(team.ada, {"model": "openai/second-model"})
    told = team.place.wait_for(lambda: team.place.thread(channel, reply["thread_ts"])[before:], 60)
    assert "stays as it was" in told[0]["text"]
    assert team.now(reply)["blocks"] == reply["blocks"]


def test_each_of_several_briefs_in_one_reply_is_corrected_by_itself(team: Team) -> None:
    channel = team.place.add_channel("grouped")
    papers = [MadePaper(next(team.numbers)) for _ in range(21)]
    shared = {
        paper.title: team.place.upload(team.ada if at else team.bo, channel, f"{paper.number}.pdf", paper.pdf())
        for at, paper in enumerate(papers)
    }
    team.place.wait_for(
        lambda: all("white_check_mark" in team.place.reactions(channel, ts) for ts in shared.values()), 120
    )
    replies = posted_digest(team, channel)
    assert [kinds(reply).count("actions") for reply in replies] == [8, 8, 5]
    one, other = ([title for title in shared if f"{title!r}" in str(reply["blocks"])][2] for reply in replies[:2])
    reply = replies[0]
    beside = [title for title in shared if f"{title!r}" in str(reply["blocks"]) and title != one]
    third = beside[-1]

    form = team.open(team.bo, reply, "brief_edit", block_id=buttons_of(reply, one))
    assert one in str(form["blocks"])
    team.place.submit(team.bo, {"technique": WORDS})
    changed = team.changed(reply)
    team.place.click(team.bo, changed, "brief_more", "other", block_id=buttons_of(changed, third))
    both = team.changed(changed)

    assert kinds(both) == kinds(reply)
    assert WORDS in both["text"]
    for title in beside:
        assert title in both["text"]
    assert f"《{third}》" in both["text"]
    assert both["text"].count("《") == 1
    assert other not in both["text"]
    assert [team.now(each)["text"] for each in replies[1:]] == [each["text"] for each in replies[1:]]

    mine = next(title for title in beside if title != papers[0].title and title != third)
    told = team.told(
        team.bo,
        both,
        lambda: team.place.click(team.bo, both, "brief_more", "remove", block_id=buttons_of(both, mine)),
    )
    assert f"Only <@{team.ada}>" in told
    told = team.told(
        team.ada,
        both,
        lambda: team.place.click(team.ada, both, "brief_more", "remove", block_id=buttons_of(both, mine)),
    )
    assert "stays out of the digests" in told
    assert "20 papers" in team.place.command(team.ada, channel, "/digest week")[0]["text"]


def test_a_paper_withdrawn_from_a_reply_of_several_does_not_come_back_with_a_correction(team: Team) -> None:
    channel = team.place.add_channel("withdrawn")
    papers = [MadePaper(next(team.numbers)) for _ in range(21)]
    shared = {paper.title: team.place.upload(team.ada, channel, f"{paper.number}.pdf", paper.pdf()) for paper in papers}
    team.place.wait_for(
        lambda: all("white_check_mark" in team.place.reactions(channel, ts) for ts in shared.values()), 120
    )
    reply = posted_digest(team, channel)[0]
    gone, kept = [title for title in shared if f"{title!r}" in str(reply["blocks"])][:2]
    team.place.delete(team.ada, channel, shared[gone])
    team.place.wait_for(lambda: not team.place.thread(channel, shared[gone]), 30)
    refusal = team.told(
        team.ada,
        reply,
        lambda: team.place.click(team.ada, reply, "brief_more", "remove", block_id=buttons_of(reply, gone)),
    )
    assert "not in the library any more" in refusal
    team.open(team.ada, reply, "brief_edit", block_id=buttons_of(reply, kept))
    assert team.place.submit(team.ada, {"technique": WORDS}) == {}
    # The reply lost the paper by itself already.
    team.place.wait_for(lambda: WORDS in team.now(reply)["text"], 60)
    changed = team.now(reply)
    assert gone not in str(changed["blocks"])
    assert kinds(changed).count("actions") == 7


def test_a_brief_is_written_again_by_the_model_that_was_chosen_once(team: Team) -> None:
    message = team.briefed()
    form = team.open(team.bo, message, "brief_more", "again")
    assert form["callback_id"] == "brief_again"
    before = len(team.server.requests)
    assert team.place.submit(team.bo, {"model": "openai/second-model"}) == {}
    place = team.place
    place.wait_for(lambda: "second-model" in str(details(team, message)), 60)
    assert {request["model"] for request in team.server.requests[before:]} == {"second-model"}
    assert len(place.thread(team.channel, message["thread_ts"])) == 1
    place.wait_for(lambda: place.reactions(team.channel, message["thread_ts"]).keys() == {"white_check_mark"})
    assert "Earlier: by openai/first-model" in details(team, message)


def details(team: Team, message: Json, user: str | None = None) -> str:
    return str(team.open(user or team.ada, message, "paper_details")["blocks"])


def test_a_brief_written_again_takes_the_place_of_a_persons_words(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_edit")
    team.place.submit(team.ada, {"technique": WORDS})
    edited = team.changed(message)
    team.open(team.ada, edited, "brief_more", "again")
    team.place.submit(team.ada, {"model": "openai/second-model"})
    changed = team.changed(edited)
    assert WORDS not in changed["text"]
    assert "edited by" not in str(changed["blocks"])
    assert WORDS in details(team, message)  # in the history


def test_a_brief_stays_when_no_model_answers_and_the_thread_is_told_why(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_more", "again")
    team.server.queue(error(401, "Incorrect API key provided: sk-nobody", code="invalid_api_key"))
    team.place.submit(team.ada, {"model": "openai/second-model"})
    thread = team.place.wait_for(lambda: team.place.thread(team.channel, message["thread_ts"])[1:], 60)
    assert "stays as it was" in thread[0]["text"]
    assert "second-model" in thread[0]["text"]
    assert team.now(message)["text"] == message["text"]


def test_the_other_language_is_written_once_and_shown_in_turn(team: Team) -> None:
    message = team.briefed()
    team.place.click(team.bo, message, "brief_more", "other")
    chinese = team.changed(message)
    assert "发布了《" in chinese["text"]
    asked = len(team.server.requests)
    team.place.click(team.bo, chinese, "brief_more", "other")
    english = team.changed(chinese)
    assert english["text"] == message["text"]
    assert len(team.server.requests) == asked
    assert len(team.place.thread(team.channel, message["thread_ts"])) == 1


def test_a_kill_after_the_click_loses_no_correction(team: Team) -> None:
    message = team.briefed()
    team.open(team.ada, message, "brief_edit")
    team.place.fail_next("chat.update", error="internal_error", status=500)
    assert team.place.submit(team.ada, {"technique": WORDS}) == {}
    team.bot.kill()
    team.bot.start()
    team.bot.wait_until_connected()
    assert WORDS in team.changed(message)["text"]
    assert len(team.place.thread(team.channel, message["thread_ts"])) == 1


def answered_alone(team: Team, user: str, channel: str) -> Json:
    """What somebody is answered directly who asks for a brief in a channel that the bot is not in."""
    direct = team.place.direct_channel(user)
    before = len(team.place.messages(direct))
    paper = next(team.samples)
    ts = team.place.post(team.ada, channel, f"https://arxiv.org/abs/{paper.arxiv}")
    team.place.shortcut(user, channel, ts, "brief_paper")
    [answer] = team.place.wait_for(lambda: team.place.messages(direct)[before:], 60)
    assert paper.title in answer["text"]
    return answer


def test_who_was_answered_alone_about_a_closed_channel_opens_and_edits_the_brief_there(team: Team) -> None:
    user = team.place.add_user("alone")
    closed = team.place.add_channel("bots-stay-out", private=True, members=[team.ada, user], bot=False)
    answer = answered_alone(team, user, closed)
    assert "not in the library" not in details(team, answer, user)
    team.open(user, answer, "brief_edit")
    assert team.place.submit(user, {"technique": WORDS}) == {}
    assert WORDS in team.changed(answer)["text"]


def test_each_who_asks_alone_about_the_same_message_has_an_answer_of_their_own(team: Team) -> None:
    place, others = team.place, [team.place.add_user("first"), team.place.add_user("second")]
    closed = place.add_channel("bots-stay-out-too", private=True, members=[team.ada, *others], bot=False)
    ts = place.upload(team.ada, closed, "paper.pdf", MadePaper(next(team.numbers)).pdf())
    for user in others:
        # Slack does not say at once where to answer.
        place.fail_next("conversations.open", error="internal_error", status=500)
        place.shortcut(user, closed, ts, "brief_paper")
        [told] = place.wait_for(lambda user=user: place.messages(place.direct_channel(user)), 60)  # type: ignore[misc]
        assert "in a channel without me" in told["text"]
    paper = next(team.samples)
    ts = place.post(team.ada, closed, f"https://arxiv.org/abs/{paper.arxiv}")
    for user in others:
        place.shortcut(user, closed, ts, "brief_paper")
        answers = place.wait_for(lambda user=user: place.messages(place.direct_channel(user))[1:], 60)  # type: ignore[misc]
        assert paper.title in str(details(team, answers[0], user))
    assert [len(place.messages(place.direct_channel(user))) for user in others] == [2, 2]
    # Who asks once more has it in the place of the first.
    place.shortcut(others[0], closed, ts, "brief_paper")
    direct = place.direct_channel(others[0])
    [_, old] = place.messages(direct)
    place.wait_for(lambda: place.message(direct, old["ts"]) is None, 30)
    assert len(place.messages(direct)) == 2


def test_who_has_left_a_closed_channel_opens_and_edits_its_brief_in_no_answer_of_old(team: Team) -> None:
    place, user = team.place, team.place.add_user("leaver")
    closed = place.add_channel("left-behind", private=True, members=[team.ada, user], bot=False)
    answer = answered_alone(team, user, closed)
    place.invite(team.ada, closed)
    team.open(user, answer, "brief_edit")
    place.remove(closed, user)
    assert "Only members of the channel" in str(place.submit(user, {"technique": WORDS})["view"])
    told = team.told(user, answer, lambda: place.click(user, answer, "brief_edit"))
    assert "Only members of the channel" in told
    told = team.told(user, answer, lambda: place.click(user, answer, "brief_more", "other"))
    assert "Only members of the channel" in told
    assert "not in the library" in details(team, answer, user)
    assert team.now(answer)["text"] == answer["text"]


def test_who_has_left_a_closed_channel_has_nothing_of_it_tried_again(team: Team) -> None:
    place, user = team.place, team.place.add_user("tryer")
    closed, direct = (
        place.add_channel("tried", private=True, members=[team.ada, user], bot=False),
        place.direct_channel(user),
    )
    ts = place.post(team.ada, closed, "https://arxiv.org/abs/2603.99999")
    place.shortcut(user, closed, ts, "brief_paper")
    [answer] = place.wait_for(lambda: place.messages(direct), 60)
    place.click(user, answer, "share_again")
    [answer] = place.wait_for(lambda: [m for m in place.messages(direct) if m["ts"] > answer["ts"]], 60)
    place.invite(team.ada, closed)
    place.remove(closed, user)
    told = team.told(user, answer, lambda: place.click(user, answer, "share_again"))
    assert "Only members of that channel" in told
    team.briefed()
    assert not place.thread(closed, ts)


def test_who_has_left_a_closed_channel_sees_nothing_more_of_it_in_what_they_saw_there(team: Team) -> None:
    place, user = team.place, team.place.add_user("gone")
    closed = place.add_channel("closed-behind", private=True, members=[team.ada, user])
    message = team.briefed(team.ada, closed)
    title = details(team, message, user).partition("'text': '")[2].partition("'")[0]
    [preview] = place.command(user, closed, "/digest week")
    [found] = place.command(user, closed, f"/digest search {title}")
    assert title in details(team, found, user)
    place.remove(closed, user)
    for shown in (message, found):
        before = place.modal(user)
        as_in_a_preview(team, user, shown, "paper_details")()
        now = place.wait_for(lambda before=before: (m := place.modal(user)) != before and m, 10)  # type: ignore[misc]
        assert title not in str(now)
    told = team.told(user, preview, as_in_a_preview(team, user, preview, "digest_report"))
    assert "Only members of that channel" in told
    # Of a public one everybody may see what is in it.
    open_one = team.briefed()
    as_in_a_preview(team, user, open_one, "paper_details")()
    place.wait_for(lambda: "Evidence" in str(place.modal(user)) or "page 1" in str(place.modal(user)), 10)


def test_a_brief_of_a_channel_closed_since_is_changed_from_a_gathering_channel_by_its_members_alone(team: Team) -> None:
    place, user = team.place, team.place.add_user("gatherer")
    source, hub = place.add_channel("closing", members=[team.ada, team.bo]), place.add_channel("gathering")
    message = team.briefed(team.ada, source)
    place.command(team.ada, hub, f"/digest schedule daily {far_from_now()} from #closing")
    [reply] = posted_digest(team, hub)
    place.convert_to_private(team.ada, source)
    time.sleep(_FRESH)
    for action, value in (("brief_edit", None), ("brief_more", "again"), ("brief_more", "other")):
        told = team.told(user, reply, lambda action=action, value=value: place.click(user, reply, action, value))  # type: ignore[misc]
        assert "Only members of the channel" in told
    assert place.modal(user) is None
    team.open(team.bo, reply, "brief_edit")
    assert place.submit(team.bo, {"technique": WORDS}) == {}
    assert WORDS in team.changed(message)["text"]
    place.wait_for(lambda: place.message(hub, reply["ts"]) is None, 30)  # it is its own channel's alone by now
    assert "not in the library" in details(team, reply, user)


def test_nothing_of_all_this_was_a_bug(team: Team) -> None:
    assert "Traceback" not in team.bot.log
