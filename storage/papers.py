"""Papers and texts as a channel may see them.

A paper has one record a scope: '' for what the team may see, and one for each private channel that shared it. A
channel sees the scopes '' and its own. What happens in a private channel touches its own scope only, so nothing of
it can show elsewhere; a private share of a paper the team knows gets a copy there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.models import Coverage, FullText, Paper, Share
from storage import works
from storage.coverage import among_channels
from storage.database.rows import Row, Transaction, identifier_of, listed, paper_of, text_of

PUBLIC = ""

# The records a channel may see of the work that :paper is a record of, its own scope and the team's.
SAME_WORK = """
    WITH asked AS (
        SELECT id FROM papers
         WHERE team_id = :team AND scope IN ('', :channel)
           AND id = COALESCE((SELECT into_id FROM absorbed WHERE team_id = :team AND paper_id = :paper), :paper)
    ), same_work AS (
        SELECT id FROM asked
        UNION
        SELECT paper_id FROM identifiers
         WHERE team_id = :team AND scope IN ('', :channel)
           AND key IN (SELECT key FROM identifiers WHERE team_id = :team AND paper_id IN (SELECT id FROM asked))
    )
"""


def scope_of(share: Share | None) -> str:
    return share.channel_id if share and share.private else PUBLIC


def paper(tx: Transaction, team_id: str, paper_id: str, channel_id: str) -> Paper | None:
    row = tx.row(
        f"{SAME_WORK} SELECT * FROM papers WHERE team_id = :team AND id IN (SELECT id FROM asked)",  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
    )
    return whole(tx, row) if row else None


def seen_in(tx: Transaction, team_id: str, paper_id: str, coverage: Coverage) -> str | None:
    """The scope of a record that somebody may see."""
    own, named = listed("own", coverage.own)
    among, channels = among_channels(coverage, "s")
    shared = "TRUE"
    if coverage.public is not None:
        standing = "s.team_id = :team AND s.paper_id = p.id AND s.state <> 'withdrawn'"
        shared = f"EXISTS (SELECT 1 FROM shares s WHERE {standing} AND {among})"  # noqa: S608
    row = tx.row(
        f"""
        SELECT scope FROM papers p
         WHERE team_id = :team AND scope IN ('', {own}) AND {shared}
           AND id = COALESCE((SELECT into_id FROM absorbed WHERE team_id = :team AND paper_id = :paper), :paper)
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        **named | channels,
    )
    return row["scope"] if row else None


def scopes(tx: Transaction, team_id: str, channels: Sequence[str]) -> list[str]:
    """Those of some channels that have records of their own, which few of a person's many channels have."""
    names, named = listed("channel", channels)
    rows = tx.rows(
        f"""
        SELECT column1 AS scope FROM (VALUES ({names.replace(", ", "), (")})) AS channels
         WHERE EXISTS (SELECT 1 FROM papers WHERE team_id = :team AND scope = column1)
        """,  # noqa: S608
        team=team_id,
        **named,
    )
    return [row["scope"] for row in rows]


def known_paper(tx: Transaction, team_id: str, keys: Iterable[str], channel_id: str) -> Paper | None:
    names, named = listed("key", list(keys))
    row = tx.row(
        f"""
        SELECT p.* FROM papers p JOIN identifiers i ON i.team_id = p.team_id AND i.paper_id = p.id
         WHERE i.team_id = :team AND i.scope IN ('', :channel) AND i.key IN ({names})
         ORDER BY p.scope DESC, p.number LIMIT 1
        """,  # noqa: S608
        team=team_id,
        channel=channel_id,
        **named,
    )
    return whole(tx, row) if row else None


def same_work(tx: Transaction, team_id: str, title: str, first_author: str, channel_id: str) -> Paper | None:
    row = tx.row(
        """
        SELECT * FROM papers
         WHERE team_id = :team AND scope IN ('', :channel)
           AND title_key = :title AND title_key <> '' AND first_author_key = :author
         ORDER BY scope DESC, number LIMIT 1
        """,
        team=team_id,
        channel=channel_id,
        title=works.title_key(title),
        author=works.folded_name(first_author),
    )
    return whole(tx, row) if row else None


def whole(tx: Transaction, row: Row) -> Paper:
    rows = tx.rows(
        "SELECT * FROM identifiers WHERE team_id = :team AND paper_id = :paper ORDER BY position",
        team=row["team_id"],
        paper=row["id"],
    )
    return paper_of(row, tuple(identifier_of(each) for each in rows))


def text(tx: Transaction, team_id: str, paper_id: str, channel_id: str) -> FullText | None:
    row = tx.row(
        f"""
        {SAME_WORK}
        SELECT t.* FROM texts t JOIN papers p ON p.team_id = t.team_id AND p.id = t.paper_id
         WHERE t.team_id = :team AND t.paper_id IN (SELECT id FROM same_work)
         ORDER BY p.scope DESC, p.number LIMIT 1
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
    )
    return text_of(row) if row else None


def uploaded(tx: Transaction, team_id: str, paper_id: str, channel_id: str) -> bool:
    row = tx.row(
        f"""
        {SAME_WORK}
        SELECT 1 FROM papers WHERE team_id = :team AND id IN (SELECT id FROM same_work) AND uploaded = 1
        """,  # noqa: S608
        team=team_id,
        paper=paper_id,
        channel=channel_id,
    )
    return row is not None


def mark_uploaded(tx: Transaction, team_id: str, paper_id: str) -> None:
    """An upload brought something of it; whatever is merged with it later, nobody can tell any more what."""
    tx.rows("UPDATE papers SET uploaded = 1 WHERE team_id = :team AND id = :id", team=team_id, id=paper_id)
