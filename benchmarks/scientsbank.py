"""SciEntsBank, three classes: macro-F1 of the shipped scorer on unseen answers, questions and domains.

``python -m benchmarks.scientsbank [--data ../shared/data]``

Set: ``semeval2013_sra`` (SemEval-2013 task 7), official splits. Classes: correct is ``credited``, contradictory is
``contradicted``, incorrect is what remains (``partly`` and ``not_addressed``: the set counts half answers as
incorrect). Since the classes count alike and one of them is rare, the log-odds get ``OFFSETS`` before the
likeliest is taken.

Unseen answers are answers to questions whose training answers carry marks, as in a school where some of an
item's answers were marked: there the marks of the nearest training answers are pooled in (``benchmarks.neighbours``).
``…_ua_alone`` is without them. All constants were chosen on training answers and questions that a judge had not
been trained on (``models.training.encoder.english --choose``), never on a test split.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import neighbours
from benchmarks._common import parse, save, skipped
from benchmarks.short_answers import Marked, awarded, rows
from core.marks import Award, Verdict
from marking.scoring.shipped import shipped_scorer
from models.text_encoder import text_encoder

FOLDER = "semeval2013_sra"
CLASSES = ("correct", "contradictory", "incorrect")
SPLITS = {"ua": "test-unseen-answers", "uq": "test-unseen-questions", "ud": "test-unseen-domains"}
#: What is added to the log-odds of contradictory and incorrect.
OFFSETS = (0.3, 0.0)
#: The same where the marks of other answers are pooled in.
OFFSETS_MARKED = (0.4, -0.2)
FULL_STEPS = 2
_LEAST = 1e-4

Floats = NDArray[np.float64]


def main(arguments: list[str] | None = None) -> int:
    """Measure the three splits, print, save."""
    options = parse(argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]), arguments)
    folder = options.data / FOLDER
    if not path_of(folder, "train").is_file():
        return skipped("scientsbank", path_of(folder, "train"))
    figures: dict[str, float] = {}
    for key, split in SPLITS.items():
        figures |= measured(folder, key, split)
    for name, value in figures.items():
        print(f"{name:24}{value:10.4f}")
    save("scientsbank", figures, out=options.out, scorer=shipped_scorer().name)
    return 0


def measured(folder: Path, key: str, split: str) -> dict[str, float]:
    """Macro-F1 of one split (with and without the marks of training answers where there are any), accuracy."""
    answers = answers_of(folder, split)
    odds = np.array([odds_of(award) for award in awarded(shipped_scorer(), answers, FULL_STEPS)])
    truth = np.array([CLASSES.index(one.label) for one in answers])
    alone = chosen(odds, OFFSETS)
    if key != "ua":
        return figures_of(key, truth, alone)
    pooled = with_marks(odds, answers, answers_of(folder, "train"))
    return figures_of(key, truth, chosen(pooled, OFFSETS_MARKED)) | figures_of("ua_alone", truth, alone)


def with_marks(odds: Floats, answers: list[Marked], marked: list[Marked]) -> Floats:
    """``odds`` pooled with what the nearest marked answers to the same question got."""
    encoder = text_encoder("en")
    if encoder is None:
        return odds
    said = neighbours.odds(answers, marked, CLASSES, encoder.embed)
    logs = np.log(odds + _LEAST) + neighbours.WEIGHT * np.log(said + _LEAST)
    pooled: Floats = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    return pooled


def odds_of(award: Award) -> tuple[float, float, float]:
    """Probabilities of the three classes, in the order of ``CLASSES``."""
    verdicts = dict(award.verdicts)
    credited, contradicted = (verdicts.get(v, 0.0) for v in (Verdict.CREDITED, Verdict.CONTRADICTED))
    return credited, contradicted, 1.0 - credited - contradicted


def chosen(odds: Floats, offsets: tuple[float, float]) -> NDArray[np.int64]:
    """The class of each row of odds (N, 3)."""
    shifted: NDArray[np.int64] = (np.log(odds + _LEAST) + np.array([0.0, *offsets])).argmax(axis=1)
    return shifted


def figures_of(key: str, truth: NDArray[np.int64], guess: NDArray[np.int64]) -> dict[str, float]:
    """Macro-F1 and accuracy under the split's key."""
    return {
        f"macro_f1_{key}": round(macro_f1(truth, guess), 4),
        f"accuracy_{key}": round(float(np.mean(truth == guess)), 4),
    }


def macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """Mean F1 of the three classes."""
    scores = []
    for one in range(len(CLASSES)):
        hit = int(np.sum((truth == one) & (guess == one)))
        either = int(np.sum(truth == one) + np.sum(guess == one))
        scores.append(2 * hit / either if either else 0.0)
    return float(np.mean(scores))


def answers_of(folder: Path, split: str) -> list[Marked]:
    """The answers of a split."""
    return [
        Marked(row["qid"], row["question"], row["references"][0]["text"], row["answer"], row["label_3way"])
        for row in rows(path_of(folder, split))
    ]


def path_of(folder: Path, split: str) -> Path:
    """The file of a split."""
    return folder / f"sciEntsBank_{split}.jsonl"


if __name__ == "__main__":
    raise SystemExit(main())
