"""Reading lines: character error rate and speed next to plain RapidOCR on the same crops, in one run.

``python -m benchmarks.lines [--data ../shared/data] [--every N]``

Sets; nothing was trained on the first two. The reader is told the language of each, as an exam tells it:

- exam (zh): ``cn-exam-lines-small``, the lines of ``labels.tsv`` and ``labels_by_eye.tsv`` together;
- composed (zh): ``cn-hwdb-composed-lines``, characters in random order, so that no language helps;
- french (fr): ``fr-copiste-lines``, the lines of pages on which nothing was trained
  (``models/training/latin/training_pages.txt``); the others, and lines that name no page, are in the table
  as "trained". Where no line is known to be unseen, ``french_cer`` counts all; ``french_cer_lines`` in the
  file says which ("unseen" or "all").

A set, label file or picture that is missing is named and left out, and so are the figures that need it.

The weight of the language model (coarsely: 0.3, 0.4, 0.5 or 0.7) was chosen on the half of exam and composed
whose files' names have an even MD5 hash; both halves are reported under ``halves``.

Rows: "stock" is RapidOCR 3.10 called for recognition alone, one thread. "greedy" is our recogniser of the
language on the prepared crop, the best character of each step. "ours" is the embedded engine as it is: the
same with context. "looks" takes a second look at every line of which the first is not sure. Times of the rows
are of the processor, one thread. Speed is measured apart (:mod:`benchmarks.line_speed`) on the whole of
``fr-copiste-lines``: ours in two processes of one thread against stock as it comes and against stock in two
processes of one thread.

Character error rate: edits (insert, delete, replace) over all lines ÷ characters of the references, both
sides after NFKC (so full- and half-width forms are equal) and without white space.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.labels import grey, labelled
from benchmarks.line_speed import Contender, Ours, Stock, measured
from core.expectations import Expectation, Language
from models import ctc
from models.decoding import decode
from models.looks import looks
from models.recogniser import default_recogniser, latin_recogniser
from models.training.latin.split import trained_pages
from ocr.engines import OnnxEngine
from ocr.handwriting.crops import tightened
from ocr.rasters import Grey

Reader = Callable[[Grey], str]


@dataclass(frozen=True)
class LineSet:
    """A folder of lines. ``labels`` are files of path, transcript and perhaps page."""

    key: str
    folder: str
    labels: tuple[str, ...]
    language: Language


SETS = (
    LineSet("exam", "cn-exam-lines-small", ("labels.tsv", "labels_by_eye.tsv"), "zh"),
    LineSet("composed", "cn-hwdb-composed-lines", ("labels.tsv",), "zh"),
    LineSet("french", "fr-copiste-lines", ("labels.tsv",), "fr"),
)


@dataclass(frozen=True)
class Labelled:
    """A picture of a line and what it says, folded; ``page`` where the set names it."""

    path: Path
    text: str
    page: str = ""

    @property
    def half(self) -> str:
        return "even" if hashlib.md5(self.path.name.encode()).digest()[0] % 2 == 0 else "odd"


@dataclass
class Tally:
    """Edits, reference characters, whole lines right and seconds of one reader on some lines."""

    edits: int = 0
    characters: int = 0
    exact: int = 0
    lines: int = 0
    seconds: float = 0.0

    def add(self, read: str, truth: str, seconds: float) -> None:
        """Count one line."""
        edits = distance(read, truth)
        self.edits += edits
        self.characters += len(truth)
        self.exact += edits == 0
        self.lines += 1
        self.seconds += seconds

    @property
    def cer(self) -> float:
        return self.edits / max(1, self.characters)


#: By part of a set ("" for all that counts, "even", "odd", "trained"), then by reader; only parts with lines.
Tallies = dict[str, dict[str, Tally]]


@dataclass
class Readers:
    """The readers that are compared, by name, and what each has done on the set at hand."""

    by_name: dict[str, Reader]
    tallies: Tallies = field(default_factory=dict)

    def read(self, crop: Grey, line: Labelled, parts: Iterable[str]) -> None:
        """Let each reader read the crop and count it in each of the parts."""
        for name, reader in self.by_name.items():
            started = time.process_time()
            text = reader(crop)
            seconds = time.process_time() - started
            for part in parts:
                self.tallies.setdefault(part, {}).setdefault(name, Tally()).add(
                    folded(text), line.text, seconds
                )


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, save the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth line; nothing is saved then")
    parser.add_argument("--no-speed", action="store_true", help="error rates only")
    options = parse(parser, arguments)
    cv2.setNumThreads(1)
    lines = {each.key: lines_of(options.data / each.folder, each.labels)[:: options.every] for each in SETS}
    if not any(lines.values()):
        return skipped("lines", options.data / SETS[0].folder)
    tables = {each.key: measure(each, lines[each.key]) for each in SETS if lines[each.key]}
    show(tables)
    timed = bool(lines["french"]) and not options.no_speed
    speed = measure_speed([line.path for line in lines["french"]]) if timed else None
    if options.every == 1:
        save(
            "lines",
            error_rates(tables) | (speed_figures(speed) if speed else {}),
            out=options.out,
            **french_lines(tables),
            speed=speed_details(speed or ()),
            table=details(tables, ("", "trained")),
            halves=details(tables, ("even", "odd")),
        )
    return 0


def lines_of(folder: Path, files: Sequence[str]) -> list[Labelled]:
    """Pictures that can be read and folded transcripts of a set."""
    return [Labelled(row.path, folded(row.text), row.page) for row in labelled(folder, files)]


def measure(chosen: LineSet, lines: Sequence[Labelled]) -> Tallies:
    """Every reader on every line."""
    readers = Readers(make_readers(chosen.language))
    for reader in readers.by_name.values():  # models load at the first line, which is not counted
        reader(np.full((48, 320), 255, dtype=np.uint8))
    pages = trained_pages()
    for line in lines:
        counts = chosen.language != "fr" or is_unseen(line, pages)
        readers.read(grey(line.path), line, ("", line.half) if counts else ("trained",))
    return readers.tallies


def is_unseen(line: Labelled, pages: Set[str]) -> bool:
    """Whether a line names its page and nothing was trained on that page."""
    return bool(line.page) and line.page not in pages


def make_readers(language: Language) -> dict[str, Reader]:
    """Plain RapidOCR, ours without context, ours, and ours with second looks."""
    engine, hope = OnnxEngine(), Expectation(language=language)
    latin = language == "fr"
    recogniser = latin_recogniser() if latin else default_recogniser()

    def prepared(crop: Grey) -> Grey:
        return crop if latin else tightened(crop)  # the Latin reader has a layout of its own

    def greedy(crop: Grey) -> str:
        return "".join(span.char for span in ctc.best_path(recogniser.emissions([prepared(crop)])[0]))

    def ours(crop: Grey) -> str:
        return engine.read_lines([prepared(crop)], [hope])[0].text

    def looked_again(crop: Grey) -> str:
        views = looks(prepared(crop), 2)
        first = recogniser.emissions(views[:1])
        decoded = decode(first, hope)
        return (
            decoded.text if decoded.is_sure else decode((*first, *recogniser.emissions(views[1:])), hope).text
        )

    return {"stock": stock_reader(), "greedy": greedy, "ours": ours, "looks": looked_again}


def stock_reader() -> Reader:
    """RapidOCR for recognition alone, as its documentation calls it, one thread."""
    from rapidocr import RapidOCR  # noqa: PLC0415  # only the benchmarks need the whole package

    rapid = RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(crop: Grey) -> str:
        result = rapid(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), use_det=False, use_cls=False, use_rec=True)
        return "".join(getattr(result, "txts", None) or ())  # other result classes have no text

    return read


def measure_speed(paths: Sequence[Path]) -> tuple[Contender, Contender, Contender]:
    """Ours, stock as it comes, and stock in two processes, on the same pictures in turns."""
    speed = (
        Contender("ours", 2, Ours("fr")),
        Contender("stock", 1, Stock()),
        Contender("stock_two_processes", 2, Stock(1)),
    )
    measured(paths, speed)
    for each in speed:
        print(f"{each.name}: {each.lines_per_second:.1f} lines a second on {len(paths)} lines")
    return speed


def error_rates(tables: dict[str, Tallies]) -> dict[str, float]:
    """Character error rates of ours and of stock, and of ours on all French lines."""
    found: dict[str, float] = {}
    for key, parts in tables.items():
        counted = (parts[""],) if "" in parts else tuple(parts.values())
        found[f"{key}_cer"] = together(counted, "ours")
        found[f"{key}_stock_cer"] = together(counted, "stock")
    if "french" in tables:
        parts = tables["french"]
        found["french_all_cer"] = together([parts[p] for p in ("", "trained") if p in parts], "ours")
    return found


def french_lines(tables: dict[str, Tallies]) -> dict[str, str]:
    """Which lines ``french_cer`` counts; nothing where there is no French."""
    if "french" not in tables:
        return {}
    which = "unseen" if "" in tables["french"] else "all"
    if which == "all":
        print("french_cer counts all lines: none is known to be on a page that training never saw")
    return {"french_cer_lines": which}


def together(parts: Iterable[dict[str, Tally]], reader: str) -> float:
    """The error rate of one reader over several parts."""
    tallies = [part[reader] for part in parts]
    return round(sum(t.edits for t in tallies) / max(1, sum(t.characters for t in tallies)), 4)


def speed_figures(speed: tuple[Contender, Contender, Contender]) -> dict[str, float]:
    """Our lines a second and how much quicker than stock."""
    ours, stock, stock_two = speed
    return {
        "lines_per_second": round(ours.lines_per_second, 2),
        "speed_ratio_to_stock": round(stock.seconds / ours.seconds, 3),
        "speed_ratio_to_stock_two_processes": round(stock_two.seconds / ours.seconds, 3),
    }


def speed_details(speed: Sequence[Contender]) -> dict[str, dict[str, float]]:
    """Lines a second by the wall, and processor time a line."""
    return {
        each.name: {
            "lines_per_second": round(each.lines_per_second, 2),
            "cpu_ms_a_line": round(1000 * each.cpu_seconds / max(1, each.lines), 1),
        }
        for each in speed
    }


def details(tables: dict[str, Tallies], parts: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """All counts, by set (and part of it) and reader."""
    return {
        f"{key} {part}".strip(): {
            name: {
                "cer": round(tally.cer, 4),
                "edits": tally.edits,
                "exact_lines": tally.exact,
                "lines": tally.lines,
                "ms_a_line": round(1000 * tally.seconds / max(1, tally.lines), 1),
            }
            for name, tally in tallies[part].items()
        }
        for key, tallies in tables.items()
        for part in parts
        if part in tallies
    }


def show(tables: dict[str, Tallies]) -> None:
    """The table as text."""
    print(f"{'set':16}{'reader':8}{'lines':>6}{'CER %':>8}{'exact':>7}{'ms/line':>9}")
    for key, row in details(tables, ("", "even", "odd", "trained")).items():
        for name, cell in row.items():
            print(
                f"{key:16}{name:8}{cell['lines']:6.0f}{100 * cell['cer']:8.2f}"
                f"{cell['exact_lines']:7.0f}{cell['ms_a_line']:9.1f}"
            )


def folded(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def distance(read: str, truth: str) -> int:
    """Least number of inserted, deleted and replaced characters."""
    previous = list(range(len(truth) + 1))
    for row, char in enumerate(read, 1):
        current = [row]
        for column, other in enumerate(truth, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (char != other)))
        previous = current
    return previous[-1]


if __name__ == "__main__":
    raise SystemExit(main())
