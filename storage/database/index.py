"""The search index: what each paper's record can be found by, kept in step with it.

How words are looked up is each database's own (``storage.database.fts5``, ``storage.database.tsvector``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from storage.database import words
from storage.database.rows import Row, Transaction, Value, brief_of, paper_of, storable
from storage.database.words import Word

# So many words of a query are looked up, the longest ones; the others are compared with what these find.
_LOOKED_UP = 8


Numbers = tuple[str, dict[str, Value]] | None
"""A query for the numbers of records, with its parameters; None for all records."""


class WordIndex(Protocol):
    """How a database looks words up. A record's texts are those of ``storage.database.words.stored``."""

    def put(self, tx: Transaction, number: int, texts: Mapping[str, Value]) -> None:
        """Index the texts of a record that was not indexed; they go when its row of ``findable`` goes."""

    def matching(
        self, tx: Transaction, visible: Iterable[str], looked_up: Sequence[Word], among: Numbers, limit: int
    ) -> list[int]:
        """The numbers of records that have a token of ``visible`` and all tokens of the words, latest first."""

    def texts(self, tx: Transaction, numbers: Sequence[int]) -> list[Row]:
        """The rows of ``findable`` with those numbers, in any order."""

    def settles(self, word: Word) -> bool:
        """Whether every record that ``matching`` finds holds the word."""

    def overwrite(self, tx: Transaction) -> None:
        """Leave no trace of words that went, as far as the database lets us."""


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
    tx.index.put(tx, row["number"], values)


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


def seen(team_id: str, scope: str) -> str:
    """The token by which the index tells scopes apart; no text holds a character for private use among its words.

    One for one, whatever team and scope are called, because nothing else keeps a stranger's papers out.
    """
    return "\ue000" + f"{team_id}\0{scope}".encode().hex()


def matching(
    tx: Transaction, team_id: str, scopes: Iterable[str], looked_for: Sequence[Word], among: Numbers, limit: int
) -> list[int]:
    """The numbers of records in those scopes, and ``among`` some, that hold all the words, latest record first.

    At most ``limit``; they may lack the words that are ``unsettled``.
    """
    visible = dict.fromkeys(seen(team_id, scope) for scope in scopes)
    return tx.index.matching(tx, visible, foremost(looked_for), among, limit)


def foremost(looked_for: Sequence[Word]) -> list[Word]:
    """The words that are looked up: the longest, which are the rarest as a rule."""
    return sorted(looked_for, key=lambda word: len(word.piece.encode()), reverse=True)[:_LOOKED_UP]


def unsettled(tx: Transaction, looked_for: Sequence[Word]) -> list[Word]:
    """The words that what ``matching`` finds may lack."""
    settled = {word for word in foremost(looked_for) if tx.index.settles(word)}
    return [word for word in looked_for if word not in settled]
