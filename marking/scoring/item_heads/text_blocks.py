"""Frozen features of an item's answers, fitted on the answers alone (marked or not): no mark is looked at.

Each block is one way of telling answers apart: shared character and word n-grams, their latent directions
(LSA: Deerwester et al. 1990), how much is said, sentence embeddings, and what the base scorer made of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Floats = NDArray[np.float64]

#: Directions that LSA keeps at most.
LSA_SIZE = 50
_WORD = r"[^\W_]+"
_CJK = re.compile(r"[\u3400-\u9fff]")
_SPACES = re.compile(r"\s+")


def plain(text: str, language: str) -> str:
    """Lower case, single spaces; Chinese without any."""
    return _SPACES.sub("" if language == "zh" else " ", text).strip().lower()


def tokens(text: str) -> list[str]:
    """Words of alphabetic scripts and numbers; single Chinese characters."""
    return re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+", text)


class TextBlocks:
    """The blocks of one item. ``of(texts)`` gives a block's rows for any answers."""

    def __init__(self, texts: Sequence[str], language: str, embed: Embed | None) -> None:
        self.language = language
        self._embed = embed
        pool = [plain(text, language) for text in texts]
        often = 2 if len(pool) >= 20 else 1
        self._grams = _fitted(_grams(language, often), pool)
        self._words = _fitted(_words(language, often), pool)
        self._counts = _fitted(_counted(language, often), pool)
        self._lsa = _lsa(self._grams, pool)
        sizes = _sizes(pool)
        self._size_mean, self._size_scale = sizes.mean(0), np.maximum(sizes.std(0), 0.1)
        self._embed_mean: Floats | None = None
        if embed is not None:
            self._embed_mean = np.asarray(embed(list(texts)), dtype=np.float64).mean(0)

    def of(self, texts: Sequence[str]) -> dict[str, Any]:
        """Rows by block: sparse for n-grams, dense (N, D) else. Blocks that the item lacks are left out."""
        pool = [plain(text, self.language) for text in texts]
        blocks: dict[str, Any] = {"length": (_sizes(pool) - self._size_mean) / self._size_scale}
        if self._grams is not None:
            grams = self._grams.transform(pool)
            blocks["grams"] = grams
            if self._lsa is not None:
                blocks["lsa"] = _unit(self._lsa.transform(grams))
        if self._words is not None:
            blocks["words"] = self._words.transform(pool)
        if self._counts is not None:
            blocks["counts"] = self._counts.transform(pool)
        if self._embed is not None and self._embed_mean is not None:
            raw = np.asarray(self._embed(list(texts)), dtype=np.float64)
            blocks["embedding"] = _unit(raw - self._embed_mean)
        return blocks

    @property
    def word_list(self) -> list[str]:
        """The words of the "words" block, by column."""
        return [] if self._words is None else [str(word) for word in self._words.get_feature_names_out()]


def _grams(language: str, often: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  (workers only)

    analyzer, sizes = ("char", (1, 4)) if language == "zh" else ("char_wb", (2, 5))
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=sizes, min_df=often, sublinear_tf=True, dtype=np.float32
    )


def _words(language: str, often: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  (workers only)

    shape: dict[str, Any] = {"token_pattern": _WORD, "ngram_range": (1, 2)}
    if language == "zh":
        shape = {"analyzer": "char", "ngram_range": (2, 4)}
    return TfidfVectorizer(min_df=often, sublinear_tf=True, dtype=np.float32, **shape)


def _counted(language: str, often: int) -> Any:
    """Which n-grams occur at all, unscaled: an answer that says more has more of them."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415  (workers only)

    analyzer, sizes = ("char", (1, 3)) if language == "zh" else ("char_wb", (3, 6))
    return CountVectorizer(
        analyzer=analyzer, ngram_range=sizes, min_df=often + 1, binary=True, dtype=np.float32
    )


def _fitted(vectorizer: Any, pool: Sequence[str]) -> Any:
    """The vectoriser fitted on the pool, or ``None`` where the pool holds no words."""
    try:
        return vectorizer.fit(pool)
    except ValueError:  # "empty vocabulary": blank answers, or a handful that share nothing
        return None


def _lsa(vectorizer: Any, pool: Sequence[str]) -> Any:
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415  (workers only)

    if vectorizer is None:
        return None
    rows = vectorizer.transform(pool)
    size = min(LSA_SIZE, len(pool) // 3, rows.shape[1] - 1)
    return TruncatedSVD(size, random_state=0).fit(rows) if size >= 2 else None


def _sizes(pool: Sequence[str]) -> Floats:
    """(N, 2): logarithms of characters and of different tokens."""
    return np.log1p(np.array([[len(t), len(set(tokens(t)))] for t in pool], dtype=np.float64).reshape(-1, 2))


def _unit(rows: Any) -> Floats:
    dense = np.asarray(rows, dtype=np.float64)
    unit: Floats = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    return unit
