"""Which workspaces have installed the app is remembered, and nobody reads their tokens without the key."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from bot.errors import Tell
from storage.installations import Installations, States, installations_engine, keys_from

NEW, OLD = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TOKENS = {
    "bot_token": "xoxb-secret-of-the-bot",
    "bot_refresh_token": "xoxe-secret-to-renew",
    "user_token": "xoxp-secret-of-ada",
    "user_refresh_token": "xoxe-secret-of-ada",
    "incoming_webhook_url": "https://hooks.slack.com/services/secret",
}


def store(file: Path, *keys: str, client: str = "1.2") -> Installations:
    opened = Installations(client, installations_engine(f"sqlite:///{file}"), keys_from(keys or (NEW,)))
    opened.open()
    return opened


def installation(team: str = "T1", at: float = 1_000.0, **more: object) -> Installation:
    said: dict[str, object] = {"app_id": "A1", "team_id": team, "bot_id": "B1", "bot_user_id": "U0", "user_id": "U1"}
    return Installation(**{**said, "bot_scopes": "chat:write", "installed_at": at, **TOKENS, **more})  # type: ignore[arg-type]


def found(opened: Installations, team: str = "T1", enterprise: str | None = None) -> str | None:
    bot = opened.find_bot(enterprise_id=enterprise, team_id=team)
    return bot.bot_token if bot else None


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_a_workspace_is_found_with_its_own_token_alone(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    opened.save(installation("T1", bot_token="xoxb-1"))
    opened.save(installation("T2", bot_token="xoxb-2"))
    assert (found(opened, "T1"), found(opened, "T2"), found(opened, "T3")) == ("xoxb-1", "xoxb-2", None)
    assert opened.teams() == ["T1", "T2"]
    opened.delete_all(enterprise_id=None, team_id="T1")
    assert (found(opened, "T1"), found(opened, "T2")) == (None, "xoxb-2")
    assert opened.find_installation(enterprise_id=None, team_id="T1") is None


def test_every_secret_comes_back_and_none_lies_on_the_disk_in_clear(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    opened.save(installation())
    kept = opened.find_installation(enterprise_id=None, team_id="T1")
    assert kept is not None
    assert {name: getattr(kept, name) for name in TOKENS} == TOKENS
    opened.engine.dispose()
    written = everything_in(tmp_path)
    assert b"T1" in written
    for secret in TOKENS.values():
        assert secret.encode() not in written


def test_every_text_column_that_a_secret_may_stand_in_is_encrypted(tmp_path: Path) -> None:
    """A column that a later slack_sdk adds has to be looked at: is it a secret?"""
    opened = store(tmp_path / "i.db")
    open_columns = {
        column.name
        for table in (opened.bots, opened.installations)
        for column in table.c
        if type(column.type).__name__ != "_Encrypted"
    }
    assert open_columns == {
        *("id", "client_id", "app_id", "enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name"),
        *("bot_id", "bot_user_id", "bot_scopes", "bot_token_expires_at", "user_id", "user_scopes"),
        *("user_token_expires_at", "incoming_webhook_channel", "incoming_webhook_channel_id", "token_type"),
        *("incoming_webhook_configuration_url", "is_enterprise_install", "installed_at"),
    }


def test_a_long_token_is_kept_whole(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    opened.save(installation(bot_token="xoxe.xoxb-" + "1" * 400))
    assert found(opened) == "xoxe.xoxb-" + "1" * 400
    declared = sqlite3.connect(tmp_path / "i.db").execute("select type from pragma_table_info('slack_bots')").fetchall()
    assert ("TEXT",) in declared


def test_installing_again_replaces_what_was_there(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    opened.save(installation(at=1_000.0, bot_token="xoxb-before"))
    opened.save(installation(at=1_000.5, bot_token="xoxb-after"))
    assert found(opened) == "xoxb-after"
    rows = sqlite3.connect(tmp_path / "i.db")
    assert rows.execute("select count(*) from slack_bots").fetchone() == (1,)
    assert rows.execute("select count(*) from slack_installations").fetchone() == (1,)


def test_a_workspace_that_joined_an_organisation_is_the_same_workspace(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    opened.save(installation(enterprise_id="E1"))
    assert found(opened, enterprise=None) == found(opened, enterprise="E1") == TOKENS["bot_token"]
    opened.delete_all(enterprise_id="E2", team_id="T1")
    assert found(opened) is None


def test_a_whole_organisation_is_refused(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    for organisation in (
        installation(is_enterprise_install=True, enterprise_id="E1"),
        installation(team=None, enterprise_id="E1"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Tell, match="org_install"):
            opened.save(organisation)
    assert opened.teams() == []


def test_a_new_key_takes_over_and_the_old_one_may_then_go(tmp_path: Path) -> None:
    store(tmp_path / "i.db", OLD).save(installation())
    assert found(store(tmp_path / "i.db", NEW, OLD)) == TOKENS["bot_token"]
    renewed = store(tmp_path / "i.db", NEW)
    kept = renewed.find_installation(enterprise_id=None, team_id="T1")
    assert kept is not None and kept.incoming_webhook_url == TOKENS["incoming_webhook_url"]
    with pytest.raises(Tell, match="wrong_token_key"):
        store(tmp_path / "i.db", OLD)


def test_a_wrong_key_is_told_at_start_and_changes_nothing(tmp_path: Path) -> None:
    store(tmp_path / "i.db", OLD).save(installation())
    with pytest.raises(Tell, match="wrong_token_key"):
        store(tmp_path / "i.db", NEW)
    assert found(store(tmp_path / "i.db", OLD)) == TOKENS["bot_token"]


def test_what_is_no_key_is_named_by_its_place_and_never_shown() -> None:
    with pytest.raises(Tell, match="no_token_key"):
        keys_from(())
    with pytest.raises(Tell) as refused:
        keys_from((NEW, "hunter2"))
    assert refused.value.facts == {"number": 2}
    assert "hunter2" not in repr(refused.value)


def test_a_database_error_does_not_say_what_was_to_be_written(tmp_path: Path) -> None:
    opened = store(tmp_path / "i.db")
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("drop table slack_installations")
    with pytest.raises(Exception, match="no such table") as failed:
        opened.save(installation(team_name="Acme"))
    assert "secret" not in str(failed.value) and "Acme" not in str(failed.value)


def test_a_state_serves_once_and_abandoned_ones_do_not_pile_up(tmp_path: Path) -> None:
    states = States(installations_engine(f"sqlite:///{tmp_path / 'i.db'}"))
    states.open()
    state = states.issue()
    assert states.consume(state) and not states.consume(state) and not states.consume("made-up")
    for _ in range(5):
        states.issue()
    with sqlite3.connect(tmp_path / "i.db") as rows:
        rows.execute("update slack_oauth_states set expire_at = '2020-01-01 00:00:00.000000'")
    left = states.issue()
    with sqlite3.connect(tmp_path / "i.db") as rows:
        assert rows.execute("select state from slack_oauth_states").fetchall() == [(left,)]
