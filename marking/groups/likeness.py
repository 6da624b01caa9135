"""How alike answers are: their embeddings and the character n-grams that they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marking.normalise import MAX_CHARACTERS, halfwidth, simplified

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Lengths of the n-grams: Chinese characters say more than letters do.
_CHINESE_LENGTHS, _LATIN_LENGTHS = (1, 2), (3, 4)
#: At most so many different n-grams are told apart.
_COLUMNS = 2048


def gram_rows(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows of TF-IDF over character n-grams, shape (N, at most ``_COLUMNS``).

    The commonest n-grams that more than one answer has are kept.
    """
    counted = [_grams(text) for text in texts]
    spread = Counter(gram for counts in counted for gram in counts)
    shared = sorted((gram for gram in spread if spread[gram] > 1), key=lambda gram: (-spread[gram], gram))
    columns = {gram: at for at, gram in enumerate(shared[:_COLUMNS])}
    rows = np.zeros((len(texts), max(1, len(columns))), dtype=np.float32)
    for row, counts in zip(rows, counted, strict=True):
        kept = [(columns[gram], count) for gram, count in counts.items() if gram in columns]
        if kept:
            places, often = np.array(kept).T
            row[places] = 1 + np.log(often)
    weights = [np.log((1 + len(texts)) / (1 + spread[gram])) + 1 for gram in columns]
    rows *= np.asarray(weights or [1.0], dtype=np.float32)
    return unit(rows)


def embedded_rows(texts: Sequence[str], embed: Embed | None) -> NDArray[np.float32] | None:
    """Unit rows (N, D) of the embedding; ``None`` where there is none."""
    if embed is None or not texts:
        return None
    return unit(np.asarray(embed(list(texts)), dtype=np.float32))


def centred(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit rows after taking their mean away: what all answers to an item share tells none apart."""
    return unit(rows - rows.mean(axis=0, keepdims=True))


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


@lru_cache(maxsize=8192)
def _grams(text: str) -> Counter[str]:
    plain = re.sub(r"[\W_]+", " ", simplified(halfwidth(text[:MAX_CHARACTERS])).lower()).strip()
    chinese = len(_CHINESE.findall(plain)) * 2 > len(plain)
    padded = plain.replace(" ", "") if chinese else f" {plain} "
    lengths = _CHINESE_LENGTHS if chinese else _LATIN_LENGTHS
    return Counter(padded[at : at + length] for length in lengths for at in range(len(padded) - length + 1))
