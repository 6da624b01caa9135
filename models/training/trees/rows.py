"""From marked answers to rows of features, with the answers that are made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marking.scoring.features import FEATURE_NAMES, pair_features
from models.training.trees.made import Pair, made_pairs
from models.training.trees.samples import Sample

#: Rows of sets that give labels instead of marks count so much for the share.
_LABEL_WEIGHT = 0.6
_CLOSENESS = FEATURE_NAMES.index("rare_cosine")
_VAGUE = -1


@dataclass(frozen=True)
class Rows:
    """Features ``(N, F)``, verdicts (-1: "partly" or "not addressed"), shares, weights, groups, sources."""

    features: NDArray[np.float64]
    verdicts: NDArray[np.int64]
    share: NDArray[np.float64]
    weight: NDArray[np.float64]
    groups: tuple[tuple[str, str], ...]
    genuine: NDArray[np.bool_]  #: a pupil's own answer beside the question's own reference

    def chosen(self, which: NDArray[np.bool_]) -> Rows:
        """The rows for which ``which`` holds."""
        groups = tuple(group for group, wanted in zip(self.groups, which, strict=True) if wanted)
        return Rows(
            self.features[which],
            self.verdicts[which],
            self.share[which],
            self.weight[which],
            groups,
            self.genuine[which],
        )


def genuine_rows(samples: Sequence[Sample]) -> Rows:
    """One row a sample: the answer beside the reference that is nearest to it."""
    features = _single(np.stack([nearest(sample) for sample in samples]))
    targets = [target_of(sample) for sample in samples]
    return Rows(
        features,
        np.array([verdict for verdict, _, _ in targets], dtype=np.int64),
        np.array([share for _, share, _ in targets]),
        np.array([weight for _, _, weight in targets]),
        tuple((sample.source, sample.group) for sample in samples),
        np.ones(len(samples), dtype=bool),
    )


def _single(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded to 32 bits, as the ONNX file will see them."""
    return features.astype(np.float32).astype(np.float64)


def nearest(sample: Sample) -> NDArray[np.float64]:
    """The features beside the reference that shares most rare words with the answer."""
    rows = [
        pair_features(sample.question, reference, sample.answer, sample.language)
        for reference in sample.references
    ]
    return max(rows, key=lambda row: float(row[_CLOSENESS]))


def target_of(sample: Sample) -> tuple[int, float, float]:
    """Verdict (-1 where it is not known which), share, weight."""
    if sample.share is None:
        known = {"correct": (0, 1.0), "contradictory": (2, 0.0)}
        verdict, share = known.get(sample.label, (_VAGUE, 0.0))
        return verdict, share, _LABEL_WEIGHT
    return (0 if sample.share >= 0.95 else 3 if sample.share <= 0.05 else 1), sample.share, 1.0


def made_rows(samples: Sequence[Sample]) -> Rows:
    """Rows of pairs made from the samples; none is ever measured on."""
    pairs: list[Pair] = made_pairs(samples)
    return Rows(
        _single(np.stack([pair_features(p.question, p.statement, p.answer, p.language) for p in pairs])),
        np.array([p.verdict for p in pairs], dtype=np.int64),
        np.array([p.share for p in pairs]),
        np.array([p.weight for p in pairs]),
        tuple(p.group for p in pairs),
        np.zeros(len(pairs), dtype=bool),
    )


def joined(first: Rows, second: Rows) -> Rows:
    """The rows of both."""
    return Rows(
        np.concatenate([first.features, second.features]),
        np.concatenate([first.verdicts, second.verdicts]),
        np.concatenate([first.share, second.share]),
        np.concatenate([first.weight, second.weight]),
        first.groups + second.groups,
        np.concatenate([first.genuine, second.genuine]),
    )
