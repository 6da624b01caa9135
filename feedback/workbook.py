"""The results as a workbook for WPS and Excel, and its first two tables as CSV for the bureau.

考号 and all words are text cells (no 1.02E+10, no lost zeros, a name that begins with ``=`` stays a
name); points are numbers. 缺考 and 违纪 stand as words and are outside every mean.
"""

from __future__ import annotations

import csv
import io
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core.results import ExamResults
from feedback._tables import (
    Table,
    Value,
    choice_table,
    grid_table,
    item_table,
    notes_table,
    option_table,
    total_table,
)
from feedback.statistics import Statistics, statistics_of

CsvEncoding = Literal["gb18030", "utf-8-sig"]
CsvTable = Literal["totals", "items"]

_THIN = Side(style="thin", color="B0B0B0")
_EDGES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD_FILL = PatternFill("solid", fgColor="E7EDF3")
_NOTE_FILL = PatternFill("solid", fgColor="F6F6F6")
_MISSING_FILL = PatternFill("solid", fgColor="FBE3E4")
_WRONG = Font(color="C00000")
_FONT_SIZE = 11
_WRAPPED_COLUMNS = 60
_LINE_PT = 15


def write_workbook(results: ExamResults, statistics: Statistics) -> bytes:
    """The xlsx: 成绩总表, 小题分明细, 客观题作答, 选项统计, 双向细目表, 说明.

    双向细目表 is left out when no item names a knowledge point or an ability.

    Args:
        results: all candidates in roster order, absent ones too.
        statistics: of the same results.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    tables = (
        total_table(results, statistics),
        item_table(results, statistics),
        choice_table(results),
        option_table(results, statistics),
        grid_table(results.exam, statistics),
        notes_table(results, statistics),
    )
    for table in (table for table in tables if table is not None):
        _write_sheet(book.create_sheet(table.title), table, results.exam.title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(
    results: ExamResults, which: CsvTable, encoding: CsvEncoding, statistics: Statistics | None = None
) -> bytes:
    """成绩总表 ("totals") or 小题分明细 ("items") as CSV with CRLF lines.

    In GB18030 for bureau software, or UTF-8 with BOM, which Excel recognises. A text that a spread-
    sheet would take for a formula gets an apostrophe in front. 小题分明细 ends with 均分 and 得分率.

    Args:
        results: all candidates in roster order.
        which: the table.
        encoding: of the file.
        statistics: of the same results (``None``: made here); for a class see ``class_statistics``.
    """
    figures = statistics or statistics_of(results)
    table = total_table(results, figures) if which == "totals" else item_table(results, figures)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_csv_value(v) for v in row] for row in table.rows)
    return out.getvalue().encode(encoding)


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    return f"{round(value, 4):g}" if isinstance(value, float) else str(value)


def _write_sheet(sheet: Worksheet, table: Table, exam_title: str) -> None:
    for row, values in enumerate(table.rows, start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row=row, column=column)
            _fill_cell(cell, value, table)
    _set_widths(sheet, table)
    _set_print(sheet, table, exam_title)


def _fill_cell(cell: Cell | MergedCell, value: Value, table: Table) -> None:
    """One cell; text is typed as text, so that nothing is ever read as a formula or a number."""
    assert isinstance(cell, Cell)  # noqa: S101 - we merge no cells
    cell.value = (_legible(value) or None) if isinstance(value, str) else value
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    elif isinstance(value, int | float):
        cell.number_format = _number_format(value, cell, table)
    head = cell.row <= table.header_rows
    wraps = (cell.column - 1) in table.wrapped
    cell.alignment = Alignment(
        horizontal="left" if wraps and not head else "center", vertical="center", wrap_text=wraps or head
    )
    cell.font = Font(size=_FONT_SIZE, bold=cell.row == 1)
    cell.border = _EDGES
    if head:
        cell.fill = _HEAD_FILL
    elif cell.row > len(table.rows) - table.footer_rows:
        cell.fill = _NOTE_FILL
    if isinstance(value, str) and (cell.row - 1, cell.column - 1) in table.marked:
        cell.font = _WRONG
    note = table.noted.get((cell.row - 1, cell.column - 1))
    if note:
        cell.font, cell.fill, cell.comment = _WRONG, _MISSING_FILL, Comment(note, "朱批")


def _number_format(value: int | float, cell: Cell, table: Table) -> str:
    if cell.column - 1 in table.percent_columns:
        return "0.0%"
    if cell.row - 1 in table.rate_rows:
        return "0.00"
    return "0" if isinstance(value, int) else "0.0#"


def _legible(text: str) -> str:
    """Without control characters, which xlsx cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\n\t")


def _set_widths(sheet: Worksheet, table: Table) -> None:
    """Widths by the widest text, a Chinese character counting two."""
    for column in range(max(map(len, table.rows), default=0)):
        texts = [_shown(row[column]) for row in table.rows if column < len(row) and row[column] is not None]
        widest = max((max(map(_columns_of, t.split("\n")), default=0) for t in texts), default=0)
        limit = _WRAPPED_COLUMNS if column in table.wrapped else 32
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(widest + 2, 5), limit)
    for number, row in enumerate(table.rows, start=1):
        # Not every program fits a row to its wrapped text when it opens the file.
        lines = max(
            (-(-_columns_of(str(row[c])) // (_WRAPPED_COLUMNS - 2)) for c in table.wrapped), default=1
        )
        if lines > 1:
            sheet.row_dimensions[number].height = _LINE_PT * lines + 2


def _shown(value: Value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _columns_of(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _set_print(sheet: Worksheet, table: Table, exam_title: str) -> None:
    """Landscape A4, as wide as one page, the header on each, names kept in view."""
    sheet.freeze_panes = f"{get_column_letter(table.frozen_columns + 1)}{table.header_rows + 1}"
    sheet.page_setup.orientation = "portrait" if table.portrait else "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{table.header_rows}"
    sheet.print_options.horizontalCentered = True
    heading = f"{exam_title}　{table.title}".replace("&", "&&")
    sheet.HeaderFooter.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(text=heading))
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="第 &P 页 共 &N 页"))
    sheet.page_margins.left = sheet.page_margins.right = 0.4
