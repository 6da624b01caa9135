"""What the marks of one target teach: a learner, and the odds that its predictions stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from marking.scoring.item_heads.answers import Seen
from marking.scoring.item_heads.learners import Blocks, krigings, learn
from marking.scoring.item_heads.step_odds import StepOdds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The base scorer's word on how often each step comes up, and on an answer, in marks of a person.
USUAL_WEIGHT = 3.0
#: How much of the base scorer's expected share is believed before any mark; the marks correct it.
BELIEVED = 0.5
#: More marks than these take belief away from it in proportion: from then on the marks themselves tell its worth.
BELIEVED_UNTIL = 25


class Lesson:
    """One target: a criterion, or the item's total.

    Args:
        pool: all answers of the item, the marked ones first.
        steps: (k,) the marks of the first k.
        full: full steps of the target.
        base_odds: (N, full + 1) the base scorer's odds of the target's steps, for the pool.
    """

    def __init__(self, pool: Seen, steps: Ints, full: int, base_odds: Floats) -> None:
        count = len(steps)
        self.full, self.steps = full, [int(one) for one in steps]
        shares = steps / full
        marked = {name: rows[:count] for name, rows in pool.blocks.items()}
        self._words: Any = marked.get("words")
        prior = self._prior(base_odds)
        tried = krigings(pool.blocks, marked, shares, prior[:count])
        self.nearest_by = tried[0]
        self._stack = learn(tried, marked, shares, prior[:count])
        foreseen = self._stack.predict(pool.blocks, prior)
        foreseen[:count] = self._stack.left_out
        self.odds_of_steps = StepOdds(
            self._stack.left_out, steps, full, foreseen, base_odds.mean(0), USUAL_WEIGHT
        )
        self.left_out = self.odds_of_steps.odds(self._stack.left_out)
        self.left_out_steps = self.odds_of_steps.choose(self.left_out)

    def odds(self, blocks: Blocks, base_odds: Floats) -> Floats:
        """(N, full + 1) odds of steps."""
        shares = self._stack.predict(blocks, self._prior(base_odds))
        return self.odds_of_steps.odds(shares)

    def choose(self, odds: Floats) -> Ints:
        """(N,) steps to propose."""
        return self.odds_of_steps.choose(odds)

    def near(self, blocks: Blocks) -> Floats:
        """(N, k) similarities to the marked answers."""
        return self.nearest_by.cross(blocks)

    @property
    def word_weights(self) -> Floats:
        """(V,) how much each column of "words" speaks for points: the linear part of the kriging."""
        return np.asarray(self._words.T @ self.nearest_by.kriging.alpha).ravel()

    def _prior(self, base_odds: Floats) -> Floats:
        believed = BELIEVED * min(1.0, BELIEVED_UNTIL / len(self.steps))
        return np.asarray(believed * (base_odds @ np.arange(self.full + 1)) / self.full)
