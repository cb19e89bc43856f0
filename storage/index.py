"""The search index: what each paper's record can be found by, kept in step with it.

The only module whose statements are SQLite's own (FTS5); another database matches words its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage import words
from storage.rows import Transaction, Value, brief_of, paper_of, storable
from storage.words import Word

# So many words of a query are looked up, the longest ones; the others are compared with what these find.
_LOOKED_UP = 8


def file(tx: Transaction, team_id: str, paper_id: str) -> None:
    """Note by which words the record is found now: those of the paper and of its current briefs.

    A record without a brief cannot be shown, so it is not found either.
    """
    row = tx.row("SELECT * FROM papers WHERE team_id = :team AND id = :id", team=team_id, id=paper_id)
    if row is None:
        return
    briefs = [brief_of(each) for each in tx.rows(_CURRENT, team=team_id, paper=paper_id)]
    keys = tx.rows(
        """
        SELECT value FROM identifiers
         WHERE team_id = :team AND paper_id = :paper AND kind IN ('arxiv', 'doi') ORDER BY position
        """,
        team=team_id,
        paper=paper_id,
    )
    if not briefs:
        tx.rows("DELETE FROM findable WHERE number = :number", number=row["number"])
        return
    paper = paper_of(row, ())
    institutions = [name for each in paper.institutions for name in (each.name, each.printed, each.zh or "")]
    shown = [name for brief in briefs for name in brief.institutions]
    names = [author.name for author in paper.authors] + institutions + shown + [key["value"] for key in keys]
    values: dict[str, Value] = {
        "number": row["number"],
        "seen": seen(team_id, row["scope"]),
        "title": words.stored(paper.title),
        "brief": words.stored("\n".join(brief.sentence for brief in briefs)),
        "names": words.stored("\n".join(dict.fromkeys(names))),
        "abstract": words.stored(paper.abstract),
    }
    known = tx.row("SELECT * FROM findable WHERE number = :number", number=row["number"])
    if known == {name: storable(value) for name, value in values.items()}:
        return
    tx.rows("DELETE FROM findable WHERE number = :number", number=row["number"])
    tx.rows(
        """
        INSERT INTO findable (number, seen, title, brief, names, abstract)
        VALUES (:number, :seen, :title, :brief, :names, :abstract)
        """,
        **values,
    )


_CURRENT = """
    SELECT * FROM briefs b
     WHERE team_id = :team AND paper_id = :paper
       AND number = (SELECT number FROM briefs last
                      WHERE last.team_id = :team AND last.paper_id = :paper AND last.language = b.language
                      ORDER BY imported, held DESC, number DESC LIMIT 1)
     ORDER BY language
"""


def fill(tx: Transaction) -> None:
    """File every record there is, once, when the index is new."""
    for row in tx.rows("SELECT team_id, id FROM papers ORDER BY number"):
        file(tx, row["team_id"], row["id"])


def overwrite(tx: Transaction) -> None:
    """Leave no trace in the file of words that went: FTS5 keeps them until it writes its index anew."""
    tx.rows("INSERT INTO findable_words (findable_words) VALUES ('optimize')")


def seen(team_id: str, scope: str) -> str:
    """The token by which the index tells scopes apart; no text holds a character for private use among its words.

    One for one, whatever team and scope are called, because nothing else keeps a stranger's papers out.
    """
    return "\ue000" + f"{team_id}\0{scope}".encode().hex()


def matching(tx: Transaction, team_id: str, scopes: Iterable[str], looked_for: Sequence[Word], limit: int) -> list[int]:
    """The numbers of records in those scopes that hold all the words, latest record first, at most ``limit``.

    They may lack those that are ``unsettled``.
    """
    visible = " OR ".join(dict.fromkeys(_quote(seen(team_id, scope)) for scope in scopes))
    tokens = dict.fromkeys(token for word in foremost(looked_for) for token in _quoted(word))
    rows = tx.rows(
        "SELECT rowid FROM findable_words WHERE findable_words MATCH :match ORDER BY rowid DESC LIMIT :limit",
        match=f"({visible}) AND {' AND '.join(tokens)}",
        limit=limit,
    )
    return [row["rowid"] for row in rows]


def foremost(looked_for: Sequence[Word]) -> list[Word]:
    """The words that are looked up: the longest, which are the rarest as a rule."""
    return sorted(looked_for, key=lambda word: len(word.piece.encode()), reverse=True)[:_LOOKED_UP]


def unsettled(looked_for: Sequence[Word]) -> list[Word]:
    """The words that what ``matching`` finds may lack."""
    settled = {word for word in foremost(looked_for) if len(word.tokens) == 1}
    return [word for word in looked_for if word not in settled]


def _quoted(word: Word) -> list[str]:
    *whole, last = word.tokens
    return [*(_quote(each) for each in whole), _quote(last) + (" *" if word.open else "")]


def _quote(token: str) -> str:
    return f'"{token}"'
