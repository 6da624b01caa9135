"""One item of an exam as text that a person can change, and the exam with that item changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import yaml

from core.errors import BadInput, ExamInvalid, NotFound
from core.exam_files import tree as nodes
from core.exam_files.problems import Problems
from core.exam_files.reader import read_exam
from core.exam_files.words import keys_of_run
from core.exam_files.writer import _Dumper, write_exam
from core.exams import Exam, Item
from core.scores import format_steps, to_steps

Tree = dict[str, Any]


def item_of(exam: Exam, number: str) -> Item:
    """The item.

    Raises:
        NotFound: the exam has none with this number.
    """
    try:
        return exam.item(number)
    except KeyError as error:
        raise NotFound(f"试卷里没有第 {number[:16]} 题。", "请从试卷页打开。") from error


def item_tree(exam: Exam, number: str) -> Tree:
    """The item in the shape of the exam file; every value is the text that stands there.

    Raises:
        NotFound: the exam has no such item.
    """
    item_of(exam, number)
    return _find(_unfolded(exam), number)


def item_text(tree: Tree) -> str:
    """The item's tree as YAML."""
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def tree_of(text: str, name: str) -> Tree:
    """The YAML of one item, taken apart.

    Args:
        text: as a person wrote it.
        name: how messages call it.

    Raises:
        ExamInvalid: it is no YAML, or no item.
    """
    problems = Problems(name)
    node = nodes.parse_tree(text, problems)
    problems.raise_if_any()
    if not isinstance(node, nodes.Mapping):
        raise ExamInvalid(f"{name} 第 {node.line} 行：应由“字段: 值”组成。", "请在原来的文字上修改。")
    return {field: _plain(value) for field, (_line, value) in node.entries.items()}


def exam_with(exam: Exam, number: str, tree: Mapping[str, Any]) -> Exam:
    """The exam with this item in place of the one of that number; the total follows.

    Raises:
        NotFound: the exam has no such item.
        BadInput: the item changed its number or its kind.
        ExamInvalid: the item is not valid; each line of the message says one thing.
    """
    old = item_of(exam, number)
    if str(tree.get("number")) != number or str(tree.get("kind")) != old.kind.value:
        raise BadInput(f"这里不能改第 {number} 题的题号和题型。", "请到“试卷”页修改。")
    whole = _unfolded(exam)
    place = _find(whole, number)
    place.clear()
    place.update(tree)
    whole["total"] = _total(exam, old, str(tree.get("points")))
    return read_exam(item_text(whole), "试卷").model_copy(update={"revision": exam.revision})


def _total(exam: Exam, old: Item, points: str) -> str:
    """What the exam adds up to with the item at these points; the old total where they are none."""
    steps = exam.full_steps
    if exam.optional_group_of(old.number) is None:
        with suppress(BadInput):  # the exam's reader says what is wrong with them
            steps += to_steps(points, exam.step) - old.full_steps
    return format_steps(max(1, steps), exam.step)


def _plain(node: nodes.Node) -> Any:
    match node:
        case nodes.Text():
            return None if node.is_null else node.text
        case nodes.Sequence():
            return [_plain(each) for each in node.nodes]
        case nodes.Mapping():
            return {field: _plain(value) for field, (_line, value) in node.entries.items()}


def _unfolded(exam: Exam) -> Tree:
    """The whole exam with every item for itself."""
    whole = tree_of(write_exam(exam), "试卷")
    for section in whole["sections"]:
        section["items"] = [item for entry in section["items"] for item in _each(entry)]
    return whole


def _each(entry: Tree) -> list[Tree]:
    """The items of a run of bare choices, or the one item."""
    if "numbers" not in entry:
        return [entry]
    first, last = (int(number) for number in entry["numbers"].split("-"))
    keys = keys_of_run(entry["keys"], last - first + 1)
    shared = {field: value for field, value in entry.items() if field not in ("numbers", "keys")}
    return [{"number": str(first + n), **shared, "key": key} for n, key in enumerate(keys)]


def _find(whole: Tree, number: str) -> Tree:
    found: Tree = next(
        item for section in whole["sections"] for item in section["items"] if item["number"] == number
    )
    return found
