"""Which library it is: one SQLite file, or the Postgres that the settings name."""

from __future__ import annotations

from bot.settings import Settings
from storage.library import SqlLibrary


def open_library(settings: Settings) -> SqlLibrary:
    """Raises Tell and Retry as the libraries do."""
    if settings.database_url is not None:
        # Imported here: who keeps to one file need not wait for a driver.
        from storage.database.postgres import PostgresLibrary

        return PostgresLibrary(settings.database_url.get_secret_value())
    from storage.database.sqlite import SqliteLibrary

    return SqliteLibrary(settings.library_file)
