"""Every word of ``/digest``, asked of the real bot in the playground."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
from made_papers import MadePaper
from running_bot import APP, clear_of_midnight, connected_bot, far_from_now, put

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

_SCALE = 20
PAPERS = samples()
BARE = replace(PAPERS[0], arxiv="1706.03762")
"""The same work under an identifier as arXiv gives them now."""


@dataclass
class Office:
    place: Playground
    ada: str
    bo: str
    channel: str
    offset: Path

    def say(self, line: str, channel: str | None = None, who: str | None = None) -> dict[str, Any]:
        [answer] = self.place.command(who or self.ada, channel or self.channel, line)
        return answer

    def share(self, arxiv: str, channel: str) -> str:
        ts = self.place.post(self.ada, channel, f"https://arxiv.org/abs/{arxiv}")
        self.place.wait_for(lambda: self.place.reactions(channel, ts).keys() & {"white_check_mark", "x"}, 30)
        return ts

    def from_bot(self, channel: str) -> list[dict[str, Any]]:
        return [message for message in self.place.messages(channel) if message.get("bot_id")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    clear_of_midnight()
    with Playground(time_scale=_SCALE, installation=APP) as place, ArxivStandIn([*PAPERS, BARE]) as arxiv:
        ada, bo = place.add_user("ada", "Asia/Shanghai"), place.add_user("bo", "Europe/Berlin")
        channel = place.add_channel("papers")
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_CLOCK_OFFSET": str(folder / "offset"),
        }
        with connected_bot(environment, folder / "data"):
            made = Office(place, ada, bo, channel, folder / "offset")
            for paper in PAPERS:
                made.share(paper.arxiv, channel)
            yield made


@pytest.mark.parametrize(
    "period",
    [
        "day",
        "week",
        "month",
        "today",
        "今天",
        "all",
        "全部",
        "2026-01-01..2036-01-01",
        "2026-01-01 .. 2036-01-01",
        "WEEK",
    ],
)
def test_a_period_shows_what_was_shared_in_it(office: Office, period: str) -> None:
    answer = office.say(f"/digest {period}")
    assert f"{len(PAPERS)}篇论文" in answer["text"]


@pytest.mark.parametrize(
    "period", ["yesterday", "昨天", "last week", "上周", "last month", "上个月", "last\u3000month"]
)
def test_what_is_over_holds_nothing_of_today(office: Office, period: str) -> None:
    assert "没有分享论文" in office.say(f"/digest {period}")["text"]


@pytest.mark.parametrize(
    ("typed", "closest"),
    [
        ("weekly", "week"),
        ("mnth", "month"),
        ("yesterdy", "yesterday"),
        ("serch lakes", "search"),
        ("shedule", "schedule"),
        ("exprot bib", "export"),
        ("backfil", "backfill"),
        ("halp", "help"),
        ("stop", "schedule off"),
        ("停止", "schedule off"),
        ("https://arxiv.org/abs/1706.03762", "add"),
        ("arXiv:1706.03762", "add"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_word_gets_the_closest_command(office: Office, typed: str, closest: str, language: str) -> None:
    office.say(f"/digest language {language}")
    try:
        told = office.say(f"/digest {typed}")["text"]
        assert f"`/digest {closest}`" in told and "`/digest help`" in told
        help_text = office.say("/digest help")["text"]
        for word in ("day", "week", "month", "today", "yesterday", "last week", "last month", "all", "search", "add"):
            assert word in help_text
        for word in (
            "this week",
            "this month",
            "year",
            "14d",
            "schedule",
            "from #a #b",
            "topic",
            "language",
            "mode",
            "export",
            "backfill 30d",
            "status",
            "help",
        ):
            assert word in help_text
        assert "`last month`" in office.say("/digest last fortnight")["text"]
    finally:
        office.say("/digest language zh")


@pytest.mark.parametrize("typed", ["论文", "xyzzy", "please", "lunch", "2026"])
def test_a_word_near_none_gets_no_guess_but_the_help(office: Office, typed: str) -> None:
    told = office.say(f"/digest {typed}")["text"]
    assert "您是不是" not in told
    assert "`/digest help`" in told or "时间段" in told


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("帮助", "help"),
        ("搜索 zebrafish", "search zebrafish"),
        ("状态", "status"),
        ("settings", "status"),
        ("导出", "export"),
        ("定时", "schedule"),
        ("订阅", "schedule"),
        ("语言", "language"),
        ("模式", "mode"),
        ("主题", "topic"),
        ("添加", "add"),
        ("删除", "forget"),
        ("忘掉", "forget"),
        ("delete nothing like it", "forget nothing like it"),
        ("remove", "forget"),
        ("language 英文", "language en"),
        ("语言 中文", "language zh"),
    ],
)
def test_commands_have_other_words_and_chinese_ones(office: Office, typed: str, same: str) -> None:
    assert office.say(f"/digest {typed}")["text"] == office.say(f"/digest {same}")["text"]


@pytest.mark.parametrize("period", ["周", "本周", "月", "最近30天", "year", "30d", "last 7 days", "2026-01-01.."])
def test_periods_have_chinese_words_and_numbers(office: Office, period: str) -> None:
    assert f"{len(PAPERS)}篇论文" in office.say(f"/digest {period}")["text"]


def test_a_period_is_told_in_days_where_it_holds_whole_ones(office: Office) -> None:
    channel = office.place.add_channel("quietly")
    assert office.say("/digest 2026-11-01..2026-11-15", channel)["text"] == (
        "这段时间没有分享论文：2026-11-01 至 2026-11-15（UTC）。"
    )
    office.say("/digest language en", channel)
    told = office.say("/digest 2026-11-03", channel)["text"]
    assert told == "No papers were shared in this period: 2026-11-03 (UTC)."
    assert office.say("/digest all", channel)["text"] == "No papers were shared in this period: everything so far."
    assert "至今全部" in str(office.say("/digest all")["blocks"])


def refused(office: Office, who: str, channel: str, preview: dict[str, Any]) -> str:
    """What ``who`` is told, alone, after they pressed Post to channel in vain."""
    before = office.place.ephemerals(who, channel)
    office.place.click(who, preview, "digest_post")
    [told] = office.place.wait_for(
        lambda: [each for each in office.place.ephemerals(who, channel) if each not in before], 10
    )
    assert not [m for m in office.from_bot(channel) if "篇论文" in m["text"]]
    return str(told["text"])


@pytest.mark.parametrize("private", [False, True])
def test_a_digest_that_cannot_be_posted_any_more_is_told_to_who_asked(office: Office, private: bool) -> None:
    place = office.place
    channel = place.add_channel("closing" if private else "opening", private=private)
    office.share(PAPERS[0].arxiv, channel)
    left, gone, over = (office.say("/digest week", channel, who) for who in (office.ada, office.bo, office.ada))
    place.remove(channel)
    assert "/invite @paperwire" in refused(office, office.ada, channel, left)
    place.invite(office.ada, channel)
    place.workspace.channels[channel].members.remove(office.bo)
    try:
        bos = place.slack.interactions.click(office.bo, place.workspace.channels[channel], gone, "digest_post")
        place._run(bos)
        told = place.wait_for(lambda: [m for m in place.ephemerals(office.bo, channel) if m["ts"] > gone["ts"]], 10)
        assert "只有频道成员" in told[0]["text"]
    finally:
        place.workspace.channels[channel].members.append(office.bo)
    place.archive(office.ada, channel)
    assert "已归档" in refused(office, office.ada, channel, over)


def test_a_post_that_slack_refuses_is_told_in_a_direct_message_and_its_language(office: Office) -> None:
    channel = office.place.add_channel("restricted")
    office.say("/digest language en", channel)
    office.share(PAPERS[0].arxiv, channel)
    preview = office.say("/digest week", channel, office.bo)
    direct = office.place.direct_channel(office.bo)
    before = len(office.from_bot(direct))
    office.place.fail_next("chat.postMessage", error="restricted_action")
    office.place.click(office.bo, preview, "digest_post")
    [told] = office.place.wait_for(lambda: office.from_bot(direct)[before:], 20)
    assert "未能完成。我不在那个频道里" in told["text"] and "/invite" in told["text"]


def test_a_group_of_people_is_served_in_its_direct_messages(office: Office) -> None:
    place = office.place
    group = place.direct_channel(office.ada, office.bo)
    [answer] = place.thread(group, office.share(PAPERS[0].arxiv, group))
    place.click(office.bo, answer, "brief_edit")
    assert place.wait_for(lambda: place.modal(office.bo), 10)["callback_id"] == "brief_edit"
    place.close_modal(office.bo)
    office.say(f"/digest add https://arxiv.org/abs/{PAPERS[1].arxiv}", group)
    place.wait_for(lambda: [m for m in office.from_bot(group) if PAPERS[1].title in m["text"]], 30)
    assert "每周一" in office.say("/digest schedule weekly mon 09:00", group)["text"]
    assert " 3 天" in office.say("/digest backfill 3d", group)["text"]
    place.click(office.bo, office.say("/digest week", group, office.bo), "digest_post")
    place.wait_for(lambda: [m for m in office.from_bot(group) if "篇论文" in m["text"]], 30)
    # Whoever names their channel like one of a group lets nobody else in.
    channel = place.add_channel("mpdm-ada--bo-1", members=[office.ada])
    [answer] = place.thread(channel, office.share(PAPERS[0].arxiv, channel))
    place._run(place.slack.interactions.click(office.bo, place.workspace.channels[channel], answer, "brief_edit"))
    place.wait_for(lambda: place.ephemerals(office.bo, channel), 10)
    assert place.modal(office.bo) is None


def test_a_reaction_counts_by_the_time_it_was_made_whatever_clock_the_bot_has(office: Office) -> None:
    channel = office.place.add_channel("timing")
    ts = office.share(PAPERS[0].arxiv, channel)

    def shown() -> bool:
        preview = office.say("/digest week", channel)
        office.place.click(office.ada, preview, "digest_post")
        parents = office.place.wait_for(
            lambda: [m for m in office.from_bot(channel) if "1篇论文" in m["text"]][len(posted) :], 30
        )
        posted.extend(parents)
        return "💬" in str(parents[-1]["blocks"])

    posted: list[dict[str, Any]] = []
    put(office.offset, "3600")
    try:
        office.place.react(office.bo, channel, ts, "tada")
        office.place.wait_until_heard()
        assert shown()
    finally:
        office.offset.unlink()
    office.place.unreact(office.bo, channel, ts, "tada")
    office.place.wait_until_heard()
    assert not shown()


def test_a_search_finds_by_title_author_and_brief_and_nothing_else(office: Office) -> None:
    paper = PAPERS[0]
    for words in (paper.title.split(":")[0], paper.authors[0][0].split()[-1], paper.title.upper()):
        assert paper.title in str(office.say(f"/digest search {words}")["blocks"])
    assert "没有找到" in office.say("/digest search zebrafish")["text"]
    assert "没有找到" in office.say('/digest search "zebra* OR NEAR(')["text"]
    assert "/digest search" in office.say("/digest search")["text"]


def test_a_long_list_has_pages_and_the_report_comes_to_the_asker_alone(office: Office) -> None:
    channel = office.place.add_channel("many")
    for number in range(10):
        office.place.upload(office.ada, channel, f"{number}.pdf", MadePaper(number).pdf())
    uploads = [m["ts"] for m in office.place.messages(channel) if m.get("files")]
    office.place.wait_for(lambda: all("white_check_mark" in office.place.reactions(channel, ts) for ts in uploads), 60)
    first = office.say("/digest week", channel)
    titles = {MadePaper(number).title for number in range(10)}
    on_first = {title for title in titles if title in str(first["blocks"])}
    assert len(on_first) == 8
    office.place.click(office.ada, first, "digest_page")
    second = office.place.wait_for(
        lambda: [m for m in office.place.ephemerals(office.ada, channel) if "还有" not in str(m["blocks"])], 10
    )[-1]
    assert {title for title in titles if title in str(second["blocks"])} == titles - on_first
    office.place.click(office.ada, second, "digest_report")
    direct = office.place.direct_channel(office.ada)
    [file] = office.place.wait_for(lambda: office.place.files(direct), 20)
    assert file["name"].endswith(".md")
    assert file["content"].decode().startswith("# 论文分析报告\n")
    assert not [m for m in office.from_bot(channel) if m.get("files")]


def test_a_paper_can_be_added_without_a_message_of_ones_own(office: Office) -> None:
    channel = office.place.add_channel("adding")
    office.say(f"/digest add https://arxiv.org/abs/{PAPERS[0].arxiv}", channel, office.bo)
    [parent] = office.place.wait_for(
        lambda: [m for m in office.from_bot(channel) if m.get("thread_ts", m["ts"]) == m["ts"]], 20
    )
    assert "bo" in parent["text"]
    assert f"arXiv:{PAPERS[0].arxiv}" in parent["text"]
    [brief] = office.place.wait_for(lambda: office.place.thread(channel, parent["ts"]), 30)
    assert PAPERS[0].title in brief["text"]
    office.say(f"/digest add arXiv:{PAPERS[0].arxiv} https://arxiv.org/abs/{PAPERS[0].arxiv}", channel)
    titled = f"ada 添加了 “{PAPERS[0].title}”"
    office.place.wait_for(lambda: [m for m in office.from_bot(channel) if m["text"] == titled], 20)
    assert "/digest add" in office.say("/digest add lunch", channel)["text"]


def test_who_adds_a_paper_may_name_it_by_its_bare_identifier(office: Office) -> None:
    channel = office.place.add_channel("adding-bare")
    told = office.say("/digest add 1706.03762", channel)["text"]
    assert "1篇论文" in told and "讨论串" in told
    [parent] = office.place.wait_for(
        lambda: [m for m in office.from_bot(channel) if "arXiv:1706.03762" in m["text"]], 20
    )
    [brief] = office.place.wait_for(lambda: office.place.thread(channel, parent["ts"]), 30)
    assert BARE.title in brief["text"]
    assert BARE.title in office.say("/digest forget 1706.03762", channel)["text"]
    ts = office.place.post(office.ada, channel, "we measured 1706.03762 of them")
    office.share(PAPERS[0].arxiv, channel)
    assert office.place.reactions(channel, ts) == {}


def test_who_speaks_to_the_bot_gets_its_help_and_who_gives_it_no_paper_is_told_so(office: Office) -> None:
    channel, mention = office.place.add_channel("talking"), f"<@{office.place.bot}>"

    def answers(*posted: str) -> list[str]:
        office.place.wait_for(lambda: all(office.place.thread(channel, ts) for ts in posted), 30)
        return [message["text"] for ts in posted for message in office.place.thread(channel, ts)]

    [told] = answers(office.place.post(office.ada, channel, f"{mention} what can you do?"))
    assert "`/digest week`" in told
    [told] = answers(office.place.post(office.ada, channel, f"{mention} https://example.org/"))
    assert "没有找到论文" in told
    upload = office.place.upload(office.ada, channel, "1.pdf", MadePaper(77).pdf(), f"{mention} and this?")
    [told] = answers(upload)
    assert MadePaper(77).title in told


def test_a_channel_chooses_its_language_topic_and_mode(office: Office) -> None:
    channel = office.place.add_channel("choosing")
    assert "English" in office.say("/digest language en", channel)["text"]
    assert "en" in office.say("/digest language fr", channel)["text"]
    assert "reading" in office.say("/digest topic  reading   aids", channel)["text"]
    ts = office.share(PAPERS[0].arxiv, channel)
    [brief] = office.place.thread(channel, ts)
    assert " released “" in brief["text"] or ' released "' in brief["text"]
    assert "reading aids" in str(office.say("/digest week", channel)["blocks"])
    office.say("/digest mode quiet", channel)
    quiet = office.share(PAPERS[1].arxiv, channel)
    assert office.place.thread(channel, quiet) == []
    assert PAPERS[1].title in str(office.say("/digest week", channel)["blocks"])
    office.say("/digest mode off", channel)
    ignored = office.place.post(office.ada, channel, f"https://arxiv.org/abs/{PAPERS[2].arxiv}")
    asked = office.place.post(office.ada, channel, f"<@{office.place.bot}> https://arxiv.org/abs/{PAPERS[2].arxiv}")
    office.place.wait_for(lambda: office.place.thread(channel, asked), 30)
    assert office.place.reactions(channel, ignored) == {}
    assert "quiet" in office.say("/digest mode loud", channel)["text"]
    status = office.say("/digest status", channel)["text"]
    assert all(words in status for words in ("mode off", "reading aids", "language en"))
    assert "Models this month, whole workspace*: $0.0000" in status
    assert "*Model*: excerpts from the paper (built in)" in status
    assert "*Schedule*: none" in status


def test_a_setting_alone_is_shown_and_not_changed(office: Office) -> None:
    channel = office.place.add_channel("asking")
    office.say("/digest language en", channel)
    assert "have no topic" in office.say("/digest topic", channel)["text"]
    office.say("/digest topic reading aids", channel)
    for _ in range(2):
        assert "are about: reading aids" in office.say("/digest topic", channel)["text"]
    assert "no topic now" in office.say("/digest topic off", channel)["text"]
    assert "have no topic" in office.say("/digest topic", channel)["text"]
    assert "I write English here" in office.say("/digest language", channel)["text"]
    shown = office.say("/digest mode", channel)["text"]
    assert "`reply`" in shown and "`/digest mode quiet`" in shown
    assert "`/digest export bib month`" in (told := office.say("/digest export", channel)["text"])
    assert "–" not in told
    admin = office.place.add_user("eve", admin=True)
    office.place.invite(office.ada, channel, admin)
    for what in ("", " language", " zone"):
        shown = office.say(f"/digest workspace{what}", channel, admin)["text"]
        assert "zone UTC" in shown or "time of UTC" in shown


def test_a_schedule_is_shown_in_status_and_changed_by_another_before_all_eyes(office: Office) -> None:
    channel, place = office.place.add_channel("scheduling"), office.place
    office.say("/digest language en", channel)
    assert "every Monday at 09:00 (UTC)" in office.say("/digest schedule mon 9am UTC", channel)["text"]
    assert "one day a week" in office.say("/digest schedule weekly mon,fri 09:00", channel)["text"]
    told = office.say("/digest schedule weekly mon 09:00 Mars", channel)["text"]
    assert "`Europe/Berlin`" in told and "Did you mean" not in told
    status = office.say("/digest status", channel)["text"]
    assert "*Schedule*: every Monday at 09:00 (UTC); the next digest comes on 20" in status
    office.say(f"/digest schedule daily {far_from_now()} UTC", channel)
    assert not [m for m in place.messages(channel) if "changed the schedule" in m["text"]]
    place.command(office.bo, channel, "/digest schedule off")
    [told] = [m for m in place.messages(channel) if "changed the schedule" in m["text"]]
    assert told["text"] == (
        f"<@{office.bo}> changed the schedule that <@{office.ada}> had set. Done: no more scheduled digests here."
    )
    assert "Nothing is scheduled" in office.say("/digest schedule", channel)["text"]


def test_papers_are_exported_to_the_asker_alone(office: Office) -> None:
    channel = office.place.add_channel("exporting")
    office.share(PAPERS[0].arxiv, channel)
    office.say("/digest export bib week", channel, office.bo)
    direct = office.place.direct_channel(office.bo)
    [file] = office.place.wait_for(lambda: [f for f in office.place.files(direct) if f["name"].endswith(".bib")], 20)
    [entry] = bibtexparser.loads(file["content"].decode()).entries
    assert PAPERS[0].arxiv in entry.values()
    assert "`bib`" in office.say("/digest export docx", channel)["text"]


def test_the_channels_past_is_read_without_a_word_in_it(office: Office) -> None:
    channel = office.place.add_channel("past", bot=False)
    links = [paper.arxiv for paper in PAPERS] + ["hello", "lunch?"] * 10
    for words in links:
        text = f"https://arxiv.org/abs/{words}" if words[0].isdigit() else words
        office.place.post(office.bo, channel, text)
    office.place.invite(office.ada, channel)
    office.place.wait_for(lambda: office.from_bot(channel), 20)
    office.say("/digest backfill 30d", channel)
    direct = office.place.direct_channel(office.ada)
    office.place.wait_for(lambda: [m for m in office.from_bot(direct) if f"找到{len(PAPERS)}篇" in m["text"]], 60)
    deadline = time.monotonic() + 30
    while f"{len(PAPERS)}篇论文" not in office.say("/digest month", channel)["text"]:
        assert time.monotonic() < deadline
    assert len(office.from_bot(channel)) == 1
    assert "30d" in office.say("/digest backfill yesterday", channel)["text"]


def test_what_failed_is_told_in_one_line_and_can_be_tried_again(office: Office) -> None:
    channel = office.place.add_channel("failing")
    ts = office.place.upload(office.ada, channel, "bad.pdf", b"%PDF-1.7 rubbish")
    office.place.wait_for(lambda: "x" in office.place.reactions(channel, ts), 30)
    office.share(PAPERS[0].arxiv, channel)
    answer = office.say("/digest week", channel)
    assert "1个链接或文件" in str(answer["blocks"])
    [before] = office.place.thread(channel, ts)
    office.place.click(office.ada, answer, "digest_retry")
    office.place.wait_for(lambda: [m["ts"] for m in office.place.thread(channel, ts)] not in ([], [before["ts"]]), 30)


def test_the_most_discussed_paper_comes_first_in_the_post(office: Office) -> None:
    channel = office.place.add_channel("discussing")
    shared = {paper.title: office.share(paper.arxiv, channel) for paper in PAPERS}
    last = max(shared, key=str.casefold)
    office.place.react(office.bo, channel, shared[last], "tada")
    office.place.post(office.bo, channel, "well put", thread_ts=shared[last])
    office.place.wait_until_heard()
    answer = office.say("/digest week", channel)
    office.place.click(office.ada, answer, "digest_post")
    parent = office.place.wait_for(
        lambda: [m for m in office.from_bot(channel) if f"{len(PAPERS)}篇论文" in m["text"]], 20
    )[0]
    words = str(parent["blocks"])
    assert words.index(last) == min(words.index(title) for title in shared)
    replies = office.place.wait_for(
        lambda: len(found := office.place.thread(channel, parent["ts"])) > len(PAPERS) and found, 30
    )
    pictures = [block for reply in replies for block in reply.get("blocks", []) if block["type"] == "image"]
    assert len(pictures) == len(PAPERS)
    for picture in pictures:
        assert any(paper.title in picture["alt_text"] for paper in PAPERS)


def test_channels_are_gathered_into_one_digest(office: Office) -> None:
    one, other = office.place.add_channel("gathering"), office.place.add_channel("gathered")
    office.share(PAPERS[0].arxiv, other)
    said = office.say(f"/digest schedule daily {far_from_now()} UTC from #gathered", one)["text"]
    assert other in said
    assert "#nowhere" in office.say("/digest schedule daily 09:00 UTC from #nowhere", one)["text"]
    put(office.offset, str(86_400))
    try:
        parent = office.place.wait_for(lambda: [m for m in office.from_bot(one) if "篇论文" in m["text"]], 30)[0]
        assert PAPERS[0].title in str(parent["blocks"])
    finally:
        office.say("/digest schedule off", one)
        office.offset.unlink()


def test_a_schedule_rests_when_the_bot_was_removed_and_who_set_it_is_told(office: Office) -> None:
    channel = office.place.add_channel("leaving")
    office.say("/digest language en", channel)
    office.say(f"/digest schedule daily {far_from_now()} UTC", channel, office.bo)
    office.place.remove(channel)
    put(office.offset, str(86_400))
    try:
        direct = office.place.direct_channel(office.bo)
        [told] = office.place.wait_for(lambda: [m for m in office.from_bot(direct) if "暂停" in m["text"]], 30)
        assert "我不在那个频道里" in told["text"]
        assert "paused" in office.say("/digest schedule", channel, office.bo)["text"]
        assert "paused, `/digest schedule` says why" in office.say("/digest status", channel, office.bo)["text"]
    finally:
        office.offset.unlink()
