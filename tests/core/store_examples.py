"""Small records that store tests keep, and the flow that runs on every database."""

from __future__ import annotations

from datetime import UTC, datetime

from core.cards import Card, CardPage
from core.exams import Exam, Section, SingleChoice
from core.identities import Guess, Identity
from core.ledger import Stack
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import PageReading, Registration, RegistrationMethod, ScanPage
from core.rosters import Candidate, Roster

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


def an_exam(exam_id: str = "phys", key: str = "A") -> Exam:
    item = SingleChoice(number="1", full_steps=3, key=(key,), stem="$v=s/t$ 的单位?")
    return Exam(id=exam_id, title="物理", subject="物理", sections=(Section(title="一", items=(item,)),))


def a_card(exam_id: str = "phys", revision: int = 1) -> Card:
    page = CardPage(number=1, width_mm=210, height_mm=297)
    return Card(id=f"{exam_id}-{revision}", exam_id=exam_id, revision=revision, pages=(page,))


def a_roster(*names: str) -> Roster:
    return Roster(
        candidates=tuple(
            Candidate(id=f"c{n}", number=f"0{n}", name=name, class_name="1班") for n, name in enumerate(names)
        )
    )


def a_stack(stack_id: str = "s1", exam_id: str = "phys", blob: str = "b" * 64) -> Stack:
    return Stack(id=stack_id, exam_id=exam_id, name="扫描.pdf", blob=blob, by="office", at=NOON)


def a_page(page_id: str = "p1", index: int = 0, stack_id: str = "s1", exam_id: str = "phys") -> ScanPage:
    return ScanPage(
        id=page_id,
        exam_id=exam_id,
        stack_id=stack_id,
        source_name="扫描.pdf",
        source_index=index,
        blob=f"{index:064x}",
        media_type="image/jpeg",
        width_px=1654,
        height_px=2339,
    )


def a_reading(page_id: str = "p1", note: str = "") -> PageReading:
    registration = Registration(
        image_from_card=(8, 0, 0, 0, 8, 0, 0, 0, 1), residual_mm=0.1, method=RegistrationMethod.FIDUCIALS
    )
    return PageReading(
        page_id=page_id,
        card_id="phys-1",
        card_page=1,
        code=None,
        registration=registration,
        notes=(note,) if note else (),
    )


def an_identity(page_id: str = "p1", candidate: str = "c0", by: str = "machine") -> Identity:
    guesses = (Guess(candidate_id="c0", probability=0.9),)
    return Identity(page_id=page_id, candidate_id=candidate, guesses=guesses, by=by)


def a_mark(steps: int | None = 3, by: str = "machine", page_id: str = "p1", item: str = "1") -> Mark:
    person = by != "machine"
    return Mark(
        exam_id="phys",
        page_id=page_id,
        item=item,
        revision=1,
        steps=steps,
        awards=(Award(steps=steps or 0, full_steps=3, reason="键 A"),),
        source=MarkSource.PERSON if person else MarkSource.MACHINE,
        state=MarkState.FINAL if person else MarkState.PROPOSED,
        by=by,
        at=NOON,
    )
