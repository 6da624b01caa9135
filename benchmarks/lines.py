"""Reading lines: character error rate and speed next to plain RapidOCR on the same crops.

``python -m benchmarks.lines [--data ../shared/data] [--every N]``

Sets, all of them for measuring only (nothing was trained or fitted on them):

- exam: ``cn-exam-lines-small``, the lines of ``labels.tsv`` and ``labels_by_eye.tsv`` together;
- composed: ``cn-hwdb-composed-lines``, random characters, so that no language helps;
- french: ``fr-copiste-lines``, whose accents and hands the Chinese model knows little of;
- digits: ``digits-nsysu-exam``, single digits, eight at a time in the file's order as one number.

Character error rate: edits (insert, delete, replace) over all lines ÷ characters of the references,
both sides after NFKC (so full- and half-width forms are equal) and without white space.

Ours is the crop through ``tightened`` and the embedded engine, four other readings included; "raw" is
the same without ``tightened``. Stock is ``RapidOCR`` 3.10 called for recognition alone. Each crop goes to
all three in turn, one thread each, in one process; the time is the wall's.
"""

from __future__ import annotations

import argparse
import os
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from benchmarks._common import parse, save, skipped
from models.recogniser import default_recogniser
from ocr.engines import OnnxEngine
from ocr.handwriting.crops import tightened
from ocr.handwriting.ink import grey_of
from ocr.handwriting.numbers import DIGITS, digit_crop, digit_distributions
from ocr.rasters import Grey

#: Key of the figures, folder, files of labels.
SETS = (
    ("exam", "cn-exam-lines-small", ("labels.tsv", "labels_by_eye.tsv")),
    ("composed", "cn-hwdb-composed-lines", ("labels.tsv",)),
    ("french", "fr-copiste-lines", ("labels.tsv",)),
)
DIGITS_SET = "digits-nsysu-exam"
DIGITS_A_NUMBER = 8
Reader = Callable[[Grey], str]


@dataclass
class Tally:
    """Edits, reference characters, whole lines right and seconds of one reader on one set."""

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


@dataclass
class Readers:
    """The readers that are compared, by name, and what each has done on the set at hand."""

    by_name: dict[str, Reader]
    tallies: dict[str, Tally] = field(default_factory=dict)

    def read(self, crop: Grey, truth: str) -> None:
        """Let each reader read the crop and count."""
        for name, reader in self.by_name.items():
            started = time.perf_counter()
            text = reader(crop)
            seconds = time.perf_counter() - started
            self.tallies.setdefault(name, Tally()).add(folded(text), truth, seconds)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, save the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth line; nothing is saved then")
    options = parse(parser, arguments)
    missing = [options.data / name for _, name, _ in SETS if not (options.data / name).is_dir()]
    if missing:
        return skipped("lines", missing[0])
    tables = {
        key: measure(lines_of(options.data / name, files)[:: options.every]) for key, name, files in SETS
    }
    show(tables)
    short = measure_short(lines_of(options.data / SETS[1][1], SETS[1][2])[:: options.every])
    digits = measure_digits(options.data / DIGITS_SET) if (options.data / DIGITS_SET).is_dir() else {}
    if options.every == 1:
        save("lines", figures(tables), digits=digits, short_crops=short, table=details(tables))
    return 0


def lines_of(folder: Path, files: Sequence[str]) -> list[tuple[Path, str]]:
    """Pictures and folded transcripts of a set."""
    rows = [row.split("\t") for name in files for row in (folder / name).read_text("utf-8").splitlines()[1:]]
    return [(folder / row[0], folded(row[1])) for row in rows]


def measure(
    lines: Sequence[tuple[Path, str]], cut: Callable[[Grey], Grey] = lambda crop: crop
) -> dict[str, Tally]:
    """Every reader on every line, or on what ``cut`` leaves of it."""
    readers = Readers(make_readers())
    for reader in readers.by_name.values():  # models load at the first line, which is not counted
        reader(np.full((48, 320), 255, dtype=np.uint8))
    for path, truth in lines:
        readers.read(cut(np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)), truth)
    return readers.tallies


def measure_short(lines: Sequence[tuple[Path, str]]) -> dict[str, float]:
    """Milliseconds for crops as short as a word: the first three heights of each line (time only)."""
    tallies = measure(lines, shortened)
    result = {f"{name}_ms": 1000 * tally.seconds / max(1, tally.lines) for name, tally in tallies.items()}
    result["speed_ratio_to_stock"] = result["stock_ms"] / result["ours_ms"]
    print("short crops: " + ", ".join(f"{key} {value:.2f}" for key, value in result.items()))
    return result


def shortened(crop: Grey) -> Grey:
    """The left end of a line, three times as wide as high."""
    return crop[:, : 3 * crop.shape[0]]


def make_readers() -> dict[str, Reader]:
    """Ours, ours without preparation of the crop, and plain RapidOCR."""
    engine = OnnxEngine()
    stock = stock_reader()
    return {
        "stock": stock,
        "raw": lambda crop: engine.read_lines([crop])[0].text,
        "ours": lambda crop: engine.read_lines([tightened(crop)])[0].text,
    }


def stock_reader() -> Reader:
    """RapidOCR for recognition alone, as its documentation calls it, one thread."""
    from rapidocr import RapidOCR  # noqa: PLC0415  # only this benchmark needs the whole package

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


def measure_digits(folder: Path) -> dict[str, float]:
    """Accuracy on single digits: free reading, restricted, and restricted with eight side by side."""
    rows = [row.split("\t") for row in (folder / "labels.tsv").read_text("utf-8").splitlines()[1:]]
    truth = np.array([int(row[1]) for row in rows])
    pictures = [np.asarray(cv2.imread(str(folder / row[0]), cv2.IMREAD_GRAYSCALE), np.uint8) for row in rows]
    recogniser = default_recogniser()
    free = np.mean([line.text == str(t) for line, t in zip(recogniser.read(pictures), truth, strict=True)])
    restricted = np.mean(recogniser.one_of(pictures, DIGITS).argmax(axis=1) == truth)
    started = time.perf_counter()
    crops = [_digit(picture) for picture in pictures]
    groups = [crops[at : at + DIGITS_A_NUMBER] for at in range(0, len(crops), DIGITS_A_NUMBER)]
    chances = np.concatenate([digit_distributions(group, recogniser) for group in groups])
    seconds = time.perf_counter() - started
    result = {
        "free": float(free),
        "restricted": float(restricted),
        "as_numbers": float(np.mean(chances.argmax(axis=1) == truth)),
        "as_numbers_log_loss": float(-np.mean(np.log(chances[np.arange(len(truth)), truth] + 1e-9))),
        "as_numbers_ms_a_digit": 1000 * seconds / len(truth),
    }
    print(f"digits ({len(truth)}): " + ", ".join(f"{key} {value:.4f}" for key, value in result.items()))
    return result


def _digit(picture: Grey) -> Grey:
    darkness = ((255 - picture.astype(np.float32)) / 255).astype(np.float32)
    mask = darkness > 0.25 * np.percentile(darkness, 99.5)
    crop = digit_crop(grey_of(darkness, mask), mask)
    return picture if crop is None else crop


def figures(tables: dict[str, dict[str, Tally]]) -> dict[str, float]:
    """The figures of the issue: error rates, our speed over all sets, how much quicker than stock."""
    seconds = {name: sum(t[name].seconds for t in tables.values()) for name in ("ours", "stock")}
    lines = sum(t["ours"].lines for t in tables.values())
    return {
        **{f"{key}_cer": round(t["ours"].cer, 4) for key, t in tables.items()},
        "lines_per_second": round(lines / seconds["ours"], 2),
        "speed_ratio_to_stock": round(seconds["stock"] / seconds["ours"], 3),
    }


def details(tables: dict[str, dict[str, Tally]]) -> dict[str, dict[str, dict[str, float]]]:
    """All counts, by set and reader."""
    return {
        key: {
            name: {
                "cer": round(tally.cer, 4),
                "exact_lines": tally.exact,
                "lines": tally.lines,
                "ms_a_line": round(1000 * tally.seconds / max(1, tally.lines), 1),
            }
            for name, tally in tallies.items()
        }
        for key, tallies in tables.items()
    }


def show(tables: dict[str, dict[str, Tally]]) -> None:
    """The table as text."""
    print(f"{'set':10}{'reader':8}{'lines':>6}{'CER %':>8}{'exact':>7}{'ms/line':>9}")
    for key, row in details(tables).items():
        for name, cell in row.items():
            print(
                f"{key:10}{name:8}{cell['lines']:6.0f}{100 * cell['cer']:8.2f}"
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
