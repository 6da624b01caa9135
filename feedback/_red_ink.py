"""Where the red ink goes on one card page: pure geometry in card millimetres.

The rule of all places: beside what was written, and on nothing that is printed or written. Each sign has
a place where a teacher would put it; where that is taken it moves to the nearest free room.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from core.cards import BubbleField, BubblePurpose, Card, CardPage, WritingKind, WritingRegion
from core.exams import Exam, Item
from core.geometry import BoxMm
from core.results import CandidateResult, ItemResult
from core.scores import format_steps
from feedback import _strokes
from feedback._items import awarded
from feedback._red_notes import NOTE_SIZES_MM, lines_of, note_text, shortened, text_width_mm
from feedback._room import Cells, Place, Room
from feedback._strokes import Stroke
from feedback._wording import criterion_names, is_right_bubble

_MARK_MM = 3.7  #: height of a tick
_SMALL_MM = 2.7  #: height of points beside a tick
_NEAR_MM = 2.6  #: height of a tick between lines of writing
_NEAR_POINTS_MM = 2.2
_SCORE_MM = 5.0  #: height of an item's score
_FILL_SCORE_MM = 3.4  #: height of the score at the end of a line
_LEAST_SCORE_MM = 3.0
_TOP_LINE_MM = 8.0  #: the top of an answer box, with its printed number
_ABSENT_MM = 3.6  #: letters of the note about pages that are not there
_EDGE_MM = 6.0  #: what a printer leaves white
_LINE_EM = 1.25  #: from line to line of a note, in its size
_BESIDE_MM = 3.0  #: how far signs may leave an item's own room


@dataclass(frozen=True)
class Note:
    """A few printed words; the point is the text's left top corner."""

    x_mm: float
    y_mm: float
    text: str
    size_mm: float = NOTE_SIZES_MM[0]
    width_mm: float = 80.0


@dataclass
class Ink:
    """What is drawn on one page."""

    strokes: list[Stroke] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)  #: scores in reading order, for search and readers

    def draw(self, strokes: Iterable[Stroke]) -> None:
        self.strokes.extend(strokes)


@dataclass(frozen=True)
class _Sheet:
    """The page that is marked, its free room, and the ink so far."""

    exam: Exam
    page: CardPage
    room: Room
    ink: Ink

    def points(self, steps: int) -> str:
        return format_steps(steps, self.exam.step)


def page_ink(
    result: CandidateResult,
    exam: Exam,
    card: Card,
    page: CardPage,
    dark: Cells | None = None,
    scanned: Collection[int] = (),
) -> Ink:
    """All ink of one page; the total stands on the first page that has a place for it.

    Args:
        result: the candidate's marks.
        exam: names items and criteria.
        card: says which page is an item's first.
        page: the page to mark.
        dark: cells of ``feedback._room.CELL_MM`` that are dark on the rectified scan; without them
            only bubbles and printed words are known to be taken.
        scanned: numbers of the pages that are there; none for all. The first of them says which are not.
    """
    sheet = _Sheet(exam, page, Room(page, dark), Ink())
    there = [p for p in card.pages if p.number in scanned] or list(card.pages)
    if page.number == next((p.number for p in there if p.score_box), there[0].number):
        _total(sheet.ink, result, exam, page)
    if page.number == there[0].number and len(there) < len(card.pages):
        _absent_pages(sheet, result, card, [p.number for p in there])
    for item in exam.items:
        got = result.item(item.number)
        if got is None or got.steps is None or not got.counted:
            continue
        for bubbles in page.bubbles:
            if bubbles.purpose is BubblePurpose.ANSWER and bubbles.key == item.number:
                _choice(sheet, item, got, bubbles)
        regions = [r for r in page.writing if r.item == item.number]
        if regions:
            _written(sheet, item, got, regions, card.pages_of(item.number)[0])
    return sheet.ink


def _total(ink: Ink, result: CandidateResult, exam: Exam, page: CardPage) -> None:
    """The total, large and underlined twice, and below it its two parts."""
    text = format_steps(result.total_steps, exam.step)
    place = page.score_box or BoxMm(x_mm=page.width_mm - 62, y_mm=6, width_mm=26, height_mm=18)
    # The upper part of the box is left for a printed heading.
    room_mm, top = place.height_mm * 0.72, place.y_mm + place.height_mm * 0.27
    height = min(room_mm * 0.58, place.width_mm * 0.86 / _strokes.digits_width(text, 1.0))
    width = _strokes.digits_width(text, height)
    x = place.centre.x_mm - width / 2
    ink.draw(_strokes.digits(text, x, top, height))
    for gap in (1.1, 2.0):
        ink.draw(_strokes.underline(x - 1, top + height + gap, width + 2))
    parts = (format_steps(s, exam.step) for s in (result.objective_steps, result.subjective_steps))
    ink.notes.append(
        Note(
            x_mm=place.x_mm + place.width_mm * 0.06,
            y_mm=top + height + 2.9,
            text="客{} 主{}".format(*parts),
            size_mm=2.1,
            width_mm=place.width_mm + 6,
        )
    )
    ink.spoken.append(f"总分 {text}")


def _absent_pages(sheet: _Sheet, result: CandidateResult, card: Card, there: Collection[int]) -> None:
    """Which pages were never handed in, and the items on them, at the top of the page."""
    absent = [p.number for p in card.pages if p.number not in there]
    lost = [i.item for i in result.items if i.counted and i.page_missing]
    words = f"缺第 {'、'.join(map(str, absent))} 面"
    text = f"{words}（第 {'、'.join(lost)} 题按 0 分计）" if lost else words
    page = sheet.page
    within = BoxMm(x_mm=0, y_mm=0, width_mm=page.width_mm, height_mm=page.height_mm).grown(-_EDGE_MM)
    width = min(text_width_mm(text, _ABSENT_MM), within.width_mm * 0.6)
    height = lines_of(text, _ABSENT_MM, width) * _ABSENT_MM * _LINE_EM
    if page.score_box:
        sheet.room.take(page.score_box)
    box = sheet.room.place(width, height, within.centre.x_mm - width / 2, within.y_mm, within).box
    sheet.room.take(box)
    sheet.ink.notes.append(Note(box.x_mm, box.y_mm, text, _ABSENT_MM, width))


# --- choices -------------------------------------------------------------------------------------


def _choice(sheet: _Sheet, item: Item, got: ItemResult, bubbles: BubbleField) -> None:
    """A tick, or a cross with the right letters ringed; points only where some were given."""
    steps = got.steps or 0
    x, y = _beside(bubbles)
    points = f"+{sheet.points(steps)}" if 0 < steps < got.full_steps else ""
    around = BoxMm(x_mm=x - 0.5, y_mm=y - 3.5, width_mm=20, height_mm=_MARK_MM + 7)
    _signed(sheet, _sign(steps, got.full_steps), points, (x, y), around, item.number)
    if steps < got.full_steps:
        for bubble in bubbles.bubbles:
            if is_right_bubble(item, bubble.label):
                b = bubble.box.grown(0.75)
                sheet.ink.draw(_strokes.ring(b.x_mm, b.y_mm, b.width_mm, b.height_mm))


def _beside(bubbles: BubbleField) -> tuple[float, float]:
    """Where a choice's sign begins: right of a row of bubbles, below a column of them."""
    boxes = [b.box for b in bubbles.bubbles]
    last = max(boxes, key=lambda b: (b.right_mm, b.bottom_mm))
    column = len(boxes) > 1 and max(b.x_mm for b in boxes) - min(b.x_mm for b in boxes) < last.width_mm / 2
    if column:
        return last.centre.x_mm - _MARK_MM / 2, max(b.bottom_mm for b in boxes) + 0.8
    return last.right_mm + 1.9, last.centre.y_mm - _MARK_MM * 0.55


Sign = Callable[[float, float, float, str], tuple[Stroke, ...]]


def _sign(steps: int, full: int) -> Sign:
    if steps >= full:
        return _strokes.tick
    return _strokes.half_tick if steps else _strokes.cross


def _signed(
    sheet: _Sheet,
    sign: Sign,
    points: str,
    at: tuple[float, float],
    within: BoxMm,
    seed: str,
    heights: tuple[float, float] = (_MARK_MM, _SMALL_MM),
) -> Place:
    """A sign and the points after it as one piece, at its place or the nearest free room."""
    mark, digit = heights
    width = mark * 1.05 + (0.25 * mark + _strokes.digits_width(points, digit) if points else 0.0)
    place = sheet.room.place(width, mark, *at, within)
    x, y = place.box.x_mm, place.box.y_mm
    sheet.ink.draw(sign(x, y, mark, seed))
    if points:
        sheet.ink.draw(_strokes.digits(points, x + mark * 1.3, y + (mark - digit) / 2, digit))
    sheet.room.take(place.box)
    return place


# --- written answers -----------------------------------------------------------------------------


def _written(
    sheet: _Sheet, item: Item, got: ItemResult, regions: Sequence[WritingRegion], first_page: int
) -> None:
    scored = sheet.page.number == first_page
    lines = [r for r in regions if r.kind is WritingKind.LINE]
    if lines:
        _blanks(sheet, item, got, lines)
        return
    score = _score(sheet, got, regions) if scored else None
    _evidence(sheet, got, regions)
    if score is not None:
        text = note_text(sheet.exam, item, got, sheet.page.number)
        if text:
            _note(sheet, text, score, regions)


def _blanks(sheet: _Sheet, item: Item, got: ItemResult, lines: Sequence[WritingRegion]) -> None:
    """A sign at the right end of each blank, and the item's score after the last."""
    names = criterion_names(item)
    last = max(lines, key=lambda r: (r.box.bottom_mm, r.box.right_mm))
    score = sheet.points(got.steps or 0)
    for region in lines:
        key, _, full = names[region.part] if region.part < len(names) else ("", "", got.full_steps)
        steps = awarded(got, key, region.part)
        steps = got.steps if steps is None and len(lines) == 1 else steps
        if steps is None:
            continue
        # Of several blanks each says what it earned where that is neither all nor nothing.
        points = f"+{sheet.points(steps)}" if len(lines) > 1 and 0 < steps < full else ""
        ends = (region.box.right_mm - (8.0 if region is last else 0.8), region.box.bottom_mm - 6.2)
        _signed(
            sheet,
            _sign(steps, full),
            points,
            ends,
            _around_line(sheet, region),
            f"{item.number}.{region.part}",
        )
    width = _strokes.digits_width(score, _FILL_SCORE_MM)
    place = sheet.room.place(
        width, _FILL_SCORE_MM, last.box.right_mm - 3.0, last.box.bottom_mm - 6.0, _around_line(sheet, last)
    )
    sheet.ink.draw(_strokes.digits(score, place.box.x_mm, place.box.y_mm, _FILL_SCORE_MM))
    sheet.room.take(place.box)
    sheet.ink.spoken.append(f"{item.number} {score}")


def _around_line(sheet: _Sheet, region: WritingRegion) -> BoxMm:
    """Room for signs of a line: it and a little to its right, as far as no neighbour's line begins."""
    box = region.box
    others = (r.box for r in sheet.page.writing if r.box.x_mm >= box.right_mm)
    beside = (b.x_mm - box.right_mm for b in others if b.y_mm < box.bottom_mm and b.bottom_mm > box.y_mm)
    right = min([*beside, 2 * _BESIDE_MM, sheet.page.width_mm - box.right_mm - 2])
    return BoxMm(
        x_mm=box.x_mm, y_mm=box.y_mm - 1, width_mm=box.width_mm + max(0.0, right), height_mm=box.height_mm + 1
    )


def _evidence(sheet: _Sheet, got: ItemResult, regions: Sequence[WritingRegion]) -> None:
    """The words that earned points underlined, and a tick with the points near their end."""
    found = [
        (award, [e.box for e in award.evidence if e.box is not None and e.card_page == sheet.page.number])
        for award in got.awards
        if award.steps
    ]
    for _, places in found:
        for box in places:
            sheet.ink.draw(_strokes.underline(box.x_mm, box.bottom_mm + 0.2, box.width_mm))
            sheet.room.take(BoxMm(x_mm=box.x_mm, y_mm=box.bottom_mm, width_mm=box.width_mm, height_mm=1.0))
    within = _all_of([r.box for r in regions])
    for award, places in found:
        if places:
            last = places[-1]
            above = (last.right_mm - _NEAR_MM * 0.7, last.y_mm - _NEAR_MM)
            points, sign = f"+{sheet.points(award.steps)}", _sign(award.steps, award.full_steps)
            _signed(sheet, sign, points, above, within, award.criterion, (_NEAR_MM, _NEAR_POINTS_MM))


def _all_of(boxes: Sequence[BoxMm]) -> BoxMm:
    left, top = min(b.x_mm for b in boxes), min(b.y_mm for b in boxes)
    right, bottom = max(b.right_mm for b in boxes), max(b.bottom_mm for b in boxes)
    return BoxMm(x_mm=left, y_mm=top, width_mm=right - left, height_mm=bottom - top)


def _around(sheet: _Sheet, regions: Sequence[WritingRegion]) -> BoxMm:
    """The item's own room on the page, inside its frame."""
    box = sheet.page.item_boxes.get(regions[0].item) or _all_of([r.box for r in regions])
    return box.grown(-0.8) if min(box.width_mm, box.height_mm) > 4 else box


def _strip(around: BoxMm, regions: Sequence[WritingRegion]) -> BoxMm:
    """The printed top line of the item, above its cells or the first line of writing."""
    head = min(r.box.y_mm for r in regions) - around.y_mm
    gridded = any(r.kind in (WritingKind.GRID, WritingKind.RULED) for r in regions)
    height = min(head if gridded and head > _LEAST_SCORE_MM + 1 else _TOP_LINE_MM, around.height_mm)
    return BoxMm(x_mm=around.x_mm, y_mm=around.y_mm, width_mm=around.width_mm, height_mm=height)


def _score(sheet: _Sheet, got: ItemResult, regions: Sequence[WritingRegion]) -> BoxMm:
    """The item's score at its right top, smaller or elsewhere in its room when that is taken."""
    text = sheet.points(got.steps or 0)
    around = _around(sheet, regions)
    strip = _strip(around, regions)
    tallest = max(_LEAST_SCORE_MM, min(_SCORE_MM, strip.height_mm - 1.6))
    for height, within in ((tallest, strip), (_LEAST_SCORE_MM, strip), (tallest, around)):
        width = _strokes.digits_width(text, height) + 1.6
        x, y = around.right_mm - width - 1, around.y_mm + 0.5
        place = sheet.room.place(width, height + 1.3, x, y, within)
        if place.free:
            break
    box = place.box
    sheet.ink.draw(_strokes.digits(text, box.x_mm + 0.8, box.y_mm, height))
    sheet.ink.draw(_strokes.underline(box.x_mm, box.y_mm + height + 0.6, box.width_mm))
    sheet.ink.spoken.append(f"{regions[0].item} {text}")
    sheet.room.take(box.grown(0.4))
    return box


def _note(sheet: _Sheet, text: str, score: BoxMm, regions: Sequence[WritingRegion]) -> None:
    """Reasons in the top line before the score, else in free room of the box, else cut until they fit."""
    around = _around(sheet, regions)
    strip = _strip(around, regions)
    for columns in (300, 150, 100, 60, 30):
        short = shortened(text, columns)
        for size in NOTE_SIZES_MM:
            for within, rows in ((strip, 1), (strip, 2), (strip, 3), (around, 0)):
                width = _note_width(short, size, within.width_mm - 2, rows)
                height = lines_of(short, size, width) * size * _LINE_EM
                if height > within.height_mm:
                    continue
                place = sheet.room.place(width, height, score.x_mm - width - 1.5, around.y_mm + 0.6, within)
                if place.free:
                    sheet.room.take(place.box)
                    sheet.ink.notes.append(Note(place.box.x_mm, place.box.y_mm, short, size, width))
                    return


def _note_width(text: str, size_mm: float, room_mm: float, rows: int) -> float:
    """A width in which the text takes about ``rows`` lines (0: as few as the room allows)."""
    natural = text_width_mm(text, size_mm)
    return min(room_mm, natural if rows < 2 else natural / rows + 2 * size_mm)
