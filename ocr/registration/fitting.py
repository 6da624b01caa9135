"""From fiducials to the map between card millimetres and image pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import CardPage, Fiducial
from core.pages import Registration, RegistrationMethod
from ocr.registration.fiducials import Corners

Points = NDArray[np.float64]  #: (n, 2)
Matrix = NDArray[np.float64]  #: (3, 3), card millimetres to image pixels

#: Three markers on a flat-bed scan are best fitted by an affine map (0.01 mm off at the far corner,
#: where the homography, which has to extrapolate, is 0.4 mm off). A photo bends the affine map by
#: millimetres, so it is taken only where the homography agrees hardly better with the corners.
_AFFINE_NEARLY_AS_GOOD = 1.5
_AFFINE_GOOD_MM = 0.02
#: With four markers found, one is dropped when the fit without it is this good, and four times better.
WITHOUT_ONE_RESIDUAL_MM = 0.15
_FAR_BETTER = 4.0


@dataclass(frozen=True)
class Fit:
    """A map and how well the markers' corners agree with it."""

    image_from_card: Matrix
    residual_mm: float
    markers: tuple[int, ...]


def fit_page(found: Mapping[int, Corners], page: CardPage) -> Fit | None:  # fmt: skip
    """The best map from the page to the image.

    Args:
        found: corners of the markers seen.
        page: says where they are printed.

    Returns:
        ``None`` with fewer than two of the page's markers, or where no map exists.
    """
    printed = [mark for mark in page.fiducials if mark.marker_id in found]
    fit = _fit(printed, found)
    if fit is None or len(printed) < 4 or fit.residual_mm <= WITHOUT_ONE_RESIDUAL_MM:
        return fit
    others = [_fit([m for m in printed if m is not left_out], found) for left_out in printed]
    best = min((o for o in others if o is not None), key=lambda o: o.residual_mm, default=fit)
    clearly = best.residual_mm <= min(WITHOUT_ONE_RESIDUAL_MM, fit.residual_mm / _FAR_BETTER)
    return best if clearly else fit


def _fit(printed: Sequence[Fiducial], found: Mapping[int, Corners]) -> Fit | None:  # fmt: skip
    if len(printed) < 2:
        return None
    card = np.concatenate([printed_corners(mark) for mark in printed])
    image = np.concatenate([found[mark.marker_id] for mark in printed])
    matrix = _matrix(len(printed), card, image)
    if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-9:
        return None
    return Fit(matrix, residual_mm(matrix, card, image), tuple(mark.marker_id for mark in printed))


def _matrix(markers: int, card: Points, image: Points) -> Matrix | None:
    """Four degrees of freedom with two markers, six with three on a flat page, else eight."""
    if markers == 2:
        return _similarity(card, image)
    homography = _homography(card, image)
    if markers >= 4 or homography is None:
        return homography
    affine = _affine(card, image)
    good_enough = max(_AFFINE_GOOD_MM, _AFFINE_NEARLY_AS_GOOD * residual_mm(homography, card, image))
    return affine if residual_mm(affine, card, image) <= good_enough else homography


def printed_corners(mark: Fiducial) -> Points:
    """Its corners on the card, clockwise from the top left, in millimetres."""
    half = mark.side_mm / 2
    x, y = mark.centre.x_mm, mark.centre.y_mm
    return np.array([[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]])


def _homography(card: Points, image: Points) -> Matrix | None:
    matrix, _ = cv2.findHomography(card, image, 0)
    return None if matrix is None else np.asarray(matrix, dtype=np.float64)


def _affine(card: Points, image: Points) -> Matrix:
    design = np.column_stack([card, np.ones(len(card))])
    solution, *_ = np.linalg.lstsq(design, image, rcond=None)
    return np.vstack([solution.T, [0.0, 0.0, 1.0]])


def _similarity(card: Points, image: Points) -> Matrix:
    """Turn, scale and shift without mirroring, by least squares."""
    x, y = card[:, 0], card[:, 1]
    ones, zeros = np.ones(len(card)), np.zeros(len(card))
    design = np.concatenate([np.column_stack([x, -y, ones, zeros]), np.column_stack([y, x, zeros, ones])])
    (a, b, shift_x, shift_y), *_ = np.linalg.lstsq(
        design, np.concatenate([image[:, 0], image[:, 1]]), rcond=None
    )
    return np.array([[a, -b, shift_x], [b, a, shift_y], [0.0, 0.0, 1.0]])


def mapped(matrix: Matrix, points: Points) -> Points:
    """The points through the map."""
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix), np.float64).reshape(-1, 2)


def residual_mm(matrix: Matrix, card: Points, image: Points) -> float:
    """Root mean square distance on the card between the points and where the map has them."""
    back = mapped(np.asarray(np.linalg.inv(matrix), np.float64), image)
    return float(np.sqrt(((back - card) ** 2).sum(axis=1).mean()))


def px_per_mm(matrix: Matrix, page: CardPage) -> tuple[float, float]:
    """The smallest and the largest local scale over the page's corners; (0, 0) where it folds over."""
    width, height = page.width_mm, page.height_mm
    scales = []
    for x, y in ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)):
        depth = matrix[2] @ (x, y, 1.0)
        if depth * matrix[2, 2] <= 0:
            return 0.0, 0.0
        at, right, down = mapped(matrix, np.array([[x, y], [x + 1.0, y], [x, y + 1.0]]))
        cross = float(np.cross(np.append(right - at, 0), np.append(down - at, 0))[2])
        if cross <= 0:
            return 0.0, 0.0
        scales += [float(np.linalg.norm(right - at)), float(np.linalg.norm(down - at))]
    return min(scales), max(scales)


def registration_of(fit: Fit, page: CardPage) -> Registration:
    """The record of a fit."""
    centre = np.array([[page.width_mm / 2, page.height_mm / 2], [page.width_mm / 2 + 1, page.height_mm / 2]])
    at, right = mapped(fit.image_from_card, centre)
    turned = float(np.degrees(np.arctan2(right[1] - at[1], right[0] - at[0]))) % 360.0
    values = (fit.image_from_card / fit.image_from_card[2, 2]).ravel().tolist()
    return Registration(
        image_from_card=tuple(values),
        residual_mm=fit.residual_mm,
        method=RegistrationMethod.FIDUCIALS,
        fiducials_found=len(fit.markers),
        rotation_deg=turned,
    )
