"""What a failed call of a model means: who can mend it, and whether trying again helps. Pure.

By status first, then by words: several providers answer an exhausted credit or a content filter with a plain 400,
and LiteLLM reports a refused connection or an HTML page as 500.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.errors import PaperwireError, Retry, Tell

_STATUS: Mapping[int, str] = {
    401: "model_wrong_key",
    402: "model_no_credit",
    403: "model_wrong_key",
    404: "model_unknown",
    413: "model_context",
}
_LONGEST_ERROR = 4_000
"""Characters of an error that are looked at: what it is about stands at its beginning."""
_WORDS: tuple[tuple[str, str], ...] = (
    ("model_no_key", r"missing credentials|missing \w+ api key|api_key client option must be set|no api key provided"),
    (
        "model_no_credit",
        r"insufficient[ _](?:balance|quota|credit|funds)|exceeded your current quota|credit balance|billing|arrears",
    ),
    (
        "model_wrong_key",
        r"incorrect api key|invalid (?:api[ _-]?key|x-api-key|token)|authentication (?:fails|failed|error)|"
        r"unauthorized",
    ),
    (
        "model_context",
        r"context[ _](?:length|window|size)|maximum context|too many tokens|(?:prompt|input) is too long",
    ),
    (
        "model_filter",
        r"content[ _]?(?:filter|policy|management)|was filtered|content exists risk|data_?inspection|"
        r"safety (?:system|filter|settings)|flagged",
    ),
    (
        "model_unknown",
        r"provider not provided|model[^.]{0,60}(?:not found|does not exist|not exist|not supported)|unknown model|"
        r"no such model",
    ),
)


def classified(error: Exception, model: str) -> PaperwireError:
    """The error as ours: Tell where only a person can help, Retry where waiting may."""
    status = getattr(error, "status_code", None)
    text = told(error)
    after = _retry_after(error)
    if status == 429 and after is not None:
        return Retry("model_busy", after=after, model=model)
    code = _STATUS.get(status) if isinstance(status, int) else None
    code = code or next((name for name, words in _WORDS if re.search(words, text, re.IGNORECASE)), None)
    if code == "model_no_key":
        return Tell(code, model=model, variable=_key_name(text))
    if code is not None:
        return Tell(code, model=model)
    if status == 408 or "timeout" in type(error).__name__.lower():
        return Retry("model_timeout", model=model)
    if status == 429:
        return Retry("model_busy", model=model)
    if isinstance(status, int) and 400 <= status < 500:
        return Tell("model_request", model=model)
    return Retry("model_down", after=after, model=model)


def told(error: Exception) -> str:
    """What the provider says was wrong: in the error, and in the answer that it was made of."""
    return f"{str(error)[:_LONGEST_ERROR]} {str(getattr(error.__context__, 'body', ''))[:_LONGEST_ERROR]}"


def dislikes_format(error: Exception) -> bool:
    """Whether the server knows no JSON mode, or not the one it was asked for."""
    words = r"response_format|json_schema|json_object|structured output|json mode"
    return getattr(error, "status_code", None) in (400, 422) and bool(
        re.search(words, str(error)[:_LONGEST_ERROR], re.IGNORECASE)
    )


def _retry_after(error: Exception) -> float | None:
    """Seconds that the server asked us to wait, given in seconds or as a date."""
    value = str((getattr(error, "litellm_response_headers", None) or {}).get("retry-after") or "").strip()
    if re.fullmatch(r"\d{1,6}(?:\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _key_name(text: str) -> str:
    found = re.search(r"\b[A-Z][A-Z0-9_]*_API_KEY\b", text)
    return found[0] if found else "API_KEY"


_SECRET = re.compile(
    r"(?i:\b(?:sk|pk|xai|gsk|hf|api[_-]?key|key|token|bearer|password)[-_=:\s]+(?:provided:?\s+)?['\"]?)[\w.*+/-]{6,}"
    r"|(?<![\w/])(?=[\w*+/-]*\d)(?=[\w*+/-]*[A-Za-z])[\w*+/-]{24,}"
)


def redacted(text: str) -> str:
    """``text`` for the log, one line, without anything that looks like a key: providers repeat keys in their errors."""
    return re.sub(r"\s+", " ", _SECRET.sub("[…]", text[:_LONGEST_ERROR]))[:500]
