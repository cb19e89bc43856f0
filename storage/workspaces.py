"""What is kept of a workspace in all the places there are: the library, its installation, the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy

from bot import work
from bot.engine import postgres_engine, sqlite_engine
from bot.ports import Library
from bot.settings import Settings
from storage.installations import Installations, installations_engine, keys_from


def is_known(settings: Settings, library: Library, team_id: str) -> bool:
    """Whether anything is kept of a workspace. Raises Tell as ``installed`` does."""
    if library.knows_team(team_id) or team_id in installed(settings):
        return True
    with _work_engine(settings) as engine:
        return engine is not None and work.knows_team(engine, team_id)


def installed(settings: Settings) -> list[str]:
    """The workspaces that installed the app, where several do.

    Raises Tell for a key that is missing, none, or another.
    """
    if not settings.client_id:
        return []
    keys = keys_from(settings.token_keys)
    if settings.database_url is None and not settings.installations_file.exists():
        return []
    engine = installations_engine(settings)
    try:
        return Installations(settings.client_id, engine, keys).teams()
    finally:
        engine.dispose()


def forget_installation(settings: Settings, team_id: str) -> None:
    """Delete what a workspace installed, where several do. Raises Tell as ``installed`` does."""
    if not settings.client_id:
        return
    store = Installations(settings.client_id, installations_engine(settings), keys_from(settings.token_keys))
    store.open()
    store.delete_all(enterprise_id=None, team_id=team_id)
    store.engine.dispose()


def forget_work(settings: Settings, team_id: str) -> int:
    """Delete the work of a workspace, finished or not; how many pieces."""
    with _work_engine(settings) as engine:
        return work.forget_team(engine, team_id) if engine is not None else 0


@contextmanager
def _work_engine(settings: Settings) -> Iterator[sqlalchemy.Engine | None]:
    """On the work that there is; None where there is none."""
    if settings.database_url is not None:
        engine = postgres_engine(settings.database_url.get_secret_value())
    elif settings.work_file.exists():
        engine = sqlite_engine(settings.work_file)
    else:
        yield None
        return
    try:
        yield engine
    finally:
        engine.dispose()
