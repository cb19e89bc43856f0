"""Two workspaces in one library live as if each had it to itself, whatever is asked of it in whatever order.

Every method of the Library is called by inspection, so a new one is covered, or this file says that it lacks a rule.
Both teams use the same channels, messages, papers, digests and people, and name each other's ids; their words differ.
"""

from __future__ import annotations

import inspect
import itertools
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import time
from random import Random
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from library_places import Places, opened
from library_samples import at, brief, paper, share, text

from bot.errors import PaperwireError
from bot.models import (
    EVERY_CHANNEL,
    Brief,
    ChannelSettings,
    Coverage,
    DigestReply,
    FullText,
    Paper,
    Period,
    Schedule,
    Share,
    ShareState,
    Usage,
)
from bot.ports import Library
from storage import keeping
from storage.library import SqlLibrary

TEAMS = ("T1", "T2")
OF_ALL_TEAMS = {
    "schedules": "the clock asks for every team's; each names its own, which is looked at below",
    "answer": "the key is a hash of model and prompt, so who asks it knows the paper's text already",
    "keep_answer": "as answer",
    "forget_answer": "as answer",
    "reserve_call": "the limit of a model is the operator's, over all teams; it tells a waiting time only",
    "release_files": "files are cached by their content; a file that any team still names stays",
    "released_files": "as release_files: hashes, which say nothing of any team",
    "prune": "what is too old is too old for everybody",
    "drop_texts": "as prune",
    "drop_papers": "as prune",
    "take_request": "a hash of what Slack signed, for whichever team; it tells whether that came before",
    "rest": "names a source, a model, or a method of Slack's for a workspace; no row of any team's is touched",
    "rest_left": "as rest; it tells a waiting time only",
    "close": "ends the connection, touches no row",
}

CHANNELS = ("C1", "C2", "D1")
ITEMS = ("arxiv:2610.00001", "doi:10.1000/1", "file:F1")
STAMPS = ("1.000100", "2.000200")
TITLES = ("Tides in Shallow Lakes", "Waves on Canals")
PAPERS = tuple(f"{team}-paper-{number}" for team in TEAMS for number in range(4))
"""As the library names them; anybody may name any."""
DIGESTS = ("digest-1", "digest-2")
PEOPLE = ("U1", "U2")
ZONES = ("UTC", "Asia/Shanghai")

Rule = Callable[[Random, str], Any]
"""Makes a value for a team."""


def one_of(*values: Any) -> Rule:
    return lambda chance, team: chance.choice(values)


def some_of(*values: Any) -> Rule:
    return lambda chance, team: chance.sample(values, chance.randint(0, min(3, len(values))))


def optional(rule: Rule) -> Rule:
    return lambda chance, team: rule(chance, team) if chance.random() < 0.7 else None


def a_time(chance: Random, team: str) -> Any:
    return at(chance.randint(0, 60))


def a_period(chance: Random, team: str) -> Period:
    since = chance.randint(0, 40)
    return Period(at(since), at(since + chance.randint(1, 40)))


def a_share(chance: Random, team: str) -> Share:
    channel, user = chance.choice(CHANNELS), chance.choice(PEOPLE)
    item, ts = chance.choice(ITEMS), chance.choice(STAMPS)
    return share(item, team=team, channel=channel, ts=ts, user=user, private=channel != "C1")


def a_paper(chance: Random, team: str) -> Paper:
    keys = chance.sample(ITEMS[:2], chance.randint(1, 2))
    return replace(
        paper(*keys, title=chance.choice(TITLES), abstract=f"only {team} knows this"), id=chance.choice(PAPERS)
    )


def a_brief(chance: Random, team: str) -> Brief:
    return brief(f"{team} {chance.choice('ab')}", chance.choice(("zh", "en")))


def a_text(chance: Random, team: str) -> FullText:
    return text(f"the full text of {team}")


def a_coverage(chance: Random, team: str) -> Coverage:
    public = optional(some_of(*CHANNELS))(chance, team)
    return Coverage(tuple(some_of(*CHANNELS)(chance, team)), None if public is None else tuple(public))


def a_schedule(chance: Random, team: str) -> Schedule:
    sources, zone = tuple(some_of(*CHANNELS[:2])(chance, team)), chance.choice(ZONES)
    return Schedule(team, chance.choice(CHANNELS), "daily", time(9), zone, "U1", created_at=at(0), sources=sources)


def some_settings(chance: Random, team: str) -> ChannelSettings:
    return ChannelSettings(team, chance.choice((*CHANNELS, EVERY_CHANNEL)), topic=f"{chance.choice('xy')} of {team}")


def a_reply(chance: Random, team: str) -> DigestReply:
    return DigestReply(chance.choice(DIGESTS), 0, 1, chance.choice(CHANNELS), chance.choice(STAMPS), STAMPS[0])


# Anybody may name any share, the other team's too.
SHARES = tuple(
    share(item, team=team, channel=channel, ts=ts).id
    for team in TEAMS
    for channel in CHANNELS
    for ts in STAMPS
    for item in ITEMS
)

RULES: dict[str, Rule] = {
    "team_id": lambda chance, team: team,
    "share": a_share,
    "paper": a_paper,
    "brief": a_brief,
    "brief | None": optional(a_brief),
    "text | None": optional(a_text),
    "now": a_time,
    "since_at": a_time,
    "share_id": one_of(*SHARES),
    "share_id | None": optional(one_of(*SHARES)),
    "share_ids": some_of(*SHARES),
    "before": one_of(*SHARES),
    "state": one_of(*ShareState),
    "error | None": one_of(None, "not_found"),
    "paper_id": one_of(*PAPERS),
    "paper_id | None": optional(one_of(*PAPERS)),
    "paper_ids": some_of(*PAPERS),
    "channel_id": one_of(*CHANNELS),
    "coverage": a_coverage,
    "period": a_period,
    "period | None": optional(a_period),
    "ts": one_of(*STAMPS),
    "reply_ts": lambda chance, team: f"9.{team}",
    "parent_ts": one_of(*STAMPS),
    "keys": some_of(*ITEMS),
    "title": one_of(*TITLES),
    "first_author": one_of("Ada Wöhler"),
    "language": one_of("zh", "en"),
    "digest_id": one_of(*DIGESTS),
    "reply": a_reply,
    "words": one_of("tides", "waves knows", "technique", "第"),
    "limit": one_of(1, 3, 10),
    "offset": one_of(0, 0, 1),
    "titles": one_of(False, True),
    "user_id": one_of(*PEOPLE),
    "user_id | None": one_of(*PEOPLE, None),
    "key": one_of("reaction:+1", "reply:3.1"),
    "schedule": a_schedule,
    "settings": some_settings,
    "reason | None": one_of(None, "channel_gone"),
    "call_id": one_of("call-1", "call-2"),
    "usage": lambda chance, team: Usage(100, 10, chance.randint(0, 50) / 100, 1, 0.5),
    **dict.fromkeys(("again", "undone", "everywhere", "scheduled"), one_of(True, False)),
}
"""What a parameter may be, by its name; ``| None`` where it is optional."""


def rule_of(parameter: inspect.Parameter) -> str:
    return f"{parameter.name} | None" if "None" in str(parameter.annotation) else parameter.name


def parameters(method: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(Library, method)).parameters.values())[1:]


METHODS = sorted(name for name, _ in inspect.getmembers(Library, inspect.isfunction) if not name.startswith("_"))
OF_A_TEAM = [name for name in METHODS if name not in OF_ALL_TEAMS]


def test_every_method_takes_the_team_first_or_says_why_not() -> None:
    assert OF_ALL_TEAMS.keys() <= set(METHODS)
    for method in METHODS:
        takes_team = [each.name for each in parameters(method)][:1] == ["team_id"]
        assert takes_team != (method in OF_ALL_TEAMS), method


@pytest.mark.parametrize("method", OF_A_TEAM)
def test_every_parameter_has_a_rule(method: str) -> None:
    missing = [rule_of(each) for each in parameters(method) if rule_of(each) not in RULES]
    assert not missing, f"{method}: say in RULES what {', '.join(missing)} may be"


# --- a life of two teams ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    team: str
    method: str
    arguments: dict[str, Any]


def step(chance: Random, team: str, method: str) -> Step:
    return Step(team, method, {each.name: RULES[rule_of(each)](chance, team) for each in parameters(method)})


def briefed(chance: Random, team: str) -> list[Step]:
    """A paper shared and briefed: without any, most questions have nothing to find."""
    shared, now = a_share(chance, team), a_time(chance, team)
    kept = {"paper": a_paper(chance, team), "brief": a_brief(chance, team), "text": a_text(chance, team), "now": now}
    return [
        Step(team, "accept", {"team_id": team, "share": shared, "now": now}),
        Step(team, "keep", {"team_id": team, **kept, "share_id": shared.id}),
    ]


def furnished(chance: Random, team: str) -> list[Step]:
    """Something of everything, so that most questions find something."""
    made = [step(chance, team, "withdraw"), *(each for _ in range(3) for each in briefed(chance, team))]
    imported = step(chance, team, "keep")
    made.append(replace(imported, arguments={**imported.arguments, "share_id": None}))
    made += [
        step(chance, team, method) for method in ("put_schedule", "put_channel_settings", "discussed", "discussed")
    ]
    for digest_id, channel in zip(DIGESTS, chance.sample(CHANNELS, 2), strict=True):
        said = {"settings": ChannelSettings(team, channel), "period": Period(at(0), at(60)), "scheduled": True}
        frozen = step(chance, team, "freeze_digest")
        made.append(replace(frozen, arguments={**frozen.arguments, **said, "digest_id": digest_id}))
    made += [step(chance, team, method) for method in ("digest_posted", "digest_replied", "revise", "freeze_digest")]
    return made


def life(chance: Random) -> list[Step]:
    begun = [each for both in zip(*(furnished(chance, team) for team in TEAMS), strict=True) for each in both]
    later = [step(chance, chance.choice(TEAMS), chance.choice(OF_A_TEAM)) for _ in range(30)]
    # At the end each team asks everything, so that no change stays unseen.
    asked = [method for method in OF_A_TEAM if "now" not in {each.name for each in parameters(method)}]
    last = [step(chance, team, method) for method in asked for team in TEAMS for _ in range(2)]
    return [*begun, *later, *last]


REFUSALS = (KeyError, ValueError, PaperwireError, sqlite3.IntegrityError, sqlalchemy.exc.IntegrityError)
"""Of what is not there: the same beside another team that has it."""


def played(library: SqlLibrary, steps: list[Step], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What each team was answered, by a library that gives papers ids which can be foretold."""
    numbers = {team: itertools.count() for team in TEAMS}
    answers: dict[str, list[Any]] = {team: [] for team in TEAMS}
    for one in steps:
        made = type("Made", (), {"hex": property(lambda _, team=one.team: f"{team}-paper-{next(numbers[team])}")})
        monkeypatch.setattr(keeping, "uuid4", made)
        try:
            answers[one.team].append((one, getattr(library, one.method)(**one.arguments)))
        except REFUSALS as error:
            answers[one.team].append((one, type(error)))
    for team in TEAMS:
        answers[team].append([each for each in library.schedules() if each.team_id == team])
    return answers


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_no_team_notices_the_other(places: Places, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    steps = life(Random(seed))
    with ExitStack() as stack:

        def lived(by: list[Step]) -> dict[str, list[Any]]:
            library = opened(stack.enter_context(places()))
            try:
                return played(library, by, monkeypatch)
            finally:
                library.close()

        together = lived(steps)
        for team in TEAMS:
            alone = lived([one for one in steps if one.team == team])
            for (asked, answer), (_, expected) in zip(together[team][:-1], alone[team][:-1], strict=True):
                assert answer == expected, f"{asked} is answered otherwise beside another team"
            assert together[team][-1] == alone[team][-1]
