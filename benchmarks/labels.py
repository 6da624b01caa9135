"""Label files of a sample set and its pictures, taking what is there: what is missing is named and left out.

A set is a folder with one or more label files: tab-separated, a head line, the picture's path and its
transcript in the first two columns, perhaps a column ``page_id``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr.rasters import Grey


@dataclass(frozen=True)
class Row:
    """One labelled picture; ``page`` is "" where the set does not name pages."""

    path: Path
    text: str
    page: str = ""


def labelled(folder: Path, files: Sequence[str] = ("labels.tsv",)) -> list[Row]:
    """The rows of all label files of a set whose pictures can be read.

    A line is printed for a missing folder, each missing file, each row that has no transcript, and each
    picture that cannot be read.
    """
    if not folder.is_dir():
        print(f"left out: {folder} is not there")
        return []
    return [row for name in files for row in _rows(folder, name) if _is_readable(row.path)]


def _rows(folder: Path, name: str) -> Iterator[Row]:
    if not (folder / name).is_file():
        print(f"left out: {folder / name} is not there")
        return
    head, *lines = (folder / name).read_text("utf-8-sig").replace("\r\n", "\n").split("\n")
    columns = head.split("\t")
    page = columns.index("page_id") if "page_id" in columns else None
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) >= 2 and cells[1].strip():
            named = cells[page] if page is not None and page < len(cells) else ""
            yield Row(folder / cells[0], cells[1], named)
        elif line.strip():
            print(f"left out: {folder / name}, line {number} has no transcript")


def _is_readable(path: Path) -> bool:
    if is_picture(path):
        return True
    print(f"left out: {path} cannot be read as a picture")
    return False


def is_picture(path: Path) -> bool:
    """Whether the file is there and can be read as a picture."""
    return _decoded(path) is not None


def grey(path: Path) -> Grey:
    """A picture's grey pixels.

    Raises:
        ValueError: the file is missing or no picture.
    """
    found = _decoded(path)
    if found is None:
        raise ValueError(f"{path} cannot be read as a picture")
    return found


def _decoded(path: Path) -> Grey | None:
    content = path.read_bytes() if path.is_file() else b""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    return None if image is None else np.asarray(image, dtype=np.uint8)
