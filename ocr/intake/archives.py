"""ZIP files: read in memory within bounds, nothing is ever unpacked to a path that they name."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import BadInput, ScanUnreadable, UnsafeUpload
from ocr.intake.records import MIB, IntakeLimits, display_name

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_CHUNK = 1 << 20
_RATIO_FROM_BYTES = 64 * MIB
_JUNK = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_OFFICE = "[Content_Types].xml"


@dataclass(frozen=True)
class Entry:
    """One file of an archive: a name for people, and its bytes or the reason why there are none."""

    name: str
    content: bytes = b""
    problem: BadInput | None = None


def open_archive(content: bytes, name: str, limits: IntakeLimits) -> zipfile.ZipFile:
    """The archive, with what it declares checked.

    Raises:
        ScanUnreadable: damaged, empty, or an office document.
        UnsafeUpload: too many files, or too much once unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ScanUnreadable(f"“{name}”不是完好的 ZIP：{error}", "请重新压缩后上传。") from error
    wanted = _wanted(archive)
    if any(entry.filename == _OFFICE for entry in archive.infolist()):
        raise ScanUnreadable(f"“{name}”是 Office 文档。", "请在办公软件里另存为 PDF 再上传。")
    if not wanted:
        raise ScanUnreadable(f"“{name}”里没有文件。", "请把扫描件放进 ZIP 后再上传。")
    _check_declared(wanted, len(content), name, limits)
    return archive


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Files that a person put there, in the order in which people count them."""
    files = [e for e in archive.infolist() if not e.is_dir() and not _JUNK.search(e.filename)]
    return sorted(files, key=lambda entry: natural_key(readable_name(entry)))


def _check_declared(
    entries: list[zipfile.ZipInfo], packed_bytes: int, name: str, limits: IntakeLimits
) -> None:
    if len(entries) > limits.archive_entries:
        raise UnsafeUpload(
            f"“{name}”里有 {len(entries)} 个文件，超过上限 {limits.archive_entries}。",
            "请分成几个 ZIP 上传。",
        )
    declared = sum(entry.file_size for entry in entries)
    too_dense = declared > _RATIO_FROM_BYTES and declared > limits.archive_ratio * packed_bytes
    if declared > limits.archive_bytes or too_dense:
        raise UnsafeUpload(
            f"“{name}”只有 {packed_bytes / MIB:.1f} MiB，解开后却有 {declared / MIB:.0f} MiB，疑似压缩炸弹。",
            "如果确实是扫描件，请不压缩、直接上传 PDF 或分批上传。",
        )


def archive_entries(archive: zipfile.ZipFile, name: str, limits: IntakeLimits) -> Iterator[Entry]:
    """The files one at a time, in natural order of their names. Closes the archive."""
    left = limits.archive_bytes
    with archive:
        for info in _wanted(archive):
            shown = f"{name}/{display_name(readable_name(info))}"
            entry = _read(archive, info, shown, min(limits.entry_bytes, left))
            left -= len(entry.content)
            yield entry


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, most: int) -> Entry:
    if info.flag_bits & _ENCRYPTED_FLAG:
        return Entry(shown, problem=ScanUnreadable(f"“{shown}”有密码。", "请去掉 ZIP 的密码后再上传。"))
    if stat.S_ISLNK(info.external_attr >> 16):
        return Entry(shown, problem=UnsafeUpload(f"“{shown}”是链接，不是文件。", "请放入文件本身再压缩。"))
    try:
        content = _read_at_most(archive, info, most)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        return Entry(shown, problem=ScanUnreadable(f"“{shown}”已损坏：{error}", "请重新压缩后上传。"))
    if content is None:
        return Entry(
            shown,
            problem=UnsafeUpload(
                f"“{shown}”解开后超过 {most // MIB} MiB。", "请单独上传这个文件，或降低扫描分辨率。"
            ),
        )
    return Entry(shown, content)


def _read_at_most(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes | None:
    """The file's bytes, counted while they are read, since the declared size may lie."""
    pieces, total = [], 0
    with archive.open(info) as file:
        while piece := file.read(_CHUNK):
            total += len(piece)
            if total > most:
                return None
            pieces.append(piece)
    return b"".join(pieces)


def readable_name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: Chinese Windows writes GBK without saying so."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sorts "第2页" before "第10页"."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part)) if part.isascii() and part.isdigit() else (1, part) for part in parts if part)
