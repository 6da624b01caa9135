"""What goes wrong with paper, scanners and cameras, each at rising strength, drawn on a clean scan.

A fault takes a page (grey pixels at ``DPI``), one of its strengths and a source of chance, and gives the
picture as it would come in. Geometry is drawn in one resampling, so that no fault brings a second one's
blur along. What each strength means is told by ``Fault.unit``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DPI = 200.0
MM = DPI / 25.4  #: pixels
Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]
Chance = np.random.Generator
_QUALITY = 85  #: of the JPEG in which a picture comes in when its quality is not the fault
_TABLE = 60  #: grey of what the paper lies on when it is photographed


@dataclass(frozen=True)
class Picture:
    """A page as it comes in: pixels, and the quality of the JPEG that brings them."""

    pixels: Grey
    quality: int = _QUALITY

    @property
    def jpeg(self) -> bytes:
        """The file."""
        options = [cv2.IMWRITE_JPEG_QUALITY, self.quality]
        return bytes(cv2.imencode(".jpg", self.pixels, options)[1].tobytes())


@dataclass(frozen=True)
class Fault:
    """One fault: ``apply(page, other_side, strength, chance)`` at each of ``strengths``, weak to strong."""

    name: str
    title: str
    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[Grey, Grey, float, Chance], Picture]


def _moved(page: Grey, map_x: Plane, map_y: Plane, ground: int) -> Grey:
    """The page sampled at these places (pixels), averaged down where they lie far apart."""
    step = float(np.abs(np.diff(map_x[::16, ::16], axis=1)).mean() / 16)
    if step > 1.3:  # the camera sees less than the page has
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.45 * step), np.uint8)
    return np.asarray(
        cv2.remap(page, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=ground),
        np.uint8,
    )


def _grid(page: Grey) -> tuple[Plane, Plane]:
    across = np.arange(page.shape[1], dtype=np.float32)
    columns, rows = np.meshgrid(across, np.arange(page.shape[0], dtype=np.float32))
    return columns, rows


def _exposed(light: Plane) -> Grey:
    return np.asarray(np.clip(np.round(light), 0, 255), np.uint8)


def rotation(page: Grey, _other: Grey, degrees: float, _chance: Chance) -> Picture:
    """Turned, with room for all of it on a grey ground."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(width * cos + height * sin) + 20, round(width * sin + height * cos) + 20
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    out = cv2.warpAffine(page, turn, size, flags=cv2.INTER_CUBIC, borderValue=200)
    return Picture(np.asarray(out, np.uint8))


def cut_off(page: Grey, _other: Grey, share: float, _chance: Chance) -> Picture:
    """The right edge is not in the picture."""
    return Picture(np.ascontiguousarray(page[:, : round((1 - share) * page.shape[1])]))


def scale(page: Grey, _other: Grey, dpi: float, _chance: Chance) -> Picture:
    """Scanned or photographed at a lower resolution."""
    factor = dpi / DPI
    return Picture(
        np.asarray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    )


def blur(page: Grey, _other: Grey, sigma_mm: float, _chance: Chance) -> Picture:
    """Out of focus everywhere."""
    return Picture(np.asarray(cv2.GaussianBlur(page, (0, 0), sigma_mm * MM), np.uint8))


def corner_blur(page: Grey, _other: Grey, sigma_mm: float, _chance: Chance) -> Picture:
    """Out of focus at the lower left alone, as when the telephone is held aslant."""
    soft = cv2.GaussianBlur(page, (0, 0), sigma_mm * MM).astype(np.float32)
    columns, rows = _grid(page)
    height, width = page.shape
    far = np.hypot(columns / width, 1 - rows / height)
    share = np.clip((0.75 - far) / 0.25, 0, 1)
    return Picture(_exposed(page + (soft - page) * share))


def jpeg(page: Grey, _other: Grey, quality: float, _chance: Chance) -> Picture:
    """Compressed too far, as by a messenger."""
    return Picture(page, round(quality))


def noise(page: Grey, _other: Grey, sigma: float, chance: Chance) -> Picture:
    """Grain of a sensor in little light."""
    grain = chance.normal(0, sigma, page.shape).astype(np.float32)
    return Picture(_exposed(page + grain))


def fold(page: Grey, _other: Grey, lift_mm: float, _chance: Chance) -> Picture:
    """A crease across the page: print beside it is displaced, and a dark line runs along it."""
    columns, rows = _grid(page)
    height, width = page.shape
    away = (rows - 0.44 * height - 0.06 * (columns - width / 2)) / MM  # mm from the crease
    push = np.exp(-np.abs(away) / 30.0) * lift_mm * MM
    bent = _moved(page, columns + 0.4 * push, rows + push, 235).astype(np.float32)
    side = np.where(away < 0, 1.0, -0.6) * np.exp(-np.abs(away) / 18.0)
    bent *= 1 + np.clip(0.03 * lift_mm, 0, 0.12) * side
    bent -= 70 * np.exp(-((away / 0.35) ** 2))
    return Picture(_exposed(bent))


def curl(page: Grey, _other: Grey, bow_mm: float, _chance: Chance) -> Picture:
    """Paper that bows: lines sag between the corners, sides bend in."""
    columns, rows = _grid(page)
    height, width = page.shape
    across, down = columns / width, rows / height
    sag = 4 * across * (1 - across) * bow_mm * MM
    inward = np.sin(np.pi * down) * 0.5 * bow_mm * MM
    bent = _moved(page, columns + inward, rows - sag * (0.6 + 0.4 * down), 235).astype(np.float32)
    return Picture(_exposed(bent * (1 - np.clip(0.03 * bow_mm, 0, 0.15) * np.sin(np.pi * across) ** 2)))


def missing_corner(page: Grey, _other: Grey, leg_mm: float, _chance: Chance) -> Picture:
    """The lower right corner is torn off; the scanner's lid shows."""
    height, width = page.shape
    leg = leg_mm * MM
    torn = page.copy()
    triangle = np.array([[width, height - 1.2 * leg], [width, height], [width - leg, height]], np.int32)
    cv2.fillPoly(torn, [triangle], 240)
    return Picture(torn)


def photo(page: Grey, _other: Grey, tilt_deg: float, chance: Chance) -> Picture:
    """A telephone's picture, tilted both ways, on a dark table, lit from one side, a little bowed."""
    height, width = page.shape
    size = (round(1.15 * width), round(1.12 * height))
    corners = _tilted(width, height, np.deg2rad(tilt_deg))
    low, high = corners.min(axis=0), corners.max(axis=0)
    fit = min((size[0] - 60) / (high[0] - low[0]), (size[1] - 60) / (high[1] - low[1]))
    placed = (corners - (low + high) / 2) * fit + np.array(size) / 2
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    back = cv2.getPerspectiveTransform(placed.astype(np.float32), flat)
    columns, rows = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    there = cv2.perspectiveTransform(np.stack([columns, rows], axis=-1), back).astype(np.float32)
    bow = 0.04 * tilt_deg * MM * np.sin(np.pi * np.clip(there[..., 0] / width, 0, 1))
    taken = _moved(page, there[..., 0], there[..., 1] + bow.astype(np.float32), _TABLE).astype(np.float32)
    falloff = 1 - (0.1 + 0.008 * tilt_deg) * (columns / size[0] * 0.6 + rows / size[1] * 0.4)
    taken = cv2.GaussianBlur(taken * falloff, (0, 0), 0.8)
    return Picture(_exposed(taken + chance.normal(0, 3.0, taken.shape).astype(np.float32)), 80)


def _tilted(width: int, height: int, tilt: float) -> NDArray[np.float64]:
    """The page's corners seen from half a metre, turned about both axes of the paper."""
    x, y = np.array([-width, width, width, -width]) / 2, np.array([-height, -height, height, height]) / 2
    distance = 500 * MM
    x, depth = x * np.cos(0.6 * tilt), x * np.sin(0.6 * tilt)
    y, deeper = y * np.cos(tilt), depth + y * np.sin(tilt)
    return np.asarray(np.column_stack([x, y]) * (distance / (distance - deeper))[:, None])


def shadow(page: Grey, _other: Grey, dimming: float, _chance: Chance) -> Picture:
    """A hand's shadow over the left half: light falls to ``1 - dimming`` within a centimetre."""
    columns, rows = _grid(page)
    edge = columns - (0.45 * page.shape[1] + 0.25 * (rows - page.shape[0] / 2))
    lit = 1 / (1 + np.exp(-edge / (2.5 * MM)))
    return Picture(_exposed(page * (1 - dimming * (1 - lit))))


def glare(page: Grey, _other: Grey, radius_mm: float, _chance: Chance) -> Picture:
    """A lamp's reflection on glossy paper, over the upper right of the middle."""
    columns, rows = _grid(page)
    height, width = page.shape
    away = np.hypot(columns - 0.66 * width, rows - 0.36 * height) / MM
    flash = 330 / (1 + np.exp(np.clip((away - radius_mm) / (0.12 * radius_mm), -40, 40)))
    return Picture(_exposed(0.82 * page + flash))


def photocopy(page: Grey, _other: Grey, gain: float, chance: Chance) -> Picture:
    """A copy of a copy that is set too dark: grey becomes black, dust appears."""
    dark = (245.0 - page) * gain
    specks = (chance.random(page.shape, dtype=np.float32) < 0.00004 * gain).astype(np.uint8)
    dust = cv2.dilate(specks, np.ones((2, 2), np.uint8))
    return Picture(_exposed(250.0 - np.maximum(dark, 0) - 200.0 * dust))


def pale_copy(page: Grey, _other: Grey, left: float, _chance: Chance) -> Picture:
    """A copy from an empty toner: of all darkness this share is left."""
    return Picture(_exposed(250.0 - np.maximum(245.0 - page, 0) * left))


def bleed_through(page: Grey, other: Grey, share: float, _chance: Chance) -> Picture:
    """Thin paper: this share of the other side's darkness shows through, mirrored and soft."""
    mirrored = cv2.GaussianBlur(np.ascontiguousarray(other[:, ::-1]), (0, 0), 1.2)
    height, width = page.shape
    back = cv2.resize(mirrored, (width, height)).astype(np.float32)
    return Picture(_exposed(page * (1 - share * np.clip((240.0 - back) / 240.0, 0, 1))))


FAULTS = (
    Fault("rotation", "Rotation", "degrees", (2, 6, 15, 30, 45, 60, 90, 135, 180), rotation),
    Fault("cut_off", "Edge cut off", "share of the width", (0.01, 0.03, 0.05, 0.08, 0.12, 0.2), cut_off),
    Fault("scale", "Resolution", "dpi", (160, 140, 125, 112, 100, 90, 75), scale),
    Fault("blur", "Blur", "mm (sigma)", (0.1, 0.15, 0.2, 0.25, 0.32, 0.4, 0.55), blur),
    Fault("corner_blur", "Blurred lower left", "mm (sigma)", (0.15, 0.25, 0.35, 0.5, 0.8, 1.2), corner_blur),
    Fault("jpeg", "JPEG quality", "quality", (50, 30, 20, 14, 9, 6, 3, 2, 1), jpeg),
    Fault("noise", "Noise", "grey levels (sigma)", (6, 12, 20, 30, 45, 65, 90, 130, 190, 280), noise),
    Fault("fold", "Fold", "mm at the crease", (0.5, 1, 1.5, 2, 3, 4.5, 7, 9, 12, 17, 26), fold),
    Fault("curl", "Curl", "mm of bow", (0.5, 1, 1.5, 2.5, 4, 6, 9), curl),
    Fault("missing_corner", "Missing corner", "mm torn off", (15, 25, 40, 60, 90, 130, 180), missing_corner),
    Fault("photo", "Photo", "degrees of tilt", (5, 12, 20, 28, 36, 44, 52), photo),
    Fault("shadow", "Shadow", "share of light lost", (0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9), shadow),
    Fault("glare", "Glare", "mm radius", (5, 9, 14, 20, 30, 45, 70), glare),
    Fault("photocopy", "Photocopy gain", "times", (1.3, 1.8, 2.5, 4, 6, 10, 20), photocopy),
    Fault("pale_copy", "Pale copy", "share of ink left", (0.8, 0.6, 0.45, 0.32, 0.22, 0.14, 0.08), pale_copy),
    Fault("bleed_through", "Bleed-through", "share showing", (0.08, 0.15, 0.25, 0.35, 0.5, 0.7, 0.9), bleed_through),
)  # fmt: skip
