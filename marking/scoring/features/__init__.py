"""What can be counted about an answer beside a statement: the input of the verdict trees.

``pair_features(question, statement, answer, language)`` gives one row; its columns are ``FEATURE_NAMES``.
Nothing is learnt here but how rare words are (``models.rarity``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marking.scoring.features import numbers, overlap, points, shape
from marking.scoring.features.texts import prepared

__all__ = ["FEATURE_NAMES", "pair_features"]

FEATURE_NAMES: tuple[str, ...] = (*overlap.NAMES, *points.NAMES, *numbers.NAMES, *shape.NAMES)


def pair_features(question: str, statement: str, answer: str, language: str) -> NDArray[np.float64]:
    """The features ``(F,)`` of one answer beside one statement (a criterion or a reference answer).

    Args:
        question: what was asked, "" where unknown.
        statement: what the answer should say.
        answer: as written or read.
        language: "zh" or "en"; texts may mix both.
    """
    asked, wanted, given = prepared(question), prepared(statement), prepared(answer)
    row = (
        *overlap.overlap_features(asked, wanted, given),
        *points.point_features(asked, wanted, given),
        *numbers.number_features(asked, wanted, given),
        *shape.shape_features(asked, wanted, given, language),
    )
    return np.array(row, dtype=np.float64)
