"""Where the red ink goes on one card page: pure geometry in card millimetres.

The rule of all places: beside what was written, at the box's end or in its printed top line, so that
an answer stays legible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from core.cards import BubbleField, BubblePurpose, Card, CardPage, WritingKind, WritingRegion
from core.exams import Exam, Item
from core.geometry import BoxMm
from core.marks import Award
from core.results import CandidateResult, ItemResult
from core.scores import format_steps
from feedback import _strokes
from feedback._items import awarded
from feedback._strokes import Stroke
from feedback._wording import criterion_names, is_right_bubble

_MARK_MM = 3.7  #: height of a tick
_SMALL_MM = 2.7  #: height of points beside a tick
_SCORE_MM = 5.0  #: height of an item's score
_NOTE_MM = 2.6  #: letters of a short reason
_NOTE_COLUMNS = 74  #: longest note, in Latin letters' widths
_TOP_LINE_MM = 6.5  #: printed line at the top of an answer box ("17.（6分）")


@dataclass(frozen=True)
class Note:
    """A few printed words: the point is the text's right top corner (left top for ``left``)."""

    x_mm: float
    y_mm: float
    text: str
    size_mm: float = _NOTE_MM
    width_mm: float = 80.0
    left: bool = False


@dataclass
class Ink:
    """What is drawn on one page."""

    strokes: list[Stroke] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)  #: scores in reading order, for search and readers

    def draw(self, strokes: Iterable[Stroke]) -> None:
        self.strokes.extend(strokes)


def page_ink(result: CandidateResult, exam: Exam, card: Card, page: CardPage) -> Ink:
    """All ink of one page; the total stands on the first page that has a place for it."""
    ink = Ink()
    first = next((p.number for p in card.pages if p.score_box), card.pages[0].number)
    if page.number == first:
        _total(ink, result, exam, page)
    for item in exam.items:
        got = result.item(item.number)
        if got is None or got.steps is None:
            continue
        if not got.counted:
            continue
        for bubbles in page.bubbles:
            if bubbles.purpose is BubblePurpose.ANSWER and bubbles.key == item.number:
                _choice(ink, exam, item, got, bubbles)
        regions = [r for r in page.writing if r.item == item.number]
        if regions:
            _written(ink, exam, item, got, page, regions, card.pages_of(item.number)[0])
    return ink


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
            left=True,
        )
    )
    ink.spoken.append(f"总分 {text}")


# --- choices -------------------------------------------------------------------------------------


def _choice(ink: Ink, exam: Exam, item: Item, got: ItemResult, bubbles: BubbleField) -> None:
    """A tick, or a cross with the right letters ringed; points only where some were given."""
    steps = got.steps or 0
    x, y = _beside(bubbles)
    ink.draw(_sign(steps, got.full_steps)(x, y, _MARK_MM, item.number))
    if 0 < steps < got.full_steps:
        text = f"+{format_steps(steps, exam.step)}"
        ink.draw(_strokes.digits(text, x + _MARK_MM + 0.9, y + 0.7, _SMALL_MM))
    if steps < got.full_steps:
        for bubble in bubbles.bubbles:
            if is_right_bubble(item, bubble.label):
                b = bubble.box.grown(0.75)
                ink.draw(_strokes.ring(b.x_mm, b.y_mm, b.width_mm, b.height_mm))


def _beside(bubbles: BubbleField) -> tuple[float, float]:
    """Where a choice's sign begins: right of a row of bubbles, below a column of them."""
    boxes = [b.box for b in bubbles.bubbles]
    last = max(boxes, key=lambda b: (b.right_mm, b.bottom_mm))
    column = len(boxes) > 1 and max(b.x_mm for b in boxes) - min(b.x_mm for b in boxes) < last.width_mm / 2
    if column:
        return last.centre.x_mm - _MARK_MM / 2, max(b.bottom_mm for b in boxes) + 0.8
    return last.right_mm + 1.9, last.centre.y_mm - _MARK_MM * 0.55


def _sign(steps: int, full: int) -> Callable[[float, float, float, str], tuple[Stroke, ...]]:
    if steps >= full:
        return _strokes.tick
    return _strokes.half_tick if steps else _strokes.cross


# --- written answers -----------------------------------------------------------------------------


def _written(
    ink: Ink,
    exam: Exam,
    item: Item,
    got: ItemResult,
    page: CardPage,
    regions: Sequence[WritingRegion],
    first_page: int,
) -> None:
    lines = [r for r in regions if r.kind is WritingKind.LINE]
    if lines:
        _blanks(ink, exam, item, got, lines)
    else:
        _evidence(ink, exam, got, page, regions)
    if page.number == first_page:
        _score(ink, exam, item, got, page, regions)


def _blanks(ink: Ink, exam: Exam, item: Item, got: ItemResult, lines: Sequence[WritingRegion]) -> None:
    """A sign at the right end of each blank, half outside its line."""
    names = criterion_names(item)
    for region in lines:
        if region.part >= len(names):
            continue
        key, _, full = names[region.part]
        steps = awarded(got, key, region.part)
        if steps is None:
            continue
        x, y = region.box.right_mm - 0.8, region.box.bottom_mm - 6.2
        ink.draw(_sign(steps, full)(x, y, _MARK_MM, f"{item.number}.{region.part}"))
        if 0 < steps < full:
            text = f"+{format_steps(steps, exam.step)}"
            ink.draw(_strokes.digits(text, x + 0.4, y - _SMALL_MM - 0.4, _SMALL_MM))


def _evidence(
    ink: Ink, exam: Exam, got: ItemResult, page: CardPage, regions: Sequence[WritingRegion]
) -> None:
    """The words that earned points underlined, and a tick with the points at their end."""
    right_mm = max(r.box.right_mm for r in regions)
    for award in got.awards:
        places = [e.box for e in award.evidence if e.box is not None and e.card_page == page.number]
        if not places or not award.steps:
            continue
        for box in places:
            ink.draw(_strokes.underline(box.x_mm, box.bottom_mm + 0.2, box.width_mm))
        text = f"+{format_steps(award.steps, exam.step)}"
        width = _MARK_MM + 1.2 + _strokes.digits_width(text, _SMALL_MM)
        last = places[-1]
        x = min(last.right_mm + 0.6, right_mm - width - 1)
        y = last.y_mm - (1.2 if x > last.right_mm else 3.0)
        ink.draw(_sign(award.steps, award.full_steps)(x, y, _MARK_MM, award.criterion))
        ink.draw(_strokes.digits(text, x + _MARK_MM + 0.9, y + 0.5, _SMALL_MM))


def _score(
    ink: Ink, exam: Exam, item: Item, got: ItemResult, page: CardPage, regions: Sequence[WritingRegion]
) -> None:
    """The item's score at its right end, and before it why points were lost."""
    text = format_steps(got.steps or 0, exam.step)
    width = _strokes.digits_width(text, _SCORE_MM)
    around = page.item_boxes.get(item.number) or regions[0].box
    if regions[0].kind is WritingKind.LINE:
        last = max(regions, key=lambda r: (r.box.bottom_mm, r.box.right_mm)).box
        x, y = min(last.right_mm + 6.5, page.width_mm - width - 4), last.bottom_mm - 6.6
    else:
        x, y = around.right_mm - width - 2.5, around.y_mm + 1.2
    ink.draw(_strokes.digits(text, x, y, _SCORE_MM))
    ink.draw(_strokes.underline(x - 0.8, y + _SCORE_MM + 0.7, width + 1.6))
    ink.spoken.append(f"{item.number} {text}")
    note = _note(exam, item, got, page)
    if note and regions[0].kind is not WritingKind.LINE:
        room = around.width_mm - width - 34
        ink.notes.append(Note(x_mm=x - 2.5, y_mm=around.y_mm + 0.9, text=note, width_mm=max(room, 30)))


def _note(exam: Exam, item: Item, got: ItemResult, page: CardPage) -> str:
    """Points that no evidence on the page shows, and reasons for the lost ones, kept short."""
    if got.blank:
        return "未作答"
    parts = []
    for place, (key, name, full) in enumerate(criterion_names(item)):
        steps = awarded(got, key, place)
        award = next((a for a in got.awards if a.criterion == key), None)
        if steps is None:
            continue
        if item.kind == "essay":
            parts.append(f"{name} {format_steps(steps, exam.step)}")
        elif steps < full:
            why = (award.reason if award else "") or name
            parts.append(f"−{format_steps(full - steps, exam.step)} {why}")
        elif not _shown(award, page):
            parts.append(f"+{format_steps(steps, exam.step)} {name}")
    return _shortened("；".join(parts) or (got.reason if (got.steps or 0) < got.full_steps else ""))


def _shown(award: Award | None, page: CardPage) -> bool:
    return award is not None and any(e.box is not None for e in award.evidence)


def _shortened(text: str) -> str:
    """At most two lines of a note, cut with an ellipsis."""
    columns = 0
    for place, char in enumerate(text):
        columns += 2 if ord(char) > 0x2E7F else 1
        if columns > _NOTE_COLUMNS * 2:
            return text[:place] + "…"
    return text
