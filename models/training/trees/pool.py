"""Fit how trees and pair judge are pooled: ``python -m models.training.trees.pool --trees FILE --judge FILE …``.

Both files hold judgements of answers whose questions neither had seen: ``--held-out`` of
``models.training.trees`` writes the first; ``predictions.npz`` (English) and ``folds.npz`` (Chinese) of
``models.training.encoder`` are the second. Answers go together by their keys. The weights are those under
which the teachers' marks are likeliest; the spread is fitted around the pooled expected share.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.pooling import pooled_share, pooled_verdicts
from models.spread import LEVELS, Opinion
from models.training.trees.figures import pearson
from models.training.trees.spread_fit import expected, fitted_credit, fitted_spread
from models.training.trees.tables import write_opinion

#: Pool weights that are tried.
WEIGHTS = tuple(round(0.05 * step, 2) for step in range(21))
#: Fewer answers than this fit nothing.
LEAST = 100


class Both(NamedTuple):
    """What both said of the same N answers, and the teacher's odds (N, 11) over ``LEVELS``."""

    trees_verdicts: NDArray[np.float64]
    trees_share: NDArray[np.float64]
    judge_verdicts: NDArray[np.float64]
    judge_share: NDArray[np.float64]
    odds: NDArray[np.float64]
    verdicts: NDArray[np.float64]  #: (N, 4): what the teacher's mark says, as far as it does


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit a language, write its table, print what pooling brings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trees", type=Path, required=True, help="held-out judgements of the trees")
    parser.add_argument("--judge", type=Path, required=True, help="held-out judgements of the pair judge")
    parser.add_argument("--language", choices=("en", "zh"), required=True)
    options = parser.parse_args(arguments)
    both = together(options.trees, options.judge, options.language)
    if len(both.odds) < LEAST:
        parser.error(f"only {len(both.odds)} answers stand in both files; {LEAST} are needed")
    opinion, figures = fitted(both)
    write_opinion(f"shipped.{options.language}", opinion)
    print(json.dumps(figures, indent=1))
    return 0


def together(trees: Path, judge: Path, language: str) -> Both:
    """The answers of a language that stand in both files and whose questions the judge had not seen."""
    ours, theirs = np.load(trees), np.load(judge)
    unseen = theirs["unseen_question"] if "unseen_question" in theirs else np.ones(len(theirs["key"]), bool)
    place = {str(key): at for at, key in enumerate(theirs["key"]) if unseen[at]}
    pairs = [
        (at, place[str(key)])
        for at, key in enumerate(ours["key"])
        if str(key) in place and ours["language"][at] == language
    ]
    mine, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Both(
        ours["verdicts"][mine],
        ours["share"][mine],
        theirs["verdicts"][other].astype(np.float64),
        theirs["share"][other].astype(np.float64),
        ours["odds"][mine],
        ours["truth"][mine],
    )


def fitted(both: Both) -> tuple[Opinion, dict[str, float]]:
    """The opinion, and log loss of verdicts and error of shares for the trees, the judge and the pool."""
    truth = both.odds @ np.array(LEVELS)
    losses = [
        _log_loss(pooled_verdicts(both.trees_verdicts, both.judge_verdicts, w), both.verdicts)
        for w in WEIGHTS
    ]
    errors = [_error(pooled_share(both.trees_share, both.judge_share, w), truth) for w in WEIGHTS]
    judge, judge_share = WEIGHTS[int(np.argmin(losses))], WEIGHTS[int(np.argmin(errors))]
    verdicts = pooled_verdicts(both.trees_verdicts, both.judge_verdicts, judge)
    share = pooled_share(both.trees_share, both.judge_share, judge_share)
    credit = fitted_credit(verdicts, share, both.odds)
    said = expected(verdicts, share, credit)
    spread = fitted_spread(said, both.odds, np.ones(len(said)))
    figures = {
        "answers": float(len(truth)),
        "loss_trees": losses[0],
        "loss_judge": losses[-1],
        "loss_pool": min(losses),
        "rmse_trees": errors[0],
        "rmse_judge": errors[-1],
        "rmse_pool": _error(said, truth),
        "pearson_trees": pearson(both.trees_share, truth),
        "pearson_judge": pearson(both.judge_share, truth),
        "pearson_pool": pearson(said, truth),
        "judge": judge,
        "judge_share": judge_share,
        "credit": credit,
    }
    opinion = Opinion(credit=credit, judge=judge, judge_share=judge_share, spread=spread)
    return opinion, {name: round(value, 4) for name, value in figures.items()}


def _log_loss(said: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Mean log loss; a row of ``truth`` marks every verdict that the teacher's mark allows."""
    return float(-np.log(np.maximum(1e-9, (said * truth).sum(axis=1))).mean())


def _error(share: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    return float(np.sqrt(((share - truth) ** 2).mean()))


if __name__ == "__main__":
    raise SystemExit(main())
