"""Pictures for screens and books, cut with Pillow from what the reading stage has kept."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from core.blobs import BlobStore
from core.cards import PX_PER_MM, BubblePurpose, Card, CardPage, WritingKind
from core.errors import NotFound, ScanUnreadable
from core.geometry import BoxMm
from core.ledger import PageEntry
from core.pages import PageState
from core.store import UnitOfWork
from pipeline.ink import Cells, page_cells, written_part
from pipeline.toolbox import Toolbox

_MARGIN_MM = 1.0
_ROW_MARGIN_MM = 0.4
_JPEG_QUALITY = 82
_JPEG_END = b"\xff\xd9"


@dataclass(frozen=True)
class SheetPages:
    """One candidate's pages of one card: (card page, blob of the rectified page)."""

    card: Card
    rasters: tuple[tuple[int, str], ...]


def item_picture(tb: Toolbox, page_id: str, item: str, trimmed: bool = False) -> bytes:
    """A JPEG of one response without name or number: all its regions, continuation pages below.

    Args:
        tb: where pages and pixels are kept.
        page_id: the page on which the response begins.
        item: its number.
        trimmed: without the empty part of its boxes, so that the writing can be shown large.

    Raises:
        NotFound: the page was not read, or the item is not on it.
    """
    return cut_item(tb.blobs, sheet_pages(tb, page_id, item), item, trimmed)


def sheet_pages(tb: Toolbox, page_id: str, item: str = "") -> SheetPages:
    """The page and those of the same sheet or candidate that come after it.

    Args:
        tb: where pages are kept.
        page_id: the first page wanted.
        item: look only for the pages on which this item goes on; "" for all later pages.

    Raises:
        NotFound: the page was not read.
    """
    with tb.store.read() as uow:
        entry = uow.pages.entry(page_id)
        card = uow.cards.get(entry.card_id) if entry.card_id else None
        if card is None:
            raise NotFound("这一页没有读过, 没有可以裁切的作答。")
        found = [entry, *_later_pages(uow, entry, card, item)]
        readings = uow.pages.readings(entry.page.exam_id, [e.page.id for e in found])
    rasters = ((e.card_page, readings[e.page.id].raster_blob) for e in found if e.page.id in readings)
    return SheetPages(card, tuple((number, blob) for number, blob in rasters if blob))


def cut_item(blobs: BlobStore, sheet: SheetPages, item: str, trimmed: bool = False) -> bytes:
    """``item_picture`` from pages that were looked up before.

    Raises:
        NotFound: the item is on none of the pages.
    """
    cuts = []
    for number, blob in sheet.rasters:
        page = sheet.card.page(number)
        if (box := item_box(page, item)) is not None:
            shown = box
            if trimmed:
                shown = written_part(
                    page_ink(blobs, blob), _printed(blobs, sheet.card, number), box, page, item
                )
            cuts.append(_open(blobs, blob).crop(_pixels(shown, crop_margin_mm(page, item))))
    if not cuts:
        raise NotFound(f"这一页上没有第 {item} 题。")
    return _jpeg(_stacked(cuts))


def _later_pages(uow: UnitOfWork, entry: PageEntry, card: Card, item: str) -> list[PageEntry]:
    numbers = card.pages_of(item) if item else tuple(page.number for page in card.pages)
    wanted = {number for number in numbers if number > entry.card_page}
    if not wanted:
        return []
    states = [PageState.PLACED, PageState.HELD]
    own: Sequence[PageEntry] = ()
    if entry.candidate_id:
        own = uow.pages.entries(entry.page.exam_id, states, entry.candidate_id)
    if not wanted <= {other.card_page for other in own}:
        # A later page of the same sheet may not have found its candidate yet.
        own = [o for o in uow.pages.entries(entry.page.exam_id, states) if _together(entry, o)]
    later = (o for o in own if o.card_page in wanted and o.card_id == card.id)
    return sorted(later, key=lambda other: other.card_page)


def _together(one: PageEntry, other: PageEntry) -> bool:
    same_sheet = bool(one.sheet) and one.sheet == other.sheet
    return same_sheet or (bool(one.candidate_id) and one.candidate_id == other.candidate_id)


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
        ScanUnreadable: a smaller picture was wanted, and the bytes cannot be decoded.
    """
    with tb.store.read() as uow:
        page = uow.pages.entry(page_id).page
    if not page.blob:
        raise NotFound("这一页没有图像。")
    content = tb.blobs.get(page.blob)
    if not width_px:
        return content, page.media_type
    return _jpeg(_thumbnail(content, page.source_name, width_px)), "image/jpeg"


def _thumbnail(content: bytes, name: str, width_px: int) -> Image.Image:
    """The picture about this wide; of a JPEG that was cut off, what is there, grey below."""
    # The end marker lets the decoder fill in what is missing, without Pillow's switch for all threads.
    mended = (content, content + _JPEG_END) if content.startswith(b"\xff\xd8") else (content,)
    for each in mended:
        try:
            image = Image.open(io.BytesIO(each))
            image.draft("L", (width_px, width_px * 2))
            image.thumbnail((width_px, width_px * 2))
            return image.convert("L")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
    raise ScanUnreadable(f"{name} 的图像已损坏, 无法显示。", "请重新扫描这一页, 或将它标为无法辨认。")


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
    margin = crop_margin_mm(card.page(pages[0]), item)
    return _jpeg(_open(tb.blobs, card.blank_blobs[pages[0] - 1]).crop(_pixels(box, margin)))


def crop_margin_mm(page: CardPage, item: str) -> float:
    """How much around an item its crop shows: rows of bubbles and of lines stand close together."""
    kinds = {region.kind for region in page.writing if region.item == item}
    return _MARGIN_MM if kinds - {WritingKind.LINE} else _ROW_MARGIN_MM


def _pixels(box: BoxMm, margin_mm: float) -> tuple[int, int, int, int]:
    grown = box.grown(margin_mm)
    edges = (grown.x_mm, grown.y_mm, grown.right_mm, grown.bottom_mm)
    left, top, right, bottom = (max(0, round(edge * PX_PER_MM)) for edge in edges)
    return left, top, right, bottom


@functools.lru_cache(maxsize=8)
def _open(blobs: BlobStore, blob: str) -> Image.Image:
    """A page is asked for once per item in a row, so its pixels are kept for a while."""
    image = Image.open(io.BytesIO(blobs.get(blob))).convert("L")
    image.load()
    return image


@functools.lru_cache(maxsize=16)
def page_ink(blobs: BlobStore, blob: str, blank_card: bool = False) -> Cells:
    """Which half millimetres of a rectified page (or blank card) are dark, kept for a while."""
    return page_cells(_open(blobs, blob), blank_card=blank_card)


def _printed(blobs: BlobStore, card: Card, page: int) -> Cells | None:
    return page_ink(blobs, card.blank_blobs[page - 1], True) if len(card.blank_blobs) >= page else None


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
