"""Question, statement and answer as one row of token ids: ``[CLS] question [SEP] statement [SEP] answer [SEP]``.

The same rows are trained on and judged. Tokens of the answer have type 1, all others type 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.errors import ModelUnusable

Ids = NDArray[np.int64]


class Pair(NamedTuple):
    """An answer and the statement that it is held against: a criterion, or a reference answer."""

    question: str
    statement: str
    answer: str


@dataclass(frozen=True)
class Limits:
    """Tokens that are read at most of each part; with the four marks at most 512 in all."""

    question: int = 56  #: its last ones: what is asked stands at the end
    statement: int = 176
    answer: int = 272


class Row(NamedTuple):
    """One sequence: token ids and types, (L,) each."""

    ids: tuple[int, ...]
    types: tuple[int, ...]


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """The id of a token that every tokenizer here has.

    Raises:
        ModelUnusable: this one has not.
    """
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ModelUnusable(f"分词文件中没有 {token}。", "请重新安装 zhupi。")
    return found


class PairTokens:
    """Makes rows of texts with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer, limits: Limits = Limits()) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._limits = limits
        self._cls = token_id(tokenizer, "[CLS]")
        self._sep = token_id(tokenizer, "[SEP]")

    @classmethod
    def read(cls, path: Path, limits: Limits = Limits()) -> PairTokens:
        """With the tokenizer of a JSON file."""
        return cls(Tokenizer.from_file(str(path)), limits)

    def rows(self, pairs: Sequence[Pair]) -> list[Row]:
        """One row a pair, in their order."""
        texts = sorted({text for pair in pairs for text in pair})
        encoded = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        ids = {text: tuple(one.ids) for text, one in zip(texts, encoded, strict=True)}
        return [self._row(*(ids[text] for text in pair)) for pair in pairs]

    def single(self, texts: Sequence[str], most: int = 256) -> list[Row]:
        """``[CLS] text [SEP]`` for each text, with up to ``most`` tokens of it, all of type 0."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = ((self._cls, *one.ids[:most], self._sep) for one in encoded)
        return [Row(ids, (0,) * len(ids)) for ids in rows]

    def _row(self, question: tuple[int, ...], statement: tuple[int, ...], answer: tuple[int, ...]) -> Row:
        limits = self._limits
        asked = (*question[-limits.question :], self._sep) if question else ()
        first = (self._cls, *asked, *statement[: limits.statement], self._sep)
        second = (*answer[: limits.answer], self._sep)
        return Row((*first, *second), (0,) * len(first) + (1,) * len(second))


def padded(rows: Sequence[Row]) -> tuple[Ids, Ids, Ids]:
    """Ids, types and mask (1 where there is a token) of the rows, (N, L) with L the longest one's."""
    longest = max(len(row.ids) for row in rows)
    ids, types, mask = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(3))
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = row.ids
        types[at, : len(row.ids)] = row.types
        mask[at, : len(row.ids)] = 1
    return ids, types, mask


def batches(lengths: Sequence[int], cells: int, most: int) -> list[list[int]]:
    """Places of rows by rising length, in batches of at most ``most`` rows and about ``cells`` tokens."""
    order = sorted(range(len(lengths)), key=lambda at: (lengths[at], at))
    made: list[list[int]] = []
    for at in order:
        if made and len(made[-1]) < most and (len(made[-1]) + 1) * lengths[at] <= cells:
            made[-1].append(at)
        else:
            made.append([at])
    return made
