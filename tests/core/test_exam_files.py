"""Exam files: what teachers may write, and what they are told when it is wrong."""

from __future__ import annotations

import pytest

from core.errors import ExamInvalid
from core.exam_files import read_exam, write_exam
from core.exams import (
    Blank,
    Essay,
    Fill,
    MultipleChoice,
    NumberLayout,
    NumericKey,
    PartialRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.scores import ScoreStep
from tests.core.exam_sample import EXAM


def item_of(text: str, step: str = "1") -> object:
    """The one item of an exam whose section holds these lines."""
    body = "\n".join("      " + line for line in text.strip().splitlines())
    head = f"id: t\ntitle: t\nsubject: t\nstep: {step}\ntotal: 2\nsections:\n  - title: s\n    items:\n"
    return read_exam(head + body.replace("      ", "    - ", 1)).items[0]


def test_every_part_of_the_sample_is_read() -> None:
    exam = read_exam(EXAM)
    assert (exam.id, exam.date, exam.step, exam.full_steps) == (
        "wuli-2026-11",
        "2026-11-20",
        ScoreStep.HALF,
        185,
    )
    assert (exam.card.paper, exam.card.columns, exam.card.absent_box) == ("A3", 2, False)
    assert exam.card.number_layout is NumberLayout.BOXES
    assert [item.number for item in exam.items] == [
        *(str(n) for n in range(1, 31)),
        "31(1)",
        "32",
        "33",
        "34",
    ]
    assert exam.optional_group_of("33") == exam.optional_groups[0]


def test_a_compact_run_gives_each_item_its_letter_and_points() -> None:
    exam = read_exam(EXAM)
    keys = "".join(item.key[0] for item in exam.items if isinstance(item, SingleChoice))
    assert keys == "BACDABBCDAACDBACDABC"
    assert exam.item("20").full_steps == 4


def test_multiple_choices_take_the_rule_and_words_of_their_section() -> None:
    first, last = read_exam(EXAM).item("21"), read_exam(EXAM).item("24")
    assert isinstance(first, MultipleChoice) and isinstance(last, MultipleChoice)
    assert (first.key, first.partial, first.knowledge_points) == (
        ("A", "C"),
        PartialRule.HALF,
        ("运动", "力"),
    )
    assert [option.text for option in first.options] == ["速度", "力", "$F=ma$", "功"]
    assert first.stem == "下列说法正确的是\n![](tu1.png)\n"
    assert (last.key, last.knowledge_points) == (("D",), ("力",))


def test_blanks_are_read_in_all_their_forms() -> None:
    exam = read_exam(EXAM)
    fills = [item for item in exam.items if isinstance(item, Fill)]
    assert fills[0].blanks[1].numeric == NumericKey(
        value="0.6", tolerance="0.05", relative=True, unit="N", unit_steps=1
    )
    assert [blank.steps for blank in fills[1].blanks] == [2, 2] and fills[1].any_order
    assert fills[2].blanks == (Blank(steps=2, numeric=NumericKey(value="10", unit="m/s")),)
    assert fills[3].blanks == (Blank(steps=4, expression="2*x+1"),)


def test_criteria_and_traits_get_ids_and_sum_to_the_item() -> None:
    exam = read_exam(EXAM)
    short, essay = exam.item("31(1)"), exam.item("34")
    assert isinstance(short, ShortAnswer) and isinstance(essay, Essay)
    assert [(c.id, c.steps, c.must_not) for c in short.criteria] == [("1", 5, ("压强不等",)), ("b", 4, ())]
    assert exam.item("32").full_steps == 10
    assert [(t.id, t.full_steps) for t in essay.traits] == [("1", 22), ("bd", 20)]
    assert (essay.levels[0].low_steps, essay.levels[0].high_steps) == (35, 42)


def test_what_is_written_reads_back_equal() -> None:
    exam = read_exam(EXAM)
    text = write_exam(exam)
    assert read_exam(text) == exam
    assert write_exam(read_exam(text)) == text
    assert "revision" not in text and "numbers: 1-20" in text


def test_a_later_revision_reads_back_too() -> None:
    exam = read_exam(EXAM).model_copy(update={"revision": 3})
    assert read_exam(write_exam(exam)) == exam


@pytest.mark.parametrize(
    ("written", "truth"),
    [
        *((word, True) for word in ("T", "true", "yes", "on", "对", "√")),
        *((word, False) for word in ("F", "no", "off", "false", "错", "×", "Ｆ")),
    ],
)
def test_true_false_keys_are_words_and_never_yaml_booleans(written: str, truth: bool) -> None:
    item = item_of(f"number: 1\nkind: true_false\npoints: 2\nkey: {written}")
    assert isinstance(item, TrueFalse) and item.key is truth


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "007", "1e3", "0x1F", "12:30", "2026-11-20", "1_000", "null?"]
)
def test_accepted_answers_stay_the_text_that_was_written(word: str) -> None:
    item = item_of(f"number: 1\nkind: fill\npoints: 2\naccepted: [{word}, ~]")
    assert isinstance(item, Fill) and item.blanks[0].accepted[0] == word


@pytest.mark.parametrize("number", ["7", "07", "1.10", "17(1)", "一"])
def test_item_numbers_are_kept_as_printed(number: str) -> None:
    item = item_of(f"number: {number}\nkind: single_choice\npoints: 2\nkey: A")
    assert isinstance(item, SingleChoice) and item.number == number


@pytest.mark.parametrize("key", ["AC", "A,C", "[A, C]", "a、c", "Ａ Ｃ", "A/C"])
def test_keys_may_be_written_in_every_usual_way(key: str) -> None:
    item = item_of(f"number: 1\nkind: multiple_choice\npoints: 2\nkey: {key}")
    assert isinstance(item, MultipleChoice) and item.key == ("A", "C")


@pytest.mark.parametrize("options", ["5", "[一, 二, 三, 四, 五]", "{A: 一, B: 二, C: , D: 四, E: 五}"])
def test_options_may_be_counted_listed_or_lettered(options: str) -> None:
    item = item_of(f"number: 1\nkind: single_choice\npoints: 2\nkey: E\noptions: {options}")
    assert isinstance(item, SingleChoice) and [option.label for option in item.options] == list("ABCDE")


def changed(old: str, new: str) -> str:
    assert old in EXAM
    return EXAM.replace(old, new, 1)


BAD = [
    ("", "是空的"),
    ("# 只有注释\n", "是空的"),
    ("[1, 2]", "第 1 行：试卷应以“字段: 值”开头"),
    ("title: [", "第 1 行"),
    (changed("grade: 八年级", "grade: 八年级\n\tdate: x"), "第 5 行：缩进用了制表符"),
    (changed("title: 八年级物理期中考试", "title: 物理: 期中: 考试"), "第 2 行：冒号用错了位置"),
    (changed("title: 八年级", 'title: "八年级'), "引号没有成对"),
    ("a: &a [x]\nb: *a\n", "第 1 行：不支持 YAML 的 & 和 * 引用"),
    ("a: !!python/object:os.system x\n", "不支持 YAML 标签"),
    ("id: a\n---\nid: b\n", "一个文件只能有一份试卷"),
    ("x: " + "[" * 60 + "]" * 60, "嵌套超过 24 层"),
    ("{a: b}: c\n", "字段名必须是一个词"),
    ("id: a\x00b", "看不见的控制字符"),
    ("# " + "x" * 5_000_000, "超过上限"),
    (changed("subject: 物理\n", ""), "第 1 行 subject：缺少这个字段"),
    (changed("id: wuli-2026-11", "id: 物理"), "第 1 行 id：只能用小写字母、数字和短横线"),
    (changed("date: 2026-11-20", "date: 2026/11/20"), "第 5 行 date：日期请写成 2026-11-20"),
    (changed("step: 0.5", "step: 0.25"), "第 6 行 step：只能是"),
    (changed("total: 92.5", "total: 100"), "第 7 行 total：总分写的是 100，各题合计 92.5（一、单项选择题 40"),
    (changed("total: 92.5\n", ""), "缺少总分 total"),
    (changed("total: 92.5", "total: 九十五"), "“九十五”不是分值"),
    (changed("columns: 2", "columns: 1"), "card.columns：A4 只有一栏，A3 有两栏或三栏"),
    (changed("number_digits: 6", "number_digits: 20"), "应是 4 到 14 的整数，现在是“20”"),
    (changed("absent_box: no", "absent_box: 大概"), "只能是 true 或 false"),
    (changed("    points: 2\n    items", "    point: 2\n    items"), "没有这个字段，是不是 points？"),
    (changed("    points: 2\n", "    points: 2.3\n"), "“2.3”不是分值，或不是评分单位 0.5 分的整数倍"),
    (changed("items: 1-20", "items: 20-1"), "应是题号范围"),
    (changed("CDABC", "CDAB"), "有 20 道题（1 到 20），但有 19 个答案"),
    (changed("BACDA", "BACDX"), "答案“X”不在选项 A、B、C、D 中"),
    (changed("kind: single_choice", "kind: choice"), "sections[1].kind：只能是"),
    (changed("key: A,C", "key: AE"), "sections[2].items[1].key：答案“AE”不在选项"),
    (changed("key: A,C", "key: AA"), "有重复的字母"),
    (changed("key: A,C", "key: no"), "答案“no”不在选项"),
    (changed("number: 21", "number: 20"), "题号 20 用了两次，第一次在第 18 行"),
    (changed("number: 21", "points: 3"), "number：缺少这个字段"),
    (changed("number: 21", "number: [21]"), "应是文字，现在是1 项的列表"),
    (changed("ability: 理解", "key: B"), "同一处写了两次，第一次在第"),
    (changed("keys: 对错", "keys: 对是?"), "但有 3 个答案"),
    (changed("keys: 对错", "keys: 对?"), "判断题答案应写 T 或 F"),
    (changed("accepted: [熔化, 溶化]", "width_mm: 40"), "这个空没有答案"),
    (changed("accepted: [熔化, 溶化]", "accepted: {a: b}"), "应是一行文字或文字的列表"),
    (changed("value: 0.6", "value: 零点六"), "“零点六”不是数"),
    (changed("tolerance: 5%", "tolerance: 一点"), "“一点”不是误差"),
    (changed("unit_points: 0.5", "unit_points: 3"), "unit_points 超过了这个空的分值"),
    (changed("numeric: 10 m/s", "numeric: 很快"), "“很快”不是数"),
    (changed("numeric: 10 m/s", "stem: 多少"), "填空题缺少答案"),
    (changed("numeric: 10 m/s", "accepted: [甲, 乙], wrong: 乙"), "“乙”既是答案又是常见错答"),
    (
        changed("        points: 2\n        any_order", "        points: 2.5\n        any_order"),
        "分值不能平均分给 2 个空",
    ),
    (changed("points: 4.5", "points: 5"), "本题 5 分，但各给分点合计 4.5 分"),
    (changed("criteria: [{points: 5, statement: 选做甲}]", "criteria: []"), "解答题缺少给分点"),
    (changed("{points: 5, statement: 选做甲}", "{points: 5}"), "statement：缺少这个字段"),
    (changed("{points: 5, statement: 选做甲}", "{points: 0, statement: 选做甲}"), "分值必须大于 0"),
    (changed("{points: 5, statement: 选做甲}", "选做甲"), "应是“字段: 值”，现在是文字“选做甲”"),
    (changed("{id: b,", "{id: 1,"), "编号“1”用了两次"),
    (changed("height_mm: 55.5", "height_mm: 5000"), "毫米数，现在是“5000”"),
    (changed("points: 21", "points: 22"), "本题 22 分，但各维度合计 21 分"),
    (changed("low: 17.5, high: 21", "low: 21, high: 17.5"), "下限 21 大于上限 17.5"),
    (changed("low: 17.5, high: 21", "low: 17.5, high: 31"), "“一类文”的上限超过本题满分"),
    (changed("items: [32, 33]", "items: [32, 35]"), "选做题组 X 里的题号 35 不在试卷中"),
    (changed("items: [32, 33]", "items: [32]"), "至少要有 2 个"),
    (
        changed("items: [32, 33]", "items: [31(1), 32]"),
        "各题分值必须相同，现在是 第 31(1) 题 4.5 分、第 32 题 5 分",
    ),
    (changed("{id: X,", "{id: 选,"), "optional_groups[1].id：格式不对"),
    (EXAM + "extra: 1\n", "extra：没有这个字段；这里可用：card、"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=range(len(BAD)))
def test_bad_exams_are_told_with_file_line_and_field(text: str, message: str) -> None:
    with pytest.raises(ExamInvalid) as caught:
        read_exam(text, "期中.yaml")
    assert message in caught.value.message
    assert "期中.yaml" in caught.value.message
    assert caught.value.remedy


def test_all_errors_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = changed("step: 0.5", "step: 3").replace("key: A,C", "key: X").replace("value: 0.6", "value: x")
    with pytest.raises(ExamInvalid) as caught:
        read_exam(text)
    lines = caught.value.message.splitlines()
    assert lines[0].startswith("exam.yaml 有 ")
    assert "第 6 行 step" in lines[1]
    assert any("key" in line for line in lines) and any("value" in line for line in lines)


def test_no_more_than_ten_errors_are_told() -> None:
    text = "\n".join(f"field{i}: 1" for i in range(30))
    with pytest.raises(ExamInvalid) as caught:
        read_exam(text)
    assert len(caught.value.message.splitlines()) == 12
    assert "……另有" in caught.value.message
