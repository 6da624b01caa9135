"""Designing a card: from the exam, by rules, to a layout in millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from core.cards import Card
from core.errors import CardInvalid
from core.exams import Essay, Exam, Fill, Item, Section, ShortAnswer
from core.scores import format_steps
from ocr.cards import measures as m
from ocr.cards.answers import AnswerBox, essay_rows
from ocr.cards.blocks import Block, Heading, Unit
from ocr.cards.choices import ChoiceItem, ChosenItemBlock, choice_blocks
from ocr.cards.fills import fill_blocks
from ocr.cards.headers import HeadArea, print_back, print_foot, print_front
from ocr.cards.sheets import Sheet
from ocr.cards.wording import wording


@dataclass
class Column:
    """One column of one page: where it is, and the blocks that have been given to it."""

    sheet: Sheet
    x: float
    width: float
    top: float
    bottom: float
    blocks: list[Block] = field(default_factory=list)

    @property
    def room_mm(self) -> float:
        return self.bottom - self.top - sum(block.height_mm for block in self.blocks)


def design_card(exam: Exam, revision: int) -> Card:
    """Lay out the exam's card.

    Items flow down the columns in printed order. A section's title stays with its first item, and an
    item is cut only when it is longer than a whole column; its parts are then 0, 1, … What is left at
    the foot of a column goes to its answer boxes.

    Raises:
        CardInvalid: something cannot be printed on this paper, or far too many pages come out.
    """
    columns = _flow(exam)
    sheets = list({id(c.sheet): c.sheet for c in columns}.values())
    for column in columns:
        _print_column(column)
    for sheet in sheets:
        print_foot(sheet, exam, len(sheets))
    return Card(
        id=f"{exam.id}-{revision}",
        exam_id=exam.id,
        revision=revision,
        exam_revision=exam.revision,
        pages=tuple(sheet.card_page() for sheet in sheets),
        number_digits=exam.card.number_digits,
    )


def _flow(exam: Exam) -> list[Column]:
    """Give every unit its column, opening pages as needed."""
    columns = _new_page(exam, 1)
    current = 0
    for unit in _units(exam, columns[0].width):
        waiting: Unit | None = unit
        while waiting is not None:
            if current + exam.card.columns >= len(columns):
                columns.extend(_new_page(exam, len(columns) // exam.card.columns + 1))
            reach = columns[current : current + exam.card.columns + 1]
            current, waiting = _place(columns, current, reach, waiting)
    last = columns[current].sheet.number
    return [column for column in columns if column.sheet.number <= last]


def _place(columns: list[Column], current: int, reach: list[Column], unit: Unit) -> tuple[int, Unit | None]:
    """Put the unit in the first column in reach that holds it whole; else cut it here and now."""
    for ahead, column in enumerate(reach):
        if unit.height_mm <= column.room_mm + 1e-6:
            column.blocks.extend(unit.blocks)
            return current + ahead, None
    *heads, block = unit.blocks
    for ahead, column in enumerate(reach):
        parts = block.cut(column.room_mm - sum(head.height_mm for head in heads))
        if parts is not None:
            column.blocks.extend([*heads, parts[0]])
            return min(current + ahead + 1, len(columns) - 1), Unit((parts[1],))
    raise CardInvalid(
        f"有一块内容高 {unit.height_mm:.0f} 毫米，放不进任何一栏（最高 {reach[-1].room_mm:.0f} 毫米）。",
        "请减小该题的作答区高度，或换用更大的纸张。",
    )


def _new_page(exam: Exam, number: int) -> list[Column]:
    """A page's empty columns, with its head printed."""
    if number > m.LARGEST_PAGE_COUNT:
        raise CardInvalid(
            f"答题卡超过 {m.LARGEST_PAGE_COUNT} 页。",
            "请减小简答题的作答区高度或作文字数，或把考试拆成两份。",
        )
    width_mm, height_mm = m.PAPER_MM[exam.card.paper]
    count = exam.card.columns
    column_mm = (width_mm - 2 * m.SIDE_MM - (count - 1) * m.GUTTER_MM) / count
    sheet = Sheet(number=number, width_mm=width_mm, height_mm=height_mm)
    marker_side = m.FIDUCIAL_INSET_MM + m.FIDUCIAL_MM / 2 + 2.0
    code_right = min(m.SIDE_MM + column_mm, width_mm - marker_side)
    area = HeadArea(m.SIDE_MM, column_mm, code_right)
    head = print_front(sheet, exam, area) if number == 1 else print_back(sheet, exam, area)
    bottom = height_mm - m.BOTTOM_MM
    return [
        Column(sheet, m.SIDE_MM + i * (column_mm + m.GUTTER_MM), column_mm, m.TOP_MM if i else head, bottom)
        for i in range(count)
    ]


def _units(exam: Exam, width_mm: float) -> Iterator[Unit]:
    """The exam in printed order as things to keep together."""
    chosen: set[str] = set()
    for section in exam.sections:
        heads: list[Block] = [Heading(_section_title(exam, section))]
        for kind, run in groupby(section.items, key=_flow_kind):
            items = list(run)
            for item in items:
                group = exam.optional_group_of(item.number)
                if group is not None and group.id not in chosen:
                    chosen.add(group.id)
                    chooser = ChosenItemBlock(group, wording(exam.language).choose)
                    if not chooser.fits(width_mm):
                        raise CardInvalid(
                            f"选做题“{group.title}”的题号在一行里放不下。", "请缩短标题，或减少可选的题目。"
                        )
                    heads.append(chooser)
            for block in _blocks(exam, kind, items, width_mm):
                yield Unit((*heads, block))
                heads = []


def _flow_kind(item: Item) -> str:
    if isinstance(item, Fill | ShortAnswer | Essay):
        return item.kind.value
    return "choice"


def _blocks(exam: Exam, kind: str, items: list[Item], width_mm: float) -> tuple[Block, ...]:
    words = wording(exam.language)
    if kind == "choice":
        return choice_blocks([i for i in items if isinstance(i, ChoiceItem)], width_mm)
    if kind == "fill":
        return fill_blocks([i for i in items if isinstance(i, Fill)], width_mm)
    blocks: list[Block] = []
    for item in items:
        label = f"{item.number}.（{words.points.format(points=format_steps(item.full_steps, exam.step))}）"
        if isinstance(item, ShortAnswer):
            blocks.append(AnswerBox(item.number, label, item.height_mm, words.continued))
        elif isinstance(item, Essay):
            blocks.append(
                essay_rows(
                    item.number,
                    label,
                    item.characters,
                    width_mm,
                    ruled=item.ruled,
                    continued=words.continued,
                    count=words.count,
                )
            )
    return tuple(blocks)


def _section_title(exam: Exam, section: Section) -> str:
    """The title as the teacher wrote it, with its points when it does not say them."""
    if "分" in section.title or "point" in section.title.lower():
        return section.title
    seen: set[str] = set()
    steps = 0
    for item in section.items:
        group = exam.optional_group_of(item.number)
        if group is None or group.id not in seen:
            steps += item.full_steps
        if group is not None:
            seen.add(group.id)
    points = format_steps(steps, exam.step)
    return section.title + wording(exam.language).section_points.format(points=points)


def _print_column(column: Column) -> None:
    """Print the blocks one under the other; those that may grow share what is left, within reason."""
    room = max(0.0, column.room_mm)
    growing = sum(block.height_mm for block in column.blocks if block.grows)
    share = min(m.LARGEST_STRETCH, room / growing) if growing else 0.0
    y = column.top
    for block in column.blocks:
        height = block.height_mm * (1 + share) if block.grows else block.height_mm
        block.put(column.sheet, column.x, y, column.width, height)
        y += height
