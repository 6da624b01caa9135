"""Whether two expressions say the same: numbers first, then SymPy, with a time limit.

Letters are real numbers of either sign: |x| is x, and √(a²) is a, for positive letters alone. That is told
(``POSITIVE``) and not proved, unless the key says which letters are positive, or has no value elsewhere (√x).

Three fences keep a pupil's line from stopping a worker. The grammar of ``marking.expressions`` bounds
length, depth, exponents, terms and degree before anything is computed. Values at sample points refute
most wrong answers without algebra. And SymPy itself runs under a deadline that works in any thread and
process (no signal, no child process): a profile function looks at the clock at every call.
"""

from __future__ import annotations

import cmath
import sys
import time
from collections.abc import Callable, Collection
from enum import StrEnum
from types import FrameType
from typing import Any

from marking.expressions import Node, NotAlgebra, Statement, letters, parse_statement
from marking.signs import real_at, sign_patterns

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
    POSITIVE = "positive"  #: equal where all letters are positive, and not elsewhere
    UNREADABLE = "unreadable"


class _DeadlinePassed(BaseException):
    """Not an ``Exception``, so that no handler inside the algebra swallows it."""


def compare_expressions(
    key: str, answer: str, limit_s: float = TIME_LIMIT_S, positive: Collection[str] = ()
) -> tuple[Equivalence, bool]:
    """How the answer stands to the key, and whether it was read without a guess.

    A bare side answers a key of the form ``y = …`` and the other way round. Relations are the same when
    one is a constant multiple of the other (a negative one turns the sign round). ``positive`` are the
    letters that the question says to be positive.
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
        verdict = _compare(*_same_form(wanted, written), limit_s, frozenset(positive))
    except (ArithmeticError, ValueError, TypeError):
        return Equivalence.UNDECIDED, False
    alike = (wanted.left, wanted.right) == (written.left, written.right)
    return verdict, not written.guessed and (alike or not wanted.guessed)


def differ(first: str, second: str) -> bool:
    """Whether both can be read and have different values where their letters are positive."""
    try:
        one, other = _same_form(parse_statement(first), parse_statement(second))
        if one.relation != other.relation or not (_has_values(one) and _has_values(other)):
            return one.relation != other.relation
        if one.relation:
            return _constant_ratio(_difference(one), _difference(other)) is None
        return not _close_at_samples(one.left, other.left)
    except (NotAlgebra, ArithmeticError, ValueError, RecursionError):
        return False


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


def _compare(wanted: Statement, written: Statement, limit_s: float, positive: frozenset[str]) -> Equivalence:
    if bool(wanted.relation) != bool(written.relation):
        return Equivalence.DIFFERENT
    if not wanted.relation:
        return _expressions_agree(wanted.left, written.left, limit_s, positive)
    first, second = _difference(wanted), _difference(written)
    ratio = _constant_ratio(first, second)
    if ratio is None:
        return Equivalence.DIFFERENT
    expected = wanted.relation if ratio > 0 else _FLIPPED.get(wanted.relation, wanted.relation)
    if written.relation != expected:
        return Equivalence.DIFFERENT
    above = positive | implied_positive(first)
    if not agree_for_all_signs(first, second, above, ratio):
        return Equivalence.POSITIVE
    return under_deadline(lambda: _ratio_is_constant(first, second, above), limit_s)


def _difference(statement: Statement) -> Node:
    return Node("+", (statement.left, Node("-", (_right(statement),))))


def _expressions_agree(first: Node, second: Node, limit_s: float, positive: frozenset[str]) -> Equivalence:
    if not _close_at_samples(first, second):
        return Equivalence.DIFFERENT
    above = positive | implied_positive(first)
    if not agree_for_all_signs(first, second, above):
        return Equivalence.POSITIVE
    return under_deadline(lambda: _is_zero(symbolic(first, above) - symbolic(second, above)), limit_s)


def _close_at_samples(first: Node, second: Node) -> bool:
    pairs = ((sampled(first, shift), sampled(second, shift)) for shift in range(SHIFTS))
    return all(abs(a - b) <= _CLOSE * max(1.0, abs(a)) for a, b in pairs)


def implied_positive(key: Node) -> frozenset[str]:
    """The letters that a key without value elsewhere makes positive: x in √x, in ln x."""
    names = letters(key)
    patterns = sign_patterns(names)
    return frozenset(
        name
        for name in names
        if all(
            real_at(key, samples_of(names, shift, pattern)) is None
            for pattern in patterns
            if name in pattern
            for shift in range(SHIFTS)
        )
    )


def agree_for_all_signs(key: Node, answer: Node, positive: Collection[str] = (), ratio: float = 1.0) -> bool:
    """Whether answer = ratio · key wherever the key has a real value, with letters of either sign.

    ``positive`` letters stay positive. Both are compared at samples.
    """
    names = letters(key) | letters(answer)
    for pattern in sign_patterns(names - frozenset(positive)):
        for shift in range(SHIFTS):
            samples = samples_of(names, shift, pattern)
            wanted, written = real_at(key, samples), real_at(answer, samples)
            if wanted is None:
                continue
            if written is None or abs(wanted * ratio - written) > _CLOSE * max(1.0, abs(wanted * ratio)):
                return False
    return True


def samples_of(names: Collection[str], shift: int, negative: Collection[str] = ()) -> dict[str, float]:
    """A value for each letter, below nought for those that are ``negative``."""
    return {name: (-1 if name in negative else 1) * _sample(name, shift) for name in names}


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
        return complex(_sample(node.name, shift))
    return _VALUES[node.kind]([sampled(child, shift) for child in node.children])


def _sample(name: str, shift: int) -> float:
    """A value above nought that depends on the letter's name; no two usual letters share one."""
    place: int = sum(ord(char) * 31**at for at, char in enumerate(name))
    return _SAMPLES[(place * 3 + shift) % len(_SAMPLES)] + 0.000137 * (place % 997)


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


def symbolic(node: Node, positive: Collection[str] | None = None) -> Any:
    """The same tree as a SymPy expression; letters are real, and positive where named (``None``: all)."""
    import sympy  # noqa: PLC0415 -- half a second to load; only where an expression is marked

    if node.kind == "number":
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if node.kind == "letter":
        is_positive = positive is None or node.name in positive
        return sympy.Symbol(node.name, **({"positive": True} if is_positive else {"real": True}))
    children = [symbolic(child, positive) for child in node.children]
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


def _ratio_is_constant(first: Node, second: Node, positive: Collection[str]) -> bool:
    import sympy  # noqa: PLC0415

    ratio = sympy.cancel(sympy.together(symbolic(second, positive) / symbolic(first, positive)))
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
