"""What was changed about an item's key and criteria, in words that a teacher reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.exams import Blank, Criterion, Essay, Fill, Item, NumericKey, ShortAnswer, TrueFalse
from core.scores import ScoreStep, format_steps

#: Fields told of by name wherever they stand; ``width_mm`` and the like change no mark.
_NAMES = {
    "partial": "漏选给分",
    "any_order": "各空可以互换",
    "case_sensitive": "区分大小写",
    "expression": "代数式",
    "characters": "字数",
    "levels": "等级",
    "traits": "评分项目",
}
_WITHOUT_EFFECT = frozenset({"width_mm"})
_NUMERIC = {
    "value": "数值",
    "tolerance": "允许误差",
    "relative": "误差按比例",
    "unit": "单位",
    "unit_steps": "缺单位扣分",
    "other_units": "可用别的单位",
}


def rubric_changes(old: Item, new: Item, step: ScoreStep) -> tuple[str, ...]:
    """One sentence for each change of what an answer is held against; () when there is none.

    Args:
        old: the item as it stands.
        new: the same item, of the same kind, as it is to be.
        step: of the exam, for points.
    """
    told = []
    if old.full_steps != new.full_steps:
        told.append(f"分值：{format_steps(old.full_steps, step)} → {format_steps(new.full_steps, step)}")
    match old, new:
        case Fill(), Fill():
            told += _several("第{}空", old.blanks, new.blanks, _blank, step)
            told += _others(old, new, {"blanks"})
        case ShortAnswer(), ShortAnswer():
            told += _criteria(old.criteria, new.criteria, step)
            told += _others(old, new, {"criteria"})
        case _:
            told += _key(old, new)
            told += _others(old, new, {"key"})
    return tuple(told)


def rewritten_statements(old: Item, new: Item) -> tuple[str, ...]:
    """Ids of criteria whose statement itself was rewritten: what people judged by has changed."""
    if not isinstance(old, ShortAnswer) or not isinstance(new, ShortAnswer):
        return ()
    before = {criterion.id: criterion.statement for criterion in old.criteria}
    return tuple(c.id for c in new.criteria if before.get(c.id, c.statement) != c.statement)


def _key(old: Item, new: Item) -> list[str]:
    if isinstance(old, Essay) or getattr(old, "key", None) == getattr(new, "key", None):
        return []
    return [f"答案：{_key_words(old)} → {_key_words(new)}"]


def _key_words(item: Item) -> str:
    if isinstance(item, TrueFalse):
        return "√" if item.key else "×"
    return "".join(getattr(item, "key", ()))


def _several(name: str, old: Sequence[Any], new: Sequence[Any], tell: Any, step: ScoreStep) -> list[str]:
    if len(old) != len(new):
        return [f"由 {len(old)} 空改为 {len(new)} 空"]
    pairs = enumerate(zip(old, new, strict=True), start=1)
    return [f"{name.format(n)}{words}" for n, (one, other) in pairs for words in tell(one, other, step)]


def _criteria(old: Sequence[Criterion], new: Sequence[Criterion], step: ScoreStep) -> list[str]:
    before, after = ({criterion.id: criterion for criterion in several} for several in (old, new))
    told = [f"去掉给分点“{before[id_].statement}”" for id_ in before if id_ not in after]
    for n, (id_, criterion) in enumerate(after.items(), start=1):
        if id_ in before:
            told += [f"给分点{n}{words}" for words in _criterion(before[id_], criterion, step)]
        else:
            told.append(f"新增给分点“{criterion.statement}”（{format_steps(criterion.steps, step)} 分）")
    return told


def _criterion(old: Criterion, new: Criterion, step: ScoreStep) -> list[str]:
    told = _steps(old.steps, new.steps, step)
    if old.statement != new.statement:
        told.append(f"改写为“{new.statement}”")
    told += _words("可接受的说法", old.accepted, new.accepted)
    told += _words("不给分的说法", old.must_not, new.must_not)
    return told + [
        f"：{words}" for words in _others(old, new, {"id", "steps", "statement", "accepted", "must_not"})
    ]


def _blank(old: Blank, new: Blank, step: ScoreStep) -> list[str]:
    told = _steps(old.steps, new.steps, step)
    told += _words("可接受的答案", old.accepted, new.accepted)
    told += _words("已知错答", old.wrong, new.wrong)
    told += _numeric(old.numeric, new.numeric)
    return told + [f"：{words}" for words in _others(old, new, {"steps", "accepted", "wrong", "numeric"})]


def _numeric(old: NumericKey | None, new: NumericKey | None) -> list[str]:
    if old == new:
        return []
    if old is None or new is None:
        return ["加上数值答案" if new is not None else "去掉数值答案"]
    return [
        f"{words}：{_value(getattr(old, name))} → {_value(getattr(new, name))}"
        for name, words in _NUMERIC.items()
        if getattr(old, name) != getattr(new, name)
    ]


def _steps(old: int, new: int, step: ScoreStep) -> list[str]:
    return [f"分值：{format_steps(old, step)} → {format_steps(new, step)}"] if old != new else []


def _words(name: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    added = [word for word in new if word not in old]
    gone = [word for word in old if word not in new]
    told = [f"加上{name}“{'”“'.join(added)}”"] if added else []
    return told + ([f"去掉{name}“{'”“'.join(gone)}”"] if gone else [])


def _others(old: Any, new: Any, known: set[str]) -> list[str]:
    """Fields that change a mark and have no words of their own here."""
    told = []
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in known or name in _WITHOUT_EFFECT or before == after or name not in _effective(old):
            continue
        short = f"：{_value(before)} → {_value(after)}" if isinstance(before, str | int) else "有改动"
        told.append(f"{_NAMES.get(name, name)}{short}")
    return told


def _effective(record: Any) -> frozenset[str]:
    """Names of the record's fields on which a mark may depend."""
    without = {"number", "full_steps", "stem", "reference_answer", "explanation", "pictures", "options"}
    without |= {"knowledge_points", "ability", "height_mm", "characters", "ruled", "kind"}
    return frozenset(type(record).model_fields) - without


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value != "" else "（空）"
