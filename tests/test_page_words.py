"""The playground's page speaks the browser's language; its own words stand in one file a language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from browser import Visit, browser
from playwright.sync_api import expect

from playground import Playground

STATIC = Path(__file__).parent.parent / "playground" / "page" / "static"
CATALOGUES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (STATIC / "words").glob("*.json")}
SOURCES = {file.name: file.read_text(encoding="utf-8") for file in STATIC.glob("*.js")}


def facts(phrase: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", phrase))


def test_every_language_has_every_phrase_with_the_same_facts() -> None:
    assert set(CATALOGUES) == {"en", "zh"}
    english = {name: facts(phrase) for name, phrase in CATALOGUES["en"].items()}
    for language, catalogue in CATALOGUES.items():
        assert {name: facts(phrase) for name, phrase in catalogue.items()} == english, language


def test_every_phrase_asked_for_exists_and_none_is_left_over() -> None:
    sources = "\n".join(SOURCES.values())
    asked = set(re.findall(r'phrase\("(\w+)"', sources))
    assert asked <= set(CATALOGUES["en"])
    chosen = {f"{unit}{many}_ago" for unit in ("minute", "hour", "day") for many in ("", "s")}
    quoted = set(re.findall(r'"(\w+)"', sources))
    assert set(CATALOGUES["en"]) <= asked | chosen | quoted


def test_no_word_for_people_stands_in_the_code() -> None:
    for name, source in SOURCES.items():
        spoken = re.findall(r'(?:"aria-label"|title|placeholder|label): "[A-Z][^"]*"|null, "[A-Z][a-z][^"]*"', source)
        assert not spoken, name


@pytest.mark.parametrize(
    ("locale", "language", "channels", "composer", "thread"),
    [
        ("zh-CN", "zh", "频道", "发消息到 #papers", "1 条回复"),
        ("de-DE", "en", "Channels", "Message #papers", "1 reply"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    locale: str, language: str, channels: str, composer: str, thread: str
) -> None:
    with browser() as opened, Playground() as place:
        ada = place.add_user("Ada", "Europe/Berlin")
        channel = place.add_channel("papers")
        ts = place.post(ada, channel, "Hello")
        place.post(ada, channel, "And more", ts)
        visit = Visit(opened, f"{place.url}/", locale=locale)
        expect(visit.page.locator("html")).to_have_attribute("lang", language)
        expect(visit.page.get_by_role("heading", name=channels)).to_be_visible()
        expect(visit.page.get_by_label(composer)).to_be_visible()
        expect(visit.page.get_by_role("button", name=thread)).to_be_visible()
        assert place.workspace.users[ada].locale.startswith(language), "and so the bot does with them alone"
        assert visit.faults() == []
        assert visit.complaints == []
