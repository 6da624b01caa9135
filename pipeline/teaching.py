"""Learning an item from its teacher's marks: proposals that wait follow; a person's mark never changes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from core.errors import BadInput, ZhupiError
from core.exam_files.one_item import item_of
from core.exams import Exam, ShortAnswer
from core.learning import LearningChange, LearningPoint, LearningReport
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import TextReading
from core.scores import format_steps
from core.scoring import MarkedResponse, Question, Response, Rubric
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from marking.reading_odds import is_unread
from marking.scoring.item_head import Embed, ItemHead
from marking.scoring.protocol import Scorer
from models.text_encoder import text_encoder
from pipeline.learning import KIND, policy_of, report_of
from pipeline.licences import under_licences
from pipeline.marking_again import continuations
from pipeline.proposals import question_of
from pipeline.toolbox import Toolbox

_log = logging.getLogger(__name__)

MODEL = "item-head-1"
_EXAMPLES = 12
_LONGEST_EXAMPLE = 200
#: Marks changed in one transaction.
_BATCH = 100


@dataclass(frozen=True)
class _Lessons:
    """What is learned from: texts by page id, marks of people, proposals that wait, first proposals."""

    exam: Exam
    item: ShortAnswer
    texts: Mapping[str, tuple[TextReading, ...]]
    marked: Mapping[str, Mark]  #: in the order of marking
    waiting: Mapping[str, Mark]
    first: Mapping[str, Mark]  #: the machine's last mark by page before this item was learned


def learning_analysis(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Learn the item ``args["item"]``, keep what it shows, and change proposals where that is wanted.

    Changes are made at once unless the exam's policy asks first; ``args["apply"]`` makes them anyway.

    Raises:
        NotFound: no such exam or item.
        BadInput: the item is no short answer.
    """
    found = _gathered(tb, exam_id, str(args["item"]))
    progress(1, 3)
    rubric = Rubric.of(found.item, found.exam.step)
    question = question_of(found.exam, found.item.number)
    base = Replayed(found.first.values(), found.texts, rubric, question)
    pages = list(found.waiting)
    responses = [Response.of(found.texts[page]) for page in pages]
    marked = [_marked(found.item, found.texts[page], mark) for page, mark in found.marked.items()]
    head = ItemHead.fit(question, rubric, marked, base, _embed(found.exam.language), responses)
    progress(2, 3)
    if not head.takes_part:
        return
    scored = head.score_all(question, rubric, responses) if responses else ()
    fresh = {
        page: _changed(found, found.waiting[page], _kept_checks(found, page, awards), head.k)
        for page, awards in zip(pages, scored, strict=True)
    }
    with tb.store.read() as uow:
        apply = bool(args.get("apply")) or not policy_of(uow, exam_id).ask_first
    if apply:
        _apply(tb, found, fresh)
    _keep(tb, found, head, fresh, applied=apply, by=str(args.get("by", "machine")))
    progress(3, 3)


def _gathered(tb: Toolbox, exam_id: str, number: str) -> _Lessons:
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = item_of(exam, number)
        if not isinstance(item, ShortAnswer):
            raise BadInput(f"第 {number} 题不是简答题, 不需要学习。", "请选择简答题。")
        marks = {page: mark for (page, _), mark in uow.marks.of_exam(exam_id, items=[number]).items()}
        readings = uow.pages.readings(exam_id)
        later = continuations(uow, exam_id, readings)
        first = {page: before for page in marks if (before := _first(uow.marks.history(page, number)))}
    texts = {
        page: tuple(
            text for reading in (readings[page], *later.get(page, ())) for text in reading.texts_of(number)
        )
        for page in marks
        if page in readings
    }
    read = {page: own for page, own in texts.items() if own and not any(is_unread(text) for text in own)}
    digest = rubric_digest(item)
    teaching = [mark for page, mark in marks.items() if page in read and _teaches(mark, digest)]
    given = {mark.page_id: mark for mark in sorted(teaching, key=lambda mark: (mark.at, mark.page_id))}
    waiting = {page: mark for page, mark in marks.items() if page in read and may_change(mark)}
    return _Lessons(exam, item, read, given, waiting, {p: m for p, m in first.items() if p in read})


def may_change(mark: Mark) -> bool:
    """Whether learning may propose anew: the machine's own proposal that waits and that nobody flagged."""
    return (
        mark.source is MarkSource.MACHINE
        and mark.state is MarkState.PROPOSED
        and mark.steps is not None
        and not mark.flag
    )


def _teaches(mark: Mark, digest: str) -> bool:
    """A person's final mark under the standard as it stands."""
    settled = mark.source is MarkSource.PERSON and mark.state is MarkState.FINAL and not mark.flag
    return settled and mark.steps is not None and mark.rubric == digest


def _first(history: Sequence[Mark]) -> Mark | None:
    """The machine's last word that did not come from learning."""
    own = [m for m in history if m.source is MarkSource.MACHINE and m.model != MODEL and m.awards]
    return own[-1] if own else None


class Replayed:
    """The scorer whose word is already kept: the awards of the machine's marks, by text.

    Texts of which nothing fitting is kept are asked of the shipped scorer.
    """

    name = "kept"

    def __init__(
        self,
        marks: Iterable[Mark],
        texts: Mapping[str, tuple[TextReading, ...]],
        rubric: Rubric,
        question: Question,
    ) -> None:
        wanted = [criterion.id for criterion in rubric.criteria]
        self._known = {
            Response.of(texts[mark.page_id]).text: mark.awards
            for mark in marks
            if [award.criterion for award in mark.awards] == wanted
        }
        self._question, self._rubric = question, rubric

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """The kept awards; evidence is the answer's that they were kept for."""
        new = [response for response in responses if response.text not in self._known]
        if new:
            said = _shipped().score_all(question, rubric, new)
            self._known.update(zip((response.text for response in new), said, strict=True))
        return tuple(self._known[response.text] for response in responses)


def _shipped() -> Scorer:
    from marking.scoring.shipped import shipped_scorer  # noqa: PLC0415  (loads models, seldom needed here)
    from marking.scoring.worded import WordedScorer  # noqa: PLC0415

    return WordedScorer(shipped_scorer())


def _embed(language: str) -> Embed | None:
    """The encoder of the language; without a usable one, words alone teach."""
    try:
        encoder = text_encoder(language)
    except ZhupiError as error:
        _log.warning("learning without a text encoder: %s", error)
        return None
    return None if encoder is None else encoder.embed


def _marked(item: ShortAnswer, texts: tuple[TextReading, ...], mark: Mark) -> MarkedResponse:
    full = {criterion.id: criterion.steps for criterion in item.criteria}
    given = tuple((a.criterion, a.steps) for a in mark.awards if a.criterion in full)
    return MarkedResponse(response=Response.of(texts), steps=mark.steps or 0, by_criterion=given)


def _kept_checks(found: _Lessons, page: str, awards: tuple[Award, ...]) -> tuple[Award, ...]:
    """Criteria that a rule works out (numbers, formulas) stay as they were worked out."""
    before = {award.criterion: award for award in found.waiting[page].awards}
    ruled = {criterion.id for criterion in found.item.criteria if criterion.check is not None}
    return tuple(before.get(a.criterion, a) if a.criterion in ruled else a for a in awards)


def _changed(found: _Lessons, before: Mark, awards: tuple[Award, ...], k: int) -> Mark:
    """The proposal as learned, with what changed and from how many marks in its reason."""
    steps = sum(award.steps for award in awards)
    said = "；".join(dict.fromkeys(award.reason for award in awards if award.reason))
    zh = found.exam.language == "zh"
    if steps == before.steps:
        why = f"按老师评过的{k}份，建议不变" if zh else f"unchanged after {k} marks of the teacher"
    else:
        old, new = (format_steps(one or 0, found.exam.step) for one in (before.steps, steps))
        why = (
            f"按老师评过的{k}份，由{old}分改为{new}分"
            if zh
            else f"from {old} to {new} after {k} marks of the teacher"
        )
    card_page = next((e.card_page for a in before.awards for e in a.evidence if e.card_page), 0)
    return before.model_copy(
        update={
            "steps": steps,
            "awards": tuple(_on_page(award, card_page) for award in awards),
            "model": MODEL,
            "confidence": reduce(lambda so_far, award: so_far * award.confidence, awards, 1.0),
            "reason": f"{said}（{why}）" if zh else f"{said} ({why})",
            "undoes": 0,
        }
    )


def _on_page(award: Award, card_page: int) -> Award:
    evidence = tuple(
        one if one.card_page else one.model_copy(update={"card_page": card_page}) for one in award.evidence
    )
    return award.model_copy(update={"evidence": evidence})


def _apply(tb: Toolbox, found: _Lessons, fresh: Mapping[str, Mark]) -> None:
    """Keep the new proposals where the mark is still the one that was looked at."""
    pages = list(fresh)
    for first in range(0, len(pages), _BATCH):
        with tb.store.write() as uow:
            for page in pages[first : first + _BATCH]:
                _keep_one(uow, found.waiting[page], fresh[page])


def _keep_one(uow: UnitOfWork, seen: Mark, fresh: Mark) -> None:
    now = uow.marks.current(seen.page_id, seen.item)
    if now is None or now.revision != seen.revision or not may_change(now):
        return
    if uow.marks.locked_by_another(seen.page_id, seen.item, "machine"):
        return  # it is on somebody's screen: what is shown there stays
    same = ("steps", "awards", "model", "confidence")
    if all(getattr(now, name) == getattr(fresh, name) for name in same):
        return
    exam = uow.exams.get(fresh.exam_id)
    uow.marks.add(under_licences(uow, exam, (fresh,))[0])
    if now.steps != fresh.steps:
        subject = f"{fresh.page_id}:{fresh.item}"
        words = {"before": str(now.steps), "after": str(fresh.steps)}
        uow.audit.write("machine", "mark.again", fresh.exam_id, subject, why=KIND, **words)


def _keep(
    tb: Toolbox, found: _Lessons, head: ItemHead, fresh: Mapping[str, Mark], *, applied: bool, by: str
) -> None:
    moved = [
        (found.waiting[page], mark) for page, mark in fresh.items() if found.waiting[page].steps != mark.steps
    ]
    moves = Counter((before.steps, after.steps) for before, after in moved)
    with tb.store.write() as uow:
        earlier = report_of(uow, found.exam.id, found.item.number)
        digest = rubric_digest(found.item)
        point = _point(found, head)
        past = earlier.curve if earlier is not None and earlier.rubric == digest else ()
        report = LearningReport(
            rubric=digest,
            at=utc_now(),
            curve=(*(one for one in past if one.k < point.k), point),
            waiting=len(fresh),
            moves=tuple((a, b or 0, n) for (a, b), n in sorted(moves.items(), key=lambda entry: -entry[1])),
            examples=tuple(_example(found, before, after) for before, after in moved[:_EXAMPLES]),
            applied=applied,
            by=by,
        )
        uow.analyses.add(found.exam.id, KIND, found.item.number, report.model_dump_json(), by)


def _point(found: _Lessons, head: ItemHead) -> LearningPoint:
    given, said = head.marked_steps, head.left_out_steps
    pairs = [
        (found.first[page].steps, mark.steps) for page, mark in found.marked.items() if page in found.first
    ]
    before = [machine == person for machine, person in pairs if machine is not None]
    return LearningPoint(
        k=head.k,
        kappa=_kappa(given.tolist(), said.tolist()),
        same=float((given == said).mean()),
        same_before=float(np.mean(before)) if before else None,
    )


def _kappa(given: Sequence[int], said: Sequence[int]) -> float | None:
    """Quadratic weighted kappa (Cohen 1968); ``None`` where chance alone would agree."""
    first, second = np.array(given, dtype=float), np.array(said, dtype=float)
    chance = float(((first[:, None] - second[None, :]) ** 2).mean())
    return None if chance == 0 else float(1 - ((first - second) ** 2).mean() / chance)


def _example(found: _Lessons, before: Mark, after: Mark) -> LearningChange:
    text = Response.of(found.texts[before.page_id]).text
    return LearningChange(
        page_id=before.page_id,
        text=text[:_LONGEST_EXAMPLE],
        before=before.steps,
        after=after.steps or 0,
        reason=after.reason,
    )
