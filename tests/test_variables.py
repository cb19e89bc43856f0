"""Wrong variables of the environment are told in our own words, all at once; misspelt ones are not passed over."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from bot.variables import faults, strangers

ADDRESS = "an address that begins with http:// or https:// is wanted, for example https://host.example"
HOST = "HOST:PORT is wanted, for example 127.0.0.1:9090"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("SLACK_API_URL", "foo", ADDRESS),
        ("SLACK_REDIRECT_URI", "bot.example.org/slack/oauth_redirect", ADDRESS),
        ("PAPERWIRE_MODEL_URL", "localhost:11434", ADDRESS),
        ("PAPERWIRE_PRIVATE_MODEL_URL", "ftp://localhost", ADDRESS),
        ("PAPERWIRE_ARXIV_API_URL", "https://", ADDRESS),
        ("PAPERWIRE_ARXIV_URL", "http://arxiv.org:port", ADDRESS),
        ("PAPERWIRE_DOI_URL", "http://doi.org and more", ADDRESS),
        ("PAPERWIRE_CROSSREF_URL", "//api.crossref.org", ADDRESS),
        ("PAPERWIRE_SEMANTIC_SCHOLAR_URL", "http://[1", ADDRESS),
        ("PAPERWIRE_ALLOWED_HOSTS", "mirror:80, foo", f"“foo” does not do: {HOST}"),
        ("PAPERWIRE_STATUS", "9464", HOST),
        ("PAPERWIRE_ZONE", "Mars", "there is no time zone 'Mars'; zones have names such as Europe/Berlin"),
        ("PAPERWIRE_LANGUAGE", "fr", "'zh' or 'en' is wanted"),
        ("PAPERWIRE_MODEL_SECONDS", "ten", "a number is wanted"),
        ("PAPERWIRE_MODEL_SECONDS", "0", "a number above 0 is wanted"),
        ("PAPERWIRE_MAX_PAGES", "3.5", "a whole number is wanted"),
        ("PAPERWIRE_READERS", "0", "1 or more is wanted"),
        ("PAPERWIRE_SECRETS", "/nowhere/at/all", "there is no such folder"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_wanted(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert faults(caught.value) == [f"{variable}: {words}"]


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PAPERWIRE_ZONE", "PAPERWIRE_STATUS", "SLACK_API_URL"):
        monkeypatch.setenv(variable, "?")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [fault.partition(":")[0] for fault in faults(caught.value)] == [
        "SLACK_API_URL",
        "PAPERWIRE_ZONE",
        "PAPERWIRE_STATUS",
    ]


def test_what_is_right_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERWIRE_STATUS", "[::1]:9464")
    monkeypatch.setenv("PAPERWIRE_ALLOWED_HOSTS", "mirror.lan:8080, [::1]:80")
    monkeypatch.setenv("PAPERWIRE_MODEL_URL", "http://localhost:11434/v1")
    settings = Settings()
    assert settings.status == ("::1", 9464)
    assert settings.allowed_hosts == ("mirror.lan:8080", "[::1]:80")
    assert settings.model_url == "http://localhost:11434/v1"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PAPERWIRE_LANG", " Is PAPERWIRE_LANGUAGE meant?"),
        ("PAPERWIRE_TIMEZONE", " Is PAPERWIRE_ZONE meant?"),
        ("PAPERWIRE_DATABASE_URL", " Is DATABASE_URL meant?"),
        ("PAPERWIRE_SLACK_BOT_TOKEN", " Is SLACK_BOT_TOKEN meant?"),
        ("PAPERWIRE_FOUNTAIN", ""),
    ],
)
def test_a_name_that_is_no_setting_is_told_with_the_nearest_one(name: str, meant: str) -> None:
    known = [field.alias or "" for field in Settings.model_fields.values()]
    assert strangers(["PATH", "PAPERWIRE_ZONE", name], known) == [f"{name} is no setting and changes nothing.{meant}"]


def test_what_others_set_by_names_like_ours_is_let_be() -> None:
    names = [
        "PAPERWIRE_PAPERS",
        "PAPERWIRE_SERVICE_HOST",
        "PAPERWIRE_SERVICE_PORT_HTTP",
        "PAPERWIRE_PORT",
        "PAPERWIRE_PORT_3000_TCP_ADDR",
    ]
    assert strangers(names, []) == []
