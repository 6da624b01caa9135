"""A school's scanner: 200 dpi grey JPEG pages, a little skewed and noisy, bound as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import PX_PER_MM

DPI = 200.0
_PX_PER_MM = DPI / 25.4
_NOISE_PX = 1024

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Scan:
    """One side as scanned: JPEG bytes and size in pixels."""

    jpeg: bytes
    width_px: int
    height_px: int


@cache
def _noise() -> NDArray[np.int16]:
    """A tile of sensor noise and paper fibre, in grey levels."""
    rng = np.random.default_rng(5)
    fine = rng.normal(0, 2.2, (_NOISE_PX, _NOISE_PX)).astype(np.float32)
    fibre = cv2.GaussianBlur(rng.normal(0, 1, (_NOISE_PX, _NOISE_PX)).astype(np.float32), (0, 0), 5)
    return np.asarray(np.round(fine + 0.8 * fibre / fibre.std()), dtype=np.int16)


def scan_page(page: Grey, rng: np.random.Generator, upside_down: bool = False) -> Scan:
    """Scan a page that is drawn at the card raster's scale.

    Skew within ±1.5° (mostly less), scale ±1 %, offset within 3 mm, a soft lens, grey paper.
    """
    if upside_down:
        page = np.ascontiguousarray(page[::-1, ::-1])
    height, width = page.shape
    size = round(width / PX_PER_MM * _PX_PER_MM), round(height / PX_PER_MM * _PX_PER_MM)
    scale = _PX_PER_MM / PX_PER_MM * float(1 + np.clip(rng.normal(0, 0.004), -0.01, 0.01))
    angle = float(np.clip(rng.normal(0, 0.6), -1.5, 1.5))
    move = np.array(cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale), dtype=np.float64)
    centring = np.array((size[0] - width, size[1] - height)) / 2
    move[:, 2] += centring + np.clip(rng.normal(0, 1.0, 2), -3, 3) * _PX_PER_MM
    bed = int(rng.integers(225, 245))
    image = cv2.warpAffine(page, move, size, flags=cv2.INTER_AREA, borderValue=bed)
    soft = np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.45, 0.75))), dtype=np.uint8)
    coded = cv2.imencode(".jpg", _exposed(soft, rng), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 86))])
    return Scan(bytes(coded[1].tobytes()), *size)


def _exposed(image: Grey, rng: np.random.Generator) -> Grey:
    """Paper that is not quite white, ink that is not quite black, and noise."""
    black, white = float(rng.uniform(8, 28)), float(rng.uniform(236, 249))
    levels = np.arange(256) / 255 * (white - black) + black
    toned = cv2.LUT(image, np.round(levels).astype(np.uint8))
    rows, columns = image.shape
    tile = np.roll(_noise(), tuple(rng.integers(0, _NOISE_PX, 2)), (0, 1))
    tiled = np.tile(tile, (-(-rows // _NOISE_PX), -(-columns // _NOISE_PX)))[:rows, :columns]
    noisy = cv2.add(toned.astype(np.int16), tiled)
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)


def bind_pdf(scans: Sequence[Scan]) -> bytes:
    """One PDF with each scan's JPEG, unchanged, as one full page."""
    objects: list[bytes] = []
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(scans)))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(scans)} >>".encode())
    for index, scan in enumerate(scans):
        width, height = scan.width_px / DPI * 72, scan.height_px / DPI * 72
        number = 3 + 3 * index
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
            f"/Resources << /XObject << /Im0 {number + 2} 0 R >> >> /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(_stream("", f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode()))
        objects.append(
            _stream(
                f"/Type /XObject /Subtype /Image /Width {scan.width_px} /Height {scan.height_px} "
                "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode ",
                scan.jpeg,
            )
        )
    return _assembled(objects)


def _stream(entries: str, content: bytes) -> bytes:
    return f"<< {entries}/Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _assembled(objects: Sequence[bytes]) -> bytes:
    """Objects numbered from 1, with the cross-reference table that a reader wants."""
    parts, offsets, at = [b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"], [], 0
    at = len(parts[0])
    for number, content in enumerate(objects, start=1):
        offsets.append(at)
        parts.append(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
        at += len(parts[-1])
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    parts.append(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    parts.append(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n".encode())
    return b"".join(parts)
