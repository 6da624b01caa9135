"""Parts of an item that carry points: blanks, 给分点, traits, and the levels of an essay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.answer_keys import costs_of
from core.exam_files.building import build
from core.exam_files.fields import Fields
from core.exam_files.numbers import read_numeric
from core.exam_files.problems import shortened
from core.exam_files.science import read_check, read_follows
from core.exams import Blank, Criterion, EssayLevel, EssayTrait
from core.scores import ScoreStep, format_steps

#: Any of these is a key for a blank.
_KEYS = ("accepted", "numeric", "expression", "check")


@dataclass(frozen=True, slots=True)
class Share:
    """The parts' points together, and whether every part could be read."""

    steps: int
    whole: bool
    what: str


def shared_steps(
    fields: Fields, step: ScoreStep, written: int | None, default: int | None, parts: Share
) -> int | None:
    """The item's points, which its parts add up to; a section's default only has to agree."""
    expected = written if written is not None else default
    if expected is not None and expected != parts.steps:
        seen = format_steps(expected, step), format_steps(parts.steps, step)
        fields.wrong("points", f"本题 {seen[0]} 分，但各{parts.what}合计 {seen[1]} 分")
        return None
    return parts.steps


def read_blanks(fields: Fields, step: ScoreStep, total: int | None) -> tuple[tuple[Blank, ...], Share]:
    """``blanks``, or a single blank written at the item itself.

    Blanks without points share the item's ``total`` steps equally.
    """
    entries = fields.children("blanks") if "blanks" in fields else ()
    if not entries:
        if "blanks" in fields or not any(n in fields for n in _KEYS):
            fields.wrong("blanks", "填空题缺少答案：写 blanks，或直接写 accepted、numeric、expression、check")
            return (), Share(0, False, "空")
        blank = _blank(fields, step, total)
        return ((blank,), Share(blank.steps, True, "空")) if blank else ((), Share(0, False, "空"))
    share = _equal_share(fields, entries, total)
    blanks = [_closed_blank(entry, step, share) for entry in entries]
    good = tuple(blank for blank in blanks if blank is not None)
    return good, Share(sum(b.steps for b in good), len(good) == len(blanks), "空")


def _equal_share(fields: Fields, entries: tuple[Fields, ...], total: int | None) -> int | None:
    if total is None or any("points" in entry for entry in entries):
        return None
    if total % len(entries):
        fields.wrong("points", f"分值不能平均分给 {len(entries)} 个空，请在每个空写 points")
        return None
    return total // len(entries)


def _closed_blank(entry: Fields, step: ScoreStep, share: int | None) -> Blank | None:
    written = _points(entry, step) if share is None or "points" in entry else share
    blank = _blank(entry, step, written)
    entry.close()
    return blank


def _blank(fields: Fields, step: ScoreStep, steps: int | None) -> Blank | None:
    values: dict[str, Any] = {
        "accepted": fields.words("accepted"),
        "wrong": fields.words("wrong"),
        "numeric": read_numeric(fields, step),
        "expression": fields.text("expression"),
        "check": read_check(fields, step, steps),
        "case_sensitive": fields.truth("case_sensitive", False),
        "width_mm": fields.size_mm("width_mm", 45.0, 8, 170),
    }
    both = [text for text in values["wrong"] if text in values["accepted"]]
    if both:
        fields.wrong("wrong", f"“{both[0]}”既是答案又是常见错答，请去掉一处")
        return None
    if not any(values[name] for name in _KEYS):
        if not any(name in fields for name in _KEYS):
            fields.wrong("accepted", "这个空没有答案：写 accepted、numeric、expression 或 check")
        return None
    if steps is None:
        if "points" not in fields:
            fields.wrong("points", "缺少分值")
        return None
    numeric = values["numeric"]
    dear = [name for name, cost in (costs_of(numeric) if numeric else {}).items() if cost > steps]
    if dear:
        fields.wrong("numeric", f"{dear[0].removesuffix('_steps')}_points 超过了这个空的分值")
        return None
    return build(fields, Blank, steps=steps, **values)


def read_criteria(fields: Fields, step: ScoreStep) -> tuple[tuple[Criterion, ...], Share]:
    """``criteria``; ids that are absent are the position, from 1."""
    entries = fields.children("criteria")
    if not entries:
        fields.wrong("criteria", "解答题缺少给分点")
        return (), Share(0, False, "给分点")
    ids = _ids(entries)
    criteria: list[Criterion | None] = []
    for entry, id_ in zip(entries, ids, strict=True):
        check = read_check(entry, step, entry.steps("points", step))
        before = [criterion for criterion in criteria if criterion is not None]
        criterion = build_part(
            entry,
            step,
            Criterion,
            "steps",
            id=id_,
            statement=entry.required("statement"),
            accepted=entry.words("accepted"),
            must_not=entry.words("must_not"),
            check=check,
            follows=read_follows(entry, step, check, before),
        )
        criteria.append(criterion)
    good = tuple(c for c in criteria if c is not None)
    return good, Share(sum(c.steps for c in good), len(good) == len(criteria), "给分点")


def read_traits(fields: Fields, step: ScoreStep) -> tuple[tuple[EssayTrait, ...], Share]:
    """``traits``: scored on their own, adding up to the item's points."""
    entries = fields.children("traits")
    traits = []
    for entry, id_ in zip(entries, _ids(entries), strict=True):
        texts = {"name": entry.required("name"), "description": entry.text("description")}
        traits.append(build_part(entry, step, EssayTrait, "full_steps", id=id_, **texts))
    good = tuple(t for t in traits if t is not None)
    return good, Share(sum(t.full_steps for t in good), len(good) == len(traits), "维度")


def read_levels(fields: Fields, step: ScoreStep) -> tuple[EssayLevel, ...]:
    """``levels``: each a name and a band ``low``–``high`` in points."""
    levels = []
    for entry in fields.children("levels"):
        low, high = entry.steps("low", step), entry.steps("high", step)
        name, description = entry.required("name"), entry.text("description")
        entry.close()
        if low is None or high is None:
            for missing in ("low", "high"):
                if missing not in entry:
                    entry.wrong(missing, "缺少这个字段")
            continue
        if low > high:
            entry.wrong("low", f"下限 {entry.text('low')} 大于上限 {entry.text('high')}")
            continue
        levels.append(EssayLevel(name=name, low_steps=low, high_steps=high, description=description))
    return tuple(levels)


def build_part(entry: Fields, step: ScoreStep, record: Any, steps_name: str, **values: Any) -> Any:
    """A part with points; told when they are absent."""
    steps = _points(entry, step)
    entry.close()
    if steps is None or not all(values.get(name, "x") for name in ("statement", "name")):
        return None
    return build(entry, record, **{steps_name: steps}, **values)


def _points(entry: Fields, step: ScoreStep) -> int | None:
    steps = entry.steps("points", step)
    if "points" not in entry:
        entry.wrong("points", "缺少分值")
    elif steps == 0:
        entry.wrong("points", "分值必须大于 0")
        return None
    return steps


def _ids(entries: tuple[Fields, ...]) -> tuple[str, ...]:
    """Ids as written, else the position from 1; told when two are equal."""
    ids: list[str] = []
    for index, entry in enumerate(entries, start=1):
        id_ = entry.text("id").strip() or str(index)
        if id_ in ids:
            entry.wrong("id", f"编号“{shortened(id_)}”用了两次")
        ids.append(id_)
    return tuple(ids)
