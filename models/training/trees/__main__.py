"""Make the verdict trees: ``python -m models.training.trees --data ../shared/data [--out models/weights]``.

Counts how rare words are (``--rarity``: the features depend on the table, so its SHA-256 goes into the
catalogue before the trees are made), turns the marked answers into rows of features, fits the trees on
folds that leave questions out (for the figures, and for how marks spread around an expected share), then
on all rows, and writes ``verdict-trees.onnx`` and the statistical part of ``models/scoring.toml``.
A few minutes on one core. Needs scikit-learn, onnx and skl2onnx.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marking.scoring.features import FEATURE_NAMES
from models.rarity import packed
from models.spread import Opinion
from models.training.trees.export import export
from models.training.trees.figures import figures_of
from models.training.trees.fit import fit, out_of_fold
from models.training.trees.rarity_counts import counted
from models.training.trees.rows import Rows, genuine_rows, joined, made_rows
from models.training.trees.samples import Sample, samples
from models.training.trees.spread_fit import allowed, expected, fitted_credit, fitted_spread, level_odds
from models.training.trees.tables import write_opinion

WEIGHTS = Path(__file__).parents[2] / "weights"
#: So many rows are compared between the ensembles and the file.
_EXAMPLE = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, or fit and export; print the figures and the SHA-256."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the sample sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the files")
    parser.add_argument("--rarity", action="store_true", help="only count how rare words are")
    parser.add_argument("--held-out", type=Path, help="write the out-of-fold judgements to this .npz")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.rarity:
        path = options.out / "rarity.gz"
        path.write_bytes(packed(counted(options.data)))
        return _said(path)
    marked = samples(options.data)
    rows = joined(genuine_rows(marked), made_rows(marked))
    figures, partly = _cross_validated(marked, rows, options.held_out)
    print(json.dumps(figures, indent=1))
    path = options.out / "verdict-trees.onnx"
    export(fit(rows, partly=partly), FEATURE_NAMES, path, rows.features[:_EXAMPLE])
    return _said(path)


def _cross_validated(
    marked: Sequence[Sample], rows: Rows, held_out: Path | None
) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Figures on questions left out, and each row's share of "partly".

    Writes the spreads, and the judgements where asked.
    """
    verdicts, share, every_partly = out_of_fold(rows)
    own = rows.genuine
    genuine = rows.chosen(own)
    verdicts, share, partly = verdicts[own], share[own], every_partly[own]
    odds = level_odds(genuine, partly)
    languages = np.array([sample.language for sample in marked])
    if held_out is not None:
        keys = np.array([s.key for s in marked])
        truth = allowed(genuine)
        np.savez(
            held_out, key=keys, language=languages, verdicts=verdicts, share=share, odds=odds, truth=truth
        )
    together = np.zeros(len(share))
    for language in ("en", "zh"):
        which = languages == language
        credit = fitted_credit(verdicts[which], share[which], odds[which])
        together[which] = expected(verdicts[which], share[which], credit)
        spread = fitted_spread(together[which], odds[which], genuine.weight[which])
        write_opinion(f"statistical.{language}", Opinion(credit=credit, spread=spread))
    return figures_of(marked, verdicts, together), every_partly


def _said(path: Path) -> int:
    content = path.read_bytes()
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
