"""Which column holds what: by the header's words, else by the shapes of the values."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.roster_files.tables import Row

#: Field → what headers call it, spaces and brackets removed. ``drop_``: recognised, never kept.
_ALIASES: dict[str, str] = {
    "number": "考号 准考证号 准考证 考籍号 考生号 考试号 考生考号 准考号 报名号 条形码 条码号 examno number candidateno",
    "name": "姓名 考生姓名 学生姓名 名字 学生 xm name studentname",
    "class_name": "班级 班级名称 行政班 所在班级 班 班别 班号 教学班 bj class classname",
    "student_number": "学号 学籍号 学生学号 校内学号 学籍辅号 全国学籍号 studentno studentid",
    "school": "学校 学校名称 学校代码 毕业学校 所在学校 校名 school",
    "grade": "年级 年级名称 grade",
    "room": "考场 考场号 试场 试场号 考室 room",
    "seat": "座位号 座号 座位 考位 seat",
    "subjects": "选科 科类 选考科目 选科组合 组合 科别 类别 subjects",
    "drop_identity": "身份证号 身份证 身份证件号 身份证号码 公民身份号码 证件号码 证件号 sfzh idcard",
    "drop_phone": "手机 手机号 联系电话 电话 家长手机 家长手机号 家长电话 phone mobile",
    "drop_parent": "家长 家长姓名 监护人 监护人姓名",
    "drop_other": "序号 编号 性别 备注 校区 区县名称 区县 民族 出生日期 no xb gender sex remark",
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases.split()}

IDENTITY = "drop_identity"
_HEADER_ROWS = 12
_NUMBER = re.compile(r"^[0-9A-Za-z]*\d{3,}[0-9A-Za-z]*$")
_CLASS = re.compile(r"^(?:.*班|[高初小][一二三四五六]?.*\d+.*|\d{1,3}|[一二三四五六七八九]年级.*)$")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\ue000-\uf8ff"
#: Chinese names have up to six characters, names with dots more; Latin ones are words.
_NAME = re.compile(
    rf"^(?:[{_HAN}]{{2,6}}|[{_HAN}]+(?:[·•‧∙⋅・･●.][{_HAN}]+)+|[A-Za-z][A-Za-z.'\- ]{{1,39}})$"
)
_GENDER = frozenset("男女")
_IDENTITY = re.compile(r"^[1-9]\d{16}[\dXx]$")
_PHONE = re.compile(r"^1[3-9]\d{9}$")


@dataclass(frozen=True, slots=True)
class Header:
    """Field → column, field → the header's words, and how many rows of the table come first."""

    columns: dict[str, int]
    seen: dict[str, str]
    skipped: int
    repeated: tuple[str, ...] = ()  #: headers of columns that a field had already


def field_of(text: str) -> str:
    """The field that a header names; empty when it names none."""
    tidy = unicodedata.normalize("NFKC", text).lower()
    tidy = re.sub(r"\(.*?\)|[\s*:_\-.·]+", "", tidy)
    return _FIELD_OF.get(tidy, "")


def find_header(rows: tuple[Row, ...]) -> Header | None:
    """The header among the first rows: the row (or two rows, when cells are merged) that names most."""
    best: Header | None = None
    for index in range(min(_HEADER_ROWS, len(rows))):
        for height in (1, 2):
            if index + height > len(rows):
                continue
            header = _header_of(rows[index : index + height], index + height)
            if _is_usable(header) and (best is None or len(header.columns) > len(best.columns)):
                best = header
    return best


def _is_usable(header: Header) -> bool:
    kept = [field for field in header.columns if not field.startswith("drop_")]
    return "name" in kept or "number" in kept


def _header_of(rows: tuple[Row, ...], skipped: int) -> Header:
    columns: dict[str, int] = {}
    seen: dict[str, str] = {}
    repeated = []
    for column in range(max(len(row.cells) for row in rows)):
        texts = [row.text(column) for row in reversed(rows)]
        text = next((text for text in texts if field_of(text)), "")
        field = field_of(text)
        if field and field not in columns:
            columns[field], seen[field] = column, text.strip()
        elif field and not field.startswith("drop_"):
            repeated.append(text.strip())
    return Header(columns, seen, skipped, tuple(repeated))


def guess_header(rows: tuple[Row, ...]) -> Header | None:
    """Columns of a table without a header, by what most values of each look like."""
    width = max((len(row.cells) for row in rows), default=0)
    columns: dict[str, int] = {}
    for column in range(width):
        values = [value for row in rows if (value := squeezed(row.text(column)))]
        field = _field_of_values(values, columns, len(rows))
        if field and field not in columns:
            columns[field] = column
    return Header(columns, {}, 0) if "name" in columns or "number" in columns else None


def _field_of_values(values: list[str], taken: dict[str, int], rows: int) -> str:
    if not values or is_counter(values):
        return ""
    candidates = [
        (IDENTITY, _IDENTITY.match),
        ("class_name", _CLASS.match),
        ("name", _NAME.match),
    ]
    if all(value in _GENDER for value in values):
        return ""
    for field, matches in candidates:
        if sum(bool(matches(value)) for value in values) * 10 >= len(values) * 7:
            return field if field != "name" or "name" not in taken else "drop_parent"
    if sum(bool(_NUMBER.match(value)) for value in values) * 10 >= len(values) * 7:
        if _are_phones(values):
            return "drop_phone"
        return "number" if "number" not in taken else "student_number"
    return ""


def is_counter(values: list[str]) -> bool:
    """1, 2, 3 … : the row's number, no field."""
    return (
        len(values) > 2
        and all(value.isdigit() for value in values)
        and [int(v) for v in values] == list(range(int(values[0]), int(values[0]) + len(values)))
        and int(values[0]) in (0, 1)
    )


def _are_phones(values: list[str]) -> bool:
    """Mobile numbers: eleven digits without the common beginning that 考号 have."""
    if not all(_PHONE.match(value) for value in values):
        return False
    return len({value[:4] for value in values}) > max(1, len(values) // 3)


def squeezed(text: str) -> str:
    """Without any space, in half width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def is_class_shaped(text: str) -> bool:
    """Whether a sheet's title names a class."""
    return bool(_CLASS.match(squeezed(text))) and ("班" in text or not squeezed(text).isdigit())


def shape_of(token: str) -> str:
    """What one pasted word can be: class_name, digits, name, drop_identity, or empty."""
    tidy = squeezed(token)
    if _IDENTITY.match(tidy):
        return IDENTITY
    if tidy in _GENDER:
        return ""
    if _CLASS.match(tidy) and not tidy.isdigit():
        return "class_name"
    if tidy.isdigit() or _NUMBER.match(tidy):
        return "digits"
    return "name" if _NAME.match(tidy) else ""
