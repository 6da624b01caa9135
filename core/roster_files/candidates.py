"""Rows under a known header become candidates; everything odd is told with its row."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import Field

from core.base import Record
from core.errors import RosterInvalid
from core.roster_files.columns import Header, field_of
from core.roster_files.tables import Cell, Row
from core.roster_files.values import (
    LostDigits,
    holds_identity_number,
    name_remark,
    tidy_class,
    tidy_name,
    tidy_number,
    usual_length,
)
from core.rosters import Candidate, Roster

_MAX_TOLD = 10
_MAX_NOTES = 60
_LABELS = {"number": "考号", "student_number": "学号"}
_DROPPED = {"drop_identity": "身份证号", "drop_phone": "手机号", "drop_parent": "家长姓名"}
_SUMMARY = re.compile(r"^(?:合计|总计|小计|共\s*\d+\s*[人名]|制表|填表|备注|说明|注[:：])")
_TEXTS = ("school", "grade", "room", "seat", "subjects")


class RosterReading(Record):
    """What a roster file holds. ``columns``: field → the header seen; ``notes``: for the person to check."""

    candidates: tuple[Candidate, ...]
    columns: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def roster(self) -> Roster:
        return Roster(candidates=self.candidates)


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows below a header; ``where`` names the sheet in messages when there are several."""

    rows: tuple[Row, ...]
    header: Header
    where: str
    default_class: str


@dataclass(slots=True)
class _Draft:
    """One row being read."""

    where: str
    row: Row
    values: dict[str, str]
    number_cell: Cell
    padded: bool = False


@dataclass(slots=True)
class _Findings:
    """Everything that has to be told: ``errors`` refuse the file, ``notes`` do not."""

    notes: list[str]
    errors: list[str] = field(default_factory=list)


def build_candidates(sheets: tuple[SheetRows, ...], file_name: str, notes: list[str]) -> RosterReading:
    """The candidates of all sheets.

    Raises:
        RosterInvalid: no candidate, lost digits, or two equal 考号.
    """
    findings = _Findings(list(notes))
    drafts = [draft for sheet in sheets for draft in _drafts(sheet, findings)]
    _pad_numbers(drafts, findings)
    _refuse_equal_numbers(drafts, findings)
    if findings.errors:
        more = [f"……另有 {len(findings.errors) - _MAX_TOLD} 处"] if len(findings.errors) > _MAX_TOLD else []
        told = "\n".join([*findings.errors[:_MAX_TOLD], *more])
        raise RosterInvalid(f"{file_name}：{told}", "请在名单里改正后重新上传；原有名单没有变动。")
    if not drafts:
        raise RosterInvalid(f"{file_name} 有表头，但没有考生。", "请把考生写在表头下面，每行一名。")
    _note_names(drafts, findings)
    _note_missing_numbers(drafts, findings)
    seen = {name: text for sheet in sheets[::-1] for name, text in sheet.header.seen.items()}
    _note_dropped(sheets, findings)
    columns = {name: text for name, text in seen.items() if not name.startswith("drop_")}
    return RosterReading(candidates=_candidates(drafts), columns=columns, notes=_first(findings.notes))


def _first(notes: list[str]) -> tuple[str, ...]:
    """No more notes than anybody reads."""
    more = len(notes) - _MAX_NOTES
    return (*notes[:_MAX_NOTES], f"……另有 {more} 条提示") if more > 0 else tuple(notes)


def _drafts(sheet: SheetRows, findings: _Findings) -> Iterator[_Draft]:
    for row in sheet.rows:
        if _is_header_again(row, sheet.header):
            continue
        if _SUMMARY.match(next((cell.text.strip() for cell in row.cells if cell.text.strip()), "")):
            findings.notes.append(f"{_at(sheet.where, row)}不是考生，已跳过")
            continue
        draft = _draft(sheet, row, findings)
        if draft is not None:
            yield draft


def _is_header_again(row: Row, header: Header) -> bool:
    named = [field_of(row.text(column)) == name for name, column in header.columns.items()]
    return bool(header.seen) and all(named)


def _draft(sheet: SheetRows, row: Row, findings: _Findings) -> _Draft | None:
    columns = sheet.header.columns
    values = {name: row.text(columns[name]).strip() for name in _TEXTS if name in columns}
    values["name"] = tidy_name(row.text(columns["name"])) if "name" in columns else ""
    values["class_name"] = tidy_class(row.text(columns["class_name"])) if "class_name" in columns else ""
    values["class_name"] = values["class_name"] or sheet.default_class
    for name in ("number", "student_number"):
        if name in columns:
            values[name] = _number(row.cell(columns[name]), name, _at(sheet.where, row), findings)
    for name in ("number", "name", "class_name"):
        if name in columns and row.cell(columns[name]).formula:
            findings.errors.append(f"{_at(sheet.where, row)}是公式或错误值，文件里没有存它的结果")
    if not (values["name"] or values.get("number")):
        return None
    number_cell = row.cell(columns["number"]) if "number" in columns else Cell("")
    return _Draft(sheet.where, row, values, number_cell)


def _number(cell: Cell, name: str, at: str, findings: _Findings) -> str:
    try:
        number, remark = tidy_number(cell.text)
    except LostDigits:
        why = "是科学计数法，后面的数字已经丢失，无法还原"
        findings.errors.append(f"{at}{_LABELS[name]} {cell.text.strip()} {why}；请把该列设为文本后重新填写")
        return ""
    except ValueError:
        findings.errors.append(f"{at}{_LABELS[name]}“{cell.text.strip()[:30]}”只能有数字和字母，最多 20 位")
        return ""
    if holds_identity_number(number):
        findings.notes.append(f"{at}{_LABELS[name]}是身份证号，未保存")
        return ""
    if remark:
        findings.notes.append(f"{at}{_LABELS[name]} {remark}")
    return number


def _pad_numbers(drafts: list[_Draft], findings: _Findings) -> None:
    """Number cells that lost their leading zeros are padded to the usual length, and told."""
    numbers = [draft.values["number"] for draft in drafts if draft.values.get("number")]
    length = usual_length(numbers)
    if not length or len(numbers) < 3:
        return
    for draft in drafts:
        number = draft.values.get("number", "")
        if not number or len(number) == length:
            continue
        at = f"{_at(draft.where, draft.row)}考号 {number} "
        if draft.number_cell.number and len(number) < length:
            draft.values["number"] = number.zfill(length)
            findings.notes.append(f"{at}是数字格式，已补零为 {number.zfill(length)}")
        else:
            findings.notes.append(f"{at}有 {len(number)} 位，其他多为 {length} 位，请核对")


def _refuse_equal_numbers(drafts: list[_Draft], findings: _Findings) -> None:
    first: dict[str, _Draft] = {}
    for draft in drafts:
        number = draft.values.get("number", "")
        if number in first:
            other = first[number]
            findings.errors.append(
                f"考号 {number} 用了两次：{_at(other.where, other.row)}{other.values['name']}和"
                f"{_at(draft.where, draft.row)}{draft.values['name']}"
            )
        elif number:
            first[number] = draft


def _note_names(drafts: list[_Draft], findings: _Findings) -> None:
    rows: dict[tuple[str, str], list[_Draft]] = {}
    for draft in drafts:
        name = draft.values["name"]
        if not name:
            findings.notes.append(f"{_at(draft.where, draft.row)}没有姓名")
            continue
        remark = name_remark(name)
        if remark:
            findings.notes.append(f"{_at(draft.where, draft.row)}{remark}")
        rows.setdefault((draft.values["class_name"], name), []).append(draft)
    for (class_name, name), same in rows.items():
        if len(same) > 1:
            at = "、".join(str(draft.row.number) for draft in same)
            findings.notes.append(f"{class_name}有 {len(same)} 个“{name}”（第 {at} 行），请核对是否重名")


def _note_missing_numbers(drafts: list[_Draft], findings: _Findings) -> None:
    without = [draft for draft in drafts if not draft.values.get("number")]
    if len(without) == len(drafts):
        findings.notes.append("名单里没有考号")
        return
    for draft in without:
        findings.notes.append(f"{_at(draft.where, draft.row)}{draft.values['name']}没有考号")


def _note_dropped(sheets: tuple[SheetRows, ...], findings: _Findings) -> None:
    dropped = {name for sheet in sheets for name in sheet.header.columns if name in _DROPPED}
    findings.notes.extend(f"{_DROPPED[name]}列未保存" for name in sorted(dropped))


def _candidates(drafts: list[_Draft]) -> tuple[Candidate, ...]:
    """Ids come from the 考号, else from class, name and how often they occurred before."""
    seen: Counter[tuple[str, str]] = Counter()
    candidates = []
    for draft in drafts:
        values = draft.values
        key = (values["class_name"], values["name"])
        if values.get("number"):
            id_ = f"n{values['number']}"
        else:
            seen[key] += 1
            text = "|".join([*key, str(seen[key])])
            id_ = "p" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        candidates.append(Candidate(id=id_, **values))
    return tuple(candidates)


def _at(where: str, row: Row) -> str:
    return f"{where}第 {row.number} 行："
