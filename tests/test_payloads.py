"""From Slack's payloads to shares."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.payloads import deleted_ts, is_new_message, is_private, shares_of_message, taken_out

BOT = "U0BOT"


def shares(message: dict[str, Any], **more: Any) -> list[Any]:
    return shares_of_message(
        {"ts": "1.000100", "user": "U1", **message},
        team_id="T1",
        channel_id="C1",
        private=False,
        bot_user_id=BOT,
        **more,
    )


def rich(*elements: dict[str, Any], kind: str = "rich_text_section") -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}]


@pytest.mark.parametrize(
    ("message", "items"),
    [
        ({"text": "read <https://arxiv.org/abs/2510.13546>"}, ["arxiv:2510.13546"]),
        ({"text": "<https://arxiv.org/pdf/2510.13546v2|this one>"}, ["arxiv:2510.13546"]),
        (
            {"text": "see", "blocks": rich({"type": "link", "url": "https://arxiv.org/abs/2510.13546"})},
            ["arxiv:2510.13546"],
        ),
        (
            {
                "text": "<https://arxiv.org/abs/2510.13546> and <https://arxiv.org/abs/2510.00001>",
                "blocks": rich(
                    {"type": "link", "url": "https://arxiv.org/abs/2510.13546"},
                    {"type": "text", "text": " and "},
                    {"type": "link", "url": "https://arxiv.org/abs/2510.00001"},
                ),
            },
            ["arxiv:2510.13546", "arxiv:2510.00001"],
        ),
        ({"text": "<https://arxiv.org/abs/2510.13546> <https://arxiv.org/pdf/2510.13546>"}, ["arxiv:2510.13546"]),
        ({"text": "arXiv:2510.13546 is good"}, ["arxiv:2510.13546"]),
        ({"text": "", "files": [{"id": "F1", "filetype": "pdf", "name": "a.pdf"}]}, ["file:F1"]),
        ({"text": "", "files": [{"id": "F1", "file_access": "check_file_info"}]}, ["file:F1"]),
        ({"text": "", "files": [{"id": "F1", "filetype": "png", "mimetype": "image/png"}]}, []),
        ({"text": "lunch at <https://github.com/somebody/something>?"}, []),
        ({"text": "no link at all"}, []),
    ],
)
def test_a_message_gives_a_share_for_each_paper(message: dict[str, Any], items: list[str]) -> None:
    assert [share.item for share in shares(message)] == items


def test_a_link_in_quoted_text_of_rich_text_is_somebody_elses_share() -> None:
    blocks = rich({"type": "link", "url": "https://arxiv.org/abs/2510.13546"}, kind="rich_text_quote")
    assert shares({"text": "old news", "blocks": blocks}) == []


def test_a_reply_in_a_thread_is_answered_in_that_thread() -> None:
    [share] = shares({"text": "<https://arxiv.org/abs/2510.13546>", "thread_ts": "0.000900"})
    assert share.thread == "0.000900"
    assert share.ts == "1.000100"


def test_the_same_message_gives_the_same_share_whichever_event_brings_it() -> None:
    message = {"text": f"<@{BOT}> <https://arxiv.org/abs/2510.13546>"}
    [by_message] = shares({**message, "type": "message", "channel_type": "channel"})
    [by_mention] = shares({**message, "type": "app_mention"})
    assert by_message == by_mention
    assert by_message.asked


def test_a_shortcut_is_asked_by_its_user() -> None:
    [share] = shares({"text": "<https://arxiv.org/abs/2510.13546>"}, asked_by="U9")
    assert share.asked
    assert share.user_id == "U9"


@pytest.mark.parametrize(
    ("event", "new"),
    [
        ({"user": "U1"}, True),
        ({"user": "U1", "subtype": "file_share"}, True),
        ({"user": "U1", "subtype": "thread_broadcast"}, True),
        ({"user": "U1", "subtype": "message_changed"}, False),
        ({"user": "U1", "subtype": "channel_join"}, False),
        ({"user": "U1", "bot_id": "B1"}, False),
        ({"user": BOT}, False),
        ({"user": "U1", "hidden": True}, False),
        ({"subtype": "bot_message", "bot_id": "B2"}, False),
    ],
)
def test_only_what_a_person_has_just_written_is_a_share(event: dict[str, Any], new: bool) -> None:
    assert is_new_message(event, BOT) is new


def test_everything_but_a_public_channel_is_private() -> None:
    assert not is_private("channel")
    assert all(is_private(kind) for kind in ("group", "im", "mpim", None))


@pytest.mark.parametrize(
    ("event", "ts"),
    [
        ({"subtype": "message_deleted", "deleted_ts": "1.1"}, "1.1"),
        ({"subtype": "message_changed", "message": {"subtype": "tombstone", "ts": "1.2"}}, "1.2"),
        ({"subtype": "message_changed", "message": {"text": "edited", "ts": "1.3"}}, None),
        ({"text": "hello"}, None),
    ],
)
def test_a_deleted_message_is_recognised_with_and_without_replies(event: dict[str, Any], ts: str | None) -> None:
    assert deleted_ts(event) == ts


PDF = {"id": "F1", "filetype": "pdf"}
GONE = {"id": "F1", "mode": "tombstone"}
ONE, OTHER = "<https://arxiv.org/abs/2510.13546>", "<https://arxiv.org/abs/2510.00001>"


@pytest.mark.parametrize(
    ("before", "after", "items"),
    [
        ({"text": f"{ONE} {OTHER}"}, {"text": OTHER}, ["arxiv:2510.13546"]),
        ({"text": ONE}, {"text": f"{ONE} {OTHER}"}, []),
        ({"text": ONE}, {"text": "<https://arxiv.org/pdf/2510.13546v2|the PDF>"}, []),
        ({"text": ONE}, {"text": ONE, "attachments": [{"id": 1}]}, []),
        ({"text": ONE, "user": BOT}, {"text": "", "user": BOT}, []),
        ({"text": "draft", "files": [PDF]}, {"text": "draft", "files": [GONE]}, ["file:F1"]),
        ({"text": ONE, "files": [PDF]}, {"text": ONE, "files": [GONE]}, ["file:F1"]),
        ({"text": "draft", "files": [GONE]}, {"text": "draft", "files": [GONE]}, ["file:F1"]),
        ({"text": "cat", "files": [{**PDF, "filetype": "png"}]}, {"text": "cat", "files": [GONE]}, []),
        ({"text": "draft", "files": [PDF]}, {"text": "draft", "files": [{**GONE, "mode": "hidden_by_limit"}]}, []),
        (None, {"text": "draft", "files": [GONE]}, ["file:F1"]),
    ],
)
def test_an_edit_takes_out_links_that_are_not_there_any_more_and_files_that_were_deleted(
    before: dict[str, Any] | None, after: dict[str, Any], items: list[str]
) -> None:
    said = {"ts": "1.000100", "user": "U1"}
    event = {
        "subtype": "message_changed",
        "message": {**said, **after},
        "previous_message": before and {**said, **before},
    }
    found = taken_out(event, team_id="T1", channel_id="C1", private=False, bot_user_id=BOT)
    assert [share.id for share in found] == [f"T1:C1:1.000100:{item}" for item in items]
    assert not taken_out(event["message"], team_id="T1", channel_id="C1", private=False, bot_user_id=BOT)
