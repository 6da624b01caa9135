"""Learning an item from its teacher's marks: proposals that wait follow; a person's mark never changes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from core.errors import BadInput, ZhupiError
from core.exam_files.one_item import item_of
from core.exams import Exam, ShortAnswer
from core.geometry import BoxMm
from core.learning import LearningChange, LearningPoint, LearningReport
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import PageReading, TextReading
from core.scores import format_steps
from core.scoring import MarkedResponse, Question, Response, Rubric
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from marking.evidence import evidence_of
from marking.reading_odds import is_unread
from marking.scoring.guards import NAME as GUARDS
from marking.scoring.item_head import Embed, ItemHead
from marking.scoring.protocol import Scorer
from marking.scoring.worded import MODEL as WORDED
from models.text_encoder import text_encoder
from pipeline.continued_pages import later_pages
from pipeline.learning import KIND, is_learnt, policy_of, report_of
from pipeline.licences import under_licences
from pipeline.marking_again import COUNTING
from pipeline.proposals import pages_of_parts, placed_awards, question_of
from pipeline.toolbox import Toolbox
from pipeline.unseen import is_unseen

_log = logging.getLogger(__name__)

_EXAMPLES = 12
_LONGEST_EXAMPLE = 200
#: Marks changed, or pages read, in one transaction.
_BATCH = 200


@dataclass(frozen=True)
class _Lessons:
    """What is learned from: texts by page id, marks of people, proposals that wait, first proposals."""

    exam: Exam
    item: ShortAnswer
    texts: Mapping[str, tuple[TextReading, ...]]
    parts: Mapping[str, Mapping[int, int]]  #: by page id the card page of each part
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
        page: _changed(found, head, found.waiting[page], _kept_rules(found, page, awards))
        for page, awards in zip(pages, scored, strict=True)
    }
    with tb.store.read() as uow:
        at_once = not policy_of(uow, exam_id).ask_first
    held = _is_measured(found)
    apply = bool(args.get("apply")) or (at_once and not held)
    if apply:
        _apply(tb, found, fresh)
    _keep(tb, found, head, fresh, applied=apply, held=held and not apply, by=str(args.get("by", "machine")))
    progress(3, 3)


def _gathered(tb: Toolbox, exam_id: str, number: str) -> _Lessons:
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = item_of(exam, number)
        if not isinstance(item, ShortAnswer):
            raise BadInput(f"第 {number} 题不是简答题, 不需要学习。", "请选择简答题。")
        marks = {page: mark for (page, _), mark in uow.marks.of_exam(exam_id, items=[number]).items()}
        first = _first(uow.marks.machine_revisions(exam_id, number))
        texts, parts = _texts(uow, exam_id, number, marks)
    read = {page: own for page, own in texts.items() if own and not any(is_unread(text) for text in own)}
    digest = rubric_digest(item)
    teaching = [mark for page, mark in marks.items() if page in read and _teaches(mark, digest)]
    given = {mark.page_id: mark for mark in sorted(teaching, key=lambda mark: (mark.at, mark.page_id))}
    waiting = {page: mark for page, mark in marks.items() if page in read and may_change(mark)}
    return _Lessons(exam, item, read, parts, given, waiting, {p: m for p, m in first.items() if p in read})


def _texts(
    uow: UnitOfWork, exam_id: str, number: str, pages: Iterable[str]
) -> tuple[dict[str, tuple[TextReading, ...]], dict[str, dict[int, int]]]:
    """By page id what was read of the item there and on later pages, and the card page of each part.

    Readings are taken some pages at a time, and of each only the item is kept: a page's reading is large.
    """
    later = later_pages(uow.pages.entries(exam_id, COUNTING))
    texts: dict[str, tuple[TextReading, ...]] = {}
    parts: dict[str, dict[int, int]] = {}
    wanted = list(pages)
    for first in range(0, len(wanted), _BATCH):
        some = wanted[first : first + _BATCH]
        several = list(dict.fromkeys([*some, *(page for one in some for page in later.get(one, ()))]))
        readings = uow.pages.readings(exam_id, several)
        for page in some:
            own = _own(readings, (page, *later.get(page, ())))
            if own:
                texts[page] = tuple(text for reading in own for text in reading.texts_of(number))
                parts[page] = pages_of_parts(own, number)
    return texts, parts


def _own(readings: Mapping[str, PageReading], pages: Sequence[str]) -> tuple[PageReading, ...]:
    """The page's reading and those that go on from it; () where the page itself was not read."""
    return tuple(readings[page] for page in pages if page in readings) if pages[0] in readings else ()


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


def _first(revisions: Iterator[Mark]) -> dict[str, Mark]:
    """By page id the machine's last word that did not come from learning."""
    return {mark.page_id: mark for mark in revisions if mark.awards and not is_learnt(mark)}


class Replayed:
    """The scorer whose word is already kept: the awards of the machine's marks, by what was read.

    Of an answer of which nothing is kept, what was said of the same text elsewhere; else the shipped scorer
    is asked. The name is that of the models whose word it is.
    """

    def __init__(
        self,
        marks: Iterable[Mark],
        texts: Mapping[str, tuple[TextReading, ...]],
        rubric: Rubric,
        question: Question,
    ) -> None:
        wanted = [criterion.id for criterion in rubric.criteria]
        fitting = [mark for mark in marks if [award.criterion for award in mark.awards] == wanted]
        self._own = {_read_as(Response.of(texts[mark.page_id])): mark.awards for mark in fitting}
        self._same_text = {Response.of(texts[mark.page_id]).text: mark.awards for mark in fitting}
        self.name = " & ".join(sorted({mark.model for mark in fitting if mark.model})) or "shipped"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """The kept awards, with the evidence where it stands in each answer."""
        new = [response for response in responses if response.text not in self._same_text]
        if new:
            said = _shipped().score_all(question, rubric, new)
            self._same_text.update(zip((response.text for response in new), said, strict=True))
        return tuple(self._awards(response) for response in responses)

    def _awards(self, response: Response) -> tuple[Award, ...]:
        own = self._own.get(_read_as(response))
        if own is not None:
            return own
        return tuple(_evidenced(award, response) for award in self._same_text[response.text])


_ReadAs = tuple[str, tuple[tuple[int, BoxMm, float], ...]]


def _read_as(response: Response) -> _ReadAs:
    """The text, and where and how surely each line was read: no two pages are alike in it."""
    lines = ((r.part, line.box, line.probability) for r in response.readings for line in r.kept_lines)
    return response.text, tuple(lines)


def _evidenced(award: Award, response: Response) -> Award:
    """The award with its evidence looked up in this answer; what does not stand there is left out."""
    parts = {reading.part: reading for reading in response.readings}
    placed = [
        new
        for e in award.evidence
        if e.part in parts and parts[e.part].text[e.start : e.end] == e.text
        for new in evidence_of(parts[e.part], e.start, e.end)
    ]
    typed = award.evidence if not response.readings else tuple(placed)
    return award.model_copy(update={"evidence": typed})


def _shipped() -> Scorer:
    from pipeline.scorers import guarded_scorer  # noqa: PLC0415  (loads models, seldom needed here)

    return guarded_scorer()


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


def _is_measured(found: _Lessons) -> bool:
    """Whether the item has, or is about to get, marks given without sight of the machine's.

    They measure the scorer that proposed: under a new one they would be worth nothing for a licence.
    """
    drawn = any(mark.seed for mark in found.waiting.values())
    return drawn or any(mark.seen_proposal is False for mark in found.marked.values())


def _kept_rules(found: _Lessons, page: str, awards: tuple[Award, ...]) -> tuple[Award, ...]:
    """What a rule decides stays as it was: steps worked out, wordings that stand there outright, broken guards."""
    before = {award.criterion: award for award in found.waiting[page].awards}
    checked = {criterion.id for criterion in found.item.criteria if criterion.check is not None}
    kept = {
        name: award
        for name, award in before.items()
        if name in checked
        or (award.model.startswith(WORDED) and award.evidence)
        or award.model.endswith(GUARDS)
    }
    return tuple(kept.get(award.criterion, award) for award in awards)


def _changed(found: _Lessons, head: ItemHead, before: Mark, awards: tuple[Award, ...]) -> Mark:
    """The proposal as learned, with what changed and from how many marks in its reason."""
    k = head.k
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
    parts = found.parts[before.page_id]
    return before.model_copy(
        update={
            "steps": steps,
            "awards": placed_awards(awards, parts, min(parts.values())),
            "model": head.name,
            "confidence": reduce(lambda so_far, award: so_far * award.confidence, awards, 1.0),
            "reason": f"{said}（{why}）" if zh else f"{said} ({why})",
            "undoes": 0,
        }
    )


def _apply(tb: Toolbox, found: _Lessons, fresh: Mapping[str, Mark]) -> None:
    """Keep the new proposals where the mark is still the one that was looked at."""
    pages = list(fresh)
    for first in range(0, len(pages), _BATCH):
        some = pages[first : first + _BATCH]
        with tb.store.write() as uow:
            exam = uow.exams.get(found.exam.id)
            for mark in under_licences(uow, exam, [fresh[page] for page in some]):
                _keep_one(uow, found.waiting[mark.page_id], mark)


def _keep_one(uow: UnitOfWork, seen: Mark, fresh: Mark) -> None:
    now = uow.marks.current(seen.page_id, seen.item)
    if now is None or now.revision != seen.revision or not may_change(now):
        return
    if uow.marks.locked_by_another(seen.page_id, seen.item, "machine"):
        return  # it is on somebody's screen: what is shown there stays
    same = ("steps", "awards", "model", "confidence")
    if all(getattr(now, name) == getattr(fresh, name) for name in same):
        return
    uow.marks.add(fresh)
    if now.steps != fresh.steps:
        subject = f"{fresh.page_id}:{fresh.item}"
        words = {"before": str(now.steps), "after": str(fresh.steps)}
        uow.audit.write("machine", "mark.again", fresh.exam_id, subject, why=KIND, **words)


def _keep(
    tb: Toolbox,
    found: _Lessons,
    head: ItemHead,
    fresh: Mapping[str, Mark],
    *,
    applied: bool,
    held: bool,
    by: str,
) -> None:
    moved = [
        (found.waiting[page], mark) for page, mark in fresh.items() if found.waiting[page].steps != mark.steps
    ]
    shown = [(before, after) for before, after in moved if not is_unseen(before)]
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
            examples=tuple(_example(found, before, after) for before, after in shown[:_EXAMPLES]),
            applied=applied,
            held=held,
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
