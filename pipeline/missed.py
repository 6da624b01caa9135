"""Wordings that people credited though the machine had not found the criterion: offered as synonyms."""

from __future__ import annotations

from collections.abc import Iterable

from core.exam_files.one_item import item_of
from core.exams import Fill, Item, ShortAnswer
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import PageReading
from core.patches import MissedWording, MissedWordings
from core.store.base import utc_now
from marking.missed_wordings import missed_wordings
from pipeline.toolbox import Toolbox

KIND = "wordings"


def find_missed_wordings(tb: Toolbox, exam_id: str, number: str) -> None:
    """Look through the marks of people for the item's missed wordings, and keep the document."""
    with tb.store.read() as uow:
        item = item_of(uow.exams.get(exam_id), number)
        marks = [m for m in uow.marks.of_exam(exam_id, MarkState.FINAL, [number]).values() if _given(m)]
        readings = uow.pages.readings(exam_id, [mark.page_id for mark in marks])
    answers = [(mark, readings[mark.page_id]) for mark in marks if mark.page_id in readings]
    found = [
        MissedWording(part=part, words=words, credited=credited, refused=refused)
        for part, known in _parts(item)
        for words, credited, refused in _of_part(item, part, known, answers)
    ]
    found.sort(key=lambda wording: (-wording.credited, wording.part, wording.words))
    doc = MissedWordings(item=number, wordings=tuple(found), looked_at=len(answers), at=utc_now())
    with tb.store.write() as uow:
        uow.analyses.add(exam_id, KIND, number, doc.model_dump_json())


def _given(mark: Mark) -> bool:
    return mark.source is MarkSource.PERSON and not mark.confirmed


def _parts(item: Item) -> Iterable[tuple[str, tuple[str, ...]]]:
    """(criterion or blank, wordings known to the standard already)."""
    match item:
        case ShortAnswer():
            return [(c.id, (*c.accepted, item.stem)) for c in item.criteria]
        case Fill():
            return [(str(n), blank.accepted) for n, blank in enumerate(item.blanks, start=1)]
        case _:
            return []


def _of_part(
    item: Item, part: str, known: tuple[str, ...], answers: list[tuple[Mark, PageReading]]
) -> tuple[tuple[str, int, int], ...]:
    credited, refused = [], []
    for mark, reading in answers:
        award = next((a for a in mark.awards if a.criterion == part), None)
        text = _text(item, part, reading)
        if award is None or not text:
            continue
        if award.steps == 0:
            refused.append(text)
        elif not _found_by_machine(award):
            credited.append(text)
    return missed_wordings(credited, refused, known)


def _found_by_machine(award: Award) -> bool:
    """A person's award keeps the machine's evidence and reason where the person gave the same."""
    return bool(award.evidence or award.reason)


def _text(item: Item, part: str, reading: PageReading) -> str:
    texts = reading.texts_of(item.number)
    if isinstance(item, Fill):
        texts = tuple(text for text in texts if text.part == int(part) - 1)
    return "\n".join(text.text for text in texts)
