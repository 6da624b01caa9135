"""From card millimetres to the upright page of a marked script, through the scan's homography."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.geometry import Matrix3

#: A page of a marked script is never larger or smaller than this, whatever a registration says.
_SIDE_RANGE_MM = (60.0, 900.0)


@dataclass(frozen=True)
class Projection:
    """Maps points of the card to millimetres on the page, which shows the whole image upright.

    ``quarter_turns`` says how often the image must be turned by 90° counter-clockwise.
    """

    image_from_card: Matrix3
    width_px: int
    height_px: int
    quarter_turns: int
    mm_per_px: float

    @property
    def page_mm(self) -> tuple[float, float]:
        """Width and height of the page."""
        size = (self.width_px * self.mm_per_px, self.height_px * self.mm_per_px)
        return size if self.quarter_turns % 2 == 0 else (size[1], size[0])

    def point(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """A point of the card, on the page."""
        u, v = mapped(self.image_from_card, x_mm, y_mm)
        w, h = self.width_px, self.height_px
        turned = ((u, v), (v, w - u), (w - u, h - v), (h - v, u))[self.quarter_turns]
        return turned[0] * self.mm_per_px, turned[1] * self.mm_per_px

    def lean_deg(self, x_mm: float, y_mm: float) -> float:
        """How far the card's lines lean at this point of the page, clockwise."""
        (ax, ay), (bx, by) = self.point(x_mm, y_mm), self.point(x_mm + 5, y_mm)
        return math.degrees(math.atan2(by - ay, bx - ax))

    def scale(self, x_mm: float, y_mm: float) -> float:
        """Page millimetres per card millimetre along a line at this point."""
        (ax, ay), (bx, by) = self.point(x_mm, y_mm), self.point(x_mm + 5, y_mm)
        return math.hypot(bx - ax, by - ay) / 5


def project(
    image_from_card: Matrix3, card_mm: tuple[float, float], width_px: int, height_px: int
) -> Projection:
    """The projection of a page: turned to the nearest upright position, at the card's true size."""
    cx, cy = card_mm[0] / 2, card_mm[1] / 2
    u, v = mapped(image_from_card, cx, cy)
    right, down = mapped(image_from_card, cx + 10, cy), mapped(image_from_card, cx, cy + 10)
    turns = round(math.degrees(math.atan2(right[1] - v, right[0] - u)) / 90) % 4
    px_per_mm = math.sqrt(
        abs((right[0] - u) * (down[1] - v) - (right[1] - v) * (down[0] - u))
    ) / 10 or 1.0  # fmt: skip
    longest = max(width_px, height_px)
    low, high = (side / longest for side in _SIDE_RANGE_MM)
    return Projection(image_from_card, width_px, height_px, turns, min(max(1 / px_per_mm, low), high))


def mapped(matrix: Matrix3, x: float, y: float) -> tuple[float, float]:
    """A point through a homography."""
    a, b, c, d, e, f, g, h, i = matrix
    depth = g * x + h * y + i
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
