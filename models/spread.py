"""How teachers' marks spread around an expected share: from one number to a distribution over steps.

Measured on answers that the scorer had not learnt from: for a few expected shares (knots) how often
teachers gave 0, 0.1, … 1 of the full marks. Between knots the rows are interpolated. Kept, with the
weights that pool several opinions, in ``scoring.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.base import Record
from core.errors import ModelUnusable

PATH = Path(__file__).with_name("scoring.toml")
#: The shares that a teacher's mark is counted under.
LEVELS: tuple[float, ...] = tuple(level / 10 for level in range(11))


class Spread(Record):
    """``rows[k]`` is the distribution over ``LEVELS`` at the expected share ``knots[k]``."""

    knots: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]

    def levels(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distributions ``(N, 11)`` over ``LEVELS`` at expected shares ``(N,)``."""
        table = np.array(self.rows)
        columns = [np.interp(share, self.knots, table[:, level]) for level in range(len(LEVELS))]
        odds = np.stack(columns, axis=1)
        made: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
        return made

    def steps(self, share: NDArray[np.float64], full_steps: int) -> NDArray[np.float64]:
        """The distributions ``(N, full_steps + 1)`` over whole steps."""
        made: NDArray[np.float64] = self.levels(share) @ to_steps(full_steps)
        return made


@cache
def to_steps(full_steps: int) -> NDArray[np.float64]:
    """``(11, full_steps + 1)``: how each level's probability falls on whole steps; rows sum to 1.

    A level between two steps is divided between them by nearness; where steps are finer than levels,
    each level is spread over the steps within half a level of it.
    """
    table = np.zeros((len(LEVELS), full_steps + 1))
    for row, level in enumerate(LEVELS):
        if level in (0.0, 1.0):
            table[row, round(level * full_steps)] = 1.0
            continue
        width = max(1.0, full_steps / 10)
        nearness = np.maximum(0.0, 1.0 - np.abs(np.arange(full_steps + 1) - level * full_steps) / width)
        table[row] = nearness / nearness.sum()
    return table


class Opinion(Record):
    """How a scorer's numbers are put together for one language.

    ``credit``: weight of the verdicts' share (credited 1, partly ½) against the share itself;
    ``judge`` and ``judge_share``: weights of the pair judge in the pool of log-odds, 0 for the trees alone.
    """

    credit: float
    judge: float = 0.0
    judge_share: float = 0.0
    spread: Spread


@cache
def opinions() -> Mapping[str, Opinion]:
    """``"statistical.en"``, ``"shipped.zh"`` … as fitted.

    Raises:
        ModelUnusable: ``scoring.toml`` is missing or damaged.
    """
    try:
        table = tomllib.loads(PATH.read_text(encoding="utf-8"))
        return {
            f"{scorer}.{language}": Opinion.model_validate(values)
            for scorer, languages in table.items()
            for language, values in languages.items()
        }
    except (OSError, ValueError, AttributeError) as problem:
        raise ModelUnusable(f"评分参数文件 {PATH} 无法读取：{problem}", "请重新安装 zhupi。") from problem
