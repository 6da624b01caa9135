"""The whole file: Exam to text. What is read back equals what was written."""

from __future__ import annotations

import re
from typing import Any

import yaml

from core.answer_keys import Check, ExpressionForm, FollowThrough, NumericKey, Written
from core.exam_files.options import LABELS
from core.exam_files.runs import compacted
from core.exams import (
    Blank,
    CardOptions,
    Essay,
    Exam,
    Fill,
    Item,
    MultipleChoice,
    OptionalGroup,
    PartialRule,
    Picture,
    Section,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.scores import ScoreStep, format_steps

Tree = dict[str, Any]

#: Breaks that YAML folds to a newline unless they are escaped.
_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Writes numbers and dates without quotes (every field reads its own text)."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's own class attribute
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag.rsplit(":")[-1] in ("null", "bool", "merge")
        ]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if _ODD_BREAKS.search(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_exam(exam: Exam) -> str:
    """The exam as YAML. ``revision`` is written only when it is not the first."""
    tree = _without_empty(
        {
            "id": exam.id,
            "title": exam.title,
            "subject": exam.subject,
            "grade": exam.grade,
            "date": exam.date,
            "language": "" if exam.language == "zh" else exam.language,
            "step": exam.step.value,
            "total": format_steps(exam.full_steps, exam.step),
            "revision": "" if exam.revision == 1 else str(exam.revision),
            "card": _card(exam.card),
            "sections": [_section(section, exam.step) for section in exam.sections],
            "optional_groups": [_group(group) for group in exam.optional_groups],
        },
        keep=("id", "title", "subject"),
    )
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _without_empty(tree: Tree, keep: tuple[str, ...] = ()) -> Tree:
    return {name: value for name, value in tree.items() if name in keep or value not in ("", [], {}, None)}


def _card(card: CardOptions) -> Tree:
    plain = CardOptions()
    names = ("paper", "columns", "number_layout", "number_digits", "absent_box")
    return {
        name: _plain(getattr(card, name))
        for name in names
        if getattr(card, name) != getattr(plain, name) or (name == "columns" and card.paper == "A3")
    }


def _plain(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


def _group(group: OptionalGroup) -> Tree:
    return {"id": group.id, "title": group.title, "items": list(group.items)}


def _section(section: Section, step: ScoreStep) -> Tree:
    return {"title": section.title, "items": compacted([_item(item, step) for item in section.items])}


def _item(item: Item, step: ScoreStep) -> Tree:
    tree: Tree = {
        "number": item.number,
        "kind": item.kind.value,
        "points": format_steps(item.full_steps, step),
        "stem": item.stem,
        **_own_fields(item, step),
        "reference_answer": item.reference_answer,
        "explanation": item.explanation,
        "pictures": [_picture(picture) for picture in item.pictures],
        "knowledge_points": list(item.knowledge_points),
        "ability": item.ability,
    }
    return _without_empty(tree, keep=("key",))


def _picture(picture: Picture) -> Tree:
    media_type = "" if picture.media_type == "image/png" else picture.media_type
    return _without_empty(
        {"name": picture.name, "blob": picture.blob, "media_type": media_type}, keep=("name",)
    )


def _own_fields(item: Item, step: ScoreStep) -> Tree:
    match item:
        case SingleChoice() | MultipleChoice():
            return _choice(item)
        case TrueFalse():
            return {"key": "T" if item.key else "F"}
        case Fill():
            order = True if item.any_order else ""
            return {"blanks": [_blank(blank, step) for blank in item.blanks], "any_order": order}
        case ShortAnswer():
            return _short(item, step)
        case Essay():
            return _essay(item, step)


def _choice(item: SingleChoice | MultipleChoice) -> Tree:
    labels = "".join(option.label for option in item.options)
    texts = {option.label: option.text for option in item.options}
    options: object = texts
    if not any(texts.values()) and LABELS.startswith(labels):
        options = "" if len(labels) == 4 else str(len(labels))
    partial = item.partial if isinstance(item, MultipleChoice) else PartialRule.NONE
    return {
        "options": options,
        "key": "".join(item.key),
        "partial": "" if partial is PartialRule.NONE else partial.value,
    }


def _blank(blank: Blank, step: ScoreStep) -> Tree:
    return _without_empty(
        {
            "points": format_steps(blank.steps, step),
            "accepted": list(blank.accepted),
            "wrong": list(blank.wrong),
            "numeric": _number(blank.numeric, step) if blank.numeric else None,
            "expression": blank.expression,
            "check": _check(blank.check, step) if blank.check else None,
            "case_sensitive": True if blank.case_sensitive else "",
            "width_mm": "" if blank.width_mm == 45.0 else repr(blank.width_mm),
        }
    )


def _number(key: NumericKey, step: ScoreStep) -> Tree:
    tree = {
        "value": key.value,
        "tolerance": "" if key.tolerance == "0" else key.tolerance,
        "relative": True if key.relative else "",
        "unit": key.unit,
        "unit_points": format_steps(key.unit_steps, step) if key.unit_steps else "",
        "wrong_unit_points": _cost(key.wrong_unit_steps, step),
        "other_units": "" if key.other_units else False,
        "significant_figures": "" if key.significant_figures is None else str(key.significant_figures),
        "figures_points": _cost(key.figures_steps, step),
    }
    return _without_empty(tree)


def _cost(steps: int | None, step: ScoreStep) -> str:
    return "" if steps is None else format_steps(steps, step)


def _check(check: Check, step: ScoreStep) -> Tree:
    if isinstance(check, NumericKey):
        return {"kind": check.kind.value, **_number(check, step), **_without_empty({"name": check.name})}
    return {"kind": check.kind.value, **_written(check, step)}


def _written(check: Written, step: ScoreStep) -> Tree:
    """Every field that differs from its default, under the file's names."""
    tree: Tree = {}
    for name, value in check:
        if name == "kind" or value == type(check).model_fields[name].default:
            continue
        if name.endswith("_steps"):
            tree[name.removesuffix("_steps") + "_points"] = format_steps(value, step)
        elif isinstance(value, tuple):
            tree[name] = list(value)
        else:
            tree[name] = value.value if isinstance(value, ExpressionForm) else value
    return tree


def _follows(follows: FollowThrough, step: ScoreStep) -> Tree:
    points = "" if follows.steps is None else format_steps(follows.steps, step)
    return _without_empty(
        {
            "expression": follows.expression,
            "uses": [f"{letter}={id_}" for letter, id_ in follows.uses],
            "given": [f"{letter}={quantity}" for letter, quantity in follows.given],
            "points": points,
        }
    )


def _short(item: ShortAnswer, step: ScoreStep) -> Tree:
    criteria = [
        _without_empty(
            {
                "id": "" if criterion.id == str(index) else criterion.id,
                "points": format_steps(criterion.steps, step),
                "statement": criterion.statement,
                "accepted": list(criterion.accepted),
                "must_not": list(criterion.must_not),
                "check": _check(criterion.check, step) if criterion.check else None,
                "follows": _follows(criterion.follows, step) if criterion.follows else None,
            }
        )
        for index, criterion in enumerate(item.criteria, start=1)
    ]
    return {"criteria": criteria, "height_mm": "" if item.height_mm == 40.0 else repr(item.height_mm)}


def _essay(item: Essay, step: ScoreStep) -> Tree:
    traits = [
        _without_empty(
            {
                "id": "" if trait.id == str(index) else trait.id,
                "name": trait.name,
                "points": format_steps(trait.full_steps, step),
                "description": trait.description,
            }
        )
        for index, trait in enumerate(item.traits, start=1)
    ]
    levels = [
        _without_empty(
            {
                "name": level.name,
                "low": format_steps(level.low_steps, step),
                "high": format_steps(level.high_steps, step),
                "description": level.description,
            }
        )
        for level in item.levels
    ]
    return {
        "characters": "" if item.characters == 600 else str(item.characters),
        "ruled": True if item.ruled else "",
        "traits": traits,
        "levels": levels,
    }
