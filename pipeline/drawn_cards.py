"""Making a card of a blank scan: its pages taken out, then laid out as a person has drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import PurePath

from PIL import Image
from pydantic import ValidationError

from core.cards import Card
from core.errors import CardInvalid, ScanUnreadable
from core.store import Output
from ocr.blank_scan import DrawnRegion, card_from_blank_scan
from ocr.intake import ScannedImage, decode_grey, open_scan
from pipeline.blank_cards import BLANK_SCAN
from pipeline.toolbox import Toolbox

_MOST_PAGES = 12


def read_blank_pages(tb: Toolbox, exam_id: str, blob: str, name: str, by: str) -> None:
    """Keep the pages of a blank card's scan as grey PNGs, in place of those kept before.

    Raises:
        ScanUnreadable: the file or one of its pages cannot be read; the earlier pages stay.
        CardInvalid: it has more pages than a card.
    """
    pages: list[str] = []
    for scanned in open_scan(tb.blobs.get(blob), name):
        if scanned.problem:
            raise ScanUnreadable(f"空白卡 {scanned.source_name}: {scanned.problem}", "请重新扫描空白答题卡。")
        if len(pages) == _MOST_PAGES:
            raise CardInvalid(
                f"{name} 超过 {_MOST_PAGES} 页, 不像一张空白答题卡。", "请只上传一份空白卡的扫描件。"
            )
        pages.append(tb.blobs.put(_grey_png(scanned)))
    plain = PurePath(name).stem
    with tb.store.write() as uow:
        uow.outputs.forget(exam_id, 0, BLANK_SCAN)
        for number, page in enumerate(pages, start=1):
            uow.outputs.put(
                Output(
                    exam_id=exam_id,
                    release=0,
                    kind=BLANK_SCAN,
                    candidate_id=str(number),
                    name=f"{plain}_{number}.png",
                    blob=page,
                )
            )
        uow.audit.write(by, "card.blank_scan", exam_id, "card", after=f"{name}, {len(pages)} pages")


def _grey_png(scanned: ScannedImage) -> bytes:
    stream = io.BytesIO()
    dpi = {"dpi": (scanned.dpi, scanned.dpi)} if scanned.dpi else {}
    Image.fromarray(decode_grey(scanned.content)).save(stream, "PNG", **dpi)
    return stream.getvalue()


def make_blank_card(
    tb: Toolbox, exam_id: str, regions_blob: str, page_blobs: Sequence[str], dpi: float, by: str
) -> Card:
    """Make and keep the card of these blank pages and drawn regions; the same drawing keeps its card.

    Raises:
        NotFound: no such exam.
        CardInvalid: names the region that cannot be right.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        earlier = uow.cards.of_exam(exam_id)
    regions = _regions(tb.blobs.get(regions_blob))
    pages = [decode_grey(tb.blobs.get(blob)) for blob in page_blobs]
    revision = (earlier[0].revision if earlier else 0) + 1
    card, blobs = card_from_blank_scan(exam, pages, dpi, regions, revision)
    if earlier and (earlier[0].pages, earlier[0].alignment) == (card.pages, card.alignment):
        return earlier[0]
    for content in blobs.values():
        tb.blobs.put(content)
    with tb.store.write() as uow:
        uow.cards.add(card)
        uow.audit.write(by, "card.draw", exam_id, card.id, after=f"{len(regions)} regions")
    return card


def _regions(content: bytes) -> list[DrawnRegion]:
    """The drawn regions, checked one by one so that a message can name the wrong one."""
    regions = []
    for number, region in enumerate(json.loads(content), start=1):
        try:
            regions.append(DrawnRegion.model_validate_json(json.dumps(region)))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise CardInvalid(
                f"第 {number} 个区域的 {field}: {first['input']!r} 不能用 ({first['msg']})。",
                "请改正后再保存。",
            ) from error
    return regions
