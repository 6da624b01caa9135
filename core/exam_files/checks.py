"""What only the whole exam shows: numbers used twice, 选做题, and points that do not add up."""

from __future__ import annotations

from dataclasses import dataclass

from core.exam_files.fields import Fields
from core.exam_files.sections import Placed
from core.exams import Item, OptionalGroup, Section
from core.scores import ScoreStep, format_steps


@dataclass(frozen=True, slots=True)
class Draft:
    """The exam as read so far."""

    placed: tuple[Placed, ...]
    groups: tuple[OptionalGroup, ...]
    sections: tuple[Section, ...]
    total: int | None
    total_written: bool


def check_draft(fields: Fields, draft: Draft, step: ScoreStep) -> None:
    """Tells what is wrong across items."""
    _numbers_are_unique(fields, draft)
    _groups_fit(fields, draft, step)
    if not fields.problems.any:
        _total_agrees(fields, draft, step)


def _numbers_are_unique(fields: Fields, draft: Draft) -> None:
    first: dict[str, int] = {}
    for item, line, path in draft.placed:
        if item is None:
            continue
        if item.number in first:
            where = f"题号 {item.number} 用了两次，第一次在第 {first[item.number]} 行"
            fields.problems.add(line, f"{path}.number", where)
        first.setdefault(item.number, line)


def _groups_fit(fields: Fields, draft: Draft, step: ScoreStep) -> None:
    items = {item.number: item for item, _, _ in draft.placed if item is not None}
    wrong_items = any(item is None for item, _, _ in draft.placed)
    owners: dict[str, str] = {}
    ids: set[str] = set()
    for group in draft.groups:
        if group.id in ids:
            fields.wrong("optional_groups", f"选做题组编号 {group.id} 用了两次")
        ids.add(group.id)
        for number in group.items:
            if number not in items and not wrong_items:
                fields.wrong("optional_groups", f"选做题组 {group.id} 里的题号 {number} 不在试卷中")
            if number in owners:
                fields.wrong("optional_groups", f"题号 {number} 已在选做题组 {owners[number]} 中")
            owners[number] = group.id
        _points_are_equal(fields, group, items, step)


def _points_are_equal(fields: Fields, group: OptionalGroup, items: dict[str, Item], step: ScoreStep) -> None:
    points = {number: items[number].full_steps for number in group.items if number in items}
    if len(set(points.values())) > 1:
        seen = "、".join(f"第 {number} 题 {format_steps(steps, step)} 分" for number, steps in points.items())
        fields.wrong("optional_groups", f"选做题组 {group.id} 的各题分值必须相同，现在是 {seen}")


def _total_agrees(fields: Fields, draft: Draft, step: ScoreStep) -> None:
    if not draft.total_written:
        fields.wrong("total", "缺少总分 total")
        return
    if draft.total is None:
        return
    sums = _section_sums(draft)
    whole = sum(steps for _, steps in sums)
    if whole != draft.total:
        parts = " + ".join(f"{title} {format_steps(steps, step)}" for title, steps in sums)
        fields.wrong(
            "total",
            f"总分写的是 {format_steps(draft.total, step)}，各题合计 {format_steps(whole, step)}（{parts}）",
        )


def _section_sums(draft: Draft) -> list[tuple[str, int]]:
    """Steps per section; of each optional group only the first item counts."""
    group_of = {number: group.id for group in draft.groups for number in group.items}
    seen: set[str] = set()
    sums = []
    for section in draft.sections:
        steps = 0
        for item in section.items:
            group = group_of.get(item.number)
            if group is None or group not in seen:
                steps += item.full_steps
            if group is not None:
                seen.add(group)
        sums.append((section.title, steps))
    return sums
