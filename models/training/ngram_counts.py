"""Estimating a pruned character n-gram model with NumPy: modified Kneser-Ney, relative-entropy pruning.

Chen and Goodman (1999) for the discounts, Stolcke (1998) for the pruning. An n-gram is one integer,
14 bits a symbol, the first symbol highest, so that sorted keys have all followers of a context together
and the shorter suffix of an n-gram is its key without the highest bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

BITS = 14
#: Stands where no n-gram may reach across: between lines, and for symbols outside the vocabulary.
GAP = 0


@dataclass
class Order:
    """The n-grams of one length: sorted keys, how often each occurs, probability and back-off weight.

    ``probability`` is of the last symbol after the ones before it; ``weight`` multiplies the shorter
    context's probabilities where this n-gram, taken as a context, was not followed by a symbol.
    """

    keys: Keys
    counts: NDArray[np.int64]
    probability: Reals
    weight: Reals


def counted(ids: NDArray[np.uint16], times: NDArray[np.uint8], order: int) -> tuple[Keys, NDArray[np.int64]]:
    """All n-grams of one length that cross no gap, with their counts."""
    length = len(ids) - order + 1
    keys = np.zeros(length, dtype=np.uint64)
    whole = np.ones(length, dtype=bool)
    for at in range(order):
        part = ids[at : at + length]
        keys = (keys << np.uint64(BITS)) | part.astype(np.uint64)
        whole &= part != GAP
    keys, often = keys[whole], times[:length][whole].astype(np.int64)
    order_of = np.argsort(keys, kind="stable")
    keys, often = keys[order_of], often[order_of]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.add.reduceat(often, starts)


def estimated(ids: NDArray[np.uint16], times: NDArray[np.uint8], orders: int) -> list[Order]:
    """Every n-gram up to ``orders`` with its interpolated probability, nothing pruned.

    The lowest order is interpolated with a flat distribution over its symbols.
    """
    tables = [counted(ids, times, n) for n in range(1, orders + 1)]
    found: list[Order] = []
    for n, (keys, counts) in enumerate(tables, start=1):
        raw = counts
        if n < orders:  # lower orders count in how many contexts an n-gram occurs
            raw = _continuations(keys, tables[n][0], n)
        lower = found[-1] if found else None
        found.append(_interpolated(keys, counts, raw, lower, n))
    return found


def _continuations(keys: Keys, longer: Keys, order: int) -> NDArray[np.int64]:
    """In how many different symbols' wake each n-gram occurs, at least one."""
    suffixes = longer & _mask(order)
    found = np.searchsorted(keys, suffixes)
    return np.maximum(1, np.bincount(found, minlength=len(keys))).astype(np.int64)


def _interpolated(
    keys: Keys, counts: NDArray[np.int64], raw: NDArray[np.int64], lower: Order | None, order: int
) -> Order:
    discounts = _discounts(raw)
    starts, context_of = _contexts(keys)
    totals = np.add.reduceat(raw, starts).astype(np.float64)
    taken = discounts[np.minimum(raw, 3)]
    spared = np.add.reduceat(taken, starts) / totals
    explicit = (raw - taken) / totals[context_of]
    if lower is None:
        below = np.full(len(keys), 1.0 / len(keys))
    else:
        below = lower.probability[np.searchsorted(lower.keys, keys & _mask(order - 1))]
        lower.weight[np.searchsorted(lower.keys, keys[starts] >> np.uint64(BITS))] = spared
    return Order(keys, counts, explicit + spared[context_of] * below, np.ones(len(keys)))


def _discounts(counts: NDArray[np.int64]) -> Reals:
    """The discounts of counts 0, 1, 2 and more, from the counts of counts."""
    n1, n2, n3, n4 = (max(1, int(np.count_nonzero(counts == c))) for c in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    found = np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return np.clip(found, (0.0, 0.05, 0.05, 0.05), (0.0, 0.95, 1.9, 2.85))


def _contexts(keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each context's followers begin, and for each n-gram which context it has."""
    contexts = keys >> np.uint64(BITS)
    first = np.concatenate([[True], contexts[1:] != contexts[:-1]])
    return np.flatnonzero(first), np.cumsum(first) - 1


def _mask(order: int) -> np.uint64:
    return np.uint64((1 << (BITS * order)) - 1)


def pruned(orders: Sequence[Order], most: Sequence[int]) -> list[Order]:
    """Keep in each order at most so many n-grams: those whose loss would change the model most.

    Args:
        orders: as estimated.
        most: for each order; the first is kept whole whatever it says.
    """
    kept: list[Flags] = [np.ones(len(orders[0].keys), dtype=bool)]
    for n in range(len(orders), 1, -1):
        gain = _gain(orders[n - 1], orders[n - 2], orders[0], n)
        needed = np.zeros(len(gain), dtype=bool)
        if n < len(orders):
            contexts = np.unique(orders[n].keys[kept[1]] >> np.uint64(BITS))
            needed[np.searchsorted(orders[n - 1].keys, contexts)] = True
        gain[needed] = np.inf
        room = min(most[n - 1], len(gain))
        best = np.zeros(len(gain), dtype=bool)
        best[np.argpartition(-gain, room - 1)[:room]] = True
        kept.insert(1, (best & (gain > 0)) | needed)
    result = [_subset(order, flags) for order, flags in zip(orders, kept, strict=True)]
    for n in range(2, len(result) + 1):
        _reweigh(result, n)
    return result


def _gain(order: Order, lower: Order, first: Order, n: int) -> Reals:
    """How much each n-gram adds to the likelihood of a text, over what the shorter context would give."""
    below = lower.probability[np.searchsorted(lower.keys, order.keys & _mask(n - 1))]
    weight = lower.weight[np.searchsorted(lower.keys, order.keys >> np.uint64(BITS))]
    share = order.counts / max(1.0, float(first.counts.sum()))
    return np.asarray(share * np.log(order.probability / (weight * below)))


def _subset(order: Order, kept: Flags) -> Order:
    return Order(order.keys[kept], order.counts[kept], order.probability[kept], np.ones(int(kept.sum())))


def _reweigh(orders: Sequence[Order], n: int) -> None:
    """The back-off weights of the contexts of order ``n``, so that all probabilities sum to one."""
    order, lower = orders[n - 1], orders[n - 2]
    starts, _ = _contexts(order.keys)
    said = np.add.reduceat(order.probability, starts)
    shorter = probability(orders, order.keys & _mask(n - 1), n - 1)
    left = np.maximum(1e-6, 1.0 - np.add.reduceat(shorter, starts))
    weight = np.maximum(1e-6, 1.0 - said) / left
    lower.weight[np.searchsorted(lower.keys, order.keys[starts] >> np.uint64(BITS))] = weight


def probability(orders: Sequence[Order], keys: Keys, n: int) -> Reals:
    """Of the last symbol of each n-gram after the others, backed off where it was not kept."""
    order = orders[n - 1]
    at = np.minimum(np.searchsorted(order.keys, keys), len(order.keys) - 1)
    known = order.keys[at] == keys
    result = np.where(known, order.probability[at], 0.0)
    if n == 1 or known.all():
        return result
    missing = keys[~known]
    contexts = missing >> np.uint64(BITS)
    lower = orders[n - 2]
    at = np.minimum(np.searchsorted(lower.keys, contexts), len(lower.keys) - 1)
    weight = np.where(lower.keys[at] == contexts, lower.weight[at], 1.0)
    result[~known] = weight * probability(orders, missing & _mask(n - 1), n - 1)
    return result
