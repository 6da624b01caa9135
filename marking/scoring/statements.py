"""What a rubric asks for, as statements that an answer can be held against."""

from __future__ import annotations

from typing import NamedTuple

from core.errors import BadInput
from core.exams import Criterion
from core.scoring import Rubric


class Target(NamedTuple):
    """One award to give: a criterion, or the whole item.

    ``statements`` are alternatives: saying one of them is enough. ``levels`` are (share of full marks,
    description) below the top, for holistic rubrics.
    """

    criterion: Criterion | None
    full_steps: int
    statements: tuple[str, ...]
    levels: tuple[tuple[float, str], ...] = ()


def targets_of(rubric: Rubric) -> tuple[Target, ...]:
    """One target a criterion, in their order, or one for the whole item.

    Raises:
        BadInput: the rubric has neither criteria nor references nor levels that say anything.
    """
    if rubric.criteria:
        return tuple(
            Target(criterion, criterion.steps, _alternatives(criterion)) for criterion in rubric.criteria
        )
    references = tuple(reference for reference in rubric.references if reference.strip())
    levels = [level for level in rubric.levels if level.description.strip()]
    top = max((level.steps for level in levels), default=0)
    best = tuple(level.description for level in levels if level.steps == top and top > 0)
    lower = tuple(
        (level.steps / rubric.full_steps, level.description) for level in levels if level.steps < top
    )
    if not references and not best:
        raise BadInput(
            "这道题既没有给分点，也没有参考答案，还没有评分等级，无法评分。",
            "请至少补充一项：参考答案（references）、给分点（criteria）或评分等级（levels）。",
        )
    return (Target(None, rubric.full_steps, references or best, lower),)


def _alternatives(criterion: Criterion) -> tuple[str, ...]:
    wordings = (" ".join(part.strip() for part in w.split("+")) for w in criterion.accepted)
    return tuple(dict.fromkeys((criterion.statement, *wordings)))
