"""Keys of answers in maths and science: numbers, expressions, chemistry, sets, points, solutions, ratios.

Each kind of check says what is right (``value``, as a teacher writes it) and what its usual slips cost.
A cost of ``None`` takes all steps. Costs are whole steps, at most the steps of the blank or criterion.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from core.base import Record

Steps = Annotated[int, Field(ge=0)]

#: Longer keys belong into the wordings of a criterion.
MAX_KEY_CHARACTERS = 200


class NumericKey(Record):
    """A number with a tolerance, and perhaps a unit.

    ``value`` and ``tolerance`` are decimal text so that "0.10" stays what was written; "1.80~1.85" as a
    value takes every number between (the ends count). ``relative`` reads the tolerance as a share of the
    value. When ``unit`` is given, an answer without it earns full steps minus ``unit_steps``.
    """

    value: str
    tolerance: str = "0"
    relative: bool = False
    unit: str = ""
    unit_steps: Steps = 0
    other_units: bool = True  #: 18 km/h answers a key of 5 m/s
    wrong_unit_steps: Steps | None = None  #: lost by the right number with a wrong unit
    significant_figures: int | None = Field(default=None, ge=1, le=12)  #: how many have to be written
    figures_steps: Steps | None = None  #: lost by the right number with more or fewer figures


class ExpressionForm(StrEnum):
    """How an expression has to be written, besides being equal to the key."""

    ANY = "any"
    EXACT = "exact"  #: no decimals in place of fractions and roots
    SIMPLIFIED = "simplified"  #: like terms collected, fractions and roots in lowest terms
    EXPANDED = "expanded"  #: no product of sums left
    FACTORED = "factored"  #: a product that cannot be factored further over the rational numbers


class CheckKind(StrEnum):
    NUMBER = "number"
    EXPRESSION = "expression"
    FORMULA = "formula"
    SUBSTANCE = "substance"
    REACTION = "reaction"
    SET = "set"
    POINT = "point"
    SOLUTIONS = "solutions"
    RATIO = "ratio"


class NumberCheck(NumericKey):
    """A number with its unit; ``name`` is the letter that a solution calls it by (F in F = 10 N)."""

    kind: Literal[CheckKind.NUMBER] = CheckKind.NUMBER
    name: str = Field(default="", max_length=8)


class Written(Record):
    """What the other kinds share: the right answer as a teacher writes it."""

    value: str = Field(min_length=1, max_length=MAX_KEY_CHARACTERS)
    name: str = Field(default="", max_length=8)  #: the letter that a solution calls it by


class ExpressionCheck(Written):
    """Algebra up to equivalence: an expression, an equation or an inequality.

    Letters are real numbers; ``positive`` are those that the question says to be positive, so that √(a²) is a.
    """

    kind: Literal[CheckKind.EXPRESSION] = CheckKind.EXPRESSION
    form: ExpressionForm = ExpressionForm.ANY
    form_steps: Steps | None = None  #: lost by an equal expression in another form
    positive: tuple[str, ...] = ()


class FormulaCheck(Written):
    """A relation between named quantities (W=Fs), however it is solved.

    Each text of ``letters`` lists letters that may stand for one another, separated by spaces: "s l x".
    """

    kind: Literal[CheckKind.FORMULA] = CheckKind.FORMULA
    letters: tuple[str, ...] = ()


class SubstanceCheck(Written):
    """A chemical formula or ion: H2O, Ca(OH)2, CuSO4·5H2O, SO4^2-."""

    kind: Literal[CheckKind.SUBSTANCE] = CheckKind.SUBSTANCE


class ReactionCheck(Written):
    """A chemical or ionic equation, "2H2 + O2 =点燃= 2H2O": the conditions stand in the arrow."""

    kind: Literal[CheckKind.REACTION] = CheckKind.REACTION
    unbalanced_steps: Steps | None = None  #: lost when all formulas are right and it is not balanced
    condition_steps: Steps = 0  #: lost without the conditions of the key
    mark_steps: Steps = 0  #: lost without ↑, ↓ or the sign of a reversible reaction


class SetCheck(Written):
    """A set of real numbers: {1,2}, (-∞,1)∪(3,+∞), x<1 或 x>3, R, ∅."""

    kind: Literal[CheckKind.SET] = CheckKind.SET
    endpoint_steps: Steps | None = None  #: lost when only open and closed ends differ


class PointCheck(Written):
    """Coordinates or a vector, or several: (1,-2); A(1,2), B(3,4); x=1, y=-2."""

    kind: Literal[CheckKind.POINT] = CheckKind.POINT


class SolutionsCheck(Written):
    """The solutions of an equation in any order: "x1=1, x2=3", "±2", "无解"."""

    kind: Literal[CheckKind.SOLUTIONS] = CheckKind.SOLUTIONS
    missing_steps: Steps | None = None  #: lost when some are right, some absent, and none is wrong


class RatioCheck(Written):
    """A ratio: 3:2, 1:2:3."""

    kind: Literal[CheckKind.RATIO] = CheckKind.RATIO
    lowest: bool = False  #: whole numbers without a common factor are asked for
    lowest_steps: Steps | None = None  #: lost by an equal ratio in another form


Check = Annotated[
    NumberCheck
    | ExpressionCheck
    | FormulaCheck
    | SubstanceCheck
    | ReactionCheck
    | SetCheck
    | PointCheck
    | SolutionsCheck
    | RatioCheck,
    Field(discriminator="kind"),
]


class FollowThrough(Record):
    """连带错误: the step is also right when it follows from the pupil's own earlier results.

    ``expression`` gives this step's result ("F*s"); each letter of ``uses`` is the result of an earlier
    criterion (letter, criterion id), each of ``given`` a quantity of the question (letter, "5 m").
    ``steps`` are then earned; ``None``: all of the criterion's.
    """

    expression: str = Field(min_length=1, max_length=MAX_KEY_CHARACTERS)
    uses: tuple[tuple[str, str], ...] = Field(min_length=1)
    given: tuple[tuple[str, str], ...] = ()
    steps: Steps | None = None


def shown(key: Check | NumericKey) -> str:
    """The right answer as people read it: the value, with its unit where it has one."""
    return f"{key.value} {key.unit}".strip() if isinstance(key, NumericKey) else key.value


def costs_of(check: Check | NumericKey) -> dict[str, int]:
    """What slips cost, by the field's name; only those that are said."""
    return {name: cost for name, cost in check if name.endswith("_steps") and cost is not None}
