"""What keys, criteria and answers are called on paper."""

from __future__ import annotations

import re

from core.answer_keys import shown
from core.exams import (
    Blank,
    Essay,
    Fill,
    Item,
    ItemKind,
    MultipleChoice,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from feedback.for_pupils import for_pupils

#: Reasons of the engine that only repeat which criterion was not found.
SAYS_LESS = re.compile(r"$|没有找到给分点")

KIND_NAMES = {
    ItemKind.SINGLE_CHOICE: "单选题",
    ItemKind.MULTIPLE_CHOICE: "多选题",
    ItemKind.TRUE_FALSE: "判断题",
    ItemKind.FILL: "填空题",
    ItemKind.SHORT_ANSWER: "解答题",
    ItemKind.ESSAY: "作文",
}
#: What true–false answers are shown as, right first, however the card labels its bubbles.
TRUE_FALSE_LABELS = ("√", "×")
_TRUE_WORDS = ("T", "√", "✓", "对", "正确", "TRUE")
_FALSE_WORDS = ("F", "×", "✗", "错", "错误", "FALSE")


def section_name(title: str) -> str:
    """A 大题's title up to its first bracket: "一、单项选择题（每题2分…）" is "一、单项选择题"."""
    return re.split(r"[（(]", title)[0].strip() or title


def option_labels(item: Item) -> tuple[str, ...]:
    """Labels that the item prints, in printed order; empty for written answers."""
    if isinstance(item, SingleChoice | MultipleChoice):
        return tuple(option.label for option in item.options)
    return TRUE_FALSE_LABELS if isinstance(item, TrueFalse) else ()


def key_labels(item: Item) -> tuple[str, ...]:
    """Answers that alone earn full marks: ("B",), ("ACD",), ("T",); empty for written answers."""
    if isinstance(item, SingleChoice):
        return item.key
    if isinstance(item, MultipleChoice):
        return ("".join(sorted(item.key)),)
    if isinstance(item, TrueFalse):
        return (TRUE_FALSE_LABELS[0] if item.key else TRUE_FALSE_LABELS[1],)
    return ()


def chosen_label(item: Item, answer: str) -> str:
    """The answer as it is counted: true–false in any wording becomes "√" or "×"."""
    if not isinstance(item, TrueFalse):
        return answer
    if answer.upper() in _TRUE_WORDS:
        return TRUE_FALSE_LABELS[0]
    return TRUE_FALSE_LABELS[1] if answer.upper() in _FALSE_WORDS else answer


def is_right_bubble(item: Item, label: str) -> bool:
    """Whether a bubble with this label belongs to the right answer."""
    if isinstance(item, SingleChoice | MultipleChoice):
        return label in item.key
    if isinstance(item, TrueFalse):
        return (label.upper() in _TRUE_WORDS) == item.key
    return False


def key_text(item: Item) -> str:
    """The right answer on one line, for choices and fills; "" for the others (Markdown aside)."""
    if isinstance(item, TrueFalse):
        return "正确" if item.key else "错误"
    if isinstance(item, SingleChoice):
        return " 或 ".join(item.key)
    if isinstance(item, MultipleChoice):
        return "".join(sorted(item.key))
    if isinstance(item, Fill):
        return "；".join(blank_key(blank) for blank in item.blanks)
    return ""


def blank_key(blank: Blank) -> str:
    """The right answer of one blank; synonyms after a slash."""
    if blank.accepted:
        return " / ".join(blank.accepted[:3])
    key = blank.numeric or blank.check
    return shown(key) if key else blank.expression


def criterion_names(item: Item) -> tuple[tuple[str, str, int], ...]:
    """(id, name, full steps) of blanks, 给分点 or traits; empty for choices and essays without traits."""
    if isinstance(item, Fill):
        return tuple((str(i), f"第{i}空", blank.steps) for i, blank in enumerate(item.blanks, start=1))
    if isinstance(item, ShortAnswer):
        return tuple((c.id, c.statement, c.steps) for c in item.criteria)
    if isinstance(item, Essay):
        return tuple((t.id, t.name, t.full_steps) for t in item.traits)
    return ()


def missing(item: Item, place: int, steps: int) -> str:
    """What a criterion that earned too little asks for, where the mark says no more than that."""
    if isinstance(item, Fill):
        return f"应填 {blank_key(item.blanks[place])}"
    if isinstance(item, ShortAnswer):
        return ("不完整：" if steps else "缺：") + item.criteria[place].statement
    if isinstance(item, Essay) and item.traits[place].description:
        return "要求：" + item.traits[place].description
    return ""


def why_less(item: Item, place: int, steps: int, reason: str) -> str:
    """Why a criterion earned too little, in a teacher's words: its reason, else what it asks for."""
    told = for_pupils(reason)
    return missing(item, place, steps) if SAYS_LESS.match(told) else told
