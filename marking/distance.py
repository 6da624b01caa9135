"""Edit distances: between two texts, and of a wording to its nearest place in a longer text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


def edit_distance(first: str, second: str, limit: int = 200) -> int:
    """Levenshtein distance; both texts are cut at ``limit`` characters."""
    first, second = first[:limit], second[:limit]
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


@dataclass(frozen=True, slots=True)
class Place:
    """``text[start:end]`` is ``edits`` edits away from the wording."""

    start: int
    end: int
    edits: int


def nearest_places(wording: str, text: str, most: int) -> tuple[Place, ...]:
    """Places of the text within ``most`` edits of the wording, nearest first, none overlapping.

    Sellers' algorithm: a dynamic programme whose first row is free, so a match may start anywhere.
    """
    if (Counter(wording) - Counter(text)).total() > most:
        return ()  # more of its characters are missing than edits are allowed
    row = [(i, 0) for i in range(len(wording) + 1)]
    found = [Place(0, 0, row[-1][0])] if row[-1][0] <= most else []
    for j, character in enumerate(text, start=1):
        following = [(0, j)]
        for i, wanted in enumerate(wording, start=1):
            same = (row[i - 1][0] + (wanted != character), row[i - 1][1])
            skipped = (row[i][0] + 1, row[i][1])
            missing = (following[i - 1][0] + 1, following[i - 1][1])
            following.append(min(same, skipped, missing, key=lambda cell: cell[0]))
        row = following
        if row[-1][0] <= most:
            found.append(Place(row[-1][1], j, row[-1][0]))
    return _apart(found, len(wording))


def _apart(places: list[Place], length: int) -> tuple[Place, ...]:
    """Those of the wording's own length before shorter ones: 变小 for 变大, not 变 alone."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p.edits, abs(p.end - p.start - length), p.start, p.end)):
        if place.end > place.start and all(place.end <= k.start or k.end <= place.start for k in kept):
            kept.append(place)
    return tuple(kept)
