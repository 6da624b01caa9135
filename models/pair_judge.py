"""The judge of pairs: what an answer does with a statement, and which share of full marks it earns.

A cross-encoder: question, statement (a criterion or a reference answer) and answer are read together. Its
verdicts are those of ``core.marks.Verdict``. The card is ``docs/models/pair-judge.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from core.marks import Verdict
from models import catalogue, sessions
from models.pair_tokens import Pair, PairTokens, batches, padded
from models.word_table import WordTable

__all__ = ["Judgements", "Pair", "PairJudge", "pair_judge"]

#: The catalogue's names of a language's judge, words and tokens.
FILES = {
    "en": ("english-judge", "english-words", "english-tokens"),
    "zh": ("chinese-judge", "chinese-words", "chinese-tokens"),
}
#: Tokens of one batch, so that its states stay in the processor's cache, and its most rows.
BATCH_TOKENS, BATCH_MOST = 1_024, 32
_VERDICTS = len(Verdict)


@dataclass(frozen=True)
class Judgements:
    """``verdicts`` (N, 4): probabilities in the order of ``Verdict``; ``share`` (N,): expected share, 0 to 1."""

    verdicts: NDArray[np.float32]
    share: NDArray[np.float32]


class PairJudge:
    """Judges pairs; the same pairs give the same judgements.

    The file says by what its logits are divided (``temperature``), and whether the question is ``read`` or
    ``left out``: a judge that holds the answer against the statement alone does better on new questions.
    """

    def __init__(self, session: ort.InferenceSession, words: WordTable, tokens: PairTokens) -> None:
        self._session = session
        self._words = words
        self._tokens = tokens
        facts = session.get_modelmeta().custom_metadata_map
        self._temperature = float(facts.get("temperature", "1"))
        self._reads_question = facts.get("question", "read") == "read"
        self.name = facts.get("name", "pair-judge")

    def judge(self, pairs: Sequence[Pair]) -> Judgements:
        """The judgement of each pair, in their order."""
        logits = self._logits(pairs)
        verdicts = logits[:, :_VERDICTS] / self._temperature
        odds = np.exp(verdicts - verdicts.max(axis=1, keepdims=True))
        share = 1 / (1 + np.exp(-logits[:, _VERDICTS]))
        return Judgements(
            (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), share.astype(np.float32)
        )

    def _logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        if not self._reads_question:
            pairs = [pair._replace(question="") for pair in pairs]
        rows = self._tokens.rows(pairs)
        logits = np.zeros((len(rows), _VERDICTS + 1), dtype=np.float32)
        for places in batches([len(row.ids) for row in rows], BATCH_TOKENS, BATCH_MOST):
            ids, types, mask = padded([rows[at] for at in places])
            given = {"words": self._words.words(ids), "types": types, "mask": mask}
            logits[places] = self._session.run(["logits"], given)[0]
        return logits


@cache
def pair_judge(language: str, threads: int = 1) -> PairJudge | None:
    """The judge of a language (``en``, ``zh``); ``None`` where none ships.

    Raises:
        ModelUnusable: a file of it is missing or damaged.
    """
    names = FILES.get(language)
    if names is None or names[0] not in {entry.name for entry in catalogue.entries()}:
        return None
    model, words, tokens = names
    return PairJudge(
        sessions.session(model, threads=threads),
        WordTable.read(catalogue.find(words)),
        PairTokens.read(catalogue.find(tokens)),
    )
