"""If only one file survived, this one: a paper shared becomes a brief, a week of them a digest.

The real bot as a process of its own, the playground as Slack, a stand-in for arXiv.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest
from library_places import KINDS
from postgres_cluster import PostgresServer
from reportlab.pdfgen.canvas import Canvas
from running_bot import APP, RunningBot, connected_bot, put

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import Sample, samples

_SCALE = 10


def sample(name: str) -> Sample:
    return next(each for each in samples() if each.name == name)


ENGLISH = "two_pass_skimming"
MANY = "quiet_updates"


@dataclass
class Team:
    place: Playground
    bot: RunningBot
    ada: str
    bo: str
    channel: str
    offset: Path

    def answers(self, ts: str, channel: str | None = None) -> list[dict[str, Any]]:
        return self.place.thread(channel or self.channel, ts)

    def answer(self, ts: str, channel: str | None = None) -> dict[str, Any]:
        """The one answer in a thread, when the work on it is over."""
        where = channel or self.channel
        self.place.wait_for(lambda: {"white_check_mark", "x"} & self.place.reactions(where, ts).keys(), 30)
        [answer] = self.answers(ts, channel)
        return answer

    def say(self, line: str, who: str | None = None, channel: str | None = None) -> str:
        return str(self.place.command(who or self.ada, channel or self.channel, line)[0]["text"])

    def settled(self) -> None:
        """Until what was said last has surely been worked on: the next share is answered."""
        ts = self.place.upload(self.bo, self.channel, "last.pdf", b"%PDF-1.4 nothing")
        self.answer(ts)


@pytest.fixture(scope="module", params=KINDS)
def team(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Team]:
    """The bot on each kind of database in turn."""
    folder = tmp_path_factory.mktemp("team")
    database = {}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = {"DATABASE_URL": server.url(server.create_database())}
    offset = folder / "offset"
    with Playground(time_scale=_SCALE, installation=APP) as place, ArxivStandIn() as arxiv:
        ada, bo = place.add_user("ada", "Asia/Shanghai"), place.add_user("bo", "Europe/Berlin")
        channel = place.add_channel("papers")
        environment = {
            **place.environment(arxiv.environment(), database),
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_CLOCK_OFFSET": str(offset),
        }
        with connected_bot(environment, folder / "data") as bot:
            yield Team(place, bot, ada, bo, channel, offset)


def test_a_link_is_answered_with_a_brief_in_its_thread(team: Team) -> None:
    paper = sample(ENGLISH)
    ts = team.place.post(team.ada, team.channel, f"look: https://arxiv.org/abs/{paper.arxiv}")
    answer = team.answer(ts)
    assert paper.title in answer["text"]
    assert "发布了《" in answer["text"]
    links = re.findall(r"'url': '([^']+)'", str(answer["blocks"]))
    assert f"https://arxiv.org/abs/{paper.arxiv}" in links
    assert f"{len(paper.authors)}位作者" in str(answer["blocks"])
    assert team.place.reactions(team.channel, ts).keys() == {"white_check_mark"}


def test_an_upload_is_answered_with_a_brief_in_its_thread(team: Team) -> None:
    paper = sample(MANY)
    ts = team.place.upload(team.bo, team.channel, "quiet.pdf", paper.pdf, "worth reading")
    answer = team.answer(ts)
    assert paper.title in answer["text"]
    for number in re.findall(r"\d+(?:\.\d+)?", answer["text"]):
        assert number in paper.title + paper.abstract + str(paper.sections)


def test_the_same_paper_again_is_answered_from_the_library_with_who_shared_it_first(team: Team) -> None:
    paper = sample(ENGLISH)
    ts = team.place.post(team.bo, team.channel, f"https://arxiv.org/pdf/{paper.arxiv}")
    answer = team.answer(ts)
    assert paper.title in answer["text"]
    assert "ada" in str(answer["blocks"])
    assert "首次分享" in str(answer["blocks"])


def test_the_upload_of_a_paper_known_by_link_is_the_same_paper(team: Team) -> None:
    paper = sample(ENGLISH)
    ts = team.place.upload(team.bo, team.channel, "same.pdf", paper.pdf)
    assert "首次分享" in str(team.answer(ts)["blocks"])


def test_several_papers_in_a_message_are_each_answered_once(team: Team) -> None:
    text = f"https://arxiv.org/abs/{sample(ENGLISH).arxiv} and https://arxiv.org/abs/{sample(MANY).arxiv}"
    ts = team.place.post(team.ada, team.channel, text)
    answers = team.place.wait_for(lambda: len(found := team.answers(ts)) == 2 and found, 30)
    assert {sample(ENGLISH).title, sample(MANY).title} == {
        title for answer in answers for title in (sample(ENGLISH).title, sample(MANY).title) if title in answer["text"]
    }


def test_a_mention_with_a_link_is_answered_once(team: Team) -> None:
    text = f"<@{team.place.bot}> https://arxiv.org/abs/{sample(ENGLISH).arxiv}"
    ts = team.place.post(team.ada, team.channel, text)
    team.answer(ts)
    team.settled()
    assert len(team.answers(ts)) == 1


def test_every_event_delivered_three_times_is_still_one_answer(team: Team) -> None:
    team.place.deliver_copies(3)
    try:
        ts = team.place.upload(team.ada, team.channel, "again.pdf", sample("incremental_keywords").pdf)
        team.answer(ts)
        team.settled()
    finally:
        team.place.deliver_copies(1)
    assert len(team.answers(ts)) == 1


def test_edits_unfurls_and_other_links_are_left_alone(team: Team) -> None:
    ts = team.place.post(team.ada, team.channel, "lunch? https://github.com/somebody/something")
    team.place.edit(team.ada, team.channel, ts, f"https://arxiv.org/abs/{sample(ENGLISH).arxiv}")
    team.place.unfurl(team.channel, ts)
    team.settled()
    assert team.answers(ts) == []
    assert team.place.reactions(team.channel, ts) == {}


def test_a_deleted_message_takes_its_answer_and_its_place_in_the_digest_with_it(team: Team) -> None:
    channel = team.place.add_channel("withdrawn")
    ts = team.place.post(team.ada, channel, f"https://arxiv.org/abs/{sample(ENGLISH).arxiv}")
    team.answer(ts, channel)
    team.place.delete(team.ada, channel, ts)
    team.place.wait_for(lambda: not team.answers(ts, channel), 20)
    assert "没有分享论文" in team.say("/digest week", channel=channel)


def test_a_message_deleted_while_the_bot_works_gets_no_answer_anywhere(team: Team) -> None:
    channel = team.place.add_channel("hasty")
    for number in range(3):
        ts = team.place.upload(team.ada, channel, f"{number}.pdf", sample(MANY).pdf)
        team.place.delete(team.ada, channel, ts)
    team.settled()
    team.place.wait_for(lambda: not [m for m in team.place.messages(channel) if m.get("bot_id")], 20)
    # Deletions are worked on beside the papers.
    team.place.wait_for(lambda: "没有分享论文" in team.say("/digest week", channel=channel), 20)


def test_the_shortcut_briefs_a_message_in_a_channel_the_bot_is_not_in(team: Team) -> None:
    channel = team.place.add_channel("elsewhere", bot=False)
    ts = team.place.post(team.bo, channel, f"https://arxiv.org/abs/{sample(ENGLISH).arxiv}")
    team.place.shortcut(team.bo, channel, ts, "brief_paper")
    direct = team.place.direct_channel(team.bo)
    answers = team.place.wait_for(lambda: [m for m in team.place.messages(direct) if m.get("bot_id")], 30)
    assert sample(ENGLISH).title in answers[0]["text"]


def test_invited_to_a_channel_the_bot_says_once_what_it_does(team: Team) -> None:
    channel = team.place.add_channel("new-here", bot=False)
    team.place.invite(team.ada, channel)
    said = team.place.wait_for(lambda: [m for m in team.place.messages(channel) if m.get("bot_id")], 20)
    assert len(said) == 1
    assert "/digest week" in said[0]["text"]


def locked() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(sample(MANY).pdf))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def drawn(*words: str) -> bytes:
    """A PDF that holds a picture and these words, and nothing else."""
    file = io.BytesIO()
    page = Canvas(file, pagesize=(595, 842))
    page.rect(100, 400, 300, 300, fill=1)
    for line, word in enumerate(words):
        page.drawString(72, 300 - 14 * line, word)
    page.showPage()
    page.save()
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a locked PDF", locked(), "密码"),
        ("a PDF without text", drawn(), "OCR"),
        (
            "no paper",
            drawn(*["Two pots of tea and one plate of biscuits, table by the window, 9.80"] * 20),
            "不是学术论文",
        ),
        ("too large a file", b"%PDF-1.7" + bytes(51_000_000), "50 MB"),
        ("not a PDF", b"just some words", "不是 PDF"),
        ("an empty file", b"", "空"),
        ("a damaged PDF", b"%PDF-1.7\nrubbish", "损坏"),
    ],
)
def test_bad_uploads_get_one_clear_sentence(team: Team, name: str, content: bytes, words: str) -> None:
    ts = team.place.upload(team.ada, team.channel, "bad.pdf", content)
    answer = team.answer(ts)
    assert words in answer["text"], name
    assert team.place.reactions(team.channel, ts).keys() == {"x"}


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://arxiv.org/abs/2601.99999", "没有内容"),
        ("http://169.254.169.254/paper.pdf", "内部网络"),
        ("http://localhost/paper.pdf", "内部网络"),
    ],
)
def test_bad_links_get_one_clear_sentence(team: Team, link: str, words: str) -> None:
    ts = team.place.post(team.ada, team.channel, link)
    assert words in team.answer(ts)["text"]


def test_a_failure_can_be_tried_again(team: Team) -> None:
    ts = team.place.upload(team.ada, team.channel, "bad.pdf", b"%PDF-1.7\nrubbish")
    first = team.answer(ts)
    team.place.click(team.ada, first, "share_again")
    team.place.wait_for(lambda: [m["ts"] for m in team.answers(ts)] not in ([], [first["ts"]]), 20)
    second = team.place.wait_for(
        lambda: len(found := team.answers(ts)) == 1 and found[0]["ts"] != first["ts"] and found, 20
    )
    assert "损坏" in second[0]["text"]


def test_details_show_authors_institutions_and_evidence(team: Team) -> None:
    paper = sample(ENGLISH)
    ts = team.place.post(team.ada, team.channel, f"https://arxiv.org/abs/{paper.arxiv}")
    team.place.click(team.ada, team.answer(ts), "paper_details")
    modal = team.place.wait_for(lambda: team.place.modal(team.ada), 10)
    words = str(modal["blocks"])
    assert paper.authors[0][0] in words
    assert "第1页" in words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/digest", "/digest week"),
        ("/digest help", "/digest week"),
        ("/digest wek", "/digest week"),
        ("/digest 2026-11-20..2026-11-01", "2026-11-01..2026-11-20"),
        ("/digest 2026-02-30..2026-03-01", "2026-02-30"),
        ("/digest schedule daily 25:00", "daily"),
        ("/digest schedule weekly mon 09:00 Mars/Olympus", "时区"),
        ("/digest schedule", "/digest schedule"),
        ("/digest schedule off", "没有定时"),
    ],
)
def test_commands_answer_what_was_typed_wrongly_with_what_to_type(team: Team, line: str, words: str) -> None:
    assert words in team.say(line)


def test_a_week_is_compiled_for_the_asker_and_posted_on_demand(team: Team) -> None:
    channel = team.place.add_channel("week")
    for paper in (sample(ENGLISH), sample(MANY)):
        team.answer(team.place.post(team.ada, channel, f"https://arxiv.org/abs/{paper.arxiv}"), channel)
    [preview] = team.place.command(team.bo, channel, "/digest week")
    assert "2篇论文" in preview["text"]
    assert len([m for m in team.place.messages(channel) if m.get("bot_id") and "thread_ts" not in m]) == 0
    team.place.click(team.bo, preview, "digest_post")
    check_digest(team, channel, [sample(MANY), sample(ENGLISH)])


def check_digest(team: Team, channel: str, papers: list[Sample]) -> None:
    """A parent, a reply for each paper, and the report file in the exact form."""

    def report() -> list[dict[str, Any]]:
        return [file for file in team.place.files(channel) if file["name"].startswith("digest-")]

    [file] = team.place.wait_for(report, 30)
    [parent] = [
        m
        for m in team.place.messages(channel)
        if m.get("bot_id") and m.get("thread_ts", m["ts"]) == m["ts"] and "论文" in m["text"]
    ]
    replies = [m for m in team.answers(parent["ts"], channel) if not m.get("files")]
    titles = sorted((paper.title for paper in papers), key=str.casefold)
    assert len(replies) == len(papers)
    for reply, title in zip(replies, titles, strict=True):
        assert title in reply["text"]
    lines = file["content"].decode().splitlines()
    assert lines[0] == "# 论文分析报告"
    assert re.fullmatch(r"生成时间: \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", lines[1])
    assert lines[2] == f"分析论文数量: {len(papers)}篇"
    headings = [line for line in lines if line.startswith("### ")]
    assert headings == [f"### {n}. {title}" for n, title in enumerate(titles, 1)] * 2


def test_a_scheduled_digest_lands_in_the_channel_once(team: Team) -> None:
    channel = team.place.add_channel("scheduled")
    team.answer(team.place.post(team.ada, channel, f"https://arxiv.org/abs/{sample(ENGLISH).arxiv}"), channel)
    assert "每周一 09:00" in team.say("/digest schedule weekly mon 09:00 Asia/Shanghai", channel=channel)
    put(team.offset, str(7 * 86_400))
    try:
        check_digest(team, channel, [sample(ENGLISH)])
        assert "每周一" in team.say("/digest schedule", channel=channel)
        put(team.offset, str(14 * 86_400))
        empty = team.place.wait_for(
            lambda: [m for m in team.place.messages(channel) if "没有分享论文" in m["text"]], 30
        )
        assert len(empty) == 1
        assert "已停止" in team.say("/digest schedule off", channel=channel)
    finally:
        team.offset.unlink()


def test_slack_being_busy_or_down_for_a_while_loses_nothing(team: Team) -> None:
    team.place.fail_next("chat.postMessage", retry_after=1)
    team.place.fail_next("chat.postMessage", error="internal_error", status=500)
    team.place.fail_next("chat.postMessage", drop=True, applied=True)
    ts = team.place.post(team.ada, team.channel, f"https://arxiv.org/abs/{sample(MANY).arxiv}")
    team.answer(ts)
    team.settled()
    assert len(team.answers(ts)) == 1


def test_the_log_holds_no_token(team: Team) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        assert team.place.environment()[name] not in team.bot.log
    assert "Traceback" not in team.bot.log


def test_asked_to_stop_the_bot_ends_well(team: Team) -> None:
    assert team.bot.stop() == 0
    team.bot.start()
    team.bot.wait_until_connected()
    ts = team.place.post(team.ada, team.channel, f"https://arxiv.org/abs/{sample(MANY).arxiv}")
    assert sample(MANY).title in team.answer(ts)["text"]
