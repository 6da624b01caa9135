"""A small exam whose pre-named cards, printed and scanned blank, are a whole stack."""

from __future__ import annotations

from collections import Counter

from core.pages import PageState
from pipeline.cards import design_exam_card
from pipeline.exams import save_exam
from pipeline.ledgers import exam_ledger
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


def assert_read_once(tb: Toolbox, count: int) -> None:
    """Every page placed, every item marked in one revision, nothing twice."""
    account = exam_ledger(tb, EXAM_ID)
    assert (account.pages_in, account.by_state) == (count, {PageState.PLACED: count})
    assert (len(account.complete), account.releasable) == (count, True)
    with tb.store.read() as uow:
        marks = uow.marks.of_exam(EXAM_ID)
        assert len(marks) == 2 * count
        assert {len(uow.marks.history(page, item)) for page, item in marks} == {1}
        assert {mark.steps for mark in marks.values()} == {0}


def assert_given_back_once(tb: Toolbox, count: int) -> None:
    """One release with one script and one error book for each candidate."""
    with tb.store.read() as uow:
        kinds = Counter(output.kind for output in uow.outputs.of_release(EXAM_ID, 1))
        [release] = uow.outputs.releases(EXAM_ID)
        assert uow.audit.first_broken() is None
    assert release.finished_at is not None
    assert (kinds["script"], kinds["error_book"]) == (count, count)
