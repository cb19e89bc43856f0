"""Which workspaces have installed the app is remembered, and nobody reads their tokens without the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from library_places import KINDS
from slack_sdk.oauth.installation_store import Bot, Installation
from sqlalchemy.exc import DBAPIError

from bot.errors import PaperwireError, Tell
from bot.running import _install_flow
from bot.settings import Settings
from handlers.teams import Teams
from storage.database.postgres import PostgresLibrary
from storage.database.sqlite import SqliteLibrary
from storage.installations import Installations, States, installations_engine, keys_from

Store = Callable[..., Installations]

NEW, OLD = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TOKENS = {
    "bot_token": "xoxb-secret-of-the-bot",
    "bot_refresh_token": "xoxe-secret-to-renew",
    "user_token": "xoxp-secret-of-ada",
    "user_refresh_token": "xoxe-secret-of-ada",
    "incoming_webhook_url": "https://hooks.slack.com/services/secret",
}


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a bot on each kind of database in turn."""
    if request.param == "sqlite":
        return Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=None)
    url = request.getfixturevalue("postgres_url")
    PostgresLibrary(url).close()
    return Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=url)


@pytest.fixture
def open_store(settings: Settings) -> Iterator[Store]:
    made: list[Installations] = []

    def store(*keys: str) -> Installations:
        made.append(Installations("1.2", installations_engine(settings), keys_from(keys or (NEW,))))
        made[-1].open()
        return made[-1]

    yield store
    for each in made:
        each.engine.dispose()


def installation(team: str = "T1", at: float = 1_000.0, **more: object) -> Installation:
    said: dict[str, object] = {"app_id": "A1", "team_id": team, "bot_id": "B1", "bot_user_id": "U0", "user_id": "U1"}
    return Installation(**{**said, "bot_scopes": "chat:write", "installed_at": at, **TOKENS, **more})  # type: ignore[arg-type]


def found(opened: Installations, team: str = "T1", enterprise: str | None = None) -> str | None:
    bot = opened.find_bot(enterprise_id=enterprise, team_id=team)
    return bot.bot_token if bot else None


def written(opened: Installations) -> str:
    """All that the tables hold, as anybody who has the database reads it."""
    with opened.engine.connect() as connection:
        tables = opened.metadata.sorted_tables
        return "\n".join(
            str(row) for each in tables for row in connection.exec_driver_sql(f"select * from {each.name}")
        )


def count(opened: Installations, table: str) -> int:
    with opened.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar_one())


def test_a_workspace_is_found_with_its_own_token_alone(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation("T1", bot_token="xoxb-1"))
    opened.save(installation("T2", bot_token="xoxb-2"))
    assert (found(opened, "T1"), found(opened, "T2"), found(opened, "T3")) == ("xoxb-1", "xoxb-2", None)
    assert opened.teams() == ["T1", "T2"]
    opened.delete_all(enterprise_id=None, team_id="T1")
    assert (found(opened, "T1"), found(opened, "T2")) == (None, "xoxb-2")
    assert opened.find_installation(enterprise_id=None, team_id="T1") is None


def test_every_secret_comes_back_and_none_lies_on_the_disk_in_clear(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation())
    kept = opened.find_installation(enterprise_id=None, team_id="T1")
    assert kept is not None
    assert {name: getattr(kept, name) for name in TOKENS} == TOKENS
    in_clear = written(opened)
    assert in_clear.count("'T1'") == 2
    for secret in TOKENS.values():
        assert secret not in in_clear


def test_every_text_column_that_a_secret_may_stand_in_is_encrypted(open_store: Store) -> None:
    """A column that a later slack_sdk adds has to be looked at: is it a secret?"""
    opened = open_store()
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


def test_a_long_token_is_kept_whole(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation(bot_token="xoxe.xoxb-" + "1" * 400))
    assert found(opened) == "xoxe.xoxb-" + "1" * 400


def test_installing_again_replaces_what_was_there(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation(at=1_000.0, bot_token="xoxb-before"))
    opened.save(installation(at=1_000.5, bot_token="xoxb-after"))
    assert found(opened) == "xoxb-after"
    assert count(opened, "slack_bots") == count(opened, "slack_installations") == 1


def test_a_workspace_that_left_loses_what_it_installed_before_and_nothing_newer(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation(at=1_000.0))
    opened.save(installation("T2", at=1_000.0))
    opened.drop_before("T1", datetime.fromtimestamp(1_000, UTC))
    assert found(opened)
    opened.drop_before("T1", datetime.fromtimestamp(1_001, UTC))
    assert found(opened) is None
    assert opened.find_installation(enterprise_id=None, team_id="T1") is None
    assert found(opened, "T2")


def test_an_installation_saved_while_its_workspace_is_being_left_stays(
    open_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = open_store()
    opened.save(installation(at=1_000.0))
    find, asked = opened.find_bot, []
    with closing(SqliteLibrary(tmp_path / "another.db")) as library:
        teams = Teams(opened, opened.drop_before, library, "")

        def came_back(**who: Any) -> Bot | None:
            """Another process saves a new installation just after this one has looked."""
            before = find(**who)
            if not asked:
                asked.append(who)
                opened.save(installation(at=2_000.0))
            return before

        monkeypatch.setattr(opened, "find_bot", came_back)
        teams.left("T1", 1_500)
    assert found(opened)


def test_a_workspace_that_joined_an_organisation_is_the_same_workspace(open_store: Store) -> None:
    opened = open_store()
    opened.save(installation(enterprise_id="E1"))
    assert found(opened, enterprise=None) == found(opened, enterprise="E1") == TOKENS["bot_token"]
    opened.delete_all(enterprise_id="E2", team_id="T1")
    assert found(opened) is None


def test_a_whole_organisation_is_refused(open_store: Store) -> None:
    opened = open_store()
    for organisation in (
        installation(is_enterprise_install=True, enterprise_id="E1"),
        installation(team=None, enterprise_id="E1"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Tell, match="org_install"):
            opened.save(organisation)
    assert opened.teams() == []


def test_a_new_key_takes_over_and_the_old_one_may_then_go(open_store: Store) -> None:
    open_store(OLD).save(installation())
    assert found(open_store(NEW, OLD)) == TOKENS["bot_token"]
    renewed = open_store(NEW)
    kept = renewed.find_installation(enterprise_id=None, team_id="T1")
    assert kept is not None and kept.incoming_webhook_url == TOKENS["incoming_webhook_url"]
    with pytest.raises(Tell, match="wrong_token_key"):
        open_store(OLD)


def test_a_wrong_key_is_told_at_start_and_changes_nothing(open_store: Store) -> None:
    open_store(OLD).save(installation())
    with pytest.raises(Tell, match="wrong_token_key"):
        open_store(NEW)
    assert found(open_store(OLD)) == TOKENS["bot_token"]


def test_what_is_no_key_is_named_by_its_place_and_never_shown() -> None:
    with pytest.raises(Tell, match="no_token_key"):
        keys_from(())
    with pytest.raises(Tell) as refused:
        keys_from((NEW, "hunter2"))
    assert refused.value.facts == {"number": 2}
    assert "hunter2" not in repr(refused.value)


def test_a_database_error_does_not_say_what_was_to_be_written(open_store: Store) -> None:
    opened = open_store()
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("drop table slack_installations")
    with pytest.raises((PaperwireError, DBAPIError)) as failed:
        opened.save(installation(team_name="Acme"))
    told = ""
    error: BaseException | None = failed.value
    while error is not None:
        told, error = f"{told}{error}", error.__cause__ or error.__context__
    assert "slack_installations" in told
    assert "secret" not in told and "Acme" not in told


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=None)
    installations_engine(settings)
    assert settings.installations_file.stat().st_mode & 0o077 == 0


def test_a_state_serves_once_and_abandoned_ones_do_not_pile_up(settings: Settings) -> None:
    states = States(installations_engine(settings))
    states.open()
    state = states.issue()
    assert states.consume(state) and not states.consume(state) and not states.consume("made-up")
    for _ in range(5):
        states.issue()
    with states.engine.begin() as connection:
        connection.exec_driver_sql("update slack_oauth_states set expire_at = '2020-01-01 00:00:00.000000'")
    left = states.issue()
    with states.engine.connect() as connection:
        assert connection.exec_driver_sql("select state from slack_oauth_states").scalars().all() == [left]
    states.engine.dispose()


def test_replicas_may_start_at_once(postgres_url: str, tmp_path: Path) -> None:
    PostgresLibrary(postgres_url).close()
    settings = Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=postgres_url)

    def opening(_: int) -> list[str]:
        opened = Installations("1.2", installations_engine(settings), keys_from((NEW,)))
        opened.open()
        teams = opened.teams()
        opened.engine.dispose()
        return teams

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opening, range(4))) == [[]] * 4


def test_who_opens_the_install_page_takes_no_connection_that_an_event_needs(postgres_url: str, tmp_path: Path) -> None:
    app = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x", "PAPERWIRE_TOKEN_KEY": NEW}
    settings = Settings(PAPERWIRE_DATA=tmp_path, DATABASE_URL=postgres_url, **app)
    with closing(PostgresLibrary(postgres_url)) as library, _install_flow(settings, library) as flow:
        states = flow.settings.state_store
        assert isinstance(states, States)
        with states.engine.connect(), states.engine.connect():
            assert flow.teams.bot("T1") is None, "it is asked and nobody waits"
