"""Test splits of SciEntsBank and SAF with the shipped trees alone; part of ``benchmarks.ads --tests``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marking.scoring.features import FEATURE_NAMES
from models.spread import opinions
from models.training.trees.figures import macro_f1
from models.training.trees.rows import nearest
from models.training.trees.samples import Sample, scientsbank
from models.training.trees.spread_fit import expected
from models.verdict_trees import TreeJudgements, verdict_trees

_SCIENTSBANK = {"ua": "unseen-answers", "uq": "unseen-questions", "ud": "unseen-domains"}
_SAF = {"ua": "unseen_answers", "uq": "unseen_questions"}


def test_figures(data: Path) -> dict[str, float]:
    """Macro-F1 of SciEntsBank (3-way), RMSE and Pearson of SAF (version 2; shares of full marks)."""
    figures = {}
    for key, part in _SCIENTSBANK.items():
        chosen = list(scientsbank(data / "semeval2013_sra", f"test-{part}"))
        figures[f"statistical_macro_f1_{key}"] = macro_f1(_judged(chosen).verdicts, [s.label for s in chosen])
    for key, part in _SAF.items():
        chosen = list(_saf(data / "saf", part))
        judged = _judged(chosen)
        said = expected(judged.verdicts, judged.share, opinions()["statistical.en"].credit)
        truth = np.array([s.share for s in chosen], dtype=np.float64)
        figures[f"statistical_saf_rmse_{key}"] = float(np.sqrt(((said - truth) ** 2).mean()))
        figures[f"mean_saf_rmse_{key}"] = float(np.sqrt(((truth.mean() - truth) ** 2).mean()))
    return {key: round(value, 4) for key, value in figures.items()}


def _judged(chosen: list[Sample]) -> TreeJudgements:
    rows: NDArray[np.float64] = np.stack([nearest(sample) for sample in chosen])
    return verdict_trees(FEATURE_NAMES).judge(rows)


def _saf(folder: Path, part: str) -> Iterator[Sample]:
    """Scores divided by the highest score of their question in this part."""
    text = (folder / f"v2_english_{part}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    highest: dict[str, float] = {}
    for row in rows:
        highest[row["file"]] = max(highest.get(row["file"], 0.0), row["score"])
    for row in rows:
        share = row["score"] / (highest[row["file"]] or 1.0)
        yield Sample(
            "saf", row["file"], row["question"], tuple(row["references"]), row["answer"], "en", share
        )
