"""How sheets go through a scanner: the probability that two pages of a stack are one sheet.

A stack is divided into sheets (pairs) and single pages. Each division has a weight: pages are rarely
missing, most sheets lie the same way, both sides of a sheet are turned alike. The weights of all
divisions are summed forwards and backwards over the stack (as in a hidden Markov model), under each
habit that a scanner and whoever feeds it may have. Nothing here is decided; a pair that competes
with another way to divide the stack comes out with a probability that says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

import numpy as np

#: Whose sheets: both sides there; else one of the two is missing (twice that, over the card's pages).
_BOTH_SIDES = 0.96
_MISSING = 0.04
#: How often a sheet lies the other way than most. Kept well above what careful people do, so that a
#: page that could belong to either neighbour is never certain by its place alone.
_REVERSED = 0.08
_REVERSED_WHEN_TURNED = 0.5
_TURNS_DIFFER = 0.005  #: a side read as turned unlike its back, by a scanner that turns neither
_SIDE_UNKNOWN = 0.5
#: An extra page between front and back: the paper of somebody else, a page that was fed once more, …
_MOST_BETWEEN = 2
_BLOCK_STAYS = 0.97
_TURNS = 4


@dataclass(frozen=True)
class Fed:
    """One page as it lay in the stack.

    ``lone`` weighs that it has no other side in the stack, ``between`` that it lies between the two
    sides of another sheet. ``turn`` counts quarter turns; ``None`` when nobody knows.
    """

    side: int  #: 0 when nobody knows
    lone: float
    between: float
    turn: int | None = None
    foreign: bool = False


@dataclass(frozen=True)
class Habit:
    """What holds for a whole stack. ``turned`` is the turn between the sides of a sheet in quarters;
    ``None`` when every side was laid down by hand."""

    share: float
    front_first: bool
    turned: int | None


_ORDERS = ((0.9, True), (0.1, False))
_TURNED = ((0.9, 0), (0.07, 2), (0.03, None))
HABITS = tuple(Habit(a * b, first, turned) for a, first in _ORDERS for b, turned in _TURNED)


@dataclass(frozen=True)
class StackKinds:
    """How likely stacks are that a duplex scanner did not make."""

    blocks: float = 0.08  #: all fronts, then all backs
    loose: float = 0.004  #: pages that were scanned one by one, as they were found missing

    @property
    def duplex(self) -> float:
        return 1.0 - self.blocks - self.loose


def lone_weight(side: int, sides: int) -> float:
    """Weight of a page whose other side is missing; the last page of an odd card has none."""
    return _BOTH_SIDES if side == sides and side % 2 else _MISSING / sides


def pair_probabilities(
    stack: Sequence[Fed], sides: int, affinity: Callable[[int, int], float], kinds: StackKinds
) -> dict[tuple[int, int], float]:
    """For each two positions that may be one sheet, the probability that they are.

    Args:
        stack: the pages in the order of scanning, without gaps.
        sides: pages of the card.
        affinity: of two positions, the log ratio of everything besides order and turn.
        kinds: how likely each kind of stack is.
    """
    pairs = _possible(stack, sides, affinity)
    if not pairs:
        return {}
    logs = [log(habit.share * kinds.duplex) for habit in HABITS]
    found = []
    for at, habit in enumerate(HABITS):
        total, marginals = _chain(stack, pairs, _habit_terms(stack, pairs, habit))
        logs[at] += total
        found.append(marginals)
    others = np.logaddexp(
        log(kinds.blocks) + _blocks(stack, sides), log(kinds.loose) - _known(stack) * log(sides)
    )
    everything = float(np.logaddexp.reduce([*logs, float(others)]))
    return {
        pair: sum(exp(weight - everything) * part[pair] for weight, part in zip(logs, found, strict=True))
        for pair in pairs
    }


def _possible(
    stack: Sequence[Fed], sides: int, affinity: Callable[[int, int], float]
) -> dict[tuple[int, int], float]:
    """Log weight of each possible pair, without what depends on the habit."""
    sheet = log(_BOTH_SIDES / ((sides + 1) // 2))
    found = {}
    for second in range(len(stack)):
        for first in range(max(0, second - 1 - _MOST_BETWEEN), second):
            if _complementary(stack[first], stack[second], sides):
                inside = sum(log(page.between) for page in stack[first + 1 : second])
                unknown = sum(page.side == 0 for page in (stack[first], stack[second]))
                weight = sheet + inside + unknown * log(_SIDE_UNKNOWN) + affinity(first, second)
                found[first, second] = weight
    return found


def _complementary(a: Fed, b: Fed, sides: int) -> bool:
    if a.foreign or b.foreign or sides == 1:
        return False
    if not a.side or not b.side:
        return True
    return abs(a.side - b.side) == 1 and min(a.side, b.side) % 2 == 1


def _habit_terms(
    stack: Sequence[Fed], pairs: Iterable[tuple[int, int]], habit: Habit
) -> dict[tuple[int, int], float]:
    """What order and turn say about each pair under one habit, as logarithms."""
    counts = Counter(page.turn for page in stack if page.turn is not None)
    usual = max(counts, key=lambda turn: counts[turn], default=0)
    total = counts.total()
    shares = [(counts[turn] + 0.5) / (total + 0.5 * _TURNS) for turn in range(_TURNS)]
    terms = {}
    for first, second in pairs:
        a, b = stack[first], stack[second]
        terms[first, second] = _order_term(a, b, usual, habit) + _turn_term(a, b, shares, habit)
    return terms


def _order_term(a: Fed, b: Fed, usual: int, habit: Habit) -> float:
    if not a.side or not b.side:
        return log(_SIDE_UNKNOWN)
    against = _REVERSED_WHEN_TURNED if a.turn not in (None, usual) else _REVERSED
    return log(1 - against if (a.side < b.side) == habit.front_first else against)


def _turn_term(a: Fed, b: Fed, shares: Sequence[float], habit: Habit) -> float:
    if habit.turned is None or a.turn is None or b.turn is None:
        return 0.0
    fits = (b.turn - a.turn) % _TURNS == habit.turned
    return log((1 - _TURNS_DIFFER if fits else _TURNS_DIFFER / (_TURNS - 1)) / shares[b.turn])


def _chain(
    stack: Sequence[Fed], pairs: dict[tuple[int, int], float], terms: dict[tuple[int, int], float]
) -> tuple[float, dict[tuple[int, int], float]]:
    """Log weight of all divisions together, and the share of each pair in it."""
    size = len(stack)
    lone = [log(page.lone) for page in stack]
    ending: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    starting: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for (first, second), weight in pairs.items():
        ending[second].append((first, weight + terms[first, second]))
        starting[first].append((second, weight + terms[first, second]))
    before = [0.0] * (size + 1)
    for at in range(size):
        ways = [before[at] + lone[at], *(before[first] + weight for first, weight in ending[at])]
        before[at + 1] = _log_sum(ways)
    after = [0.0] * (size + 1)
    for at in reversed(range(size)):
        ways = [after[at + 1] + lone[at], *(after[second + 1] + weight for second, weight in starting[at])]
        after[at] = _log_sum(ways)
    shares = {
        (first, second): exp(before[first] + weight + after[second + 1] - before[size])
        for second in range(size)
        for first, weight in ending[second]
    }
    return before[size], shares


def _log_sum(values: Sequence[float]) -> float:
    most = max(values)
    return most + log(sum(exp(value - most) for value in values))


def _known(stack: Sequence[Fed]) -> int:
    return sum(page.side > 0 for page in stack)


def _blocks(stack: Sequence[Fed], sides: int) -> float:
    """Log weight of the order of sides in a stack of blocks."""
    known = [page.side for page in stack if page.side]
    stays = sum(a == b for a, b in pairwise(known))
    changes = max(0, len(known) - 1) - stays
    other = (1 - _BLOCK_STAYS) / max(1, sides - 1)
    return -log(sides) + stays * log(_BLOCK_STAYS) + changes * log(other)
