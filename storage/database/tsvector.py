"""The words of the search index in Postgres: a set of lexemes a record, made here and not by a dictionary.

It needs no extension. Beginnings of up to three letters are lexemes of their own: looked up as prefixes they would
lead through a large part of all words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from storage.database.index import Numbers
from storage.database.rows import Row, Transaction, Value
from storage.database.words import Word

INDEX = "CREATE INDEX findable_words_words ON findable_words USING gin (words) WITH (fastupdate = off)"
"""Without the list of what came lately, which every search would have to read through."""

# A lexeme may have 2,046 bytes and a set of them a megabyte; a character has four bytes at most.
_LONGEST_LEXEME = 500
_MOST_BYTES = 900_000
# Beginnings of so many letters are stored. The mark is a character for private use, as ``index.seen`` has another.
_BEGINNINGS = 3
_BEGINS = "\ue001"


def put(tx: Transaction, number: int, texts: Mapping[str, Value]) -> None:
    """Of texts with more different words than fit, the last are not found: those of the abstract."""
    tx.rows(
        "INSERT INTO findable_words (number, words) VALUES (:number, CAST(:words AS tsvector))",
        number=number,
        words=" ".join(_quote(each) for each in _fitting(_lexemes(texts))),
    )


def _lexemes(texts: Mapping[str, Value]) -> Iterator[str]:
    yield _seen(str(texts["seen"]))
    for name in ("title", "brief", "names", "abstract"):
        for word in str(texts[name]).split():
            yield word[:_LONGEST_LEXEME]
            yield from (_BEGINS + word[:size] for size in range(1, min(len(word), _BEGINNINGS) + 1))


def _fitting(lexemes: Iterable[str]) -> Iterator[str]:
    room = _MOST_BYTES
    for lexeme in dict.fromkeys(lexemes):
        room -= len(lexeme.encode())
        if room < 0:
            return
        yield lexeme


def matching(
    tx: Transaction, visible: Iterable[str], looked_up: Sequence[Word], among: Numbers, limit: int
) -> list[int]:
    seen = "|".join(_quote(_seen(each)) for each in visible)
    tokens = dict.fromkeys(token for word in looked_up for token in _asked(word))
    # The planner reckons with narrow rows and not with the words that lie apart from them: it would read them all, one
    # by one, in the order of the table or, where it may, of its key.
    tx.rows("SET LOCAL enable_seqscan = off")
    wanted, named = among or ("", {})
    narrowed = f"AND number + 0 IN ({wanted})" if wanted else ""
    rows = tx.rows(
        f"""
        SELECT number FROM findable_words WHERE words @@ CAST(:match AS tsquery) {narrowed}
         ORDER BY number + 0 DESC LIMIT :limit
        """,  # noqa: S608
        match=f"({seen})&{'&'.join(tokens)}",
        limit=limit,
        **named,
    )
    return [row["number"] for row in rows]


def texts(tx: Transaction, numbers: Sequence[int]) -> list[Row]:
    # One value: two thousand of them would take longer to hand over than what they fetch.
    return tx.rows(
        "SELECT * FROM findable WHERE number = ANY (CAST(:numbers AS bigint[]))",
        numbers=f"{{{','.join(map(str, numbers))}}}",
    )


def settles(word: Word) -> bool:
    return len(word.tokens) == 1 and len(word.tokens[0]) <= _LONGEST_LEXEME


def overwrite(tx: Transaction) -> None:
    """Nothing: what was deleted goes with the server's next vacuum, words and texts alike."""


def _asked(word: Word) -> Iterator[str]:
    *whole, last = (token[:_LONGEST_LEXEME] for token in word.tokens)
    yield from map(_quote, whole)
    if not word.open:
        yield _quote(last)
    elif len(last) <= _BEGINNINGS:
        yield _quote(_BEGINS + last)
    else:
        yield f"{_quote(last)}:*"


def _seen(token: str) -> str:
    """Short whatever team and channel are called, because a lexeme that was cut could be another's."""
    return token[0] + hashlib.sha256(token.encode()).hexdigest()


def _quote(lexeme: str) -> str:
    return f"'{lexeme}'"
