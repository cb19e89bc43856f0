"""Guests of the workspace see, of what everybody else sees, the channels they are in; members see their own besides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground

Json = dict[str, Any]
INSIDE, OUTSIDE, BOTH, CLOSED, PARTNERS = (MadePaper(number) for number in range(30, 35))
EVERYTHING = (INSIDE, OUTSIDE, BOTH, CLOSED, PARTNERS)
ALIKE = "Cheaper"
"""A word of every title."""


@dataclass
class Team:
    place: Playground
    ada: str
    bo: str
    gus: str
    """A guest."""
    club: str
    """Where the guest is."""
    papers: str
    """Where the guest is not."""
    partners: str
    """Public, with another organisation in it; bo is not there."""

    def home(self, user: str, **act: Any) -> Json:
        """The tab after somebody opened it, or used an element of it: ``action`` and ``value``."""
        before = (self.place.home(user) or {}).get("hash")
        if act:
            self.place.click_in_view(user, self.place.home(user) or {}, act["action"], act.get("value"))
        else:
            self.place.open_home(user)
        return self.place.wait_for(lambda: (h := self.place.home(user)) and h["hash"] != before and h, 20)

    def details(self, user: str, value: str | None = None) -> Json:
        """The modal behind a Details button of the tab."""
        before = (self.place.modal(user) or {}).get("id")
        view = self.place.home(user) or {}
        rows = [row for row in view["blocks"] if "paper_details" in str(row)]
        row = next(row for row in rows if value is None or row["elements"][0]["value"] == value)
        self.place.click_in_view(user, view, "paper_details", block_id=row["block_id"])
        return self.place.wait_for(lambda: (m := self.place.modal(user)) and m["id"] != before and m, 10)

    def says(self, user: str, channel: str, line: str) -> Json:
        [answer] = self.place.command(user, channel, line)
        return answer


def titles_in(shown: object) -> set[str]:
    return {paper.title for paper in EVERYTHING if paper.title in str(shown)}


def titles(*papers: MadePaper) -> set[str]:
    return {paper.title for paper in papers}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with Playground(time_scale=50, installation=APP) as place:
        ada, bo, gus = place.add_user("ada"), place.add_user("bo"), place.add_user("gus", guest=True)
        club, papers = place.add_channel("club"), place.add_channel("papers", members=[ada, bo])
        inner = place.add_channel("inner", private=True, members=[ada, gus])
        partners = place.add_channel("partners", members=[ada])
        place.connect(partners)
        environment = {
            **place.environment(),
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
        }
        with connected_bot(environment, tmp_path_factory.mktemp("guests") / "data"):
            for who, channel, paper in (
                (ada, papers, OUTSIDE),
                (ada, papers, BOTH),
                (gus, club, BOTH),
                (bo, club, INSIDE),
                (ada, inner, CLOSED),
                (ada, partners, PARTNERS),
            ):
                ts = place.upload(who, channel, "paper.pdf", paper.pdf())
                place.wait_for(lambda channel=channel, ts=ts: place.thread(channel, ts), 60)  # type: ignore[misc]
            yield Team(place, ada, bo, gus, club, papers, partners)


def test_the_home_tab_shows_a_guest_their_channels_and_who_shared_what_there(team: Team) -> None:
    shown = team.home(team.gus)["blocks"]
    assert titles_in(shown) == titles(INSIDE, BOTH, CLOSED)
    assert f"<#{team.papers}>" not in str(shown)
    assert f"<@{team.gus}> on" in str(shown)
    assert titles_in(team.home(team.bo)["blocks"]) == titles(INSIDE, BOTH, OUTSIDE)


def test_a_search_on_the_home_tab_finds_a_guest_no_more(team: Team) -> None:
    team.home(team.gus)
    found = team.home(team.gus, action="home_search", value=ALIKE)["blocks"]
    assert titles_in(found) == titles(INSIDE, BOTH, CLOSED)
    assert "3 papers for" in str(found)
    assert f"<#{team.papers}>" not in str(found)
    nothing = team.home(team.gus, action="home_search", value=OUTSIDE.title)["blocks"]
    assert "Nothing found" in str(nothing)


def test_a_search_by_command_finds_a_guest_no_more_wherever_they_ask(team: Team) -> None:
    line, direct = f"/digest search {ALIKE}", team.place.direct_channel(team.gus)
    assert titles_in(team.says(team.gus, direct, line)["blocks"]) == titles(INSIDE, BOTH, CLOSED)
    # In a channel everybody would get the same, but for what they may not see.
    assert titles_in(team.says(team.gus, team.club, line)["blocks"]) == titles(INSIDE, BOTH)
    assert titles_in(team.says(team.bo, team.club, line)["blocks"]) == titles(INSIDE, BOTH, OUTSIDE)
    assert f"<#{team.papers}>" not in str(team.says(team.gus, team.club, line)["blocks"])


def test_details_open_for_a_guest_while_they_may_see_the_paper(team: Team) -> None:
    place = team.place
    zoe = place.add_user("zoe", guest=True)
    place.invite(team.ada, team.papers, zoe)
    assert titles_in(team.home(zoe)["blocks"]) == titles(OUTSIDE, BOTH)
    assert titles_in(team.details(zoe)["blocks"])
    place.remove(team.papers, zoe)
    assert titles_in(team.details(zoe)["blocks"]) == set()


def test_a_guest_has_gathered_only_channels_they_are_in(team: Team) -> None:
    place, gus = team.place, team.gus
    hub = place.add_channel("hub")
    refused = team.says(gus, hub, "/digest schedule daily 09:00 from #papers")["text"]
    assert "“#papers” is not a public channel that I am in" in refused
    assert "every day at 09:00" in team.says(gus, hub, "/digest schedule daily 09:00 from #club")["text"]
    assert titles_in(team.says(gus, hub, "/digest week")["blocks"]) == titles(INSIDE, BOTH)
    team.home(gus)
    place.click_in_view(gus, place.home(gus) or {}, "home_schedule_new")
    place.wait_for(lambda: (place.modal(gus) or {}).get("callback_id") == "home_schedule", 10)
    answer = place.submit(gus, {"channel": hub, "sources": [team.papers], "schedule": "daily 09:00"})
    assert "is not a public channel that I am in" in answer["errors"]["sources"]
    place.close_modal(gus)


def test_a_guest_is_not_shown_what_models_cost(team: Team) -> None:
    for channel in (team.club, team.place.direct_channel(team.gus)):
        told = team.says(team.gus, channel, "/digest status")["text"]
        assert "*Model*: " in told and "$" not in told and "token" not in told
    assert "$" in team.says(team.ada, team.club, "/digest status")["text"]


def test_what_a_member_has_gathered_a_guest_may_keep(team: Team) -> None:
    place = team.place
    hub = place.add_channel("shared-hub")
    team.says(team.ada, hub, "/digest schedule daily 09:00 from #papers")
    assert OUTSIDE.title in str(team.says(team.gus, hub, "/digest week")["blocks"])
    told = team.says(team.gus, hub, "/digest schedule daily 10:00 from #papers #club")["text"]
    assert "every day at 10:00" in told
    assert f"<#{team.papers}> <#{team.club}>" in told


def test_a_guest_learns_by_forget_of_no_paper_and_of_nobody_elsewhere(team: Team) -> None:
    for channel in (team.club, team.place.direct_channel(team.gus)):
        assert "I know no such paper" in team.says(team.gus, channel, f"/digest forget {OUTSIDE.title}")["text"]
        told = team.says(team.gus, channel, f"/digest forget {BOTH.title}")["text"]
        assert "Somebody else shared this paper as well" in told
        assert team.ada not in told
    assert f"Only <@{team.bo}>" in team.says(team.gus, team.club, f"/digest forget {INSIDE.title}")["text"]
    assert (
        f"<@{team.gus}> shared this paper as well"
        in team.says(team.ada, team.papers, f"/digest forget {BOTH.title}")["text"]
    )


def test_the_members_of_a_public_channel_with_outsiders_find_its_papers_on_their_own(team: Team) -> None:
    place, direct = team.place, team.place.direct_channel(team.ada)
    assert PARTNERS.title in str(team.home(team.ada)["blocks"])
    assert PARTNERS.title in str(team.home(team.ada, action="home_search", value=PARTNERS.title)["blocks"])
    assert titles_in(team.details(team.ada)["blocks"]) == titles(PARTNERS)
    assert PARTNERS.title in str(team.says(team.ada, direct, "/digest week")["blocks"])
    assert PARTNERS.title in str(team.says(team.ada, direct, f"/digest search {PARTNERS.title}")["blocks"])
    assert f"{PARTNERS.title}" in team.says(team.ada, direct, f"/digest forget {PARTNERS.title}")["text"]
    for words in (team.home(team.bo), team.says(team.bo, place.direct_channel(team.bo), f"/digest search {ALIKE}")):
        assert PARTNERS.title not in str(words["blocks"])


def test_the_answer_to_a_guests_share_names_no_channel_they_are_not_in(team: Team) -> None:
    place, paper, other = team.place, MadePaper(40), team.place.add_channel("others", members=[team.bo])
    told = []
    for who, channel in ((team.ada, team.papers), (team.gus, team.club), (team.bo, other)):
        ts = place.upload(who, channel, "paper.pdf", paper.pdf())
        [answer] = place.wait_for(lambda channel=channel, ts=ts: place.thread(channel, ts), 60)  # type: ignore[misc]
        told.append(str(answer["blocks"]))
    assert "first shared" not in told[0] and "first shared" not in told[1]
    assert "first shared by ada" in told[2] and f"<#{team.papers}>" in told[2]
