"""Two pictures of one candidate's page: a person says which is used, in one action."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageState
from core.rosters import Roster
from core.store.base import utc_now
from pipeline.repair import identity_queue, settle_identity
from pipeline.retakes import choose_picture, retakes
from pipeline.settle import settle_exam
from tests.pipeline import test_settle as settling
from tests.pipeline.test_settle import EXAM, NUMBERS, Desk, Scan, sheet

desk = settling.desk


def retaken(desk: Desk) -> tuple[str, str, str]:
    """The sheet of c1, and a picture of its front that looks like another paper: front, back, retake."""
    front, back = desk.feed(*sheet(1), *sheet(2))[:2]
    (again,) = desk.feed(Scan(1, NUMBERS[1], 91))
    return front, back, again


def marked(desk: Desk, page: str) -> None:
    with desk.tb.store.write() as uow:
        mark = Mark(
            exam_id=EXAM, page_id=page, item="1", revision=1, steps=4, source=MarkSource.PERSON,
            state=MarkState.FINAL, by="li", rubric="", at=utc_now(),
        )  # fmt: skip
        uow.marks.add(mark)


def test_both_pictures_are_named_with_what_is_marked_on_them(desk: Desk) -> None:
    front, back, again = retaken(desk)
    marked(desk, front)
    found = retakes(desk.tb, EXAM)
    assert set(found) == {front, again}
    pictures = found[again].pictures
    assert [(p.page_id, p.placed, p.marked) for p in pictures] == [(front, False, 1), (again, False, 0)]
    assert (found[again].candidate_id, found[again].card_page) == ("c1", 1)
    assert desk.entry(back).reason.startswith("另一面有同一考号的几张图 (s0.pdf 第1页、s1.pdf 第1页)")


@pytest.mark.parametrize("first", [True, False])
def test_the_chosen_picture_and_the_back_are_placed_and_the_other_is_its_duplicate(
    desk: Desk, first: bool
) -> None:
    front, back, again = retaken(desk)
    kept, other = (front, again) if first else (again, front)
    choose_picture(desk.tb, EXAM, kept, "wang")
    assert desk.states([kept, back, other]) == ["c1", "c1", "duplicate"]
    assert desk.entry(other).duplicate_of == kept
    assert identity_queue(desk.tb, EXAM) == ()
    settle_exam(desk.tb, EXAM)
    assert desk.states([kept, back, other]) == ["c1", "c1", "duplicate"]
    with desk.tb.store.read() as uow:
        actions = [line.action for page in (kept, other) for line in uow.audit.lines(EXAM, page)[:1]]
    assert actions == ["identity.settle", "page.duplicate"]


def test_marks_of_a_page_that_was_in_doubt_count_again_when_it_is_chosen(desk: Desk) -> None:
    front, _back, _again = retaken(desk)
    marked(desk, front)
    choose_picture(desk.tb, EXAM, front, "wang")
    with desk.tb.store.read() as uow:
        mark = uow.marks.current(front, "1")
        placed = uow.pages.entries(EXAM, [PageState.PLACED], "c1")
    assert mark is not None
    assert (mark.steps, mark.state, mark.by) == (4, MarkState.FINAL, "li")
    assert front in {entry.page.id for entry in placed}


def test_a_retake_of_what_a_person_has_placed_may_take_its_place(desk: Desk) -> None:
    front, back = desk.feed(Scan(1, paper=5), Scan(2, paper=6))
    settle_identity(desk.tb, front, "c1", "wang")
    (again,) = desk.feed(Scan(1, NUMBERS[1], 91))
    assert [p.placed for p in retakes(desk.tb, EXAM)[again].pictures] == [True, False]
    choose_picture(desk.tb, EXAM, again, "wang", "反光")
    assert desk.states([front, back, again]) == ["duplicate", "c1", "c1"]
    assert desk.entry(front).reason.endswith(": 反光")


def test_second_scans_of_what_is_set_aside_go_with_it(desk: Desk) -> None:
    front, _ = desk.feed(*sheet(1))
    copy, _ = desk.feed(*sheet(1))
    again, _ = desk.feed(Scan(1, NUMBERS[1], 91), sheet(1)[1])
    choose_picture(desk.tb, EXAM, again, "wang")
    settle_exam(desk.tb, EXAM)
    assert desk.states([front, copy, again]) == ["duplicate", "duplicate", "c1"]


def test_sheets_of_two_sides_are_chosen_as_sheets(desk: Desk) -> None:
    ids = desk.feed(*sheet(2), *sheet(1), Scan(1, NUMBERS[1], 91), Scan(2, NUMBERS[1], 92))
    choose_picture(desk.tb, EXAM, ids[4], "wang")
    assert desk.states(ids[2:]) == ["duplicate", "duplicate", "c1", "c1"]


def test_two_people_with_one_number_are_told_apart_by_giving_one_to_another(desk: Desk) -> None:
    front, back, again = retaken(desk)
    settle_identity(desk.tb, again, "c5", "wang")
    settle_exam(desk.tb, EXAM)
    assert desk.states([front, back, again]) == ["c1", "c1", "c5"]
    assert retakes(desk.tb, EXAM) == {}


def test_without_a_roster_the_number_is_claimed(desk: Desk) -> None:
    desk.roster(Roster())
    front, back, again = retaken(desk)
    choose_picture(desk.tb, EXAM, again, "wang")
    assert desk.states([front, back, again]) == ["duplicate", NUMBERS[1], NUMBERS[1]]


def test_a_page_without_a_rival_is_not_chosen(desk: Desk) -> None:
    front, _, again = retaken(desk)
    choose_picture(desk.tb, EXAM, front, "wang")
    for page in (front, again):
        with pytest.raises(Conflict, match="没有另一张图"):
            choose_picture(desk.tb, EXAM, page, "li")
