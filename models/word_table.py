"""Word embeddings in 8-bit integers, one scale a row; encoder and judge of a language share them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelUnusable


@dataclass(frozen=True)
class WordTable:
    """``values`` (V, D) times ``scales`` (V, 1)."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, table: NDArray[np.float32]) -> WordTable:
        """Rounded to 255 steps a row."""
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
        return cls(np.rint(table / scales).astype(np.int8), scales.astype(np.float32))

    @classmethod
    def read(cls, path: Path) -> WordTable:
        """A table that :meth:`save` wrote.

        Raises:
            ModelUnusable: the file is none.
        """
        try:
            with np.load(path, allow_pickle=False) as kept:
                return cls(kept["values"], kept["scales"])
        except (OSError, ValueError, KeyError) as problem:
            raise ModelUnusable(f"词表文件 {path} 无法读取：{problem}", "请重新安装 zhupi。") from problem

    def save(self, path: Path) -> None:
        np.savez(path, values=self.values, scales=self.scales)

    def words(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The embeddings of ids (N, L), as (N, L, D)."""
        return self.values[ids].astype(np.float32) * self.scales[ids]
