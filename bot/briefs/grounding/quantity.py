"""One number of a text: its value, its unit, its sign and the bound set on it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Reading = tuple[Fraction, str]
"""Value and unit; a unit of ``""`` is a bare number, ``frac`` a share of a whole, ``oom`` an order of magnitude."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``readings`` holds every way to understand the number (``4.2 K``: 4,200 or kelvin)."""

    text: str
    start: int
    end: int
    readings: tuple[Reading, ...]
    sign: str = ""
    """``-`` or ``±`` where printed."""
    bound: str = ""
    """``upto``, ``least``, ``less`` where a word or sign beside the number says so, else empty."""
    loose_bound: str = ""
    """The same, from anywhere in the number's part of the sentence."""
    claimed: bool = True
    """False for words that only imply a number (``both``): they may prove one but need no proof."""

    @property
    def unit(self) -> str:
        return self.readings[0][1]

    @property
    def value(self) -> Fraction:
        return self.readings[0][0]

    def same(self, other: Quantity) -> bool:
        """Whether both may mean the same value in the same unit."""
        return any(reading in other.readings for reading in self.readings)


@dataclass(slots=True)
class Found:
    """A number under construction: seen, but not yet linked with its neighbours."""

    start: int
    end: int
    readings: list[Reading]
    has_unit: bool = True
    scale: Fraction = Fraction(1)
    claimed: bool = True
