"""Names and titles may be as long as links and pages make them: each backend files them and finds them again."""

from __future__ import annotations

import random
from dataclasses import replace

from library_places import opened
from library_samples import at, brief, paper

from bot.models import Identifier, Share, ShareState
from bot.ports import Library

# Of many letters, in no order: nothing that a database could pack.
LETTERS = "".join(random.Random(7).choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=20_000))
LINK = f"https://example.org/{LETTERS[:3_900]}.pdf"


def test_a_paper_with_a_long_title_is_filed_and_known_by_it(library: Library) -> None:
    long = paper(title=LETTERS)
    stored = library.keep("T1", long, brief(), None, at(0))
    found = library.same_work("T1", LETTERS, long.authors[0].name, "C1")
    assert found is not None and found.id == stored.id and found.title == LETTERS
    assert library.keep("T1", long, brief(), None, at(1)).id == stored.id


def test_a_share_of_a_long_link_is_accepted_answered_and_withdrawn(library: Library) -> None:
    identifier = Identifier("pdf", LINK)
    posted = Share("T1", "C1", "1.0", identifier.key, "U1", identifier=identifier, url=LINK)
    assert library.accept("T1", posted, at(0)).share == posted
    stored = library.keep("T1", replace(paper(), identifiers=(identifier,)), brief(), None, at(0), share_id=posted.id)
    library.settle("T1", posted.id, ShareState.BRIEFED, at(1), paper_id=stored.id)
    known = library.known_paper("T1", [identifier.key], "C1")
    assert known is not None and known.identifiers == (identifier,)
    [gone] = library.withdraw("T1", "C1", "1.0", at(2))
    assert gone.share.id == posted.id
    assert library.known_paper("T1", [identifier.key], "C1") is None


def test_links_that_begin_alike_are_not_the_same() -> None:
    one, other = Identifier("pdf", LINK), Identifier("pdf", LINK + "x")
    assert one.key != other.key and max(len(one.key), len(other.key)) < 200
    assert one.key.startswith("pdf:https://example.org/")


def test_what_was_filed_under_long_names_before_is_found(place: str) -> None:
    link, title = f"https://example.org/{'a/b' * 300}", "Tides " * 200
    identifier = Identifier("page", link)
    library = opened(place)
    kept = library.keep("T1", replace(paper(title=title), identifiers=(identifier,)), brief(), None, at(0))
    with library._writing() as tx:
        tx.rows("UPDATE identifiers SET key = kind || :colon || value", colon=":")
        tx.rows("UPDATE papers SET title_key = :key", key="tides" * 200)
        applied = "migrations" if place.startswith("postgres") else "_sqlite_migrations"
        tx.rows(f"DELETE FROM {applied} WHERE name = 'm014_long_names'")
    library.close()
    library = opened(place)
    known = library.known_paper("T1", [identifier.key], "C1")
    same = library.same_work("T1", title, paper().authors[0].name, "C1")
    assert known is not None and same is not None and known.id == same.id == kept.id
    library.close()
