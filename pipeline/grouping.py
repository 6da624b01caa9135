"""Making the groups of an item's waiting answers, from current readings and the marks that people gave."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.answer_groups import AnswerGroup, GroupDeeds, GroupMember, GroupReport
from core.errors import ZhupiError
from core.exam_files.one_item import item_of
from core.exams import Exam, Fill, Item, ShortAnswer
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import TextReading
from core.scoring import MarkedResponse, Response, Rubric
from core.store.base import utc_now
from marking import rubric_digest
from marking.groups import Embed, FillAnswer, Group, GroupKind, group_fills, group_responses
from marking.reading_odds import is_unread
from marking.scoring.protocol import Scorer
from models.text_encoder import text_encoder
from pipeline.groups import KIND, can_be_grouped, deeds_of
from pipeline.marking_again import continuations
from pipeline.proposals import question_of
from pipeline.review import waiting
from pipeline.scorers import quick_scorer
from pipeline.toolbox import Toolbox

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answers:
    """What is grouped: texts by page id, marks of those that wait, and the marks that people gave."""

    exam: Exam
    item: Item
    texts: Mapping[str, tuple[TextReading, ...]]
    waiting: Mapping[str, Mark]
    marked: Mapping[str, Mark]
    people: int


def group_analysis(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Group the answers that wait and keep the groups; ``args["item"]`` names the item.

    Raises:
        NotFound: no such exam or item.
    """
    found = _gathered(tb, exam_id, str(args["item"]))
    progress(1, 3)
    embed = _embed_of(found) if isinstance(found.item, ShortAnswer) else None
    groups = _grouped(found, embed, _scorer_of(found) if found.marked else None)
    progress(2, 3)
    report = GroupReport(
        rubric=rubric_digest(found.item),
        groups=groups,
        marks=found.people,
        embedded=embed is not None or isinstance(found.item, Fill),
        at=utc_now(),
    )
    with tb.store.write() as uow:
        uow.analyses.add(exam_id, KIND, found.item.number, report.model_dump_json())
    progress(3, 3)


def _gathered(tb: Toolbox, exam_id: str, number: str) -> _Answers:
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = item_of(exam, number)
        if not can_be_grouped(item):
            return _Answers(exam, item, {}, {}, {}, 0)
        marks = {page: mark for (page, _), mark in uow.marks.of_exam(exam_id, items=[number]).items()}
        # seeds are marked one by one, by people who do not see what the machine or a group says
        queue = [
            page for page, own in waiting(uow, exam, "waiting") if own == number and not marks[page].seed
        ]
        readings = uow.pages.readings(exam_id)
        later = continuations(uow, exam_id, readings)
        learnt = _marked_as_learnt(deeds_of(uow, exam_id, number))
    people = {p: m for p, m in marks.items() if m.source is MarkSource.PERSON and m.state is MarkState.FINAL}
    given = {page: mark for page, mark in people.items() if (page, mark.revision) not in learnt}
    texts = {
        page: tuple(
            text for reading in (readings[page], *later.get(page, ())) for text in reading.texts_of(number)
        )
        for page in (*queue, *given)
        if page in readings
    }
    own = {page: marks[page] for page in queue if page in texts}
    return _Answers(exam, item, texts, own, {p: m for p, m in given.items() if p in texts}, len(people))


def _marked_as_learnt(deeds: GroupDeeds) -> set[tuple[str, int]]:
    """Marks given through a group that marks had joined: they must not confirm themselves."""
    return {
        entry for action in deeds.actions if action.kind == GroupKind.LEARNT.value for entry in action.marked
    }


def _embed_of(found: _Answers) -> Embed | None:
    """The encoder of the exam's language; without a usable one, shared characters alone tell."""
    try:
        encoder = text_encoder(found.exam.language)
    except ZhupiError as error:
        _log.warning("groups without a text encoder: %s", error)
        return None
    return None if encoder is None else encoder.embed


def _scorer_of(found: _Answers) -> Scorer | None:
    """What scores without a server; its opinions help once marks are there. Without it, the marks alone tell."""
    if not isinstance(found.item, ShortAnswer):
        return None
    try:
        return quick_scorer(found.exam)
    except ZhupiError as error:
        _log.warning("groups without a scorer's opinions: %s", error)
        return None


def _grouped(found: _Answers, embed: Embed | None, scorer: Scorer | None) -> tuple[AnswerGroup, ...]:
    pages = tuple(found.waiting)
    item = found.item
    if isinstance(item, Fill):
        answers = [_fill_answer(item, found.texts[page], found.waiting[page].awards) for page in pages]
        groups = group_fills(answers, found.exam.language)
        shown = [" / ".join(text or "–" for text, _ in answer.blanks) for answer in answers]
    elif isinstance(item, ShortAnswer):
        responses = [Response.of(found.texts[page]) for page in pages]
        marked = [_marked(item, found.texts[page], mark) for page, mark in found.marked.items()]
        rubric = Rubric.of(item, found.exam.step)
        groups = group_responses(
            question_of(found.exam, item.number), rubric, responses, embed, marked, scorer
        )
        shown = [response.text for response in responses]
    else:
        groups, shown = (), []
    return tuple(_kept(group, pages, shown) for group in groups)


def _fill_answer(item: Fill, texts: Sequence[TextReading], awards: Sequence[Award]) -> FillAnswer:
    """Each blank's likely text: what verification found where the key was asked for, else the reading."""
    by_part = {text.part: text for text in texts}
    by_blank = {award.criterion: award for award in awards}
    return FillAnswer(
        tuple(_blank(by_part.get(part), by_blank.get(str(part + 1))) for part in range(len(item.blanks)))
    )


def _blank(reading: TextReading | None, award: Award | None) -> tuple[str | None, float]:
    if reading is None or is_unread(reading):
        return None, 0.0
    if reading.blank:
        return "", 1.0
    if award is not None and award.odds:
        text, chance = max(award.odds, key=lambda entry: entry[1])
        return (text, chance) if text else (reading.text, 0.0)  # "" is whatever nobody thought of
    lines = [line.probability if line.right is None else line.right for line in reading.kept_lines]
    return reading.text, min(lines, default=0.0)


def _marked(item: ShortAnswer, texts: tuple[TextReading, ...], mark: Mark) -> MarkedResponse:
    given = tuple((award.criterion, award.steps) for award in mark.awards)
    known = {criterion.id for criterion in item.criteria}
    by_criterion = given if {criterion for criterion, _ in given} == known else ()
    return MarkedResponse(response=Response.of(texts), steps=mark.steps or 0, by_criterion=by_criterion)


def _kept(group: Group, pages: Sequence[str], shown: Sequence[str]) -> AnswerGroup:
    members = tuple(GroupMember(page_id=pages[n], text=shown[n]) for n in group.members)
    digest = hashlib.sha256("\n".join(sorted(member.page_id for member in members)).encode()).hexdigest()
    return AnswerGroup(
        id=digest[:10],
        kind=group.kind.value,
        members=members,
        words=group.words,
        numbers=group.numbers,
        negations=group.negations,
        directions=group.directions,
        bridged=group.bridged,
        likely=group.likely,
        why=group.why,
    )
