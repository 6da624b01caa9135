"""The process in which PDFs are read: ``python -m ocr.intake.pdf_child``, started by ``pdf_process``.

A PDF of two kilobytes can ask for any amount of memory and time, so what reads it is bounded by the
kernel and may die. One request is a line of JSON on stdin; one answer is the length of a header (four
bytes), the header as JSON, and as many bytes of content as its ``length`` says. An answer follows each
request; a first one, empty, says that the process is ready.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from core.errors import BadInput
from ocr.intake.pdfs import PdfFile, open_pdf
from ocr.intake.records import MIB, IntakeLimits

_LOOK_S = 5.0  #: how often an idle child looks whether its parent still lives
#: Streams are inflated once to be counted; a second of processor time for so many bytes is plenty.
_COUNTED_BYTES_PER_S = 2 * MIB


def main() -> None:
    """Answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent to decide
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    _send(answers, {})
    file: PdfFile | None = None
    limits = IntakeLimits()
    for request in _requests():
        if file is not None and "page" not in request:
            file.document.close()
            file = None
        try:
            if "open" in request:
                limits = IntakeLimits.model_validate(request["limits"])
                file = _open(Path(request["open"]), request["name"], limits)
                _send(answers, {"pages": len(file.document)})
            elif "page" in request and file is not None:
                _send_page(answers, file, request["page"], limits)
            else:
                _send(answers, {})
        except BadInput as error:
            _send(answers, {"error": type(error).__name__, "message": error.message, "remedy": error.remedy})


def _requests() -> Iterator[dict[str, Any]]:
    """The requests; ends when the parent closed the pipe, or died while others still hold it."""
    parent = os.getppid()
    ready = select.poll()
    ready.register(0, select.POLLIN | select.POLLHUP)
    while True:
        while not ready.poll(_LOOK_S * 1000):
            if os.getppid() != parent:
                return
        line = sys.stdin.buffer.readline()
        if not line:
            return
        yield json.loads(line)


def _open(path: Path, name: str, limits: IntakeLimits) -> PdfFile:
    size = path.stat().st_size
    with path.open("rb") as stored:
        content = mmap.mmap(stored.fileno(), 0, access=mmap.ACCESS_COPY)  # ctypes wants it writable
    _bound_memory(limits.pdf_memory_bytes)
    _bound_time(limits.pdf_page_s + size / _COUNTED_BYTES_PER_S)
    return open_pdf(content, name, limits)


def _send_page(answers: IO[bytes], file: PdfFile, number: int, limits: IntakeLimits) -> None:
    _bound_time(limits.pdf_page_s)
    picture = file.page(number, limits)
    _send(
        answers,
        {
            "media_type": picture.media_type,
            "width_px": picture.width_px,
            "height_px": picture.height_px,
            "dpi": picture.dpi,
            "problem": picture.problem,
        },
        picture.content,
    )


def _bound_memory(more_bytes: int) -> None:
    """The kernel grants so much address space beyond what is in use; Linux alone keeps to it."""
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + more_bytes
    resource.setrlimit(
        resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
    )


def _bound_time(more_s: float) -> None:
    """The kernel ends this process (SIGXCPU) after so much more time on the processor."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(usage.ru_utime + usage.ru_stime + more_s)
    resource.setrlimit(
        resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
    )


def _send(answers: IO[bytes], header: dict[str, Any], content: bytes = b"") -> None:
    text = json.dumps({**header, "length": len(content)}).encode()
    answers.write(struct.pack(">I", len(text)) + text)
    answers.write(content)
    answers.flush()


if __name__ == "__main__":
    main()
