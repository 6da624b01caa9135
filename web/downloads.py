"""Files as answers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from flask import Response

from core.blobs import BlobStore

_PICTURE_AGE_S = 600


def download(content: bytes | Iterator[bytes], name: str, media_type: str) -> Response:
    """A file to save under this name (any language)."""
    response = Response(content, mimetype=media_type)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def picture(content: bytes, media_type: str = "image/jpeg") -> Response:
    """A picture to show in a page; the person's own browser may keep it for a while."""
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = f"private, max-age={_PICTURE_AGE_S}"
    return response


class _Sink(io.RawIOBase):
    """Takes what the zip writer writes until it is fetched."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile gives bytes alone
        self._parts.append(bytes(data))
        return len(data)

    def fetch(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zipped(files: Iterable[tuple[str, str]], blobs: BlobStore) -> Iterator[bytes]:
    """A ZIP of blobs, made while it is sent; PDFs and pictures are packed as they are.

    Args:
        files: (name in the archive, SHA-256) pairs; equal names get a number.
    """
    sink = _Sink()
    seen: dict[str, int] = {}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, blob in files:
            archive.writestr(_unused(name, seen), blobs.get(blob))
            yield sink.fetch()
    yield sink.fetch()


def _unused(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    if seen[name] == 1:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem or ending}-{seen[name]}{dot}{ending if stem else ''}"
