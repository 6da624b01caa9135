"""What a text engine is: crops of single lines in, readings out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from pydantic import Field

from core.base import Record
from core.expectations import Expectation
from core.lattices import Lattice
from ocr.rasters import Grey


class LineChar(Record):
    """One character of a line; ``start`` and ``end`` are shares of the crop's width."""

    text: str
    probability: float = Field(ge=0, le=1)
    start: float = Field(ge=0, le=1)
    end: float = Field(ge=0, le=1)


class LineReading(Record):
    """One crop as read. ``alternatives`` are other texts with natural-log probabilities.

    ``looks`` are lattices of the same crop, one for each time that it was looked at; engines that
    give no probabilities leave them out.
    """

    text: str
    probability: float = Field(ge=0, le=1)  #: geometric mean of the characters', 0 for no text
    right: float | None = Field(default=None, ge=0, le=1)  #: calibrated: that the whole text is right
    chars: tuple[LineChar, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    looks: tuple[Lattice, ...] = ()


NOTHING_READ = LineReading(text="", probability=0.0)


@runtime_checkable
class TextEngine(Protocol):
    """Reads handwriting. ``name`` and version go into every reading."""

    @property
    def name(self) -> str: ...

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """Read each crop: grey ``(height, width)`` uint8, dark ink on light paper, one line each.

        Args:
            crops: the lines.
            expected: what can be expected of each, in the same order; empty when nothing is known.
                An engine may leave it unused.

        Returns:
            One reading a crop, in the order given.

        Raises:
            EngineUnavailable: the engine cannot be reached or does not answer.
            ModelUnusable: its model file is missing or damaged.
        """
        ...


def evenly_spread(text: str, probability: float) -> tuple[LineChar, ...]:
    """Characters at equal distances, for engines that tell the text but not where it stands."""
    return tuple(
        LineChar(text=char, probability=probability, start=at / len(text), end=(at + 1) / len(text))
        for at, char in enumerate(text)
    )
