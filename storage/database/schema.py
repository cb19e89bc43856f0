"""The tables of the library, as one append-only list of migrations.

A step that was ever released is never edited: a change is a further ``Migration`` at the end of ``MIGRATIONS``, its
name going on from the last number. ``docs/library.md`` explains the tables.

Statements are written once, for SQLite and Postgres both (see ``storage.database.migrations``):

- columns are TEXT, INTEGER (64 bits; flags are 0 and 1) or REAL, times are text as ``rows.stamp`` writes them;
- ``CREATE TABLE … ( … ) STRICT``; ``number INTEGER PRIMARY KEY`` counts rows by arrival and is given by the database;
- a column added to a table has a default when it is NOT NULL;
- every table has a primary key that begins with ``team_id``, where it has a team;
- what only one database understands stands in ``Only("sqlite", …)`` or ``Only("postgres", …)``.
"""

from __future__ import annotations

from storage.database import tsvector
from storage.database.migrations import Migration, Only

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


# The words come parted by spaces already; prefixes of up to three letters have an index of their own.
_FULL_TEXT_OF_SQLITE = (
    """
    CREATE VIRTUAL TABLE findable_words USING fts5 (
        seen, title, brief, names, abstract,
        content = 'findable', content_rowid = 'number',
        tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '1 2 3'
    )
    """,
    """
    CREATE TRIGGER findable_added AFTER INSERT ON findable BEGIN
        INSERT INTO findable_words (rowid, seen, title, brief, names, abstract)
        VALUES (new.number, new.seen, new.title, new.brief, new.names, new.abstract);
    END
    """,
    """
    CREATE TRIGGER findable_dropped AFTER DELETE ON findable BEGIN
        INSERT INTO findable_words (findable_words, rowid, seen, title, brief, names, abstract)
        VALUES ('delete', old.number, old.seen, old.title, old.brief, old.names, old.abstract);
    END
    """,
)

# Rows as narrow as they can be: a common word leads through all of them.
_FULL_TEXT_OF_POSTGRES = (
    """
    CREATE TABLE findable_words (
        number BIGINT PRIMARY KEY REFERENCES findable (number) ON DELETE CASCADE,
        words TSVECTOR NOT NULL
    ) WITH (toast_tuple_target = 128)
    """,
    "ALTER TABLE findable_words ALTER COLUMN words SET STORAGE EXTERNAL",
    tsvector.INDEX,
)

# What people say and do about papers, and how papers are found. Statements run in order.
_SECOND: tuple[str | Only, ...] = (
    "ALTER TABLE schedules ADD COLUMN sources TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE channel_settings ADD COLUMN mode TEXT NOT NULL DEFAULT 'reply'",
    "ALTER TABLE shares ADD COLUMN silent INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE shares ADD COLUMN left_out_at TEXT",
    "ALTER TABLE shares ADD COLUMN left_out_by TEXT",
    "CREATE INDEX shares_latest ON shares (team_id, shared_at) WHERE state = 'briefed'",
    "CREATE INDEX shares_reply ON shares (team_id, channel_id, reply_ts) WHERE reply_ts IS NOT NULL",
    # Who edited a brief; at most one brief a paper and language is held: a person's, current whatever models add.
    "ALTER TABLE briefs ADD COLUMN user_id TEXT",
    "ALTER TABLE briefs ADD COLUMN held INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE digests ADD COLUMN sources TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE digest_entries ADD COLUMN discussion INTEGER NOT NULL DEFAULT 0",
    # A share is taken once by its own channel's digests, and once by those of every channel that gathers it.
    "ALTER TABLE digest_shares ADD COLUMN channel_id TEXT NOT NULL DEFAULT ''",
    """
    UPDATE digest_shares SET channel_id = (SELECT channel_id FROM digests d
                                            WHERE d.team_id = digest_shares.team_id AND d.id = digest_shares.digest_id)
    """,
    "DROP INDEX digest_shares_once",
    "CREATE UNIQUE INDEX digest_shares_once ON digest_shares (team_id, share_id, channel_id) WHERE taken = 1",
    # A reaction or a reply. One taken back stays as a trace, so that a late telling does not bring it back.
    """
    CREATE TABLE discussions (
        team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        ts TEXT NOT NULL,
        key TEXT NOT NULL,
        undone INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (team_id, channel_id, ts, key)
    ) STRICT
    """,
    "CREATE INDEX discussions_time ON discussions (team_id, channel_id, at)",
    # The words of a paper with its current briefs, see ``storage.database.words``; ``seen`` is the token of its scope.
    """
    CREATE TABLE findable (
        number INTEGER PRIMARY KEY REFERENCES papers (number) ON DELETE CASCADE,
        seen TEXT NOT NULL,
        title TEXT NOT NULL,
        brief TEXT NOT NULL,
        names TEXT NOT NULL,
        abstract TEXT NOT NULL
    ) STRICT
    """,
    *(Only("sqlite", each) for each in _FULL_TEXT_OF_SQLITE),
    *(Only("postgres", each) for each in _FULL_TEXT_OF_POSTGRES),
)

# What models may be asked and what they cost. ``model_calls`` holds those of the last minute only.
_THIRD: tuple[str | Only, ...] = (
    """
    CREATE TABLE model_calls (
        id TEXT NOT NULL PRIMARY KEY,
        model TEXT NOT NULL,
        at TEXT NOT NULL,
        tokens INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX model_calls_at ON model_calls (model, at)",
    """
    CREATE TABLE spendings (
        team_id TEXT NOT NULL,
        month TEXT NOT NULL,
        cost REAL NOT NULL,
        PRIMARY KEY (team_id, month)
    ) STRICT
    """,
)

# Whether an upload brought anything of a record: then no outside model may read it, where the settings say so.
_FOURTH: tuple[str | Only, ...] = (
    "ALTER TABLE papers ADD COLUMN uploaded INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE papers SET uploaded = 1
     WHERE EXISTS (SELECT 1 FROM shares s WHERE s.team_id = papers.team_id AND s.paper_id = papers.id
                                            AND s.file_id IS NOT NULL)
    """,
)

# Which message shows which entries of a digest, so that what is corrected there is shown there.
_FIFTH = (
    """
    CREATE TABLE digest_replies (
        team_id TEXT NOT NULL,
        channel_id TEXT NOT NULL,
        ts TEXT NOT NULL,
        digest_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        size INTEGER NOT NULL,
        parent_ts TEXT NOT NULL,
        picture TEXT,
        PRIMARY KEY (team_id, channel_id, ts),
        FOREIGN KEY (team_id, digest_id) REFERENCES digests (team_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX digest_replies_digest ON digest_replies (team_id, digest_id)",
)

# Beginnings of words that have an index of their own are read lazily, latest paper first; of any other all papers that
# hold it are collected beforehand: 70 to 140 ms for four letters that many words begin with, among 100,000 papers.
_SIXTH: tuple[str | Only, ...] = (
    Only("sqlite", "DROP TABLE findable_words"),
    Only(
        "sqlite",
        """
        CREATE VIRTUAL TABLE findable_words USING fts5 (
            seen, title, brief, names, abstract,
            content = 'findable', content_rowid = 'number',
            tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '1 2 3 4 5 6 7 8'
        )
        """,
    ),
    Only("sqlite", "INSERT INTO findable_words (findable_words) VALUES ('rebuild')"),
)

# Which replicas live; times are the server's, the only clock they all go by.
_SEVENTH = (
    Only(
        "postgres",
        """
        CREATE TABLE replicas (
            id TEXT PRIMARY KEY,
            host TEXT NOT NULL,
            process INTEGER NOT NULL,
            started_at TIMESTAMPTZ NOT NULL,
            alive_until TIMESTAMPTZ NOT NULL
        )
        """,
    ),
)

# Which share a model's answer is about, and which cached PDFs every process shall delete.
_EIGHTH: tuple[str | Only, ...] = (
    """
    CREATE TABLE answer_shares (
        team_id TEXT NOT NULL,
        share_id TEXT NOT NULL,
        key TEXT NOT NULL,
        noted_at TEXT NOT NULL,
        PRIMARY KEY (team_id, share_id, key)
    ) STRICT
    """,
    """
    CREATE TABLE released_files (
        sha256 TEXT NOT NULL PRIMARY KEY,
        released_at TEXT NOT NULL
    ) STRICT
    """,
)

# Sources that throttled or failed before one spoke of the paper.
_NINTH = ("ALTER TABLE papers ADD COLUMN passed_over TEXT NOT NULL DEFAULT '[]'",)

# Since when a text is kept, for a library that drops them after a while.
_TENTH = (
    "ALTER TABLE texts ADD COLUMN kept_at TEXT NOT NULL DEFAULT ''",
    """
    UPDATE texts SET kept_at = (SELECT created_at FROM papers p
                                 WHERE p.team_id = texts.team_id AND p.id = texts.paper_id)
    """,
    "CREATE INDEX texts_kept ON texts (kept_at)",
)

# Commands and interactions that a replica took; see ``storage.requests``.
_ELEVENTH = (
    """
    CREATE TABLE taken_requests (
        signature TEXT NOT NULL PRIMARY KEY,
        taker TEXT NOT NULL,
        void_at TEXT NOT NULL
    ) STRICT
    """,
)

# Who asked to be left alone; see ``storage.rests``.
_TWELFTH = (
    """
    CREATE TABLE rests (
        name TEXT NOT NULL PRIMARY KEY,
        until TEXT NOT NULL
    ) STRICT
    """,
)

# In which channel our reply stands; before this was noted, those in direct messages could not be told from others.
_THIRTEENTH = (
    "ALTER TABLE shares ADD COLUMN reply_channel_id TEXT",
    "UPDATE shares SET reply_channel_id = channel_id WHERE reply_ts IS NOT NULL",
    "DROP INDEX shares_reply",
    "CREATE INDEX shares_reply ON shares (team_id, reply_channel_id, reply_ts) WHERE reply_ts IS NOT NULL",
)

# Names and titles were filed whole, which an index of Postgres refuses when they are long.
_LONG_NAMES = "UPDATE identifiers SET key = {} WHERE length(key) > 400"
_FOURTEENTH: tuple[str | Only, ...] = (
    "UPDATE papers SET title_key = substr(title_key, 1, 400) WHERE length(title_key) > 400",
    Only("sqlite", _LONG_NAMES.format("shortened(key, 400)")),
    Only(
        "postgres",
        _LONG_NAMES.format("left(key, 120) || '#' || left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 32)"),
    ),
)

MIGRATIONS = (
    Migration("m001_first_tables", _FIRST),
    Migration("m002_finding_correcting_discussing", _SECOND),
    Migration("m003_limits_of_models", _THIRD),
    Migration("m004_uploads", _FOURTH),
    Migration("m005_digest_replies", _FIFTH),
    Migration("m006_beginnings_of_words", _SIXTH),
    Migration("m007_replicas", _SEVENTH),
    Migration("m008_forgetting", _EIGHTH),
    Migration("m009_sources_passed_over", _NINTH),
    Migration("m010_texts_kept", _TENTH),
    Migration("m011_taken_requests", _ELEVENTH),
    Migration("m012_rests", _TWELFTH),
    Migration("m013_channels_of_replies", _THIRTEENTH),
    Migration("m014_long_names", _FOURTEENTH),
)
