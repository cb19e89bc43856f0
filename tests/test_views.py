"""Every modal and the Home tab is one that Slack takes, says all it should, and lets paper text do nothing in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_samples import at, brief, paper, share
from test_blocks import HOSTILE, live

from bot.briefs.correction import Correction, corrected
from bot.models import (
    Author,
    Brief,
    DigestEntry,
    Evidence,
    Identifier,
    Institution,
    Language,
    Paper,
    Revision,
    ShareState,
    StoredShare,
    Usage,
)
from handlers import home_view, views
from playground.slack.web_api.validate import check_view

GOLDEN = Path(__file__).parent / "golden" / "views"
DUE = datetime(2026, 11, 23, 8, tzinfo=UTC)
METADATA = '{"share": "T1:C1:1.000100:arxiv:2610.00001"}'
WORDS: dict[Language, tuple[str, str, str]] = {
    "en": ("a filter of the moon's pull", "tides masked by wind and inflow", "waves of 3.5 cm with 40× less data"),
    "zh": ("滤除月球引力的滤波器方法", "被风与入流掩盖的湖泊潮汐", "用少 40× 的数据测得 3.5 厘米的波浪"),
}


def full_paper() -> Paper:
    names = ("doi:10.1000/tides", "acl:2026.acl-long.1", "pdf:https://example.org/tides.pdf", "sha256:aa")
    versioned = Identifier("arxiv", "2610.00001", 2)
    about = replace(paper(*names), id="p1", venue="Journal of Lakes", published=datetime(2026, 10, 3).date(), version=2)
    return replace(about, identifiers=(versioned, *about.identifiers))


def made_brief(language: Language) -> Brief:
    technique, problem, effect = WORDS[language]
    empty = replace(brief(language=language), technique="", problem="", effect="", badges=("hidden-text",))
    words = Correction(technique, problem, effect, ("University of Constance",))
    rendered = corrected(full_paper(), empty, words, "x").sentence
    return replace(
        empty,
        technique=technique,
        problem=problem,
        effect=effect,
        sentence=rendered,
        evidence={
            "technique": Evidence("We filter the moon's pull out of every gauge.", 3),
            "effect": Evidence("Waves of 3.5 cm show in a fortieth of the data.", 0),
        },
        verdict=("effect: number: 97 % (mended)", "institutions: institution: Lake Bank (left out)"),
    )


def edited_brief(language: Language) -> Brief:
    before = made_brief(language)
    words = Correction(
        before.technique,
        "tides lost among the winds" if language == "en" else "淹没在风浪里的湖泊潮汐",
        before.effect,
        ("University of Constance", "Lake Institute"),
    )
    return corrected(full_paper(), before, words, "ada")


def history(language: Language) -> list[Revision]:
    return [Revision(edited_brief(language), at(30), "U1"), Revision(made_brief(language), at(1))]


def entries(language: Language, count: int = 2) -> list[DigestEntry]:
    shared = StoredShare(share(), ShareState.BRIEFED, at(2), paper_id="p1")
    closed = StoredShare(share(channel="D7", user="U2", private=True), ShareState.BRIEFED, at(3), paper_id="p1")
    both = [DigestEntry(full_paper(), made_brief(language), (each,)) for each in (shared, closed)]
    return (both * count)[:count]


def home(language: Language, found: home_view.Found | None = None, count: int = 2) -> dict[str, Any]:
    schedules = [
        home_view.Scheduled("C1", "every Monday at 09:00 (Europe/Berlin)", DUE),
        home_view.Scheduled("C2", "every day at 07:30 (UTC)", DUE, "That channel is archived.", ("C1", "C3")),
    ]
    return home_view.home(language, entries(language, count), schedules, found=found, metadata="D7")


def all_views(language: Language) -> dict[str, dict[str, Any]]:
    return {
        "details": views.details(full_paper(), made_brief(language)),
        "details_edited": views.details(full_paper(), edited_brief(language), history(language)),
        "edit": views.edit(full_paper(), made_brief(language), METADATA),
        "again": views.again(full_paper(), language, ["openai/gpt-large", "extractive"], METADATA),
        "schedule": home_view.schedule(
            language, "C1", "weekly mon 09:00 Europe/Berlin", ("C2", "C3"), '{"direct": "D7"}'
        ),
        "schedule_new": home_view.schedule(language, None, "", (), '{"direct": "D7"}'),
        "home": home(language),
        "home_found": home(language, home_view.Found("tides", 8, 21, 8)),
        "home_empty": home_view.home(language, [], []),
        "notice": views.notice(language, "gone"),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(all_views("en")))
def test_a_view_is_taken_by_slack_and_reads_as_the_golden_file(
    name: str, language: Language, pytestconfig: pytest.Config
) -> None:
    view = all_views(language)[name]
    check_view(view, view["type"])
    made = json.dumps(view, ensure_ascii=False, indent=1) + "\n"
    assert made == (GOLDEN / f"{name}.{language}.json").read_text(encoding="utf-8")


def words_of(view: dict[str, Any]) -> str:
    return json.dumps(view, ensure_ascii=False)


def test_details_prove_the_brief_and_name_what_made_it() -> None:
    words = words_of(views.details(full_paper(), made_brief("en")))
    for told in (
        "Ada Wöhler, Bo Lindqvist",
        "University of Constance (page 1: Limnology, University of Constance)",
        "“We filter the moon's pull out of every gauge.” (page 3)",
        "“Waves of 3.5 cm show in a fortieth of the data.” (abstract)",
        "Effect: number not in the paper: 97 % (mended by the model)",
        "https://arxiv.org/abs/2610.00001v2",
        "https://doi.org/10.1000/tides",
        "https://aclanthology.org/2026.acl-long.1",
        "some/model",
        "prompt 3",
        "1280 tokens, $0.0021",
        "Journal of Lakes · 2026-10-03 · v2",
    ):
        assert told in words, told
    assert "sha256" not in words and "aa" not in words.split('"')


def test_a_doi_leads_to_its_own_page_whatever_it_holds() -> None:
    about = replace(full_paper(), identifiers=(Identifier("doi", "10.1000/a?b#c<1>d"),))
    assert "https://doi.org/10.1000/a%3Fb%23c%3C1%3Ed" in words_of(views.details(about, made_brief("en")))


def test_details_of_an_edited_brief_tell_who_changed_what_and_show_what_it_was() -> None:
    words = words_of(views.details(full_paper(), edited_brief("en"), history("en")))
    assert "Now: by <@U1>" in words
    assert "Earlier: by some/model" in words
    assert WORDS["en"][1] in words  # the problem as it was
    assert "edited by ada" in words
    assert "Lake Institute" in words
    assert "1280 tokens, $0.0021" in words  # editing costs nothing


def test_the_form_holds_the_words_as_they_are() -> None:
    blocks = {each.get("block_id"): each for each in views.edit(full_paper(), made_brief("en"), METADATA)["blocks"]}
    assert blocks["technique"]["element"]["initial_value"] == WORDS["en"][0]
    assert "3 to 25 words" in blocks["technique"]["hint"]["text"]
    assert blocks["institutions"]["element"]["initial_value"] == "University of Constance"
    assert blocks["institutions"]["optional"]


@pytest.mark.parametrize("offset", [0, 8, 16])
def test_pages_lead_to_those_beside_them(offset: int) -> None:
    blocks = home("en", home_view.Found("tides", offset, 21, 8))["blocks"]
    buttons = {
        each["action_id"]: each.get("value")
        for block in blocks
        for each in block.get("elements", [])
        if "action_id" in each
    }
    assert buttons.get("home_previous") == (f"{offset - 8}:tides" if offset else None)
    assert buttons.get("home_next") == (f"{offset + 8}:tides" if offset < 16 else None)


def test_however_many_papers_and_schedules_the_tab_fits() -> None:
    many = [home_view.Scheduled(f"C{n}", "every day at 07:30 (UTC)", DUE) for n in range(200)]
    view = home_view.home("en", entries("en", 20), many)
    check_view(view, "home")
    assert len(view["blocks"]) <= 100


@given(st.text(max_size=4_000), st.text(max_size=6_000))
@settings(deadline=None, max_examples=40)
def test_no_words_make_a_view_that_slack_refuses(title: str, words: str) -> None:
    about = replace(
        full_paper(),
        title=title,
        venue=words,
        authors=(Author(words),),
        institutions=(Institution(title, words, 1),) * 60,
        identifiers=(Identifier("pdf", words), Identifier("doi", title)) * 10,
        page_url=words,
    )
    made = replace(
        made_brief("en"),
        institutions=(words, title) * 30,
        technique=words,
        sentence=words + title,
        evidence={"technique": Evidence(words, 1)},
        verdict=(words, f"effect: number: {title} (mended)") * 30,
        model=words[:300] or "m",
        badges=(f"edited:{title}",),
    )
    revisions = [Revision(made, at(1), None)] * 30
    check_view(views.details(about, made, revisions), "modal")
    check_view(views.edit(about, made, METADATA), "modal")
    entry = DigestEntry(about, made)
    found = home_view.Found(words[:200].strip(), 0, 100, 8)
    check_view(home_view.home("en", [entry] * 8, [home_view.Scheduled("C1", words, DUE, words)], found=found), "home")


def shown(part: Any) -> Any:
    """Blocks without what is only in a field to be typed in, or never shown."""
    if isinstance(part, dict):
        return {name: shown(value) for name, value in part.items() if name not in ("initial_value", "value")}
    return [shown(each) for each in part] if isinstance(part, list) else part


def test_words_of_papers_and_people_can_mention_nobody_and_forge_no_link() -> None:
    about = replace(
        full_paper(),
        title=HOSTILE,
        venue=HOSTILE,
        authors=(Author(HOSTILE),),
        institutions=(Institution(HOSTILE, HOSTILE),),
        identifiers=(
            Identifier("page", "javascript:alert(1)"),
            Identifier("pdf", HOSTILE),
            Identifier("doi", f"10.1/{HOSTILE}"),
        ),
    )
    made = replace(
        made_brief("en"), sentence=HOSTILE, technique=HOSTILE, model=HOSTILE, badges=(f"edited:{HOSTILE}",),
        institutions=(HOSTILE,), verdict=(HOSTILE,), usage=Usage(1, 1, 0.1, 1),
    )  # fmt: skip
    for view in (
        views.details(about, made, [Revision(made, at(1))] * 2),
        views.edit(about, made, METADATA),
        views.again(about, "en", [HOSTILE, "other"], METADATA),
        home_view.home("en", [DigestEntry(about, made)], [home_view.Scheduled("C1", HOSTILE, DUE, HOSTILE)]),
        views.notice("en", HOSTILE),
    ):
        check_view(view, view["type"])
        parsed = live(shown(view["blocks"]))
        for harm in ("<!channel", "<@U1", "<https://evil"):
            assert harm not in parsed
        assert '"url": "javascript' not in words_of(view)
        assert "\u202e" not in words_of(shown(view))
