"""Sample papers, written for Paperwire: their authors, institutions and results are invented.

Each is a TOML file with its words and, beside it, the PDF that ``typeset`` made of it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Section:
    heading: str
    text: str
    """Paragraphs, separated by empty lines."""


@dataclass(frozen=True)
class Sample:
    name: str
    """Of its files, without ending."""
    arxiv: str
    """An identifier no paper can have: today's scheme began with 0704."""
    language: str
    title: str
    authors: tuple[tuple[str, str], ...]
    """Name and footnote marks."""
    institutions: tuple[tuple[str, str], ...]
    """Footnote mark (empty when there is one for all) and the printed line."""
    contact: str
    abstract: str
    sections: tuple[Section, ...]
    references: tuple[str, ...]
    columns: int
    stamped: bool
    """Carries arXiv's stamp in the margin, as a PDF downloaded there does."""
    submitted: date
    category: str

    @property
    def pdf(self) -> bytes:
        """The paper as typeset."""
        return resources.files("playground.samples").joinpath(f"{self.name}.pdf").read_bytes()


def samples() -> tuple[Sample, ...]:
    """All sample papers, in order of identifier."""
    folder = resources.files("playground.samples")
    names = [each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")]
    return tuple(sorted((sample(name) for name in names), key=lambda each: each.arxiv))


def sample(name: str) -> Sample:
    source = resources.files("playground.samples").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    words: dict[str, Any] = tomllib.loads(source)
    return Sample(
        name=name,
        arxiv=words["arxiv"],
        language=words["language"],
        title=words["title"],
        authors=tuple((each[0], each[1]) for each in words["authors"]),
        institutions=tuple((each[0], each[1]) for each in words["institutions"]),
        contact=words["contact"],
        abstract=" ".join(words["abstract"].split()) if words["language"] == "en" else words["abstract"].strip(),
        sections=tuple(Section(each["heading"], each["text"].strip()) for each in words["sections"]),
        references=tuple(words["references"]),
        columns=words["columns"],
        stamped=words["stamped"],
        submitted=words["submitted"],
        category=words["category"],
    )
