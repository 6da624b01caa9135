"""Card pages drawn in code, and what a scanner or a camera does to them."""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from core.cards import Card, CardPage, Fiducial
from core.geometry import BoxMm, PointMm
from ocr.cards.codes import page_code_text
from ocr.rasters import Grey

A4_MM = (210.0, 297.0)
CODE_MM = 22.0
IDS = (0, 1, 2, 3)
Matrix = NDArray[np.float64]


def card(
    exam_id: str = "wuli", revision: int = 1, pages: int = 2, size_mm: tuple[float, float] = A4_MM
) -> Card:
    """A card with four fiducials and a code on each page."""
    return Card(
        id=f"{exam_id}-{revision}",
        exam_id=exam_id,
        revision=revision,
        pages=tuple(card_page(number, size_mm) for number in range(1, pages + 1)),
    )


def card_page(number: int, size_mm: tuple[float, float] = A4_MM) -> CardPage:
    width, height = size_mm
    places = ((12.0, 12.0), (width - 12, 12.0), (width - 12, height - 12), (12.0, height - 12))
    return CardPage(
        number=number,
        width_mm=width,
        height_mm=height,
        fiducials=tuple(
            Fiducial(marker_id=marker, centre=PointMm(x_mm=x, y_mm=y), side_mm=9.0)
            for marker, (x, y) in zip(IDS, places, strict=True)
        ),
        code_box=BoxMm(x_mm=width - 19 - CODE_MM - 10, y_mm=7, width_mm=CODE_MM, height_mm=CODE_MM),
    )


def printed(of: Card, number: int, dpi: float = 200.0, code: str | None = None) -> Grey:
    """The page as a perfect scan; ``code`` replaces what its QR says, "" leaves it out."""
    page, scale = of.page(number), dpi / 25.4
    paper = np.full((round(page.height_mm * scale), round(page.width_mm * scale)), 250, np.uint8)
    _text_and_boxes(paper, scale)
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for mark in page.fiducials:
        picture = np.asarray(cv2.aruco.generateImageMarker(dictionary, mark.marker_id, 60), np.uint8)
        half = mark.side_mm / 2
        _paste(paper, picture, mark.centre.x_mm - half, mark.centre.y_mm - half, mark.side_mm, scale)
    text = page_code_text(of.exam_id, of.revision, number) if code is None else code
    if text and page.code_box is not None:
        box = page.code_box
        _paste(paper, qr(text), box.x_mm, box.y_mm, box.width_mm, scale)
    return paper


def qr(text: str) -> Grey:
    """A QR code with its quiet zone."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return np.asarray(made.to_image(scale=6), dtype=np.uint8)


def _paste(paper: Grey, picture: Grey, x_mm: float, y_mm: float, side_mm: float, scale: float) -> None:
    """Put a square picture at its exact place, to a fraction of a pixel."""
    factor = side_mm * scale / picture.shape[0]
    shift_x, shift_y = x_mm * scale - 0.5 + factor / 2, y_mm * scale - 0.5 + factor / 2
    move = np.array([[factor, 0, shift_x], [0, factor, shift_y]])
    # Drawn four times as large and averaged, so that edges lie between pixels as on a scan.
    fine = move * 4 + np.array([[0, 0, 1.5], [0, 0, 1.5]])
    size = (paper.shape[1], paper.shape[0])
    left, top = max(0, int(x_mm * scale) - 2), max(0, int(y_mm * scale) - 2)
    side = int(side_mm * scale) + 6
    fine[:, 2] -= (left * 4, top * 4)
    patch = cv2.warpAffine(picture, fine, (side * 4, side * 4), flags=cv2.INTER_NEAREST, borderValue=255)
    patch = cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA)
    target = paper[top : min(top + side, size[1]), left : min(left + side, size[0])]
    np.minimum(target, patch[: target.shape[0], : target.shape[1]], out=target)


def _text_and_boxes(paper: Grey, scale: float) -> None:
    """Print as on a card: frames, lines of text, bubbles."""
    height, width = paper.shape
    for row, y in enumerate(np.arange(40 * scale, height - 30 * scale, 9 * scale)):
        where = (round(20 * scale), round(y))
        cv2.putText(paper, f"{row + 1}. ABCD  answer sheet", where, 0, 0.11 * scale, 60, 1, cv2.LINE_AA)
        for option in range(4):
            x = round((110 + 12 * option) * scale)
            box = (x, round(y - 3 * scale), round(5.5 * scale), round(3 * scale))
            cv2.rectangle(paper, box, 120, 1)
    cv2.rectangle(
        paper,
        (round(18 * scale), round(34 * scale)),
        (width - round(18 * scale), height - round(24 * scale)),
        40,
        2,
    )


def turned(image: Grey, degrees: float, grow: float = 1.6) -> tuple[Grey, Matrix]:
    """The page turned clockwise on a larger grey ground, and the map from old to new pixels."""
    height, width = image.shape
    quarter = round(degrees / 90) % 2 == 1
    new_w, new_h = (height, width) if quarter else (width, height)
    off = abs(((degrees + 45) % 90) - 45) > 0.01
    factor = grow if off else 1.0
    new_w, new_h = round(new_w * factor), round(new_h * factor)
    about = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    about[:, 2] += ((new_w - width) / 2, (new_h - height) / 2)
    out = cv2.warpAffine(
        image, about, (new_w, new_h), flags=cv2.INTER_AREA | cv2.INTER_LINEAR, borderValue=200
    )
    return np.asarray(out, np.uint8), np.vstack([about, [0, 0, 1]])


def photographed(image: Grey, rng: np.random.Generator, strength: float = 0.06) -> tuple[Grey, Matrix]:
    """The page as a camera sees it: perspective and uneven light."""
    height, width = image.shape
    frame_w, frame_h = round(width * 1.15), round(height * 1.15)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    centre = np.array([(frame_w - width) / 2, (frame_h - height) / 2], np.float32)
    moved = corners + centre + rng.uniform(-strength, strength, (4, 2)).astype(np.float32) * width
    matrix = cv2.getPerspectiveTransform(corners, moved)
    out = cv2.warpPerspective(image, matrix, (frame_w, frame_h), borderValue=120).astype(np.float32)
    light = (
        np.linspace(1.0, rng.uniform(0.6, 0.85), frame_w)[None, :] * np.linspace(1.0, 0.85, frame_h)[:, None]
    )
    soft = cv2.GaussianBlur(out * light, (0, 0), 0.8)
    return np.clip(soft, 0, 255).astype(np.uint8), np.asarray(matrix, np.float64)


def scanned(image: Grey, rng: np.random.Generator, quality: int = 70, blur: float = 0.5) -> Grey:
    """Noise, a little blur and JPEG."""
    soft = cv2.GaussianBlur(image, (0, 0), blur).astype(np.float32)
    noisy = np.clip(soft + rng.normal(0, 5, image.shape), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def covered(image: Grey, of: Card, number: int, marker_id: int, dpi: float, grey: int = 250) -> Grey:
    """One fiducial torn off or painted over."""
    mark = next(m for m in of.page(number).fiducials if m.marker_id == marker_id)
    scale, half = dpi / 25.4, 0.75 * mark.side_mm
    out = image.copy()
    x, y = mark.centre.x_mm, mark.centre.y_mm
    out[
        max(0, round((y - half) * scale)) : round((y + half) * scale),
        max(0, round((x - half) * scale)) : round((x + half) * scale),
    ] = grey
    return out


def truth(dpi: float, moved: Matrix | None = None) -> Matrix:
    """Card millimetres to pixels: x mm lies at x·scale − ½ in pixel centres, then moved."""
    scale = dpi / 25.4
    base = np.array([[scale, 0, -0.5], [0, scale, -0.5], [0, 0, 1.0]])
    return base if moved is None else moved @ base


def error_mm(image_from_card: Matrix, true_matrix: Matrix, page: CardPage) -> tuple[float, float]:
    """Mean and largest distance over a grid on the page between a map and the truth, in mm."""
    xs, ys = np.meshgrid(np.linspace(10, page.width_mm - 10, 7), np.linspace(10, page.height_mm - 10, 9))
    grid = np.column_stack([xs.ravel(), ys.ravel()]).reshape(-1, 1, 2)
    pixels = cv2.perspectiveTransform(grid, true_matrix)
    back = cv2.perspectiveTransform(pixels, np.linalg.inv(image_from_card))
    distances = np.linalg.norm((back - grid).reshape(-1, 2), axis=1)
    return float(distances.mean()), float(distances.max())
