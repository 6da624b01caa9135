"""Expressions at letters of either sign, in real numbers: what holds for positive letters alone is found so."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from marking.expressions import Node, letters

#: Up to so many letters every choice of signs is tried.
_MOST_TRIED = 4


def sign_patterns(names: Collection[str]) -> tuple[frozenset[str], ...]:
    """Which letters are negative together: all choices of a few letters, else one, all but one, all."""
    ordered = sorted(names)
    if len(ordered) <= _MOST_TRIED:
        bits = range(1, 2 ** len(ordered))
        return tuple(frozenset(name for at, name in enumerate(ordered) if n >> at & 1) for n in bits)
    every = frozenset(ordered)
    return (*(frozenset({name}) for name in ordered), *(every - {name} for name in ordered), every)


def real_at(node: Node, values: Mapping[str, float]) -> float | None:
    """The expression's real value at these letters; ``None`` where it has none (√ of a negative number)."""
    try:
        value = _real(node, values)
    except (ArithmeticError, ValueError):
        return None
    return value if math.isfinite(value) else None


def depends_on_signs(node: Node) -> bool:
    """Whether a bar, a root or a logarithm stands over letters, so that signs may matter."""
    even = node.kind == "^" and node.children[1].value.denominator % 2 == 0
    if (even or node.kind in ("abs", "sqrt", "ln", "lg")) and letters(node.children[0]):
        return True
    return any(depends_on_signs(child) for child in node.children)


def _real(node: Node, values: Mapping[str, float]) -> float:
    if node.kind == "number":
        return float(node.value)
    if node.kind == "letter":
        return values[node.name]
    if node.kind == "^":
        return _power(_real(node.children[0], values), node.children[1].value)
    return _VALUES[node.kind]([_real(child, values) for child in node.children])


def _power(base: float, exponent: Fraction) -> float:
    """Odd roots of negative numbers are negative; even ones are refused."""
    if base >= 0 or exponent.denominator == 1:
        return float(base ** float(exponent)) if exponent.denominator > 1 else float(base**exponent.numerator)
    if exponent.denominator % 2 == 0:
        raise ValueError("an even root of a negative number")
    size = float(abs(base) ** float(exponent))
    return -size if exponent.numerator % 2 else size


_VALUES: dict[str, Callable[[list[float]], float]] = {
    "pi": lambda _: math.pi,
    "+": math.fsum,
    "*": lambda parts: parts[0] * parts[1],
    "/": lambda parts: parts[0] / parts[1],
    "-": lambda parts: -parts[0],
    "sqrt": lambda parts: math.sqrt(parts[0]),
    "abs": lambda parts: abs(parts[0]),
    "sin": lambda parts: math.sin(parts[0]),
    "cos": lambda parts: math.cos(parts[0]),
    "tan": lambda parts: math.tan(parts[0]),
    "ln": lambda parts: math.log(parts[0]),
    "lg": lambda parts: math.log10(parts[0]),
}
