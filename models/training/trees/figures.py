"""Figures of out-of-fold judgements: correlations, errors, macro-F1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from models.training.trees.samples import Sample, by_group

THREE_WAY = ("correct", "contradictory", "incorrect")
#: A question with fewer answers has no correlation of its own.
_LEAST = 5


def figures_of(
    marked: Sequence[Sample], verdicts: NDArray[np.float64], share: NDArray[np.float64]
) -> dict[str, float]:
    """Per source: Pearson over all answers and the mean over questions, RMSE; macro-F1 of SciEntsBank."""
    figures: dict[str, float] = {}
    sources = np.array([sample.source for sample in marked])
    for source in dict.fromkeys(sources.tolist()):
        which = np.flatnonzero(sources == source).tolist()
        chosen = [marked[i] for i in which]
        if chosen[0].share is None:
            figures[f"{source}_macro_f1"] = macro_f1(verdicts[which], [s.label for s in chosen])
            continue
        truth = np.array([s.share for s in chosen], dtype=np.float64)
        figures[f"{source}_pearson"] = pearson(share[which], truth)
        figures[f"{source}_pearson_within"] = pearson_within(chosen, share[which], truth)
        figures[f"{source}_rmse"] = float(np.sqrt(((share[which] - truth) ** 2).mean()))
    return {name: round(value, 4) for name, value in figures.items()}


def macro_f1(verdicts: NDArray[np.float64], labels: Sequence[str]) -> float:
    """3-way macro-F1; "partly" and "not addressed" together are "incorrect"."""
    return float(f1_score(labels, three_way(verdicts), average="macro"))


def three_way(verdicts: NDArray[np.float64]) -> list[str]:
    """SciEntsBank's label for each row of verdicts (N, 4)."""
    odds = np.stack([verdicts[:, 0], verdicts[:, 2], verdicts[:, 1] + verdicts[:, 3]], axis=1)
    return [THREE_WAY[i] for i in odds.argmax(axis=1)]


def pearson(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Pearson's correlation; 0 where one side does not vary."""
    if first.std() < 1e-12 or second.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def pearson_within(marked: Sequence[Sample], share: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The mean over questions (of at least five answers whose marks vary) of Pearson within the question."""
    found = [
        pearson(share[places], truth[places])
        for places in map(np.array, by_group(marked).values())
        if len(places) >= _LEAST and truth[places].std() > 0
    ]
    return float(np.mean(found)) if found else 0.0
