"""OMRChecker's samples: agreement with the tool's own locked output, field by field, and the pace.

``python -m benchmarks.omr [--data ../shared/data] [--differences] [--quick]``

``pages_per_second`` (these samples) and ``card_pages_per_second`` (our own card of 400 bubbles, 200 dpi)
count two processes of one thread each, from the file's bytes to the readings: decoding, registration and
bubbles. ``…_per_core`` are by processor time, which other work on the machine hardly changes. ``--quick``
leaves the pace out. Sheets whose picture, template or label cannot be read are named and left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from pydantic import Field

from benchmarks._common import parse, save, skipped
from benchmarks.labels import is_picture
from benchmarks.omr_pace import has_template, paces, template_files
from core.base import Record
from core.errors import CardInvalid
from core.pages import BubbleVerdict
from ocr.alignment import AlignmentFailed, align
from ocr.bubbles import read_bubbles
from ocr.omrchecker import import_template, read_fields
from ocr.rasters import rectify

_SET = "omr-omrchecker"
#: Rows whose expected values are not what the sheet shows, by the set's own description; they are read
#: and listed, and counted in ``field_agreement_all_rows`` only.
UNRELIABLE = {
    "samples/community/Sandeep-1507/omr-2.png": "the locked booklet number is '0no22nonono'",
    "samples/community/Sandeep-1507/omr-3.png": "the locked booklet number is no number either",
}


class RowResult(Record):
    """One row of the labels: fields, how many agree, how many were doubtful, time and differences."""

    path: str
    fields: int
    agree: int
    doubtful: int
    settled_different: int  #: fields that differ and were not doubtful
    ms: float
    problem: str = ""
    differences: dict[str, tuple[str, str]] = Field(default_factory=dict)  #: field: (the tool's, ours)


def main(arguments: list[str] | None = None) -> int:
    """Print the table and save ``benchmarks/out/omr.json``."""
    parser = argparse.ArgumentParser(description="Agreement with OMRChecker's samples")
    parser.add_argument("--differences", action="store_true", help="list every field that differs")
    parser.add_argument("--quick", action="store_true", help="agreement only, without the pace")
    options = parse(parser, arguments)
    folder = Path(options.data) / _SET
    if not (folder / "labels.tsv").is_file():
        return skipped("omr", folder)
    rows = list(_results(folder))
    _print_table(rows, differences=options.differences)
    figures = _figures(rows)
    if rows and not options.quick:
        figures |= paces([folder / row.path for row in rows])
    for name, value in figures.items():
        print(f"{name:32}{value:10.4f}")
    save("omr", figures, out=options.out, rows=[row.model_dump() for row in rows])
    return 0


def _figures(rows: list[RowResult]) -> dict[str, float]:
    """Agreement and doubt; nothing is told of no fields."""
    sound = [row for row in rows if row.path not in UNRELIABLE]
    figures: dict[str, float] = {}
    if any(row.fields for row in sound):
        figures["field_agreement"] = _agreement(sound)
        figures["doubtful_share"] = sum(r.doubtful for r in sound) / sum(r.fields for r in sound)
        figures["settled_different"] = float(sum(r.settled_different for r in sound))
    if any(row.fields for row in rows):
        figures["field_agreement_all_rows"] = _agreement(rows)
    return figures


def _agreement(rows: list[RowResult]) -> float:
    return sum(r.agree for r in rows) / max(1, sum(r.fields for r in rows))


def _results(folder: Path) -> Iterator[RowResult]:
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            name, picture = line.get("path") or "", folder / (line.get("path") or "")
            expected = _expected(line.get("expected_fields_json") or "")
            if expected is None or not is_picture(picture) or not has_template(picture, folder):
                print(f"left out: {picture}: its picture, template or expected fields cannot be read")
                continue
            yield _row(picture, name, expected)


def _expected(told: str) -> dict[str, str] | None:
    try:
        found = json.loads(told)
    except json.JSONDecodeError:
        return None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else None


def _row(picture: Path, name: str, expected: dict[str, str]) -> RowResult:
    """One sheet, timed from the file's bytes to the columns (the template is imported once, untimed)."""
    try:
        imported = import_template(template_files(picture), exam_id="omr")
    except CardInvalid as problem:
        wrong = {key: (value, "?") for key, value in expected.items()}
        return _result(name, expected, wrong, (), 0.0, problem.message)
    start = time.perf_counter()
    image = cv2.imdecode(np.frombuffer(picture.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    placed = align(np.asarray(image, dtype=np.uint8), imported.card, imported.blobs)
    if isinstance(placed, AlignmentFailed):
        ms = (time.perf_counter() - start) * 1000
        wrong = {key: (value, "?") for key, value in expected.items()}
        return _result(name, expected, wrong, (), ms, placed.reason)
    page, registration = placed
    readings = read_bubbles(rectify(np.asarray(image, dtype=np.uint8), registration, page), page.bubbles)
    ours = read_fields(readings, imported)
    ms = (time.perf_counter() - start) * 1000
    differences = {k: (v, ours.get(k, "?")) for k, v in expected.items() if ours.get(k) != v}
    doubtful = {r.key for r in readings if r.verdict is BubbleVerdict.DOUBTFUL}
    columns = {k for k in expected if doubtful & set(imported.custom_labels.get(k, (k,)))}
    return _result(name, expected, differences, columns, ms)


def _result(
    name: str,
    expected: dict[str, str],
    differences: dict[str, tuple[str, str]],
    doubtful: set[str] | tuple[()],
    ms: float,
    problem: str = "",
) -> RowResult:
    settled = 0 if problem else len(set(differences) - set(doubtful))
    return RowResult(
        path=name,
        fields=len(expected),
        agree=len(expected) - len(differences),
        doubtful=len(doubtful),
        settled_different=settled,
        ms=round(ms, 1),
        problem=problem,
        differences=differences,
    )


def _print_table(rows: list[RowResult], *, differences: bool) -> None:
    print(f"{'sheet':<62}{'fields':>7}{'agree':>7}{'doubt':>7}{'settled≠':>9}{'ms':>8}")
    for row in rows:
        short = row.path.removeprefix("samples/")
        print(
            f"{short:<62}{row.fields:>7}{row.agree:>7}{row.doubtful:>7}{row.settled_different:>9}{row.ms:>8.1f}"
            + (f"  {row.problem}" if row.problem else "")
            + (f"  not counted: {UNRELIABLE[row.path]}" if row.path in UNRELIABLE else "")
        )
        for key, (theirs, ours) in row.differences.items() if differences else ():
            print(f"    {key}: the tool {theirs!r}, ours {ours!r}")
    fields = sum(r.fields for r in rows)
    print(
        f"{'total':<62}{fields:>7}{sum(r.agree for r in rows):>7}{sum(r.doubtful for r in rows):>7}"
        f"{sum(r.settled_different for r in rows):>9}{sum(r.ms for r in rows) / max(1, len(rows)):>8.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
