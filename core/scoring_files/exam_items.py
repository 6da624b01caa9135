"""Items of an exam file, for scoring answers to them without the exam."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from core.exam_files import read_exam
from core.exams import Exam, Fill, Item, ShortAnswer
from core.scoring import Question, Rubric
from core.scoring_files.item import ScoringItem


def items_of_exam(content: str, name: str) -> tuple[ScoringItem, ...]:
    """The exam's fills and short answers; ids are their numbers.

    Raises:
        ExamInvalid: the file is no exam, with line and field.
    """
    exam = read_exam(content, name)
    found = [_item(exam, item) for item in exam.items]
    return tuple(item for item in found if item is not None)


def _item(exam: Exam, item: Item) -> ScoringItem | None:
    language: Literal["zh", "en"] = "en" if exam.language == "en" else "zh"
    question = Question(stem=item.stem, subject=exam.subject, language=language)
    step = Decimal(exam.step.value)
    if isinstance(item, ShortAnswer):
        return ScoringItem(id=item.number, question=question, rubric=Rubric.of(item, exam.step), step=step)
    if isinstance(item, Fill):
        rubric = Rubric(full_steps=item.full_steps, step=exam.step)
        return ScoringItem(id=item.number, question=question, rubric=rubric, step=step, fill=item)
    return None
