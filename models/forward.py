"""The sums over paths behind verification: many texts at once, and every text one edit away.

All in plain NumPy, in probabilities scaled step by step (far quicker than logarithms, and as exact).
A text of ``n`` characters has ``2 n + 1`` states: gap, character, gap, … , gap. Logarithms are natural.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lattices import BLANK, Step
from models.variants import States, plain

Floats = NDArray[np.float64]

#: The logarithm of what cannot be, kept finite so that looks can be averaged.
NEVER = -400.0


@dataclass(frozen=True)
class Table:
    """One look: the probability of each plain character at each step.

    ``values`` is ``(steps, keys)``; ``keys[0]`` is the blank. A character without a column has
    ``floor`` at every step.
    """

    keys: tuple[str, ...]
    values: Floats
    floor: float

    @property
    def steps(self) -> int:
        return len(self.values)

    def columns(self, keys: Sequence[str]) -> Floats:
        """``(steps, len(keys))``, the floor where nothing is known."""
        index = {key: at for at, key in enumerate(self.keys)}
        padded = np.concatenate([self.values, np.full((self.steps, 1), self.floor)], axis=1)
        return padded[:, [index.get(key, len(self.keys)) for key in keys]]

    def of_sets(self, sets: Sequence[frozenset[str]]) -> Floats:
        """``(steps, len(sets))``: what the characters of each set have together."""
        index = {key: at for at, key in enumerate(self.keys)}
        unknown = len(self.keys)
        members = [[index[key] for key in each if key in index] or [unknown] for each in sets]
        padded = np.concatenate([self.values, np.full((self.steps, 1), self.floor)], axis=1)
        starts = np.cumsum([0, *(len(each) for each in members[:-1])])
        columns = [column for each in members for column in each]
        return np.asarray(np.add.reduceat(padded[:, columns], starts, axis=1))


def table_of(steps: Sequence[Step], floor: float, case_sensitive: bool = False) -> Table:
    """Fold a look's characters into their plain forms."""
    index = {BLANK: 0}
    cells: list[tuple[int, int, float]] = []
    for at, step in enumerate(steps):
        for char, probability in step:
            key = plain(char, case_sensitive) if char else BLANK
            cells.append((at, index.setdefault(key, len(index)), probability))
    values = np.zeros((len(steps), len(index)))
    if cells:
        rows, columns, probabilities = zip(*cells, strict=True)
        np.add.at(values, (list(rows), list(columns)), probabilities)
    return Table(tuple(index), np.maximum(values, floor), floor)


@dataclass(frozen=True)
class Batch:
    """Several texts made equally long: which set each state stands for, and which jumps are allowed."""

    sets: tuple[frozenset[str], ...]
    states: NDArray[np.intp]  #: (texts, states) into ``sets``
    skips: NDArray[np.bool_]  #: a character may follow the one before it without a gap
    ends: NDArray[np.intp]  #: each text's last state


def batch_of(texts: Sequence[States]) -> Batch:
    """Lay several texts side by side."""
    index: dict[frozenset[str], int] = {}
    longest = max(len(text.chars) for text in texts)
    states = np.zeros((len(texts), 2 * longest + 1), dtype=np.intp)
    skips = np.zeros(states.shape, dtype=np.bool_)
    for row, text in enumerate(texts):
        for n, gap in enumerate(text.gaps):
            states[row, 2 * n] = index.setdefault(gap, len(index))
        for n, counted in enumerate(text.chars):
            states[row, 2 * n + 1] = index.setdefault(counted, len(index))
            skips[row, 2 * n + 1] = n > 0 and not counted & text.chars[n - 1]
    ends = np.array([2 * len(text.chars) for text in texts], dtype=np.intp)
    return Batch(tuple(index), states, skips, ends)


def log_probabilities(table: Table, texts: Sequence[States]) -> Floats:
    """Of each text: that the line says exactly it, in any of the counted spellings.

    Returns:
        ``(texts,)``, :data:`NEVER` for a text with more characters than the line has steps.
    """
    if not texts:
        return np.zeros(0)
    batch = batch_of(texts)
    emitted = table.of_sets(batch.sets)
    alpha = np.zeros(batch.states.shape)
    alpha[:, 0] = 1.0
    scale = np.zeros(len(texts))
    for row in emitted:
        following = alpha.copy()
        following[:, 1:] += alpha[:, :-1]
        following[:, 2:] += alpha[:, :-2] * batch.skips[:, 2:]
        following *= row[batch.states]
        total = following.sum(axis=1)
        alpha = following / np.maximum(total, 1e-300)[:, None]
        scale += np.log(np.maximum(total, 1e-300))
    rows = np.arange(len(texts))
    last = np.where(batch.ends > 0, alpha[rows, batch.ends - 1], 0.0)
    return _logs(alpha[rows, batch.ends] + last, scale)


def _logs(mass: Floats, scale: Floats | float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.maximum(np.log(mass) + scale, NEVER), dtype=np.float64)


@dataclass(frozen=True)
class Edits:
    """How probable the texts one edit away are: ``text`` with one character other, more or fewer.

    ``replaced`` is ``(characters, keys)``, ``added`` ``(gaps, keys)``, ``dropped`` ``(characters,)``.
    """

    keys: tuple[str, ...]
    log_probability: float
    replaced: Floats
    added: Floats
    dropped: Floats


def edits_of(table: Table, text: States, keys: Sequence[str]) -> Edits:
    """All one-edit neighbours of a text from one pass forwards and one backwards.

    A neighbour shares all of the text's paths before and after the edit, so only the run of the
    edited character is summed anew: one pass over the steps for all places and characters together.

    Args:
        table: one look.
        text: may be empty.
        keys: the plain characters that may replace one or be added.
    """
    doors = _doors(table, text)
    same = np.array([[key in counted for key in keys] for counted in text.chars], dtype=np.bool_)
    same = same.reshape(len(text.chars), len(keys))
    nothing = np.zeros((1, len(keys)), dtype=np.bool_)
    after_same, before_same = np.concatenate([nothing, same]), np.concatenate([same, nothing])
    offered = table.columns(keys) / doors.scales[:, None]
    replaced = _runs(doors.upto(-1), doors.since(1), ~after_same[:-1], ~before_same[1:], offered)
    added = _runs(doors.upto(None), doors.since(0), ~after_same, ~before_same, offered)
    total = float(np.log(doors.scales).sum())
    return Edits(
        tuple(keys),
        float(_logs(np.array([doors.whole]), total)[0]),
        _logs(replaced, total),
        _logs(added, total),
        _logs(_without_each(doors, text), total),
    )


@dataclass(frozen=True)
class _Doors:
    """Where an edited character can begin and end; all ``(steps + 1, characters + 1)``, scaled.

    ``gap_in[t, n]`` and ``char_in[t, n]``: the first ``n`` characters are said after ``t`` steps, and
    the path stands in the gap behind them or in the last of them. ``gap_out[t, n]`` and
    ``char_out[t, n]``: all from character ``n`` on is still to come, beginning with the gap before it or
    with itself. ``whole`` is the mass of the text as it is.
    """

    gap_in: Floats
    char_in: Floats
    gap_out: Floats
    char_out: Floats
    scales: Floats
    whole: float

    def upto(self, last: int | None) -> tuple[Floats, Floats]:
        return self.gap_in[:, :last], self.char_in[:, :last]

    def since(self, first: int) -> tuple[Floats, Floats]:
        return self.gap_out[:, first:], self.char_out[:, first:]


def _doors(table: Table, text: States) -> _Doors:
    batch = batch_of([text])
    emitted = table.of_sets(batch.sets)[:, batch.states[0]]
    alpha, scales = _forwards(emitted, batch.skips[0])
    beta = _backwards(emitted, batch.skips[0], scales)
    steps, count = len(emitted), len(text.chars)
    ahead = beta[1:] * emitted / scales[:, None]
    char_in, char_out = np.zeros((2, steps + 1, count + 1))
    gap_out = np.zeros((steps + 1, count + 1))
    char_in[:, 1:] = alpha[:, 1::2]
    gap_out[:-1], char_out[:-1, :-1] = ahead[:, 0::2], ahead[:, 1::2]
    gap_out[-1, -1] = 1.0  # nothing is left to say, and no step to say it in
    whole = float(alpha[-1, -2:].sum()) if count else float(alpha[-1, -1])
    return _Doors(alpha[:, 0::2], char_in, gap_out, char_out, scales, whole)


def _runs(
    enter: tuple[Floats, Floats],
    leave: tuple[Floats, Floats],
    joins: NDArray[np.bool_],
    parts: NDArray[np.bool_],
    offered: Floats,
) -> Floats:
    """Sum over all runs of a character between a door in and a door out: ``(places, keys)``.

    ``joins`` and ``parts`` are false where the neighbour is the same character: two runs of it without
    a gap between them would be one.
    """
    running = np.zeros((enter[0].shape[1], offered.shape[1]))
    total = np.zeros_like(running)
    for at, row in enumerate(offered):
        running = (running + enter[0][at][:, None] + enter[1][at][:, None] * joins) * row
        total += running * (leave[0][at + 1][:, None] + leave[1][at + 1][:, None] * parts)
    return total


def _without_each(doors: _Doors, text: States) -> Floats:
    """The mass of the text without each of its characters."""
    count = len(text.chars)
    begun = doors.char_out[:, 1:].copy()
    if count:
        begun[-1, -1] = 1.0
    alike = [0 < n < count - 1 and bool(text.chars[n - 1] & text.chars[n + 1]) for n in range(count)]
    straight = doors.char_in[:, :-1] * ~np.array(alike, dtype=np.bool_)
    return np.asarray(((doors.gap_in[:, :-1] + straight) * begun).sum(axis=0), dtype=np.float64)


def _forwards(emitted: Floats, skips: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """``alpha[t]`` after ``t`` steps, scaled to sum to one (``alpha[0]``: before the first), and scales."""
    alpha = np.zeros((len(emitted) + 1, emitted.shape[1]))
    scales = np.ones(len(emitted))
    alpha[0, 0] = 1.0
    for at, row in enumerate(emitted):
        following = alpha[at].copy()
        following[1:] += alpha[at, :-1]
        following[2:] += alpha[at, :-2] * skips[2:]
        following *= row
        scales[at] = max(float(following.sum()), 1e-300)
        alpha[at + 1] = following / scales[at]
    return alpha, scales


def _backwards(emitted: Floats, skips: NDArray[np.bool_], scales: Floats) -> Floats:
    """``beta[t]``: what remains to be said after ``t`` steps, on the scale of ``alpha``."""
    beta = np.zeros((len(emitted) + 1, emitted.shape[1]))
    beta[-1, -2:] = 1.0  # the last character or the gap behind it
    for at in range(len(emitted) - 1, -1, -1):
        ahead = beta[at + 1] * emitted[at] / scales[at]
        beta[at] = ahead
        beta[at, :-1] += ahead[1:]
        beta[at, :-2] += ahead[2:] * skips[2:]
    return beta
