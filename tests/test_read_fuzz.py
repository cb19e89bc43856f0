"""No input makes reading fail or hang: bytes, broken papers and pages without sense end as a reading or a reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import typeset_papers as typeset
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typeset_papers import Sheet, made

from bot import wording
from bot.errors import Tell
from bot.models import LANGUAGES
from bot.papers.jail import Jail
from bot.papers.pages.hyphens import Hyphens
from bot.papers.pages.letters import mend, mend_line
from bot.papers.pages.organisations import in_affiliation
from bot.papers.read import read

BOUNDED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PAPER = made(typeset.one_column, typeset.references)
PAGES_OF_NOTHING = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[2 0 R]/Count 9>>endobj\n"
    b"trailer<</Root 1 0 R>>"
)
"""Found by fuzzing: a document that opens, none of whose pages does."""
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


class _Bugs(logging.Handler):
    """Keeps what the jail logs when our own code failed on a paper."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    with Jail(1, max_pages=50, cpu_seconds=5, wall_seconds=20) as jail:
        yield jail


def ends_well(jail: Jail, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    bugs = _Bugs()
    logger = logging.getLogger("bot.papers.jail")
    logger.addHandler(bugs)
    try:
        jail.read(path)
    except Tell as told:
        for language in LANGUAGES:
            assert wording.explain(language, told)
    finally:
        logger.removeHandler(bugs)
    assert bugs.messages == []


@BOUNDED
@given(data=st.binary(max_size=2000))
@example(data=b"%PDF-1.7\n%%EOF")
@example(data=b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>")
@example(data=PAGES_OF_NOTHING)
def test_any_bytes(jail: Jail, tmp_path: Path, data: bytes) -> None:
    ends_well(jail, tmp_path / "any.pdf", data)


@BOUNDED
@given(
    changes=st.lists(st.tuples(st.integers(0, len(PAPER) - 1), st.integers(0, 255)), max_size=40),
    end=st.integers(0, len(PAPER)),
)
def test_a_paper_with_bytes_changed_and_its_end_cut_off(
    jail: Jail, tmp_path: Path, changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(PAPER)
    for place, value in changes:
        data[place] = value
    ends_well(jail, tmp_path / "changed.pdf", bytes(data[:end] if end % 3 == 0 else data))


LINES = st.lists(
    st.tuples(
        st.text(st.characters(min_codepoint=32, max_codepoint=255), min_size=1, max_size=60),
        st.floats(-50, 700),
        st.floats(-50, 850),
        st.sampled_from([0.3, 6, 9, 10, 14, 20, 90]),
        st.sampled_from(["Times-Roman", "Times-Bold", "Symbol", "ZapfDingbats"]),
    ),
    max_size=60,
)


@BOUNDED
@given(
    lines=LINES,
    words=st.lists(st.sampled_from(["Abstract", "Introduction", "References", "University of X"]), max_size=4),
)
def test_pages_without_sense(
    tmp_path: Path, lines: list[tuple[str, float, float, float, str]], words: list[str]
) -> None:
    def page(sheet: Sheet) -> None:
        for text, x, y, size, font in lines:
            sheet.canvas.setFont(font, size)
            sheet.canvas.drawString(x, y, text)
        for word in words:
            sheet.line(word, 12)

    path = tmp_path / "senseless.pdf"
    path.write_bytes(made(page, page))
    try:
        reading = read(path, max_pages=9)
    except Tell as told:
        assert told.code in {"no_text", "not_a_paper"}
    else:
        assert reading.title


@BOUNDED
@given(lines=st.lists(TEXT, max_size=20))
def test_any_lines_are_put_together_without_marks_of_breaks(lines: list[str]) -> None:
    text = Hyphens(lines).lines(lines)
    assert not set(text) & set("\ufffe\u0002\u00ad")


@BOUNDED
@given(text=TEXT)
def test_any_text_is_mended_once_and_for_all(text: str) -> None:
    assert mend(mend(text)) == mend(text)
    mend_line(text)


@BOUNDED
@given(text=TEXT)
def test_any_affiliation_is_understood_or_left(text: str) -> None:
    for organisation in in_affiliation(text, "named"):
        assert organisation.name.strip()


@pytest.mark.parametrize("size", ["-12", "0", "1e38", "-1e38", "3e-39"])
def test_letters_of_an_impossible_size(tmp_path: Path, size: str) -> None:
    """Found by fuzzing: a size below nothing mirrors the letters."""

    def page(sheet: Sheet) -> None:
        sheet.canvas._code.append(f"BT /F1 {size} Tf 100 300 Td (letters of an impossible size) Tj ET")
        typeset.one_column(sheet)

    path = tmp_path / "mirrored.pdf"
    path.write_bytes(made(page, typeset.references))
    assert read(path, max_pages=9).title.startswith("Otter")
