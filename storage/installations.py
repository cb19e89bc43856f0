"""Which workspaces have installed the app: slack_sdk's SQLAlchemy stores, with every secret encrypted at rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import event
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from bot.engine import postgres_engine
from bot.errors import Retry, Tell
from bot.settings import Settings
from storage.database.postgres import SCHEMA

STATE_SECONDS = 600
"""Between the install page and Slack's answer."""

# The columns of slack_sdk's tables that open something.
_SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
# Any number that nobody else locks: several processes may make the tables at once.
_TABLES_LOCK = 5_310_771


def keys_from(words: Sequence[str]) -> MultiFernet:
    """The first key encrypts, all decrypt. Raises Tell (``no_token_key``, ``bad_token_key``)."""
    if not words:
        raise Tell("no_token_key")
    keys = []
    for number, word in enumerate(words, 1):
        try:
            keys.append(Fernet(word))
        except ValueError:
            raise Tell("bad_token_key", number=number) from None
    return MultiFernet(keys)


def installations_engine(settings: Settings) -> sqlalchemy.Engine:
    """For a store: the file that both share, or the library's schema on the Postgres that the settings name."""
    if settings.database_url is not None:
        return postgres_engine(settings.database_url.get_secret_value(), connections=2, search_path=SCHEMA)
    settings.installations_file.touch(mode=0o600)
    # Parameters stay out of error messages: some of them are tokens.
    engine = sqlalchemy.create_engine(f"sqlite:///{settings.installations_file}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        for pragma in ("journal_mode=WAL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _available() -> Iterator[None]:
    """A database that is away for a moment is no bug. Raises Retry (``library_away``)."""
    try:
        yield
    except (OperationalError, InterfaceError, TimeoutError) as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        raise Retry("library_away", path="installations", reason=reason) from error


def carry_over(file: Path, target: sqlalchemy.Connection) -> int:
    """Copy the installations of a file, secrets encrypted as they are, to where a connection leads; how many rows."""
    if not file.exists():
        return 0
    source = sqlalchemy.create_engine(f"sqlite:///{file}", hide_parameters=True)
    store = SQLAlchemyInstallationStore("", source)
    carried = 0
    with source.connect() as there:
        for table in (store.bots, store.installations):
            if not sqlalchemy.inspect(there).has_table(table.name):
                continue
            table.create(target)
            rows = [dict(row) for row in there.execute(sqlalchemy.select(table)).mappings()]
            if rows:
                target.execute(table.insert(), rows)
                last = sqlalchemy.select(sqlalchemy.func.max(table.c.id)).scalar_subquery()
                target.execute(
                    sqlalchemy.select(
                        sqlalchemy.func.setval(sqlalchemy.func.pg_get_serial_sequence(table.name, "id"), last)
                    )
                )
            carried += len(rows)
    source.dispose()
    return carried


class _Encrypted(sqlalchemy.TypeDecorator[str]):
    """Text that only the keys' owner reads."""

    impl = sqlalchemy.Text
    cache_ok = True

    def __init__(self, keys: MultiFernet) -> None:
        super().__init__()
        self.keys = keys

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else self.keys.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: object) -> str | None:
        if value is None:
            return None
        try:
            return self.keys.decrypt(value.encode()).decode()
        except InvalidToken:
            raise Tell("wrong_token_key") from None


class Installations(SQLAlchemyInstallationStore):
    """One installation a workspace, found by its id alone: the latest.

    An enterprise's id is not kept, because a workspace may join one later and stays the same workspace. Installing
    for a whole organisation is refused. Raises Tell (``wrong_token_key``) where a secret cannot be read, and Retry
    (``library_away``) while the database is.
    """

    def __init__(self, client_id: str, engine: sqlalchemy.Engine, keys: MultiFernet) -> None:
        super().__init__(client_id, engine)
        for table in (self.bots, self.installations):
            for name in _SECRETS:
                if name in table.c:
                    table.c[name].type = _Encrypted(keys)

    def open(self) -> None:
        """Make the tables and bring every secret under the first key. Raises Tell (``wrong_token_key``)."""
        _make(self.engine, self.metadata)
        with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                secrets = [table.c[name] for name in _SECRETS if name in table.c]
                for row in connection.execute(sqlalchemy.select(table.c.id, *secrets)).mappings().all():
                    renewed = {each.name: row[each.name] for each in secrets}
                    connection.execute(table.update().where(table.c.id == row["id"]).values(renewed))

    def teams(self) -> list[str]:
        """The workspaces in which the app is installed; none before ``open``. Raises Tell (``wrong_token_key``)."""
        if not sqlalchemy.inspect(self.engine).has_table(self.bots.name):
            return []
        c = self.bots.c
        asked = sqlalchemy.select(c.team_id, c.bot_token).where(c.client_id == self.client_id)
        with _available(), self.engine.connect() as connection:
            return sorted(team_id for team_id, _ in connection.execute(asked))

    def save(self, installation: Installation) -> None:
        """Keep an installation in place of the workspace's earlier ones. Raises Tell (``org_install``)."""
        if installation.is_enterprise_install or not installation.team_id:
            raise Tell("org_install")
        kept = copy.copy(installation)
        kept.enterprise_id = None
        with _available():
            super().save(kept)
        with _available(), self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                of_team = (table.c.client_id == self.client_id) & (table.c.team_id == kept.team_id)
                newest = sqlalchemy.select(sqlalchemy.func.max(table.c.id)).where(of_team).scalar_subquery()
                connection.execute(table.delete().where(of_team, table.c.id < newest))

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        with _available():
            return super().find_bot(enterprise_id=None, team_id=team_id)

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        with _available():
            return super().find_installation(enterprise_id=None, team_id=team_id, user_id=user_id)

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        with _available():
            super().delete_bot(enterprise_id=None, team_id=team_id)

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        with _available():
            super().delete_installation(enterprise_id=None, team_id=team_id, user_id=user_id)

    def drop_before(self, team_id: str, at: datetime) -> None:
        """Delete what a workspace installed before a time, and nothing that is saved while that is done."""
        with _available(), self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                c = table.c
                older = (c.client_id == self.client_id) & (c.team_id == team_id)
                older &= c.installed_at < at.astimezone(UTC).replace(tzinfo=None)
                connection.execute(table.delete().where(older))


class States(SQLAlchemyOAuthStateStore):
    """What ties Slack's answer to the browser that asked; used once, for ten minutes."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        super().__init__(STATE_SECONDS, engine)

    def open(self) -> None:
        """Make the table."""
        _make(self.engine, self.metadata)

    def issue(self, *args: object, **kwargs: object) -> str:
        # Whoever opens the install page leaves a row: those that nobody came back with go.
        expired = self.oauth_states.c.expire_at < datetime.now(UTC).replace(tzinfo=None)
        with self.engine.begin() as connection:
            connection.execute(self.oauth_states.delete().where(expired))
        return str(super().issue(*args, **kwargs))


def _make(engine: sqlalchemy.Engine, metadata: sqlalchemy.MetaData) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_TABLES_LOCK)))
        metadata.create_all(connection)
