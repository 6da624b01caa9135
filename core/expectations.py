"""What can be expected of a piece of writing, before it is read."""

from __future__ import annotations

from typing import Literal

from core.base import Record

Language = Literal["", "zh", "en", "fr"]


class Expectation(Record):
    """What a region is likely to say. Everything may be empty: then nothing is known.

    ``accepted`` and ``rivals`` are held against the picture one by one; ``words`` only make their own
    characters likelier while a line is read.
    """

    accepted: tuple[str, ...] = ()  #: written forms that earn marks
    rivals: tuple[str, ...] = ()  #: what is written instead: other options, known wrong answers
    words: tuple[str, ...] = ()  #: words of the item, its reference answer and its rubric
    language: Language = ""  #: what it is written in; empty: not known


NOTHING_EXPECTED = Expectation()
