"""Pools two opinions by their log-odds (Genest & Zidek, 1986): neither is believed alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Nothing is surer than this before pooling.
SUREST = 0.002


def pooled_verdicts(
    first: NDArray[np.float64], second: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """``first^(1 - weight) · second^weight``, rows (N, K) normalised; ``weight`` in [0, 1]."""
    logs = (1.0 - weight) * np.log(np.clip(first, SUREST, 1.0)) + weight * np.log(
        np.clip(second, SUREST, 1.0)
    )
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    made: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return made


def pooled_share(
    first: NDArray[np.float64], second: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """The same for shares (N,) in [0, 1]."""
    logits = (1.0 - weight) * _logit(first) + weight * _logit(second)
    made: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits))
    return made


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(share, SUREST, 1.0 - SUREST)
    made: NDArray[np.float64] = np.log(kept / (1.0 - kept))
    return made
