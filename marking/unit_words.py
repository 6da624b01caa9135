"""Units by their English names, and those that schools rarely write: metres, joules, mph, atm, mmHg.

The table of ``marking.units`` comes first; only words that it does not know are looked up in pint's
registry, one word at a time, so that no text is ever parsed by it. A word must be a full name (with a full
prefix) or a symbol of the short list below: "cars" is no centiare.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

_SYMBOLS = frozenset(
    [
        "lb",
        "ft",
        "in",
        "mi",
        "oz",
        "yd",
        "mph",
        "atm",
        "bar",
        "mbar",
        "cal",
        "kcal",
        "mmHg",
        "torr",
        "hp",
        "psi",
        "gal",
        "rpm",
        "Bq",
        "Gy",
        "Sv",
        "lx",
        "lm",
        "rad",
        "ly",
        "amu",
    ]
)
#: pint's dimensions by the base symbols of ``marking.units``.
_BASES = {
    "[length]": "m", "[mass]": "kg", "[time]": "s", "[current]": "A", "[temperature]": "K",
    "[substance]": "mol", "[luminosity]": "cd",
}  # fmt: skip
_SHORTEST_NAME = 4
_LONGEST_NAME = 24


@lru_cache(maxsize=1)
def _registry() -> Any:
    """The one registry, made when it is first asked; all factors are exact fractions."""
    import pint  # noqa: PLC0415 -- a third of a second to load; only where a unit is not in the table

    return pint.UnitRegistry(non_int_type=Fraction)


@lru_cache(maxsize=1024)
def unit_by_name(word: str) -> tuple[Fraction, dict[str, int]] | None:
    """Factor to the base units and powers of them, for one word; ``None`` when it names no unit."""
    name = word if word in _SYMBOLS else word.lower()
    if not name.isascii() or not name.isalpha() or len(name) > _LONGEST_NAME:
        return None
    if name not in _SYMBOLS and (len(name) < _SHORTEST_NAME or name.startswith("degree")):
        return None  # degrees are a unit of their own, no share of a radian
    registry = _registry()
    parsed = registry.parse_unit_name(name)
    if not parsed or (name not in _SYMBOLS and not name.startswith(parsed[0][0])):
        return None
    prefix, base, _ = parsed[0]
    if not registry._units[base].is_multiplicative:  # degrees Fahrenheit, decibels
        return None
    quantity = registry.Quantity(Fraction(1), prefix + base).to_base_units()
    powers = {_BASES.get(name, ""): int(power) for name, power in quantity.dimensionality.items()}
    return None if "" in powers else (Fraction(quantity.magnitude), powers)
