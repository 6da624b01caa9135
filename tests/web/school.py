"""A small school put straight into the store: two classes, one exam, pages, readings and marks.

Nothing here was scanned or read: pictures are drawn with Pillow, readings are written down.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from core.cards import (
    PX_PER_MM,
    Bubble,
    BubbleField,
    BubblePurpose,
    Card,
    CardPage,
    WritingKind,
    WritingRegion,
)
from core.exam_files import read_exam
from core.exams import Exam, Fill, Item, ShortAnswer
from core.geometry import BoxMm
from core.identities import Guess, Identity
from core.ledger import Stack
from core.marks import Award, Evidence, Mark, MarkSource, MarkState
from core.pages import (
    BubbleFill,
    BubbleReading,
    BubbleVerdict,
    PageReading,
    PageState,
    ReadChar,
    Registration,
    RegistrationMethod,
    ScanPage,
    TextLine,
    TextReading,
)
from core.people import Role, User
from core.rosters import Candidate, Roster
from core.store import Output
from core.store.base import utc_now
from feedback.statistics import class_names
from marking import rubric_digest
from pipeline.accounts import create_user
from pipeline.results import gather_results
from pipeline.toolbox import Toolbox

EXAM_ID = "wl-mid"
PASSWORD = "correct horse"

EXAM = """
id: wl-mid
title: 八年级物理期中考试
subject: 物理
grade: 八年级
date: 2026-11-20
total: 43
sections:
- title: 一、单项选择题
  items:
  - number: '1'
    kind: single_choice
    points: 3
    key: B
    stem: '下列物体中，重力约为 $2\\,\\mathrm{N}$ 的是'
    options: {A: 一枚硬币, B: 两个鸡蛋, C: 一名同学, D: 一张课桌}
    knowledge_points: [重力]
  - {number: '2', kind: single_choice, points: 3, key: D, knowledge_points: [惯性]}
  - {number: '3', kind: single_choice, points: 3, key: A, knowledge_points: [摩擦力]}
- title: 二、多项选择题
  items:
  - {number: '4', kind: multiple_choice, points: 4, key: AC, partial: half, knowledge_points: [力的作用效果]}
- title: 三、填空题
  items:
  - number: '5'
    kind: fill
    points: 4
    stem: 物体静止在水平面上，重力与 ____ 是一对平衡力；木块重 6 N，受到的支持力为 ____ N。
    blanks:
    - {points: 2, accepted: [支持力]}
    - {points: 2, numeric: {value: '6', unit: N}}
    knowledge_points: [二力平衡]
- title: 四、解答题
  items:
  - number: '6'
    kind: short_answer
    points: 6
    stem: |
      弹簧测力计拉着重 $G = 5\\,\\mathrm{N}$ 的木块在水平桌面上做匀速直线运动，示数为 $2\\,\\mathrm{N}$。
      求木块受到的滑动摩擦力，并说明理由。若压力增大一倍，动摩擦因数 $\\mu = \\frac{f}{N}$ 如何变化？
    criteria:
    - {points: 2, statement: 匀速直线运动时拉力与摩擦力是平衡力, accepted: [平衡力, 二力平衡]}
    - {points: 2, statement: 摩擦力大小为 2 N, accepted: [2N, 等于2N]}
    - {points: 2, statement: 动摩擦因数不变, accepted: [不变], must_not: [增大一倍]}
    reference_answer: 匀速时二力平衡，$f = F = 2\\,\\mathrm{N}$；$\\mu$ 只与接触面有关，不变。
    explanation: 平衡力大小相等、方向相反、作用在同一物体上。
    knowledge_points: [二力平衡, 摩擦力]
- title: 五、作文
  items:
  - number: '7'
    kind: essay
    points: 20
    characters: 200
    stem: 以“摩擦”为题写一段话。
    levels:
    - {name: 一类, low: 16, high: 20, description: 切题}
    - {name: 二类, low: 11, high: 15, description: 基本切题}
"""

NAMES = ("陈思远", "林若溪", "王梓轩", "李雨桐", "张皓然", "刘子墨")
_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)


@dataclass(frozen=True)
class School:
    """The ids that tests ask for. ``pages`` are the first sides, by candidate."""

    exam: Exam
    candidates: tuple[Candidate, ...]
    pages: dict[str, str]
    held: str
    duplicate: str
    stray: str


def candidates() -> tuple[Candidate, ...]:
    """Six pupils, three in each of two classes; the last was absent."""
    return tuple(
        Candidate(
            id=f"c{n}",
            number=f"2026010{n}",
            name=name,
            class_name="1班" if n <= 3 else "2班",
            room="第一考场",
            seat=str(n),
        )
        for n, name in enumerate(NAMES, start=1)
    )


def make_card(exam: Exam, blanks: tuple[str, ...]) -> Card:
    """One A4 side of choices and fills, one of writing."""
    boxes = {"1": 70, "2": 80, "3": 90, "4": 100, "5": 115}
    fields = tuple(
        BubbleField(
            purpose=BubblePurpose.ANSWER,
            key=number,
            bubbles=tuple(
                Bubble(label=label, box=_box(40 + 12 * n, boxes[number] + 2, 6, 4))
                for n, label in enumerate("ABCD")
            ),
            multiple=number == "4",
        )
        for number in ("1", "2", "3", "4")
    )
    fills = tuple(
        WritingRegion(item="5", part=part, kind=WritingKind.LINE, box=_box(30 + 70 * part, 117, 60, 10))
        for part in (0, 1)
    )
    first = CardPage(
        number=1,
        width_mm=210,
        height_mm=297,
        bubbles=fields,
        writing=(*fills, WritingRegion(item="6", kind=WritingKind.BOX, box=_box(20, 145, 170, 60))),
        item_boxes={
            **{n: _box(20, y, 170, 9 if n != "5" else 15) for n, y in boxes.items()},
            "6": _box(20, 140, 170, 68),
        },
    )
    second = CardPage(
        number=2,
        width_mm=210,
        height_mm=297,
        writing=(WritingRegion(item="7", kind=WritingKind.GRID, box=_box(20, 30, 170, 120)),),
        item_boxes={"7": _box(20, 25, 170, 130)},
    )
    return Card(
        id=f"{exam.id}-1",
        exam_id=exam.id,
        revision=1,
        pages=(first, second),
        number_digits=8,
        blank_blobs=blanks,
    )


def _box(x: float, y: float, width: float, height: float) -> BoxMm:
    return BoxMm(x_mm=x, y_mm=y, width_mm=width, height_mm=height)


def draw_page(card_page: CardPage | None, words: dict[str, str], head: str = "") -> Image.Image:
    """A scan as it might look: frames, bubbles, words in blue-black ink."""
    image = Image.new("L", (round(210 * PX_PER_MM), round(297 * PX_PER_MM)), 250)
    pen = ImageDraw.Draw(image)
    if head:
        pen.text(_px(25, 30), head, fill=60, font=_font(56))
    for field in card_page.bubbles if card_page else ():
        pen.text(_px(22, field.bubbles[0].box.y_mm), f"{field.key}.", fill=0, font=_font(32))
        for bubble in field.bubbles:
            corner, end = (
                _px(bubble.box.x_mm, bubble.box.y_mm),
                _px(bubble.box.right_mm, bubble.box.bottom_mm),
            )
            filled = bubble.label in words.get(field.key, "")
            pen.rectangle((*corner, *end), outline=90, width=2, fill=70 if filled else None)
            pen.text((corner[0] + 14, corner[1] - 2), bubble.label, fill=120, font=_font(26))
    for region in card_page.writing if card_page else ():
        corner = _px(region.box.x_mm, region.box.y_mm)
        pen.rectangle((*corner, *_px(region.box.right_mm, region.box.bottom_mm)), outline=150, width=2)
        text = words.get(f"{region.item}.{region.part}", "")
        pen.text((corner[0] + 20, corner[1] + 14), text, fill=50, font=_font(46), spacing=22)
    return image


def _px(x_mm: float, y_mm: float) -> tuple[int, int]:
    return round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in _FONTS:
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def jpeg(image: Image.Image, quality: int = 60) -> bytes:
    """The picture as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def found(tb: Toolbox) -> School:
    """Put the school into the store."""
    exam = read_exam(EXAM)
    people = candidates()
    plain = make_card(exam, ())
    blanks = tuple(tb.blobs.put(_png(draw_page(page, {}))) for page in plain.pages)
    card = make_card(exam, blanks).model_copy(update={"pdf_blob": tb.blobs.put(b"%PDF-1.7 a card")})
    stack = Stack(id="s1", exam_id=exam.id, name="期中扫描.pdf", blob="0" * 64, by="office", at=utc_now())
    with tb.store.write() as uow:
        exam = uow.exams.add(exam, "office")
        uow.candidates.replace(exam.id, Roster(candidates=people))
        uow.cards.add(card)
        uow.pages.add_stack(stack)
        uow.pages.update_stack("s1", pages=13, complete=True)
        uow.audit.write("office", "exam.save", exam.id, "revision 1", after=exam.title)
    pages: dict[str, str] = {}
    for n, candidate in enumerate(people[:5]):
        pages[candidate.id] = _script(tb, exam, card, candidate, n)
    held = _sheet_without_number(tb, exam, card)
    duplicate = _aside(tb, exam, "dup", 11, PageState.DUPLICATE, "与另一页内容相同", pages["c1"])
    stray = _aside(tb, exam, "stray", 12, PageState.STRAY, "二维码属于另一场考试 (sx-mid)")
    return School(exam, people, pages, held, duplicate, stray)


_ANSWERS = (
    (
        "B",
        "D",
        "A",
        "AC",
        "支持力",
        "6",
        "因为匀速运动，拉力与摩擦力是平衡力，\n所以摩擦力等于2N。压力增大，μ不变。",
    ),
    ("B", "C", "A", "A", "弹力", "6N", "摩擦力是2N，因为示数是2N。\n动摩擦因数增大一倍。"),
    ("A", "D", "A", "AC", "支持力", "0.6", "二力平衡 f=F=2N，\n不变"),
    ("B", "D", "C", "AB", "支撑力", "6 N", "匀速直线运动受平衡力，摩擦力2N"),
    ("B", "B", "A", "ABC", "拉力", "", "不知道"),
)


def _script(tb: Toolbox, exam: Exam, card: Card, candidate: Candidate, n: int) -> str:
    answers = dict(zip(("1", "2", "3", "4", "5.0", "5.1", "6.0"), _ANSWERS[n], strict=True))
    head = f"姓名 {candidate.name}    考号 {candidate.number}"
    first = draw_page(card.page(1), answers, head)
    second = draw_page(card.page(2), {"7.0": "摩擦无处不在。没有摩擦，我们寸步难行……"})
    ids = []
    for side, image in enumerate((first, second), start=1):
        page_id = f"{candidate.id}p{side}"
        page = _add_page(tb, exam, page_id, 2 * n + side - 1, image)
        with tb.store.write() as uow:
            uow.pages.add(page, PageState.PLACED)
            uow.pages.update(
                page_id,
                card_id=card.id,
                card_page=side,
                candidate_id=candidate.id,
                sheet=f"sheet{n}",
                settled_by="machine",
            )
            uow.pages.add_reading(exam.id, _reading(tb, card, page_id, side, image, answers))
            for item in exam.items:
                if card.pages_of(item.number) == (side,):
                    uow.marks.add(_mark(exam, page_id, item, answers))
        ids.append(page_id)
    return ids[0]


def _add_page(tb: Toolbox, exam: Exam, page_id: str, index: int, image: Image.Image) -> ScanPage:
    return ScanPage(
        id=page_id,
        exam_id=exam.id,
        stack_id="s1",
        source_name="期中扫描.pdf",
        source_index=index,
        blob=tb.blobs.put(jpeg(image, 40)),
        media_type="image/jpeg",
        width_px=image.width,
        height_px=image.height,
    )


def _reading(
    tb: Toolbox, card: Card, page_id: str, side: int, image: Image.Image, answers: dict[str, str]
) -> PageReading:
    bubbles = tuple(_bubble(field, answers[field.key]) for field in card.page(side).bubbles)
    texts = tuple(
        _text(region, answers.get(f"{region.item}.{region.part}", "")) for region in card.page(side).writing
    )
    head = image.crop((*_px(20, 20), *_px(190, 55)))
    return PageReading(
        page_id=page_id,
        card_id=card.id,
        card_page=side,
        code=None,
        registration=Registration(
            image_from_card=(8, 0, 0, 0, 8, 0, 0, 0, 1),
            residual_mm=0.05,
            method=RegistrationMethod.FIDUCIALS,
            fiducials_found=4,
        ),
        bubbles=bubbles,
        texts=texts,
        raster_blob=tb.blobs.put(jpeg(image)),
        head_blob=tb.blobs.put(jpeg(head)),
    )


def cross_out(tb: Toolbox, page_id: str, item: str, words: tuple[str, ...]) -> None:
    """Read the page anew with these words of an answer crossed out, each in the line where it stands."""
    with tb.store.write() as uow:
        reading = uow.pages.reading(page_id)
        assert reading is not None
        texts = tuple(_struck(text, words) if text.item == item else text for text in reading.texts)
        uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"texts": texts}))


def _struck(text: TextReading, words: tuple[str, ...]) -> TextReading:
    lines = []
    for line in text.lines:
        chars = [
            ReadChar(text=c, probability=0.9, x_mm=22.5 + 5.75 * at, width_mm=5.75)
            for at, c in enumerate(line.text)
        ]
        gone = {
            at
            for word in words
            if word in line.text
            for at in range(line.text.index(word), line.text.index(word) + len(word))
        }
        kept = tuple(char for at, char in enumerate(chars) if at not in gone)
        crossed = tuple(char for at, char in enumerate(chars) if at in gone)
        words_left = "".join(char.text for char in kept)
        lines.append(line.model_copy(update={"text": words_left, "chars": kept, "crossed": crossed}))
    return text.model_copy(update={"lines": tuple(lines), "note": "partly crossed out"})


def _bubble(field: BubbleField, chosen: str) -> BubbleReading:
    fills = tuple(
        BubbleFill(
            label=b.label, fill=0.9 if b.label in chosen else 0.05, probability=float(b.label in chosen)
        )
        for b in field.bubbles
    )
    return BubbleReading(
        purpose="answer",
        key=field.key,
        fills=fills,
        marked=tuple(chosen),
        verdict=BubbleVerdict.MARKED,
        confidence=0.9,
    )


def _text(region: WritingRegion, words: str) -> TextReading:
    lines = tuple(
        TextLine(
            text=line,
            box=_box(
                region.box.x_mm + 2,
                region.box.y_mm + 2 + 8.5 * n,
                min(region.box.width_mm - 4, 6.0 * len(line) + 1),
                7,
            ),
            probability=0.9,
        )
        for n, line in enumerate(words.split("\n"))
        if line
    )
    return TextReading(
        item=region.item, part=region.part, blank=not words, lines=lines, engine="written down"
    )


def _mark(exam: Exam, page_id: str, item: Item, answers: dict[str, str]) -> Mark:
    """Choices 2 to 4 settled; the rest waits for a person."""
    awards: tuple[Award, ...] = ()
    steps: int | None = None
    settled = item.number in ("2", "3", "4")
    if item.number in ("1", "2", "3", "4"):
        key = "".join(getattr(item, "key", ""))
        steps = item.full_steps if answers[item.number] == key else 0
        awards = (Award(steps=steps, full_steps=item.full_steps),)
    elif isinstance(item, Fill):
        right = (answers["5.0"] == "支持力", answers["5.1"].strip("N ") == "6")
        awards = tuple(
            Award(
                criterion=str(n),
                steps=2 * ok,
                full_steps=2,
                reason="" if ok else "与答案不同",
                confidence=0.8,
            )
            for n, ok in enumerate(right, start=1)
        )
        steps = sum(a.steps for a in awards)
    elif isinstance(item, ShortAnswer):
        text = answers["6.0"]
        awards = tuple(_criterion_award(c.id, c.accepted, text) for c in item.criteria)
        steps = sum(a.steps for a in awards)
    return Mark(
        exam_id=exam.id,
        page_id=page_id,
        item=item.number,
        revision=1,
        steps=steps,
        awards=awards,
        source=MarkSource.MACHINE,
        state=MarkState.FINAL if settled else MarkState.PROPOSED,
        by="machine",
        model="rules",
        rubric=rubric_digest(item),
        confidence=0.99 if settled else 0.7,
        reason="faint" if item.number == "1" else "",
        at=utc_now(),
    )


def _criterion_award(criterion: str, accepted: tuple[str, ...], text: str) -> Award:
    words = next((w for w in accepted if w in text), "")
    line = next((n for n, part in enumerate(text.split("\n")) if words and words in part), 0)
    start = text.split("\n")[line].find(words) if words else 0
    evidence = (
        (
            Evidence(
                text=words,
                start=text.find(words),
                end=text.find(words) + len(words),
                box=_box(22.5 + 5.75 * start, 146.5 + 8.6 * line, 5.75 * len(words), 7.4),
                card_page=1,
            ),
        )
        if words
        else ()
    )
    return Award(
        criterion=criterion,
        steps=2 if words else 0,
        full_steps=2,
        reason="" if words else "没有找到",
        evidence=evidence,
        confidence=0.8,
    )


def _sheet_without_number(tb: Toolbox, exam: Exam, card: Card) -> str:
    image = draw_page(card.page(1), {"1": "C", "6.0": "惯性"}, "姓名 张皓？")
    page = _add_page(tb, exam, "held1", 10, image)
    guesses = (Guess(candidate_id="c5", probability=0.62), Guess(candidate_id="c6", probability=0.31))
    with tb.store.write() as uow:
        uow.pages.add(page, PageState.HELD, reason="没有填涂考号")
        uow.pages.update("held1", held_for="identity", card_id=card.id, card_page=1, sheet="held")
        answers = {"1": "C", "2": "", "3": "", "4": "", "6.0": "惯性"}
        uow.pages.add_reading(exam.id, _reading(tb, card, "held1", 1, image, answers))
        uow.pages.add_identity(exam.id, Identity(page_id="held1", guesses=guesses))
    return "held1"


def _aside(
    tb: Toolbox, exam: Exam, page_id: str, index: int, state: PageState, reason: str, of: str = ""
) -> str:
    page = _add_page(tb, exam, page_id, index, draw_page(None, {}, reason))
    with tb.store.write() as uow:
        uow.pages.add(page, state, reason=reason, duplicate_of=of)
    return page_id


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


PEOPLE = (
    User(login="office", name="王主任", role=Role.OFFICE),
    User(login="marker", name="赵老师", role=Role.MARKER),
    User(login="teacher", name="孙老师", role=Role.TEACHER, classes=("1班",)),
    User(login="20260101", name="陈思远", role=Role.STUDENT, candidate_number="20260101"),
    User(login="20260104", name="李雨桐", role=Role.STUDENT, candidate_number="20260104"),
)


def hire(tb: Toolbox) -> None:
    """Accounts of every role, all with the same password."""
    for user in PEOPLE:
        create_user(tb, user, PASSWORD, "test")


def publish(tb: Toolbox, exam_id: str = EXAM_ID) -> int:
    """A release of the results as they stand, with a small file of every kind."""
    results = gather_results(tb, exam_id)
    blob = tb.blobs.put(results.model_dump_json().encode())
    with tb.store.write() as uow:
        release = uow.outputs.add_release(exam_id, "office", blob, "")
        for kind, ending in (
            ("workbook", "xlsx"),
            ("csv_total", "csv"),
            ("csv_items", "csv"),
            ("review", "pdf"),
        ):
            uow.outputs.put(_output(tb, exam_id, release, kind, "", f"{kind}.{ending}"))
        for name in class_names(results):
            for kind, word in (
                ("workbook_class", "小题分"),
                ("csv_total_class", "成绩总表"),
                ("csv_items_class", "小题分明细"),
                ("review_class", "讲评"),
            ):
                ending = {"workbook_class": "xlsx", "review_class": "pdf"}.get(kind, "csv")
                uow.outputs.put(_output(tb, exam_id, release, kind, name, f"{word}_{name}.{ending}"))
        for result in results.present:
            who = result.candidate
            for kind in ("script", "error_book"):
                name = f"{who.class_name}_{who.name}_{who.number}.pdf"
                uow.outputs.put(_output(tb, exam_id, release, kind, who.id, name))
        uow.outputs.finish_release(exam_id, release)
    return release


def _output(tb: Toolbox, exam_id: str, release: int, kind: str, candidate_id: str, name: str) -> Output:
    content = f"%PDF-1.7 {kind} of {candidate_id or 'all'}".encode()
    return Output(
        exam_id=exam_id,
        release=release,
        kind=kind,
        candidate_id=candidate_id,
        name=name,
        blob=tb.blobs.put(content),
    )
