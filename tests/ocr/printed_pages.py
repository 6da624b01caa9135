"""Printed pages of words and boxes, laid on a table or a scanner glass, for the tests of alignment."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey

Matrix = NDArray[np.float64]
_SYLLABLES = ("physi", "force", "light", "mass", "wave", "speed", "heat", "work", "lens", "ohm", "volt", "am")


def printed_page(seed: int, width_mm: float = 210, height_mm: float = 297, px_per_mm: float = 8) -> Grey:
    """A page of headings, lines of words, ruled boxes and a bubble grid; the seed chooses the text."""
    random = np.random.default_rng(seed)
    page = np.full((round(height_mm * px_per_mm), round(width_mm * px_per_mm)), 255, np.uint8)
    y = 18 * px_per_mm
    while y < (height_mm - 20) * px_per_mm:
        words = " ".join(str(random.choice(_SYLLABLES)) for _ in range(int(random.integers(3, 9))))
        at = (round(float(random.uniform(12, 30)) * px_per_mm), round(y))
        size = float(random.uniform(0.7, 1.3)) * px_per_mm / 8
        cv2.putText(page, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, 30, 2, cv2.LINE_AA)
        if random.random() < 0.15:
            corner = (round(14 * px_per_mm), round(y + 4 * px_per_mm))
            far = (round((width_mm - 14) * px_per_mm), round(y + 24 * px_per_mm))
            cv2.rectangle(page, corner, far, 60, 2)
            y += 26 * px_per_mm
        y += float(random.uniform(8, 14)) * px_per_mm
    return page


def write_on(page: Grey, random: np.random.Generator, strokes: int = 120) -> Grey:
    """The page with loops of handwriting on it."""
    written = page.copy()
    height, width = page.shape
    for _ in range(strokes):
        at = random.uniform([0.1 * width, 0.1 * height], [0.9 * width, 0.9 * height])
        path = at + np.cumsum(random.normal(0, 12, (14, 2)), axis=0)
        cv2.polylines(written, [np.round(path).astype(np.int32)], False, 50, 4, cv2.LINE_AA)
    return written


def warped(page: Grey, image_from_page: Matrix, size: tuple[int, int], background: Grey | int = 255) -> Grey:
    """The page in an image of this size (width, height); around it the background."""
    inside = cv2.warpPerspective(page, image_from_page, size, flags=cv2.INTER_AREA, borderValue=0)
    mask = cv2.warpPerspective(np.full_like(page, 255), image_from_page, size, borderValue=0)
    share = mask.astype(np.float32) / 255
    behind = np.asarray(background, dtype=np.float32)
    return np.clip(inside * share + behind * (1 - share), 0, 255).astype(np.uint8)


def scan_matrix(
    page: Grey, scale: float, turn_deg: float, shift_px: tuple[float, float]
) -> tuple[Matrix, tuple[int, int]]:
    """A page turned and shifted on a scanner glass of its own size: matrix and image size."""
    height, width = page.shape
    turn = np.deg2rad(turn_deg)
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    middle = np.array([width / 2, height / 2])
    size = (round(width * scale), round(height * scale))
    if round(turn_deg / 90) % 2:
        size = size[::-1]
    to = np.array(size) / 2 + shift_px - np.array([[cos, -sin], [sin, cos]]) @ middle
    return np.array([[cos, -sin, to[0]], [sin, cos, to[1]], [0, 0, 1]]), size


def degraded(image: Grey, random: np.random.Generator, noise: float = 6, quality: int = 60) -> Grey:
    """Noise and JPEG."""
    noisy = np.clip(image + random.normal(0, noise, image.shape), 0, 255).astype(np.uint8)
    _, content = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
