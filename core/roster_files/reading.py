"""The two ways in: a file's bytes, and text pasted into a box."""

from __future__ import annotations

from core.errors import RosterInvalid
from core.roster_files.candidates import RosterReading, SheetRows, build_candidates
from core.roster_files.columns import Header, find_header, guess_header, is_class_shaped
from core.roster_files.opening import delimiter_of, open_tables
from core.roster_files.pasting import rows_of_words
from core.roster_files.sniffing import kind_of, kind_of_name
from core.roster_files.tables import Row, Table, text_rows
from core.roster_files.values import tidy_class

_FORMS = "需要一行表头，至少有“姓名”或“考号”；或者每行一名考生，如“20260101 张三 1班”。"
_GUESSED = "没有表头，按内容的样子认出了各列，请核对"
_MAX_PASTED = 500_000


def read_roster(content: bytes, file_name: str) -> RosterReading:
    """The candidates of a roster file; what it is, is told by its bytes, not its name.

    Args:
        content: xlsx, xls, DBF, CSV or TSV (UTF-8, UTF-16 or GB18030).
        file_name: as the person knows it, for messages.

    Raises:
        RosterInvalid: with file and row: empty, damaged, no roster, two equal 考号, lost digits.
        UnsafeUpload: a bomb.
    """
    kind = kind_of(content)
    tables = open_tables(content, kind, file_name)
    notes = []
    promised = kind_of_name(file_name)
    if promised is not None and promised is not kind:
        notes.append(f"文件名是 {file_name}，内容其实是 {kind.value}，已按内容读取")
    return _read_tables(tables, [], file_name, notes)


def read_pasted(text: str) -> RosterReading:
    """The candidates of pasted text: one a line, words parted by tabs, commas or spaces.

    Raises:
        RosterInvalid: as for files; rows are the text's lines.
    """
    if not text.strip():
        raise RosterInvalid("粘贴的内容是空的。", "请从 Excel 复制名单后粘贴，每行一名考生。")
    if len(text) > _MAX_PASTED:
        raise RosterInvalid(f"粘贴的内容有 {len(text)} 个字符，超过 {_MAX_PASTED}。", "请改为上传文件。")
    rows, header = _pasted_rows(text.removeprefix("\ufeff").splitlines())
    table = Table("", tuple(row for row in rows if not row.is_empty))
    headed = [(table, header)] if header is not None else []
    return _read_tables((table,), headed, "粘贴的内容", [_GUESSED] if headed else [])


def _pasted_rows(lines: list[str]) -> tuple[tuple[Row, ...], Header | None]:
    text = "\n".join(lines).replace("，", ",").replace("、", ",").replace("；", ";")
    delimiter = delimiter_of(text)
    if delimiter not in text:
        return rows_of_words(lines)
    return text_rows([line.split(delimiter) for line in text.split("\n")]), None


def _read_tables(
    tables: tuple[Table, ...], headed: list[tuple[Table, Header]], file_name: str, notes: list[str]
) -> RosterReading:
    headed = headed or [
        (table, header) for table in tables if (header := find_header(table.rows)) is not None
    ]
    if not headed:
        headed = _guessed(tables, file_name, notes)
    sheets = []
    for table, header in headed:
        where = f"工作表“{table.title}”" if len(headed) > 1 else ""
        notes.extend(_header_notes(table, header, where))
        default_class = tidy_class(table.title) if is_class_shaped(table.title) else ""
        sheets.append(SheetRows(table.rows[header.skipped :], header, where, default_class))
    return build_candidates(tuple(sheets), file_name, notes)


def _guessed(tables: tuple[Table, ...], file_name: str, notes: list[str]) -> list[tuple[Table, Header]]:
    for table in tables:
        header = guess_header(table.rows)
        if header is not None:
            notes.append(_GUESSED)
            return [(table, header)]
    first = next((row for table in tables for row in table.rows), None)
    seen = "、".join(cell.text for cell in first.cells[:6] if cell.text)[:60] if first else "没有内容"
    raise RosterInvalid(f"{file_name} 里没有认出名单：第一行是“{seen}”。", _FORMS)


def _header_notes(table: Table, header: Header, where: str) -> list[str]:
    notes = []
    if header.skipped and table.rows[header.skipped - 1].number > 1:
        notes.append(f"{where}表头在第 {table.rows[header.skipped - 1].number} 行")
    notes.extend(f"{where}“{text}”列与前面的列重复，没有使用" for text in header.repeated)
    return notes
