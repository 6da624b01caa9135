"""Pictures for screens and books, cut with Pillow from what the reading stage has kept."""

from __future__ import annotations

import functools
import io

from PIL import Image

from core.blobs import BlobStore
from core.cards import PX_PER_MM, BubblePurpose, Card, CardPage
from core.errors import NotFound
from core.geometry import BoxMm
from core.ledger import PageEntry
from core.pages import PageState
from core.store import UnitOfWork
from pipeline.toolbox import Toolbox

_MARGIN_MM = 2.0
_JPEG_QUALITY = 82


def item_picture(tb: Toolbox, page_id: str, item: str) -> bytes:
    """A JPEG of one response without name or number: all its regions, continuation pages below.

    Raises:
        NotFound: the page was not read, or the item is not on it.
    """
    with tb.store.read() as uow:
        entry = uow.pages.entry(page_id)
        card = uow.cards.get(entry.card_id) if entry.card_id else None
        if card is None:
            raise NotFound("这一页没有读过, 没有可以裁切的作答。")
        pages = [entry, *_continuations(uow, entry, card, item)]
        rasters = [(e.card_page, _raster_blob(uow, e)) for e in pages]
    cuts = [
        _open(tb.blobs, blob).crop(_pixels(box))
        for number, blob in rasters
        if blob and (box := item_box(card.page(number), item)) is not None
    ]
    if not cuts:
        raise NotFound(f"这一页上没有第 {item} 题。")
    return _jpeg(_stacked(cuts))


def _continuations(uow: UnitOfWork, entry: PageEntry, card: Card, item: str) -> list[PageEntry]:
    later = [number for number in card.pages_of(item) if number > entry.card_page]
    if not later:
        return []
    same = uow.pages.entries(entry.page.exam_id, [PageState.PLACED, PageState.HELD])
    return [
        other
        for number in later
        for other in same
        if other.card_page == number
        and other.card_id == card.id
        and (
            (entry.sheet and other.sheet == entry.sheet)
            or (entry.candidate_id and other.candidate_id == entry.candidate_id)
        )
    ]


def _raster_blob(uow: UnitOfWork, entry: PageEntry) -> str:
    reading = uow.pages.reading(entry.page.id)
    return reading.raster_blob if reading is not None else ""


def item_box(page: CardPage, item: str) -> BoxMm | None:
    """Where the item stands on the card page: its printed surroundings, else all of its regions."""
    if item in page.item_boxes:
        return page.item_boxes[item]
    boxes = [region.box for region in page.writing if region.item == item]
    for field in page.bubbles:
        if field.key == item and field.purpose in (BubblePurpose.ANSWER, BubblePurpose.CUSTOM):
            boxes += [bubble.box for bubble in field.bubbles]
    if not boxes:
        return None
    left, top = min(b.x_mm for b in boxes), min(b.y_mm for b in boxes)
    right, bottom = max(b.right_mm for b in boxes), max(b.bottom_mm for b in boxes)
    return BoxMm(x_mm=left, y_mm=top, width_mm=right - left, height_mm=bottom - top)


def head_picture(tb: Toolbox, page_id: str) -> bytes:
    """A JPEG of the name and number area of a page (for the office alone).

    Raises:
        NotFound: the page was not read.
    """
    with tb.store.read() as uow:
        reading = uow.pages.reading(page_id)
    if reading is None or not reading.head_blob:
        raise NotFound("这一页没有可以显示的考号区。")
    return tb.blobs.get(reading.head_blob)


def page_picture(tb: Toolbox, page_id: str, width_px: int = 0) -> tuple[bytes, str]:
    """The scan of a page and its media type: its very bytes, or a JPEG made ``width_px`` wide.

    Raises:
        NotFound: no such page, or it never had readable bytes.
    """
    with tb.store.read() as uow:
        page = uow.pages.entry(page_id).page
    if not page.blob:
        raise NotFound("这一页没有图像。")
    content = tb.blobs.get(page.blob)
    if not width_px:
        return content, page.media_type
    image = Image.open(io.BytesIO(content))
    image.draft("L", (width_px, width_px * 2))
    image.thumbnail((width_px, width_px * 2))
    return _jpeg(image.convert("L")), "image/jpeg"


def card_picture(tb: Toolbox, card_id: str, page: int) -> bytes:
    """A PNG of a blank card page.

    Raises:
        NotFound: no such card or page.
    """
    with tb.store.read() as uow:
        card = uow.cards.get(card_id)
    if not 1 <= page <= len(card.blank_blobs):
        raise NotFound(f"答题卡没有第 {page} 面。")
    return tb.blobs.get(card.blank_blobs[page - 1])


def blank_item_picture(tb: Toolbox, card: Card, item: str) -> bytes | None:
    """A JPEG of the item as printed, from the blank card; ``None`` when the card keeps no blank."""
    pages = card.pages_of(item)
    if not pages or len(card.blank_blobs) < pages[0]:
        return None
    box = item_box(card.page(pages[0]), item)
    if box is None:
        return None
    return _jpeg(_open(tb.blobs, card.blank_blobs[pages[0] - 1]).crop(_pixels(box)))


def _pixels(box: BoxMm) -> tuple[int, int, int, int]:
    grown = box.grown(_MARGIN_MM)
    edges = (grown.x_mm, grown.y_mm, grown.right_mm, grown.bottom_mm)
    left, top, right, bottom = (max(0, round(edge * PX_PER_MM)) for edge in edges)
    return left, top, right, bottom


@functools.lru_cache(maxsize=8)
def _open(blobs: BlobStore, blob: str) -> Image.Image:
    """A page is asked for once per item in a row, so its pixels are kept for a while."""
    image = Image.open(io.BytesIO(blobs.get(blob))).convert("L")
    image.load()
    return image


def _stacked(cuts: list[Image.Image]) -> Image.Image:
    if len(cuts) == 1:
        return cuts[0]
    whole = Image.new("L", (max(c.width for c in cuts), sum(c.height for c in cuts)), 255)
    top = 0
    for cut in cuts:
        whole.paste(cut, (0, top))
        top += cut.height
    return whole


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()
