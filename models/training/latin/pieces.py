"""Words and phrases cut out of lines, and lines put together from them.

Lines of prose all look alike: long, and each word after one that it often follows. Answers are short, and
what they say cannot be guessed from what was copied. So once the network reads well enough to tell where the
words of a training line stand, part of what it is shown are pieces of lines, and pieces of two lines joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.latin import Grey

Numbers = NDArray[np.float32]

#: Of what is shown in an epoch: this share are pieces, and this share two pieces joined.
PIECES = 0.25
JOINED = 0.15
#: Room between joined pieces, in heights of the line.
GAP = (0.15, 0.6)


@dataclass(frozen=True)
class Sample:
    """A line at hand: its shrunk crop, what it says as words of column numbers, and the space's number.

    ``cuts`` are the columns of the picture between one word and the next, none where they are not known.
    """

    crop: Grey
    words: tuple[tuple[int, ...], ...]
    space: int
    cuts: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """The text as column numbers of the alphabet."""
        joined: list[int] = []
        for word in self.words:
            joined += [self.space, *word] if joined else word
        return tuple(joined)


def shown(samples: Sequence[Sample], rng: Generator) -> list[Sample]:
    """One for each sample: most as they are, some cut, some joined with a piece of another."""
    result: list[Sample] = []
    for sample in samples:
        lot = rng.random()
        if lot < JOINED:
            other = samples[int(rng.integers(len(samples)))]
            result.append(joined(piece(sample, rng), piece(other, rng), rng))
        else:
            result.append(piece(sample, rng) if lot < JOINED + PIECES else sample)
    return result


def piece(sample: Sample, rng: Generator) -> Sample:
    """Some words that follow each other, cut out of the line; all of it where the cuts are not known."""
    count = len(sample.words)
    if len(sample.cuts) != count - 1 or count < 2:
        return sample
    first = int(rng.integers(count))
    last = int(rng.integers(first, count))
    edges = (0, *sample.cuts, sample.crop.shape[1])
    left, right = edges[first], edges[last + 1]
    if right - left < sample.crop.shape[0] // 4:
        return sample
    return Sample(sample.crop[:, left:right], sample.words[first : last + 1], sample.space)


def joined(left: Sample, right: Sample, rng: Generator) -> Sample:
    """One after the other, the second at the height of the first."""
    height = left.crop.shape[0]
    width = max(1, round(right.crop.shape[1] * height / right.crop.shape[0]))
    second = cv2.resize(right.crop, (width, height), interpolation=cv2.INTER_AREA)
    gap = np.full((height, round(height * rng.uniform(*GAP))), 255, dtype=np.uint8)
    crop = np.concatenate([left.crop, gap, second], axis=1)
    return Sample(np.asarray(crop, dtype=np.uint8), (*left.words, *right.words), left.space)


def cuts_of(sample: Sample, logs: Numbers) -> tuple[int, ...]:
    """The columns of the crop between its words.

    Args:
        sample: a line.
        logs: ``(steps, characters)`` natural logs of the network's probabilities, over the whole crop.

    Returns:
        In the least inked column between the words' letters; nothing when the text does not fit the steps.
    """
    columns = sample.columns
    spans = aligned(logs, columns)
    if len(spans) != len(columns):
        return ()
    scale = sample.crop.shape[1] / len(logs)
    ink = 255 - cv2.blur(sample.crop, (3, 1)).mean(axis=0)
    cuts: list[int] = []
    for at, column in enumerate(columns):
        if column == sample.space:
            left, right = int(spans[at - 1][1] * scale), int((spans[at + 1][0] + 1) * scale)
            part = ink[left : max(left + 1, right)]
            lowest = np.flatnonzero(part <= part.min() + 1.0)
            cuts.append(left + int(lowest[len(lowest) // 2]))
    return tuple(cuts)


def aligned(logs: Numbers, columns: Sequence[int]) -> list[tuple[int, int]]:
    """First and last step of each character on the most probable path that says exactly these.

    Returns:
        Nothing when there are more characters than steps can say.
    """
    states = np.zeros(2 * len(columns) + 1, dtype=np.int64)
    states[1::2] = columns
    leaps = np.zeros(len(states), dtype=bool)
    leaps[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = logs[0, states[:2]]
    back = np.zeros((len(logs), len(states)), dtype=np.int64)
    for at in range(1, len(logs)):
        moved = np.concatenate([[-np.inf], score[:-1]])
        leapt = np.where(leaps, np.concatenate([[-np.inf, -np.inf], score[:-2]]), -np.inf)
        ways = np.stack([score, moved, leapt])
        back[at] = ways.argmax(axis=0)
        score = ways.max(axis=0) + logs[at, states]
    if not np.isfinite(score[-2:]).any():
        return []
    state = len(states) - 2 + int(score[-1] > score[-2])
    path = [state]
    for at in range(len(logs) - 1, 0, -1):
        state -= int(back[at, state])
        path.append(state)
    steps = np.array(path[::-1])
    return [_ends(np.flatnonzero(steps == 2 * at + 1)) for at in range(len(columns))]


def _ends(steps: NDArray[np.intp]) -> tuple[int, int]:
    return int(steps[0]), int(steps[-1])
