"""Connectionist temporal classification: from per-step probabilities to text, spans and scores.

A recogniser answers a crop with one distribution over its characters for each step from left to
right. Nearly all of those 18 710 probabilities are zero, so only the few that matter are kept
(:class:`Emissions`); text, other readings and the score of any given answer come from them. They can
be packed into a record (:class:`core.lattices.Lattice`) and taken out again, so that a key that is
changed next week can still be held against the same picture.

Characters are single ones; the blank is the empty string.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lattices import BLANK, Lattice, Step, packed, unpacked

#: The blank's column in a recogniser's output.
BLANK_COLUMN = 0
#: Probabilities under this are dropped from :class:`Emissions`.
KEPT_FROM = 1e-3
#: At most so many characters are kept for one step.
KEPT_PER_STEP = 8
#: Characters that the key has are kept from here on: 1e-3 instead refuses four times as many right
#: answers of cn-hwdb-composed-lines, 1e-6 not one less.
EXPECTED_FROM = 1e-5
#: At most so many characters can be expected of one line.
MOST_EXPECTED = 200
#: What a dropped character is taken to have when a given text is scored.
FLOOR = 1e-5


@dataclass(frozen=True)
class Emissions:
    """The probable characters of each step, most probable first: ``(character, probability)``.

    ``steps`` cover the crop from left to right in equal parts; ``width_share`` is the part of the
    crop's width that one step covers (steps that lie in the padding were cut off).
    """

    steps: tuple[Step, ...]
    width_share: float

    @classmethod
    def of(cls, lattice: Lattice) -> Emissions:
        """What was packed."""
        steps = unpacked(lattice)
        return cls(steps, 1.0 / max(1, len(steps)))

    @property
    def lattice(self) -> Lattice:
        """As a record that can be kept."""
        return packed(self.steps)


@dataclass(frozen=True)
class Span:
    """One read character, its highest probability and its steps ``[first, last]``."""

    char: str
    probability: float
    first: int
    last: int


def sparse(
    probabilities: NDArray[np.float32],
    width_share: float,
    charset: Sequence[str],
    expected: Sequence[int] = (),
) -> Emissions:
    """Keep what matters of a dense ``(steps, characters)`` array of probabilities.

    Each step's sum to one, so nothing else is kept where the blank leaves too little: most steps.

    Args:
        expected: columns of characters that are kept from :data:`EXPECTED_FROM` on, wherever they are.
    """
    columns = np.unique(np.array(expected, dtype=np.intp))[:MOST_EXPECTED]
    return Emissions(tuple(_probable(step, charset, columns) for step in probabilities), width_share)


def _probable(step: NDArray[np.float32], charset: Sequence[str], expected: NDArray[np.intp]) -> Step:
    indices = np.zeros(1, dtype=np.intp)
    if step[BLANK_COLUMN] <= 1.0 - KEPT_FROM:
        indices = np.flatnonzero(step >= KEPT_FROM)
        indices = indices[np.argsort(-step[indices], kind="stable")[:KEPT_PER_STEP]]
    if len(expected):
        indices = np.union1d(indices, expected[step[expected] >= EXPECTED_FROM])
        indices = indices[np.argsort(-step[indices], kind="stable")]
    return tuple((charset[int(index)], float(step[index])) for index in indices)


def best_path(emissions: Emissions) -> tuple[Span, ...]:
    """The greedy reading: the best character of each step, repeats joined, blanks dropped."""
    spans: list[Span] = []
    previous = BLANK
    for at, step in enumerate(emissions.steps):
        char, probability = step[0] if step else (BLANK, 0.0)
        if char == previous and char != BLANK:
            last = spans[-1]
            spans[-1] = Span(char, max(last.probability, probability), last.first, at)
        elif char != BLANK:
            spans.append(Span(char, probability, at, at))
        previous = char
    return tuple(spans)


def best_texts(emissions: Emissions, beam: int = 6, keep: int = 4) -> tuple[tuple[str, float], ...]:
    """The most probable texts with natural-log probabilities (prefix beam search).

    Args:
        emissions: of one line.
        beam: prefixes followed at each step.
        keep: texts returned, best first.
    """
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # prefix: ends in blank, in char
    log_scale = 0.0
    for step in emissions.steps:
        if len(step) == 1 and step[0][0] == BLANK:  # most steps: every prefix goes on as it is
            log_scale += math.log(step[0][1])
            beams = {prefix: (blank + char, 0.0) for prefix, (blank, char) in beams.items()}
            continue
        following = _extended(beams, step)
        best = sorted(following.items(), key=lambda item: -(item[1][0] + item[1][1]))[:beam]
        scale = best[0][1][0] + best[0][1][1] if best else 0.0
        if scale <= 0.0:
            continue
        log_scale += math.log(scale)
        beams = {prefix: (blank / scale, char / scale) for prefix, (blank, char) in best}
    ranked = sorted(beams.items(), key=lambda item: -sum(item[1]))[:keep]
    return tuple((prefix, log_scale + math.log(sum(mass))) for prefix, mass in ranked if sum(mass) > 0)


def _extended(beams: Mapping[str, tuple[float, float]], step: Step) -> dict[str, tuple[float, float]]:
    """All prefixes one step later, with their mass ending in blank and in a character."""
    following: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for prefix, (blank, char) in beams.items():
        last = prefix[-1:]
        for said, probability in step:
            if said == BLANK:
                following[prefix][0] += (blank + char) * probability
            elif said == last:
                following[prefix][1] += char * probability
                following[prefix + said][1] += blank * probability
            else:
                following[prefix + said][1] += (blank + char) * probability
    return {prefix: (mass[0], mass[1]) for prefix, mass in following.items()}


def log_probability(emissions: Emissions, text: str) -> float:
    """Natural log of the probability that the line says exactly these characters (CTC forward).

    A character that was not kept for a step counts as :data:`FLOOR`, so the result is never
    minus infinity for a text short enough to fit.

    Returns:
        ``-inf`` when the text has more characters than the line has steps.
    """
    states = [BLANK]
    for char in text:
        states += [char, BLANK]
    skip = np.array([s >= 2 and states[s] not in (BLANK, states[s - 2]) for s in range(len(states))])
    alpha = np.full(len(states), -np.inf)
    alpha[0] = 0.0  # before the first step: nothing said yet
    for step in emissions.steps:
        moved = np.concatenate([[-np.inf], alpha])[:-1]
        jumped = np.where(skip, np.concatenate([[-np.inf, -np.inf], alpha])[:-2], -np.inf)
        known = dict(step)
        emitted = np.log([known.get(char, FLOOR) for char in states])
        alpha = np.logaddexp(np.logaddexp(alpha, moved), jumped) + emitted
    return float(np.logaddexp.reduce(alpha[-2:]))


def one_of(probabilities: NDArray[np.floating], floor: float = 1e-9) -> NDArray[np.float64]:
    """How probable each character is as the *only* one on the line.

    Args:
        probabilities: ``(steps, 1 + n)``, blank first, restricted to ``n`` characters; rows need not
            sum to one.
        floor: added to every probability, so that no path is impossible.

    Returns:
        ``(n,)`` summing to one: for each character the sum over all paths "blanks, a run of it,
        blanks", normalised.
    """
    rows = np.asarray(probabilities, dtype=np.float64) + floor
    logs = np.log(rows / rows.sum(axis=1, keepdims=True))
    runs = np.vstack([np.zeros(logs.shape[1]), np.cumsum(logs, axis=0)])
    blanks = runs[:, 0]
    start, end = np.triu_indices(len(runs), 1)
    outside = blanks[start] + blanks[-1] - blanks[end]
    scores = np.logaddexp.reduce(outside[:, None] + runs[end, 1:] - runs[start, 1:], axis=0)
    spread = np.exp(scores - scores.max())
    return np.asarray(spread / spread.sum(), dtype=np.float64)
