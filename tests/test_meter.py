"""Limits and budgets as a brief meets them: LiteLLM really calls a local server, the library really counts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_model_server import FakeModelServer, error, good, hang
from library_samples import paper, text

from bot.briefs.asking.deadline import Deadline
from bot.briefs.asking.meter import Commission
from bot.briefs.asking.model import Models, Tally
from bot.briefs.notes import model_notes
from bot.briefs.write import Writer
from bot.errors import Retry, Tell
from bot.models import Allowance
from bot.settings import Settings
from storage.database.sqlite import SqliteLibrary

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
OURS = Commission("T1", "T1:C1:1.0:arxiv:1")
PRICED = "openai/gpt-4o-mini"  # 0.15 dollars a million tokens in, 0.60 out


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModelServer]:
    with FakeModelServer() as running:
        # The provider itself, for LiteLLM to call and to price: no server of one's own.
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SqliteLibrary]:
    opened = SqliteLibrary(tmp_path / "library.db")
    yield opened
    opened.close()


def settings(**values: object) -> Settings:
    return Settings(**({"PAPERWIRE_MODEL": PRICED, "PAPERWIRE_TIME_SCALE": 40} | values))  # type: ignore[arg-type]


def ask(models: Models, words: str, *, seconds: float = 20, commission: Commission | None = OURS) -> str:
    asked = [{"role": "user", "content": words}]
    return models.ask(PRICED, asked, SCHEMA, Deadline(seconds), Tally(), now=NOW, commission=commission)


def test_a_call_costs_the_team_that_asked_and_a_known_answer_nothing(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    models = Models(settings(), library, library)
    server.queue(good("{}", input_tokens=1_000_000, output_tokens=1_000_000))
    ask(models, "one")
    ask(models, "one")
    assert library.spent("T1", NOW) == pytest.approx(0.75)
    assert library.spent("T2", NOW) == 0


def test_calls_that_came_to_nothing_are_paid_for_as_well(server: FakeModelServer, library: SqliteLibrary) -> None:
    models = Models(settings(), library, library)
    server.queue(good("", input_tokens=1_000_000), error(500, "oh"), good("{}", input_tokens=1_000_000))
    ask(models, "one")
    assert len(server.requests) == 3
    assert library.spent("T1", NOW) == pytest.approx(0.30, rel=0.01)


def test_once_the_budget_is_spent_nobody_is_asked_and_the_brief_is_excerpted_and_says_so(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    made = Writer(settings(PAPERWIRE_MONTHLY_BUDGET=0.10, PAPERWIRE_FALLBACK_MODELS="openai/gpt-4o"), library, library)
    server.queue(good("{}", input_tokens=1_000_000), good("{}"))
    made.write(paper(), text(), "en", now=NOW, commission=OURS)
    asked = len(server.requests)
    brief = made.write(paper(title="Another"), text(), "en", now=NOW, commission=OURS)
    assert len(server.requests) == asked
    assert brief.model == "extractive"
    assert model_notes(brief) == [
        "This month's budget for models is spent; it begins anew next month, or is raised with "
        "PAPERWIRE_MONTHLY_BUDGET. This brief was excerpted from the paper instead."
    ]
    made.write(paper(title="Theirs"), text(), "en", now=NOW, commission=Commission("T2", "T2:C1:1.0:arxiv:1"))
    assert len(server.requests) > asked


def test_the_budget_begins_anew_with_the_month(server: FakeModelServer, library: SqliteLibrary) -> None:
    models = Models(settings(PAPERWIRE_MONTHLY_BUDGET=0.10), library, library)
    server.queue(good("{}", input_tokens=1_000_000))
    ask(models, "one")
    with pytest.raises(Tell, match="model_budget"):
        ask(models, "two")
    december = datetime(2026, 12, 1, tzinfo=UTC)
    asked = [{"role": "user", "content": "two"}]
    server.queue(good("{}"))
    assert models.ask(PRICED, asked, SCHEMA, Deadline(20), Tally(), now=december, commission=OURS)


def test_a_server_of_ones_own_costs_nothing_and_answers_whatever_was_spent(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    models = Models(settings(PAPERWIRE_MONTHLY_BUDGET=0, PAPERWIRE_MODEL_URL=server.url), library, library)
    server.queue(good("{}", input_tokens=1_000_000))
    assert ask(models, "one") == "{}"
    assert library.spent("T1", NOW) == 0


def test_calls_wait_for_their_turn(server: FakeModelServer, library: SqliteLibrary) -> None:
    # A minute is 1.5 s here.
    models = Models(settings(PAPERWIRE_MODEL_REQUESTS_PER_MINUTE=3), library, library)
    server.queue(*[good("{}")] * 7)
    with ThreadPoolExecutor(7) as pool:
        answers = list(pool.map(lambda n: ask(models, f"question {n}"), range(7)))
    assert answers == ["{}"] * 7
    assert len(server.times) == 7
    assert all(later - first >= 1.4 for first, later in zip(server.times, server.times[3:], strict=False))


def test_tokens_are_reserved_by_estimate_and_corrected_by_what_was_used(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    # A question of 3,000 bytes with room for 300 tokens is reserved 1,300; it takes 100.
    models = Models(settings(PAPERWIRE_MODEL_TOKENS_PER_MINUTE=1500, PAPERWIRE_TIME_SCALE=1), library, library)
    server.queue(*[good("{}", input_tokens=80, output_tokens=20)] * 2, hang())
    for n in range(2):
        ask(models, f"{n}" * 3000)
    with pytest.raises(Retry, match="model_timeout"):
        ask(models, "2" * 3000, seconds=1)
    # What a call that was given up took nobody knows: its reservation stands.
    with pytest.raises(Retry, match="model_limit"):
        ask(models, "3" * 3000)


def test_who_would_wait_too_long_is_told_when_to_come_again(server: FakeModelServer, library: SqliteLibrary) -> None:
    library.reserve_call("theirs", PRICED, 1, Allowance(1, None), NOW)
    models = Models(settings(PAPERWIRE_MODEL_REQUESTS_PER_MINUTE=1, PAPERWIRE_TIME_SCALE=1), library, library)
    with pytest.raises(Retry, match="model_limit") as refused:
        ask(models, "one")
    assert 58 <= (refused.value.after or 0) <= 60
    assert not server.requests


def test_a_brief_waits_for_its_turn_rather_than_being_excerpted(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    library.reserve_call("theirs", PRICED, 1, Allowance(1, None), NOW)
    made = Writer(settings(PAPERWIRE_MODEL_REQUESTS_PER_MINUTE=1, PAPERWIRE_TIME_SCALE=1), library, library)
    with pytest.raises(Retry, match="model_limit"):
        made.write(paper(), text(), "en", now=NOW, patient=False, commission=OURS)


def test_the_command_line_is_neither_limited_nor_billed(server: FakeModelServer, library: SqliteLibrary) -> None:
    models = Models(settings(PAPERWIRE_MONTHLY_BUDGET=0), library)
    server.queue(good("{}"))
    assert ask(models, "one", commission=None) == "{}"
    assert library.spent("T1", NOW) == 0


def test_a_provider_that_asks_to_wait_is_left_alone_by_every_process(
    server: FakeModelServer, library: SqliteLibrary
) -> None:
    one, other = Models(settings(), library, library), Models(settings(), library, library)
    server.queue(error(429, "slow down", Retry_After="30"))
    with pytest.raises(Retry) as told:
        ask(one, "one")
    with pytest.raises(Retry) as kept:
        ask(other, "two")
    assert told.value.code == kept.value.code == "model_busy"
    assert kept.value.after == pytest.approx(30, abs=2)
    assert len(server.requests) == 1, "nobody asks meanwhile"


def test_a_short_wait_that_a_provider_asks_for_is_waited(server: FakeModelServer, library: SqliteLibrary) -> None:
    one, other = Models(settings(), library, library), Models(settings(), library, library)
    server.queue(error(429, "slow down", Retry_After="1"), good("{}"))
    assert ask(one, "one") == "{}"
    server.queue(good("{}"))
    library.rest(f"model:{PRICED}", 1, NOW)
    began = time.monotonic()
    assert ask(other, "two") == "{}"
    assert time.monotonic() - began > 0.9
