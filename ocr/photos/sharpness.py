"""Blur, contrast and noise of the print, in each of nine parts of a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.photos.sheet import BLURS_MM, Floats, Sheet, gradients, patches, region_sums
from ocr.rasters import PageRaster

#: Of white noise, smoothing with 1 px and 3 px leaves these parts of its variance in squared gradients.
_NOISE_FINE, _NOISE_COARSE = 0.0405, 0.001
_QUARTILE = 0.2877  #: of an exponential distribution, as squared gradients of noise have, against its mean
_SURELY_DARK = 0.7  #: of the blank's dark pixels: the rest lies on edges
_LEAST_PIXELS = 40
_LEAST_EDGES = 1.0  #: grey levels squared a pixel, below which there is no print to judge by


@dataclass(frozen=True)
class Clarity:
    """Per region: blur in mm and depth of the print in grey levels, -1 where there is no print to tell."""

    blur_mm: Floats
    depth: Floats
    noise: float  #: standard deviation of the paper's grey levels


def clarity(raster: PageRaster, sheet: Sheet) -> Clarity:
    """How sharp and how dark the print is that is known to be there."""
    views = patches(raster.pixels, sheet.places, sheet.near.shape[1:3])
    fine, coarse = gradients(views)
    bare = fine[~sheet.near]
    white = (
        float(np.partition(bare[::7], len(bare[::7]) // 4)[len(bare[::7]) // 4]) / _QUARTILE
        if len(bare)
        else 0.0
    )
    pixels = np.maximum(region_sums(np.ones_like(fine), sheet.near, sheet.region), 1.0)
    edges = region_sums(fine, sheet.near, sheet.region) / pixels - white
    broad = region_sums(coarse, sheet.near, sheet.region) / pixels - white * _NOISE_COARSE / _NOISE_FINE
    known = (edges > _LEAST_EDGES) & (broad > _LEAST_EDGES / 4) & (sheet.sharpness[:, 0] > 0)
    ratio = edges / np.maximum(broad, 1e-6)
    blur = [
        float(np.interp(-ratio[i], -sheet.sharpness[i], BLURS_MM)) if known[i] else -1.0 for i in range(9)
    ]
    return Clarity(np.array(blur), _depth(views, sheet), float(np.sqrt(white / _NOISE_FINE)))


def _depth(views: NDArray[np.uint8], sheet: Sheet) -> Floats:
    """Paper less print in grey levels, per region: the darkest pixels beside print, as many as it has."""
    depth = np.full(9, -1.0)
    for region in set(sheet.region.tolist()):
        own = sheet.region == region
        count = int(_SURELY_DARK * sheet.dark[own].sum())
        seen, beside = views[own], sheet.near[own]
        near, light = seen[beside], seen[:, ::3, ::2][~beside[:, ::3, ::2]]
        if count > _LEAST_PIXELS and len(light) > _LEAST_PIXELS:
            depth[region] = float(np.median(light)) - float(np.partition(near, count)[:count].mean())
    return depth
