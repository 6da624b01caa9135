"""What people send: small files as text or bytes, large ones by way of a temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.datastructures import FileStorage

from core.errors import BadInput
from pipeline.toolbox import Toolbox
from web.context import plain_name

SMALL_FILE_MIB = 16
_SMALL_LIMIT_BYTES = SMALL_FILE_MIB * 1024 * 1024


def small_upload(file: FileStorage | None) -> tuple[bytes, str]:
    """The bytes and the plain name of a roster, picture or exam file.

    Raises:
        BadInput: there is no file, or it is larger than 16 MiB.
    """
    if file is None or not file.filename:
        raise BadInput("没有选择文件。", "请选择一个文件后再上传。")
    name = plain_name(file.filename)
    content = file.stream.read(_SMALL_LIMIT_BYTES + 1)
    if len(content) > _SMALL_LIMIT_BYTES:
        raise BadInput(f"{name} 超过 16 MB。", "请检查是不是选错了文件。")
    return content, name


def text_of_upload(file: FileStorage | None) -> tuple[str, str]:
    """The text and the plain name of a text file.

    Raises:
        BadInput: it is not UTF-8 (with or without BOM) nor GB18030.
    """
    content, name = small_upload(file)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{name} 不是文本文件。", "请另存为 UTF-8 编码的文本后再上传。")


@contextmanager
def kept_for_now(tb: Toolbox, file: FileStorage) -> Iterator[Path]:
    """A large upload as a temporary file of ours, under a name of ours, gone afterwards."""
    folder = tb.settings.home / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-") as kept:
        file.save(kept)
        kept.flush()
        yield Path(kept.name)
