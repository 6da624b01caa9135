"""Settling again and again, before and after people's decisions: the same pages, the same places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.cards import Card, CardPage
from core.identities import Identity
from core.ledger import PageEntry
from core.pages import (
    BubbleFill,
    BubbleReading,
    BubbleVerdict,
    NumberReading,
    PageReading,
    PageState,
    Registration,
    RegistrationMethod,
    ScanPage,
    TextReading,
)
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from core.settings import Settings
from core.store.outputs import AuditLine
from pipeline.ledgers import exam_ledger
from pipeline.repair import (
    declare,
    hold_again,
    identity_queue,
    mark_stray,
    place_page,
    settle_identity,
    take_back_status,
)
from pipeline.settle import settle_exam
from pipeline.toolbox import Toolbox, open_toolbox
from tests.core.store_examples import a_stack, an_exam
from tests.ocr.identity_classes import certain

EXAM = "phys"
EITHER = "可能是重拍，也可能是两个人填了同一个考号"
NUMBERS = tuple(str(20260101 + n) for n in range(8))
ROSTER = Roster(candidates=tuple(Candidate(id=f"c{n}", number=number) for n, number in enumerate(NUMBERS)))


@dataclass(frozen=True)
class Scan:
    """A page to be put into the store. ``paper`` says what is drawn on it; equal ones look alike."""

    side: int
    number: str = ""
    paper: int = 0
    turned: float = 0.0
    absent: BubbleVerdict = BubbleVerdict.BLANK
    written: bool = True
    digits: bool = True


@dataclass
class Desk:
    """An exam with a card of two pages, and stacks of readings put straight into the store."""

    tb: Toolbox
    names: list[str] = field(default_factory=list)

    def feed(self, *scans: Scan | None, settle: bool = True) -> list[str]:
        """One stack; ``None`` is a stray page of another exam. Returns the ids of the pages."""
        stack_id = f"s{len(self.names)}"
        self.names.append(stack_id)
        ids = []
        with self.tb.store.write() as uow:
            uow.pages.add_stack(a_stack(stack_id, EXAM, f"{len(self.names):064x}"))
            uow.pages.update_stack(stack_id, complete=True, pages=len(scans))
        for at, scan in enumerate(scans):
            ids.append(self._put(stack_id, at, scan))
        if settle:
            settle_exam(self.tb, EXAM)
        return ids

    def _put(self, stack_id: str, at: int, scan: Scan | None) -> str:
        page_id = f"{stack_id}p{at}"
        page = ScanPage(
            id=page_id, exam_id=EXAM, stack_id=stack_id, source_name=f"{stack_id}.pdf 第{at + 1}页",
            source_index=at, blob="", media_type="image/jpeg", width_px=1654, height_px=2339,
        )  # fmt: skip
        with self.tb.store.write() as uow:
            uow.pages.add(page, PageState.RECEIVED if scan else PageState.STRAY)
            if scan is not None:
                uow.pages.add_reading(EXAM, self._reading(page_id, scan))
                uow.pages.update(page_id, card_id=f"{EXAM}-1", card_page=scan.side)
        return page_id

    def _reading(self, page_id: str, scan: Scan) -> PageReading:
        mark = BubbleReading(
            purpose="absent", key="absent", fills=(BubbleFill(label="absent", fill=0, probability=0),),
            marked=(), verdict=scan.absent, confidence=1,
        )  # fmt: skip
        return PageReading(
            page_id=page_id,
            card_id=f"{EXAM}-1",
            card_page=scan.side,
            code=None,
            registration=Registration(
                image_from_card=(8, 0, 0, 0, 8, 0, 0, 0, 1),
                residual_mm=0.1,
                method=RegistrationMethod.FIDUCIALS,
                rotation_deg=scan.turned,
            ),
            numbers=_numbers(scan),
            absent=mark if scan.side == 1 else None,
            texts=(TextReading(item="1", part=0, blank=not scan.written),),
            raster_blob=self.tb.blobs.put(_picture(scan.paper, page_id)),
        )

    def entry(self, page_id: str) -> PageEntry:
        with self.tb.store.read() as uow:
            return uow.pages.entry(page_id)

    def states(self, ids: Sequence[str]) -> list[str]:
        """ "c1" for a page placed as c1's, otherwise the state and what it is held for."""
        entries = [self.entry(page_id) for page_id in ids]
        return [e.candidate_id or f"{e.state.value} {e.held_for}".strip() for e in entries]

    def identities(self) -> dict[str, Identity]:
        with self.tb.store.read() as uow:
            return uow.pages.identities(EXAM)

    def everything(self) -> tuple[object, ...]:
        with self.tb.store.read() as uow:
            states = uow.pages.entries(EXAM), uow.pages.identities(EXAM), uow.candidates.statuses(EXAM)
            return *states, uow.audit.lines(EXAM)

    def roster(self, roster: Roster) -> None:
        with self.tb.store.write() as uow:
            uow.candidates.replace(EXAM, roster)


def _numbers(scan: Scan) -> tuple[NumberReading, ...]:
    shown = scan.number or "_" * 8
    if scan.side == 1:
        return certain(shown), certain(shown, "digits")
    return (certain(shown, "digits", 0.9999),) if scan.digits else ()


def _picture(paper: int, scan: str) -> bytes:
    """A small page with strokes of its own for each paper, and dust of its own for each scan."""
    pen = np.random.default_rng(paper)
    picture = np.full((560, 400), 245, np.uint8)
    for _ in range(8):
        start, end = (tuple(int(v) for v in pen.integers(20, 380, 2)) for _ in range(2))
        cv2.line(picture, start, end, 30, 5)
    dust = np.random.default_rng(list(scan.encode())).normal(0, 2, picture.shape)
    picture = np.clip(picture + dust, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def sheet(at: int, *, turned: float = 0.0, digits: bool = True) -> tuple[Scan, Scan]:
    """Front and back of a candidate's sheet, the back with or without the digits of the number."""
    return (
        Scan(1, NUMBERS[at], paper=10 * at + 1, turned=turned),
        Scan(2, NUMBERS[at] if digits else "", paper=10 * at + 2, turned=turned, digits=digits),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    tb = open_toolbox(Settings(home=tmp_path / "home"))
    pages = tuple(CardPage(number=n, width_mm=50, height_mm=70) for n in (1, 2))
    with tb.store.write() as uow:
        uow.exams.add(an_exam(EXAM), "wang")
        uow.cards.add(Card(id=f"{EXAM}-1", exam_id=EXAM, revision=1, pages=pages))
        uow.candidates.replace(EXAM, ROSTER)
    yield Desk(tb)
    tb.store.close()


def test_settling_twice_is_settling_once(desk: Desk) -> None:
    front, back = sheet(0)
    desk.feed(*sheet(1, digits=False), *sheet(2), front, back, Scan(1), Scan(2), None, *sheet(3), front)
    first = desk.everything()
    settle_exam(desk.tb, EXAM)
    assert desk.everything() == first


def test_a_back_that_may_be_either_neighbours_waits_with_both_named(desk: Desk) -> None:
    lonely, _ = sheet(4)
    ids = desk.feed(*sheet(1), *sheet(2), lonely, Scan(2, paper=7), Scan(1, paper=8))
    assert desk.states(ids[4:]) == ["c4", "held identity", "held identity"]
    guesses = {g.candidate_id: g.probability for g in desk.identities()[ids[5]].guesses}
    assert max(guesses, key=lambda each: guesses[each]) == "c4"
    assert 0.5 < guesses["c4"] < 0.98
    assert "相邻" in desk.entry(ids[5]).reason


def test_a_sheet_fed_upside_down_keeps_its_back_from_the_front_before_it(desk: Desk) -> None:
    lonely, _ = sheet(4)
    silent = Scan(2, paper=7, turned=180.3), Scan(1, paper=8, turned=179.6)
    ids = desk.feed(*sheet(1), *sheet(2), *sheet(3, turned=180.0), lonely, *silent)
    assert desk.states(ids[6:]) == ["c4", "held identity", "held identity"]
    (task,) = identity_queue(desk.tb, EXAM)
    assert task.page_ids == (ids[7], ids[8])
    assert exam_ledger(desk.tb, EXAM).incomplete == ("c4",)


def test_backs_without_numbers_follow_their_fronts_in_a_regular_stack(desk: Desk) -> None:
    ids = desk.feed(*(side for n in range(6) for side in sheet(n, digits=False)))
    assert desk.states(ids) == [f"c{n}" for n in range(6) for _ in (1, 2)]


def test_what_a_person_settled_stays_and_tells_whose_the_other_side_is(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2), Scan(1, paper=5), Scan(2, paper=6))
    settle_identity(desk.tb, ids[4], "c5", "wang", "看姓名")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids) == ["c1", "c1", "c2", "c2", "c5", "c5"]
    assert desk.entry(ids[4]).settled_by == "wang"
    assert desk.identities()[ids[4]].by == "wang"


def test_the_back_of_a_page_that_a_person_placed_follows_it(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2), Scan(1, paper=5), Scan(2, paper=6, digits=False))
    place_page(desk.tb, ids[4], 1, "c5", "wang")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids[4:]) == ["c5", "c5"]
    assert [desk.entry(page).settled_by for page in ids[4:]] == ["wang", "machine"]


def test_a_person_may_overrule_the_number_on_the_page(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2))
    settle_identity(desk.tb, ids[0], "c6", "wang", "填错考号")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids) == ["c6", "c6", "c2", "c2"]
    again = desk.feed(*sheet(1)[:1])
    assert desk.states(again) == ["c1"]


def test_a_page_that_a_person_holds_or_sets_aside_is_left_to_them(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2))
    hold_again(desk.tb, ids[0], "wang", "笔迹不对")
    mark_stray(desk.tb, ids[1], "wang")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids) == ["held identity", "stray", "c2", "c2"]
    assert desk.entry(ids[0]).reason == "笔迹不对"


def test_a_transfer_pupil_who_joins_the_roster_gets_the_pages_that_waited(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), Scan(1, "20269999", 3), Scan(2, "20269999", 4))
    assert desk.states(ids) == ["c1", "c1", "held identity", "held identity"]
    assert "不在名单上" in desk.entry(ids[2]).reason
    new = Candidate(id="new", number="20269999", name="转学生")
    desk.roster(Roster(candidates=(*ROSTER.candidates, new)))
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids) == ["c1", "c1", "new", "new"]


def test_a_missing_page_scanned_later_completes_its_candidate(desk: Desk) -> None:
    desk.feed(*sheet(1), sheet(2)[0], *sheet(3))
    assert exam_ledger(desk.tb, EXAM).incomplete == ("c2",)
    ids = desk.feed(Scan(2, NUMBERS[2], 22))
    assert desk.states(ids) == ["c2"]
    assert exam_ledger(desk.tb, EXAM).incomplete == ()


def test_a_missing_page_without_a_number_waits_for_a_person(desk: Desk) -> None:
    desk.feed(*sheet(1), sheet(2)[0], *sheet(3))
    assert desk.states(desk.feed(Scan(2, paper=22, digits=False))) == ["held identity"]


def test_a_page_scanned_again_is_a_duplicate_of_the_first(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2))
    again = desk.feed(*sheet(1))
    assert desk.states(again) == ["duplicate", "duplicate"]
    assert [desk.entry(page).duplicate_of for page in again] == ids[:2]
    assert desk.states(ids) == ["c1", "c1", "c2", "c2"]


def test_a_page_scanned_again_is_a_duplicate_of_what_a_person_settled_too(desk: Desk) -> None:
    ids = desk.feed(Scan(1, paper=5), Scan(2, paper=6), *sheet(2))
    settle_identity(desk.tb, ids[0], "c1", "wang")
    again = desk.feed(Scan(1, NUMBERS[1], 5), Scan(2, NUMBERS[1], 6))
    assert desk.states(again) == ["duplicate", "duplicate"]


def test_a_duplicate_takes_the_place_when_a_person_moves_the_first_scan_away(desk: Desk) -> None:
    ids = desk.feed(*sheet(1), *sheet(2))
    again = desk.feed(*sheet(1))
    mark_stray(desk.tb, ids[0], "wang", "太模糊")
    settle_exam(desk.tb, EXAM)
    assert desk.states([ids[0], again[0]]) == ["stray", "c1"]


def test_two_pupils_with_one_number_both_wait_and_each_is_told_of_the_other(desk: Desk) -> None:
    ids = desk.feed(*sheet(2), *sheet(1), Scan(1, NUMBERS[1], 91), Scan(2, NUMBERS[1], 92))
    assert desk.states(ids) == ["c2", "c2", *["held collision"] * 4]
    reasons = [desk.entry(page).reason for page in ids]
    assert reasons[2] == f"与 s0.pdf 第5页 是同一考号的同一面：{EITHER}"
    assert reasons[4] == f"与 s0.pdf 第3页 是同一考号的同一面：{EITHER}"
    assert [task.page_ids for task in identity_queue(desk.tb, EXAM)] == [tuple(ids[2:4]), tuple(ids[4:])]


def test_a_number_that_a_person_has_given_to_another_paper_collides_only_for_the_machine(desk: Desk) -> None:
    ids = desk.feed(*sheet(2), Scan(1, paper=5), Scan(2, paper=6))
    settle_identity(desk.tb, ids[2], "c1", "wang")
    late = desk.feed(*sheet(1))
    assert desk.states(ids) == ["c2", "c2", "c1", "c1"]
    assert desk.states(late) == ["held collision", "held collision"]


def test_without_a_roster_the_number_is_the_candidate(desk: Desk) -> None:
    desk.roster(Roster())
    ids = desk.feed(*sheet(1), *sheet(2), Scan(1, paper=5), Scan(2, paper=6))
    assert desk.states(ids) == [NUMBERS[1]] * 2 + [NUMBERS[2]] * 2 + ["held identity"] * 2
    settle_identity(desk.tb, ids[4], "20267777", "wang")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids[4:]) == ["20267777", "20267777"]


def test_an_absent_card_is_set_aside_with_both_sides_and_stays_so(desk: Desk) -> None:
    card = (
        Scan(1, NUMBERS[1], 1, absent=BubbleVerdict.MARKED, written=False),
        Scan(2, paper=2, written=False, digits=False),
    )
    ids = desk.feed(*card, *sheet(2))
    assert desk.states(ids) == ["stray", "stray", "c2", "c2"]
    ledger, before = exam_ledger(desk.tb, EXAM), desk.everything()
    assert (ledger.absent, ledger.incomplete) == (("c1",), ())
    settle_exam(desk.tb, EXAM)
    assert desk.everything() == before


def test_a_person_who_declares_the_candidate_present_gets_the_card_back(desk: Desk) -> None:
    ids = desk.feed(Scan(1, NUMBERS[1], 1, absent=BubbleVerdict.MARKED, written=False), *sheet(2))
    declare(desk.tb, EXAM, "c1", CandidateStatus.PRESENT, "wang", "误填")
    settle_exam(desk.tb, EXAM)
    assert desk.states(ids) == ["c1", "c2", "c2"]


def test_an_absence_taken_back_gets_the_card_back_and_is_not_declared_again(desk: Desk) -> None:
    ids = desk.feed(Scan(1, NUMBERS[1], 1, absent=BubbleVerdict.MARKED, written=False), *sheet(2))
    take_back_status(desk.tb, EXAM, "c1", "wang", "监考员涂错")
    for _ in range(2):
        settle_exam(desk.tb, EXAM)
        assert desk.states(ids) == ["c1", "c2", "c2"]
        assert exam_ledger(desk.tb, EXAM).absent == ()
    assert exam_ledger(desk.tb, EXAM).incomplete == ()  # present, so that the missing side is accepted


@pytest.mark.parametrize(
    "card",
    [
        Scan(1, NUMBERS[1], 1, absent=BubbleVerdict.MARKED),
        Scan(1, NUMBERS[1], 1, absent=BubbleVerdict.DOUBTFUL, written=False),
    ],
)
def test_an_absent_mark_that_contradicts_the_card_waits(desk: Desk, card: Scan) -> None:
    assert desk.states(desk.feed(card)) == ["held absent"]


def test_a_stray_page_between_front_and_back_does_not_part_them(desk: Desk) -> None:
    front, back = sheet(2, digits=False)
    ids = desk.feed(*sheet(1), front, None, back, *sheet(3))
    assert desk.states([ids[2], ids[4]]) == ["c2", "c2"]


def test_fronts_then_backs_are_settled_only_where_they_show_a_number(desk: Desk) -> None:
    fronts = [sheet(n)[0] for n in range(1, 6)]
    backs = [Scan(2, NUMBERS[n] if n != 3 else "", 10 * n + 2) for n in range(1, 6)]
    ids = desk.feed(*fronts, *backs)
    assert desk.states(ids) == ["c1", "c2", "c3", "c4", "c5", "c1", "c2", "held identity", "c4", "c5"]


def test_every_identity_that_the_machine_settles_or_takes_back_is_in_the_audit_log(desk: Desk) -> None:
    front, back = desk.feed(*sheet(1))
    [line] = _identity_lines(desk, front)
    assert (line.by, line.before, line.after) == ("machine", "", "c1")
    assert line.why.startswith(f"考号 {NUMBERS[1]} (填涂、手写), 把握 ")
    settle_exam(desk.tb, EXAM)
    assert len(_identity_lines(desk, front)) == len(_identity_lines(desk, back)) == 1
    desk.feed(Scan(1, NUMBERS[1], paper=77), Scan(2, NUMBERS[1], paper=78))  # another paper, same number
    assert desk.states([front]) == ["held collision"]
    last = _identity_lines(desk, front)[0]
    assert (last.by, last.before, last.after) == ("machine", "c1", "")
    assert EITHER in last.why


def _identity_lines(desk: Desk, page_id: str) -> list[AuditLine]:
    with desk.tb.store.read() as uow:
        return [line for line in uow.audit.lines(EXAM, page_id) if line.action == "identity.settle"]
