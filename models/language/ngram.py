"""A pruned character n-gram model in one small file, mapped into memory.

The file is a line of JSON padded with spaces, then plain little-endian arrays. For every length of
n-gram they are sorted by their symbols, so that all followers of a context lie together and are found by
bisection. Probabilities and back-off weights take one byte each: natural logarithm in steps of 1/16.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import catalogue
from models.language.symbols import DIGIT, DIGITS, SPACE, is_wide, symbol

MODEL = "language-zh-en"
FRENCH = "language-fr"
MAGIC = "zhupi-ngram-1"
#: Bytes of a model file before its arrays are a multiple of this.
ALIGNMENT = 64

#: One unit of a stored logarithm, in nats.
LOG_STEP = 1 / 16
#: Back-off weights may exceed one by so many nats.
WEIGHT_ABOVE = 4.0

#: So much of every probability is kept for what was never seen: names, rare words, no language at all.
UNSEEN_SHARE = 0.02
#: A character of the national standard GB 2312 that follows no rule is one of so many …
PLAIN_CHARACTERS = 7000
#: … and any other of the recogniser's characters is this much rarer.
FOREIGN_SHARE = 1 / 20

#: Contexts whose followers are remembered at most, for speed.
_REMEMBERED = 1 << 15

#: The symbols before a place, oldest first; unknown ones are 0.
Context = tuple[int, ...]


class CharacterModel:
    """How probable each character is after the ones before it.

    Args:
        symbols: in code point order; their numbers count from 1.
        levels: for each length of n-gram the arrays ``symbol`` (last symbols; not for length 1),
            ``log`` and, but for the longest, ``weight`` and ``followers`` (how many n-grams one longer
            begin with this one).
    """

    def __init__(self, symbols: str, levels: Sequence[Mapping[str, NDArray[np.generic]]]) -> None:
        self._ids = {char: at for at, char in enumerate(symbols, start=1)}
        self.order = len(levels)
        self._space = self._ids.get(SPACE, 0)
        self._first_wide = 1 + sum(not is_wide(char) for char in symbols)
        self._symbol = [level["symbol"].data for level in levels[1:]]
        self._log = [level["log"].data for level in levels]
        self._weight = [level["weight"].data for level in levels[:-1]]
        followers = [level["followers"].astype(np.int64) for level in levels[:-1]]
        self._first = [np.cumsum(np.concatenate([[0], row])).data for row in followers]
        self._alone: dict[str, float] = {}
        self._followers: dict[Context, tuple[tuple[int, int, int, float], ...]] = {}

    @classmethod
    def from_file(cls, path: Path) -> CharacterModel:
        """Map a model file into memory.

        Raises:
            ValueError: the file is not such a model.
        """
        content = np.memmap(path, dtype=np.uint8, mode="r")
        head = bytes(content[: 1 << 17]).split(b"\n", 1)[0]
        if not head.startswith(b'{"magic": "' + MAGIC.encode()):
            raise ValueError(f"{path} is not a language model of the form {MAGIC}")
        facts = json.loads(head)
        levels = [
            {
                name: content[at : at + size].view(np.dtype(kind))
                for name, kind, at, size in level  # each with its place in bytes
            }
            for level in facts["levels"]
        ]
        return cls(facts["symbols"], levels)

    def id_of(self, char: str) -> int:
        """The number of a character's symbol, 0 when the model has never seen it."""
        return self._ids.get(symbol(char), 0)

    def extended(self, context: Context, char: str) -> Context:
        """The context one character later; spaces count as in :func:`symbols_of`."""
        said = self.id_of(char)
        if said == self._space and char.isspace():
            ends = not context or context[-1] in (0, said) or context[-1] >= self._first_wide
            return context if ends else (*context, said)[1 - self.order :]
        return (*self._before(context, said), said)[1 - self.order :]

    def _before(self, context: Context, said: int) -> Context:
        """The context without a space that turns out to stand beside Chinese."""
        spaced = context and context[-1] == self._space and (said == 0 or said >= self._first_wide)
        return context[:-1] if spaced else context

    def log_alone(self, char: str) -> float:
        """Natural log of the character's probability where nothing is known of what is before it."""
        known = self._alone.get(char)
        if known is None:
            known = self._alone[char] = self._spread(self._unigram(self.id_of(char)), char)
        return known

    def log_after(self, context: Context, char: str) -> float:
        """Natural log of the character's probability after the context (oldest symbol first)."""
        said = self.id_of(char)
        if said:
            lost = 0.0
            for level, low, high, weight in self._followers_of(self._before(context, said)):
                row = self._symbol[level]
                at = bisect_left(row, said, low, high)
                if at < high and row[at] == said:
                    return self._spread(lost - LOG_STEP * self._log[level + 1][at], char)
                lost += weight
            return self._spread(lost + self._unigram(said), char)
        return self._spread(-math.inf, char)

    def log_probability(self, text: str) -> float:
        """Natural log of the probability of a text's characters, one after the other."""
        total = 0.0
        context: Context = ()
        for char in text:
            total += self.log_after(context, char)
            context = self.extended(context, char)
        return total

    def _unigram(self, said: int) -> float:
        return -LOG_STEP * self._log[0][said - 1] if said else -math.inf

    def _spread(self, log: float, char: str) -> float:
        """With the share for what was never seen, and a digit as one of ten."""
        log = max(log, _log_unseen(char))
        return log - _LOG_DIGITS if symbol(char) == DIGIT else log

    def _followers_of(self, context: Context) -> tuple[tuple[int, int, int, float], ...]:
        """For each end of the context that is known, longest first: level, range of followers, weight."""
        known = self._followers.get(context)
        if known is None:
            if len(self._followers) >= _REMEMBERED:
                self._followers.clear()
            rows = [self._range(context[at:]) for at in range(len(context))]
            known = self._followers[context] = tuple(row for row in rows if row is not None)
        return known

    def _range(self, context: Context) -> tuple[int, int, int, float] | None:
        if 0 in context:
            return None
        at = context[0] - 1
        for level, said in enumerate(context[1:]):
            low, high = self._first[level][at], self._first[level][at + 1]
            at = bisect_left(self._symbol[level], said, low, high)
            if at >= high or self._symbol[level][at] != said:
                return None
        level = len(context) - 1
        weight = WEIGHT_ABOVE - LOG_STEP * self._weight[level][at]
        return level, self._first[level][at], self._first[level][at + 1], weight


_LOG_DIGITS = math.log(DIGITS)


@lru_cache(maxsize=1 << 15)
def _log_unseen(char: str) -> float:
    share = UNSEEN_SHARE / PLAIN_CHARACTERS
    return math.log(share if is_plain(char) else share * FOREIGN_SHARE)


def is_plain(char: str) -> bool:
    """Whether the character is one of the national standard GB 2312 (simplified, common)."""
    try:
        return len(symbol(char).encode("gb2312")) <= 2
    except UnicodeEncodeError:
        return False


@cache
def default_language(language: str = "") -> CharacterModel:
    """The catalogued model of a language, shared by the whole process: ``fr``, or Chinese and English.

    Raises:
        ModelUnusable: the file is missing or damaged.
    """
    return CharacterModel.from_file(catalogue.find(FRENCH if language == "fr" else MODEL))
