"""Exchanged numbers are proposed when an exam is settled, and only a person's word moves a sheet."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from core.pages import PageState
from pipeline.exchanges import exchange_tasks, settle_exchange
from pipeline.repair import settle_identity
from pipeline.settle import settle_exam
from tests.ocr.identity_classes import certain
from tests.pipeline import test_settle as settling
from tests.pipeline.test_settle import EXAM, NUMBERS, Desk, sheet

desk = settling.desk


def crossed(desk: Desk) -> list[str]:
    """Six sheets; the bubbles of the second and the fourth are each other's."""
    ids = desk.feed(*(page for at in range(6) for page in sheet(at)), settle=False)
    with desk.tb.store.write() as uow:
        readings = uow.pages.readings(EXAM)
        for page, bubbles in ((ids[2], NUMBERS[3]), (ids[6], NUMBERS[1])):
            digits = readings[page].numbers[1]
            numbers = (certain(bubbles), digits)
            uow.pages.add_reading(EXAM, readings[page].model_copy(update={"numbers": numbers}))
    settle_exam(desk.tb, EXAM)
    return ids


def test_crossed_numbers_are_proposed_and_change_nothing_by_themselves(desk: Desk) -> None:
    crossed(desk)
    (task,) = exchange_tasks(desk.tb, EXAM)
    assert [row.meant.number for row in task.rows] == [NUMBERS[1], NUMBERS[3]]
    assert "互换" in task.evidence
    before = desk.everything()
    settle_exam(desk.tb, EXAM)
    assert desk.everything() == before


def test_one_word_settles_all_sheets_of_a_proposal(desk: Desk) -> None:
    ids = crossed(desk)
    (task,) = exchange_tasks(desk.tb, EXAM)
    assert settle_exchange(desk.tb, EXAM, task.page_id, True, "wang") == 2
    assert desk.states(ids) == [f"c{at}" for at in range(6) for _ in (1, 2)]
    assert {desk.entry(page).settled_by for row in task.rows for page in row.page_ids} == {"wang"}
    assert exchange_tasks(desk.tb, EXAM) == ()
    with desk.tb.store.read() as uow:
        assert uow.audit.lines(EXAM)[0].why.startswith("按建议改正：")
    settle_exam(desk.tb, EXAM)
    assert exchange_tasks(desk.tb, EXAM) == ()
    with pytest.raises(Conflict, match="不成立"):
        settle_exchange(desk.tb, EXAM, task.page_id, True, "wang")


def placed_crosswise(desk: Desk) -> list[str]:
    """As after a proposal by order: two sheets placed by the machine, meant for each other's owner."""
    ids = desk.feed(*(page for at in range(6) for page in sheet(at)))
    with desk.tb.store.write() as uow:
        identities = uow.pages.identities(EXAM)
        moves = [
            {"page_ids": ids[at : at + 2], "now": now, "meant": meant}
            for at, now, meant in ((0, "c0", "c5"), (10, "c5", "c0"))
        ]
        made = {"kind": "swap", "moves": moves, "evidence": "站在对方的位置上", "odds": 8.0}
        kept = identities[ids[0]].model_dump() | {"proposal": made}
        uow.pages.add_identity(EXAM, type(identities[ids[0]]).model_validate(kept))
    return ids


def test_placed_sheets_change_places(desk: Desk) -> None:
    ids = placed_crosswise(desk)
    assert settle_exchange(desk.tb, EXAM, ids[0], True, "wang") == 2
    assert desk.states([*ids[:2], *ids[10:]]) == ["c5", "c5", "c0", "c0"]


def test_sheets_that_are_right_are_confirmed_as_they_are(desk: Desk) -> None:
    ids = placed_crosswise(desk)
    (task,) = exchange_tasks(desk.tb, EXAM)
    assert task.deniable
    settle_exchange(desk.tb, EXAM, task.page_id, False, "wang")
    assert desk.states([*ids[:2], *ids[10:]]) == ["c0", "c0", "c5", "c5"]
    assert desk.entry(ids[0]).settled_by == "wang"
    assert exchange_tasks(desk.tb, EXAM) == ()


def test_waiting_sheets_cannot_be_confirmed_as_they_are(desk: Desk) -> None:
    ids = crossed(desk)
    (task,) = exchange_tasks(desk.tb, EXAM)
    with desk.tb.store.write() as uow:
        uow.pages.update(ids[2], state=PageState.HELD, candidate_id="")
    assert not exchange_tasks(desk.tb, EXAM)[0].deniable
    with pytest.raises(Conflict, match="没有归属"):
        settle_exchange(desk.tb, EXAM, task.page_id, False, "wang")


def test_a_sheet_that_a_person_settled_ends_the_proposal(desk: Desk) -> None:
    ids = placed_crosswise(desk)
    settle_identity(desk.tb, ids[10], "c5", "li", "看了姓名")
    assert exchange_tasks(desk.tb, EXAM) == ()


def test_a_place_that_is_taken_by_a_third_sheet_stops_the_whole(desk: Desk) -> None:
    ids = placed_crosswise(desk)
    with desk.tb.store.write() as uow:
        uow.pages.update(ids[2], candidate_id="c5", settled_by="li")
    with pytest.raises(Conflict, match="已有第 1 面"):
        settle_exchange(desk.tb, EXAM, ids[0], True, "wang")
    assert desk.states(ids[:2]) == ["c0", "c0"]
