"""The share of full marks of SAF's English answers: root mean square error on unseen answers and questions.

``python -m benchmarks.saf [--data ../shared/data]``

Set: ``saf`` (Filighera et al., ACL 2022). ``rmse_ua`` and ``rmse_uq`` are of version 1, the paper's: 252 answers
to 18 questions of the training part, 384 answers to 4 others. ``…_v2`` are of version 2 (375 to 26, 479 to 5),
whose scores are divided by the question's full marks. ``mean_…``: the mean of the training scores for everybody.

The judge has learnt from the training parts of both versions, without any answer whose text stands in one of
the four test parts. The share is the expected steps of the shipped scorer's award, of 10.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.short_answers import Marked, awarded, rows
from marking.scoring.protocol import Scorer
from marking.scoring.shipped import shipped_scorer

FOLDER = "saf"
FULL_STEPS = 10
PARTS = {"ua": "unseen_answers", "uq": "unseen_questions"}
_VERSIONS = ("v1", "v2")


def main(arguments: list[str] | None = None) -> int:
    """Measure both versions, print, save."""
    options = parse(argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]), arguments)
    folder = options.data / FOLDER
    if not (folder / "v1_english_training.jsonl").is_file():
        return skipped("saf", folder)
    scorer = shipped_scorer()
    figures: dict[str, float] = {}
    for version in _VERSIONS:
        figures |= measured(scorer, folder, version)
    for key, value in figures.items():
        print(f"{key:24}{value:10.4f}")
    save("saf", figures, out=options.out, scorer=scorer.name)
    return 0


def measured(scorer: Scorer, folder: Path, version: str) -> dict[str, float]:
    """The figures of one version; keys of version 1 have no suffix."""
    training = answers(folder, version, "training")
    mean = float(np.mean([one.share for one in training]))
    suffix = "" if version == "v1" else f"_{version}"
    figures = {}
    for key, part in PARTS.items():
        chosen = answers(folder, version, part)
        truth = np.array([one.share for one in chosen])
        found = np.array([award.expected_steps / FULL_STEPS for award in awarded(scorer, chosen, FULL_STEPS)])
        figures[f"rmse_{key}{suffix}"] = round(rmse(found, truth), 4)
        figures[f"mean_rmse_{key}{suffix}"] = round(rmse(np.full(len(truth), mean), truth), 4)
    return figures


def answers(folder: Path, version: str, part: str) -> list[Marked]:
    """The answers of a part; a question's full marks are its highest score in the part or in training."""
    chosen = rows(folder / f"{version}_english_{part}.jsonl")
    everywhere = chosen + rows(folder / f"{version}_english_training.jsonl")
    full: dict[str, float] = {}
    for row in everywhere:
        full[row["file"]] = max(full.get(row["file"], 0.0), float(row["score"]))
    return [
        Marked(
            row["file"],
            row["question"],
            "\n".join(row["references"]),
            row["answer"],
            row["verification"],
            row["score"] / full[row["file"]],
        )
        for row in chosen
    ]


def rmse(found: np.typing.NDArray[np.float64], truth: np.typing.NDArray[np.float64]) -> float:
    """Root mean square error."""
    return float(np.sqrt(np.mean((found - truth) ** 2)))


if __name__ == "__main__":
    raise SystemExit(main())
