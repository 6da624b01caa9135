"""Bubbles for choices: groups of five items side by side, and the box of a 选做题."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.cards import Bubble, BubbleField, BubblePurpose
from core.exams import MultipleChoice, OptionalGroup, SingleChoice, TrueFalse
from ocr.cards import measures as m
from ocr.cards.blocks import Block
from ocr.cards.sheets import Sheet, box, text_width_mm

ChoiceItem = SingleChoice | MultipleChoice | TrueFalse

_LABEL_PT = 8.5
_GROUP_GAP_MM = 4.0
_PADDING_MM = 1.6


@dataclass(frozen=True)
class ChoiceBlock:
    """Groups of items, one beside the other; inside a group the items stand one below the other."""

    groups: tuple[tuple[ChoiceItem, ...], ...]
    label_mm: float
    group_mm: float

    @property
    def height_mm(self) -> float:
        rows = max(len(group) for group in self.groups)
        return rows * m.CHOICE_ROW_MM + 2 * _PADDING_MM + m.BLOCK_GAP_MM

    @property
    def grows(self) -> bool:
        return False

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        sheet.frame(box(x, y, width, height - m.BLOCK_GAP_MM), 0.15, 0.5)
        for column, group in enumerate(self.groups):
            left = x + _PADDING_MM + column * self.group_mm
            for row, item in enumerate(group):
                self._put_item(sheet, item, left, y + _PADDING_MM + row * m.CHOICE_ROW_MM)

    def _put_item(self, sheet: Sheet, item: ChoiceItem, x: float, y: float) -> None:
        row_mm, (width, height) = m.CHOICE_ROW_MM, m.BUBBLE_MM
        sheet.text(box(x, y, self.label_mm - 1.2, row_mm), item.number, _LABEL_PT, "right")
        bubbles = tuple(
            Bubble(
                label=label,
                box=box(x + self.label_mm + i * m.BUBBLE_PITCH_MM, y + (row_mm - height) / 2, width, height),
            )
            for i, label in enumerate(labels_of(item))
        )
        multiple = isinstance(item, MultipleChoice)
        sheet.bubbles.append(
            BubbleField(purpose=BubblePurpose.ANSWER, key=item.number, bubbles=bubbles, multiple=multiple)
        )
        right = bubbles[-1].box.right_mm
        sheet.item_boxes[item.number] = box(x, y, right + 0.8 - x, row_mm)

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        return None


def labels_of(item: ChoiceItem) -> tuple[str, ...]:
    """The labels of an item's bubbles in printed order; true–false has T and F."""
    return ("T", "F") if isinstance(item, TrueFalse) else tuple(o.label for o in item.options)


def choice_blocks(items: Sequence[ChoiceItem], width_mm: float) -> tuple[Block, ...]:
    """Items in printed order as blocks of groups, as many groups abreast as fit the column."""
    label_mm = max(8.0, max(text_width_mm(i.number, _LABEL_PT) for i in items) + 2.0)
    options = max(len(labels_of(item)) for item in items)
    group_mm = label_mm + options * m.BUBBLE_PITCH_MM + _GROUP_GAP_MM
    abreast = max(1, int((width_mm - 2 * _PADDING_MM + _GROUP_GAP_MM) // group_mm))
    group_mm = (width_mm - 2 * _PADDING_MM) / abreast
    # A handful of items stands in one row: a column of five would leave the paper empty beside it.
    size = 1 if len(items) <= abreast else m.CHOICE_GROUP
    groups = [tuple(items[i : i + size]) for i in range(0, len(items), size)]
    return tuple(
        ChoiceBlock(tuple(groups[i : i + abreast]), label_mm, group_mm)
        for i in range(0, len(groups), abreast)
    )


@dataclass(frozen=True)
class ChosenItemBlock:
    """选做题: the candidate fills the number of the item answered."""

    group: OptionalGroup
    instruction: str

    @property
    def height_mm(self) -> float:
        return m.SECTION_MM + m.BLOCK_GAP_MM

    @property
    def grows(self) -> bool:
        return False

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        text = f"{self.group.title}：{self.instruction}"
        left = x + 1 + text_width_mm(text, 9.0) + 3
        sheet.text(box(x + 1, y, left - x - 1, m.SECTION_MM), text, 9.0)
        middle, bubbles = y + (m.SECTION_MM - m.BUBBLE_MM[1]) / 2, []
        for number in self.group.items:
            bubble_mm = max(m.BUBBLE_MM[0], text_width_mm(number, 7.0) + 2.0)
            bubbles.append(Bubble(label=number, box=box(left, middle, bubble_mm, m.BUBBLE_MM[1])))
            left += bubble_mm + 2.5
        sheet.bubbles.append(
            BubbleField(purpose=BubblePurpose.OPTIONAL, key=self.group.id, bubbles=tuple(bubbles))
        )

    def fits(self, width_mm: float) -> bool:
        """Whether its words and bubbles stand on one line of the column."""
        text = text_width_mm(f"{self.group.title}：{self.instruction}", 9.0) + 4
        boxes = sum(max(m.BUBBLE_MM[0], text_width_mm(n, 7.0) + 2.0) + 2.5 for n in self.group.items)
        return text + boxes <= width_mm

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        return None
