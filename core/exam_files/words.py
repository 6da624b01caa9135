"""The words of the file: names of kinds and rules, letters of keys, runs of numbers."""

from __future__ import annotations

import re
import unicodedata

from core.answer_keys import CheckKind, ExpressionForm
from core.exams import ItemKind, PartialRule

#: English names are written by us; Chinese ones are what teachers call the kinds.
KINDS: dict[str, ItemKind] = {kind.value: kind for kind in ItemKind} | {
    "单选": ItemKind.SINGLE_CHOICE,
    "单选题": ItemKind.SINGLE_CHOICE,
    "单项选择": ItemKind.SINGLE_CHOICE,
    "多选": ItemKind.MULTIPLE_CHOICE,
    "多选题": ItemKind.MULTIPLE_CHOICE,
    "多项选择": ItemKind.MULTIPLE_CHOICE,
    "判断": ItemKind.TRUE_FALSE,
    "判断题": ItemKind.TRUE_FALSE,
    "填空": ItemKind.FILL,
    "填空题": ItemKind.FILL,
    "解答": ItemKind.SHORT_ANSWER,
    "解答题": ItemKind.SHORT_ANSWER,
    "简答": ItemKind.SHORT_ANSWER,
    "简答题": ItemKind.SHORT_ANSWER,
    "作文": ItemKind.ESSAY,
    "书面表达": ItemKind.ESSAY,
}

PARTIALS: dict[str, str] = {rule.value: rule.value for rule in PartialRule} | {
    "不给分": PartialRule.NONE.value,
    "一半": PartialRule.HALF.value,
    "按选项": PartialRule.PER_OPTION.value,
    "新高考": PartialRule.GAOKAO.value,
}

TRUTHS: dict[str, bool] = {
    **dict.fromkeys(("t", "true", "yes", "y", "on", "对", "正确", "是", "√", "✓"), True),
    **dict.fromkeys(("f", "false", "no", "n", "off", "错", "错误", "否", "×", "✗", "x"), False),
}

CHECK_KINDS: dict[str, str] = {kind.value: kind.value for kind in CheckKind} | {
    "数": CheckKind.NUMBER.value,
    "数值": CheckKind.NUMBER.value,
    "算式": CheckKind.EXPRESSION.value,
    "代数式": CheckKind.EXPRESSION.value,
    "方程": CheckKind.EXPRESSION.value,
    "公式": CheckKind.FORMULA.value,
    "化学式": CheckKind.SUBSTANCE.value,
    "化学方程式": CheckKind.REACTION.value,
    "离子方程式": CheckKind.REACTION.value,
    "集合": CheckKind.SET.value,
    "区间": CheckKind.SET.value,
    "解集": CheckKind.SET.value,
    "坐标": CheckKind.POINT.value,
    "向量": CheckKind.POINT.value,
    "解": CheckKind.SOLUTIONS.value,
    "比": CheckKind.RATIO.value,
}

EXPRESSION_FORMS: dict[str, str] = {form.value: form.value for form in ExpressionForm} | {
    "任意": ExpressionForm.ANY.value,
    "精确值": ExpressionForm.EXACT.value,
    "最简": ExpressionForm.SIMPLIFIED.value,
    "展开": ExpressionForm.EXPANDED.value,
    "因式分解": ExpressionForm.FACTORED.value,
}

#: Marks that may stand between letters of a key.
_BETWEEN = re.compile(r"[\s,，、;；/|]+")
_RUN = re.compile(r"^(?P<head>\D*)(?P<first>\d{1,4})\s*[-–—~～至到]\s*(?P<last>\d{1,4})$")

MAX_RUN = 200


def letters_of(text: str) -> tuple[str, ...]:
    """The letters of a key as written: "ac", "A,C", "Ａ、Ｃ" are A and C."""
    return tuple(_BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper())


def keys_of_run(text: str, count: int) -> tuple[str, ...]:
    """The keys of ``count`` items: one group a key ("AC BD"), or all letters in a row ("BACDA BB").

    Groups win when there are as many as items.
    """
    groups = tuple(_BETWEEN.sub(" ", unicodedata.normalize("NFKC", text)).split())
    return groups if len(groups) == count else tuple("".join(groups))


def numbers_of_run(text: str) -> tuple[str, ...]:
    """Item numbers of "1-20", "1~5,8" in order; empty when the text is no run."""
    numbers: list[str] = []
    for part in re.split(r"[,，、\s]+(?![-–—~～至到])", text.strip()):
        run = _RUN.match(part.strip())
        if run is None:
            numbers.append(part.strip())
            continue
        first, last = int(run["first"]), int(run["last"])
        if not first <= last <= first + MAX_RUN:
            return ()
        numbers.extend(f"{run['head']}{n}" for n in range(first, last + 1))
    return tuple(numbers) if all(numbers) else ()
