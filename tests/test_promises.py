"""An error that a person reads is the last word: it never promises a try that nobody will make."""

from __future__ import annotations

import re

import pytest

from bot import wording
from bot.models import LANGUAGES

# In a thread an error stands after the last try; a command and a button are not tried again at all.
_PROMISE = re.compile(r"I (will|keep|am) \w+|tries again|会继续|会自动|我稍后|正在重新")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_promises_another_try(language: str) -> None:
    errors = [key for key in wording.catalogue(language) if key.startswith("errors.")]
    promising = {key for key in errors if _PROMISE.search(wording.catalogue(language)[key])}
    assert promising - {"errors.not_in_channel", "errors.bad_source"} == set()
