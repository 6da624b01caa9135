"""How far machine and person agree on an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.licences import Agreement


def agreement_of(pairs: Sequence[tuple[int, int]], full_steps: int) -> Agreement:
    """Figures and the table machine × person.

    Args:
        pairs: (machine's steps, person's steps), each in 0 … ``full_steps``.
        full_steps: of the item.
    """
    n = len(pairs)
    if not n:
        return Agreement(n=0, full_steps=full_steps)
    counts = Counter(pairs)
    return Agreement(
        n=n,
        full_steps=full_steps,
        exact=sum(machine == person for machine, person in pairs),
        within_one=sum(abs(machine - person) <= 1 for machine, person in pairs),
        mean_difference=sum(machine - person for machine, person in pairs) / n,
        kappa=weighted_kappa(pairs),
        confusion=tuple((machine, person, counts[machine, person]) for machine, person in sorted(counts)),
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights; ``None`` where both gave everybody one and the same.

    1 − mean squared difference / what it would be if the two gave their marks independently (Cohen 1968).
    """
    n = len(pairs)
    if n == 0:
        return None
    machine, person = [m for m, _ in pairs], [p for _, p in pairs]
    seen = sum((m - p) ** 2 for m, p in pairs) / n
    by_chance = _second_moment(machine) + _second_moment(person) - 2 * _mean(machine) * _mean(person)
    return None if by_chance == 0 else round(1 - seen / by_chance, 9) + 0.0  # never −0


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def _second_moment(values: Sequence[int]) -> float:
    return sum(value * value for value in values) / len(values)
