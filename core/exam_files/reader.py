"""The whole file: text to Exam."""

from __future__ import annotations

import re

from core.errors import BadInput
from core.exam_files.building import build
from core.exam_files.checks import Draft, check_draft
from core.exam_files.fields import Fields, kind_of
from core.exam_files.problems import Problems, shortened
from core.exam_files.sections import Placed, read_section_items
from core.exam_files.tree import Mapping, parse_tree
from core.exams import CardOptions, Exam, NumberLayout, OptionalGroup, Section
from core.scores import ScoreStep

_STEPS = {"1": "1", "1.0": "1", "0.5": "0.5", ".5": "0.5"}
_LANGUAGES = {"zh": "zh", "en": "en"}
_PAPERS = {"A4": "A4", "A3": "A3", "a4": "A4", "a3": "A3"}
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_MAX_REVISION = 1_000_000


def read_exam(text: str, file_name: str = "exam.yaml") -> Exam:
    """The exam that the YAML text defines.

    Args:
        text: the file's text; a byte order mark is ignored.
        file_name: its name as the person knows it, for messages.

    Raises:
        ExamInvalid: with file, line, field and the value seen, for everything that is wrong at once.
    """
    problems = Problems(file_name)
    root = parse_tree(text.removeprefix("\ufeff"), problems)
    if not isinstance(root, Mapping):
        problems.add(root.line, "", f"试卷应以“字段: 值”开头（如 title: 期中考试），现在是{kind_of(root)}")
        problems.raise_if_any()
        raise AssertionError("unreachable: a problem was just added")
    exam = _exam(Fields(root, "", problems))
    problems.raise_if_any()
    if exam is None:
        raise BadInput(f"{file_name} 无法读成试卷。", "请对照 docs/exam-format.md 检查。")
    return exam


def _exam(fields: Fields) -> Exam | None:
    step = ScoreStep(fields.choice("step", _STEPS, ScoreStep.ONE.value))
    head = {
        "id": _exam_id(fields),
        "title": fields.required("title"),
        "subject": fields.required("subject"),
        "grade": fields.text("grade"),
        "date": _date(fields),
        "language": fields.choice("language", _LANGUAGES, "zh"),
        "revision": fields.whole("revision", 1, 1, _MAX_REVISION),
    }
    total = fields.steps("total", step)
    card = _card(fields)
    sections, draft = _sections(fields, step)
    groups = _groups(fields)
    check_draft(fields, Draft(draft, groups, sections, total, "total" in fields), step)
    fields.close()
    if fields.problems.any:
        return None
    return build(fields, Exam, step=step, sections=sections, optional_groups=groups, card=card, **head)


def _exam_id(fields: Fields) -> str:
    id_ = fields.required("id").strip()
    if id_ and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", id_):
        fields.wrong("id", f"只能用小写字母、数字和短横线，最多 40 个，现在是“{shortened(id_)}”")
    return id_


def _date(fields: Fields) -> str:
    """Kept as text; something that looks like a date has to be one that sorts."""
    text = fields.text("date")
    if text and re.match(r"^\d{4}[-/.年]\d", text) and not _DATE.match(text):
        fields.wrong("date", f"日期请写成 2026-11-20 的样子，现在是“{shortened(text)}”")
    return text


def _sections(fields: Fields, step: ScoreStep) -> tuple[tuple[Section, ...], tuple[Placed, ...]]:
    if "sections" not in fields:
        fields.wrong("sections", "缺少 sections：试卷至少要有一道大题")
        return (), ()
    sections: list[Section] = []
    placed: list[Placed] = []
    for entry in fields.children("sections"):
        title = entry.required("title")
        items = read_section_items(entry, step)
        entry.close()
        placed.extend(items)
        good = tuple(item for item, _, _ in items if item is not None)
        if good:
            sections.append(Section(title=title, items=good))
    if not placed and not fields.problems.any:
        fields.wrong("sections", "试卷没有题目")
    return tuple(sections), tuple(placed)


def _groups(fields: Fields) -> tuple[OptionalGroup, ...]:
    groups = []
    for entry in fields.children("optional_groups"):
        items = tuple(number.strip() for number in entry.words("items"))
        group = build(
            entry,
            OptionalGroup,
            id=entry.required("id").strip(),
            title=entry.text("title", "选做题"),
            items=items,
        )
        entry.close()
        groups.append(group)
    return tuple(group for group in groups if group is not None)


def _card(fields: Fields) -> CardOptions:
    entry = fields.child("card")
    if entry is None:
        return CardOptions()
    paper = entry.choice("paper", _PAPERS, "A4")
    columns = entry.whole("columns", 1 if paper == "A4" else 3, 1, 3)
    layouts = {layout.value: layout.value for layout in NumberLayout}
    values = {
        "number_layout": entry.choice("number_layout", layouts, NumberLayout.BUBBLES.value),
        "number_digits": entry.whole("number_digits", 8, 4, 14),
        "absent_box": entry.truth("absent_box", True),
    }
    entry.close()
    if (paper == "A4") != (columns == 1):
        entry.wrong("columns", f"A4 只有一栏，A3 有两栏或三栏，现在是 {paper} 和 {columns} 栏")
        return CardOptions()
    return build(entry, CardOptions, paper=paper, columns=columns, **values) or CardOptions()
