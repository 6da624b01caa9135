"""PDFs read in a process of their own (``pdf_child``), which may die of a bomb without any harm.

One idle child is kept per process, since starting one takes about 0.3 s. A child that a page killed is
replaced and the page is reported; after three such pages the rest of the file is not tried.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import BadInput, MachineProblem, ScanUnreadable, UnsafeUpload
from ocr.intake.records import MIB, IntakeLimits, Picture

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-P", "-m", "ocr.intake.pdf_child")
_START_LIMIT_S = 60.0  #: a cold disk
#: The child's own bound counts processor time; on a busy machine that takes longer by the clock.
_CLOCK_FACTOR = 6.0
_CLOCK_LEAST_S = 30.0
_HEADER_LIMIT = 1 << 16
_CONTENT_LIMIT = 512 * MIB  #: one page
_DEATHS = 3  #: pages of one file that may kill a child
_SERVES = 200  #: files that one child reads before it is replaced
#: Ends that say nothing about the file: somebody stops us, or the machine is out of memory.
_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
_ERRORS: dict[str, type[BadInput]] = {"ScanUnreadable": ScanUnreadable, "UnsafeUpload": UnsafeUpload}


class _Died(Exception):
    """The child ended, or was ended, over a request."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__()
        self.slow = slow


def read_pdf(content: bytes, name: str, limits: IntakeLimits) -> Iterator[Picture | BadInput]:
    """The pages one at a time, a bad one as the error that says so. The file is opened at once.

    Raises:
        ScanUnreadable: password-protected, damaged or without pages.
        UnsafeUpload: a bomb, or too many pages.
        MachineProblem: the reading process cannot be started, or was ended from outside.
    """
    return _Reading(content, name, limits).pages()


class _Reading:
    """One file open in a child, which goes back to the idle ones when this is closed or forgotten."""

    def __init__(self, content: bytes, name: str, limits: IntakeLimits) -> None:
        self._content, self._name, self._limits = content, name, limits
        self._children: list[_Child] = []
        self._close = weakref.finalize(self, _give_back, self._children)
        try:
            self._count = self._open()
        except _Died as death:
            raise self._unsafe(name, death) from None
        except BadInput:
            self._close()
            raise

    def _open(self) -> int:
        """Open the file in a child; the copy on disk is gone as soon as the child has it."""
        child = _idle_child()
        self._children[:] = [child]
        try:
            with tempfile.NamedTemporaryFile(prefix="zhupi-", suffix=".pdf") as copy:
                copy.write(self._content)
                copy.flush()
                request = {"open": copy.name, "name": self._name, "limits": self._limits.model_dump()}
                # by the clock it may take as long as the child's own bound for a file of this size
                header, _ = child.ask(request, self._clock_s() + len(self._content) / MIB * _CLOCK_FACTOR)
        except OSError as error:
            raise MachineProblem(
                f"“{self._name}”的临时副本无法写入：{error}。", "请清理磁盘空间后重试。"
            ) from error
        return int(header["pages"])

    def pages(self) -> Iterator[Picture | BadInput]:
        deaths = 0
        try:
            for number in range(self._count):
                page_name = f"{self._name} 第{number + 1}页"
                try:
                    if deaths < _DEATHS:
                        yield self._page(number)
                    else:
                        yield UnsafeUpload(
                            f"“{page_name}”没有读取：前面已有 {deaths} 页读不下去。",
                            "请打印后重新扫描，或导出为图片。",
                        )
                except _Died as death:
                    deaths += 1
                    yield self._unsafe(page_name, death)
        finally:
            self._close()

    def _page(self, number: int) -> Picture | BadInput:
        try:
            if not self._children:
                self._open()
            header, content = self._children[0].ask({"page": number}, self._clock_s())
        except BadInput as error:
            return error
        return Picture(
            content,
            str(header["media_type"]),
            int(header["width_px"]),
            int(header["height_px"]),
            float(header["dpi"]),
            str(header["problem"]),
        )

    def _clock_s(self) -> float:
        return max(_CLOCK_LEAST_S, _CLOCK_FACTOR * self._limits.pdf_page_s)

    def _unsafe(self, name: str, death: _Died) -> UnsafeUpload:
        self._children.clear()
        if death.slow:
            what = f"展开后过于复杂，{self._limits.pdf_page_s:g} 秒内没有读完，疑似压缩炸弹"
        else:
            what = f"展开后需要超过 {self._limits.pdf_memory_bytes // MIB} MiB 内存，或内容有害，疑似压缩炸弹"
        return UnsafeUpload(f"“{name}”{what}。", "如果确实是扫描件，请打印后重新扫描，或导出为图片再上传。")


class _Child:
    """A running ``pdf_child``: one request, one answer."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(_ROOT),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        try:
            self._process = subprocess.Popen(
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
        except OSError as error:
            raise _not_started(str(error)) from error
        self.owner = os.getpid()
        self.served = 0
        self.ended = False
        try:
            self._answer(_START_LIMIT_S)
        except _Died:
            raise _not_started(f"代码 {self._process.returncode}") from None

    def ask(self, request: dict[str, Any], limit_s: float) -> tuple[dict[str, Any], bytes]:
        """The answer's header and content.

        Raises:
            BadInput: as the child says.
            _Died: it died of the request, or did not answer in time and was ended.
            MachineProblem: it was ended from outside.
        """
        assert self._process.stdin is not None  # noqa: S101  # opened as a pipe above
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None
        header, content = self._answer(limit_s)
        if "error" in header:
            raise _ERRORS.get(header["error"], ScanUnreadable)(header["message"], header["remedy"])
        return header, content

    def end(self) -> None:
        """End the process and its pipes."""
        self.ended = True
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what it had not read does not matter any more

    def _answer(self, limit_s: float) -> tuple[dict[str, Any], bytes]:
        until = time.monotonic() + limit_s
        size = int(struct.unpack(">I", self._read(4, until))[0])
        header = json.loads(self._read(size, until)) if size <= _HEADER_LIMIT else {"length": math.inf}
        if header["length"] > _CONTENT_LIMIT:
            self.end()
            raise _Died(slow=False)
        return header, bytes(self._read(int(header["length"]), until))

    def _read(self, count: int, until: float) -> bytearray:
        assert self._process.stdout is not None  # noqa: S101  # opened as a pipe above
        pipe = self._process.stdout.fileno()
        ready = select.poll()
        ready.register(pipe, select.POLLIN | select.POLLHUP)
        got = bytearray()
        while len(got) < count:
            if not ready.poll(max(0.0, until - time.monotonic()) * 1000):
                self.end()
                raise _Died(slow=True)
            piece = os.read(pipe, min(count - len(got), MIB))
            if not piece:
                raise self._death()
            got += piece
        return got

    def _death(self) -> _Died | MachineProblem:
        """Why the child is gone."""
        code = self._process.wait()  # it closed its pipe, which it does only by ending
        self.end()
        if code in _FROM_OUTSIDE:
            return MachineProblem("读取 PDF 的进程被终止。", "可能内存不足；请减少 ZHUPI_WORKERS 后重试。")
        return _Died(slow=code == -signal.SIGXCPU)


def _not_started(why: str) -> MachineProblem:
    return MachineProblem(
        f"读取 PDF 的进程无法启动：{why}。", "请运行 zhupi doctor 检查安装；内存不足时减少 ZHUPI_WORKERS。"
    )


#: At most one child that waits for its next file. It belongs to the process that started it: after a
#: fork the pipe would be shared, so what was inherited is never used (nor closed: it is not ours).
_idle: list[_Child] = []
_inherited: list[_Child] = []


def _idle_child() -> _Child:
    while _idle:
        child = _idle.pop()
        if child.owner != os.getpid():
            _inherited.append(child)
        elif _answers(child):
            return child
    return _Child()


def _answers(child: _Child) -> bool:
    """Whether it lives, with no file open; one that does not is ended."""
    if child.ended:
        return False
    try:
        child.ask({"close": True}, _CLOCK_LEAST_S)
    except (_Died, MachineProblem):
        child.end()
        return False
    return True


def _give_back(children: list[_Child]) -> None:
    for child in children:
        child.served += 1
        mine = child.owner == os.getpid()
        if mine and not _idle and child.served < _SERVES and _answers(child):
            _idle.append(child)
        elif mine:
            child.end()
        else:
            _inherited.append(child)
    children.clear()


@atexit.register
def _end_idle_child() -> None:
    while _idle:
        child = _idle.pop()
        if child.owner == os.getpid():
            child.end()
