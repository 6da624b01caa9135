"""Print apart from writing: the blank card's print, found again in the scan and a little widened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey, PageRaster, Window

Mask = NDArray[np.bool_]

#: Print is what the blank card shows darker than this.
PRINT_FROM = 0.12
#: How far the print of a scan may lie from where the registration puts it.
SHIFT_MM = 0.5
#: Print is looked for in tiles of this size, so that paper may be slightly bent.
TILE_MM = 40.0
#: Print is widened by so many pixels, for its blurred edges.
WIDENED_PX = 2
#: Of two places that suit the print equally, the nearer is right: the share lost at ``SHIFT_MM``.
FAR_COST = 0.03


def free_of_print(blank: PageRaster, region: Window) -> Grey:
    """1 where a region of a scan cannot show the blank card's print, however it lies, else 0.

    Beyond the blank card nothing is printed.
    """
    return _window_of(_free(blank), region, beyond=1)


@lru_cache(maxsize=16)
def _free(blank: PageRaster) -> Grey:
    """The same for the whole page, worked out once for all scans of it (4 MiB for A4)."""
    printed = _is_print(255 - blank.pixels)
    reach = _slack_px(blank) + WIDENED_PX + 1
    near = cv2.dilate(printed, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return np.asarray(1 - near, dtype=np.uint8)


def _is_print(shade: Grey) -> Grey:
    return (shade > PRINT_FROM * 255).astype(np.uint8)


def _slack_px(blank: PageRaster) -> int:
    """How far print may lie from its place."""
    return round(SHIFT_MM * blank.px_per_mm)


def print_mask(shade: Grey, blank: PageRaster, region: Window, part: Window) -> Mask:
    """Where part of a region shows the card's print: the blank's, shifted tile by tile, widened.

    Args:
        shade: the region's darkness in 255ths.
        blank: the blank card in the scan's frame and scale.
        region: the region in the page's pixels; tiles are counted from its corner.
        part: in the region's pixels.
    """
    slack, around = _slack_px(blank), part.grown(WIDENED_PX)
    own = 255 - _window_of(blank.pixels, region, beyond=255)
    mask = _is_print(own)
    edge = cv2.copyMakeBorder(shade, slack, slack, slack, slack, cv2.BORDER_CONSTANT, value=0)
    room = np.asarray(edge, dtype=np.uint8)
    printed = np.zeros((around.height, around.width), dtype=np.uint8)
    for tile in _tiles(mask.shape, round(TILE_MM * blank.px_per_mm), around.grown(slack)):
        found = _shift(room, own, mask, tile, slack)
        if found is not None:
            right, down = found
            _stamp(printed, tile.of(mask), tile.moved(right - around.left, down - around.top))
    wide = cv2.dilate(printed, np.ones((2 * WIDENED_PX + 1, 2 * WIDENED_PX + 1), np.uint8))
    return np.asarray(part.moved(-around.left, -around.top).of(wide) > 0)


def _tiles(shape: tuple[int, ...], side: int, near: Window) -> Iterator[Window]:
    """The tiles of a region of this shape that reach into a window of it."""
    whole = Window(0, 0, shape[1], shape[0])
    for top, left in product(range(0, shape[0], side), range(0, shape[1], side)):
        tile = Window(left, top, left + side, top + side).within(whole)
        if (common := tile.within(near)).height and common.width:
            yield tile


def _shift(room: Grey, shade: Grey, mask: Grey, tile: Window, slack: int) -> tuple[int, int] | None:
    """How far right and down a tile's print lies in the scan, which has ``slack`` px of room around.

    No shift wins ties. None for a tile without print.
    """
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(tile.of(mask)))
    if not width:
        return None
    # What is darker than paper but not print (its blurred edge) says where print is, too.
    inked = Window(left, top, left + width, top + height).grown(1).moved(tile.left, tile.top).within(tile)
    seen = inked.moved(slack, slack).grown(slack).of(room)
    match = cv2.matchTemplate(seen.astype(np.float32), inked.of(shade).astype(np.float32), cv2.TM_CCORR)
    offsets = np.arange(-slack, slack + 1)
    far = np.hypot(offsets[:, None], offsets[None, :]) / max(1, slack)
    down, right = np.unravel_index(int(np.argmax(match * (1.0 - FAR_COST * far))), match.shape)
    return int(right) - slack, int(down) - slack


def _stamp(target: Grey, shape: Grey, place: Window) -> None:
    """Set ``target`` where ``shape`` is set, at its place, cut at the edges."""
    seen = place.within(Window(0, 0, target.shape[1], target.shape[0]))
    part = seen.of(target)
    np.maximum(part, seen.moved(-place.left, -place.top).of(shape), out=part)


def _window_of(plane: Grey, window: Window, *, beyond: int) -> Grey:
    """A window of a plane, filled up where it is smaller (rasters may differ by a pixel)."""
    part = window.of(plane)
    if part.shape == (window.height, window.width):
        return part
    full = np.full((window.height, window.width), beyond, dtype=np.uint8)
    full[: part.shape[0], : part.shape[1]] = part
    return full
