"""Asking a model: LiteLLM really calls a local server that speaks OpenAI's protocol, well and badly."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_model_server import FakeModelServer, Kept, Reply, drip, empty_choices, error, good, hang, html

from bot.briefs.asking import completion, failures, meter, model
from bot.briefs.asking.deadline import Deadline
from bot.briefs.asking.failures import redacted
from bot.briefs.asking.model import Models, Tally
from bot.errors import PaperwireError, Retry, Tell
from bot.settings import Settings
from bot.wording import catalogue

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ASKED = [{"role": "system", "content": "Brief it."}, {"role": "user", "content": "A paper."}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
KEY = "sk-test-0123456789abcdefghijklmnop"


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    with FakeModelServer() as running:
        yield running


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def models(server: FakeModelServer, answers: Kept | None = None, **settings: object) -> Models:
    values = {"PAPERWIRE_MODEL_URL": server.url, "PAPERWIRE_TIME_SCALE": 20} | settings
    return Models(Settings(**values), answers if answers is not None else Kept())  # type: ignore[arg-type]


def ask(asker: Models, name: str = "openai/local", *, seconds: float = 20, tally: Tally | None = None) -> str:
    return asker.ask(name, ASKED, SCHEMA, Deadline(seconds), tally or Tally(), now=NOW)


def test_a_model_is_asked_once_and_its_words_come_back(server: FakeModelServer) -> None:
    server.queue(good('{"a": "b"}', input_tokens=700, output_tokens=40))
    tally = Tally()
    assert ask(models(server), tally=tally) == '{"a": "b"}'
    assert [message["content"] for message in server.requests[0]["messages"]] == ["Brief it.", "A paper."]
    assert server.requests[0]["max_tokens"] == 300
    assert (tally.usage.input_tokens, tally.usage.output_tokens, tally.usage.calls) == (700, 40, 1)


def test_the_price_of_a_server_of_ones_own_is_unknown(server: FakeModelServer) -> None:
    server.queue(good("{}"))
    tally = Tally()
    ask(models(server), tally=tally)
    assert tally.usage.cost is None


def test_an_answer_is_kept_before_anything_else_and_never_paid_twice(server: FakeModelServer) -> None:
    server.queue(good('{"a": "first"}'), good('{"a": "second"}'))
    kept, tally = Kept(), Tally()
    asker = models(server, kept)
    ask(asker)
    assert list(kept.values()) == ['{"a": "first"}']
    assert ask(asker, tally=tally) == '{"a": "first"}'
    assert len(server.requests) == 1
    assert tally.usage.calls == 0


def test_another_model_does_not_get_the_kept_answer(server: FakeModelServer) -> None:
    server.queue(good('{"a": "one"}'), good('{"a": "two"}'))
    asker = models(server)
    assert ask(asker, "openai/one") != ask(asker, "openai/two")


def test_a_busy_model_is_asked_again_when_it_said(server: FakeModelServer) -> None:
    server.queue(error(429, "slow down", Retry_After="1"), good("{}"))
    began = time.monotonic()
    ask(models(server))
    assert len(server.requests) == 2
    assert time.monotonic() - began >= 1


def test_a_wait_beyond_the_deadline_is_told_instead_of_waited_for(server: FakeModelServer) -> None:
    server.queue(error(429, "slow down", Retry_After="600"))
    with pytest.raises(Retry) as caught:
        ask(models(server))
    assert (caught.value.code, caught.value.after) == ("model_busy", 600)
    assert len(server.requests) == 1


def test_a_faulty_server_is_tried_three_times_and_no_more(server: FakeModelServer) -> None:
    server.queue(*[error(500, "boom")] * 5)
    with pytest.raises(Retry, match="model_down"):
        ask(models(server))
    assert len(server.requests) == 3


def test_a_server_that_recovers_answers(server: FakeModelServer) -> None:
    server.queue(error(503, "overloaded"), html(502), good('{"a": "b"}'))
    assert ask(models(server)) == '{"a": "b"}'


@pytest.mark.parametrize("stuck", [hang(), drip()], ids=["hangs", "drips"])
def test_a_server_that_never_ends_is_left_at_the_deadline(server: FakeModelServer, stuck: Reply) -> None:
    server.queue(stuck, stuck, stuck)
    began = time.monotonic()
    with pytest.raises(Retry, match="model_timeout"):
        ask(models(server), seconds=1.5)
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("name", ["openai/local", "hosted_vllm/local"])
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (error(401, f"Incorrect API key provided: {KEY}"), "model_wrong_key"),
        (error(403, "forbidden"), "model_wrong_key"),
        (error(400, "Authentication Fails, your api key is invalid"), "model_wrong_key"),
        (error(402, "Insufficient Balance"), "model_no_credit"),
        (error(400, "Insufficient Balance"), "model_no_credit"),
        (error(429, "You exceeded your current quota", code="insufficient_quota"), "model_no_credit"),
        (error(404, "The model `local` does not exist", code="model_not_found"), "model_unknown"),
        (error(400, "This model's maximum context length is 4096 tokens."), "model_context"),
        (error(400, "Content Exists Risk"), "model_filter"),
        (error(400, "The response was filtered", code="content_filter"), "model_filter"),
        (good("", finish="content_filter"), "model_filter"),
        (good(None, refusal="I cannot help with that."), "model_refused"),
        (error(400, "temperature must be 1"), "model_request"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_a_person_can_mend_is_told_at_once(
    server: FakeModelServer, reply: Reply, code: str, name: str
) -> None:
    server.queue(reply)
    with pytest.raises(Tell) as caught:
        ask(models(server), name)
    assert caught.value.code == code
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (empty_choices(), "model_empty"),
        (good(None), "model_empty"),
        (good("  "), "model_empty"),
        (html(200), "model_down"),
    ],
    ids=["no choices", "null content", "blank content", "an HTML page"],
)
def test_an_answer_without_words_is_no_answer(server: FakeModelServer, reply: Reply, code: str) -> None:
    server.queue(reply, reply, reply)
    with pytest.raises(Retry, match=code):
        ask(models(server))
    server.queue(reply, good("{}"))
    assert ask(models(server)) == "{}"


def test_what_empty_answers_cost_is_counted(server: FakeModelServer) -> None:
    server.queue(good(None, input_tokens=10), good(None, input_tokens=10), good(None, input_tokens=10))
    tally = Tally()
    with pytest.raises(Retry):
        ask(models(server), tally=tally)
    assert (tally.usage.calls, tally.usage.input_tokens) == (3, 30)


def test_an_answer_cut_off_is_asked_for_again_with_more_room(server: FakeModelServer) -> None:
    server.queue(good('{"a": "b', finish="length"), good('{"a": "b"}'))
    assert ask(models(server)) == '{"a": "b"}'
    assert [request["max_tokens"] for request in server.requests] == [300, 3000]


def test_nobody_listening_is_down_not_a_bug() -> None:
    with FakeModelServer() as server:
        asker = models(server)
    with pytest.raises(Retry, match="model_down"):
        ask(asker)


def test_a_model_without_json_mode_is_asked_without(server: FakeModelServer) -> None:
    server.queue(error(400, "'response_format.type' must be 'json_schema' or 'text'"), good("{}"))
    assert ask(models(server)) == "{}"
    assert "response_format" in server.requests[0]
    assert "response_format" not in server.requests[1]


def test_a_model_that_can_be_held_to_a_schema_is(server: FakeModelServer) -> None:
    server.queue(good("{}"))
    ask(models(server), "openai/gpt-4o-mini")
    assert server.requests[0]["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_bare_name_belongs_to_the_server_of_ones_own(server: FakeModelServer) -> None:
    server.queue(good("{}"))
    ask(models(server), "qwen3:8b")
    assert server.requests[0]["model"] == "qwen3:8b"


def test_a_missing_key_is_named_before_anything_is_sent(server: FakeModelServer) -> None:
    asker = Models(Settings(), Kept())
    with pytest.raises(Tell) as caught:
        ask(asker, "gpt-4o-mini")
    assert (caught.value.code, caught.value.facts["variable"]) == ("model_no_key", "OPENAI_API_KEY")


def test_a_name_nobody_knows_is_told(server: FakeModelServer) -> None:
    with pytest.raises(Tell, match="model_unknown"):
        ask(Models(Settings(), Kept()), "no-such-model")


def test_a_key_reaches_the_server_but_no_log_and_no_error(
    server: FakeModelServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.queue(error(401, f"Incorrect API key provided: {KEY}."))
    with caplog.at_level(logging.DEBUG, logger="paperwire"), pytest.raises(PaperwireError) as caught:
        ask(models(server))
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert "status 401" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in f"{caught.value} {caught.value.facts}"
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-abcDEF123456",
        "Bearer abcdef123456",
        "api_key=abcdef123456",
        "AIzaSyA1234567890abcdefghijklmnopqrstu",
    ],
)
def test_what_looks_like_a_key_is_blotted_out(secret: str) -> None:
    assert secret.split("=")[-1].split()[-1] not in redacted(f"bad request ({secret}) at https://example.org")
    assert "https://example.org" in redacted("see https://example.org for more")


@pytest.mark.timeout(60)
def test_an_error_without_end_is_understood_by_its_beginning() -> None:
    endless = Exception("Insufficient Balance " + "*" * 4_000_000 + "response_format")
    assert failures.classified(endless, "openai/local").code == "model_no_credit"
    endless.status_code = 400  # type: ignore[attr-defined]
    assert not failures.dislikes_format(endless)
    assert redacted("*" * 4_000_000).startswith("*")


@pytest.mark.parametrize("asked", ["²", "soon", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999", "Mon, 01 Jan 2024"])
def test_a_wait_that_is_none_is_passed_over(asked: str) -> None:
    busy = Exception("slow down")
    busy.status_code, busy.litellm_response_headers = 429, {"retry-after": asked}  # type: ignore[attr-defined]
    failure = failures.classified(busy, "openai/local")
    assert isinstance(failure, Retry)
    assert (failure.code, failure.after) == ("model_busy", None)


def test_many_threads_may_ask_at_once(server: FakeModelServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    asker = models(server)
    with ThreadPoolExecutor(8) as pool:
        server.queue(*[good("{}") for _ in range(24)])
        answers = list(pool.map(lambda number: ask(asker, f"openai/m{number}"), range(24)))
    assert answers == ["{}"] * 24


def test_every_failure_has_its_sentences_and_its_row_in_the_guide() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    codes = {key.removeprefix("errors.") for key in catalogue("en") if key.startswith("errors.model_")}
    assert codes == {key.removeprefix("errors.") for key in catalogue("zh") if key.startswith("errors.model_")}
    assert codes == set(re.findall(r"^\| `(model_\w+)`", guide, re.MULTILINE))
    modules = (failures, model, completion, meter)
    source = "".join(Path(str(each.__file__)).read_text(encoding="utf-8") for each in modules)
    assert set(re.findall(r'"(model_[a-z_]+)"', source)) <= codes
