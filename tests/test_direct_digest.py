"""``/digest`` in a direct message covers what its one reader may see; in a gathering channel its sources count too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground

Json = dict[str, Any]
PUBLIC, CLOSED, DIRECT, OTHERS = (MadePaper(number) for number in range(4))
MANY = tuple(MadePaper(number) for number in range(10, 20))


@dataclass
class Team:
    place: Playground
    ada: str
    bo: str
    guest: str
    papers: str
    closed: str
    many: str
    language: str

    def asks(self, user: str, line: str) -> Json:
        """In the direct messages with the bot."""
        [answer] = self.place.command(user, self.place.direct_channel(user), line)
        return answer

    def after(self, user: str, message: Json, button: str) -> Json:
        """What the message that only ``user`` sees has become after they pressed a button in it."""
        self.place.click(user, message, button)

        def changed() -> list[Json]:
            shown = [m for m in self.place.ephemerals(user, message["channel"]) if m["ts"] == message["ts"]]
            return [m for m in shown if m["blocks"] != message["blocks"]]

        return self.place.wait_for(changed)[0]


@pytest.fixture(scope="module", params=["en", "zh"])
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with Playground(time_scale=50, installation=APP) as place:
        ada, bo = place.add_user("ada", "Asia/Tokyo"), place.add_user("bo")
        guest = place.add_user("gus", guest=True)
        papers = place.add_channel("papers", members=[ada, bo])
        closed = place.add_channel("closed", private=True, members=[ada])
        theirs = place.add_channel("theirs", private=True, members=[bo])
        many = place.add_channel("many")
        environment = {
            **place.environment(),
            "PAPERWIRE_LANGUAGE": request.param,
            "PAPERWIRE_TIME_SCALE": "50",
        }
        with connected_bot(environment, tmp_path_factory.mktemp("direct") / "data"):
            shared = [
                (ada, papers, PUBLIC),
                (ada, closed, CLOSED),
                (ada, place.direct_channel(ada), DIRECT),
                (bo, theirs, OTHERS),
                *((bo, many, paper) for paper in MANY),
            ]
            sent = [(channel, place.upload(who, channel, "p.pdf", paper.pdf())) for who, channel, paper in shared]
            for channel, ts in sent:
                place.wait_for(lambda channel=channel, ts=ts: place.thread(channel, ts), 60)  # type: ignore[misc]
            yield Team(place, ada, bo, guest, papers, closed, many, request.param)


def titles_in(messages: list[Json]) -> set[str]:
    everything = json.dumps([message["blocks"] for message in messages], ensure_ascii=False)
    return {paper.title for paper in (PUBLIC, CLOSED, DIRECT, OTHERS, *MANY) if paper.title in everything}


def both_pages(team: Team, user: str) -> list[Json]:
    first = team.asks(user, "/digest week")
    return [first, team.after(user, first, "digest_page")]


def test_it_covers_all_public_channels_and_the_closed_ones_of_its_reader(team: Team) -> None:
    everyone = {paper.title for paper in (PUBLIC, *MANY)}
    assert titles_in(both_pages(team, team.ada)) == everyone | {CLOSED.title, DIRECT.title}
    assert titles_in(both_pages(team, team.bo)) == everyone | {OTHERS.title}


def test_a_guest_gets_only_the_channels_they_are_in(team: Team) -> None:
    assert titles_in(both_pages(team, team.guest)) == {paper.title for paper in MANY}


def test_who_has_left_a_closed_channel_sees_its_papers_no_more_not_even_on_the_next_page(team: Team) -> None:
    place = team.place
    place.invite(team.ada, team.closed, team.bo)
    assert CLOSED.title in titles_in(both_pages(team, team.bo))
    assert CLOSED.title in titles_in([team.asks(team.bo, "/digest search Twin Masks Pruning")])
    first = team.asks(team.bo, "/digest week")
    place.remove(team.closed, team.bo)
    assert CLOSED.title not in titles_in([team.after(team.bo, first, "digest_page"), *both_pages(team, team.bo)])
    assert CLOSED.title not in titles_in([team.asks(team.bo, "/digest search Twin Masks Pruning")])


def test_each_entry_says_which_channel_it_comes_from(team: Team) -> None:
    words = str([page["blocks"] for page in both_pages(team, team.ada)])
    assert f"<#{team.papers}>" in words and f"<#{team.closed}>" in words and f"<#{team.many}>" in words
    inside = team.place.command(team.ada, team.closed, "/digest week")[0]
    assert "<#" not in str(inside["blocks"])


def test_days_are_those_of_its_reader_and_there_is_no_channel_to_post_to(team: Team) -> None:
    answer = team.asks(team.ada, "/digest week")
    assert "(Asia/Tokyo)" in answer["text"] or "（Asia/Tokyo）" in answer["text"]
    assert "digest_post" not in str(answer["blocks"])
    assert "digest_post" in str(team.place.command(team.ada, team.papers, "/digest week")[0]["blocks"])


def test_a_search_there_finds_what_its_reader_may_see(team: Team) -> None:
    assert CLOSED.title in titles_in([team.asks(team.ada, "/digest search Twin Masks Pruning")])
    assert DIRECT.title in titles_in([team.asks(team.ada, "/digest search Lazy Runs")])
    assert not titles_in([team.asks(team.bo, "/digest search Cheaper")]) & {CLOSED.title, DIRECT.title}


def test_an_upload_leads_to_its_message_and_its_details_open_from_what_was_found(team: Team) -> None:
    place, direct = team.place, team.place.direct_channel(team.ada)
    found = team.asks(team.ada, "/digest search Twin Masks Pruning")
    [ts] = [message["ts"] for message in place.messages(team.closed) if message.get("files")]
    assert f"{place.url}/archives/{team.closed}/p{ts.replace('.', '')}" in str(found["blocks"])
    assert found["channel"] == direct
    place.click(team.ada, found, "paper_details")
    modal = place.wait_for(lambda: place.modal(team.ada), 10)
    assert CLOSED.title in str(modal)
    place.close_modal(team.ada)


def test_details_of_what_was_found_are_not_for_who_has_left_its_channel(team: Team) -> None:
    place, zoe = team.place, team.place.add_user("zoe")
    place.invite(team.ada, team.closed, zoe)
    found = team.asks(zoe, "/digest search Twin Masks Pruning")
    place.remove(team.closed, zoe)
    place.click(zoe, found, "paper_details")
    modal = place.wait_for(lambda: place.modal(zoe), 10)
    assert CLOSED.title not in str(modal)


@pytest.mark.parametrize("way", ["export", "button"])
def test_export_and_full_report_hold_the_same(team: Team, way: str) -> None:
    place, direct = team.place, team.place.direct_channel(team.bo)
    before = len(place.files(direct))
    if way == "export":
        team.asks(team.bo, "/digest export md week")
    else:
        place.click(team.bo, team.asks(team.bo, "/digest week"), "digest_report")
    place.wait_for(lambda: len(place.files(direct)) > before, 30)
    report = place.files(direct)[-1]["content"].decode()
    held = {paper.title for paper in (PUBLIC, CLOSED, DIRECT, OTHERS, *MANY) if paper.title in report}
    assert held == {paper.title for paper in (PUBLIC, OTHERS, *MANY)}
    shared = [line for line in report.splitlines() if f"/archives/{team.many}/p" in line]
    assert len(shared) == len(MANY)
    assert all("#many, 2" in line and line.endswith(">") for line in shared)


def test_the_status_counts_them_and_a_schedule_is_sent_to_a_channel(team: Team) -> None:
    assert f"{len(MANY) + 3}" in team.asks(team.ada, "/digest status")["text"].splitlines()[0]
    refusal = team.asks(team.ada, "/digest schedule daily 09:00")["text"]
    assert "`/digest schedule weekly mon 09:00`" in refusal


def test_a_gathering_channel_counts_its_public_sources_in_everything_it_is_asked(team: Team) -> None:
    place = team.place
    hub = place.add_channel("hub")
    place.command(team.ada, hub, "/digest schedule weekly mon 09:00 UTC from #papers #many")
    first = place.command(team.ada, hub, "/digest week")[0]
    pages = [first, team.after(team.ada, first, "digest_page")]
    assert titles_in(pages) == {paper.title for paper in (PUBLIC, *MANY)}
    assert f"<#{team.papers}>" in str(pages[0]["blocks"]) + str(pages[1]["blocks"])
    place.click(team.ada, pages[-1], "digest_post")
    thread = place.wait_for(
        lambda: next(
            (
                found
                for m in place.messages(hub)
                if len(found := place.thread(hub, m["ts"])) > len(MANY) and any(f.get("files") for f in found)
            ),
            None,
        ),
        60,
    )
    assert titles_in([m for m in thread if m.get("blocks")]) == {paper.title for paper in (PUBLIC, *MANY)}
    assert f"{len(MANY) + 1}" in place.command(team.ada, hub, "/digest status")[0]["text"].splitlines()[0]
    place.command(team.ada, hub, "/digest schedule off")


def test_a_gathering_digest_speaks_the_language_of_its_channel(team: Team) -> None:
    place, other = team.place, {"en": "zh", "zh": "en"}[team.language]
    hub = place.add_channel(f"hub-{other}")
    for line in (f"language {other}", "schedule weekly mon 09:00 UTC from #papers"):
        place.command(team.ada, hub, f"/digest {line}")
    preview = place.command(team.ada, hub, "/digest week")[0]
    marked = {"zh": "简报为英文", "en": "brief in Chinese"}[other]
    assert marked in str(preview["blocks"])
    place.click(team.ada, preview, "digest_post")
    [report] = place.wait_for(lambda: place.files(hub), 60)
    threads = [place.thread(hub, message["ts"]) for message in place.messages(hub)]
    thread = str([reply["blocks"] for replies in threads for reply in replies if reply.get("blocks")])
    for words in (thread, report["content"].decode()):
        assert PUBLIC.title in words
        assert {"zh": "发布了", "en": "released"}[other] in words
        assert {"en": "发布了", "zh": "released"}[other] not in words
        assert marked not in words
    assert f"{place.url}/archives/{team.papers}/p" in thread
    place.command(team.ada, hub, "/digest schedule off")


def test_the_home_tab_speaks_the_installations_language_where_slack_does_not_say(team: Team) -> None:
    place, latest = team.place, {"en": "Latest papers", "zh": "最新论文"}[team.language]
    quiet, silent = place.add_user("quiet", locale=""), place.add_user("silent", locale="fr-FR")
    place.open_home(quiet)
    assert latest in str(place.wait_for(lambda: place.home(quiet)))
    place.fail_next("users.info", error="internal_error", status=500)
    place.open_home(silent)
    assert latest in str(place.wait_for(lambda: place.home(silent)))
