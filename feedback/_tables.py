"""The tables of the workbook as rows of values, before any format."""

from __future__ import annotations

from pydantic import Field

from core.base import Record
from core.exams import Essay, Exam, Fill, Item, MultipleChoice, ShortAnswer
from core.results import PAGE_MISSING, CandidateResult, CandidateStatus, ExamResults, ItemResult
from core.scores import to_points
from feedback._items import BLANK_LABEL
from feedback._wording import KIND_NAMES, chosen_label, key_labels
from feedback.statistics import GridCell, Statistics, TopicStatistics

Value = str | int | float | None

STATUS_NAMES = {CandidateStatus.ABSENT: "缺考", CandidateStatus.VOID: "违纪"}
_NOT_CHOSEN = "未选"
_UNMARKED = "未评"
_MANY = "多涂"
#: The column of the first item in 小题分明细.
_ITEMS_FROM = 6
_MISSING_NOTE = "缺页：没有收到这一题所在的页，按 0 分计入"


class Table(Record):
    """Rows of one sheet. ``header_rows`` from the top are repeated on each printed page.

    ``marked`` are texts at (row, column) from 0 in red; ``noted`` cells are red with a comment;
    ``wrapped`` columns may be long; ``rate_rows`` hold rates, shown with two decimals;
    ``percent_columns`` hold shares, shown as percent.
    """

    title: str
    rows: tuple[tuple[Value, ...], ...]
    header_rows: int = 1
    footer_rows: int = 0
    frozen_columns: int = 0
    wrapped: tuple[int, ...] = ()
    rate_rows: tuple[int, ...] = ()
    percent_columns: tuple[int, ...] = ()
    marked: frozenset[tuple[int, int]] = frozenset()
    noted: dict[tuple[int, int], str] = Field(default_factory=dict)
    portrait: bool = False


def total_table(results: ExamResults, statistics: Statistics) -> Table:
    """成绩总表: one row a candidate, in roster order."""
    head = (
        "学校",
        "班级",
        "考号",
        "学号",
        "姓名",
        "选科",
        "总分",
        "客观分",
        "主观分",
        "班级名次",
        "年级名次",
        "状态",
    )
    rows = tuple(_total_row(results.exam, c, statistics) for c in results.candidates)
    return Table(title="成绩总表", rows=(head, *rows), frozen_columns=5)


def _total_row(exam: Exam, result: CandidateResult, statistics: Statistics) -> tuple[Value, ...]:
    who = result.candidate
    names = (who.school, who.class_name, who.number, who.student_number, who.name, who.subjects)
    if result.status in STATUS_NAMES:
        word = STATUS_NAMES[result.status]
        return (*names, word, None, None, None, None, _status_name(result))
    scores = tuple(
        to_points(s, exam.step) for s in (result.total_steps, result.objective_steps, result.subjective_steps)
    )
    rank = statistics.rank_of(who.id)
    places = (rank.in_class, rank.overall) if rank else (None, None)
    return (*names, *scores, *places, _status_name(result))


def _status_name(result: CandidateResult) -> str:
    """状态 of anybody, present or not."""
    if result.page_missing:
        return PAGE_MISSING
    return STATUS_NAMES.get(result.status, "零分" if result.total_steps == 0 else "正常")


def item_table(results: ExamResults, statistics: Statistics) -> Table:
    """小题分明细: full marks in row 2, 均分 and 得分率 at the bottom, 状态 at the end of each row."""
    exam, items = results.exam, results.exam.items
    objective, subjective = objective_full(exam)
    head = ("考号", "姓名", "班级", "总分", "客观分", "主观分", *(i.number for i in items), "状态")
    paper = to_points(exam.full_steps, exam.step)
    of_items = (to_points(i.full_steps, exam.step) for i in items)
    full: tuple[Value, ...] = ("", "满分", "", paper, objective, subjective, *of_items, None)
    rows = tuple(_item_row(exam, c) for c in results.candidates)
    o = statistics.overall
    parts = ((o.mean, paper), (o.objective_mean, objective), (o.subjective_mean, subjective))
    means = (*(m for m, _ in parts), *(s.mean for s in statistics.items))
    rates = (*(_ratio(m, f) for m, f in parts), *(s.score_rate for s in statistics.items))
    bottom = (("", "均分", "", *map(_rounded, means), None), ("", "得分率", "", *map(_rounded, rates), None))
    return Table(
        title="小题分明细",
        rows=(head, full, *rows, *bottom),
        header_rows=2,
        footer_rows=2,
        frozen_columns=3,
        rate_rows=(len(rows) + 2, len(rows) + 3),
        noted={
            (row, _ITEMS_FROM + column): _MISSING_NOTE
            for row, result in enumerate(results.candidates, start=2)
            for column, item in enumerate(items)
            if (got := result.item(item.number)) is not None and got.counted and got.page_missing
        },
    )


def objective_full(exam: Exam) -> tuple[int | float, int | float]:
    """Full points of the choices, and of the rest (of an optional group one item counts)."""
    seen: set[str] = set()
    objective = 0
    for item in exam.items:
        group = exam.optional_group_of(item.number)
        if not is_written(item) and (group is None or group.id not in seen):
            objective += item.full_steps
        if group is not None:
            seen.add(group.id)
    return to_points(objective, exam.step), to_points(exam.full_steps - objective, exam.step)


def is_written(item: Item) -> bool:
    """Whether the answer is written rather than filled in."""
    return isinstance(item, Fill | ShortAnswer | Essay)


def _ratio(value: float | None, full: Value) -> float | None:
    return value / full if value is not None and isinstance(full, int | float) and full else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _item_row(exam: Exam, result: CandidateResult) -> tuple[Value, ...]:
    who = result.candidate
    names = (who.number, who.name, who.class_name)
    if result.status in STATUS_NAMES:
        return (*names, STATUS_NAMES[result.status], *(None,) * (2 + len(exam.items)), _status_name(result))
    sums = (result.total_steps, result.objective_steps, result.subjective_steps)
    scores = tuple(to_points(s, exam.step) for s in sums)
    return (
        *names,
        *scores,
        *(_item_value(exam, result.item(i.number)) for i in exam.items),
        _status_name(result),
    )


def _item_value(exam: Exam, item: ItemResult | None) -> Value:
    if item is None:
        return None
    if not item.counted:
        return _NOT_CHOSEN
    return _UNMARKED if item.steps is None else to_points(item.steps, exam.step)


def choice_table(results: ExamResults) -> Table:
    """客观题作答: what each candidate filled in, the key in row 2, wrong answers in red."""
    items = [i for i in results.exam.items if not is_written(i)]
    head = ("考号", "姓名", "班级", *(i.number for i in items))
    keys = ("", "答案", "", *("/".join(key_labels(i)) for i in items))
    rows: list[tuple[Value, ...]] = [head, keys]
    marked: set[tuple[int, int]] = set()
    for result in results.candidates:
        who = result.candidate
        row: list[Value] = [who.number, who.name, who.class_name]
        for item in items:
            answer, right = _choice_value(item, result)
            if not right:
                marked.add((len(rows), len(row)))
            row.append(answer)
        rows.append(tuple(row))
    return Table(
        title="客观题作答", rows=tuple(rows), header_rows=2, frozen_columns=3, marked=frozenset(marked)
    )


def _choice_value(item: Item, result: CandidateResult) -> tuple[Value, bool]:
    """What the cell says, and whether it is right (or says nothing of the answer)."""
    if result.status in STATUS_NAMES:
        return STATUS_NAMES[result.status], True
    found = result.item(item.number)
    if found is None or not found.counted:
        return (None, True) if found is None else (_NOT_CHOSEN, True)
    if found.page_missing:
        return PAGE_MISSING, False
    answer = chosen_label(item, found.answer)
    if found.blank or not answer:
        return BLANK_LABEL, False
    if not isinstance(item, MultipleChoice) and len(answer) > 1:
        return f"{answer}（{_MANY}）", False
    return answer, answer in key_labels(item)


def option_table(results: ExamResults, statistics: Statistics) -> Table:
    """选项统计: each option that was chosen, with the names behind it."""
    rows: list[tuple[Value, ...]] = [("题号", "题型", "答案", "选项", "人数", "比例", "正误", "姓名")]
    for item in results.exam.items:
        figures = statistics.item(item.number)
        for option in figures.options if figures else ():
            word = "✓" if option.correct else ""
            key = "/".join(key_labels(item))
            share = round(option.share, 4)
            names = "、".join(option.names)
            rows.append(
                (item.number, KIND_NAMES[item.kind], key, option.label, option.count, share, word, names)
            )
    return Table(title="选项统计", rows=tuple(rows), frozen_columns=4, wrapped=(7,), percent_columns=(5,))


def grid_table(exam: Exam, statistics: Statistics) -> Table | None:
    """双向细目表: knowledge points by abilities, each cell its items, points and 得分率.

    The last column and row sum up a knowledge point and an ability; an item of several knowledge points
    stands in each of their rows. ``None`` when the exam names neither.
    """
    abilities = [topic.name for topic in statistics.abilities]
    if not statistics.knowledge and not abilities:
        return None
    cells = {(cell.knowledge, cell.ability): cell for cell in statistics.grid}
    rows = [
        (
            topic.name,
            *(_grid_cell(cells.get((topic.name, ability))) for ability in abilities),
            _grid_cell(topic),
        )
        for topic in statistics.knowledge
    ]
    of_abilities = (_grid_cell(topic) for topic in statistics.abilities)
    paper = to_points(exam.full_steps, exam.step)
    whole = f"{paper:g} 分　得分率 {_percent(statistics.overall.score_rate)}"
    return Table(
        title="双向细目表",
        rows=(("知识点", *abilities, "合计"), *rows, ("合计", *of_abilities, whole)),
        footer_rows=1,
        frozen_columns=1,
    )


def _grid_cell(cell: GridCell | TopicStatistics | None) -> str | None:
    if cell is None:
        return None
    numbers = "、".join(cell.items)
    return f"第 {numbers} 题　{cell.full:g} 分　得分率 {_percent(cell.score_rate)}"


def notes_table(results: ExamResults, statistics: Statistics) -> Table:
    """说明: what was counted, by which formulas, and the headline figures."""
    o, t, r = statistics.overall, statistics.thresholds, statistics.reliability
    rows: tuple[tuple[Value, ...], ...] = (
        ("项目", "内容"),
        ("考试", f"{results.exam.title}　{results.exam.subject}　{results.exam.date}".strip()),
        ("满分", f"{o.full:g}"),
        ("人数", f"参考 {o.present}，缺考 {o.absent}，违纪 {o.void}"),
        ("均分的范围", "缺考、违纪不计入均分、得分率和名次；未作答的题、缺页上的题按 0 分计入。"),
        ("平均分", _figure(o.mean, "平均分 = 总分之和 ÷ 参考人数")),
        ("中位数", _figure(o.median, "")),
        ("最高分 / 最低分", f"{_short(o.highest)} / {_short(o.lowest)}"),
        ("标准差", _figure(o.standard_deviation, "总体标准差（除以 n，不是 n−1）")),
        ("优秀率", f"{_percent(o.excellent_rate)}　总分 ≥ 满分的 {t.excellent_percent:g}%"),
        ("及格率", f"{_percent(o.pass_rate)}　总分 ≥ 满分的 {t.pass_percent:g}%"),
        ("低分率", f"{_percent(o.low_rate)}　总分 < 满分的 {t.low_percent:g}%"),
        ("信度 α", _figure(r.alpha, "Cronbach α = k/(k−1)·(1 − Σ各题方差 ÷ 总分方差)，选做题合为一题")),
        ("测量标准误", _figure(r.standard_error, "SEM = 标准差 × √(1−α)")),
        ("得分率", "均分 ÷ 满分（即难度系数 P，越大越容易）"),
        (
            "区分度 D",
            "（总分前 27% 的均分 − 后 27% 的均分）÷ 满分；≥0.40 很好，0.30–0.39 良好，0.20–0.29 尚可",
        ),
        ("名次", "同分同名次，其后名次顺延（1、2、2、4）。班级名次：班内；年级名次：全体考生之内。"),
        ("小样本", "人数少于 10 时不计算区分度和信度。"),
        ("客观题作答", "红色为错误；“未涂”为没有填涂，“多涂”为单选题涂了两个以上选项。"),
        ("缺页", "状态为“缺页”的考生少了答卷的一页；小题分明细中标红的 0 分就是那一页上的题。"),
        ("公开范围", "成绩和名次不得公开张贴（《未成年人学校保护规定》）。"),
    )
    return Table(title="说明", rows=rows, wrapped=(1,), portrait=True)


def _figure(value: float | None, how: str) -> str:
    return f"{_short(value)}　{how}".strip()


def _short(value: float | None) -> str:
    return "—" if value is None else f"{round(value, 2):g}"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f}%"
