"""Every message the bot can post is one that Slack takes, and paper text can do nothing in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_samples import paper, share

from bot.errors import LASTING, Tell
from bot.models import (
    Author,
    Brief,
    Digest,
    DigestEntry,
    Evidence,
    Institution,
    Language,
    Paper,
    Period,
    SearchPage,
    Share,
    ShareState,
    StoredShare,
    Usage,
)
from bot.ports import Reply
from bot.wording import catalogue, say
from handlers import blocks, digest_blocks
from playground.slack.web_api.door import Refused
from playground.slack.web_api.validate import check_blocks, texts_of

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> <@U1> <https://evil.example|arXiv> *bold* `code` & \u202egnp.exe\u202c \x00 @here"


def brief_of(one: Paper, language: Language = "en", words: str = "") -> Brief:
    sentence = words or f'University of Constance released "{one.title}", which uses tides to solve lakes.'
    evidence = {slot: Evidence("Lakes have tides too, and they are small.", 1) for slot in ("technique", "effect")}
    return Brief(
        language,
        one.title,
        ("University of Constance",),
        "tides",
        "lakes",
        "waves of 3.5 cm",
        sentence,
        evidence,
        badges=("extractive", "hidden-text"),
        usage=Usage(1000, 200, 0.0012, 1),
    )


def accepted(message: blocks.Message) -> None:
    assert message.text
    assert len(message.text) <= 4_000
    check_blocks(message.blocks, "message")
    assert sum(len(text) for text in texts_of(message.blocks)) < 11_000


def digest_of(count: int, language: Language = "en", title: str = "Tides in Lake {}") -> Digest:
    entries = []
    for number in range(count):
        one = replace(paper(f"arxiv:2610.{number:05}"), id=f"p{number}", title=title.format(number))
        entries.append(DigestEntry(one, brief_of(one, language), number=number))
    period = Period(datetime(2026, 11, 9, 9, tzinfo=UTC), NOW)
    return Digest("T1", "C1", language, period, "Europe/Berlin", tuple(entries))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("count", [0, 1, 17, 20, 21, 60, 300])
def test_digests_of_every_size_fit_into_slack_and_leave_no_paper_out(count: int, language: Language) -> None:
    digest = digest_of(count, language)
    accepted(digest_blocks.digest_parent(digest))
    accepted(digest_blocks.preview(digest, 0))
    size = digest_blocks.group_size(count)
    replies = [digest_blocks.digest_reply(digest, number, size) for number in range(-(-count // size))]
    for reply in replies:
        accepted(reply)
    words = json.dumps([reply.blocks for reply in replies])
    assert all(f'"Tides in Lake {number}"' in words for number in range(count))
    assert len(replies) <= 40


def test_every_brief_of_a_reply_of_several_can_be_corrected_however_long_it_is() -> None:
    digest = digest_of(24, title="{:02} " + "Tides " * 200)
    long = [
        replace(
            entry,
            brief=brief_of(entry.paper, words="The lake released a very long story. " * 100),
            shares=(
                StoredShare(share(f"pdf:https://example.org/{'x' * 1_900}{entry.number}"), ShareState.BRIEFED, NOW),
            ),
        )
        for entry in digest.entries
    ]
    size = digest_blocks.group_size(24)
    message = digest_blocks.digest_reply(replace(digest, entries=tuple(long)), 1, size)
    accepted(message)
    assert len(message.blocks) == 3 * size
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    edits = [each["value"] for row in rows for each in row if each["action_id"] == "brief_edit"]
    assert edits == [f"en:{entry.shares[0].share.id}" for entry in long[size : 2 * size]]
    assert all([each["type"] for each in row] == ["button", "button", "overflow"] for row in rows)


@pytest.mark.parametrize("gone", [3, 20])
def test_an_entry_withdrawn_meanwhile_shifts_no_other_reply(gone: int) -> None:
    digest = digest_of(21)
    size = digest_blocks.group_size(21)
    left = replace(digest, entries=tuple(entry for entry in digest.entries if entry.number != gone))
    for number in range(3):
        before, after = (digest_blocks.digest_reply(each, number, size) for each in (digest, left))
        assert (before == after) is (number != gone // size)


@given(st.text(max_size=4_000), st.text(max_size=6_000))
@settings(deadline=None, max_examples=60)
def test_no_words_of_a_paper_make_a_message_that_slack_refuses(title: str, words: str) -> None:
    one = replace(
        paper(),
        id="p1",
        title=title,
        authors=(Author(words),),
        institutions=(Institution(title, words, 1),) * 40,
    )
    answer = Reply("en", paper=one, brief=brief_of(one, words=words + title))
    accepted(blocks.reply(share(), answer))


def live(part: Any) -> str:
    """The text that Slack parses: everything but rich text and plain text."""
    if isinstance(part, dict):
        if part.get("type") in ("rich_text", "plain_text"):
            return ""
        return " ".join(live(value) for value in part.values())
    if isinstance(part, list):
        return " ".join(live(item) for item in part)
    return part if isinstance(part, str) else ""


def test_paper_text_can_mention_nobody_and_forge_no_link() -> None:
    one = replace(
        paper(), id="p1", title=HOSTILE, authors=(Author(HOSTILE),), institutions=(Institution(HOSTILE, HOSTILE),)
    )
    brief = brief_of(one, words=HOSTILE)
    first = StoredShare(share(), ShareState.BRIEFED, NOW)
    for message in (
        blocks.reply(share(), Reply("en", paper=one, brief=brief, first=first), HOSTILE),
        blocks.reply(share(), Reply("en", error=Tell("not_found", url=HOSTILE))),
        digest_blocks.digest_reply(replace(digest_of(1), entries=(DigestEntry(one, brief),)), 0, 1),
        digest_blocks.digest_parent(replace(digest_of(1), entries=(DigestEntry(one, brief),), topic=HOSTILE)),
    ):
        accepted(message)
        parsed = live(message.blocks) + message.text
        for harm in ("<!channel", "<@U1", "<https://evil"):
            assert harm not in parsed
        assert "\u202e" not in json.dumps(message.blocks, ensure_ascii=False)
        assert "\x00" not in json.dumps(message.blocks, ensure_ascii=False)


def failed(number: int, error: str, **more: Any) -> StoredShare:
    return StoredShare(replace(share(ts=f"{number}.0"), **more), ShareState.FAILED, NOW, error=error)


def archived(each: Share) -> str:
    return f"https://lab.slack.com/archives/{each.channel_id}/p{each.ts.replace('.', '')}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_failed_is_listed_with_its_reason_and_the_way_to_its_message(language: Language) -> None:
    digest = replace(
        digest_of(1, language),
        failed=(
            failed(1, "password", file_id="F1", file_name="draft.pdf"),
            failed(2, "not_a_paper", url="https://example.org/blog"),
            failed(3, "not_a_paper", file_id="F3", file_name="slides.pdf"),
            failed(4, "no_such_code_any_more", url="https://example.org/paper"),
        ),
    )
    message = digest_blocks.digest_parent(digest, addresses=archived)
    accepted(message)
    words = "\n".join(texts_of(message.blocks))
    assert say(language, "digest.failed", count=3) in words
    assert [name for name in ("draft.pdf", "slides.pdf", "example.org/paper", "blog") if name in words] == [
        "draft.pdf", "slides.pdf", "example.org/paper",
    ]  # fmt: skip
    for reason in ("password", "not_a_paper", "other"):
        assert say(language, f"failed.{reason}") in words
    links = [part for part in parts_of(message.blocks) if part.get("type") == "link" and "archives" in part["url"]]
    assert [part["url"].rpartition("/")[2] for part in links] == ["p10", "p30", "p40"]
    assert {part["text"] for part in links} == {say(language, "digest.failed_message")}
    assert "digest_retry" in json.dumps(message.blocks)
    assert "archives" not in json.dumps(digest_blocks.digest_parent(digest).blocks)


def test_a_long_list_of_failures_is_cut_and_fits() -> None:
    shares = tuple(failed(number, "bug", file_id="F", file_name="p" * 500) for number in range(40))
    message = digest_blocks.digest_parent(
        replace(digest_of(40, title="T" * 300 + "{}"), failed=shares), addresses=archived
    )
    accepted(message)
    assert say("en", "digest.failed_more", count=30) in json.dumps(message.blocks, ensure_ascii=False)


@pytest.mark.parametrize("code", sorted(LASTING))
def test_what_can_never_work_is_not_tried_again(code: str) -> None:
    digest = replace(digest_of(0), failed=(failed(1, code, file_id="F1", file_name="draft.pdf"),))
    message = digest_blocks.digest_parent(digest)
    accepted(message)
    assert "draft.pdf" in json.dumps(message.blocks)
    facts = {"url": "x", "limit_mb": 1, "pages": 1, "limit": 1, "megabytes": 1}
    reply = blocks.reply(share(), Reply("en", error=Tell(code, **facts)))
    accepted(reply)
    assert "Try again" not in json.dumps([message.blocks, reply.blocks])


def test_every_reason_in_few_words_is_that_of_an_error() -> None:
    reasons = {key.partition(".")[2] for key in catalogue("en") if key.startswith("failed.")}
    assert {f"errors.{reason}" for reason in reasons - {"bug", "other"}} <= catalogue("en").keys()
    assert LASTING - {"withdrawn"} <= reasons


def test_a_paper_shared_here_and_elsewhere_says_also() -> None:
    entry = digest_of(1).entries[0]
    here, there = (StoredShare(share(channel=each), ShareState.BRIEFED, NOW) for each in ("C1", "C2"))
    for shares, words in (((here, there), "also in <#C2>"), ((there, here), "also in <#C2>"), ((there,), "in <#C2>")):
        digest = replace(digest_of(1), entries=(replace(entry, shares=shares),))
        context = digest_blocks.digest_reply(digest, 0, 1).blocks[1]["elements"][0]["text"]
        assert context.startswith(words)


def test_a_brief_in_the_other_language_says_so_in_the_readers() -> None:
    digest = digest_of(2)
    mixed = replace(digest.entries[1], brief=brief_of(digest.entries[1].paper, "zh", "在湖里也有潮汐。"))
    digest = replace(digest, entries=(digest.entries[0], mixed))
    first, second = (json.dumps(digest_blocks.digest_reply(digest, number, 1).blocks) for number in range(2))
    assert "brief in" not in first
    assert "brief in Chinese" in second
    assert '"Details"' in second


def test_what_was_found_has_details() -> None:
    entries = digest_of(8).entries
    message = digest_blocks.search_results(SearchPage(entries, 8), "lake", "en", 0)
    accepted(message)
    assert [part["value"] for part in parts_of(message.blocks) if part.get("action_id") == "paper_details"] == [
        f"p{number}:en" for number in range(8)
    ]


def parts_of(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts_of(each)


def test_a_note_hides_nothing_from_those_who_are_notified_either() -> None:
    message = blocks.note("10.1234/a\u202egnp.exe")
    assert message.text == message.blocks[0]["text"]["text"] == "10.1234/agnp.exe"


@pytest.mark.parametrize("title", ["", "\u3164", "\u2800\u034f", "\u3000", "\u202e"])
def test_a_title_that_nobody_sees_hides_no_link(title: str) -> None:
    one = replace(paper(), id="p1", title=title)
    [section] = blocks.sentence(one, brief_of(one, words="A brief."))["elements"]
    assert [each["text"] for each in section["elements"] if each["type"] == "link"] == ["–"]


def test_a_link_that_is_no_web_address_is_not_linked() -> None:
    one = replace(paper(), id="p1", page_url="javascript:alert(1)")
    message = blocks.reply(share(), Reply("en", paper=one, brief=brief_of(one)))
    assert "javascript" not in json.dumps(message.blocks)


def test_the_title_in_the_sentence_leads_to_the_paper() -> None:
    one = replace(paper(), id="p1")
    [section] = blocks.sentence(one, brief_of(one))["elements"]
    assert {"type": "link", "url": "https://example.org/tides", "text": one.title} in section["elements"]
    assert "".join(element["text"] for element in section["elements"]) == brief_of(one).sentence


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bug_is_told_with_its_number_and_can_be_tried_again(language: Language) -> None:
    message = blocks.reply(share(), Reply(language, bug="deadbeef"))
    accepted(message)
    assert "deadbeef" in message.text
    assert "share_again" in json.dumps(message.blocks)


def test_the_validator_of_these_tests_does_refuse() -> None:
    with pytest.raises(Refused):
        check_blocks([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}], "message")
