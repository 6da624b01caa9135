"""Roster files made in memory, one function for each kind of file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlwt

Rows = Sequence[Sequence[object]]


def xlsx(rows: Rows, touch: Callable[[Any], None] | None = None, title: str = "Sheet1") -> bytes:
    """A workbook with one sheet; ``touch`` may format or merge cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if touch is not None:
        touch(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_of_sheets(sheets: dict[str, Rows]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Rows, number_format: str = "General") -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名单")
    style = xlwt.XFStyle()
    style.num_format_str = number_format
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value, style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def dbf(
    fields: Sequence[tuple[str, str, int]], rows: Sequence[Sequence[str]], encoding: str = "gbk"
) -> bytes:
    """A dBASE III table; fields are (name, type, bytes)."""
    header = bytearray([0x03, 126, 11, 22])
    header += len(rows).to_bytes(4, "little")
    header += (32 + 32 * len(fields) + 1).to_bytes(2, "little")
    header += (1 + sum(size for _, _, size in fields)).to_bytes(2, "little") + bytes(20)
    for name, kind, size in fields:
        header += (
            name.encode(encoding).ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size, 0]) + bytes(14)
        )
    header += b"\r"
    body = bytearray()
    for row in rows:
        body += b" "
        for (_, kind, size), value in zip(fields, row, strict=True):
            raw = value.encode(encoding)
            body += raw.rjust(size) if kind == "N" else raw.ljust(size)
    return bytes(header + body + b"\x1a")


def package(parts: dict[str, bytes]) -> bytes:
    """A ZIP with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = change(parts[name])
    return package(parts)
