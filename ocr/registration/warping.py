"""Paper that is not flat: measured by the print that should be there, told as a smooth surface.

A homography knows the page's four corners; a curled, folded or bowed sheet lies elsewhere between them.
``flattened`` first probes some landmarks of the blank card. Only where these are displaced, all of them
are looked for, coarsely and then finely, a cubic B-spline is fitted to their displacements (robustly,
since ink and stains displace some of them), and the page is rectified with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from core.cards import CardPage
from core.pages import Registration, Warp
from ocr.rasters import Grey, PageRaster, rectify
from ocr.registration.landmarks import (
    COARSE,
    FINE,
    Floats,
    Landmarks,
    find_landmarks,
    landmarks_of,
    shrunken,
    written_share,
)
from ocr.splines import basis

#: Displacement from which a probe counts: half of what a bubble's reading tolerates, seen also in
#: handwriting. Flat-bed scans lie below 0.2 mm.
DISPLACED_MM = 0.4
_PROBES = 20
_LEAST_CLEAR = 0.15  #: of a patch's structure in its weaker direction
_MOST_WRITTEN = 0.35  #: of a probe may be written over
_PROBE_REACH_MM = 1.25
_FOUND = 0.45  #: correlation from which a landmark counts as found
_LEAST_ASTRAY = 3  #: probes, displaced or not found, before anything is done
_LEAST_FOUND = 24  #: landmarks, for a surface
_LEAST_SEEN = 0.4  #: of the probes: with fewer, the page is not where it is thought to be
_MOST_LEFT = 0.5  #: of the probes astray, or of their displacement, for a warp to be kept
_COARSE_SPACING_MM, _FINE_SPACING_MM = 50.0, 17.0
_CORNER_TRUST = 4.0  #: of a fiducial, against 1 of a landmark that is found exactly
_COARSE_REACH_MM, _FINE_REACH_MM, _LAST_REACH_MM = 8.0, 1.75, 0.9
_ROUNDS = 4
_SCALE_FLOOR_MM = 0.12


@dataclass(frozen=True)
class Flattened:
    """The page after what could be done about its bends.

    ``displaced_mm`` is how far print still lies from its place: nine tenths of the probes that can be seen
    lie nearer.
    """

    raster: PageRaster
    registration: Registration
    displaced_mm: float


@dataclass(frozen=True)
class _Probed:
    shifts_mm: Floats  #: of those found, without what their patch cannot tell
    found: int
    asked: int

    @property
    def astray(self) -> int:
        """How many are displaced, or so far that they were not found."""
        return int((self.shifts_mm > DISPLACED_MM).sum()) + self.asked - self.found

    @property
    def displaced_mm(self) -> float:
        """Of the probes that can be seen; where hardly any can, all are taken to lie far off."""
        if self.found < _LEAST_SEEN * self.asked:
            return _PROBE_REACH_MM
        return float(np.quantile(self.shifts_mm, 0.9)) if self.found else 0.0


def flattened(
    image: Grey, raster: PageRaster, registration: Registration, page: CardPage, blank: PageRaster
) -> Flattened:
    """The page with its print where the blank has it, as far as a smooth surface can do that.

    Args:
        image: grey pixels as scanned.
        raster: the page as rectified by ``registration``, which has no warp yet.
        registration: where the page lies in the image.
        page: of the card.
        blank: the page without a candidate's ink, at the raster's scale.
    """
    before = _probe(raster, page, blank)
    if before.astray < _LEAST_ASTRAY:
        return _as_is(raster, registration, before)
    warp = measure_warp(raster, page, blank)
    if warp is None:
        return _as_is(raster, registration, before)
    bent = registration.model_copy(update={"warp": warp})
    straight = rectify(image, bent, page, raster.px_per_mm)
    after = _probe(straight, page, blank)
    fewer = after.astray <= _MOST_LEFT * before.astray
    nearer = after.displaced_mm <= _MOST_LEFT * before.displaced_mm
    if after.found < before.found or not (fewer or nearer):
        return _as_is(raster, registration, before)
    return Flattened(straight, bent, after.displaced_mm)


def _as_is(raster: PageRaster, registration: Registration, probed: _Probed) -> Flattened:
    return Flattened(raster, registration, probed.displaced_mm)


_KNOWN: WeakKeyDictionary[PageRaster, Landmarks] = WeakKeyDictionary()


def _probes_of(blank: PageRaster, page: CardPage) -> Landmarks:
    """Landmarks for a quick look, found out once for each blank."""
    if blank not in _KNOWN:
        _KNOWN[blank] = _chosen_probes(blank, page)
    return _KNOWN[blank]


def _chosen_probes(blank: PageRaster, page: CardPage) -> Landmarks:
    """Landmarks that tell displacements both ways and are not written over, far from one another."""
    marks = landmarks_of(blank, page, FINE)
    clear = np.linalg.eigvalsh(marks.tensors)[:, 0] if len(marks) else np.zeros(0)
    free = written_share(marks, page) <= _MOST_WRITTEN
    good = np.nonzero((clear >= _LEAST_CLEAR) & free)[0]
    if len(good) <= _PROBES:
        return marks.some(good)
    chosen = [int(good[np.argmax(clear[good])])]
    away = np.full(len(good), np.inf)
    while len(chosen) < _PROBES:
        away = np.minimum(away, np.linalg.norm(marks.centres_mm[good] - marks.centres_mm[chosen[-1]], axis=1))
        chosen.append(int(good[np.argmax(away)]))
    return marks.some(np.array(chosen))


def _probe(raster: PageRaster, page: CardPage, blank: PageRaster) -> _Probed:
    """Look at some landmarks near their places; cut out before shrinking, since the whole page costs more."""
    marks = _probes_of(blank, page)
    reach = round(_PROBE_REACH_MM * marks.px_per_mm)
    shifts, inside = [], 0
    for i, patch in enumerate(marks.patches):
        left, top = (marks.corners_px[i] - reach) * marks.shrink
        height, width = ((side + 2 * reach) * marks.shrink for side in patch.shape)
        if (
            left < 0
            or top < 0
            or left + width > raster.pixels.shape[1]
            or top + height > raster.pixels.shape[0]
        ):
            continue
        inside += 1
        crop = shrunken(raster.pixels[top : top + height, left : left + width], marks.shrink)
        here = Landmarks((patch,), np.array([[reach, reach]]), marks.centres_mm[i : i + 1],
                         marks.tensors[i : i + 1], marks.px_per_mm, marks.shrink)  # fmt: skip
        found = find_landmarks(crop, here, np.zeros((1, 2)), _PROBE_REACH_MM)
        if found.scores[0] >= _FOUND:
            shifts.append(float(np.linalg.norm(found.shifts_mm[0])))
    return _Probed(np.array(shifts), len(shifts), inside)


def measure_warp(raster: PageRaster, page: CardPage, blank: PageRaster) -> Warp | None:
    """The surface that takes the blank's print to where the raster shows it.

    Returns:
        ``None`` where too little print is found, or where it agrees on no surface.
    """
    size = (page.width_mm, page.height_mm)
    surface = _Surface.flat(size, _COARSE_SPACING_MM)
    steps = (
        (COARSE, _COARSE_SPACING_MM, _COARSE_REACH_MM, 0.3),
        (FINE, 2 * _FINE_SPACING_MM, _FINE_REACH_MM, 0.1),
        (FINE, _FINE_SPACING_MM, _FINE_REACH_MM, 0.05),
        (FINE, _FINE_SPACING_MM, _LAST_REACH_MM, 0.02),
    )
    residual = 0.0
    for layout, spacing, reach, stiffness in steps:
        seen = _seen(raster, landmarks_of(blank, page, layout), surface, reach)
        if seen is None:
            return None
        surface = _Surface.flat(size, spacing)
        residual = surface.fit(seen if layout is FINE else seen.with_corners(page), stiffness)
    return surface.warp(residual)


@dataclass(frozen=True)
class _Seen:
    """Displacements ``shifts`` at ``places`` (both ``(n, 2)`` mm), in what directions, how surely."""

    places: Floats
    shifts: Floats
    tensors: Floats
    trust: Floats

    def with_corners(self, page: CardPage) -> _Seen:
        """With the fiducials too, which the homography has put nearly into their places."""
        corners = np.array([(mark.centre.x_mm, mark.centre.y_mm) for mark in page.fiducials]).reshape(-1, 2)
        count = len(corners)
        return _Seen(
            np.concatenate([self.places, corners]),
            np.concatenate([self.shifts, np.zeros((count, 2))]),
            np.concatenate([self.tensors, np.tile(np.eye(2), (count, 1, 1))]),
            np.concatenate([self.trust, np.full(count, _CORNER_TRUST)]),
        )


def _seen(raster: PageRaster, marks: Landmarks, surface: _Surface, reach_mm: float) -> _Seen | None:
    """The landmarks that are found around where the surface has them; ``None`` when they are too few."""
    if len(marks) < _LEAST_FOUND:
        return None
    scan = shrunken(raster.pixels, marks.shrink)
    found = find_landmarks(scan, marks, surface.at(marks.centres_mm), reach_mm)
    sure = found.scores >= _FOUND
    if sure.sum() < _LEAST_FOUND:
        return None
    return _Seen(marks.centres_mm[sure], found.shifts_mm[sure], marks.tensors[sure], found.scores[sure] ** 2)


class _Surface:
    """Displacements over a page as two B-splines with the same control points."""

    def __init__(self, size_mm: tuple[float, float], columns: int, rows: int) -> None:
        self.size_mm, self.columns, self.rows = size_mm, columns, rows
        self.points = np.zeros((2, rows * columns))

    @classmethod
    def flat(cls, size_mm: tuple[float, float], spacing_mm: float) -> _Surface:
        columns, rows = (max(1, round(side / spacing_mm)) + 3 for side in size_mm)
        return cls(size_mm, columns, rows)

    def _weights(self, places: Floats) -> Floats:
        """Weight of each control point at places ``(n, 2)``: ``(n, rows × columns)``."""
        across = basis(self.columns, self.size_mm[0], places[:, 0])
        down = basis(self.rows, self.size_mm[1], places[:, 1])
        products = np.einsum("nr,nc->nrc", down, across)
        return np.asarray(products.reshape(len(places), -1), dtype=np.float64)

    def at(self, places: Floats) -> Floats:
        """Displacements ``(n, 2)``."""
        return np.asarray(self._weights(places) @ self.points.T, dtype=np.float64)

    def fit(self, seen: _Seen, stiffness: float) -> float:
        """Fit by reweighted least squares; returns the root mean square residual of what fits, in mm."""
        weights = self._weights(seen.places)
        stiff = np.kron(np.eye(2), stiffness * self._bending() + 1e-6 * np.eye(len(self.points[0])))
        trust = seen.trust
        residual = np.inf
        for _ in range(_ROUNDS):
            trusted = seen.tensors * trust[:, None, None]
            blocks = [[weights.T @ (weights * trusted[:, a, b, None]) for b in (0, 1)] for a in (0, 1)]
            aims = np.concatenate([weights.T @ (trusted[:, a] * seen.shifts).sum(axis=1) for a in (0, 1)])
            self.points = np.linalg.solve(np.block(blocks) + stiff, aims).reshape(2, -1)
            off = seen.shifts - weights @ self.points.T
            far = np.sqrt(np.maximum(np.einsum("na,nab,nb->n", off, seen.tensors, off), 0))
            scale = max(_SCALE_FLOOR_MM, 1.5 * float(np.median(far)))
            trust = seen.trust / (1 + (far / scale) ** 2) ** 2
            near = far <= 2.5 * scale
            residual = float(np.sqrt(np.mean(far[near] ** 2)))
        return residual

    def _bending(self) -> Floats:
        """Squared second differences of the control points along both axes, as a quadratic form."""

        def bend(count: int) -> Floats:
            rows = np.zeros((count - 2, count))
            for i in range(count - 2):
                rows[i, i : i + 3] = (1, -2, 1)
            return np.asarray(rows.T @ rows, dtype=np.float64)

        return np.kron(np.eye(self.rows), bend(self.columns)) + np.kron(bend(self.rows), np.eye(self.columns))

    def warp(self, residual_mm: float) -> Warp:
        """As a record, to a hundredth of a millimetre."""
        x, y = (tuple(np.round(line, 2).tolist()) for line in self.points)
        return Warp(columns=self.columns, rows=self.rows, x_mm=x, y_mm=y, residual_mm=round(residual_mm, 3))
