"""What several judgements of one answer come to, and how sure that is.

A model that says the same k times is not certain: its samples share its mistakes. The steps are taken as
a draw from a categorical distribution with a symmetric Dirichlet prior of total mass 2; the confidence is
the posterior mean of the steps given, (n + 2/S) / (k + 2) for n of k samples among S possible numbers of
steps: 0.8 for three of three between two, 0.6 for two of three. It is calibrated later, like any scorer's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.base import Record
from core.marks import Verdict
from marking.judge.checking import Accepted

PRIOR_MASS = 2.0


class Agreement(Record):
    """What the samples come to. ``spans`` are offsets in the answer."""

    steps: int
    odds: tuple[float, ...]  #: of 0 … full steps; sums to 1
    verdict: Verdict
    verdicts: tuple[float, ...]  #: in the order of ``Verdict``; sums to 1
    spans: tuple[tuple[int, int], ...]
    why: str
    agreeing: int
    samples: int  #: those that counted

    @property
    def confidence(self) -> float:
        return self.odds[self.steps]


def agreed(accepted: Sequence[Accepted], full_steps: int) -> Agreement:
    """The most frequent steps (of equally frequent ones the fewest), with the words of those who gave them.

    Raises:
        ValueError: there is no judgement.
    """
    if not accepted:
        raise ValueError("no judgement counts")
    votes = Counter(one.steps for one in accepted)
    steps = min(votes, key=lambda n: (-votes[n], n))
    same = [one for one in accepted if one.steps == steps]
    said = Counter(one.verdict for one in same)
    verdict = max(said, key=lambda v: (said[v], -list(Verdict).index(v)))
    first = next(one for one in same if one.verdict is verdict)
    opinions = Counter(one.verdict for one in accepted)
    return Agreement(
        steps=steps,
        odds=_posterior([votes[n] for n in range(full_steps + 1)]),
        verdict=verdict,
        verdicts=_posterior([opinions[v] for v in Verdict]),
        spans=tuple((span.start, span.end) for span in first.spans),
        why=first.why,
        agreeing=len(same),
        samples=len(accepted),
    )


def _posterior(counts: Sequence[int]) -> tuple[float, ...]:
    mass = sum(counts) + PRIOR_MASS
    return tuple((count + PRIOR_MASS / len(counts)) / mass for count in counts)
