"""Geometry on paper, in millimetres: origin at the page's top left, x to the right, y down."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from core.base import Record

#: Row-major 3×3 matrix that maps homogeneous points.
Matrix3 = tuple[float, float, float, float, float, float, float, float, float]


class PointMm(Record):
    x_mm: float
    y_mm: float


class BoxMm(Record):
    """An upright box; width and height are positive."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if self.width_mm <= 0 or self.height_mm <= 0:
            raise ValueError(f"a box needs a positive size, got {self.width_mm} x {self.height_mm} mm")
        return self

    @property
    def right_mm(self) -> float:
        return self.x_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        return self.y_mm + self.height_mm

    @property
    def centre(self) -> PointMm:
        return PointMm(x_mm=self.x_mm + self.width_mm / 2, y_mm=self.y_mm + self.height_mm / 2)

    def grown(self, by_mm: float) -> BoxMm:
        """The box with ``by_mm`` added on each side (negative shrinks)."""
        return BoxMm(
            x_mm=self.x_mm - by_mm,
            y_mm=self.y_mm - by_mm,
            width_mm=self.width_mm + 2 * by_mm,
            height_mm=self.height_mm + 2 * by_mm,
        )
