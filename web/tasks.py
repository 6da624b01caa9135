"""A response as the marking desk's script gets it: nothing in it says whose it is."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import render_template, url_for

from core.exams import Exam, Item, MultipleChoice, SingleChoice, TrueFalse
from core.marks import Award, MarkSource, MarkState
from core.pages import TextReading
from core.scores import format_steps
from pipeline.proposals import option_labels
from pipeline.results import picture_notes
from pipeline.review import CriterionPad, ReviewTask
from web.evidence import evidence_boxes
from web.labels import reason_words

#: As ``ocr.photos.doubts`` words it, which the web process must not import (a test compares them).
UNCLEAR = "图像不清"


def task_json(exam: Exam, task: ReviewTask) -> dict[str, Any]:
    """The response with its crop, rubric, proposal and pads; scores in steps and in points."""
    item, mark = task.item, task.mark
    awards = {award.criterion: award for award in mark.awards}
    proposed = mark.state is MarkState.PROPOSED
    return {
        "page": task.page_id,
        "item": item.number,
        "kind": item.kind.value,
        "step": exam.step.value,
        "full": item.full_steps,
        "crop": url_for("pictures.answer", exam_id=exam.id, page_id=task.page_id, item=item.number),
        "rubric": render_template("_rubric.html", exam=exam, item=item),
        "boxes": evidence_boxes(task),
        "pads": [_pad(exam, pad, awards.get(pad.id), proposed) for pad in task.pads],
        "options": _options(item, task),
        "text": _texts(task),
        "picture": "; ".join(_picture_notes(task)),
        "crossed": [words for reading in task.reading.texts_of(item.number) for words in _crossed(reading)],
        "steps": mark.steps,
        "final": not proposed,
        "reason": reason_words(mark.reason),
        "flag": mark.flag,
        "revision": mark.revision,
        "standard": task.rubric,
        "by_person": mark.source is MarkSource.PERSON,
        "confidence": mark.confidence if mark.source is MarkSource.MACHINE else None,
    }


def _pad(exam: Exam, pad: CriterionPad, award: Award | None, proposed: bool) -> dict[str, Any]:
    return {
        "id": pad.id,
        "name": pad.name,
        "full": pad.full_steps,
        "full_points": format_steps(pad.full_steps, exam.step),
        "given": award.steps if award and not proposed else None,
        "proposed": award.steps if award and proposed else None,
        "reason": reason_words(award.reason) if award else "",
        "evidence": [e.text for e in award.evidence if e.text] if award else [],
        "confidence": award.confidence if award else None,
        "odds": [[text, round(p, 4), text in award.earning] for text, p in award.odds] if award else [],
    }


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


def _texts(task: ReviewTask) -> list[str]:
    return [reading.text for reading in task.reading.texts_of(task.item.number) if reading.text]


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
