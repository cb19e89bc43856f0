"""Two workspaces install the app by Slack's own flow; each is served with its own token and never sees the other.

The real bot over HTTP, the playground as Slack: one app, two workspaces whose people and channels have the same ids.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet
from library_places import KINDS
from local_ports import free_port
from postgres_cluster import PostgresServer
from running_bot import APP, BOT, ROOT, RunningBot, connected_bot, far_from_now, put
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import Sample, samples
from playground.workspaces import Workspaces

_SCALE = 10
PAPERS = samples()
KEY = Fernet.generate_key().decode()


@dataclass
class Office:
    slack: Workspaces
    bot: RunningBot
    url: str
    folder: Path
    offset: Path
    database: str | None
    """Its address on Postgres; None where all is in files of the folder."""
    environment: dict[str, str]
    ada: dict[str, str] = field(default_factory=dict)
    """By workspace."""

    def install(self, team: str) -> str:
        status, page = self.slack.install(team, self.ada[team], f"{self.url}/slack/install")
        assert status == 200, page
        return page

    def answer(self, team: str, channel: str, ts: str) -> dict[str, Any]:
        place = self.slack[team]
        place.wait_for(lambda: {"white_check_mark", "x"} & place.reactions(channel, ts).keys(), 40)
        [answer] = place.thread(channel, ts)
        return answer

    def share(self, team: str, channel: str, paper: Sample) -> dict[str, Any]:
        place = self.slack[team]
        ts = place.post(self.ada[team], channel, f"https://arxiv.org/abs/{paper.arxiv}")
        return self.answer(team, channel, ts)

    def say(self, team: str, channel: str, line: str) -> str:
        [answer] = self.slack[team].command(self.ada[team], channel, line)
        return f"{answer['text']} {answer.get('blocks')}"


@pytest.fixture(scope="module", params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, database: str | None) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    address, offset = f"127.0.0.1:{free_port()}", folder / "offset"
    redirect = f"http://{address}/slack/oauth_redirect"
    slack = Workspaces(APP, "T0ALPHA", "T0BETA", "T0GAMMA", redirect_url=redirect, time_scale=_SCALE)
    with slack, ArxivStandIn() as arxiv:
        environment = {
            **slack.environment(),
            **arxiv.environment(),
            "PAPERWIRE_ALLOWED_HOSTS": f"{slack.url[7:]},{arxiv.environment()['PAPERWIRE_ALLOWED_HOSTS']}",
            "PAPERWIRE_TOKEN_KEY": KEY,
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_CLOCK_OFFSET": str(offset),
            "PAPERWIRE_LANGUAGE": "en",
            **({"DATABASE_URL": database} if database else {}),
        }
        with connected_bot(environment, folder / "data", (*BOT, "--http", address)) as bot:
            everything = {**environment, "PYTHONPATH": str(ROOT), "PAPERWIRE_DATA": str(folder / "data")}
            made = Office(slack, bot, f"http://{address}", folder, offset, database, everything)
            for team, place in slack.places.items():
                made.ada[team] = place.add_user(f"ada of {team}")
                place.http_app(f"http://{address}/slack/events")
            made.install("T0ALPHA")
            made.install("T0BETA")
            yield made


def test_a_paper_shared_in_each_is_answered_in_each_alone(office: Office) -> None:
    channels = {team: office.slack[team].add_channel("papers") for team in ("T0ALPHA", "T0BETA")}
    assert len(set(channels.values())) == 1
    alpha = office.share("T0ALPHA", channels["T0ALPHA"], PAPERS[0])
    beta = office.share("T0BETA", channels["T0BETA"], PAPERS[1])
    assert PAPERS[0].title in alpha["text"] and PAPERS[1].title in beta["text"]
    assert (alpha["user"], beta["user"]) == ("UBOTT0ALPHA", "UBOTT0BETA")
    assert len(office.slack["T0ALPHA"].messages(channels["T0ALPHA"])) == 2


def test_a_file_is_fetched_with_the_token_of_its_own_workspace(office: Office) -> None:
    for team in ("T0ALPHA", "T0BETA"):
        place = office.slack[team]
        channel = place.add_channel("files")
        ts = place.upload(office.ada[team], channel, "paper.pdf", PAPERS[2].pdf)
        assert PAPERS[2].title in office.answer(team, channel, ts)["text"]


def test_search_and_digest_show_the_own_workspace_alone(office: Office) -> None:
    channels = {team: office.slack[team].add_channel("search") for team in ("T0ALPHA", "T0BETA")}
    own = {"T0ALPHA": PAPERS[0], "T0BETA": PAPERS[1]}
    for team, channel in channels.items():
        office.share(team, channel, own[team])
    for team, other in (("T0ALPHA", "T0BETA"), ("T0BETA", "T0ALPHA")):
        for line in ("/digest week", "/digest all", f"/digest search {own[team].title}"):
            assert own[team].title in office.say(team, channels[team], line)
        for line in ("/digest week", "/digest all"):
            assert own[other].title not in office.say(team, channels[team], line)
        assert "Nothing found" in office.say(team, channels[team], f"/digest search {own[other].title}")


def test_who_shared_a_paper_first_is_somebody_of_the_own_workspace(office: Office) -> None:
    for team, other in (("T0ALPHA", "T0BETA"), ("T0BETA", "T0ALPHA")):
        assert office.ada[team] == office.ada[other]
        channel = office.slack[team].add_channel("again")
        office.share(team, channel, PAPERS[2])
        again = str(office.share(team, channel, PAPERS[2])["blocks"])
        assert f"first shared by ada of {team}" in again


def test_an_admin_chooses_for_the_channels_of_the_own_workspace(office: Office) -> None:
    alpha, beta = office.slack["T0ALPHA"], office.slack["T0BETA"]
    chosen = alpha.add_channel("chosen")
    office.say("T0ALPHA", chosen, "/digest language en")
    assert "Only workspace admins" in office.say("T0ALPHA", chosen, "/digest workspace language zh")
    boss = alpha.add_user("boss", admin=True)
    places = {"T0ALPHA": alpha.add_channel("new"), "T0BETA": beta.add_channel("new")}
    try:
        for line in ("/digest workspace language zh", "/digest workspace zone asia/shanghai"):
            [said] = alpha.command(boss, alpha.direct_channel(boss), line)
        assert "Asia/Shanghai" in said["text"]
        assert "发布了《" in office.share("T0ALPHA", places["T0ALPHA"], PAPERS[0])["text"]
        assert "Asia/Shanghai" in office.say("T0ALPHA", places["T0ALPHA"], "/digest status")
        assert "发布了《" not in office.share("T0ALPHA", chosen, PAPERS[0])["text"]
        assert "发布了《" not in office.share("T0BETA", places["T0BETA"], PAPERS[0])["text"]
        told = office.say("T0BETA", places["T0BETA"], "/digest status")
        assert "Asia/Shanghai" not in told
        assert "Work waiting" not in told  # it would count theirs
    finally:
        alpha.command(boss, alpha.direct_channel(boss), "/digest workspace language en")


def test_what_another_organisation_shares_is_filed_under_the_workspace_that_installed_the_app(office: Office) -> None:
    place = office.slack["T0ALPHA"]
    channel = place.add_channel("connected")
    ts = place.post(office.ada["T0ALPHA"], channel, f"https://arxiv.org/abs/{PAPERS[1].arxiv}", team="T0FOREIGN")
    assert PAPERS[1].title in office.answer("T0ALPHA", channel, ts)["text"]
    assert PAPERS[1].title in office.say("T0ALPHA", channel, "/digest week")


def test_an_event_of_a_workspace_that_did_not_install_the_app_does_nothing(office: Office) -> None:
    place = office.slack["T0GAMMA"]
    place.workspace.tokens.add("xoxb-of-nobody")
    try:
        channel = place.add_channel("strangers")
        place.post(office.ada["T0GAMMA"], channel, f"https://arxiv.org/abs/{PAPERS[0].arxiv}")
        place.wait_for(lambda: all(each.state == "acknowledged" for each in place.deliveries))
        assert "not installed" in office.say("T0GAMMA", channel, "/digest week")
        assert len(place.messages(channel)) == 1
    finally:
        place.workspace.tokens.clear()


def test_a_workspace_that_leaves_is_left_alone_and_taken_up_again_when_it_returns(office: Office) -> None:
    channels = {team: office.slack[team].add_channel("leaving") for team in ("T0ALPHA", "T0BETA")}
    alpha, beta = office.slack["T0ALPHA"], office.slack["T0BETA"]
    due = far_from_now()
    for team, channel in channels.items():
        office.share(team, channel, PAPERS[0])
        assert due in office.say(team, channel, f"/digest schedule daily {due} UTC")
    # An answer that waits for Slack to be well again must not wait for ever.
    alpha.fail_next("chat.postMessage", error="internal_error", status=500, times=1_000)
    ts = alpha.post(office.ada["T0ALPHA"], channels["T0ALPHA"], f"https://arxiv.org/abs/{PAPERS[1].arxiv}")
    alpha.wait_for(lambda: [c for c in alpha.calls if c.method == "chat.postMessage" and c.error == "internal_error"])
    before = len(alpha.calls)
    alpha.uninstall()
    alpha.wait_for(lambda: "left team=T0ALPHA" in office.bot.log)
    alpha.wait_for(lambda: re.search(rf"no answer to T0ALPHA:\w+:{ts}:.*not_installed", office.bot.log), 40)
    alpha.slack.faults.clear()
    put(office.offset, str(86_400))
    try:
        beta.wait_for(lambda: [each for each in beta.messages(channels["T0BETA"]) if "1 paper" in each["text"]], 40)
        assert due in office.say("T0BETA", channels["T0BETA"], "/digest schedule")
        assert len(alpha.thread(channels["T0ALPHA"], ts)) == 0
        late = [each for each in alpha.calls[before:] if each.method == "chat.postMessage" and each.error is None]
        assert late == []
        assert "digest digest:T0ALPHA" not in office.bot.log  # its schedule is paused: none was even tried
        office.install("T0ALPHA")
        digests = alpha.wait_for(
            lambda: [each for each in alpha.messages(channels["T0ALPHA"]) if "2 papers" in each["text"]], 40
        )
        # What was briefed and could not be answered is not lost.
        assert all(paper.title in str(digests[0]["blocks"]) for paper in PAPERS[:2])
        assert "paused" not in office.say("T0ALPHA", channels["T0ALPHA"], "/digest schedule")
        assert PAPERS[2].title in office.share("T0ALPHA", channels["T0ALPHA"], PAPERS[2])["text"]
    finally:
        office.offset.unlink()
        for team, channel in channels.items():
            office.say(team, channel, "/digest schedule off")


def test_a_token_that_ended_without_a_word_ends_the_work_too(office: Office) -> None:
    place = office.slack["T0ALPHA"]
    channel = place.add_channel("silent")
    place.fail_next("chat.postMessage", error="token_revoked", times=1)
    with_token = set(place.workspace.tokens)
    ts = place.post(office.ada["T0ALPHA"], channel, f"https://arxiv.org/abs/{PAPERS[0].arxiv}")
    place.wait_for(lambda: re.search(rf"no answer to T0ALPHA:\w+:{ts}:.*not_installed", office.bot.log), 40)
    assert place.workspace.tokens == with_token
    assert PAPERS[1].title in office.share("T0ALPHA", channel, PAPERS[1])["text"]


def test_an_uninstallation_told_late_does_not_undo_a_new_installation(office: Office) -> None:
    place = office.slack["T0BETA"]
    channel = place.add_channel("late")
    place.uninstall()
    place.wait_for(lambda: "left team=T0BETA" in office.bot.log)
    told = [each.body for each in place.deliveries if each.event["type"] in ("app_uninstalled", "tokens_revoked")][-2:]
    for body in told:
        body["event_time"] -= 60
    office.install("T0BETA")
    place.wait_for(lambda: all(each.state == "acknowledged" for each in place.deliveries))
    for body in told:
        place._call(place.slack.courier.start, place.slack.courier.accept(body))
    place.wait_for(lambda: office.bot.log.count("T0BETA left and is back already") >= 2)
    assert PAPERS[0].title in office.share("T0BETA", channel, PAPERS[0])["text"]


# --- the install pages ------------------------------------------------------------------------------


def link_of(office: Office) -> tuple[str, str]:
    """Where the install page leads, and the cookie it sets."""
    page = httpx.get(f"{office.url}/slack/install")
    link = re.search(r'href="([^"]+)"', page.text.split("<body>")[1])
    assert link is not None
    return link[1].replace("&amp;", "&"), page.headers["set-cookie"].partition(";")[0]


def test_the_install_page_asks_for_the_scopes_of_the_manifest_and_no_more(office: Office) -> None:
    link, _ = link_of(office)
    asked = parse_qs(urlsplit(link).query)
    assert set(asked["scope"][0].split(",")) == office.slack.app.scopes
    assert "user_scope" not in asked
    assert link.startswith(f"{office.slack.url}/oauth/v2/authorize?")


def test_an_answer_that_another_browser_asked_for_or_that_comes_twice_installs_nothing(office: Office) -> None:
    link, cookie = link_of(office)
    back = office.slack.agree("T0GAMMA", office.ada["T0GAMMA"], link)
    assert httpx.get(back).status_code == 400
    assert httpx.get(back, headers={"Cookie": "slack-app-oauth-state=made-up"}).status_code == 400
    assert httpx.get(back.replace("code=", "code=x"), headers={"Cookie": cookie}).status_code == 401
    assert httpx.get(back, headers={"Cookie": cookie}).status_code == 401
    assert httpx.get(f"{office.url}/slack/oauth_redirect?error=access_denied").status_code == 200
    assert "installed team=T0GAMMA" not in office.bot.log


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"is_enterprise_install": True, "enterprise": {"id": "E1", "name": "Acme"}, "team": None}, "workspace by"),
        ({"expires_in": 43_200, "refresh_token": "xoxe-1-secret"}, "token rotation"),
    ],
)
def test_what_cannot_be_served_is_refused_on_the_page(office: Office, beside: dict[str, Any], words: str) -> None:
    office.slack.oauth.beside = beside
    try:
        status, page = office.slack.install("T0GAMMA", office.ada["T0GAMMA"], f"{office.url}/slack/install")
    finally:
        office.slack.oauth.beside = {}
        office.slack["T0GAMMA"].workspace.tokens.clear()
    assert status == 400 and words in page
    assert "installed team=T0GAMMA" not in office.bot.log


def test_what_is_not_a_get_is_refused(office: Office) -> None:
    assert httpx.post(f"{office.url}/slack/install").status_code == 405
    assert httpx.post(f"{office.url}/slack/oauth_redirect").status_code == 405


# --- the playground is as strict as Slack ----------------------------------------------------------


def test_a_code_is_exchanged_once_with_the_secret_and_the_address_it_was_asked_for(office: Office) -> None:
    app, base = office.slack.app, f"{office.slack.url}/api/"
    own = f"{office.url}/slack/oauth_redirect"

    def exchange(link: str, **more: Any) -> str:
        code = parse_qs(urlsplit(office.slack.agree("T0GAMMA", office.ada["T0GAMMA"], link)).query)["code"][0]
        said = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code, **more}
        try:
            WebClient(base_url=base).oauth_v2_access(**said)
            WebClient(base_url=base).oauth_v2_access(**said)
        except SlackApiError as error:
            return str(error.response["error"])
        return "twice"

    link = f"{office.slack.url}/oauth/v2/authorize?client_id={app.client_id}&scope=chat:write"
    assert exchange(link) == "code_already_used"
    assert exchange(link, client_id="1.1") == "invalid_client_id"
    assert exchange(link, client_secret="guessed") == "bad_client_secret"
    assert exchange(link, code="0.made-up") == "invalid_code"
    assert exchange(link, redirect_uri=own) == "bad_redirect_uri"
    assert exchange(f"{link}&redirect_uri={own}") == "bad_redirect_uri"
    assert exchange(f"{link}&redirect_uri={own}", redirect_uri=own) == "code_already_used"
    for wrong in (link.replace("client_id=2", "client_id=3"), f"{link},admin", f"{link}&redirect_uri=http://evil/"):
        with pytest.raises(ValueError, match="Something went wrong"):
            office.slack.agree("T0GAMMA", office.ada["T0GAMMA"], wrong)
    office.slack["T0GAMMA"].workspace.tokens.clear()


def test_a_token_opens_its_own_workspace_alone(office: Office) -> None:
    def team_of(place: Playground) -> str:
        [token] = place.workspace.tokens
        return str(WebClient(token, base_url=f"{office.slack.url}/api/").auth_test()["team_id"])

    assert [team_of(office.slack[team]) for team in ("T0ALPHA", "T0BETA")] == ["T0ALPHA", "T0BETA"]


# --- what an operator removes -------------------------------------------------------------------------


def test_everything_of_a_workspace_is_removed_on_command_while_the_bot_serves_the_others(office: Office) -> None:
    def held(column: str, table: str) -> set[str]:
        query = f"SELECT DISTINCT {column} FROM {table}"
        if office.database is not None:
            with psycopg.connect(office.database, options="-c search_path=paperwire,paperwire_work") as connection:
                return {str(value) for (value,) in connection.execute(query)}  # type: ignore[arg-type]
        file = {"workflow_status": "paperwire.work.db", "slack_bots": "paperwire.installations.db"}.get(table)
        with closing(sqlite3.connect(office.folder / "data" / (file or "paperwire.db"))) as database:
            return {str(value) for (value,) in database.execute(query)}

    def command(answer: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "bot", "forget-workspace", "T0GAMMA", *answer.split()]
        return subprocess.run(words, env=office.environment, cwd=ROOT, input="no", capture_output=True, text=True)

    office.install("T0GAMMA")
    channel = office.slack["T0GAMMA"].add_channel("removed")
    office.share("T0GAMMA", channel, PAPERS[0])
    refused = command("")
    assert refused.returncode == 1
    assert "T0GAMMA" in held("team_id", "papers")
    done = command("--yes")
    assert done.returncode == 0, done.stderr
    assert "T0GAMMA: " in done.stderr
    for table in ("papers", "shares", "briefs"):
        assert "T0GAMMA" not in held("team_id", table)
    assert "T0ALPHA" in held("team_id", "papers")
    keys = held("workflow_uuid", "workflow_status")
    assert not [key for key in keys if "T0GAMMA" in key]
    assert [key for key in keys if "T0ALPHA" in key]
    assert "T0GAMMA" not in held("team_id", "slack_bots")
    again = command("")
    assert (again.returncode, again.stdout) == (1, ""), "nobody is asked about what is not there"
    assert "I know nothing of a workspace T0GAMMA." in again.stderr
    # It may come back, as a new one.
    office.install("T0GAMMA")
    assert "first shared" not in str(office.share("T0GAMMA", channel, PAPERS[0])["blocks"])


# --- last: what was left behind ---------------------------------------------------------------------


def rows_of(database: str) -> dict[str, bytes]:
    """All rows of a database by table, of library and engine."""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'paperwire%'")
        return {
            name: str(connection.execute(f"SELECT * FROM {schema}.{name}").fetchall()).encode()  # type: ignore[arg-type]
            for schema, name in tables.fetchall()
        }


def test_no_token_lies_in_the_log_or_in_any_file_in_clear(office: Office) -> None:
    secrets = [KEY, office.slack.app.client_secret, office.slack.app.signing_secret]
    for place in office.slack.places.values():
        secrets += [*place.workspace.tokens, *place.workspace.revoked]
    assert len(secrets) > 5
    places = {each.name: each.read_bytes() for each in (office.folder / "data").rglob("*") if each.is_file()}
    if office.database is not None:
        places |= rows_of(office.database)
    assert ("slack_bots" if office.database else "paperwire.installations.db") in places
    for secret in secrets:
        assert secret not in office.bot.log
        for name, content in places.items():
            assert secret.encode() not in content, name
    assert "Traceback" not in office.bot.log
