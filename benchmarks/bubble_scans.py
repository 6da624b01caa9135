"""What scanners, copiers, cameras and damp paper do to a filled card page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import PX_PER_MM
from ocr.rasters import Grey

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scan:
    """One way of getting a page into the machine; the defaults are a plain flat-bed scan.

    ``curl_mm`` is the height of a wave that displaces the print (crests ``wave_mm`` apart, ``ripples``
    along x too), ``stretch`` the growth of the height against the width, ``perspective`` how far the
    corners move as a share of the width, ``gain`` the photocopier's: contrast about mid-grey.
    """

    dpi: float = 200.0
    jpeg: int = 80
    noise: float = 3.0  #: grey levels
    blur_mm: float = 0.06
    paper: float = 240.0
    shading: float = 0.0  #: share of the light lost from one corner to the other
    gain: float = 1.0
    specks: int = 0
    skew_deg: float = 0.0
    offset_mm: float = 0.0
    stretch: float = 0.0
    curl_mm: float = 0.0
    wave_mm: float = 220.0
    perspective: float = 0.0

    def named(self, **changes: float) -> Scan:
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]  # ints are given as ints

    def of(self, page: Grey, rng: np.random.Generator) -> Grey:
        """The page (at ``PX_PER_MM``) as it comes out, decoded from its JPEG."""
        seen: Floats = self._bent(page, rng).astype(np.float32)
        height, width = seen.shape
        if self.gain != 1.0:
            seen = np.clip((seen - 150) * self.gain + 150, 0, 255)
        seen *= self.paper / 255
        if self.shading:
            falls = np.linspace(0, 0.5, width)[None, :] + np.linspace(0, 0.5, height)[:, None]
            seen *= 1 - self.shading * (falls if rng.random() < 0.5 else falls[:, ::-1]).astype(np.float32)
        if self.specks:
            at = rng.integers(0, [height - 2, width - 2], (self.specks, 2))
            seen[at[:, 0], at[:, 1]] = 50
        sigma = self.blur_mm * self.dpi / 25.4
        soft = cv2.GaussianBlur(seen, (0, 0), sigma) if sigma > 0.15 else seen
        noise = rng.standard_normal(seen.shape, np.float32) * self.noise
        pixels = np.clip(soft + noise, 0, 255).astype(np.uint8)
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)

    def _bent(self, page: Grey, rng: np.random.Generator) -> Grey:
        """Where each pixel of the scan lies on the page, and its value."""
        scale = self.dpi / 25.4
        height, width = (round(n / PX_PER_MM * scale) for n in page.shape)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        across, down = (x - width / 2) / scale, (y - height / 2) / scale  # mm from the middle
        tilt = rng.uniform(-1, 1, 2) * self.perspective * 2 / (width / scale)
        depth = (1 + tilt[0] * across + tilt[1] * down).astype(np.float32)
        across, down = across / depth, down / depth
        turn = np.deg2rad(self.skew_deg)
        wave = 2 * np.pi / self.wave_mm
        phases = rng.uniform(0, 2 * np.pi, 4)
        at_x = across * np.cos(turn) + down * np.sin(turn) + rng.uniform(-1, 1) * self.offset_mm
        at_y = (down * np.cos(turn) - across * np.sin(turn)) * (1 + self.stretch)
        at_y += rng.uniform(-1, 1) * self.offset_mm
        if self.curl_mm:
            bend_y = np.sin(wave * at_y + phases[0]) * 0.75 + np.sin(wave * at_x + phases[1]) * 0.25
            bend_x = np.sin(wave * at_y + phases[2]) * 0.5 + np.sin(wave * at_x + phases[3]) * 0.25
            at_x, at_y = at_x + self.curl_mm * bend_x, at_y + self.curl_mm * bend_y
        map_x = ((at_x + page.shape[1] / PX_PER_MM / 2) * PX_PER_MM).astype(np.float32)
        map_y = ((at_y + page.shape[0] / PX_PER_MM / 2) * PX_PER_MM).astype(np.float32)
        source = page if scale >= 0.75 * PX_PER_MM else cv2.GaussianBlur(page, (0, 0), 0.6)
        bent = cv2.remap(source, map_x, map_y, cv2.INTER_LINEAR, borderValue=225)
        return np.asarray(bent, dtype=np.uint8)


def scan_by_chance(rng: np.random.Generator) -> Scan:
    """A plain scan, a photocopy, a photo or a page of damp paper, with usual faults."""
    scan = Scan(
        dpi=float(rng.choice([150, 200, 200, 240, 300])),
        jpeg=int(rng.integers(45, 95)),
        noise=float(rng.uniform(1, 7)),
        blur_mm=float(rng.uniform(0.03, 0.12)),
        paper=float(rng.uniform(205, 252)),
        skew_deg=float(np.clip(rng.normal(0, 0.6), -2, 2)),
        offset_mm=2.0,
        stretch=float(rng.normal(0, 0.002)),
    )
    kind = rng.random()
    if kind < 0.2:
        return scan.named(gain=float(rng.uniform(1.2, 1.7)), specks=int(rng.integers(200, 4000)))
    if kind < 0.4:
        return scan.named(
            shading=float(rng.uniform(0.15, 0.5)),
            perspective=float(rng.uniform(0.01, 0.06)),
            blur_mm=float(rng.uniform(0.06, 0.16)),
            curl_mm=float(rng.uniform(0, 0.6)),
        )
    if kind < 0.6:
        return scan.named(curl_mm=float(rng.uniform(0.3, 1.5)), stretch=float(rng.normal(0, 0.005)))
    return scan
