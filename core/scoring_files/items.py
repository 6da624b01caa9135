"""An item with its reference answers, criteria or levels, as YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from core.errors import BadInput
from core.exams import Criterion
from core.scoring import Question, Rubric, ScoreLevel
from core.scoring_files.exam_items import items_of_exam
from core.scoring_files.item import REMEDY, ScoringItem, decimal
from core.scoring_files.keys import FILL_FIELDS, points_in, read_criterion_keys, read_fill
from core.scoring_files.texts import Located, TextLoader

#: Field → the names under which files of different schools and data sets have it.
_NAMES = {
    "id": ("id", "number", "qid", "item", "题号"),
    "question": ("question", "stem", "prompt", "题目", "题干", "问题"),
    "material": ("material", "context", "passage", "材料"),
    "subject": ("subject", "学科", "科目"),
    "language": ("language", "lang", "语言"),
    "points": ("points", "full", "full_points", "max_score", "max_points", "满分", "分值"),
    "step": ("step", "最小分值"),
    "references": (
        "references", "reference", "reference_answer", "reference_answers", "answer", "answers",
        "model_answer", "参考答案", "标准答案", "答案",
    ),
    "criteria": ("criteria", "key_points", "给分点", "采分点", "评分点"),
    "levels": ("levels", "score_levels", "评分等级"),
    "rubric": ("rubric", "评分标准"),
    **{name: (name,) for name in FILL_FIELDS},
}  # fmt: skip
_CRITERION_NAMES = {
    "id": ("id", "编号"),
    "points": ("points", "score", "分值", "得分"),
    "statement": ("statement", "text", "description", "criterion", "内容", "说法"),
    "accepted": ("accepted", "accept", "可接受"),
    "must_not": ("must_not", "不能出现"),
    "check": ("check",),
    "follows": ("follows",),
}
_LEVEL_NAMES = {
    "points": ("points", "score", "分值", "得分"),
    "description": ("description", "text", "内容", "说明"),
}
#: Said about an item, without effect on a score.
_IGNORED = {
    "title",
    "source",
    "licence",
    "license",
    "note",
    "kind",
    "type",
    "explanation",
    "knowledge_points",
}
#: Tried in turn where the file names no step.
_STEPS = tuple(Decimal(step) for step in ("1", "0.5", "0.25", "0.2", "0.1", "0.05", "0.01"))
_MOST_STEPS = 1000
_CJK = re.compile(r"[一-鿿]")


def read_items(
    content: str, name: str, scores: Iterable[str | float] = (), number: str = ""
) -> tuple[ScoringItem, ...]:
    """The items of a file: one mapping, a list of them, a list under ``items``, or a whole exam.

    Args:
        content: YAML or JSON.
        name: of the file, for messages.
        scores: given by people, in points; where the file names no step, the coarsest that fits them.
        number: only the item of this id; of an exam, its number.

    Raises:
        BadInput: with the file, the item and the field, and what to write.
    """
    try:
        root = yaml.load(content, Loader=TextLoader)  # noqa: S506 -- a SafeLoader that leaves values text
    except yaml.YAMLError as error:
        raise BadInput(f"{name} 不是正确的 YAML：{_where(error)}", REMEDY) from error
    if isinstance(root, Mapping) and "sections" in root:
        return _chosen(items_of_exam(content, name), number, name)
    entries = root.get("items", root) if isinstance(root, Mapping) else root
    several = entries if isinstance(entries, list) else [entries]
    given = tuple(decimal(score, f"{name} 的分数") for score in scores)
    items = tuple(_item(entry, f"{name} 第 {n} 题", given, name) for n, entry in enumerate(several, start=1))
    return _chosen(items, number, name)


def _chosen(items: tuple[ScoringItem, ...], number: str, name: str) -> tuple[ScoringItem, ...]:
    if not items:
        raise BadInput(f"{name} 里没有题目（可以评分的是填空题和解答题）。", REMEDY)
    if not number:
        return items
    found = tuple(item for item in items if item.id == number)
    if not found:
        known = "、".join(item.id for item in items if item.id) or "没有题号"
        raise BadInput(
            f"{name} 里没有可以评分的第 {number} 题。", f"可以评分的有：{known}（填空题和解答题）。"
        )
    return found


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行附近" if mark is not None else "无法解析"


def _item(entry: Any, where: str, scores: tuple[Decimal, ...], name: str) -> ScoringItem:
    fields = _fields(entry, _NAMES, where)
    if any(field in fields for field in FILL_FIELDS):
        return _fill_item(fields, where, scores, name)
    criteria, levels, references = _rubric_parts(fields, where)
    points = _full_points(fields, criteria, levels, where)
    costs = [cost for body, _ in criteria for cost in points_in(body)]
    parts = [points, *(p for _, p in criteria), *(p for _, p in levels), *costs, *scores]
    step = _step(fields, parts, where)
    text = " ".join((str(fields.get("question", "")), *references, *(str(c) for c, _ in criteria)))
    language = _language(fields, text, where)
    try:
        return ScoringItem(
            id=str(fields.get("id", "")),
            question=Question(
                stem=str(fields.get("question", "")).strip(),
                material=str(fields.get("material", "")).strip(),
                subject=str(fields.get("subject", "")),
                language=language,
            ),
            rubric=Rubric(
                full_steps=int(points / step),
                criteria=_criterion_records(criteria, step, where, name),
                references=references,
                levels=tuple(
                    ScoreLevel(steps=int(worth / step), description=body["description"])
                    for body, worth in levels
                ),
            ),
            step=step,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise BadInput(f"{where} 的 {field} 不对：{first['msg']}", REMEDY) from error


def _fill_item(fields: Located, where: str, scores: tuple[Decimal, ...], name: str) -> ScoringItem:
    odd = [field for field in ("criteria", "levels", "rubric") if field in fields]
    if odd:
        raise BadInput(f"{where} 是填空题，不能再写 {odd[0]}。", f"给分点的 check 写在 criteria 里。{REMEDY}")
    body = Located((field, fields[field]) for field in (*FILL_FIELDS, "points") if field in fields)
    body.line = fields.line
    blanks = points_in(body.get("blanks", []))
    if "points" not in fields and not blanks:
        raise BadInput(f"{where} 没有写满分。", "请写 points，例如 points: 4。")
    points = (
        decimal(fields["points"], f"{where} 的 points") if "points" in fields else sum(blanks, Decimal(0))
    )
    step = _step(fields, [points, *points_in(body), *scores], where)
    fill = read_fill(body, step, name)
    stem = str(fields.get("question", "")).strip()
    question = Question(
        stem=stem,
        material=str(fields.get("material", "")).strip(),
        subject=str(fields.get("subject", "")),
        language=_language(fields, stem, where),
    )
    rubric = Rubric(full_steps=fill.full_steps)
    return ScoringItem(id=str(fields.get("id", "")), question=question, rubric=rubric, step=step, fill=fill)


def _criterion_records(
    criteria: list[tuple[dict[str, Any], Decimal]], step: Decimal, where: str, name: str
) -> tuple[Criterion, ...]:
    """The criteria in order; ``follows`` of each may name those above it."""
    records: list[Criterion] = []
    for n, (body, worth) in enumerate(criteria, start=1):
        plain = _criterion(n, body, int(worth / step), where)
        check, follows = read_criterion_keys(body, plain.steps, step, records, (name, n))
        records.append(plain.model_copy(update={"check": check, "follows": follows}))
    return tuple(records)


def _fields(entry: Any, names: Mapping[str, tuple[str, ...]], where: str) -> Located:
    """The entry's values under our own names. A name that is not known could change a mark: refused."""
    if not isinstance(entry, Mapping):
        raise BadInput(f"{where} 应是“字段: 值”，现在是 {entry!r:.60}。", REMEDY)
    known = {alias: name for name, aliases in names.items() for alias in aliases}
    found = Located()
    found.line = getattr(entry, "line", 1)
    for written, value in entry.items():
        key = str(written).strip()
        if key.lower() in _IGNORED:
            continue
        name = known.get(key) or known.get(key.lower())
        if name is None:
            raise BadInput(f"{where} 有不认识的字段 {key}。", f"可写：{'、'.join(names)}。{REMEDY}")
        if name in found:
            raise BadInput(f"{where} 的 {name} 写了两次（{key}）。", "请只留一处。")
        if value is not None:
            found[name] = value
    return found


def _rubric_parts(
    fields: dict[str, Any], where: str
) -> tuple[list[tuple[dict[str, Any], Decimal]], list[tuple[dict[str, Any], Decimal]], tuple[str, ...]]:
    """Criteria and levels with their points, and the reference answers; ``rubric`` may be any of them."""
    rubric = fields.pop("rubric", None)
    if isinstance(rubric, Mapping):
        fields.setdefault("levels", rubric)
    elif isinstance(rubric, list):
        fields.setdefault("criteria", rubric)
    references = _texts(fields.get("references"))
    if isinstance(rubric, str):
        references = (*references, rubric.strip())
    criteria = _criteria(fields.get("criteria", []), where)
    levels = _levels(fields.get("levels", []), where)
    if not (criteria or levels or references):
        raise BadInput(
            f"{where} 没有评分依据。",
            "请写 references（参考答案）、criteria（给分点）或 levels（评分等级）。",
        )
    return criteria, levels, references


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    entries = value if isinstance(value, list) else [value]
    texts = (str(e.get("text", "")) if isinstance(e, Mapping) else str(e) for e in entries)
    return tuple(text.strip() for text in texts if text.strip())


def _criteria(value: Any, where: str) -> list[tuple[dict[str, Any], Decimal]]:
    found = []
    for n, entry in enumerate(value if isinstance(value, list) else [value], start=1):
        at = f"{where} 第 {n} 个给分点"
        body = {"statement": entry} if isinstance(entry, str) else _fields(entry, _CRITERION_NAMES, at)
        if not str(body.get("statement", "")).strip():
            raise BadInput(f"{at} 没有 statement。", REMEDY)
        found.append((body, decimal(body.pop("points", 1), at)))
    return found


def _levels(value: Any, where: str) -> list[tuple[dict[str, Any], Decimal]]:
    if isinstance(value, Mapping):
        value = [{"points": points, "description": text} for points, text in value.items()]
    found = []
    for n, entry in enumerate(value, start=1):
        at = f"{where} 第 {n} 个等级"
        body = _fields(entry, _LEVEL_NAMES, at)
        if "points" not in body or "description" not in body:
            raise BadInput(f"{at} 要有 points 和 description。", REMEDY)
        found.append(({"description": str(body["description"]).strip()}, decimal(body["points"], at)))
    return found


def _criterion(number: int, body: dict[str, Any], steps: int, where: str) -> Criterion:
    if steps <= 0:
        raise BadInput(f"{where} 第 {number} 个给分点的分值必须大于 0。", REMEDY)
    return Criterion(
        id=str(body.get("id", number)),
        steps=steps,
        statement=str(body["statement"]).strip(),
        accepted=_texts(body.get("accepted")),
        must_not=_texts(body.get("must_not")),
    )


def _full_points(
    fields: dict[str, Any],
    criteria: list[tuple[dict[str, Any], Decimal]],
    levels: list[tuple[dict[str, Any], Decimal]],
    where: str,
) -> Decimal:
    summed = sum((worth for _, worth in criteria), Decimal(0))
    if "points" not in fields:
        if not (criteria or levels):
            raise BadInput(f"{where} 没有写满分。", "请写 points，例如 points: 4。")
        return summed or max(worth for _, worth in levels)
    points = decimal(fields["points"], f"{where} 的 points")
    if points <= 0:
        raise BadInput(f"{where} 的满分 {points} 必须大于 0。", REMEDY)
    if criteria and summed != points:
        raise BadInput(f"{where} 满分 {points}，但各给分点合计 {summed}。", "请改成一致。")
    above = [worth for _, worth in levels if worth > points]
    if above:
        raise BadInput(f"{where} 满分 {points}，但有等级是 {above[0]} 分。", "请改成一致。")
    return points


def _step(fields: dict[str, Any], parts: list[Decimal], where: str) -> Decimal:
    """The step as written, else the coarsest of the usual ones that every number of points fits."""
    written = "step" in fields
    choices = (decimal(fields["step"], f"{where} 的 step"),) if written else _STEPS
    for step in choices:
        if step > 0 and all(part % step == 0 for part in parts) and parts[0] / step <= _MOST_STEPS:
            return step
    odd = next((part for part in parts if choices[-1] <= 0 or part % choices[-1]), parts[0])
    raise BadInput(
        f"{where} 的分值 {odd} 不是最小分值 {choices[-1]} 的倍数。", "请写合适的 step，例如 step: 0.5。"
    )


def _language(fields: dict[str, Any], text: str, where: str) -> Literal["zh", "en"]:
    written = str(fields.get("language", "")).lower()[:2]
    if written in ("zh", "中文"):
        return "zh"
    if written == "en":
        return "en"
    if written:
        raise BadInput(f"{where} 的语言 {fields['language']} 不支持。", "language 只能是 zh 或 en。")
    return "zh" if _CJK.search(text) else "en"
