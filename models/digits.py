"""The digit reader: a crop with one handwritten digit in, a distribution over 0–9 and a state out.

A small network of our own (``models/training/digits.py`` trains it) and the line recogniser look at
the same crop; their distributions are multiplied, each raised to a power that was fitted on digits
that the network had not seen. The network also says whether it sees one digit at all, or something
that was struck through or written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models import sessions

Grey = NDArray[np.uint8]
Tile = NDArray[np.float32]
Shares = NDArray[np.float64]

MODEL = "zhupi-digits"
DIGITS = "0123456789"
#: What the network tells apart, in the order of its second output.
STATES = ("digit", "crossed out", "overwritten")
#: The network's input: the digit's longer side is ``INSIDE_PX`` of ``TILE_PX``.
TILE_PX = 32
INSIDE_PX = 24
#: Pixels this dark, as a share of the darkest, are ink; a stroke shorter than this share of the longest
#: is a dot (a decimal point, dust) and no part of the digit.
INK_SHARE = 0.2
DOT_SHARE = 0.3
#: A row this near the crop's edge, of which this share is ink, is a line of the box.
EDGE_SHARE = 0.07
LINE_SHARE = 0.65
#: For the line recogniser the digits of one number are set side by side at this distance, 48 px high,
#: the longer side of each this many pixels.
PITCH_PX = 64
DIGIT_PX = 25
LINE_PX = 48
LEAD_PX = 24
ON_A_LINE = 20
#: No digit is ever ruled out: a share of each distribution is spread over all ten.
FLOOR = 1e-4


class Session(Protocol):
    """What is needed of an ONNX Runtime session (a fake one serves in tests)."""

    def run(self, outputs: None, feeds: dict[str, Tile]) -> list[NDArray[np.float32]]: ...


class PlacesRecogniser(Protocol):
    """What is needed of a line recogniser (:class:`models.recogniser.LineRecogniser` has it)."""

    def one_of_each(
        self, line: Grey, centres_px: Sequence[float], pitch_px: float, alphabet: str
    ) -> NDArray[np.float64]: ...


@dataclass(frozen=True)
class Fit:
    """What was fitted on digits that training had not seen.

    ``own`` and ``line`` are the powers to which the two distributions over the digits are raised,
    ``state`` the power of the distribution over the states.
    """

    own: float = 1.0
    line: float = 0.0
    state: float = 1.0


@dataclass(frozen=True)
class DigitsRead:
    """``shares``: ``(digits, 10)``; ``states``: ``(digits, 3)`` in the order of ``STATES``; rows sum to 1."""

    shares: Shares
    states: Shares


class DigitReader:
    """Reads crops of single digits.

    Args:
        session: takes ``tiles`` float32 ``(N, 1, 32, 32)``, 0 paper to 1 ink, and gives logits
            ``(N, 10)`` of the digits and ``(N, 3)`` of the states.
        fit: the powers that make the shares calibrated.
    """

    def __init__(self, session: Session, fit: Fit) -> None:
        self._session = session
        self.fit = fit

    def read(self, crops: Sequence[Grey], recogniser: PlacesRecogniser) -> DigitsRead:
        """Read the digits of one number.

        Args:
            crops: grey ``(height, width)``, one digit each, dark on white, with some ink.
            recogniser: looks at the same digits side by side.
        """
        if not crops:
            return DigitsRead(np.zeros((0, len(DIGITS))), np.zeros((0, len(STATES))))
        digits, states = self.logits(crops)
        line = line_shares(crops, recogniser) if self.fit.line else np.ones(digits.shape)
        return DigitsRead(combined(digits, line, self.fit), softmax(self.fit.state * states))

    def logits(self, crops: Sequence[Grey]) -> tuple[Shares, Shares]:
        """What the network alone says, not yet calibrated: ``(N, 10)`` and ``(N, 3)``."""
        tiles = np.stack([tile(crop) for crop in crops])[:, None]
        digits, states = self._session.run(None, {"tiles": tiles})
        return digits.astype(np.float64), states.astype(np.float64)


def line_shares(crops: Sequence[Grey], recogniser: PlacesRecogniser) -> Shares:
    """``(digits, 10)``: what the line recogniser says of digits set side by side, well apart.

    That is quicker than one by one, and more of them are right. Of more than ``ON_A_LINE`` several lines
    are made, since the recogniser squeezes very long ones.
    """
    parts = [crops[at : at + ON_A_LINE] for at in range(0, len(crops), ON_A_LINE)]
    return np.concatenate([np.zeros((0, len(DIGITS))), *(_one_line(part, recogniser) for part in parts)])


def _one_line(crops: Sequence[Grey], recogniser: PlacesRecogniser) -> Shares:
    line = np.full((LINE_PX, 2 * LEAD_PX + PITCH_PX * len(crops)), 255, dtype=np.uint8)
    centres = [LEAD_PX + PITCH_PX * (at + 0.5) for at in range(len(crops))]
    for crop, centre in zip(crops, centres, strict=True):
        digit = scaled(crop, DIGIT_PX)
        height, width = digit.shape
        top, left = (LINE_PX - height) // 2, round(centre - width / 2)
        line[top : top + height, left : left + width] = digit
    return recogniser.one_of_each(line, centres, PITCH_PX, DIGITS)


def scaled(crop: Grey, longer_px: int) -> Grey:
    """The crop with its longer side so many pixels long."""
    scale = longer_px / max(crop.shape)
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, size, interpolation=method), dtype=np.uint8)


def digit_of(crop: Grey) -> Grey:
    """The digit cut out of a crop, at full contrast: dots beside it are left out, the darkest is black.

    A picture of 28 pixels and a scan of 80 come out alike; a crop without ink comes back as it is. The crop
    must have some paper around the digit: long strokes at its very edge are taken for the box's.
    """
    darkness = 255.0 - crop.astype(np.float32)
    _clear_box_lines(darkness)
    top = float(np.percentile(darkness, 99.5))
    ink = (darkness > INK_SHARE * top).astype(np.uint8)
    if top <= 0 or not ink.any():
        return crop
    dots = _beside_the_digit(ink)
    left, upper, width, height = cv2.boundingRect(ink - dots)
    away = cv2.dilate(dots, np.ones((3, 3), np.uint8)) > 0
    strokes = np.where(away, 0.0, darkness * (255.0 / top))[upper : upper + height, left : left + width]
    return np.asarray(255 - np.clip(strokes, 0, 255), dtype=np.uint8)


def _clear_box_lines(darkness: Tile) -> None:
    """Make paper of what is left of the box: long lines at the very edge of the crop."""
    for plane in (darkness, darkness[::-1], darkness.T, darkness.T[::-1]):  # views: each side in turn
        depth = max(1, round(EDGE_SHARE * len(plane)))
        ink = plane[:depth] > INK_SHARE * plane.max(initial=0.0)
        lines = np.flatnonzero(ink.mean(axis=1) >= LINE_SHARE)
        if len(lines):
            plane[: lines[-1] + 2] = 0.0  # with its blurred inner edge


def _beside_the_digit(ink: Grey) -> Grey:
    """1 for the pixels of dots, and of pieces of the box's lines at the very edge."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, width, height = boxes[:, :4].T
    rows, columns = ink.shape
    deep, wide = max(1, round(EDGE_SHARE * rows)), max(1, round(EDGE_SHARE * columns))
    edge = (top + height <= deep) | (top >= rows - deep) | (left + width <= wide) | (left >= columns - wide)
    extents = np.where(edge, 0.0, np.hypot(width, height))
    extents[0] = 0.0  # the paper
    dots = extents < DOT_SHARE * extents.max()
    dots[0] = False
    return np.asarray(dots[labels], dtype=np.uint8)


def tile(crop: Grey) -> Tile:
    """The network's input for a crop: ``(32, 32)``, 0 paper to 1 ink, the digit in the middle."""
    digit = scaled(crop, INSIDE_PX)
    height, width = digit.shape
    top, left = (TILE_PX - height) // 2, (TILE_PX - width) // 2
    plane = np.zeros((TILE_PX, TILE_PX), dtype=np.float32)
    plane[top : top + height, left : left + width] = (255 - digit) / np.float32(255)
    darkest = float(plane.max())
    return plane / np.float32(darkest) if darkest > 0 else plane


def softmax(logits: Shares) -> Shares:
    """Rows that sum to one."""
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def combined(digits: Shares, line: Shares, fit: Fit) -> Shares:
    """The product of both distributions, each raised to its power.

    Args:
        digits: ``(N, 10)``, the network's logits.
        line: ``(N, 10)``, the line recogniser's shares.
        fit: the powers.
    """
    logs = fit.own * np.log(softmax(digits) + FLOOR) + fit.line * np.log(line + FLOOR)
    return np.asarray((1 - FLOOR) * softmax(logs) + FLOOR / len(DIGITS), dtype=np.float64)


@cache
def default_digit_reader() -> DigitReader:
    """The catalogued digit reader with its fitted powers, one session for the whole process.

    Raises:
        ModelUnusable: the model file is missing or damaged.
    """
    session = sessions.session(MODEL)
    facts = session.get_modelmeta().custom_metadata_map
    return DigitReader(session, Fit(*(float(facts[name]) for name in ("own", "line", "state"))))
