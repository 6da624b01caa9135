"""The one way in: an uploaded file to its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from core.errors import BadInput, UnsafeUpload
from ocr.intake.archives import Entry, archive_entries, open_archive
from ocr.intake.kinds import Kind, kind_of
from ocr.intake.pdf_process import read_pdf
from ocr.intake.pictures import read_heic, read_jpeg, read_png, tiff_pages
from ocr.intake.records import (
    MIB,
    IntakeLimits,
    Picture,
    ScannedImage,
    display_name,
    unreadable_page,
)

_SINGLE: dict[Kind, Callable[[bytes, str, IntakeLimits], Picture]] = {
    Kind.JPEG: read_jpeg,
    Kind.PNG: read_png,
    Kind.HEIC: read_heic,
}


def open_scan(
    content: bytes,
    file_name: str,
    limits: IntakeLimits = IntakeLimits(),  # noqa: B008 frozen
) -> Iterator[ScannedImage]:
    """The pages of one upload, in order, one at a time.

    The file as a whole is checked before this returns; its pages are read as they are asked for.
    A page that cannot be read comes with its ``problem`` set, and the others go on.

    Args:
        content: the uploaded bytes; their kind is told from themselves.
        file_name: as the person knows it, used in messages only.
        limits: what the upload may cost.

    Raises:
        ScanUnreadable: empty, damaged, password-protected, without pages, or of another kind.
        UnsafeUpload: too large, a bomb, or markup and programs under a picture's name.
    """
    name = display_name(file_name)
    if len(content) > limits.file_bytes:
        raise UnsafeUpload(
            f"“{name}”有 {len(content) / MIB:.0f} MiB，超过上限 {limits.file_bytes // MIB} MiB。",
            "请按班级拆成几个文件分别上传。",
        )
    kind = kind_of(content, name)
    if kind is Kind.ZIP:
        entries = archive_entries(open_archive(content, name, limits), name, limits)
        return _numbered(_unpacked(entries, limits), name, limits)
    return _numbered(_pages(kind, content, name, limits), name, limits)


#: A page or the reason why it could not be read, with its name for people.
_Named = tuple[str, Picture | BadInput]


def _pages(kind: Kind, content: bytes, name: str, limits: IntakeLimits) -> Iterable[_Named]:
    """The pages of one file that is not an archive; the file is opened before this returns."""
    if kind is Kind.PDF:
        return _counted(name, read_pdf(content, name, limits))
    if kind is Kind.TIFF:
        return _counted(name, tiff_pages(content, name, limits))
    return [(name, _SINGLE[kind](content, name, limits))]


def _counted(name: str, pages: Iterator[Picture | BadInput]) -> Iterator[_Named]:
    return ((f"{name} 第{number}页", page) for number, page in enumerate(pages, start=1))


def _unpacked(entries: Iterator[Entry], limits: IntakeLimits) -> Iterator[_Named]:
    """The pages of every file of an archive; an archive within it is refused."""
    for entry in entries:
        if entry.problem is not None:
            yield entry.name, entry.problem
            continue
        try:
            kind = kind_of(entry.content, entry.name)
            if kind is Kind.ZIP:
                raise UnsafeUpload(f"“{entry.name}”是压缩包里的压缩包。", "请解压后单独上传它。")
            pages = _pages(kind, entry.content, entry.name, limits)
        except BadInput as error:
            yield entry.name, error
            continue
        yield from pages


def _numbered(pages: Iterable[_Named], name: str, limits: IntakeLimits) -> Iterator[ScannedImage]:
    """The pages with their positions; beyond the limit one last line says so."""
    for index, (page_name, page) in enumerate(pages):
        if index >= limits.pages:
            problem = f"“{name}”超过一次 {limits.pages} 页的上限，其后各页没有收下。请分批上传其余页面。"
            yield unreadable_page(page_name, index, problem)
            return
        if isinstance(page, Picture):
            yield page.placed(page_name, index)
        else:
            yield unreadable_page(page_name, index, str(page))
