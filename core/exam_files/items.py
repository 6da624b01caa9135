"""One item of the file, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.exam_files.answers import Share, read_blanks, read_criteria, read_levels, read_traits, shared_steps
from core.exam_files.building import build
from core.exam_files.fields import Fields
from core.exam_files.options import read_key, read_options, read_truth
from core.exam_files.words import KINDS, PARTIALS
from core.exams import (
    ChoiceOption,
    Essay,
    Fill,
    Item,
    ItemKind,
    MultipleChoice,
    PartialRule,
    Picture,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.scores import ScoreStep

_MEDIA = {"image/png": "image/png", "image/jpeg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a section says for all of its items."""

    step: ScoreStep
    kind: ItemKind | None = None
    full_steps: int | None = None
    options: tuple[ChoiceOption, ...] | None = None
    partial: PartialRule = PartialRule.NONE
    knowledge_points: tuple[str, ...] = ()
    ability: str = ""


def read_item(fields: Fields, frame: Frame) -> Item | None:
    """The item, or ``None`` after telling what is wrong with it."""
    number = fields.required("number").strip()
    return read_numbered(fields, frame, number) if number else None


def read_numbered(fields: Fields, frame: Frame, number: str, key: str | None = None) -> Item | None:
    """An item whose number (and key, in a run) stands elsewhere."""
    kind = kind_of_item(fields, frame)
    if kind is None:
        if "kind" not in fields:
            fields.wrong("kind", f"缺少题型，可用：{'、'.join(KINDS)}")
        return None
    shared = _shared(fields, frame, number)
    item = _READERS[kind](fields, frame, shared, key)
    fields.close()
    return item


def kind_of_item(fields: Fields, frame: Frame) -> ItemKind | None:
    """The kind written, else the section's, else what the fields can only mean."""
    if "kind" in fields:
        name = fields.choice("kind", {word: kind.value for word, kind in KINDS.items()}, "")
        return ItemKind(name) if name else frame.kind
    if frame.kind is not None:
        return frame.kind
    for name, kind in (
        ("blanks", ItemKind.FILL),
        ("criteria", ItemKind.SHORT_ANSWER),
        ("traits", ItemKind.ESSAY),
    ):
        if name in fields:
            return kind
    return None


def _shared(fields: Fields, frame: Frame, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "stem": fields.text("stem"),
        "reference_answer": fields.text("reference_answer"),
        "explanation": fields.text("explanation"),
        "pictures": _pictures(fields),
        "knowledge_points": fields.words("knowledge_points") or frame.knowledge_points,
        "ability": fields.text("ability") or frame.ability,
    }


def _pictures(fields: Fields) -> tuple[Picture, ...]:
    pictures = []
    for entry in fields.children("pictures"):
        picture = build(
            entry,
            Picture,
            name=entry.required("name"),
            blob=entry.text("blob"),
            media_type=entry.choice("media_type", _MEDIA, "image/png"),
        )
        entry.close()
        pictures.append(picture)
    return tuple(p for p in pictures if p is not None)


def _full_steps(fields: Fields, frame: Frame, parts: Share | None = None) -> int | None:
    """The item's points: written, or the section's, or the sum of its parts; they must agree."""
    written = fields.steps("points", frame.step) if "points" in fields else None
    if written is None and "points" in fields:
        return None
    if parts is None:
        written = frame.full_steps if written is None else written
        if not written:
            fields.wrong("points", "缺少分值" if written is None else "分值必须大于 0")
            return None
        return written
    return shared_steps(fields, frame.step, written, frame.full_steps, parts)


def _single(fields: Fields, frame: Frame, shared: dict[str, Any], key: str | None) -> Item | None:
    options = read_options(fields, frame.options)
    letters = read_key(fields, options, key)
    steps = _full_steps(fields, frame)
    if not (letters and steps):
        return None
    return build(fields, SingleChoice, full_steps=steps, options=options, key=letters, **shared)


def _multiple(fields: Fields, frame: Frame, shared: dict[str, Any], key: str | None) -> Item | None:
    options = read_options(fields, frame.options)
    letters = read_key(fields, options, key)
    partial = PartialRule(fields.choice("partial", PARTIALS, frame.partial.value))
    steps = _full_steps(fields, frame)
    if not (letters and steps):
        return None
    return build(
        fields, MultipleChoice, full_steps=steps, options=options, key=letters, partial=partial, **shared
    )


def _true_false(fields: Fields, frame: Frame, shared: dict[str, Any], key: str | None) -> Item | None:
    truth = read_truth(fields, key)
    steps = _full_steps(fields, frame)
    if truth is None or steps is None:
        return None
    return build(fields, TrueFalse, full_steps=steps, key=truth, **shared)


def _fill(fields: Fields, frame: Frame, shared: dict[str, Any], _: str | None) -> Item | None:
    total = fields.steps("points", frame.step) or frame.full_steps
    blanks, share = read_blanks(fields, frame.step, total)
    any_order = fields.truth("any_order", False)
    steps = _full_steps(fields, frame, share) if share.whole else None
    if steps is None:
        return None
    return build(fields, Fill, full_steps=steps, blanks=blanks, any_order=any_order, **shared)


def _short(fields: Fields, frame: Frame, shared: dict[str, Any], _: str | None) -> Item | None:
    criteria, share = read_criteria(fields, frame.step)
    height_mm = fields.size_mm("height_mm", 40.0, 11.99, 500)
    steps = _full_steps(fields, frame, share) if share.whole else None
    if steps is None:
        return None
    return build(fields, ShortAnswer, full_steps=steps, criteria=criteria, height_mm=height_mm, **shared)


def _essay(fields: Fields, frame: Frame, shared: dict[str, Any], _: str | None) -> Item | None:
    traits, share = read_traits(fields, frame.step)
    levels = read_levels(fields, frame.step)
    room = {
        "characters": fields.whole("characters", 600, 60, 2000),
        "ruled": fields.truth("ruled", False),
    }
    steps = _full_steps(fields, frame, share if traits else None) if share.whole else None
    if steps is None:
        return None
    for level in levels:
        if level.high_steps > steps:
            fields.wrong("levels", f"“{level.name}”的上限超过本题满分")
    return build(fields, Essay, full_steps=steps, levels=levels, traits=traits, **room, **shared)


_READERS: dict[ItemKind, Callable[[Fields, Frame, dict[str, Any], str | None], Item | None]] = {
    ItemKind.SINGLE_CHOICE: _single,
    ItemKind.MULTIPLE_CHOICE: _multiple,
    ItemKind.TRUE_FALSE: _true_false,
    ItemKind.FILL: _fill,
    ItemKind.SHORT_ANSWER: _short,
    ItemKind.ESSAY: _essay,
}
