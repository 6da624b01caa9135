"""Whether a stack is sorted, by which order, and which of its sheets stand elsewhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.rosters import Candidate, Roster

Order = Callable[[Candidate], tuple[str, ...]]


def rankings(roster: Roster) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The orders in which offices lay sheets, each with the rank of every candidate."""
    yield "考号", _ranks(roster, lambda c: (c.number,))
    if any(c.seat for c in roster.candidates):
        yield "考场座位", _ranks(roster, lambda c: (c.room.zfill(9), c.seat.zfill(9)))


def _ranks(roster: Roster, order: Order) -> tuple[int, ...]:
    sorted_places = sorted(range(len(roster.candidates)), key=lambda at: order(roster.candidates[at]))
    ranks = [0] * len(sorted_places)
    for rank, at in enumerate(sorted_places):
        ranks[at] = rank
    return tuple(ranks)


@dataclass(frozen=True)
class Astray:
    """A stack by rank, rising, and the places of the sheets that are out of its order."""

    ranks: tuple[int, ...]
    places: tuple[int, ...]

    def exchanged(self, x: int, y: int) -> bool:
        """Whether the sheets at two places, each put in the other's, are both in order."""
        return self._fits(x, self.ranks[y]) and self._fits(y, self.ranks[x])

    @cached_property
    def _kept(self) -> tuple[int, ...]:
        """The places of the sheets that are in order, rising."""
        astray = set(self.places)
        return tuple(at for at in range(len(self.ranks)) if at not in astray)

    def _fits(self, place: int, rank: int) -> bool:
        before, after = bisect_left(self._kept, place), bisect_right(self._kept, place)
        return (before == 0 or self.ranks[self._kept[before - 1]] < rank) and (
            after == len(self._kept) or rank < self.ranks[self._kept[after]]
        )


def strays(ranks: Sequence[int]) -> Astray:
    """The fewest sheets without which the others rise (or fall: then the ranks are turned round)."""
    rising, falling = _longest_rise(ranks), _longest_rise([-rank for rank in ranks])
    turned = len(falling) > len(rising)
    kept = set(falling if turned else rising)
    places = tuple(at for at in range(len(ranks)) if at not in kept)
    return Astray(tuple(-rank for rank in ranks) if turned else tuple(ranks), places)


def _longest_rise(ranks: Sequence[int]) -> list[int]:
    """Places of a longest strictly rising subsequence (patience sorting)."""
    ends: list[int] = []  # the least rank that ends a rise of each length
    places: list[int] = []
    before: list[int] = []
    for at, rank in enumerate(ranks):
        length = bisect_left(ends, rank)
        before.append(places[length - 1] if length else -1)
        ends[length:] = [rank] if length == len(ends) else [rank, *ends[length + 1 :]]
        places[length:] = [at] if length == len(places) else [at, *places[length + 1 :]]
    found = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]
