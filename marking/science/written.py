"""How a key looks when a pupil writes it down: what the reader holds against the picture."""

from __future__ import annotations

import re
from itertools import permutations

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FormulaCheck,
    NumberCheck,
    NumericKey,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)
from marking.science.chemistry.formulas import tidied
from marking.science.sets import interval_form
from marking.science.solutions import parse_solutions
from marking.units import names_of

#: Orders of solutions and sides are only spelt out for so few parts.
_MOST_EXCHANGED = 3
_MOST_FORMS = 12


def canonical_forms(check: Check) -> tuple[str, ...]:
    """Ways to write the key, its own first, each once."""
    return tuple(dict.fromkeys(form for form in _forms(check) if form.strip()))[:_MOST_FORMS]


def number_forms(key: NumericKey) -> list[str]:
    """The number alone and with its unit under each of the unit's names; of a range, its ends."""
    numbers: list[str] = []
    for value in re.split("[~～]", key.value):
        plain = value.strip()
        bare = plain.rstrip("0").rstrip(".") if "." in plain and key.significant_figures is None else plain
        numbers += [plain, bare]
    return [number + unit for number in dict.fromkeys(numbers) for unit in (*names_of(key.unit), "")]


def _forms(check: Check) -> list[str]:  # noqa: PLR0911 -- one line a kind
    own = check.value
    match check:
        case NumberCheck():
            return number_forms(check)
        case ExpressionCheck() | FormulaCheck():
            power = own.replace("**", "^")
            return [own, power, power.replace("*", "")]
        case SubstanceCheck():
            return [own, tidied(own), tidied(own).replace("^", "")]
        case ReactionCheck():
            return _reaction(own)
        case SetCheck():
            return [own, interval_form(own)]
        case PointCheck():
            return [own, own.replace(" ", "")]
        case SolutionsCheck():
            return _solutions(own)
        case RatioCheck():
            return [own, own.replace("比", ":")]


def _reaction(own: str) -> list[str]:
    """The key as it stands, and without spaces and heights."""
    bare = re.sub(r"\s+", "", own)
    return [own, bare, tidied(bare).replace("^", "")]


def _solutions(own: str) -> list[str]:
    found = parse_solutions(own) or ()
    if not 2 <= len(found) <= _MOST_EXCHANGED:
        return [own]
    letter = found[0].letter or "x"
    forms = [own]
    for order in permutations(found):
        texts = [solution.value.text for solution in order]
        forms += [",".join(texts), ",".join(f"{letter}{at}={text}" for at, text in enumerate(texts, start=1))]
    return forms
