"""``feature_alignment``: a scan laid on a reference picture by the print that both share."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.alignment.frame import Matrix, mapped
from ocr.rasters import Grey

WORK_PX = 1150  #: longer side of the pictures in which features are sought (about 4 px/mm on A4)
_REFINE_PX = 575
_FEATURES = 3000
_NEAREST_RATIO = 0.8  #: a match counts when its runner-up is this much worse
_RANSAC_PX = 3.0
_LEAST_INLIERS = 25
_LEAST_SPREAD = 0.02  #: of the reference's area that the inliers' hull must cover
_ENOUGH_CORRELATION = 0.35  #: of the prints after alignment


@dataclass(frozen=True)
class Reference:
    """A reference picture made ready: features at ``scale`` (work px per reference px)."""

    work: Grey
    scale: float
    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]


@dataclass(frozen=True)
class FeatureFit:
    """``image_from_reference`` in full pixels; residual in reference px; correlation of the prints."""

    image_from_reference: Matrix
    residual_px: float
    inliers: int
    correlation: float


@functools.lru_cache(maxsize=16)
def reference_of(content: bytes) -> Reference:
    """Features of a PNG or JPEG, kept for the next page.

    Raises:
        ValueError: the bytes are no picture.
    """
    picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError("the reference is no picture")
    work, scale = _work(np.asarray(picture, dtype=np.uint8))
    points, descriptors = _features(work)
    return Reference(work, scale, points, descriptors)


@dataclass(frozen=True)
class Scene:
    """A scan made ready, to be tried on several references."""

    work: Grey
    scale: float
    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]


def scene_of(image: Grey) -> Scene:
    """Features of a scan."""
    work, scale = _work(image)
    return Scene(work, scale, *_features(work))


def _work(image: Grey) -> tuple[Grey, float]:
    scale = WORK_PX / max(image.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8), scale


def _features(work: Grey) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points ``(n, 2)`` and descriptors ``(n, 128)``, RootSIFT: Hellinger distance tells print apart."""
    found, descriptors = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=0.03).detectAndCompute(
        work, None
    )
    points = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
    if descriptors is None:
        return points, np.zeros((0, 128), np.float32)
    ones = np.asarray(descriptors, dtype=np.float32)
    ones /= np.maximum(ones.sum(axis=1, keepdims=True), 1e-6)
    return points, np.sqrt(ones)


def fit(scene: Scene, reference: Reference) -> FeatureFit | str:
    """The scan on the reference, or the reason why it does not fit."""
    pairs = _matches(scene, reference)
    if len(pairs) < _LEAST_INLIERS:
        return f"与参考图相同的印刷特征只有 {len(pairs)} 处"
    on_reference, on_scene = reference.points[pairs[:, 0]], scene.points[pairs[:, 1]]
    matrix, mask = cv2.findHomography(on_reference, on_scene, cv2.USAC_MAGSAC, _RANSAC_PX, None, 5000, 0.999)
    good = np.zeros(len(pairs), bool) if mask is None else np.asarray(mask).ravel().astype(bool)
    if matrix is None or good.sum() < _LEAST_INLIERS or not _is_plausible(np.asarray(matrix), reference):
        return f"与参考图一致的印刷特征只有 {int(good.sum())} 处"
    hull = cv2.convexHull(on_reference[good])
    if cv2.contourArea(hull) < _LEAST_SPREAD * reference.work.size:
        return "与参考图一致的特征挤在一处，无法确定位置"
    refined, correlation = _refined(np.asarray(matrix, dtype=np.float64), scene, reference)
    if correlation < _ENOUGH_CORRELATION:
        return f"对齐后与参考图的印刷不符（相关 {correlation:.2f}）"
    away = mapped(refined, on_reference[good].astype(np.float64)) - on_scene[good]
    step = np.sqrt(abs(np.linalg.det(refined[:2, :2])))
    residual = float(np.sqrt(np.mean(np.sum(away**2, axis=1))) / max(step, 1e-9) / reference.scale)
    full = np.diag([1 / scene.scale] * 2 + [1.0]) @ refined @ np.diag([reference.scale] * 2 + [1.0])
    return FeatureFit(full, residual, int(good.sum()), correlation)


def _matches(scene: Scene, reference: Reference) -> NDArray[np.int64]:
    """Mutual nearest neighbours that beat their runner-up: ``(n, 2)`` indices (reference, scene)."""
    if min(len(scene.points), len(reference.points)) < 2:
        return np.zeros((0, 2), np.int64)
    nearness = reference.descriptors @ scene.descriptors.T  # cosine: the vectors have length 1
    best = np.argmax(nearness, axis=1)
    rows = np.arange(len(best))
    first = nearness[rows, best]
    second = np.partition(nearness, -2, axis=1)[:, -2]
    mutual = np.argmax(nearness, axis=0)[best] == rows
    distinct = np.sqrt(np.maximum(1 - first, 0)) < _NEAREST_RATIO * np.sqrt(np.maximum(1 - second, 1e-9))
    keep = mutual & distinct
    return np.column_stack([rows[keep], best[keep]])


def _is_plausible(matrix: Matrix, reference: Reference) -> bool:
    """Whether the reference's outline stays convex, unmirrored and of a sensible size."""
    height, width = reference.work.shape
    corners = mapped(matrix, np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64))
    sides = np.roll(corners, -1, axis=0) - corners
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    area = cv2.contourArea(corners.astype(np.float32)) / reference.work.size
    return bool((turns > 0).all() and 0.03 < area < 30)


def _refined(matrix: Matrix, scene: Scene, reference: Reference) -> tuple[Matrix, float]:
    """The homography after ECC on soft half-size pictures, and the correlation of the prints.

    ECC needs no matching points, so plain areas between features count too. Its result stands only
    where the correlation rises.
    """
    half = _REFINE_PX / WORK_PX
    still = _soft(reference.work, half)
    moving = _soft(scene.work, half)
    shrink = np.diag([half, half, 1.0])
    start = shrink @ matrix @ np.linalg.inv(shrink)
    before = _correlation(still, moving, start)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 15, 1e-4)
    warp = start.astype(np.float32)
    try:
        _, found = cv2.findTransformECC(still, moving, warp, cv2.MOTION_HOMOGRAPHY, criteria)
    except cv2.error:  # it did not converge: the features' homography stands
        return matrix, before
    refined = np.asarray(found, dtype=np.float64)
    after = _correlation(still, moving, refined)
    if after <= before + 1e-3:
        return matrix, before
    return np.linalg.inv(shrink) @ refined @ shrink, after


def _soft(work: Grey, scale: float) -> Grey:
    small = cv2.resize(work, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (5, 5), 0), dtype=np.uint8)


def _correlation(still: Grey, moving: Grey, matrix: Matrix) -> float:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(moving, matrix, still.shape[::-1], flags=flags, borderValue=255)
    one, other = (_flat(picture) for picture in (still, np.asarray(laid, dtype=np.uint8)))
    spread = float(one.std() * other.std())
    return 0.0 if spread < 1e-9 else float(np.mean((one - one.mean()) * (other - other.mean())) / spread)


def _flat(picture: Grey) -> NDArray[np.float32]:
    """The picture less its own shading, so that a shadow is no likeness."""
    values = picture.astype(np.float32)
    return np.asarray(values - cv2.blur(values, (41, 41)), dtype=np.float32)
