"""What a changed standard does to the marks of an item: worked out before, and carried out once adopted.

Every response is proposed under the old and under the new standard by the same machine. Where both say the
same, the mark stays (a person's mark, too) and from then on stands under the new standard; where they
differ, the machine's mark follows and a person's goes back to people. Nothing else is touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.cards import Card
from core.exam_files import read_exam
from core.exam_files.one_item import item_of
from core.exams import Exam, ShortAnswer
from core.jobs import JobKind
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageReading
from core.patches import Fate, PatchDone, PatchPreview, TouchedResponse
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import Licence
from marking.rubric_changes import rewritten_statements, rubric_changes
from pipeline.analyses import Progress
from pipeline.engines import licence_of
from pipeline.learning import owe_learning_again
from pipeline.licences import owe_if_licensed, under_licences
from pipeline.marking_again import COUNTING, continuations, corrected_mark, follows_key, keep_again
from pipeline.missed import find_missed_wordings
from pipeline.patch_figures import class_shifts, flows_of, sample_of, seen_awards
from pipeline.proposals import option_labels, proposed_marks
from pipeline.regrounding import ground_lost, keep_ground, proposed_alike
from pipeline.results import ExamState, read_state
from pipeline.scorers import ExamScorer
from pipeline.toolbox import Toolbox

KIND = "patch"
DONE = "patch_done"


@dataclass(frozen=True)
class Judged:
    """One response under both standards, as the machine (or a person's word on the bubbles) has it."""

    reading: PageReading
    old: Mark
    new: Mark
    word: tuple[str, str] | None  #: what a person said was filled, and who


@dataclass(frozen=True)
class Bench:
    """All that judging the responses of one item needs."""

    old: Exam
    new: Exam
    item: str
    cards: Mapping[str, Card]
    readings: Mapping[str, PageReading]
    continued: Mapping[str, tuple[PageReading, ...]]
    words: Mapping[tuple[str, str], tuple[str, str]]
    licence: Licence
    scoring: ExamScorer | None  #: of short answers alone: models are loaded for it

    def judged(self) -> Iterator[Judged | None]:
        """For each page read, its response to the item; ``None`` when the item does not begin there."""
        for reading in self.readings.values():
            old, new = self._proposed(self.old, reading), self._proposed(self.new, reading)
            if old is None or new is None:
                yield None
                continue
            word = self.words.get((reading.page_id, self.item))
            if word is not None and option_labels(item_of(self.new, self.item)):
                old = corrected_mark(self.old, reading, old, word[0])
                new = corrected_mark(self.new, reading, new, word[0])
            yield Judged(reading, old, new, word)

    def _proposed(self, exam: Exam, reading: PageReading) -> Mark | None:
        several = (reading, *self.continued.get(reading.page_id, ()))
        scorer = self.scoring.scorer if self.scoring is not None else None
        marks = proposed_marks(exam, self.cards[reading.card_id], several, self.licence, (self.item,), scorer)
        return marks[0] if marks else None


def patch_analysis(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    """The job "patch": ``args["step"]`` is preview, adopt or wordings."""
    match args["step"]:
        case "preview":
            preview_patch(tb, exam_id, args, progress)
        case "adopt":
            carry_out_patch(tb, exam_id, args, progress)
        case _:
            find_missed_wordings(tb, exam_id, args["item"])


def preview_patch(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    """Work out what the item's new standard would do, and keep the document.

    Args:
        tb: where everything is kept; nothing but the document is written.
        exam_id: which exam.
        args: ``item``, ``blob`` (the new exam's YAML), ``base_revision``, ``by``.
        progress: of pages.
    """
    item, base = args["item"], args["base_revision"]
    new = read_exam(tb.blobs.get(args["blob"]).decode(), "试卷").model_copy(update={"revision": base})
    with tb.store.read() as uow:
        now = uow.exams.get(exam_id).revision
        bench = bench_of(tb, uow, uow.exams.get(exam_id, base), new, item)
        state = read_state(uow, exam_id)
        counting = {entry.page.id for entry in uow.pages.entries(exam_id, COUNTING)}
        releases = uow.outputs.releases(exam_id)
    preview = PatchPreview(
        item=item,
        blob=args["blob"],
        base_revision=base,
        by=args["by"],
        changes=rubric_changes(item_of(bench.old, item), item_of(new, item), new.step),
        cautions=_cautions(bench),
        released=releases[0].revision if releases else 0,
        at=utc_now(),
    )
    if now != base:
        preview = preview.model_copy(update={"refused": f"试卷已被改到第 {now} 版, 请重新预览。"})
    else:
        preview, alike = _worked_out(preview, bench, state, counting, progress)
        if not alike:
            with tb.store.read() as uow:
                preview = preview.model_copy(
                    update={"cautions": (*preview.cautions, *ground_lost(uow, bench.old, item))}
                )
    with tb.store.write() as uow:
        if bench.scoring is not None:
            bench.scoring.keep(uow)
        uow.analyses.add(exam_id, KIND, item, preview.model_dump_json(), args["by"])


def bench_of(tb: Toolbox, uow: UnitOfWork, old: Exam, new: Exam, item: str) -> Bench:
    """What judging needs, read in one transaction."""
    readings = uow.pages.readings(old.id)
    scored = isinstance(item_of(new, item), ShortAnswer)
    return Bench(
        old=old,
        new=new,
        item=item,
        cards={card.id: card for card in uow.cards.of_exam(old.id)},
        readings=readings,
        continued=continuations(uow, old.id, readings),
        words=uow.pages.corrections(old.id),
        licence=licence_of(tb.settings),
        scoring=ExamScorer(tb.settings, uow, new) if scored else None,
    )


def _cautions(bench: Bench) -> tuple[str, ...]:
    """What the counts cannot show."""
    old, new = item_of(bench.old, bench.item), item_of(bench.new, bench.item)
    told = []
    if rewritten_statements(old, new):
        told.append("给分点的表述改了。机器看不出影响的人工分会保留, 请先抽看几份。")
    if bench.old.full_steps != bench.new.full_steps:
        told.append("试卷总分随之改变。")
    return tuple(told)


def _worked_out(
    preview: PatchPreview, bench: Bench, state: ExamState, counting: set[str], progress: Progress
) -> tuple[PatchPreview, bool]:
    """The preview, and whether the machine proposes exactly the same for every response."""
    fates: Counter[Fate] = Counter()
    alike = True
    touched: list[TouchedResponse] = []
    after = dict(state.marks)
    for done, judged in enumerate(bench.judged(), start=1):
        progress(done, len(bench.readings))
        if judged is not None:
            alike = alike and proposed_alike(judged.old, judged.new)
        if judged is None or judged.reading.page_id not in counting:
            continue
        key = judged.reading.page_id, bench.item
        current = state.marks.get(key)
        fate = fate_of(current, judged)
        fates[fate] += 1
        if fate in (Fate.REMARKED, Fate.SUGGESTED):
            after[key] = judged.new
        if fate in (Fate.REMARKED, Fate.SUGGESTED, Fate.RECHECK):
            touched.append(_touched(judged, current, fate))
    changed = replace(state, exam=bench.new, marks=after)
    worked_out = preview.model_copy(
        update={
            "responses": sum(fates.values()),
            "fates": dict(fates),
            "flows": flows_of(touched),
            "sample": sample_of(touched),
            "classes": class_shifts(state, changed, bench.item),
        }
    )
    return worked_out, alike


def fate_of(current: Mark | None, judged: Judged) -> Fate:
    """What becomes of the response's mark.

    A mark under a standard older than the one that is changed is judged as if it had been touched: what the
    machine says of the two newer standards says nothing about it.
    """
    if current is None:  # nothing was marked, so nothing changes
        return Fate.OPEN
    follows = current.source is MarkSource.MACHINE or (judged.word is not None and follows_key(current))
    if not follows and (current.flag or current.state is MarkState.PROPOSED):
        return Fate.OPEN
    known = current.rubric == judged.old.rubric
    if not follows:
        said = judged.old.steps is not None  # a machine that says nothing confirms nothing
        return Fate.CONFIRMED if known and said and _same_awards(judged) else Fate.RECHECK
    if known and _same_awards(judged) and judged.old.state is judged.new.state:
        return Fate.SAME
    return Fate.REMARKED if current.state is MarkState.FINAL else Fate.SUGGESTED


def _same_awards(judged: Judged) -> bool:
    def given(mark: Mark) -> list[tuple[str, int, int]]:
        return [(award.criterion, award.steps, award.full_steps) for award in mark.awards]

    return judged.old.steps == judged.new.steps and given(judged.old) == given(judged.new)


def _touched(judged: Judged, current: Mark | None, fate: Fate) -> TouchedResponse:
    before = None if current is None else current.steps
    old, new = judged.old, judged.new
    shown = judged.word[0] if judged.word is not None else _read(judged.reading, old.item)
    return TouchedResponse(
        page_id=judged.reading.page_id,
        item=old.item,
        fate=fate,
        before=before,
        after=before if fate is Fate.RECHECK else new.steps,
        old=old.steps,
        new=new.steps,
        old_awards=seen_awards(old),
        new_awards=seen_awards(new),
        text=shown,
    )


def _read(reading: PageReading, item: str) -> str:
    bubble = reading.bubble(item)
    if bubble is not None:
        return "".join(bubble.marked)
    return "\n".join(text.text for text in reading.texts_of(item) if text.text)


def carry_out_patch(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    """Mark again exactly what the adopted standard touches. Running it again changes nothing more.

    Args:
        tb: where everything is kept.
        exam_id: which exam.
        args: ``item``, ``base_revision``, ``revision`` (as adopted), ``by``, ``why``.
        progress: of pages.
    """
    item, revision = args["item"], args["revision"]
    with tb.store.read() as uow:
        new = uow.exams.get(exam_id, revision)
        bench = bench_of(tb, uow, uow.exams.get(exam_id, args["base_revision"]), new, item)
        counting = {entry.page.id for entry in uow.pages.entries(exam_id, COUNTING)}
    fates: Counter[Fate | None] = Counter()
    alike = True
    for done, judged in enumerate(bench.judged(), start=1):
        if judged is not None:
            alike = alike and proposed_alike(judged.old, judged.new)
            with tb.store.write() as uow:
                if uow.exams.get(exam_id).revision != revision:  # changed once more: this standard is old
                    last = uow.exams.get(exam_id).revision
                    uow.jobs.ask(JobKind.MARK, exam_id, {"items": [item], "revision": last})
                    return
                fate = _carried_out(uow, bench, judged, f"revision {revision}")
            if judged.reading.page_id in counting:
                fates[fate] += 1
        progress(done, len(bench.readings))
    _note(tb, exam_id, args, bench, fates, alike=alike)


def _carried_out(uow: UnitOfWork, bench: Bench, judged: Judged, why: str) -> Fate | None:
    """Keep what the standard makes of one response; ``None`` when it stands under it already."""
    current = uow.marks.current(judged.reading.page_id, bench.item)
    if current is not None and current.rubric == judged.new.rubric:
        return None
    fate = fate_of(current, judged)
    if current is not None and fate in (Fate.SAME, Fate.CONFIRMED):
        uow.marks.add(current.model_copy(update={"rubric": judged.new.rubric, "undoes": 0}))
    else:
        for mark in under_licences(uow, bench.new, (judged.new,)):
            keep_again(uow, bench.new, judged.reading, mark, judged.word, why)
    return fate


def _note(
    tb: Toolbox,
    exam_id: str,
    args: Mapping[str, Any],
    bench: Bench,
    fates: Mapping[Fate | None, int],
    *,
    alike: bool,
) -> None:
    item = args["item"]
    told = {fate: count for fate, count in fates.items() if fate is not None}
    done = PatchDone(
        item=item,
        revision=args["revision"],
        by=args["by"],
        why=args["why"],
        changes=rubric_changes(item_of(bench.old, item), item_of(bench.new, item), bench.new.step),
        fates=told,
        earlier=fates.get(None, 0),
        at=utc_now(),
    )
    counts = ", ".join(f"{fate.value} {count}" for fate, count in sorted(told.items()))
    with tb.store.write() as uow:
        if bench.scoring is not None:
            bench.scoring.keep(uow)
        if alike:
            keep_ground(uow, exam_id, item_of(bench.old, item), item_of(bench.new, item))
        owed = (*owe_learning_again(uow, bench.new, (item,)), *owe_if_licensed(uow, exam_id))
        uow.analyses.add(exam_id, DONE, item, done.model_dump_json())
        uow.audit.write("machine", "patch.done", exam_id, f"revision {args['revision']}", after=counts)
    for job_id in owed:
        tb.wake(job_id)
