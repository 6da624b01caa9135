"""An exam with as many made-up responses as a test of licences needs: marks alone, nothing was scanned."""

from __future__ import annotations

import functools
import io
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageDraw

from core.cards import Card, CardPage, WritingKind, WritingRegion
from core.exam_files import read_exam
from core.exams import Exam
from core.geometry import BoxMm
from core.ledger import Stack
from core.marks import Mark, MarkSource, MarkState
from core.pages import (
    PageReading,
    PageState,
    Registration,
    RegistrationMethod,
    ScanPage,
    TextLine,
    TextReading,
)
from core.rosters import Candidate, Roster
from core.store import Store, UnitOfWork
from core.store.base import utc_now
from core.store.engine import open_engine
from marking import rubric_digest
from pipeline.review import give_mark, pads_of
from pipeline.toolbox import Toolbox
from tests.web.school import _font

EXAM_ID = "wl-licence"
MODEL = "shipped-1"
EXAM = """
id: wl-licence
title: 高一物理单元测验
subject: 物理
total: 20
sections:
  - title: 一、单项选择题
    items:
      - {number: "1", kind: single_choice, points: 3, stem: 静止物体受到的合力, key: [A]}
  - title: 二、填空题
    items:
      - number: "2"
        kind: fill
        points: 2
        stem: 重力的方向
        blanks: [{points: 2, accepted: [竖直向下]}]
  - title: 三、解答题
    items:
      - number: "3"
        kind: short_answer
        points: 3
        stem: 为什么刹车时人向前倾？
        criteria:
          - {id: a, points: 2, statement: 人由于惯性保持原来的运动状态, accepted: [惯性]}
          - {id: b, points: 1, statement: 脚随车减速, accepted: [减速]}
      - number: "4"
        kind: short_answer
        points: 2
        stem: 摩擦力为零吗？
        criteria:
          - {id: a, points: 2, statement: 不为零，因为平衡, accepted: [平衡]}
  - title: 四、写作
    items:
      - {number: "5", kind: essay, points: 10, stem: 写一篇短文}
"""
WORDS = ("因为有惯性，人保持运动", "人要保持原来的状态", "车停了人没停", "不知道")
START = datetime(2026, 6, 25, 8, tzinfo=UTC)


@dataclass
class Marked:
    """The exam and its pages, in order."""

    exam: Exam
    pages: tuple[str, ...]


def found(tb: Toolbox, candidates: int = 40, *, scans: bool = False) -> Marked:
    """The exam with its candidates (and with ``scans`` a placed page of each), without a mark yet."""
    exam = read_exam(EXAM)
    people = tuple(
        Candidate(id=f"c{n}", name=f"学生{n}", number=f"{20260000 + n}", class_name="1班")
        for n in range(1, candidates + 1)
    )
    boxes = {
        item.number: BoxMm(x_mm=20, y_mm=40 + 20 * n, width_mm=170, height_mm=18)
        for n, item in enumerate(exam.items)
    }
    writing = tuple(WritingRegion(item=n, kind=WritingKind.BOX, box=boxes[n]) for n in ("2", "3", "4", "5"))
    page = CardPage(number=1, width_mm=210, height_mm=297, writing=writing, item_boxes=boxes)
    card = Card(id="wl-1", exam_id=exam.id, revision=1, pages=(page,), number_digits=8)
    with tb.store.write() as uow:
        exam = uow.exams.add(exam, "office")
        uow.candidates.replace(exam.id, Roster(candidates=people))
        uow.cards.add(card)
        uow.pages.add_stack(
            Stack(id="s", exam_id=exam.id, name="a.pdf", blob="0" * 64, by="office", at=utc_now())
        )
        for n, candidate in enumerate(people if scans else ()):
            _add_page(tb, uow, card, candidate, n)
    return Marked(exam, tuple(f"p{n + 1}" for n in range(candidates)))


def _add_page(tb: Toolbox, uow: UnitOfWork, card: Card, candidate: Candidate, n: int) -> None:
    page = ScanPage(
        id=f"p{n + 1}", exam_id=EXAM_ID, stack_id="s", source_name="a.pdf", source_index=n, blob="0" * 64,
        media_type="image/jpeg", width_px=1680, height_px=2376,
    )  # fmt: skip
    uow.pages.add(page, PageState.PLACED)
    uow.pages.update(
        page.id,
        card_id=card.id,
        card_page=1,
        candidate_id=candidate.id,
        sheet=f"sheet{n}",
        settled_by="machine",
    )
    registration = Registration(
        image_from_card=(8, 0, 0, 0, 8, 0, 0, 0, 1),
        residual_mm=0.05,
        method=RegistrationMethod.FIDUCIALS,
        fiducials_found=4,
    )
    texts = tuple(_text(region, WORDS[n % len(WORDS)]) for region in card.page(1).writing)
    reading = PageReading(
        page_id=page.id,
        card_id=card.id,
        card_page=1,
        code=None,
        registration=registration,
        texts=texts,
        raster_blob=tb.blobs.put(_picture(tuple(card.page(1).item_boxes.values()), WORDS[n % len(WORDS)])),
    )
    uow.pages.add_reading(EXAM_ID, reading)


def _text(region: WritingRegion, words: str) -> TextReading:
    line = TextLine(text=words, box=region.box, probability=0.9)
    return TextReading(item=region.item, part=0, blank=False, lines=(line,), engine="written down")


@functools.cache
def _picture(boxes: tuple[BoxMm, ...], words: str) -> bytes:
    image = Image.new("L", (1680, 2376), 250)
    pen = ImageDraw.Draw(image)
    for box in boxes:
        corner = (round(box.x_mm * 8), round(box.y_mm * 8))
        pen.rectangle((*corner, round(box.right_mm * 8), round(box.bottom_mm * 8)), outline=120, width=2)
        pen.text((corner[0] + 30, corner[1] + 40), words, fill=40, font=_font(46))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return buffer.getvalue()


def propose(
    tb: Toolbox,
    pages: Sequence[str],
    item: str,
    confidence: float | Sequence[float],
    steps: int = 2,
    model: str = MODEL,
) -> None:
    """The machine's marks for these pages' answers to the item, by the rubric as it stands."""
    with tb.store.write() as uow:
        exam = uow.exams.get(EXAM_ID)
        sure = [confidence] * len(pages) if isinstance(confidence, float) else list(confidence)
        for page, one in zip(pages, sure, strict=True):
            uow.marks.add(proposal(exam, page, item, one, steps, model))


def proposal(exam: Exam, page: str, item: str, confidence: float, steps: int = 2, model: str = MODEL) -> Mark:
    """A machine's mark that waits."""
    return Mark(
        exam_id=exam.id,
        page_id=page,
        item=item,
        revision=1,
        steps=steps,
        source=MarkSource.MACHINE,
        state=MarkState.PROPOSED,
        by="machine",
        model=model,
        rubric=rubric_digest(exam.item(item)),
        confidence=confidence,
        at=START,
    )


def give(tb: Toolbox, page: str, item: str, steps: int, by: str = "marker") -> Mark:
    """A person's mark, given as the desk gives it: the whole spread over the item's pads."""
    with tb.store.read() as uow:
        pads = pads_of(uow.exams.get(EXAM_ID).item(item))
    awards, left = {}, steps
    for pad in pads:
        awards[pad.id] = min(left, pad.full_steps)
        left -= awards[pad.id]
    return give_mark(tb, page, item, awards, by)


def blind_marks(tb: Toolbox, pages: Sequence[str], item: str, wrong: Sequence[str] = ()) -> None:
    """People mark these answers unseen: as the machine does, but for those that are ``wrong``.

    In one transaction, as the desk would leave it after all of them.
    """
    with tb.store.write() as uow:
        for page in pages:
            mark = uow.marks.current(page, item)
            assert mark is not None
            assert mark.source is MarkSource.MACHINE
            uow.marks.add(mark.model_copy(update={"seed": True}))
            given = {
                "source": MarkSource.PERSON,
                "state": MarkState.FINAL,
                "by": "marker",
                "steps": 1 if page in wrong else mark.steps,
                "seen_proposal": False,
                "confidence": 1.0,
                "model": "",
            }
            uow.marks.add(mark.model_copy(update=given))


def states(tb: Toolbox, item: str) -> Counter[tuple[str, str, bool]]:
    """How many responses are in which (state, source, seed)."""
    with tb.store.read() as uow:
        marks = uow.marks.of_exam(EXAM_ID, items=[item]).values()
    return Counter((mark.state.value, mark.source.value, mark.seed) for mark in marks)


def ticking(tb: Toolbox, step_s: float = 10) -> Toolbox:
    """The same tools with a clock that goes on by so many seconds whenever it is looked at."""
    times = (START + timedelta(seconds=step_s * n) for n in itertools.count())
    return replace(tb, store=Store(open_engine(tb.settings.resolved_database_url), lambda: next(times)))
