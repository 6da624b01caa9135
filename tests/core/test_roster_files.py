"""Rosters as schools have them: each trap of the trade is a test."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.errors import RosterInvalid, UnsafeUpload, ZhupiError
from core.roster_files import RosterReading, read_pasted, read_roster
from tests.core.roster_samples import Rows, dbf, package, with_part, xls, xlsx, xlsx_of_sheets

HEADER = ("班级", "姓名", "考号")


def numbers(read: RosterReading) -> list[str]:
    return [candidate.number for candidate in read.candidates]


def names(read: RosterReading) -> list[str]:
    return [candidate.name for candidate in read.candidates]


def noted(read: RosterReading, *words: str) -> bool:
    return any(all(word in note for word in words) for note in read.notes)


def test_a_workbook_with_a_plain_header_is_read_in_order() -> None:
    read = read_roster(xlsx([HEADER, ("1班", "张三", "20260101"), ("2班", "李四", "20260102")]), "名单.xlsx")
    assert numbers(read) == ["20260101", "20260102"]
    assert [c.class_name for c in read.candidates] == ["1班", "2班"]
    assert read.columns == {"class_name": "班级", "name": "姓名", "number": "考号"}
    assert read.notes == ()
    assert read.roster.by_number()["20260102"].name == "李四"


def test_title_lines_above_the_header_are_passed_over_with_a_note() -> None:
    rows = [("某某中学期中考试名单",), (), HEADER, ("1班", "张三", "0001")]
    read = read_roster(xlsx(rows, lambda sheet: sheet.merge_cells("A1:C1")), "名单.xlsx")
    assert numbers(read) == ["0001"]
    assert noted(read, "表头在第 3 行")


def test_a_header_of_two_merged_rows_is_one_header() -> None:
    rows = [("班级", "考生信息", None), (None, "姓名", "准考证号"), ("1班", "张三", "0001")]

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    read = read_roster(xlsx(rows, merge), "名单.xlsx")
    assert read.columns == {"class_name": "班级", "name": "姓名", "number": "准考证号"}
    assert (names(read), numbers(read)) == (["张三"], ["0001"])


@pytest.mark.parametrize(
    "alias", ["考号", "准考证号", "考籍号", "准 考 证 号", "考号（必填）", "*考号", "考生号"]
)
def test_columns_are_known_by_their_aliases_in_any_order(alias: str) -> None:
    read = read_roster(xlsx([(alias, "性别", "考生姓名", "备注"), ("0012", "男", "张三", "走读")]), "a.xlsx")
    assert (names(read), numbers(read)) == (["张三"], ["0012"])


def test_every_kept_column_arrives_in_its_field() -> None:
    header = ("学校名称", "年级", "班级", "姓名", "学号", "考号", "考场", "座位号", "选科")
    read = read_roster(
        xlsx([header, ("一中", "高一", "3", "张三", "S1", "0012", "05", "17", "物化生")]), "a.xlsx"
    )
    kept = read.candidates[0].model_dump(exclude={"id"})
    assert list(kept.values()) == ["0012", "张三", "3班", "S1", "一中", "高一", "05", "17", "物化生"]


def test_leading_zeros_of_text_cells_and_of_zero_formats_are_kept() -> None:
    def show_zeros(sheet: Any) -> None:
        sheet["C3"].number_format = "00000000"

    rows = [HEADER, ("1班", "张三", "00010001"), ("1班", "李四", 10002)]
    assert numbers(read_roster(xlsx(rows, show_zeros), "a.xlsx")) == ["00010001", "00010002"]


def test_number_cells_are_padded_to_the_usual_length_only_with_a_note() -> None:
    rows = [HEADER, *[("1班", f"生{c}", f"0010{i}") for i, c in enumerate("甲乙丙")], ("1班", "丁一", 109)]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert numbers(read)[-1] == "00109"
    assert noted(read, "第 5 行", "109", "补零", "00109")


def test_short_text_numbers_are_noted_and_left_alone() -> None:
    rows = [HEADER, *[("1班", f"生{c}", f"0010{i}") for i, c in enumerate("甲乙丙")], ("1班", "丁一", "109")]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert numbers(read)[-1] == "109"
    assert noted(read, "第 5 行", "有 3 位", "多为 5 位")


def test_a_number_cell_shown_as_scientific_keeps_all_its_digits() -> None:
    rows = [HEADER, ("1班", "张三", 10200000001), ("1班", "李四", 10200000002.0)]
    assert numbers(read_roster(xlsx(rows), "a.xlsx")) == ["10200000001", "10200000002"]


def test_scientific_text_that_still_has_all_digits_is_repaired_with_a_note() -> None:
    read = read_roster("姓名,考号\n张三,1.0200000001E+10\n".encode(), "a.csv")
    assert numbers(read) == ["10200000001"]
    assert noted(read, "第 2 行", "1.0200000001E+10", "10200000001")


def test_full_width_digits_letters_and_spaces_become_half_width() -> None:
    read = read_roster(xlsx([HEADER, ("１班", "张　三", " ２０２６０１０１ ")]), "a.xlsx")
    assert read.candidates[0].model_dump(include={"number", "name", "class_name"}) == {
        "number": "20260101",
        "name": "张三",
        "class_name": "1班",
    }


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("1", "1班"),
        ("01", "1班"),
        ("1班", "1班"),
        ("01班", "1班"),
        ("一班", "1班"),
        ("十二班", "12班"),
        ("高一(1)班", "高一(1)班"),
        ("高一（1）班", "高一(1)班"),
        ("高一（01）班", "高一(1)班"),
        ("高一 1 班", "高一(1)班"),
        ("八年级2班", "八年级(2)班"),
        ("2024级3班", "2024级(3)班"),
        ("实验班", "实验班"),
        ("（3）班", "3班"),
    ],
)
def test_classes_are_written_one_way(written: str, tidy: str) -> None:
    assert read_roster(xlsx([HEADER, (written, "张三", "0001")]), "a.xlsx").candidates[0].class_name == tidy


def test_a_class_in_a_number_cell_is_a_class() -> None:
    assert read_roster(xlsx([HEADER, (1, "张三", "0001")]), "a.xlsx").candidates[0].class_name == "1班"


@pytest.mark.parametrize("dot", "·•‧∙⋅・･●．")
def test_the_dots_in_minority_names_are_one_dot(dot: str) -> None:
    assert names(read_roster(xlsx([HEADER, ("1", f"阿依古丽{dot}买买提", "0001")]), "a.xlsx")) == [
        "阿依古丽·买买提"
    ]


@pytest.mark.parametrize("name", ["王喆", "李玥堃", "赵珺", "刘䶮", "陈𬭎", "﨑山"])
def test_rare_characters_stay_as_they_are(name: str) -> None:
    assert names(read_roster(xlsx([HEADER, ("1", name, "0001")]), "a.xlsx")) == [name]


def test_characters_that_were_lost_on_the_way_are_noted() -> None:
    assert noted(read_roster(xlsx([HEADER, ("1", "王?", "0001")]), "a.xlsx"), "第 2 行", "生僻字")


def test_equal_names_in_a_class_are_noted_with_their_rows_and_both_kept() -> None:
    rows = [HEADER, ("1", "张伟", "0001"), ("1班", "张伟", "0002"), ("2", "张伟", "0003")]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert len(read.candidates) == 3
    assert noted(read, "1班", "2 个“张伟”", "第 2、3 行")


def test_equal_names_without_numbers_get_ids_of_their_own_that_never_change() -> None:
    rows = [HEADER, ("1", "张伟", ""), ("1班", "张伟", ""), ("1", "李四", "0009")]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert len({c.id for c in read.candidates}) == 3
    assert read == read_roster(xlsx(rows), "a.xlsx")


def test_missing_numbers_are_noted_with_the_row() -> None:
    read = read_roster(xlsx([HEADER, ("1", "张三", "0001"), ("1", "李四", None)]), "a.xlsx")
    assert numbers(read) == ["0001", ""]
    assert noted(read, "第 3 行", "李四", "没有考号")


def test_identity_numbers_are_never_kept() -> None:
    header = ("姓名", "身份证号", "学号", "考号")
    read = read_roster(
        xlsx([header, ("张三", "11010519491231002X", "G11010519491231002X", "0001")]), "a.xlsx"
    )
    assert "1101051949" not in read.model_dump_json()
    assert noted(read, "身份证号列未保存")
    assert noted(read, "第 2 行", "学号是身份证号")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_are_read_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    lines = [("班级", "姓名", "考号"), ("1", "李玥", "0012"), ("1", "王喆", "0013")]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    read = read_roster(text.encode(encoding), "名单.csv")
    assert (names(read), numbers(read)) == (["李玥", "王喆"], ["0012", "0013"])


def test_wrappers_that_keep_excel_from_eating_zeros_are_undone() -> None:
    text = '姓名,考号\n张三,="0012"\n李四,\'0013\n王五,\t0014\n'
    assert numbers(read_roster(text.encode(), "a.csv")) == ["0012", "0013", "0014"]


def test_a_dbf_in_gbk_is_read_with_its_own_column_names() -> None:
    fields = [
        ("考籍号", "C", 12),
        ("考生姓名", "C", 20),
        ("身份证号", "C", 18),
        ("班级", "C", 2),
        ("性别", "C", 2),
    ]
    rows = [("0012", "张三", "11010519491231002X", "01", "男"), ("0013", "李喆", "", "02", "女")]
    read = read_roster(dbf(fields, rows), "BMK.DBF")
    assert (names(read), numbers(read)) == (["张三", "李喆"], ["0012", "0013"])
    assert [c.class_name for c in read.candidates] == ["1班", "2班"]
    assert noted(read, "身份证号列未保存")


def test_an_old_workbook_is_read_with_its_number_formats() -> None:
    read = read_roster(xls([("姓名", "考号"), ("张三", 12), ("李四", 13)], "0000"), "a.xls")
    assert (names(read), numbers(read)) == (["张三", "李四"], ["0012", "0013"])


def test_a_wrong_extension_is_read_by_content_and_noted() -> None:
    read = read_roster(xlsx([HEADER, ("1", "张三", "0001")]), "名单.csv")
    assert numbers(read) == ["0001"]
    assert noted(read, "名单.csv", "xlsx")


def test_one_sheet_a_class_is_one_roster() -> None:
    sheets: dict[str, Rows] = {
        "高一(1)班": [("姓名", "考号"), ("张三", "0001")],
        "高一(2)班": [("姓名", "考号"), ("李四", "0002")],
        "说明": [("请按班级填写",)],
    }
    read = read_roster(xlsx_of_sheets(sheets), "a.xlsx")
    assert [(c.name, c.class_name) for c in read.candidates] == [("张三", "高一(1)班"), ("李四", "高一(2)班")]


def test_repeated_headers_blank_rows_and_sums_are_no_candidates() -> None:
    rows = [HEADER, ("1", "张三", "0001"), (), HEADER, ("1", "李四", "0002"), ("合计", "2人", "")]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert names(read) == ["张三", "李四"]
    assert noted(read, "第 6 行", "跳过")


def test_a_formula_with_a_stored_value_is_read_by_its_value() -> None:
    def store(xml: bytes) -> bytes:
        return re.sub(rb"<v\s*/>|<v></v>", b"<v>2</v>", xml)

    content = xlsx([HEADER, ("1", "张三", "=1+1")])
    content = with_part(content, "xl/worksheets/sheet1.xml", store)
    assert numbers(read_roster(content, "a.xlsx")) == ["2"]


BAD_FILES = [
    pytest.param(b"", "空文件", id="empty"),
    pytest.param(b"\r\n \r\n", "空文件", id="blank lines"),
    pytest.param(b"%PDF-1.7 ...", "是 PDF", id="pdf"),
    pytest.param(b"\xff\xd8\xff\xe0 jpeg", "JPEG", id="jpeg"),
    pytest.param(b"PK\x03\x04 broken", "已损坏", id="broken zip"),
    pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "Excel 97-2003", id="broken xls"),
    pytest.param(package({"word/document.xml": b"<w/>"}), "不是 Excel 工作簿", id="a Word document"),
    pytest.param(package({"xl/workbook.xml": b"<w/>"}), "已损坏", id="half a workbook"),
    pytest.param(bytes(range(128, 256)) * 3, "不是文字表格", id="binary"),
    pytest.param("第一章 春天来了\n小河解冻。".encode(), "没有认出名单", id="no roster"),
    pytest.param("姓名,考号\n".encode(), "没有考生", id="header only"),
    pytest.param(
        "姓名,考号\n张三,0001\n李四,0001\n".encode(), "第 2 行：张三和第 3 行：李四", id="equal numbers"
    ),
    pytest.param(
        "姓名,考号\n张三,1.02E+10\n".encode(), "第 2 行：考号 1.02E+10 是科学计数法", id="lost digits"
    ),
    pytest.param("姓名,考号\n张三,00#1\n".encode(), "第 2 行：考号“00#1”", id="odd characters"),
    pytest.param("姓名,考号\n张三,012345678901234567890\n".encode(), "最多 20 位", id="too long"),
    pytest.param(
        xlsx([HEADER, ("1", "张三", 1234567890123456789)]), "第 2 行：考号 1.2345", id="beyond 15 digits"
    ),
    pytest.param(xlsx([HEADER, ("1", "#N/A", "0001")]), "第 2 行：是公式或错误值", id="error value"),
    pytest.param(xlsx([HEADER, ("1", "张三", "=A1&B1")]), "第 2 行：是公式", id="formula without value"),
    pytest.param(
        b"\x03~\x0b\x16" + bytes(4) + b"\x41\x00\x20\x00" + bytes(52) + b"\r" + b"x", "DBF", id="broken dbf"
    ),
    pytest.param(b"x" * (21 * 1024 * 1024), "超过上限", id="too large"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_bad_files_are_refused_with_file_and_row(content: bytes, message: str) -> None:
    with pytest.raises(RosterInvalid) as caught:
        read_roster(content, "名单.xlsx")
    assert message in caught.value.message
    assert "名单.xlsx" in caught.value.message
    assert caught.value.remedy


def test_a_workbook_that_unpacks_far_beyond_its_size_is_refused_before_unpacking() -> None:
    bomb = package({"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": b"0" * (90 * 1024 * 1024)})
    with pytest.raises(UnsafeUpload, match="解压后"):
        read_roster(bomb, "a.xlsx")


def test_xml_entities_in_a_workbook_are_refused() -> None:
    content = with_part(
        xlsx([HEADER]), "xl/workbook.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml
    )
    with pytest.raises(UnsafeUpload, match="XML 实体"):
        read_roster(content, "a.xlsx")


PASTED = [
    ("张三\n李四\n", [("", "张三", ""), ("", "李四", "")]),
    ("姓名\n张三\n", [("", "张三", "")]),
    ("考号 姓名 班级\n0012 张三 1\n", [("0012", "张三", "1班")]),
    ("班级\t考号\t姓名\n1班\t0012\t张三\n", [("0012", "张三", "1班")]),
    (
        "0012\t张三\t高一(1)班\n0013\t李四\t高一(2)班",
        [("0012", "张三", "高一(1)班"), ("0013", "李四", "高一(2)班")],
    ),
    ("张三，1班，0012\n李四，2班，0013", [("0012", "张三", "1班"), ("0013", "李四", "2班")]),
    ("张 三 1班 0012\n0013 2班 李四", [("0012", "张三", "1班"), ("0013", "李四", "2班")]),
    ("001 张三 1班\n002 李四 1班", [("001", "张三", "1班"), ("002", "李四", "1班")]),
    ("张三 20260101\n李四", [("20260101", "张三", ""), ("", "李四", "")]),
    ("1\t张三\t男\n2\t李四\t女\n3\t王五\t男", [("", "张三", ""), ("", "李四", ""), ("", "王五", "")]),
    ("张三\t张大\t13812345678\n李四\t李大\t15987654321", [("", "张三", ""), ("", "李四", "")]),
    ("Anna Smith,0012\nBob Lee,0013", [("0012", "Anna Smith", ""), ("0013", "Bob Lee", "")]),
]


@pytest.mark.parametrize(("text", "expected"), PASTED)
def test_pasted_lines_are_read_by_header_or_shape(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(c.number, c.name, c.class_name) for c in read_pasted(text).candidates] == expected


def test_pasted_parents_and_phones_are_not_kept() -> None:
    read = read_pasted("张三\t张大\t13812345678\n李四\t李大\t15987654321")
    assert "138" not in read.model_dump_json().replace(read.candidates[0].id, "")
    assert "张大" not in names(read)
    assert noted(read, "家长姓名") and noted(read, "手机号")


def test_row_numbers_of_pasted_text_count_its_lines() -> None:
    with pytest.raises(RosterInvalid, match="第 3 行：张三和第 4 行：李四"):
        read_pasted("\n考号\t姓名\n0001\t张三\n0001\t李四")


def test_numbers_alone_are_a_roster_without_names() -> None:
    read = read_pasted("20260101\n20260102")
    assert numbers(read) == ["20260101", "20260102"]
    assert noted(read, "第 1 行", "没有姓名")


@pytest.mark.parametrize("text", ["", "  \n", "!!!", "春天来了！小河解冻。", "x" * 600_000])
def test_pasted_text_that_is_no_roster_is_refused(text: str) -> None:
    with pytest.raises(RosterInvalid):
        read_pasted(text)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_damaged_file_is_refused_and_never_crashes(cut: int) -> None:
    rows = [("姓名", "考号"), ("张三", "0012"), ("李四", "0013")]
    for content in (
        xls(rows)[:2000:] if cut % 2 else xlsx(rows),
        dbf([("XM", "C", 8), ("KH", "C", 8)], rows[1:]),
    ):
        damaged = content[: cut * 11] + bytes([cut % 256]) + content[cut * 11 + 3 :]
        try:
            read_roster(damaged, "a.xlsx")
        except ZhupiError as error:
            assert error.message  # either way is right; nothing else may be raised


def test_notes_beyond_sixty_are_counted_and_not_listed() -> None:
    rows = [HEADER, ("1", "甲生", "0001"), *[("1", f"生{chr(0x4E00 + i)}", None) for i in range(100)]]
    read = read_roster(xlsx(rows), "a.xlsx")
    assert len(read.notes) == 61 and read.notes[-1] == "……另有 40 条提示"
