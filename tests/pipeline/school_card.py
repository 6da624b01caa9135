"""A school's own printed answer card, drawn in code, filled and scanned: it has no marks of ours."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from core.geometry import BoxMm
from ocr.rasters import Grey

PX = 8.0
DPI = PX * 25.4
WIDTH_MM, HEIGHT_MM = 210.0, 148.0
DIGITS, LABELS = "0123456789", "ABCD"
NAME_BOX = BoxMm(x_mm=20, y_mm=20, width_mm=70, height_mm=12)
ANSWER_BOX = BoxMm(x_mm=20, y_mm=92, width_mm=170, height_mm=44)
#: Bubbles of 5 × 2.8 mm, one in the middle of each cell.
NUMBER_GRID = BoxMm(x_mm=120, y_mm=24, width_mm=48, height_mm=46)
NUMBER_COUNT = 6
CHOICE_GRID = BoxMm(x_mm=20, y_mm=42, width_mm=34, height_mm=40)
CHOICES = 4
BUBBLE_MM = (5.0, 2.8)


def cell(grid: BoxMm, columns: int, rows: int, column: int, row: int) -> BoxMm:
    """The bubble in a cell of a grid."""
    width, height = grid.width_mm / columns, grid.height_mm / rows
    return BoxMm(
        x_mm=grid.x_mm + column * width + (width - BUBBLE_MM[0]) / 2,
        y_mm=grid.y_mm + row * height + (height - BUBBLE_MM[1]) / 2,
        width_mm=BUBBLE_MM[0],
        height_mm=BUBBLE_MM[1],
    )


def number_bubble(position: int, digit: str) -> BoxMm:
    return cell(NUMBER_GRID, NUMBER_COUNT, len(DIGITS), position, DIGITS.index(digit))


def choice_bubble(row: int, label: str) -> BoxMm:
    return cell(CHOICE_GRID, len(LABELS), CHOICES, LABELS.index(label), row)


def blank() -> Grey:
    """The printed card."""
    page = np.full((round(HEIGHT_MM * PX), round(WIDTH_MM * PX)), 255, np.uint8)
    _words(page, "Riverside Middle School   Physics   Answer Sheet", 20, 14, 1.3)
    _words(page, "Name", 8, 28, 0.8)
    _words(page, "Number", 132, 21, 0.8)
    _words(page, "5. Why does pressure grow with depth?", 20, 90, 0.9)
    _words(page, "Fill the ovals with a 2B pencil. Do not fold this sheet.", 60, 144, 0.7)
    for box in (NAME_BOX, ANSWER_BOX):
        cv2.rectangle(page, *_corners(box), 60, 2)
    for position in range(NUMBER_COUNT):
        for digit in DIGITS:
            _bubble(page, number_bubble(position, digit), digit)
    for row in range(CHOICES):
        _words(page, str(row + 1), 14, 42 + 10 * row + 6.2, 0.8)
        for label in LABELS:
            _bubble(page, choice_bubble(row, label), label)
    return page


def filled(number: str, chosen: Mapping[int, str]) -> Grey:
    """The card as a pupil hands it in: rows (from 0) with their labels, some lines in the answer box."""
    page = blank()
    bubbles = [number_bubble(position, digit) for position, digit in enumerate(number)]
    bubbles += [choice_bubble(row, label) for row, labels in chosen.items() for label in labels]
    for box in bubbles:
        (left, top), (right, bottom) = _corners(box)
        middle, half = ((left + right) // 2, (top + bottom) // 2), ((right - left) // 2, (bottom - top) // 2)
        cv2.ellipse(page, middle, half, 0, 0, 360, 45, -1, cv2.LINE_AA)
    cv2.putText(
        page, "deeper water is heavier above", (230, 850), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.6, 30, 3
    )
    cv2.putText(page, "Li Hua", (220, 235), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.6, 30, 3)
    return page


def scan(page: Grey, turn_deg: float, seed: int) -> bytes:
    """As a flat-bed scanner gives it: turned a little, soft, noisy; a PNG that says its resolution."""
    height, width = page.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    turned = cv2.warpAffine(page, move, (width, height), borderValue=240)
    noise = np.random.default_rng(seed).normal(0, 3, page.shape)
    soft = cv2.GaussianBlur(turned, (0, 0), 0.7).astype(np.float32) * 0.93 + 8 + noise
    return png(np.clip(soft, 0, 255).astype(np.uint8))


def png(page: Grey) -> bytes:
    """Pixels as a PNG file."""
    return bytes(cv2.imencode(".png", page)[1])


def _corners(box: BoxMm) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top, right, bottom = (round(v * PX) for v in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm))
    return (left, top), (right, bottom)


def _bubble(page: Grey, box: BoxMm, label: str) -> None:
    (left, top), (right, bottom) = _corners(box)
    middle = ((left + right) // 2, (top + bottom) // 2)
    cv2.ellipse(page, middle, ((right - left) // 2, (bottom - top) // 2), 0, 0, 360, 90, 1, cv2.LINE_AA)
    at = (middle[0] - 5, middle[1] + 5)
    cv2.putText(page, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 110, 1, cv2.LINE_AA)


def _words(page: Grey, text: str, x_mm: float, y_mm: float, size: float) -> None:
    at = (round(x_mm * PX), round(y_mm * PX))
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 40, 2, cv2.LINE_AA)
