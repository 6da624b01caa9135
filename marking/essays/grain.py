"""Texts ground for comparing: one sign after the other, without spaces, punctuation, width and case."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_HAN = re.compile("[\u3400-\u9fff]")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  #: golden ratio of 2^64: odd, its multiples well spread
_MIXED = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Scale:
    """How long things are in a script: characters of Chinese, letters of English (about five a word).

    ``shingle`` is compared across all answers; ``seed`` finds the same passage in two texts; ``gap`` of
    misread or changed signs joins two stretches of a passage; ``quoted`` and ``alike`` are the shortest
    passages that are told of from the paper and from another candidate.
    """

    shingle: int
    seed: int
    gap: int
    quoted: int
    alike: int


HAN = Scale(shingle=5, seed=4, gap=8, quoted=16, alike=24)
LATIN = Scale(shingle=12, seed=8, gap=16, quoted=50, alike=70)


@dataclass(frozen=True)
class Ground:
    """A text ground, and where each sign stands in what was read."""

    text: str
    signs: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text as read of the signs from ``start`` to before ``end``."""
        return self.offsets[start], self.offsets[end - 1] + 1


@functools.lru_cache(maxsize=4096)
def _folded(sign: str) -> str:
    """The sign as it is compared; "" for what is not."""
    return "".join(c for c in unicodedata.normalize("NFKC", sign).lower() if c.isalnum())


def ground(text: str) -> Ground:
    """The text without all that a copyist or a reader changes easily."""
    signs, offsets = [], []
    for at, sign in enumerate(text):
        folded = _folded(sign)
        signs.append(folded)
        offsets += [at] * len(folded)
    return Ground(text, "".join(signs), tuple(offsets))


def scale_of(text: str) -> Scale:
    """By the script that most of the text is in."""
    han = len(_HAN.findall(text))
    letters = sum(c.isascii() and c.isalpha() for c in text)
    return HAN if 3 * han >= letters else LATIN


def shingle_hashes(signs: str, length: int) -> Hashes:
    """A hash of each run of ``length`` signs, by where it begins; empty when the text is shorter.

    A polynomial in the signs' code points modulo 2^64, mixed at the end: equal runs have equal hashes,
    and different ones the same by chance about once in 10^19.
    """
    codes = np.frombuffer(signs.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = len(codes) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for at in range(length):
        total = total * _FACTOR + codes[at : at + count]
    total ^= total >> np.uint64(31)
    return total * _MIXED


def joined(several: Sequence[Hashes]) -> tuple[Hashes, NDArray[np.int32]]:
    """All hashes behind one another, and whose each is."""
    owners = [np.full(len(hashes), n, dtype=np.int32) for n, hashes in enumerate(several)]
    if not several:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32)
    return np.concatenate(several), np.concatenate(owners)
