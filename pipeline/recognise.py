"""Pages are read: registered on their card, everything on them read, marks proposed."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2

from core.blobs import BlobStore
from core.cards import BubblePurpose, Card, CardPage, CardSource, WritingRegion
from core.errors import ZhupiError
from core.exams import Exam
from core.expectations import NOTHING_EXPECTED, Expectation
from core.geometry import BoxMm
from core.jobs import JobKind
from core.ledger import PageEntry
from core.marks import Mark
from core.pages import BubbleReading, NumberReading, PageCode, PageReading, PageState, Registration
from core.store import UnitOfWork
from marking.expectations import expectation
from ocr.alignment import AlignmentFailed, align
from ocr.bubbles import number_from_bubbles, read_bubbles
from ocr.codes_reading import read_sticker
from ocr.handwriting import Expected, read_number_boxes, read_regions
from ocr.intake import decode_grey
from ocr.photos import READABLE, Severity, evened, judge_page, judge_picture, with_doubts
from ocr.rasters import Grey, PageRaster, rectify
from ocr.registration import Located, flattened, locate_page
from pipeline.arrivals import on_its_way
from pipeline.engines import digit_recogniser, licence_of, text_engine
from pipeline.licences import under_licences
from pipeline.proposals import keep_proposal, proposed_marks
from pipeline.scorers import quick_scorer
from pipeline.toolbox import Toolbox

_log = logging.getLogger(__name__)

_JPEG_QUALITY = 85
#: A card, or too blurred to be told from one: another picture will do.
_TAKE_AGAIN = ("too_crooked", "blurred")
_HEAD_MARGIN_MM = 2.0
_MASK_MARGIN_MM = 1.0


@dataclass(frozen=True)
class NotRead:
    """A page that could not be read, and where it goes."""

    state: PageState
    reason: str
    held_for: str = ""


@dataclass(frozen=True)
class Place:
    """A page on its card."""

    card: Card
    page: CardPage
    code: PageCode | None
    registration: Registration


def recognise_pages(
    tb: Toolbox, exam_id: str, page_ids: Sequence[str], progress: Callable[[int, int], None]
) -> None:
    """Read these pages and propose marks; pages read before or settled since are left alone."""
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        cards = uow.cards.of_exam(exam_id)
        entries = [uow.pages.entry(page_id) for page_id in page_ids]
    for entry in entries:
        if entry.state is PageState.RECEIVED and entry.card_page == 0:
            read_and_keep(tb, exam, cards, entry)
    progress(len(entries), len(entries))  # once: the pages themselves show how far reading is
    _owe_settling(tb, exam_id)


def read_and_keep(tb: Toolbox, exam: Exam, cards: Sequence[Card], entry: PageEntry) -> None:
    """Read one page and keep what was read in one transaction."""
    outcome = _read_or_held(tb, exam, cards, entry)
    if isinstance(outcome, NotRead):
        with tb.store.write() as uow:
            _keep_unread(uow, entry, outcome)
        return
    card = next(card for card in cards if card.id == outcome.card_id)
    marks = proposed_marks(exam, card, outcome, licence_of(tb.settings), scorer=quick_scorer(exam))
    with tb.store.write() as uow:
        _keep(uow, exam, entry, outcome, marks)


def _read_or_held(tb: Toolbox, exam: Exam, cards: Sequence[Card], entry: PageEntry) -> PageReading | NotRead:
    """What the page says. A page on which reading breaks is held, so that it stops no other page."""
    try:
        return read_page(tb, cards, entry, expected_in(exam))
    except (ZhupiError, MemoryError, OSError):
        raise  # the machine or the settings are at fault, not the page
    except Exception as error:  # whatever it was, it would break at this page again
        _log.exception("Page %s (%s) could not be read.", entry.page.id, entry.page.source_name)
        reason = f"读取这一页时出错 ({type(error).__name__}), 请人工处理。"
        return NotRead(PageState.HELD, reason, held_for="registration")


def _keep_unread(uow: UnitOfWork, entry: PageEntry, outcome: NotRead) -> None:
    if uow.pages.entry(entry.page.id).state is PageState.RECEIVED:
        uow.pages.update(entry.page.id, state=outcome.state, reason=outcome.reason, held_for=outcome.held_for)


def _keep(
    uow: UnitOfWork, exam: Exam, entry: PageEntry, reading: PageReading, marks: tuple[Mark, ...]
) -> None:
    now = uow.pages.entry(entry.page.id)
    if now.state is not PageState.RECEIVED or now.card_page != 0:
        return  # another run of this job was faster
    uow.pages.add_reading(exam.id, reading)
    uow.pages.update(entry.page.id, card_id=reading.card_id, card_page=reading.card_page)
    marks = under_licences(uow, exam, marks)
    if uow.marks.any_of_page(entry.page.id):
        for mark in marks:
            keep_proposal(uow, mark)
    else:
        uow.marks.add_first(marks)  # the common case, in one statement
    last = uow.exams.get(exam.id).revision
    if last != exam.revision:  # the key was changed while this page was read
        uow.jobs.ask(JobKind.MARK, exam.id, {"items": [], "revision": last})


def _owe_settling(tb: Toolbox, exam_id: str) -> None:
    """Settle identities once no page of the exam is on its way (this very job is still open)."""
    with tb.store.write() as uow:
        if on_its_way(uow, exam_id):
            return
        job_id = uow.jobs.ask(JobKind.SETTLE, exam_id, {})
    tb.wake(job_id)


def expected_in(exam: Exam) -> Expected:
    """What the exam's key and rubrics let one expect in each writing region."""
    items = {item.number: item for item in exam.items}

    def expected(region: WritingRegion) -> Expectation:
        item = items.get(region.item)
        return NOTHING_EXPECTED if item is None else expectation(exam, item, region.part)

    return expected


def read_page(
    tb: Toolbox,
    cards: Sequence[Card],
    entry: PageEntry,
    expected: Expected = lambda _: NOTHING_EXPECTED,
) -> PageReading | NotRead:
    """Everything that one scan says, read with what can be expected there."""
    try:
        image = decode_grey(tb.blobs.get(entry.page.blob))
    except ZhupiError as error:
        return NotRead(PageState.UNREADABLE, str(error))
    place = find_place(tb, image, cards)
    if isinstance(place, NotRead):
        return place
    raster = rectify(image, place.registration, place.page)
    blank = _blank(tb.blobs, place.card, place.page.number)
    quality = READABLE
    if blank is not None:
        flat = flattened(image, raster, place.registration, place.page, blank)
        place, raster = replace(place, registration=flat.registration), flat.raster
        quality = judge_page(image, raster, place.registration, place.page, blank, flat.displaced_mm)
        if quality.severity is Severity.RETAKE:
            return NotRead(PageState.HELD, "; ".join(quality.advice), held_for="retake")
        if place.card.source is CardSource.DESIGNED:
            raster = evened(raster)  # the dark fields of other cards' print might be taken for shadows
    reading = _read_raster(tb, entry.page.id, place, raster, blank, expected)
    return with_doubts(reading, quality, place.page)


def find_place(tb: Toolbox, image: Grey, cards: Sequence[Card]) -> Place | NotRead:
    """The card page that the image shows; a page is held rather than guessed."""
    designed = [card for card in cards if card.source is CardSource.DESIGNED]
    located = locate_page(image, designed)
    if isinstance(located, Located):
        return Place(located.card, located.page, located.code, located.registration)
    for card in cards:
        if card.source is CardSource.DESIGNED:
            continue
        blobs = {step.blob: tb.blobs.get(step.blob) for step in card.alignment if step.blob}
        aligned = align(image, card, blobs)
        if not isinstance(aligned, AlignmentFailed):
            return Place(card, aligned[0], None, aligned[1])
    if located.kind == "stray":
        return NotRead(PageState.STRAY, located.reason)
    advice = "; ".join(judge_picture(image).advice)
    if not advice:
        held_for = "retake" if located.kind in _TAKE_AGAIN else "registration"
        return NotRead(PageState.HELD, located.reason, held_for=held_for)
    seen = located.reason.removeprefix("请重拍: ").partition("。")[0]  # what to do is what the advice says
    return NotRead(PageState.HELD, f"{advice}。({seen}。)", held_for="retake")


def _read_raster(
    tb: Toolbox,
    page_id: str,
    place: Place,
    raster: PageRaster,
    blank: PageRaster | None,
    expected: Expected,
) -> PageReading:
    page = place.page
    bubbles = read_bubbles(raster, page.bubbles, blank) if page.bubbles else ()
    answers = tuple(b for b in bubbles if b.purpose not in (BubblePurpose.NUMBER, BubblePurpose.ABSENT))
    return PageReading(
        page_id=page_id,
        card_id=place.card.id,
        card_page=page.number,
        code=place.code,
        registration=place.registration,
        numbers=_numbers(place, raster, blank, bubbles),
        absent=next((b for b in bubbles if b.purpose == BubblePurpose.ABSENT), None),
        bubbles=answers,
        texts=read_regions(raster, blank, page.writing, text_engine(tb.settings), expected=expected),
        raster_blob=tb.blobs.put(_jpeg(_masked(raster, place)), durable=False),
        head_blob=_head(tb.blobs, raster, page),
    )


def _numbers(
    place: Place, raster: PageRaster, blank: PageRaster | None, bubbles: Sequence[BubbleReading]
) -> tuple[NumberReading, ...]:
    """The 考号 from every source that the page has.

    Handwriting is read where the bubbles are sure, too: that they say another number than the pupil wrote
    is how a slip, or an exchange of cards, is found.
    """
    page = place.page
    found = []
    if place.code is not None and place.code.candidate_number:
        found.append(NumberReading(source="code", text=place.code.candidate_number))
    fields = [b for b in bubbles if b.purpose == BubblePurpose.NUMBER]
    if fields:
        found.append(number_from_bubbles(fields))
    if page.sticker_box is not None and (text := read_sticker(raster, page.sticker_box)):
        found.append(NumberReading(source="sticker", text=text))
    if page.number_boxes:
        found.append(read_number_boxes(raster, blank, page.number_boxes, digit_recogniser()))
    return tuple(found)


def _blank(blobs: BlobStore, card: Card, number: int) -> PageRaster | None:
    if len(card.blank_blobs) < number:
        return None
    return _decoded_blank(blobs, card.blank_blobs[number - 1])


@functools.lru_cache(maxsize=16)
def _decoded_blank(blobs: BlobStore, blob: str) -> PageRaster:
    return PageRaster(pixels=decode_grey(blobs.get(blob)))


def _private_boxes(page: CardPage) -> list[BoxMm]:
    """Where a page says whose it is."""
    boxes = [box for box in (page.name_box, page.sticker_box) if box is not None]
    boxes += page.number_boxes
    boxes += [
        bubble.box
        for field in page.bubbles
        if field.purpose is BubblePurpose.NUMBER
        for bubble in field.bubbles
    ]
    return boxes


def _masked(raster: PageRaster, place: Place) -> PageRaster:
    """The page with name and number whited out: what markers and books are given crops of."""
    pixels = raster.pixels.copy()
    boxes = _private_boxes(place.page)
    if place.code is not None and place.code.candidate_number and place.page.code_box is not None:
        boxes.append(place.page.code_box)
    for box in boxes:
        edges = box.grown(_MASK_MARGIN_MM)
        left, top = (max(0, round(v * raster.px_per_mm)) for v in (edges.x_mm, edges.y_mm))
        right, bottom = (max(0, round(v * raster.px_per_mm)) for v in (edges.right_mm, edges.bottom_mm))
        pixels[top:bottom, left:right] = 255
    return PageRaster(pixels=pixels, px_per_mm=raster.px_per_mm)


def _head(blobs: BlobStore, raster: PageRaster, page: CardPage) -> str:
    boxes = _private_boxes(page)
    if not boxes:
        return ""
    left, top = min(b.x_mm for b in boxes), min(b.y_mm for b in boxes)
    right, bottom = max(b.right_mm for b in boxes), max(b.bottom_mm for b in boxes)
    area = BoxMm(x_mm=left, y_mm=top, width_mm=right - left, height_mm=bottom - top)
    crop = PageRaster(pixels=raster.crop(area, _HEAD_MARGIN_MM), px_per_mm=raster.px_per_mm)
    return blobs.put(_jpeg(crop), durable=False)


def _jpeg(raster: PageRaster) -> bytes:
    _, encoded = cv2.imencode(".jpg", raster.pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()
