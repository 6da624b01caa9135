"""How probable it is that words occur somewhere on a line, in what the recogniser thought possible.

The best text is one path through the steps; a criterion's word may stand on another that is nearly as
probable. For each word this adds up every path on which it occurs: anything before it, the word (CTC forward),
anything after it. A number counts only where no further digit stands beside it.

Both sides are folded as in :mod:`models.variants` (width, case, 繁简); spaces and punctuation are passed over.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.lattices import BLANK
from models.ctc import FLOOR, Emissions
from models.variants import plain

Reals = NDArray[np.float64]

#: Less probable words are not reported.
LEAST = 1e-3
#: Looks that do not show a word at all count as if they showed it this probable.
UNSEEN = 1e-4
#: Between digits this makes one number of them.
POINT = "."
#: Signs that say something, unlike other punctuation.
_SAID = "%/-" + POINT


@dataclass(frozen=True)
class Found:
    """A word on the line.

    ``probability`` that it occurs, the geometric mean over the looks; ``log_ratio`` is the natural log of
    its best path over the best of all paths (first look; 0 where the best reading has it). ``start``
    and ``end`` are shares of the crop's width.
    """

    word: str
    probability: float
    log_ratio: float
    start: float
    end: float


def find_words(looks: Sequence[Emissions], words: Sequence[str]) -> tuple[Found, ...]:
    """Each word that may occur, most probable first.

    Args:
        looks: at the same line, the plain one first.
        words: with at least one letter, digit or Chinese character each; others are not found.
    """
    if not looks:
        return ()
    tables = [_Table.of(look) for look in looks]
    found = [_found(tables, word, "".join(map(_folded, word))) for word in dict.fromkeys(words)]
    kept = [each for each in found if each is not None]
    return tuple(sorted(kept, key=lambda each: (-each.probability, each.word)))


@dataclass(frozen=True)
class _Table:
    """One look with folded characters: ``rows[char]`` has its probability at each step."""

    rows: dict[str, Reals]
    blank: Reals
    best: Reals  #: of each step
    digit_before: Reals  #: that the last character before each step was a digit
    digit_after: Reals  #: that the next character from each step on is a digit
    share: float

    @classmethod
    def of(cls, look: Emissions) -> _Table:
        count = len(look.steps)
        rows: dict[str, Reals] = {}
        for at, step in enumerate(look.steps):
            for char, probability in step:
                row = rows.setdefault(_folded(char), np.zeros(count + 2))
                row[at] += probability
        silent = rows.pop(BLANK, np.zeros(count + 2))
        silent[count:] = 1.0
        points = rows.get(POINT, np.zeros(count + 2))
        digits = sum((row for char, row in rows.items() if char.isdecimal()), np.zeros(count + 2))
        best = np.max([silent, *rows.values()], axis=0)
        passed = silent + points
        before, after = np.zeros(count + 2), np.zeros(count + 2)
        for at in range(count):
            before[at + 1] = min(1.0, digits[at] + passed[at] * before[at])
        for at in range(count - 1, -1, -1):
            after[at] = min(1.0, digits[at] + passed[at] * after[at + 1])
        return cls(rows, silent + points, best, before, after, look.width_share)


def _found(tables: Sequence[_Table], word: str, chars: str) -> Found | None:
    if not chars or any(char not in tables[0].rows for char in chars):
        return None
    odds = [max(UNSEEN, _occurs(table, chars)) for table in tables]
    probability = math.exp(float(np.mean(np.log(odds))))
    if probability < LEAST:
        return None
    log_ratio, first, last = _best_place(tables[0], chars)
    share = tables[0].share
    return Found(
        word, min(1.0, probability), log_ratio, min(1.0, first * share), min(1.0, (last + 1) * share)
    )


def _occurs(table: _Table, chars: str) -> float:
    """The sum over all paths with the word, each place of it once."""
    if any(char not in table.rows for char in chars):
        return 0.0
    said, blank = [table.rows[char] for char in chars], table.blank
    opening, closing = _edges(table, chars)
    here = np.zeros(len(chars))  # mass whose last character is this one
    between = np.zeros(len(chars))  # mass in a blank after it
    total = 0.0
    for at in range(len(blank) - 1):
        now = np.array([row[at] for row in said])
        entered = np.empty(len(chars))
        entered[0] = opening[at]
        for place in range(1, len(chars)):
            direct = here[place - 1] if chars[place] != chars[place - 1] else 0.0
            entered[place] = direct + between[place - 1]
        between = (between + here) * blank[at]
        here = (here + entered) * now
        total += here[-1] * closing[at + 1]
    return min(1.0, total)


def _edges(table: _Table, chars: str) -> tuple[Reals, Reals]:
    """For each step: that the word may begin at it, and that it is over when the step comes."""
    first, last = table.rows[chars[0]], table.rows[chars[-1]]
    before = np.concatenate([[0.0], first[:-1]])
    opening = 1.0 - (table.digit_before if chars[0].isdecimal() else before)
    closing = 1.0 - last
    if chars[-1].isdecimal():
        following = np.concatenate([table.digit_after[1:], [0.0]])
        others = (
            1.0
            - table.blank
            - sum((row for char, row in table.rows.items() if char.isdecimal()), np.zeros(len(last)))
        )
        closing = table.blank * (1.0 - following) + np.maximum(0.0, others)
    return np.maximum(0.0, opening), np.maximum(0.0, closing)


def _best_place(table: _Table, chars: str) -> tuple[float, int, int]:
    """The best single path with the word against the best of all: log ratio, first and last step."""
    states = [state for at, char in enumerate(chars) for state in ((BLANK, char) if at else (char,))]
    rows = np.array([table.blank if not s else table.rows[s] for s in states])
    with np.errstate(divide="ignore"):
        ratios = np.log(np.maximum(rows, FLOOR) / table.best)
    score, begun = np.full(len(states), -np.inf), np.zeros(len(states), dtype=int)
    best = (-math.inf, 0, 0)
    for at in range(len(table.blank) - 2):
        ways = np.full((3, len(states)), -np.inf)
        ways[0] = score
        ways[1, 1:] = score[:-1]
        for place in range(2, len(states), 2):
            if states[place] != states[place - 2]:
                ways[2, place] = score[place - 2]
        taken = ways.argmax(axis=0)
        begun = begun[np.maximum(0, np.arange(len(states)) - taken)]
        score = ways.max(axis=0)
        if score[0] < 0.0:  # begin here: whatever was before was the best path
            score[0], begun[0] = 0.0, at
        score = score + ratios[:, at]
        if score[-1] > best[0]:
            best = (float(score[-1]), int(begun[-1]), at)
    return best


@lru_cache(maxsize=1 << 14)
def _folded(char: str) -> str:
    """The plain form; the blank for what is passed over."""
    form = plain(char) if char else BLANK
    passed = form and form not in _SAID and unicodedata.category(form)[0] in "PZ"
    return BLANK if passed else form
