"""A pupil reads why points were given or lost, and nothing that was said among the staff."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import marking
import pipeline
from core.exams import Criterion, ShortAnswer
from core.marks import Award
from core.results import ItemResult
from core.scoring import Question, Rubric
from feedback._red_notes import note_text
from feedback._wording import why_less
from feedback.error_book import _why_lost
from feedback.for_pupils import for_pupils
from marking.judge.reasons import Why, instead
from marking.scoring.item_heads.wording import Likeness, reason_of
from tests.feedback.builder import an_exam
from web.labels import pupil_words

STAFF = re.compile(
    r"老师|教师|评分模型|机器|自由读作|请看|请重新|复核|人工|识别|\d ?[份次]|%|marked|judge|teacher|proposal"
)
WHOLE = Rubric(full_steps=2)
_MARKING, _PIPELINE = (Path(str(package.__file__)).parent for package in (marking, pipeline))


def templates() -> Iterator[str]:
    """What the scorers' sources say in Chinese, "3" standing for what they fill in."""
    files = [
        *(_MARKING / "scoring").rglob("*.py"),
        *(path for path in (_MARKING / "science").rglob("*.py") if path.name != "keys.py"),
        *(_MARKING / f"{name}.py" for name in ("fills", "blanks", "choices", "short_answers")),
        _PIPELINE / "teaching.py",
        _PIPELINE / "marking_again.py",
    ]
    for path in files:
        tree = ast.parse(path.read_text("utf-8"))
        left_out = {id(part) for node in ast.walk(tree) for part in _no_reason(node)}
        for node in ast.walk(tree):
            words = "" if id(node) in left_out else _filled(node)
            if re.search(r"[\u4e00-\u9fff]{2}", words):
                yield words


def _no_reason(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a text (it is taken whole), documentation, patterns, and what is raised."""
    match node:
        case ast.JoinedStr():
            yield from node.values
        case ast.Expr() | ast.Raise():
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(attr="compile")):
            yield from ast.walk(node)


def _filled(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_filled(part) if isinstance(part, ast.Constant) else "3" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_reason_that_a_scorer_can_give_tells_a_pupil_of_the_staff() -> None:
    said = list(dict.fromkeys(templates()))
    assert len(said) > 100
    assert [words for words in said if STAFF.search(for_pupils(words))] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("why", list(Why))
def test_why_the_judge_did_not_decide_is_for_teachers(why: Why, language: str) -> None:
    question = Question.model_validate({"stem": "", "language": language})
    award = Award(steps=0, full_steps=2, reason="没有提到给分点的内容")
    assert for_pupils(instead(award, "judge", question, why).reason) == "没有提到给分点的内容"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_whom_an_answer_is_like_is_for_teachers(steps: int, language: str) -> None:
    question = Question.model_validate({"stem": "", "language": language})
    reason = reason_of(WHOLE, question, steps, Likeness((3, 7, 1), (1, 1, 2), 9))
    assert STAFF.search(reason)
    assert for_pupils(reason) == ""
    around = f"写到“冰”，符合给分点（{reason}）" if language == "zh" else f"写到“冰”，符合给分点 ({reason})"
    assert for_pupils(around) == "写到“冰”，符合给分点"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("与老师判过的第3、7份相近（得1分）", ""),
        ("介于老师判过的几份之间（共5份），估计得0.5分", ""),
        ("Similar to 2 marked answers (1 point).", ""),
        ("Between answers marked before (5 of them): about 1 point.", ""),
        ("与老师判过的第3份相近，得1分；没有提到给分点的内容（按老师评过的5份，由1分改为2分）", "没有提到给分点的内容"),
        ("Says “ice”. (unchanged after 5 marks of the teacher)", "Says “ice”."),
        ("Says “ice”. (from 0 to 1.5 after 16 marks of the teacher)", "Says “ice”."),
        ("写到“冰”，部分符合给分点（3 次判断 2 次一致）；评分模型的理由：学生张冠李戴", "写到“冰”，部分符合给分点"),
        ("Says “ice” (2 of 3 judgements agree). The judge's reason: odd", "Says “ice”."),
        ("第1行的字迹可能是“膨胀”（83%，自由读作“彭胀”），符合给分点①", "第1行的字迹可能是“膨胀”，符合给分点①"),
        ("第1空自由读作“5”，对照字迹更可能是“6”，与答案“6”相同", "第1空读作“6”，与答案“6”相同"),
        ("原子种类和个数与 CO2 相同，写法不同，请看是否同一种物质", "原子种类和个数与 CO2 相同，写法不同"),
        ("没有找到给分点②“压强不变”（缺少：压强、不变）", "没有找到给分点②“压强不变”（缺少：压强、不变）"),
        ("选 D，答案是 B (填涂经人工确认)", "选 D，答案是 B"),
        ("评分标准已修改, 请复核", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_only_what_is_for_pupils_is_left(reason: str, shown: str) -> None:
    assert for_pupils(reason) == shown
    assert pupil_words(reason) == shown


ITEM = ShortAnswer(number="1", full_steps=2, criteria=(Criterion(id="a", steps=2, statement="体积膨胀"),))
LIKE = "与老师判过的第3、7份相近，得1分"


def got(steps: int, reason: str) -> ItemResult:
    award = Award(criterion="a", steps=steps, full_steps=2, reason=reason)
    return ItemResult(
        item="1", steps=steps, full_steps=2, awards=(award,), reason=f"{reason}（按老师评过的9份，建议不变）",
        answer="冰", page_id="p",
    )  # fmt: skip


def test_where_only_staff_words_were_said_a_pupil_reads_what_was_asked_for() -> None:
    assert why_less(ITEM, 0, 0, LIKE) == "缺：体积膨胀"
    assert why_less(ITEM, 0, 1, LIKE) == "不完整：体积膨胀"
    assert note_text(an_exam(), ITEM, got(1, LIKE), 1) == "−0.5 不完整：体积膨胀"
    assert _why_lost(got(1, LIKE)) == ""
    assert _why_lost(got(1, "与给分点相反")) == "与给分点相反"
