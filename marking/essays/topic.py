"""How near an essay is to its task: by the words it shares with the task and with the other essays.

Cosines of TF-IDF vectors (pairs of characters, or English words), half with the task's own text and half
with the mean of all other essays. An essay on something else is far from both; a good essay may be far, too,
so that only its place in the row is told, and a person looks.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marking.essays.grain import HAN, Scale, ground

Vector = NDArray[np.float64]

_WORD = re.compile(r"[a-z]+")
_WIDTH = 1 << 15
#: Fewer signs than this say nothing about their subject.
FEWEST_SIGNS = 30


def closeness(texts: Sequence[str], task: str, scale: Scale) -> list[float | None]:
    """For each text how near it is, in [0, 1]; ``None`` for one too short to tell, and when it stands alone.

    Args:
        texts: all essays of one item.
        task: stem, material and reference answer.
        scale: of the script.
    """
    counts = [_counts(text, scale) for text in texts]
    usable = [n for n, text in enumerate(texts) if len(ground(text).signs) >= FEWEST_SIGNS]
    if len(usable) < 2:
        return [None] * len(texts)
    idf = _idf([counts[n] for n in usable])
    vectors = {n: _unit(counts[n], idf) for n in usable}
    total = np.zeros(_WIDTH)
    for at, values in vectors.values():
        total[at] += values
    asked = np.zeros(_WIDTH)
    at, values = _unit(_counts(task, scale), idf)
    asked[at] = values
    return [_near(vectors[n], total, asked) if n in vectors else None for n in range(len(texts))]


def _near(vector: tuple[NDArray[np.int64], Vector], total: Vector, asked: Vector) -> float:
    at, values = vector
    others = total.copy()
    others[at] -= values
    length = float(np.linalg.norm(others))
    with_others = float(values @ others[at]) / length if length else 0.0
    if not asked.any():
        return min(1.0, max(0.0, with_others))
    return min(1.0, max(0.0, (with_others + float(values @ asked[at])) / 2))


def _counts(text: str, scale: Scale) -> dict[int, int]:
    """How often each pair of characters (or word) stands in the text, by its bucket."""
    if scale is HAN:
        signs = ground(text).signs
        grams = [signs[i : i + 2] for i in range(len(signs) - 1)]
    else:
        grams = _WORD.findall(text.lower())
    found: dict[int, int] = {}
    for gram in grams:
        bucket = zlib.crc32(gram.encode()) % _WIDTH
        found[bucket] = found.get(bucket, 0) + 1
    return found


def _idf(counts: Sequence[dict[int, int]]) -> Vector:
    within = np.zeros(_WIDTH)
    for each in counts:
        within[list(each)] += 1
    idf: Vector = np.log((1 + len(counts)) / (1 + within)) + 0.1
    return idf


def _unit(counts: dict[int, int], idf: Vector) -> tuple[NDArray[np.int64], Vector]:
    """Buckets and values of the text's vector of length 1."""
    at = np.fromiter(counts, dtype=np.int64, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * idf[at]
    length = float(np.linalg.norm(values))
    return at, values / length if length else values
