"""The error book (错题本): one student's lost points, why, the right answer, and room to correct.

It holds the student's own figures alone: no place in the class, nothing of others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from core.exams import ChoiceOption, Essay, Exam, Fill, Item, MultipleChoice, ShortAnswer, SingleChoice
from core.results import CandidateResult, CandidateStatus, ItemResult
from core.scores import format_steps
from feedback._items import awarded
from feedback._measures import FEWEST_FOR_ITEM_FIGURES
from feedback._sheets import set_document
from feedback._topics import candidate_topics
from feedback._wording import (
    KIND_NAMES,
    chosen_label,
    criterion_names,
    key_text,
    section_name,
    why_less,
)
from feedback.for_pupils import for_pupils
from feedback.markdown import markdown_to_tree
from feedback.pictures import PictureBox, Pictures
from feedback.statistics import Statistics

__all__ = ["error_book"]

#: Lines to correct in, by kind of answer.
_ROOM_CHOICE, _ROOM_FILL, _ROOM_WRITTEN = 2, 2, 5
#: Reasons of choices that only say what the answer and the key beside them show.
_SAID_ANYWAY = re.compile(r"选 [^，]+，答案是|判断为.，答案是|人工确认填涂")
#: A stem of more characters than this may be broken over two pages.
_LONG_STEM = 900
_FULL_MARKS = ("满分！", "这次没有错题。把解题的好方法记下来，下次也用得上。")
_ABSENT = ("缺考", "这次没有参加考试。补考或讲评之后，可以把要点记在下面。")
_VOID = ("没有成绩", "这次的成绩没有计入，请找任课老师。")


def error_book(result: CandidateResult, exam: Exam, statistics: Statistics, pictures: Pictures) -> bytes:
    """The PDF of one candidate (A4, fit for black-and-white printing).

    Args:
        result: the candidate's counted marks.
        exam: with stems, keys and explanations in Markdown.
        statistics: of the whole exam; the book prints of it only how hard each item was for all
            together, and nothing where fewer than ten sat it.
        pictures: the candidate's writing, the blank card and the stems' pictures.

    Raises:
        MachineProblem: a font is missing.
    """
    box = PictureBox(pictures)
    content = {
        **_summary(result, exam),
        "items": [
            {**_item(exam, exam.item(i.item), i, box), "rate": _rate_of_all(statistics, i.item)}
            for i in lost_items(result)
        ],
    }
    return set_document("error_book.typ", content, box.files)


def lost_items(result: CandidateResult) -> tuple[ItemResult, ...]:
    """Items that count and did not earn full points, in the order of the exam."""
    return tuple(i for i in result.items if i.counted and i.steps is not None and i.steps < i.full_steps)


def _summary(result: CandidateResult, exam: Exam) -> dict[str, Any]:
    who, step = result.candidate, exam.step
    present = result.status is CandidateStatus.PRESENT
    words = {CandidateStatus.ABSENT: _ABSENT, CandidateStatus.VOID: _VOID}.get(result.status, _FULL_MARKS)
    lost = lost_items(result)
    return {
        "title": exam.title,
        "date": exam.date,
        "name": who.name or who.number,
        "class_name": who.class_name,
        "number": who.number,
        "total": format_steps(result.total_steps, step) if present else "—",
        "full": format_steps(exam.full_steps, step),
        "parts": _parts(result, exam),
        "topics": [{"name": n, "rate": r} for n, r in candidate_topics(result, exam.items)],
        "lost": [{"number": i.item, "lost": format_steps(i.full_steps - (i.steps or 0), step)} for i in lost],
        "friendly": list(words),
    }


def _parts(result: CandidateResult, exam: Exam) -> list[dict[str, Any]]:
    """Points by section (大题); of an optional group the chosen item alone counts."""
    rows = []
    for section in exam.sections:
        found = [i for item in section.items if (i := result.item(item.number)) is not None and i.counted]
        got, full = sum(i.steps or 0 for i in found), sum(i.full_steps for i in found)
        if full:
            row = {"got": format_steps(got, exam.step), "full": format_steps(full, exam.step)}
            rows.append({"name": section_name(section.title), "rate": got / full, **row})
    return rows


def _item(exam: Exam, item: Item, got: ItemResult, box: PictureBox) -> dict[str, Any]:
    """One lost item as data for the sheet."""
    options = item.options if isinstance(item, SingleChoice | MultipleChoice) else ()
    blank = box.blank(item.number)
    return {
        "number": item.number,
        "kind": KIND_NAMES[item.kind],
        "points": list(item.knowledge_points),
        "got": format_steps(got.steps or 0, exam.step),
        "full": format_steps(item.full_steps, exam.step),
        "stem": markdown_to_tree(item.stem, box.figure),
        "options": _options(options, box),
        "option_width": max((_columns(o.text) for o in options), default=0),
        "blank": blank,
        "redo": bool(item.stem and blank) and isinstance(item, ShortAnswer | Fill),
        "essay": isinstance(item, Essay),
        "bubbles": not isinstance(item, Fill | ShortAnswer | Essay),
        "together": len(item.stem) + sum(len(o.text) for o in options) < _LONG_STEM,
        "writing": box.answer(got.page_id, item.number),
        "answer": _own_answer(item, got),
        "losses": _losses(exam, item, got),
        "reason": _why_lost(got),
        "right": key_text(item),
        "reference": markdown_to_tree(item.reference_answer, box.figure),
        "explanation": markdown_to_tree(item.explanation, box.figure),
        "room": _room(item),
    }


def _rate_of_all(statistics: Statistics, number: str) -> float | None:
    figures = statistics.item(number)
    return figures.score_rate if figures and figures.counted >= FEWEST_FOR_ITEM_FIGURES else None


def _options(options: Sequence[ChoiceOption], box: PictureBox) -> list[dict[str, Any]]:
    """Options with words; bare letters (A–D on the question paper) are left out."""
    if not any(o.text for o in options):
        return []
    return [{"label": o.label, "text": markdown_to_tree(o.text, box.figure)} for o in options]


def _columns(text: str) -> int:
    """How wide a text stands, in Chinese characters; LaTeX commands count little."""
    plain = text.replace("\\", " ").replace("{", "").replace("}", "").replace("$", "")
    return sum(2 if ord(c) > 0x2E7F else 1 for c in plain) // 2 + 1


def _own_answer(item: Item, got: ItemResult) -> str:
    """Choices and fills as read; longer answers are shown by their picture alone."""
    if got.blank:
        return f"（{_nothing(got)}）"
    if isinstance(item, Fill):
        return "；".join(part or "（空）" for part in got.answer_parts) or got.answer
    if criterion_names(item):
        return ""
    answer = chosen_label(item, got.answer)
    return {"√": "正确", "×": "错误"}.get(answer, answer)


def _nothing(got: ItemResult) -> str:
    """Why there is no answer to show."""
    return "未作答" if got.page_id else "没有收到这一页"


def _why_lost(got: ItemResult) -> str:
    """The reason given for the item as a whole; not one that repeats what was filled and the key."""
    told = [for_pupils(reason) for reason in (got.reason, *(award.reason for award in got.awards))]
    reason = next((one for one in told if one), "")
    return "" if got.answer and _SAID_ANYWAY.match(reason) else reason


def _losses(exam: Exam, item: Item, got: ItemResult) -> list[dict[str, Any]]:
    """What each blank, 给分点 or trait earned, and why not more; empty when marked as a whole."""
    rows: list[dict[str, Any]] = []
    for place, (key, name, full) in enumerate(criterion_names(item)):
        steps = awarded(got, key, place)
        if steps is None:
            return []
        points = {"got": format_steps(steps, exam.step), "full": format_steps(full, exam.step)}
        reason = _reason(got, key, place).removeprefix(name)
        if steps < full:
            reason = why_less(item, place, steps, reason)
        sign = "✓" if steps >= full else "△" if steps else "✗"
        rows.append({"name": name, "reason": reason, "sign": sign, **points})
    return rows


def _reason(got: ItemResult, key: str, place: int) -> str:
    """Why the criterion earned what it did, as marking said."""
    found = next((a for a in got.awards if a.criterion == key), None)
    if found is None:
        named = [a for a in got.awards if a.criterion]
        found = named[place] if place < len(named) else None
    if found is None:
        return _nothing(got) if got.blank else ""
    return found.reason if found.steps < found.full_steps else ""


def _room(item: Item) -> int:
    if isinstance(item, SingleChoice | MultipleChoice):
        return _ROOM_CHOICE
    return _ROOM_FILL if isinstance(item, Fill) else _ROOM_WRITTEN if criterion_names(item) else _ROOM_CHOICE
