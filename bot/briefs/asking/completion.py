"""What came back from a model: its words, and what they took. Pure."""

from __future__ import annotations

from typing import Any

from bot.errors import Retry, Tell
from bot.models import Usage


def usage_of(reply: Any, seconds: float, *, own: bool) -> Usage:
    """``own``: the price of a model on one's own server is not known, whatever it is called."""
    spent = getattr(reply, "usage", None)
    cost = None if own else (getattr(reply, "_hidden_params", None) or {}).get("response_cost")
    return Usage(
        input_tokens=int(getattr(spent, "prompt_tokens", 0) or 0),
        output_tokens=int(getattr(spent, "completion_tokens", 0) or 0),
        cost=None if cost is None else float(cost),
        calls=1,
        seconds=seconds,
    )


def content_of(model: str, reply: Any) -> tuple[str, bool]:
    """The answer's words, and whether they were cut off. None of these faults raises by itself."""
    choices = getattr(reply, "choices", None)
    if not choices:
        raise Retry("model_empty", model=model)
    message, finish = choices[0].message, choices[0].finish_reason
    if finish == "content_filter":
        raise Tell("model_filter", model=model)
    if getattr(message, "refusal", None) or (getattr(message, "provider_specific_fields", None) or {}).get("refusal"):
        raise Tell("model_refused", model=model)
    text = message.content
    if not isinstance(text, str) or not text.strip():
        if finish == "length":
            return "", True
        raise Retry("model_empty", model=model)
    return text, finish == "length"
