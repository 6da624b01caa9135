"""A small exam with made-up results, a card for it, and pages, for the tests of this room."""

from __future__ import annotations

import random
import struct
import zlib

from core.cards import Bubble, BubbleField, BubblePurpose, Card, CardPage, WritingKind, WritingRegion
from core.exams import (
    Blank,
    ChoiceOption,
    Criterion,
    Essay,
    EssayTrait,
    Exam,
    Fill,
    Item,
    MultipleChoice,
    NumericKey,
    PartialRule,
    Section,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.geometry import BoxMm
from core.marks import Award, Evidence
from core.pages import Registration, RegistrationMethod
from core.results import PAGE_MISSING, CandidateResult, CandidateStatus, ExamResults, ItemResult
from core.rosters import Candidate
from core.scores import ScoreStep

NAMES = (
    "王玥",
    "李喆",
    "张堃",
    "陈珺",
    "买买提·艾力",
    "=cmd()",
    "#import",
    "赵一鸣",
    "孙晓雨",
    "周子涵",
    "吴思远",
    "郑好",
)


def box(x: float, y: float, width: float, height: float) -> BoxMm:
    return BoxMm(x_mm=x, y_mm=y, width_mm=width, height_mm=height)


def options(*texts: str) -> tuple[ChoiceOption, ...]:
    return tuple(ChoiceOption(label=label, text=text) for label, text in zip("ABCD", texts, strict=True))


def an_exam() -> Exam:
    """All kinds of item in half-point steps, 50 points."""
    choices: tuple[Item, ...] = (
        SingleChoice(
            number="1",
            full_steps=6,
            key=("B",),
            ability="识记",
            knowledge_points=("运动的描述",),
            stem="一列火车以 $v=\\dfrac{s}{t}$ 匀速行驶，下列说法正确的是（　　）",
            options=options(
                "速度为 $10\\,\\mathrm{m/s}$", "速度为 $20\\,\\mathrm{m/s}$", "火车静止", "无法判断"
            ),
            explanation="由 $v=\\frac{s}{t}=\\frac{1200\\,\\mathrm{m}}{60\\,\\mathrm{s}}$ 可知选 **B**。",
        ),
        SingleChoice(
            number="2", full_steps=6, key=("C",), ability="理解", knowledge_points=("声现象",),
            stem="下列哪种声音的 *音调* 最高？", options=options("鼓声", "二胡声", "哨声", "雷声"),
            explanation="音调由频率决定。",
        ),
        MultipleChoice(
            number="3", full_steps=8, key=("A", "C"), partial=PartialRule.HALF, ability="理解",
            knowledge_points=("力与运动", "摩擦力"), stem="关于摩擦力，下列说法正确的有",
            options=options("可以是动力", "总是阻力", "与压力有关", "与重力无关"),
        ),
        TrueFalse(number="4", full_steps=4, key=False, ability="识记", knowledge_points=("力与运动",),
                  stem="力是维持物体运动的原因。", explanation="力是**改变**物体运动状态的原因。"),
    )  # fmt: skip
    written: tuple[Item, ...] = (
        Fill(
            number="5", full_steps=12, ability="应用", knowledge_points=("密度",),
            stem="水的密度是 ____ $\\mathrm{kg/m^3}$，质量 $m=\\rho V$ 为 ____ ，单位名称是 ____ 。",
            blanks=(
                Blank(steps=4, accepted=("1000", "1.0×10³")),
                Blank(steps=4, numeric=NumericKey(value="2.5", unit="kg", unit_steps=1)),
                Blank(steps=4, accepted=("千克",)),
            ),
            explanation="$$\\rho=\\frac{m}{V}$$",
        ),
        ShortAnswer(
            number="6", full_steps=20, ability="分析", knowledge_points=("力与运动", "惯性"),
            stem="如图，汽车急刹车时乘客为什么会向前倾？\n![](bus)",
            criteria=(
                Criterion(id="a", steps=8, statement="刹车前人和车一起运动"),
                Criterion(id="b", steps=6, statement="脚随车停止，上身由于惯性继续向前"),
                Criterion(id="c", steps=6, statement="得出向前倾的结论"),
            ),
            reference_answer="刹车前人与车一起向前运动；刹车时脚受摩擦力随车停止，上身由于**惯性**保持原来的运动状态，所以前倾。",
            explanation="惯性只与质量有关。设 $m=60\\,\\mathrm{kg}$。",
        ),
        Essay(
            number="7", full_steps=44, ability="综合", knowledge_points=("写作",), characters=400,
            stem="以《一次实验》为题写一篇短文。",
            traits=(
                EssayTrait(id="content", name="内容", full_steps=24),
                EssayTrait(id="language", name="表达", full_steps=20),
            ),
        ),
    )  # fmt: skip
    return Exam(
        id="demo-1", title="八年级物理期中检测", subject="物理", grade="八年级", date="2026-11-10",
        step=ScoreStep.HALF,
        sections=(
            Section(title="一、选择与判断", items=choices), Section(title="二、非选择题", items=written)
        ),
    )  # fmt: skip


def choice_result(item: Item, answer: str, steps: int) -> ItemResult:
    return ItemResult(
        item=item.number, steps=steps, full_steps=item.full_steps, answer=answer, blank=not answer,
        awards=(Award(steps=steps, full_steps=item.full_steps),), page_id="p1", card_page=1,
    )  # fmt: skip


def a_candidate(index: int, name: str, rng: random.Random, strength: float, exam: Exam) -> CandidateResult:
    """One candidate who is right with probability ``strength``."""
    right = [rng.random() < strength for _ in range(12)]
    one, two, three, four = exam.items[:4]
    page = f"page-{index}"
    blanks = ("1000", "2.5 kg", "千克")
    wrong = ("100", "25kg", "克")
    parts = tuple(g if ok else w for g, w, ok in zip(blanks, wrong, right[4:7], strict=True))
    fill_awards = tuple(
        Award(criterion=str(i + 1), steps=4 if ok else 0, full_steps=4, reason="" if ok else f"应为 {g}")
        for i, (g, ok) in enumerate(zip(blanks, right[4:7], strict=True))
    )
    full = {"a": 8, "b": 6, "c": 6}
    short_awards = tuple(
        Award(
            criterion=key, steps=full[key] if ok else 0, full_steps=full[key],
            reason="" if ok else "没有说出惯性" if key == "b" else "表述不完整",
            evidence=(Evidence(text="惯性", end=2, box=box(40, 132 + 9 * i, 22, 7), card_page=1),) * ok,
        )
        for i, (key, ok) in enumerate(zip(full, right[7:10], strict=True))
    )  # fmt: skip
    content = round(24 * strength) if right[10] else round(16 * strength)
    items = (
        choice_result(one, "B" if right[0] else "A", 6 * right[0]),
        choice_result(two, "C" if right[1] else "", 6 * right[1]),
        choice_result(three, "AC" if right[2] else "A", 8 if right[2] else 4),
        choice_result(four, "F" if right[3] else "T", 4 * right[3]),
        ItemResult(
            item="5", steps=sum(a.steps for a in fill_awards), full_steps=12, awards=fill_awards,
            answer="\n".join(parts), answer_parts=parts, page_id=page, card_page=1,
        ),
        ItemResult(
            item="6", steps=sum(a.steps for a in short_awards), full_steps=20, awards=short_awards,
            answer="因为惯性，人会 $x$ 向前倾 #let <script>", page_id=page, card_page=1,
        ),
        ItemResult(
            item="7", steps=content + 15, full_steps=44, by="语文老师", page_id=page, card_page=2,
            awards=(
                Award(criterion="content", steps=content, full_steps=24, reason="立意明确"),
                Award(criterion="language", steps=15, full_steps=20),
            ),
        ),
    )  # fmt: skip
    objective = sum(i.steps or 0 for i in items[:4])
    total = sum(i.steps or 0 for i in items)
    return CandidateResult(
        candidate=Candidate(
            id=f"c{index}", number=f"00{index:02}2026", name=name, class_name=f"八({1 + index % 2})班",
            student_number=f"S{index:03}", school="第一中学",
        ),
        status=CandidateStatus.PRESENT, items=items, total_steps=total, objective_steps=objective,
        subjective_steps=total - objective,
    )  # fmt: skip


def some_results(seed: int = 3) -> ExamResults:
    """Twelve present, one absent, one void."""
    exam, rng = an_exam(), random.Random(seed)
    present = tuple(
        a_candidate(i, name, rng, 0.35 + 0.6 * i / len(NAMES), exam) for i, name in enumerate(NAMES)
    )
    absent = CandidateResult(
        candidate=Candidate(id="x", number="00992026", name="钱缺", class_name="八(1)班"),
        status=CandidateStatus.ABSENT,
    )
    void = CandidateResult(
        candidate=Candidate(id="y", number="00982026", name="冯违", class_name="八(2)班"),
        status=CandidateStatus.VOID,
    )
    return ExamResults(exam=exam, candidates=(*present, absent, void))


def without_page(results: ExamResults, index: int, items: tuple[str, ...]) -> ExamResults:
    """The results with the page of these items missing from one candidate's script."""
    gone = {"steps": 0, "awards": (), "blank": True, "page_id": "", "answer": "", "reason": PAGE_MISSING}
    who = results.candidates[index]
    changed = who.model_copy(
        update={"items": tuple(i.model_copy(update=gone) if i.item in items else i for i in who.items)}
    )
    several = (*results.candidates[:index], changed, *results.candidates[index + 1 :])
    return results.model_copy(update={"candidates": several})


def a_card() -> Card:
    """Two A4 pages: choices, three fill lines, a box; a grid."""
    bubbles = []
    for row, (number, labels) in enumerate((("1", "ABCD"), ("2", "ABCD"), ("3", "ABCD"), ("4", "TF"))):
        y = 62 + 7 * row
        cells = tuple(Bubble(label=c, box=box(30 + 8 * i, y, 5.5, 3.2)) for i, c in enumerate(labels))
        bubbles.append(BubbleField(purpose=BubblePurpose.ANSWER, key=number, bubbles=cells))
    fills = tuple(
        WritingRegion(item="5", part=i, kind=WritingKind.LINE, box=box(24 + 58 * i, 98, 50, 10))
        for i in range(3)
    )
    answer = WritingRegion(item="6", kind=WritingKind.BOX, box=box(15, 120, 180, 60))
    first = CardPage(
        number=1, width_mm=210, height_mm=297, bubbles=tuple(bubbles), writing=(*fills, answer),
        item_boxes={"5": box(15, 92, 180, 20), "6": box(15, 114, 180, 66)}, score_box=box(160, 12, 30, 18),
        name_box=box(15, 25, 60, 8),
    )  # fmt: skip
    essay = WritingRegion(item="7", kind=WritingKind.GRID, box=box(15, 30, 180, 200), line_pitch_mm=10)
    second = CardPage(
        number=2, width_mm=210, height_mm=297, writing=(essay,), item_boxes={"7": box(15, 22, 180, 208)}
    )
    return Card(id="demo-1-1", exam_id="demo-1", revision=1, pages=(first, second))


def registration(px_per_mm: float = 8.0, turned: bool = False) -> Registration:
    """A card lying straight in its image, or upside down on A4."""
    s = px_per_mm
    matrix = (
        (-s, 0.0, 210 * s, 0.0, -s, 297 * s, 0.0, 0.0, 1.0)
        if turned
        else (s, 0.0, 0.0, 0.0, s, 0.0, 0.0, 0.0, 1.0)
    )
    return Registration(image_from_card=matrix, residual_mm=0.1, method=RegistrationMethod.FIDUCIALS)


def png(width: int, height: int, grey: int = 255) -> bytes:
    """A plain grey PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + bytes([grey]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
