"""Arithmetic with units, for what follows from a pupil's own results: F*s with 12 N and 5 m is 60 J."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import cos, log, log10, pi, sin, sqrt, tan

from marking.expressions import Node
from marking.units import ONE, Unit

_LARGEST = 10.0**40


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in base units; ``unit`` has factor 1 and the dimension. Plain numbers have no dimension."""

    value: float
    unit: Unit = ONE


class NoAmount(ValueError):
    """The expression has no value: units that do not add up, a division by nought, too large a number."""


def in_base_units(value: Fraction, unit: Unit | None) -> Amount:
    """The number in this unit."""
    if unit is None:
        return Amount(float(value))
    return Amount(float(value * unit.factor), Unit(Fraction(1), unit.dimension))


def evaluate(node: Node, letters: dict[str, Amount]) -> Amount:
    """The value of the expression with these amounts for its letters.

    Raises:
        NoAmount: it has none.
    """
    if node.kind == "number":
        return Amount(float(node.value))
    if node.kind == "pi":
        return Amount(pi)
    if node.kind == "letter":
        if node.name not in letters:
            raise NoAmount(f"no value for {node.name}")
        return letters[node.name]
    amount = _combined(node, [evaluate(child, letters) for child in node.children])
    if not abs(amount.value) <= _LARGEST:
        raise NoAmount(f"{amount.value} is too large")
    return amount


def _combined(node: Node, parts: list[Amount]) -> Amount:  # noqa: PLR0911 -- one line an operation
    first = parts[0]
    match node.kind:
        case "+":
            if any(part.unit.dimension != first.unit.dimension for part in parts):
                raise NoAmount("a sum of different dimensions")
            return Amount(sum(part.value for part in parts), first.unit)
        case "-":
            return Amount(-first.value, first.unit)
        case "*":
            return Amount(first.value * parts[1].value, first.unit.times(parts[1].unit, 1))
        case "/":
            if not parts[1].value:
                raise NoAmount("a division by nought")
            return Amount(first.value / parts[1].value, first.unit.times(parts[1].unit, -1))
        case "^":
            return _power(first, node.children[1].value)
        case "sqrt":
            return _power(first, Fraction(1, 2))
        case "abs":
            return Amount(abs(first.value), first.unit)
        case _:
            return _function(node.kind, first)


def _power(base: Amount, exponent: Fraction) -> Amount:
    dimension = tuple(power * exponent for power in base.unit.dimension)
    if any(power.denominator != 1 for power in dimension):
        raise NoAmount("a root of a unit")
    try:
        value = base.value ** float(exponent)
    except ArithmeticError as error:
        raise NoAmount(str(error)) from error
    if isinstance(value, complex):
        raise NoAmount("a root of a negative number")
    return Amount(value, Unit(Fraction(1), tuple(int(power) for power in dimension)))


#: Angles with a degree sign are degrees, others radians.
_FUNCTIONS = {"sin": sin, "cos": cos, "tan": tan, "ln": log, "lg": log10, "sqrt": sqrt}


def _function(kind: str, inner: Amount) -> Amount:
    value = inner.value
    if any(inner.unit.dimension):
        value *= pi / 180
    try:
        return Amount(_FUNCTIONS[kind](value))
    except (ArithmeticError, ValueError) as error:
        raise NoAmount(str(error)) from error
