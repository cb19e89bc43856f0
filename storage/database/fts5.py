"""The words of the search index in SQLite: FTS5 over the stored texts, which triggers keep in step with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from storage.database.index import Numbers
from storage.database.rows import Row, Transaction, Value, listed
from storage.database.words import Word


def put(tx: Transaction, number: int, texts: Mapping[str, Value]) -> None:
    """Nothing: a trigger did."""


def matching(
    tx: Transaction, visible: Iterable[str], looked_up: Sequence[Word], among: Numbers, limit: int
) -> list[int]:
    seen = " OR ".join(_quote(each) for each in visible)
    tokens = dict.fromkeys(token for word in looked_up for token in _quoted(word))
    wanted, named = among or ("", {})
    # The plus keeps SQLite from looking up each of the records by itself.
    narrowed = f"AND +rowid IN ({wanted})" if wanted else ""
    rows = tx.rows(
        f"""
        SELECT rowid FROM findable_words WHERE findable_words MATCH :match {narrowed}
         ORDER BY rowid DESC LIMIT :limit
        """,  # noqa: S608
        match=f"({seen}) AND {' AND '.join(tokens)}",
        limit=limit,
        **named,
    )
    return [row["rowid"] for row in rows]


def texts(tx: Transaction, numbers: Sequence[int]) -> list[Row]:
    names, named = listed("number", numbers)
    return tx.rows(f"SELECT * FROM findable WHERE number IN ({names})", **named)  # noqa: S608


def settles(word: Word) -> bool:
    return len(word.tokens) == 1


def overwrite(tx: Transaction) -> None:
    # FTS5 keeps words that went until it writes its index anew.
    tx.rows("INSERT INTO findable_words (findable_words) VALUES ('optimize')")


def _quoted(word: Word) -> list[str]:
    *whole, last = word.tokens
    return [*(_quote(each) for each in whole), _quote(last) + (" *" if word.open else "")]


def _quote(token: str) -> str:
    return f'"{token}"'
