"""What a file is, by its bytes: names of uploads are often wrong."""

from __future__ import annotations

from enum import StrEnum


class FileKind(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    DBF = "dbf"
    TEXT = "csv"


#: Starts of files that are often uploaded by mistake, with what they are.
_STRANGERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"{\\rtf", "RTF 文档"),
)

_DBF_VERSIONS = frozenset(
    {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xF5, 0xFB}
)
_EXTENSIONS = {
    "xlsx": FileKind.XLSX,
    "xlsm": FileKind.XLSX,
    "xls": FileKind.XLS,
    "dbf": FileKind.DBF,
    "csv": FileKind.TEXT,
    "tsv": FileKind.TEXT,
    "txt": FileKind.TEXT,
}


def kind_of(content: bytes) -> FileKind:
    """The kind that the bytes show; text when they show none."""
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return FileKind.XLSX
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileKind.XLS
    return FileKind.DBF if _is_dbf(content) else FileKind.TEXT


def kind_of_name(file_name: str) -> FileKind | None:
    """The kind that the name promises."""
    return _EXTENSIONS.get(file_name.rpartition(".")[2].lower())


def stranger(content: bytes) -> str:
    """What a file of no use here is ("PDF", "JPEG 图片"); empty for others."""
    return next((name for start, name in _STRANGERS if content.startswith(start)), "")


def _is_dbf(content: bytes) -> bool:
    """Version, a date that exists, and a header whose length fits its 32-byte field descriptors."""
    if len(content) < 65 or content[0] not in _DBF_VERSIONS:
        return False
    header = int.from_bytes(content[8:10], "little")
    record = int.from_bytes(content[10:12], "little")
    dated = 1 <= content[2] <= 12 and 1 <= content[3] <= 31
    return dated and 65 <= header <= len(content) and record > 1 and b"\x0d" in content[64:header]
