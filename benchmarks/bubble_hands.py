"""Made-up hands filling the bubbles of a card, with what each of them meant.

A hand has a pencil and a habit (proper fills, ticks, crosses, dashes, half fills) and now and then an
accident: rubbed out, filled and crossed out, filled twice, a stray line. What is meant is what a careful
person would read from the paper: two full marks in a single choice are two marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import PX_PER_MM, Bubble, BubbleField, BubblePurpose, CardPage
from core.geometry import BoxMm
from ocr.rasters import Grey

Layer = NDArray[np.float32]  #: darkness of the marks, 0 none to 1 black, at ``PX_PER_MM``
Points = NDArray[np.float64]
FieldKey = tuple[str, str]  #: purpose and key

HABITS: Mapping[str, float] = {"full": 0.8, "tick": 0.06, "cross": 0.06, "dash": 0.04, "half": 0.04}
#: Odds of what happens to one field of a page.
ACCIDENTS: Mapping[str, float] = {
    "as_usual": 0.78,
    "blank": 0.06,
    "light": 0.03,
    "erased": 0.025,
    "erased_other": 0.03,
    "crossed": 0.015,
    "crossed_other": 0.015,
    "double": 0.02,
    "stray": 0.025,
}
_SHIFT = 4  #: bits of a pixel in OpenCV's drawing


@dataclass(frozen=True)
class Hand:
    """One person: pencil ``darkness`` 0–1 and width, how loosely the outline is kept, and the habit."""

    darkness: float
    pencil_mm: float
    looseness_mm: float
    habit: str

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Hand:
        """A hand by chance; three in ten press lightly."""
        low, high = (0.25, 0.45) if rng.random() < 0.3 else (0.45, 0.92)
        return cls(
            darkness=float(rng.uniform(low, high)),
            pencil_mm=float(rng.uniform(0.35, 0.75)),
            looseness_mm=float(rng.uniform(0.02, 0.25)),
            habit=str(rng.choice(list(HABITS), p=list(HABITS.values()))),
        )


@dataclass
class FilledPage:
    """Marks on a page; by field what was meant and how it came about."""

    marks: Layer
    meant: dict[FieldKey, tuple[str, ...]] = field(default_factory=dict)
    manner: dict[FieldKey, str] = field(default_factory=dict)

    def laid_on(self, blank: Grey) -> Grey:
        """The printed page under the marks."""
        height, width = self.marks.shape  # a rendered blank may be a pixel larger
        return np.asarray(np.round(blank[:height, :width] * (1 - self.marks)), dtype=np.uint8)


def fill_page(page: CardPage, hand: Hand, rng: np.random.Generator) -> FilledPage:
    """Every bubble field of the page filled by the hand (the absence box stays empty)."""
    size = (round(page.height_mm * PX_PER_MM), round(page.width_mm * PX_PER_MM))
    filled = FilledPage(np.zeros(size, np.float32))
    for group in page.bubbles:
        accident = str(rng.choice(list(ACCIDENTS), p=list(ACCIDENTS.values())))
        if group.purpose is BubblePurpose.ABSENT:
            accident = "blank"
        elif group.multiple and accident in ("double", "crossed_other", "erased_other"):
            accident = "as_usual"
        _answer(filled, group, hand, rng, accident)
    return filled


def _answer(
    filled: FilledPage, group: BubbleField, hand: Hand, rng: np.random.Generator, accident: str
) -> None:
    pencil = _Pencil(filled.marks, hand, rng)
    count = int(rng.integers(2, min(4, len(group.bubbles)))) if group.multiple else 1
    order = [group.bubbles[i] for i in rng.permutation(len(group.bubbles))]
    chosen, other = order[:count], order[-1]
    if accident in ("blank", "erased", "crossed"):
        _taken_back(pencil, chosen[0], accident)
        chosen = []
    else:
        _beside(pencil, chosen, other, accident)
        manner = "light" if accident == "light" else _manner(hand, rng)
        for bubble in chosen:
            pencil.mark(bubble.box, manner)
    if accident == "double":
        pencil.mark(other.box, "full")
        chosen = [*chosen, other]
    key = (group.purpose.value, group.key)
    filled.meant[key] = tuple(b.label for b in group.bubbles if b in chosen)
    filled.manner[key] = accident if accident != "as_usual" else hand.habit


def _manner(hand: Hand, rng: np.random.Generator) -> str:
    return hand.habit if rng.random() < 0.93 else str(rng.choice(list(HABITS)))


def _taken_back(pencil: _Pencil, bubble: Bubble, accident: str) -> None:
    if accident == "erased":
        pencil.erase(bubble.box)
    elif accident == "crossed":
        pencil.cross_out(bubble.box)


def _beside(pencil: _Pencil, chosen: Sequence[Bubble], other: Bubble, accident: str) -> None:
    """What else is on the paper besides the chosen marks."""
    if accident == "erased_other":
        pencil.erase(other.box)
    elif accident == "crossed_other":
        pencil.cross_out(other.box)
    elif accident == "stray":
        pencil.stray(chosen[0].box)


class _Pencil:
    """Draws into a layer; lighter strokes never take darker ones away."""

    def __init__(self, marks: Layer, hand: Hand, rng: np.random.Generator) -> None:
        self._marks, self._hand, self._rng = marks, hand, rng

    def mark(self, box: BoxMm, manner: str) -> None:
        strength = self._hand.darkness * float(self._rng.normal(1, 0.06))
        if manner == "light":
            self._hatch(box, strength * float(self._rng.uniform(0.55, 0.8)), 1.0)
        elif manner == "half":
            self._hatch(box, strength, float(self._rng.uniform(0.5, 0.7)))
        elif manner in ("tick", "cross", "dash"):
            self._draw(self._strokes(box, manner), max(strength, 0.5), self._hand.pencil_mm)
        else:
            self._hatch(box, strength, float(self._rng.uniform(0.85, 1.0)))

    def erase(self, box: BoxMm) -> None:
        """What an eraser leaves of a mark: up to two thirds of the graphite, mostly little, and a smear."""
        left = float(np.clip(self._rng.beta(1.3, 3.5), 0.03, 0.65))
        layer = np.zeros_like(self._marks)
        worn = _Pencil(layer, self._hand, self._rng)
        worn._hatch(box, self._hand.darkness * left, 1.0)
        window = _window(box, 2.0, layer)
        layer[window] = cv2.GaussianBlur(layer[window], (0, 0), float(self._rng.uniform(0.8, 3.0)))
        np.maximum(self._marks[window], layer[window], out=self._marks[window])

    def cross_out(self, box: BoxMm) -> None:
        """A full mark and a cross over it that goes well beyond the outline."""
        self._hatch(box, self._hand.darkness, 1.0)
        far = float(self._rng.uniform(0.85, 1.15))
        centre, size = _centre(box), np.array([box.width_mm, box.height_mm])
        for direction in ((1.0, 1.0), (1.0, -1.0)):
            reach = size * far * np.array(direction)
            self._draw([np.array([centre - reach, centre + reach])], max(self._hand.darkness, 0.6), 0.45)

    def stray(self, box: BoxMm) -> None:
        """A line from somewhere near to somewhere else, past or over some bubbles."""
        ends = _centre(box) + self._rng.uniform(-14, 14, (2, 2))
        self._draw([ends], float(self._rng.uniform(0.3, 0.8)), float(self._rng.uniform(0.2, 0.45)))

    def _hatch(self, box: BoxMm, darkness: float, cover: float) -> None:
        hand, rng = self._hand, self._rng
        width = box.width_mm * (0.55 + 0.45 * cover) - 0.3
        left = box.x_mm + 0.15 + (box.width_mm - 0.3 - width) * float(rng.uniform(0, 1))
        turns = max(4, round(box.height_mm / (hand.pencil_mm * 0.7)))
        ys = np.linspace(box.y_mm + 0.3, box.bottom_mm - 0.3, turns) + rng.normal(0, 0.05, turns)
        xs = np.where(np.arange(turns) % 2, left + width, left) + rng.normal(0, hand.looseness_mm, turns)
        self._draw([np.column_stack([xs, ys])], darkness, hand.pencil_mm)

    def _strokes(self, box: BoxMm, manner: str) -> list[Points]:
        rng, size = self._rng, np.array([box.width_mm, box.height_mm])
        shapes = {
            "tick": [[(0.15, 0.5), (0.42, 0.92), (0.95, -0.1)]],
            "cross": [[(0.2, 0.05), (0.8, 0.95)], [(0.2, 0.95), (0.8, 0.05)]],
            "dash": [[(0.05, 0.5), (0.95, 0.5)]],
        }[manner]
        corner = np.array([box.x_mm, box.y_mm])
        return [(np.array(shape) + rng.normal(0, 0.05, (len(shape), 2))) * size + corner for shape in shapes]

    def _draw(self, paths_mm: Sequence[Points], darkness: float, width_mm: float) -> None:
        every = np.concatenate(paths_mm)
        low, high = every.min(axis=0), every.max(axis=0)
        window = _window(BoxMm(x_mm=max(low[0], 0), y_mm=max(low[1], 0), width_mm=max(high[0] - low[0], 0.1),
                               height_mm=max(high[1] - low[1], 0.1)), 1.0, self._marks)  # fmt: skip
        part = self._marks[window]
        if part.size == 0:
            return
        mask = np.zeros(part.shape, np.uint8)
        origin = np.array([window[1].start, window[0].start])
        paths = [np.round((path * PX_PER_MM - origin) * 2**_SHIFT).astype(np.int32) for path in paths_mm]
        cv2.polylines(mask, paths, False, 255, max(1, round(width_mm * PX_PER_MM)), cv2.LINE_AA, _SHIFT)
        grain = np.clip(self._rng.normal(1, 0.12, part.shape), 0.5, 1).astype(np.float32)
        np.maximum(
            part, mask.astype(np.float32) / 255 * grain * float(np.clip(darkness, 0.02, 0.97)), out=part
        )


def _centre(box: BoxMm) -> Points:
    return np.array([box.centre.x_mm, box.centre.y_mm])


def _window(box: BoxMm, margin_mm: float, layer: Layer) -> tuple[slice, slice]:
    height, width = layer.shape
    left, top = (max(0, int((v - margin_mm) * PX_PER_MM)) for v in (box.x_mm, box.y_mm))
    right = min(width, int((box.right_mm + margin_mm) * PX_PER_MM))
    bottom = min(height, int((box.bottom_mm + margin_mm) * PX_PER_MM))
    return slice(top, max(top, bottom)), slice(left, max(left, right))
