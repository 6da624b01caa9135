"""Passages that two texts share, with signs misread, changed, left out or put in.

Runs of a few signs that stand in both are seeds; seeds that go on at nearly the same distance in both are
chained into a passage. A method of seeds and chains as for finding like stretches of sequences (BLAST,
Altschul et al. 1990), for texts with a misread sign in ten or twenty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marking.essays.grain import Scale

#: A seed that stands so often in the other text says nothing about where one is.
_MOST_PLACES = 6
#: By so many signs the two sides of a passage may drift apart between two seeds.
_DRIFT = 3
#: Of the signs of a passage so many must be the same.
_LEAST_SAME = 0.45


@dataclass(slots=True)
class Passage:
    """Signs ``[start, end)`` of one text and ``[other_start, other_end)`` of the other; ``same`` of them equal."""

    start: int
    end: int
    other_start: int
    other_end: int
    same: int


def places_of(signs: str, seed: int) -> dict[str, list[int]]:
    """Where each run of ``seed`` signs begins."""
    places: dict[str, list[int]] = {}
    for at in range(len(signs) - seed + 1):
        places.setdefault(signs[at : at + seed], []).append(at)
    return places


def shared_passages(
    signs: str, places: dict[str, list[int]], scale: Scale, least: int
) -> tuple[Passage, ...]:
    """Passages of ``signs`` that stand in the other text too, in order, none within another.

    Args:
        signs: of a text, ground.
        places: of the other text (``places_of`` with ``scale.seed``).
        scale: of the script.
        least: the fewest equal signs of a passage.
    """
    open_: list[Passage] = []
    closed: list[Passage] = []
    for at in range(len(signs) - scale.seed + 1):
        found = places.get(signs[at : at + scale.seed], ())
        if not found or len(found) > _MOST_PLACES:
            continue
        for other in found:
            _chain(open_, at, other, scale)
        if len(open_) > 8:
            closed += [p for p in open_ if at - p.end > scale.gap]
            open_ = [p for p in open_ if at - p.end <= scale.gap]
    whole = [p for p in (*closed, *open_) if _holds(p, least)]
    return tuple(_apart(whole))


def _chain(open_: list[Passage], at: int, other: int, scale: Scale) -> None:
    """Lengthen the passage that this seed goes on with, or begin one."""
    for passage in reversed(open_):
        ahead = at - (passage.end - scale.seed)
        across = other - (passage.other_end - scale.seed)
        reach = scale.gap + scale.seed
        if 0 < ahead <= reach and 0 < across <= reach and abs(ahead - across) <= _DRIFT:
            passage.same += min(scale.seed, ahead, across)
            passage.end, passage.other_end = at + scale.seed, other + scale.seed
            return
    open_.append(Passage(at, at + scale.seed, other, other + scale.seed, scale.seed))


def _holds(passage: Passage, least: int) -> bool:
    return passage.same >= least and passage.same >= _LEAST_SAME * (passage.end - passage.start)


def _apart(passages: Iterable[Passage]) -> list[Passage]:
    """The longest ones that do not overlap on the first side."""
    kept: list[Passage] = []
    for passage in sorted(passages, key=lambda p: (-p.same, p.start)):
        if all(passage.end <= k.start or passage.start >= k.end for k in kept):
            kept.append(passage)
    return sorted(kept, key=lambda p: p.start)
