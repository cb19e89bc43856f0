"""LiteLLM as it is used here: loaded once, our built-in model registered, and what a model's name means to it.

LiteLLM takes seconds and some 180 MB to import, so it is imported on first use, or ahead of it in a background thread.
The only user of LiteLLM.
"""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from bot.briefs.asking.bounded import bounded_client
from bot.briefs.excerpts import extractive
from bot.errors import Tell
from bot.models import Paper

Message = Mapping[str, str]
Schema = Mapping[str, Any]

_BUILT_IN = "paperwire/extractive"

_loading = threading.Lock()
_loaded: Any = None

Excerpt = Callable[[str], str]
# LiteLLM knows one provider for all who ask, and calls it in the asker's thread.
_excerpt: ContextVar[Excerpt] = ContextVar("excerpt", default=extractive.answer)


def loaded() -> Any:
    """LiteLLM; the first call takes seconds."""
    global _loaded
    with _loading:
        if _loaded is None:
            # Without it LiteLLM fetches its price list from the network while it is imported.
            os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
            for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
            logging.getLogger("httpx").setLevel(logging.WARNING)  # some providers' addresses hold the key
            warnings.filterwarnings("ignore", message=".*Pydantic will not protect", category=UserWarning)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import litellm
                from litellm.llms.custom_httpx.http_handler import get_ssl_configuration

                litellm.suppress_debug_info = True
                litellm.telemetry = False
                litellm.drop_params = True
                litellm.client_session = bounded_client(get_ssl_configuration())
                handler = _extractive_provider(litellm)
                litellm.custom_provider_map = [{"provider": "paperwire", "custom_handler": handler}]
                _warm_up(litellm)
            _loaded = litellm
        return _loaded


def _warm_up(litellm: Any) -> None:
    """LiteLLM builds more of itself, with warnings of its own, when it is first called."""
    nothing = Paper(id="", title="Nothing")
    question = {"role": "user", "content": extractive.question(nothing, None, "en")}
    litellm.completion(model=_BUILT_IN, messages=[question], num_retries=0, max_retries=0)


def _extractive_provider(litellm: Any) -> Any:
    """Our extractive model as a LiteLLM provider: the message is a paper as JSON, the answer its excerpts."""

    class Extractive(litellm.CustomLLM):  # type: ignore[misc,name-defined,unused-ignore]
        def completion(self, *, model: str, messages: Sequence[Message], model_response: Any, **others: Any) -> Any:
            model_response.model = model
            model_response.choices[0].message.content = _excerpt.get()(messages[-1]["content"])
            model_response.usage = litellm.Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0)
            return model_response

    return Extractive()


def excerpted(messages: Sequence[Message], excerpt: Excerpt) -> str:
    """What the built-in model answers, through LiteLLM; ``excerpt`` does the work. Raises what ``excerpt`` raises."""
    failed: list[Exception] = []

    def attempt(message: str) -> str:
        try:
            return excerpt(message)
        except Exception as error:  # LiteLLM would make it one of its own
            failed.append(error)
            return ""

    asking = _excerpt.set(attempt)
    try:
        reply = loaded().completion(model=_BUILT_IN, messages=list(messages), num_retries=0, max_retries=0)
    finally:
        _excerpt.reset(asking)
    if failed:
        raise failed[0]
    return str(reply.choices[0].message.content)


def named(model: str, own: str | None) -> tuple[str, str]:
    """The name LiteLLM takes, and the provider; a bare name that LiteLLM does not know belongs to one's own server.

    ``own`` is that server's address, if there is one. Raises Tell (``model_unknown``).
    """
    try:
        _, provider, *_ = loaded().get_llm_provider(model)
    except Exception:
        if own is None:
            raise Tell("model_unknown", model=model) from None
        return f"openai/{model}", "openai"
    return model, str(provider)


def form_of(name: str, provider: str, schema: Schema) -> dict[str, Any]:
    """How the model is held to JSON: by schema, by mode, or by the prompt alone."""
    litellm = loaded()
    if litellm.supports_response_schema(name):
        form = {"name": "brief", "schema": dict(schema), "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": form}}
    if "response_format" in (litellm.get_supported_openai_params(name, custom_llm_provider=provider) or ()):
        return {"response_format": {"type": "json_object"}}
    return {}
