"""Whether two expressions say the same: numbers first, then SymPy, with a time limit.

Three fences keep a pupil's line from stopping a worker. The grammar of ``marking.expressions`` bounds
length, depth, exponents, terms and degree before anything is computed. Values at sample points refute
most wrong answers without algebra. And SymPy itself runs under a deadline that works in any thread and
process (no signal, no child process): a profile function looks at the clock at every call.
"""

from __future__ import annotations

import cmath
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from types import FrameType
from typing import Any

from marking.expressions import Node, NotAlgebra, Statement, letters, parse_statement

#: Of the algebra of one comparison, in seconds of this thread.
TIME_LIMIT_S = 0.6

_FLIPPED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}
#: Values for letters: none is special (no small integer, no shared factor), all are positive.
_SAMPLES = (0.7312, 1.8473, 3.1909, 0.2741, 2.6213, 5.0347, 1.1291)
_CLOSE = 1e-9
#: At so many samples two expressions are compared.
SHIFTS = 3


class Equivalence(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"  #: equal at every sample, but not proved within the time
    UNREADABLE = "unreadable"


class _DeadlinePassed(BaseException):
    """Not an ``Exception``, so that no handler inside the algebra swallows it."""


def compare_expressions(key: str, answer: str, limit_s: float = TIME_LIMIT_S) -> tuple[Equivalence, bool]:
    """How the answer stands to the key, and whether it was read without a guess.

    A bare side answers a key of the form ``y = …`` and the other way round. Relations are the same when
    one is a constant multiple of the other (a negative one turns the sign round).
    """
    try:
        wanted, written = parse_statement(key), parse_statement(answer)
    except (NotAlgebra, RecursionError):
        return Equivalence.UNREADABLE, True
    if not _has_values(wanted):
        return Equivalence.UNREADABLE, True
    if not _has_values(written):
        return Equivalence.DIFFERENT, True
    try:
        verdict = _compare(*_same_form(wanted, written), limit_s)
    except (ArithmeticError, ValueError, TypeError):
        return Equivalence.UNDECIDED, False
    return verdict, not written.guessed


def _has_values(statement: Statement) -> bool:
    """Whether the expression says anything: no division by nought, no logarithm of it, at any sample."""
    try:
        values = [
            sampled(side, shift)
            for side in (statement.left, statement.right)
            if side is not None
            for shift in range(SHIFTS)
        ]
    except (ArithmeticError, ValueError):
        return False
    return all(cmath.isfinite(value) for value in values)


def _same_form(wanted: Statement, written: Statement) -> tuple[Statement, Statement]:
    """Drops ``y =`` where only one of the two has it."""
    if wanted.relation == "=" and not written.relation and wanted.left.kind == "letter":
        return Statement(_right(wanted)), written
    if written.relation == "=" and not wanted.relation and written.left.kind == "letter":
        return wanted, Statement(_right(written), guessed=written.guessed)
    return wanted, written


def _right(statement: Statement) -> Node:
    return statement.right if statement.right is not None else statement.left


def _compare(wanted: Statement, written: Statement, limit_s: float) -> Equivalence:
    if bool(wanted.relation) != bool(written.relation):
        return Equivalence.DIFFERENT
    if not wanted.relation:
        return _expressions_agree(wanted.left, written.left, limit_s)
    first, second = _difference(wanted), _difference(written)
    ratio = _constant_ratio(first, second)
    if ratio is None:
        return Equivalence.DIFFERENT
    expected = wanted.relation if ratio > 0 else _FLIPPED.get(wanted.relation, wanted.relation)
    if written.relation != expected:
        return Equivalence.DIFFERENT
    return under_deadline(lambda: _ratio_is_constant(first, second), limit_s)


def _difference(statement: Statement) -> Node:
    return Node("+", (statement.left, Node("-", (_right(statement),))))


def _expressions_agree(first: Node, second: Node, limit_s: float) -> Equivalence:
    for shift in range(SHIFTS):
        values = sampled(first, shift), sampled(second, shift)
        if abs(values[0] - values[1]) > _CLOSE * max(1.0, abs(values[0])):
            return Equivalence.DIFFERENT
    return under_deadline(lambda: _is_zero(symbolic(first) - symbolic(second)), limit_s)


def _constant_ratio(first: Node, second: Node) -> float | None:
    """second ÷ first when that is the same real number at every sample, else ``None``."""
    ratios = []
    for shift in range(SHIFTS):
        below = sampled(first, shift)
        if abs(below) < _CLOSE:
            return None
        ratios.append(sampled(second, shift) / below)
    mean = sum(ratios) / len(ratios)
    steady = all(abs(ratio - mean) <= _CLOSE * max(1.0, abs(mean)) for ratio in ratios)
    return mean.real if steady and abs(mean) > _CLOSE and abs(mean.imag) < _CLOSE else None


def sampled(node: Node, shift: int) -> complex:
    """The expression's value with each letter at a sample that depends on its name and ``shift``."""
    if node.kind == "number":
        return complex(node.value)
    if node.kind == "letter":
        place = sum(ord(char) * 31**at for at, char in enumerate(node.name))
        sample = _SAMPLES[(place * 3 + shift) % len(_SAMPLES)]
        return complex(sample + 0.0137 * (place % 11))
    return _VALUES[node.kind]([sampled(child, shift) for child in node.children])


#: Each node kind as a function of its children's values.
_VALUES: dict[str, Callable[[list[complex]], complex]] = {
    "pi": lambda _: complex(cmath.pi),
    "+": sum,
    "*": lambda values: values[0] * values[1],
    "/": lambda values: values[0] / values[1],
    "^": lambda values: complex(values[0] ** values[1]),
    "-": lambda values: -values[0],
    "sqrt": lambda values: cmath.sqrt(values[0]),
    "abs": lambda values: complex(abs(values[0])),
    "sin": lambda values: cmath.sin(values[0]),
    "cos": lambda values: cmath.cos(values[0]),
    "tan": lambda values: cmath.tan(values[0]),
    "ln": lambda values: cmath.log(values[0]),
    "lg": lambda values: cmath.log10(values[0]),
}


def symbolic(node: Node) -> Any:
    """The same tree as a SymPy expression; letters are positive, as in the samples."""
    import sympy  # noqa: PLC0415 -- half a second to load; only where an expression is marked

    if node.kind == "number":
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if node.kind == "letter":
        return sympy.Symbol(node.name, positive=True)
    children = [symbolic(child) for child in node.children]
    makers: dict[str, Callable[..., Any]] = {
        "pi": lambda: sympy.pi,
        "+": sympy.Add,
        "*": sympy.Mul,
        "/": lambda above, below: above / below,
        "^": sympy.Pow,
        "-": lambda inner: -inner,
        "sqrt": sympy.sqrt,
        "abs": sympy.Abs,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "tan": sympy.tan,
        "ln": sympy.log,
        "lg": lambda inner: sympy.log(inner) / sympy.log(10),
    }
    return makers[node.kind](*children)


def _is_zero(expression: Any) -> bool:
    """The cheap proofs first: each of the first four takes milliseconds where ``simplify`` takes tenths."""
    import sympy  # noqa: PLC0415

    proofs: tuple[Callable[[], Any], ...] = (
        lambda: sympy.expand(expression),
        lambda: sympy.expand(sympy.numer(sympy.together(expression))),
        lambda: sympy.expand(expression.rewrite(sympy.exp)),
        lambda: sympy.radsimp(sympy.sqrtdenest(expression)),
        lambda: sympy.simplify(expression),
    )
    return any(proof() == 0 for proof in proofs)


def real_value(text: str) -> float | None:
    """The value of an expression without letters; ``None`` for others, and for what is no real number."""
    try:
        node = parse_statement(text)
        if node.relation or letters(node.left):
            return None
        value = sampled(node.left, 0)
    except (NotAlgebra, ArithmeticError, ValueError, RecursionError):
        return None
    return value.real if abs(value.imag) <= _CLOSE * max(1.0, abs(value)) else None


def _ratio_is_constant(first: Node, second: Node) -> bool:
    import sympy  # noqa: PLC0415

    ratio = sympy.cancel(sympy.together(symbolic(second) / symbolic(first)))
    return not ratio.free_symbols or not sympy.simplify(ratio).free_symbols


def under_deadline(question: Callable[[], bool], limit_s: float = TIME_LIMIT_S) -> Equivalence:
    """The answer of the algebra, or ``UNDECIDED`` when it says no after equal samples, or is too slow."""
    import sympy  # noqa: F401, PLC0415 -- loaded before the clock starts

    ends = time.thread_time() + limit_s

    def look_at_clock(_frame: FrameType, _event: str, _argument: object) -> None:
        if time.thread_time() > ends:
            raise _DeadlinePassed

    before = sys.getprofile()
    sys.setprofile(look_at_clock)
    try:
        return Equivalence.SAME if question() else Equivalence.UNDECIDED
    except _DeadlinePassed:
        return Equivalence.UNDECIDED
    finally:
        sys.setprofile(before)
