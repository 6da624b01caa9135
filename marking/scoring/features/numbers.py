"""Numbers in two texts: which are shared, missing, or others instead."""

from __future__ import annotations

import re
from functools import lru_cache

from marking.scoring.features.texts import Prepared

NAMES = ("numbers_wanted", "numbers_found", "numbers_foreign", "numbers_conflict")

_NUMBER = re.compile(
    r"(?<![\d.a-z])-?\d+(?:\.\d+)?(?:/\d+)?\s*(?:%|°c|[a-z]{1,4}(?![a-z])|[度米克秒元倍种次个年])?"
)
_MARKER = re.compile(r"(?:^|(?<=[\s,;:.]))\(?\d{1,2}[.)](?!\d)|\(\d{1,2}\)")
_SPELT = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10",
}  # fmt: skip
_SPELT_WORD = re.compile(rf"\b(?:{'|'.join(_SPELT)})\b")


def numbers_of(text: Prepared) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers with the units written after them, and the bare numbers; markers of points left out."""
    return _numbers(text.folded)


@lru_cache(maxsize=4096)
def _numbers(folded: str) -> tuple[frozenset[str], frozenset[str]]:
    if not any(c.isdigit() for c in folded) and not _SPELT_WORD.search(folded):
        return frozenset(), frozenset()
    tidy = _SPELT_WORD.sub(lambda m: _SPELT[m[0]], _MARKER.sub(" ", folded))
    whole = [re.sub(r"\s+", "", m[0]) for m in _NUMBER.finditer(tidy)]
    return frozenset(whole), frozenset(re.sub(r"[^\d./-]", "", one) for one in whole)


def number_features(question: Prepared, statement: Prepared, answer: Prepared) -> tuple[float, ...]:
    """Numbers of the statement that the question does not give away, and what the answer does with them.

    Returns: how many are wanted (up to 4); the share of them found, with half for another unit; how many
    numbers of the answer are foreign to both (up to 4); 1 where some are wanted and only others are given.
    """
    wanted_units, wanted = numbers_of(statement)
    given_units, given = numbers_of(answer)
    asked = numbers_of(question)[1]
    wanted = wanted - asked or wanted
    units = frozenset(unit for unit in wanted_units if re.sub(r"[^\d./-]", "", unit) in wanted)
    found = len(wanted & given) + len(units & given_units)
    share = found / (len(wanted) + len(units)) if wanted else 1.0
    foreign = given - wanted - asked
    conflict = bool(wanted) and not wanted & given and bool(foreign)
    return float(min(4, len(wanted))), share, float(min(4, len(foreign))), float(conflict)
