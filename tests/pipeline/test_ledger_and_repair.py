"""What the ledger says after a stack, and what a person settles in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.errors import BadInput, Conflict, NotFound, ZhupiError
from core.pages import PageState
from core.results import CandidateStatus
from pipeline.ledgers import exam_ledger
from pipeline.optional_review import choose_optional, optional_queue
from pipeline.progress import exam_progress
from pipeline.repair import (
    declare,
    hold_again,
    identity_queue,
    mark_duplicate,
    mark_stray,
    mark_unreadable,
    place_page,
    settle_identity,
)
from pipeline.requests import ask_settle
from pipeline.review import next_tasks
from tests.pipeline.homes import OFFICE, Home, by_state


def test_every_page_is_in_one_state_and_the_sentence_says_what_is_left(home: Home) -> None:
    assert by_state(home.entries) == {
        PageState.PLACED: 5,
        PageState.HELD: 2,
        PageState.DUPLICATE: 1,
        PageState.STRAY: 1,
    }
    progress = exam_progress(home.tb, home.exam_id)
    assert progress.sentence == "2 张已识别, 1 缺页, 1 考号待确认, 1 重复, 1 异页"
    assert (progress.pages_in, progress.read, progress.busy, progress.failed_jobs) == (9, 9, False, ())
    assert progress.proposed_marks + progress.settled_marks > 30


def test_the_ledger_adds_up_per_class(home: Home) -> None:
    ledger = exam_ledger(home.tb, home.exam_id)
    assert sum(ledger.by_state.values()) == ledger.pages_in == 9
    assert all(group.balanced for group in ledger.groups)
    assert {group.class_name: (group.expected, group.received) for group in ledger.groups} == {
        "八(1)班": (4, 3),
        "八(2)班": (4, 2),
    }
    assert not ledger.balanced  # two pages are held
    assert ledger.waiting_identity == 1


def test_every_placed_page_is_the_writers(home: Home) -> None:
    for entry in home.entries:
        if entry.state is PageState.PLACED:
            number = home.truth.scans[entry.page.source_index]["number"]
            assert entry.candidate_id == home.candidate(number)


def test_the_sheet_without_a_number_waits_with_the_candidate_that_is_left_over(home: Home) -> None:
    (task,) = identity_queue(home.tb, home.exam_id)
    assert len(task.page_ids) == 2
    assert task.guesses[0].number == "270103"
    assert task.guesses[0].name == "张玥"
    assert task.reason


def test_settling_an_identity_places_the_whole_sheet_and_leaves_marks_alone(home: Home) -> None:
    (task,) = identity_queue(home.tb, home.exam_id)
    before = home.marks
    settle_identity(home.tb, task.page_ids[0], home.candidate("270103"), OFFICE, "看姓名")
    home.work()
    assert home.marks == before
    assert identity_queue(home.tb, home.exam_id) == ()
    placed = [e for e in home.entries if e.page.id in task.page_ids]
    assert {(e.state, e.candidate_id, e.settled_by) for e in placed} == {
        (PageState.PLACED, home.candidate("270103"), OFFICE)
    }
    with home.tb.store.read() as uow:
        (line, *_) = uow.audit.lines(home.exam_id, placed[0].page.id)
    assert (line.by, line.action, line.why) == (OFFICE, "identity.settle", "看姓名")


def test_correcting_an_identity_moves_the_page_with_its_marks(home: Home) -> None:
    page = home.page_of("270101")
    before = home.marks
    settle_identity(home.tb, page, home.candidate("270103"), OFFICE)
    assert home.page_of("270103") == page
    assert home.marks == before


def test_a_side_that_the_candidate_has_is_not_given_twice(home: Home) -> None:
    (task,) = identity_queue(home.tb, home.exam_id)
    before = home.entries
    with pytest.raises(Conflict, match=r"已有第 1 面 \(stack.pdf"):
        settle_identity(home.tb, task.page_ids[0], home.candidate("270102"), OFFICE)
    assert home.entries == before


def test_a_settled_page_stays_where_the_person_put_it_when_settling_runs_again(home: Home) -> None:
    (task,) = identity_queue(home.tb, home.exam_id)
    settle_identity(home.tb, task.page_ids[0], home.candidate("270103"), OFFICE)
    before = home.counts()["pages"]
    ask_settle(home.tb, home.exam_id)
    home.work()
    assert home.counts()["pages"] == before


def _nobody(home: Home) -> None:
    settle_identity(home.tb, home.page_of("270101"), "nobody", OFFICE)


def _no_page(home: Home) -> None:
    settle_identity(home.tb, "no-page", home.candidate("270101"), OFFICE)


def _unplaced(home: Home) -> None:
    settle_identity(home.tb, _held_for_registration(home), home.candidate("270103"), OFFICE)


def _itself(home: Home) -> None:
    mark_duplicate(home.tb, home.at(0).page.id, home.at(0).page.id, OFFICE)


def _no_side(home: Home) -> None:
    place_page(home.tb, home.at(0).page.id, 7, home.candidate("270101"), OFFICE)


def _other_side(home: Home) -> None:
    place_page(home.tb, home.at(7).page.id, 2, home.candidate("270103"), OFFICE)


def _present_absent(home: Home) -> None:
    declare(home.tb, home.exam_id, home.candidate("270101"), CandidateStatus.ABSENT, OFFICE)


def _unknown_absent(home: Home) -> None:
    declare(home.tb, home.exam_id, "nobody", CandidateStatus.ABSENT, OFFICE)


def _absent_then_given(home: Home) -> None:
    declare(home.tb, home.exam_id, home.candidate("270103"), CandidateStatus.ABSENT, OFFICE)
    settle_identity(home.tb, home.at(7).page.id, home.candidate("270103"), OFFICE)


def _held_for_registration(home: Home) -> str:
    page = home.at(3).page.id  # the stray page has no reading
    hold_again(home.tb, page, OFFICE)
    return page


@pytest.mark.parametrize(
    ("decide", "error", "message"),
    [
        (_nobody, NotFound, "名单里没有考生"),
        (_no_page, NotFound, "没有页面"),
        (_unplaced, Conflict, "还没有认出是第几面"),
        (_itself, BadInput, "不能是它自己"),
        (_no_side, BadInput, "没有第 7 面"),
        (_other_side, BadInput, "读出的是第 1 面"),
        (_present_absent, Conflict, "有 1 页答卷"),
        (_unknown_absent, NotFound, "名单里没有考生"),
        (_absent_then_given, Conflict, "已登记为缺考"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    home: Home, decide: Callable[[Home], None], error: type[ZhupiError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        decide(home)
    assert caught.value.remedy


def test_pages_set_aside_are_out_of_the_queue_and_come_back_when_held_again(home: Home) -> None:
    page = home.at(8).page.id
    waiting = {(t.page_id, t.item.number) for t in next_tasks(home.tb, home.exam_id, "a", count=99)}
    assert page in {key[0] for key in waiting}
    mark_unreadable(home.tb, page, OFFICE, "撕破")
    left = {t.page_id for t in next_tasks(home.tb, home.exam_id, "a", count=99)}
    assert page not in left
    hold_again(home.tb, page, OFFICE)
    again = {(t.page_id, t.item.number) for t in next_tasks(home.tb, home.exam_id, "a", count=99)}
    assert again == waiting
    entry = home.at(8)
    assert (entry.state, entry.held_for, entry.candidate_id) == (PageState.HELD, "identity", "")


def test_a_page_taken_for_a_second_scan_or_a_stray_is_told_in_the_audit(home: Home) -> None:
    mark_duplicate(home.tb, home.at(0).page.id, home.at(1).page.id, OFFICE)
    mark_stray(home.tb, home.at(1).page.id, OFFICE, "别的班")
    first, second = home.at(0), home.at(1)
    assert (first.state, first.duplicate_of) == (PageState.DUPLICATE, second.page.id)
    assert (second.state, second.reason) == (PageState.STRAY, "别的班")
    with home.tb.store.read() as uow:
        actions = [line.action for line in uow.audit.lines(home.exam_id, limit=2)]
    assert actions == ["page.stray", "page.duplicate"]


def test_a_page_placed_by_hand_waits_in_the_offices_queue_to_be_marked_from_the_scan(home: Home) -> None:
    page = _held_for_registration(home)
    place_page(home.tb, page, 2, home.candidate("270101"), OFFICE)
    assert home.page_of("270101", 2) == page
    flagged = next_tasks(home.tb, home.exam_id, OFFICE, count=99, queue="flagged")
    assert {t.page_id for t in flagged} == {page}
    on_it = {item.number for item in home.exam.items if home.card.pages_of(item.number)[0] == 2}
    assert {item for page_id, item in home.marks if page_id == page} == on_it
    (choice,) = [t for t in optional_queue(home.tb, home.exam_id) if home.page_of("270101") == t.page_id]
    choose_optional(home.tb, choice.page_id, "X", "9", OFFICE)  # nobody has read which one was filled
    flagged = next_tasks(home.tb, home.exam_id, OFFICE, count=99, queue="flagged")
    assert {t.item.number for t in flagged} == on_it
    assert all(task.mark.steps is None and "原图" in task.mark.flag for task in flagged)


def test_a_page_placed_by_hand_on_the_wrong_side_can_be_placed_again(home: Home) -> None:
    page = _held_for_registration(home)
    place_page(home.tb, page, 1, home.candidate("270103"), OFFICE)
    hold_again(home.tb, page, OFFICE)
    place_page(home.tb, page, 2, home.candidate("270101"), OFFICE)
    flagged = next_tasks(home.tb, home.exam_id, OFFICE, count=99, queue="flagged")
    assert {home.card.pages_of(t.item.number)[0] for t in flagged} == {2}


def test_missing_pages_are_accepted_by_a_person_and_the_absent_are_declared(home: Home) -> None:
    (task,) = identity_queue(home.tb, home.exam_id)
    for page in task.page_ids:
        mark_stray(home.tb, page, OFFICE)
    assert not exam_ledger(home.tb, home.exam_id).releasable
    declare(home.tb, home.exam_id, home.candidate("270101"), CandidateStatus.PRESENT, OFFICE, "已核实")
    declare(home.tb, home.exam_id, home.candidate("270103"), CandidateStatus.ABSENT, OFFICE, "病假")
    ledger = exam_ledger(home.tb, home.exam_id)
    assert ledger.releasable
    assert ledger.absent == (home.candidate("270103"),)
    assert "1 缺考" in exam_progress(home.tb, home.exam_id).sentence
