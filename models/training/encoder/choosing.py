"""How good a judge is on examples that it was not trained on: what choices are made by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.marks import Verdict
from models.training.encoder.examples import CONTRADICTED, CREDITED, NOT_FULL, Example

VERDICTS = tuple(Verdict)
#: The three classes of SemEval-2013 task 7, as sets of verdicts.
THREE = (CREDITED, CONTRADICTED, NOT_FULL)


def three_way(verdicts: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 4) in the order of ``Verdict`` → (N, 3): correct, contradictory, incorrect."""
    credited, partly, contradicted, not_addressed = verdicts.T[:4]
    return np.stack([credited, contradicted, partly + not_addressed], axis=1)


def macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64], classes: int = 3) -> float:
    """Mean of the classes' F1, every class counting alike."""
    scores = []
    for one in range(classes):
        hit = int(np.sum((truth == one) & (guess == one)))
        either = int(np.sum(truth == one) + np.sum(guess == one))
        scores.append(2 * hit / either if either else 0.0)
    return float(np.mean(scores))


def best_offsets(odds: NDArray[np.float32], truth: NDArray[np.int64]) -> tuple[float, float]:
    """What to add to log P(contradictory) and log P(incorrect) for the best macro-F1 on these examples."""
    logs = np.log(odds + 1e-6)
    grid = np.arange(-1.0, 1.55, 0.1)
    scored = []
    for contradictory in grid:
        for incorrect in grid:
            guess = (logs + np.array([0.0, contradictory, incorrect])).argmax(axis=1)
            closeness = -1e-3 * (abs(contradictory) + abs(incorrect))
            scored.append((macro_f1(truth, guess) + closeness, float(contradictory), float(incorrect)))
    _, contradictory, incorrect = max(scored)
    return contradictory, incorrect


def best_temperature(examples: Sequence[Example], judged: NDArray[np.float32]) -> float:
    """What the logits of the verdicts are best divided by: least −log P(any right verdict)."""
    allowed = np.array([[v in (one.verdicts or VERDICTS) for v in VERDICTS] for one in examples])
    logs = np.log(judged[:, : len(VERDICTS)] + 1e-7)

    def surprise(temperature: float) -> float:
        odds = np.exp(logs / temperature)
        right = (odds * allowed).sum(axis=1) / odds.sum(axis=1)
        return float(-np.log(right + 1e-7).mean())

    return float(min(np.arange(0.7, 3.55, 0.05), key=surprise))


def summary(examples: Sequence[Example], judged: NDArray[np.float32]) -> dict[str, float]:
    """Macro-F1 of three classes where they are known, and the root mean square error of the share."""
    figures: dict[str, float] = {}
    three = [at for at, one in enumerate(examples) if one.verdicts in THREE]
    if three:
        truth = np.array([THREE.index(examples[at].verdicts) for at in three])
        odds = three_way(judged[three])
        figures["macro_f1"] = macro_f1(truth, odds.argmax(axis=1))
        offsets = best_offsets(odds, truth)
        shifted = (np.log(odds + 1e-6) + np.array([0.0, *offsets])).argmax(axis=1)
        figures["macro_f1_offsets"] = macro_f1(truth, shifted)
        figures["offset_contradictory"], figures["offset_incorrect"] = offsets
    figures["temperature"] = best_temperature(examples, judged)
    known = [at for at, one in enumerate(examples) if one.share is not None]
    shares = np.array([examples[at].share for at in known], dtype=np.float64)
    figures["rmse"] = float(np.sqrt(np.mean((judged[known, -1] - shares) ** 2)))
    figures["rmse_mean"] = float(shares.std())
    figures["pearson"] = float(np.corrcoef(judged[known, -1], shares)[0, 1])
    return {name: round(value, 4) for name, value in figures.items()}
