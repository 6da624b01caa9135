"""Uniform cubic B-splines over a page: smooth surfaces from a coarse grid of control points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def basis(control_points: int, length_mm: float, at_mm: Floats) -> Floats:
    """Weight of each control point at places along one side.

    Args:
        control_points: at least four; the side is divided into three cells fewer.
        length_mm: of the side.
        at_mm: places ``(n,)``; those beyond the ends are taken at the ends' cells.

    Returns:
        ``(n, control_points)``; each row adds up to 1 and has four weights that are not 0.
    """
    cells = control_points - 3
    along = at_mm / length_mm * cells
    cell = np.clip(np.floor(along).astype(np.int64), 0, cells - 1)
    t = along - cell
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6
    out = np.zeros((len(at_mm), control_points))
    rows = np.arange(len(at_mm))
    for step in range(4):
        out[rows, cell + step] = weights[step]
    return out


def surface(points: Floats, size_mm: tuple[float, float], x_mm: Floats, y_mm: Floats) -> Floats:
    """The surface's heights on a grid, ``(len(y_mm), len(x_mm))``, from control points ``(rows, columns)``."""
    rows, columns = points.shape
    return np.asarray(basis(rows, size_mm[1], y_mm) @ points @ basis(columns, size_mm[0], x_mm).T)
