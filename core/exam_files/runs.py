"""Folds bare choices of one shape and consecutive numbers into the compact form."""

from __future__ import annotations

from itertools import groupby
from typing import Any

_BARE = frozenset({"number", "kind", "points", "key", "options", "partial"})


def compacted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as trees, with each run of two or more bare choices as one entry."""
    folded: list[dict[str, Any]] = []
    for _, group in groupby(enumerate(items), key=lambda entry: _shape(*entry)):
        run = [item for _, item in group]
        folded.extend([_folded(run)] if len(run) > 1 else run)
    return folded


def _shape(index: int, item: dict[str, Any]) -> tuple[object, ...]:
    """Equal for items that may stand in one run: same kind, points, options, rule, next number."""
    number = item["number"]
    bare = "key" in item and item.keys() <= _BARE and not isinstance(item.get("options"), dict)
    if not (
        bare and number.isascii() and number.isdigit() and str(int(number)) == number and len(number) <= 4
    ):
        return (index,)
    names = ("kind", "points", "options", "partial")
    return ("run", int(number) - index, *(item.get(name) for name in names))


def _folded(run: list[dict[str, Any]]) -> dict[str, Any]:
    keys = [item["key"] for item in run]
    first, last = run[0]["number"], run[-1]["number"]
    shared = {name: value for name, value in run[0].items() if name not in ("number", "key")}
    return {"numbers": f"{first}-{last}", "keys": " ".join(keys), **shared}
