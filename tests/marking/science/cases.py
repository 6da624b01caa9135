"""Answers as pupils write them, with what a teacher gives: (text, steps, words of the reason)."""

from __future__ import annotations

from collections.abc import Iterable

from core.answer_keys import Check

#: Steps of every check in the tables.
FULL = 3

Case = tuple[str, int, str]
Row = tuple[Check, str, int, str]


def rows(check: Check, cases: Iterable[Case]) -> list[Row]:
    """The table's lines for one check."""
    return [(check, *case) for case in cases]
