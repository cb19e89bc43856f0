"""Asks a language model through LiteLLM, and says plainly why it did not answer.

LiteLLM's own retries and fallbacks are switched off: they multiply attempts and know no deadline over all, and they do
not notice an answer that is empty, cut off or refused.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from bot.briefs.asking.completion import content_of, usage_of
from bot.briefs.asking.deadline import Deadline, running, within
from bot.briefs.asking.failures import classified, dislikes_format, redacted, told
from bot.briefs.asking.meter import Commission, Ledger, Meter
from bot.briefs.asking.provider import Excerpt, Message, Schema, excerpted, form_of, loaded, named
from bot.briefs.excerpts import extractive
from bot.errors import PaperwireError, Retry, Tell
from bot.models import Usage
from bot.outcomes import announce
from bot.settings import Settings

log = logging.getLogger("paperwire.model")

EXTRACTIVE = "extractive"
"""Our alias of the built-in model, which needs no key and no network."""

ATTEMPTS = 3
"""HTTP requests for one answer at most."""
SHORT_ANSWER = 300
"""Tokens a brief needs; the first try may use no more."""
LONG_ANSWER = 3_000
"""Tokens granted once when an answer was cut off: some models think aloud before they answer."""
_BACK_OFF = 1.0
"""Seconds before the second attempt where the other side named none; doubled for the third."""
# Providers that run on a server of one's own and take its address.
_OWN_SERVER = frozenset(
    ["openai", "hosted_vllm", "ollama", "ollama_chat", "lm_studio", "llamafile", "xinference", "vllm", "custom_openai"]
)


class Answers(Protocol):
    """Where answers are kept, so that a crash does not pay for one twice (the library is one)."""

    def answer(self, key: str) -> str | None: ...

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None: ...

    def forget_answer(self, key: str) -> None: ...


class Anew:
    """Answers given before are not taken for the one that is asked for now; a crash still pays for none twice."""

    def __init__(self, answers: Answers, key: str) -> None:
        self._answers = answers
        self._key = key

    def answer(self, key: str) -> str | None:
        return self._answers.answer(f"{key}:{self._key}")

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None:
        self._answers.keep_answer(f"{key}:{self._key}", model, answer, usage, now)

    def forget_answer(self, key: str) -> None:
        self._answers.forget_answer(f"{key}:{self._key}")


class Tally:
    """What calls took so far, failed ones included."""

    def __init__(self) -> None:
        self.usage = Usage(cost=0.0)

    def add(self, more: Usage) -> None:
        """A cost that is unknown once stays unknown."""
        known, usage = self.usage.cost is not None and more.cost is not None, self.usage
        self.usage = Usage(
            usage.input_tokens + more.input_tokens,
            usage.output_tokens + more.output_tokens,
            (usage.cost or 0.0) + (more.cost or 0.0) if known else None,
            usage.calls + more.calls,
            usage.seconds + more.seconds,
        )


class Models:
    """Asks any model by its LiteLLM name; one instance serves all threads."""

    def __init__(
        self,
        settings: Settings,
        answers: Answers,
        ledger: Ledger | None = None,
        excerpt: Excerpt = extractive.answer,
    ) -> None:
        """``excerpt`` is the extractive model, or what takes its message elsewhere."""
        self._settings = settings
        self._answers = answers
        self._excerpt = excerpt
        self._meter = Meter(settings, ledger)

    def ask(
        self,
        model: str,
        messages: Sequence[Message],
        schema: Schema,
        deadline: Deadline,
        tally: Tally,
        *,
        now: datetime,
        commission: Commission | None = None,
    ) -> str:
        """The model's answer to ``messages``, JSON by ``schema`` where the model can be held to it.

        What it takes is added to ``tally``; an answer that is known already takes nothing.

        Raises Tell for what only a person can mend (``model_no_key``, ``model_wrong_key``, ``model_no_credit``,
        ``model_unknown``, ``model_context``, ``model_filter``, ``model_refused``, ``model_request``), for
        ``model_budget``, and Retry (``model_timeout``, ``model_busy``, ``model_down``, ``model_empty``) when all
        attempts failed, or ``model_limit`` when it was not this call's turn.
        """
        if model == EXTRACTIVE:
            return self._excerpts(messages, tally)
        private = commission is not None and commission.private
        if private and self._settings.private_model not in (None, model):
            raise ValueError(f"{model} may not read what is private")
        key = self._key(model, messages, private=private)
        self._meter.note(commission, key, now)
        if (known := self._answers.answer(key)) is not None:
            return known
        spent, began, code = Tally(), time.monotonic(), "ok"
        try:
            call = _Call(model, deadline, spent, commission, running(now))
            text = self._attempts(call, self._request(model, messages, schema, private=private))
            self._answers.keep_answer(key, model, text, spent.usage, now)
        except PaperwireError as error:
            code = error.code
            raise
        finally:
            tally.add(spent.usage)
            _say(model, code, spent.usage, time.monotonic() - began)
        return text

    def forget(self, model: str, messages: Sequence[Message], commission: Commission | None = None) -> None:
        """Let the next one who asks this get an answer of his own: the one that was kept led nowhere.

        Where the commission collects such answers, whoever gave it forgets them.
        """
        key = self._key(model, messages, private=commission is not None and commission.private)
        if commission is not None and commission.unusable is not None:
            commission.unusable.append(key)
        else:
            self._answers.forget_answer(key)

    def _key(self, model: str, messages: Sequence[Message], *, private: bool) -> str:
        """Under which an answer is kept. Two servers may call different models by one name."""
        server = self._settings.model_server(private=private)
        elsewhere = [] if server == self._settings.model_url else [server]
        asked = json.dumps([model, list(messages), *elsewhere], ensure_ascii=False)
        return hashlib.sha256(asked.encode()).hexdigest()

    def _excerpts(self, messages: Sequence[Message], tally: Tally) -> str:
        began = time.monotonic()
        answer = excerpted(messages, self._excerpt)
        tally.add(Usage(seconds=time.monotonic() - began))
        return answer

    def _attempts(self, call: _Call, request: dict[str, Any]) -> str:
        model, deadline = call.model, call.deadline
        failure: Retry = Retry("model_timeout", model=model)
        for attempt in range(ATTEMPTS):
            free = "api_base" in request
            call_id = self._meter.admit(call.commission, request, deadline, call.clock, model=model, free=free)
            try:
                reply = self._completion(call, call_id, request)
                text, cut_off = content_of(model, reply)
                if not cut_off or request["max_tokens"] == LONG_ANSWER:
                    return text
                request["max_tokens"] = LONG_ANSWER
                failure, wait = Retry("model_empty", model=model), 0.0
            except Retry as error:
                failure, wait = error, self._pause(attempt, error)
            except Tell:
                raise
            except Exception as error:
                if "response_format" in request and dislikes_format(error):
                    del request["response_format"]
                    wait = 0.0
                else:
                    failure = self._failure(model, error)
                    if failure.after:
                        self._meter.rest(call.commission, model, failure.after, call.clock())
                    wait = self._pause(attempt, failure)
            if attempt + 1 == ATTEMPTS or wait >= deadline.left:
                break
            time.sleep(wait)
        raise failure

    def _completion(self, call: _Call, call_id: str, request: Mapping[str, Any]) -> Any:
        """One request; what it took is added up and booked before anything is done with the answer."""
        began = time.monotonic()
        try:
            reply = within(
                call.deadline,
                partial(loaded().completion, **request, timeout=max(call.deadline.left, 0.1)),
                call.model,
            )
        except Retry:
            raise  # given up: what it took is not known, the reservation stands
        except Exception:
            self._meter.book(call.commission, call_id, Usage(calls=1), call.clock())
            raise
        usage = usage_of(reply, time.monotonic() - began, own="api_base" in request)
        call.tally.add(usage)
        if usage.input_tokens or usage.cost:
            self._meter.book(call.commission, call_id, usage, call.clock())
        return reply

    def _failure(self, model: str, error: Exception) -> Retry:
        """Log what LiteLLM raised; raise what cannot be mended by trying again."""
        words = redacted(told(error))
        log.warning(
            "model %s did not answer: %s, status %s: %s",
            model,
            type(error).__name__,
            getattr(error, "status_code", None),
            words,
        )
        failure = classified(error, model)
        if isinstance(failure, Retry):
            return failure
        raise failure from None

    def _pause(self, attempt: int, failure: Retry) -> float:
        """Seconds until the next attempt: as long as the server asked for, else our own back-off."""
        return failure.after if failure.after is not None else _BACK_OFF * 2**attempt / self._settings.time_scale

    def _request(
        self, model: str, messages: Sequence[Message], schema: Schema, *, private: bool = False
    ) -> dict[str, Any]:
        own = self._settings.model_server(private=private)
        name, provider = named(model, own)
        request: dict[str, Any] = {
            "model": name,
            "messages": [dict(message) for message in messages],
            "max_tokens": SHORT_ANSWER,
            "temperature": 0,
            "num_retries": 0,
            "max_retries": 0,
        }
        wanted = loaded().validate_environment(name)["missing_keys"]
        missing = [key for key in wanted if key.endswith(("_API_KEY", "_TOKEN"))]
        if own is not None and (provider in _OWN_SERVER or own != self._settings.model_url):
            # Ollama's own API, which LiteLLM speaks to models named ollama/…, stands beside the OpenAI-compatible one.
            request["api_base"] = own.rstrip("/").removesuffix("/v1") if provider.startswith("ollama") else own
            if missing:
                request["api_key"] = "none"  # a server of one's own asks for none, but the client insists on one
        elif missing:
            raise Tell("model_no_key", model=model, variable=missing[0])
        return request | form_of(name, provider, schema)


@dataclass(frozen=True, slots=True)
class _Call:
    """The circumstances of a question."""

    model: str
    deadline: Deadline
    tally: Tally
    commission: Commission | None
    clock: Callable[[], datetime]


def _say(model: str, code: str, spent: Usage, seconds: float) -> None:
    announce(
        "asked",
        model=model,
        code=code,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cost=spent.cost,
        seconds=seconds,
    )
