"""Connectionist temporal classification: from per-step probabilities to text, spans and scores.

A recogniser answers a crop with one distribution over its characters for each step from left to
right. Nearly all of those 18 710 probabilities are zero, so only the few that matter are kept
(:class:`Emissions`); text, other readings and the score of any given answer come from them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLANK = 0
#: Probabilities under this are dropped from :class:`Emissions`.
KEPT_FROM = 1e-3
#: At most so many characters are kept for one step.
KEPT_PER_STEP = 8
#: What a dropped character is taken to have when a given text is scored.
FLOOR = 1e-5

Step = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Emissions:
    """The probable characters of each step, most probable first: ``(index, probability)``.

    ``steps`` cover the crop from left to right in equal parts; ``width_share`` is the part of the
    crop's width that one step covers (steps that lie in the padding were cut off).
    """

    steps: tuple[Step, ...]
    width_share: float


@dataclass(frozen=True)
class Span:
    """One read character: its index, its mean probability and its steps ``[first, last]``."""

    index: int
    probability: float
    first: int
    last: int


def sparse(probabilities: NDArray[np.float32], width_share: float) -> Emissions:
    """Keep what matters of a dense ``(steps, characters)`` array of probabilities.

    Each step's sum to one, so nothing else is kept where the blank leaves too little: most steps.
    """
    return Emissions(tuple(_probable(step) for step in probabilities), width_share)


def _probable(step: NDArray[np.float32]) -> Step:
    if step[BLANK] > 1.0 - KEPT_FROM:
        return ((BLANK, float(step[BLANK])),)
    indices = np.flatnonzero(step >= KEPT_FROM)
    values = step[indices]
    best = np.argsort(-values, kind="stable")[:KEPT_PER_STEP]
    return tuple(zip(indices[best].tolist(), values[best].tolist(), strict=True))


def best_path(emissions: Emissions) -> tuple[Span, ...]:
    """The greedy reading: the best index of each step, repeats joined, blanks dropped."""
    spans: list[Span] = []
    previous = BLANK
    for at, step in enumerate(emissions.steps):
        index, probability = step[0] if step else (BLANK, 0.0)
        if index == previous and index != BLANK:
            last = spans[-1]
            spans[-1] = Span(index, max(last.probability, probability), last.first, at)
        elif index != BLANK:
            spans.append(Span(index, probability, at, at))
        previous = index
    return tuple(spans)


def best_texts(
    emissions: Emissions, beam: int = 6, keep: int = 4
) -> tuple[tuple[tuple[int, ...], float], ...]:
    """The most probable index sequences with natural-log probabilities (prefix beam search).

    Args:
        emissions: of one line.
        beam: prefixes followed at each step.
        keep: sequences returned, best first.
    """
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}  # prefix: ends in blank, in char
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


def _extended(
    beams: Mapping[tuple[int, ...], tuple[float, float]], step: Step
) -> dict[tuple[int, ...], tuple[float, float]]:
    """All prefixes one step later, with their mass ending in blank and in a character."""
    following: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for prefix, (blank, char) in beams.items():
        last = prefix[-1] if prefix else BLANK
        for index, probability in step:
            if index == BLANK:
                following[prefix][0] += (blank + char) * probability
            elif index == last:
                following[prefix][1] += char * probability
                following[(*prefix, index)][1] += blank * probability
            else:
                following[(*prefix, index)][1] += (blank + char) * probability
    return {prefix: (mass[0], mass[1]) for prefix, mass in following.items()}


def log_probability(emissions: Emissions, indices: Sequence[int]) -> float:
    """Natural log of the probability that the line says exactly these characters (CTC forward).

    A character that was not kept for a step counts as :data:`FLOOR`, so the result is never
    minus infinity for a text short enough to fit.

    Returns:
        ``-inf`` when the text has more characters than the line has steps.
    """
    states = [BLANK]
    for index in indices:
        states += [index, BLANK]
    skip = np.array([s >= 2 and states[s] not in (BLANK, states[s - 2]) for s in range(len(states))])
    alpha = np.full(len(states), -np.inf)
    alpha[0] = 0.0  # before the first step: nothing said yet
    for step in emissions.steps:
        moved = np.concatenate([[-np.inf], alpha])[:-1]
        jumped = np.where(skip, np.concatenate([[-np.inf, -np.inf], alpha])[:-2], -np.inf)
        known = dict(step)
        emitted = np.log([known.get(index, FLOOR) for index in states])
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
