"""Files of the playground: upload in two steps, late sharing, download with the token only."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Playground

PDF = b"%PDF-1.4 a very small paper"


@pytest.fixture
def place() -> Iterator[Playground]:
    with Playground(time_scale=20) as place:
        yield place


@pytest.fixture
def client(place: Playground) -> WebClient:
    environment = place.environment()
    return WebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"], retry_handlers=[])


@pytest.fixture
def ada(place: Playground) -> str:
    return place.add_user("Ada")


@pytest.fixture
def papers(place: Playground, ada: str) -> str:
    return place.add_channel("papers")


def error(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def send(url: str, content: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=content)) as response:
            return int(response.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def uploaded(place: Playground, client: WebClient, ada: str, papers: str) -> dict[str, Any]:
    ts = place.upload(ada, papers, "a paper.pdf", PDF, "look")
    message = place.message(papers, ts)
    assert message
    return dict(client.files_info(file=message["files"][0]["id"])["file"])


class _DropToken(urllib.request.HTTPRedirectHandler):
    """Follows redirects without the token, as many clients do."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        return urllib.request.Request(newurl)


def test_an_uploaded_file_says_where_it_stands(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    file = uploaded(place, client, ada, papers)
    assert (file["filetype"], file["mimetype"], file["size"], file["mode"]) == (
        "pdf",
        "application/pdf",
        len(PDF),
        "hosted",
    )
    [share] = file["shares"]["public"][papers]
    assert place.message(papers, share["ts"])
    assert file["channels"] == [papers]


def test_the_bytes_come_with_the_token_through_a_redirect(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    file = uploaded(place, client, ada, papers)
    token = {"Authorization": f"Bearer {place.installation.bot_token}"}
    for name in ("url_private", "url_private_download"):
        with urllib.request.urlopen(urllib.request.Request(file[name], headers=token)) as response:
            assert response.read() == PDF
            assert response.url != file[name]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer xoxb-wrong"}])
def test_without_the_token_a_login_page_comes_with_status_200(
    place: Playground, client: WebClient, ada: str, papers: str, header: dict[str, str]
) -> None:
    url = uploaded(place, client, ada, papers)["url_private_download"]
    with urllib.request.urlopen(urllib.request.Request(url, headers=header)) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/html")
        assert b"Sign in" in response.read()


def test_a_token_dropped_on_the_redirect_leads_to_the_login_page(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    url = uploaded(place, client, ada, papers)["url_private"]
    token = {"Authorization": f"Bearer {place.installation.bot_token}"}
    opener = urllib.request.build_opener(_DropToken())
    with opener.open(urllib.request.Request(url, headers=token)) as response:
        assert b"Sign in" in response.read()


def test_an_upload_of_the_bot_is_shared_a_moment_after_it_is_complete(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    ts = place.post(ada, papers, "a digest, please")
    content = b"# Digest\n"
    ticket = client.files_getUploadURLExternal(filename="digest.md", length=len(content))
    assert error(client.files_info, file=ticket["file_id"]) == "file_not_found"
    assert send(ticket["upload_url"], content) == 200
    client.files_completeUploadExternal(
        files=[{"id": ticket["file_id"], "title": "Digest"}], channel_id=papers, thread_ts=ts
    )
    assert client.files_info(file=ticket["file_id"])["file"]["shares"] == {}
    [reply] = place.wait_for(lambda: place.thread(papers, ts))
    assert (reply["subtype"], reply["files"][0]["title"], reply["user"]) == ("file_share", "Digest", place.bot)
    [file] = place.files(papers)
    assert (file["content"], file["shares"]["public"][papers][0]["thread_ts"]) == (content, ts)


def test_the_upload_of_slack_sdk_works(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    client.files_upload_v2(channel=papers, filename="digest.md", content="# Digest", initial_comment="here it is")
    [message] = place.wait_for(lambda: place.messages(papers))
    assert message["text"] == "here it is"
    assert [file["content"] for file in place.files(papers)] == [b"# Digest"]


def test_an_upload_has_an_order_and_a_length(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    ticket = client.files_getUploadURLExternal(filename="digest.md", length=5)
    complete = {"files": [{"id": ticket["file_id"]}], "channel_id": papers}
    assert error(client.files_completeUploadExternal, **complete) == "file_not_found"
    assert send(ticket["upload_url"], b"too long") == 400
    assert send(ticket["upload_url"], b"right") == 200
    assert send(f"{place.url}/upload/v1/unknown", b"right") == 404
    assert error(client.files_completeUploadExternal, **{**complete, "channel_id": "C404"}) == "channel_not_found"
    assert client.files_completeUploadExternal(**complete)["ok"]
    assert error(client.files_completeUploadExternal, **complete) == "file_not_found"


def test_an_upload_address_expires() -> None:
    with Playground(time_scale=36_000) as place:
        environment = place.environment()
        client = WebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
        ticket = client.files_getUploadURLExternal(filename="digest.md", length=5)
        time.sleep(0.1)  # an hour there
        assert send(ticket["upload_url"], b"right") == 404


def test_the_bot_deletes_only_its_own_files(place: Playground, client: WebClient, ada: str, papers: str) -> None:
    theirs = uploaded(place, client, ada, papers)["id"]
    assert error(client.files_delete, file=theirs) == "cant_delete_file"
    client.files_upload_v2(channel=papers, filename="digest.md", content="# Digest")
    place.wait_for(lambda: len(place.files(papers)) == 2)
    ours = place.files(papers)[1]["id"]
    client.files_delete(file=ours)
    assert error(client.files_info, file=ours) == "file_deleted"
    assert [file["id"] for file in place.files(papers)] == [theirs]


def test_a_deleted_file_leaves_its_message_and_a_tombstone(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    file = uploaded(place, client, ada, papers)
    place.delete_file(file["id"])
    [message] = place.messages(papers)
    assert (message["text"], message["files"]) == ("look", [{"id": file["id"], "mode": "tombstone"}])
    assert error(client.files_info, file=file["id"]) == "file_deleted"


def test_a_file_of_another_workspace_is_a_stub_until_asked_for(
    place: Playground, client: WebClient, ada: str, papers: str
) -> None:
    ts = place.upload(ada, papers, "theirs.pdf", PDF, foreign=True)
    message = place.message(papers, ts)
    assert message
    [stub] = message["files"]
    assert stub["file_access"] == "check_file_info"
    assert "url_private" not in stub
    assert client.files_info(file=stub["id"])["file"]["url_private"].endswith("/theirs.pdf")


def test_files_of_channels_without_the_bot_are_not_found(place: Playground, client: WebClient, ada: str) -> None:
    elsewhere = place.add_channel("elsewhere", bot=False)
    place.upload(ada, elsewhere, "theirs.pdf", PDF)
    [file] = place.files(elsewhere)
    assert error(client.files_info, file=file["id"]) == "file_not_found"
