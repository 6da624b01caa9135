"""Finding PDF streams that inflate without bound, before the PDF library meets them.

Deflate gives back at most 1,032 bytes for each of its own, so only long streams need a look; they
are inflated in pieces that are counted and dropped. A stream that inflates to another deflate
stream is followed once more.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator

from core.errors import UnsafeUpload
from ocr.intake.records import IntakeLimits

_DEFLATE_RATIO = 1032
_PIECE = 1 << 20
_DEPTH = 2


def refuse_bombs(content: bytes | mmap.mmap, name: str, limits: IntakeLimits) -> None:
    """Look at every deflate stream of the file.

    Raises:
        UnsafeUpload: one inflates to more than ``limits.inflated_bytes``.
    """
    shortest = max(limits.inflated_bytes // (_DEFLATE_RATIO**_DEPTH), 16)
    for start in _stream_starts(content):
        if not _looks_deflated(content, start):
            continue
        end = content.find(b"endstream", start)
        end = len(content) if end < 0 else end
        if end - start >= shortest and _inflates_beyond(
            memoryview(content)[start:end], limits.inflated_bytes
        ):
            raise UnsafeUpload(
                f"“{name}”里有压缩数据解开后超过 {limits.inflated_bytes // (1 << 20)} MiB，疑似压缩炸弹。",
                "如果确实是扫描件，请重新扫描或另存为新的 PDF 再上传。",
            )


def _stream_starts(content: bytes | mmap.mmap) -> Iterator[int]:
    """Where the data of each stream begins: after ``stream`` and its line end."""
    at = content.find(b"stream")
    while at >= 0:
        if content[at - 3 : at] != b"end":
            at += 6
            if content[at : at + 1] == b"\r":
                at += 1
            if content[at : at + 1] == b"\n":
                at += 1
            yield at
        at = content.find(b"stream", at + 1)


def _looks_deflated(data: bytes | memoryview | mmap.mmap, at: int = 0) -> bool:
    """A zlib header: method 8, and the two bytes a multiple of 31."""
    head = bytes(data[at : at + 2])
    return len(head) == 2 and head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and int.from_bytes(head) % 31 == 0


def _inflates_beyond(data: memoryview, most: int, depth: int = 1) -> bool:
    """Whether the stream, or the stream within it, gives more than ``most`` bytes."""
    inner = zlib.decompressobj()
    total = total_inner = 0
    nested = None
    for piece in _inflated(zlib.decompressobj(), data):
        if nested is None:
            nested = depth < _DEPTH and _looks_deflated(piece)
        total += len(piece)
        if total > most:
            return True
        if nested:
            for inner_piece in _inflated(inner, memoryview(piece)):
                total_inner += len(inner_piece)
                if total_inner > most:
                    return True
            nested = not inner.eof
    return False


def _inflated(machine: zlib._Decompress, data: memoryview) -> Iterator[bytes]:
    """The inflated pieces; ends quietly where the data is damaged."""
    for at in range(0, len(data), _PIECE):
        waiting: bytes | memoryview = data[at : at + _PIECE]
        while waiting and not machine.eof:
            try:
                piece = machine.decompress(waiting, _PIECE)
            except zlib.error:
                return
            if piece:
                yield piece
            waiting = machine.unconsumed_tail
        if machine.eof:
            return
