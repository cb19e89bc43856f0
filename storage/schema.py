"""The tables of the library, as one append-only list of migrations.

A step that was ever released is never edited: a change is a further step. ``docs/library.md`` explains the tables.
"""

from __future__ import annotations

from sqlite_utils import Migrations
from sqlite_utils.db import Database

migrations = Migrations("paperwire")

# Every table starts with the team and refers to others by it as well, so that no row can point into another team.
# ``papers.scope`` is '' for what the whole team may see, else the one channel that may.
# ``number`` orders rows by arrival and gives a full-text index a row number that VACUUM leaves alone.
_FIRST = (
    """
    CREATE TABLE papers (
        number INTEGER PRIMARY KEY,
        team_id TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        scope TEXT NOT NULL,
        title TEXT NOT NULL,
        title_key TEXT NOT NULL,
        first_author_key TEXT NOT NULL,
        authors TEXT NOT NULL,
        author_count INTEGER NOT NULL,
        institutions TEXT NOT NULL,
        abstract TEXT NOT NULL,
        language TEXT NOT NULL,
        venue TEXT NOT NULL,
        published TEXT,
        page_url TEXT,
        source TEXT NOT NULL,
        version INTEGER,
        imported_at TEXT,
        created_at TEXT NOT NULL,
        UNIQUE (team_id, id),
        UNIQUE (team_id, scope, id)
    ) STRICT
    """,
    "CREATE INDEX papers_title ON papers (team_id, title_key, scope)",
    """
    CREATE TABLE identifiers (
        team_id TEXT NOT NULL,
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        version INTEGER,
        certain INTEGER NOT NULL,
        position INTEGER NOT NULL,
        paper_id TEXT NOT NULL,
        PRIMARY KEY (team_id, scope, key),
        FOREIGN KEY (team_id, scope, paper_id) REFERENCES papers (team_id, scope, id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX identifiers_paper ON identifiers (team_id, paper_id, scope)",
    """
    CREATE TABLE absorbed (
        team_id TEXT NOT NULL,
        paper_id TEXT NOT NULL,
        into_id TEXT NOT NULL,
        PRIMARY KEY (team_id, paper_id),
        FOREIGN KEY (team_id, into_id) REFERENCES papers (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX absorbed_into ON absorbed (team_id, into_id)",
    """
    CREATE TABLE texts (
        team_id TEXT NOT NULL,
        paper_id TEXT NOT NULL,
        pages TEXT NOT NULL,
        page_count INTEGER NOT NULL,
        hidden_text INTEGER NOT NULL,
        PRIMARY KEY (team_id, paper_id),
        FOREIGN KEY (team_id, paper_id) REFERENCES papers (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    """
    CREATE TABLE briefs (
        number INTEGER PRIMARY KEY,
        team_id TEXT NOT NULL,
        paper_id TEXT NOT NULL,
        language TEXT NOT NULL,
        title TEXT NOT NULL,
        institutions TEXT NOT NULL,
        technique TEXT NOT NULL,
        problem TEXT NOT NULL,
        effect TEXT NOT NULL,
        sentence TEXT NOT NULL,
        evidence TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        badges TEXT NOT NULL,
        verdict TEXT NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost REAL,
        calls INTEGER NOT NULL,
        seconds REAL NOT NULL,
        imported INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        FOREIGN KEY (team_id, paper_id) REFERENCES papers (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX briefs_paper ON briefs (team_id, paper_id, language, number)",
    """
    CREATE TABLE shares (
        team_id TEXT NOT NULL,
        id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        ts TEXT NOT NULL,
        item TEXT NOT NULL,
        user_id TEXT NOT NULL,
        thread_ts TEXT,
        identifier TEXT,
        url TEXT,
        file_id TEXT,
        file_name TEXT,
        private INTEGER NOT NULL,
        asked INTEGER NOT NULL,
        state TEXT NOT NULL,
        shared_at TEXT NOT NULL,
        paper_id TEXT,
        reply_ts TEXT,
        error TEXT,
        briefed_at TEXT,
        PRIMARY KEY (team_id, id),
        FOREIGN KEY (team_id, paper_id) REFERENCES papers (team_id, id)
    ) STRICT
    """,
    "CREATE INDEX shares_message ON shares (team_id, channel_id, ts, id)",
    "CREATE INDEX shares_time ON shares (team_id, channel_id, shared_at)",
    "CREATE INDEX shares_paper ON shares (team_id, paper_id)",
    """
    CREATE TABLE withdrawn_messages (
        team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        ts TEXT NOT NULL,
        withdrawn_at TEXT NOT NULL,
        PRIMARY KEY (team_id, channel_id, ts)
    ) STRICT
    """,
    """
    CREATE TABLE digests (
        team_id TEXT NOT NULL,
        id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        scheduled INTEGER NOT NULL,
        language TEXT NOT NULL,
        topic TEXT NOT NULL,
        zone TEXT NOT NULL,
        since_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        frozen_at TEXT NOT NULL,
        parent_ts TEXT,
        posted_at TEXT,
        PRIMARY KEY (team_id, id)
    ) STRICT
    """,
    "CREATE INDEX digests_due ON digests (team_id, channel_id, due_at)",
    """
    CREATE TABLE digest_entries (
        team_id TEXT NOT NULL,
        digest_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        paper TEXT NOT NULL,
        brief TEXT NOT NULL,
        PRIMARY KEY (team_id, digest_id, number),
        FOREIGN KEY (team_id, digest_id) REFERENCES digests (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    """
    CREATE TABLE digest_shares (
        team_id TEXT NOT NULL,
        digest_id TEXT NOT NULL,
        share_id TEXT NOT NULL,
        number INTEGER,
        taken INTEGER NOT NULL,
        PRIMARY KEY (team_id, digest_id, share_id),
        FOREIGN KEY (team_id, digest_id) REFERENCES digests (team_id, id) ON DELETE CASCADE,
        FOREIGN KEY (team_id, share_id) REFERENCES shares (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX digest_shares_share ON digest_shares (team_id, share_id)",
    # One scheduled digest takes a share, digests that were asked for list it as well. No number: listed as failed.
    "CREATE UNIQUE INDEX digest_shares_once ON digest_shares (team_id, share_id) WHERE taken = 1",
    """
    CREATE TABLE schedules (
        team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        cadence TEXT NOT NULL,
        at TEXT NOT NULL,
        zone TEXT NOT NULL,
        user_id TEXT NOT NULL,
        weekday TEXT NOT NULL,
        monthday INTEGER NOT NULL,
        created_at TEXT,
        paused TEXT,
        PRIMARY KEY (team_id, channel_id)
    ) STRICT
    """,
    """
    CREATE TABLE channel_settings (
        team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        language TEXT NOT NULL,
        topic TEXT NOT NULL,
        zone TEXT NOT NULL,
        PRIMARY KEY (team_id, channel_id)
    ) STRICT
    """,
    # The answer is dropped by retention, what it took stays for the accounts.
    """
    CREATE TABLE answers (
        key TEXT NOT NULL PRIMARY KEY,
        model TEXT NOT NULL,
        answer TEXT,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost REAL,
        calls INTEGER NOT NULL,
        seconds REAL NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX answers_created ON answers (created_at)",
)


@migrations()
def m001_first_tables(db: Database) -> None:
    for statement in _FIRST:
        db.execute(statement)
