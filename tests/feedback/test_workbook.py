"""The workbook and its CSV."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import Workbook, load_workbook

from core.results import ExamResults
from feedback.statistics import class_statistics, of_class, statistics_of
from feedback.workbook import write_csv, write_workbook
from tests.feedback.builder import some_results, without_page


@pytest.fixture(scope="module")
def results() -> ExamResults:
    return some_results()


@pytest.fixture(scope="module")
def book(results: ExamResults) -> Workbook:
    return load_workbook(io.BytesIO(write_workbook(results, statistics_of(results))))


def test_the_sheets_stand_in_the_order_a_teacher_expects(book: Workbook) -> None:
    assert book.sheetnames == ["成绩总表", "小题分明细", "客观题作答", "选项统计", "双向细目表", "说明"]


def test_an_exam_number_is_text_and_keeps_its_zeros(book: Workbook) -> None:
    cell = book["成绩总表"]["C2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("00002026", "s", "@")


def test_a_name_that_begins_with_equals_is_a_name_and_no_formula(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    names = [c.value for c in book["成绩总表"]["E"]]
    assert "=cmd()" in names
    assert "#import" in names


def test_halves_are_numbers(book: Workbook) -> None:
    totals = [c.value for c in book["成绩总表"]["G"][1:13]]
    assert all(isinstance(t, int | float) for t in totals)
    assert 25.5 in totals


def test_an_absent_candidate_is_a_word_without_rank_and_never_zero(book: Workbook) -> None:
    rows = {r[4].value: [c.value for c in r] for r in book["成绩总表"].iter_rows(min_row=2)}
    assert rows["钱缺"][6:] == ["缺考", None, None, None, None, "缺考"]
    assert rows["冯违"][6] == "违纪"


def test_full_marks_are_in_row_two_and_means_and_rates_at_the_bottom(book: Workbook) -> None:
    sheet = book["小题分明细"]
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    assert rows[0][6:] == ["1", "2", "3", "4", "5", "6", "7", "状态"]
    assert rows[1][3:] == [50, 12, 38, 3, 3, 4, 2, 6, 10, 22, None]
    assert [row[1] for row in rows[-2:]] == ["均分", "得分率"]
    column = [float(str(row[6])) for row in rows[2:-4]]
    assert rows[-2][6] == pytest.approx(sum(column) / len(column), abs=1e-4)
    assert rows[-1][6] == pytest.approx(sum(column) / len(column) / 3, abs=1e-4)


def test_a_missing_page_is_a_status_and_its_items_are_marked(results: ExamResults) -> None:
    short = without_page(results, index=2, items=("1", "7"))
    statistics = statistics_of(short)
    book = load_workbook(io.BytesIO(write_workbook(short, statistics)))
    totals = {r[4].value: r[11].value for r in book["成绩总表"].iter_rows()}
    assert (totals["姓名"], totals["张堃"], totals["王玥"]) == ("状态", "缺页", "正常")
    row = book["小题分明细"][5]
    assert (row[1].value, row[13].value) == ("张堃", "缺页")
    marked = [c.coordinate for r in book["小题分明细"].iter_rows() for c in r if c.comment]
    assert marked == ["G5", "M5"]
    assert (row[6].value, row[6].font.color.rgb) == (0, "00C00000")
    assert "缺页" in str(row[6].comment)
    assert book["客观题作答"]["D5"].value == "缺页"
    lines = list(csv.reader(io.StringIO(write_csv(short, "items", "gb18030").decode("gb18030"), newline="")))
    assert [line[-1] for line in lines[:5]] == ["状态", "", "正常", "正常", "缺页"]


def test_a_class_has_its_own_rows_with_places_among_all(results: ExamResults) -> None:
    whole = statistics_of(results)
    own = of_class(results, "八(2)班")
    figures = class_statistics(own, whole)
    assert figures.overall.present == len(own.present)
    for encoding in ("gb18030", "utf-8-sig"):
        content = write_csv(own, "totals", encoding, figures)
        rows = list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))
        assert {row["班级"] for row in rows} == {"八(2)班"}
        for result, row in zip(own.present, rows, strict=False):
            rank = whole.rank_of(result.candidate.id)
            assert rank is not None
            assert (row["班级名次"], row["年级名次"]) == (str(rank.in_class), str(rank.overall))
    assert any(row["班级名次"] != row["年级名次"] for row in rows)


def test_means_leave_out_the_absent(book: Workbook, results: ExamResults) -> None:
    rows = [[c.value for c in row] for row in book["小题分明细"].iter_rows()]
    totals = [c.total_steps / 2 for c in results.present]
    assert rows[-2][3] == pytest.approx(sum(totals) / 12, abs=1e-4)


def test_answers_stand_under_their_key_and_blanks_are_named(book: Workbook) -> None:
    rows = [[c.value for c in row] for row in book["客观题作答"].iter_rows()]
    assert rows[1] == [None, "答案", None, "B", "C", "AC", "×"]
    assert "未涂" in {row[4] for row in rows[2:]}
    assert rows[-1][3:] == ["违纪"] * 4


def test_two_marks_in_a_single_choice_are_called_so(results: ExamResults) -> None:
    first = results.candidates[0]
    double = first.items[0].model_copy(update={"answer": "AB", "steps": 0})
    changed = first.model_copy(update={"items": (double, *first.items[1:])})
    again = results.model_copy(update={"candidates": (changed, *results.candidates[1:])})
    book = load_workbook(io.BytesIO(write_workbook(again, statistics_of(again))))
    cell = book["客观题作答"]["D3"]
    assert cell.value == "AB（多涂）"
    assert cell.font.color.rgb == "00C00000"


def test_the_names_behind_an_option_are_those_who_chose_it(book: Workbook, results: ExamResults) -> None:
    rows = [[c.value for c in row] for row in book["选项统计"].iter_rows(min_row=2)]
    chose = [c.candidate.name for c in results.present if c.items[0].answer == "A"]
    row = next(r for r in rows if r[0] == "1" and r[3] == "A")
    assert row[4] == len(chose)
    assert row[7] == "、".join(chose)


def test_each_sheet_prints_across_one_page_with_its_header_repeated(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.print_title_rows
        assert sheet.freeze_panes
    assert book["小题分明细"].page_setup.orientation == "landscape"
    assert book["小题分明细"].freeze_panes == "D3"


def test_the_notes_say_which_deviation_and_which_rank_rule(book: Workbook) -> None:
    text = "\n".join(str(c.value) for row in book["说明"].iter_rows() for c in row)
    for part in ("除以 n，不是 n−1", "1、2、2、4", "缺考、违纪不计入均分", "≥ 满分的 85%"):
        assert part in text


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_csv_holds_rare_names_in_both_encodings(results: ExamResults, encoding: str) -> None:
    content = write_csv(results, "totals", encoding)  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    assert [r[4] for r in rows[1:6]] == ["王玥", "李喆", "张堃", "陈珺", "买买提·艾力"]
    assert rows[1][2] == "00002026"
    assert rows[6][4] == "'=cmd()"
    assert content.endswith(b"\r\n")


def test_csv_for_excel_begins_with_a_byte_order_mark(results: ExamResults) -> None:
    assert write_csv(results, "items", "utf-8-sig").startswith(b"\xef\xbb\xbf")


def test_an_exam_that_nobody_sat_still_gives_a_workbook(results: ExamResults) -> None:
    nobody = results.model_copy(update={"candidates": results.candidates[-2:]})
    book = load_workbook(io.BytesIO(write_workbook(nobody, statistics_of(nobody))))
    assert book["成绩总表"].max_row == 3


def test_the_specification_grid_crosses_knowledge_points_with_abilities(book: Workbook) -> None:
    rows = [[c.value for c in row] for row in book["双向细目表"].iter_rows()]
    assert rows[0] == ["知识点", "识记", "理解", "应用", "分析", "综合", "合计"]
    (motion,) = (row for row in rows if row[0] == "力与运动")
    assert str(motion[2]).startswith("第 3 题\u30004 分\u3000得分率 ")
    assert motion[3] is None
    assert str(motion[6]).startswith("第 3、4、6 题\u300016 分")
    assert str(rows[-1][4]).startswith("第 6 题\u300010 分")
    assert str(rows[-1][6]).startswith("50 分")


def test_an_exam_without_knowledge_points_and_abilities_has_no_grid(results: ExamResults) -> None:
    nothing = {"knowledge_points": (), "ability": ""}
    sections = tuple(
        section.model_copy(update={"items": tuple(i.model_copy(update=nothing) for i in section.items)})
        for section in results.exam.sections
    )
    bare = results.model_copy(update={"exam": results.exam.model_copy(update={"sections": sections})})
    sheets = load_workbook(io.BytesIO(write_workbook(bare, statistics_of(bare)))).sheetnames
    assert "双向细目表" not in sheets
