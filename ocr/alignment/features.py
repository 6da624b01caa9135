"""``feature_alignment``: a scan laid on a reference picture by the print that both share."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.alignment.frame import Matrix, mapped
from ocr.alignment.markers import parabola_peak
from ocr.rasters import Grey

WORK_PX = 1150  #: longer side of the pictures in which features are sought (about 4 px/mm on A4)
_FEATURES = 3000
_NEAREST_RATIO = 0.8  #: a match counts when its runner-up is this much worse
_RANSAC_PX = 3.0
_LEAST_INLIERS = 25
_LEAST_SPREAD = 0.02  #: of the reference's area that the inliers' hull must cover
_TILE_PX, _TILE_STEP_PX = 48, 40
_TILE_REACH_PX = 10
_TILE_RANSAC_PX = 0.8
_LEAST_TILES = 12
_LEAST_TILE_SPREAD = 12.0  #: grey levels: tiles without print say nothing
_LEAST_TILE_LIKENESS = 0.5
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
    """``image_from_reference`` in full pixels; residual (RMS over tiles of print) in reference px; correlation of the prints."""

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
    refined, error, correlation = _refined(np.asarray(matrix, dtype=np.float64), scene, reference)
    if correlation < _ENOUGH_CORRELATION:
        return f"对齐后与参考图的印刷不符（相关 {correlation:.2f}）"
    full = np.diag([1 / scene.scale] * 2 + [1.0]) @ refined @ np.diag([reference.scale] * 2 + [1.0])
    return FeatureFit(full, error / reference.scale, int(good.sum()), correlation)


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


def _refined(matrix: Matrix, scene: Scene, reference: Reference) -> tuple[Matrix, float, float]:
    """The homography after laying many small tiles of print exactly, its RMS error, and the likeness.

    Tiles use all print, not only corners, and handwriting spoils only the tiles that it crosses. (ECC
    over the whole page was tried: handwriting pulled it up to 1.8 mm away at the page's corners.)
    """
    error = _RANSAC_PX
    for reach in (_TILE_REACH_PX, _TILE_REACH_PX // 2):
        laid = _laid(scene.work, matrix, reference.work.shape)
        here, there = _tile_places(reference.work, laid, reach)
        if len(here) < _LEAST_TILES:
            break
        step, mask = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _TILE_RANSAC_PX, None, 3000, 0.999)
        if step is None or int(np.asarray(mask).sum()) < _LEAST_TILES:
            break
        good = np.asarray(mask).ravel().astype(bool)
        tile_step = np.asarray(step, dtype=np.float64)
        off = mapped(tile_step, here[good].astype(np.float64)) - there[good]
        error = float(np.sqrt(np.mean(np.sum(off**2, axis=1))))
        matrix = matrix @ tile_step
    return matrix, error, _correlation(reference.work, scene.work, matrix)


def _laid(work: Grey, matrix: Matrix, shape: tuple[int, ...]) -> Grey:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(work, matrix, (shape[1], shape[0]), flags=flags, borderValue=255)
    return np.asarray(laid, dtype=np.uint8)


def _tile_places(still: Grey, laid: Grey, reach: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centres of the tiles with print, ``(n, 2)``, in the reference and where the laid scan has them."""
    here, there = [], []
    height, width = still.shape
    for top in range(reach, height - _TILE_PX - reach, _TILE_STEP_PX):
        for left in range(reach, width - _TILE_PX - reach, _TILE_STEP_PX):
            tile = still[top : top + _TILE_PX, left : left + _TILE_PX]
            if tile.std() < _LEAST_TILE_SPREAD:
                continue
            window = laid[top - reach : top + _TILE_PX + reach, left - reach : left + _TILE_PX + reach]
            scores = np.asarray(cv2.matchTemplate(window, tile, cv2.TM_CCOEFF_NORMED), dtype=np.float64)
            y, x = (int(v) for v in np.unravel_index(int(np.argmax(scores)), scores.shape))
            on_rim = x in (0, 2 * reach) or y in (0, 2 * reach)
            if scores[y, x] < _LEAST_TILE_LIKENESS or on_rim:
                continue
            centre = (left + _TILE_PX / 2, top + _TILE_PX / 2)
            moved = (parabola_peak(scores[y, :], x) - reach, parabola_peak(scores[:, x], y) - reach)
            here.append(centre)
            there.append((centre[0] + moved[0], centre[1] + moved[1]))
    shape = (-1, 2)
    return np.array(here, np.float32).reshape(shape), np.array(there, np.float32).reshape(shape)


def _correlation(still: Grey, moving: Grey, matrix: Matrix) -> float:
    """Likeness of the two prints at half size, where a pixel's error does not matter."""
    laid = _laid(moving, matrix, still.shape)
    one, other = (
        _flat(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)) for p in (still, laid)
    )
    spread = float(one.std() * other.std())
    return 0.0 if spread < 1e-9 else float(np.mean((one - one.mean()) * (other - other.mean())) / spread)


def _flat(picture: cv2.typing.MatLike) -> NDArray[np.float32]:
    """The picture softened, less its own shading, so that a shadow is no likeness."""
    values = cv2.GaussianBlur(picture, (5, 5), 0).astype(np.float32)
    return np.asarray(values - cv2.blur(values, (41, 41)), dtype=np.float32)
