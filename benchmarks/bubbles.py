"""Bubbles of many made-up hands: what is settled, what is wrong, and whether confidences are honest.

``python -m benchmarks.bubbles [--pages 120] [--fit]``. Hands, scans and curled paper come from
``benchmarks.bubble_hands`` and ``bubble_scans``; no sample folder is needed. ``--fit`` prints the lines
for ``ocr/bubbles/calibration.py`` from seeds that the figures never use.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks import reliability
from benchmarks._common import OUT, parse, save
from benchmarks.bubble_reading import ReadField, read_pages
from benchmarks.bubble_scans import Scan
from core.base import Record
from ocr.bubbles.calibration import log_odds, reading_kind

_FIT_SEEDS, _TEST_SEEDS, _WARP_SEEDS = 10_000, 20_000, 30_000
#: Curl in mm, crests apart in mm, stretch; the print moves by up to 1.7 times the curl.
_WARPS = [(0.0, 220.0, 0.01), (1.0, 220.0, 0.0), (1.0, 140.0, 0.0), (1.0, 220.0, 0.01), (2.0, 220.0, 0.0)]
_WARPS += [(2.0, 140.0, 0.0), (3.0, 300.0, 0.0), (3.0, 220.0, 0.0), (3.0, 140.0, 0.0)]
_RIDGE = 0.05


class Tally(Record):
    """Pages read and held; fields, doubtful ones, and wrong ones among the settled."""

    name: str
    pages: int
    held: int
    fields: int
    doubtful_share: float
    settled_wrong: int
    wrong_by_manner: dict[str, int]


def main(arguments: list[str] | None = None) -> int:
    """Print the tables and save ``benchmarks/out/bubbles.json`` and ``bubbles.png``."""
    parser = argparse.ArgumentParser(description="Bubbles filled by made-up hands")
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--fit", action="store_true", help="print new calibration lines from other seeds")
    options = parse(parser, arguments)
    if options.fit:
        print_lines(
            [field for page in read_pages(range(_FIT_SEEDS, _FIT_SEEDS + options.pages)) for field in page]
        )
        return 0
    pages = list(read_pages(range(_TEST_SEEDS, _TEST_SEEDS + options.pages)))
    hands = tally("all hands and scans", pages)
    fields = [field for page in pages for field in page]
    found = reliability.bins([f.reading.confidence for f in fields], [f.is_right for f in fields])
    reliability.draw(found, "bubble fields", OUT / "bubbles.png")
    warped = [_warped(number, *case) for number, case in enumerate(_WARPS)]
    for row in (hands, *warped):
        print(
            f"{row.name:<34}{row.pages:>4} pages{row.held:>4} held{row.fields:>7} fields"
            f"{row.doubtful_share:>8.1%} doubtful{row.settled_wrong:>5} settled wrong",
            row.wrong_by_manner or "",
        )
    for one in found:
        print(f"  confidence {one.confidence:.3f}  right {one.right:.3f}  n {one.count}")
    figures = {
        "fields": float(hands.fields),
        "settled_share": 1 - hands.doubtful_share,
        "settled_wrong": float(hands.settled_wrong),
        "expected_calibration_error": reliability.calibration_error(found),
        "warped_settled_wrong": float(sum(row.settled_wrong for row in warped)),
        "warped_doubtful_share": float(np.mean([row.doubtful_share for row in warped])),
    }
    print(f"expected calibration error {figures['expected_calibration_error']:.4f}")
    save("bubbles", figures, hands=hands.model_dump(), warped=[row.model_dump() for row in warped],
         by_manner=by_manner(fields))  # fmt: skip
    return 0


def tally(name: str, pages: Sequence[Sequence[ReadField]]) -> Tally:
    """What became of some pages."""
    fields = [field for page in pages for field in page]
    wrong = [field.manner for field in fields if field.is_settled and not field.is_right]
    return Tally(
        name=name,
        pages=len(pages),
        held=sum(not page for page in pages),
        fields=len(fields),
        doubtful_share=sum(not field.is_settled for field in fields) / max(1, len(fields)),
        settled_wrong=len(wrong),
        wrong_by_manner={manner: wrong.count(manner) for manner in sorted(set(wrong))},
    )


def by_manner(fields: Sequence[ReadField]) -> dict[str, dict[str, float]]:
    """For each way of filling: how often, how often doubtful, how often the best guess is wrong."""
    groups: dict[str, list[ReadField]] = defaultdict(list)
    for field in fields:
        groups[field.manner].append(field)
    return {
        manner: {
            "fields": float(len(own)),
            "doubtful_share": sum(not field.is_settled for field in own) / len(own),
            "best_guess_wrong_share": sum(not field.is_right for field in own) / len(own),
        }
        for manner, own in sorted(groups.items())
    }


def _warped(number: int, curl_mm: float, wave_mm: float, stretch: float) -> Tally:
    first = _WARP_SEEDS + 100 * number
    scan = Scan(curl_mm=curl_mm, wave_mm=wave_mm, stretch=stretch, skew_deg=0.3, offset_mm=1.0)
    name = f"curl {curl_mm:g} mm, crests {wave_mm:g} mm" + (f", stretch {stretch:.0%}" if stretch else "")
    return tally(name, list(read_pages(range(first, first + 6), scan)))


def print_lines(fields: Sequence[ReadField]) -> None:
    """The line of each kind, by logistic regression; one right and one wrong reading are made up."""
    kinds: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for field in fields:
        kinds[reading_kind(field.reading)].append((log_odds(field.reading), field.is_right))
    for kind, seen in sorted(kinds.items()):
        x = np.array([value for value, _ in seen])
        y = np.array([right for _, right in seen], dtype=np.float64)
        x, y = np.append(x, [x.mean()] * 2), np.append(y, [0.0, 1.0])
        offset, slope = fitted_line(x, y)
        print(f'    "{kind}": ({offset:.2f}, {slope:.2f}),  # {len(seen)} fields, {y[:-2].mean():.3f} right')


def fitted_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Offset and slope of a logistic regression of ``y`` (0 or 1) on ``x``, a little held to zero slope."""
    design = np.column_stack([np.ones_like(x), x])
    line = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        weight = np.maximum(p * (1 - p), 1e-6)
        normal = design.T @ (design * weight[:, None]) + np.diag([1e-6, _RIDGE * len(x) ** 0.5])
        slope_of = design.T @ (y - p) - np.array([0.0, _RIDGE * len(x) ** 0.5 * line[1]])
        line = line + np.linalg.solve(normal, slope_of)
    if line[1] < 0:  # too few to tell: a surer reading is never less often right
        share = float(y.mean())
        return float(np.log(share / (1 - share))), 0.0
    return float(line[0]), float(line[1])


if __name__ == "__main__":
    sys.exit(main())
