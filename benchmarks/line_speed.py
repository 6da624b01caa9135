"""Lines per second on two cores: ours and plain RapidOCR in processes of their own, taking turns.

The lines are dealt into rounds. In each round every contender reads the same pictures, so that whatever else
the machine does falls on all of them. Starting and loading models is not counted, opening the pictures is.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from core.expectations import Language

ROUNDS = 6
#: Pictures that a process takes at a time; ours go through the recogniser together.
HANDFUL = 8
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

ReadMany = Callable[[Sequence[str]], list[str]]
_reader: list[ReadMany] = []


@dataclass
class Contender:
    """One way to read many lines. ``seconds`` is the wall's, ``cpu_seconds`` of all its threads."""

    name: str
    processes: int
    start: Callable[[], ReadMany]
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    lines: int = field(default=0)

    @property
    def lines_per_second(self) -> float:
        return self.lines / max(1e-9, self.seconds)


def measured(paths: Sequence[Path], contenders: Sequence[Contender]) -> None:
    """Let each contender read all pictures; their counts and times are added up in place."""
    names = [str(path) for path in paths]
    context = multiprocessing.get_context("spawn")
    kept = {name: os.environ.pop(name) for name in _THREADS if name in os.environ}
    pools = [ProcessPoolExecutor(c.processes, context, _begin, (c.start,)) for c in contenders]
    try:
        for contender, pool in zip(contenders, pools, strict=True):
            list(pool.map(_read, [names[:2]] * contender.processes * 2))  # models load, nothing is counted
        for each in range(ROUNDS):
            for contender, pool in zip(contenders, pools, strict=True):
                _round(contender, pool, names[each::ROUNDS])
    finally:
        os.environ |= kept
        for pool in pools:
            pool.shutdown()


def _round(contender: Contender, pool: ProcessPoolExecutor, names: Sequence[str]) -> None:
    handfuls = [names[at : at + HANDFUL] for at in range(0, len(names), HANDFUL)]
    started = time.perf_counter()
    contender.cpu_seconds += sum(pool.map(_read, handfuls))
    contender.seconds += time.perf_counter() - started
    contender.lines += len(names)


def _begin(start: Callable[[], ReadMany]) -> None:
    _reader.append(start())


def _read(names: Sequence[str]) -> float:
    """Processor seconds for some pictures."""
    started = time.process_time()
    _reader[0](names)
    return time.process_time() - started


@dataclass(frozen=True)
class Ours:
    """The embedded engine, one thread, told the language."""

    language: Language

    def __call__(self) -> ReadMany:
        from core.expectations import Expectation  # noqa: PLC0415  # in the process that reads
        from ocr.engines import OnnxEngine  # noqa: PLC0415

        cv2.setNumThreads(1)
        engine, hope = OnnxEngine(), Expectation(language=self.language)

        def read(names: Sequence[str]) -> list[str]:
            crops = [np.asarray(cv2.imread(name, cv2.IMREAD_GRAYSCALE), np.uint8) for name in names]
            return [reading.text for reading in engine.read_lines(crops, [hope] * len(crops))]

        return read


@dataclass(frozen=True)
class Stock:
    """RapidOCR for recognition alone, line by line from the file, as its documentation shows.

    ``threads`` 0 leaves its settings as they come: as many threads as there are cores.
    """

    threads: int = 0

    def __call__(self) -> ReadMany:
        from rapidocr import RapidOCR  # noqa: PLC0415  # only this benchmark needs the whole package

        params: dict[str, object] = {"Global.log_level": "error"}
        if self.threads:
            cv2.setNumThreads(self.threads)
            params |= {
                "EngineConfig.onnxruntime.intra_op_num_threads": self.threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": self.threads,
            }
        rapid = RapidOCR(params=params)

        def read(names: Sequence[str]) -> list[str]:
            results = [rapid(name, use_det=False, use_cls=False, use_rec=True) for name in names]
            return ["".join(getattr(result, "txts", None) or ()) for result in results]

        return read
