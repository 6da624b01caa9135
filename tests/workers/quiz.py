"""A small exam whose pre-named cards, printed and scanned blank, are a whole stack."""

from __future__ import annotations

from pipeline.cards import design_exam_card
from pipeline.exams import save_exam
from pipeline.requests import take_in
from pipeline.rosters import import_roster
from pipeline.toolbox import Toolbox

EXAM_ID = "quiz"
EXAM = """\
id: quiz
title: 小测
subject: 物理
total: 6
sections:
  - title: 一、单项选择题
    items:
      - {number: 1, kind: single_choice, points: 3, key: A}
      - {number: 2, kind: single_choice, points: 3, key: B}
card: {number_layout: prenamed}
"""
ROSTER = "考号,姓名,班级\n0001,王玥,1班\n0002,李喆,1班\n"


def roster_of(count: int) -> str:
    """A roster with so many candidates."""
    return "考号,姓名,班级\n" + "".join(f"{n:04},考生{n},{n % 2 + 1}班\n" for n in range(1, count + 1))


def take_in_quiz(tb: Toolbox, count: int) -> None:
    """Keep the exam, so many candidates, and the stack of their blank cards; nothing is read yet."""
    save_exam(tb, EXAM, "quiz.yaml", "test")
    import_roster(tb, EXAM_ID, roster_of(count).encode(), "roster.csv", "test")
    card = design_exam_card(tb, EXAM_ID, "test")
    with tb.store.read() as uow:
        [named] = [o for o in uow.outputs.of_release(EXAM_ID, 0, "card") if o.candidate_id == card.id]
    take_in(tb, EXAM_ID, "stack.pdf", tb.blobs.path(named.blob), "test")
