"""``paperwire doctor`` finds each mistake of a first installation and says what to do about it."""

from __future__ import annotations

import base64
import errno
import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from fake_model_server import FakeModelServer, error, good
from local_ports import deaf_port
from running_bot import APP, RunningBot, connected_bot
from slack_sdk.oauth.installation_store import Installation as Workspace

import bot.doctor
from bot.__main__ import main
from bot.settings import Settings
from playground import Playground
from playground.installation import Installation
from storage.installations import Installations, installations_engine, keys_from

BOT_TOKEN = "the “Bot User OAuth Token” (xoxb-…) under OAuth & Permissions"
APP_TOKEN = "an app-level token (xapp-…) with the scope connections:write (Basic Information, App-Level Tokens)"


@pytest.fixture(autouse=True)
def nothing_inherited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("PAPERWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PAPERWIRE_DATA", str(tmp_path / "data"))


def doctor(environment: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Exit code, and by the check's name its line."""
    result = CliRunner().invoke(main, ["doctor"], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = [line for line in result.stdout.splitlines() if line]
    return result.exit_code, {line[6:].split(": ")[0]: line for line in lines}


def examined(place: Playground, **change: str | None) -> dict[str, str]:
    """The lines of an installation with one mistake."""
    environment = {**place.environment(), **{name: value or "" for name, value in change.items()}}
    code, lines = doctor(environment)
    assert code == 1, lines
    return lines


def invited(place: Playground) -> None:
    place.add_user("ada")
    place.add_channel("papers")


def test_a_healthy_installation_gets_ok_on_every_line(tmp_path: Path) -> None:
    with Playground(installation=APP) as place:
        invited(place)
        code, lines = doctor(place.environment())
    assert code == 0, lines
    assert all(line.startswith("ok    ") for line in lines.values())
    assert list(lines) == [
        "SQLite",
        "settings",
        "data folder",
        "running",
        "library",
        "model extractive",
        "bot token",
        "scopes",
        "app token",
        "channels",
        "clock",
    ]
    assert lines["bot token"] == "ok    bot token: paperwire in Playground (T0PLAYGROUND)"
    assert not (tmp_path / "data").exists(), "looking leaves nothing behind"


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("SLACK_BOT_TOKEN", None, f"FAIL  bot token: SLACK_BOT_TOKEN is not set. Set it to {BOT_TOKEN}."),
        (
            "SLACK_BOT_TOKEN",
            "xoxp-1-2-3",
            f"FAIL  bot token: SLACK_BOT_TOKEN is a user token. Set it to {BOT_TOKEN}.",
        ),
        (
            "SLACK_BOT_TOKEN",
            "xapp-1-A0PAPERWIRE-0-playground",
            f"FAIL  bot token: SLACK_BOT_TOKEN is an app-level token. Set it to {BOT_TOKEN}.",
        ),
        (
            "SLACK_BOT_TOKEN",
            "xoxe.xoxb-1-abc",
            "FAIL  bot token: SLACK_BOT_TOKEN is a bot token that is rotated, which ends within twelve hours. Set it "
            f"to {BOT_TOKEN}.",
        ),
        (
            "SLACK_BOT_TOKEN",
            '"xoxb-playground-0-paperwire"',
            "FAIL  bot token: SLACK_BOT_TOKEN has spaces or quotation marks around it. Set it without them.",
        ),
        (
            "SLACK_BOT_TOKEN",
            "xoxb-unknown",
            "FAIL  bot token: Slack refuses SLACK_BOT_TOKEN (invalid_auth): Slack does not know it: copy it again, "
            "whole, from the app's settings.",
        ),
        (
            "SLACK_APP_TOKEN",
            "xoxb-playground-0-paperwire",
            f"FAIL  app token: SLACK_APP_TOKEN is a bot token. Set it to {APP_TOKEN}.",
        ),
        (
            "SLACK_APP_TOKEN",
            "0123456789abcdef0123456789abcdef",
            f"FAIL  app token: SLACK_APP_TOKEN is a secret of 32 digits. Set it to {APP_TOKEN}.",
        ),
        (
            "SLACK_APP_TOKEN",
            "xapp-1-A0PAPERWIRE-0-old",
            "FAIL  app token: Slack refuses SLACK_APP_TOKEN (invalid_auth): Slack does not know it: copy it again, "
            "whole, from the app's settings.",
        ),
    ],
)
def test_a_wrong_token_is_called_by_its_kind(variable: str, value: str | None, line: str) -> None:
    with Playground(installation=APP) as place:
        invited(place)
        lines = examined(place, **{variable: value})
        assert lines[line[6:].split(": ")[0]] == line
        if variable == "SLACK_BOT_TOKEN":
            assert lines["scopes"] == "--    scopes: not checked, the bot token comes first"
            assert lines["app token"].startswith("ok")
        elif value != "xapp-1-A0PAPERWIRE-0-old":
            assert not [call for call in place.calls if call.method == "apps.connections.open"]


def app(**change: Any) -> Installation:
    return replace(APP, **change)


def revoked(place: Playground) -> None:
    place.revoke_token()


def removed(place: Playground) -> None:
    place.fail_next("auth.test", error="account_inactive", times=9)


@pytest.mark.parametrize(
    ("installation", "before", "line"),
    [
        (
            app(scopes=APP.scopes - {"files:read", "groups:read"}),
            invited,
            "FAIL  scopes: missing: files:read, groups:read. Add them under OAuth & Permissions (or paste "
            "manifest.json under App Manifest), then reinstall the app (Install App).",
        ),
        (
            app(),
            lambda place: None,
            "FAIL  channels: the bot is in no channel. Type /invite @paperwire in a channel where papers are shared.",
        ),
        (
            app(socket_mode=False),
            invited,
            "FAIL  app token: Socket Mode is off, so that Slack connects and sends nothing. Switch on “Enable Socket "
            "Mode” under Socket Mode in the app's settings.",
        ),
        (
            app(app_token_scopes=frozenset({"authorizations:read"})),
            invited,
            "FAIL  app token: SLACK_APP_TOKEN lacks the scope connections:write. Make a new one, with it, under Basic "
            "Information, App-Level Tokens.",
        ),
        (
            app(app_token="xapp-1-A0OTHER-0-playground"),
            invited,
            "FAIL  app token: SLACK_APP_TOKEN is of the app A0OTHER, SLACK_BOT_TOKEN of A0PAPERWIRE: the bot would "
            "hear nothing. Take both from the same app.",
        ),
        (
            app(),
            revoked,
            "FAIL  bot token: Slack refuses SLACK_BOT_TOKEN (token_revoked): it was revoked: reinstall the app "
            "(Install App) and copy the new token.",
        ),
        (
            app(),
            removed,
            "FAIL  bot token: Slack refuses SLACK_BOT_TOKEN (account_inactive): the app was removed from the "
            "workspace: install it again (Install App) and copy the new token.",
        ),
    ],
    ids=["missing scope", "not invited", "Socket Mode off", "app token's scope", "two apps", "revoked", "removed"],
)
def test_an_app_set_up_wrong_is_told_with_its_remedy(
    installation: Installation, before: Callable[[Playground], None], line: str
) -> None:
    with Playground(installation=installation) as place:
        before(place)
        assert examined(place)[line[6:].split(": ")[0]] == line


def test_missing_scopes_do_not_hide_behind_other_failures() -> None:
    with Playground(installation=app(scopes=frozenset({"chat:write"}))) as place:
        lines = examined(place)
    assert lines["channels"] == "--    channels: not checked, the scopes come first"
    assert lines["clock"].startswith("ok")


def test_a_setting_that_is_misspelt_is_told() -> None:
    assert doctor({"PAPERWIRE_LANG": "en"})[1]["settings"] == (
        "FAIL  settings: PAPERWIRE_LANG is no setting and changes nothing. Is PAPERWIRE_LANGUAGE meant? Rename it or "
        "remove it from the environment."
    )


def test_a_clock_that_is_wrong_is_told() -> None:
    with Playground(installation=APP) as place:
        invited(place)
        place.move_clock(600)
        line = examined(place)["clock"]
    assert re.fullmatch(
        r"FAIL  clock: this machine's clock is -(59[5-9]|60[01]) s off Slack's\. "
        r"Set it by NTP \(timedatectl set-ntp true\)\.",
        line,
    )


def test_a_slack_out_of_reach_is_told_once() -> None:
    with Playground(installation=APP) as place, deaf_port() as port:
        url = f"http://127.0.0.1:{port}/api/"
        lines = examined(place, SLACK_API_URL=url)
    assert lines["bot token"] == (
        "FAIL  bot token: Slack does not answer properly right now (URLError). Try again in a few minutes. Is "
        f"{url} reachable from here?"
    )
    assert [lines[name][:2] for name in ("scopes", "channels", "clock")] == ["--", "--", "--"]


def test_over_http_the_signing_secret_is_looked_at_instead_of_the_app_token() -> None:
    with Playground(installation=APP) as place:
        invited(place)
        code, lines = doctor({**place.environment(), "SLACK_APP_TOKEN": ""})
        assert code == 0 and lines["signing secret"].startswith("ok    signing secret: has the right form")
        wrong = examined(place, SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET="xoxb-1")
    assert "app token" not in wrong
    assert wrong["signing secret"] == (
        "FAIL  signing secret: SLACK_SIGNING_SECRET is a bot token, not a signing secret. Copy “Signing Secret” (32 "
        "letters and digits) from Basic Information, App Credentials."
    )


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with Playground(installation=APP) as place:
        lines = examined(place, PAPERWIRE_DATA="/proc/nothing/here")
    assert lines["data folder"] == (
        "FAIL  data folder: /proc is not writable (No such file or directory). Give it to the user who runs Paperwire, "
        "or name another folder with PAPERWIRE_DATA."
    )


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=12_000_000))
    line = "FAIL  data folder: the disk of {} is full ({} left). Free 200 MB or more, or name a folder elsewhere with "
    line += "PAPERWIRE_DATA."
    assert doctor({})[1]["data folder"] == line.format(tmp_path, "12 MB")

    def refused(**_: object) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(bot.doctor, "TemporaryFile", refused)
    assert doctor({})[1]["data folder"] == line.format(tmp_path, "no room")


def test_an_old_sqlite_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    assert doctor({})[1]["SQLite"] == (
        f"FAIL  SQLite: SQLite 3.36.0 with Python {sys.version.split()[0]} is too old. Use Python 3.11 with SQLite "
        "3.37 or later, or any with 3.42 or later."
    )


def test_a_model_is_asked_whether_it_answers() -> None:
    _, lines = doctor({"PAPERWIRE_MODEL": "openai/gpt-4.1-mini"})
    assert lines["model openai/gpt-4.1-mini"] == (
        "FAIL  model openai/gpt-4.1-mini: There is no key for the model openai/gpt-4.1-mini: set OPENAI_API_KEY where "
        "the bot runs, or choose another model with PAPERWIRE_MODEL."
    )
    with FakeModelServer() as server:
        server.queue(good('{"ok": true}'), error(401, "Incorrect API key provided"))
        settings = {"PAPERWIRE_MODEL": "openai/local", "PAPERWIRE_MODEL_URL": server.url}
        assert re.fullmatch(
            r"ok    model openai/local: answered in \d+\.\d s", doctor(settings)[1]["model openai/local"]
        )
        assert doctor(settings)[1]["model openai/local"] == (
            "FAIL  model openai/local: The provider of the model openai/local did not accept the key, or the key has "
            "no right to this model: check it where the bot runs."
        )


def test_where_workspaces_install_the_app_their_key_and_the_apps_secrets_are_looked_at() -> None:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    settings = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "0" * 32, "SLACK_SIGNING_SECRET": "1" * 32}
    code, lines = doctor({**settings, "PAPERWIRE_TOKEN_KEY": key})
    assert code == 0, lines
    assert {"token key", "signing secret", "client secret", "redirect URL"} <= lines.keys()
    assert not {"bot token", "app token", "channels"} & lines.keys()
    code, lines = doctor({**settings, "SLACK_CLIENT_SECRET": "xapp-1", "SLACK_SIGNING_SECRET": ""})
    assert code == 1
    assert lines["token key"].startswith("FAIL  token key: SLACK_CLIENT_ID is set, and there is no key")
    assert lines["client secret"] == (
        "FAIL  client secret: SLACK_CLIENT_SECRET is an app-level token, not a client secret. Copy “Client Secret” (32 "
        "letters and digits) from Basic Information, App Credentials."
    )
    assert lines["signing secret"].startswith("FAIL  signing secret: SLACK_SIGNING_SECRET is not set. Copy “Signing")
    code, lines = doctor(
        {**settings, "PAPERWIRE_TOKEN_KEY": key, "SLACK_REDIRECT_URI": "https://bot.example.org/slack"}
    )
    assert code == 1
    assert "https://your.host/slack/oauth_redirect" in lines["redirect URL"]


def test_a_key_that_does_not_read_the_workspaces_tokens_is_told(tmp_path: Path) -> None:
    own, other = (base64.urlsafe_b64encode(bytes([each]) * 32).decode() for each in (1, 2))
    settings = Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=None)
    store = Installations("1.2", installations_engine(settings), keys_from([own]))
    store.open()
    store.save(Workspace(app_id="A1", team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="U0", user_id="U1"))
    store.engine.dispose()
    secrets = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "0" * 32, "SLACK_SIGNING_SECRET": "1" * 32}
    environment = {**secrets, "PAPERWIRE_DATA": str(tmp_path)}
    code, lines = doctor({**environment, "PAPERWIRE_TOKEN_KEY": own})
    assert code == 0 and lines["token key"].endswith("tokens it reads: 1")
    code, lines = doctor({**environment, "PAPERWIRE_TOKEN_KEY": other})
    assert code == 1 and "encrypted with another key" in lines["token key"]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("mysql://bot@127.0.0.1/paperwire", "DATABASE_URL is no address of a Postgres database. It looks like "),
        ("postgresql://bot:hunter2@127.0.0.1:{port}/paperwire", "The database is out of reach ("),
    ],
)
def test_a_database_that_cannot_be_had_is_told(url: str, line: str) -> None:
    with deaf_port() as port:
        _, lines = doctor({"DATABASE_URL": url.format(port=port)})
    assert lines["library"].startswith(f"FAIL  library: {line}")
    assert "hunter2" not in lines["library"]


def test_a_database_is_told_by_its_place_or_by_what_it_refuses(postgres_url: str) -> None:
    at = urlsplit(postgres_url)
    _, lines = doctor({"DATABASE_URL": postgres_url})
    assert lines["library"] == f"ok    library: {at.hostname}:{at.port}{at.path}"
    _, lines = doctor({"DATABASE_URL": postgres_url.replace(at.path, "/nowhere")})
    assert lines["library"].startswith("FAIL  library: There is no such database (")
    assert "Create it with `createdb`" in lines["library"]


def test_a_bot_that_runs_on_the_folder_is_named_and_whether_it_is_connected(tmp_path: Path) -> None:
    with Playground(installation=APP) as place, deaf_port() as port:
        invited(place)
        with connected_bot(place.environment(), tmp_path / "data") as running:
            place.wait_for((tmp_path / "data" / "heartbeat").exists, 20)
            code, lines = doctor(place.environment())
            assert code == 0, lines
            assert lines["running"] == (
                f"ok    running: process {running.pid} works on this folder and is connected; another one needs its "
                "own PAPERWIRE_DATA"
            )
        nobody = {**place.environment(), "SLACK_API_URL": f"http://127.0.0.1:{port}/api/"}
        (tmp_path / "data" / "heartbeat").unlink()
        with RunningBot(nobody, tmp_path / "data") as lost:
            deadline = time.monotonic() + 30
            while "out of reach" not in lost.log:
                assert time.monotonic() < deadline, lost.log
                time.sleep(0.05)
            assert examined(place)["running"] == (
                f"FAIL  running: process {lost.pid} works on {tmp_path / 'data'} and is not connected to Slack. See "
                f"its log; mend what the lines here name, or end it (kill {lost.pid}) and start it anew."
            )
