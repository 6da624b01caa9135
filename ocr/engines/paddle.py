"""The PaddleOCR engine: a process in an environment of its own, spoken to over JSON lines.

PaddleOCR beside the core would silently replace OpenCV and NumPy, so ``make paddle`` puts it into
``.venv-paddle`` together with a model folder built from the catalogued recogniser.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import subprocess
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from core.errors import EngineUnavailable
from core.expectations import Expectation
from ocr.engines import paddle_worker
from ocr.engines.protocol import LineReading, evenly_spread
from ocr.rasters import Grey

MODEL_NAME = "PP-OCRv6_small_rec"
#: Loading PaddleOCR takes about ten seconds on a school computer, more when its disk is cold.
START_LIMIT_S = 120.0
#: One request holds the lines of one page; each takes well under a second.
ANSWER_LIMIT_S = 60.0
_REMEDY = "请运行 make paddle 安装 PaddleOCR 环境，或在设置中改用内置识别引擎（onnx）。"
_ENDED = None


class PaddleEngine:
    """Reads with PaddleOCR in a child process, started at the first line and again after a failure.

    Args:
        home: the environment's folder, with ``bin/python`` and ``models/PP-OCRv6_small_rec``.
        start_limit_s: how long the process may take to load.
        answer_limit_s: how long it may take for the lines of one call.
        command: another command than the environment's Python and worker, for tests.
    """

    name = f"paddle:{MODEL_NAME}"

    def __init__(
        self,
        home: Path,
        *,
        start_limit_s: float = START_LIMIT_S,
        answer_limit_s: float = ANSWER_LIMIT_S,
        command: Sequence[str] | None = None,
    ) -> None:
        self._home = home
        self._command = command
        self._start_limit_s = start_limit_s
        self._answer_limit_s = answer_limit_s
        self._worker: _Worker | None = None
        self._asked = 0

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`. Empty crops read as nothing.

        Raises:
            EngineUnavailable: not installed, crashed, or did not answer in time. The process is
                ended then; the next call starts a new one.
        """
        written = [at for at, crop in enumerate(crops) if crop.size]
        lines = self._ask([crops[at] for at in written]) if written else []
        readings = [LineReading(text="", probability=0.0)] * len(crops)
        for at, (text, score) in zip(written, lines, strict=True):
            probability = min(1.0, max(0.0, float(score))) if text else 0.0
            readings[at] = LineReading(
                text=text, probability=probability, chars=evenly_spread(text, probability)
            )
        return tuple(readings)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _ask(self, crops: Sequence[Grey]) -> list[list[Any]]:
        self._asked += 1
        try:
            worker = self._running()
            worker.send({"id": self._asked, "crops": [_png(crop) for crop in crops]})
            answer = worker.receive(self._answer_limit_s)
            return _lines_of(answer, self._asked, len(crops))
        except EngineUnavailable:
            self.close()
            raise

    def _running(self) -> _Worker:
        if self._worker is None:
            self._worker = _Worker(self._command or self._installed_command())
            hello = self._worker.receive(self._start_limit_s)
            if "ready" not in hello:
                raise EngineUnavailable(f"PaddleOCR 进程启动时的应答无效：{hello}。", _REMEDY)
        return self._worker

    def _installed_command(self) -> Sequence[str]:
        python, model = self._home / "bin" / "python", self._home / "models" / MODEL_NAME
        for needed in (python, model / "inference.onnx", model / "inference.yml"):
            if not needed.exists():
                raise EngineUnavailable(f"PaddleOCR 环境不完整：缺少 {needed}。", _REMEDY)
        # -P: this folder, in which the worker lies, must not be searched for modules over there
        return [str(python), "-P", str(Path(paddle_worker.__file__)), str(model), MODEL_NAME]


class _Worker:
    """The child process: lines in, lines out with a time limit, its last words kept."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
        environment.pop("PYTHONPATH", None)  # the core's packages must not be seen over there
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            )
        except OSError as problem:
            raise EngineUnavailable(f"PaddleOCR 进程无法启动：{problem}。", _REMEDY) from problem
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._last_words: list[bytes] = []
        self._threads = [
            threading.Thread(target=_collect, args=(self._process.stdout, self._answers), daemon=True),
            threading.Thread(target=_remember, args=(self._process.stderr, self._last_words), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.end = weakref.finalize(self, _end, self._process, self._threads)

    def send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101  # opened as a pipe above
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as problem:
            raise EngineUnavailable(f"PaddleOCR 进程已退出。{self._words()}", _REMEDY) from problem

    def receive(self, limit_s: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=limit_s)
        except queue.Empty as problem:
            raise EngineUnavailable(f"PaddleOCR 进程在 {limit_s:g} 秒内没有应答。", _REMEDY) from problem
        if line is _ENDED:
            raise EngineUnavailable(f"PaddleOCR 进程意外退出。{self._words()}", _REMEDY)
        try:
            answer = json.loads(line)
        except ValueError as problem:
            raise EngineUnavailable(f"PaddleOCR 进程的应答不是 JSON：{line[:80]!r}。", _REMEDY) from problem
        return answer if isinstance(answer, dict) else {"answer": answer}

    def _words(self) -> str:
        self._threads[1].join(timeout=2)
        return b" ".join(self._last_words[-3:]).decode("utf-8", "replace").strip()


def _collect(stream: Any, answers: queue.Queue[bytes | None]) -> None:
    for line in stream:
        answers.put(line)
    answers.put(_ENDED)


def _remember(stream: Any, words: list[bytes]) -> None:
    for line in stream:
        words.append(line.strip())
        del words[:-20]


def _end(process: subprocess.Popen[bytes], threads: Sequence[threading.Thread]) -> None:
    """End the process and close its pipes; also called when the engine is collected."""
    process.kill()
    process.wait()
    for thread in threads:
        thread.join(timeout=2)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # bytes still buffered for a process that is gone
                continue


def _png(crop: Grey) -> str:
    return base64.b64encode(cv2.imencode(".png", crop)[1].tobytes()).decode("ascii")


def _lines_of(answer: dict[str, Any], asked: int, count: int) -> list[list[Any]]:
    """The lines of an answer that belongs to the question.

    Raises:
        EngineUnavailable: an error, another question's answer, or another number of lines.
    """
    if "error" in answer:
        raise EngineUnavailable(f"PaddleOCR 识别出错：{answer['error']}", _REMEDY)
    lines = answer.get("lines")
    if answer.get("id") != asked or not isinstance(lines, list) or len(lines) != count:
        raise EngineUnavailable(f"PaddleOCR 的应答与请求不符（需要 {count} 行）。", _REMEDY)
    return lines
