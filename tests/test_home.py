"""The Home tab as people open, search and set it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from made_papers import MadePaper
from running_bot import APP, connected_bot, far_from_now

from playground import Playground

Json = dict[str, Any]
PUBLIC, CLOSED, DIRECT = MadePaper(1), MadePaper(2), MadePaper(3)


@dataclass
class Team:
    place: Playground
    ada: str
    bo: str
    papers: str
    closed: str

    def home(self, user: str, **act: Any) -> Json:
        """The tab after somebody opened it, or used an element of it: ``action`` and ``value``."""
        before = (self.place.home(user) or {}).get("hash")
        if act:
            self.place.click_in_view(user, self.place.home(user) or {}, act["action"], act.get("value"))
        else:
            self.place.open_home(user)
        return self.place.wait_for(lambda: (h := self.place.home(user)) and h["hash"] != before and h, 20)

    def form(self, user: str, action: str) -> Json:
        before = (self.place.modal(user) or {}).get("id")
        self.place.click_in_view(user, self.place.home(user) or {}, action)
        return self.place.wait_for(lambda: (m := self.place.modal(user)) and m["id"] != before and m, 10)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with Playground(time_scale=50, installation=APP) as place:
        ada, bo = place.add_user("ada", "Europe/Berlin"), place.add_user("bo", "Asia/Shanghai")
        papers = place.add_channel("papers")
        closed = place.add_channel("closed", private=True, members=[ada])
        environment = {
            **place.environment(),
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
        }
        with connected_bot(environment, tmp_path_factory.mktemp("home") / "data"):
            for paper, channel in ((PUBLIC, papers), (CLOSED, closed), (DIRECT, place.direct_channel(ada))):
                ts = place.upload(ada, channel, "paper.pdf", paper.pdf())
                place.wait_for(lambda ts=ts, channel=channel: place.thread(channel, ts), 60)  # type: ignore[misc]
            yield Team(place, ada, bo, papers, closed)


def test_it_shows_the_latest_papers_that_its_visitor_may_see(team: Team) -> None:
    mine, others = str(team.home(team.ada)["blocks"]), str(team.home(team.bo)["blocks"])
    assert all(paper.title in mine for paper in (PUBLIC, CLOSED, DIRECT))
    assert mine.index(DIRECT.title) < mine.index(CLOSED.title) < mine.index(PUBLIC.title)
    assert PUBLIC.title in others
    assert CLOSED.title not in others and DIRECT.title not in others
    assert "How to use" in others


def test_a_search_finds_what_its_visitor_may_see_and_leads_back(team: Team) -> None:
    team.home(team.ada)
    found = str(team.home(team.ada, action="home_search", value=CLOSED.title)["blocks"])
    assert CLOSED.title in found
    assert "1 paper for" in found
    back = str(team.home(team.ada, action="home_recent")["blocks"])
    assert PUBLIC.title in back and CLOSED.title in back
    team.home(team.bo)
    nothing = str(team.home(team.bo, action="home_search", value=CLOSED.title)["blocks"])
    assert "Nothing found" in nothing
    odd = str(team.home(team.bo, action="home_search", value='"* OR NEAR( <!channel> -')["blocks"])
    assert "Nothing found" in odd


def test_details_open_from_there_also_for_a_closed_channel(team: Team) -> None:
    team.home(team.ada)
    team.home(team.ada, action="home_search", value=CLOSED.title)
    details = str(team.form(team.ada, "paper_details")["blocks"])
    assert CLOSED.title in details
    assert "Evidence" not in details or "page 1" in details


def test_details_of_a_closed_channel_are_not_for_who_has_left_it(team: Team) -> None:
    zoe = team.place.add_user("zoe")
    team.place.invite(team.ada, team.closed, zoe)
    team.home(zoe)
    assert CLOSED.title in str(team.home(zoe, action="home_search", value=CLOSED.title))
    team.place.remove(team.closed, zoe)
    modal = team.form(zoe, "paper_details")
    assert CLOSED.title not in str(modal)


def test_a_schedule_is_set_changed_and_ended_there(team: Team) -> None:
    place, bo = team.place, team.bo
    team.home(bo)
    form = team.form(bo, "home_schedule_new")
    assert form["callback_id"] == "home_schedule"
    wrong = place.submit(bo, {"channel": team.papers, "schedule": "every other day"})
    assert "I do not understand the schedule" in wrong["errors"]["schedule"]
    before = place.home(bo)["hash"]  # type: ignore[index]
    assert place.submit(bo, {"channel": team.papers, "schedule": "weekly mon 09:00"}) == {}
    place.wait_for(lambda: (place.home(bo) or {})["hash"] != before)
    assert "every Monday at 09:00 (Asia/Shanghai)" in str(place.home(bo))
    assert "every Monday at 09:00 (Asia/Shanghai)" in place.command(bo, team.papers, "/digest schedule")[0]["text"]
    form = team.form(bo, "home_schedule")
    assert "weekly mon 09:00 Asia/Shanghai" in str(form["blocks"])
    assert place.submit(bo, {"schedule": "daily 07:30"}) == {}
    place.wait_for(lambda: "every day at 07:30 (Asia/Shanghai)" in str(place.home(bo)))
    team.form(bo, "home_schedule")
    assert place.submit(bo, {"schedule": "off"}) == {}
    place.wait_for(lambda: "None of your channels has a scheduled digest yet" in str(place.home(bo)))


def test_a_schedule_is_set_only_where_its_maker_and_the_bot_are_members(team: Team) -> None:
    place, bo = team.place, team.bo
    elsewhere = place.add_channel("elsewhere", bot=False)
    adas = place.add_channel("adas", members=[team.ada])
    team.home(bo)
    team.form(bo, "home_schedule_new")
    answer = place.submit(bo, {"channel": adas, "schedule": "daily 09:00"})
    assert "Only members" in answer["errors"]["channel"]
    answer = place.submit(bo, {"channel": elsewhere, "schedule": "daily 09:00"})
    assert "/invite" in answer["errors"]["channel"]


def test_a_schedule_lost_to_slacks_troubles_keeps_what_was_typed(team: Team) -> None:
    place, bo = team.place, team.bo
    team.home(bo)
    team.form(bo, "home_schedule_new")
    place.fail_next("users.conversations", error="internal_error", status=500)
    answer = place.submit(bo, {"channel": team.papers, "schedule": "daily 09:00"})
    assert "Slack does not answer properly" in answer["errors"]["schedule"]


def test_channels_to_gather_are_chosen_kept_and_checked_there(team: Team) -> None:
    place, bo = team.place, team.bo
    hub, strange = place.add_channel("hub"), place.add_channel("strange", bot=False)
    team.home(bo)
    team.form(bo, "home_schedule_new")
    refused = place.submit(bo, {"channel": hub, "sources": [team.papers, strange], "schedule": "daily 09:00"})
    assert "“#strange” is not a public channel that I am in" in refused["errors"]["sources"]
    assert place.submit(bo, {"channel": hub, "sources": [team.papers], "schedule": "daily 09:00"}) == {}
    place.wait_for(lambda: f"gathered from <#{team.papers}>" in str(place.home(bo)))
    assert PUBLIC.title in str(place.command(bo, hub, "/digest week")[0]["blocks"])
    form = team.form(bo, "home_schedule")
    assert f"'initial_channels': ['{team.papers}']" in str(form["blocks"])
    assert place.submit(bo, {"schedule": "daily 10:00"}) == {}
    place.wait_for(lambda: "every day at 10:00" in str(place.home(bo)))
    assert f"gathered from <#{team.papers}>" in str(place.home(bo))
    team.form(bo, "home_schedule")
    assert place.submit(bo, {"schedule": "daily 10:00", "sources": []}) == {}
    place.wait_for(lambda: "gathered from" not in str(place.home(bo)))
    team.form(bo, "home_schedule")
    assert place.submit(bo, {"schedule": "off"}) == {}


def test_a_gathered_channel_that_was_closed_since_is_not_named_there(team: Team) -> None:
    place = team.place
    hub, source = place.add_channel("hub-of-ada"), place.add_channel("plans", members=[team.ada])
    place.command(team.bo, hub, f"/digest schedule daily {far_from_now()} from #plans")
    place.convert_to_private(team.ada, source)
    place.workspace.channels[source].name = "secret-plans"
    team.home(team.bo)
    team.form(team.bo, "home_schedule")
    refused = place.submit(team.bo, {"schedule": "daily 10:00"})["errors"]["sources"]
    assert refused.startswith("“a private channel” is not a public channel that I am in")
    assert place.submit(team.bo, {"schedule": "off", "sources": []}) == {}


def test_a_schedule_of_somebody_else_is_changed_there_before_the_channels_eyes(team: Team) -> None:
    place = team.place
    channel = place.add_channel("adas-schedule")
    place.command(team.ada, channel, "/digest schedule daily 09:00")
    for words, told in (("daily 10:00", "every day at 10:00"), ("daily 11:00", ""), ("off", "")):
        team.home(team.bo)
        team.form(team.bo, "home_schedule")
        assert place.submit(team.bo, {"schedule": words}) == {}
        if told:
            [said] = place.messages(channel)
            assert f"<@{team.bo}> changed the schedule that <@{team.ada}> had set" in said["text"]
            assert told in said["text"]
    assert len(place.messages(channel)) == 1  # it was bo's own by then


def test_a_schedule_that_gathers_hundreds_of_channels_fits_the_tab(team: Team) -> None:
    place = team.place
    hub = place.add_channel("all-of-them")
    many = [place.add_channel(f"one-of-many-{number}", members=[team.ada]) for number in range(300)]
    team.home(team.bo)
    team.form(team.bo, "home_schedule_new")
    before = place.home(team.bo)["hash"]  # type: ignore[index]
    assert place.submit(team.bo, {"channel": hub, "sources": many, "schedule": "daily 09:00"}) == {}
    place.wait_for(lambda: (place.home(team.bo) or {})["hash"] != before)
    for shown in (str(place.home(team.bo)), place.command(team.bo, hub, "/digest schedule")[0]["text"]):
        assert f"gathered from <#{many[0]}> <#{many[1]}>" in shown and "… +280" in shown
    place.command(team.bo, hub, "/digest schedule off")


@pytest.mark.parametrize(
    ("locale", "heading", "misunderstood"),
    [
        ("zh-CN", "最新论文", "看不懂定时设置"),
        ("zh-TW", "最新论文", "看不懂定时设置"),
        ("de-DE", "Latest papers", "I do not understand the schedule"),
    ],
)
def test_it_speaks_the_language_that_slack_speaks_with_its_visitor(
    team: Team, locale: str, heading: str, misunderstood: str
) -> None:
    place = team.place
    who = place.add_user(f"reader-{locale.lower()}", locale=locale)
    place.invite(team.ada, team.papers, who)
    assert heading in str(team.home(who)["blocks"])
    form = team.form(who, "home_schedule_new")
    assert ("定时汇总" in str(form["title"])) is locale.startswith("zh")
    answer = place.submit(who, {"channel": team.papers, "schedule": "now and then"})
    assert misunderstood in answer["errors"]["schedule"]


def test_it_speaks_what_its_visitor_chose_before_what_slack_speaks(team: Team) -> None:
    place = team.place
    who = place.add_user("chooser", locale="zh-CN")
    place.command(who, place.direct_channel(who), "/digest language en")
    assert "Latest papers" in str(team.home(who)["blocks"])
