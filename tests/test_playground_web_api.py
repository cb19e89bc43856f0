"""The playground's Web API answers slack_sdk as Slack does, errors included."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.client import RemoteDisconnected
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Installation, Playground

SCALE = 50
"""One message a second becomes one every 20 ms."""


@pytest.fixture
def place() -> Iterator[Playground]:
    with Playground(time_scale=SCALE, burst=10) as place:
        yield place


@pytest.fixture
def client(place: Playground) -> WebClient:
    return client_of(place)


@pytest.fixture
def ada(place: Playground) -> str:
    return place.add_user("Ada", "Europe/Berlin")


@pytest.fixture
def papers(place: Playground, ada: str) -> str:
    return place.add_channel("papers")


def client_of(place: Playground, token: str | None = None) -> WebClient:
    environment = place.environment()
    return WebClient(token or environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"], retry_handlers=[])


def refusal(call: Any, **arguments: Any) -> dict[str, Any]:
    """The answer of a call that must fail."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    answer: dict[str, Any] = caught.value.response.data
    return answer


def error(call: Any, **arguments: Any) -> str:
    return str(refusal(call, **arguments)["error"])


# --- tokens and scopes ------------------------------------------------------------------------------


def test_auth_test_names_the_bot_and_its_scopes(place: Playground, client: WebClient) -> None:
    answer = client.auth_test()
    assert answer["user_id"] == place.bot
    assert answer["team_id"] == place.installation.team_id
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


def test_a_missing_a_wrong_and_a_revoked_token_are_told_apart(place: Playground) -> None:
    with urllib.request.urlopen(f"{place.url}/api/auth.test", data=b"") as response:
        assert json.load(response) == {"ok": False, "error": "not_authed"}
    assert error(client_of(place, "xoxb-somebody-elses").auth_test) == "invalid_auth"
    place.revoke_token()
    assert error(client_of(place).auth_test) == "token_revoked"


def test_each_kind_of_token_has_its_own_methods(place: Playground) -> None:
    app_token = place.installation.app_token
    assert error(client_of(place, app_token).auth_test) == "not_allowed_token_type"
    bot_token = place.installation.bot_token
    assert error(client_of(place).apps_connections_open, app_token=bot_token) == "not_allowed_token_type"
    assert client_of(place).apps_connections_open(app_token=app_token)["url"].startswith("ws://127.0.0.1:")


def test_a_missing_scope_is_named_with_those_there_are() -> None:
    with Playground(installation=Installation(scopes=frozenset({"chat:write"}))) as place:
        place.add_user("Ada")
        channel = place.add_channel("papers")
        ts = client_of(place).chat_postMessage(channel=channel, text="hello")["ts"]
        answer = refusal(client_of(place).reactions_add, channel=channel, timestamp=ts, name="eyes")
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "reactions:write", "chat:write")


def test_an_unknown_method_is_unknown(client: WebClient) -> None:
    assert error(client.api_call, api_method="papers.brief") == "unknown_method"


# --- where the bot may write ------------------------------------------------------------------------


def test_the_bot_writes_only_where_it_is_a_member(place: Playground, client: WebClient, ada: str) -> None:
    outside = place.add_channel("outside", bot=False)
    secret = place.add_channel("secret", private=True, bot=False)
    old = place.add_channel("old")
    place.archive(ada, old)
    assert error(client.chat_postMessage, channel=outside, text="x") == "not_in_channel"
    assert error(client.chat_postMessage, channel=secret, text="x") == "channel_not_found"
    assert error(client.chat_postMessage, channel="C404", text="x") == "channel_not_found"
    assert error(client.chat_postMessage, channel=old, text="x") == "is_archived"
    place.invite(ada, outside)
    assert client.chat_postMessage(channel=outside, text="x")["ok"]


def test_with_the_public_scope_the_bot_writes_in_public_channels_it_is_not_in() -> None:
    scopes = Installation().scopes | {"chat:write.public"}
    with Playground(installation=replace(Installation(), scopes=scopes)) as place:
        place.add_user("Ada")
        channel = place.add_channel("outside", bot=False)
        assert client_of(place).chat_postMessage(channel=channel, text="x")["ok"]
        assert error(client_of(place).conversations_history, channel=channel) == "not_in_channel"


def test_a_persons_id_means_the_direct_message_with_them(place: Playground, client: WebClient, ada: str) -> None:
    posted = client.chat_postMessage(channel=ada, text="hello")
    assert posted["channel"] == place.direct_channel(ada) == client.conversations_open(users=[ada])["channel"]["id"]
    assert client.conversations_info(channel=posted["channel"])["channel"]["is_im"]


# --- messages ---------------------------------------------------------------------------------------


def test_a_message_needs_text_and_not_too_much_of_it(client: WebClient, papers: str) -> None:
    assert error(client.api_call, api_method="chat.postMessage", json={"channel": papers}) == "no_text"
    assert error(client.chat_postMessage, channel=papers, text="x" * 40_001) == "msg_too_long"
    assert client.chat_postMessage(channel=papers, text="x" * 40_000)["ok"]


def test_one_message_a_second_and_channel_then_429(ada: str) -> None:
    with Playground(time_scale=1) as place:
        place.add_user("Ada")
        papers, others = place.add_channel("papers"), place.add_channel("others")
        client = client_of(place)
        client.chat_postMessage(channel=papers, text="first")
        client.chat_postMessage(channel=others, text="elsewhere")
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(channel=papers, text="too soon")
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "1"
        assert caught.value.response["error"] == "ratelimited"
        assert [each["text"] for each in place.messages(papers)] == ["first"]


def test_the_scaled_clock_shortens_the_pace() -> None:
    with Playground(time_scale=100) as place:
        place.add_user("Ada")
        papers = place.add_channel("papers")
        for number in range(5):
            client_of(place).chat_postMessage(channel=papers, text=str(number))
            time.sleep(0.01)


def test_a_burst_passes_where_it_is_allowed() -> None:
    with Playground(burst=3) as place:
        place.add_user("Ada")
        papers = place.add_channel("papers")
        for number in range(3):
            client_of(place).chat_postMessage(channel=papers, text=str(number))
        assert error(client_of(place).chat_postMessage, channel=papers, text="4") == "ratelimited"


def test_tiers_limit_the_other_methods_by_the_minute() -> None:
    with Playground(tiers=True) as place:
        for _ in range(20):
            client_of(place).users_list()
        assert error(client_of(place).users_list) == "ratelimited"
        assert client_of(place).auth_test()["ok"]


def test_metadata_is_shown_only_when_asked_for(client: WebClient, papers: str) -> None:
    metadata = {"event_type": "paperwire_message", "event_payload": {"key": "k1"}}
    posted = client.chat_postMessage(channel=papers, text="x", metadata=metadata)
    [plain] = client.conversations_history(channel=papers)["messages"]
    [full] = client.conversations_history(channel=papers, include_all_metadata=True)["messages"]
    assert "metadata" not in plain
    assert full["metadata"] == metadata
    assert (full["ts"], full["bot_id"]) == (posted["ts"], posted["message"]["bot_id"])


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ("not json", "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": "two words", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {}, "more": 1}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"key": "k" * 8_000}}, "metadata_too_large"),
    ],
)
def test_metadata_out_of_form_is_refused(client: WebClient, papers: str, metadata: Any, told: str) -> None:
    assert error(client.chat_postMessage, channel=papers, text="x", metadata=metadata) == told


def test_replies_hang_on_their_parent(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    first = client.chat_postMessage(channel=papers, text="one", thread_ts=ts)
    second = client.chat_postMessage(channel=papers, text="two", thread_ts=first["ts"])
    assert first["message"]["thread_ts"] == second["message"]["thread_ts"] == ts
    assert [each["text"] for each in client.conversations_replies(channel=papers, ts=ts)["messages"]] == [
        "a paper",
        "one",
        "two",
    ]
    [top] = client.conversations_history(channel=papers)["messages"]
    assert (top["reply_count"], top["latest_reply"]) == (2, second["ts"])


def test_replies_come_in_pages(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    for number in range(5):
        place.post(ada, papers, str(number), thread_ts=ts)
    texts, cursor = [], None
    while True:
        page = client.conversations_replies(channel=papers, ts=ts, limit=2, cursor=cursor)
        texts += [each["text"] for each in page["messages"][1:]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
        assert page["has_more"]
    assert texts == ["0", "1", "2", "3", "4"]
    assert error(client.conversations_replies, channel=papers, ts=ts, cursor="?") == "invalid_cursor"


def test_a_thread_that_is_not_there_is_not_found(client: WebClient, papers: str) -> None:
    assert error(client.conversations_replies, channel=papers, ts="1.000001") == "thread_not_found"


def test_a_reply_to_a_deleted_message_lands_in_the_channel_and_says_so_only_by_silence(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    ts = place.post(ada, papers, "a paper")
    place.delete(ada, papers, ts)
    posted = client.chat_postMessage(channel=papers, text="a brief", thread_ts=ts)
    assert "thread_ts" not in posted["message"]
    assert [each["text"] for each in client.conversations_history(channel=papers)["messages"]] == ["a brief"]


def test_a_deleted_message_with_replies_leaves_a_tombstone_until_they_are_gone(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    ts = place.post(ada, papers, "a paper")
    reply = client.chat_postMessage(channel=papers, text="a brief", thread_ts=ts)["ts"]
    place.delete(ada, papers, ts)
    [stone] = client.conversations_history(channel=papers)["messages"]
    assert (stone["subtype"], stone["text"]) == ("tombstone", "This message was deleted.")
    assert error(client.reactions_add, channel=papers, timestamp=ts, name="eyes") == "message_not_found"
    client.chat_delete(channel=papers, ts=reply)
    assert client.conversations_history(channel=papers)["messages"] == []
    last, stone = (each.event for each in place.deliveries[-2:])
    assert (last["subtype"], last["deleted_ts"]) == ("message_deleted", reply)
    assert (stone["subtype"], stone["deleted_ts"]) == ("message_deleted", ts)
    assert stone["previous_message"]["subtype"] == "tombstone"


def test_the_bot_changes_and_deletes_its_own_messages_only(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    theirs = place.post(ada, papers, "mine")
    ours = client.chat_postMessage(channel=papers, text="ours")["ts"]
    assert error(client.chat_update, channel=papers, ts=theirs, text="x") == "cant_update_message"
    assert error(client.chat_delete, channel=papers, ts=theirs) == "cant_delete_message"
    assert error(client.chat_delete, channel=papers, ts="1.000001") == "message_not_found"
    assert client.chat_update(channel=papers, ts=ours, text="better")["message"]["edited"]["user"] == place.bot
    client.chat_delete(channel=papers, ts=ours)
    assert [each["text"] for each in place.messages(papers)] == ["mine"]


def test_history_keeps_to_its_bounds(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    stamps = [place.post(ada, papers, str(number)) for number in range(4)]

    def texts(**bounds: Any) -> list[str]:
        return [each["text"] for each in client.conversations_history(channel=papers, **bounds)["messages"]]

    assert texts() == ["3", "2", "1", "0"]
    assert texts(oldest=stamps[1]) == ["3", "2"]
    assert texts(oldest=stamps[1], latest=stamps[2], inclusive=True) == ["2", "1"]
    assert texts(latest=stamps[2], limit=1) == ["1"]
    assert error(client.conversations_history, channel=papers, oldest="yesterday") == "invalid_ts_oldest"


def test_an_ephemeral_message_is_seen_by_one_and_stored_nowhere(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    client.chat_postEphemeral(channel=papers, user=ada, text="only you")
    assert [each["text"] for each in place.ephemerals(ada, papers)] == ["only you"]
    assert place.messages(papers) == []
    stranger = place.add_user("Ben")
    assert error(client.chat_postEphemeral, channel=papers, user=stranger, text="x") == "user_not_in_channel"


def test_a_permalink_names_channel_message_and_thread(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    ts = place.post(ada, papers, "a paper")
    reply = place.post(ada, papers, "a reply", thread_ts=ts)
    link = client.chat_getPermalink(channel=papers, message_ts=reply)["permalink"]
    expected = f"{place.url}/archives/{papers}/p{reply.replace('.', '')}?thread_ts={ts}&cid={papers}"
    assert link == expected


# --- reactions, conversations, people ---------------------------------------------------------------


def test_reactions_are_put_once_and_taken_off_once(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    where = {"channel": papers, "timestamp": ts}
    client.reactions_add(**where, name="eyes")
    assert error(client.reactions_add, **where, name="eyes") == "already_reacted"
    assert error(client.reactions_add, **where, name="not an emoji") == "invalid_name"
    place.react(ada, papers, ts, "eyes")
    assert place.reactions(papers, ts) == {"eyes": [place.bot, ada]}
    client.reactions_remove(**where, name="eyes")
    assert error(client.reactions_remove, **where, name="eyes") == "no_reaction"
    assert error(client.reactions_add, channel=papers, timestamp="1.000001", name="eyes") == "message_not_found"
    [message] = client.conversations_history(channel=papers)["messages"]
    assert message["reactions"] == [{"name": "eyes", "users": [ada], "count": 1}]


def test_private_channels_are_hidden_from_those_outside(place: Playground, client: WebClient, ada: str) -> None:
    inside = place.add_channel("inside", private=True)
    outside = place.add_channel("outside", private=True, bot=False)
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert [each["id"] for each in listed] == [inside]
    assert error(client.conversations_info, channel=outside) == "channel_not_found"
    assert client.conversations_info(channel=inside)["channel"]["is_private"]
    assert set(client.conversations_members(channel=inside)["members"]) == {ada, place.bot}


def test_where_a_person_is_a_member_is_told_as_far_as_the_app_may_know(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    inside = place.add_channel("inside", private=True)
    place.add_channel("outside", private=True, bot=False)
    without_us = place.add_channel("without-us", bot=False)
    ben = place.add_user("Ben")
    both = {"types": "public_channel,private_channel"}
    assert {each["id"] for each in client.users_conversations(user=ada, **both)["channels"]} == {
        papers,
        inside,
        without_us,
    }
    assert client.users_conversations(user=ben, **both)["channels"] == []
    assert {each["id"] for each in client.users_conversations(**both)["channels"]} == {papers, inside}
    assert error(client.users_conversations, user="U404") == "user_not_found"
    place.archive(ada, papers)
    assert papers not in str(client.users_conversations(user=ada, exclude_archived=True)["channels"])


def test_joining_needs_its_scope(client: WebClient, place: Playground, ada: str) -> None:
    channel = place.add_channel("outside", bot=False)
    assert error(client.conversations_join, channel=channel) == "missing_scope"


def test_a_person_has_a_name_a_zone_and_rights(place: Playground, client: WebClient, ada: str) -> None:
    user = client.users_info(user=ada)["user"]
    assert (user["real_name"], user["tz"], user["is_admin"]) == ("Ada", "Europe/Berlin", False)
    assert client.users_info(user=place.add_user("Eve", admin=True))["user"]["is_admin"]
    assert error(client.users_info, user="U404") == "user_not_found"


def test_a_status_shows_until_the_bot_speaks(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    client.assistant_threads_setStatus(channel_id=papers, thread_ts=ts, status="is reading")
    assert place.slack.statuses == {(papers, ts): "is reading"}
    client.chat_postMessage(channel=papers, thread_ts=ts, text="read")
    assert place.slack.statuses == {}
    wrong = {"channel_id": papers, "thread_ts": "1.000001", "status": "x"}
    assert error(client.assistant_threads_setStatus, **wrong) == "invalid_thread_ts"


# --- what a test lets go wrong ----------------------------------------------------------------------


def test_a_fault_strikes_once_and_only_where_it_should(place: Playground, client: WebClient, papers: str) -> None:
    place.fail_next("chat.postMessage", error="internal_error", when=lambda args: args["text"] == "this one")
    assert client.chat_postMessage(channel=papers, text="another")["ok"]
    assert error(client.chat_postMessage, channel=papers, text="this one") == "internal_error"
    assert client.chat_postMessage(channel=papers, text="this one")["ok"]


def test_a_dropped_connection_may_hide_a_message_that_was_posted(
    place: Playground, client: WebClient, papers: str
) -> None:
    place.fail_next("chat.postMessage", drop=True, applied=True)
    place.fail_next("chat.postMessage", drop=True)
    for text in ("applied", "lost"):
        with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
            client.chat_postMessage(channel=papers, text=text)
    assert [each["text"] for each in place.messages(papers)] == ["applied"]
    assert [call.error for call in place.calls] == ["dropped", "dropped"]


def test_throttling_may_be_ordered(place: Playground, client: WebClient) -> None:
    place.fail_next("auth.test", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")


def test_an_answer_may_come_too_late(place: Playground, papers: str) -> None:
    environment = place.environment()
    hasty = WebClient(
        environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"], timeout=1, retry_handlers=[]
    )
    place.fail_next("chat.postMessage", delay=1.5)
    with pytest.raises(TimeoutError):
        hasty.chat_postMessage(channel=papers, text="late")
    place.wait_for(lambda: [each["text"] for each in place.messages(papers)] == ["late"])


@pytest.mark.parametrize(("body", "told"), [(b"{", "invalid_json"), (b"[]", "json_not_object")])
def test_a_body_that_is_no_json_object_is_refused(place: Playground, body: bytes, told: str) -> None:
    request = urllib.request.Request(f"{place.url}/api/auth.test", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["error"] == told


def test_calls_are_logged_with_arguments_and_outcome(place: Playground, client: WebClient, papers: str) -> None:
    client.chat_postMessage(channel=papers, text="x")
    error(client.chat_postMessage, channel="C404", text="y")
    assert [(call.method, call.args["text"], call.error) for call in place.calls] == [
        ("chat.postMessage", "x", None),
        ("chat.postMessage", "y", "channel_not_found"),
    ]
