"""Bytes to tables: one function for each kind of file; foreign errors become ours here."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from core.errors import RosterInvalid, UnsafeUpload
from core.roster_files.sniffing import FileKind, stranger
from core.roster_files.tables import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Cell, Row, Table, text_rows

#: An xlsx may declare this much in all, and this much per compressed byte.
_MAX_UNPACKED = 80 * 1024 * 1024
_MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024
_MAX_PARTS = 2000

_ZERO_FORMAT = re.compile(r'^"?(0{2,20})"?(?:_\)|;.*)?$')
#: Excel keeps 15 significant digits of a number.
_MAX_EXACT = 10**15

_AGAIN = "请用 Excel 或 WPS 另存为 xlsx 或 CSV 后再上传。"


def open_tables(content: bytes, kind: FileKind, file_name: str) -> tuple[Table, ...]:
    """All sheets of the file.

    Raises:
        RosterInvalid: empty, too large, damaged, protected, or no table at all.
        UnsafeUpload: it declares far more than it should, or holds XML entities.
    """
    if not content.strip(b"\x00\r\n\t "):
        raise RosterInvalid(f"{file_name} 是空文件（{len(content)} 字节）。", "请选择有内容的名单文件。")
    if len(content) > MAX_BYTES:
        raise RosterInvalid(
            f"{file_name} 有 {len(content) / 2**20:.1f} MiB，超过上限 {MAX_BYTES // 2**20} MiB。", _AGAIN
        )
    what = stranger(content)
    if what:
        raise RosterInvalid(
            f"{file_name} 是 {what}，不是名单。", "名单可用 xlsx、xls、CSV、DBF，或直接粘贴。"
        )
    return _OPENERS[kind](content, file_name)


def _open_xlsx(content: bytes, file_name: str) -> tuple[Table, ...]:
    import openpyxl  # noqa: PLC0415 -- slow to load; only where a workbook is read

    with_formulas = _checked_package(content, file_name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-down lists and styles that nobody reads here
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            written = openpyxl.load_workbook(io.BytesIO(content)) if with_formulas else None
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        ParseError,
    ) as error:
        raise RosterInvalid(f"{file_name} 已损坏，打不开（{type(error).__name__}）。", _AGAIN) from error
    return tuple(
        Table(sheet.title, _sheet_rows(sheet, written[sheet.title] if written else None, file_name))
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
    )


def _checked_package(content: bytes, file_name: str) -> bool:
    """Refuses bombs before anything is unpacked; says whether some sheet has formulas."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise RosterInvalid(f"{file_name} 已损坏，打不开。", _AGAIN) from error
    with package:
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        bomb = unpacked > _RATIO_FROM and unpacked > _MAX_RATIO * len(content)
        if unpacked > _MAX_UNPACKED or bomb or len(parts) > _MAX_PARTS:
            raise UnsafeUpload(
                f"{file_name} 有 {len(content)} 字节，解压后要 {unpacked} 字节，共 {len(parts)} 个部分，已拒绝。",
                _AGAIN,
            )
        if not any(part.filename.startswith("xl/") for part in parts):
            raise RosterInvalid(f"{file_name} 是压缩包或 Word 文档，不是 Excel 工作簿。", _AGAIN)
        return _scan_parts(package, parts, file_name)


def _scan_parts(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], file_name: str) -> bool:
    formulas = False
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        try:
            text = _unpacked(package, part)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            raise RosterInvalid(f"{file_name} 已损坏或加了密码，打不开。", _AGAIN) from error
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise UnsafeUpload(f"{file_name} 的 {part.filename} 含有 XML 实体，已拒绝。", _AGAIN)
        formulas |= part.filename.startswith("xl/worksheets/") and b"<f" in text
    return formulas


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The part's bytes, never more than it declares."""
    with package.open(part) as stream:
        text = stream.read(part.file_size + 1)
    if len(text) > part.file_size:
        raise ValueError(f"{part.filename} holds more than it declares")
    return text


def _sheet_rows(sheet: Any, written: Any, file_name: str) -> tuple[Row, ...]:
    if sheet.max_row > MAX_ROWS * 20:
        raise RosterInvalid(f"{file_name} 的工作表“{sheet.title}”有 {sheet.max_row} 行。", _AGAIN)
    rows = []
    for number, cells in enumerate(sheet.iter_rows(max_col=min(sheet.max_column, MAX_COLUMNS)), start=1):
        row = Row(number, tuple(_xlsx_cell(cell, written) for cell in cells))
        if not row.is_empty:
            rows.append(row)
        if len(rows) > MAX_ROWS:
            raise RosterInvalid(f"{file_name} 超过 {MAX_ROWS} 行。", "请按年级分开上传。")
    return tuple(rows)


def _xlsx_cell(cell: Any, written: Any) -> Cell:
    if cell.value is None and written is not None:
        source = written.cell(row=cell.row, column=cell.column).value
        return Cell("", formula=source is not None)
    if cell.data_type == "e":
        return Cell("", formula=True)
    return value_cell(cell.value, cell.number_format)


def value_cell(value: object, number_format: str = "") -> Cell:
    """A cell of a spreadsheet or database; numbers as their exact digits, zeros as their format shows."""
    if value is None or isinstance(value, bool):
        return Cell("" if value is None else str(value))
    if isinstance(value, int | float):
        return Cell(_number_text(value, number_format), number=True)
    return Cell(str(value))


def _number_text(value: int | float, number_format: str) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    if abs(value) >= _MAX_EXACT:
        # Digits after the fifteenth are lost already: kept in a form that is refused as a number.
        return f"{float(value):.15E}"
    zeros = _ZERO_FORMAT.match(number_format or "")
    return str(int(value)).zfill(len(zeros[1]) if zeros else 0)


def _open_xls(content: bytes, file_name: str) -> tuple[Table, ...]:
    import xlrd  # noqa: PLC0415

    try:
        # ``logfile``: xlrd would print its remarks to the terminal.
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except Exception as error:  # noqa: BLE001, RUF100 -- xlrd raises whatever a damaged stream provokes
        raise RosterInvalid(f"{file_name} 已损坏、加了密码，或不是 Excel 97-2003 工作簿。", _AGAIN) from error
    return tuple(
        Table(sheet.name, _xls_rows(book, sheet, file_name))
        for sheet in book.sheets()
        if sheet.visibility == 0
    )


def _xls_rows(book: Any, sheet: Any, file_name: str) -> tuple[Row, ...]:
    if sheet.nrows > MAX_ROWS:
        raise RosterInvalid(f"{file_name} 的工作表“{sheet.name}”有 {sheet.nrows} 行。", "请按年级分开上传。")
    rows = []
    for index in range(sheet.nrows):
        cells = tuple(
            _xls_cell(book, sheet.cell(index, column))
            for column in range(min(sheet.row_len(index), MAX_COLUMNS))
        )
        rows.append(Row(index + 1, cells))
    return tuple(row for row in rows if not row.is_empty)


def _xls_cell(book: Any, cell: Any) -> Cell:
    number_type, error_type = 2, 5
    if cell.ctype == error_type:
        return Cell("", formula=True)
    if cell.ctype != number_type:
        return Cell(str(cell.value))
    key = book.xf_list[cell.xf_index].format_key if cell.xf_index is not None else 0
    shown = book.format_map[key].format_str if key in book.format_map else ""
    return value_cell(cell.value, shown)


def _open_dbf(content: bytes, file_name: str) -> tuple[Table, ...]:
    for encoding in ("utf-8", "gb18030"):
        try:
            return (Table("", _dbf_rows(content, encoding)),)
        except UnicodeDecodeError:
            continue
        except Exception as error:  # noqa: BLE001, RUF100 -- dbfread raises plain errors of many kinds
            raise RosterInvalid(
                f"{file_name} 已损坏，不是完整的 DBF 表（{type(error).__name__}）。", _AGAIN
            ) from error
    raise RosterInvalid(f"{file_name} 的文字既不是 GBK 也不是 UTF-8。", _AGAIN)


def _dbf_rows(content: bytes, encoding: str) -> tuple[Row, ...]:
    """Field names as row 1; records count from row 2."""
    from dbfread import DBF  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.dbf"
        path.write_bytes(content)
        table = DBF(str(path), encoding=encoding, ignore_missing_memofile=True, lowernames=False)
        header = Row(1, tuple(Cell(name) for name in table.field_names))
        rows = [header]
        for number, record in enumerate(table, start=2):
            rows.append(Row(number, tuple(value_cell(value) for value in record.values())))
            if number > MAX_ROWS:
                break
    return tuple(row for row in rows if not row.is_empty)


def _open_text(content: bytes, file_name: str) -> tuple[Table, ...]:
    text = decoded(content, file_name)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))
    except csv.Error as error:
        raise RosterInvalid(f"{file_name} 不是完整的 CSV（{error}）。", _AGAIN) from error
    if len(lines) > MAX_ROWS:
        raise RosterInvalid(f"{file_name} 有 {len(lines)} 行，超过 {MAX_ROWS} 行。", "请按年级分开上传。")
    rows = text_rows([[_unwrapped(cell) for cell in line[:MAX_COLUMNS]] for line in lines])
    return (Table("", tuple(row for row in rows if not row.is_empty)),)


def decoded(content: bytes, file_name: str) -> str:
    """Text by its byte order mark, else UTF-8, else GB18030.

    Raises:
        RosterInvalid: it is none of these, or no text.
    """
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encodings = [encoding for mark, encoding in marked.items() if content.startswith(mark)]
    if not encodings and content[1:2] == b"\x00":
        encodings = ["utf-16-le"]
    for encoding in encodings or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise RosterInvalid(f"{file_name} 不是文字表格（既不是 UTF-8 也不是 GB18030）。", _AGAIN)


def delimiter_of(text: str) -> str:
    """The delimiter that the first lines use most: tab, comma or semicolon."""
    head = "\n".join(text.splitlines()[:20])
    return max("\t,;", key=lambda delimiter: (head.count(delimiter), delimiter == ","))


def _unwrapped(text: str) -> str:
    """Undoes what programs add to keep Excel from eating zeros: ="0012", a leading quote, tabs."""
    wrapped = re.fullmatch(r'\s*="([^"]*)"\s*', text)
    return wrapped[1] if wrapped else text.strip().removeprefix("'")


_OPENERS: dict[FileKind, Callable[[bytes, str], tuple[Table, ...]]] = {
    FileKind.XLSX: _open_xlsx,
    FileKind.XLS: _open_xls,
    FileKind.DBF: _open_dbf,
    FileKind.TEXT: _open_text,
}
