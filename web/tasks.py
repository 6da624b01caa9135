"""A response as the marking desk's script gets it: nothing in it says whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import render_template, url_for

from core.exams import Essay, Exam, Item, MultipleChoice, ShortAnswer, SingleChoice, TrueFalse
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import TextReading
from core.scores import format_steps
from pipeline.essays import essay_facts_of
from pipeline.proposals import option_labels
from pipeline.results import picture_notes
from pipeline.review import CriterionPad, ReviewTask
from web.context import tools
from web.evidence import evidence_boxes
from web.labels import reason_words, verdict_words

#: As ``ocr.photos.doubts`` words it, which the web process must not import (a test compares them).
UNCLEAR = "图像不清"


def task_json(exam: Exam, task: ReviewTask) -> dict[str, Any]:
    """The response with its crop, rubric, proposal and pads; scores in steps and in points."""
    item, mark = task.item, task.mark
    given = {award.criterion: award for award in mark.awards}
    proposed = mark.state is MarkState.PROPOSED
    machine = _shown_machine(task)
    said = {award.criterion: award for award in machine.awards} if machine else {}
    blind = mark.seed and proposed
    looked_at = mark.source is MarkSource.PERSON  # a person's mark may wait to be looked at again
    return {
        "page": task.page_id,
        "item": item.number,
        "kind": item.kind.value,
        "step": exam.step.value,
        "full": item.full_steps,
        "crop": url_for("pictures.answer", exam_id=exam.id, page_id=task.page_id, item=item.number),
        "rubric": render_template("_rubric.html", exam=exam, item=item),
        "facts": _facts(exam, task),
        "boxes": evidence_boxes(task, said.values()),
        "pads": [
            _pad(exam, pad, given.get(pad.id), said.get(pad.id), proposed, looked_at)
            | {"verdict": _verdict(item, said.get(pad.id))}
            for pad in task.pads
        ],
        "options": _options(item, task),
        "text": [reading.text for reading in _read(task)],
        "spans": [_spans(reading, said.values()) for reading in _read(task)],
        "blind": blind,
        "picture": "; ".join(_picture_notes(task)),
        "crossed": [words for reading in task.reading.texts_of(item.number) for words in _crossed(reading)],
        "steps": None if blind else mark.steps,
        "final": not proposed,
        "reason": "" if blind else reason_words(mark.reason),
        "flag": mark.flag,
        "revision": mark.revision,
        "standard": task.rubric,
        "by_person": looked_at,
        "again": proposed and looked_at,
        "confidence": machine.confidence if machine and machine.steps is not None else None,
    }


def _facts(exam: Exam, task: ReviewTask) -> str:
    """Facts about an essay, and about a long short answer that another candidate's words stand in."""
    with tools().store.read() as uow:
        facts = essay_facts_of(uow, exam.id, task.page_id, task.item.number)
    if facts is None or not (isinstance(task.item, Essay) or facts.from_another):
        return ""
    return render_template("_essay_facts.html", facts=facts, exam=exam, item=task.item)


def _shown_machine(task: ReviewTask) -> Mark | None:
    """The machine's word, unless people are not to see it, or it is of a standard that no longer holds."""
    hidden = task.mark.seed and task.mark.state is MarkState.PROPOSED
    outdated = task.machine is not None and task.machine.rubric not in ("", task.rubric)
    return None if hidden or outdated else task.machine


def _pad(
    exam: Exam, pad: CriterionPad, kept: Award | None, said: Award | None, proposed: bool, looked_at: bool
) -> dict[str, Any]:
    """One criterion: what was given, and beside it what the machine says of it."""
    return {
        "id": pad.id,
        "name": pad.name,
        "full": pad.full_steps,
        "full_points": format_steps(pad.full_steps, exam.step),
        "given": kept.steps if kept and not proposed else None,
        "earlier": kept.steps if kept and proposed and looked_at else None,
        "proposed": said.steps if said and proposed else None,
        "machine": said.steps if said else None,
        "reason": reason_words(said.reason) if said else "",
        "evidence": [e.text for e in said.evidence if e.text] if said else [],
        "confidence": said.confidence if said else None,
        "chances": [[format_steps(steps, exam.step), round(p, 4)] for steps, p in said.distribution]
        if said
        else [],
        "odds": [[text, round(p, 4), text in said.earning] for text, p in said.odds] if said else [],
    }


def _verdict(item: Item, said: Award | None) -> str:
    """In words for short answers alone: what stands in a blank is compared, not understood."""
    return verdict_words(said) if said and isinstance(item, ShortAnswer) else ""


def _options(item: Item, task: ReviewTask) -> dict[str, Any] | None:
    if not isinstance(item, SingleChoice | MultipleChoice | TrueFalse):
        return None
    reading = task.reading.bubble(item.number)
    fills = {fill.label: fill.fill for fill in reading.fills} if reading else {}
    return {
        "labels": list(option_labels(item)),
        "multiple": isinstance(item, MultipleChoice),
        "marked": list(reading.marked) if reading else [],
        "fills": fills,
        "why": reason_words(reading.reason) if reading else "",
    }


def _read(task: ReviewTask) -> tuple[TextReading, ...]:
    return tuple(reading for reading in task.reading.texts_of(task.item.number) if reading.text)


def _spans(reading: TextReading, awards: Iterable[Award]) -> list[list[int | str]]:
    """Where in the text the evidence stands: start, end, criterion."""
    return [
        [e.start, e.end, award.criterion]
        for award in awards
        for e in award.evidence
        if e.part == reading.part and reading.text[e.start : e.end] == e.text
    ]


def _picture_notes(task: ReviewTask) -> tuple[str, ...]:
    """What is the matter with the picture, where the answer lies at a place that is hard to see."""
    bubble = task.reading.bubble(task.item.number)
    reasons = {text.note for text in task.reading.texts_of(task.item.number)}
    reasons.add(bubble.reason if bubble else "")
    return picture_notes(task.reading) if UNCLEAR in reasons else ()


def _crossed(reading: TextReading) -> list[str]:
    """The words that were crossed out, from line to line; apart where something stands between them."""
    words = []
    for line in reading.lines:
        placed = sorted(
            [*((char, False) for char in line.chars), *((char, True) for char in line.crossed)],
            key=lambda entry: entry[0].x_mm,
        )
        runs = groupby(placed, key=lambda entry: entry[1])
        words += ["".join(char.text for char, _ in run) for out, run in runs if out]
    return [word for word in words if word.strip()]
