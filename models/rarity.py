"""How rare words and Chinese character pairs are: a small table counted from texts that may be passed on.

The keys are the tokens of ``marking.scoring.features.texts`` (English stems, pairs of Chinese characters),
the values inverse document frequencies in nats, in steps of 1/16. "\\u0000" and "\\u0001" are the values of
words and pairs that are not in the table. ``models/training/trees`` makes it.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache

from core.errors import ModelUnusable
from models import catalogue

MODEL = "zhupi-rarity"
#: One step of the stored values.
STEP = 1 / 16
#: The keys of the values for unknown words and unknown pairs.
UNKNOWN_WORD, UNKNOWN_PAIR = "\u0000", "\u0001"


@cache
def rarity() -> Mapping[str, float]:
    """Token → inverse document frequency in nats.

    Raises:
        ModelUnusable: the table is missing or is not the catalogued one.
    """
    path = catalogue.find(MODEL)
    return unpacked(path.read_bytes())


def packed(table: Mapping[str, float]) -> bytes:
    """The table as a file: a line per value, the value's steps and then its tokens, gzipped."""
    rows: dict[int, list[str]] = {}
    for token, value in table.items():
        rows.setdefault(round(value / STEP), []).append(token)
    lines = [f"{steps} {' '.join(sorted(tokens))}" for steps, tokens in sorted(rows.items())]
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def unpacked(content: bytes) -> dict[str, float]:
    """The table of a file made by :func:`packed`.

    Raises:
        ModelUnusable: it is no such file.
    """
    try:
        lines = gzip.decompress(content).decode().split("\n")
        rows = [line.split(" ") for line in lines]
        table = {token: int(steps) * STEP for steps, *tokens in rows for token in tokens}
        _ = table[UNKNOWN_WORD], table[UNKNOWN_PAIR]
    except (OSError, ValueError, KeyError) as problem:
        raise ModelUnusable("词频表不是本程序写出的文件。", "请重新安装 zhupi。") from problem
    return table
