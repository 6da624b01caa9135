"""``check`` and ``follows``: keys in maths and science, and steps judged by earlier results."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from core.answer_keys import (
    Check,
    CheckKind,
    ExpressionCheck,
    ExpressionForm,
    FollowThrough,
    FormulaCheck,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
    costs_of,
)
from core.exam_files.building import build
from core.exam_files.fields import Fields
from core.exam_files.numbers import read_number_check
from core.exam_files.problems import shortened
from core.exam_files.tree import Mapping, Text
from core.exam_files.words import CHECK_KINDS, EXPRESSION_FORMS
from core.exams import Criterion
from core.scores import ScoreStep, format_steps

_LETTER = re.compile(r"[A-Za-zα-ωΑ-Ω](?:_[A-Za-z0-9]{1,4}|_?[\u4e00-\u9fff]{1,4})?")
_FUNCTION = re.compile(r"sqrt|sin|cos|tan|ln|lg|pi")
_ALL = frozenset({"", "full", "全部", "全给"})
_NOTHING = frozenset({"none", "不给"})


def read_check(fields: Fields, step: ScoreStep, steps: int | None) -> Check | None:
    """``check`` of a blank or criterion worth ``steps``; ``None`` when absent or wrong."""
    inner = fields.child("check")
    if inner is None:
        return None
    word = inner.choice("kind", CHECK_KINDS, "")
    if not word:
        if "kind" not in inner:
            inner.wrong("kind", f"缺少类型，可用：{'、'.join(kind.value for kind in CheckKind)}")
        return None
    kind = CheckKind(word)
    check = read_number_check(inner, step) if kind is CheckKind.NUMBER else _written(inner, kind, step)
    inner.close()
    if check is None or not _affordable(inner, check, step, steps):
        return None
    return check


def _affordable(inner: Fields, check: Check, step: ScoreStep, steps: int | None) -> bool:
    """No slip may cost more than all there is to earn."""
    for name, cost in costs_of(check).items():
        if steps is not None and cost > steps:
            field = name.removesuffix("_steps") + "_points"
            inner.wrong(
                field, f"扣 {format_steps(cost, step)} 分，超过了这里的分值 {format_steps(steps, step)} 分"
            )
            return False
    return True


def _written(inner: Fields, kind: CheckKind, step: ScoreStep) -> Check | None:
    values = {"value": inner.required("value").strip(), "name": inner.text("name").strip()}
    values |= _OPTIONS[kind](inner, step)
    if not values["value"]:
        return None
    return build(inner, _RECORDS[kind], **values)


def _expression(inner: Fields, step: ScoreStep) -> dict[str, Any]:
    form = inner.choice("form", EXPRESSION_FORMS, ExpressionForm.ANY.value)
    positive = tuple(
        name for text in inner.words("positive") for name in re.split(r"[\s,，、]+", text) if name
    )
    odd = [name for name in positive if not _LETTER.fullmatch(name)]
    if odd:
        inner.wrong("positive", f"应是字母（如 [a, b]），现在有“{shortened(odd[0])}”")
        positive = ()
    form_steps = inner.steps("form_points", step)
    return {"form": ExpressionForm(form), "form_steps": form_steps, "positive": positive}


def _reaction(inner: Fields, step: ScoreStep) -> dict[str, Any]:
    return {
        "unbalanced_steps": inner.steps("unbalanced_points", step),
        "condition_steps": inner.steps("condition_points", step) or 0,
        "mark_steps": inner.steps("mark_points", step) or 0,
    }


def _ratio(inner: Fields, step: ScoreStep) -> dict[str, Any]:
    return {"lowest": inner.truth("lowest", False), "lowest_steps": inner.steps("lowest_points", step)}


#: Each kind's own options; kinds that are not named have none.
_OPTIONS: dict[CheckKind, Callable[[Fields, ScoreStep], dict[str, Any]]] = {
    **dict.fromkeys(CheckKind, lambda _inner, _step: {}),
    CheckKind.EXPRESSION: _expression,
    CheckKind.FORMULA: lambda inner, _: {"letters": inner.words("letters")},
    CheckKind.REACTION: _reaction,
    CheckKind.SET: lambda inner, step: {"endpoint_steps": inner.steps("endpoint_points", step)},
    CheckKind.SOLUTIONS: lambda inner, step: {"missing_steps": inner.steps("missing_points", step)},
    CheckKind.RATIO: _ratio,
}
_RECORDS: dict[CheckKind, Any] = {
    CheckKind.EXPRESSION: ExpressionCheck,
    CheckKind.FORMULA: FormulaCheck,
    CheckKind.SUBSTANCE: SubstanceCheck,
    CheckKind.REACTION: ReactionCheck,
    CheckKind.SET: SetCheck,
    CheckKind.POINT: PointCheck,
    CheckKind.SOLUTIONS: SolutionsCheck,
    CheckKind.RATIO: RatioCheck,
}


def read_follows(
    entry: Fields, step: ScoreStep, check: Check | None, before: Sequence[Criterion]
) -> FollowThrough | None:
    """``follows`` of a criterion; ``before`` are the criteria above it."""
    inner = entry.child("follows")
    if inner is None:
        return None
    expression = inner.required("expression").strip()
    uses, given = _pairs(inner, "uses"), _pairs(inner, "given")
    steps = _follow_steps(inner, step)
    inner.close()
    if check is None or check.kind not in (CheckKind.NUMBER, CheckKind.EXPRESSION):
        inner.wrong("expression", "连带判分要求本给分点有 check，类型是 number 或 expression")
        return None
    if not expression or not _known(inner, expression, uses, given, before):
        return None
    return build(inner, FollowThrough, expression=expression, uses=uses, given=given, steps=steps)


def _known(
    inner: Fields,
    expression: str,
    uses: tuple[tuple[str, str], ...],
    given: tuple[tuple[str, str], ...],
    before: Sequence[Criterion],
) -> bool:
    """Whether every letter has a source, and every source stands above."""
    checked = [criterion.id for criterion in before if criterion.check is not None]
    if not uses:
        inner.wrong("uses", "缺少 uses：写明用到前面哪个给分点的结果，如 F=1")
        return False
    for letter, id_ in uses:
        if id_ not in checked:
            seen = "、".join(checked) or "没有"
            inner.wrong("uses", f"“{shortened(letter)}={shortened(id_)}”：前面带 check 的给分点只有 {seen}")
            return False
    wanted = set(_LETTER.findall(_FUNCTION.sub(" ", expression)))
    missing = wanted - {letter for letter, _ in (*uses, *given)}
    if missing:
        inner.wrong("expression", f"字母 {'、'.join(sorted(missing))} 没有出处，请写进 uses 或 given")
    return not missing


def _pairs(inner: Fields, name: str) -> tuple[tuple[str, str], ...]:
    """ "F=1" and the like, as one text, a list of texts, or a mapping."""
    node = inner.node(name)
    if isinstance(node, Mapping):
        entries = [(key, value) for key, (_, value) in node.entries.items()]
        if all(isinstance(value, Text) for _, value in entries):
            return tuple(
                (key.strip(), value.text.strip()) for key, value in entries if isinstance(value, Text)
            )
    texts = inner.words(name) if not isinstance(node, Mapping) else ()
    if isinstance(node, Text):
        texts = tuple(part for part in re.split(r"[,，、;；]", node.text) if part.strip())
    pairs = [tuple(part.strip() for part in text.split("=", 1)) for text in texts]
    if any(len(pair) < 2 or not all(pair) for pair in pairs):
        inner.wrong(name, f"应写成 F=1 的样子，现在是“{shortened('，'.join(texts))}”")
        return ()
    return tuple((pair[0], pair[1]) for pair in pairs)


def _follow_steps(inner: Fields, step: ScoreStep) -> int | None:
    word = inner.text("points").strip()
    if word in _ALL:
        return None
    return 0 if word in _NOTHING else inner.steps("points", step)
