"""Filing papers with their texts and briefs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from bot.models import Brief, FullText, Identifier, Paper, Share
from storage import briefs, papers, works
from storage.database import index
from storage.database.rows import (
    Row,
    Transaction,
    identifier_values,
    listed,
    paper_values,
    stamp,
    text_values,
)
from storage.papers import PUBLIC


def keep(
    tx: Transaction,
    team_id: str,
    scope: str,
    paper: Paper,
    brief: Brief | None,
    text: FullText | None,
    now: datetime,
    *,
    imported: bool,
    again: bool,
) -> Paper:
    stored = shelve(tx, team_id, scope, paper, now, imported=imported)
    if text is not None:
        keep_text(tx, team_id, stored.id, text, now)
    if brief is not None:
        briefs.keep(tx, team_id, stored.id, brief, now, imported=imported, again=again)
    index.file(tx, team_id, stored.id)
    return stored


def shelve(tx: Transaction, team_id: str, scope: str, new: Paper, now: datetime, *, imported: bool) -> Paper:
    """File a paper in a scope: as a new record, or merged with the records there that are of the same work."""
    rows = _records(tx, team_id, scope, new, imported=imported)
    if not rows:
        return _insert(tx, team_id, scope, new, now, imported=imported)
    stored, *others = (papers.whole(tx, row) for row in rows)
    work = stored
    for other in others:
        _absorb(tx, team_id, other.id, stored.id)
        work = works.merged(work, other)
    work = works.merged(work, new)
    if work != stored or others:
        _update(tx, team_id, scope, work)
    if imported:
        tx.rows(
            "UPDATE papers SET imported_at = COALESCE(imported_at, :now) WHERE team_id = :team AND id = :id",
            team=team_id,
            id=work.id,
            now=stamp(now),
        )
    return work


def _records(tx: Transaction, team_id: str, scope: str, new: Paper, *, imported: bool) -> list[Row]:
    """The scope's records of the work, oldest first: by id, by identifier, by title and first author.

    An imported record may come without names; then the title and the number of authors must do.
    """
    names, named = listed("key", [each.key for each in new.identifiers])
    alias = tx.row("SELECT into_id FROM absorbed WHERE team_id = :team AND paper_id = :id", team=team_id, id=new.id)
    rows = tx.rows(
        f"""
        SELECT *, id = :id OR EXISTS (SELECT 1 FROM identifiers i
                                       WHERE i.team_id = :team AND i.scope = :scope AND i.paper_id = papers.id
                                         AND i.key IN ({names})) AS named
          FROM papers
         WHERE team_id = :team AND scope = :scope
           AND id IN (
               SELECT :id
               UNION
               SELECT paper_id FROM identifiers WHERE team_id = :team AND scope = :scope AND key IN ({names})
               UNION
               SELECT id FROM papers
                WHERE team_id = :team AND scope = :scope AND title_key = :title AND title_key <> ''
                  AND ((first_author_key = :author AND :author <> '')
                       OR ((first_author_key = '' OR :author = '') AND author_count = :count
                           AND (imported_at IS NOT NULL OR :imported = 1))))
         ORDER BY number
        """,  # noqa: S608
        team=team_id,
        scope=scope,
        id=alias["into_id"] if alias else new.id,
        title=works.title_key(new.title),
        author=works.first_author_key(new),
        count=new.author_count or len(new.authors),
        imported=int(imported),
        **named,
    )
    return [row for row in rows if row["named"] or not works.contradict(papers.whole(tx, row), new)]


def _insert(tx: Transaction, team_id: str, scope: str, new: Paper, now: datetime, *, imported: bool) -> Paper:
    paper = replace(
        new,
        id=uuid4().hex,
        identifiers=tuple({each.key: each for each in new.identifiers}.values()),
        author_count=new.author_count or len(new.authors),
    )
    tx.rows(
        """
        INSERT INTO papers (team_id, id, scope, title, title_key, first_author_key, authors, author_count, institutions,
                            abstract, language, venue, published, page_url, source, version, passed_over, imported_at,
                            created_at)
        VALUES (:team, :id, :scope, :title, :title_key, :first_author_key, :authors, :author_count, :institutions,
                :abstract, :language, :venue, :published, :page_url, :source, :version, :passed_over, :imported_at,
                :now)
        """,
        team=team_id,
        id=paper.id,
        scope=scope,
        title_key=works.title_key(paper.title),
        first_author_key=works.first_author_key(paper),
        imported_at=stamp(now) if imported else None,
        now=stamp(now),
        **paper_values(paper),
    )
    _name(tx, team_id, scope, paper.id, paper.identifiers)
    return paper


def _update(tx: Transaction, team_id: str, scope: str, paper: Paper) -> None:
    tx.rows(
        """
        UPDATE papers SET title = :title, title_key = :title_key, first_author_key = :first_author_key,
               authors = :authors, author_count = :author_count, institutions = :institutions, abstract = :abstract,
               language = :language, venue = :venue, published = :published, page_url = :page_url, source = :source,
               version = :version, passed_over = :passed_over
         WHERE team_id = :team AND id = :id
        """,
        team=team_id,
        id=paper.id,
        title_key=works.title_key(paper.title),
        first_author_key=works.first_author_key(paper),
        **paper_values(paper),
    )
    tx.rows("DELETE FROM identifiers WHERE team_id = :team AND paper_id = :paper", team=team_id, paper=paper.id)
    _name(tx, team_id, scope, paper.id, paper.identifiers)


def _name(tx: Transaction, team_id: str, scope: str, paper_id: str, identifiers: Sequence[Identifier]) -> None:
    for position, identifier in enumerate(identifiers):
        tx.rows(
            """
            INSERT INTO identifiers (team_id, scope, key, kind, value, version, certain, position, paper_id)
            VALUES (:team, :scope, :key, :kind, :value, :version, :certain, :position, :paper)
            """,
            team=team_id,
            scope=scope,
            paper=paper_id,
            position=position,
            **identifier_values(identifier),
        )


_MOVES = (
    "UPDATE shares SET paper_id = :into WHERE team_id = :team AND paper_id = :paper",
    "UPDATE briefs SET paper_id = :into WHERE team_id = :team AND paper_id = :paper",
    """
    UPDATE texts SET paper_id = :into WHERE team_id = :team AND paper_id = :paper
       AND NOT EXISTS (SELECT 1 FROM texts other WHERE other.team_id = :team AND other.paper_id = :into)
    """,
    "UPDATE absorbed SET into_id = :into WHERE team_id = :team AND into_id = :paper",
    "INSERT INTO absorbed (team_id, paper_id, into_id) VALUES (:team, :paper, :into)",
    """
    UPDATE papers SET imported_at = COALESCE(imported_at, (SELECT imported_at FROM papers gone WHERE gone.id = :paper)),
           uploaded = CASE WHEN uploaded = 1 THEN 1 ELSE (SELECT uploaded FROM papers gone WHERE gone.id = :paper) END
     WHERE team_id = :team AND id = :into
    """,
    "DELETE FROM papers WHERE team_id = :team AND id = :paper",
)


def _absorb(tx: Transaction, team_id: str, paper_id: str, into_id: str) -> None:
    """Two records turned out to be one work: the second goes, its id still leads to the first."""
    for statement in _MOVES:
        tx.rows(statement, team=team_id, paper=paper_id, into=into_id)


def keep_text(tx: Transaction, team_id: str, paper_id: str, text: FullText, now: datetime) -> None:
    tx.rows(
        """
        INSERT INTO texts (team_id, paper_id, pages, page_count, hidden_text, kept_at)
        VALUES (:team, :paper, :pages, :page_count, :hidden_text, :now)
        ON CONFLICT (team_id, paper_id) DO UPDATE SET pages = excluded.pages, page_count = excluded.page_count,
            hidden_text = excluded.hidden_text, kept_at = excluded.kept_at
        """,
        team=team_id,
        paper=paper_id,
        now=stamp(now),
        **text_values(text),
    )


def drop_texts(tx: Transaction, before: datetime) -> int:
    """Drop the texts kept since before a time, for all teams; briefs and papers stay. Returns how many."""
    return len(tx.rows("DELETE FROM texts WHERE kept_at < :before RETURNING paper_id", before=stamp(before)))


def for_share(tx: Transaction, team_id: str, paper_id: str, share: Share, now: datetime) -> str | None:
    """The id of the record a share may hold of a paper its channel sees; None when the paper is gone.

    A private share never holds the team's record (so that nobody can tell it exists), but a copy in its own scope. A
    public one never holds its channel's own record, of when the channel was closed.
    """
    seen = papers.paper(tx, team_id, paper_id, papers.scope_of(share))
    if seen is None:
        return None
    if not share.private:
        return seen.id
    row = tx.row("SELECT scope FROM papers WHERE team_id = :team AND id = :id", team=team_id, id=seen.id)
    own_id = seen.id
    if row is not None and row["scope"] == PUBLIC:
        own_id = shelve(tx, team_id, share.channel_id, replace(seen, id=""), now, imported=False).id
    for public in tx.rows(
        f"""
        {papers.SAME_WORK}
        SELECT id FROM papers WHERE scope = '' AND id IN (SELECT id FROM same_work)
         ORDER BY CASE WHEN id = :paper THEN 0 ELSE 1 END, number
        """,  # noqa: S608
        team=team_id,
        paper=seen.id,
        channel=share.channel_id,
    ):
        for statement in _COPIES:
            tx.rows(statement, team=team_id, paper=public["id"], own=own_id)
    index.file(tx, team_id, own_id)
    return own_id


# What the channel's own record lacks.
_BRIEF_COLUMNS = """language, title, institutions, technique, problem, effect, sentence, evidence, model,
    prompt_version, badges, verdict, input_tokens, output_tokens, cost, calls, seconds,
    user_id, held"""
_COPIES = (
    """
    UPDATE papers SET uploaded = 1
     WHERE team_id = :team AND id = :own
       AND EXISTS (SELECT 1 FROM papers public WHERE public.team_id = :team AND public.id = :paper AND uploaded = 1)
    """,
    """
    INSERT INTO texts (team_id, paper_id, pages, page_count, hidden_text, kept_at)
    SELECT team_id, :own, pages, page_count, hidden_text, kept_at FROM texts WHERE team_id = :team AND paper_id = :paper
    ON CONFLICT (team_id, paper_id) DO NOTHING
    """,
    f"""
    INSERT INTO briefs (team_id, paper_id, {_BRIEF_COLUMNS}, imported, created_at)
    SELECT team_id, :own, {_BRIEF_COLUMNS}, 0, created_at FROM briefs b
     WHERE team_id = :team AND paper_id = :paper AND {briefs.CURRENT}
       AND NOT EXISTS (SELECT 1 FROM briefs own
                        WHERE own.team_id = :team AND own.paper_id = :own AND own.language = b.language)
    """,  # noqa: S608
)
